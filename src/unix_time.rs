//! The time in milliseconds since 1970, and spans of time in milliseconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Of our clock.
pub(crate) fn now_ms() -> i64 {
    unix_ms(SystemTime::now())
}

/// Negative before 1970.
pub(crate) fn unix_ms(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}

pub(crate) fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
