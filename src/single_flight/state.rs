//! The state machine of a [`Cell`](super::Cell): pure, with the time as an argument.
//!
//! ```text
//!                    ask                      settle
//!   empty ──────────────────▶ fetching ─────────────────▶ fresh ──time──▶ due ──time──▶ expired
//!     ▲                        ▲  ▲  │ failed               │ dead         │ ask          │ ask
//!     │                        │  │  ▼                      ▼              ▼              ▼
//!     └──── nobody holds it    │  └─ paused               dead ────ask──▶ fetching ◀──────┘
//! ```
//!
//! What always holds, each with a test of its name:
//! 1. one fetch at a time;
//! 2. a fresh value is given out at once, unless a fetch is killing it;
//! 3. only the current generation can be declared dead; a caller with an older one gets the newer one without a fetch;
//! 4. a generation is greater than every one before it;
//!    (the same value, given again, keeps its own);
//! 5. where the old value lives on, one caller fetches and the others go on with it; where it dies, the others wait once
//!    the fetch begins;
//! 6. a fetch that fails while the value is still good leaves the value in use to its end; a caller whose value was refused
//!    fetches again and does not get that failure;
//! 7. a failure is the answer for all who ask, until its pause ends, and for nobody after it; but what others have fetched
//!    meanwhile is taken. A failure that may lie in the settings of whoever fetched is the answer for the same settings only;
//! 8. a fetch that its own caller had no time for does not fail a caller who has more: that one takes over. A fetch that this
//!    machine had too little for fails nobody else;
//! 9. a fetch that kills a good value gives those who use it time to end, and nobody new takes it meanwhile;
//! 10. values that die early one after the other slow the fetches down;
//! 11. a suspect stays in use for all others, until there is a newer value or it is known to be dead. A refusal of a suspect
//!     stands if there is no newer value: then one fetch, or one call that the suspect served later, answers for all whose
//!     calls were refused before it.
//!
//! A value is *dead* where its refusal can mean nothing else. It is a *suspect* where the refusal has a second meaning (T60).

use super::pace;
use crate::error::{Error, Status};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// So many early deaths in a row are no accident.
const EARLY_DEATHS: u32 = 3;

/// How long a fetch waits at most for those who use the value that it will kill.
const USERS_PATIENCE: Duration = Duration::from_secs(1);

/// A hundred years: what is stated beyond it is for ever, and fits into every language's integers.
pub(crate) const LONGEST_LIFETIME: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Kinds of settings whose failures are remembered.
const MOST_PAUSES: usize = 8;

/// How often it is looked, while fetching pauses, whether others have a newer value.
const LOOK: Duration = Duration::from_millis(50);

/// A value, as a caller holds it. It never changes.
#[derive(Debug)]
pub(crate) struct Held<T> {
    value: T,
    generation: u64,
    born: Instant,
    lifetime: Option<Duration>,
    due: Option<Instant>,
    expires: Option<Instant>,
}

impl<T> Held<T> {
    pub(crate) fn value(&self) -> &T {
        &self.value
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.born)
    }

    /// How long it has to live; `None` where nobody said.
    pub(crate) fn left(&self, now: Instant) -> Option<Duration> {
        self.expires.map(|expires| expires.saturating_duration_since(now))
    }

    fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| now >= due)
    }

    fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|expires| now >= expires)
    }
}

/// What a fetch brought.
pub(crate) struct Fetched<T> {
    pub(crate) value: T,
    pub(crate) generation: u64,
    /// When its life began, at the latest: before the request for it was sent.
    pub(crate) born: Instant,
    /// From `born`.
    pub(crate) lifetime: Option<Duration>,
    /// Somebody else who shares the store had fetched it already.
    pub(crate) adopted: bool,
}

/// What becomes of a value when the next one is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OldValue {
    /// It is good to its end, and given out meanwhile.
    Lives,
    /// The fetch kills it: everybody waits for the new one.
    Dies,
}

