//! hst's two ways of passing parameters: a JSON body, strictly typed, and the URL's query.

use super::refusal::Refusal;
use crate::exchange::Received;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::HashMap;

/// The members of a JSON body (000 L25: "HTTP body, Content-Type为application/json;charset=UTF-8"), or of an object in it.
pub(crate) struct Body<'a> {
    members: Cow<'a, Map<String, Value>>,
}

/// Why a body holds no members.
pub(crate) enum Unreadable {
    Missing,
    MediaType,
    NoJson(serde_json::Error),
    NoObject,
}

impl Body<'_> {
    pub(crate) fn read(received: &Received) -> Result<Self, Refusal> {
        Self::parse(received).map_err(|problem| match problem {
            Unreadable::Missing => Refusal::missing("the body"),
            Unreadable::MediaType => Refusal::wrong("Content-Type must be application/json"),
            Unreadable::NoJson(error) => Refusal::wrong(format_args!("the body is not JSON: {error}")),
            Unreadable::NoObject => Refusal::wrong("the body must be a JSON object"),
        })
    }

    pub(crate) fn parse(received: &Received) -> Result<Self, Unreadable> {
        if received.body.is_empty() {
            return Err(Unreadable::Missing);
        }
        if received.media_type() != "application/json" {
            return Err(Unreadable::MediaType);
        }
        match serde_json::from_slice(&received.body) {
            Ok(Value::Object(members)) => Ok(Self { members: Cow::Owned(members) }),
            Ok(_) => Err(Unreadable::NoObject),
            Err(error) => Err(Unreadable::NoJson(error)),
        }
    }
}

impl<'a> Body<'a> {
    fn of(members: &'a Map<String, Value>) -> Self {
        Self { members: Cow::Borrowed(members) }
    }

    /// `null` counts as left out.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn string(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::wrong(format_args!("{name} must be a string"))),
        }
    }

    pub(crate) fn required_string(&self, name: &str) -> Result<&str, Refusal> {
        match self.string(name)? {
            Some("") | None => Err(Refusal::missing(name)),
            Some(text) => Ok(text),
        }
    }

    /// The documents' `long`, and `msg_id`, whose `int` is taken as 64 bits too (H13).
    pub(crate) fn long(&self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.as_i64() {
                Some(number) => Ok(Some(number)),
                None => Err(Refusal::wrong(format_args!("{name} must be a whole number of 64 bits"))),
            },
        }
    }

    pub(crate) fn required_long(&self, name: &str) -> Result<i64, Refusal> {
        self.long(name)?.ok_or_else(|| Refusal::missing(name))
    }

    /// The documents' `int`.
    pub(crate) fn int(&self, name: &str) -> Result<Option<i32>, Refusal> {
        match self.long(name)?.map(i32::try_from) {
            None => Ok(None),
            Some(Ok(number)) => Ok(Some(number)),
            Some(Err(_)) => Err(Refusal::wrong(format_args!("{name} must be a whole number of 32 bits"))),
        }
    }

    pub(crate) fn list(&self, name: &str) -> Result<Option<&Vec<Value>>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(_) => Err(Refusal::wrong(format_args!("{name} must be an array"))),
        }
    }

    pub(crate) fn required_list(&self, name: &str) -> Result<&Vec<Value>, Refusal> {
        self.list(name)?.ok_or_else(|| Refusal::missing(name))
    }

    /// An object whose content belongs to the caller.
    pub(crate) fn object(&self, name: &str) -> Result<Option<&Map<String, Value>>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(Refusal::wrong(format_args!("{name} must be an object"))),
        }
    }

    /// An object whose members are documented.
    pub(crate) fn inside(&self, name: &str) -> Result<Option<Body<'_>>, Refusal> {
        Ok(self.object(name)?.map(Body::of))
    }

    /// One object of a list.
    pub(crate) fn item<'b>(value: &'b Value, list: &str) -> Result<Body<'b>, Refusal> {
        match value {
            Value::Object(members) => Ok(Body::of(members)),
            _ => Err(Refusal::wrong(format_args!("{list} must hold objects"))),
        }
    }
}

/// The parameters of "URL传参" (000 L98).
pub(crate) struct Query {
    values: HashMap<String, String>,
}

impl Query {
    pub(crate) fn read(received: &Received) -> Self {
        Self { values: received.query_pairs().into_iter().collect() }
    }

    /// An empty value counts as left out.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn required_text(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| Refusal::missing(name))
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.text(name).map(str::parse) {
            None => Ok(None),
            Some(Ok(number)) => Ok(Some(number)),
            Some(Err(_)) => Err(Refusal::wrong(format_args!("{name} must be a whole number of 64 bits"))),
        }
    }

    pub(crate) fn required_number(&self, name: &str) -> Result<i64, Refusal> {
        self.number(name)?.ok_or_else(|| Refusal::missing(name))
    }
}
