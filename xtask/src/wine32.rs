//! Wine for 32-bit programs, unpacked beside the system: as a second architecture of the machine's own it could stop its updates.

use crate::catalog::Result;
use crate::workspace::{Workspace, output_of};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

const WINE: &str = "usr/lib/wine/wine";

/// The folder with the unpacked tree, which takes some 700 MB.
pub fn provide(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("tools/wine32");
    let tree = folder.join("tree");
    if tree.join("program").is_dir() {
        return Ok(tree);
    }
    println!("unpacking Wine for 32-bit programs into {}", tree.display());
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(folder.join("state/lists/partial"))?;
    fs::create_dir_all(folder.join("cache/archives/partial"))?;
    fs::write(folder.join("state/status"), "")?;
    let settings = folder.join("apt.conf");
    fs::write(
        &settings,
        format!(
            "APT::Architecture \"i386\";\nAPT::Architectures {{ \"i386\"; }};\nAPT::Sandbox::User \"root\";\n\
             Dir::State \"{0}/state\";\nDir::State::status \"{0}/state/status\";\nDir::Cache \"{0}/cache\";\n",
            folder.display()
        ),
    )?;
    // Lists of sources that are not Debian's have nothing for this processor: that is no failure.
    _ = apt_get(&settings, &["update"]);
    apt_get(&settings, &["install", "--yes", "--no-install-recommends", "--download-only", "wine32"])?;
    for entry in fs::read_dir(folder.join("cache/archives"))? {
        let package = entry?.path();
        if package.extension().is_some_and(|ending| ending == "deb") {
            output_of(Command::new("dpkg-deb").arg("--extract").arg(package).arg(&tree))?;
        }
    }
    if !tree.join(WINE).is_file() {
        return Err("the packages of wine32 have no Wine".into());
    }
    // As the package's own script does it.
    let library = tree.join("usr/lib/i386-linux-gnu/wine/i386-windows/zlib1.dll");
    if !library.exists() {
        symlink("/usr/i686-w64-mingw32/lib/zlib1.dll", library)?;
    }
    for name in ["dev", "proc", "tmp", "program"] {
        fs::create_dir_all(tree.join(name))?;
    }
    fs::remove_dir_all(folder.join("cache"))?;
    Ok(tree)
}

fn apt_get(settings: &Path, arguments: &[&str]) -> Result<()> {
    output_of(Command::new("apt-get").env("APT_CONFIG", settings).args(arguments)).map(drop)
}