/// A caller, as far as a fetch of its own would differ from those of others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Who {
    /// What stands for all settings that the fetch depends on.
    pub(crate) settings: u64,
    /// What stands for the way that it takes: past a proxy, from a card.
    pub(crate) network: u64,
    /// How long it could take.
    pub(crate) time: Duration,
}

/// What is known to whoever has to fetch.
#[derive(Debug)]
pub(crate) struct Need<T> {
    /// The last value, dead or about to die.
    pub(crate) last: Option<Arc<Held<T>>>,
    /// The platform said that it is dead.
    pub(crate) is_dead: bool,
    /// The platform said what may mean that it is dead.
    pub(crate) is_suspect: bool,
    /// The last value is good, and only due: nobody should have to wait for what is done about it.
    pub(crate) is_ahead: bool,
    /// A new one may be adopted now, but not fetched.
    pub(crate) refusal: Option<Refusal>,
    /// The death that made this necessary was early.
    early: bool,
    /// Of whoever fetches.
    settings: u64,
    network: u64,
}

/// Why nothing may be fetched now.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Values have been dying early.
    Contested { rest: Duration },
    /// The last fetch failed.
    Paused(Error),
}

impl<T> Need<T> {
    /// Whether somebody is still using the last value.
    pub(super) fn last_is_in_use(&self) -> bool {
        // One is the machine's own, one is ours.
        self.last.as_ref().is_some_and(|last| Arc::strong_count(last) > 2)
    }

    /// The generation for a value that nobody else knows of.
    pub(crate) fn next_generation(&self) -> u64 {
        self.last.as_ref().map_or(1, |last| last.generation + 1)
    }
}

/// What a caller has to do.
#[derive(Debug)]
pub(super) enum Step<T> {
    Use(Arc<Held<T>>),
    /// Fetch, then settle: this caller holds the refresher's place.
    Fetch(Need<T>),
    /// Ask again when a fetch has settled, or more is known of a suspect.
    Wait,
    Fail(Error),
}

/// What a caller has to do whose value was refused, which may have had another reason.
#[derive(Debug)]
pub(super) enum Doubt<T> {
    /// There is a newer value.
    Use(Arc<Held<T>>),
    /// Fetch, then settle.
    Fetch(Need<T>),
    /// Ask again when a fetch has settled, or more is known of the suspect; or then.
    Wait(Option<Instant>),
    /// There is no newer value.
    Stands(Stands),
}

/// Why a refusal stands.
#[derive(Debug)]
pub(crate) enum Stands {
    /// The value lives: it served a call later, or whoever gave it gave it again.
    Lives,
    /// Nobody knows, for this reason.
    Failed(Error),
    /// Nobody knows, and will within the caller's time.
    NoTime,
    /// The call was cancelled before anybody knew.
    Cancelled(Error),
}

/// A refusal that may have had another reason than the value's death.
#[derive(Debug)]
pub(crate) struct Refused<'h, T> {
    pub(crate) held: &'h Held<T>,
    /// When it came.
    pub(crate) at: Instant,
    /// Nothing else can be what was refused. Of a suspect, this is the second sign.
    pub(crate) is_plain: bool,
}

#[derive(Debug)]
pub(crate) struct State<T> {
    old_value: OldValue,
    last: Option<Arc<Held<T>>>,
    /// Since when the last value is known to be dead.
    dead_since: Option<Instant>,
    suspicion: Suspicion,
    /// Fetches in a row for a suspect that cured no call.
    doubts: u32,
    /// When the next suspect may lead to a fetch.
    doubted_until: Option<Instant>,
    fetching: bool,
    /// The fetch has begun that kills the last value.
    is_old_dying: bool,
    /// Others may have newer values.
    shares: bool,
    looked: Option<Instant>,
    /// One for each kind of settings that a fetch failed with, and one for those that play no part.
    pauses: Vec<Pause>,
    early_deaths: u32,
    /// After early deaths: when the next one may lead to a fetch.
    contested_until: Option<Instant>,
}

