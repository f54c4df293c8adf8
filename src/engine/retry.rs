//! Whether a request goes out again after a failure, and when. It never acts twice: what may change something is repeated
//! only if no byte of it was sent.

use super::answer::{Answered, Outcome, is_transient};
use crate::catalog::{PlatformName, Retry};
use crate::error::Status;
use crate::transport::FailureKind;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The first pause is a random part of this, the second one of twice as much, and so on.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// So many kept connections that had been closed may be met in one call; further ones count as failures.
pub(super) const MOST_STALE: u32 = 3;

/// A failure that allows another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// At once, and without counting: the peer had closed a connection that was kept.
    AtOnce,
    /// After a pause, and not before the server said so.
    Later(Option<Duration>),
}

/// What a failure without an answer allows.
pub(super) fn after_failure(status: Status, kind: FailureKind, retry: Retry) -> Option<Again> {
    let may_repeat = kind.nothing_sent || retry == Retry::Safe;
    match status {
        _ if kind.is_lasting => None,
        Status::Network if kind.is_stale && retry == Retry::Safe => Some(Again::AtOnce),
        Status::Network if may_repeat => Some(Again::Later(None)),
        Status::Timeout if may_repeat && kind.attempt_ended => Some(Again::Later(None)),
        _ => None,
    }
}

/// What an answer that is no success allows.
pub(super) fn after_answer(answered: &Answered, platform: PlatformName, retry: Retry) -> Option<Again> {
    let is_transient = match answered.outcome {
        Outcome::Http => is_transient(answered.http_status),
        Outcome::Failure { code, .. } => is_busy(code, platform),
        Outcome::Success | Outcome::Unreadable(_) => false,
    };
    (is_transient && retry == Retry::Safe).then_some(Again::Later(answered.retry_after))
}

/// Whether an answer shows that the platform works, so that it earns a part of a repeat: a refusal of the platform's own does.
pub(super) fn is_at_work(answered: &Answered, platform: PlatformName) -> bool {
    match answered.outcome {
        Outcome::Success => true,
        Outcome::Failure { code, .. } => !is_busy(code, platform),
        Outcome::Http | Outcome::Unreadable(_) => false,
    }
}

fn is_busy(code: i64, platform: PlatformName) -> bool {
    platform.error(code).is_some_and(|known| known.transient)
}

/// Exponential, with full jitter: many callers that failed together do not come back together.
pub(super) fn pause(repeats: u32, asked_for: Option<Duration>, jitter: f64) -> Duration {
    let most = FIRST_PAUSE.saturating_mul(1 << repeats.min(10)).min(LONGEST_PAUSE);
    most.mul_f64(jitter).max(asked_for.unwrap_or_default())
}

/// What a client may repeat: an outage is not multiplied. Each success earns half a repeat.
pub(super) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 200;
    const REPEAT: u32 = 2;
    const SUCCESS: u32 = 1;

    /// Whether there is a repeat left.
    pub(super) fn spend(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(Self::REPEAT)).is_ok()
    }

    pub(super) fn earn(&self) {
        // It is full nearly always: then nothing is written that other threads have at hand.
        if self.0.load(Ordering::Relaxed) < Self::FULL {
            self.0.fetch_add(Self::SUCCESS, Ordering::Relaxed);
        }
    }
}

impl Default for Budget {
    fn default() -> Budget {
        Budget(AtomicU32::new(Budget::FULL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Judgement;
    use crate::transport::{Answer, Trace};

    const SENT: FailureKind =
        FailureKind { nothing_sent: false, is_stale: false, attempt_ended: false, is_lack: false, is_lasting: false };

    #[test]
    fn what_acts_goes_again_only_if_nothing_was_sent() {
        let acting = Retry::AfterConnectFailure;
        let unsent = FailureKind { nothing_sent: true, ..SENT };
        let stale = FailureKind { is_stale: true, ..SENT };
        let late = FailureKind { attempt_ended: true, ..SENT };
        assert_eq!(after_failure(Status::Network, unsent, acting), Some(Again::Later(None)));
        for kind in [SENT, stale, late] {
            for status in [Status::Network, Status::Timeout, Status::Protocol] {
                assert_eq!(after_failure(status, kind, acting), None, "{status:?} {kind:?}");
            }
        }
        assert_eq!(after_failure(Status::Network, SENT, Retry::Safe), Some(Again::Later(None)));
        assert_eq!(after_failure(Status::Network, stale, Retry::Safe), Some(Again::AtOnce));
        assert_eq!(after_failure(Status::Timeout, late, Retry::Safe), Some(Again::Later(None)));
        let lasting = FailureKind { is_lasting: true, ..unsent };
        assert_eq!(after_failure(Status::Network, lasting, Retry::Safe), None);
        // The call's own time is over, or the caller ended it, or it would fail again.
        assert_eq!(after_failure(Status::Timeout, SENT, Retry::Safe), None);
        for status in [Status::Cancelled, Status::Tls, Status::Limit, Status::Io, Status::InvalidArgument] {
            assert_eq!(after_failure(status, unsent, Retry::Safe), None, "{status:?}");
        }
    }

    #[test]
    fn pauses_grow_have_bounds_and_are_as_long_as_the_server_asks() {
        let longest: Vec<_> = (0..8).map(|repeats| pause(repeats, None, 1.0).as_millis()).collect();
        assert_eq!(longest, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        assert_eq!(pause(3, None, 0.0), Duration::ZERO);
        assert_eq!(pause(0, Some(Duration::from_secs(7)), 1.0), Duration::from_secs(7));
    }

    #[test]
    fn what_acts_earns_nothing_in_an_outage_either() {
        let answered = |http_status, judgement: Judgement| {
            let answer = Answer {
                http_status,
                date: None,
                location: None,
                retry_after: None,
                body: Vec::new(),
                trace: Trace::default(),
            };
            Answered::of(answer, |_| judgement)
        };
        let number = |code| answered(200, Judgement::Failure { code, message: None });
        for (answered, earns) in [
            (answered(200, Judgement::Success), true),
            (number(40004), true),
            (number(41001), false),
            (answered(503, Judgement::Unreadable(String::new())), false),
            (answered(500, Judgement::Unreadable(String::new())), false),
            (answered(200, Judgement::Unreadable(String::new())), false),
        ] {
            assert_eq!(after_answer(&answered, PlatformName::Avd, Retry::AfterConnectFailure), None);
            assert_eq!(is_at_work(&answered, PlatformName::Avd), earns, "{:?}", answered.outcome);
        }
    }

    #[test]
    fn in_an_outage_the_budget_ends_and_half_of_what_goes_well_comes_back() {
        let budget = Budget::default();
        assert_eq!((0..1000).filter(|_| budget.spend()).count(), 100);
        (0..40).for_each(|_| budget.earn());
        assert_eq!((0..1000).filter(|_| budget.spend()).count(), 20);
        (0..1000).for_each(|_| budget.earn());
        assert_eq!((0..1000).filter(|_| budget.spend()).count(), 100);
    }
}
