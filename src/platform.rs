//! What differs between the platforms, and only that: signing, envelope, error numbers.

mod avd;
mod form_way;
mod hst;
mod youme;

pub(crate) use form_way::{FormIn, FormWay};
pub(crate) use hst::DevToken;
pub(crate) use youme::{checksum as youme_checksum, user_token as youme_user_token};

use crate::catalog::{Carrier, Method, Operation, PlatformName};
use crate::config::{Account, Config};
use crate::error::Result;
use crate::json::{LONGEST_SHOWN, Members, beginning, pick, string};
use crate::redact::Foreign;
use crate::request::{Body, Pair, Prepared, encode_pairs};
use crate::secret::Secret;
use crate::token::{TOKEN_EXPECTED, Token, is_token};
use crate::transport::{self, BaseUrl, Upload};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What every platform has. What only some have are the capabilities below.
pub(crate) trait Platform: Send + Sync {
    fn name(&self) -> PlatformName;

    /// Where requests go; `None` where the address has to be discovered first.
    fn base_url(&self) -> Option<&BaseUrl>;

    /// How an operation's parameters travel, and where to.
    fn route(&self, operation: &'static Operation) -> Route {
        Route { method: operation.method, path: Cow::Borrowed(operation.path.as_str()), carrier: operation.carrier }
    }

    /// Adds the credential.
    fn sign<'a>(&self, prepared: &'a Prepared<'a>, signing: &Signing<'_>) -> Result<Signed<'a>>;

    /// Reads the envelope of an answer. `bare`: an object without one is an answer too.
    fn judge(&self, body: &str, bare: bool) -> Judgement;

    /// The parameters that carry the credential: nobody else may set them.
    fn own_parameters(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether numbers may come as strings and the reverse (T54).
    fn is_tolerant(&self) -> bool {
        false
    }

    /// The JSON that a POST without a body carries all the same.
    fn empty_body(&self) -> Option<&'static str> {
        None
    }

    /// Whether a wrong clock makes the platform refuse.
    fn signs_with_time(&self) -> bool {
        false
    }

    /// What a caller may try when the platform answers this number.
    fn hint(&self, _code: i64) -> Option<&'static str> {
        None
    }

    /// What a caller may do about parameters that make a URL too long.
    fn hint_on_long_url(&self) -> Option<&'static str> {
        None
    }

    /// How forms travel, where that is a question and is known: `get` or `post`.
    fn http_method(&self) -> Option<&'static str> {
        None
    }

    /// Where calls carry a token.
    fn tokens(&self) -> Option<&dyn Tokens> {
        None
    }

    /// Where the address has to be discovered.
    fn discovery(&self) -> Option<&dyn Discovery> {
        None
    }

    /// Where events are told.
    #[cfg(feature = "events")]
    fn event_gateway(&self) -> Option<&dyn EventGateway> {
        None
    }

    /// Where files are taken.
    fn uploads(&self) -> Option<&dyn Uploads> {
        None
    }

    /// Where a deployment may want a form's parameters in the query (T67), and this is to be found out.
    fn form_way(&self) -> Option<&FormWay> {
        None
    }
}

/// Of a platform whose calls carry a token.
pub(crate) trait Tokens {
    fn sign_request(&self, signing: &Signing<'_>) -> Result<Signed<'static>>;

    /// The token in the answer to a token request, and how long it lives where the answer says so. The error is the end
    /// of a sentence that begins with "the answer".
    fn read(&self, body: &str) -> std::result::Result<(Token, Option<Duration>), String>;

    /// Whether fetching a token kills the one before it, so that nobody may use that one meanwhile.
    fn fetch_kills_old(&self) -> bool;

    /// Whether the number of a dead token has a second meaning (T60).
    fn dead_is_ambiguous(&self) -> bool;
}

/// Of a platform whose address is asked for.
pub(crate) trait Discovery {
    /// Where to ask, and how.
    fn request(&self) -> (&BaseUrl, Signed<'static>);

    /// The error is the end of a sentence that begins with "the answer".
    fn read(&self, body: &str) -> std::result::Result<BaseUrl, String>;
}

/// Of a platform that tells of events, over a connection to an address of its own.
#[cfg(feature = "events")]
pub(crate) trait EventGateway {
    /// Where the address is asked for, and how. It carries no credential.
    fn request(&self, app_id: &str) -> (&BaseUrl, Signed<'static>);

    /// The address, with https in place of wss. The error is the end of a sentence that begins with "the answer".
    fn read(&self, body: &str) -> std::result::Result<BaseUrl, String>;

    /// Who logs in, where the configuration says so.
    fn login_id(&self) -> Option<&str>;

    /// The application that the configuration names, if it does.
    fn app_id(&self) -> Option<&str>;
}

/// Of a platform that takes files.
pub(crate) trait Uploads {
    /// The content type of a file.
    fn content_type(&self, path: &Path) -> Result<&'static str>;

