//! The credential engine: where tokens come from, who shares them, and when they are renewed.
//!
//! One [`Credentials`] per account and process holds the token in a [`Cell`]. A [`provider`] or a [`renewal`] brings the next
//! token; beyond the process a [`store`] shares it. [`account`] finds the credentials that an account has already.

mod account;
mod fruitless;
#[cfg(feature = "events")]
mod login;
mod provider;
mod reason;
mod renewal;
mod store;

pub(crate) use account::{Accounts, digest};
pub(crate) use provider::{NoToken, Provide};
pub(crate) use renewal::Shared;
#[cfg(feature = "redis")]
pub(crate) use store::RedisStore;
pub(crate) use store::{FileStore, Store};

use crate::error::{Error, Result, Status};
use crate::secret::Secret;
use crate::single_flight::{Caller, Cell, Fetched, Flight, Held, OldValue, Refused, Stands};
use crate::unix_time::millis;
use account::Entered;
use fruitless::Fruitless;
use provider::Provider;
use serde::Serialize;
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A platform's token.
pub(crate) type Token = Secret;

/// A token that a platform or a provider gave.
pub(crate) struct Given {
    pub(crate) token: Token,
    /// Before the request for it was sent.
    pub(crate) asked: Instant,
    pub(crate) lifetime: Option<Duration>,
}

/// The token of one account, and where it comes from.
pub(crate) struct Credentials {
    source: Source,
    cell: Cell<Token>,
    fruitless: Fruitless,
    #[cfg(feature = "events")]
    logins: login::Logins,
    entered: Entered,
}

impl Drop for Credentials {
    fn drop(&mut self) {
        self.entered.forget_unused();
    }
}

enum Source {
    /// Fetched from the platform with keys, and shared with other processes through a store.
    Fetched { shared: Option<Shared> },
    /// Given by the caller, who also replaces it.
    Fixed,
    /// Asked of the caller.
    Provided(Provider),
}

/// What may be told of a token: everything but the token.
#[derive(Debug, Serialize)]
pub(crate) struct TokenInfo {
    /// `fetched`, `fixed` or `provided`.
    source: &'static str,
    /// `file` or `redis`.
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<&'static str>,
    /// 0: there has been none.
    generation: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

impl Credentials {
    pub(crate) fn fetched(old_value: OldValue, shared: Option<Shared>) -> Credentials {
        Credentials::new(Source::Fetched { shared }, old_value)
    }

    pub(crate) fn fixed(token: Token) -> Credentials {
        let credentials = Credentials::new(Source::Fixed, OldValue::Lives);
        credentials.cell.set(token);
        credentials
    }

    /// Asking a provider kills no token: it hosts one for many.
    pub(crate) fn provided() -> Credentials {
        Credentials::new(Source::Provided(Provider::default()), OldValue::Lives)
    }

    fn new(source: Source, old_value: OldValue) -> Credentials {
        let shares = matches!(&source, Source::Fetched { shared: Some(_) });
        let cell = if shares { Cell::shared(old_value) } else { Cell::new(old_value) };
        Credentials {
            source,
            cell,
            fruitless: Fruitless::default(),
            #[cfg(feature = "events")]
            logins: login::Logins::default(),
            entered: Entered::default(),
        }
    }

    /// In the list of accounts that have clients.
    fn entered(mut self, entered: Entered) -> Credentials {
        self.entered = entered;
        self
    }

    /// A token to sign with, other than the `dead` one. `fetch` asks the platform, and ends within its own deadline.
    pub(crate) fn token(
        &self,
        dead: Option<&Held<Token>>,
        caller: Caller<'_>,
        fetch: impl FnOnce() -> Result<Given>,
    ) -> Result<Arc<Held<Token>>> {
        self.check_source()?;
        self.cell.get(dead, caller, |flight| self.bring(flight, caller.deadline, fetch))
    }

    /// A newer token than one that was refused, though it may live (T60); or why the refusal of the request stands.
    pub(crate) fn successor(
        &self,
        request: &impl Hash,
        refused: &Refused<'_, Token>,
        caller: Caller<'_>,
        fetch: impl FnOnce() -> Result<Given>,
    ) -> std::result::Result<Arc<Held<Token>>, Stands> {
        self.check_source().map_err(Stands::Failed)?;
        let bring = |flight: &Flight<'_, Token>| self.bring(flight, caller.deadline, fetch);
        let found = self.cell.successor(refused, caller, bring);
        if let Err(Stands::Lives) = &found {
            self.fruitless.add(request, fruitless::SAID_TO_LIVE);
        }
        found
    }

    /// A provider is not called any more, and its call under way has ended.
    pub(crate) fn close(&self) {
        if let Source::Provided(provider) = &self.source {
            provider.close();
        }
    }

    /// Whether this thread is in the provider.
    pub(crate) fn is_asking_this_thread(&self) -> bool {
        matches!(&self.source, Source::Provided(provider) if provider.is_asking_this_thread())
    }

    /// A provider can only be asked once it is set.
    fn check_source(&self) -> Result<()> {
        match &self.source {
            Source::Provided(provider) => provider.get().map(drop),
            _ => Ok(()),
        }
    }

    /// Brings a token, in the refresher's place.
    fn bring(
        &self,
        flight: &Flight<'_, Token>,
        deadline: Instant,
        fetch: impl FnOnce() -> Result<Given>,
    ) -> Result<Fetched<Token>> {
        match &self.source {
            Source::Fixed => Err(Error::new(Status::Auth, "the fixed token is dead; set another one")),
            Source::Provided(provider) => provider.ask(flight.need()),
            Source::Fetched { shared } => {
                renewal::renewed(shared.as_ref(), flight, deadline, fetch).map(|renewed| renewed.token)
            }
        }
    }

