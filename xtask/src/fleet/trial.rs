//! One fleet, from its start to its end, and what must hold of it.

use super::build::Built;
use super::machine::{Machine, Report};
use super::options::Pace;
use super::platform::{Arrived, Platform};
use super::redis::{Redis, Told};
use crate::catalog::Result;
use serde_json::Value;
use std::thread;
use std::time::{Duration, Instant};

/// What a fleet did.
pub struct Trial {
    pub terminals: u32,
    pub processes: u32,
    pub pace: Pace,
    /// From the first terminal's begin to the last one's end.
    pub elapsed: Duration,
    pub calls: u64,
    pub failures: u64,
    /// Some of the failed calls' error documents.
    pub documents: Vec<Value>,
    pub arrived: Arrived,
    /// In microseconds, ascending: the first call of each terminal, and all others.
    pub first: Vec<u32>,
    pub later: Vec<u32>,
    pub descriptors: u64,
    pub client_bytes: i64,
    pub thread_bytes: i64,
    pub call_bytes: i64,
    /// Of all processes.
    pub process_bytes: u64,
    pub redis: Load,
}

/// What redis had to do.
pub struct Load {
    pub before: Told,
    /// When every terminal had called once.
    pub cold: Told,
    /// While all processes were still there.
    pub end: Told,
}

/// After the first calls are due, for them to end.
const SETTLED: Duration = Duration::from_millis(500);

pub fn run(built: &Built, terminals: u32, processes: u32, pace: Pace) -> Result<Trial> {
    let redis = Redis::start()?;
    let platform = Platform::start(&built.sandbox, pace)?;
    let config = platform.configuration(&redis);
    let mut machines = Vec::new();
    let mut first = 0;
    for size in sizes(terminals, processes) {
        machines.push(Machine::start(built, &config, size, first, pace)?);
        first += size;
    }
    for machine in &mut machines {
        machine.ready()?;
    }

    let before = redis.told()?;
    let begin = Instant::now();
    for machine in &mut machines {
        machine.begin()?;
    }
    thread::sleep((begin + pace.every + SETTLED).saturating_duration_since(Instant::now()));
    let cold = redis.told()?;
    let reports: Vec<Report> = machines.iter_mut().map(Machine::report).collect::<Result<_>>()?;
    // Counted first: a late fetch is never held against a longer time.
    let arrived = platform.arrived()?;
    let elapsed = begin.elapsed();
    let end = redis.told()?;
    let process_bytes = machines.iter().map(Machine::bytes).sum::<Result<u64>>()?;
    for machine in machines {
        machine.end()?;
    }

    let sum = |of: fn(&Report) -> u64| reports.iter().map(of).sum();
    let bytes = |of: fn(&Report) -> i64| reports.iter().map(of).sum();
    Ok(Trial {
        terminals,
        processes,
        pace,
        elapsed,
        calls: sum(|report| report.calls),
        failures: sum(|report| report.failures),
        documents: reports.iter().flat_map(|report| report.documents.iter().take(1).cloned()).collect(),
        arrived,
        first: ascending(reports.iter().flat_map(|report| &report.first_us)),
        later: ascending(reports.iter().flat_map(|report| &report.us)),
        descriptors: sum(|report| report.descriptors),
        client_bytes: bytes(|report| report.client_bytes),
        thread_bytes: bytes(|report| report.thread_bytes),
        call_bytes: bytes(|report| report.call_bytes),
        process_bytes,
        redis: Load { before, cold, end },
    })
}

/// How many terminals each machine has: all of them, and none with more than one above another.
fn sizes(terminals: u32, machines: u32) -> impl Iterator<Item = u32> {
    let (each, more) = (terminals / machines, terminals % machines);
    (0..machines).map(move |machine| each + u32::from(machine < more))
}

fn ascending<'t>(times: impl Iterator<Item = &'t u32>) -> Vec<u32> {
    let mut times: Vec<u32> = times.copied().collect();
    times.sort_unstable();
    times
}

impl Trial {
    /// The most token fetches that may be: elapsed / (half a lifetime) + 2.
    pub fn most_fetches(&self) -> f64 {
        self.elapsed.as_secs_f64() / (self.pace.lifetime.as_secs_f64() / 2.0) + 2.0
    }

    /// Calls that reached the platform with a dead token, and were repeated.
    pub fn repeated(&self) -> u64 {
        self.arrived.calls.saturating_sub(self.calls)
    }

    /// Commands that redis got from a process at its start.
    pub fn cold_commands(&self) -> f64 {
        (self.redis.cold.evals - self.redis.before.evals) as f64 / f64::from(self.processes)
    }

