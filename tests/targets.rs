//! What `cargo xtask dist` has written, on each machine that it is for: the archives are unpacked, C programs are compiled with
//! what is in them, and run against a sandbox of this machine: as they are, by qemu, or by Wine.
//!
//! ```sh
//! cargo xtask dist
//! cargo test --test targets -- --ignored
//! ```
//!
//! `MEETGATE_DIST` may name another folder than target/dist.

#[path = "authority/mod.rs"]
mod authority;
mod examples;
mod programs;
mod scripted;
mod support;

use authority::{Authority, TlsServer, config, servers_of_each_curve};
use programs::{VALGRIND_LIMIT, check, check_example};
use rustls::version::{TLS12, TLS13};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The programs of checks that use nothing but C and threads.
const PORTABLE: [&str; 10] = [
    "arguments",
    "cancel",
    "configurations",
    "json",
    "library",
    "observing",
    "raw_calls",
    "replies",
    "tokens",
    "waits",
];
/// And those that use the rest of POSIX.
const OF_POSIX: [&str; 3] = ["asynchronous", "downloads", "transfers"];
/// An embedded library is another in what it leaves out: texts of the catalog, which the others read.
const OF_EMBEDDED: [&str; 5] = ["cancel", "configurations", "json", "tokens", "waits"];

/// In a Debian i386 of its own.
const WINE_32: &str = "tests/targets/wine32";

/// Debian's, as `cargo xtask test --full` has unpacked it below the target folder.
const MUSL: &str = "tools/musl-arm64/tree";

/// How programs for a machine come to be, and run here.
struct Machine {
    triple: &'static str,
    /// A C compiler, by its arguments.
    compiler: Compiler,
    linked: Linked,
    /// What runs a program: nothing where this machine does.
    runner: &'static [&'static str],
}

