//! `docs/dependencies.md` has a row for each crate that is linked into the library, with its licence, and for nothing else.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

const PAGE: &str = "docs/dependencies.md";

fn read(path: &str) -> String {
    std::fs::read_to_string(support::root().join(path)).unwrap()
}

/// The rows of one table: the crate's name first, without its marks.
fn rows(table: &str, cells: usize) -> Vec<Vec<String>> {
    let page = read(PAGE);
    let (_, rest) = page.split_once(&format!("<!-- measured: {table} -->")).unwrap();
    let (table, _) = rest.split_once("<!-- measured: end -->").unwrap();
    let rows: Vec<Vec<String>> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect())
        .collect();
    for row in &rows {
        assert!(row.len() == cells && row.iter().all(|cell| !cell.is_empty()), "{row:?} has an empty cell");
    }
    rows
}

fn name(row: &[String]) -> String {
    row[0].trim_matches('`').to_owned()
}

#[test]
fn each_direct_dependency_has_a_row() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let of_targets = manifest["target"].as_table().unwrap().values().map(|target| &target["dependencies"]);
    let declared: BTreeSet<String> = [&manifest["dependencies"]]
        .into_iter()
        .chain(of_targets)
        .flat_map(|table| table.as_table().unwrap().keys().cloned())
        .collect();
    let rows = rows("direct", 6);
    let told: BTreeSet<String> = rows.iter().map(|row| name(row)).collect();
    assert_eq!(told.len(), rows.len(), "one stands twice");
    assert_eq!(told, declared);
}

/// `cargo xtask fuzz` and `cargo xtask bench` build with these locks as they are, and no other test calls them.
#[test]
fn the_locks_of_the_other_workspaces_follow_what_the_library_asks_for() {
    for workspace in ["fuzz", "bench"] {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(support::root().join(workspace)).args(["update", "--workspace", "--locked"]);
        let output = support::run(&mut cargo);
        assert!(output.status.success(), "{workspace}: {}", support::both(&output));
    }
}

#[test]
fn each_crate_that_is_linked_stands_there_with_its_licence() {
    // Macros run at build time. The page is about one system, whatever this one is.
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(support::root()).args([
        "tree",
        "--locked",
        "--quiet",
        "--package",
        "meetgate",
        "--features",
        "full",
    ]);
    cargo.args(["--target", "x86_64-unknown-linux-gnu", "--edges", "normal,no-proc-macro", "--prefix", "none"]);
    let output = support::run(cargo.args(["--no-dedupe", "--format", "{p}|{l}"]));
    assert!(output.status.success(), "{}", support::both(&output));
    let tree = String::from_utf8(output.stdout).unwrap();
    let linked: BTreeMap<String, String> = tree
        .lines()
        .skip(1)
        .map(|line| {
            let (package, licence) = line.split_once('|').unwrap();
            (package.split(' ').next().unwrap().to_owned(), licence.to_owned())
        })
        .collect();
    let direct = rows("direct", 6).into_iter().map(|row| (name(&row), row[3].clone()));
    let indirect = rows("indirect", 5).into_iter().map(|row| (name(&row), row[2].clone()));
    let told: BTreeMap<String, String> = direct.chain(indirect).collect();
    assert_eq!(told, linked, "{PAGE} is not what is linked: run `cargo xtask dependencies`");
}
