//! `cargo xtask test`: everything that must hold, and in the end what could not be tried.

mod full;
mod sanitizer;
mod windows;

use crate::catalog::Result;
use crate::codegen;
use crate::dist::flavour::FLAVOURS;
use crate::dotnet::Dotnet;
use crate::fuzz;
use crate::prerequisites::{
    self, C_COMPILER, CLANG, CLANG_TIDY, CMAKE, CPP_COMPILER, DOXYGEN, FISH, IP, MICROSOCKS, MONO, OPENSSL, PYTHON,
    REDIS, TINYPROXY, VALGRIND, ZSH, component,
};
use crate::workspace::Workspace;
use sanitizer::Sanitizer;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

/// What is asked for.
pub struct Options {
    set: Set,
    /// A part that cannot be tried is a failure.
    is_strict: bool,
    /// The parts whose names hold these words alone.
    only: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    /// What each commit is held to.
    Quick,
    /// And what is handed out, built for each machine and run there.
    Full,
    /// The tests in Rust and C, with the library and the programs built for a sanitizer.
    Sanitized(Sanitizer),
}

impl Options {
    pub fn read(arguments: &[&str]) -> Result<Options> {
        let mut options = Options { set: Set::Quick, is_strict: false, only: None };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match *argument {
                "--part" => {
                    options.only = Some((*rest.next().ok_or("--part needs words of a part's name")?).to_owned())
                }
                "--strict" => options.is_strict = true,
                "--full" => options.set = Set::Full,
                "--asan" => options.set = Set::Sanitized(Sanitizer::Address),
                "--tsan" => options.set = Set::Sanitized(Sanitizer::Thread),
                _ => return Err(format!("test knows no {argument}").into()),
            }
        }
        Ok(options)
    }
}

/// Notes what it could not try.
type Run<'w> = Box<dyn Fn(&mut Vec<String>) -> Result<()> + Send + 'w>;

/// One part: its name, what it needs, and how it runs.
struct Part<'w> {
    name: &'static str,
    needs: Vec<std::result::Result<(), String>>,
    run: Run<'w>,
    /// It runs beside those that come after it.
    is_aside: bool,
}

impl<'w> Part<'w> {
    fn new(name: &'static str, needs: Vec<std::result::Result<(), String>>, run: Run<'w>) -> Part<'w> {
        Part { name, needs, run, is_aside: false }
    }

    fn aside(self) -> Part<'w> {
        Part { is_aside: true, ..self }
    }

    /// Whether it passed.
    fn passes(&self, skipped: &mut Vec<String>) -> bool {
        println!("== {}", self.name);
        let start = Instant::now();
        match (self.run)(skipped) {
            Ok(()) => println!("== {}: passed in {} s\n", self.name, start.elapsed().as_secs()),
            Err(problem) => {
                println!("== {}: FAILED: {problem}\n", self.name);
                return false;
            }
        }
        true
    }
}

pub fn run_tests(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut skipped: Vec<String> = Vec::new();
    // Before the Rust tests, which drive the library from C#, too.
    let dotnet = prerequisites::dotnet(workspace);
    let mut parts = match options.set {
        Set::Quick => quick(workspace, &dotnet),
        Set::Full => quick(workspace, &dotnet).into_iter().chain(full::parts(workspace, &dotnet)).collect(),
        Set::Sanitized(sanitizer) => vec![sanitizer.part(workspace)],
    };
    if let Some(words) = &options.only {
        let names: Vec<&str> = parts.iter().map(|part| part.name).collect();
        let unknown = format!("no part's name holds {words:?}; there are: {}", names.join(", "));
        parts.retain(|part| part.name.contains(words.as_str()));
        if parts.is_empty() {
            return Err(unknown.into());
        }
    }
    provide(workspace, options.set, &mut skipped);
    let start = Instant::now();
    let (passed, failed) = run_parts(parts, &mut skipped);
    for reason in &skipped {
        println!("skipped: {reason}");
    }
    let seconds = start.elapsed().as_secs();
    println!("{passed} passed, {} failed, {} skipped, in {seconds} s", failed.len(), skipped.len());
    verdict(&failed, &skipped, options.is_strict).map_err(Into::into)
}

