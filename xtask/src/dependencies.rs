//! `cargo xtask dependencies`: what each linked crate adds to the library, measured and written into docs/dependencies.md.
//!
//! Why a crate is there is written on that page, by hand; what can be asked of cargo or measured is written by this command.

mod symbols;

use crate::catalog::Result;
use crate::linked::{Graph, Linked};
use crate::measured::{part, replaced};
use crate::measured_library;
use crate::workspace::{Workspace, run};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

const PAGE: &str = "docs/dependencies.md";
/// The one that the page is about.
const MACHINE: &str = "x86_64-unknown-linux-gnu";
const ALL_FEATURES: &str = "full";
/// Cells of a direct crate's row that people write: its name, why it is there, and what would replace it.
const BY_HAND: usize = 3;

/// One build of the library.
struct Measured {
    /// Bytes by the name that a crate has in the code.
    bytes: BTreeMap<String, u64>,
    /// Of the file as it ships.
    stripped: u64,
}

pub fn run_dependencies(workspace: &Workspace) -> Result<()> {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu")) {
        return Err(format!("the page is about {MACHINE}, and this machine is another").into());
    }
    let graph = Graph::of(workspace, &["--features", ALL_FEATURES])?;
    let plain = Graph::of(workspace, &[])?;
    let builds = [Measured::of(workspace, "")?, Measured::of(workspace, ALL_FEATURES)?];
    let path = workspace.root.join(PAGE);
    let page = fs::read_to_string(&path)?;
    let page = replaced(PAGE, &page, "the library", &summary(&builds, &graph))?;
    let page = replaced(PAGE, &page, "direct", &direct(part(PAGE, &page, "direct")?, &graph, &plain, &builds)?)?;
    let page = replaced(PAGE, &page, "indirect", &indirect(&graph, &plain, &builds))?;
    fs::write(&path, page)?;
    println!("wrote {PAGE}");
    Ok(())
}

impl Measured {
    fn of(workspace: &Workspace, features: &str) -> Result<Measured> {
        let library = build(workspace, features)?;
        let stripped = library.with_file_name("stripped.so");
        run(Command::new("strip").arg("-o").arg(&stripped).arg(&library))?;
        let bytes = symbols::by_crate(&library)?;
        if !bytes.contains_key("meetgate") {
            return Err(format!("{}: it has no names of functions", library.display()).into());
        }
        Ok(Measured { bytes, stripped: fs::metadata(&stripped)?.len() })
    }

    fn named(&self) -> u64 {
        self.bytes.values().sum()
    }

    fn of_crate(&self, name: &str) -> u64 {
        self.bytes.get(name).copied().unwrap_or_default()
    }

    /// What no linked crate has: Rust's standard library, with what it brings along.
    fn of_standard(&self, graph: &Graph) -> u64 {
        let known = |name: &str| name == "meetgate" || graph.linked.values().any(|linked| linked.in_code == name);
        self.bytes.iter().filter(|(name, _)| !known(name)).map(|(_, bytes)| bytes).sum()
    }
}

/// The shared library as it ships, but with the names of what is in it.
fn build(workspace: &Workspace, features: &str) -> Result<PathBuf> {
    let folder = workspace.target.join("dependencies").join(if features.is_empty() { "plain" } else { features });
    let named = [("CARGO_ENCODED_RUSTFLAGS", "-Csymbol-mangling-version=v0\u{1f}-Cstrip=none")];
    measured_library::build_with(workspace, &folder, "release", &["--features", features], &named)
}

fn summary(builds: &[Measured; 2], graph: &Graph) -> String {
    let mut out = String::from("| | KB | KB with `full` |\n|---|---|---|\n");
    let mut row = |what: &str, of: &dyn Fn(&Measured) -> u64| {
        let [plain, full] = [of(&builds[0]), of(&builds[1])].map(kilobytes);
        _ = writeln!(out, "| {what} | {plain} | {full} |");
    };
    row("the stripped library", &|build| build.stripped);
    row("of it: meetgate's own code", &|build| build.of_crate("meetgate"));
    row("Rust's standard library", &|build| build.of_standard(graph));
    row("the crates below", &|build| build.named() - build.of_standard(graph) - build.of_crate("meetgate"));
    row("without a name: texts, constants, unwind tables, relocations", &|build| {
        build.stripped.saturating_sub(build.named())
    });
    out
}

/// The rows that are there, with what was measured; the error names crates that have no row, and rows of no crate.
fn direct(table: &str, graph: &Graph, plain: &Graph, builds: &[Measured; 2]) -> Result<String> {
    let mut told = BTreeMap::new();
    for line in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let cells = cells.get(..BY_HAND).ok_or_else(|| format!("{PAGE}: a row has too few cells: {line}"))?;
        told.insert(cells[0].trim_matches('`'), cells.join(" | "));
    }
    let direct = || graph.linked.values().filter(|linked| linked.is_direct());
    let missing: Vec<&str> =
        direct().map(|linked| linked.name.as_str()).filter(|name| !told.contains_key(name)).collect();
    let gone: Vec<&&str> = told.keys().filter(|name| !direct().any(|linked| linked.name == ***name)).collect();
    if !missing.is_empty() || !gone.is_empty() {
        return Err(format!("{PAGE}: write a row for {missing:?}; take out those of {gone:?}").into());
    }
    let mut rows: Vec<&Linked> = direct().collect();
    rows.sort_by_key(|linked| std::cmp::Reverse(builds[1].of_crate(&linked.in_code)));
    let mut out = String::from(
        "| crate | why | what would replace it | licence | KB | KB with `full` |\n|---|---|---|---|---|---|\n",
    );
    for linked in rows {
        _ = writeln!(out, "| {} | {} |", told[linked.name.as_str()], measured(linked, plain, builds));
    }
    Ok(out)
}

fn indirect(graph: &Graph, plain: &Graph, builds: &[Measured; 2]) -> String {
    let mut out = String::from("| crate | comes with | licence | KB | KB with `full` |\n|---|---|---|---|---|\n");
    for linked in graph.linked.values().filter(|linked| !linked.is_direct()) {
        let with: Vec<String> = linked.comes_with.iter().map(|name| format!("`{name}`")).collect();
        _ = writeln!(out, "| `{}` | {} | {} |", linked.name, with.join(", "), measured(linked, plain, builds));
    }
    out
}

/// The last cells of a row.
fn measured(linked: &Linked, plain: &Graph, builds: &[Measured; 2]) -> String {
    let of = |build: &Measured| match build.of_crate(&linked.in_code) {
        0 => "–".to_owned(),
        bytes => kilobytes(bytes),
    };
    let without = if plain.linked.contains_key(&linked.name) { of(&builds[0]) } else { "not linked".to_owned() };
    format!("{} | {without} | {}", linked.licence, of(&builds[1]))
}

fn kilobytes(bytes: u64) -> String {
    match (bytes + 512) / 1024 {
        0 => "< 1".to_owned(),
        kilobytes => kilobytes.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded() {
        assert_eq!([1, 511, 512, 1024, 1536].map(kilobytes), ["< 1", "< 1", "1", "1", "2"]);
    }
}
