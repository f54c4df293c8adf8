//! The NuGet package: the C# library, with the native one for each machine.

use super::build::Built;
use super::flavour::FULL;
use super::target::Target;
use crate::catalog::Result;
use crate::prerequisites;
use crate::workspace::{self, Workspace};
use std::fs;
use std::path::{Path, PathBuf};

/// `cargo xtask dist nuget`: with the library for this machine alone, or of libraries that are built.
pub fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let (mut runtimes, mut output) = (None, workspace.target.join("dist"));
    for pair in arguments.chunks(2) {
        match pair {
            ["--runtimes", folder] => runtimes = Some(std::path::absolute(folder)?),
            ["--output", folder] => output = std::path::absolute(folder)?,
            _ => return Err("usage: cargo xtask dist nuget [--runtimes <folder>] [--output <folder>]".into()),
        }
    }
    let runtimes = match runtimes {
        Some(folder) => folder,
        None => {
            let folder = workspace.target.join("tmp/runtimes-of-this-machine");
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            Built::new(workspace, Target::of_this_machine()?, &FULL)?.0.keep(&folder)?;
            folder
        }
    };
    let package = package(workspace, &runtimes, &output)?;
    println!("wrote {}", package.display());
    Ok(())
}

/// With what lies at `<rid>/native/<library>` in a folder.
pub fn package(workspace: &Workspace, runtimes: &Path, folder: &Path) -> Result<PathBuf> {
    let dotnet = prerequisites::dotnet(workspace)?;
    let mut pack = dotnet.command(["pack", "--nologo", "--verbosity", "quiet"]);
    pack.arg(workspace.root.join("bindings/csharp/src/Meetgate")).arg("--output").arg(folder);
    workspace::run(pack.arg(format!("-p:MeetgateRuntimes={}", runtimes.display())))?;
    Ok(folder.join(format!("Meetgate.{}.nupkg", env!("CARGO_PKG_VERSION"))))
}
