//! A Python wheel: the package with the library for one machine.

use super::target::Target;
use crate::catalog::Result;
use crate::prerequisites::PYTHON;
use crate::workspace::{Workspace, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Another version may write the same wheel in other bytes.
const HATCHLING: &str = "hatchling==1.27.0";

pub fn wheel(workspace: &Workspace, target: &Target, library: &Path, folder: &Path, date: &str) -> Result<PathBuf> {
    let python = provide(workspace)?;
    let mut build = Command::new(python);
    build.args(["-m", "hatchling", "build", "--target", "wheel", "--directory"]).arg(folder);
    build.current_dir(workspace.root.join("bindings/python"));
    build.env("MEETGATE_LIBRARY", library).env("MEETGATE_WHEEL_PLATFORM", target.wheel).env("SOURCE_DATE_EPOCH", date);
    run(&mut build)?;
    let wheel = folder.join(format!("meetgate-{}-py3-none-{}.whl", env!("CARGO_PKG_VERSION"), target.wheel));
    if wheel.is_file() { Ok(wheel) } else { Err(format!("{} was not written", wheel.display()).into()) }
}

fn provide(workspace: &Workspace) -> Result<PathBuf> {
    PYTHON.provide()?;
    let folder = workspace.target.join("tools/hatchling");
    let python = folder.join("bin/python");
    if !folder.join(HATCHLING).exists() {
        println!("installing {HATCHLING} into {}", folder.display());
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", HATCHLING]))?;
        fs::write(folder.join(HATCHLING), "")?;
    }
    Ok(python)
}
