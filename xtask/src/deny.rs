//! `cargo xtask deny`: licences, duplicates, banned crates and where crates come from, by the policy in `deny.toml`.

use crate::catalog::Result;
use crate::prerequisites;
use crate::workspace::{Workspace, run};
use std::process::Command;

/// Another version may read the policy another way.
const PROGRAM: &str = "cargo-deny@0.20.2";
/// Advisories are another command's: their database has to be fetched, which a machine may not be able to.
const CHECKS: [&str; 3] = ["licenses", "bans", "sources"];

pub fn run_deny(workspace: &Workspace) -> Result<()> {
    let program = prerequisites::built_by_cargo(workspace, PROGRAM)?;
    let mut deny = Command::new(program);
    deny.current_dir(&workspace.root).args(["--workspace", "--all-features", "--locked", "check"]).args(CHECKS);
    run(&mut deny)?;
    println!(
        "not checked: advisories, whose database has to be fetched; where the network allows it: cargo deny check advisories"
    );
    Ok(())
}
