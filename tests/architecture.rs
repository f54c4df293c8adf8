//! The rooms of the library: which module of src/ may import which. docs/architecture.md tells the same in words.

#[path = "../sandbox/tests/modules/mod.rs"]
mod modules;

use modules::Modules;
use std::collections::BTreeSet;
use std::path::Path;

/// Each room, a module at the top of src/ with all that is in it, and the rooms that it may import. An import goes down
/// this table, never up.
#[rustfmt::skip]
const ROOMS: [(&str, &str); 29] = [
    ("ffi",           "client asynchronous cancel identity signing json catalog error"),
    ("client",        "events process engine platform config token single_flight transport asynchronous observe json catalog error identity cancel lock"),
    ("events",        "engine platform token single_flight transport random error redact json catalog secret identity pause cancel lock thread"),
    ("process",       "engine token identity"),
    ("signing",       "platform json random error catalog unix_time"),
    ("engine",        "observe platform config token single_flight request transport trust random error redact json catalog secret hex unix_time cancel lock"),
    ("observe",       "single_flight transport error catalog unix_time cancel lock"),
    ("platform",      "config token request transport random error redact json catalog secret hex"),
    ("config",        "token transport trust asynchronous json error catalog secret"),
    ("token",         "single_flight trust random error redact secret hex unix_time identity blocking cancel lock pause"),
    ("single_flight", "random error pause cancel lock"),
    ("request",       "transport redact catalog"),
    ("transport",     "trust error redact catalog secret cancel blocking lock thread"),
    ("trust",         "error hex unix_time"),
    ("asynchronous",  "identity cancel lock thread"),
    ("random",        "error"),
    ("error",         "redact catalog unix_time"),
    ("redact",        "json catalog"),
    ("json",          "catalog"),
    ("catalog",       ""),
    ("secret",        ""),
    ("identity",      ""),
    ("blocking",      "cancel lock thread"),
    ("cancel",        "lock"),
    ("lock",          ""),
    ("hex",           ""),
    ("pause",         ""),
    ("thread",        ""),
    ("unix_time",     ""),
];

/// What a room may import; `None` for a room that the table does not know.
fn allowed(name: &str) -> Option<Vec<&'static str>> {
    ROOMS.iter().find(|(room, _)| *room == name).map(|(_, allowed)| allowed.split_whitespace().collect())
}

fn library() -> Modules {
    let modules = Modules::read(&root().join("src"));
    assert!(modules.count() > 50, "{} modules: the reader has lost some", modules.count());
    modules
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `engine` of `engine::answer`.
fn room(module: &str) -> &str {
    module.split("::").next().unwrap()
}

#[test]
fn a_room_imports_what_the_table_allows() {
    let mut wrong = Vec::new();
    let modules = library();
    for (module, named) in modules.imports() {
        let Some(allowed) = allowed(room(module)) else {
            wrong.push(format!("{}: {} is a room that ROOMS does not know", file(module), room(module)));
            continue;
        };
        let strangers = named.iter().filter(|other| room(other) != room(module) && !allowed.contains(&room(other)));
        wrong.extend(
            strangers.map(|other| format!("{}: {} may not import {other}", place(module, other), room(module))),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_goes_down_and_says_nothing_that_is_not_so() {
    let order: Vec<&str> = ROOMS.iter().map(|(name, _)| *name).collect();
    let position = |name: &str| order.iter().position(|room| *room == name).unwrap_or_else(|| panic!("no room {name}"));
    let modules = library();
    let used: BTreeSet<(&str, &str)> = (modules.imports().iter())
        .flat_map(|(module, named)| named.iter().map(|other| (room(module), room(other))))
        .collect();
    for name in order.iter().copied() {
        for other in allowed(name).unwrap() {
            assert!(position(other) > position(name), "{name} may import {other}, which stands above it");
            assert!(used.contains(&(name, other)), "{name} does not import {other} any more: take it out of ROOMS");
        }
    }
}

/// A module may name what holds it, as `use super::…` does. Apart from that there is no way back.
#[test]
fn no_module_imports_one_that_imports_it() {
    let modules = library().without(|module, other| module.starts_with(&format!("{other}::")));
    assert_eq!(modules.circle(), None);
}

/// A misreading of a platform must not sit on both sides.
#[test]
fn the_library_and_the_sandbox_share_nothing() {
    let dependencies = |manifest: &str| -> Vec<String> {
        let manifest: toml::Table = std::fs::read_to_string(root().join(manifest)).unwrap().parse().unwrap();
        let table = manifest.get("dependencies").and_then(toml::Value::as_table);
        table.into_iter().flat_map(|table| table.keys().cloned()).collect()
    };
    for (manifest, stranger) in [
        ("Cargo.toml", "meetgate-sandbox"),
        ("sandbox/Cargo.toml", "meetgate"),
        ("xtask/Cargo.toml", "meetgate"),
        ("xtask/Cargo.toml", "meetgate-sandbox"),
    ] {
        let found = dependencies(manifest);
        assert!(found.len() > 3 && !found.contains(&stranger.to_owned()), "{manifest} depends on {found:?}");
    }
}

/// `src/engine/answer.rs`
fn file(module: &str) -> String {
    format!("src/{}.rs", module.replace("::", "/"))
}

/// The file and the line where a module names another: the first that holds its room's name as a word.
fn place(module: &str, other: &str) -> String {
    let file = file(module);
    let text = std::fs::read_to_string(root().join(&file)).unwrap();
    let names_it = |line: &str| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == room(other));
    let line = text.lines().position(|line| !line.trim_start().starts_with("//") && names_it(line));
    line.map_or(file.clone(), |line| format!("{file}:{}", line + 1))
}
