//! How far the platform's clock is from ours, learnt from its answers.

use crate::transport::Answer;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A checksum lives five minutes; a difference below this one is left to it.
const SKEW_S: i64 = 60;

/// Seconds to add to our clock; zero until an answer showed otherwise.
#[derive(Debug, Default)]
pub(super) struct ClockOffset(AtomicI64);

impl ClockOffset {
    pub(super) fn seconds(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Learns from an answer's `Date`. True if the request was signed with a time that the platform cannot have accepted.
    pub(super) fn learn(&self, answer: &Answer, signed_at_s: i64) -> bool {
        self.learn_at(answer.date, signed_at_s, unix_ms(SystemTime::now()) / 1000)
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

/// Negative before 1970.
pub(super) fn unix_ms(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

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
}
