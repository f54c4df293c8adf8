//! `ring` with small tables for P-256 and X25519, as it has them on each 32-bit processor: 0.18 MB less. It asks on x86_64 for two
//! functions that are then not there: `small_curves.c` has them. On 64-bit ARM its small functions and those in assembly have the same
//! names, so that it cannot be had there.

use super::toolchain::Toolchain;
use crate::catalog::Result;
use crate::linked::Graph;
use crate::workspace::{Workspace, run};
use std::fs;
use std::path::Path;
use std::process::Command;

const SWITCH: &str = "-DOPENSSL_SMALL";
const SOURCE: &str = "xtask/src/dist/small_curves.c";
/// Where `build.rs` reads the folder of the archive with the two.
const VARIABLE: &str = "MEETGATE_SMALL_CURVES";

/// Builds the two functions into a folder, and has `cargo` compile `ring` small, and link them.
pub fn take(workspace: &Workspace, toolchain: &Toolchain, folder: &Path, cargo: &mut Command) -> Result<()> {
    fs::create_dir_all(folder)?;
    let (object, archive) = (folder.join("small_curves.o"), folder.join("libsmall_curves.a"));
    let target = toolchain.target;
    let mut zig = toolchain.zig();
    zig.args(["cc", "-target", &target.of_zig(), "-Os", "-fPIC", "-fvisibility=hidden", "-fno-sanitize=undefined"]);
    zig.arg(format!("-DRING={}", prefix(workspace)?)).arg("-c").arg(workspace.root.join(SOURCE)).arg("-o").arg(&object);
    run(&mut zig)?;
    if archive.exists() {
        fs::remove_file(&archive)?;
    }
    run(target.binutil("ar").arg("rcsD").arg(&archive).arg(&object))?;
    cargo.env(VARIABLE, folder).env(format!("CFLAGS_{}", target.triple.replace('-', "_")), SWITCH);
    Ok(())
}

/// What the version that is linked puts before the names of its functions in C.
fn prefix(workspace: &Workspace) -> Result<String> {
    let graph = Graph::of(workspace, &["--no-default-features"])?;
    let ring = graph.linked.values().find(|linked| linked.name == "ring").ok_or("the library has no ring")?;
    Ok(format!("ring_core_{}__", ring.version.replace('.', "_")))
}