/// What speaks for and against the last value.
#[derive(Debug, Default)]
struct Suspicion {
    /// When it was refused last.
    refused: Option<Instant>,
    /// When the latest call went out that it served.
    served: Option<Instant>,
    /// When a fetch for it brought the same value again: it lives, until it is refused once more.
    answered: Option<Instant>,
    /// It took the place of a suspect; whether that one would have died early.
    replaced: Option<bool>,
}

impl Suspicion {
    fn stands(&self) -> bool {
        self.refused.is_some() && self.refused >= self.served
    }
}

#[derive(Debug)]
struct Pause {
    /// Those that it is for; `None`: all.
    settings: Option<u64>,
    network: Option<u64>,
    /// In a row.
    failures: u32,
    error: Error,
    until: Instant,
    applies: Applies,
}

/// Who does not fetch while a pause lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Applies {
    ToAll,
    /// Only who has a good value, and would fetch ahead.
    Ahead,
    /// These, and who has a suspect.
    InDoubt,
    /// Only who has no more time than this.
    Hasty(Duration),
}

impl<T> State<T> {
    pub(super) fn new(old_value: OldValue) -> State<T> {
        State {
            old_value,
            last: None,
            dead_since: None,
            suspicion: Suspicion::default(),
            doubts: 0,
            doubted_until: None,
            fetching: false,
            is_old_dying: false,
            shares: false,
            looked: None,
            pauses: Vec::new(),
            early_deaths: 0,
            contested_until: None,
        }
    }

    /// A machine whose values others may renew too.
    pub(super) fn shared(self) -> State<T> {
        State { shares: true, ..self }
    }

    /// What a caller should do who needs a value, and found the `dead` one to be dead.
    pub(super) fn ask(&mut self, dead: Option<&Held<T>>, now: Instant, who: Who) -> Step<T> {
        if let Some(dead) = dead {
            self.mark_dead(dead, now);
        }
        match (self.good(now), self.fetching) {
            (Some(held), true) if self.old_value == OldValue::Lives || !self.is_old_dying => Step::Use(held),
            (_, true) => Step::Wait,
            (Some(held), false) if !held.is_due(now) || self.paused(now, who).next().is_some() => Step::Use(held),
            (Some(_), false) => Step::Fetch(self.start(now, who)),
            (None, false) => match self.failure(now, who, |applies| applies == Applies::ToAll) {
                None => Step::Fetch(self.start(now, who)),
                Some(failure) => match self.look_at_others(failure, now, who) {
                    Ok(need) => Step::Fetch(need),
                    Err(failure) => Step::Fail(failure),
                },
            },
        }
    }

    /// What a caller should do whose value was `refused`, which may have had another reason, and who has time until the
    /// `deadline`. The value stays in use, unless this is the second sign of its death.
    pub(super) fn doubt(&mut self, refused: &Refused<'_, T>, now: Instant, deadline: Instant, who: Who) -> Doubt<T> {
        if self.is_second_sign(refused) {
            self.mark_dead(refused.held, now);
        }
        match self.good(now) {
            Some(newer) if newer.generation != refused.held.generation => return Doubt::Use(newer),
            Some(_) => {}
            None => {
                return match self.ask(None, now, who) {
                    Step::Use(held) => Doubt::Use(held),
                    Step::Fetch(need) => Doubt::Fetch(need),
                    Step::Wait => Doubt::Wait(None),
                    Step::Fail(error) => Doubt::Stands(Stands::Failed(error)),
                };
            }
        }
        self.suspicion.refused = self.suspicion.refused.max(Some(refused.at));
        if self.suspicion.served > Some(refused.at) {
            return Doubt::Stands(Stands::Lives);
        }
        if self.fetching {
            return Doubt::Wait(None);
        }
        if let Some(failure) = self.failure(now, who, |applies| applies != Applies::Ahead) {
            return match self.look_at_others(failure, now, who) {
                Ok(need) => Doubt::Fetch(need),
                Err(failure) => Doubt::Stands(Stands::Failed(failure)),
            };
        }
        if self.suspicion.answered >= Some(refused.at) {
            return Doubt::Stands(Stands::Lives);
        }
        match self.doubted_until.filter(|until| now < *until) {
            // It would wait in vain.
            Some(until) if until >= deadline => Doubt::Stands(Stands::NoTime),
            Some(until) => Doubt::Wait(Some(until)),
            // The caller has no value to go on with.
            None => Doubt::Fetch(Need { is_ahead: false, ..self.start(now, who) }),
        }
    }

