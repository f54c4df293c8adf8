//! Requests that another token would not help (T60): for a while a refusal of the same request, to the same room, renews
//! nothing.
//!
//! avd prints the number of a dead token for a missing room too. A program that polls such a room must not fetch a token
//! each time. Another room of the same operation may be there, and its call may meet a token that is dead.

use crate::lock::Mutex;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hash};
use std::time::{Duration, Instant};

/// After a fresh token did not help the request.
pub(super) const NOT_CURED: Duration = Duration::from_secs(60);
/// After a provider gave the refused token again, or another call went well with it. Shorter, since a provider may be late.
pub(super) const SAID_TO_LIVE: Duration = Duration::from_secs(10);
const MOST: usize = 256;

/// By a hash: a request may hold secrets.
#[derive(Debug, Default)]
pub(crate) struct Fruitless {
    until: Mutex<HashMap<u64, Instant>>,
    hasher: RandomState,
}

impl Fruitless {
    pub(crate) fn add(&self, request: &impl Hash, pause: Duration) {
        self.add_at(request, pause, Instant::now());
    }

    pub(crate) fn holds(&self, request: &impl Hash) -> bool {
        self.holds_at(request, Instant::now())
    }

    /// The request was served: what was missing is there.
    pub(crate) fn remove(&self, request: &impl Hash) {
        let mut until = self.until.lock();
        if !until.is_empty() {
            until.remove(&self.hasher.hash_one(request));
        }
    }

    fn add_at(&self, request: &impl Hash, pause: Duration, now: Instant) {
        let mut until = self.until.lock();
        until.retain(|_, until| now < *until);
        if until.len() < MOST {
            until.insert(self.hasher.hash_one(request), now + pause);
        }
    }

    fn holds_at(&self, request: &impl Hash, now: Instant) -> bool {
        let until = self.until.lock();
        let known = if until.is_empty() { None } else { until.get(&self.hasher.hash_one(request)) };
        known.is_some_and(|until| now < *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_ends() {
        let fruitless = Fruitless::default();
        let start = Instant::now();
        fruitless.add_at(&"/room/read?room_id=1", NOT_CURED, start);
        assert!(fruitless.holds_at(&"/room/read?room_id=1", start + NOT_CURED / 2));
        assert!(!fruitless.holds_at(&"/room/read?room_id=2", start));
        assert!(!fruitless.holds_at(&"/room/read?room_id=1", start + NOT_CURED));
    }

    #[test]
    fn a_request_that_was_served_is_forgotten() {
        let fruitless = Fruitless::default();
        fruitless.add(&"/room/read?room_id=1", NOT_CURED);
        fruitless.remove(&"/room/read?room_id=1");
        assert!(!fruitless.holds(&"/room/read?room_id=1"));
    }

    #[test]
    fn the_memory_is_bounded() {
        let fruitless = Fruitless::default();
        let start = Instant::now();
        for number in 0..10 * MOST {
            fruitless.add_at(&number, NOT_CURED, start);
        }
        assert_eq!(fruitless.until.lock().len(), MOST);
    }
}
