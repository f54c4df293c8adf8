//! The tests in Rust and C with all code of ours built for one of the compiler's sanitizers.

use super::{Part, Run, watch};
use crate::prerequisites::CLANG;
use crate::workspace::Workspace;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sanitizer {
    Address,
    Thread,
}

/// Beside the library's unit tests: those in Rust and those that run programs in C and C++. The others look at documents and files,
/// or measure memory, stacks, time and system calls, which a sanitizer changes.
const TESTS: [&str; 26] = [
    "account",
    "c_contract",
    "c_examples",
    "clock",
    "credentials",
    "discovery",
    "downloads",
    "error_document",
    "failures",
    "faults",
    "form_way",
    "fuzzed",
    "guards_and_waits",
    "messages",
    "observing",
    "odd_answers",
    "proxies",
    "secrets",
    "storm",
    "suspects",
    "thread_cancel",
    "tls",
    "token_scenarios",
    "token_stores",
    "tokens",
    "transfers",
];

/// Where the sanitizers' runtimes are for.
const MACHINE: &str = "x86_64-unknown-linux-gnu";

impl Sanitizer {
    pub fn part(self, workspace: &Workspace) -> Part<'_> {
        let name = match self {
            Sanitizer::Address => "AddressSanitizer",
            Sanitizer::Thread => "ThreadSanitizer",
        };
        Part { name, needs: vec![CLANG.provide()], run: self.run(workspace) }
    }

    fn run(self, workspace: &Workspace) -> Run<'_> {
        Box::new(move |skipped| {
            let name = match self {
                Sanitizer::Address => "address",
                Sanitizer::Thread => "thread",
            };
            let mut cargo =
                workspace.cargo_command(["test", "--quiet", "--package", "meetgate", "--no-fail-fast", "--lib"]);
            cargo.args(TESTS.iter().flat_map(|test| ["--test", test]));
            // With a target named, build scripts and macros are built without these flags.
            cargo.args(["--target", MACHINE, "--target-dir"]).arg(workspace.target.join(name));
            let flags = [format!("-Zsanitizer={name}"), "-Cunsafe-allow-abi-mismatch=sanitizer".to_owned()];
            cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
            cargo.env("MEETGATE_SANITIZER", name);
            let suppressions = workspace.root.join("tests/sanitizers").join(format!("{name}.supp"));
            let variable = format!("{}SAN_OPTIONS", name[..1].to_uppercase());
            cargo.env(variable, format!("suppressions={}", suppressions.display()));
            watch(&mut cargo, skipped)
        })
    }
}
