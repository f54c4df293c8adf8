//! What was measured, calculated for fleets that no single machine can play.

use super::capacity::Capacity;
use super::trial::Trial;

/// What the calculation takes from the measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Basis {
    /// Terminals of a process, in the fleet on few machines.
    pub terminals_of_machine: u32,
    /// Commands of a process for each token.
    pub commands: f64,
    /// What redis keeps for a connection.
    pub connection_bytes: f64,
    /// Commands a second.
    pub rate: f64,
}

/// How often a process that waits tries again (`POLL` in src/token/store.rs), in seconds, and with how many commands: one to take
/// the lock, one to look for the token.
pub const POLL: f64 = 0.02;
pub const COMMANDS_OF_POLL: f64 = 2.0;
/// How long the library waits for an answer of redis (`PATIENCE` in src/token/store/redis.rs), in seconds.
const PATIENCE: f64 = 1.0;
/// The fleets.
pub const TERMINALS: [u32; 2] = [100_000, 1_000_000];

impl Basis {
    /// From the fleet on few machines, and the one whose terminals are processes.
    pub fn of(machines: &Trial, processes: &Trial, capacity: &Capacity) -> Basis {
        Basis {
            terminals_of_machine: machines.terminals.div_ceil(machines.processes),
            commands: processes.renewal_commands(),
            connection_bytes: processes.connection_bytes(),
            rate: capacity.reads,
        }
    }

    pub fn for_processes(&self, processes: u32) -> Forecast {
        let processes = f64::from(processes);
        let commands = processes * self.commands;
        let cold_rate = processes * COMMANDS_OF_POLL / POLL;
        Forecast {
            connections: processes,
            memory_bytes: processes * self.connection_bytes,
            commands,
            apart: 2.0 * commands / self.rate,
            answer: processes / self.rate,
            cold_rate,
            cold_load: cold_rate / self.rate,
        }
    }
}

/// For so many processes with one account and one redis. Times are in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    pub connections: f64,
    pub memory_bytes: f64,
    /// For each token after the first.
    pub commands: f64,
    /// If the calls of a process are so far apart, redis is busy for half of the time in which all learn of a token.
    pub apart: f64,
    /// If all ask redis in one moment, the last one waits for so long.
    pub answer: f64,
    /// If all start in one moment: commands a second until the first token is there; and that as a part of what redis can do.
    pub cold_rate: f64,
    pub cold_load: f64,
}

impl Forecast {
    /// Calls fail, since the library waits for redis no longer.
    pub fn is_too_late(&self) -> bool {
        self.answer >= PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::tests::trial;
    use super::*;

    #[test]
    fn cost_grows_with_the_processes() {
        let capacity = Capacity { version: "7".to_owned(), reads: 50_000.0, reads_of_one: 10_000.0 };
        let basis = Basis::of(&trial(), &trial(), &capacity);
        assert_eq!(basis.terminals_of_machine, 1);
        let forecast = basis.for_processes(100_000);
        assert_eq!((forecast.connections, forecast.memory_bytes), (100_000.0, 2e9));
        assert_eq!((forecast.commands, forecast.apart), (350_000.0, 14.0));
        assert_eq!((forecast.answer, forecast.is_too_late()), (2.0, true));
        assert!(!basis.for_processes(49_000).is_too_late());
        assert_eq!((forecast.cold_rate, forecast.cold_load), (10_000_000.0, 200.0));
    }
}
