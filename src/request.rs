//! A request before it is signed, and how names and values are encoded.

use crate::catalog::{Method, Retry};
use crate::redact::{is_secret_name, secret_members};
use crate::transport::Upload;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;
use std::hash::Hash;

/// RFC 3986's unreserved characters stay; everything else is encoded, in queries and forms alike.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A name and its value, not yet encoded.
pub(crate) type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// A request without credentials, so that it can be signed again. Not `Debug`: the parameters may hold secrets.
pub(crate) struct Prepared<'a> {
    pub(crate) method: Method,
    /// Whole, from the host root.
    pub(crate) path: Cow<'a, str>,
    pub(crate) query: Vec<Pair<'a>>,
    pub(crate) body: Body<'a>,
    pub(crate) retry: Retry,
    /// The caller's own making: it travels as it is.
    pub(crate) is_raw: bool,
    /// Whether an answer without an envelope is one.
    pub(crate) bare_reply: bool,
}

pub(crate) enum Body<'a> {
    Empty,
    Form(Vec<Pair<'a>>),
    Json(String),
    Upload(Upload<'a>),
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(method: Method, path: impl Into<Cow<'a, str>>, retry: Retry) -> Prepared<'a> {
        Prepared {
            method,
            path: path.into(),
            query: Vec::new(),
            body: Body::Empty,
            retry,
            is_raw: false,
            bare_reply: false,
        }
    }

    /// What the request is told apart by: all of it but a file.
    pub(crate) fn identity(&self) -> impl Hash + '_ {
        let (form, json) = match &self.body {
            Body::Form(pairs) => (pairs.as_slice(), ""),
            Body::Json(text) => (&[][..], text.as_str()),
            Body::Empty | Body::Upload(_) => (&[][..], ""),
        };
        (self.method.as_str(), &self.path, &self.query, form, json)
    }

    /// Whether there is nothing in it that the platform could miss: no room, no user.
    pub(crate) fn names_nothing(&self) -> bool {
        let is_empty = match &self.body {
            Body::Empty => true,
            Body::Form(pairs) => pairs.is_empty(),
            Body::Json(_) | Body::Upload(_) => false,
        };
        !self.is_raw && self.query.is_empty() && is_empty
    }

    /// The caller's own secrets among the parameters, known by their names.
    pub(crate) fn secrets(&self) -> Vec<Cow<'_, str>> {
        let (form, json) = match &self.body {
            Body::Form(pairs) => (pairs.as_slice(), None),
            Body::Json(text) => (&[][..], Some(text.as_str())),
            Body::Empty | Body::Upload(_) => (&[][..], None),
        };
        let pairs = self.query.iter().chain(form);
        let named =
            pairs.clone().filter(|(name, _)| is_secret_name(name)).map(|(_, value)| Cow::Borrowed(value.as_ref()));
        let held = pairs.map(|(_, value)| value.as_ref()).chain(json).flat_map(secret_members).map(Cow::Owned);
        named.chain(held).collect()
    }
}

/// `name=value&…`, encoded; for queries and forms.
pub(crate) fn encode_pairs<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>, out: &mut String) {
    let mut first = true;
    for (name, value) in pairs {
        if !first {
            out.push('&');
        }
        first = false;
        out.extend(utf8_percent_encode(name, ENCODED));
        out.push('=');
        out.extend(utf8_percent_encode(value, ENCODED));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_travel_as_they_are() {
        let mut out = String::new();
        encode_pairs([("a-._~b", "x y+z=&会/"), ("t", "abc==")], &mut out);
        assert_eq!(out, "a-._~b=x%20y%2Bz%3D%26%E4%BC%9A%2F&t=abc%3D%3D");
    }
}
