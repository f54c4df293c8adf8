//! The way of a call: check, prepare, sign, send, judge; and once more where the platform says that the token is dead.

mod answer;
mod clock;
mod prepare;
mod raw;
mod together;

use crate::catalog::{Operation, PlatformName, Retry};
use crate::config::Config;
use crate::error::{Error, Result, Status};
use crate::json::Members;
use crate::json::mask::scrub;
use crate::platform::{Platform, Signed, Signing};
use crate::request::{Prepared, percent_encode};
use crate::token::{Cell, Credentials, Fetched, Flight, Given, Held, Token, TokenInfo, Window};
use crate::transport::{Answer, BaseUrl, Bounds, Failure, Limits, Request, Transport};
use crate::unix_time::now_ms;
use answer::Outcome;
use clock::ClockOffset;
pub(crate) use clock::Clocks;
use serde::Serialize;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

/// A call goes out at most twice: as it is, and once more with a newer token or a corrected clock.
const MOST_ATTEMPTS: u32 = 2;

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
    attempts: u32,
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
        Engine { config, platform, transport, credentials, address: Cell::new(Window::Advisory), clock }
    }

    pub(crate) fn limits(&self) -> Limits {
        self.config.limits
    }

    /// Calls one documented operation.
    pub(crate) fn call(&self, operation: &'static Operation, params: &Members<'_>, limits: Limits) -> Result<String> {
        let named = |mut error: Error| {
            error.document_mut().platform = Some(operation.platform);
            error.document_mut().operation = Some(operation.short_name());
            error
        };
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
        let named = |mut error: Error| {
            error.document_mut().platform = Some(self.config.platform());
            error
        };
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
            clock_offset_s: Option<i64>,
        }
        let info = Info {
            platform: self.platform.name(),
            base_url: self.platform.base_url().map(BaseUrl::as_str),
            token: self.credentials.as_ref().map(|credentials| credentials.info()),
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
        let mut call = Call { prepared, retry: prepared.retry, bounds: bounds(limits), attempts: 0 };
        let mut dead: Option<Arc<Held<Token>>> = None;
        loop {
            let token = self.token(&call, dead.as_deref())?;
            let value = token.as_ref().map(|held| held.value().reveal());
            let signing = self.signing(value);
            let signed = self.platform.sign(prepared, &signing)?;
            call.attempts += 1;
            let answer = match self.exchange(&signed, call.bounds) {
                Ok(answer) => answer,
                Err(failure) => return Err(self.unanswered(&call, failure, &signed)),
            };
            let skewed = self.platform.signs_with_time() && self.clock.learn(&answer, signing.unix_s);
            let judgement = self.platform.judge(&answer.body);
            let failed = match Outcome::of(&answer, judgement) {
                Outcome::Success => return self.reply(&call, answer, &signed, value),
                failed => failed,
            };
            let token_dead = failed.says_token_dead(self.platform.name());
            // T60: where the number has a second meaning, a fresh token may have changed nothing a moment ago.
            let fruitless = token_dead && self.is_fruitless(prepared);
            if call.attempts < MOST_ATTEMPTS {
                if skewed && prepared.retry == Retry::Safe {
                    continue;
                }
                if let (Some(token), true, false) = (&token, token_dead, fruitless)
                    && self.credentials.as_ref().is_some_and(|credentials| credentials.can_replace(token))
                {
                    dead = Some(Arc::clone(token));
                    continue;
                }
            }
            let stayed_dead = token.clone().filter(|_| token_dead && dead.is_some());
            let token_is_good = dead.is_some() || fruitless;
            let error = self.refused(&call, failed, answer, &signed, value, token_is_good);
            return Err(self.after_refusal(prepared, stayed_dead, error));
        }
    }

    fn is_fruitless(&self, prepared: &Prepared<'_>) -> bool {
        self.credentials.as_ref().is_some_and(|credentials| credentials.is_fruitless(prepared.name()))
    }

    /// What a refusal of a token that was `stayed_dead`, though newer than the one before it, says of the account.
    fn after_refusal(&self, prepared: &Prepared<'_>, stayed_dead: Option<Arc<Held<Token>>>, mut error: Error) -> Error {
        let (Some(credentials), Some(token)) = (&self.credentials, stayed_dead) else { return error };
        if self.platform.dead_token_is_ambiguous() {
            credentials.add_fruitless(prepared.name());
            return error;
        }
        credentials.bury(&token);
        if let Some(why) = credentials.contested() {
            let document = error.document_mut();
            document.message = format!("{}; {why}", document.message);
        }
        error
    }

    /// The token to sign with; none where the platform has none. One that is `dead` is replaced.
    fn token(&self, call: &Call<'_>, dead: Option<&Held<Token>>) -> Result<Option<Arc<Held<Token>>>> {
        let Some(credentials) = &self.credentials else { return Ok(None) };
        let fetch = || self.fetch_token(call, Retry::Safe).map(|(given, _)| given);
        credentials.token(dead, call.bounds.deadline, fetch).map(Some)
    }

    /// A token operation that the caller asked for: always one fetch, and what it brings is the account's token from then on.
    fn fetch_token_for_caller(&self, prepared: &Prepared<'_>, limits: Limits) -> Result<String> {
        let credentials = self.credentials()?;
        let call = Call { prepared, retry: prepared.retry, bounds: bounds(limits), attempts: 0 };
        credentials.replace(call.bounds.deadline, || self.fetch_token(&call, call.retry))
    }

    /// Fetches a token, within its own time: the token, and the platform's answer as it came.
    fn fetch_token(&self, call: &Call<'_>, retry: Retry) -> Result<(Given, String)> {
        let asked = Instant::now();
        let bounds = self.fetch_bounds(asked, call.bounds);
        let call = Call { prepared: call.prepared, retry, bounds, attempts: 1 };
        let signed = self.platform.sign_token_request(&self.signing(None))?;
        let answer = match self.exchange(&signed, call.bounds) {
            Ok(answer) => answer,
            Err(failure) => return Err(self.unanswered(&call, failure, &signed).while_fetching_token()),
        };
        match Outcome::of(&answer, self.platform.judge(&answer.body)) {
            Outcome::Success => {}
            failed => {
                let error = self.refused(&call, failed, answer, &signed, None, false);
                return Err(error.while_fetching_token());
            }
        }
        let token = self.platform.read_token(&answer.body);
        let value = token.as_ref().ok().map(|(token, _)| token.reveal());
        let reply = self.reply(&call, answer, &signed, value)?;
        match token {
            Ok((token, lifetime)) => Ok((Given { token, asked, lifetime }, reply)),
            Err(problem) => {
                let mut error = Error::new(Status::Protocol, problem);
                error.document_mut().attempts = Some(call.attempts);
                Err(error.while_fetching_token())
            }
        }
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

    fn signing<'t>(&self, token: Option<&'t str>) -> Signing<'t> {
        let local = now_ms();
        Signing { token, unix_ms: local, unix_s: local / 1000 + self.clock.seconds() }
    }

    /// Sends a signed request to the client's own address.
    fn exchange(&self, signed: &Signed<'_>, bounds: Bounds) -> std::result::Result<Answer, Failure> {
        let discovered;
        let base = match self.platform.base_url() {
            Some(base) => base,
            None => {
                let discover = |flight: &Flight<'_, _>| Ok(Fetched::lasting(self.discover(bounds)?, flight.need()));
                discovered = self.address.get(None, bounds.deadline, discover).map_err(|error| Failure {
                    status: error.status(),
                    message: error.to_string(),
                    nothing_sent: true,
                })?;
                discovered.value()
            }
        };
        self.send(base, signed, bounds)
    }

    fn send(&self, base: &BaseUrl, signed: &Signed<'_>, bounds: Bounds) -> std::result::Result<Answer, Failure> {
        let url = base.join(&signed.target).map_err(|message| Failure {
            status: Status::InvalidArgument,
            message,
            nothing_sent: true,
        })?;
        let request =
            Request { method: signed.method, url, headers: &signed.headers, body: signed.body.for_transport() };
        self.transport.send(&request, &bounds)
    }

    /// Asks for the platform's address. The request carries no credential.
    fn discover(&self, bounds: Bounds) -> Result<BaseUrl> {
        let (url, signed) = self.platform.discovery()?;
        let describe = |problem: &str| format!("the platform's address could not be discovered: {problem}");
        let answer = self
            .send(url, &signed, bounds)
            .map_err(|failure| Error::new(failure.status, describe(&failure.message)))?;
        self.platform.read_address(&answer.body).map_err(|problem| Error::new(Status::Protocol, describe(&problem)))
    }

    fn unanswered(&self, call: &Call<'_>, failure: Failure, signed: &Signed<'_>) -> Error {
        let repeatable = failure.nothing_sent || call.retry == Retry::Safe;
        let message = scrub(&failure.message, &self.secrets(call, None)).into_owned();
        let mut error = Error::new(failure.status, message);
        let document = error.document_mut();
        document.retryable = repeatable && matches!(failure.status, Status::Network | Status::Timeout);
        // What cannot be a request was never tried.
        if failure.status != Status::InvalidArgument {
            self.trace(call, signed, &mut error);
        }
        error
    }

    /// What every error of a call that went out says of it.
    fn trace(&self, call: &Call<'_>, signed: &Signed<'_>, error: &mut Error) {
        let document = error.document_mut();
        document.attempts = Some(call.attempts);
        document.request_id = signed.request_id.clone();
        document.clock_offset_s = self.platform.signs_with_time().then(|| self.clock.seconds());
    }

    /// The answer as text, byte for byte.
    fn reply(&self, call: &Call<'_>, answer: Answer, signed: &Signed<'_>, token: Option<&str>) -> Result<String> {
        match String::from_utf8(answer.body) {
            Ok(text) => Ok(text),
            Err(error) => {
                let answer = Answer { body: error.into_bytes(), ..answer };
                let unreadable = Outcome::Unreadable("is not UTF-8".to_owned());
                Err(self.refused(call, unreadable, answer, signed, token, false))
            }
        }
    }

    fn refused(
        &self,
        call: &Call<'_>,
        outcome: Outcome,
        answer: Answer,
        signed: &Signed<'_>,
        token: Option<&str>,
        token_is_good: bool,
    ) -> Error {
        let describe = answer::Describe {
            platform: self.platform.as_ref(),
            retry: call.retry,
            token_is_good,
            secrets: self.secrets(call, token),
        };
        let mut error = describe.error(outcome, &answer);
        self.trace(call, signed, &mut error);
        error
    }

    /// Every value that must not be shown, as it is and as it looks in a URL.
    fn secrets<'s>(&'s self, call: &'s Call<'_>, token: Option<&'s str>) -> Vec<Cow<'s, str>> {
        let plain = self.config.secrets().into_iter().chain(token).chain(call.prepared.secrets());
        plain.flat_map(|secret| [Cow::Borrowed(secret), Cow::Owned(percent_encode(secret))]).collect()
    }
}

impl Error {
    fn while_fetching_token(mut self) -> Error {
        let document = self.document_mut();
        document.message = format!("no token could be fetched: {}", document.message);
        self
    }
}

fn bounds(limits: Limits) -> Bounds {
    Bounds { deadline: Instant::now() + limits.timeout, limits, timeout_key: "timeout_ms" }
}
