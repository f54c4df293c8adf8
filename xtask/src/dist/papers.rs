//! What goes with a library beside its code: the licences of all that is linked into it, and the list of it for machines (SBOM).

use super::flavour::Flavour;
use super::target::{System, Target};
use super::toolchain::Standard;
use crate::catalog::Result;
use crate::linked::{Graph, Linked};
use crate::workspace::Workspace;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A crate may have its licence in files of any of these names.
const NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];
/// Of Rust's standard library and what is in it, where a compiler has it, and what it is called beside the library.
const OF_STANDARD: [(&str, &str); 2] = [
    ("share/doc/rust/COPYRIGHT-library.html", "RUST-STANDARD-LIBRARY.html"),
    ("share/doc/rust-web-src/copyright", "RUST-STANDARD-LIBRARY.txt"),
];

/// Writes both into a folder.
pub fn write(workspace: &Workspace, target: &Target, flavour: &Flavour, folder: &Path) -> Result<()> {
    let graph = Graph::of(workspace, &[flavour.features_on(target), vec!["--target", target.triple]].concat())?;
    let (compiler, sysroot) = Standard::of(target, flavour)?.compiler()?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(workspace.root.join(licence), folder.join(licence))?;
    }
    fs::write(folder.join("THIRD-PARTY-LICENSES.txt"), licences(&graph, target, &compiler)?)?;
    for (page, name) in OF_STANDARD {
        let page = sysroot.join(page);
        if page.is_file() {
            fs::copy(page, folder.join(name))?;
        }
    }
    let bill = serde_json::to_string_pretty(&bill(workspace, &graph, target, &compiler)?)?;
    fs::write(folder.join("meetgate.cdx.json"), bill + "\n")?;
    Ok(())
}

fn licences(graph: &Graph, target: &Target, compiler: &str) -> Result<String> {
    let mut text = format!(
        "These parts are linked into libmeetgate for {}. Each stands under its own licence, given below.\n\n\
         Rust's standard library ({}): MIT OR Apache-2.0; the texts of what is in it are in RUST-STANDARD-LIBRARY beside this file,\n\
         and at https://github.com/rust-lang/rust/blob/master/COPYRIGHT\n",
        target.triple,
        compiler.trim()
    );
    match target.system {
        System::Windows => text.push_str(
            "Parts of GCC's runtime library and of the MinGW-w64 runtime: GPL-3.0-or-later WITH GCC-exception-3.1, and the\n\
             MinGW-w64 licences, https://www.mingw-w64.org\n",
        ),
        System::Glibc | System::Musl => {
            text.push_str("LLVM's libunwind and compiler-rt, where they are used: Apache-2.0 WITH LLVM-exception\n");
        }
    }
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for linked in graph.linked.values() {
        let name = format!("{} {}", linked.name, linked.version);
        text.push_str(&format!("{name}: {}\n", linked.licence));
        let found = texts_of(linked)?;
        if found.is_empty() {
            return Err(format!("{name} has no licence text in {}", linked.folder.display()).into());
        }
        for found in found {
            texts.entry(found).or_default().push(name.clone());
        }
    }
    for (licence, crates) in texts {
        text.push_str(&format!("\n{}\n{}\n\n{licence}\n", "=".repeat(100), crates.join(", ")));
    }
    Ok(text)
}

/// The texts that lie in a crate's folder; what it takes from elsewhere has its own below.
fn texts_of(linked: &Linked) -> Result<Vec<String>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(&linked.folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        if path.is_file() && NAMES.iter().any(|licence| name.starts_with(licence)) {
            files.push(path);
        }
    }
    files.sort();
    files.iter().map(|file| Ok(String::from_utf8_lossy(&fs::read(file)?).trim().replace("\r\n", "\n"))).collect()
}

/// In CycloneDX's form.
fn bill(workspace: &Workspace, graph: &Graph, target: &Target, compiler: &str) -> Result<Value> {
    let sums = sums(workspace)?;
    let version = env!("CARGO_PKG_VERSION");
    let components = graph.linked.values().map(|linked| {
        let purl = format!("pkg:cargo/{}@{}", linked.name, linked.version);
        let mut component = json!({
            "type": "library", "bom-ref": purl, "name": linked.name, "version": linked.version, "purl": purl,
            "licenses": [{ "expression": linked.licence.replace('/', " OR ") }],
        });
        if let Some(sum) = sums.get(&(linked.name.clone(), linked.version.clone())) {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
        }
        component
    });
    let mut words = compiler.split_whitespace().skip(1);
    let standard = json!({
        "type": "library", "bom-ref": "rust-std", "name": "rust-std", "version": words.next().unwrap_or_default(),
        "licenses": [{ "expression": "MIT OR Apache-2.0" }],
    });
    let mut refs: Vec<String> =
        graph.linked.values().map(|linked| format!("pkg:cargo/{}@{}", linked.name, linked.version)).collect();
    refs.push("rust-std".to_owned());
    Ok(json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": { "component": {
            "type": "library", "bom-ref": "meetgate", "name": "meetgate", "version": version,
            "licenses": [{ "expression": "MIT OR Apache-2.0" }],
            "properties": [{ "name": "target", "value": target.triple }],
        } },
        "components": components.chain([standard]).collect::<Vec<_>>(),
        "dependencies": [{ "ref": "meetgate", "dependsOn": refs }],
    }))
}

/// The SHA-256 of each crate's file, as Cargo.lock has it, by name and version.
fn sums(workspace: &Workspace) -> Result<BTreeMap<(String, String), String>> {
    let lock: toml::Table = fs::read_to_string(workspace.root.join("Cargo.lock"))?.parse()?;
    let packages = lock.get("package").and_then(toml::Value::as_array).ok_or("Cargo.lock has no packages")?;
    let text = |package: &toml::Value, name: &str| package.get(name).and_then(toml::Value::as_str).map(str::to_owned);
    Ok(packages
        .iter()
        .filter_map(|package| Some(((text(package, "name")?, text(package, "version")?), text(package, "checksum")?)))
        .collect())
}
