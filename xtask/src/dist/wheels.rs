//! A Python wheel: the package with the library for one machine.

use super::target::Target;
use crate::catalog::Result;
use crate::prerequisites;
use crate::workspace::{Workspace, run};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Another version may write the same wheel in other bytes.
const HATCHLING: &str = "hatchling==1.27.0";

pub fn wheel(workspace: &Workspace, target: &Target, library: &Path, folder: &Path, date: &str) -> Result<PathBuf> {
    let python = prerequisites::python_with(workspace, "hatchling", HATCHLING)?;
    let mut build = Command::new(python);
    build.args(["-m", "hatchling", "build", "--target", "wheel", "--directory"]).arg(folder);
    build.current_dir(workspace.root.join("bindings/python"));
    build.env("MEETGATE_LIBRARY", library).env("MEETGATE_WHEEL_PLATFORM", target.wheel).env("SOURCE_DATE_EPOCH", date);
    run(&mut build)?;
    let wheel = folder.join(format!("meetgate-{}-py3-none-{}.whl", env!("CARGO_PKG_VERSION"), target.wheel));
    if wheel.is_file() { Ok(wheel) } else { Err(format!("{} was not written", wheel.display()).into()) }
}
