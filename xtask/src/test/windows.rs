//! The C# library's own tests with .NET for Windows and the library that is handed out for it, on Wine.

use super::watch;
use crate::catalog::Result;
use crate::dist::flavour::FULL;
use crate::dist::target::Target;
use crate::dist::toolchain::Toolchain;
use crate::dotnet::Dotnet;
use crate::prerequisites::Program;
use crate::workspace::{Workspace, run};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub const WINE: Program = Program::new("/usr/lib/wine/wine64", &["wine64"]);
const TARGET: &str = "x86_64-win7-windows-gnu";
/// Seconds: some ten times as long as they take. What Wine cannot do has hung before.
const PATIENCE: &str = "600";

/// In the words of xUnit's options, what says nothing of Windows there.
const LEFT_OUT: [(&str, &str); 8] = [
    // Wine 8 hangs at the second exception that comes through reflection.
    ("-class-", "Meetgate.Tests.ArgumentTests"),
    // Its cryptography makes no certificates.
    ("-class-", "Meetgate.Tests.TrustTests"),
    // They start programs with `dotnet`, which is not there for Windows.
    ("-class-", "Meetgate.Tests.EndingTests"),
    ("-class-", "Meetgate.Tests.LoadTests"),
    ("-class-", "Meetgate.Tests.OwnProcessTests"),
    ("-method-", "*.A_program_ends_with_a_session_that_runs_on_each_runtime"),
    // They read what Linux tells of a process, and what its libraries ask for.
    ("-class-", "Meetgate.Tests.MemoryTests"),
    ("-method-", "*.A_library_for_glibc_does_not_fit_musl"),
];

pub fn run_csharp(workspace: &Workspace, dotnet: &Dotnet, skipped: &mut Vec<String>) -> Result<()> {
    let target = Target::named(TARGET)?;
    let library = workspace.target.join("dist/runtimes").join(target.runtime).join("native").join(target.library());
    let sandbox = sandbox(workspace, target)?;
    let program = publish(workspace, dotnet, target)?;
    // Wine's server begins with the first program, has its output, and writes a thousand lines there when it ends.
    let mut first = wine(workspace);
    first.args(["cmd", "/c", "exit"]).stdout(Stdio::null()).stderr(Stdio::null());
    run(&mut first)?;
    let mut tests = wine(workspace);
    tests.arg(program).arg("-noColor").current_dir(workspace.root.join("tests/fixtures"));
    tests.args(LEFT_OUT.iter().flat_map(|(option, name)| [option, name]));
    // .NET crashes on Wine 8 where it keeps apart what it writes and what it executes.
    tests.env("DOTNET_EnableWriteXorExecute", "0");
    watch(tests.env("MEETGATE_LIBRARY", of_wine(&library)).env("MEETGATE_SANDBOX", of_wine(&sandbox)), skipped)
}

/// What runs Wine, with a Windows of its own.
fn wine(workspace: &Workspace) -> Command {
    let mut command = Command::new("timeout");
    command.args([PATIENCE, WINE.name]);
    command.env("WINEPREFIX", workspace.target.join("tmp/wine-prefix-of-tests")).env("WINEDEBUG", "-all");
    command
}

/// For Windows as well, like the tests, which start it.
fn sandbox(workspace: &Workspace, target: &'static Target) -> Result<PathBuf> {
    let (mut cargo, built) = Toolchain::provide(workspace, target, &FULL)?.cargo(workspace, "build")?;
    run(cargo.args(["--package", "meetgate-sandbox", "--locked"]))?;
    Ok(built.join("debug/meetgate-sandbox.exe"))
}

/// With all that they need of .NET.
fn publish(workspace: &Workspace, dotnet: &Dotnet, target: &Target) -> Result<PathBuf> {
    let output = workspace.target.join("tmp/csharp-tests-for-windows");
    let mut publish = dotnet.command(["publish", "--nologo", "--verbosity", "quiet"]);
    publish.arg(workspace.root.join("bindings/csharp/tests/Meetgate.Tests"));
    publish.arg(format!("-p:TestsRuntime={}", target.runtime)).arg("--output").arg(&output);
    run(&mut publish)?;
    Ok(output.join("Meetgate.Tests.exe"))
}

/// Where Wine has the files of Linux.
fn of_wine(path: &Path) -> String {
    format!("Z:{}", path.display())
}
