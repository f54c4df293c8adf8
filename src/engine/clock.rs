//! How far the platforms' clocks are from ours, learnt from their refusals.
//!
//! A request that was signed with a wrong time is refused, and the refusal's `Date` says what time it is. That `Date` may
//! lie: a proxy or a cache may have written it. So an answer that succeeds teaches nothing but that the offset in use is
//! right, and an offset that was learnt goes when it is refused in its turn.

use crate::lock::Mutex;
use crate::unix_time::{now_ms, unix_ms};
use std::collections::VecDeque;
use std::sync::Arc;
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

/// Seconds to add to our clock.
#[derive(Debug, Default)]
pub(crate) struct ClockOffset(Mutex<Offset>);

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Offset {
    seconds: i64,
    /// A request that was signed with it succeeded.
    is_confirmed: bool,
}

impl ClockOffset {
    pub(super) fn seconds(&self) -> i64 {
        self.0.lock().seconds
    }

    /// A request that was signed with this offset succeeded.
    pub(super) fn confirm(&self, seconds: i64) {
        *self.0.lock() = Offset { seconds, is_confirmed: true };
    }

    /// A request was refused. `tried` has the offsets that it was signed with, the last one last. Which one to try next;
    /// `None` where the clock was not the reason.
    pub(super) fn refuse(&self, date: Option<SystemTime>, tried: &[i64]) -> Option<i64> {
        self.refuse_at(date, tried, now_ms() / 1000)
    }

    fn refuse_at(&self, date: Option<SystemTime>, tried: &[i64], now_s: i64) -> Option<i64> {
        let last = tried.last().copied().unwrap_or_default();
        let theirs = date.map(|date| (unix_ms(date) / 1000).saturating_sub(now_s));
        let differs = |seconds: &i64| tried.iter().all(|tried| seconds.saturating_sub(*tried).abs() > SKEW_S);
        let mut offset = self.0.lock();
        if let Some(seconds) = theirs.filter(differs) {
            // One refusal may have another reason, and the next one tells.
            match offset.is_confirmed {
                true => offset.is_confirmed = false,
                false => offset.seconds = seconds,
            }
            return Some(seconds);
        }
        // The answer agrees with an offset that was learnt, and refuses it: a lie, unless it has worked before.
        if offset.is_confirmed || last == 0 {
            return None;
        }
        offset.seconds = 0;
        Some(0).filter(differs)
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
        assert_eq!(clock.refuse_at(at(1_575_962_150), &[0], 10), Some(1_575_962_140));
        assert_eq!(clock.seconds(), 1_575_962_140, "also for a call that is not repeated");
        clock.confirm(1_575_962_140);
        assert_eq!(clock.refuse_at(at(1_575_962_151), &[1_575_962_140], 11), None, "refused for another reason");
        assert_eq!(clock.seconds(), 1_575_962_140);
    }

    #[test]
    fn a_small_difference_is_left_to_the_checksums_life() {
        let clock = ClockOffset::default();
        assert_eq!(clock.refuse_at(at(1000), &[0], 1060), None);
        assert_eq!(clock.refuse_at(at(1000), &[0], 1061), Some(-61));
    }

    #[test]
    fn a_proxy_with_a_wrong_clock_does_not_move_one_that_works() {
        let clock = ClockOffset::default();
        clock.confirm(0);
        // Refused for a reason of its own, through a proxy that is two hours behind.
        assert_eq!(clock.refuse_at(at(10_000), &[0], 17_200), Some(-7200));
        assert_eq!(clock.seconds(), 0);
        assert_eq!(clock.refuse_at(at(10_000), &[0, -7200], 17_200), None, "both were tried");
        assert_eq!(clock.seconds(), 0);
    }

    #[test]
    fn an_offset_that_a_proxy_taught_goes_when_it_is_refused() {
        let clock = ClockOffset::default();
        assert_eq!(clock.refuse_at(at(10_000), &[0], 17_200), Some(-7200));
        assert_eq!(clock.seconds(), -7200, "nothing spoke against it");
        assert_eq!(clock.refuse_at(at(10_000), &[-7200], 17_200), Some(0), "the machine's own clock, once");
        assert_eq!(clock.refuse_at(at(10_000), &[-7200, 0], 17_200), None);
        assert_eq!(clock.seconds(), 0);
    }

    #[test]
    fn a_clock_that_was_set_right_meanwhile_is_believed_again() {
        let clock = ClockOffset::default();
        clock.confirm(1_575_962_140);
        assert_eq!(clock.refuse_at(at(1_575_962_200), &[1_575_962_140], 1_575_962_200), Some(0));
        assert_eq!(clock.seconds(), 1_575_962_140, "a raw call is not repeated: one refusal is no proof");
        assert_eq!(clock.refuse_at(at(1_575_962_200), &[1_575_962_140], 1_575_962_200), Some(0));
        assert_eq!(clock.seconds(), 0, "two are");
    }

    #[test]
    fn an_answer_without_date_teaches_nothing() {
        let clock = ClockOffset::default();
        assert_eq!(clock.refuse_at(None, &[0], 1_000_000), None);
        assert_eq!(clock.seconds(), 0);
    }

    #[test]
    fn the_offset_is_the_hosts_and_the_hosts_are_bounded() {
        let clocks = Clocks::default();
        clocks.of("a").confirm(3600);
        assert_eq!((clocks.of("a").seconds(), clocks.of("b").seconds()), (3600, 0));
        for number in 0..2 * MOST_HOSTS {
            clocks.of(&number.to_string());
            clocks.of("a");
        }
        assert_eq!(clocks.of("a").seconds(), 3600, "what is in use stays");
        assert_eq!(clocks.0.lock().len(), MOST_HOSTS);
    }
}
