//! One event of a log. By its type it holds no foreign text but what a redactor has seen: names and numbers of ours, and the message
//! of an error document.

use super::Done;
use super::facts::Milliseconds;
use super::level::Level;
use crate::catalog::PlatformName;
use crate::error::Status;
use crate::transport::Trace;
use crate::unix_time::now_ms;
use serde::{Serialize, Serializer};
use std::time::Duration;

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A request went out, and its answer came or did not.
    Attempt,
    /// A request will go out again.
    Retry,
    /// A call is over.
    Call,
    TokenFetched,
    /// Another process had fetched it.
    TokenAdopted,
    TokenBuried,
    /// No token could be had, and none is asked for in the meantime.
    TokenPaused,
    /// A session of events is logged in.
    #[cfg(feature = "events")]
    EventsConnected,
    /// Its connection broke, or could not be made.
    #[cfg(feature = "events")]
    EventsLost,
}

/// What a call needs before its own request.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ahead {
    Token,
    Address,
}

/// Absent is what does not apply.
#[derive(Serialize)]
pub(crate) struct Event<'e> {
    time_ms: i64,
    pub(super) level: Level,
    event: Kind,
    platform: PlatformName,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) operation: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ahead: Option<Ahead>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) attempt: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Ended>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request_id: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<Milliseconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    received_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reused_connection: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token_generation: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lifetime_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pause_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) insecure: Option<&'e str>,
}

/// A status as the error document writes it, and `OK`.
enum Ended {
    Well,
    Failed(Status),
}

impl Serialize for Ended {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Ended::Well => serializer.serialize_str("OK"),
            Ended::Failed(status) => status.serialize(serializer),
        }
    }
}

impl<'e> Event<'e> {
    pub(super) fn of(event: Kind, level: Level, platform: PlatformName) -> Event<'e> {
        Event {
            time_ms: now_ms(),
            level,
            event,
            platform,
            operation: None,
            ahead: None,
            attempt: None,
            attempts: None,
            status: None,
            code: None,
            message: None,
            http_status: None,
            request_id: None,
            ms: None,
            sent_bytes: None,
            received_bytes: None,
            reused_connection: None,
            token_generation: None,
            lifetime_ms: None,
            pause_ms: None,
            insecure: None,
        }
    }

    pub(super) fn ended(mut self, done: Done<'e>) -> Event<'e> {
        match done {
            Done::Well => self.status = Some(Ended::Well),
            Done::Refused { code } => {
                self.status = Some(Ended::Failed(if code.is_some() { Status::Api } else { Status::Http }));
                self.code = code;
            }
            Done::Failed(error) => {
                self.status = Some(Ended::Failed(error.status()));
                self.code = error.document().code;
                self.message = Some(&error.document().message);
            }
        }
        self
    }

    pub(super) fn over(mut self, trace: &Trace) -> Event<'e> {
        self.sent_bytes = Some(trace.sent);
        self.received_bytes = Some(trace.received);
        self.reused_connection = (trace.is_new || trace.is_reused).then_some(trace.is_reused);
        self.ms = trace.phases.map(Milliseconds::of);
        self
    }

    pub(super) fn taking(mut self, took: Duration) -> Event<'e> {
        self.ms = Some(Milliseconds::of_all(took));
        self
    }

    pub(super) fn to_json(&self) -> String {
        // Strings and numbers only: serializing them to a string cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}
