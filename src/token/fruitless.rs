//! Requests that a fresh token did not help (T60): for a while their dead-token answers renew nothing.
//!
//! avd prints the number of a dead token for a missing room too. Whoever polls such a room must not fetch a token each
//! time.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_secs(60);
/// Paths come from the catalog, but from raw calls too.
const MOST: usize = 256;

#[derive(Debug, Default)]
pub(crate) struct Fruitless(Mutex<HashMap<String, Instant>>);

impl Fruitless {
    pub(crate) fn add(&self, request: &str) {
        self.add_at(request, Instant::now());
    }

    pub(crate) fn holds(&self, request: &str) -> bool {
        self.holds_at(request, Instant::now())
    }

    fn add_at(&self, request: &str, now: Instant) {
        let mut since = self.0.lock();
        since.retain(|_, since| now.saturating_duration_since(*since) < PAUSE);
        if since.len() < MOST {
            since.insert(request.to_owned(), now);
        }
    }

    fn holds_at(&self, request: &str, now: Instant) -> bool {
        self.0.lock().get(request).is_some_and(|since| now.saturating_duration_since(*since) < PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_ends() {
        let fruitless = Fruitless::default();
        let start = Instant::now();
        fruitless.add_at("/room/get_statistic", start);
        assert!(fruitless.holds_at("/room/get_statistic", start + PAUSE / 2));
        assert!(!fruitless.holds_at("/room/read", start));
        assert!(!fruitless.holds_at("/room/get_statistic", start + PAUSE));
    }

    #[test]
    fn the_memory_is_bounded() {
        let fruitless = Fruitless::default();
        let start = Instant::now();
        for number in 0..10 * MOST {
            fruitless.add_at(&format!("/{number}"), start);
        }
        assert_eq!(fruitless.0.lock().len(), MOST);
    }
}
