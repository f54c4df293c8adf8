//! The command line.

use crate::catalog::Result;
use std::path::PathBuf;
use std::time::Duration;

pub const USAGE: &str = "\
usage: cargo xtask fleet [--clients N] [--machines N] [--processes N] [--seconds S] [--every S] [--lifetime S] [--quick]
                         [--library FILE --sandbox FILE]

Two fleets, one after the other, each with one hst account, a redis of its own for the token, and the sandbox as the platform:
terminals on few machines, each machine a process whose terminals share a token; and terminals that each are a process. It fails
if a call fails, or if more tokens are fetched than elapsed / (half a lifetime) + 2.

  --clients 10000   terminals of the first fleet
  --machines 8      machines that they are spread over
  --processes 400   terminals of the second fleet; 0: without it
  --seconds 60      how long each fleet runs
  --every 5         seconds from one call of a terminal to the next; in the second fleet a fifth of it, so that nearly all learn
                    from the platform that their token is dead, as where tokens live for hours
  --lifetime 12     seconds that a token of the sandbox lives
  --quick           200 clients on 2 machines, 20 processes, 8 seconds, --every 1, --lifetime 2; docs/fleet.md stays as it is
  --library FILE    take this libmeetgate.so, built with redis, in place of a new build; docs/fleet.md stays as it is
  --sandbox FILE    and this sandbox

It needs redis, with redis-cli and redis-benchmark. It raises the limit of open descriptors to the hard limit (ulimit -Hn): the
sandbox has one for each terminal, and so has redis.";

#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    pub clients: u32,
    pub machines: u32,
    /// None with 0.
    pub processes: u32,
    pub pace: Pace,
    /// Too short for figures.
    pub quick: bool,
    pub library: Option<PathBuf>,
    pub sandbox: Option<PathBuf>,
}

/// The times of a fleet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    pub time: Duration,
    /// From one call of a terminal to the next.
    pub every: Duration,
    /// Of a token, in whole seconds.
    pub lifetime: Duration,
}

/// The second fleet calls so many times as often.
const OFTENER: u32 = 5;

impl Pace {
    pub fn of_processes(self) -> Pace {
        Pace { every: self.every / OFTENER, ..self }
    }
}

impl Options {
    pub fn read(arguments: &[&str]) -> Result<Options> {
        let quick = arguments.contains(&"--quick");
        let mut options = if quick { Options::quick() } else { Options::full() };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || rest.next().ok_or_else(|| format!("{argument} needs a value"));
            let pace = &mut options.pace;
            match *argument {
                "--quick" => {}
                "--clients" => options.clients = number(argument, value()?, 1)?,
                "--machines" => options.machines = number(argument, value()?, 1)?,
                "--processes" => options.processes = number(argument, value()?, 0)?,
                "--seconds" => pace.time = seconds(argument, value()?)?,
                "--every" => pace.every = seconds(argument, value()?)?,
                "--lifetime" => pace.lifetime = seconds(argument, value()?)?,
                "--library" => options.library = Some(PathBuf::from(value()?)),
                "--sandbox" => options.sandbox = Some(PathBuf::from(value()?)),
                other => return Err(format!("fleet knows no {other}\n\n{USAGE}").into()),
            }
        }
        options.checked()
    }

    /// Whether what it measures is worth a page.
    pub fn is_for_page(&self) -> bool {
        !self.quick && self.processes > 0 && self.library.is_none() && self.sandbox.is_none()
    }

    fn full() -> Options {
        let [time, every, lifetime] = [60, 5, 12].map(Duration::from_secs);
        let pace = Pace { time, every, lifetime };
        Options { clients: 10_000, machines: 8, processes: 400, pace, quick: false, library: None, sandbox: None }
    }

    fn quick() -> Options {
        let [time, every, lifetime] = [8, 1, 2].map(Duration::from_secs);
        let pace = Pace { time, every, lifetime };
        Options { clients: 200, machines: 2, processes: 20, pace, quick: true, library: None, sandbox: None }
    }

    fn checked(self) -> Result<Options> {
        let Pace { time, every, lifetime } = self.pace;
        if self.machines > self.clients {
            return Err(format!("{} machines are too many for {} clients", self.machines, self.clients).into());
        }
        if lifetime < 2 * every {
            // Tokens would be renewed before every terminal has called once: nothing could be said of a renewal.
            let least = (2 * every).as_secs();
            return Err(format!("--lifetime is at least twice --every, here {least} seconds").into());
        }
        if time < 2 * lifetime {
            let least = (2 * lifetime).as_secs();
            return Err(format!("--seconds is at least twice --lifetime, here {least}, or no token dies").into());
        }
        Ok(self)
    }
}

fn number(name: &str, given: &str, least: u32) -> Result<u32> {
    let number = given.parse().ok().filter(|number| *number >= least);
    Ok(number.ok_or_else(|| format!("{name}: expected a whole number, {least} or more; got {given}"))?)
}

fn seconds(name: &str, given: &str) -> Result<Duration> {
    Ok(Duration::from_secs(number(name, given, 1)?.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_has_a_default() {
        assert_eq!(Options::read(&[]).unwrap(), Options::full());
        assert_eq!(Options::read(&["--quick"]).unwrap(), Options::quick());
        let options = Options::read(&["--machines", "4", "--quick", "--lifetime", "3"]).unwrap();
        assert_eq!((options.machines, options.clients, options.pace.lifetime.as_secs()), (4, 200, 3));
        assert!(!options.is_for_page());
        assert!(Options::full().is_for_page());
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (arguments, expected) in [
            (&["--clients", "many"][..], "--clients: expected a whole number, 1 or more; got many"),
            (&["--machines", "0"], "--machines: expected a whole number, 1 or more; got 0"),
            (&["--clients"], "--clients needs a value"),
            (&["--clients", "3"], "8 machines are too many for 3 clients"),
            (&["--every", "7"], "--lifetime is at least twice --every, here 14"),
            (&["--seconds", "20"], "--seconds is at least twice --lifetime, here 24"),
            (&["--robots", "3"], "fleet knows no --robots"),
        ] {
            let problem = Options::read(arguments).unwrap_err().to_string();
            assert!(problem.contains(expected), "{problem}");
        }
    }
}
