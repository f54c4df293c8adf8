//! The way of a call: check, prepare, sign, send, judge; and once more where [`next`] says so.

mod address;
mod answer;
mod clock;
mod download;
#[cfg(feature = "events")]
mod events;
mod exchange;
mod network;
mod next;
mod prepare;
mod raw;
mod retry;
mod settle;
mod together;
mod wait;
mod watched;

use crate::cancel::{Cancel, Interrupt};
use crate::catalog::{Operation, PlatformName, Retry};
use crate::config::Config;
use crate::error::{Error, Result, Status};
use crate::json::Members;
use crate::observe::{Level, Log, Observer, Tally};
use crate::platform::{Discovery, FormIn, Platform, Signing, Tokens};
use crate::request::Prepared;
use crate::secret::Secret;
use crate::single_flight::{Caller, Held, Refused, Stands};
use crate::token::{Credentials, Given, Token, TokenInfo};
use crate::transport::{BaseUrl, Bounds, Limits, Transfer, Transport};
use crate::trust;
use crate::unix_time::now_ms;
use address::Address;
pub(crate) use address::Addresses;
use answer::{Answered, Outcome};
use clock::ClockOffset;
pub(crate) use clock::Clocks;
pub(crate) use download::Wanted;
use next::{Next, Said, Why, next};
use retry::Budget;
use serde::Serialize;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Instant;
pub(crate) use wait::Patience;

pub(crate) struct Engine {
    config: Config,
    platform: Box<dyn Platform>,
    transport: Box<dyn Transport>,
    /// The account's, shared with every client of it in this process; `None` where the platform has no tokens.
    credentials: Option<Arc<Credentials>>,
    /// The address, where the configuration names none: shared with every client that asks the same place.
    address: Address,
    /// The host's.
    clock: Arc<ClockOffset>,
    /// Ends the calls under way when the client goes.
    closing: Cancel,
    budget: Budget,
    observer: Observer,
}

/// What a call is to be like.
#[derive(Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) limits: Limits,
    /// The caller wants to know what it was like.
    pub(crate) facts: bool,
    /// From when its time counts.
    pub(crate) since: Instant,
}

/// One call under way.
struct Call<'a> {
    prepared: &'a Prepared<'a>,
    /// Whether it may be repeated: not the operation's own word while a token is fetched for it, since nothing of it was
    /// sent yet.
    retry: Retry,
    bounds: Bounds<'a>,
    tally: &'a mut Tally,
    /// The caller gets them beside the answer.
    wants_facts: bool,
    /// How often it was tried after a failure.
    repeats: u32,
    /// What is sent is not the caller's own request, but what has to come before it.
    is_ahead: bool,
    /// How far from ours the clock is that its request is signed with.
    offset_s: i64,
    /// The answer brings a token.
    fetches_token: bool,
    /// What must not be shown beside the keys and the token in use: older tokens, and what was derived to sign with.
    secrets: Vec<Secret>,
}

/// A request for a token. `is_ahead`: for another call.
struct Fetch<'a> {
    prepared: &'a Prepared<'a>,
    retry: Retry,
    bounds: Bounds<'a>,
    is_ahead: bool,
    wants_facts: bool,
}

/// What there is in place of a token that was refused.
enum Other {
    Token(Option<Arc<Held<Token>>>),
    /// The refusal stands (T60); why there is no other token, if that is known.
    None(Option<Error>),
}