    /// Whether this refusal means the death of the value, since it is a suspect already.
    pub(super) fn is_second_sign(&self, refused: &Refused<'_, T>) -> bool {
        refused.is_plain && self.suspicion.stands() && self.suspicion.refused < Some(refused.at)
    }

    /// Notes that a value served a call that went out at that time. True if those who wait should ask again.
    pub(super) fn served(&mut self, held: &Held<T>, sent: Instant) -> bool {
        if !self.is_last(held) || !self.suspicion.stands() || self.suspicion.served >= Some(sent) {
            return false;
        }
        self.suspicion.served = Some(sent);
        true
    }

    /// Notes that a value served a call that the one before it could not serve: that one was dead.
    pub(super) fn cured(&mut self, by: &Held<T>, now: Instant, jitter: f64) {
        if !self.is_last(by) {
            return;
        }
        if let Some(early) = self.suspicion.replaced.take() {
            self.count_death(early, now, jitter);
            // While somebody else kills the values, fetches stay as slow as they are.
            if !self.is_contested() {
                self.doubts = 0;
            }
        }
    }

    /// Takes the refresher's place for a fetch that somebody asked for; `None` while it is taken.
    pub(super) fn demand(&mut self, now: Instant, who: Who) -> Option<Need<T>> {
        if self.fetching {
            return None;
        }
        Some(Need { refusal: None, early: false, ..self.start(now, who) })
    }

    /// Notes that the fetch begins. If it kills a value that is still good: until when it should wait for those who use it.
    pub(super) fn begin_fetch(&mut self, now: Instant) -> Option<Instant> {
        if self.old_value == OldValue::Lives {
            return None;
        }
        self.is_old_dying = true;
        let longest = now + USERS_PATIENCE;
        self.good(now).map(|good| good.expires.map_or(longest, |expires| expires.min(longest)))
    }

    /// Declares a value dead, if it is the current one. False if it was known to be dead, or is not used any more.
    pub(super) fn mark_dead(&mut self, dead: &Held<T>, now: Instant) -> bool {
        let is_news = self.is_last(dead) && self.dead_since.is_none();
        if is_news {
            self.dead_since = Some(now);
        }
        is_news
    }

    fn is_last(&self, held: &Held<T>) -> bool {
        self.last.as_ref().is_some_and(|last| last.generation == held.generation)
    }

    /// A newer value than this one; the error of a fetch for it that failed a moment ago.
    pub(super) fn newer(&self, than: &Held<T>, now: Instant, who: Who) -> Option<Result<Arc<Held<T>>, Error>> {
        match self.good(now).filter(|held| held.generation != than.generation) {
            Some(held) => Some(Ok(held)),
            None => self.failure(now, who, |_| true).map(Err),
        }
    }

    /// The current value, unless it is dead or has expired.
    pub(super) fn good(&self, now: Instant) -> Option<Arc<Held<T>>> {
        let alive = self.last.as_ref().filter(|last| self.dead_since.is_none() && !last.is_expired(now));
        alive.map(Arc::clone)
    }

    pub(crate) fn last(&self) -> Option<&Arc<Held<T>>> {
        self.last.as_ref()
    }

    /// Values have been dying early, one after the other.
    pub(crate) fn is_contested(&self) -> bool {
        self.early_deaths >= EARLY_DEATHS
    }

    fn start(&mut self, now: Instant, who: Who) -> Need<T> {
        self.fetching = true;
        let early = self.dead_since.is_some_and(|dead_since| self.would_be_early(dead_since));
        let until = self.contested_until.filter(|until| early && now < *until);
        Need {
            last: self.last.as_ref().map(Arc::clone),
            is_dead: self.dead_since.is_some(),
            is_suspect: self.suspicion.stands(),
            is_ahead: self.good(now).is_some(),
            refusal: until.map(|until| Refusal::Contested { rest: until.saturating_duration_since(now) }),
            early,
            settings: who.settings,
            network: who.network,
        }
    }

