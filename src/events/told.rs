//! What the reader gets: one JSON object for each event, in which stands what the gateway sent, as it came.

use super::message::Message;
use crate::error::Error;
use crate::json::quote;
use crate::redact::{Foreign, Redactor, Shown};
use crate::secret::Secret;
use std::time::Duration;

/// Why there is a full state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// The first one.
    Opened,
    /// The connection is another one.
    Reconnected,
    /// A version was left out, or an event could not be placed.
    Gap,
    /// The reader was too slow, and events were dropped.
    Overflow,
    /// Nobody asked for it.
    Unasked,
}

impl Reason {
    fn as_str(self) -> &'static str {
        match self {
            Reason::Opened => "opened",
            Reason::Reconnected => "reconnected",
            Reason::Gap => "gap",
            Reason::Overflow => "overflow",
            Reason::Unasked => "unasked",
        }
    }
}

pub(super) const CONNECTED: &str = r#"{"type":"connected"}"#;
pub(super) const CLOSED: &str = r#"{"type":"closed"}"#;

pub(super) fn disconnected(error: &Error, next_attempt: Duration) -> String {
    let ms = next_attempt.as_millis();
    format!(r#"{{"type":"disconnected","error":{},"next_attempt_ms":{ms}}}"#, error.to_json())
}

/// What an event of this number is called.
fn name(id: i64) -> &'static str {
    match id {
        20100 => "joined",
        20101 => "left",
        20102 => "started",
        20103 => "stopped",
        20104 => "recording",
        _ => "other",
    }
}

/// Whether it tells of a change that a full state has, too.
pub(super) fn is_change(id: i64) -> bool {
    (20100..=20103).contains(&id)
}

/// Keeps the token from the reader, wherever a gateway might put it.
pub(super) struct Mask {
    token: Secret,
    redactor: Redactor,
}

impl Mask {
    pub(super) fn new(token: Secret, redactor: Redactor) -> Mask {
        Mask { token, redactor }
    }

    pub(super) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    pub(super) fn state(&self, message: &Message<'_>, app_id: &str, version: i64, reason: Reason) -> String {
        let (app_id, reason) = (quote(app_id), reason.as_str());
        let head = format!(r#"{{"type":"state","app_id":{app_id},"version":{version},"reason":"{reason}""#);
        self.with_data(head, message)
    }

    /// An event, of this application where that is known.
    pub(super) fn event(&self, message: &Message<'_>, app_id: Option<&str>) -> String {
        let mut head = format!(r#"{{"type":"{}","id":{}"#, name(message.id), message.id);
        for (name, value) in [("app_id", app_id), ("group_id", message.group_id.as_deref())] {
            if let Some(value) = value.filter(|_| self::name(message.id) != "other") {
                head.push_str(&format!(r#","{name}":{}"#, quote(&self.plain(value))));
            }
        }
        if let Some(version) = message.version.filter(|_| name(message.id) != "other") {
            head.push_str(&format!(r#","version":{version}"#));
        }
        self.with_data(head, message)
    }

    fn with_data(&self, head: String, message: &Message<'_>) -> String {
        let mut told = head;
        told.push_str(r#","data":"#);
        if message.text.contains(self.token.reveal()) {
            match self.redactor.answer(&Foreign::from(message.text), true) {
                Shown::Json(masked) => told.push_str(masked.get()),
                Shown::Text(beginning) => told.push_str(&quote(&beginning)),
            }
        } else {
            told.push_str(message.text);
        }
        told.push('}');
        told
    }

    fn plain(&self, text: &str) -> String {
        if text.contains(self.token.reveal()) {
            self.redactor.text(&Foreign::from(text)).to_string()
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Status;
    use crate::events::message::read;

    fn mask() -> Mask {
        Mask::new(Secret::new("token-of-a-test"), Redactor::new(["token-of-a-test"]))
    }

    #[test]
    fn what_came_stands_there_as_it_came() {
        let text = r#"{"id":20100, "group_id":"g\u0041","user_id":7.10,"version":12}"#;
        let told = mask().event(&read(text).ok().unwrap(), Some("a\""));
        let head = r#"{"type":"joined","id":20100,"app_id":"a\"","group_id":"gA","version":12,"data":"#;
        assert_eq!(told, format!("{head}{text}}}"));
        let state = r#"{"id":20009,"app_id":"a","version":1}"#;
        let told = mask().state(&read(state).ok().unwrap(), "a", 1, Reason::Gap);
        assert_eq!(told, format!(r#"{{"type":"state","app_id":"a","version":1,"reason":"gap","data":{state}}}"#));
        let other = r#"{"id":20999,"version":3}"#;
        assert_eq!(
            mask().event(&read(other).ok().unwrap(), None),
            format!(r#"{{"type":"other","id":20999,"data":{other}}}"#)
        );
    }

    #[test]
    fn the_token_is_in_none_of_it() {
        let text = r#"{"id":20100,"group_id":"token-of-a-test","note":"it is token-of-a-test","version":1}"#;
        let told = mask().event(&read(text).ok().unwrap(), None);
        assert!(!told.contains("token-of-a-test") && told.contains("***"), "{told}");
        serde_json::from_str::<serde_json::Value>(&told).unwrap();
    }

    #[test]
    fn an_end_says_why_and_when_it_goes_on() {
        let told = disconnected(&Error::new(Status::Network, "gone"), Duration::from_millis(750));
        let expected = r#"{"type":"disconnected","error":{"status":"NETWORK","message":"gone","retryable":false},"next_attempt_ms":750}"#;
        assert_eq!(told, expected);
    }
}
