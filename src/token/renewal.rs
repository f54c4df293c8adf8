//! A renewal, in the refresher's place: from those who share a store, or from the platform.

use super::store::{self, Lock, Store};
use super::{Given, Token};
use crate::error::{Error, Result, Status};
use crate::lock::Mutex;
use crate::single_flight::{Fetched, Flight, LONGEST_LIFETIME, Need, Refusal};
use std::convert::Infallible;
use std::time::{Duration, Instant};

/// What a user of an account that somebody else uses too should do.
pub(super) const CONTESTED: &str =
    "another process is fetching tokens for this account; use a shared token store (token_store)";

/// For the store, at most, while the token at hand is still good.
const AHEAD: Duration = Duration::from_secs(1);

/// A store, and how to go on without it.
pub(crate) struct Shared {
    pub(super) store: Box<dyn Store>,
    /// Fetch all the same while the store fails.
    degrade: bool,
    /// The store's failure, until it works again.
    trouble: Mutex<Option<String>>,
}

/// What a renewal brought.
pub(super) struct Renewed<R> {
    pub(super) token: Fetched<Token>,
    pub(super) beside: R,
}

/// What a store has for whoever needs a token.
enum Turn<'s> {
    /// Others have fetched a newer one.
    Adopt(Fetched<Token>),
    /// The right to fetch one.
    Fetch(Box<dyn Lock + 's>),
}

/// Takes the newer token that others who share it have fetched, or fetches one.
pub(super) fn renewed(
    shared: Option<&Shared>,
    flight: &Flight<'_, Token>,
    deadline: Instant,
    fetch: impl FnOnce() -> Result<Given>,
) -> Result<Renewed<()>> {
    let fetch = || fetch().map(|given| (given, ()));
    let turn = match shared {
        None => None,
        Some(shared) => match shared.turn(flight, deadline) {
            Ok(Turn::Adopt(token)) => return Ok(Renewed { token, beside: () }),
            Ok(Turn::Fetch(lock)) => Some((shared, lock)),
            Err(error) => shared.pass_over(error).map(|()| None)?,
        },
    };
    may_fetch(flight.need(), CONTESTED)?;
    match turn {
        Some((shared, lock)) => shared.fetch(&*lock, flight, deadline, fetch),
        None => alone(flight, deadline, fetch),
    }
}

/// Fetches a token, whatever others have; what else `fetch` brings stands beside it.
pub(super) fn fetched<R>(
    shared: Option<&Shared>,
    flight: &Flight<'_, Token>,
    deadline: Instant,
    fetch: impl FnOnce() -> Result<(Given, R)>,
) -> Result<Renewed<R>> {
    let Some(shared) = shared else { return alone(flight, deadline, fetch) };
    match store::lock::<Infallible>(&*shared.store, deadline, flight.interrupt(), || Ok(None)) {
        Ok(Ok(lock)) => shared.fetch(&*lock, flight, deadline, fetch),
        Ok(Err(never)) => match never {},
        Err(error) => {
            shared.pass_over(error)?;
            alone(flight, deadline, fetch)
        }
    }
}

/// Fetches for this process only.
fn alone<R>(
    flight: &Flight<'_, Token>,
    deadline: Instant,
    fetch: impl FnOnce() -> Result<(Given, R)>,
) -> Result<Renewed<R>> {
    flight.let_users_end(deadline);
    let (given, beside) = fetch()?;
    Ok(Renewed { token: given.numbered(flight.need().next_generation()), beside })
}

pub(super) fn may_fetch(need: &Need<Token>, contested: &str) -> Result<()> {
    match &need.refusal {
        None => Ok(()),
        Some(Refusal::Contested { rest }) => Err(Error::new(Status::Auth, contested).nothing_acted().not_before(*rest)),
        Some(Refusal::Paused(error)) => Err(error.clone()),
    }
}

/// A part of the call's time: the rest is for the call itself.
fn ahead_of(need: &Need<Token>, deadline: Instant) -> Instant {
    let now = Instant::now();
    let good = need.last.as_ref().and_then(|last| last.left(now)).unwrap_or(AHEAD);
    now + AHEAD.min(deadline.saturating_duration_since(now) / 4).min(good)
}