    fn would_be_early(&self, death: Instant) -> bool {
        self.last.as_ref().is_some_and(|last| last.age(death) < pace::early(last.lifetime))
    }

    fn count_death(&mut self, early: bool, now: Instant, jitter: f64) {
        self.early_deaths = if early { self.early_deaths.saturating_add(1) } else { 0 };
        let beyond = self.early_deaths.saturating_sub(EARLY_DEATHS - 1);
        self.contested_until = (beyond > 0).then(|| now + pace::while_contested(beyond, jitter));
    }

    fn end_fetch(&mut self) {
        self.fetching = false;
        self.is_old_dying = false;
    }

    /// Ends a fetch well.
    pub(super) fn succeed(&mut self, need: &Need<T>, fetched: Fetched<T>, now: Instant, jitter: f64) -> Arc<Held<T>> {
        self.end_fetch();
        self.forget_failure();
        if fetched.adopted {
            return self.hold(fetched, jitter);
        }
        if !need.is_suspect {
            self.count_death(need.early, now, jitter);
            return self.hold(fetched, jitter);
        }
        // Whether that one was dead is known when this one serves a call that it could not serve.
        let early = self.suspicion.refused.is_some_and(|refused| self.would_be_early(refused));
        let is_same = self.last.as_ref().is_some_and(|last| last.generation == fetched.generation);
        self.doubts = self.doubts.saturating_add(1);
        self.doubted_until = Some(now + pace::while_in_doubt(self.doubts, jitter));
        let held = self.hold(fetched, jitter);
        match is_same {
            true => self.suspicion.answered = Some(now),
            false => self.suspicion.replaced = Some(early),
        }
        held
    }

    /// Puts a value in the place of the last one.
    pub(super) fn hold(&mut self, fetched: Fetched<T>, jitter: f64) -> Arc<Held<T>> {
        let at = |after: Duration| fetched.born.checked_add(after);
        let lifetime = fetched.lifetime.map(|lifetime| lifetime.min(LONGEST_LIFETIME));
        let held = Arc::new(Held {
            due: lifetime.and_then(|lifetime| at(pace::until_due(lifetime, jitter))),
            expires: lifetime.and_then(at),
            value: fetched.value,
            generation: match self.last.as_ref().map_or(0, |last| last.generation) {
                same if same == fetched.generation => same,
                last => fetched.generation.max(last + 1),
            },
            born: fetched.born,
            lifetime,
        });
        if !self.is_last(&held) {
            self.suspicion = Suspicion::default();
        }
        self.last = Some(Arc::clone(&held));
        self.dead_since = None;
        held
    }

    /// Ends a fetch that failed; until when the next one waits, if that is news.
    pub(super) fn fail(&mut self, need: &Need<T>, error: &Error, now: Instant, jitter: f64) -> Option<Instant> {
        self.end_fetch();
        match (&need.refusal, self.contested_until) {
            // The pause is there already.
            (Some(Refusal::Paused(_)), _) => None,
            (Some(Refusal::Contested { .. }), Some(until)) if error.status() == Status::Auth => {
                self.set_pause(Pause {
                    settings: None,
                    network: None,
                    failures: 0,
                    error: error.clone(),
                    until,
                    applies: Applies::ToAll,
                });
                Some(until)
            }
            _ => {
                let applies = match self.good(now) {
                    None => Applies::ToAll,
                    Some(_) if need.is_suspect => Applies::InDoubt,
                    Some(_) => Applies::Ahead,
                };
                Some(self.pause(need, error, applies, now, jitter))
            }
        }
    }

