//! The command line.

use crate::catalog::Result;
use std::path::PathBuf;

pub const USAGE: &str = "\
usage: cargo xtask bench [--quick] [--rounds N] [--json FILE] [PART…]

  native    the C library beside libcurl with cJSON, and beside raw sockets
  python    the Python package beside requests, urllib3, httpx and pycurl
  csharp    the C# library beside HttpClient with System.Text.Json

  --quick       fewer and shorter rounds, in under two minutes; docs/performance.md stays as it is
  --rounds N    so many rounds, 5 at least
  --json FILE   write the rows there, too

Without a part: all of them. Everything is built first, in release.";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    Native,
    Python,
    Csharp,
}

pub const PARTS: [Part; 3] = [Part::Native, Part::Python, Part::Csharp];

impl Part {
    pub fn name(self) -> &'static str {
        match self {
            Part::Native => "native",
            Part::Python => "python",
            Part::Csharp => "csharp",
        }
    }

    /// As the names of its rows begin.
    pub fn language(self) -> &'static str {
        match self {
            Part::Native => "C",
            Part::Python => "Python",
            Part::Csharp => "C#",
        }
    }
}

/// Fewer rounds say nothing.
const FEWEST_ROUNDS: u32 = 5;

/// How long is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Effort {
    pub rounds: u32,
    quick: bool,
}

impl Effort {
    pub fn is_quick(self) -> bool {
        self.quick
    }

    /// One of two, by whether it has to be quick.
    pub fn either<T>(self, quick: T, full: T) -> T {
        if self.quick { quick } else { full }
    }
}

#[derive(PartialEq, Eq, Debug)]
pub struct Options {
    pub effort: Effort,
    pub json: Option<PathBuf>,
    pub parts: Vec<Part>,
}

impl Options {
    pub fn read(arguments: &[&str]) -> Result<Options> {
        let (mut quick, mut rounds, mut json, mut parts) = (false, None, None, Vec::new());
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match *argument {
                "--quick" => quick = true,
                "--json" => json = Some(PathBuf::from(rest.next().ok_or("--json needs a file")?)),
                "--rounds" => {
                    let given = rest.next().ok_or("--rounds needs a number")?;
                    let number = given.parse().ok().filter(|number| *number >= FEWEST_ROUNDS);
                    rounds =
                        Some(number.ok_or_else(|| format!("expected at least {FEWEST_ROUNDS} rounds, got {given}"))?);
                }
                name => {
                    let part = PARTS.into_iter().find(|part| part.name() == name);
                    parts.push(part.ok_or_else(|| format!("bench knows no {name}\n\n{USAGE}"))?);
                }
            }
        }
        if parts.is_empty() {
            parts = PARTS.to_vec();
        }
        let rounds = rounds.unwrap_or(if quick { FEWEST_ROUNDS } else { 15 });
        Ok(Options { effort: Effort { rounds, quick }, json, parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_part_all_are_measured() {
        let options = Options::read(&["--quick", "--json", "rows.json"]).unwrap();
        assert_eq!(options.parts, PARTS);
        assert_eq!(options.json, Some(PathBuf::from("rows.json")));
        assert_eq!(options.effort, Effort { rounds: 5, quick: true });
        let options = Options::read(&["csharp", "--rounds", "7"]).unwrap();
        assert_eq!(options.parts, [Part::Csharp]);
        assert_eq!(options.effort, Effort { rounds: 7, quick: false });
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (arguments, expected) in [
            (["--rounds", "4"], "at least 5 rounds, got 4"),
            (["--quick", "--json"], "--json needs a file"),
            (["native", "perl"], "knows no perl"),
        ] {
            let problem = Options::read(&arguments).unwrap_err().to_string();
            assert!(problem.contains(expected), "{problem}");
        }
    }
}