impl Engine {
    pub(crate) fn new(
        config: Config,
        platform: Box<dyn Platform>,
        transport: Box<dyn Transport>,
        credentials: Option<Arc<Credentials>>,
        clocks: &Clocks,
        addresses: &Addresses,
    ) -> Engine {
        let clock = match platform.base_url() {
            Some(base) if platform.signs_with_time() => clocks.of(&base.canonical()),
            _ => Arc::default(),
        };
        let observer = Observer::of(config.platform(), config.trust.insecure_reason());
        let discovery = platform.discovery().filter(|_| platform.base_url().is_none());
        let address = addresses
            .of(discovery.map(Discovery::request).as_ref().map(|(url, signed)| (*url, signed.target.as_str())));
        Engine {
            config,
            platform,
            transport,
            credentials,
            address,
            clock,
            closing: Cancel::of_many(),
            budget: Budget::default(),
            observer,
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        self.config.limits
    }

    /// Whether one documented operation can be called so. Nothing is sent, and no file is looked at.
    pub(crate) fn check(&self, operation: &'static Operation, params: &Members<'_>) -> Result<()> {
        self.check_platform(operation)
            .and_then(|()| prepare::check_operation(self.platform.as_ref(), self.config.validate, operation, params))
            .map_err(|error| error.of_call(operation.platform, Some(operation.short_name())))
    }

    /// The same of any path.
    pub(crate) fn check_raw(&self, request: &Members<'_>) -> Result<()> {
        let prepared = raw::request(self.platform.as_ref(), request);
        prepared.map(|_| ()).map_err(|error| error.of_call(self.config.platform(), None))
    }

    fn check_platform(&self, operation: &'static Operation) -> Result<()> {
        if operation.platform == self.config.platform() {
            return Ok(());
        }
        Err(Error::invalid_argument(format!(
            "{} is an operation of {}; this client talks to {}",
            operation.name,
            operation.platform,
            self.config.platform()
        )))
    }

    /// Calls one documented operation. Its time counts from `since`.
    pub(crate) fn call(
        &self,
        operation: &'static Operation,
        params: &Members<'_>,
        terms: Terms,
        cancel: Option<&Cancel>,
        transfer: Option<&Transfer<'_>>,
    ) -> Result<String> {
        self.watched(operation.name.as_str(), terms.since, |tally| {
            self.call_tallied(operation, params, terms, cancel, transfer, tally)
        })
    }

    fn call_tallied(
        &self,
        operation: &'static Operation,
        params: &Members<'_>,
        terms: Terms,
        cancel: Option<&Cancel>,
        transfer: Option<&Transfer<'_>>,
        tally: &mut Tally,
    ) -> Result<String> {
        let named = |error: Error| error.of_call(operation.platform, Some(operation.short_name()));
        self.check_platform(operation).map_err(named)?;
        let interrupt = self.interrupt(cancel);
        let bounds = self.bounds(terms, &interrupt);
        let (platform, validate) = (self.platform.as_ref(), self.config.validate);
        let prepared = prepare::operation(platform, validate, operation, params, bounds.deadline, transfer);
        let prepared = prepared.map_err(named)?;
        if operation.fetches_token {
            self.fetch_token_for_caller(&prepared, bounds, terms.facts, tally)
        } else {
            self.run(&prepared, bounds, terms.facts, tally)
        }
        .map_err(named)
    }

    /// Calls any path, signed and judged like an operation.
    pub(crate) fn raw_call(&self, request: &Members<'_>, terms: Terms, cancel: Option<&Cancel>) -> Result<String> {
        let named = |error: Error| error.of_call(self.config.platform(), None);
        self.watched("raw", terms.since, |tally| {
            let prepared = raw::request(self.platform.as_ref(), request).map_err(named)?;
            let interrupt = self.interrupt(cancel);
            self.run(&prepared, self.bounds(terms, &interrupt), terms.facts, tally).map_err(named)
        })
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
            tls: trust::Facts<'a>,
            #[serde(flatten)]
            network: network::Info<'a>,
        }
        let info = Info {
            platform: self.platform.name(),
            base_url: self.platform.base_url().map(BaseUrl::as_str),
            token: self.credentials.as_ref().map(|credentials| credentials.info()),
            http_method: self.platform.http_method(),
            clock_offset_s: self.platform.signs_with_time().then(|| self.clock.seconds()),
            tls: self.config.trust.facts(),
            network: self.network_info(),
        };
        serde_json::to_string(&info).map_err(|error| Error::new(Status::Internal, format!("JSON: {error}")))
    }

    /// Where the client's tokens come from; an error where it has none.
    pub(crate) fn credentials(&self) -> Result<&Credentials> {
        self.credentials.as_deref().ok_or_else(|| {
            Error::invalid_argument(format!("{} has no tokens: each request is signed", self.platform.name()))
        })
    }

    /// Whether this thread is in the client's token provider.
    pub(crate) fn is_asking_this_thread(&self) -> bool {
        self.credentials.as_ref().is_some_and(|credentials| credentials.is_asking_this_thread())
    }

    fn interrupt(&self, cancel: Option<&Cancel>) -> Interrupt {
        Interrupt::begin([cancel, Some(&self.closing)])
    }

    /// Closes the connections that are kept.
    pub(crate) fn close_idle(&self) {
        self.transport.close_idle();
    }

    /// Ends the calls under way, and those that begin after it. A token provider is not called any more.
    pub(crate) fn close(&self) {
        self.closing.trigger();
        if let Some(credentials) = &self.credentials {
            credentials.close();
        }
        self.observer.close();
    }

    /// What the calls came to so far, as JSON.
    pub(crate) fn stats(&self) -> Result<String> {
        self.observer.stats()
    }

    /// Where events go; `None`: nowhere.
    pub(crate) fn set_log(&self, log: Option<Log>) -> Result<()> {
        self.observer.set_log(log)
    }

