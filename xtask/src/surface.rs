//! `cargo xtask surface`: writes down every public name of the C# library, as the compiler sees them. An ordinary build fails
//! where a name and the files differ, so that a change of the surface is seen in review.

use crate::catalog::Result;
use crate::prerequisites;
use crate::workspace::Workspace;
use std::collections::BTreeSet;
use std::fs;

const PROJECT: &str = "bindings/csharp/src/Meetgate";

/// Names that programs may rely on since a release, and those that came after it. There was no release so far.
const FILES: [&str; 2] = ["PublicAPI.Shipped.txt", "PublicAPI.Unshipped.txt"];

const HEAD: &str = "#nullable enable\n";

pub fn write(workspace: &Workspace) -> Result<()> {
    let project = workspace.root.join(PROJECT);
    // Before a file is emptied.
    let dotnet = prerequisites::dotnet(workspace)?;
    let [shipped, unshipped] = FILES.map(|file| project.join(file));
    if !shipped.is_file() {
        fs::write(&shipped, HEAD)?;
    }
    fs::write(&unshipped, HEAD)?;
    let mut build = dotnet.command([
        "build",
        PROJECT,
        "--framework",
        "net8.0",
        "--no-incremental",
        "--verbosity",
        "quiet",
        "--property:TreatWarningsAsErrors=false",
    ]);
    let output = build.current_dir(&workspace.root).output()?;
    let said = String::from_utf8(output.stdout)?;
    if !output.status.success() {
        return Err(said.into());
    }
    let names: BTreeSet<&str> = said.lines().filter_map(undeclared).collect();
    let text: String = names.iter().flat_map(|name| [name, "\n"]).collect();
    fs::write(&unshipped, format!("{HEAD}{text}"))?;
    println!("wrote {} names into {}", names.len(), unshipped.display());
    Ok(())
}

/// The name in the compiler's warning of one that stands in no file.
fn undeclared(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("RS0016: Symbol '")?;
    rest.split_once("' is not part of the declared public API").map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_has_a_name() {
        let line = "A.cs(1,2): warning RS0016: Symbol 'Meetgate.X.Y(string! a = \"'\") -> int' is not part of the declared public API (…)";
        assert_eq!(undeclared(line), Some("Meetgate.X.Y(string! a = \"'\") -> int"));
        assert_eq!(undeclared("A.cs(1,2): warning CA1716: Rename"), None);
    }
}
