//! How long to wait before something that failed is tried again.

use std::time::Duration;

/// After so many failures in a row: twice as long with each, but the first, up to the longest. `jitter` is from 0 to 1 and takes up to
/// a half off: those that failed together do not come back together.
pub(crate) fn after(failures: u32, first: Duration, longest: Duration, jitter: f64) -> Duration {
    let factor = 1u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    let whole = first.saturating_mul(factor).min(longest);
    whole.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
}
