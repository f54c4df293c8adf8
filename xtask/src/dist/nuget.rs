//! The NuGet package: a zip of the assembly, the native libraries and the metadata.
//!
//! The assembly is the one for .NET Framework 4.5, which mcs makes. `dotnet pack` of the same project adds those for
//! netstandard2.0 and net8.0; it cannot run where there is no .NET SDK.

use crate::catalog::Result;
use crate::prerequisites::MCS;
use crate::workspace::{Workspace, run};
use minijinja::{Environment, context};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

const PROJECT: &str = "bindings/csharp/src/Meetgate";
const REFERENCES: &str = "-r:System.dll,System.Core.dll,System.Xml.dll,System.Runtime.Serialization.dll";

pub fn pack(workspace: &Workspace, library: &Path, runtimes: Option<&Path>) -> Result<PathBuf> {
    MCS.provide()?;
    let folder = workspace.target.join("dist");
    let build = folder.join("net45");
    fs::create_dir_all(&build)?;
    compile(&workspace.root.join(PROJECT), &build)?;

    let version = env!("CARGO_PKG_VERSION");
    let package = folder.join(format!("Meetgate.{version}.nupkg"));
    let mut zip = Package(ZipWriter::new(File::create(&package)?));
    for (name, template) in [
        ("[Content_Types].xml", include_str!("../../templates/nuget/content_types.xml")),
        ("_rels/.rels", include_str!("../../templates/nuget/rels.xml")),
        ("Meetgate.nuspec", include_str!("../../templates/nuget/Meetgate.nuspec.j2")),
    ] {
        let text = Environment::new().render_str(template, context! { version })?;
        zip.add(name, text.as_bytes())?;
    }
    for name in ["Meetgate.dll", "Meetgate.xml"] {
        zip.add(&format!("lib/net45/{name}"), &fs::read(build.join(name))?)?;
    }
    let targets = fs::read(workspace.root.join(PROJECT).join("Meetgate.targets"))?;
    for folder in ["build", "buildTransitive"] {
        zip.add(&format!("{folder}/net45/Meetgate.targets"), &targets)?;
    }
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        zip.add(name, &fs::read(workspace.root.join(name))?)?;
    }
    for (rid, file) in natives(library, runtimes)? {
        let name = file.file_name().ok_or("a library without a name")?.to_string_lossy().into_owned();
        zip.add(
            &format!("runtimes/{rid}/native/{name}"),
            &fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?,
        )?;
    }
    zip.0.finish()?;
    Ok(package)
}

fn compile(project: &Path, build: &Path) -> Result<()> {
    run(Command::new("mcs")
        .current_dir(project)
        .args(["-langversion:7.2", "-warnaserror", "-optimize+", "-target:library", REFERENCES])
        .arg(format!("-doc:{}", build.join("Meetgate.xml").display()))
        .arg(format!("-out:{}", build.join("Meetgate.dll").display()))
        .args(["*.cs", "Generated/*.cs"]))
}

/// Runtime identifiers and their libraries, in ascending order.
fn natives(library: &Path, runtimes: Option<&Path>) -> Result<Vec<(String, PathBuf)>> {
    let mut natives = vec![(this_machine()?, library.to_owned())];
    let folders = runtimes.map(fs::read_dir).transpose()?;
    for folder in folders.into_iter().flatten() {
        let folder = folder?;
        let rid = folder.file_name().to_string_lossy().into_owned();
        if natives.iter().any(|(known, _)| *known == rid) {
            continue;
        }
        for file in fs::read_dir(folder.path().join("native"))? {
            natives.push((rid.clone(), file?.path()));
        }
    }
    natives.sort();
    Ok(natives)
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

/// A zip that comes out the same for the same content: no times, always in the order given.
struct Package(ZipWriter<File>);

impl Package {
    fn add(&mut self, name: &str, content: &[u8]) -> Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        self.0.start_file(name, options)?;
        self.0.write_all(content)?;
        Ok(())
    }
}
