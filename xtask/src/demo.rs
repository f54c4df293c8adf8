//! `cargo xtask demo`: the C example against the sandbox.

use crate::catalog::Result;
use crate::prerequisites::C_COMPILER;
use crate::server::Server;
use crate::workspace::{Workspace, run};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The platforms, in the order of the example's arguments.
const PLATFORMS: [&str; 3] = ["hst", "youme", "avd"];

pub fn run_demo(workspace: &Workspace) -> Result<()> {
    C_COMPILER.provide()?;
    println!("== building the library and the sandbox");
    workspace.cargo(["build", "--package", "meetgate", "--package", "meetgate-sandbox"])?;

    println!("== compiling examples/c/quickstart.c");
    let folder = workspace.target.join("demo");
    link_library(&workspace.target.join("debug/libmeetgate.so"), &folder)?;
    let program = folder.join("quickstart");
    run(Command::new("cc")
        .args(["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"])
        .arg(workspace.root.join("examples/c/quickstart.c"))
        .arg(format!("-I{}", workspace.root.join("include").display()))
        .arg(format!("-L{}", folder.display()))
        .arg("-lmeetgate")
        .arg(format!("-Wl,-rpath,{}", folder.display()))
        .arg("-o")
        .arg(&program))?;

    println!("== starting the sandbox");
    let mut sandbox = Command::new(workspace.target.join("debug/meetgate-sandbox"));
    let sandbox = Server::start(sandbox.args(["--listen", "127.0.0.1:0"]))?;
    println!("== running it: quickstart HST_CONFIG YOUME_CONFIG AVD_CONFIG\n");
    run(Command::new(&program).args(configurations(&sandbox)?))?;
    println!("\n== the demo is through: three platforms, driven from C");
    Ok(())
}

/// Puts the library and the link by its soname, which nothing else makes, into a folder of their own.
fn link_library(library: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    fs::copy(library, folder.join("libmeetgate.so"))?;
    let link = folder.join("libmeetgate.so.0");
    if !link.exists() {
        std::os::unix::fs::symlink("libmeetgate.so", link)?;
    }
    Ok(())
}

/// The configurations of the sandbox's first line.
fn configurations(sandbox: &Server) -> Result<Vec<String>> {
    let first: serde_json::Value = serde_json::from_str(&sandbox.first_line)?;
    let configurations = PLATFORMS.iter().map(|name| first.get(name).map(|value| value.to_string()));
    let configurations: Option<Vec<String>> = configurations.collect();
    Ok(configurations.ok_or("the sandbox's first line lacks a platform")?)
}
