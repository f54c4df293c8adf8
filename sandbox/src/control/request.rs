//! One call of the control interface, as its parts read it.

use crate::control_error::ControlError;
use crate::members::Members;
use serde_json::{Value, json};

pub(crate) type Answer = Result<Value, ControlError>;

pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// Below the prefix.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) body: &'a [u8],
}

impl Request<'_> {
    /// The body's members; no body is an empty object.
    pub(crate) fn members(&self) -> Result<Members, ControlError> {
        Ok(Members::of(self.json()?, "the body")?)
    }

    pub(crate) fn json(&self) -> Answer {
        if self.body.is_empty() {
            return Ok(json!({}));
        }
        serde_json::from_slice(self.body).map_err(|error| ControlError::bad(format!("the body is not JSON: {error}")))
    }

    /// The query as members, every value a string.
    pub(crate) fn query(&self) -> Result<Members, ControlError> {
        let pairs = form_urlencoded::parse(self.query.as_bytes()).into_owned();
        let members = pairs.map(|(name, value)| (name, Value::from(value))).collect();
        Ok(Members::of(Value::Object(members), "the query")?)
    }
}

/// For what has nothing to tell.
pub(crate) fn ok() -> Answer {
    Ok(json!({"ok": true}))
}