fn cargo<'w>(workspace: &'w Workspace, arguments: &'static [&'static str]) -> Run<'w> {
    Box::new(move |skipped| watch(&mut workspace.cargo_command(arguments), skipped))
}

/// What each commit is held to.
fn quick<'w>(workspace: &'w Workspace, dotnet: &'w std::result::Result<Dotnet, String>) -> Vec<Part<'w>> {
    let cargo = |arguments| cargo(workspace, arguments);
    vec![
        Part::new("formatting", vec![component("fmt", "rustfmt")], cargo(&["fmt", "--all", "--check"])),
        Part::new("generated files", vec![component("fmt", "rustfmt")], Box::new(|_| codegen::check(&workspace.root))),
        Part::new("clippy", vec![component("clippy", "clippy")], Box::new(|skipped| clippy(workspace, skipped))),
        Part::new(
            "Rust and C tests",
            vec![C_COMPILER.provide()],
            cargo(&["test", "--workspace", "--features", "meetgate/full", "--no-fail-fast"]),
        ),
        Part::new(
            "a library without cargo features",
            vec![],
            cargo(&["test", "--quiet", "--package", "meetgate", "--no-default-features", "--lib"]),
        ),
        // The tests of the bindings leave much of a processor's time.
        Part::new("fuzzing", vec![CPP_COMPILER.provide()], Box::new(|_| fuzz::run_fuzz(workspace, &[]))).aside(),
        Part::new(
            "Python",
            vec![C_COMPILER.provide(), PYTHON.provide()],
            Box::new(|skipped| {
                build_for_bindings(workspace)?;
                watch(of_binding(workspace, Command::new("python3").arg("bindings/python/check.py")), skipped)
            }),
        ),
        Part::new(
            "C#",
            vec![C_COMPILER.provide(), dotnet.as_ref().map(drop).map_err(Clone::clone)],
            Box::new(|skipped| dotnet.as_ref().map_or(Ok(()), |dotnet| csharp(workspace, dotnet, skipped))),
        ),
    ]
}

/// Everything with all features, and the library as each flavour has it.
fn clippy(workspace: &Workspace, skipped: &mut Vec<String>) -> Result<()> {
    let mut runs = vec![vec!["--workspace", "--all-targets", "--all-features"]];
    runs.extend(FLAVOURS.map(|flavour| [vec!["--package", "meetgate", "--lib"], flavour.features()].concat()));
    runs.into_iter().try_for_each(|what| {
        let mut clippy = workspace.cargo_command(["clippy", "--quiet"]);
        watch(clippy.args(what).args(["--", "-D", "warnings"]), skipped)
    })
}

/// What tests try where it is there, and only say so where it is not.
fn provide(workspace: &Workspace, set: Set, skipped: &mut Vec<String>) {
    let optional = [
        ("C tests under valgrind", VALGRIND),
        ("headers and calls from C++", CPP_COMPILER),
        ("the C++ headers with clang", CLANG),
        ("the C++ headers with clang-tidy", CLANG_TIDY),
        ("the examples' CMake files", CMAKE),
        ("C# for .NET Framework, on Mono", MONO),
        ("the header as a document", DOXYGEN),
        ("the token store redis", REDIS),
        ("HTTP proxies", TINYPROXY),
        ("SOCKS proxies", MICROSOCKS),
        ("two network cards", IP),
        ("completion in zsh", ZSH),
        ("completion in fish", FISH),
        ("old certificates, keys and the commands of the guide to private networks", OPENSSL),
    ];
    let more = if set == Set::Full { &full::OPTIONAL[..] } else { &[] };
    for (what, program) in optional.iter().chain(more) {
        if let Err(missing) = program.provide() {
            skipped.push(format!("{what}: {missing}"));
        }
    }
    // What sandbox/tests/browser drives a browser with.
    let driver = || prerequisites::from_npm(workspace, "playwright", "playwright-core@1.65.1");
    if let Err(missing) = prerequisites::browser().and_then(|()| driver()) {
        skipped.push(format!("the console in a browser: {missing}"));
    }
    let loops = [("GLib", "glib-2.0", "libglib2.0-dev"), ("libuv", "libuv", "libuv1-dev")];
    for (what, library, package) in loops {
        if let Err(missing) = prerequisites::library(library, package) {
            skipped.push(format!("the example of an event loop of {what}: {missing}"));
        }
    }
}