enum Compiler {
    /// zig cc, for this system.
    Zig(&'static str),
    MinGw(&'static str),
}

/// With which of the libraries in the archive.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Linked {
    Shared,
    /// The whole program is static, too.
    Static,
}

const X86_64: Machine = Machine {
    triple: "x86_64-unknown-linux-gnu",
    compiler: Compiler::Zig("x86_64-linux-gnu.2.17"),
    linked: Linked::Shared,
    runner: &[],
};
const AARCH64: Machine = Machine {
    triple: "aarch64-unknown-linux-gnu",
    compiler: Compiler::Zig("aarch64-linux-gnu.2.17"),
    linked: Linked::Shared,
    runner: &["qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu"],
};
const ARMV7: Machine = Machine {
    triple: "armv7-unknown-linux-gnueabihf",
    compiler: Compiler::Zig("arm-linux-gnueabihf.2.17"),
    linked: Linked::Shared,
    runner: &["qemu-arm-static", "-L", "/usr/arm-linux-gnueabihf"],
};
const X86_64_MUSL: Machine = Machine {
    triple: "x86_64-unknown-linux-musl",
    compiler: Compiler::Zig("x86_64-linux-musl"),
    linked: Linked::Shared,
    runner: &[],
};
const X86_64_MUSL_STATIC: Machine = Machine { linked: Linked::Static, ..X86_64_MUSL };
const AARCH64_MUSL: Machine = Machine {
    triple: "aarch64-unknown-linux-musl",
    compiler: Compiler::Zig("aarch64-linux-musl"),
    linked: Linked::Shared,
    runner: &["qemu-aarch64-static", "-L", MUSL],
};
const AARCH64_MUSL_STATIC: Machine =
    Machine { linked: Linked::Static, runner: &["qemu-aarch64-static"], ..AARCH64_MUSL };
const WINDOWS_64: Machine = Machine {
    triple: "x86_64-win7-windows-gnu",
    compiler: Compiler::MinGw("x86_64-w64-mingw32-gcc"),
    linked: Linked::Shared,
    runner: &[support::WINE],
};
/// The folders of each are put in where it runs.
const WINDOWS_32: Machine = Machine {
    triple: "i686-win7-windows-gnu",
    compiler: Compiler::MinGw("i686-w64-mingw32-gcc"),
    linked: Linked::Shared,
    runner: &[WINE_32],
};
const WINDOWS_32_STATIC: Machine = Machine { linked: Linked::Static, ..WINDOWS_32 };
const WINDOWS_64_STATIC: Machine = Machine { linked: Linked::Static, ..WINDOWS_64 };

/// For each machine: the programs of checks and the first example, with both flavours.
macro_rules! machines {
    ($($name:ident: $machine:expr,)*) => {
        $(mod $name {
            use super::{OF_EMBEDDED, OF_POSIX, PORTABLE, passes, takes_each_curve};

            #[test]
            #[ignore = "takes what cargo xtask dist has written: cargo xtask test --full runs it"]
            fn full() {
                passes(&$machine, "", &[&PORTABLE[..], if $machine.is_windows() { &[] } else { &OF_POSIX }].concat());
            }

            #[test]
            #[ignore = "takes what cargo xtask dist has written: cargo xtask test --full runs it"]
            fn embedded() {
                passes(&$machine, "-embedded", &OF_EMBEDDED);
            }

            #[test]
            #[ignore = "takes what cargo xtask dist has written: cargo xtask test --full runs it"]
            fn each_curve() {
                takes_each_curve(&$machine);
            }
        })*
    };
}

machines!(
    x86_64: super::X86_64,
    aarch64: super::AARCH64,
    armv7: super::ARMV7,
    x86_64_musl: super::X86_64_MUSL,
    x86_64_musl_static: super::X86_64_MUSL_STATIC,
    aarch64_musl: super::AARCH64_MUSL,
    aarch64_musl_static: super::AARCH64_MUSL_STATIC,
    windows_32: super::WINDOWS_32,
    windows_32_static: super::WINDOWS_32_STATIC,
    windows_64: super::WINDOWS_64,
    windows_64_static: super::WINDOWS_64_STATIC,
);

fn passes(machine: &Machine, flavour: &str, names: &[&str]) {
    let Some(tree) = machine.unpacked(flavour, "") else { return };
    if let Some(missing) = machine.missing() {
        return support::skipped(&format!("programs for {}: {missing}", machine.triple));
    }
    for name in names {
        let program = machine.compile(&tree, &format!("tests/c/{name}.c"), &["tests/c/check.c"], name);
        check(name, &|arguments| machine.run(&program, arguments));
    }
    let example = machine.compile(&tree, "examples/c/quickstart.c", &[], "quickstart");
    check_example(&|arguments| machine.run(&example, arguments));
}

/// Embedded libraries for x86_64 have other code for two curves than all the others.
fn takes_each_curve(machine: &Machine) {
    let authority = Authority::new("ours");
    let own = authority.certify(|_| {});
    let tls = json!({ "ca_pem": authority.pem, "client_cert_pem": own.pem, "client_key_pem": own.key.serialize_pem() });
    let servers = servers_of_each_curve(&authority);
    for flavour in ["", "-embedded"] {
        let Some(tree) = machine.unpacked(flavour, "-curves") else { return };
        if let Some(missing) = machine.missing() {
            return support::skipped(&format!("programs for {}: {missing}", machine.triple));
        }
        let program = machine.compile(&tree, "tests/c/resident.c", &[], "resident");
        for (name, server) in &servers {
            called(machine, &program, server, &tls, &format!("{name}{flavour}"));
        }
    }
}

/// One call, and what the program says of its memory.
fn called(machine: &Machine, program: &Path, server: &TlsServer, tls: &Value, name: &str) -> String {
    let settings = json!({ "platform": "avd", "base_url": server.url(), "token": "t", "tls": tls });
    let arguments = [&settings.to_string(), "avd.room.read", r#"{"room_id":"12345123456"}"#];
    let output = machine.run(program, arguments.map(str::to_owned).to_vec());
    let shown = support::both(&output);
    assert!(output.status.success(), "{name}: {shown}");
    shown.trim().strip_prefix("OK ").unwrap_or_else(|| panic!("{name}: {shown}")).to_owned()
}

/// Kilobytes of a process that has made one call over TLS and keeps its client. Its C library is counted, too.
const MOST_RESIDENT: u64 = 5 * 1024;

#[test]
#[ignore = "takes what cargo xtask dist has written: cargo xtask test --full runs it"]
fn a_program_that_has_made_a_call_over_tls_takes_little_memory() {
    let authority = Authority::new("ours");
    let own = authority.certify(|_| {});
    // Elsewhere it would be that of qemu or Wine.
    for (machine, what) in [(&X86_64, "glibc"), (&X86_64_MUSL, "musl"), (&X86_64_MUSL_STATIC, "musl, static")] {
        for flavour in ["", "-embedded"] {
            let Some(tree) = machine.unpacked(flavour, "-resident") else { return };
            let program = machine.compile(&tree, "tests/c/resident.c", &[], "resident");
            let server = TlsServer::start(config(&own, &[&TLS12, &TLS13], None));
            let told = called(machine, &program, &server, &json!({ "ca_pem": authority.pem }), flavour);
            let kilobytes: u64 = told.parse().unwrap();
            println!("{what}{flavour}: {kilobytes} KB");
            assert!(kilobytes <= MOST_RESIDENT, "{what}{flavour}: {kilobytes} KB");
        }
    }
}

impl Machine {
    fn is_windows(&self) -> bool {
        matches!(self.compiler, Compiler::MinGw(_))
    }

    /// The archive's content, in a folder of its own, whose name ends as the caller wants it. `None` where there is no archive.
    fn unpacked(&self, flavour: &str, end: &str) -> Option<PathBuf> {
        let name = format!("meetgate-{}-{}{flavour}", env!("CARGO_PKG_VERSION"), self.triple);
        let linked = if self.linked == Linked::Static { "-static" } else { "" };
        let folder = support::empty_folder(&format!("target-{}{flavour}{linked}{end}", self.triple));
        let archive = support::dist().join(format!("{name}{}", if self.is_windows() { ".zip" } else { ".tar.gz" }));
        if !archive.is_file() {
            support::skipped(&format!("{} for {}: cargo xtask dist has not written it", name, self.triple));
            return None;
        }
        let mut unpack = if self.is_windows() { Command::new("unzip") } else { Command::new("tar") };
        unpack.current_dir(&folder);
        if self.is_windows() {
            unpack.arg("-q")
        } else {
            unpack.arg("-xzf")
        };
        let output = support::run(unpack.arg(archive));
        assert!(output.status.success(), "{}", support::both(&output));
        Some(folder.join(name))
    }

    /// What is not installed here.
    fn missing(&self) -> Option<String> {
        let compiler = match self.compiler {
            Compiler::Zig(_) => zig(),
            Compiler::MinGw(name) => PathBuf::from(name),
        };
        let runner = self.runner.first().filter(|runner| **runner != WINE_32);
        let all = [compiler.as_os_str().to_owned()].into_iter().chain(runner.map(Into::into));
        let gone = all
            .into_iter()
            .find(|program| !Path::new(program).is_file() && !support::on_path(&program.to_string_lossy()));
        if let Some(gone) = gone {
            return Some(format!("{} is not installed", gone.display()));
        }
        if self.runner == [WINE_32] && !wine_32().is_dir() {
            return Some("there is no Wine for 32-bit programs".to_owned());
        }
        if self.runner.contains(&MUSL) && !support::target().join(MUSL).is_dir() {
            return Some("musl for aarch64 is not there".to_owned());
        }
        let loader = Path::new("/lib/ld-musl-x86_64.so.1");
        let needs_loader = matches!(self.compiler, Compiler::Zig(system) if system == "x86_64-linux-musl");
        (needs_loader && self.linked == Linked::Shared && !loader.exists()).then(|| "musl is not installed".to_owned())
    }

    fn compile(&self, tree: &Path, source: &str, more: &[&str], name: &str) -> PathBuf {
        let mut compiler = match self.compiler {
            Compiler::Zig(system) => {
                let mut zig = Command::new(zig());
                // Its own sanitizer, which is on unless it is said, needs a newer musl than the library.
                zig.args(["-m", "ziglang", "cc", "-target", system, "-fno-sanitize=undefined"]);
                zig
            }
            Compiler::MinGw(name) => Command::new(name),
        };
        let program = tree.join(if self.is_windows() { format!("{name}.exe") } else { name.to_owned() });
        compiler.current_dir(support::root()).args(["-std=c99", "-Wall", "-Wextra", "-pthread", "-D_GNU_SOURCE", "-I"]);
        compiler.arg(tree.join("include")).arg(source).args(more).arg("-o").arg(&program);
        let lib = tree.join("lib");
        match (self.linked, self.is_windows()) {
            (Linked::Shared, false) => {
                compiler.arg("-L").arg(&lib).arg("-lmeetgate").arg(format!("-Wl,-rpath,{}", lib.display()));
            }
            // Its own example of how: the import library for MSVC does for MinGW, too.
            (Linked::Shared, true) => {
                fs::copy(tree.join("bin/meetgate.dll"), tree.join("meetgate.dll")).unwrap();
                compiler.arg("-static").arg(lib.join(if name == "quickstart" {
                    "meetgate.lib"
                } else {
                    "libmeetgate.dll.a"
                }));
            }
            (Linked::Static, false) => {
                compiler
                    .args(["-static", "-DHEAP_LOCKS_OUTLIVE_FORK=1"])
                    .arg(lib.join("libmeetgate.a"))
                    .arg("-lunwind");
            }
            (Linked::Static, true) => {
                compiler.args(["-static", "-DMEETGATE_STATIC"]).arg(lib.join("libmeetgate.a"));
                compiler.args(private_libraries(&lib));
            }
        }
        // The first one for a system has its C library built, too.
        let output = support::run_within(VALGRIND_LIMIT, &mut compiler);
        assert!(output.status.success(), "{compiler:?}\n{}", support::both(&output));
        program
    }

    fn run(&self, program: &Path, arguments: Vec<String>) -> Output {
        let mut command = match self.runner {
            [] => Command::new(program),
            [WINE_32] => {
                let mut command = Command::new(support::root().join(WINE_32));
                command.arg(wine_32()).arg(program.parent().unwrap());
                command.arg(Path::new("/program").join(program.file_name().unwrap()));
                command
            }
            [runner, options @ ..] => {
                let mut command = Command::new(runner);
                for option in options {
                    if *option == MUSL {
                        command.arg(support::target().join(MUSL))
                    } else {
                        command.arg(option)
                    };
                }
                command.arg(program);
                command
            }
        };
        if !self.runner.is_empty() {
            command.env("MEETGATE_PATIENCE", "10");
        }
        if self.is_windows() {
            command.env("WINEPREFIX", support::scratch().join("wine-prefix")).env("WINEDEBUG", "-all");
        }
        let output = support::run_within(VALGRIND_LIMIT, command.args(arguments));
        // Windows ends lines its own way.
        let stdout = String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n").into_bytes();
        Output { stdout, ..output }
    }
}

/// What a static program needs, as the file for pkg-config has it.
fn private_libraries(lib: &Path) -> Vec<String> {
    let text = fs::read_to_string(lib.join("pkgconfig/meetgate.pc")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("Libs.private:")).unwrap();
    line.split_whitespace().map(str::to_owned).collect()
}

/// As `cargo xtask test --full` has unpacked it.
fn wine_32() -> PathBuf {
    support::target().join("tools/wine32-i386/tree")
}

/// The Python that has zig, as `cargo xtask dist` has installed it.
fn zig() -> PathBuf {
    support::target().join("tools/zig/bin/python")
}
