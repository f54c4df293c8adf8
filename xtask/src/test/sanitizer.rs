//! The tests in Rust and C with all code of ours built for one of the compiler's sanitizers.

use super::{Part, Run, watch};
use crate::prerequisites::packages;
use crate::workspace::Workspace;
use std::fs;
use std::process::Command;

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
        Part { name, needs: vec![self.compiler(workspace)], run: self.run(workspace) }
    }

    /// clang with the runtime, which is a package of its own.
    fn compiler(self, workspace: &Workspace) -> std::result::Result<(), String> {
        let trial = workspace.target.join("tmp").join(format!("{}-sanitizer", self.name()));
        let source = trial.with_extension("c");
        fs::create_dir_all(workspace.target.join("tmp")).map_err(|error| error.to_string())?;
        fs::write(&source, "int main(void) { return 0; }\n").map_err(|error| error.to_string())?;
        let works = || {
            let mut clang = Command::new("clang");
            clang.arg(format!("-fsanitize={}", self.name())).arg(&source).arg("-o").arg(&trial);
            clang.output().is_ok_and(|output| output.status.success())
        };
        packages("clang with its sanitizers", &["clang", "libclang-rt-dev"], works)
    }

    /// As compilers call it.
    fn name(self) -> &'static str {
        match self {
            Sanitizer::Address => "address",
            Sanitizer::Thread => "thread",
        }
    }

    fn run(self, workspace: &Workspace) -> Run<'_> {
        Box::new(move |skipped| {
            let name = self.name();
            let mut cargo =
                workspace.cargo_command(["test", "--quiet", "--package", "meetgate", "--no-fail-fast", "--lib"]);
            cargo.args(TESTS.iter().flat_map(|test| ["--test", test]));
            // With a target named, build scripts and macros are built without these flags.
            cargo.args(["--target", MACHINE, "--target-dir"]).arg(workspace.target.join(name));
            let flags = [format!("-Zsanitizer={name}"), "-Cunsafe-allow-abi-mismatch=sanitizer".to_owned()];
            cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
            cargo.env("MEETGATE_SANITIZER", name);
            for (variable, file) in [("ASAN", "address"), ("LSAN", "leaks"), ("TSAN", "thread")] {
                let file = workspace.root.join(format!("tests/sanitizers/{file}.supp"));
                cargo.env(format!("{variable}_OPTIONS"), format!("suppressions={}", file.display()));
            }
            watch(&mut cargo, skipped)
        })
    }
}
