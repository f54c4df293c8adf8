//! The NuGet package: the C# library, with the native one for each machine.

use crate::catalog::Result;
use crate::prerequisites;
use crate::workspace::{self, Workspace};
use std::path::{Path, PathBuf};

/// `cargo xtask dist nuget`: of libraries that are built.
pub fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let ["--runtimes", runtimes, "--output", output] = arguments else {
        return Err("usage: cargo xtask dist nuget --runtimes <folder> --output <folder>".into());
    };
    let package = package(workspace, Path::new(runtimes), Path::new(output))?;
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
