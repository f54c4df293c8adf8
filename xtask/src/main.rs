//! The project's own commands: `cargo xtask <command>`.

mod abi;
mod bench;
mod catalog;
mod codegen;
mod demo;
mod deny;
mod dependencies;
mod dist;
mod dotnet;
mod fuzz;
mod install;
mod prerequisites;
mod server;
mod surface;
mod test;
mod workspace;

use catalog::Result;
use std::process::ExitCode;
use test::WhenSkipped;
use workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask <command>

  demo              start the sandbox, compile the C example and run it: all three platforms, driven from C
  test              everything that must hold: formatting, lints, generated files, Rust tests, C tests
  test --strict     the same, and a part that cannot be tried is a failure: for a machine that has everything
  codegen           render what follows from catalog/: table, C functions, header, reference pages
  codegen --check   say what is stale, and write nothing
  install           lay the library out for programs: lib/, include/, pkg-config, CMake, licences
                    --prefix <folder>: where; it is made
                    --from <folder>: take the libraries that lie there, in place of a new build
  abi               put on record what programs rely on; refuses what would break them without a new ABI number
  dist              write the packages: Meetgate.<version>.nupkg (needs the .NET SDK) into target/dist
                    --library <file>: put this build of the library in, in place of a new one
                    --runtimes <folder>: put its <rid>/native/<library> in, too, for other machines
                    --output <folder>: write them there
  bench             how fast the library is beside libcurl, and the bindings beside their languages' own ways
                    --quick, --rounds N, --json FILE, and which parts: cargo xtask bench --help
  deny              licences, duplicates, banned crates and sources, by the policy in deny.toml
  dependencies      measure what each linked crate adds to the library, and write it into docs/dependencies.md
  fuzz              look for inputs for which something does not hold: in each target of fuzz/, or in those that are named
                    --seconds N: so long in each, 60 unless it is said
                    --keep: put new inputs that reach more code into fuzz/corpus
  surface           write down every public name of the C# library: bindings/csharp/src/Meetgate/PublicAPI.*.txt
  dotnet ...        run dotnet as the other commands run it: dotnet test bindings/csharp/tests/Meetgate.Tests";

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
    let workspace = Workspace::find()?;
    match arguments {
        ["demo"] => demo::run_demo(&workspace),
        ["test"] => test::run_tests(&workspace, WhenSkipped::Tell),
        ["test", "--strict"] => test::run_tests(&workspace, WhenSkipped::Fail),
        ["bench", arguments @ ..] => bench::run_bench(&workspace, arguments),
        ["abi"] => abi::record(&workspace),
        ["install", options @ ..] => install::run_install(&workspace, options),
        ["dist", options @ ..] => dist::run_dist(&workspace, options),
        ["dotnet", arguments @ ..] => run_dotnet(&workspace, arguments),
        ["deny"] => deny::run_deny(&workspace),
        ["dependencies"] => dependencies::run_dependencies(&workspace),
        ["fuzz", arguments @ ..] => fuzz::run_fuzz(&workspace, arguments),
        ["surface"] => surface::write(&workspace),
        ["codegen"] => codegen::write(&workspace.root),
        ["codegen", "--check"] => codegen::check(&workspace.root),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(USAGE.into()),
    }
}

fn run_dotnet(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    workspace::run(&mut prerequisites::dotnet(workspace)?.command(arguments.iter().copied()))
}
