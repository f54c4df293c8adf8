//! Renders everything that follows from the catalog, and checks that what is checked in is that.

mod c_table;
mod cpp;
mod csharp;
mod header;
mod operations;
mod python;
mod reference;
mod sandbox;
mod table;
mod text;

use crate::catalog::{self, Catalog, Result};
use std::fs;
use std::path::Path;

/// A rendered file: its path from the root, and its text.
type Rendered = (String, String);

/// Writes the files that changed.
pub fn write(root: &Path) -> Result<()> {
    let catalog = catalog::load(root)?;
    for (path, text) in before_header(root, &catalog)? {
        write_changed(root, &path, &text)?;
    }
    // cbindgen reads the Rust sources, the ones just written among them.
    let (path, text) = header::render(root, &catalog)?;
    write_changed(root, &path, &text)?;
    csharp::render(root, &catalog)?.iter().try_for_each(|(path, text)| write_changed(root, path, text))
}

/// Fails when a checked-in file is not what the catalog renders to.
pub fn check(root: &Path) -> Result<()> {
    let catalog = catalog::load(root)?;
    let mut rendered = before_header(root, &catalog)?;
    rendered.push(header::render(root, &catalog)?);
    rendered.extend(csharp::render(root, &catalog)?);
    let stale: Vec<String> = rendered
        .into_iter()
        .filter(|(path, text)| fs::read_to_string(root.join(path)).ok().as_ref() != Some(text))
        .map(|(path, _)| path)
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!("stale: {}\nrun: cargo xtask codegen", stale.join(", ")).into())
}

fn before_header(root: &Path, catalog: &Catalog) -> Result<Vec<Rendered>> {
    let mut rendered = vec![table::render(catalog)?, operations::render(catalog)?, c_table::render(catalog)?];
    rendered.extend(reference::render(catalog)?);
    rendered.extend(cpp::render(catalog)?);
    rendered.push(sandbox::render(root, catalog)?);
    rendered.extend(python::render(catalog)?);
    Ok(rendered)
}

fn write_changed(root: &Path, path: &str, text: &str) -> Result<()> {
    let file = root.join(path);
    if fs::read_to_string(&file).ok().as_deref() != Some(text) {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, text)?;
        println!("wrote {path}");
    }
    Ok(())
}
