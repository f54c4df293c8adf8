//! `cargo xtask dist`: what is handed out. So far the NuGet package.

use crate::catalog::Result;
use crate::dotnet::Dotnet;
use crate::prerequisites;
use crate::workspace::{Workspace, run};
use std::fs;
use std::path::{Path, PathBuf};

/// What the command line asks for.
#[derive(Default)]
struct Options {
    /// A build of the library for this machine.
    library: Option<PathBuf>,
    /// A folder `<rid>/native/<library>` with builds for other machines.
    runtimes: Option<PathBuf>,
    /// Where the packages go, in place of target/dist.
    output: Option<PathBuf>,
}

pub fn run_dist(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let options = Options::read(arguments)?;
    let dotnet = prerequisites::dotnet(workspace)?;
    let library = match options.library {
        Some(library) => library,
        None => build(workspace)?,
    };
    let folder = options.output.unwrap_or_else(|| workspace.target.join("dist"));
    let runtimes = folder.join("runtimes");
    lay_out(&library, options.runtimes.as_deref(), &runtimes)?;
    let package = pack(&dotnet, workspace, &runtimes, &folder)?;
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
                "--output" => options.output = Some(value),
                _ => return Err(format!("dist knows no {name}").into()),
            }
        }
        Ok(options)
    }
}

/// The shared library alone: only then does it get link-time optimisation. With every feature, as for desktops and servers.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
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

/// Puts the libraries into one folder: that for this machine, and those for others.
fn lay_out(library: &Path, others: Option<&Path>, runtimes: &Path) -> Result<()> {
    if runtimes.exists() {
        fs::remove_dir_all(runtimes)?;
    }
    let own = this_machine()?;
    copy(library, &runtimes.join(&own).join("native"))?;
    for folder in others.map(fs::read_dir).transpose()?.into_iter().flatten() {
        let folder = folder?;
        if *folder.file_name() == *own {
            continue;
        }
        for file in fs::read_dir(folder.path().join("native"))? {
            copy(&file?.path(), &runtimes.join(folder.file_name()).join("native"))?;
        }
    }
    Ok(())
}

fn copy(file: &Path, folder: &Path) -> Result<()> {
    let name = file.file_name().ok_or_else(|| format!("{} is no file", file.display()))?;
    fs::create_dir_all(folder)?;
    fs::copy(file, folder.join(name)).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(())
}

fn pack(dotnet: &Dotnet, workspace: &Workspace, runtimes: &Path, folder: &Path) -> Result<PathBuf> {
    let mut pack = dotnet.command(["pack", "--nologo", "--verbosity", "quiet"]);
    pack.arg(workspace.root.join("bindings/csharp/src/Meetgate")).arg("--output").arg(folder);
    run(pack.arg(format!("-p:MeetgateRuntimes={}", runtimes.display())))?;
    Ok(folder.join(format!("Meetgate.{}.nupkg", env!("CARGO_PKG_VERSION"))))
}

/// .NET's name for a machine like this one.
fn this_machine() -> Result<String> {
    let system = match std::env::consts::OS {
        "linux" if cfg!(target_env = "musl") => "linux-musl",
        "linux" => "linux",
        "windows" => "win",
        "macos" => "osx",
        other => return Err(format!(".NET has no runtime identifier for {other}").into()),
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    Ok(format!("{system}-{processor}"))
}
