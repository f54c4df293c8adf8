//! What a fleet is made of: the library with redis and the sandbox, in release, and the program of a machine.

use super::options::Options;
use crate::catalog::Result;
use crate::dist::flavour::FULL;
use crate::measured_library;
use crate::prerequisites::C_COMPILER;
use crate::workspace::{Workspace, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Built {
    /// bench/c/terminals.c with the library.
    pub terminals: PathBuf,
    pub sandbox: PathBuf,
}

pub fn build(workspace: &Workspace, options: &Options) -> Result<Built> {
    C_COMPILER.provide()?;
    let folder = workspace.target.join("fleet");
    let library = match &options.library {
        Some(library) => library.clone(),
        None => {
            eprintln!("== building the library with redis");
            measured_library::build(workspace, &folder.join("library"), FULL.profile, &FULL.features())?
        }
    };
    let sandbox = match &options.sandbox {
        Some(sandbox) => sandbox.clone(),
        None => sandbox(workspace)?,
    };
    Ok(Built { terminals: terminals(workspace, &folder, &library)?, sandbox })
}

fn sandbox(workspace: &Workspace) -> Result<PathBuf> {
    eprintln!("== building the sandbox");
    let sandbox = ["--package", "meetgate-sandbox", "--bin", "meetgate-sandbox"];
    workspace.cargo(["build", "--quiet", "--release"].iter().chain(&sandbox))?;
    Ok(workspace.target.join("release/meetgate-sandbox"))
}

/// In a folder of this run's own: the library lies beside it, by the name that the loader looks for.
fn terminals(workspace: &Workspace, folder: &Path, library: &Path) -> Result<PathBuf> {
    let folder = folder.join(format!("run-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let beside = folder.join("libmeetgate.so.0");
    fs::copy(library, &beside).map_err(|error| format!("{}: {error}", library.display()))?;
    let program = folder.join("terminals");
    let mut cc = Command::new("cc");
    cc.args(["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-Wl,-rpath,$ORIGIN"]);
    cc.arg(format!("-I{}", workspace.root.join("include").display()));
    run(cc.arg(workspace.root.join("bench/c/terminals.c")).arg(&beside).arg("-o").arg(&program))?;
    Ok(program)
}

impl Drop for Built {
    fn drop(&mut self) {
        if let Some(folder) = self.terminals.parent() {
            _ = fs::remove_dir_all(folder);
        }
    }
}