    fn pause(&mut self, need: &Need<T>, error: &Error, applies: Applies, now: Instant, jitter: f64) -> Instant {
        let settings = may_lie_in_settings(error).then_some(need.settings);
        let network = may_lie_in_network(error).then_some(need.network);
        let known = self.pauses.iter().find(|pause| (pause.settings, pause.network) == (settings, network));
        let failures = known.map_or(0, |pause| pause.failures).saturating_add(1);
        let until = now + pace::after_failure(pace::Cause::of(error), failures, jitter);
        self.set_pause(Pause { settings, network, failures, error: error.clone(), until, applies });
        until
    }

    fn set_pause(&mut self, pause: Pause) {
        self.pauses.retain(|other| (other.settings, other.network) != (pause.settings, pause.network));
        if self.pauses.len() >= MOST_PAUSES {
            self.pauses.remove(0);
        }
        self.pauses.push(pause);
    }

    /// Ends a fetch that this machine had too little for.
    pub(super) fn give_up(&mut self) {
        self.end_fetch();
    }

    /// Forgets what failed: the next fetch will be another one.
    pub(super) fn forget_failure(&mut self) {
        self.pauses.clear();
    }

    /// Forgets what was found out of a source of values that another one has taken the place of.
    pub(super) fn forget_source(&mut self) {
        self.forget_failure();
        self.suspicion.answered = None;
        (self.doubts, self.doubted_until) = (0, None);
    }

    /// Ends a fetch that its caller, who `had` so much time, has none left for. Others with no more would do no better.
    pub(super) fn abandon(
        &mut self,
        need: &Need<T>,
        error: &Error,
        had: Duration,
        now: Instant,
        jitter: f64,
    ) -> Option<Instant> {
        self.end_fetch();
        // A little more is no more.
        let applies = Applies::Hasty(had + had / 8);
        let is_news = !matches!(need.refusal, Some(Refusal::Paused(_)));
        is_news.then(|| self.pause(need, error, applies, now, jitter))
    }

    /// The pauses that concern a caller.
    fn paused(&self, now: Instant, who: Who) -> impl Iterator<Item = &Pause> {
        let concerns = move |pause: &&Pause| {
            now < pause.until
                && pause.network.is_none_or(|network| network == who.network)
                && match pause.applies {
                    Applies::Hasty(had) => who.time <= had,
                    _ => pause.settings.is_none_or(|settings| settings == who.settings),
                }
        };
        self.pauses.iter().filter(concerns)
    }

    /// While fetching pauses, others may have a newer value all the same.
    fn look_at_others(&mut self, failure: Error, now: Instant, who: Who) -> Result<Need<T>, Error> {
        if !self.may_look(&failure, now) {
            return Err(failure);
        }
        self.looked = Some(now);
        Ok(Need { refusal: Some(Refusal::Paused(failure)), is_ahead: false, ..self.start(now, who) })
    }

    /// Not while it is the look at theirs that fails.
    fn may_look(&self, failure: &Error, now: Instant) -> bool {
        let long_ago = self.looked.is_none_or(|looked| now.saturating_duration_since(looked) >= LOOK);
        self.shares && pace::Cause::of(failure) != pace::Cause::Store && long_ago
    }

    /// The answer for a caller who has no value, or a suspect, while fetching pauses for such.
    fn failure(&self, now: Instant, who: Who, counts: impl Fn(Applies) -> bool) -> Option<Error> {
        let pause =
            self.paused(now, who).find(|pause| matches!(pause.applies, Applies::Hasty(_)) || counts(pause.applies))?;
        Some(pause.error.repeated(pause.until.saturating_duration_since(now)))
    }
}

/// Whether other settings (the way of forms, the user agent, the time to connect) might have led to another end. What the
/// platform answered may, and that it did not answer in time. That it cannot be reached, or that the store fails, may not.
fn may_lie_in_settings(error: &Error) -> bool {
    !matches!(error.status(), Status::Network | Status::Tls | Status::Store | Status::Internal)
}

/// Whether another way to the platform might have led to another end.
fn may_lie_in_network(error: &Error) -> bool {
    !matches!(error.status(), Status::Store | Status::Internal)
}

#[cfg(test)]
mod tests;
