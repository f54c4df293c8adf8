//! How large a library may become.

use super::artefact::Artefact;
use super::flavour::{FULL_WITHOUT_REDIS, Flavour};
use super::target::Target;
use crate::catalog::Result;

/// Bytes of the shared library by target, full and embedded: what it was when this was written, and 3 % more for other compilers. The
/// embedded ones of x86_64 Linux have their goal.
const LIMITS: [(&str, u64, u64); 7] = [
    ("x86_64-unknown-linux-gnu", 2_880_000, 2_000_000),
    ("aarch64-unknown-linux-gnu", 2_570_000, 2_070_000),
    ("armv7-unknown-linux-gnueabihf", 2_330_000, 1_820_000),
    ("x86_64-unknown-linux-musl", 2_880_000, 2_000_000),
    ("aarch64-unknown-linux-musl", 2_570_000, 2_070_000),
    ("i686-win7-windows-gnu", 2_520_000, 1_970_000),
    ("x86_64-win7-windows-gnu", 2_740_000, 1_960_000),
];

/// Of the full library without redis, on each machine: the goal for x86_64 Linux, where it is largest.
const WITHOUT_REDIS: u64 = 2_600_000;

pub fn check(target: &Target, flavour: &Flavour, artefact: &Artefact) -> Result<()> {
    let limit = limit(target, flavour)?;
    if artefact.bytes <= limit {
        return Ok(());
    }
    let (name, bytes) = (flavour.name, artefact.bytes);
    Err(format!("{} {name}: the library has {bytes} bytes, and {limit} is the limit", target.triple).into())
}

fn limit(target: &Target, flavour: &Flavour) -> Result<u64> {
    if flavour.name == FULL_WITHOUT_REDIS.name {
        return Ok(WITHOUT_REDIS);
    }
    let row = LIMITS.iter().find(|(triple, ..)| *triple == target.triple);
    let (_, full, embedded) = row.ok_or_else(|| format!("no limit of size is known for {}", target.triple))?;
    Ok(if flavour.is_small() { *embedded } else { *full })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::flavour::{EMBEDDED, FLAVOURS, FULL};
    use crate::dist::target::TARGETS;

    #[test]
    fn each_target_has_limits_and_one_byte_more_is_refused() {
        for target in &TARGETS {
            for flavour in FLAVOURS {
                let of = |bytes| Artefact { bytes, glibc: None, needs: Vec::new(), exports: Default::default() };
                let limit = limit(target, flavour).unwrap();
                assert!(check(target, flavour, &of(limit)).is_ok());
                assert!(check(target, flavour, &of(limit + 1)).is_err());
            }
        }
        let of_x86_64 = |flavour| limit(&TARGETS[0], flavour).unwrap();
        assert!(of_x86_64(&EMBEDDED) <= 2_000_000 && of_x86_64(&FULL_WITHOUT_REDIS) <= 2_600_000);
        assert!(of_x86_64(&FULL) > of_x86_64(&FULL_WITHOUT_REDIS));
    }
}