impl Shared {
    pub(crate) fn new(store: Box<dyn Store>, degrade: bool) -> Shared {
        Shared { store, degrade, trouble: Mutex::new(None) }
    }

    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.lock().clone()
    }

    fn turn(&self, flight: &Flight<'_, Token>, deadline: Instant) -> Result<Turn<'_>> {
        let need = flight.need();
        if need.is_ahead {
            // Nobody should wait for a store while the token at hand is good.
            match self.turn_within(flight, ahead_of(need, deadline), false) {
                Err(error) if error.status() == Status::Timeout && !flight.is_good() => {}
                done => return done,
            }
        }
        self.turn_within(flight, deadline, !flight.is_good() && need.last.is_some())
    }

    /// When our token is dead, what stands in the store may be dying as well: somebody who holds the lock may be fetching the
    /// next. Where the store can tell, all who share it take that next token at once, and not one after the other.
    fn turn_within(&self, flight: &Flight<'_, Token>, deadline: Instant, is_dead: bool) -> Result<Turn<'_>> {
        let need = flight.need();
        let look = || {
            if is_dead { self.newest(need, self.store.read_settled(deadline)) } else { self.newer(need, deadline) }
        };
        if let Some(token) = look()? {
            return Ok(Turn::Adopt(token));
        }
        Ok(match store::lock(&*self.store, deadline, flight.interrupt(), look)? {
            Err(token) => Turn::Adopt(token),
            Ok(lock) => match self.newer(need, deadline)? {
                Some(token) => Turn::Adopt(token),
                None => Turn::Fetch(lock),
            },
        })
    }

    fn newer(&self, need: &Need<Token>, deadline: Instant) -> Result<Option<Fetched<Token>>> {
        self.newest(need, self.store.read(deadline))
    }

    fn newest(&self, need: &Need<Token>, read: Result<Option<store::Entry>>) -> Result<Option<Fetched<Token>>> {
        let newer = read?.and_then(|entry| entry.newer(need));
        *self.trouble.lock() = None;
        Ok(newer)
    }

    /// The error of a store that failed, unless the caller chose to go on without it.
    fn pass_over(&self, error: Error) -> Result<()> {
        if error.status() != Status::Store {
            return Err(error);
        }
        self.note(&error, if self.degrade { "; tokens are fetched unshared (degrade)" } else { "" });
        if self.degrade { Ok(()) } else { Err(error) }
    }

    fn note(&self, error: &Error, consequence: &str) {
        *self.trouble.lock() = Some(format!("{error}{consequence}"));
    }

    /// Fetches a token under the lock, and gives it to those who share it. Where that fails, the token is good all the same.
    fn fetch<R>(
        &self,
        lock: &dyn Lock,
        flight: &Flight<'_, Token>,
        deadline: Instant,
        fetch: impl FnOnce() -> Result<(Given, R)>,
    ) -> Result<Renewed<R>> {
        flight.let_users_end(deadline);
        let need = flight.need();
        let (given, beside) = fetch()?;
        let generation = lock.generation(need.last.as_ref().map_or(0, |last| last.generation()));
        let (age, lifetime) = (given.asked.elapsed(), given.lifetime.map(|lifetime| lifetime.min(LONGEST_LIFETIME)));
        let entry = store::Entry { generation, age, lifetime, token: given.token.clone() };
        let token = given.numbered(generation);
        let token = match lock.write(&entry) {
            Ok(true) => token,
            // Our lock expired and somebody else fetched after us: theirs is the newer one.
            Ok(false) => self.newer(need, deadline).ok().flatten().unwrap_or(token),
            Err(error) => {
                self.note(&error, "; the token is not shared");
                token
            }
        };
        Ok(Renewed { token, beside })
    }
}

impl Given {
    pub(super) fn numbered(self, generation: u64) -> Fetched<Token> {
        Fetched { value: self.token, generation, born: self.asked, lifetime: self.lifetime, adopted: false }
    }
}
