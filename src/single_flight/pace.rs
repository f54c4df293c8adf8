//! How long to wait: when a token is due, and the pauses after failures. Pure: `jitter` is a random number from 0 to 1.

use crate::error::{Error, Status};
use crate::pause;
use std::time::Duration;

/// A token that dies before this part of its lifetime dies early.
const EARLY_PART: u32 = 4;
/// What counts as early where the platform states no lifetime.
const EARLY_UNSTATED: Duration = Duration::from_secs(60);
/// A refresh of a long-lived token begins from once to twice this time ahead of its end.
const REFRESH_AHEAD: Duration = Duration::from_secs(300);

/// How long a token is used before it is due: from 60 to 80 per cent of a short lifetime, until 5 to 10 minutes before
/// the end of a long one. Never less than half, so that fetches stay below one per half a lifetime.
pub(super) fn until_due(lifetime: Duration, jitter: f64) -> Duration {
    let lead = (lifetime / 5).min(REFRESH_AHEAD);
    lifetime.saturating_sub(lead.mul_f64(1.0 + jitter.clamp(0.0, 1.0)))
}

/// Below this age a death is early: somebody else's doing, not the token's age.
pub(super) fn early(lifetime: Option<Duration>) -> Duration {
    lifetime.map_or(EARLY_UNSTATED, |lifetime| lifetime / EARLY_PART)
}

/// Why there is no new token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The platform refused the keys, which do not become right by asking again.
    Keys,
    /// Its return must be noticed within two seconds.
    Store,
    Other,
}

impl Cause {
    pub(super) fn of(error: &Error) -> Cause {
        match error.status() {
            // A provider that fails has no number of the platform.
            Status::Auth if error.document().code.is_some() => Cause::Keys,
            Status::Store => Cause::Store,
            _ => Cause::Other,
        }
    }
}

/// How long the error of a failed fetch stands for all callers. `failures` counts those in a row, this one included.
pub(super) fn after_failure(cause: Cause, failures: u32, jitter: f64) -> Duration {
    let (first, longest) = match cause {
        Cause::Keys => (60_000, 60_000),
        Cause::Store => (100, 1_000),
        Cause::Other => (500, 10_000),
    };
    pause_ms(failures, first, longest, jitter)
}

/// How long no early death leads to a new fetch, once they come in a row. `beyond` counts those since it was noticed.
pub(super) fn while_contested(beyond: u32, jitter: f64) -> Duration {
    pause_ms(beyond, 1_000, 30_000, jitter)
}

/// How long no suspect leads to a new fetch after one did. `doubts` counts those in a row that cured no call. A call whose
/// value died meanwhile waits for so long.
pub(super) fn while_in_doubt(doubts: u32, jitter: f64) -> Duration {
    pause_ms(doubts, 500, 2_000, jitter)
}

fn pause_ms(failures: u32, first: u64, longest: u64, jitter: f64) -> Duration {
    pause::after(failures, Duration::from_millis(first), Duration::from_millis(longest), jitter)
}

#[cfg(test)]
mod tests {
    use super::*;

    const JITTERS: [f64; 5] = [0.0, 0.25, 0.5, 0.999, 1.0];

    #[test]
    fn a_token_is_due_after_half_its_lifetime_and_before_its_end() {
        for lifetime in [1, 10, 600, 7200, 1_000_000].map(Duration::from_secs) {
            for jitter in JITTERS {
                let due = until_due(lifetime, jitter);
                assert!(due >= lifetime.mul_f64(0.599) && due < lifetime, "{lifetime:?} {jitter}: {due:?}");
            }
            assert!(until_due(lifetime, 0.0) > until_due(lifetime, 1.0), "jitter spreads");
        }
        assert_eq!(until_due(Duration::from_secs(7200), 0.0), Duration::from_secs(6900));
        assert_eq!(until_due(Duration::from_secs(7200), 1.0), Duration::from_secs(6600));
    }

    #[test]
    fn pauses_grow_to_a_cap_and_stay_within_their_jitter() {
        let whole = |cause, failures| after_failure(cause, failures, 1.0).as_millis();
        let growth: Vec<u128> = (1..8).map(|failures| whole(Cause::Other, failures)).collect();
        assert_eq!(growth, [500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
        let growth: Vec<u128> = (1..7).map(|failures| whole(Cause::Store, failures)).collect();
        assert_eq!(growth, [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(whole(Cause::Keys, 1), 60_000);
        for failures in [1, 5, 63, 64, 1000, u32::MAX] {
            for jitter in JITTERS {
                let (pause, all) =
                    (after_failure(Cause::Other, failures, jitter), whole(Cause::Other, failures) as f64);
                let part = pause.as_millis() as f64 / all;
                assert!((0.499..=1.0).contains(&part), "{failures} {jitter}: {part}");
            }
        }
    }

    #[test]
    fn fetches_for_suspects_slow_down_to_a_cap() {
        let growth: Vec<u128> = (1..5).map(|doubts| while_in_doubt(doubts, 1.0).as_millis()).collect();
        assert_eq!(growth, [500, 1000, 2000, 2000]);
    }

    #[test]
    fn fetches_against_another_process_slow_down_to_a_cap() {
        let growth: Vec<u64> = (1..8).map(|beyond| while_contested(beyond, 1.0).as_secs()).collect();
        assert_eq!(growth, [1, 2, 4, 8, 16, 30, 30]);
    }
}
