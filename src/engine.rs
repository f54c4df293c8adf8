//! The way of a call: check, prepare, sign, send, judge; and once more where [`next`] says so.

mod address;
mod answer;
mod clock;
mod exchange;
mod next;
mod prepare;
mod raw;
mod together;

use crate::catalog::{Operation, PlatformName, Retry};
use crate::config::Config;
use crate::error::{Error, Result, Status};
use crate::json::Members;
use crate::platform::{FormIn, Platform, Signing, Tokens};
use crate::request::Prepared;
use crate::secret::Secret;
use crate::single_flight::{Cell, Held, OldValue};
use crate::token::{Credentials, Given, Token, TokenInfo};
use crate::transport::{BaseUrl, Bounds, Limits, Transport};
use crate::unix_time::now_ms;
use answer::{Answered, Outcome};
use clock::ClockOffset;
pub(crate) use clock::Clocks;
use next::{Next, Said, Why, next};
use serde::Serialize;
use std::sync::Arc;
use std::time::Instant;

pub(crate) struct Engine {
    config: Config,
    platform: Box<dyn Platform>,
    transport: Box<dyn Transport>,
    /// The account's, shared with every client of it in this process; `None` where the platform has no tokens.
    credentials: Option<Arc<Credentials>>,
    /// The address, where the configuration names none.
    address: Cell<BaseUrl>,
    /// The host's.
    clock: Arc<ClockOffset>,
}

/// One call under way.
struct Call<'a> {
    prepared: &'a Prepared<'a>,
    /// Whether it may be repeated: not the operation's own word while a token is fetched for it, since nothing of it was
    /// sent yet.
    retry: Retry,
    bounds: Bounds,
    /// How often its request was tried.
    attempts: u32,
    /// What is sent is not the caller's own request, but what has to come before it.
    is_ahead: bool,
    /// How far from ours the clock is that its request is signed with.
    offset_s: i64,
    /// The answer brings a token.
    fetches_token: bool,
    /// What must not be shown beside the keys and the token in use: older tokens, and what was derived to sign with.
    secrets: Vec<Secret>,
}

impl Engine {
    pub(crate) fn new(
        config: Config,
        platform: Box<dyn Platform>,
        transport: Box<dyn Transport>,
        credentials: Option<Arc<Credentials>>,
        clocks: &Clocks,
    ) -> Engine {
        let clock = match platform.base_url() {
            Some(base) if platform.signs_with_time() => clocks.of(base.authority()),
            _ => Arc::default(),
        };
        Engine { config, platform, transport, credentials, address: Cell::new(OldValue::Lives), clock }
    }

    pub(crate) fn limits(&self) -> Limits {
        self.config.limits
    }

    /// Calls one documented operation.
    pub(crate) fn call(&self, operation: &'static Operation, params: &Members<'_>, limits: Limits) -> Result<String> {
        let named = |error: Error| error.of_call(operation.platform, Some(operation.short_name()));
        if operation.platform != self.config.platform() {
            return Err(named(Error::invalid_argument(format!(
                "{} is an operation of {}; this client talks to {}",
                operation.name,
                operation.platform,
                self.config.platform()
            ))));
        }
        let prepared =
            prepare::operation(self.platform.as_ref(), self.config.validate, operation, params).map_err(named)?;
        if operation.fetches_token {
            self.fetch_token_for_caller(&prepared, limits)
        } else {
            self.run(&prepared, limits)
        }
        .map_err(named)
    }

    /// Calls any path, signed and judged like an operation.
    pub(crate) fn raw_call(&self, request: &Members<'_>, limits: Limits) -> Result<String> {
        let named = |error: Error| error.of_call(self.config.platform(), None);
        let prepared = raw::request(self.platform.as_ref(), request).map_err(named)?;
        self.run(&prepared, limits).map_err(named)
    }

