//! From an answer that is no success to the error document.

use crate::catalog::{ErrorClass, ErrorNumber, PlatformName, Retry, table};
use crate::error::{Error, Status};
use crate::json::mask::{mask, scrub};
use crate::platform::{Judgement, Platform};
use crate::transport::Answer;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// How much of an answer that is not JSON an error shows.
const EXCERPT_BYTES: usize = 1024;

/// What an answer means, its HTTP status considered.
#[derive(Debug)]
pub(super) enum Outcome {
    Success,
    /// The platform's own number.
    Failure {
        code: i64,
        message: Option<String>,
    },
    /// An HTTP status that the platform's envelope does not explain.
    Http,
    /// Not what the platform's documents promise; why.
    Unreadable(String),
}

impl Outcome {
    pub(super) fn of(answer: &Answer, judgement: Judgement) -> Outcome {
        match judgement {
            Judgement::Failure { code, message } => Outcome::Failure { code, message },
            _ if !(200..300).contains(&answer.http_status) => Outcome::Http,
            Judgement::Success => Outcome::Success,
            Judgement::Unreadable(why) => Outcome::Unreadable(why),
        }
    }

    pub(super) fn says_token_dead(&self, platform: PlatformName) -> bool {
        match self {
            Outcome::Failure { code, .. } => {
                platform.error(*code).is_some_and(|known| known.class == ErrorClass::TokenDead)
            }
            _ => false,
        }
    }
}

/// What is known of a call when its failure is put into words.
pub(super) struct Describe<'a> {
    pub(super) platform: &'a dyn Platform,
    pub(super) retry: Retry,
    /// The token was fetched for this very call, or one was a moment ago.
    pub(super) token_is_good: bool,
    pub(super) secrets: Vec<Cow<'a, str>>,
}

impl Describe<'_> {
    pub(super) fn error(&self, outcome: Outcome, answer: &Answer) -> Error {
        let mut error = match outcome {
            Outcome::Failure { code, message } => self.failure(code, message),
            Outcome::Http | Outcome::Success => {
                let mut error = Error::new(Status::Http, format!("the server answered HTTP {}", answer.http_status));
                let transient = matches!(answer.http_status, 408 | 429 | 502 | 503 | 504);
                error.document_mut().retryable = transient && self.retry == Retry::Safe;
                error
            }
            Outcome::Unreadable(why) => Error::new(Status::Protocol, format!("the answer {why}")),
        };
        let document = error.document_mut();
        document.http_status = Some(answer.http_status);
        let text = String::from_utf8_lossy(&answer.body);
        let scrubbed = scrub(&text, &self.secrets);
        // RawValue keeps the white space around it; trimmed, the document stays on one line where the answer was.
        match serde_json::from_str::<&RawValue>(scrubbed.trim()) {
            Ok(reply) => document.reply = mask(reply, &|name| table::SECRET_NAMES.contains(&name)),
            Err(_) if !scrubbed.is_empty() => document.reply_text = Some(excerpt(&scrubbed)),
            Err(_) => {}
        }
        error
    }

    fn failure(&self, code: i64, message: Option<String>) -> Error {
        let name = self.platform.name();
        let known = name.error(code);
        let status = match known.map(|known| known.class) {
            Some(ErrorClass::Auth) => Status::Auth,
            // T60: answered to a fresh token, the number has its other meaning.
            Some(ErrorClass::TokenDead) if self.token_is_good && self.platform.dead_token_is_ambiguous() => Status::Api,
            Some(ErrorClass::TokenDead) => Status::Auth,
            _ => Status::Api,
        };
        let platform_message = message.map(|message| scrub(&message, &self.secrets).into_owned());
        let mut error = Error::new(status, self.sentence(code, known, platform_message.as_deref()));
        let document = error.document_mut();
        document.platform_message = platform_message;
        document.retryable = known.is_some_and(|known| known.transient) && self.retry == Retry::Safe;
        error.with_number(code, known)
    }

    fn sentence(&self, code: i64, known: Option<&ErrorNumber>, message: Option<&str>) -> String {
        let mut sentence = format!("{} answered {code}", self.platform.name());
        match (known, message) {
            (Some(known), _) => sentence.extend([": ", known.meaning]),
            (None, Some(message)) if !message.is_empty() => sentence.extend([": ", message]),
            _ => {}
        }
        if let Some(hint) = self.platform.hint(code) {
            sentence.extend([" (", hint, ")"]);
        }
        sentence
    }
}

fn excerpt(text: &str) -> String {
    let mut end = text.len().min(EXCERPT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    match text.get(..end) {
        Some(cut) if end < text.len() => format!("{cut}…"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_ends_between_characters() {
        let text = "会".repeat(1000);
        let cut = excerpt(&text);
        assert!(cut.ends_with('…') && cut.len() <= EXCERPT_BYTES + '…'.len_utf8());
        assert_eq!(excerpt("short"), "short");
    }
}
