//! The compilers that build for other machines: zig for C and as the linker on Linux, with the floor of glibc; MinGW for Windows;
//! and for Rust the compiler that has a standard library for the target, or its source.

use super::flavour::Flavour;
use super::target::{GLIBC_FLOOR, System, Target};
use crate::catalog::Result;
use crate::prerequisites::{self, PYTHON, Program};
use crate::workspace::{Workspace, output_of, run};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Other versions may know the targets otherwise.
const ZIG: &str = "ziglang==0.17.1";
const ZIGBUILD: &str = "cargo-zigbuild@0.24.1";

/// Debian's own, whose package rust-web-src has the standard library's source.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const STANDARD_LIBRARY: &str = "lib/rustlib/src/rust/library";

const MINGW_32: Program = Program::new("i686-w64-mingw32-gcc", &["gcc-mingw-w64-i686"]);
const MINGW_64: Program = Program::new("x86_64-w64-mingw32-gcc", &["gcc-mingw-w64-x86-64"]);
const BINUTILS_X86_64: Program = Program::new("x86_64-linux-gnu-objcopy", &["binutils"]);
const BINUTILS_AARCH64: Program = Program::new("aarch64-linux-gnu-objcopy", &["binutils-aarch64-linux-gnu"]);
const BINUTILS_ARM: Program = Program::new("arm-linux-gnueabihf-objcopy", &["binutils-arm-linux-gnueabihf"]);

/// Where the standard library of a target comes from.
pub enum Standard {
    /// It came with the compiler.
    Ready,
    /// It is built from its source, by an unstable switch of cargo, with this compiler.
    Built(Compiler),
}

pub struct Compiler {
    rustc: PathBuf,
    cargo: PathBuf,
    sysroot: PathBuf,
}

pub struct Toolchain {
    pub target: &'static Target,
    pub standard: Standard,
    flavour: &'static Flavour,
    tools: PathBuf,
}

impl Toolchain {
    /// Finds all that is needed, and installs what may be installed.
    pub fn provide(workspace: &Workspace, target: &'static Target, flavour: &'static Flavour) -> Result<Toolchain> {
        let standard = Standard::of(target, flavour)?;
        let toolchain = Toolchain { target, standard, flavour, tools: workspace.target.join("tools") };
        toolchain.binutils().provide()?;
        // On Windows for the import libraries.
        toolchain.provide_zig()?;
        if !target.is_windows() {
            toolchain.provide_zigbuild(workspace)?;
        }
        Ok(toolchain)
    }

