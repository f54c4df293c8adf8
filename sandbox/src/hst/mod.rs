//! hst: 好视通 FSP PaaS business gateway, nine operations (000 and 001; 001 repeats 000 and adds the token).

mod apps;
mod arguments;
mod bills;
mod online;
mod presence;
mod seed;
mod token;

use std::borrow::Cow;

use axum::http::Method;
use axum::http::header::{ALLOW, HeaderValue};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::exchange::{Received, Reply};
use crate::options::Options;
use apps::Application;
use arguments::{Body, Query};
use bills::UsageRecord;
pub use presence::Presence;
use token::AccessToken;

/// Why a call is refused: the number and its text.
#[derive(Debug)]
pub struct Refusal {
    number: i64,
    text: Cow<'static, str>,
}

/// `Ok` holds what nests in `result`; `None` where the document knows "only the common part" (000 L101).
type Answer = Result<Option<Value>, Refusal>;

// 001 L76-L84. The document gives the meanings in Chinese and one text, "Authentication failed" (001 L50).
const AUTH_FAILED: i64 = 606_000_000;
const TOKEN_DEAD: i64 = 606_000_001;
const PARAMETER_MISSING: i64 = 606_000_002;
const PARAMETER_WRONG: i64 = 606_000_003;
const OPERATION_FAILED: i64 = 606_000_005;

impl Refusal {
    fn auth_failed() -> Self {
        Self::plain(AUTH_FAILED)
    }

    fn token_dead() -> Self {
        Self::plain(TOKEN_DEAD)
    }

    fn missing(name: &str) -> Self {
        Self::with(PARAMETER_MISSING, format!("Required parameter missing: {name}"))
    }

    fn wrong(what: impl std::fmt::Display) -> Self {
        Self::with(PARAMETER_WRONG, format!("Parameter error: {what}"))
    }

    fn failed(why: &str) -> Self {
        Self::with(OPERATION_FAILED, format!("Operation failed: {why}"))
    }

    fn plain(number: i64) -> Self {
        Self { number, text: Cow::Borrowed(text_of(number)) }
    }

    fn with(number: i64, text: String) -> Self {
        Self { number, text: Cow::Owned(text) }
    }
}

/// The meanings of 001 L76-L84, in English.
fn text_of(number: i64) -> &'static str {
    match number {
        AUTH_FAILED => "Authentication failed",
        TOKEN_DEAD => "access_token expired",
        PARAMETER_MISSING => "Required parameter missing",
        PARAMETER_WRONG => "Parameter error",
        606_000_004 => "Request timed out",
        OPERATION_FAILED => "Operation failed",
        606_000_006 => "System busy",
        _ => "Failed",
    }
}

/// One hst account: its credentials, its single token, its applications.
pub struct Hst {
    clock: Clock,
    dev_id: String,
    dev_secret: [u8; 16],
    token_lifetime_s: u64,
    token: Option<AccessToken>,
    applications: Vec<Application>,
    usage: Vec<UsageRecord>,
    random: fastrand::Rng,
}

impl Hst {
    pub fn new(options: &Options, clock: Clock) -> Self {
        // `Sandbox::start` has checked the length; a secret of another length would simply match no token.
        let dev_secret = <[u8; 16]>::try_from(options.hst_dev_secret.as_bytes()).unwrap_or_default();
        let applications = seed::applications(options.seed);
        let usage = seed::usage(options.seed, &applications);
        Self {
            clock,
            dev_id: options.hst_dev_id.clone(),
            dev_secret,
            token_lifetime_s: options.hst_token_lifetime,
            token: None,
            applications,
            usage,
            random: fastrand::Rng::new(),
        }
    }

    pub fn expire_token(&mut self) {
        self.token = None;
    }

    /// HTTP is 200 always and the number is in the body; an address that does not exist is HTTP's own matter.
    pub fn answer(&mut self, received: &Received) -> Reply {
        let Some(operation) = Operation::find(&received.path, &received.method) else {
            return no_such_address(&received.path);
        };
        match self.perform(operation, received) {
            Ok(None) => Reply::json(&json!({"code": 0, "msg": "OK"}), 0),
            // H5: only the token's answer is known to nest in `result`; the business answers are taken to do the same.
            Ok(Some(result)) => Reply::json(&json!({"code": 0, "msg": "OK", "result": result}), 0),
            Err(refusal) => refuse(&refusal),
        }
    }

