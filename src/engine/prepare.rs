//! From checked parameters to an unsigned request: what goes into the query, the form, the JSON body or the upload.

use super::together;
use crate::catalog::{Carrier, Field, Operation, Type, Word};
use crate::error::{Error, Result, Status};
use crate::json::check::{Rules, check};
use crate::json::{Members, push_quoted, text_of};
use crate::platform::{Platform, Uploads};
use crate::random;
use crate::request::{Body, Pair, Prepared};
use crate::transport::{Transfer, Upload};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::path::Path;
use std::time::Instant;

/// Most bodies need no more.
const ROOM: usize = 160;

/// Checks an operation's parameters and puts each where the platform wants it, in the catalog's order.
pub(crate) fn operation<'a>(
    platform: &dyn Platform,
    validate: bool,
    operation: &'static Operation,
    params: &Members<'a>,
    until: Instant,
    transfer: Option<&'a Transfer<'a>>,
) -> Result<Prepared<'a>> {
    if validate {
        check_params(platform, operation, params)?;
    }
    let route = platform.route(operation);
    let mut prepared = Prepared::new(route.method, route.path, operation.retry);
    prepared.bare_reply = operation.bare_reply;
    match route.carrier {
        Carrier::Query => prepared.query = pairs(operation.params, params)?,
        Carrier::Form => prepared.body = Body::Form(pairs(operation.params, params)?),
        Carrier::Json => prepared.body = Body::Json(json_body(operation.params, params)),
        Carrier::Upload => {
            prepared.query = pairs(operation.params, params)?;
            prepared.body = Body::Upload(upload(platform, operation, params, until, transfer)?);
        }
    }
    Ok(prepared)
}

/// Refuses what [`operation`] refuses, without its look at a file.
pub(super) fn check_operation(
    platform: &dyn Platform,
    validate: bool,
    operation: &'static Operation,
    params: &Members<'_>,
) -> Result<()> {
    if validate {
        check_params(platform, operation, params)?;
    }
    match platform.route(operation).carrier {
        Carrier::Query | Carrier::Form => _ = pairs(operation.params, params)?,
        Carrier::Json => {}
        Carrier::Upload => {
            _ = pairs(operation.params, params)?;
            _ = file(platform, operation, params)?;
        }
    }
    Ok(())
}

fn check_params(platform: &dyn Platform, operation: &'static Operation, params: &Members<'_>) -> Result<()> {
    let rules = Rules { noun: "parameter", tolerant: platform.is_tolerant() };
    check(operation.params, params, rules)
        .and_then(|()| together::check(operation, params))
        .map_err(|problem| Error::invalid_argument(format!("{}: {problem}", operation.name)))
}

/// The members to send, in the catalog's order; after them, where checking is off, what the catalog does not know.
fn in_order<'m, 'a>(
    fields: &'static [Field],
    params: &'m Members<'a>,
) -> impl Iterator<Item = (Cow<'static, str>, Value<'a>)> + use<'m, 'a> {
    let known = fields.iter().flat_map(|field| {
        let value = match params.get(&field.name) {
            Some(value) => Some(Value::Given(value)),
            None if field.always_sent => Some(Value::Default(field.default.as_str())),
            None => None,
        };
        let name = |name: Word| Cow::Borrowed(name.as_str());
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

pub(super) fn broken_escape(name: &str) -> Error {
    Error::invalid_argument(format!("parameter \"{name}\" holds an escape that is no character"))
}

/// One object with each value exactly as the caller wrote it.
fn json_body(fields: &'static [Field], params: &Members<'_>) -> String {
    let mut body = String::with_capacity(ROOM);
    body.push('{');
    for (name, value) in in_order(fields, params) {
        if body.len() > 1 {
            body.push(',');
        }
        push_quoted(&name, &mut body);
        body.push(':');
        match value {
            Value::Given(value) => body.push_str(value.get()),
            Value::Default(text) => push_quoted(text, &mut body),
        }
    }
    body.push('}');
    body
}

fn upload<'a>(
    platform: &dyn Platform,
    operation: &'static Operation,
    params: &Members<'_>,
    until: Instant,
    transfer: Option<&'a Transfer<'a>>,
) -> Result<Upload<'a>> {
    let (name, path, uploads, content_type) = file(platform, operation, params)?;
    let boundary = format!("meetgate-{:016x}", random::u64()?);
    let upload = Upload::of(&path, content_type, boundary, until, transfer)
        .map_err(|error| Error::new(Status::Io, format!("parameter \"{name}\": {path}: {error}")))?;
    uploads.check(&upload, params)?;
    Ok(upload)
}

/// What is known of an upload before its file is looked at: the parameter, the path, and the type of the content.
fn file<'p, 'a>(
    platform: &'p dyn Platform,
    operation: &'static Operation,
    params: &Members<'a>,
) -> Result<(&'static str, Cow<'a, str>, &'p dyn Uploads, &'static str)> {
    let field = operation.params.iter().find(|field| field.kind == Type::File);
    let name = field.map_or("file", |field| field.name.as_str());
    let path = params
        .text(name)
        .ok_or_else(|| Error::invalid_argument(format!("parameter \"{name}\": expected the path of a file")))?;
    if path.contains('\0') {
        // No path has one; a name goes into the head of the request.
        return Err(Error::invalid_argument(format!("parameter \"{name}\": holds a NUL character")));
    }
    let uploads = platform.uploads().ok_or_else(|| Error::new(Status::Internal, "this platform takes no files"))?;
    let content_type = uploads.content_type(Path::new(path.as_ref()))?;
    Ok((name, path, uploads, content_type))
}
