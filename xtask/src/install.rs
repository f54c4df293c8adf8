//! `cargo xtask install`: the library as programs find it, with pkg-config and CMake, from any folder.

use crate::catalog::Result;
use crate::workspace::{Workspace, run};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Of the soname: libmeetgate.so.0.
const SONAME: &str = "0";

/// What the static library needs of the system, as `rustc --print native-static-libs` has it.
const SYSTEM_LIBRARIES: [&str; 7] = ["gcc_s", "util", "rt", "pthread", "m", "dl", "c"];

pub fn run_install(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let (mut prefix, mut from) = (None, None);
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let value = rest.next().map(PathBuf::from).ok_or_else(|| format!("{name} needs a path"))?;
        match *name {
            "--prefix" => prefix = Some(value),
            "--from" => from = Some(value),
            _ => return Err(format!("install knows no {name}").into()),
        }
    }
    let prefix = prefix.ok_or("install needs --prefix <folder>")?;
    let libraries = match from {
        Some(folder) => folder,
        None => build(workspace)?,
    };
    lay_out(workspace, &libraries, &prefix)?;
    println!("installed meetgate {} into {}", env!("CARGO_PKG_VERSION"), prefix.display());
    Ok(())
}

/// Each kind alone: only then the shared library gets link-time optimisation.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    for kind in ["staticlib", "cdylib"] {
        workspace.cargo(["rustc", "--package", "meetgate", "--release", "--lib", "--crate-type", kind])?;
    }
    Ok(workspace.target.join("release"))
}

fn lay_out(workspace: &Workspace, libraries: &Path, prefix: &Path) -> Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let lib = prefix.join("lib");
    for folder in ["lib/pkgconfig", "lib/cmake/Meetgate", "include/meetgate", "share/doc/meetgate"] {
        fs::create_dir_all(prefix.join(folder))?;
    }
    let shared = format!("libmeetgate.so.{version}");
    copy(&libraries.join("libmeetgate.so"), &lib.join(&shared))?;
    link(&shared, &lib.join(format!("libmeetgate.so.{SONAME}")))?;
    link(&format!("libmeetgate.so.{SONAME}"), &lib.join("libmeetgate.so"))?;
    localize(&libraries.join("libmeetgate.a"), &lib.join("libmeetgate.a"), &lib.join(&shared))?;
    let include = workspace.root.join("include");
    for folder in ["", "meetgate"] {
        for entry in fs::read_dir(include.join(folder))? {
            let path = entry?.path();
            if let Some(name) = path.file_name().filter(|_| path.is_file()) {
                copy(&path, &prefix.join("include").join(folder).join(name))?;
            }
        }
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        copy(&workspace.root.join(licence), &prefix.join("share/doc/meetgate").join(licence))?;
    }
    let filled = [
        ("lib/pkgconfig/meetgate.pc", include_str!("../templates/install/meetgate.pc")),
        ("lib/cmake/Meetgate/MeetgateConfig.cmake", include_str!("../templates/install/MeetgateConfig.cmake")),
        (
            "lib/cmake/Meetgate/MeetgateConfigVersion.cmake",
            include_str!("../templates/install/MeetgateConfigVersion.cmake"),
        ),
    ];
    for (path, template) in filled {
        fs::write(prefix.join(path), fill(template))?;
    }
    Ok(())
}

fn fill(template: &str) -> String {
    let flags = SYSTEM_LIBRARIES.map(|name| format!("-l{name}")).join(" ");
    [
        ("@VERSION@", env!("CARGO_PKG_VERSION")),
        ("@MAJOR@", env!("CARGO_PKG_VERSION_MAJOR")),
        ("@MINOR@", env!("CARGO_PKG_VERSION_MINOR")),
        ("@SONAME@", SONAME),
        ("@POINTER_BYTES@", &size_of::<usize>().to_string()),
        ("@SYSTEM_LIBRARIES@", &flags),
        ("@SYSTEM_LIBRARIES_CMAKE@", &SYSTEM_LIBRARIES.join(";")),
    ]
    .iter()
    .fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
}

/// One object in which only the library's own functions are seen from outside: it can be linked beside another library in Rust,
/// whose standard library would clash with this one's, and it is an eighth as large.
fn localize(whole: &Path, target: &Path, shared: &Path) -> Result<()> {
    let symbols = exported(shared)?;
    let folder = target.with_extension("parts");
    fs::create_dir_all(&folder)?;
    let (list, weak) = (folder.join("symbols"), folder.join("weak"));
    let (all, own) = (folder.join("all.o"), folder.join("meetgate.o"));
    fs::write(&list, symbols.join("\n") + "\n")?;
    fs::write(&weak, weak_of_the_system(whole)?)?;
    let mut joined = Command::new("ld");
    joined.args(["-r", "--force-group-allocation", "--gc-sections"]).args(symbols.iter().flat_map(|name| ["-u", name]));
    run(joined.arg("-o").arg(&all).arg("--whole-archive").arg(whole))?;
    let mut localized = Command::new("objcopy");
    localized.arg(format!("--keep-global-symbols={}", list.display())).arg("--strip-debug");
    // What only newer systems have would be needed of every system else.
    localized.arg(format!("--weaken-symbols={}", weak.display()));
    run(localized.args(["--remove-section=.llvmbc", "--remove-section=.llvmcmd"]).arg(&all).arg(&own))?;
    if target.exists() {
        fs::remove_file(target)?;
    }
    // Without dates and owners.
    run(Command::new("ar").arg("rcsD").arg(target).arg(&own))?;
    fs::remove_dir_all(folder)?;
    Ok(())
}

/// Functions that Rust's standard library uses where the system has them. nm cannot read all of the archive.
fn weak_of_the_system(whole: &Path) -> Result<String> {
    let output = Command::new("readelf").arg("-sW").arg(whole).output()?;
    if !output.status.success() {
        return Err(format!("readelf {}: {}", whole.display(), String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let rows = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let names = rows.filter_map(|row| match row.as_slice() {
        [_, _, _, _, "WEAK", _, "UND", name] => Some(format!("{name}\n")),
        _ => None,
    });
    Ok(names.collect::<BTreeSet<_>>().into_iter().collect())
}

fn exported(shared: &Path) -> Result<Vec<String>> {
    let output = Command::new("nm").args(["--dynamic", "--defined-only", "--format=posix"]).arg(shared).output()?;
    if !output.status.success() {
        return Err(format!("nm {}: {}", shared.display(), String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map_err(|error| format!("{}: {error}", from.display()))?;
    Ok(())
}

fn link(to: &str, at: &Path) -> Result<()> {
    if at.is_symlink() || at.exists() {
        fs::remove_file(at)?;
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(to, at)?;
    #[cfg(not(unix))]
    fs::copy(at.with_file_name(to), at)?;
    Ok(())
}
