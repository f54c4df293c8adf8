//! `cargo xtask test`: everything that must hold, and in the end what could not be tried.

use crate::catalog::Result;
use crate::codegen;
use crate::prerequisites::{
    C_COMPILER, CLANG, CLANG_TIDY, CMAKE, CPP_COMPILER, MCS, PYTHON, REDIS, VALGRIND, component,
};
use crate::workspace::Workspace;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Notes what it could not try.
type Run<'w> = Box<dyn Fn(&mut Vec<String>) -> Result<()> + 'w>;

/// One part: its name, what it needs, and how it runs.
struct Part<'w> {
    name: &'static str,
    needs: Vec<std::result::Result<(), String>>,
    run: Run<'w>,
}

pub fn run_tests(workspace: &Workspace) -> Result<()> {
    let cargo =
        |arguments: &'static [&'static str]| Box::new(move |_: &mut Vec<String>| workspace.cargo(arguments)) as Run<'_>;
    let parts = [
        Part { name: "formatting", needs: vec![component("fmt", "rustfmt")], run: cargo(&["fmt", "--all", "--check"]) },
        Part {
            name: "generated files",
            needs: vec![component("fmt", "rustfmt")],
            run: Box::new(|_| codegen::check(&workspace.root)),
        },
        Part {
            name: "clippy",
            needs: vec![component("clippy", "clippy")],
            run: cargo(&[
                "clippy",
                "--quiet",
                "--workspace",
                "--all-targets",
                "--all-features",
                "--",
                "-D",
                "warnings",
            ]),
        },
        Part {
            name: "Rust and C tests",
            needs: vec![C_COMPILER.provide()],
            run: cargo(&["test", "--workspace", "--no-fail-fast"]),
        },
        Part {
            name: "token store redis",
            needs: vec![REDIS.provide()],
            run: cargo(&[
                "test",
                "--quiet",
                "--package",
                "meetgate",
                "--features",
                "redis",
                "--lib",
                "token::store::redis",
            ]),
        },
        Part {
            name: "Python",
            needs: vec![C_COMPILER.provide(), PYTHON.provide()],
            run: Box::new(|skipped| binding(workspace, &["python3", "bindings/python/check.py"], skipped)),
        },
        Part {
            name: "C#",
            needs: vec![C_COMPILER.provide(), MCS.provide()],
            run: Box::new(|skipped| binding(workspace, &["bash", "bindings/csharp/check.sh"], skipped)),
        },
    ];
    let mut skipped: Vec<String> = Vec::new();
    // The C tests try these where they are there, and only say so where they are not.
    let optional = [
        ("C tests under valgrind", VALGRIND),
        ("headers and calls from C++", CPP_COMPILER),
        ("the C++ headers with clang", CLANG),
        ("the C++ headers with clang-tidy", CLANG_TIDY),
        ("the examples' CMake files", CMAKE),
        ("the token store redis", REDIS),
    ];
    for (what, program) in optional {
        if let Err(missing) = program.provide() {
            skipped.push(format!("{what}: {missing}"));
        }
    }
    let (mut passed, mut failed) = (0, Vec::new());
    for part in parts {
        let missing: Vec<String> = part.needs.into_iter().filter_map(std::result::Result::err).collect();
        if !missing.is_empty() {
            skipped.push(format!("{}: {}", part.name, missing.join("; ")));
            continue;
        }
        println!("== {}", part.name);
        let start = Instant::now();
        match (part.run)(&mut skipped) {
            Ok(()) => {
                passed += 1;
                println!("== {}: passed in {} s\n", part.name, start.elapsed().as_secs());
            }
            Err(problem) => {
                println!("== {}: FAILED: {problem}\n", part.name);
                failed.push(part.name);
            }
        }
    }
    for reason in &skipped {
        println!("skipped: {reason}");
    }
    println!("{passed} passed, {} failed, {} skipped", failed.len(), skipped.len());
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", ")).into()) }
}

/// Runs a binding's own check against the library and the sandbox as they are built for tests. What it could not try it
/// says on lines that begin with `SKIPPED: `.
fn binding(workspace: &Workspace, command: &[&str], skipped: &mut Vec<String>) -> Result<()> {
    workspace.cargo(["build", "--quiet", "--package", "meetgate", "--package", "meetgate-sandbox"])?;
    let debug = workspace.target.join("debug");
    let (program, arguments) = command.split_first().ok_or("no command")?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&workspace.root).stdout(Stdio::piped());
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
    let mut child = command.spawn()?;
    let output = child.stdout.take().ok_or("the check has no output")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        if let Some(reason) = line.strip_prefix("SKIPPED: ") {
            skipped.push(reason.to_owned());
        }
    }
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(format!("{program} failed: {status}").into()) }
}
