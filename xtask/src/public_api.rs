//! `cargo xtask public-api`: writes down every public name of the C# library, as the analyzer that guards them spells it.
//!
//! What is in the file of shipped names stays there. All others go into that of names that are not shipped yet.

use crate::catalog::Result;
use crate::prerequisites;
use crate::workspace::Workspace;
use std::collections::BTreeSet;
use std::fs;

const PROJECT: &str = "bindings/csharp/src/Meetgate";

/// The first line of both files: names say what may be null.
const HEAD: &str = "#nullable enable";

/// What the analyzer says of a name that stands in no file.
const MISSING: (&str, &str) = ("RS0016: Symbol '", "' is not part of the declared public API");

pub fn write(workspace: &Workspace) -> Result<()> {
    let dotnet = prerequisites::dotnet(workspace)?;
    let project = workspace.root.join(PROJECT);
    let (shipped, unshipped) = (project.join("PublicAPI.Shipped.txt"), project.join("PublicAPI.Unshipped.txt"));
    if !shipped.exists() {
        fs::write(&shipped, format!("{HEAD}\n"))?;
    }
    // Then every name that is not shipped is missing.
    fs::write(&unshipped, format!("{HEAD}\n"))?;

    let mut build = dotnet.command(["build", "--nologo", "--no-incremental", "-p:TreatWarningsAsErrors=false"]);
    let output = build.arg(&project).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!("the library does not build:\n{said}").into());
    }
    let names: BTreeSet<&str> = said.lines().filter_map(missing).collect();
    let text: String = std::iter::once(HEAD).chain(names).map(|line| format!("{line}\n")).collect();
    fs::write(&unshipped, text)?;
    println!("wrote {}", unshipped.display());
    Ok(())
}

/// The name that a line of the compiler's misses.
fn missing(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(MISSING.0)?;
    rest.split_once(MISSING.1).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_out_of_the_line_that_misses_it() {
        let line = "A.cs(1,2): warning RS0016: Symbol 'A.B(char c = 'x') -> string!' is not part of the declared public API (…)";
        assert_eq!(missing(line), Some("A.B(char c = 'x') -> string!"));
        assert_eq!(missing("Build succeeded."), None);
    }
}
