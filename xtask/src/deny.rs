//! `cargo xtask deny`: licences, duplicates, banned crates and where crates come from, by the policy in `deny.toml`.

use crate::catalog::Result;
use crate::workspace::{Workspace, run};
use std::path::PathBuf;
use std::process::Command;

/// Another version may read the policy another way.
const PROGRAM: &str = "cargo-deny@0.20.2";
/// Advisories are another command's: their database has to be fetched, which a machine may not be able to.
const CHECKS: [&str; 3] = ["licenses", "bans", "sources"];

pub fn run_deny(workspace: &Workspace) -> Result<()> {
    let program = provide(workspace)?;
    let mut deny = Command::new(program);
    deny.current_dir(&workspace.root).args(["--workspace", "--all-features", "--locked", "check"]).args(CHECKS);
    run(&mut deny)?;
    println!(
        "not checked: advisories, whose database has to be fetched; where the network allows it: cargo deny check advisories"
    );
    Ok(())
}

fn provide(workspace: &Workspace) -> Result<PathBuf> {
    let root = workspace.target.join("tools");
    let program = root.join("bin/cargo-deny");
    if !program.is_file() {
        println!("building {PROGRAM} into {}, which takes some minutes", root.display());
        run(workspace.cargo_command(["install", "--locked", PROGRAM, "--root"]).arg(&root))?;
    }
    Ok(program)
}
