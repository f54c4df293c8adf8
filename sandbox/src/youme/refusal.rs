//! Why youme's calls fail.

use serde_json::{Map, Value};

/// Why a call fails. The error table is empty (002 L117-L122), so none of these has a documented number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cause {
    /// Wrong app key or checksum, or a checksum older than five minutes.
    Credentials,
    /// A `seq` that was there before.
    Repeated,
    /// A parameter or the body.
    Arguments,
    /// A room that never was.
    NoSuchRoom,
}

#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) cause: Cause,
    pub(crate) text: String,
}

impl Refusal {
    pub(crate) fn new(cause: Cause, text: impl Into<String>) -> Self {
        Self { cause, text: text.into() }
    }
}

/// The members of an answer beside the envelope.
pub(crate) type Answer = Result<Map<String, Value>, Refusal>;
