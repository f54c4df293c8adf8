//! Programs that the build does not bring along: found, installed where we may, or named.

use std::env;
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
pub const MCS: Program =
    Program { name: "mcs", packages: &["mono-mcs", "mono-runtime", "libmono-system-runtime-serialization4.0-cil"] };
pub const PYTHON: Program = Program { name: "python3", packages: &["python3", "python3-venv"] };
pub const REDIS: Program = Program { name: "redis-server", packages: &["redis-server"] };
pub const VALGRIND: Program = Program { name: "valgrind", packages: &["valgrind"] };

impl Program {
    /// Makes sure that the program is there; the error says what to install.
    pub fn provide(&self) -> Result<(), String> {
        if self.is_there() {
            return Ok(());
        }
        let packages = self.packages.join(" ");
        let missing = format!("{} is not installed (Debian: apt-get install {packages})", self.name);
        if !is_root() || !Program::on_path("apt-get") {
            return Err(missing);
        }
        println!("installing {packages}, for {}", self.name);
        for (command, packages) in [("update", &[][..]), ("install", self.packages)] {
            let apt = Command::new("apt-get")
                .args([command, "--yes", "--no-install-recommends"])
                .args(packages)
                .env("DEBIAN_FRONTEND", "noninteractive")
                .stdout(Stdio::null())
                .status();
            if !apt.is_ok_and(|status| status.success()) {
                return Err(format!("{missing}; apt-get {command} failed"));
            }
        }
        if self.is_there() { Ok(()) } else { Err(missing) }
    }

    fn is_there(&self) -> bool {
        Program::on_path(self.name)
    }

    fn on_path(name: &str) -> bool {
        env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(name).is_file()))
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Whether cargo has a component such as `fmt` or `clippy`; the error says how to get it.
pub fn component(name: &str, component: &str) -> Result<(), String> {
    let there = Command::new("cargo").args([name, "--version"]).output().is_ok_and(|output| output.status.success());
    if there { Ok(()) } else { Err(format!("cargo {name} is not installed (rustup component add {component})")) }
}
