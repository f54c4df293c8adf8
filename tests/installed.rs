//! Programs that find the library where `cargo xtask install` has put it: with pkg-config, with CMake, by hand, linked with
//! the shared library and with the static one.

mod support;

use meetgate_sandbox::{Options, Sandbox};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use support::succeeded;

/// Moved after it was laid out: no file in it may know where it was.
fn tree() -> &'static Path {
    static TREE: OnceLock<PathBuf> = OnceLock::new();
    TREE.get_or_init(|| {
        let folder = support::empty_folder("installed");
        if let Some(archive) = archive() {
            succeeded(support::run(Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(&folder)));
            let unpacked = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
            let moved = folder.join("moved to here");
            std::fs::rename(unpacked, &moved).unwrap();
            return moved;
        }
        // Where cargo has built both kinds.
        let built = support::library_folder().join("libmeetgate.so").canonicalize().unwrap();
        let mut install = Command::new(env!("CARGO"));
        install.args(["run", "--quiet", "--package", "xtask", "--", "install", "--from"]).arg(built.parent().unwrap());
        succeeded(support::run(install.arg("--prefix").arg(folder.join("first")).current_dir(support::root())));
        let moved = folder.join("moved to here");
        std::fs::rename(folder.join("first"), &moved).unwrap();
        moved
    })
}

/// What `cargo xtask dist` has written for this machine, where `MEETGATE_DIST` names the folder.
fn archive() -> Option<PathBuf> {
    let name = concat!("meetgate-", env!("CARGO_PKG_VERSION"), "-x86_64-unknown-linux-gnu.tar.gz");
    std::env::var_os(support::DIST).map(|dist| Path::new(&dist).join(name))
}

/// Against a sandbox, for all three platforms.
fn runs(program: &Path) {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let mut command = Command::new(program);
    for platform in ["hst", "youme", "avd"] {
        command.arg(sandbox.configurations()[platform].to_string());
    }
    let shown = succeeded(support::run(&mut command));
    assert!(shown.lines().count() > 5, "{shown}");
    assert!(sandbox.counts()["avd.room.read"] + sandbox.counts()["avd.room.create"] > 0, "{:?}", sandbox.counts());
}

#[test]
fn the_tree_is_whole() {
    for path in [
        "lib/libmeetgate.so",
        "lib/libmeetgate.so.0",
        concat!("lib/libmeetgate.so.", env!("CARGO_PKG_VERSION")),
        "lib/libmeetgate.a",
        "lib/pkgconfig/meetgate.pc",
        "lib/cmake/Meetgate/MeetgateConfig.cmake",
        "lib/cmake/Meetgate/MeetgateConfigVersion.cmake",
        "include/meetgate.h",
        "include/meetgate.hpp",
        "include/meetgate/avd.hpp",
        "share/doc/meetgate/LICENSE-MIT",
        "share/doc/meetgate/THIRD-PARTY-LICENSES.txt",
        "share/doc/meetgate/meetgate.cdx.json",
    ] {
        assert!(tree().join(path).exists(), "{path}");
    }
    let link = std::fs::read_link(tree().join("lib/libmeetgate.so")).unwrap();
    assert_eq!(link, Path::new("libmeetgate.so.0"));
}

