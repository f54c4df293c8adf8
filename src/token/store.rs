//! Tokens shared beyond the process: who may fetch next, and what the last one fetched.

mod file;
#[cfg(feature = "redis")]
mod redis;
mod worker;

pub(crate) use file::FileStore;
#[cfg(feature = "redis")]
pub(crate) use redis::RedisStore;

use super::Token;
use crate::cancel::Interrupt;
use crate::error::{Error, Result, Status};
use crate::random;
use crate::single_flight::{Fetched, Need};
use std::time::{Duration, Instant};

/// How often a lock that somebody else holds is tried.
const POLL: Duration = Duration::from_millis(20);

/// A larger generation is not ours: Lua, and what others read JSON with, has no larger whole numbers.
const LARGEST_GENERATION: u64 = (1 << 53) - 1;

/// A token, as those who share it see it.
pub(crate) struct Entry {
    /// Greater than every one before it.
    pub(crate) generation: u64,
    pub(crate) token: Token,
    /// How long it has lived.
    pub(crate) age: Duration,
    /// How long it lives in all, where the platform said so.
    pub(crate) lifetime: Option<Duration>,
}

/// Where tokens are shared.
pub(crate) trait Store: Send + Sync {
    /// `file` or `redis`.
    fn name(&self) -> &'static str;

    /// The newest token. What is not ours or not whole is none. Ends within the call's time.
    fn read(&self, deadline: Instant) -> Result<Option<Entry>>;

    /// The same, while nobody holds the lock: a holder may be killing that token. None for a store whose lock costs no more
    /// than this look at it.
    fn read_settled(&self, _deadline: Instant) -> Result<Option<Entry>> {
        Ok(None)
    }

    /// The lock of whoever fetches; who holds it where it is taken. Ends within the call's time.
    fn try_lock(&self, deadline: Instant) -> Result<std::result::Result<Box<dyn Lock + '_>, Holder>>;
}

/// The right to fetch, given back on drop.
pub(crate) trait Lock {
    /// The generation of what is fetched under this lock, if the last one was `last`.
    fn generation(&self, last: u64) -> u64;

    /// False if somebody else has written a newer one meanwhile.
    fn write(&self, entry: &Entry) -> Result<bool>;
}

/// Who holds the lock, for the error; empty where that is not known.
pub(crate) struct Holder(pub(crate) String);

/// Takes the lock within the call's time. While it waits, `newer` may find what the holder brought.
pub(super) fn lock<'s, T>(
    store: &'s dyn Store,
    deadline: Instant,
    interrupt: &Interrupt,
    newer: impl Fn() -> Result<Option<T>>,
) -> Result<std::result::Result<Box<dyn Lock + 's>, T>> {
    let mut holder = String::new();
    loop {
        let now = Instant::now();
        if now >= deadline {
            let by = if holder.is_empty() { String::new() } else { format!(", {holder}") };
            let message = format!(
                "another process{by} held the lock of the token store ({}) for the whole of the call's time (timeout_ms)",
                store.name()
            );
            return Err(Error::new(Status::Timeout, message).nothing_acted());
        }
        match store.try_lock(deadline)? {
            Ok(lock) => return Ok(Ok(lock)),
            Err(Holder(found)) => holder = found,
        }
        if interrupt.sleep_until(deadline.min(Instant::now() + POLL.mul_f64(0.5 + random::fraction()))) {
            return Err(Error::cancelled());
        }
        if Instant::now() < deadline
            && let Some(found) = newer()?
        {
            return Ok(Err(found));
        }
    }
}

impl Entry {
    /// The entry as a value of the cell, if it is newer than what is known there and has not expired.
    pub(super) fn newer(self, need: &Need<Token>) -> Option<Fetched<Token>> {
        let known = need.last.as_ref();
        let newer = known.is_none_or(|last| {
            let is_refused = need.is_dead || need.is_suspect;
            self.generation > last.generation() && !(is_refused && self.token.reveal() == last.value().reveal())
        });
        let alive = self.lifetime.is_none_or(|lifetime| self.age < lifetime);
        (newer && alive).then(|| self.adopted())
    }

    fn adopted(self) -> Fetched<Token> {
        let now = Instant::now();
        let (born, lifetime) = match now.checked_sub(self.age) {
            Some(born) => (born, self.lifetime),
            // A machine that has run for less time than the token: counted from now instead.
            None => (now, self.lifetime.map(|lifetime| lifetime.saturating_sub(self.age))),
        };
        Fetched { value: self.token, generation: self.generation, born, lifetime, adopted: true }
    }
}
