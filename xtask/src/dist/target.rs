//! The machines that the library is built for.

use crate::catalog::Result;
use std::process::Command;

/// The oldest glibc that a library for Linux loads with: that of RHEL 7 and of manylinux2014.
pub const GLIBC_FLOOR: &str = "2.17";

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum System {
    Glibc,
    Musl,
    Windows,
}

pub struct Target {
    /// As Rust names it.
    pub triple: &'static str,
    pub system: System,
    pub bits: u32,
    /// As .NET names it.
    pub runtime: &'static str,
    /// As Python's wheels name it.
    pub wheel: &'static str,
    /// As Debian names the processor, and its folder of libraries.
    pub debian: Option<(&'static str, &'static str)>,
    /// What the names of its binutils begin with, as Debian has them.
    pub binutils: &'static str,
}

pub const TARGETS: [Target; 7] = [
    Target {
        triple: "x86_64-unknown-linux-gnu",
        system: System::Glibc,
        bits: 64,
        runtime: "linux-x64",
        wheel: "manylinux_2_17_x86_64.manylinux2014_x86_64",
        debian: Some(("amd64", "x86_64-linux-gnu")),
        binutils: "x86_64-linux-gnu-",
    },
    Target {
        triple: "aarch64-unknown-linux-gnu",
        system: System::Glibc,
        bits: 64,
        runtime: "linux-arm64",
        wheel: "manylinux_2_17_aarch64.manylinux2014_aarch64",
        debian: Some(("arm64", "aarch64-linux-gnu")),
        binutils: "aarch64-linux-gnu-",
    },
    Target {
        triple: "armv7-unknown-linux-gnueabihf",
        system: System::Glibc,
        bits: 32,
        runtime: "linux-arm",
        wheel: "manylinux_2_17_armv7l.manylinux2014_armv7l",
        debian: Some(("armhf", "arm-linux-gnueabihf")),
        binutils: "arm-linux-gnueabihf-",
    },
    Target {
        triple: "x86_64-unknown-linux-musl",
        system: System::Musl,
        bits: 64,
        runtime: "linux-musl-x64",
        wheel: "musllinux_1_2_x86_64",
        debian: None,
        binutils: "x86_64-linux-gnu-",
    },
    Target {
        triple: "aarch64-unknown-linux-musl",
        system: System::Musl,
        bits: 64,
        runtime: "linux-musl-arm64",
        wheel: "musllinux_1_2_aarch64",
        debian: None,
        binutils: "aarch64-linux-gnu-",
    },
    Target {
        triple: "i686-win7-windows-gnu",
        system: System::Windows,
        bits: 32,
        runtime: "win-x86",
        wheel: "win32",
        debian: None,
        binutils: "i686-w64-mingw32-",
    },
    Target {
        triple: "x86_64-win7-windows-gnu",
        system: System::Windows,
        bits: 64,
        runtime: "win-x64",
        wheel: "win_amd64",
        debian: None,
        binutils: "x86_64-w64-mingw32-",
    },
];

impl Target {
    pub fn named(name: &str) -> Result<&'static Target> {
        let known = || TARGETS.iter().map(|target| target.triple).collect::<Vec<_>>().join(", ");
        let found = TARGETS.iter().find(|target| target.triple == name);
        found.ok_or_else(|| format!("no target is called {name}; there are {}", known()).into())
    }

    /// The one that this machine is.
    pub fn of_this_machine() -> Result<&'static Target> {
        let is_own = |target: &&Target| {
            let system = match target.system {
                System::Glibc => cfg!(all(target_os = "linux", target_env = "gnu")),
                System::Musl => cfg!(all(target_os = "linux", target_env = "musl")),
                System::Windows => cfg!(windows),
            };
            let processor = target.triple.split('-').next().unwrap_or_default();
            system && (processor == std::env::consts::ARCH || (processor, std::env::consts::ARCH) == ("armv7", "arm"))
        };
        let found = TARGETS.iter().find(is_own);
        found.ok_or_else(|| "nothing is built for machines like this one".into())
    }

    pub fn is_x86(&self) -> bool {
        self.triple.starts_with("x86_64-") || self.triple.starts_with("i686-")
    }

    pub fn is_x86_64(&self) -> bool {
        self.is_x86() && self.bits == 64
    }

    pub fn is_windows(&self) -> bool {
        self.system == System::Windows
    }

    /// As zig names it.
    pub fn of_zig(&self) -> String {
        let parts: Vec<&str> = self.triple.split('-').collect();
        // Without the maker.
        [&parts[..1], &parts[2..]].concat().join("-")
    }

    /// One of its binutils.
    pub fn binutil(&self, name: &str) -> Command {
        Command::new(format!("{}{name}", self.binutils))
    }

    /// As programs load it.
    pub fn library(&self) -> &'static str {
        if self.is_windows() { "meetgate.dll" } else { "libmeetgate.so" }
    }

    /// What a program needs beside the static library: what `rustc --print native-static-libs` says, in the names of the C
    /// compilers there.
    pub fn system_libraries(&self) -> &'static [&'static str] {
        match self.system {
            System::Glibc => &["gcc_s", "util", "rt", "pthread", "m", "dl", "c"],
            System::Musl => &["gcc_s", "c"],
            System::Windows => {
                &["crypt32", "ncrypt", "bcrypt", "advapi32", "ws2_32", "userenv", "dbghelp", "ntdll", "kernel32"]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_not_known_is_named() {
        assert_eq!(
            Target::named("x86_64-unknown-linux-musl").ok().map(|target| target.runtime),
            Some("linux-musl-x64")
        );
        let Err(problem) = Target::named("x86_64-unknown-linux") else { panic!("it is known") };
        assert!(problem.to_string().contains("x86_64-unknown-linux; there are x86_64-unknown-linux-gnu,"), "{problem}");
    }
}