#[test]
fn make_with_pkg_config_and_by_hand() {
    if !support::has("pkg-config") || !support::has("make") {
        return support::skipped("programs built by make: pkg-config or make is not installed");
    }
    let folder = support::empty_folder("installed-make");
    // A copy in a path without spaces: make's own rules cannot have one.
    let prefix = folder.join("prefix");
    std::os::unix::fs::symlink(tree(), &prefix).unwrap();
    let mut make = Command::new("make");
    make.arg("-f").arg(support::root().join("tests/installed/Makefile")).current_dir(&folder);
    make.arg(format!("CHECKOUT={}", support::root().display())).arg(format!("PREFIX={}", prefix.display()));
    succeeded(support::run(make.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"))));
    for program in ["by-pkg-config", "by-hand"] {
        runs(&folder.join(program));
    }
    let mut version = Command::new("pkg-config");
    let version = version.args(["--modversion", "meetgate"]).env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
    assert_eq!(succeeded(support::run(version)).trim(), env!("CARGO_PKG_VERSION"));
}

#[test]
fn cmake_finds_both_libraries() {
    if !support::has("cmake") || !support::has("c++") {
        return support::skipped("programs built by CMake from an installed tree: cmake or c++ is not installed");
    }
    let folder = support::empty_folder("installed-cmake");
    let configure = |asked: Option<&str>| {
        let mut cmake = Command::new("cmake");
        let source = folder.join("source");
        std::fs::create_dir_all(&source).unwrap();
        let text = std::fs::read_to_string(support::root().join("tests/installed/CMakeLists.txt")).unwrap();
        let text = asked.map_or(text.clone(), |asked| text.replace("Meetgate 0.1 ", &format!("Meetgate {asked} ")));
        std::fs::write(source.join("CMakeLists.txt"), text).unwrap();
        cmake.arg("-S").arg(source).arg("-B").arg(folder.join("build"));
        cmake.arg(format!("-DCMAKE_PREFIX_PATH={}", tree().display()));
        support::run(cmake.arg(format!("-DCHECKOUT={}", support::root().display())))
    };
    // A program that was written for another version is told so.
    for other in ["0.2", "1.0", "0.1.999"] {
        assert!(!configure(Some(other)).status.success(), "{other}");
    }
    for fitting in ["0.1.0", "0.1"] {
        succeeded(configure(Some(fitting)));
    }
    succeeded(configure(None));
    succeeded(support::run(Command::new("cmake").arg("--build").arg(folder.join("build"))));
    for program in ["shared", "static", "cpp"] {
        runs(&folder.join("build").join(program));
    }
    // The one that was linked with the static library needs no other.
    let needed = succeeded(support::run(Command::new("readelf").arg("-dW").arg(folder.join("build/static"))));
    assert!(!needed.contains("libmeetgate"), "{needed}");
}

/// Two libraries in Rust have two standard libraries, with the same names.
#[test]
fn the_static_library_stands_beside_another_in_rust() {
    let folder = support::empty_folder("installed-beside");
    let second = folder.join("libsecond.a");
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--edition=2024", "--crate-type=staticlib", "-o"]).arg(&second);
    succeeded(support::run(rustc.arg(support::root().join("tests/installed/second.rs"))));
    let program = folder.join("beside");
    let mut compile = Command::new("cc");
    compile
        .arg("-I")
        .arg(tree().join("include"))
        .arg(support::root().join("tests/installed/beside.c"))
        .arg("-o")
        .arg(&program);
    compile.arg(tree().join("lib/libmeetgate.a")).arg(&second);
    succeeded(support::run(compile.args(["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"])));
    let shown = succeeded(support::run(&mut Command::new(program)));
    assert_eq!(shown, format!("{} 2 0\n", env!("CARGO_PKG_VERSION")));
    // Nothing but the library's own functions is to be seen.
    let symbols = succeeded(support::run(
        Command::new("nm")
            .args(["--extern-only", "--defined-only", "--format=posix"])
            .arg(tree().join("lib/libmeetgate.a")),
    ));
    let others: Vec<&str> = symbols
        .lines()
        .filter(|line| !line.is_empty() && !line.ends_with(':') && !line.starts_with("meetgate_"))
        .collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn the_shared_library_is_hardened() {
    let library = tree().join("lib/libmeetgate.so");
    let shown = succeeded(support::run(Command::new("readelf").args(["-dlW"]).arg(library)));
    assert!(shown.contains("GNU_RELRO"), "{shown}");
    assert!(shown.lines().any(|line| line.contains("FLAGS") && line.contains("NOW")), "{shown}");
    let stack = shown.lines().find(|line| line.contains("GNU_STACK")).unwrap();
    assert!(!stack.contains("RWE"), "{stack}");
    assert!(!shown.contains("RPATH") && !shown.contains("RUNPATH"), "{shown}");
}
