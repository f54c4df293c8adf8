//! The compilers that build for other machines: zig for C and as the linker on Linux, with the floor of glibc; MinGW for Windows;
//! and for Rust the compiler that has a standard library for the target, or its source.

use super::flavour::Flavour;
use super::small_curves;
use super::target::{GLIBC_FLOOR, System, Target};
use crate::catalog::Result;
use crate::prerequisites::{self, Program};
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

/// The standard library is built with these features of it, whether or not one came with the compiler: without the code that would
/// print a backtrace of a panic, a tenth of all.
const STANDARD_FEATURES: &str = "panic-unwind,optimize_for_size";

/// Where the standard library of a target comes from.
pub enum Standard {
    /// It came with the compiler, and has the code that prints backtraces.
    Ready,
    /// It is built from its source, by an unstable switch of cargo, with this compiler.
    Built(Compiler),
}

pub struct Compiler {
    pub rustc: PathBuf,
    pub cargo: PathBuf,
    pub sysroot: PathBuf,
}

pub struct Toolchain {
    pub target: &'static Target,
    pub standard: Standard,
    flavour: &'static Flavour,
    /// The Python that has zig.
    zig: PathBuf,
    /// cargo-zigbuild, for the targets that zig links for.
    zigbuild: Option<PathBuf>,
}

impl Toolchain {
    /// Finds all that is needed, and installs what may be installed.
    pub fn provide(workspace: &Workspace, target: &'static Target, flavour: &'static Flavour) -> Result<Toolchain> {
        let standard = Standard::of(target, flavour)?;
        binutils(target).provide()?;
        // For Windows it makes the import libraries, and the small curves.
        let zig = prerequisites::python_with(workspace, "zig", ZIG)?;
        let zigbuild = match target.is_windows() {
            true => None,
            false => Some(prerequisites::built_by_cargo(workspace, ZIGBUILD)?),
        };
        Ok(Toolchain { target, standard, flavour, zig, zigbuild })
    }

    pub fn zig(&self) -> Command {
        let mut zig = Command::new(&self.zig);
        zig.args(["-m", "ziglang"]);
        zig
    }

    /// `cargo rustc` for target and flavour, at the root; what it builds lies in the folder that comes with it.
    pub fn cargo_rustc(&self, workspace: &Workspace) -> Result<(Command, PathBuf)> {
        let (mut command, folder) = self.cargo(workspace, "rustc")?;
        let built = folder.join(self.flavour.profile);
        command.args(["--profile", self.flavour.profile]).args(self.flavour.features_on(self.target));
        if self.flavour.is_small() && self.target.is_x86_64() {
            small_curves::take(workspace, self, &built.join("small-curves"), &mut command)?;
        }
        Ok((command, built))
    }

