//! `cargo xtask test`: everything that must hold, and in the end what could not be tried.

use crate::catalog::Result;
use crate::codegen;
use crate::prerequisites::{C_COMPILER, CMAKE, CPP_COMPILER, VALGRIND, component};
use crate::workspace::Workspace;
use std::time::Instant;

/// One part: its name, what it needs, and how it runs.
struct Part<'w> {
    name: &'static str,
    needs: Vec<std::result::Result<(), String>>,
    run: Box<dyn Fn() -> Result<()> + 'w>,
}

pub fn run_tests(workspace: &Workspace) -> Result<()> {
    let cargo = |arguments: &'static [&'static str]| {
        Box::new(move || workspace.cargo(arguments)) as Box<dyn Fn() -> Result<()>>
    };
    let parts = [
        Part { name: "formatting", needs: vec![component("fmt", "rustfmt")], run: cargo(&["fmt", "--all", "--check"]) },
        Part {
            name: "generated files",
            needs: vec![component("fmt", "rustfmt")],
            run: Box::new(|| codegen::check(&workspace.root)),
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
    ];
    let mut skipped: Vec<String> = Vec::new();
    // The C tests try these where they are there, and only say so where they are not.
    let optional = [
        ("C tests under valgrind", VALGRIND),
        ("header and calls from C++", CPP_COMPILER),
        ("the example's CMake file", CMAKE),
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
        match (part.run)() {
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
