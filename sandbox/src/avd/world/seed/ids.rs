//! The two rooms that examples name, and the meeting that was in them.

pub(crate) const QUIET: &str = "12345123456";
pub(crate) const BUSY: &str = "98765432100";
/// The meeting of 2021-12-01, 10:00 to 10:20 in UTC+8.
pub(crate) const PAST_START_S: i64 = 1_638_324_000;
pub(crate) const PAST_END_S: i64 = 1_638_325_200;
