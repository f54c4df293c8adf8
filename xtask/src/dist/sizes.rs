//! How large a library may become.

use super::artefact::Artefact;
use super::flavour::{FULL, Flavour};
use super::target::Target;
use crate::catalog::Result;

/// Bytes of the shared library by target, full and embedded: what it was when this was written, and 3 % more for other compilers.
const LIMITS: [(&str, u64, u64); 7] = [
    ("x86_64-unknown-linux-gnu", 2_880_000, 2_220_000),
    ("aarch64-unknown-linux-gnu", 2_570_000, 2_070_000),
    ("armv7-unknown-linux-gnueabihf", 2_330_000, 1_820_000),
    ("x86_64-unknown-linux-musl", 2_880_000, 2_220_000),
    ("aarch64-unknown-linux-musl", 2_570_000, 2_070_000),
    ("i686-win7-windows-gnu", 2_520_000, 1_970_000),
    ("x86_64-win7-windows-gnu", 2_740_000, 2_140_000),
];

pub fn check(target: &Target, flavour: &Flavour, artefact: &Artefact) -> Result<()> {
    let row = LIMITS.iter().find(|(triple, ..)| *triple == target.triple);
    let (_, full, embedded) = row.ok_or_else(|| format!("no limit of size is known for {}", target.triple))?;
    let limit = if flavour.name == FULL.name { *full } else { *embedded };
    if artefact.bytes <= limit {
        return Ok(());
    }
    let (name, bytes) = (flavour.name, artefact.bytes);
    Err(format!("{} {name}: the library has {bytes} bytes, and {limit} is the limit", target.triple).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::flavour::EMBEDDED;
    use crate::dist::target::TARGETS;

    #[test]
    fn each_target_has_limits_and_one_byte_more_is_refused() {
        for target in &TARGETS {
            for flavour in [&FULL, &EMBEDDED] {
                let of = |bytes| Artefact { bytes, glibc: None, needs: Vec::new(), exports: Default::default() };
                let limit = LIMITS.iter().find(|row| row.0 == target.triple).map(|row| (row.1, row.2)).unwrap();
                let limit = if flavour.name == FULL.name { limit.0 } else { limit.1 };
                assert!(check(target, flavour, &of(limit)).is_ok());
                assert!(check(target, flavour, &of(limit + 1)).is_err());
            }
        }
    }
}
