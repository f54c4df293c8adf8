//! How far the platforms' clocks are from ours, learnt from their answers.

use crate::transport::Answer;
use crate::unix_time::{now_ms, unix_ms};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

/// A checksum lives five minutes; a difference below this one is left to it.
const SKEW_S: i64 = 60;
/// Of so many hosts the clock is remembered; then the one that was asked for longest ago is forgotten.
const MOST_HOSTS: usize = 64;

/// What is known of each host's clock, so that a new client need not learn it again.
#[derive(Default)]
pub(crate) struct Clocks(Mutex<VecDeque<(String, Arc<ClockOffset>)>>);

impl Clocks {
    pub(crate) fn of(&self, host: &str) -> Arc<ClockOffset> {
        let mut hosts = self.0.lock();
        let known = hosts.iter().position(|(name, _)| name == host).and_then(|index| hosts.remove(index));
        let (name, offset) = known.unwrap_or_else(|| (host.to_owned(), Arc::default()));
        hosts.push_back((name, Arc::clone(&offset)));
        if hosts.len() > MOST_HOSTS {
            hosts.pop_front();
        }
        offset
    }
}

/// Seconds to add to our clock; zero until an answer showed otherwise.
#[derive(Debug, Default)]
pub(crate) struct ClockOffset(AtomicI64);

impl ClockOffset {
    pub(super) fn seconds(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Learns from an answer's `Date`. True if the request was signed with a time that the platform cannot have accepted.
    pub(super) fn learn(&self, answer: &Answer, signed_at_s: i64) -> bool {
        self.learn_at(answer.date, signed_at_s, now_ms() / 1000)
    }

    fn learn_at(&self, date: Option<SystemTime>, signed_at_s: i64, now_s: i64) -> bool {
        let Some(date) = date else { return false };
        let theirs = unix_ms(date) / 1000;
        // `Date` has whole seconds: a difference of one says nothing.
        let offset = theirs.saturating_sub(now_s);
        self.0.store(if offset.abs() <= 1 { 0 } else { offset }, Ordering::Relaxed);
        theirs.saturating_sub(signed_at_s).abs() > SKEW_S
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    fn at(seconds: u64) -> Option<SystemTime> {
        Some(UNIX_EPOCH + Duration::from_secs(seconds))
    }

    #[test]
    fn a_device_that_starts_in_1970_learns_the_time() {
        let clock = ClockOffset::default();
        assert!(clock.learn_at(at(1_575_962_150), 10, 10));
        assert_eq!(clock.seconds(), 1_575_962_140);
        assert!(!clock.learn_at(at(1_575_962_151), 1_575_962_150, 10));
    }

    #[test]
    fn a_small_difference_is_learnt_but_no_reason_to_repeat() {
        let clock = ClockOffset::default();
        assert!(!clock.learn_at(at(1000), 1060, 1060));
        assert_eq!(clock.seconds(), -60);
        assert!(clock.learn_at(at(1000), 1061, 1061));
        assert!(!clock.learn_at(at(1000), 1001, 1001));
        assert_eq!(clock.seconds(), 0);
    }

    #[test]
    fn an_answer_without_date_teaches_nothing() {
        let clock = ClockOffset::default();
        assert!(!clock.learn_at(None, 0, 1_000_000));
        assert_eq!(clock.seconds(), 0);
    }

    #[test]
    fn the_offset_is_the_hosts_and_the_hosts_are_bounded() {
        let clocks = Clocks::default();
        clocks.of("a").learn_at(at(4600), 1000, 1000);
        assert_eq!((clocks.of("a").seconds(), clocks.of("b").seconds()), (3600, 0));
        for number in 0..2 * MOST_HOSTS {
            clocks.of(&number.to_string());
            clocks.of("a");
        }
        assert_eq!(clocks.of("a").seconds(), 3600, "what is in use stays");
        assert_eq!(clocks.0.lock().len(), MOST_HOSTS);
    }
}
