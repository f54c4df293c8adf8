//! What the shared library exports is what the header declares, and that is the catalog and a few fixed functions: no more
//! and no less. And what the linker was told of the library.

mod support;

use meetgate::catalog;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

/// The functions that belong to no operation.
const FIXED: [&str; 42] = [
    "meetgate_cancel_free",
    "meetgate_cancel_new",
    "meetgate_cancel_trigger",
    "meetgate_abi_version",
    "meetgate_call",
    "meetgate_call_async",
    "meetgate_call_with",
    "meetgate_catalog",
    "meetgate_client_close_idle",
    "meetgate_client_free",
    "meetgate_client_info",
    "meetgate_client_new",
    "meetgate_client_set_log",
    "meetgate_client_set_token",
    "meetgate_client_set_token_provider",
    "meetgate_client_stats",
    "meetgate_completions_call",
    "meetgate_completions_events",
    "meetgate_completions_fd",
    "meetgate_completions_free",
    "meetgate_completions_new",
    "meetgate_completions_next",
    "meetgate_completions_raw_call",
    "meetgate_download",
    "meetgate_events_close",
    "meetgate_events_open",
    "meetgate_hst_user_token",
    "meetgate_json_get",
    "meetgate_json_length",
    "meetgate_json_quote",
    "meetgate_raw_call",
    "meetgate_raw_call_async",
    "meetgate_raw_call_with",
    "meetgate_status_name",
    "meetgate_string_free",
    "meetgate_undo",
    "meetgate_undone_by",
    "meetgate_upload",
    "meetgate_version",
    "meetgate_wait",
    "meetgate_youme_checksum",
    "meetgate_youme_user_token",
];

#[test]
fn exported_is_declared_is_cataloged() {
    let of_operations = catalog::operations().iter().map(|operation| function(&operation.name));
    let expected: BTreeSet<String> = of_operations.chain(FIXED.map(str::to_owned)).collect();
    assert_eq!(expected.len(), catalog::operations().len() + FIXED.len());
    assert_same("exported", &exported(), &expected);
    assert_same("declared in include/meetgate.h", &declared(), &expected);
}

#[test]
fn test_hooks_are_not_exported() {
    let hooks: Vec<String> = exported().into_iter().filter(|name| name.starts_with("meetgate_test_")).collect();
    assert!(hooks.is_empty(), "{hooks:?}");
}

#[test]
fn the_library_has_a_soname_and_stays_loaded() {
    let dynamic = read_library("readelf", &["-dW"]);
    assert!(dynamic.contains("Library soname: [libmeetgate.so.0]"), "{dynamic}");
    assert!(dynamic.lines().any(|line| line.contains("FLAGS_1") && line.contains("NODELETE")), "{dynamic}");
}

#[test]
fn the_headers_version_is_the_packages() {
    let header = header();
    let defined = |name: &str| {
        let define = format!("#define {name} ");
        let line = header.lines().find_map(|line| line.strip_prefix(&define));
        line.unwrap_or_else(|| panic!("{name} is not defined")).trim()
    };
    assert_eq!(defined("MEETGATE_VERSION"), format!("\"{}\"", env!("CARGO_PKG_VERSION")));
    assert_eq!(defined("MEETGATE_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MAJOR"));
    assert_eq!(defined("MEETGATE_VERSION_MINOR"), env!("CARGO_PKG_VERSION_MINOR"));
    assert_eq!(defined("MEETGATE_VERSION_PATCH"), env!("CARGO_PKG_VERSION_PATCH"));
}

/// The C function of an operation.
fn function(operation: &str) -> String {
    format!("meetgate_{}", operation.replace('.', "_"))
}

/// Every symbol that the library defines for others, data too.
fn exported() -> BTreeSet<String> {
    let symbols = read_library("nm", &["--dynamic", "--defined-only", "--format=posix"]);
    symbols.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// The functions that the header declares: on a line with the export mark, the name before the bracket.
fn declared() -> BTreeSet<String> {
    let header = header();
    let marked = header.lines().filter(|line| line.starts_with("MEETGATE_EXPORT "));
    let names = marked.map(|line| {
        let before = line.split('(').next().unwrap_or_default();
        before.rsplit([' ', '*']).next().unwrap_or_default().to_owned()
    });
    names.collect()
}

fn header() -> String {
    std::fs::read_to_string(support::root().join("include/meetgate.h")).unwrap()
}

/// What one of the binutils says of the library.
fn read_library(tool: &str, arguments: &[&str]) -> String {
    let library: PathBuf = support::library_folder().join("libmeetgate.so");
    let output = support::run(Command::new(tool).args(arguments).arg(library));
    assert!(output.status.success(), "{}", support::both(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn assert_same(what: &str, found: &BTreeSet<String>, expected: &BTreeSet<String>) {
    let missing: Vec<&String> = expected.difference(found).collect();
    let surplus: Vec<&String> = found.difference(expected).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "{what}: missing {missing:?}, surplus {surplus:?}");
}
