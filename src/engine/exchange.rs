//! One request, one answer: to the client's own address, and with a form once more where the deployment reads none.

use super::answer::{Answered, Describe, Outcome};
use super::retry::{self, Again, MOST_STALE};
use super::{Call, Engine};
use crate::catalog::{Method, Retry};
use crate::error::{Error, Result, Status};
use crate::platform::{FormIn, FormWay, Signed};
use crate::random;
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::transport::{Answer, BaseUrl, Bounds, Failure, Request, Trace};
use std::time::Instant;

/// A request and its answer.
pub(super) struct Exchanged<'r> {
    signed: Signed<'r>,
    pub(super) answered: Answered,
    /// The parameters went as a form and in the query, and neither was read.
    went_both_ways: bool,
}

impl Exchanged<'_> {
    pub(super) fn request_id(&self) -> Option<&str> {
        self.signed.request_id.as_deref()
    }
}

pub(super) fn trace(sent: &std::result::Result<Answer, Failure>) -> Trace {
    match sent {
        Ok(answer) => answer.trace,
        Err(failure) => failure.trace,
    }
}

impl Engine {
    /// Signs a request and sends it. `sign` is told where a form's parameters go.
    pub(super) fn exchange<'r>(
        &self,
        call: &mut Call<'_>,
        token: Option<&str>,
        sign: impl Fn(FormIn) -> Result<Signed<'r>>,
    ) -> Result<Exchanged<'r>> {
        // A raw call goes as its caller says.
        let way = self.platform.form_way().filter(|_| call.is_ahead || !call.prepared.is_raw);
        let first = self.exchange_repeated(call, token, || sign(way.map_or(FormIn::Body, FormWay::first)))?;
        let Some(way) = way.filter(|_| first.signed.body.is_form()) else { return Ok(first) };
        if !first.answered.code().is_some_and(|code| way.may_be_unread(code)) {
            if matches!(first.answered.outcome, Outcome::Success) {
                way.learn(FormIn::Body);
            }
            return Ok(first);
        }
        let second = match self.exchange_repeated(call, token, || sign(FormIn::Query)) {
            // Too long for a URL: the first answer stands.
            Err(error) if error.status() == Status::InvalidArgument => return Ok(first),
            second => second?,
        };
        let went_both_ways = second.answered.code() == first.answered.code();
        if matches!(second.answered.outcome, Outcome::Success | Outcome::Failure { .. }) && !went_both_ways {
            way.learn(FormIn::Query);
        }
        Ok(Exchanged { went_both_ways, ..second })
    }

    /// One request, tried as often as its class, the call's limits and the client's budget allow. It is signed anew each time.
    fn exchange_repeated<'r>(
        &self,
        call: &mut Call<'_>,
        token: Option<&str>,
        sign: impl Fn() -> Result<Signed<'r>>,
    ) -> Result<Exchanged<'r>> {
        let mut stale = 0;
        loop {
            if call.bounds.interrupt.is_cancelled() {
                return Err(Error::cancelled().after_attempts(call.tally.attempts));
            }
            call.bounds.attempt = call.bounds.limits.attempt_timeout.map(|timeout| Instant::now() + timeout);
            let (done, again) = self.exchange_once(call, token, sign()?)?;
            let asked_for = match again {
                None => {
                    if done.as_ref().is_ok_and(|done| retry::is_at_work(&done.answered, self.platform.name())) {
                        self.budget.earn();
                    }
                    return done;
                }
                Some(Again::AtOnce) if stale < MOST_STALE => {
                    stale += 1;
                    call.tally.attempts -= 1;
                    continue;
                }
                Some(Again::AtOnce) => None,
                Some(Again::Later(asked_for)) => asked_for,
            };
            let until = Instant::now() + retry::pause(call.repeats, asked_for, random::fraction());
            if call.repeats + 1 >= call.bounds.limits.max_attempts
                || until >= call.bounds.deadline
                || !self.budget.spend()
            {
                return done;
            }
            call.repeats += 1;
            self.retried(call, until.saturating_duration_since(Instant::now()), &done);
            if call.bounds.interrupt.sleep_until(until) {
                return Err(Error::cancelled().after_attempts(call.tally.attempts));
            }
        }
    }

    /// One attempt; and whether another one is allowed after it.
    fn exchange_once<'r>(
        &self,
        call: &mut Call<'_>,
        token: Option<&str>,
        mut signed: Signed<'r>,
    ) -> Result<(Result<Exchanged<'r>>, Option<Again>)> {
        call.tally.attempts += 1;
        call.secrets.extend(signed.derived.take());
        let sent = match self.platform.base_url() {
            Some(base) => self.send(base, &signed, call.bounds),
            None => self.send_to_discovered(call, &signed)?,
        };
        // What cannot be a request was never tried.
        call.tally.attempts -= u32::from(sent.as_ref().is_err_and(|failure| failure.status == Status::InvalidArgument));
        let failed =
            sent.as_ref().err().and_then(|failure| retry::after_failure(failure.status, failure.kind, call.retry));
        let trace = trace(&sent);
        let done = self.judged(call, token, signed, sent);
        self.attempted(call, trace, &done);
        let again = match &done {
            Ok(exchanged) => retry::after_answer(&exchanged.answered, self.platform.name(), call.retry),
            Err(_) => failed,
        };
        Ok((done, again))
    }

    /// The answer to a request that was sent, judged; or why there is none.
    pub(super) fn judged<'r>(
        &self,
        call: &Call<'_>,
        token: Option<&str>,
        signed: Signed<'r>,
        sent: std::result::Result<Answer, Failure>,
    ) -> Result<Exchanged<'r>> {
        match sent {
            Ok(answer) => {
                let judge = |text: &str| self.platform.judge(text, call.prepared.bare_reply && !call.is_ahead);
                Ok(Exchanged { signed, answered: Answered::of(answer, judge), went_both_ways: false })
            }
            Err(failure) => Err(self.unanswered(call, failure, &signed, token)),
        }
    }

    /// What `read` finds in a success; the error is the end of a sentence that begins with "the answer".
    pub(super) fn read<T>(
        &self,
        call: &Call<'_>,
        exchanged: &mut Exchanged<'_>,
        read: impl FnOnce(&str) -> std::result::Result<T, String>,
    ) -> Result<T> {
        if matches!(exchanged.answered.outcome, Outcome::Success) {
            match read(exchanged.answered.text.as_str()) {
                Ok(found) => return Ok(found),
                Err(problem) => exchanged.answered.outcome = Outcome::Unreadable(problem),
            }
        }
        Err(self.refused(call, exchanged, None, false))
    }

    /// Sends a request to the platform.
    pub(super) fn send(
        &self,
        base: &BaseUrl,
        signed: &Signed<'_>,
        bounds: Bounds<'_>,
    ) -> std::result::Result<Answer, Failure> {
        self.send_to(base, signed, bounds, true)
    }

    pub(super) fn send_to(
        &self,
        base: &BaseUrl,
        signed: &Signed<'_>,
        bounds: Bounds<'_>,
        is_to_platform: bool,
    ) -> std::result::Result<Answer, Failure> {
        let url = base.join(&signed.target).map_err(|problem| {
            let hint = self
                .platform
                .hint_on_long_url()
                .filter(|_| signed.method == Method::Get && !base.has_room_for(&signed.target));
            Failure::of_argument(hint.map_or_else(|| problem.clone(), |hint| format!("{problem}; {hint}")))
        })?;
        let (headers, body) = (&*signed.headers, signed.body.for_transport());
        let request = Request { method: signed.method, url, is_to_platform, headers, body };
        self.transport.send(&request, &bounds)
    }

    fn unanswered(&self, call: &Call<'_>, failure: Failure, signed: &Signed<'_>, token: Option<&str>) -> Error {
        let may_repeat = failure.kind.nothing_sent || call.retry == Retry::Safe;
        let repeatable = may_repeat && !failure.kind.is_lasting;
        let message = self.redactor(call, token).text(&failure.message);
        let mut error = Error::new(failure.status, message.to_string()).for_lack(failure.kind.is_lack);
        error.document_mut().retryable = repeatable && matches!(failure.status, Status::Network | Status::Timeout);
        if failure.status != Status::InvalidArgument {
            self.trace(call, signed, &mut error);
        }
        error
    }

    /// The error of an answer that is no success.
    pub(super) fn refused(
        &self,
        call: &Call<'_>,
        exchanged: &Exchanged<'_>,
        token: Option<&str>,
        token_is_good: bool,
    ) -> Error {
        let mut redactor = self.redactor(call, token);
        redactor.add_secrets_of(&exchanged.answered.text);
        let describe = Describe {
            platform: self.platform.as_ref(),
            retry: call.retry,
            token_is_good,
            went_both_ways: exchanged.went_both_ways,
            holds_token: call.fetches_token,
            redactor,
        };
        let mut error = describe.error(&exchanged.answered);
        self.trace(call, &exchanged.signed, &mut error);
        error
    }

    /// What every error of a request that went out says of it.
    fn trace(&self, call: &Call<'_>, signed: &Signed<'_>, error: &mut Error) {
        let document = error.document_mut();
        document.attempts = Some(if call.is_ahead { 0 } else { call.tally.attempts });
        document.request_id = signed.request_id.clone();
        document.clock_offset_s = self.platform.signs_with_time().then_some(call.offset_s);
    }

    /// What may be shown of a call: all but what signed it and what its caller sent as a secret.
    fn redactor(&self, call: &Call<'_>, token: Option<&str>) -> Redactor {
        let of_call = call.secrets.iter().map(Secret::reveal);
        let mut redactor = Redactor::new(self.config.secrets().into_iter().chain(token).chain(of_call));
        call.prepared.secrets().iter().for_each(|secret| redactor.add(secret));
        redactor
    }
}
