//! How large a library may become.

use super::artefact::Artefact;
use super::flavour::{EMBEDDED, FULL, Flavour};
use super::target::Target;
use crate::catalog::Result;

/// Bytes that the shared library of x86_64 Linux may have; the others are held to what they are near.
fn limit(target: &Target, flavour: &Flavour) -> u64 {
    let name = flavour.name;
    let limits = match target.triple {
        "x86_64-unknown-linux-gnu" => [3_700_000, 2_450_000],
        _ => [4_000_000, 2_600_000],
    };
    limits[usize::from(name != FULL.name && name.starts_with(EMBEDDED.name))]
}

pub fn check(target: &Target, flavour: &Flavour, artefact: &Artefact) -> Result<()> {
    let (bytes, limit) = (artefact.bytes, limit(target, flavour));
    if bytes <= limit {
        return Ok(());
    }
    Err(format!("{} {}: the library has {bytes} bytes, and {limit} is the limit", target.triple, flavour.name).into())
}
