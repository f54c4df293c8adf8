//! The Debian packages and the wheels that `cargo xtask dist` has written, installed and used.
//!
//! ```sh
//! cargo xtask dist
//! cargo test --test packages -- --ignored
//! ```

mod support;

use meetgate_sandbox::{Options, Sandbox};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{dist, succeeded};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// pip's names of the machines that there are wheels for, oldest system first.
const PLATFORMS: [&str; 7] = [
    "manylinux2014_x86_64",
    "manylinux2014_aarch64",
    "manylinux2014_armv7l",
    "musllinux_1_2_x86_64",
    "musllinux_1_2_aarch64",
    "win32",
    "win_amd64",
];

/// Against a sandbox, for all three platforms.
fn runs(command: &mut Command) {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    for platform in ["hst", "youme", "avd"] {
        command.arg(sandbox.configurations()[platform].to_string());
    }
    succeeded(support::run(command));
    assert!(sandbox.counts().values().sum::<u64>() > 5, "{:?}", sandbox.counts());
}

/// Debian's machine, as dpkg calls this one.
fn processor() -> Option<String> {
    let output = Command::new("dpkg").arg("--print-architecture").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Installed on this very machine, and gone in the end.
struct Installed;

impl Installed {
    const NAMES: [&'static str; 2] = ["libmeetgate0", "libmeetgate-dev"];

    fn from(files: &[PathBuf]) -> Installed {
        let installed = Installed;
        succeeded(support::run(Command::new("dpkg").arg("--install").args(files)));
        installed
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        _ = Command::new("dpkg").arg("--purge").args(Installed::NAMES).output();
    }
}

#[test]
#[ignore = "installs packages and takes them away again: cargo xtask test --full runs it"]
fn debian_packages_are_installed_and_used() {
    let Some(processor) = processor() else { return support::skipped("Debian packages: there is no dpkg") };
    let files = Installed::NAMES.map(|name| dist().join(format!("{name}_{VERSION}_{processor}.deb")));
    if !files.iter().all(|file| file.is_file()) {
        return support::skipped("Debian packages: cargo xtask dist has not written them");
    }
    let is_root = succeeded(support::run(Command::new("id").arg("-u"))).trim() == "0";
    let known = support::run(Command::new("dpkg").arg("--status").arg(Installed::NAMES[0])).status.success();
    if !is_root || known || !support::has("pkg-config") || !support::has("cmake") {
        return support::skipped(
            "Debian packages: they are installed already, or this is not root, or a tool is missing",
        );
    }
    // For every processor: only this one's can be installed.
    for other in ["amd64", "arm64", "armhf"] {
        let file = dist().join(format!("libmeetgate0_{VERSION}_{other}.deb"));
        let shown = succeeded(support::run(Command::new("dpkg-deb").arg("--field").arg(file)));
        assert!(shown.contains(&format!("Architecture: {other}\n")), "{shown}");
        assert!(shown.contains("Depends: libc6 (>= 2.17)\n") && shown.contains("Multi-Arch: same\n"), "{shown}");
    }
    if support::has("lintian") {
        let mut lintian = Command::new("lintian");
        succeeded(support::run(lintian.args(["--allow-root", "--fail-on", "error"]).args(&files)));
    }
    let _installed = Installed::from(&files);
    let folder = support::empty_folder("debian");
    let flags = support::library_flags("meetgate").unwrap();
    let program = folder.join("quickstart");
    let mut compile = Command::new("cc");
    compile.current_dir(support::root()).args(["-std=c99", "examples/c/quickstart.c", "-o"]).arg(&program);
    succeeded(support::run(compile.args(flags.split_whitespace())));
    runs(&mut Command::new(&program));
    // The loader has it from the system's own folder.
    let needed = succeeded(support::run(Command::new("ldd").arg(&program)));
    assert!(
        needed.lines().any(|line| line.contains("libmeetgate.so.0 => /lib/") || line.contains("=> /usr/lib/")),
        "{needed}"
    );

    let mut cmake = Command::new("cmake");
    cmake.arg("-S").arg(support::root().join("tests/installed")).arg("-B").arg(folder.join("build"));
    succeeded(support::run(cmake.arg(format!("-DCHECKOUT={}", support::root().display()))));
    succeeded(support::run(Command::new("cmake").arg("--build").arg(folder.join("build"))));
    for name in ["shared", "static", "cpp"] {
        runs(&mut Command::new(folder.join("build").join(name)));
    }
    // What each file is for is told, and whose work is in it.
    let documents = Path::new("/usr/share/doc/libmeetgate0");
    let machine = succeeded(support::run(Command::new("dpkg-architecture").args(["-q", "DEB_HOST_MULTIARCH"])));
    let own = |name: &str| format!("{}/{name}", machine.trim());
    for name in ["copyright".to_owned(), own("THIRD-PARTY-LICENSES.txt"), own("meetgate.cdx.json")] {
        assert!(documents.join(&name).is_file() || documents.join(format!("{name}.gz")).is_file(), "{name}");
    }
}

#[test]
#[ignore = "takes what cargo xtask dist has written: cargo xtask test --full runs it"]
fn each_platform_has_a_wheel_that_pip_takes_for_it() {
    let wheels = dist();
    if !fs::read_dir(&wheels).unwrap().any(|entry| entry.unwrap().path().extension().is_some_and(|it| it == "whl")) {
        return support::skipped("wheels: cargo xtask dist has not written them");
    }
    let folder = support::empty_folder("wheels");
    let python = folder.join("venv/bin/python");
    succeeded(support::run(Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv"))));
    let pip = |options: &[&str]| {
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--find-links"]);
        pip.arg(&wheels).args(options);
        pip
    };
    for platform in PLATFORMS {
        let target = folder.join(platform);
        let mut pip = pip(&["--platform", platform, "--only-binary=:all:", "--no-deps", "--target"]);
        succeeded(support::run(pip.arg(&target).arg("meetgate")));
        let is_library = |name: &str| name == "meetgate.dll" || name == "libmeetgate.so";
        let names = fs::read_dir(target.join("meetgate")).unwrap().map(|entry| entry.unwrap().file_name());
        let libraries: Vec<String> =
            names.map(|name| name.to_string_lossy().into_owned()).filter(|name| is_library(name)).collect();
        assert_eq!(
            libraries,
            [if platform.starts_with("win") { "meetgate.dll" } else { "libmeetgate.so" }],
            "{platform}"
        );
    }
    // And this machine's runs.
    succeeded(support::run(&mut pip(&["meetgate"])));
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let configurations = folder.join("sandbox.json");
    fs::write(&configurations, serde_json::to_string(&sandbox.configurations()).unwrap()).unwrap();
    let mut example = Command::new(&python);
    example.arg(support::root().join("examples/python/quickstart.py")).arg(configurations);
    succeeded(support::run(example.env_remove("MEETGATE_LIBRARY")));
    assert!(sandbox.counts().values().sum::<u64>() > 5, "{:?}", sandbox.counts());
}
