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
    /// To redis and back, in seconds.
    pub trip: f64,
}

/// In seconds: two machines in one data centre. An assumption.
pub const TRIP_OF_A_NETWORK: f64 = 0.0005;
/// While a process has the lock and finds the new token in the store: the token is read, the lock is given back.
pub const TRIPS_OF_LOCK: f64 = 2.0;
/// How often a process that waits for the lock tries again (`POLL` in src/token/store.rs), in seconds.
pub const POLL: f64 = 0.02;
/// One that waits for the first token tries to take the lock, and reads.
pub const COMMANDS_OF_POLL: f64 = 2.0;
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
            trip: 1.0 / capacity.reads_of_one,
        }
    }

    pub fn for_processes(&self, processes: u32) -> Forecast {
        let processes = f64::from(processes);
        let commands = processes * self.commands;
        let lock = |trip: f64| processes * TRIPS_OF_LOCK * trip;
        let busy = commands / self.rate;
        let cold_rate = processes * COMMANDS_OF_POLL / POLL;
        Forecast {
            connections: processes,
            memory_bytes: processes * self.connection_bytes,
            commands,
            busy,
            lock_here: lock(self.trip),
            lock_in_network: lock(TRIP_OF_A_NETWORK),
            apart: busy.max(lock(TRIP_OF_A_NETWORK)),
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
    /// For each renewal.
    pub commands: f64,
    /// Redis is busy for so long at each renewal.
    pub busy: f64,
    /// The lock goes round for so long, by the trip that was measured, and by that of a network.
    pub lock_here: f64,
    pub lock_in_network: f64,
    /// The calls of a terminal have to be so far apart, or those that need the new token queue.
    pub apart: f64,
    /// If all start at once: commands a second until the first token is there; and that as a part of what redis can do.
    pub cold_rate: f64,
    pub cold_load: f64,
}

#[cfg(test)]
mod tests {
    use super::super::trial::tests::trial;
    use super::*;

    #[test]
    fn the_slower_of_redis_and_lock_says_how_far_calls_have_to_be_apart() {
        let capacity = Capacity { version: "7".to_owned(), reads: 50_000.0, reads_of_one: 10_000.0 };
        let basis = Basis::of(&trial(), &trial(), &capacity);
        assert_eq!(basis.terminals_of_machine, 1);
        let forecast = basis.for_processes(100_000);
        assert_eq!((forecast.commands, forecast.busy), (350_000.0, 7.0));
        assert_eq!(forecast.memory_bytes, 2e9);
        assert!((forecast.lock_here - 20.0).abs() < 1e-9);
        assert_eq!((forecast.lock_in_network, forecast.apart), (100.0, 100.0));
        assert_eq!((forecast.cold_rate, forecast.cold_load), (10_000_000.0, 200.0));
        let slow = Basis { rate: 1000.0, ..basis };
        assert_eq!(slow.for_processes(100_000).apart, 350.0);
    }
}
