//! Debian's packages for other processors, unpacked beside the system: as architectures of the machine's own they could stop its
//! updates.

use crate::catalog::Result;
use crate::workspace::{Workspace, output_of};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder with a package and all that it needs.
pub fn unpacked(workspace: &Workspace, processor: &str, package: &str) -> Result<PathBuf> {
    let folder = workspace.tools().join(format!("{package}-{processor}"));
    let tree = folder.join("tree");
    if tree.is_dir() {
        return Ok(tree);
    }
    println!("unpacking {package} for {processor} into {}", tree.display());
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
            "APT::Architecture \"{processor}\";\nAPT::Architectures {{ \"{processor}\"; }};\nAPT::Sandbox::User \"root\";\n\
             Dir::State \"{0}/state\";\nDir::State::status \"{0}/state/status\";\nDir::Cache \"{0}/cache\";\n",
            folder.display()
        ),
    )?;
    // Lists of sources that are not Debian's have nothing for this processor: that is no failure.
    _ = apt_get(&settings, &["update"]);
    apt_get(&settings, &["install", "--yes", "--no-install-recommends", "--download-only", package])?;
    // Whole, or not at all.
    let unfinished = folder.join("unfinished");
    for entry in fs::read_dir(folder.join("cache/archives"))? {
        let file = entry?.path();
        if file.extension().is_some_and(|ending| ending == "deb") {
            output_of(Command::new("dpkg-deb").arg("--extract").arg(file).arg(&unfinished))?;
        }
    }
    fs::remove_dir_all(folder.join("cache"))?;
    fs::rename(unfinished, &tree)?;
    Ok(tree)
}

fn apt_get(settings: &Path, arguments: &[&str]) -> Result<()> {
    output_of(Command::new("apt-get").env("APT_CONFIG", settings).args(arguments)).map(drop)
}