    /// What is known of the client: everything but secrets.
    pub(crate) fn info(&self) -> Result<String> {
        #[derive(Serialize)]
        struct Info<'a> {
            platform: PlatformName,
            #[serde(skip_serializing_if = "Option::is_none")]
            base_url: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            token: Option<TokenInfo>,
            #[serde(skip_serializing_if = "Option::is_none")]
            http_method: Option<&'static str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            clock_offset_s: Option<i64>,
        }
        let info = Info {
            platform: self.platform.name(),
            base_url: self.platform.base_url().map(BaseUrl::as_str),
            token: self.credentials.as_ref().map(|credentials| credentials.info()),
            http_method: self.platform.http_method(),
            clock_offset_s: self.platform.signs_with_time().then(|| self.clock.seconds()),
        };
        serde_json::to_string(&info).map_err(|error| Error::new(Status::Internal, format!("JSON: {error}")))
    }

    /// Where the client's tokens come from; an error where it has none.
    pub(crate) fn credentials(&self) -> Result<&Credentials> {
        self.credentials.as_deref().ok_or_else(|| {
            Error::invalid_argument(format!("{} has no tokens: each request is signed", self.platform.name()))
        })
    }

    fn run(&self, prepared: &Prepared<'_>, limits: Limits) -> Result<String> {
        let offset_s = self.clock.seconds();
        let (retry, bounds) = (prepared.retry, bounds(limits));
        let mut call = Call {
            prepared,
            retry,
            bounds,
            attempts: 0,
            is_ahead: false,
            offset_s,
            fetches_token: false,
            secrets: Vec::new(),
        };
        let mut dead: Option<Arc<Held<Token>>> = None;
        let mut refused_offsets = Vec::new();
        loop {
            let token = self.token(&call, dead.as_deref()).map_err(|error| error.after_attempts(call.attempts))?;
            let value = token.as_ref().map(|held| held.value().reveal());
            let offset_s = call.offset_s;
            let sign = |form| self.platform.sign(prepared, &signing(value, offset_s, form));
            let exchanged = self.exchange(&mut call, value, sign)?;
            let said = exchanged.answered.said(self.platform.name());
            let clock = self.clock_after(&exchanged.answered, offset_s, &mut refused_offsets);
            let standing = self.standing(prepared, said, token.as_deref(), dead.is_some());
            match next(said, standing, clock, prepared.retry == Retry::Safe, call.attempts) {
                Next::Answer => return Ok(exchanged.answered.text.into_string()),
                Next::Again(Why::TokenDead) => {
                    call.secrets.extend(token.as_ref().map(|held| held.value().clone()));
                    dead = token;
                }
                Next::Again(Why::Clock(other)) => call.offset_s = other,
                Next::Fail => {
                    let token_is_good = matches!(standing, next::Token::Replaced | next::Token::Fruitless);
                    let error = self.refused(&call, &exchanged, value, token_is_good);
                    let stayed_dead = token.filter(|_| said == Said::TokenDead && dead.is_some());
                    return Err(self.after_refusal(prepared, stayed_dead, error));
                }
            }
        }
    }

    /// Whether another token may help a call that was answered so.
    fn standing(
        &self,
        prepared: &Prepared<'_>,
        said: Said,
        token: Option<&Held<Token>>,
        is_replaced: bool,
    ) -> next::Token {
        match (&self.credentials, token) {
            (Some(credentials), Some(token)) if said == Said::TokenDead => {
                if is_replaced {
                    next::Token::Replaced
                } else if credentials.is_fruitless(prepared.name()) {
                    // T60: where the number has a second meaning, a fresh token may have changed nothing a moment ago.
                    next::Token::Fruitless
                } else if credentials.can_replace(token) {
                    next::Token::Replaceable
                } else {
                    next::Token::Only
                }
            }
            _ => next::Token::Only,
        }
    }

    /// Whether another time may help a call that was answered so; and what the answer teaches of the host's clock.
    fn clock_after(&self, answered: &Answered, offset: i64, refused: &mut Vec<i64>) -> next::Clock {
        if !self.platform.signs_with_time() {
            return next::Clock::Right;
        }
        match answered.outcome {
            Outcome::Success => self.clock.confirm(offset),
            // A number of the platform's own: what a proxy answers is no refusal.
            Outcome::Failure { .. } => {
                refused.push(offset);
                if let Some(other) = self.clock.refuse(answered.date, refused) {
                    return next::Clock::Other(other);
                }
            }
            Outcome::Http | Outcome::Unreadable(_) => {}
        }
        next::Clock::Right
    }

    /// What a refusal of a token that was `stayed_dead`, though newer than the one before it, says of the account.
    fn after_refusal(&self, prepared: &Prepared<'_>, stayed_dead: Option<Arc<Held<Token>>>, mut error: Error) -> Error {
        let (Some(credentials), Some(token)) = (&self.credentials, stayed_dead) else { return error };
        if self.platform.tokens().is_some_and(Tokens::dead_is_ambiguous) {
            credentials.add_fruitless(prepared.name());
            return error;
        }
        credentials.mark_dead(&token);
        if let Some(why) = credentials.contested() {
            let document = error.document_mut();
            document.message = format!("{}; {why}", document.message);
        }
        error
    }

    /// The token to sign with; none where the platform has none. One that is `dead` is replaced.
    fn token(&self, call: &Call<'_>, dead: Option<&Held<Token>>) -> Result<Option<Arc<Held<Token>>>> {
        let Some(credentials) = &self.credentials else { return Ok(None) };
        let fetch = || self.fetch_token(call.prepared, Retry::Safe, call.bounds, true).map(|(given, _)| given);
        credentials.token(dead, call.bounds.deadline, fetch).map(Some)
    }

    /// A token operation that the caller asked for: always one fetch, and what it brings is the account's token from then on.
    fn fetch_token_for_caller(&self, prepared: &Prepared<'_>, limits: Limits) -> Result<String> {
        let bounds = bounds(limits);
        let fetch = || self.fetch_token(prepared, prepared.retry, bounds, false);
        self.credentials()?.replace(bounds.deadline, fetch)
    }

    /// Fetches a token, within its own time: the token, and the platform's answer as it came. `is_ahead`: for another call.
    fn fetch_token(
        &self,
        prepared: &Prepared<'_>,
        retry: Retry,
        bounds: Bounds,
        is_ahead: bool,
    ) -> Result<(Given, String)> {
        let asked = Instant::now();
        let tokens = self.platform.tokens().ok_or_else(|| Error::new(Status::Internal, "no tokens to fetch"))?;
        let mut call = Call {
            prepared,
            retry,
            bounds: self.fetch_bounds(asked, bounds),
            attempts: 0,
            is_ahead,
            offset_s: 0,
            fetches_token: true,
            secrets: self.credentials.as_ref().and_then(|credentials| credentials.last_token()).into_iter().collect(),
        };
        let sign = |form| tokens.sign_request(&signing(None, 0, form));
        let fetched = self.exchange(&mut call, None, sign).and_then(|mut exchanged| {
            let (token, lifetime) = self.read(&call, &mut exchanged, |text| tokens.read(text))?;
            Ok((Given { token, asked, lifetime }, exchanged.answered.text.into_string()))
        });
        fetched.map_err(|error| error.because("no token could be fetched"))
    }

    /// A fetch ends within its own time, and within the call's.
    fn fetch_bounds(&self, start: Instant, bounds: Bounds) -> Bounds {
        let timeout = self.config.token_timeout;
        let deadline = start + timeout;
        if deadline >= bounds.deadline {
            return bounds;
        }
        Bounds { deadline, limits: Limits { timeout, ..bounds.limits }, timeout_key: "token_timeout_ms" }
    }
}

fn signing(token: Option<&str>, offset_s: i64, form: FormIn) -> Signing<'_> {
    let unix_ms = now_ms();
    Signing { token, unix_ms, unix_s: unix_ms / 1000 + offset_s, form }
}

fn bounds(limits: Limits) -> Bounds {
    Bounds { deadline: Instant::now() + limits.timeout, limits, timeout_key: "timeout_ms" }
}
