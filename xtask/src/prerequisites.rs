//! Programs that the build does not bring along: found, installed where we may, or named.

use crate::dotnet::Dotnet;
use crate::workspace::{Workspace, run};
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

pub struct Program {
    pub name: &'static str,
    /// The Debian packages that have it and what goes with it.
    packages: &'static [&'static str],
}

pub const C_COMPILER: Program = Program { name: "cc", packages: &["gcc"] };
pub const CPP_COMPILER: Program = Program { name: "c++", packages: &["g++"] };
pub const CLANG: Program = Program { name: "clang++", packages: &["clang"] };
pub const CLANG_TIDY: Program = Program { name: "clang-tidy", packages: &["clang-tidy"] };
pub const CMAKE: Program = Program { name: "cmake", packages: &["cmake"] };
pub const DOXYGEN: Program = Program { name: "doxygen", packages: &["doxygen"] };
pub const FISH: Program = Program { name: "fish", packages: &["fish"] };
pub const IP: Program = Program { name: "ip", packages: &["iproute2"] };
pub const MICROSOCKS: Program = Program { name: "microsocks", packages: &["microsocks"] };
pub const MONO: Program = Program {
    name: "mono",
    packages: &[
        "mono-runtime",
        "libmono-system-core4.0-cil",
        "libmono-system-numerics4.0-cil",
        "libmono-system-runtime-serialization4.0-cil",
    ],
};
pub const NODE: Program = Program { name: "node", packages: &["nodejs"] };
pub const NPM: Program = Program { name: "npm", packages: &["npm"] };
pub const OPENSSL: Program = Program { name: "openssl", packages: &["openssl"] };
pub const PYTHON: Program = Program { name: "python3", packages: &["python3", "python3-venv"] };
pub const REDIS: Program = Program { name: "redis-server", packages: &["redis-server"] };
pub const STRACE: Program = Program { name: "strace", packages: &["strace"] };
pub const TASKSET: Program = Program { name: "taskset", packages: &["util-linux"] };
// The package tinyproxy would also start it as a service.
pub const TINYPROXY: Program = Program { name: "tinyproxy", packages: &["tinyproxy-bin"] };
pub const VALGRIND: Program = Program { name: "valgrind", packages: &["valgrind"] };
pub const ZSH: Program = Program { name: "zsh", packages: &["zsh"] };

impl Program {
    pub const fn new(name: &'static str, packages: &'static [&'static str]) -> Program {
        Program { name, packages }
    }

    /// Makes sure that the program is there; the error says what to install.
    pub fn provide(&self) -> Result<(), String> {
        packages(self.name, self.packages, || self.is_there())
    }

    fn is_there(&self) -> bool {
        Program::on_path(self.name)
    }

    fn on_path(name: &str) -> bool {
        env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(name).is_file()))
    }
}

