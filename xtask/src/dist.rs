//! `cargo xtask dist`: what is handed out. So far the NuGet package.

mod nuget;

use crate::catalog::Result;
use crate::workspace::Workspace;
use std::path::PathBuf;

/// What the command line asks for.
#[derive(Default)]
struct Options {
    /// A build of the library for this machine.
    library: Option<PathBuf>,
    /// A folder `<rid>/native/<library>` with builds for other machines.
    runtimes: Option<PathBuf>,
}

pub fn run_dist(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let options = Options::read(arguments)?;
    let library = match options.library {
        Some(library) => library,
        None => build(workspace)?,
    };
    let package = nuget::pack(workspace, &library, options.runtimes.as_deref())?;
    println!("wrote {}", package.display());
    Ok(())
}

impl Options {
    fn read(arguments: &[&str]) -> Result<Options> {
        let mut options = Options::default();
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            let value = rest.next().map(PathBuf::from).ok_or_else(|| format!("{name} needs a path"))?;
            match *name {
                "--library" => options.library = Some(value),
                "--runtimes" => options.runtimes = Some(value),
                _ => return Err(format!("dist knows no {name}").into()),
            }
        }
        Ok(options)
    }
}

/// The shared library alone: only then does it get link-time optimisation. With every feature, as for desktops and servers.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    workspace.cargo([
        "rustc",
        "--package",
        "meetgate",
        "--features",
        "full",
        "--release",
        "--lib",
        "--crate-type",
        "cdylib",
    ])?;
    let name = format!("{}meetgate{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    Ok(workspace.target.join("release").join(name))
}
