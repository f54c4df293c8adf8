//! What is generated is what the catalog says.

use std::process::Command;

#[test]
fn generated_files_are_fresh() {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "xtask", "--", "codegen", "--check"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    // It names the stale files and the command that renders them.
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
