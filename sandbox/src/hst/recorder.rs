//! The recording service behind the gateway: recordings and live streams, as the vendor's later pages have them. They have error
//! numbers of their own, and their answers are flat: what they answer stands beside `code` and `msg`.

use super::arguments::{Body, Query, Unreadable};
use super::refusal::Refusal;
use super::world::World;
use crate::exchange::Received;
use serde_json::Value;

/// An object: what stands beside `code` and `msg`.
pub(crate) type Answer = Result<Value, Refusal>;
pub(crate) type Handler = fn(&mut World, &Call) -> Answer;

pub(crate) struct Call<'a> {
    pub(crate) received: &'a Received,
    pub(crate) now_ms: i64,
    /// What begins the URLs of files.
    pub(crate) origin: String,
}

impl Call<'_> {
    /// L10: JSON, whatever one page says. A body that is none has a number of its own.
    pub(crate) fn body(&self) -> Result<Body<'static>, Refusal> {
        Body::parse(self.received).map_err(|problem| match problem {
            Unreadable::NoObject => Refusal::of_recorder(PARAMETER_WRONG),
            Unreadable::Missing | Unreadable::MediaType | Unreadable::NoJson(_) => Refusal::of_recorder(NO_JSON),
        })
    }

    pub(crate) fn query(&self) -> Query {
        Query::read(self.received)
    }
}

pub(crate) const NO_SUCH_TASK: i64 = 605_030_001;
pub(crate) const PARAMETER_WRONG: i64 = 605_030_003;
pub(crate) const NO_JSON: i64 = 605_030_005;
pub(crate) const TASK_EXISTS: i64 = 605_030_012;
pub(crate) const FILE_NOT_READ: i64 = 605_030_031;
pub(crate) const SUSPENDED: i64 = 605_030_033;
pub(crate) const AUTOMATIC_TAKES_NO_LAYOUT: i64 = 605_030_035;
pub(crate) const AUTOMATIC_EXISTS: i64 = 605_030_038;
pub(crate) const NOT_RECORDING: i64 = 605_030_039;
pub(crate) const NOT_SUSPENDED: i64 = 605_030_040;

/// No number says "no such application": the wrong parameter comes nearest, as on the gateway.
pub(crate) fn check_application(world: &World, app_id: &str) -> Result<(), Refusal> {
    match world.application(app_id) {
        Some(_) => Ok(()),
        None => Err(Refusal::wrong("no application has this app_id")),
    }
}

/// A whole number in a range, or its default.
pub(crate) fn within(
    body: &Body,
    name: &str,
    range: std::ops::RangeInclusive<i64>,
    default: i64,
) -> Result<i64, Refusal> {
    match body.long(name)? {
        None => Ok(default),
        Some(number) if range.contains(&number) => Ok(number),
        Some(_) => Err(Refusal::wrong(format_args!("{name} is {} to {}", range.start(), range.end()))),
    }
}
