//! avd's parameters: from the query, from a form body and from a multipart body, all together.
//!
//! How POST encodes its parameters is written nowhere (T12, T13), so every way that a form can travel is taken. Types swap
//! freely (T54): a number may come quoted, a boolean as a number.

use super::refusal::Refusal;
use crate::exchange::Received;
use axum::http::Method;
use serde_json::Value;
use std::collections::HashMap;

pub(crate) struct Params {
    values: HashMap<String, String>,
}

impl Params {
    /// Where a name is in the query and in the body, the body wins.
    pub(crate) fn read(received: &Received) -> Self {
        let mut values: HashMap<String, String> = received.query_pairs().into_iter().collect();
        if received.method == Method::POST {
            if received.media_type() == "application/x-www-form-urlencoded" {
                values.extend(form_urlencoded::parse(&received.body).into_owned());
            }
            if let Some(Ok(parts)) = &received.parts {
                let texts = parts.iter().filter(|part| part.file_name.is_none());
                values.extend(texts.map(|part| (part.name.clone(), String::from_utf8_lossy(&part.bytes).into_owned())));
            }
        }
        Self { values }
    }

    /// An empty value counts as left out (T9: `room_id` is "required", and generated when it is empty).
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(Refusal::args_required)
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.text(name).map(|text| text.trim().to_ascii_lowercase()).as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(Refusal::args_error(name)),
        }
    }

    pub(crate) fn required_flag(&self, name: &str) -> Result<bool, Refusal> {
        self.flag(name)?.ok_or_else(Refusal::args_required)
    }

    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.text(name).map(str::trim) {
            None => Ok(None),
            Some(text) => parse_integer(text).map(Some).ok_or_else(|| Refusal::args_error(name)),
        }
    }

    pub(crate) fn required_integer(&self, name: &str) -> Result<i64, Refusal> {
        self.integer(name)?.ok_or_else(Refusal::args_required)
    }

    /// An array that travels as JSON text (004 L981).
    pub(crate) fn json_array(&self, name: &str) -> Result<Option<Vec<Value>>, Refusal> {
        match self.text(name).map(serde_json::from_str::<Value>) {
            None => Ok(None),
            Some(Ok(Value::Array(items))) => Ok(Some(items)),
            Some(_) => Err(Refusal::args_error(name)),
        }
    }

    pub(crate) fn required_json_array(&self, name: &str) -> Result<Vec<Value>, Refusal> {
        self.json_array(name)?.ok_or_else(Refusal::args_required)
    }
}

/// T54: `20`, `"20"` and `20.0` are the same.
fn parse_integer(text: &str) -> Option<i64> {
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let text = text.strip_suffix(".0").unwrap_or(text);
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_in_any_dress() {
        assert_eq!(parse_integer("20"), Some(20));
        assert_eq!(parse_integer("\"20\""), Some(20));
        assert_eq!(parse_integer("20.0"), Some(20));
        assert_eq!(parse_integer("-1"), Some(-1));
        assert_eq!(parse_integer("twenty"), None);
        assert_eq!(parse_integer("1.5"), None);
    }
}
