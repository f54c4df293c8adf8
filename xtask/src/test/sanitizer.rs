//! The tests in Rust and C with all code of ours built for one of the compiler's sanitizers.

use super::{Part, Run, watch};
use crate::catalog::Result;
use crate::dist::flavour::EMBEDDED;
use crate::dist::target::Target;
use crate::dist::toolchain::{self, Compiler, Standard};
use crate::prerequisites::packages;
use crate::workspace::Workspace;
use std::fs;
use std::os::unix::fs::symlink;
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

/// What ThreadSanitizer cannot judge. Of `credentials`, the programs take a library with test hooks, which is not built for it.
const NOT_FOR_THREADS: [&str; 1] = ["credentials"];

/// And these tests: one counts the threads of a process, of which the sanitizer has one; one has a child of fork begin threads; one
/// takes a reader to be slower than a gateway.
const TESTS_NOT_FOR_THREADS: [&str; 3] = [
    "a_thousand_sessions_leave_nothing_behind",
    "a_child_takes_the_lock_that_its_dead_parent_held",
    "a_reader_that_is_too_slow_for_its_queue_gets_a_full_state",
];

/// Where the sanitizers' runtimes are for.
const MACHINE: &str = "x86_64-unknown-linux-gnu";
const LIBRARIES: &str = "lib/rustlib/x86_64-unknown-linux-gnu/lib";

impl Sanitizer {
    pub fn part(self, workspace: &Workspace) -> Part<'_> {
        let name = match self {
            Sanitizer::Address => "AddressSanitizer",
            Sanitizer::Thread => "ThreadSanitizer",
        };
        Part::new(name, vec![self.compiler(workspace)], self.run(workspace))
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
            let mut flags = vec![format!("-Zsanitizer={name}")];
            let mut cargo = match self {
                Sanitizer::Address => {
                    flags.push("-Cunsafe-allow-abi-mismatch=sanitizer".to_owned());
                    workspace.cargo_command(["test"])
                }
                Sanitizer::Thread => {
                    let (compiler, sysroot) = that_builds_all(workspace)?;
                    flags.extend(["--sysroot".to_owned(), sysroot.display().to_string()]);
                    let mut cargo = Command::new(&compiler.cargo);
                    cargo.current_dir(&workspace.root).args(["test", "-Zbuild-std=std,panic_unwind,test"]);
                    cargo.env("CARGO", &compiler.cargo).env("RUSTC", &compiler.rustc);
                    cargo.env("MEETGATE_SANITIZER_RUNTIME", runtime_in(&sysroot.join(LIBRARIES))?);
                    cargo
                }
            };
            cargo.args(["--quiet", "--package", "meetgate", "--features", "full", "--no-fail-fast", "--lib"]);
            let is_judged = |test: &&&str| self == Sanitizer::Address || !NOT_FOR_THREADS.contains(*test);
            cargo.args(TESTS.iter().filter(is_judged).flat_map(|test| ["--test", test]));
            // With a target named, build scripts and macros are built without these flags.
            cargo.args(["--target", MACHINE, "--target-dir"]).arg(workspace.target.join(name));
            cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
            cargo.env("MEETGATE_SANITIZER", name).env("MEETGATE_PATIENCE", "10");
            // At the end of a thread that was cancelled, the runtime takes its own look at that thread's signal stack for a fault.
            cargo.env("ASAN_OPTIONS", "use_sigaltstack=0");
            let leaks = workspace.root.join("tests/sanitizers/leaks.supp");
            cargo.env("LSAN_OPTIONS", format!("suppressions={}", leaks.display()));
            if self == Sanitizer::Thread {
                cargo.arg("--").args(TESTS_NOT_FOR_THREADS.iter().flat_map(|test| ["--skip", test]));
            }
            watch(&mut cargo, skipped)
        })
    }
}

/// A compiler that builds the standard library, too: ThreadSanitizer has to see the locks, channels and threads in it. With the
/// folder in which this compiler finds the sanitizer's runtime; where it comes without, that of the compiler that builds this.
fn that_builds_all(workspace: &Workspace) -> Result<(Compiler, PathBuf)> {
    let Standard::Built(compiler) = Standard::of(Target::named(MACHINE)?, &EMBEDDED)? else {
        return Err("there is no source of Rust's standard library".into());
    };
    if runtime_in(&compiler.sysroot.join(LIBRARIES)).is_ok() {
        let sysroot = compiler.sysroot.clone();
        return Ok((compiler, sysroot));
    }
    let runtime = runtime_in(&toolchain::sysroot("rustc".as_ref())?.join(LIBRARIES))?;
    let sysroot = workspace.target.join("tmp/sysroot-with-thread-sanitizer");
    let libraries = sysroot.join(LIBRARIES);
    if sysroot.exists() {
        fs::remove_dir_all(&sysroot)?;
    }
    fs::create_dir_all(&libraries)?;
    for entry in fs::read_dir(compiler.sysroot.join(LIBRARIES))? {
        let entry = entry?;
        symlink(entry.path(), libraries.join(entry.file_name()))?;
    }
    symlink(&runtime, libraries.join(runtime.file_name().unwrap_or_default()))?;
    Ok((compiler, sysroot))
}

/// ThreadSanitizer's, where it comes with a compiler.
fn runtime_in(libraries: &Path) -> Result<PathBuf> {
    let mut files = fs::read_dir(libraries)?.filter_map(|entry| Some(entry.ok()?.path()));
    let found = files.find(|file| file.to_string_lossy().ends_with("_rt.tsan.a"));
    found.ok_or_else(|| format!("{} has no runtime of ThreadSanitizer", libraries.display()).into())
}
