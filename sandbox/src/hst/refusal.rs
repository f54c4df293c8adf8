//! hst's error numbers and their texts.

use serde_json::Value;
use std::borrow::Cow;

/// Why a call is refused: the number and its text.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) number: i64,
    pub(crate) text: Cow<'static, str>,
}

/// `Ok` holds what nests in `result`; `None` where the document knows "only the common part" (000 L101).
pub(crate) type Answer = Result<Option<Value>, Refusal>;

// 001 L76-L84. The document gives the meanings in Chinese and one text, "Authentication failed" (001 L50).
const AUTH_FAILED: i64 = 606_000_000;
const TOKEN_DEAD: i64 = 606_000_001;
const PARAMETER_MISSING: i64 = 606_000_002;
const PARAMETER_WRONG: i64 = 606_000_003;
const OPERATION_FAILED: i64 = 606_000_005;
/// The vendor's later pages.
const RECORDER_PARAMETER: i64 = 605_030_003;

impl Refusal {
    pub(crate) fn auth_failed() -> Self {
        Self::plain(AUTH_FAILED)
    }

    pub(crate) fn token_dead() -> Self {
        Self::plain(TOKEN_DEAD)
    }

    pub(crate) fn missing(name: &str) -> Self {
        Self::with(PARAMETER_MISSING, format!("Required parameter missing: {name}"))
    }

    pub(crate) fn wrong(what: impl std::fmt::Display) -> Self {
        Self::with(PARAMETER_WRONG, format!("Parameter error: {what}"))
    }

    pub(crate) fn failed(why: &str) -> Self {
        Self::with(OPERATION_FAILED, format!("Operation failed: {why}"))
    }

    /// One of the recording service's own numbers.
    pub(crate) fn of_recorder(number: i64) -> Self {
        Self::plain(number)
    }

    /// The recording service has one number for all that is wrong with a parameter.
    pub(crate) fn in_recorders_numbers(self) -> Self {
        match self.number {
            PARAMETER_MISSING | PARAMETER_WRONG => Self { number: RECORDER_PARAMETER, ..self },
            _ => self,
        }
    }

    /// Whether it has the envelope of the recording service (L8).
    pub(crate) fn is_recorders(&self) -> bool {
        (605_030_000..605_031_000).contains(&self.number)
    }

    pub(crate) fn plain(number: i64) -> Self {
        Self { number, text: Cow::Borrowed(text_of(number)) }
    }

    pub(crate) fn with(number: i64, text: String) -> Self {
        Self { number, text: Cow::Owned(text) }
    }
}

/// The meanings of 001 L76-L84, in English.
fn text_of(number: i64) -> &'static str {
    match number {
        AUTH_FAILED => "Authentication failed",
        TOKEN_DEAD => "access_token expired",
        PARAMETER_MISSING => "Required parameter missing",
        PARAMETER_WRONG => "Parameter error",
        606_000_004 => "Request timed out",
        OPERATION_FAILED => "Operation failed",
        606_000_006 => "System busy",
        _ => "Failed",
    }
}
