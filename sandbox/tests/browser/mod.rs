//! A real browser, driven by playwright-core in node. `cargo xtask test` installs what it needs; a test that does not find it
//! says so and tries nothing.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What drives it, in `target/tools`, where `cargo xtask test` puts it.
const DRIVER: &str = "playwright/node_modules/playwright-core";

pub struct Browser {
    program: PathBuf,
    driver: PathBuf,
}

impl Browser {
    pub fn find() -> Option<Self> {
        let program = ["chromium", "chromium-headless-shell"].iter().find_map(|name| on_path(name));
        let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("tools");
        let driver = tools.join(DRIVER);
        let missing = if program.is_none() {
            "chromium is not installed".to_owned()
        } else if on_path("node").is_none() {
            "node is not installed".to_owned()
        } else if !driver.is_dir() {
            format!("playwright-core is not in {}", tools.display())
        } else {
            return program.map(|program| Self { program, driver });
        };
        // Past the capture of passed tests' output: a skipped part must not look like a pass.
        let _ = writeln!(std::io::stderr(), "SKIPPED: the console in a browser: {missing}");
        None
    }

    /// Runs a script beside this file with the browser, the driver and these arguments.
    pub fn run(&self, script: &str, arguments: &[&str]) -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser").join(script);
        let mut command = Command::new("node");
        command.arg(script).arg(&self.driver).arg(&self.program).args(arguments).output().unwrap()
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}
