//! One file of a folder, the same one each time.

use crate::catalog::Result;
use crate::prerequisites::Program;
use crate::workspace::{Workspace, output_of, run};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const TAR: Program = Program::new("tar", &["tar"]);
const GZIP: Program = Program::new("gzip", &["gzip"]);
const ZIP: Program = Program::new("zip", &["zip"]);

/// The time that files in packages have, in seconds since 1970: the environment's `SOURCE_DATE_EPOCH`, else that of the commit.
pub fn date(workspace: &Workspace) -> Result<String> {
    if let Ok(date) = std::env::var("SOURCE_DATE_EPOCH") {
        return Ok(date);
    }
    let mut git = Command::new("git");
    git.current_dir(&workspace.root).args(["log", "-1", "--format=%ct"]);
    let date =
        output_of(&mut git).map_err(|why| format!("the commit's time is not known, set SOURCE_DATE_EPOCH: {why}"))?;
    Ok(date.trim().to_owned())
}

/// Writes the folder into `<folder>.tar.gz` beside it.
pub fn tar(folder: &Path, date: &str) -> Result<PathBuf> {
    TAR.provide()?;
    GZIP.provide()?;
    let (above, name) = place(folder)?;
    let file = with_ending(folder, "tar");
    let mut tar = Command::new("tar");
    tar.args([
        "--create",
        "--sort=name",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--format=ustar",
        "--mode=u+rw,go+r-w",
    ]);
    tar.arg(format!("--mtime=@{date}")).arg("--file").arg(&file).arg("--directory").arg(above).arg(name);
    run(&mut tar)?;
    run(Command::new("gzip").args(["--force", "--best", "--no-name"]).arg(&file))?;
    Ok(with_ending(folder, "tar.gz"))
}

/// Writes the folder into `<folder>.zip` beside it.
pub fn zip(folder: &Path, date: &str) -> Result<PathBuf> {
    ZIP.provide()?;
    let (above, name) = place(folder)?;
    let file = with_ending(folder, "zip");
    if file.exists() {
        fs::remove_file(&file)?;
    }
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    for path in &files {
        run(Command::new("touch").arg(format!("--date=@{date}")).arg(path))?;
    }
    let mut zip = Command::new("zip");
    zip.current_dir(above).env("TZ", "UTC").args(["-9", "-q", "-X", "-D"]).arg(&file);
    for path in &files {
        zip.arg(Path::new(name).join(path.strip_prefix(folder)?));
    }
    run(&mut zip)?;
    Ok(file)
}

fn place(folder: &Path) -> Result<(&Path, &OsStr)> {
    let above = folder.parent().ok_or("the root cannot be packed")?;
    Ok((above, folder.file_name().ok_or("a folder without a name cannot be packed")?))
}

/// Not `with_extension`, which would take the version's last number for one.
fn with_ending(folder: &Path, ending: &str) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
