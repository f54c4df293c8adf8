//! The sandbox's clock: the machine's clock plus an offset.
//!
//! Everything that has a time in the sandbox (the `Date` header, token lifetimes, youme's five minutes, the state
//! machines) reads this clock, so a test can set it wrong or move it on without sleeping.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A shared handle: clones show the same time.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    offset_ms: Arc<AtomicI64>,
    /// What stands for the machine's time while the clock is held; `RUNNING` while it is not.
    held_ms: Arc<AtomicI64>,
}

const RUNNING: i64 = i64::MIN;

impl Clock {
    pub(crate) fn new(offset_s: i64) -> Self {
        Self {
            offset_ms: Arc::new(AtomicI64::new(offset_s.saturating_mul(1000))),
            held_ms: Arc::new(AtomicI64::new(RUNNING)),
        }
    }

    /// Milliseconds since the epoch.
    pub(crate) fn now_ms(&self) -> i64 {
        let machine = match self.held_ms.load(Ordering::Relaxed) {
            RUNNING => machine_ms(),
            held => held,
        };
        machine.saturating_add(self.offset_ms.load(Ordering::Relaxed))
    }

    /// Stops the clock: from now on only `advance` moves it.
    pub(crate) fn hold(&self) {
        self.held_ms.store(machine_ms(), Ordering::Relaxed);
    }

    /// Starts anew: the machine's clock plus this.
    pub(crate) fn restart(&self, offset_s: i64) {
        self.held_ms.store(RUNNING, Ordering::Relaxed);
        self.set_offset_s(offset_s);
    }

    /// Sets the clock this far ahead of the machine's, or of where it is held.
    pub(crate) fn set_offset_s(&self, offset_s: i64) {
        self.offset_ms.store(offset_s.saturating_mul(1000), Ordering::Relaxed);
    }

    /// How far it is ahead, in seconds, the fraction left out.
    pub(crate) fn offset_s(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed).div_euclid(1000)
    }

    /// Moves the clock on.
    pub(crate) fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 4);
        self.offset_ms.fetch_add(by, Ordering::Relaxed);
    }

    /// The value of the `Date` header now.
    pub(crate) fn http_date(&self) -> String {
        let ms = u64::try_from(self.now_ms()).unwrap_or(0);
        // httpdate cannot write years after 9999.
        let limit = 253_402_300_799_000;
        httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(ms.min(limit)))
    }
}

fn machine_ms() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        // A machine whose clock stands before 1970 gets the epoch: nothing here depends on more.
        Err(_) => 0,
    }
}

/// A lifetime in milliseconds; one that is too long to count never ends.
pub(crate) fn lifetime_ms(seconds: u64) -> i64 {
    i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_move_together() {
        let clock = Clock::new(0);
        let other = clock.clone();
        let before = other.now_ms();
        clock.advance(Duration::from_secs(100));
        assert!(other.now_ms() >= before + 100_000);
    }

    #[test]
    fn offsets_are_set_and_read() {
        let clock = Clock::new(5);
        clock.advance(Duration::from_millis(2500));
        assert_eq!(clock.offset_s(), 7);
        clock.set_offset_s(-3);
        assert_eq!(clock.offset_s(), -3);
        clock.hold();
        clock.restart(1);
        assert!(clock.now_ms() > machine_ms());
    }

    #[test]
    fn held_it_moves_only_when_told() {
        let clock = Clock::new(0);
        clock.hold();
        let before = clock.now_ms();
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(clock.now_ms(), before);
        clock.advance(Duration::from_millis(7));
        assert_eq!(clock.now_ms(), before + 7);
    }

    #[test]
    fn the_offset_shows_in_the_date() {
        let clock = Clock::new(-4_000_000_000);
        assert_eq!(clock.http_date(), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