    /// Always asks the platform, in the refresher's place; what else `fetch` brings goes to the caller.
    pub(crate) fn replace<R>(&self, caller: Caller<'_>, fetch: impl FnOnce() -> Result<(Given, R)>) -> Result<R> {
        let Source::Fetched { shared } = &self.source else {
            return Err(Error::invalid_argument(
                "this client was given its token, or a provider of tokens, and has no keys to fetch one with",
            ));
        };
        self.cell.replace(caller, |flight| {
            let renewed = renewal::fetched(shared.as_ref(), flight, caller.deadline, fetch)?;
            Ok((renewed.token, renewed.beside))
        })
    }

    /// Whether a call whose token died has another one to hope for.
    pub(crate) fn can_replace(&self, dead: &Held<Token>) -> bool {
        match self.source {
            Source::Fixed => self.generation() != dead.generation(),
            _ => true,
        }
    }

    /// Whether a token may be replaced that a login was refused with.
    #[cfg(feature = "events")]
    pub(crate) fn may_replace_after_login(&self, refused: &Held<Token>) -> bool {
        let now = Instant::now();
        self.can_replace(refused)
            && (self.generation() != refused.generation()
                || self.logins.may_replace(now, refused.age(now), refused.left(now)))
    }

    /// Notes how a login went. `is_replaced`: with a token that was brought after another one was refused.
    #[cfg(feature = "events")]
    pub(crate) fn logged_in(&self, is_taken: bool, is_replaced: bool) {
        self.logins.went(Instant::now(), is_taken, is_replaced);
    }

    /// Notes that a token is dead, for the calls to come; false where that is no news.
    pub(crate) fn mark_dead(&self, dead: &Held<Token>) -> bool {
        !matches!(self.source, Source::Fixed) && self.cell.mark_dead(dead)
    }

    /// Notes that a token served a request that went out at that time, although a refusal may not mean its death (T60).
    /// `is_replaced`: the token before it was refused to the same request.
    pub(crate) fn served(&self, request: &impl Hash, token: &Held<Token>, sent: Instant, is_replaced: bool) {
        if is_replaced {
            self.cell.cured(token);
        }
        self.cell.served(token, sent);
        self.fruitless.remove(request);
    }

    /// Notes that a fresh token did not help a request (T60).
    pub(crate) fn add_fruitless(&self, request: &impl Hash) {
        self.fruitless.add(request, fruitless::NOT_CURED);
    }

    pub(crate) fn is_fruitless(&self, request: &impl Hash) -> bool {
        self.fruitless.holds(request)
    }

    /// What to tell the user of an account whose tokens somebody else kills.
    pub(crate) fn contested(&self) -> Option<&'static str> {
        let text = match self.source {
            Source::Provided(_) => provider::CONTESTED,
            _ => renewal::CONTESTED,
        };
        self.cell.look(|state| state.is_contested()).then_some(text)
    }

    /// Replaces a fixed token.
    pub(crate) fn set_token(&self, token: &str) -> Result<()> {
        if !matches!(self.source, Source::Fixed) {
            return Err(Error::invalid_argument("expected a client whose configuration has a fixed \"token\""));
        }
        if !is_token(token) {
            return Err(Error::invalid_argument(format!("token: expected {TOKEN_EXPECTED}")));
        }
        self.cell.set(Secret::new(token));
        Ok(())
    }

    pub(crate) fn set_provider(&self, provide: Arc<Provide>) -> Result<()> {
        let Source::Provided(provider) = &self.source else {
            return Err(Error::invalid_argument("expected a client whose configuration says \"token_provider\": true"));
        };
        provider.set(provide);
        self.cell.forget_source();
        Ok(())
    }

    pub(crate) fn info(&self) -> TokenInfo {
        let now = Instant::now();
        let (source, shared) = match &self.source {
            Source::Fetched { shared } => ("fetched", shared.as_ref()),
            Source::Fixed => ("fixed", None),
            Source::Provided(_) => ("provided", None),
        };
        let warning = self.contested().map(str::to_owned).or_else(|| shared?.trouble());
        self.cell.look(|state| TokenInfo {
            source,
            store: shared.map(|shared| shared.store.name()),
            generation: state.last().map_or(0, |held| held.generation()),
            age_ms: state.last().map(|held| millis(held.age(now))),
            expires_in_ms: state.last().and_then(|held| held.left(now)).map(millis),
            warning,
        })
    }

    /// The token that is or was in use. A copy: whoever holds the token itself is waited for when it is renewed.
    pub(crate) fn last_token(&self) -> Option<Token> {
        self.cell.look(|state| state.last().map(|held| held.value().clone()))
    }

    fn generation(&self) -> u64 {
        self.cell.look(|state| state.last().map_or(0, |held| held.generation()))
    }
}

/// The longest token, in bytes. Servers refuse longer headers and addresses.
pub(crate) const LONGEST_TOKEN: usize = 8191;

/// What [`is_token`] wants, for an error.
pub(crate) const TOKEN_EXPECTED: &str = "printable ASCII characters without spaces, at most 8191 bytes";

/// Whether a text can be a token: it travels in a header or in a query, where nothing may end the line.
pub(crate) fn is_token(text: &str) -> bool {
    (1..=LONGEST_TOKEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}
