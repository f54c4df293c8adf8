//! The one error model: a status, and a document that every language shows the same way.

mod lack;

pub(crate) use lack::is_lack;

use crate::catalog::{ErrorClass, ErrorNumber, PlatformName};
use crate::redact::{Redacted, RedactedJson};
use crate::unix_time::millis;
use serde::Serialize;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What kind of outcome a call had. The numbers are part of the C ABI and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    InvalidArgument,
    InvalidConfig,
    Auth,
    Api,
    Network,
    Tls,
    Timeout,
    Http,
    Protocol,
    Io,
    Cancelled,
    Limit,
    Store,
    Forked,
    Internal,
}

/// Why a call failed. Behind a pointer, so that a `Result` stays small on the way of success; shared, since the failure of a
/// fetch is kept for all who need its result.
#[derive(Clone)]
pub struct Error(Arc<ErrorDocument>, IsLack);

/// Whether it failed for want of something that this machine has too little of.
type IsLack = bool;

/// The error document, as callers read it. What does not apply is absent. The message is the library's own words; what
/// others wrote is in it, and in the members for it, only as [`Redacted`].
#[derive(Debug, Clone, Serialize)]
pub struct ErrorDocument {
    pub status: Status,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<PlatformName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// What kind of failure `code` stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<ErrorClass>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meaning: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meaning_zh: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform_message: Option<Redacted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Where a redirect leads to, without its query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Redacted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_offset_s: Option<i64>,
    /// How often the call's own request was tried; 0 where it was not, so that nothing of it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    pub retryable: bool,
    /// Not before so many milliseconds are over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<RedactedJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_text: Option<Redacted>,
}

impl Error {
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        Error(
            Arc::new(ErrorDocument {
                status,
                message: message.into(),
                platform: None,
                operation: None,
                code: None,
                class: None,
                meaning: None,
                meaning_zh: None,
                platform_message: None,
                http_status: None,
                location: None,
                request_id: None,
                clock_offset_s: None,
                attempts: None,
                retryable: false,
                retry_after_ms: None,
                reply: None,
                reply_text: None,
            }),
            false,
        )
    }

    pub fn invalid_argument(message: impl Into<String>) -> Self {
        Error::new(Status::InvalidArgument, message)
    }

    pub fn invalid_config(message: impl Into<String>) -> Self {
        Error::new(Status::InvalidConfig, message)
    }

    /// A panic that went no further.
    pub(crate) fn panicked() -> Self {
        Error::new(Status::Internal, "a defect of this library was contained; please report it")
    }

    pub(crate) fn cancelled() -> Self {
        Error::new(Status::Cancelled, "the call was cancelled")
    }

    pub fn status(&self) -> Status {
        self.0.status
    }

    pub fn document(&self) -> &ErrorDocument {
        &self.0
    }

    /// Its own copy, where it is shared.
    pub(crate) fn document_mut(&mut self) -> &mut ErrorDocument {
        Arc::make_mut(&mut self.0)
    }

    /// Says that the call may be repeated: the platform has done nothing of it.
    pub(crate) fn nothing_acted(mut self) -> Self {
        self.document_mut().retryable = true;
        self
    }

    /// Notes whether it failed for want of something that this machine has too little of: then it says nothing of anybody
    /// else's call.
    pub(crate) fn for_lack(mut self, is_lack: bool) -> Self {
        self.1 |= is_lack;
        self
    }

    pub(crate) fn is_lack(&self) -> bool {
        self.1
    }

    /// Says how long it is of no use to repeat the call.
    pub(crate) fn not_before(mut self, rest: Duration) -> Self {
        self.document_mut().retry_after_ms = Some(millis(rest));
        self
    }

    /// The same for another caller, of whose call nothing was sent: what failed, without the answer that said so. It is not
    /// tried again for so long.
    pub(crate) fn repeated(&self, rest: Duration) -> Self {
        let of = &self.0;
        let rest = millis(rest);
        let mut error =
            Error::new(of.status, format!("{} (failed a moment ago; not tried again for {rest} ms)", of.message));
        let document = error.document_mut();
        document.class = of.class;
        document.retryable = of.retryable;
        document.retry_after_ms = Some(rest);
        document.attempts = Some(0);
        error
    }

    /// The same of what had to come before the call's own request.
    pub(crate) fn because(mut self, what_failed: &str) -> Self {
        self.document_mut().message = format!("{what_failed}: {}", self.0.message);
        self
    }

    /// Notes how often the call's own request had been tried when another token was needed and could not be had.
    pub(crate) fn after_attempts(mut self, attempts: u32) -> Self {
        self.document_mut().attempts = Some(attempts);
        self
    }

    /// Notes which call failed. Its own request was never tried, unless the error says so already.
    pub(crate) fn of_call(mut self, platform: PlatformName, operation: Option<&'static str>) -> Self {
        let document = self.document_mut();
        document.platform = Some(platform);
        document.operation = operation;
        document.attempts.get_or_insert(0);
        self
    }

    /// Notes the platform's number, with its meaning where the platform's table has one.
    pub(crate) fn with_number(mut self, code: i64, known: Option<&'static ErrorNumber>) -> Self {
        let document = self.document_mut();
        document.code = Some(code);
        document.class = known.map(|known| known.class);
        document.meaning = known.and_then(|known| known.meaning.get());
        document.meaning_zh = known.and_then(|known| known.zh.get());
        self
    }

    /// The error document as JSON text.
    pub fn to_json(&self) -> String {
        // Strings and numbers only: serializing them to a string cannot fail.
        serde_json::to_string(&*self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_shows_what_applies_and_nothing_else() {
        let error = Error::invalid_argument("params: expected an object, got an array");
        assert_eq!(
            error.to_json(),
            r#"{"status":"INVALID_ARGUMENT","message":"params: expected an object, got an array","retryable":false}"#
        );
    }

    #[test]
    fn a_result_stays_two_words() {
        assert!(size_of::<Result<()>>() <= 2 * size_of::<usize>());
    }
}
