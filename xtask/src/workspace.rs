//! Where things are, and running commands there.

use crate::catalog::Result;
use serde::Deserialize;
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Workspace {
    pub root: PathBuf,
    /// Where cargo builds, whatever the environment or a configuration says.
    pub target: PathBuf,
}

impl Workspace {
    pub fn find() -> Result<Workspace> {
        #[derive(Deserialize)]
        struct Metadata {
            target_directory: PathBuf,
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the xtask folder has no parent")?.to_owned();
        let output =
            Command::new(cargo()).args(["metadata", "--no-deps", "--format-version=1"]).current_dir(&root).output()?;
        let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
        Ok(Workspace { root, target: metadata.target_directory })
    }

    /// Where programs lie that were built or installed for these commands alone.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// Runs cargo at the root.
    pub fn cargo<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Result<()> {
        run(&mut self.cargo_command(arguments))
    }

    pub fn cargo_command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(cargo());
        command.args(arguments).current_dir(&self.root);
        command
    }
}

/// The cargo that runs this program.
fn cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// Runs a command to its end, its output going where ours goes.
pub fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("{name}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} failed: {status}").into()) }
}

/// Runs a command to its end and gives what it printed.
pub fn output_of(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
