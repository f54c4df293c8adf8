//! Random sequences of calls never lead to an answer that the documents do not allow.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;
#[allow(dead_code)]
mod documented;
mod sequence;
mod shape;

use sequence::{avd, hst, hst_recordings, run};
use std::time::Duration;

/// Rooms, participants, recordings, live streams, players and devices.
#[test]
fn avd_in_random_order() {
    run(100, Duration::from_secs(11), avd::action(), avd::play);
}

/// Tokens, applications, users.
#[test]
fn hst_in_random_order() {
    run(100, Duration::from_secs(5), hst::action(), hst::play);
}

/// Recording tasks, their files, and live streams, as time passes.
#[test]
fn recordings_of_hst_in_random_order() {
    run(100, Duration::from_secs(8), hst_recordings::action(), hst_recordings::play);
}
