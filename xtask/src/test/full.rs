//! The parts that take long: what is handed out, built for each machine and run there.

use super::{Part, Run, Sanitizer, watch, windows};
use crate::catalog::Result;
use crate::dotnet::Dotnet;
use crate::prerequisites::{C_COMPILER, PYTHON, Program};
use crate::workspace::{Workspace, output_of, run};
use crate::{deny, dist, foreign};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

/// What runs programs of other machines.
pub const OPTIONAL: [(&str, Program); 8] = [
    ("programs for aarch64", Program::new("qemu-aarch64-static", &["qemu-user-static"])),
    (
        "programs for aarch64, their C library",
        Program::new("/usr/aarch64-linux-gnu/lib/libc.so.6", &["libc6-dev-arm64-cross"]),
    ),
    (
        "programs for armv7, their C library",
        Program::new("/usr/arm-linux-gnueabihf/lib/libc.so.6", &["libc6-dev-armhf-cross"]),
    ),
    ("programs for musl", Program::new("/lib/ld-musl-x86_64.so.1", &["musl"])),
    ("programs for Windows", windows::WINE),
    ("programs for 32-bit Windows", Program::new("unshare", &["util-linux"])),
    ("archives for Windows", Program::new("unzip", &["unzip"])),
    ("what Debian says of its packages", Program::new("lintian", &["lintian"])),
];

pub fn parts<'w>(workspace: &'w Workspace, dotnet: &'w std::result::Result<Dotnet, String>) -> Vec<Part<'w>> {
    // What a binding's test of a package takes.
    let with_dist = |arguments: &'static [&'static str]| {
        Box::new(move |skipped: &mut Vec<String>| {
            let mut cargo = workspace.cargo_command(["test", "--quiet", "--features", "full"]);
            watch(cargo.args(arguments).env("MEETGATE_DIST", workspace.target.join("dist")), skipped)
        }) as Run<'w>
    };
    let part = |name, run| Part::new(name, vec![C_COMPILER.provide()], run);
    vec![
        part("what is handed out, for each machine", Box::new(|_| dist::run_dist(workspace, &[]))),
        part(
            "the library without redis, which has a goal of size",
            Box::new(|_| {
                let flavour = dist::flavour::FULL_WITHOUT_REDIS.name;
                // Not among what is handed out.
                let output = workspace.target.join("tmp").join(flavour);
                let output = output.to_string_lossy();
                let target = "x86_64-unknown-linux-gnu";
                dist::run_dist(workspace, &["--target", target, "--flavour", flavour, "--output", &output])
            }),
        ),
        part("two builds, one archive", Box::new(|_| same_bytes(workspace, "x86_64-unknown-linux-gnu", "embedded"))),
        part(
            "programs on each machine",
            Box::new(move |skipped| {
                for (what, provided) in [
                    ("programs for 32-bit Windows", wine_32(workspace)),
                    ("programs for aarch64 with musl", foreign::unpacked(workspace, "arm64", "musl").map(drop)),
                ] {
                    if let Err(missing) = provided {
                        skipped.push(format!("{what}: {missing}"));
                    }
                }
                let test = [
                    "test",
                    "--quiet",
                    "--features",
                    "full",
                    "--test",
                    "artefact",
                    "--test",
                    "targets",
                    "--",
                    "--ignored",
                    "--test-threads=2",
                ];
                watch(&mut workspace.cargo_command(test), skipped)
            }),
        ),
        part("programs that are built with an archive", with_dist(&["--test", "installed"])),
        Part::new(
            "Debian packages and wheels",
            vec![PYTHON.provide()],
            with_dist(&["--test", "packages", "--", "--ignored"]),
        ),
        part("the NuGet package for all machines", with_dist(&["--test", "csharp_package", "--", "--ignored"])),
        part("C# on Windows", with_dist(&["--test", "wire", "--test", "token_scenarios", "csharp_on_windows"])),
        Part::new(
            "C#'s own tests on Windows",
            vec![windows::WINE.provide(), dotnet.as_ref().map(drop).map_err(Clone::clone)],
            Box::new(|skipped| {
                dotnet.as_ref().map_or(Ok(()), |dotnet| windows::run_csharp(workspace, dotnet, skipped))
            }),
        ),
        part(
            "events for ten minutes",
            Box::new(move |skipped| {
                let test = ["test", "--quiet", "--features", "full", "--test", "event_pictures"];
                watch(workspace.cargo_command(test).env("MEETGATE_EVENTS_SECONDS", "600"), skipped)
            }),
        ),
        part("licences, bans and sources", Box::new(|_| deny::run_deny(workspace))),
        Sanitizer::Address.part(workspace),
        Sanitizer::Thread.part(workspace),
    ]
}

/// A whole small system, in which 32-bit programs find what Wine needs.
fn wine_32(workspace: &Workspace) -> Result<()> {
    let tree = foreign::unpacked(workspace, "i386", "wine32")?;
    // Where Wine looks for it while it sets itself up.
    let library = tree.join("usr/lib/i386-linux-gnu/wine/i386-windows/zlib1.dll");
    if !library.is_file() {
        fs::copy(tree.join("usr/i686-w64-mingw32/lib/zlib1.dll"), library)?;
    }
    for name in ["dev", "proc", "tmp", "program"] {
        fs::create_dir_all(tree.join(name))?;
    }
    Ok(())
}

/// Builds once more in another folder, and compares.
fn same_bytes(workspace: &Workspace, target: &str, flavour: &str) -> Result<()> {
    let other = workspace.target.join("tmp/another-place");
    if other.exists() {
        fs::remove_dir_all(&other)?;
    }
    let mut clone = Command::new("git");
    output_of(clone.args(["clone", "--quiet", "--no-local"]).arg(&workspace.root).arg(&other))?;
    let output = other.join("target/dist");
    fs::create_dir_all(other.join("target"))?;
    symlink(workspace.tools(), other.join("target/tools"))?;
    let mut dist = Command::new("cargo");
    dist.current_dir(&other).args(["xtask", "dist", "--target", target, "--flavour", flavour]);
    dist.env("CARGO_TARGET_DIR", other.join("target")).env_remove("CARGO");
    run(&mut dist)?;
    let name = format!("meetgate-{}-{target}-{flavour}.tar.gz", env!("CARGO_PKG_VERSION"));
    let read = |folder: &Path| fs::read(folder.join(&name)).map_err(|error| format!("{name}: {error}"));
    if read(&output)? != read(&workspace.target.join("dist"))? {
        return Err(format!("{name} has other bytes when it is built again: see {}", output.display()).into());
    }
    fs::remove_dir_all(other)?;
    Ok(())
}
