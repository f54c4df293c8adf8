//! The JSON body (002 L62-L64): an object, never empty, strictly typed. Times are strings of seconds everywhere, also
//! where the document forgets to say so (002 L378; its example L385 shows strings; Y11).

use super::refusal::{Cause, Refusal};
use crate::calendar;
use crate::exchange::Received;
use serde_json::{Map, Value};

pub(crate) struct Body {
    members: Map<String, Value>,
}

impl Body {
    pub(crate) fn read(received: &Received) -> Result<Self, Refusal> {
        if received.body.is_empty() {
            return Err(wrong("the body must not be empty"));
        }
        // 002 L133: Content-Type:application/json.
        if received.media_type() != "application/json" {
            return Err(wrong("Content-Type must be application/json"));
        }
        match serde_json::from_slice(&received.body) {
            Ok(Value::Object(members)) => Ok(Self { members }),
            Ok(_) => Err(wrong("the body must be a JSON object")),
            Err(error) => Err(wrong(format!("the body is not JSON: {error}"))),
        }
    }

    pub(crate) fn text(&self, name: &str) -> Result<&str, Refusal> {
        match self.members.get(name) {
            None => Err(wrong(format!("{name} is missing"))),
            Some(Value::String(text)) if !text.is_empty() => Ok(text),
            Some(_) => Err(wrong(format!("{name} must be a string that is not empty"))),
        }
    }

    /// A time: a string of decimal digits.
    pub(crate) fn time(&self, name: &str) -> Result<i64, Refusal> {
        let text = self.text(name)?;
        match text.parse() {
            Ok(seconds) if text.bytes().all(|b| b.is_ascii_digit()) => Ok(seconds),
            _ => Err(wrong(format!("{name} must be a string of seconds"))),
        }
    }

    /// A time that may be left out (002 L277-L279).
    pub(crate) fn optional_time(&self, name: &str) -> Result<Option<i64>, Refusal> {
        if self.members.contains_key(name) { self.time(name).map(Some) } else { Ok(None) }
    }

    /// `QueryDate`, `yyyymmdd` in UTC+8 (Y19): the first second of that day.
    pub(crate) fn date(&self) -> Result<i64, Refusal> {
        let text = self.text("QueryDate")?;
        calendar::parse_compact_date(text).ok_or_else(|| wrong("QueryDate must be a day written yyyymmdd"))
    }

    /// `CountBy`, an integer of the command's own set.
    pub(crate) fn count_by(&self, allowed: std::ops::RangeInclusive<i64>) -> Result<i64, Refusal> {
        match self.members.get("CountBy").map(Value::as_i64) {
            None => Err(wrong("CountBy is missing")),
            Some(Some(kind)) if allowed.contains(&kind) => Ok(kind),
            Some(_) => Err(wrong(format!("CountBy is an integer from {} to {}", allowed.start(), allowed.end()))),
        }
    }
}

/// A range of time as a call asks for it, both ends included.
#[derive(Clone, Copy)]
pub(crate) struct Range {
    pub(crate) begin: i64,
    pub(crate) end: i64,
}

impl Range {
    /// Both ends required.
    pub(crate) fn required(body: &Body) -> Result<Self, Refusal> {
        Self::checked(body.time("BeginTime")?, body.time("EndTime")?)
    }

    /// Either end may be open.
    pub(crate) fn optional(body: &Body) -> Result<Self, Refusal> {
        let begin = body.optional_time("BeginTime")?.unwrap_or(0);
        Self::checked(begin, body.optional_time("EndTime")?.unwrap_or(i64::MAX))
    }

    fn checked(begin: i64, end: i64) -> Result<Self, Refusal> {
        if begin > end { Err(wrong("BeginTime is after EndTime")) } else { Ok(Self { begin, end }) }
    }
}

fn wrong(text: impl Into<String>) -> Refusal {
    Refusal::new(Cause::Arguments, text)
}
