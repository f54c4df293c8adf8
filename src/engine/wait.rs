//! Calling an operation that reads until what it tells of has come to an end.

use super::settle::{Settled, judge};
use super::{Engine, Terms};
use crate::cancel::Cancel;
use crate::catalog::{Operation, Settles};
use crate::error::{Error, Result, Status};
use crate::json::Members;
use crate::random;
use crate::redact::{Foreign, Redactor, Shown};
use crate::secret::Secret;
use std::time::{Duration, Instant};

/// How long is waited, and how often it is looked.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) timeout: Duration,
    pub(crate) first_pause: Duration,
    pub(crate) longest_pause: Duration,
}

/// So long before the end it is looked for the last time, or a tenth of the whole, so that this look has time, too.
const LAST_LOOK: Duration = Duration::from_millis(500);

/// How it stands after a call.
struct Standing {
    words: String,
    /// The server does not want to be asked before that.
    asked_for: Duration,
}

impl Engine {
    /// The answer that settles it. `terms` are those of each call, and say from when the wait counts. A call that fails in a way that may
    /// be repeated does not end the wait.
    pub(crate) fn wait(
        &self,
        operation: &'static Operation,
        settles: &Settles,
        params: &Members<'_>,
        terms: Terms,
        patience: Patience,
        cancel: Option<&Cancel>,
    ) -> Result<String> {
        let named = |error: Error| error.of_call(operation.platform, Some(operation.short_name()));
        let interrupt = self.interrupt(cancel);
        let until = terms.since + patience.timeout;
        let last_look = until - LAST_LOOK.min(patience.timeout / 10);
        let mut last_answer = None;
        let mut pause = patience.first_pause;
        let mut calls = 0;
        loop {
            let now = Instant::now();
            let mut each = Terms { since: now, ..terms };
            each.limits.timeout = each.limits.timeout.min(until.saturating_duration_since(now));
            calls += 1;
            let standing = match self.call(operation, params, each, cancel, None) {
                Ok(answer) => match judge(settles, &answer) {
                    Ok(Settled::Done) => return Ok(answer),
                    Ok(Settled::Going(words)) => {
                        last_answer = Some(answer);
                        Standing { words, asked_for: Duration::ZERO }
                    }
                    Ok(Settled::Failed(words)) => {
                        let error = Error::new(Status::Api, format!("waited until {}, but {words}", settles.until));
                        return Err(named(self.with_answer(error, answer).after_attempts(calls)));
                    }
                    Err(problem) => {
                        let error = Error::new(Status::Protocol, format!("the answer {problem}"));
                        return Err(named(self.with_answer(error, answer).after_attempts(calls)));
                    }
                },
                Err(error) if error.document().retryable => Standing {
                    words: format!("the last call failed: {error}"),
                    asked_for: Duration::from_millis(error.document().retry_after_ms.unwrap_or_default()),
                },
                Err(error) => return Err(error),
            };
            let now = Instant::now();
            if now >= last_look {
                let error = given_up(settles, patience, now.saturating_duration_since(terms.since), &standing);
                let error = match last_answer {
                    Some(answer) => self.with_answer(error, answer),
                    None => error,
                };
                return Err(named(error.after_attempts(calls)));
            }
            let shortened = pause.mul_f64(1.0 - random::fraction() / 5.0);
            if interrupt.sleep_until((now + shortened.max(standing.asked_for)).min(last_look)) {
                return Err(named(Error::cancelled().after_attempts(calls)));
            }
            pause = pause.mul_f64(1.5).min(patience.longest_pause.max(patience.first_pause));
        }
    }

    /// The answer beside the error, as every error shows it.
    fn with_answer(&self, mut error: Error, answer: String) -> Error {
        let token = self.credentials.as_ref().and_then(|credentials| credentials.last_token());
        let token = token.as_ref().map(Secret::reveal);
        let answer = Foreign::from(answer);
        let mut redactor = Redactor::new(self.config.secrets().into_iter().chain(token));
        redactor.add_secrets_of(&answer);
        match redactor.answer(&answer, true) {
            Shown::Json(reply) => error.document_mut().reply = Some(reply),
            Shown::Text(text) => error.document_mut().reply_text = Some(text),
        }
        error
    }
}

fn given_up(settles: &Settles, patience: Patience, waited: Duration, standing: &Standing) -> Error {
    let (waited, limit) = (waited.as_millis(), patience.timeout.as_millis());
    let words = format!("waited {waited} of {limit} ms (timeout_ms) until {}: {}", settles.until, standing.words);
    Error::new(Status::Timeout, words).nothing_acted()
}
