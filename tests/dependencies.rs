//! `docs/dependencies.md` has a row for each direct dependency, and for nothing else.

use std::collections::BTreeSet;
use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
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
    let page = read("docs/dependencies.md");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    for row in &rows {
        assert!(row.len() == 4 && row.iter().all(|cell| !cell.is_empty()), "{row:?} has an empty cell");
    }
    let told: BTreeSet<String> = rows.iter().map(|row| row[0].trim_matches('`').to_owned()).collect();
    assert_eq!(told.len(), rows.len(), "one stands twice");
    assert_eq!(told, declared);
}