    fn bounds<'c>(&self, terms: Terms, interrupt: &'c Interrupt) -> Bounds<'c> {
        let limits = terms.limits;
        Bounds {
            deadline: terms.since + limits.timeout,
            limits,
            timeout_key: "timeout_ms",
            attempt: None,
            interrupt,
            is_timed: terms.facts || self.observer.is_logged(Level::Debug),
            stall: None,
        }
    }

    fn run(&self, prepared: &Prepared<'_>, bounds: Bounds<'_>, wants_facts: bool, tally: &mut Tally) -> Result<String> {
        let offset_s = self.clock.seconds();
        let retry = prepared.retry;
        let mut call = Call {
            prepared,
            retry,
            bounds,
            tally,
            wants_facts,
            repeats: 0,
            is_ahead: false,
            offset_s,
            fetches_token: false,
            secrets: Vec::new(),
        };
        let mut token = self.token(&call, None)?;
        let mut is_replaced = false;
        let mut refused_offsets = Vec::new();
        let mut rounds = 0;
        loop {
            rounds += 1;
            let value = token.as_ref().map(|held| held.value().reveal());
            let offset_s = call.offset_s;
            call.tally.token_generation = token.as_ref().map(|held| held.generation());
            let sign = |form| self.platform.sign(prepared, &signing(value, offset_s, form));
            let sent = Instant::now();
            let exchanged = self.exchange(&mut call, value, sign)?;
            let said = exchanged.answered.said(self.platform.name());
            let clock = self.clock_after(&exchanged.answered, offset_s, &mut refused_offsets);
            let standing = self.standing(prepared, said, token.as_deref(), is_replaced);
            let why = match next(said, standing, clock, prepared.retry == Retry::Safe, rounds) {
                Next::Answer => {
                    self.after_service(prepared, token.as_deref(), sent, is_replaced);
                    return self.answer(&call, exchanged);
                }
                Next::Again(Why::Clock(other)) => {
                    call.offset_s = other;
                    continue;
                }
                Next::Again(Why::TokenDead) => match self.other_token(&call, token.as_deref(), Instant::now())? {
                    Other::Token(other) => {
                        call.secrets.extend(token.as_ref().map(|held| held.value().clone()));
                        (token, is_replaced) = (other, true);
                        continue;
                    }
                    Other::None(why) => why,
                },
                Next::Fail => None,
            };
            let token_is_good = !matches!(standing, next::Token::Only);
            let mut error = self.refused(&call, &exchanged, value, token_is_good);
            if let Some(why) = why {
                let document = error.document_mut();
                document.message = format!("{} (no other token to try: {why})", document.message);
            }
            let stayed_dead = token.filter(|_| said == Said::TokenDead && is_replaced);
            return Err(self.after_refusal(prepared, stayed_dead, error));
        }
    }

    /// What an answer that is a success says of the account's token.
    fn after_service(&self, prepared: &Prepared<'_>, token: Option<&Held<Token>>, sent: Instant, is_replaced: bool) {
        if let (Some(credentials), Some(token)) = (&self.credentials, token.filter(|_| self.dead_is_ambiguous())) {
            credentials.served(&prepared.identity(), token, sent, is_replaced);
        }
    }

    fn dead_is_ambiguous(&self) -> bool {
        self.platform.tokens().is_some_and(Tokens::dead_is_ambiguous)
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
                } else if credentials.is_fruitless(&prepared.identity()) {
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
        if self.dead_is_ambiguous() {
            credentials.add_fruitless(&prepared.identity());
            return error;
        }
        if credentials.mark_dead(&token) {
            self.observer.buried(token.generation());
        }
        if let Some(why) = credentials.contested() {
            let document = error.document_mut();
            document.message = format!("{}; {why}", document.message);
        }
        error
    }

    /// The token to sign with; none where the platform has none. One that is `dead` is replaced.
    fn token(&self, call: &Call<'_>, dead: Option<&Held<Token>>) -> Result<Option<Arc<Held<Token>>>> {
        let Some(credentials) = &self.credentials else { return Ok(None) };
        let token = credentials.token(dead, self.caller(call.bounds), || self.fetch_ahead(call));
        token.map(Some).map_err(|error| error.after_attempts(call.tally.attempts))
    }

    /// Another token than one that was refused at that time.
    fn other_token(&self, call: &Call<'_>, refused: Option<&Held<Token>>, at: Instant) -> Result<Other> {
        let (Some(credentials), Some(held), true) = (&self.credentials, refused, self.dead_is_ambiguous()) else {
            return self.token(call, refused).map(Other::Token);
        };
        let refused = Refused { held, at, is_plain: call.prepared.names_nothing() };
        let request = call.prepared.identity();
        Ok(match credentials.successor(&request, &refused, self.caller(call.bounds), || self.fetch_ahead(call)) {
            Ok(newer) => Other::Token(Some(newer)),
            Err(Stands::Failed(why)) => Other::None(Some(why)),
            Err(Stands::Cancelled(error)) => return Err(error.after_attempts(call.tally.attempts)),
            Err(Stands::Lives | Stands::NoTime) => Other::None(None),
        })
    }

    /// Fetches the token that a call needs.
    fn fetch_ahead(&self, call: &Call<'_>) -> Result<Given> {
        let bounds = Bounds { limits: self.fetch_limits(call.bounds.limits), ..call.bounds };
        let mut tally = Tally::begin(call.tally.name, Instant::now());
        let ahead = Fetch { prepared: call.prepared, retry: Retry::Safe, bounds, is_ahead: true, wants_facts: false };
        let fetched = self.fetch_token(ahead, &mut tally);
        self.observer.went_ahead(&tally);
        fetched.map(|(given, _)| given)
    }

    /// A fetch is for all who need its result: the size that one call allows its own answer is no bound for it.
    fn fetch_limits(&self, limits: Limits) -> Limits {
        let most = self.config.limits.max_reply_bytes.max(Limits::DEFAULT.max_reply_bytes);
        Limits { max_reply_bytes: most, ..limits }
    }

    /// A call, as those see it who wait for the same token or the same address.
    fn caller<'c>(&'c self, bounds: Bounds<'c>) -> Caller<'c> {
        let mut settings = DefaultHasher::new();
        (self.platform.http_method(), &self.config.user_agent, bounds.limits.connect_timeout).hash(&mut settings);
        Caller {
            deadline: bounds.deadline,
            fetch_time: self.config.token_timeout,
            settings: settings.finish(),
            network: self.config.network.as_deref().map_or(0, |network| network.fingerprint),
            interrupt: bounds.interrupt,
            witness: Some(&self.observer),
        }
    }

    /// A token operation that the caller asked for: always one fetch, and what it brings is the account's token from then on.
    fn fetch_token_for_caller(
        &self,
        prepared: &Prepared<'_>,
        bounds: Bounds<'_>,
        wants_facts: bool,
        tally: &mut Tally,
    ) -> Result<String> {
        let fetch =
            || self.fetch_token(Fetch { prepared, retry: prepared.retry, bounds, is_ahead: false, wants_facts }, tally);
        self.credentials()?.replace(self.caller(bounds), fetch)
    }

    /// Fetches a token, within its own time: the token, and what its caller gets of the platform's answer.
    fn fetch_token(&self, fetch: Fetch<'_>, tally: &mut Tally) -> Result<(Given, String)> {
        let Fetch { prepared, retry, bounds, is_ahead, wants_facts } = fetch;
        let asked = Instant::now();
        let tokens = self.platform.tokens().ok_or_else(|| Error::new(Status::Internal, "no tokens to fetch"))?;
        let mut call = Call {
            prepared,
            retry,
            bounds: self.fetch_bounds(asked, bounds),
            tally,
            wants_facts,
            repeats: 0,
            is_ahead,
            offset_s: 0,
            fetches_token: true,
            secrets: self.credentials.as_ref().and_then(|credentials| credentials.last_token()).into_iter().collect(),
        };
        let sign = |form| tokens.sign_request(&signing(None, 0, form));
        let fetched = self.exchange(&mut call, None, sign).and_then(|mut exchanged| {
            let (token, lifetime) = self.read(&call, &mut exchanged, |text| tokens.read(text))?;
            Ok((Given { token, asked, lifetime }, self.answer(&call, exchanged)?))
        });
        fetched.map_err(|error| error.because("no token could be fetched"))
    }

    /// A fetch ends within its own time, and within the call's.
    fn fetch_bounds<'c>(&self, start: Instant, bounds: Bounds<'c>) -> Bounds<'c> {
        let timeout = self.config.token_timeout;
        let deadline = start + timeout;
        if deadline >= bounds.deadline {
            return bounds;
        }
        Bounds { deadline, limits: Limits { timeout, ..bounds.limits }, timeout_key: "token_timeout_ms", ..bounds }
    }
}

fn signing(token: Option<&str>, offset_s: i64, form: FormIn) -> Signing<'_> {
    let unix_ms = now_ms();
    Signing { token, unix_ms, unix_s: unix_ms / 1000 + offset_s, form }
}
