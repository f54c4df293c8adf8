//! `docs/reference/sandbox.md` names everything that there is: each option, each call of the control interface, each kind of
//! fault. (Its tables of error numbers are rendered from `situations.toml`, which `tests/situations.rs` runs.)

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;

use caller::Caller;
use meetgate_sandbox::Options;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

fn guide() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs/reference/sandbox.md");
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn options() {
    let help = Command::new(env!("CARGO_BIN_EXE_meetgate-sandbox")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    // An option's own line begins with it; in the examples it stands behind something.
    let options: BTreeSet<&str> =
        help.lines().filter_map(|line| line.split_whitespace().next()).filter(|word| word.starts_with("--")).collect();
    assert!(options.len() > 15, "{options:?}");
    let guide = guide();
    let missing: Vec<&&str> = options.iter().filter(|option| !guide.contains(&format!("`{option}"))).collect();
    assert!(missing.is_empty(), "not in the guide: {missing:?}");
}

#[test]
fn the_control_interface_and_the_faults() {
    let caller = Caller::with(Options { control: true, ..Options::default() });
    let about = caller.send("GET", "/_sandbox", &[], b"").json();
    let guide = guide();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let calls = about["calls"].as_array().unwrap();
    let calls = calls.iter().map(|call| format!("| `{} {}` |", text(&call["method"]), text(&call["path"])));
    let kinds = about["faults"].as_array().unwrap().iter().map(|fault| {
        let example: Value = serde_json::from_str(fault["example"].as_str().unwrap()).unwrap();
        format!("| `{}` |", text(&example["kind"]))
    });
    let expected: BTreeSet<String> = calls.chain(kinds).collect();
    assert!(expected.len() > 30, "{expected:?}");
    let missing: Vec<&String> = expected.iter().filter(|row| !guide.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "not in the guide: {missing:?}");
}
