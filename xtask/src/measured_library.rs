//! The shared library for what measures it.

use crate::catalog::Result;
use crate::workspace::{Workspace, run};
use std::path::{Path, PathBuf};

/// With a profile as Cargo.toml has it: what is measured is what ships. The shared library alone, since only then does it get
/// link-time optimisation. In a folder of its own, so that other builds and their features do not undo this one.
pub fn build(workspace: &Workspace, folder: &Path, profile: &str, features: &[&str]) -> Result<PathBuf> {
    build_with(workspace, folder, profile, features, &[])
}

/// The same, with this in cargo's environment.
pub fn build_with(
    workspace: &Workspace,
    folder: &Path,
    profile: &str,
    features: &[&str],
    environment: &[(&str, &str)],
) -> Result<PathBuf> {
    let mut cargo = workspace.cargo_command(["rustc", "--quiet", "--package", "meetgate", "--lib"]);
    cargo.args(["--crate-type", "cdylib", "--profile", profile]).args(features).arg("--target-dir").arg(folder);
    run(cargo.envs(environment.iter().copied()))?;
    Ok(folder.join(profile).join("libmeetgate.so"))
}
