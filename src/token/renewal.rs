//! A renewal, in the refresher's place: from the provider, from those who share a store, or from the platform.

use super::state::{CONTESTED, Fetched, Need};
use super::store::{self, Lock, Store};
use super::{Given, Provide, Token, is_token};
use crate::error::{Error, Result, Status};
use parking_lot::Mutex;
use std::convert::Infallible;
use std::time::Instant;

/// A store, and how to go on without it.
pub(crate) struct Shared {
    pub(super) store: Box<dyn Store>,
    /// Fetch all the same while the store fails.
    degrade: bool,
    /// The store's last failure, where it was passed over.
    trouble: Mutex<Option<String>>,
}

/// What a renewal brought.
pub(super) struct Renewed<R> {
    pub(super) token: Fetched<Token>,
    pub(super) beside: R,
    /// The token is good, but the others who share it do not know of it.
    pub(super) unpublished: Option<Error>,
}

/// What a store has for whoever needs a token.
enum Turn<'s> {
    /// Others have fetched a newer one.
    Adopt(Fetched<Token>),
    /// The right to fetch one.
    Fetch(Box<dyn Lock + 's>),
}

/// Asks a provider.
pub(super) fn provided(provide: &Provide, need: &Need<Token>) -> Result<Fetched<Token>> {
    refuse_contested(need)?;
    let asked = Instant::now();
    let dead = need.last.as_ref().filter(|_| need.is_dead).map(|last| last.value().reveal());
    let refuse = |problem: &str| Error::new(Status::Auth, format!("the token provider {problem}"));
    let (token, lifetime) = provide(dead).map_err(|reason| refuse(&reason))?;
    if !is_token(token.reveal()) {
        return Err(refuse("gave no token: expected printable ASCII characters without spaces"));
    }
    if dead == Some(token.reveal()) {
        return Err(refuse("gave the token that is dead"));
    }
    Ok(Given { token, asked, lifetime }.numbered(need.next_generation()))
}

/// Takes the newer token that others who share it have fetched, or fetches one.
pub(super) fn renewed(
    shared: Option<&Shared>,
    need: &Need<Token>,
    deadline: Instant,
    fetch: impl FnOnce() -> Result<Given>,
) -> Result<Renewed<()>> {
    let fetch = || {
        refuse_contested(need)?;
        fetch().map(|given| (given, ()))
    };
    let Some(shared) = shared else { return alone(need, deadline, fetch) };
    match shared.turn(need, deadline) {
        Ok(Turn::Adopt(token)) => Ok(Renewed { token, beside: (), unpublished: None }),
        Ok(Turn::Fetch(lock)) => shared.fetch(&*lock, need, deadline, fetch),
        Err(error) => {
            shared.pass_over(error)?;
            alone(need, deadline, fetch)
        }
    }
}

/// Fetches a token, whatever others have; what else `fetch` brings stands beside it.
pub(super) fn fetched<R>(
    shared: Option<&Shared>,
    need: &Need<Token>,
    deadline: Instant,
    fetch: impl FnOnce() -> Result<(Given, R)>,
) -> Result<Renewed<R>> {
    let Some(shared) = shared else { return alone(need, deadline, fetch) };
    need.let_users_end(deadline);
    match store::lock::<Infallible>(&*shared.store, deadline, || Ok(None)) {
        Ok(Ok(lock)) => shared.fetch(&*lock, need, deadline, fetch),
        Ok(Err(never)) => match never {},
        Err(error) => {
            shared.pass_over(error)?;
            alone(need, deadline, fetch)
        }
    }
}

/// Fetches for this process only.
fn alone<R>(need: &Need<Token>, deadline: Instant, fetch: impl FnOnce() -> Result<(Given, R)>) -> Result<Renewed<R>> {
    need.let_users_end(deadline);
    let (given, beside) = fetch()?;
    Ok(Renewed { token: given.numbered(need.next_generation()), beside, unpublished: None })
}

fn refuse_contested(need: &Need<Token>) -> Result<()> {
    if need.is_contested { Err(Error::new(Status::Auth, CONTESTED).nothing_acted()) } else { Ok(()) }
}

impl Shared {
    pub(crate) fn new(store: Box<dyn Store>, degrade: bool) -> Shared {
        Shared { store, degrade, trouble: Mutex::new(None) }
    }

    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.lock().clone()
    }

    fn turn(&self, need: &Need<Token>, deadline: Instant) -> Result<Turn<'_>> {
        if let Some(token) = self.newer(need, deadline)? {
            return Ok(Turn::Adopt(token));
        }
        // Not under the lock, which is for the fetch alone.
        need.let_users_end(deadline);
        Ok(match store::lock(&*self.store, deadline, || self.newer(need, deadline))? {
            Err(token) => Turn::Adopt(token),
            Ok(lock) => match self.newer(need, deadline)? {
                // Written between our look and our lock.
                Some(token) => Turn::Adopt(token),
                None => Turn::Fetch(lock),
            },
        })
    }

    fn newer(&self, need: &Need<Token>, deadline: Instant) -> Result<Option<Fetched<Token>>> {
        let newer = self.store.read(deadline)?.and_then(|entry| entry.newer(need));
        *self.trouble.lock() = None;
        Ok(newer)
    }

    /// The error of a store that failed, unless the caller chose to go on without it.
    fn pass_over(&self, error: Error) -> Result<()> {
        if !self.degrade || error.status() != Status::Store {
            return Err(error);
        }
        *self.trouble.lock() = Some(format!("{error}; tokens are fetched unshared (degrade)"));
        Ok(())
    }

    /// Fetches a token under the lock, and gives it to those who share it.
    fn fetch<R>(
        &self,
        lock: &dyn Lock,
        need: &Need<Token>,
        deadline: Instant,
        fetch: impl FnOnce() -> Result<(Given, R)>,
    ) -> Result<Renewed<R>> {
        let (given, beside) = fetch()?;
        let generation = lock.generation(need.last.as_ref().map_or(0, |last| last.generation()));
        let (age, lifetime) = (given.asked.elapsed(), given.lifetime);
        let entry = store::Entry { generation, age, lifetime, token: given.token.clone() };
        let token = given.numbered(generation);
        let (token, unpublished) = match lock.write(&entry) {
            Ok(true) => (token, None),
            // Our lock expired and somebody else fetched after us: theirs is the newer one.
            Ok(false) => (self.newer(need, deadline).ok().flatten().unwrap_or(token), None),
            Err(error) => (token, self.pass_over(error).err()),
        };
        Ok(Renewed { token, beside, unpublished })
    }
}

impl Given {
    fn numbered(self, generation: u64) -> Fetched<Token> {
        Fetched { value: self.token, generation, born: self.asked, lifetime: self.lifetime, adopted: false }
    }
}