/// How many passed, and which failed.
fn run_parts<'w>(parts: Vec<Part<'w>>, skipped: &mut Vec<String>) -> (usize, Vec<&'static str>) {
    let (mut passed, mut failed) = (0, Vec::new());
    let mut count = |name, is_passed| if is_passed { passed += 1 } else { failed.push(name) };
    thread::scope(|scope| {
        let mut aside = Vec::new();
        for part in parts {
            let missing: Vec<&str> =
                part.needs.iter().filter_map(|need| need.as_ref().err().map(String::as_str)).collect();
            if !missing.is_empty() {
                skipped.push(format!("{}: {}", part.name, missing.join("; ")));
            } else if part.is_aside {
                let name = part.name;
                let run = move || {
                    let mut skipped = Vec::new();
                    (part.passes(&mut skipped), skipped)
                };
                aside.push((name, scope.spawn(run)));
            } else {
                count(part.name, part.passes(skipped));
            }
        }
        for (name, running) in aside {
            let (is_passed, reasons) = running.join().unwrap_or_default();
            count(name, is_passed);
            note(reasons, skipped);
        }
    });
    (passed, failed)
}

fn verdict(failed: &[&str], skipped: &[String], is_strict: bool) -> std::result::Result<(), String> {
    if !failed.is_empty() {
        return Err(format!("failed: {}", failed.join(", ")));
    }
    if is_strict && !skipped.is_empty() {
        return Err(format!("skipped, which --strict does not allow: {}", skipped.join(", ")));
    }
    Ok(())
}

/// The library as packages have it, and the sandbox, which the bindings' own tests take as they are built for tests.
fn build_for_bindings(workspace: &Workspace) -> Result<()> {
    let packages = ["--package", "meetgate", "--package", "meetgate-sandbox"];
    workspace.cargo(["build", "--quiet", "--features", "meetgate/full"].into_iter().chain(packages))
}

/// A command of a binding's own tests, which is told where these are.
fn of_binding<'c>(workspace: &Workspace, command: &'c mut Command) -> &'c mut Command {
    let debug = workspace.target.join("debug");
    command.current_dir(&workspace.root);
    command.env("MEETGATE_LIBRARY", debug.join("libmeetgate.so")).env("MEETGATE_LIBRARY_DIR", &debug);
    command.env("MEETGATE_SANDBOX", debug.join("meetgate-sandbox"));
    // Cargo's own search path would find the library where a user's program finds none.
    command.env_remove("LD_LIBRARY_PATH");
    // Left by the tests of C, which need it too.
    let hooks = workspace.target.join("tmp/lib-with-test-hooks");
    if hooks.join("libmeetgate.so").exists() {
        command.env("MEETGATE_LIBRARY_WITH_TEST_HOOKS", hooks.join("libmeetgate.so"));
        command.env("MEETGATE_TEST_HOOKS_DIR", &hooks);
    }
    command
}

/// The library with all warnings as errors, its tests, the package as programs use it, and the examples.
fn csharp(workspace: &Workspace, dotnet: &Dotnet, skipped: &mut Vec<String>) -> Result<()> {
    println!("the .NET SDK is version {}", dotnet.sdk);
    build_for_bindings(workspace)?;
    for project in ["src/Meetgate", "tests/Meetgate.Tests"] {
        let mut build = dotnet.command(["build", "--nologo", "--verbosity", "quiet"]);
        watch(build.arg(workspace.root.join("bindings/csharp").join(project)), skipped)?;
    }
    let mut tests = dotnet.command([]);
    tests.arg(workspace.target.join("dotnet/bin/Meetgate.Tests/debug/Meetgate.Tests.dll"));
    watch(of_binding(workspace, tests.env("NO_COLOR", "1")), skipped)?;
    let features = ["test", "--quiet", "--features", "full"];
    let programs = ["--test", "csharp_package", "--test", "csharp_examples", "--", "--ignored"];
    watch(workspace.cargo_command(features).args(programs), skipped)
}

