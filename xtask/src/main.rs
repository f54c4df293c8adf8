//! The project's own commands: `cargo xtask <command>`.

mod catalog;
mod codegen;

use catalog::Result;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the xtask folder has no parent")?;
    match arguments {
        ["codegen"] => codegen::write(root),
        ["codegen", "--check"] => codegen::check(root),
        _ => Err("usage: cargo xtask codegen [--check]".into()),
    }
}
