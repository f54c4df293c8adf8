//! From an answer that is no success to the error document.

use super::next::Said;
use crate::catalog::{ErrorClass, ErrorNumber, PlatformName, Retry};
use crate::error::{Error, Status};
use crate::json::{readable, without_bom};
use crate::observe::Done;
use crate::platform::{Judgement, Platform};
use crate::redact::{Foreign, Redacted, Redactor, Shown};
use crate::transport::Answer;
use crate::unix_time::millis;
use std::time::{Duration, SystemTime};

/// An answer, and what it means.
pub(super) struct Answered {
    pub(super) http_status: u16,
    pub(super) date: Option<SystemTime>,
    location: Option<Foreign>,
    pub(super) retry_after: Option<Duration>,
    /// The body as it came but for a byte order mark; where it is not UTF-8, made readable.
    pub(super) text: Foreign,
    is_utf8: bool,
    pub(super) outcome: Outcome,
}

/// What an answer means, its HTTP status considered.
#[derive(Debug)]
pub(super) enum Outcome {
    Success,
    /// The platform's own number.
    Failure {
        code: i64,
        message: Option<Foreign>,
    },
    /// An HTTP status that the platform's envelope does not explain.
    Http,
    /// Not what the platform's documents promise; why, in our words.
    Unreadable(String),
}

impl Answered {
    /// Reads an answer. `judge` reads its envelope.
    pub(super) fn of(answer: Answer, judge: impl FnOnce(&str) -> Judgement) -> Answered {
        let Answer { http_status, date, location, retry_after, body, .. } = answer;
        let (text, defect) = match String::from_utf8(body) {
            Ok(mut text) => {
                let mark = text.len() - without_bom(&text).len();
                text.drain(..mark);
                (text, None)
            }
            Err(error) => {
                let body = error.into_bytes();
                // A gzip member begins so (RFC 1952).
                let is_gzip = body.starts_with(&[0x1f, 0x8b]);
                let defect = if is_gzip { "is compressed (gzip), which was not asked for" } else { "is not UTF-8" };
                (readable(&body), Some(defect))
            }
        };
        let is_utf8 = defect.is_none();
        let outcome = match (judge(&text), defect) {
            (Judgement::Failure { code, message }, _) => Outcome::Failure { code, message },
            _ if !(200..300).contains(&http_status) => Outcome::Http,
            (_, Some(defect)) => Outcome::Unreadable(defect.to_owned()),
            (Judgement::Success, None) => Outcome::Success,
            (Judgement::Unreadable(why), None) => Outcome::Unreadable(why),
        };
        let (location, text) = (location.map(Foreign::from), Foreign::from(text));
        Answered { http_status, date, location, retry_after, text, is_utf8, outcome }
    }

    pub(super) fn said(&self, platform: PlatformName) -> Said {
        match self.outcome {
            Outcome::Success => Said::Success,
            Outcome::Failure { code, .. }
                if platform.error(code).is_some_and(|known| known.class == ErrorClass::TokenDead) =>
            {
                Said::TokenDead
            }
            _ => Said::Failure,
        }
    }

    /// As the observer is told.
    pub(super) fn done(&self) -> Done<'static> {
        match self.outcome {
            Outcome::Success => Done::Well,
            Outcome::Failure { code, .. } => Done::Refused { code: Some(code) },
            Outcome::Http | Outcome::Unreadable(_) => Done::Refused { code: None },
        }
    }

    pub(super) fn code(&self) -> Option<i64> {
        match self.outcome {
            Outcome::Failure { code, .. } => Some(code),
            _ => None,
        }
    }
}

/// The HTTP statuses that say "try later".
pub(super) fn is_transient(http_status: u16) -> bool {
    matches!(http_status, 408 | 429 | 502 | 503 | 504)
}

/// What is known of a call when its failure is put into words.
pub(super) struct Describe<'a> {
    pub(super) platform: &'a dyn Platform,
    pub(super) retry: Retry,
    /// The token was fetched for this very call, or one was a moment ago.
    pub(super) token_is_good: bool,
    /// The form went once more, in the query.
    pub(super) went_both_ways: bool,
    /// The answer to a request for a token: it is not shown, since a token may stand in any part of it.
    pub(super) holds_token: bool,
    pub(super) redactor: Redactor,
}

impl Describe<'_> {
    pub(super) fn error(&self, answered: &Answered) -> Error {
        let location = answered.location.as_ref().map(|location| self.redactor.address(location));
        let mut error = match &answered.outcome {
            Outcome::Failure { code, message } => self.failure(*code, message.as_ref()),
            Outcome::Http | Outcome::Success => {
                let status = answered.http_status;
                let sentence = match &location {
                    Some(location) if (300..400).contains(&status) => format!(
                        "the server answered HTTP {status}, a redirect to {location}, which is not followed; put the \
                         address that is meant into base_url"
                    ),
                    _ => format!("the server answered HTTP {status}"),
                };
                let mut error = Error::new(Status::Http, sentence);
                error.document_mut().retryable = is_transient(status) && self.retry == Retry::Safe;
                error
            }
            Outcome::Unreadable(why) => Error::new(Status::Protocol, format!("the answer {why}")),
        };
        let document = error.document_mut();
        document.http_status = Some(answered.http_status);
        document.retry_after_ms = answered.retry_after.map(millis);
        document.location = location;
        if self.holds_token || answered.text.as_str().is_empty() {
            return error;
        }
        match self.redactor.answer(&answered.text, answered.is_utf8) {
            Shown::Json(reply) => document.reply = Some(reply),
            Shown::Text(text) => document.reply_text = Some(text),
        }
        error
    }

    fn failure(&self, code: i64, message: Option<&Foreign>) -> Error {
        let name = self.platform.name();
        let known = name.error(code);
        let is_ambiguous = self.platform.tokens().is_some_and(|tokens| tokens.dead_is_ambiguous());
        // T60: answered to a fresh token, the number has its other meaning.
        let has_other_meaning =
            self.token_is_good && is_ambiguous && known.is_some_and(|known| known.class == ErrorClass::TokenDead);
        let status = match known.map(|known| known.class) {
            _ if has_other_meaning => Status::Api,
            Some(ErrorClass::Auth | ErrorClass::TokenDead) => Status::Auth,
            _ => Status::Api,
        };
        let platform_message = message.map(|message| self.redactor.text(message));
        let mut error = Error::new(status, self.sentence(code, known, platform_message.as_ref()));
        let document = error.document_mut();
        document.platform_message = platform_message;
        document.retryable = known.is_some_and(|known| known.transient) && self.retry == Retry::Safe;
        let mut error = error.with_number(code, known);
        if has_other_meaning {
            error.document_mut().class = None;
        }
        error
    }

    fn sentence(&self, code: i64, known: Option<&ErrorNumber>, message: Option<&Redacted>) -> String {
        let mut sentence = format!("{} answered {code}", self.platform.name());
        match (known.and_then(|known| known.meaning.get()), message) {
            (Some(meaning), _) => sentence.extend([": ", meaning]),
            (None, Some(message)) if !message.is_empty() => sentence.extend([": ", &**message]),
            _ => {}
        }
        let hint = match self.went_both_ways {
            true => Some("the parameters went as a form (POST) and in the query (GET), and both were answered so"),
            false => self.platform.hint(code),
        };
        if let Some(hint) = hint {
            sentence.extend([" (", hint, ")"]);
        }
        sentence
    }
}