/// Runs a command to its end and passes on what it prints. What it could not try it says on lines that begin with
/// `SKIPPED: `.
fn watch(command: &mut Command, skipped: &mut Vec<String>) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|error| format!("{program}: {error}"))?;
    let output = child.stdout.take().ok_or("the command has no output")?;
    let errors = child.stderr.take().ok_or("the command has no error output")?;
    let (of_output, of_errors) = thread::scope(|scope| {
        let errors = scope.spawn(|| pass_on(errors, io::stderr()));
        (pass_on(output, io::stdout()), errors.join())
    });
    note(of_output?, skipped);
    note(of_errors.map_err(|_| "reading the error output failed")??, skipped);
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(format!("{program} failed: {status}").into()) }
}

/// Each reason once, however many tests gave it.
fn note(reasons: Vec<String>, skipped: &mut Vec<String>) {
    for reason in reasons {
        if !skipped.contains(&reason) {
            skipped.push(reason);
        }
    }
}

/// The reasons for what was skipped.
fn pass_on(from: impl Read, mut to: impl Write) -> io::Result<Vec<String>> {
    let mut reasons = Vec::new();
    for line in BufReader::new(from).split(b'\n') {
        let line = line?;
        to.write_all(&line)?;
        to.write_all(b"\n")?;
        reasons.extend(String::from_utf8_lossy(&line).strip_prefix("SKIPPED: ").map(str::to_owned));
    }
    Ok(reasons)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_is_skipped_fails_a_strict_run_only() {
        let skipped = ["C#: dotnet is not installed".to_owned()];
        for is_strict in [false, true] {
            assert_eq!(verdict(&[], &[], is_strict), Ok(()));
            assert_eq!(verdict(&["clippy"], &skipped, is_strict), Err("failed: clippy".to_owned()));
        }
        assert_eq!(verdict(&[], &skipped, false), Ok(()));
        let why = verdict(&[], &skipped, true).unwrap_err();
        assert!(why.contains("--strict") && why.contains("C#: dotnet is not installed"), "{why}");
    }

    #[test]
    fn a_part_aside_runs_beside_the_next_ones_and_counts() {
        let (send, receive) = std::sync::mpsc::channel();
        let fails = Part::new(
            "it waits for the next one, and fails",
            vec![],
            Box::new(move |skipped| {
                skipped.push("its own".to_owned());
                receive.recv_timeout(Duration::from_secs(30))?;
                Err("as it should".into())
            }),
        );
        let panics = Part::new("it panics", vec![], Box::new(|_| panic!("on purpose")));
        let cannot_run = Part::new("it lacks something", vec![Err("a wheel".to_owned())], Box::new(|_| Ok(())));
        let next = Part::new("the next one", vec![], Box::new(move |_| Ok(send.send(())?)));
        let mut skipped = Vec::new();
        let (passed, failed) = run_parts(vec![fails.aside(), panics.aside(), cannot_run.aside(), next], &mut skipped);
        assert_eq!((passed, failed), (1, vec!["it waits for the next one, and fails", "it panics"]));
        assert_eq!(skipped, ["it lacks something: a wheel", "its own"]);
    }

    #[test]
    fn what_is_skipped_is_passed_on_and_noted_once() {
        // Not through a command: this test runs under `cargo xtask test` itself, which would note it.
        let printed = "SKIPPED: one\n\nSKIPPED: two\nnot SKIPPED: three\nSKIPPED: one\n";
        let (mut passed_on, mut skipped) = (Vec::new(), vec!["zero".to_owned()]);
        note(pass_on(printed.as_bytes(), &mut passed_on).unwrap(), &mut skipped);
        assert_eq!(skipped, ["zero", "one", "two"]);
        assert_eq!(passed_on, printed.as_bytes());
    }

    #[test]
    fn a_command_that_fails_is_named() {
        let mut skipped = Vec::new();
        watch(Command::new("sh").args(["-c", "exit 0"]), &mut skipped).unwrap();
        let failure = watch(Command::new("sh").args(["-c", "exit 3"]), &mut skipped).unwrap_err();
        assert!(failure.to_string().contains("sh failed"), "{failure}");
    }
}
