//! From checked parameters to an unsigned request: what goes into the query, the form, the JSON body or the upload.

use crate::catalog::{Carrier, Field, Method, Operation, Retry, Type};
use crate::error::{Error, Result, Status};
use crate::json::check::{Rules, check};
use crate::json::{Kind, Members, kind, string};
use crate::platform::Platform;
use crate::transport::Upload;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::path::Path;

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
    secrets: Vec<Cow<'a, str>>,
}

pub(crate) enum Body<'a> {
    Empty,
    Form(Vec<Pair<'a>>),
    Json(String),
    Upload(Upload),
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(method: Method, path: impl Into<Cow<'a, str>>, retry: Retry) -> Prepared<'a> {
        Prepared { method, path: path.into(), query: Vec::new(), body: Body::Empty, retry, secrets: Vec::new() }
    }

    /// What the request is told apart by: its path, whatever the parameters.
    pub(crate) fn name(&self) -> &str {
        &self.path
    }

    /// The caller's own secrets among the parameters.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(AsRef::as_ref)
    }
}

/// Checks an operation's parameters and puts each where the platform wants it, in the catalog's order.
pub(crate) fn operation<'a>(
    platform: &dyn Platform,
    validate: bool,
    operation: &'static Operation,
    params: &Members<'a>,
) -> Result<Prepared<'a>> {
    if validate {
        let rules = Rules { noun: "parameter", tolerant: platform.is_tolerant() };
        check(operation.params, params, rules)
            .map_err(|problem| Error::invalid_argument(format!("{}: {problem}", operation.name)))?;
    }
    let route = platform.route(operation);
    let mut prepared = Prepared::new(route.method, route.path, operation.retry);
    prepared.secrets = secrets(operation.params, params);
    match route.carrier {
        Carrier::Query => prepared.query = pairs(operation.params, params)?,
        Carrier::Form => prepared.body = Body::Form(pairs(operation.params, params)?),
        Carrier::Json => prepared.body = Body::Json(json_body(operation.params, params)?),
        Carrier::Upload => {
            prepared.query = pairs(operation.params, params)?;
            prepared.body = Body::Upload(upload(platform, operation, params)?);
        }
    }
    Ok(prepared)
}

/// The members to send, in the catalog's order; after them, where checking is off, what the catalog does not know.
fn in_order<'m, 'a>(
    fields: &'static [Field],
    params: &'m Members<'a>,
) -> impl Iterator<Item = (Cow<'static, str>, Value<'a>)> + use<'m, 'a> {
    let known = fields.iter().flat_map(|field| {
        let value = match params.get(field.name) {
            Some(value) => Some(Value::Given(value)),
            None if field.always_sent => Some(Value::Default(field.default)),
            None => None,
        };
        let name = |name: &'static str| Cow::Borrowed(name);
        let second = value.filter(|_| !field.also_sent_as.is_empty());
        value
            .map(|value| (name(field.name), value))
            .into_iter()
            .chain(second.map(|value| (name(field.also_sent_as), value)))
            .filter(|_| field.kind != Type::File)
    });
    let unknown = params
        .iter()
        .filter(|(name, _)| !fields.iter().any(|field| field.name == *name))
        .map(|(name, value)| (Cow::Owned(name.to_owned()), Value::Given(value)));
    known.chain(unknown)
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Given(&'a RawValue),
    Default(&'static str),
}

fn pairs<'a>(fields: &'static [Field], params: &Members<'a>) -> Result<Vec<Pair<'a>>> {
    in_order(fields, params)
        .map(|(name, value)| {
            let value = match value {
                Value::Default(text) => Cow::Borrowed(text),
                Value::Given(value) => text_of(value).ok_or_else(|| broken_escape(&name))?,
            };
            Ok((name, value))
        })
        .collect()
}

/// How a value travels in a query or a form: a string as its text, everything else as its JSON.
pub(super) fn text_of(value: &RawValue) -> Option<Cow<'_, str>> {
    match kind(value) {
        Kind::String => string(value),
        _ => Some(Cow::Borrowed(value.get())),
    }
}

pub(super) fn broken_escape(name: &str) -> Error {
    Error::invalid_argument(format!("parameter \"{name}\" holds an escape that is no character"))
}

/// One object with each value exactly as the caller wrote it.
fn json_body(fields: &'static [Field], params: &Members<'_>) -> Result<String> {
    let quoted = |text: &str| {
        serde_json::to_string(text).map_err(|error| Error::new(Status::Internal, format!("JSON: {error}")))
    };
    let mut body = String::from("{");
    for (name, value) in in_order(fields, params) {
        if body.len() > 1 {
            body.push(',');
        }
        body.push_str(&quoted(&name)?);
        body.push(':');
        match value {
            Value::Given(value) => body.push_str(value.get()),
            Value::Default(text) => body.push_str(&quoted(text)?),
        }
    }
    body.push('}');
    Ok(body)
}

fn secrets<'a>(fields: &'static [Field], params: &Members<'a>) -> Vec<Cow<'a, str>> {
    let secret = fields.iter().filter(|field| field.secret);
    secret.filter_map(|field| params.get(field.name)).filter_map(text_of).collect()
}

fn upload(platform: &dyn Platform, operation: &'static Operation, params: &Members<'_>) -> Result<Upload> {
    let field = operation.params.iter().find(|field| field.kind == Type::File);
    let name = field.map_or("file", |field| field.name);
    let path = params
        .text(name)
        .ok_or_else(|| Error::invalid_argument(format!("parameter \"{name}\": expected the path of a file")))?;
    let content_type = platform.upload_type(Path::new(path.as_ref()))?;
    let boundary = format!("meetgate-{:016x}", random_u64()?);
    let upload = Upload::of(&path, content_type, boundary)
        .map_err(|error| Error::new(Status::Io, format!("{path}: {error}")))?;
    platform.check_upload(&upload, params)?;
    Ok(upload)
}

/// From the operating system.
pub(crate) fn random_u64() -> Result<u64> {
    let mut bytes = [0; 8];
    getrandom::getrandom(&mut bytes)
        .map_err(|error| Error::new(Status::Internal, format!("the system gave no random numbers: {error}")))?;
    Ok(u64::from_ne_bytes(bytes))
}

pub(crate) fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
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
