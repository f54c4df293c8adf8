//! hst: 好视通 FSP PaaS business gateway, nine operations (000 and 001; 001 repeats 000 and adds the token).

mod apps;
mod arguments;
mod bills;
mod discovery;
mod online;
mod operations;
mod overview;
mod presence;
mod refusal;
mod settings;
mod token;
mod world;

use crate::clock::Clock;
use crate::control_error::ControlError;
use crate::exchange::{Received, Reply};
use arguments::{Body, Query};
use axum::http::Method;
use axum::http::header::{ALLOW, HeaderValue};
pub(crate) use discovery::PATH as DISCOVERY;
pub(crate) use operations::OPERATIONS;
use operations::Operation;
pub use presence::Presence;
use refusal::{Answer, Refusal};
use serde_json::{Value, json};
pub(crate) use settings::Settings;
use token::Tokens;
use world::World;

/// One hst account: its credentials, its single token, its applications.
pub(crate) struct Hst {
    clock: Clock,
    tokens: Tokens,
    /// What discovery answers where the caller's own words do not tell.
    origin: String,
    world: World,
}

impl Hst {
    pub(crate) fn new(settings: &Settings, clock: Clock, origin: String) -> Self {
        Self { tokens: Tokens::new(settings), world: world::seed::world(settings.seed), origin, clock }
    }

    pub(crate) fn expire_token(&mut self) {
        self.tokens.expire();
    }

    /// What there is, for somebody who looks on.
    pub(crate) fn overview(&self) -> Value {
        let mut shown = overview::overview(&self.world);
        if let Some(members) = shown.as_object_mut() {
            members.insert("tokens".into(), json!(self.tokens.live(self.clock.now_ms())));
        }
        shown
    }

    /// A user signs in or out, and is known from then on.
    pub(crate) fn set_presence(&mut self, presence: Presence) -> Result<(), ControlError> {
        presence::set_presence(&mut self.world, presence)
    }

    /// HTTP is 200 always and the number is in the body; an address that does not exist is HTTP's own matter.
    pub(crate) fn answer(&mut self, received: &Received) -> Reply {
        if received.path == discovery::PATH && received.method == Method::GET {
            return discovery::answer(&received.query_pairs(), &received.origin(&self.origin));
        }
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
    pub(crate) fn failure(path: &str, number: i64) -> Reply {
        let refusal = Refusal::plain(number);
        if path == discovery::PATH { discovery::refuse(&refusal) } else { refuse(&refusal) }
    }

    fn perform(&mut self, operation: Operation, received: &Received) -> Answer {
        let now_ms = self.clock.now_ms();
        if operation == Operation::FetchToken {
            return self.tokens.fetch(received, now_ms).map(Some);
        }
        self.tokens.check(received, now_ms)?;
        let world = &mut self.world;
        match operation {
            Operation::FetchToken => Ok(None),
            Operation::CreateApp => apps::create(world, &Body::read(received)?),
            Operation::UpdateApp => apps::update(world, &Body::read(received)?),
            Operation::DeleteApp => apps::delete(world, &Query::read(received)),
            Operation::UsageRecords => bills::usage_records(world, &Query::read(received)),
            Operation::Kickout => online::kickout(world, &Body::read(received)?),
            Operation::UserState => online::user_state(world, &Query::read(received)),
            Operation::TransCmd => online::trans_cmd(world, &Body::read(received)?),
            Operation::Invite => online::invite(world, &Body::read(received)?),
        }
    }
}

fn refuse(refusal: &Refusal) -> Reply {
    Reply::json(&json!({"code": refusal.number, "msg": refusal.text}), refusal.number)
}

/// The documents say nothing of unknown addresses. Chosen: the HTTP status says it, and so does the envelope.
fn no_such_address(path: &str) -> Reply {
    let methods = if path == discovery::PATH { Some("GET") } else { Operation::methods(path) };
    match methods {
        Some(methods) => {
            let body = json!({"code": 405, "msg": "Method not allowed"});
            let mut reply = Reply::json_with_status(405, &body, Some(405));
            reply.headers.push((ALLOW, HeaderValue::from_static(methods)));
            reply
        }
        None => Reply::json_with_status(404, &json!({"code": 404, "msg": "Not found"}), Some(404)),
    }
}
