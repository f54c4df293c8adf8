//! `cargo xtask bench`: how fast the library is beside what a program would write without it. Nothing here passes or fails: what
//! is below its floor is marked.

mod build;
mod contender;
mod csharp;
mod footprint;
mod growth;
mod lab;
mod limits;
mod native;
mod options;
mod page;
mod processor;
mod python;
mod row;
mod speed;

use crate::catalog::Result;
use crate::workspace::Workspace;
use options::{Options, PARTS, Part, USAGE};
use row::Row;
use std::fs;

/// What one part measured.
struct Table {
    part: Part,
    /// Which machine, and which versions.
    about: String,
    rows: Vec<Row>,
}

pub fn run_bench(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    if matches!(arguments, ["help" | "--help"]) {
        println!("{USAGE}");
        return Ok(());
    }
    let options = Options::read(arguments)?;
    let mut tables = Vec::new();
    let mut problems = Vec::new();
    for part in PARTS.into_iter().filter(|part| options.parts.contains(part)) {
        let measured = match part {
            Part::Native => native::measure(workspace, options.effort),
            Part::Python => python::measure(workspace, options.effort),
            Part::Csharp => csharp::measure(workspace, options.effort),
        };
        match measured {
            Ok((about, rows)) => {
                let table = Table { part, about, rows };
                println!("{}", page::markdown(&table));
                tables.push(table);
            }
            // The other parts are still worth their time.
            Err(problem) => problems.push(format!("{}: not measured: {problem}", part.name())),
        }
    }
    if let Some(file) = &options.json {
        let rows = tables.iter().flat_map(|table| table.rows.iter().map(|row| (table.part.language(), row)));
        fs::write(file, row::json(rows)?)?;
    }
    if options.effort.is_quick() {
        println!("docs/performance.md is as it was: what --quick measures is too rough for it");
    } else {
        page::write(&workspace.root.join("docs/performance.md"), &tables)?;
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}
