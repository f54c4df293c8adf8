//! How long it is waited before a connection is made anew.

use crate::pause;
use std::time::Duration;

/// The bounds of a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pauses {
    pub(super) shortest: Duration,
    pub(super) longest: Duration,
}

impl Pauses {
    pub(super) const DEFAULT: Pauses =
        Pauses { shortest: Duration::from_millis(500), longest: Duration::from_secs(30) };

    /// After so many connections in a row that came to nothing, this one included. It is not shorter than what the failure
    /// asked for.
    pub(super) fn after(&self, failures: u32, asked_for: Duration, jitter: f64) -> Duration {
        pause::after(failures, self.shortest, self.longest, jitter).max(asked_for)
    }

    /// How many have come to nothing in a row after one that lived so long.
    pub(super) fn count(&self, before: u32, lived: Duration) -> u32 {
        if lived > self.longest { 1 } else { before.saturating_add(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSES: Pauses = Pauses { shortest: Duration::from_millis(500), longest: Duration::from_secs(4) };

    #[test]
    fn pauses_grow_to_the_longest_and_stay_within_their_jitter() {
        let whole = |failures| PAUSES.after(failures, Duration::ZERO, 1.0).as_millis();
        assert_eq!([1, 2, 3, 4, 5, 33, u32::MAX].map(whole), [500, 1000, 2000, 4000, 4000, 4000, 4000]);
        assert_eq!(PAUSES.after(2, Duration::ZERO, 0.0).as_millis(), 500);
        assert_eq!(PAUSES.after(1, Duration::from_secs(60), 0.5).as_secs(), 60);
    }

    #[test]
    fn they_begin_anew_after_a_connection_that_lived() {
        assert_eq!(PAUSES.count(7, Duration::from_secs(5)), 1);
        assert_eq!(PAUSES.count(7, Duration::from_secs(4)), 8);
        assert_eq!(PAUSES.count(0, Duration::ZERO), 1);
    }
}
