//! What a refused login says of a token, where the platform prints no numbers for logins: it may be dead, or the account may have
//! no right to log in.
//!
//! A fetch kills the token of all others on hst, so that a gateway that refuses everybody must not lead to fetches. One refusal
//! replaces the token. If the new one is refused, too, the token was probably not the reason: the next one is fetched after a pause
//! that grows, or when the token is old anyway, until a login goes well. Never again would be wrong: somebody else may have killed the
//! new one before it was used.

use crate::lock::Mutex;
use crate::pause;
use std::time::{Duration, Instant};

const FIRST_PAUSE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// Of an account.
#[derive(Debug, Default)]
pub(super) struct Logins(Mutex<Option<Refused>>);

/// Fresh tokens were refused, one after the other.
#[derive(Debug, Clone, Copy)]
struct Refused {
    times: u32,
    /// The last of them.
    since: Instant,
}

impl Refused {
    /// When the next may be fetched: after 10 s, 40 s, 160 s and so on. Each counts for two failures, and nothing is taken off.
    fn ends(self) -> Instant {
        self.since + pause::after(self.times.saturating_mul(2).saturating_sub(1), FIRST_PAUSE, LONGEST_PAUSE, 1.0)
    }
}

impl Logins {
    /// Whether a refused token may be replaced: of this age, and with so much of its life left where that is known.
    pub(super) fn may_replace(&self, now: Instant, age: Duration, left: Option<Duration>) -> bool {
        let refused = *self.0.lock();
        refused.is_none_or(|refused| now >= refused.ends()) || left.is_some_and(|left| left <= age)
    }

    pub(super) fn went(&self, now: Instant, is_taken: bool, is_replaced: bool) {
        let mut refused = self.0.lock();
        if is_taken {
            *refused = None;
        } else if is_replaced {
            let times = refused.map_or(1, |refused| refused.times.saturating_add(1));
            *refused = Some(Refused { times, since: now });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_that_refuses_everybody_costs_fewer_and_fewer_fetches() {
        let (logins, seconds, start) = (Logins::default(), Duration::from_secs, Instant::now());
        let may = |at: u64| logins.may_replace(start + seconds(at), seconds(1), Some(seconds(7199)));
        let refuse = |at: u64, is_replaced| logins.went(start + seconds(at), false, is_replaced);
        assert!(may(0));
        refuse(0, false);
        assert!(may(0), "nobody has tried a fresh one");
        let mut now = 0;
        for pause in [10, 40, 160, 640, 2560, 3600, 3600] {
            refuse(now, true);
            assert!(!may(now) && !may(now + pause - 1), "{pause}");
            now += pause;
            assert!(may(now), "{pause}");
        }
        refuse(now, true);
        let old = |left| logins.may_replace(start + seconds(now), seconds(3600), left);
        assert!(old(Some(seconds(3600))) && !old(None), "one without a known end may live for ever");
        logins.went(start + seconds(now), true, false);
        refuse(now, true);
        assert!(may(now + 10), "after a login that went well it begins anew");
    }
}
