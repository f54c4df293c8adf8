//! Builds all that is measured, in release.

use crate::catalog::Result;
use crate::dist::flavour::EMBEDDED;
use crate::measured_library;
use crate::prerequisites;
use crate::workspace::{Workspace, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What was built. A peer that could not be is a reason.
pub struct Built {
    /// The library as servers and desktops get it, without redis and events, and as terminals get it.
    pub library: PathBuf,
    pub small_library: PathBuf,
    pub server: PathBuf,
    pub ours: PathBuf,
    pub raw: PathBuf,
    /// libcurl 8 and cJSON.
    pub curl: std::result::Result<PathBuf, String>,
    /// The system's libcurl and cJSON.
    pub system_curl: std::result::Result<PathBuf, String>,
    /// Counts allocations.
    pub malloc_counter: std::result::Result<PathBuf, String>,
}

const CFLAGS: [&str; 7] = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-pthread", "-rdynamic", "-g0"];

pub fn build(workspace: &Workspace) -> Result<Built> {
    prerequisites::C_COMPILER.provide()?;
    eprintln!("== building the library, as it ships and for size");
    let library = library(workspace)?;
    let small = folder(workspace).join("small");
    let small_library = measured_library::build(workspace, &small, EMBEDDED.profile, &EMBEDDED.features())?;
    let server = server(workspace)?;
    eprintln!("== building the C programs");
    let compiler = Compiler { sources: workspace.root.join("bench/c"), folder: folder(workspace).join("c") };
    fs::create_dir_all(&compiler.folder)?;
    Ok(Built {
        ours: compiler.ours(workspace, &library)?,
        raw: compiler.program("raw", "raw.c", &[])?,
        curl: static_curl(workspace, &compiler).map_err(|problem| problem.to_string()),
        system_curl: system_curl(&compiler).map_err(|problem| problem.to_string()),
        malloc_counter: compiler.malloc_counter().map_err(|problem| problem.to_string()),
        library,
        small_library,
        server,
    })
}

/// Where everything of the bench lies.
pub fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("bench")
}

/// Also for the other languages.
pub fn library(workspace: &Workspace) -> Result<PathBuf> {
    measured_library::build(workspace, &folder(workspace).join("fast"), "release", &[])
}

/// What answers the calls.
pub fn server(workspace: &Workspace) -> Result<PathBuf> {
    workspace.cargo(["build", "--quiet", "--release", "--package", "meetgate-sandbox", "--example", "answerer"])?;
    Ok(workspace.target.join("release/examples/answerer"))
}

struct Compiler {
    sources: PathBuf,
    folder: PathBuf,
}

impl Compiler {
    /// The driver with one contender.
    fn program(&self, name: &str, source: &str, flags: &[String]) -> Result<PathBuf> {
        let program = self.folder.join(name);
        let mut cc = Command::new("cc");
        cc.args(CFLAGS).arg(self.sources.join("driver.c")).arg(self.sources.join(source)).args(flags);
        run(cc.args(["-ldl", "-o"]).arg(&program))?;
        Ok(program)
    }

    fn ours(&self, workspace: &Workspace, library: &Path) -> Result<PathBuf> {
        // Beside the program, by the name that the loader looks for.
        fs::copy(library, self.folder.join("libmeetgate.so.0"))?;
        let include = workspace.root.join("include");
        self.program(
            "ours",
            "ours.c",
            &[
                format!("-I{}", include.display()),
                self.folder.join("libmeetgate.so.0").display().to_string(),
                "-Wl,-rpath,$ORIGIN".to_owned(),
            ],
        )
    }

    fn malloc_counter(&self) -> Result<PathBuf> {
        if !cfg!(target_env = "gnu") {
            return Err("allocations are counted with glibc only".into());
        }
        let library = self.folder.join("malloc_counter.so");
        let mut cc = Command::new("cc");
        cc.args(["-O2", "-Wall", "-Wextra", "-shared", "-fPIC"]).arg(self.sources.join("malloc_counter.c"));
        run(cc.arg("-o").arg(&library))?;
        Ok(library)
    }
}

/// A lean static libcurl, from the sources that curl-sys brings along.
fn static_curl(workspace: &Workspace, compiler: &Compiler) -> Result<PathBuf> {
    let mut flags = package("libcjson", "libcjson-dev")?;
    flags.extend(package("openssl", "libssl-dev")?);
    flags.extend(package("zlib", "zlib1g-dev")?);
    let mut cargo = workspace.cargo_command(["run", "--quiet", "--release", "--locked", "--manifest-path"]);
    cargo.arg(workspace.root.join("bench/Cargo.toml")).arg("--target-dir").arg(folder(workspace).join("curl"));
    let output = cargo.output()?;
    if !output.status.success() {
        return Err(format!("no libcurl was built: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
    }
    let told = String::from_utf8(output.stdout)?;
    let (include, library) = told.trim().split_once('\n').ok_or("the build does not say where its libcurl is")?;
    let mut all = vec!["-DCURL_STATICLIB".to_owned(), format!("-I{include}"), library.to_owned()];
    all.extend(flags);
    compiler.program("curl", "curl.c", &all)
}

fn system_curl(compiler: &Compiler) -> Result<PathBuf> {
    let mut flags = package("libcurl", "libcurl4-openssl-dev")?;
    flags.extend(package("libcjson", "libcjson-dev")?);
    flags.extend(package("libcrypto", "libssl-dev")?);
    compiler.program("system-curl", "curl.c", &flags)
}

/// What pkg-config says of a library.
fn package(name: &str, package: &str) -> Result<Vec<String>> {
    let flags = prerequisites::library(name, package)?;
    Ok(flags.split_whitespace().map(str::to_owned).collect())
}