    /// Commands that redis got from a process for each token after the first.
    pub fn renewal_commands(&self) -> f64 {
        let renewals = self.arrived.fetches.saturating_sub(1).max(1) as f64;
        (self.redis.end.evals - self.redis.cold.evals) as f64 / f64::from(self.processes) / renewals
    }

    /// What redis keeps for a connection.
    pub fn connection_bytes(&self) -> f64 {
        let grown = self.redis.end.memory_bytes.saturating_sub(self.redis.before.memory_bytes);
        grown as f64 / self.redis.end.connections.max(1) as f64
    }

    /// What must hold and does not.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let Arrived { fetches, .. } = self.arrived;
        if self.failures > 0 {
            let documents: Vec<String> = self.documents.iter().take(3).map(Value::to_string).collect();
            problems.push(format!("{} of {} calls failed: {}", self.failures, self.calls, documents.join(" ")));
        }
        let most = self.most_fetches();
        if fetches as f64 > most {
            problems.push(format!("{fetches} token fetches in {:.1} s: at most {most:.1}", self.elapsed.as_secs_f64()));
        }
        // Otherwise nothing was shown.
        let least = (self.pace.time.as_secs() / self.pace.lifetime.as_secs()).max(2);
        if fetches < least {
            problems.push(format!("only {fetches} token fetches, at least {least} were expected: did the tokens die?"));
        }
        if self.first.len() as u64 != u64::from(self.terminals) {
            problems.push(format!("{} of {} terminals called", self.first.len(), self.terminals));
        }
        problems
    }
}

/// The value below which this part of the values is; 0 without any.
pub fn quantile(ascending: &[u32], part: f64) -> u32 {
    let last = ascending.len().saturating_sub(1);
    let at = (ascending.len() as f64 * part) as usize;
    ascending.get(at.min(last)).copied().unwrap_or_default()
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// 400 terminals, each a process, without a problem.
    pub fn trial() -> Trial {
        let [time, every, lifetime] = [60, 5, 12].map(Duration::from_secs);
        let told = |evals, connections, memory_bytes| Told { evals, connections, memory_bytes };
        Trial {
            terminals: 400,
            processes: 400,
            pace: Pace { time, every, lifetime },
            elapsed: Duration::from_secs(60),
            calls: 4800,
            failures: 0,
            documents: Vec::new(),
            arrived: Arrived { fetches: 9, calls: 8000 },
            first: vec![2000; 400],
            later: (1..=4400).collect(),
            descriptors: 800,
            client_bytes: 400 * 2000,
            thread_bytes: 400 * 8000,
            call_bytes: 400 * 20_000,
            process_bytes: 400 * 2_000_000,
            redis: Load { before: told(0, 0, 1_000_000), cold: told(800, 400, 0), end: told(12_000, 400, 9_000_000) },
        }
    }

    #[test]
    fn what_must_hold_is_a_failed_call_and_the_bound_in_both_directions() {
        assert_eq!(trial().problems(), Vec::<String>::new());
        let problem = |change: fn(&mut Trial)| {
            let mut trial = trial();
            change(&mut trial);
            trial.problems().join("\n")
        };
        let failed = problem(|trial| {
            trial.failures = 2;
            trial.documents = vec![serde_json::json!({ "status": "STORE" })];
        });
        assert_eq!(failed, r#"2 of 4800 calls failed: {"status":"STORE"}"#);
        // 60 / 6 + 2
        assert_eq!(problem(|trial| trial.arrived.fetches = 12), "");
        assert_eq!(problem(|trial| trial.arrived.fetches = 13), "13 token fetches in 60.0 s: at most 12.0");
        assert!(problem(|trial| trial.arrived.fetches = 4).contains("only 4 token fetches, at least 5"));
        assert_eq!(problem(|trial| trial.first.truncate(399)), "399 of 400 terminals called");
    }

    #[test]
    fn what_redis_got_is_divided_among_processes_and_tokens() {
        let trial = trial();
        assert_eq!(trial.cold_commands(), 2.0);
        assert_eq!(trial.renewal_commands(), 3.5);
        assert_eq!(trial.connection_bytes(), 20_000.0);
        assert_eq!(trial.repeated(), 3200);
    }

    #[test]
    fn no_terminal_is_lost_where_machines_do_not_divide_them() {
        assert_eq!(sizes(10, 4).collect::<Vec<_>>(), [3, 3, 2, 2]);
    }

    #[test]
    fn a_quantile_is_one_of_the_values() {
        let values: Vec<u32> = (1..=100).collect();
        assert_eq!([0.5, 0.99, 1.0].map(|part| quantile(&values, part)), [51, 100, 100]);
        assert_eq!(quantile(&[], 0.5), 0);
    }
}