    /// The answer of a call that was told to fail.
    pub fn failure(number: i64) -> Reply {
        refuse(&Refusal::plain(number))
    }

    fn perform(&mut self, operation: Operation, received: &Received) -> Answer {
        if operation == Operation::FetchToken {
            return self.fetch_token(received).map(Some);
        }
        self.check_token(received)?;
        match operation {
            Operation::FetchToken => Ok(None),
            Operation::CreateApp => self.create_app(&Body::read(received)?),
            Operation::UpdateApp => self.update_app(&Body::read(received)?),
            Operation::DeleteApp => self.delete_app(&Query::read(received)),
            Operation::UsageRecords => self.usage_records(&Query::read(received)),
            Operation::Kickout => self.kickout(&Body::read(received)?),
            Operation::UserState => self.user_state(&Query::read(received)),
            Operation::TransCmd => self.trans_cmd(&Body::read(received)?),
            Operation::Invite => self.invite(&Body::read(received)?),
        }
    }
}

/// Method, path and name of every operation.
pub const OPERATIONS: [(&str, &str, &str); 9] = [
    ("GET", "/access/token", "access.token"),
    ("POST", "/v1/app", "app.create"),
    ("PATCH", "/v1/app", "app.update"),
    ("DELETE", "/v1/app", "app.delete"),
    ("GET", "/v1/consuming/records", "consuming.records"),
    ("POST", "/v1/kickout", "kickout"),
    ("GET", "/v1/online/user/state", "online.user.state"),
    ("POST", "/v1/online/trans-cmd", "online.trans_cmd"),
    ("POST", "/v1/online/invite", "online.invite"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    FetchToken,
    CreateApp,
    UpdateApp,
    DeleteApp,
    UsageRecords,
    Kickout,
    UserState,
    TransCmd,
    Invite,
}

impl Operation {
    fn find(path: &str, method: &Method) -> Option<Self> {
        match (path, method.as_str()) {
            ("/access/token", "GET") => Some(Self::FetchToken),
            ("/v1/app", "POST") => Some(Self::CreateApp),
            ("/v1/app", "PATCH") => Some(Self::UpdateApp),
            ("/v1/app", "DELETE") => Some(Self::DeleteApp),
            ("/v1/consuming/records", "GET") => Some(Self::UsageRecords),
            ("/v1/kickout", "POST") => Some(Self::Kickout),
            ("/v1/online/user/state", "GET") => Some(Self::UserState),
            ("/v1/online/trans-cmd", "POST") => Some(Self::TransCmd),
            ("/v1/online/invite", "POST") => Some(Self::Invite),
            _ => None,
        }
    }

    fn methods(path: &str) -> Option<&'static str> {
        match path {
            "/access/token" | "/v1/consuming/records" | "/v1/online/user/state" => Some("GET"),
            "/v1/app" => Some("POST, PATCH, DELETE"),
            "/v1/kickout" | "/v1/online/trans-cmd" | "/v1/online/invite" => Some("POST"),
            _ => None,
        }
    }
}

fn refuse(refusal: &Refusal) -> Reply {
    Reply::json(&json!({"code": refusal.number, "msg": refusal.text}), refusal.number)
}

/// The documents say nothing of unknown addresses. Chosen: the HTTP status says it, and so does the envelope.
fn no_such_address(path: &str) -> Reply {
    match Operation::methods(path) {
        Some(methods) => {
            let body = json!({"code": 405, "msg": "Method not allowed"});
            let mut reply = Reply::json_with_status(405, &body, Some(405));
            reply.headers.push((ALLOW, HeaderValue::from_static(methods)));
            reply
        }
        None => Reply::json_with_status(404, &json!({"code": 404, "msg": "Not found"}), Some(404)),
    }
}
