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
mod fleet;
mod foreign;
mod fuzz;
mod install;
mod linked;
mod measured;
mod measured_library;
mod prerequisites;
mod server;
mod surface;
mod test;
mod workspace;

use catalog::Result;
use std::process::ExitCode;
use workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask <command>

  demo              start the sandbox, compile the C example and run it: all three platforms, driven from C
  test              everything that must hold: formatting, lints, generated files, tests in Rust, C, Python and C#, fuzzing
  test --strict     the same, and a part that cannot be tried is a failure: for a machine that has everything
  test --full       and what takes longer: everything that is handed out, built for each machine and run there, with both
                    sanitizers, licences and sources; two hours
  test --part <words>   the parts whose names hold these words alone, with --full those of it, too
  test --asan       the tests in Rust and C with AddressSanitizer
  test --tsan       and with ThreadSanitizer
  codegen           render what follows from catalog/: table, C functions, header, reference pages
  codegen --check   say what is stale, and write nothing
  install           build the library for this machine and lay it out: lib/, include/, pkg-config, CMake, licences
                    --prefix <folder>: where; it is made
                    --flavour full|full-without-redis|embedded|embedded-system-roots: full unless it is said
                    --from <folder>: take the libraries that lie there, in place of a new build
  abi               put on record what programs rely on; refuses what would break them without a new ABI number
  dist              build for each target and write what is handed out into target/dist: archives, Debian packages, wheels, and
                    with the .NET SDK the NuGet package; docs/building.md has the targets
                    --target <triple>, --flavour <flavour>: these alone; each may be said more than once
                    --output <folder>: write there
  dist check <file> say what keeps a shared library from being handed out (for this machine, or --target <triple>)
  dist nuget        the NuGet package alone, of libraries that are built:
                    --runtimes <folder>: <rid>/native/<library> in it; --output <folder>
  bench             how fast the library is beside libcurl, and the bindings beside their languages' own ways
                    --quick, --rounds N, --json FILE, and which parts: cargo xtask bench --help
  fleet             10,000 terminals on simulated machines, with one account, one redis and the sandbox: is there a failed call, are
                    there too many fetches, and what does one redis carry? Writes docs/fleet.md: cargo xtask fleet --help
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
        ["test", options @ ..] => test::run_tests(&workspace, &test::Options::read(options)?),
        ["bench", arguments @ ..] => bench::run_bench(&workspace, arguments),
        ["fleet", arguments @ ..] => fleet::run_fleet(&workspace, arguments),
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
