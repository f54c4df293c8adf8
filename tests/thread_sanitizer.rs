//! A program that is built with -fsanitize=thread and links the library, which is not.

mod support;

use meetgate_sandbox::{Options, Sandbox};
use std::path::Path;
use std::process::{Command, Output};

#[test]
fn with_the_suppressions_a_program_gets_reports_of_its_own_races_alone() {
    if !support::has("cc") || !compiler_has_thread_sanitizer() {
        return;
    }
    let program = support::compile("tests/c/threads.c", &["-std=c99", "-fsanitize=thread", "-pthread"], "threads");

    let clean = run(&program, &[]);
    assert!(clean.status.success(), "{}", support::both(&clean));
    assert_eq!(support::both(&clean).trim(), "8 threads, 0 failed");

    let racing = run(&program, &["race"]);
    let shown = support::both(&racing);
    assert!(!racing.status.success(), "{shown}");
    let reports = || shown.lines().filter(|line| line.starts_with("SUMMARY: "));
    assert!(reports().count() > 0 && reports().all(|report| report.contains("tests/c/threads.c")), "{shown}");
}

fn run(program: &Path, more: &[&str]) -> Output {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let configurations = sandbox.configurations();
    let mut command = Command::new(program);
    command.env("TSAN_OPTIONS", format!("suppressions={}", support::root().join("examples/tsan.supp").display()));
    command.args([configurations["hst"].to_string(), configurations["avd"].to_string()]).args(more);
    support::run(&mut command)
}

/// Its runtime is a package of its own, and does not start on every kernel.
fn compiler_has_thread_sanitizer() -> bool {
    let source = support::scratch().join("thread-sanitizer.c");
    let program = source.with_extension("out");
    std::fs::write(&source, "int main(void) { return 0; }\n").unwrap();
    let compiled = support::run(Command::new("cc").args(["-fsanitize=thread", "-o"]).args([&program, &source]));
    let works = compiled.status.success() && support::run(&mut Command::new(&program)).status.success();
    if !works {
        support::skipped("programs under ThreadSanitizer: a program built with cc -fsanitize=thread does not run here");
    }
    works
}
