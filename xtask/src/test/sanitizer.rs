//! The tests in Rust and C with all code of ours built for one of the compiler's sanitizers.

use super::{Part, Run, watch};
use crate::catalog::Result;
use crate::prerequisites::packages;
use crate::workspace::{Workspace, output_of};
use std::fs;
use std::path::{Path, PathBuf};
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
    "event_pictures",
    "events",
    "failures",
    "form_way",
    "fuzzed",
    "guards_and_waits",
    "messages",
    "observing",
    "odd_answers",
    "proxies",
    "secrets",
    "storm",
    "thread_cancel",
    "tls",
    "token_scenarios",
    "token_stores",
    "tokens",
    "transfers",
];

/// Programs in C alone. A test in Rust waits for its threads by the standard library, which is not built for the sanitizer, so that
/// the sanitizer takes what it reads after them for a race.
const TESTS_OF_THREADS: [&str; 4] = ["c_contract", "c_examples", "event_pictures", "thread_cancel"];

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
            let mut cargo = workspace.cargo_command(["test", "--quiet", "--package", "meetgate", "--features", "full"]);
            cargo.arg("--no-fail-fast");
            match self {
                Sanitizer::Address => _ = cargo.arg("--lib").args(TESTS.iter().flat_map(|test| ["--test", test])),
                Sanitizer::Thread => {
                    cargo.args(TESTS_OF_THREADS.iter().flat_map(|test| ["--test", test]));
                    cargo.env("MEETGATE_SANITIZER_RUNTIME", runtime()?);
                }
            }
            // With a target named, build scripts and macros are built without these flags.
            cargo.args(["--target", MACHINE, "--target-dir"]).arg(workspace.target.join(name));
            let flags = [format!("-Zsanitizer={name}"), "-Cunsafe-allow-abi-mismatch=sanitizer".to_owned()];
            cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
            cargo.env("MEETGATE_SANITIZER", name).env("MEETGATE_PATIENCE", "10");
            let options = |file: &str| {
                format!("suppressions={}", workspace.root.join(format!("tests/sanitizers/{file}.supp")).display())
            };
            // At the end of a thread that was cancelled, the runtime takes its own look at that thread's signal stack for a fault.
            cargo.env("ASAN_OPTIONS", "use_sigaltstack=0").env("LSAN_OPTIONS", options("leaks"));
            cargo.env("TSAN_OPTIONS", "report_bugs=0").env("MEETGATE_TSAN_OPTIONS", options("thread"));
            watch(&mut cargo, skipped)
        })
    }
}

/// ThreadSanitizer's, as it comes with the compiler.
fn runtime() -> Result<PathBuf> {
    let sysroot = output_of(Command::new("rustc").args(["--print", "sysroot"]))?;
    let folder = Path::new(sysroot.trim()).join("lib/rustlib").join(MACHINE).join("lib");
    let mut files = fs::read_dir(&folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let found = files.find(|file| file.to_string_lossy().ends_with("_rt.tsan.a"));
    found.ok_or_else(|| format!("{} has no runtime of ThreadSanitizer", folder.display()).into())
}
