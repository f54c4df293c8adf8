//! What the system allows: open descriptors, and ports.

use super::options::Options;
use crate::catalog::Result;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fs;

/// What a program has open beside its connections.
const BESIDE: u64 = 100;

/// Raises the limit of open descriptors to the hard limit, for this program and all that it starts, and says whether it is enough.
pub fn raise(options: &Options) -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    let ports = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range")?;
    are_enough(options, limit.maximum, ports_of(&ports))
}

/// How many ports a range such as `32768 60999` has.
fn ports_of(range: &str) -> Option<u64> {
    let mut bounds = range.split_whitespace().map(|bound| bound.parse::<u64>().ok());
    let (first, last) = (bounds.next()??, bounds.next()??);
    Some((last + 1).saturating_sub(first))
}

fn are_enough(options: &Options, descriptors: Option<u64>, ports: Option<u64>) -> Result<()> {
    // The sandbox has a connection to each terminal, and redis one to each process.
    let connections = u64::from(options.clients.max(options.processes));
    if descriptors.is_some_and(|limit| limit < connections + BESIDE) {
        let limit = descriptors.unwrap_or_default();
        return Err(format!(
            "{connections} terminals need {} descriptors in the sandbox, and this system allows a process {limit} \
             (ulimit -Hn): raise it, or take fewer terminals",
            connections + BESIDE
        )
        .into());
    }
    if ports.is_some_and(|ports| ports < connections) {
        let ports = ports.unwrap_or_default();
        return Err(format!(
            "{connections} terminals need as many ports, and this system has {ports} \
             (/proc/sys/net/ipv4/ip_local_port_range): widen the range, or take fewer terminals"
        )
        .into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_little_is_named_before_anything_starts() {
        let options = Options::read(&[]).unwrap();
        assert!(are_enough(&options, Some(10_100), Some(10_000)).is_ok());
        assert!(are_enough(&options, None, None).is_ok());
        for (descriptors, ports, expected) in [
            (
                10_099,
                28_232,
                "need 10100 descriptors in the sandbox, and this system allows a process 10099 (ulimit -Hn)",
            ),
            (20_000, 9_999, "need as many ports, and this system has 9999"),
        ] {
            let problem = are_enough(&options, Some(descriptors), Some(ports)).unwrap_err().to_string();
            assert!(problem.contains(expected), "{problem}");
        }
    }

    #[test]
    fn a_range_of_ports_has_both_its_ends() {
        assert_eq!(ports_of("32768\t60999\n"), Some(28_232));
        assert_eq!(ports_of("none"), None);
    }
}
