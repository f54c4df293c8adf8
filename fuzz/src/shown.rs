//! What holds for everything that a caller may show.

use serde_json::Value;
use std::borrow::Cow;

/// A shorter text may stand anywhere by chance.
const LONG_ENOUGH: usize = 12;

/// An error document, or what a client tells of itself: one JSON object, which shows none of the secrets.
pub fn check(document: &str, secrets: &[&str]) -> Value {
    let value: Value = serde_json::from_str(document).unwrap_or_else(|error| panic!("{error}: {document}"));
    assert!(value.is_object(), "{document}");
    for secret in secrets.iter().filter(|secret| secret.len() >= LONG_ENOUGH) {
        assert!(!shows(&value, secret), "{secret:?} is shown: {document}");
    }
    value
}

/// An error document of one of these statuses.
pub fn check_error(error: &meetgate::Error, expected: &[meetgate::Status], secrets: &[&str]) -> Value {
    let document = error.to_json();
    assert!(expected.contains(&error.status()), "{document}");
    let value = check(&document, secrets);
    assert!(value["message"].as_str().is_some_and(|message| !message.is_empty()), "{document}");
    value
}

fn shows(value: &Value, secret: &str) -> bool {
    let holds = |text: &str| text.contains(secret) || decoded(text).contains(secret);
    match value {
        Value::String(text) => holds(text),
        Value::Array(elements) => elements.iter().any(|element| shows(element, secret)),
        // An answer's names stay as they are: docs/reference/errors.md says so.
        Value::Object(members) => members.values().any(|value| shows(value, secret)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// As somebody reads it who knows URLs.
pub fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = |at: usize| bytes.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                plain.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&plain).into_owned())
}
