//! What one call was like, for its own caller.

use super::Tally;
use crate::error::{Error, Result, Status};
use crate::transport::Phases;
use serde::Serialize;
use serde_json::value::RawValue;
use std::time::Duration;

/// Absent is what does not apply.
#[derive(Serialize)]
struct Facts<'f> {
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'f str>,
    attempts: u32,
    reused_connection: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_generation: Option<u64>,
    sent_bytes: u64,
    received_bytes: u64,
    ms: Milliseconds,
}

/// In milliseconds, to the microsecond. `total` is the whole call's; the phases are those of one attempt.
#[derive(Default, Serialize)]
pub(super) struct Milliseconds {
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    look_up: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connect: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<Decimal>,
}

impl Milliseconds {
    /// A phase that took no time did not take place.
    pub(super) fn of(phases: Phases) -> Milliseconds {
        let of = |micros: u32| (micros > 0).then(|| milliseconds(micros.into())).flatten();
        let Phases { look_up, connect, tls, wait, read } = phases;
        Milliseconds {
            total: None,
            look_up: of(look_up),
            connect: of(connect),
            tls: of(tls),
            wait: of(wait),
            read: of(read),
        }
    }

    pub(super) fn of_all(took: Duration) -> Milliseconds {
        Milliseconds { total: milliseconds(micros(took)), ..Milliseconds::default() }
    }
}

/// A number with decimals, written out: what writes a binary fraction would add 18 KB to the library.
pub(crate) type Decimal = Box<RawValue>;

pub(crate) fn milliseconds(micros: u64) -> Option<Decimal> {
    RawValue::from_string(format!("{}.{:03}", micros / 1000, micros % 1000)).ok()
}

pub(crate) fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

impl<'f> Facts<'f> {
    fn of(tally: &Tally, request_id: Option<&'f str>) -> Facts<'f> {
        Facts {
            http_status: tally.http_status,
            request_id,
            attempts: tally.attempts,
            reused_connection: tally.trace.is_reused,
            token_generation: tally.token_generation,
            sent_bytes: tally.trace.sent,
            received_bytes: tally.trace.received,
            ms: Milliseconds {
                total: milliseconds(micros(tally.began.elapsed())),
                ..Milliseconds::of(tally.trace.phases.unwrap_or_default())
            },
        }
    }
}

/// The answer, as it came, with the facts beside it.
#[inline(never)]
pub(crate) fn with_facts(answer: &str, tally: &Tally, request_id: Option<&str>) -> Result<String> {
    #[derive(Serialize)]
    struct Wrapped<'w> {
        reply: &'w RawValue,
        facts: Facts<'w>,
    }
    let failed = |error: serde_json::Error| Error::new(Status::Internal, format!("JSON: {error}"));
    let reply = serde_json::from_str::<&RawValue>(answer).map_err(failed)?;
    serde_json::to_string(&Wrapped { reply, facts: Facts::of(tally, request_id) }).map_err(failed)
}