    /// Whether the platform would take it.
    fn check(&self, upload: &Upload<'_>, params: &Members<'_>) -> Result<()>;
}

/// The platform that a configuration names.
pub(crate) fn of(config: &Config) -> Result<Box<dyn Platform>> {
    Ok(match &config.account {
        Account::Hst(account) => Box::new(hst::Platform::new(Arc::clone(account))),
        Account::Youme(account) => Box::new(youme::Platform::new(Arc::clone(account))?),
        Account::Avd(account) => Box::new(avd::Platform::new(Arc::clone(account))),
    })
}

/// How an operation's parameters travel.
pub(crate) struct Route {
    pub(crate) method: Method,
    /// Whole, from the host root.
    pub(crate) path: Cow<'static, str>,
    pub(crate) carrier: Carrier,
}

/// What signing needs beside the request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signing<'a> {
    pub(crate) token: Option<&'a str>,
    /// Our clock.
    pub(crate) unix_ms: i64,
    /// The platform's clock, as far as it is known.
    pub(crate) unix_s: i64,
    /// Where a form's parameters go.
    pub(crate) form: FormIn,
}

/// A request with its credential, ready for the transport.
pub(crate) struct Signed<'a> {
    pub(crate) method: Method,
    /// Path and query, encoded.
    pub(crate) target: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: SignedBody<'a>,
    /// What the platform's people can find the request by.
    pub(crate) request_id: Option<String>,
    /// What was made of a secret to sign with, and must not be shown either.
    pub(crate) derived: Option<Secret>,
}

pub(crate) enum SignedBody<'a> {
    Empty,
    Bytes { content_type: &'static str, text: Cow<'a, str> },
    Upload(&'a Upload<'a>),
}

impl SignedBody<'_> {
    pub(crate) fn is_form(&self) -> bool {
        matches!(self, SignedBody::Bytes { content_type: FORM, .. })
    }

    pub(crate) fn for_transport(&self) -> transport::Body<'_> {
        match self {
            SignedBody::Empty => transport::Body::Empty,
            SignedBody::Bytes { content_type, text } => transport::Body::Bytes { content_type, bytes: text.as_bytes() },
            SignedBody::Upload(upload) => transport::Body::Upload(upload),
        }
    }
}

/// What a platform's envelope says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    Success,
    Failure {
        code: i64,
        message: Option<Foreign>,
    },
    /// Not the documented envelope; why, in our words: the end of a sentence that begins with "the answer".
    Unreadable(String),
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Path and query, the platform's own pairs first.
fn target(path: &str, own: &[(&str, &str)], query: &[Pair<'_>]) -> String {
    let mut target = String::with_capacity(path.len() + 160);
    target.push_str(path);
    if !own.is_empty() || !query.is_empty() {
        target.push('?');
        encode_pairs(own.iter().copied().chain(borrowed(query)), &mut target);
    }
    target
}

/// An encoded form, the platform's own pairs first.
fn form(own: &[(&str, &str)], pairs: &[Pair<'_>]) -> SignedBody<'static> {
    let mut text = String::with_capacity(160);
    encode_pairs(own.iter().copied().chain(borrowed(pairs)), &mut text);
    SignedBody::Bytes { content_type: FORM, text: Cow::Owned(text) }
}

fn borrowed<'p>(pairs: &'p [Pair<'_>]) -> impl Iterator<Item = (&'p str, &'p str)> {
    pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
}

/// A body that carries no credential.
fn plain_body<'a>(body: &'a Body<'a>, json: &'static str) -> SignedBody<'a> {
    match body {
        Body::Empty => SignedBody::Empty,
        Body::Form(pairs) => form(&[], pairs),
        Body::Json(text) => SignedBody::Bytes { content_type: json, text: Cow::Borrowed(text) },
        Body::Upload(upload) => SignedBody::Upload(upload),
    }
}

/// Reads the members of an answer that matter, without touching the rest. The whole text must be one JSON object. The error
/// is the end of a sentence that begins with "the answer".
fn envelope<'a, const N: usize>(
    body: &'a str,
    names: [&str; N],
) -> std::result::Result<[Option<&'a RawValue>; N], String> {
    match body.trim_ascii_start() {
        "" => Err("is empty".to_owned()),
        object if object.starts_with('{') => {
            pick(object, names).map_err(|error| format!("is not the documented JSON: {error}"))
        }
        _ => Err("is not a JSON object".to_owned()),
    }
}

/// The member that holds a token. No other part of the answer is shown: its place may hold a secret too.
fn token(value: Option<&RawValue>, name: &str) -> std::result::Result<Token, String> {
    match value.and_then(string) {
        Some(token) if is_token(&token) => Ok(Token::new(token)),
        Some(_) => Err(format!("has a \"{name}\" that is no token: expected {TOKEN_EXPECTED}")),
        None => Err(format!("holds no \"{name}\"")),
    }
}

/// A message, which is text whatever the documents' tables say: so much of it that what an error shows is masked as in the
/// whole.
fn message(value: Option<&RawValue>) -> Option<Foreign> {
    let value = value?;
    let text = string(value).unwrap_or(Cow::Borrowed(value.get()));
    Some(beginning(&text, LONGEST_SHOWN).into())
}
