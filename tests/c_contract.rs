//! The C boundary, from C: compiled, linked with the shared library, and run against a sandbox; under valgrind too, where
//! it is installed.

mod examples;
mod programs;
mod scripted;
mod support;

use examples::PLATFORMS;
use meetgate_sandbox::{Options, Sandbox};
use programs::{check, check_example};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// A test for each program of checks under tests/c, and one for it under valgrind.
macro_rules! programs {
    ($($name:ident),*) => {
        mod checks { $(#[test] fn $name() { super::run_checks(stringify!($name)) })* }
        mod checks_under_valgrind { $(#[test] fn $name() { super::run_checks_under_valgrind(stringify!($name)) })* }
    };
}

programs!(
    arguments,
    asynchronous,
    cancel,
    configurations,
    downloads,
    json,
    library,
    observing,
    processes,
    raw_calls,
    replies,
    tokens,
    transfers,
    waits
);

fn run_checks(name: &str) {
    // It takes all descriptors away, and ThreadSanitizer needs some to say where it is.
    if name == "processes" && support::sanitizer().as_deref() == Some("thread") {
        return;
    }
    programs::as_it_is(&program(name), |run| check(name, run));
}

fn run_checks_under_valgrind(name: &str) {
    programs::under_valgrind(&program(name), |run| check(name, run));
}

#[test]
fn the_example_runs() {
    let program = support::compile("examples/c/quickstart.c", &["-std=c99"], "quickstart");
    programs::as_it_is(&program, check_example);
    programs::under_valgrind(&program, check_example);
}

#[test]
fn the_examples_are_built_by_their_cmake_file() {
    // It knows nothing of sanitizers.
    if !support::has("cmake") || support::sanitizer().is_some() {
        return;
    }
    let program = support::built_by_cmake("c");
    programs::as_it_is(&program, check_example);
    for other in ["upload", "provider", "threads", "retry", "cancel", "completion", "loop_poll"] {
        assert!(program.with_file_name(other).is_file(), "{other} is not built");
    }
}

#[test]
fn the_example_of_a_test_passes() {
    let program = support::compile("examples/c/test_room.c", &["-std=c99"], "c-test-room");
    let output = support::run(Command::new(program).env("MEETGATE_SANDBOX", support::sandbox_program()));
    let shown = support::both(&output);
    assert!(output.status.success(), "{}\n{shown}", output.status);
    assert_eq!(shown.matches("ok     ").count(), 2, "{shown}");
}

#[test]
fn the_catalog_comes_out_as_json() {
    let output = support::run(Command::new(program("library")).arg("--catalog"));
    assert!(output.status.success(), "{}", support::both(&output));
    let catalog: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(catalog["version"], env!("CARGO_PKG_VERSION"));

    let operations = catalog["operations"].as_array().unwrap();
    assert_eq!(operations.len(), meetgate::catalog::operations().len());
    for operation in operations {
        let text = |name: &str| operation[name].as_str().unwrap_or_else(|| panic!("{name} is missing: {operation}"));
        assert!(PLATFORMS.contains(&text("platform")));
        assert!(text("name").starts_with(&format!("{}.", text("platform"))));
        assert!(["GET", "POST", "PATCH", "DELETE"].contains(&text("method")), "{operation}");
        // avd's documents head every operation but the upload with [get|post].
        let takes_both = text("platform") == "avd" && text("path") != "/uploadfile";
        let methods = if takes_both { serde_json::json!(["GET", "POST"]) } else { serde_json::json!([text("method")]) };
        assert_eq!(operation["methods"], methods, "{operation}");
        assert!(text("path").starts_with('/'));
        assert!(["safe", "after-connect-failure"].contains(&text("retry")), "{operation}");
        assert!(!text("summary").is_empty() && !text("zh").is_empty() && !text("source").is_empty(), "{operation}");
        for params in ["params", "returns"] {
            check_fields(&operation[params]);
        }
        assert!(operation["errors"].as_array().unwrap().iter().all(Value::is_i64), "{operation}");
    }
    let names = |name: &str| operations.iter().find(|operation| operation["name"] == name);
    let create = names("avd.room.create").unwrap();
    assert_eq!((&create["method"], &create["path"]), (&"GET".into(), &"/sdkapi/v2/room/create".into()));
    for platform in PLATFORMS {
        assert!(catalog["errors"][platform].is_array(), "{platform}");
    }
    let record = names("avd.room.mix_record.get").unwrap()["params"].as_array().unwrap();
    let kind = record.iter().find(|param| param["name"] == "record_type").unwrap();
    assert_eq!(kind["values"][1], serde_json::json!({ "value": 1, "meaning": "video files" }), "{kind}");
    for operation in operations {
        let name = operation["name"].as_str().unwrap();
        let (platform, short) = name.split_once('.').unwrap();
        let source: toml::Table =
            std::fs::read_to_string(support::root().join(format!("catalog/{platform}.toml"))).unwrap().parse().unwrap();
        for members in ["params", "returns"] {
            let fields = source[short].get(members).and_then(toml::Value::as_array).cloned().unwrap_or_default();
            check_meanings(&operation[members], &fields, name);
        }
    }
}

/// The values are those of the TOML, each with its label, and so on inwards.
fn check_meanings(fields: &Value, source: &[toml::Value], name: &str) {
    for (field, source) in fields.as_array().unwrap().iter().zip(source) {
        let list = |key: &str| source.get(key).and_then(toml::Value::as_array).cloned().unwrap_or_default();
        assert_eq!(field["name"].as_str(), source["name"].as_str(), "{name}");
        let labels = list("labels").into_iter().map(Some).chain(std::iter::repeat(None));
        let expected = list("values").into_iter().zip(labels).map(|(value, label)| match label {
            Some(label) => serde_json::json!({ "value": value, "meaning": label }),
            None => serde_json::json!({ "value": value }),
        });
        assert_eq!(field["values"], Value::Array(expected.collect()), "{name}: {}", source["name"]);
        check_meanings(&field["fields"], &list("fields"), name);
    }
}

#[test]
fn the_header_stands_alone() {
    for standard in ["c89", "c99", "c11"] {
        support::check_syntax("tests/c/header.c", &[&format!("-std={standard}"), "-pedantic-errors"]);
    }
    if !support::has("c++") {
        return;
    }
    for standard in ["c++11", "c++17"] {
        support::check_syntax("tests/c/header.c", &["-x", "c++", &format!("-std={standard}")]);
    }
}

#[test]
fn a_cpp_program_makes_a_call() {
    if !support::has("c++") {
        return;
    }
    let program = support::compile("tests/c/smoke.cpp", &["-std=c++11"], "smoke");
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let output = support::run(Command::new(program).arg(sandbox.configurations()["avd"].to_string()));
    assert!(output.status.success(), "{}", support::both(&output));
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("OK {"));
}

#[test]
fn a_panic_is_contained() {
    let library = support::library_with_test_hooks();
    let program = support::compile_with(&library, "tests/c/panic.c", &["-std=c99"], "panic");
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let config = sandbox.configurations()["avd"].to_string();
    let output = support::run(Command::new(&program).arg(&config));
    assert!(output.status.success(), "{}", support::both(&output));
    assert!(output.stdout.ends_with(b"contained\n"), "{}", support::both(&output));
}

/// All ten thousand calls, where valgrind has time for a few hundred only.
#[test]
fn asynchronous_calls_under_address_sanitizer() {
    if support::sanitizer().is_some() {
        return;
    }
    let trial = support::scratch().join("address-sanitizer.c");
    let trial_program = trial.with_extension("out");
    std::fs::write(&trial, "int main(void) { return 0; }\n").unwrap();
    let compiled = support::run(Command::new("cc").args(["-fsanitize=address", "-o"]).args([&trial_program, &trial]));
    if !compiled.status.success() || !support::run(&mut Command::new(&trial_program)).status.success() {
        return support::skipped("programs under AddressSanitizer: cc -fsanitize=address does not work here");
    }
    let flags = ["-std=c99", "-pthread", "-fsanitize=address", "tests/c/check.c"];
    let program = support::compile("tests/c/asynchronous.c", &flags, "checks-asynchronous-address");
    programs::as_it_is(&program, |run| check("asynchronous", run));
}

/// A program of checks, compiled.
fn program(name: &str) -> PathBuf {
    let flags = ["-std=c99", "-pthread", "tests/c/check.c"];
    support::compile(&format!("tests/c/{name}.c"), &flags, &format!("checks-{name}"))
}

/// The members that every parameter and every member of an answer has, nested ones too.
fn check_fields(fields: &Value) {
    const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "array", "object", "file"];
    for field in fields.as_array().unwrap() {
        assert!(field["name"].is_string(), "{field}");
        assert!(TYPES.contains(&field["type"].as_str().unwrap_or_default()), "{field}");
        assert!(field["required"].is_boolean() || field.get("required").is_none(), "{field}");
        if let Some(nested) = field.get("fields") {
            check_fields(nested);
        }
    }
}
