//! Which crates are linked into the library, as cargo knows it.

use crate::catalog::Result;
use crate::workspace::{Workspace, output_of};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

pub struct Graph {
    pub linked: BTreeMap<String, Linked>,
}

pub struct Linked {
    pub name: String,
    pub version: String,
    /// Where its sources lie.
    pub folder: PathBuf,
    /// As it is called in the code: `webpki` for `rustls-webpki`.
    pub in_code: String,
    pub licence: String,
    /// The crates that ask for it.
    pub comes_with: BTreeSet<String>,
}

impl Linked {
    pub fn is_direct(&self) -> bool {
        self.comes_with.contains("meetgate")
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Graph {
    /// For a choice of features and target, in cargo's own options.
    pub fn of(workspace: &Workspace, options: &[&str]) -> Result<Graph> {
        let mut metadata = workspace.cargo_command(["metadata", "--format-version=1", "--locked", "--all-features"]);
        let metadata: Metadata = serde_json::from_str(&output_of(&mut metadata)?)?;
        // Macros run at build time: nothing of them is linked.
        let mut tree = workspace.cargo_command(["tree", "--locked", "--package", "meetgate"]);
        tree.args(["--edges", "normal,no-proc-macro", "--prefix", "depth", "--no-dedupe"]).args(options);
        Graph::read(&output_of(&mut tree)?, &metadata)
    }

    fn read(tree: &str, metadata: &Metadata) -> Result<Graph> {
        let mut linked: BTreeMap<String, Linked> = BTreeMap::new();
        let mut above: Vec<&str> = Vec::new();
        for line in tree.lines().filter(|line| !line.is_empty()) {
            let digits = line.find(|c: char| !c.is_ascii_digit()).unwrap_or(line.len());
            let (depth, rest) = line.split_at(digits);
            let depth: usize = depth.parse().map_err(|_| format!("cargo tree wrote {line}"))?;
            let mut words = rest.split(' ');
            let (name, version) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            above.truncate(depth);
            if let Some(asks) = above.last() {
                if !linked.contains_key(name) {
                    linked.insert(name.to_owned(), Linked::of(name, version.trim_start_matches('v'), metadata)?);
                }
                linked.entry(name.to_owned()).and_modify(|linked| _ = linked.comes_with.insert((*asks).to_owned()));
            }
            above.push(name);
        }
        Ok(Graph { linked })
    }
}

impl Linked {
    fn of(name: &str, version: &str, metadata: &Metadata) -> Result<Linked> {
        let package = metadata.packages.iter().find(|package| package.name == name && package.version == version);
        let package = package.ok_or_else(|| format!("cargo metadata has no {name} {version}"))?;
        let is_library = |target: &&Target| target.kind.iter().any(|kind| kind.ends_with("lib"));
        let library = package.targets.iter().find(is_library).ok_or_else(|| format!("{name} is no library"))?;
        Ok(Linked {
            name: name.to_owned(),
            version: version.to_owned(),
            folder: package.manifest_path.parent().ok_or("a manifest lies in no folder")?.to_owned(),
            in_code: library.name.replace('-', "_"),
            licence: package.license.clone().ok_or_else(|| format!("{name} names no licence"))?,
            comes_with: BTreeSet::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_a_crate_is_the_line_above_it_that_is_further_left() {
        let package = |name: &str, in_code: &str| Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: Some("MIT".to_owned()),
            manifest_path: PathBuf::from("/sources/Cargo.toml"),
            targets: vec![Target { name: in_code.to_owned(), kind: vec!["lib".to_owned()] }],
        };
        let metadata = Metadata { packages: vec![package("a", "a"), package("b-c", "bc"), package("d", "d-e")] };
        let tree = "0meetgate v0.1.0 (/somewhere)\n1a v1.0.0\n2b-c v1.0.0\n3d v1.0.0\n1d v1.0.0\n";
        let graph = Graph::read(tree, &metadata).unwrap();
        let told: Vec<_> = graph
            .linked
            .values()
            .map(|linked| (linked.name.as_str(), linked.in_code.as_str(), linked.is_direct(), linked.comes_with.len()))
            .collect();
        assert_eq!(told, [("a", "a", true, 1), ("b-c", "bc", false, 1), ("d", "d_e", true, 2)]);
    }
}
