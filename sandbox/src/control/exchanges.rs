//! The record as JSON, secrets masked unless they are asked for.

use super::request::{Answer, Request};
use crate::control_error::ControlError;
use crate::lock::lock;
use crate::operation;
use crate::record::{Exchange, Kept};
use crate::redact;
use crate::shared::Shared;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) fn list(shared: &Shared, request: &Request) -> Answer {
    let mut query = request.query()?;
    let wanted = query.text("operation")?;
    let secrets = match query.text("secrets")?.as_deref() {
        None | Some("" | "0" | "false") => false,
        Some("1" | "true") => true,
        Some(_) => return Err(ControlError::bad("`secrets` is 1 or 0".to_owned())),
    };
    query.finish()?;
    if let Some(pattern) = wanted.as_deref().filter(|pattern| !operation::names_something(pattern)) {
        return Err(ControlError::bad(operation::unknown(pattern)));
    }
    let fits = |kept: &&Kept| wanted.as_deref().is_none_or(|pattern| operation::fits(pattern, kept.exchange.operation));
    let all: Vec<Kept> = lock(&shared.record).all().filter(fits).cloned().collect();
    Ok(all.iter().map(|kept| describe(kept, secrets)).collect())
}

/// One, masked.
pub(crate) fn one(shared: &Shared, path: &str) -> Answer {
    let id = path.strip_prefix("/exchanges/").and_then(|id| id.parse().ok());
    let kept = id.and_then(|id| lock(&shared.record).of_id(id).cloned());
    let gone = || ControlError::not_found("there is no exchange of this id; only the last ones are kept".to_owned());
    kept.map(|kept| describe(&kept, false)).ok_or_else(gone)
}

/// What a line of a list tells: no query, no headers, no bodies.
pub(crate) fn brief(kept: &Kept) -> Value {
    let Kept { id, exchange, outcome } = kept;
    let mut shown = json!({
        "id": id,
        "at_ms": outcome.at_ms,
        "spent_ms": outcome.spent_ms,
        "operation": exchange.operation,
        "method": exchange.method,
        "path": exchange.path,
        "status": exchange.status,
        "number": outcome.number,
        "faults": outcome.faults,
    });
    if let (Some(session), Some(members)) = (exchange.session, shown.as_object_mut()) {
        members.insert("session".to_owned(), json!(session));
    }
    shown
}

fn describe(kept: &Kept, secrets: bool) -> Value {
    let mut whole = brief(kept);
    if let (Value::Object(members), Value::Object(more)) = (&mut whole, content(&kept.exchange, secrets)) {
        members.extend(more);
    }
    whole
}

fn content(exchange: &Exchange, secrets: bool) -> Value {
    let mut headers: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in &exchange.headers {
        let value = if secrets { value } else { redact::header(name, value) };
        // As HTTP has it: several of one name are one list.
        headers.entry(name).and_modify(|list| *list = format!("{list}, {value}")).or_insert_with(|| value.to_owned());
    }
    let kind = headers.get("content-type").map(String::as_str).unwrap_or_default().to_ascii_lowercase();
    let query = if secrets { exchange.query.clone() } else { redact::pairs(&exchange.query) };
    let (body, reply) = if secrets {
        (whole(&exchange.body), whole(&exchange.reply))
    } else {
        (masked_body(&exchange.body, &kind), masked_reply(&exchange.reply))
    };
    json!({"query": query, "headers": headers, "body": body, "reply": reply})
}

fn whole(bytes: &[u8]) -> Value {
    std::str::from_utf8(bytes).map_or_else(|_| size(bytes), Value::from)
}

/// What cannot be masked is not shown: nobody knows what a caller put into it.
fn masked_body(bytes: &[u8], kind: &str) -> Value {
    let text = if kind.starts_with("application/x-www-form-urlencoded") {
        std::str::from_utf8(bytes).ok().map(redact::pairs)
    } else {
        redact::json(bytes)
    };
    match text {
        Some(text) => Value::from(text),
        None if bytes.is_empty() => Value::from(""),
        None => size(bytes),
    }
}

/// Answers are the sandbox's own: JSON, pages, files. JSON that was cut cannot be masked any more.
fn masked_reply(bytes: &[u8]) -> Value {
    match redact::json(bytes) {
        Some(text) => Value::from(text),
        None if matches!(bytes.first(), Some(b'{' | b'[')) => size(bytes),
        None => whole(bytes),
    }
}

fn size(bytes: &[u8]) -> Value {
    json!({"bytes": bytes.len()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies() {
        let form = "application/x-www-form-urlencoded";
        assert_eq!(masked_body(b"token=a&b=c", form), "token=***&b=c");
        assert_eq!(masked_body(br#"{"password":"x"}"#, "application/json"), r#"{"password":"***"}"#);
        assert_eq!(masked_body(b"token=a", "text/plain"), json!({"bytes": 7}));
        assert_eq!(masked_body(b"", ""), "");
        assert_eq!(masked_body(&[0xff], form), json!({"bytes": 1}));
        assert_eq!(masked_reply(br#"{"token":"a","#), json!({"bytes": 13}));
        assert_eq!(masked_reply(b"<html>"), "<html>");
        assert_eq!(whole(br#"{"token":"a","#), r#"{"token":"a","#);
    }
}