/// How to compile and link with a library that pkg-config knows; the error says what to install.
pub fn library(name: &str, package: &str) -> Result<String, String> {
    let find = || {
        let output = Command::new("pkg-config").args(["--cflags", "--libs", name]).stderr(Stdio::null()).output();
        let output = output.ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    packages(name, &["pkg-config", package], || find().is_some())?;
    find().ok_or_else(|| format!("{name} is gone again"))
}

/// Makes sure that something is there that Debian's packages have; the error says what to install.
pub fn packages(what: &str, packages: &[&str], is_there: impl Fn() -> bool) -> Result<(), String> {
    if is_there() {
        return Ok(());
    }
    let listed = packages.join(" ");
    let missing = format!("{what} is not installed (Debian: apt-get install {listed})");
    if !is_root() || !Program::on_path("apt-get") {
        return Err(missing);
    }
    println!("installing {listed}, for {what}");
    apt_get("update", &[]).and_then(|()| apt_get("install", packages)).map_err(|why| format!("{missing}; {why}"))?;
    if is_there() { Ok(()) } else { Err(missing) }
}

/// A Chromium without a screen. Debian has one that is smaller than the whole browser.
pub fn browser() -> Result<(), String> {
    let names = ["chromium", "chromium-headless-shell"];
    packages("chromium", &["chromium-headless-shell"], || names.iter().any(|name| Program::on_path(name)))
}

/// A package of npm, named with its version (`playwright-core@1.65.1`), in the folder of tools, without the packages that it
/// asks for. Nothing of it runs while it is installed.
pub fn from_npm(workspace: &Workspace, folder: &str, versioned: &str) -> Result<(), String> {
    NODE.provide()?;
    let folder = workspace.tools().join(folder);
    let mark = folder.join(versioned);
    if mark.exists() {
        return Ok(());
    }
    NPM.provide()?;
    println!("installing {versioned} into {}", folder.display());
    let quietly = ["install", "--silent", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix"];
    fs::create_dir_all(&folder)
        .map_err(Into::into)
        .and_then(|()| run(Command::new("npm").args(quietly).arg(&folder).arg(versioned)))
        .and_then(|()| Ok(fs::write(mark, "")?))
        .map_err(|why| why.to_string())
}

/// The .NET SDK. Debian has none; Ubuntu does.
pub fn dotnet(workspace: &Workspace) -> Result<Dotnet, String> {
    let find = || Dotnet::find(&workspace.root, &workspace.target);
    find().or_else(|missing| {
        if !is_root() || !Program::on_path("apt-get") {
            return Err(missing);
        }
        apt_get("update", &[]).map_err(|why| format!("{missing}; {why}"))?;
        let package = ["dotnet-sdk-10.0", "dotnet-sdk-8.0"].into_iter().find(|package| apt_has(package));
        let package = package.ok_or_else(|| format!("{missing}; apt has no dotnet-sdk-10.0 and no dotnet-sdk-8.0"))?;
        println!("installing {package}");
        apt_get("install", &[package])?;
        find()
    })
}

fn apt_get(command: &str, packages: &[&str]) -> Result<(), String> {
    let apt = Command::new("apt-get")
        .args([command, "--yes", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null())
        .status();
    if apt.is_ok_and(|status| status.success()) { Ok(()) } else { Err(format!("apt-get {command} failed")) }
}

fn apt_has(package: &str) -> bool {
    let shown = Command::new("apt-cache").args(["show", package]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    shown.is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// A program that cargo builds, named with its version, in the folder of tools: nothing of the user's own is touched.
pub fn built_by_cargo(workspace: &Workspace, versioned: &str) -> Result<PathBuf, String> {
    let name = versioned.split('@').next().unwrap_or(versioned);
    let program = workspace.tools().join("bin").join(name);
    if !program.is_file() {
        println!("building {versioned} into {}, which takes some minutes", workspace.tools().display());
        let mut install = workspace.cargo_command(["install", "--locked", "--quiet", versioned, "--root"]);
        run(install.arg(workspace.tools())).map_err(|why| why.to_string())?;
    }
    Ok(program)
}

/// A Python that has a package, named with its version (`hatchling==1.27.0`), in the folder of tools; gives the interpreter.
pub fn python_with(workspace: &Workspace, folder: &str, versioned: &str) -> Result<PathBuf, String> {
    PYTHON.provide()?;
    let folder = workspace.tools().join(folder);
    let python = folder.join("bin/python");
    let mark = folder.join(versioned);
    if !mark.exists() {
        println!("installing {versioned} into {}", folder.display());
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", versioned];
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))
            .and_then(|()| run(Command::new(&python).args(install)))
            .and_then(|()| Ok(fs::write(mark, "")?))
            .map_err(|why| why.to_string())?;
    }
    Ok(python)
}

/// Whether cargo has a component such as `fmt` or `clippy`; the error says how to get it.
pub fn component(name: &str, component: &str) -> Result<(), String> {
    let there = Command::new("cargo").args([name, "--version"]).output().is_ok_and(|output| output.status.success());
    if there { Ok(()) } else { Err(format!("cargo {name} is not installed (rustup component add {component})")) }
}
