//! A request of the caller's own making: any path of the platform, signed and judged like an operation.

use super::prepare::broken_escape;
use crate::catalog::{Field, Method, More, Retry, Type, Value, Word};
use crate::error::{Error, Result};
use crate::json::check::{Rules, check};
use crate::json::{Kind, Members, kind, text_of};
use crate::platform::Platform;
use crate::request::{Body, Pair, Prepared};
use serde_json::value::RawValue;
use std::borrow::Cow;

const RULES: Rules = Rules { noun: "member of the request", tolerant: false };

const FIELDS: &[Field] = &[
    Field {
        name: Word::of("method"),
        required: true,
        more: Some(&More {
            values: &[
                Value::text(Word::of("GET")),
                Value::text(Word::of("POST")),
                Value::text(Word::of("PUT")),
                Value::text(Word::of("PATCH")),
                Value::text(Word::of("DELETE")),
            ],
            ..More::NONE
        }),
        ..Field::EMPTY
    },
    Field { name: Word::of("path"), required: true, ..Field::EMPTY },
    Field { name: Word::of("query"), kind: Type::Object, ..Field::EMPTY },
    Field {
        name: Word::of("body"),
        kind: Type::Object,
        more: Some(&More { also: &[Type::Array, Type::String, Type::Number, Type::Boolean], ..More::NONE }),
        ..Field::EMPTY
    },
    Field { name: Word::of("form"), kind: Type::Object, ..Field::EMPTY },
];

pub(super) fn request<'a>(platform: &dyn Platform, request: &Members<'a>) -> Result<Prepared<'a>> {
    let refuse = |problem: String| Error::invalid_argument(format!("raw call: {problem}"));
    check(FIELDS, request, RULES).map_err(refuse)?;
    let name = request.text("method").unwrap_or_default();
    let method = Method::ALL.into_iter().find(|method| method.as_str() == name).unwrap_or(Method::Get);
    let path = request.text("path").unwrap_or_default();
    check_path(&path).map_err(refuse)?;

    let mut prepared = Prepared::new(method, path, Retry::AfterConnectFailure);
    prepared.is_raw = true;
    prepared.bare_reply = true;
    if let Some(query) = request.get("query") {
        prepared.query = pairs(query).map_err(refuse)?;
    }
    prepared.body = match (request.get("body"), request.get("form")) {
        (Some(_), Some(_)) => return Err(refuse("give either \"body\" or \"form\", not both".to_owned())),
        (Some(body), None) => Body::Json(body.get().to_owned()),
        (None, Some(form)) => Body::Form(pairs(form).map_err(refuse)?),
        (None, None) => match (method, platform.empty_body()) {
            (Method::Post, Some(json)) => Body::Json(json.to_owned()),
            _ => Body::Empty,
        },
    };
    let form = if let Body::Form(pairs) = &prepared.body { pairs.as_slice() } else { &[] };
    if let Some((name, _)) =
        prepared.query.iter().chain(form).find(|(name, _)| platform.own_parameters().contains(&&**name))
    {
        return Err(refuse(format!("parameter \"{name}\" carries the credential, and only the client sets it")));
    }
    if matches!(method, Method::Get | Method::Delete) && !matches!(prepared.body, Body::Empty) {
        return Err(refuse(format!("a {} carries no body: use \"query\"", method.as_str())));
    }
    Ok(prepared)
}

/// The path must stay a path: nothing in it may end the host's name, start another, or break the request line.
fn check_path(path: &str) -> std::result::Result<(), String> {
    let problem = if !path.starts_with('/') || path.starts_with("//") {
        "expected a path that begins with exactly one \"/\", from the host root"
    } else if path.chars().any(char::is_control) {
        "holds a control character"
    } else if path.contains(['?', '#']) {
        "expected a path without \"?\" and \"#\"; parameters go into \"query\""
    } else if path.contains([' ', '\\', '"', '<', '>', '^', '`', '{', '|', '}']) || !path.is_ascii() {
        "holds a character that must be percent-encoded in a path"
    } else {
        return Ok(());
    };
    Err(format!("\"path\": {problem}"))
}

fn pairs(object: &RawValue) -> std::result::Result<Vec<Pair<'_>>, String> {
    let members = Members::of(object)?;
    members
        .iter()
        .map(|(name, value)| {
            if kind(value) == Kind::Null {
                return Err(format!("parameter \"{name}\": expected a value, got null"));
            }
            let value = text_of(value).ok_or_else(|| broken_escape(name).to_string())?;
            Ok((Cow::Owned(name.to_owned()), value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Status;

    fn platform() -> Box<dyn Platform> {
        let config = r#"{"platform":"avd","base_url":"http://10.0.0.5:9609","token":"t"}"#;
        crate::platform::of(&crate::config::Config::parse(config).unwrap()).unwrap()
    }

    fn refused(text: &str, words: &str) {
        let error = request(platform().as_ref(), &Members::parse(text).unwrap()).map(|_| ()).expect_err(text);
        assert_eq!(error.status(), Status::InvalidArgument);
        assert!(error.to_string().contains(words), "{error} lacks {words:?}");
    }

    #[test]
    fn a_path_leads_nowhere_else() {
        for path in ["@evil/", "evil", "", "//evil/x", "http://evil/x", "https://evil", "\\\\\\\\evil"] {
            refused(&format!(r#"{{"method":"GET","path":"{path}"}}"#), "exactly one \"/\"");
        }
        for path in [r"/a\r", r"/a\nHost: evil", r"/a\u0000", r"/\u007f"] {
            refused(&format!(r#"{{"method":"GET","path":"{path}"}}"#), "control character");
        }
        for path in ["/a?x=1", "/a#b"] {
            refused(&format!(r#"{{"method":"GET","path":"{path}"}}"#), "\"query\"");
        }
        for path in ["/a b", "/会议", r"/a\\evil"] {
            refused(&format!(r#"{{"method":"GET","path":"{path}"}}"#), "percent-encoded");
        }
    }

    #[test]
    fn what_else_is_refused() {
        refused("{}", "\"method\" is missing");
        refused(r#"{"method":"get","path":"/a"}"#, "one of GET, POST");
        refused(r#"{"method":"GET","path":"/a","headers":{}}"#, "unknown member of the request \"headers\"");
        refused(r#"{"method":"POST","path":"/a","body":{},"form":{}}"#, "not both");
        refused(r#"{"method":"GET","path":"/a","form":{"a":1}}"#, "carries no body");
        refused(r#"{"method":"GET","path":"/a","query":{"a":null}}"#, "got null");
        for place in ["query", "form"] {
            let request = format!(r#"{{"method":"POST","path":"/a","{place}":{{"a":1,"token":"t"}}}}"#);
            refused(&request, "\"token\" carries the credential");
        }
    }

    #[test]
    fn values_travel_as_they_were_written() {
        let text = r#"{"method":"POST","path":"/a","query":{"n":1.10,"s":"会","o":{"x" : 1}},"body":[1.0]}"#;
        let members = Members::parse(text).unwrap();
        let prepared = request(platform().as_ref(), &members).unwrap();
        let values: Vec<&str> = prepared.query.iter().map(|(_, value)| value.as_ref()).collect();
        assert_eq!(values, ["1.10", "会", r#"{"x" : 1}"#]);
        assert!(matches!(prepared.body, Body::Json(body) if body == "[1.0]"));
    }
}
