//! What a refused login says of a token, where the platform prints no numbers for logins: it may be dead, or the account may have
//! no right to log in.
//!
//! A fetch kills the token of all others on hst, so that a gateway that refuses everybody must not lead to fetches. One refusal
//! replaces the token. If the new one is refused, too, the token was not the reason, and then only a token that is old anyway is
//! replaced, until a login goes well.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Of an account.
#[derive(Debug, Default)]
pub(super) struct Logins {
    a_fresh_one_was_refused: AtomicBool,
}

impl Logins {
    /// Whether a refused token may be replaced: of this age, and with so much of its life left where that is known.
    pub(super) fn may_replace(&self, age: Duration, left: Option<Duration>) -> bool {
        !self.a_fresh_one_was_refused.load(Ordering::Relaxed) || left.is_some_and(|left| left <= age)
    }

    pub(super) fn went(&self, is_taken: bool, is_replaced: bool) {
        if is_taken || is_replaced {
            self.a_fresh_one_was_refused.store(!is_taken, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_that_refuses_everybody_costs_one_fetch_and_then_one_in_half_a_lifetime() {
        let (logins, seconds) = (Logins::default(), Duration::from_secs);
        assert!(logins.may_replace(seconds(1), Some(seconds(7199))));
        logins.went(false, false);
        assert!(logins.may_replace(seconds(1), None), "nobody has tried a fresh one");
        logins.went(false, true);
        assert!(!logins.may_replace(seconds(1), Some(seconds(7199))));
        assert!(!logins.may_replace(seconds(100_000), None), "one without a known end may live for ever");
        assert!(logins.may_replace(seconds(3600), Some(seconds(3600))));
        logins.went(true, false);
        assert!(logins.may_replace(seconds(1), None));
    }
}
