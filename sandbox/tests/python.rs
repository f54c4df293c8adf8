//! The Python fixture and the tour that uses it, in `examples/python`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_meetgate-sandbox");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Runs a script and returns what it printed; `None` where there is no Python.
fn python(script: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("python3");
    // Nothing is written into the checkout, and what is not closed is told.
    command.args(["-B", "-W", "error::ResourceWarning"]).arg(script).args(arguments);
    command.env_remove("MEETGATE_SANDBOX").env("PYTHONIOENCODING", "utf-8");
    match command.output() {
        Err(_) => {
            // Past the capture of passed tests' output: a skipped part must not look like a pass.
            let _ = writeln!(std::io::stderr(), "SKIPPED: python3 is not installed");
            None
        }
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let printed = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{}: {said}\n{printed}", script.display());
            assert!(!said.contains("Warning"), "{said}");
            Some(printed)
        }
    }
}

#[test]
fn the_fixture() {
    let check = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/check_fixture.py");
    let folder = root().join("examples/python");
    python(&check, &[folder.to_str().unwrap(), PROGRAM]);
}

#[test]
fn the_tour() {
    let Some(printed) = python(&root().join("examples/python/try_sandbox.py"), &[PROGRAM]) else { return };
    for line in [
        "avd: in the new room: Li",
        "bytes of mp4",
        "avd: attempt 2 meets HTTP 502",
        "avd: attempt 3 answers success",
        "'ret': 40004",
        "'ret': 40003",
        "youme: a checksum of ten minutes ago: FAIL",
        "'code': 606000000",
        "'code': 606000001",
        "rooms created: 1",
    ] {
        assert!(printed.contains(line), "{line} in {printed}");
    }
}
