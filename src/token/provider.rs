//! A provider of the caller's: asking it, and what is made of its answer.

use super::renewal::may_fetch;
use super::{Given, TOKEN_EXPECTED, Token, is_token, reason};
use crate::error::{Error, Result, Status};
use crate::lock::Mutex;
use crate::single_flight::{Fetched, Need};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub(super) const CONTESTED: &str =
    "another process is fetching tokens for this account: those of the token provider die early";

/// So many tokens may still be with a call, or with the platform.
const REMEMBERED: usize = 4;

/// Asks for a token, told the one that is dead or a suspect.
pub(crate) type Provide = dyn Fn(Option<&str>) -> std::result::Result<(Token, Option<Duration>), NoToken> + Send + Sync;

/// Why a provider gave no token.
pub(crate) enum NoToken {
    /// Its own words, for the caller to read.
    Reason(String),
    /// What it did instead, in the library's words: the end of a sentence that begins with the provider.
    Instead(String),
}

/// The function that was set, if one was.
#[derive(Default)]
pub(super) struct Provider {
    provide: Mutex<Option<Arc<Provide>>>,
    /// The newest tokens that it gave: no reason may show them.
    given: Mutex<VecDeque<Token>>,
    /// The thread that is in it; 0 where none is.
    asking: AtomicUsize,
    /// Held while it is asked.
    turn: Mutex<()>,
    is_closed: AtomicBool,
}

/// A thread that is in the provider, until this is dropped.
struct Asking<'p>(&'p Provider);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.asking.store(0, Ordering::Relaxed);
    }
}

impl Provider {
    pub(super) fn set(&self, provide: Arc<Provide>) {
        *self.provide.lock() = Some(provide);
    }

    /// Nobody asks it any more. One that is being asked on another thread is waited for: what it uses goes next.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        if !self.is_asking_this_thread() {
            drop(self.turn.lock());
        }
    }

    pub(super) fn get(&self) -> Result<Arc<Provide>> {
        let provide = self.provide.lock().as_ref().map(Arc::clone);
        provide.ok_or_else(|| Error::invalid_argument("no token provider was set on this client; set one first"))
    }

    /// Asks it, in the refresher's place.
    pub(super) fn ask(&self, need: &Need<Token>) -> Result<Fetched<Token>> {
        let provide = self.get()?;
        may_fetch(need, CONTESTED)?;
        let asked = Instant::now();
        let refused = need.last.as_ref().filter(|_| need.is_dead || need.is_suspect);
        let refused = refused.map(|last| last.value().reveal());
        let answer = {
            let _turn = self.turn.lock();
            if self.is_closed.load(Ordering::SeqCst) {
                return Err(Error::cancelled());
            }
            // One thread at a time is in the refresher's place.
            self.asking.store(this_thread(), Ordering::Relaxed);
            let _asking = Asking(self);
            provide(refused)
        };
        let (token, lifetime) = answer.map_err(|why| self.failed(why))?;
        if !is_token(token.reveal()) {
            return Err(refuse(&format!("gave no token: expected {TOKEN_EXPECTED}")));
        }
        // A suspect may be given again: the provider knows that it lives.
        if need.is_dead && refused == Some(token.reveal()) {
            return Err(refuse("gave the token that is dead"));
        }
        self.remember(&token);
        // The same token again is no newer one: calls that find it dead must not take it for that.
        let same = need.last.as_ref().filter(|last| last.value().reveal() == token.reveal());
        let generation = same.map_or_else(|| need.next_generation(), |last| last.generation());
        Ok(Given { token, asked, lifetime }.numbered(generation))
    }

    pub(super) fn is_asking_this_thread(&self) -> bool {
        self.asking.load(Ordering::Relaxed) == this_thread()
    }

    fn failed(&self, why: NoToken) -> Error {
        match why {
            NoToken::Instead(what) => refuse(&what),
            NoToken::Reason(words) => {
                let shown = reason::shown(&words, self.given.lock().make_contiguous());
                let ending = shown.map_or(", and gave no reason".to_owned(), |shown| format!(": {shown}"));
                refuse(&format!("failed{ending}"))
            }
        }
    }

    fn remember(&self, token: &Token) {
        let mut given = self.given.lock();
        if !given.contains(token) {
            given.push_front(token.clone());
            given.truncate(REMEMBERED);
        }
    }
}

/// What tells the threads that run now apart. The standard library's own number would leave memory behind.
fn this_thread() -> usize {
    thread_local! {
        static HERE: u8 = const { 0 };
    }
    HERE.with(|here| std::ptr::from_ref(here).addr())
}

fn refuse(what: &str) -> Error {
    Error::new(Status::Auth, format!("the token provider {what}"))
}