    /// A command of cargo's that builds for the target, at the root; what it builds lies below the folder that comes with it, under
    /// the name of the profile.
    pub fn cargo(&self, workspace: &Workspace, name: &str) -> Result<(Command, PathBuf)> {
        let folder = workspace.target.join("dist-build").join(self.target.triple);
        let mut flags = self.reproducible(workspace)?;
        let mut command = match (&self.zigbuild, &self.standard) {
            (Some(zigbuild), _) => Command::new(zigbuild),
            (None, Standard::Built(compiler)) => Command::new(&compiler.cargo),
            (None, Standard::Ready) => workspace.cargo_command::<&str>([]),
        };
        command.arg(name).env("CARGO_ZIGBUILD_PYTHON_PATH", &self.zig);
        command.current_dir(&workspace.root);
        if let Standard::Built(compiler) = &self.standard {
            command.env("RUSTC", &compiler.rustc).env("CARGO", &compiler.cargo).env("RUSTC_BOOTSTRAP", "1");
            command.arg("-Zbuild-std=std,panic_unwind");
            command.arg(format!("-Zbuild-std-features={STANDARD_FEATURES}"));
        }
        if !self.target.is_windows() {
            // Else a function that nobody has is found missing when a program loads the library.
            flags.push("-Clink-arg=-Wl,-z,defs".to_owned());
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
                    flags.push(format!("-Lnative={}", self.start_up_objects(workspace)?.display()));
                }
            }
        }
        if self.flavour.is_small() && self.target.is_x86_64() && !self.target.is_windows() {
            // What lies on the stack is a byte nearer by the frame's pointer, and unwinding has less to read: 33 KB less. On Windows
            // it is 20 KB more; other processors were not tried.
            flags.push("-Cforce-frame-pointers=yes".to_owned());
            // A call of the C library is a byte shorter by way of the table that it has anyhow.
            flags.push("-Zplt=yes".to_owned());
        }
        let floor = if self.target.system == System::Glibc { format!(".{GLIBC_FLOOR}") } else { String::new() };
        command.arg("--target").arg(format!("{}{floor}", self.target.triple)).arg("--target-dir").arg(&folder);
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        Ok((command, folder.join(self.target.triple)))
    }

    /// No path of this machine gets into the library. Those that do are short: each file has one in its panics.
    fn reproducible(&self, workspace: &Workspace) -> Result<Vec<String>> {
        let home = std::env::home_dir().ok_or("there is no home folder")?;
        let sources = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
        let sources = sources.join("registry/src");
        let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
        // The last one that fits counts.
        let mut flags = vec![remap(&sources, "/cargo")];
        if let Standard::Built(compiler) = &self.standard {
            // The folder of a registry is there once something of it is.
            run(Command::new(&compiler.cargo).args(["fetch", "--quiet", "--locked"]).current_dir(&workspace.root))?;
            flags.push(remap(&compiler.sysroot.join(STANDARD_LIBRARY), "/std"));
        }
        for registry in std::fs::read_dir(&sources).into_iter().flatten() {
            flags.push(remap(&registry?.path(), "/cargo"));
        }
        flags.extend([remap(&workspace.target, "/target"), remap(&workspace.root, "/src")]);
        Ok(flags)
    }

    /// Two objects that Rust's own standard library for 32-bit Windows has beside it, and one built here has not.
    fn start_up_objects(&self, workspace: &Workspace) -> Result<PathBuf> {
        let folder = workspace.tools().join("start-up-objects");
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

fn binutils(target: &Target) -> &'static Program {
    match target.binutils {
        "x86_64-linux-gnu-" => &BINUTILS_X86_64,
        "aarch64-linux-gnu-" => &BINUTILS_AARCH64,
        "arm-linux-gnueabihf-" => &BINUTILS_ARM,
        "i686-w64-mingw32-" => &MINGW_32,
        _ => &MINGW_64,
    }
}

impl Standard {
    pub fn of(target: &Target, flavour: &Flavour) -> Result<Standard> {
        let own = sysroot("rustc".as_ref())?;
        if own.join(STANDARD_LIBRARY).is_dir() {
            let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
            return Ok(Standard::Built(Compiler { rustc: "rustc".into(), cargo, sysroot: own }));
        }
        let debian = Path::new("/usr");
        if !debian.join(STANDARD_LIBRARY).is_dir() || !Path::new(DEBIAN_RUSTC).is_file() {
            let provided = prerequisites::packages(
                "the source of Rust's standard library (rustup component add rust-src)",
                &["rustc-web", "cargo-web", "rust-web-src"],
                || debian.join(STANDARD_LIBRARY).is_dir(),
            );
            let is_ready = own.join("lib/rustlib").join(target.triple).join("lib").is_dir();
            if provided.is_err() && flavour.takes_ready_standard && is_ready {
                return Ok(Standard::Ready);
            }
            provided?;
        }
        Ok(Standard::Built(Compiler {
            rustc: DEBIAN_RUSTC.into(),
            cargo: DEBIAN_CARGO.into(),
            sysroot: debian.to_owned(),
        }))
    }

    /// The compiler's name for itself, and its folder.
    pub fn compiler(&self) -> Result<(String, PathBuf)> {
        let rustc = match self {
            Standard::Ready => Path::new("rustc"),
            Standard::Built(compiler) => &compiler.rustc,
        };
        Ok((output_of(Command::new(rustc).arg("--version"))?, sysroot(rustc)?))
    }

    /// Whether it took an unstable switch.
    pub fn is_built(&self) -> bool {
        matches!(self, Standard::Built(_))
    }
}

/// Where a compiler has its libraries.
pub fn sysroot(rustc: &Path) -> Result<PathBuf> {
    Ok(output_of(Command::new(rustc).args(["--print", "sysroot"]))?.trim().into())
}
