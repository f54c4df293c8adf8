//! `cargo xtask install`: the library as programs find it, with pkg-config and CMake, from any folder.

use crate::catalog::Result;
use crate::dist::build::Built;
use crate::dist::flavour::{FULL, Flavour};
use crate::dist::layout::{self, LIB};
use crate::dist::papers;
use crate::dist::target::Target;
use crate::workspace::Workspace;
use std::fs;
use std::path::PathBuf;

pub fn run_install(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let (mut prefix, mut from, mut flavour) = (None, None, &FULL);
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let value = *rest.next().ok_or_else(|| format!("{name} needs a value"))?;
        match *name {
            "--prefix" => prefix = Some(PathBuf::from(value)),
            "--from" => from = Some(PathBuf::from(value)),
            "--flavour" => flavour = Flavour::named(value)?,
            _ => return Err(format!("install knows no {name}").into()),
        }
    }
    let prefix = prefix.ok_or("install needs --prefix <folder>")?;
    let target = Target::of_this_machine()?;
    let documents = prefix.join("share/doc/meetgate");
    fs::create_dir_all(&documents).map_err(|error| format!("{}: {error}", documents.display()))?;
    let built = match from {
        Some(folder) => Built::found(workspace, target, &folder)?,
        None => Built::new(workspace, target, flavour)?.0,
    };
    layout::lay_out(workspace, &built, &prefix, LIB)?;
    papers::write(workspace, target, flavour, &documents)?;
    println!("installed meetgate {} into {}", env!("CARGO_PKG_VERSION"), prefix.display());
    Ok(())
}
