//! What one redis carries on this machine, measured with the commands that the library sends.

use super::build::Built;
use super::machine::Machine;
use super::options::Pace;
use super::platform::Platform;
use super::redis::Redis;
use crate::catalog::Result;
use crate::workspace::output_of;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub struct Capacity {
    pub version: String,
    /// How often a second the token can be read, by many connections and by one.
    pub reads: f64,
    pub reads_of_one: f64,
}

/// A token that outlives the measurement.
const PROBE: Pace =
    Pace { time: Duration::from_secs(1), every: Duration::from_secs(2), lifetime: Duration::from_secs(7200) };

pub fn measure(built: &Built, effort: Effort) -> Result<Capacity> {
    let redis = Redis::start()?;
    let platform = Platform::start(&built.sandbox, PROBE)?;
    let watch = redis.watch()?;
    let mut machine = Machine::start(built, &platform.configuration(&redis), 1, 0, PROBE)?;
    machine.ready()?;
    machine.begin()?;
    machine.report()?;
    machine.end()?;
    let scripts = watch.scripts()?;
    // Whoever has no token looks first for one that another has fetched.
    let read = scripts.first().ok_or("the library has sent nothing to redis")?;
    let run = |connections: &str, count: &str| -> Result<f64> {
        let mut benchmark = redis.tool("redis-benchmark");
        benchmark.args(["-c", connections, "-n", count, "--csv"]).args(read);
        Ok(rate(&output_of(&mut benchmark)?)?)
    };
    let (many, few) = match effort {
        Effort::Quick => ("5000", "500"),
        Effort::Full => ("300000", "30000"),
    };
    Ok(Capacity { version: redis.version()?, reads: run("50", many)?, reads_of_one: run("1", few)? })
}

#[derive(Clone, Copy)]
pub enum Effort {
    Quick,
    Full,
}

/// The second cell of the last line; the first is the command, in quotes, and may hold commas and lines.
fn rate(csv: &str) -> std::result::Result<f64, String> {
    let cells = csv.trim_end().rsplit("\",\"").nth(6);
    cells.and_then(|cell| cell.parse().ok()).ok_or_else(|| format!("redis-benchmark tells no rate: {csv}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_found_behind_a_command_with_commas_and_lines() {
        let csv = "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\",\"p95_latency_ms\",\
                   \"p99_latency_ms\",\"max_latency_ms\"\n\"EVAL if a\",\"b\nreturn 1\",\"52301.25\",\"0.8\",\"0.2\",\
                   \"0.7\",\"1.0\",\"1.1\",\"2.0\"\n";
        assert_eq!(rate(csv), Ok(52301.25));
        assert!(rate("ERR").is_err());
    }
}