    fn binutils(&self) -> &'static Program {
        match self.target.binutils {
            "x86_64-linux-gnu-" => &BINUTILS_X86_64,
            "aarch64-linux-gnu-" => &BINUTILS_AARCH64,
            "arm-linux-gnueabihf-" => &BINUTILS_ARM,
            "i686-w64-mingw32-" => &MINGW_32,
            _ => &MINGW_64,
        }
    }

    fn provide_zig(&self) -> Result<()> {
        let folder = self.tools.join("zig");
        if folder.join(ZIG).exists() {
            return Ok(());
        }
        PYTHON.provide()?;
        println!("installing {ZIG} into {}", folder.display());
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        run(Command::new(self.python()).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ZIG]))?;
        std::fs::write(folder.join(ZIG), "")?;
        Ok(())
    }

    fn provide_zigbuild(&self, workspace: &Workspace) -> Result<()> {
        if !self.tools.join("bin/cargo-zigbuild").is_file() {
            println!("building {ZIGBUILD} into {}", self.tools.display());
            run(workspace.cargo_command(["install", "--locked", "--quiet", ZIGBUILD, "--root"]).arg(&self.tools))?;
        }
        Ok(())
    }

    fn python(&self) -> PathBuf {
        self.tools.join("zig/bin/python")
    }

    pub fn zig(&self) -> Command {
        let mut zig = Command::new(self.python());
        zig.args(["-m", "ziglang"]);
        zig
    }

    /// `cargo rustc` for target and flavour, at the root; what it builds lies in the folder that comes with it.
    pub fn cargo_rustc(&self, workspace: &Workspace) -> Result<(Command, PathBuf)> {
        let folder = workspace.target.join("dist-build").join(self.target.triple);
        let mut flags = reproducible(workspace)?;
        let mut command = match (self.target.system, &self.standard) {
            (System::Windows, Standard::Ready) => workspace.cargo_command(["rustc"]),
            (System::Windows, Standard::Built(compiler)) => {
                let mut command = Command::new(&compiler.cargo);
                command.arg("rustc");
                command
            }
            _ => {
                let mut command = Command::new(self.tools.join("bin/cargo-zigbuild"));
                command.arg("rustc").env("CARGO_ZIGBUILD_PYTHON_PATH", self.python());
                command
            }
        };
        command.current_dir(&workspace.root);
        if let Standard::Built(compiler) = &self.standard {
            command.env("RUSTC", &compiler.rustc).env("CARGO", &compiler.cargo).env("RUSTC_BOOTSTRAP", "1");
            command.arg("-Zbuild-std=std,panic_unwind");
            if let Some(features) = self.flavour.standard {
                command.arg(format!("-Zbuild-std-features={features}"));
            }
        }
        match self.target.system {
            System::Glibc => {}
            System::Musl => flags.push("-Ctarget-feature=-crt-static".to_owned()),
            System::Windows => {
                let name = self.target.triple.replace('-', "_");
                let gcc = format!("{}gcc", self.target.binutils);
                command.env(format!("CC_{name}"), &gcc);
                command.env(format!("CARGO_TARGET_{}_LINKER", name.to_uppercase()), gcc);
                flags.push("-Clink-arg=-Wl,--no-insert-timestamp".to_owned());
                if self.target.bits == 32 {
                    flags.push(format!("-Lnative={}", self.start_up_objects()?.display()));
                }
            }
        }
        let floor = if self.target.system == System::Glibc { format!(".{GLIBC_FLOOR}") } else { String::new() };
        command.args(["--profile", self.flavour.profile]).args(self.flavour.features());
        command.arg("--target").arg(format!("{}{floor}", self.target.triple)).arg("--target-dir").arg(&folder);
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        Ok((command, folder.join(self.target.triple).join(self.flavour.profile)))
    }

    /// Two objects that Rust's own standard library for 32-bit Windows has beside it, and one built here has not.
    fn start_up_objects(&self) -> Result<PathBuf> {
        let folder = self.tools.join("start-up-objects");
        if let Standard::Built(compiler) = &self.standard {
            std::fs::create_dir_all(&folder)?;
            for name in ["rsbegin", "rsend"] {
                let mut rustc = Command::new(&compiler.rustc);
                rustc.env("RUSTC_BOOTSTRAP", "1").args(["--target", "i686-pc-windows-gnu", "--emit=obj", "-o"]);
                rustc.arg(folder.join(format!("{name}.o")));
                run(rustc.arg(compiler.sysroot.join(STANDARD_LIBRARY).join(format!("rtstartup/{name}.rs"))))?;
            }
        }
        Ok(folder)
    }
}

impl Standard {
    pub fn of(target: &Target, flavour: &Flavour) -> Result<Standard> {
        let own = sysroot("rustc".as_ref())?;
        if flavour.standard.is_none() && own.join("lib/rustlib").join(target.triple).join("lib").is_dir() {
            return Ok(Standard::Ready);
        }
        if own.join(STANDARD_LIBRARY).is_dir() {
            let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
            return Ok(Standard::Built(Compiler { rustc: "rustc".into(), cargo, sysroot: own }));
        }
        let debian = Path::new("/usr");
        if !debian.join(STANDARD_LIBRARY).is_dir() || !Path::new(DEBIAN_RUSTC).is_file() {
            prerequisites::packages(
                &format!("the standard library of {} (rustup target add {0})", target.triple),
                &["rustc-web", "cargo-web", "rust-web-src"],
                || debian.join(STANDARD_LIBRARY).is_dir(),
            )?;
        }
        Ok(Standard::Built(Compiler {
            rustc: DEBIAN_RUSTC.into(),
            cargo: DEBIAN_CARGO.into(),
            sysroot: debian.to_owned(),
        }))
    }

    /// The compiler's name for itself, and its folder.
    pub fn compiler(&self) -> Result<(String, PathBuf)> {
        match self {
            Standard::Ready => Ok((output_of(Command::new("rustc").arg("--version"))?, sysroot("rustc".as_ref())?)),
            Standard::Built(compiler) => {
                Ok((output_of(Command::new(&compiler.rustc).arg("--version"))?, compiler.sysroot.clone()))
            }
        }
    }

    /// Whether it took an unstable switch.
    pub fn is_built(&self) -> bool {
        matches!(self, Standard::Built(_))
    }
}

fn sysroot(rustc: &Path) -> Result<PathBuf> {
    Ok(output_of(Command::new(rustc).args(["--print", "sysroot"]))?.trim().into())
}

/// No path of this machine gets into the library.
fn reproducible(workspace: &Workspace) -> Result<Vec<String>> {
    let home = std::env::home_dir().ok_or("there is no home folder")?;
    let cargo = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    Ok(vec![
        remap(&cargo.join("registry/src"), "/cargo"),
        remap(&workspace.target, "/target"),
        remap(&workspace.root, "/src"),
    ])
}
