//! Where the files of an installed library lie, on each system: one tree for `install`, for archives and for Debian packages.

use super::build::Built;
use super::target::Target;
use crate::catalog::Result;
use crate::workspace::{Workspace, output_of, run};
use minijinja::{Environment, context};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Of the soname: libmeetgate.so.0.
const SONAME: &str = "0";

/// From the prefix to the files for pkg-config and CMake, which look for the rest from where they are.
pub const LIB: &str = "lib";

/// The templates, and where they go below the folder of libraries.
const FILLED: [(&str, &str); 3] = [
    ("pkgconfig/meetgate.pc", include_str!("../../templates/install/meetgate.pc")),
    ("cmake/Meetgate/MeetgateConfig.cmake", include_str!("../../templates/install/MeetgateConfig.cmake")),
    ("cmake/Meetgate/MeetgateConfigVersion.cmake", include_str!("../../templates/install/MeetgateConfigVersion.cmake")),
];

/// Lays the library out below a prefix; `lib` is its folder of libraries.
pub fn lay_out(workspace: &Workspace, built: &Built, prefix: &Path, lib: &str) -> Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let libraries = prefix.join(lib);
    fs::create_dir_all(&libraries)?;
    if built.target.is_windows() {
        let bin = prefix.join("bin");
        fs::create_dir_all(&bin)?;
        copy(&built.shared, &bin.join(built.target.library()))?;
        import_libraries(built, &libraries)?;
    } else {
        let shared = format!("libmeetgate.so.{version}");
        copy(&built.shared, &libraries.join(&shared))?;
        link(&shared, &libraries.join(format!("libmeetgate.so.{SONAME}")))?;
        link(&format!("libmeetgate.so.{SONAME}"), &libraries.join("libmeetgate.so"))?;
    }
    let archive = libraries.join("libmeetgate.a");
    if built.target.is_windows() {
        // MinGW's linker does not join objects with thread-local variables into one.
        copy(&built.archive, &archive)?;
    } else {
        localize(built, &archive)?;
    }
    for folder in ["", "meetgate"] {
        let to = prefix.join("include").join(folder);
        fs::create_dir_all(&to)?;
        for entry in fs::read_dir(workspace.root.join("include").join(folder))? {
            let path = entry?.path();
            if let Some(name) = path.file_name().filter(|_| path.is_file()) {
                copy(&path, &to.join(name))?;
            }
        }
    }
    for (path, template) in FILLED {
        let path = libraries.join(path);
        fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        fs::write(path, fill(template, built.target, lib)?)?;
    }
    Ok(())
}

fn fill(template: &str, target: &Target, lib: &str) -> Result<String> {
    let mut environment = Environment::new();
    environment.set_keep_trailing_newline(true);
    environment.set_trim_blocks(true);
    let up: Vec<&str> = Path::new(lib).components().map(|_| "..").collect();
    Ok(environment.render_str(
        template,
        context! {
            version => env!("CARGO_PKG_VERSION"),
            major => env!("CARGO_PKG_VERSION_MAJOR"),
            minor => env!("CARGO_PKG_VERSION_MINOR"),
            soname => SONAME,
            pointer_bytes => target.bits / 8,
            lib,
            up => up.join("/"),
            windows => target.is_windows(),
            library => target.library(),
            system_libraries => target.system_libraries(),
        },
    )?)
}

/// For MinGW and for MSVC, from the list of functions, which lies there too.
fn import_libraries(built: &Built, folder: &Path) -> Result<()> {
    let list = folder.join("meetgate.def");
    let functions: Vec<String> = built.functions.iter().map(|name| format!("    {name}\n")).collect();
    fs::write(&list, format!("LIBRARY meetgate.dll\nEXPORTS\n{}", functions.concat()))?;
    let machine = if built.target.bits == 32 { "i386" } else { "i386:x86-64" };
    for name in ["meetgate.lib", "libmeetgate.dll.a"] {
        let mut dlltool = built.toolchain()?.zig();
        dlltool
            .args(["dlltool", "-m", machine, "-D", "meetgate.dll", "-d"])
            .arg(&list)
            .arg("-l")
            .arg(folder.join(name));
        run(&mut dlltool)?;
    }
    Ok(())
}

/// One object in which only the library's own functions are seen from outside: it can be linked beside another library in Rust,
/// whose standard library would clash with this one's, and it is an eighth as large.
fn localize(built: &Built, target: &Path) -> Result<()> {
    let folder = target.with_extension("parts");
    fs::create_dir_all(&folder)?;
    let (list, weak) = (folder.join("symbols"), folder.join("weak"));
    let (all, own) = (folder.join("all.o"), folder.join("meetgate.o"));
    fs::write(&list, built.functions.iter().map(|name| format!("{name}\n")).collect::<String>())?;
    let mut joined = built.target.binutil("ld");
    joined.args(["-r", "--force-group-allocation", "--gc-sections"]);
    joined.args(built.functions.iter().flat_map(|name| ["-u", name]));
    let mut localized = built.target.binutil("objcopy");
    localized.arg(format!("--keep-global-symbols={}", list.display())).arg("--strip-debug");
    // What only newer systems have would be needed of every system else.
    fs::write(&weak, weak_of_the_system(built)?)?;
    localized.arg(format!("--weaken-symbols={}", weak.display()));
    localized.args(["--remove-section=.llvmbc", "--remove-section=.llvmcmd"]);
    run(joined.arg("-o").arg(&all).arg("--whole-archive").arg(&built.archive))?;
    run(localized.arg(&all).arg(&own))?;
    if target.exists() {
        fs::remove_file(target)?;
    }
    // Without dates and owners.
    run(built.target.binutil("ar").arg("rcsD").arg(target).arg(&own))?;
    fs::remove_dir_all(folder)?;
    Ok(())
}

/// Functions that Rust's standard library uses where the system has them. nm cannot read all of the archive.
fn weak_of_the_system(built: &Built) -> Result<String> {
    let text = output_of(built.target.binutil("readelf").arg("-sW").arg(&built.archive))?;
    let rows = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let names = rows.filter_map(|row| match row.as_slice() {
        [_, _, _, _, "WEAK", _, "UND", name] => Some(format!("{name}\n")),
        _ => None,
    });
    Ok(names.collect::<BTreeSet<_>>().into_iter().collect())
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
