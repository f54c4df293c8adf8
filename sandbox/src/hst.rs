//! hst: 好视通 FSP PaaS business gateway: nine operations (000 and 001; 001 repeats 000 and adds the token), twelve of the
//! vendor's later pages, for recordings and live streams, and its event gateway.

mod apps;
mod arguments;
mod attendance;
mod bills;
mod discovery;
mod gateway;
mod layout;
mod live;
mod online;
mod operations;
mod overview;
mod presence;
mod recorded_files;
mod recorder;
mod recording;
mod refusal;
mod settings;
mod token;
mod world;

use crate::clock::Clock;
use crate::control_error::ControlError;
use crate::exchange::{Received, Reply};
use arguments::{Body, Query};
pub use attendance::Broadcast;
use axum::http::Method;
use axum::http::header::{ALLOW, HeaderValue};
pub(crate) use discovery::PATH as DISCOVERY;
use gateway::Gateway;
pub(crate) use gateway::{
    EVENTS, Ending, Opened, Outgoing, PATH as EVENT_GATEWAY, Request as GatewayRequest, messages as gateway_messages,
};
use operations::Operation;
pub(crate) use operations::addresses;
pub use presence::Presence;
pub(crate) use recorded_files::PATH as RECORDING;
use refusal::Refusal;
use serde_json::{Value, json};
pub(crate) use settings::Settings;
use token::Tokens;
use world::World;
pub use world::media::MediaType;

/// One hst account: its credentials, its single token, its applications.
pub(crate) struct Hst {
    clock: Clock,
    tokens: Tokens,
    /// What discovery answers where the caller's own words do not tell.
    origin: String,
    world: World,
    gateway: Gateway,
    replaced_token_ends_sessions: bool,
}

impl Hst {
    pub(crate) fn new(settings: &Settings, clock: Clock, origin: String) -> Self {
        Self {
            tokens: Tokens::new(settings),
            world: world::seed::world(settings.seed, clock.now_ms()),
            gateway: Gateway::default(),
            replaced_token_ends_sessions: settings.replaced_token_ends_sessions,
            origin,
            clock,
        }
    }

    pub(crate) fn expire_token(&mut self) {
        self.tokens.expire();
        self.token_replaced();
    }

    /// [?] Whether the platform ends the sessions then is unknown; here a setting says it.
    fn token_replaced(&mut self) {
        if self.replaced_token_ends_sessions {
            self.gateway.end_logged_in();
        }
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

    /// A user joins a group. Returns the application's version then, as the three below do.
    pub(crate) fn join_group(&mut self, app_id: &str, group_id: &str, user_id: &str) -> Result<i64, ControlError> {
        let version = attendance::join(&mut self.world, app_id, group_id, user_id);
        self.tell();
        version
    }

    pub(crate) fn leave_group(&mut self, app_id: &str, group_id: &str, user_id: &str) -> Result<i64, ControlError> {
        let version = attendance::leave(&mut self.world, app_id, group_id, user_id);
        self.tell();
        version
    }

    pub(crate) fn start_media(&mut self, broadcast: &Broadcast) -> Result<i64, ControlError> {
        let version = attendance::start(&mut self.world, broadcast);
        self.tell();
        version
    }

    pub(crate) fn stop_media(&mut self, broadcast: &Broadcast) -> Result<i64, ControlError> {
        let version = attendance::stop(&mut self.world, broadcast);
        self.tell();
        version
    }

    /// `app_id`, `version` and `group_list`, as the event gateway would answer now.
    pub(crate) fn full_state(&self, app_id: &str) -> Result<Value, ControlError> {
        let application = self.world.application(app_id).ok_or_else(|| attendance::no_such_application(app_id))?;
        Ok(gateway::full_state(app_id, &application.groups))
    }

    pub(crate) fn open_session(&mut self, number: u64) -> Opened {
        self.gateway.open(number)
    }

    pub(crate) fn close_session(&mut self, number: u64) {
        self.gateway.close(number);
    }

    pub(crate) fn describe_sessions(&self) -> Vec<Value> {
        self.gateway.describe()
    }

    /// Returns how many there were.
    pub(crate) fn cut_sessions(&mut self) -> usize {
        self.gateway.cut_all()
    }

    /// Answers a request of a session into its outbox, with this ticket. Returns whether it was done.
    pub(crate) fn hear(&mut self, number: u64, ticket: u64, request: &GatewayRequest) -> bool {
        self.gateway.hear(&self.world, &self.tokens, self.clock.now_ms(), number, ticket, request)
    }

    /// Lets happen what was due, and tells of it.
    pub(crate) fn pass_time(&mut self) {
        self.world.recordings.settle(self.clock.now_ms());
        self.tell();
    }

    /// Tells the event gateway's clients what has happened.
    fn tell(&mut self) {
        let news = self.world.take_news();
        self.gateway.tell(news);
    }

    /// HTTP is 200 always and the number is in the body; an address that does not exist is HTTP's own matter.
    pub(crate) fn answer(&mut self, received: &Received) -> Reply {
        self.pass_time();
        if received.path == recorded_files::PATH {
            return recorded_files::serve(&self.world.recordings.files, received);
        }
        if received.path == discovery::PATH && received.method == Method::GET {
            return discovery::answer(&received.query_pairs(), &received.origin(&self.origin));
        }
        if received.path == gateway::PATH {
            return gateway::shake_hands(received);
        }
        let Some(operation) = Operation::find(&received.path, &received.method) else {
            return no_such_address(&received.path);
        };
        let answer = self.perform(operation, received);
        self.tell();
        match answer {
            Ok(body) => Reply::json(&body, 0),
            Err(refusal) => refuse(&refusal),
        }
    }

    /// The answer of a call that was told to fail.
    pub(crate) fn failure(path: &str, number: i64) -> Reply {
        let refusal = Refusal::plain(number);
        if path == discovery::PATH { discovery::refuse(&refusal) } else { refuse(&refusal) }
    }

    /// The whole answer to a call that succeeds.
    fn perform(&mut self, operation: Operation, received: &Received) -> Result<Value, Refusal> {
        let now_ms = self.clock.now_ms();
        if matches!(operation, Operation::FetchToken) {
            let fetched = self.tokens.fetch(received, now_ms)?;
            self.token_replaced();
            return Ok(nested(Some(fetched)));
        }
        self.tokens.check(received, now_ms)?;
        let world = &mut self.world;
        let answer = match operation {
            Operation::FetchToken => Ok(None),
            Operation::Recorder(handler) => {
                let call = recorder::Call { received, now_ms, origin: received.origin(&self.origin) };
                return handler(world, &call).map(flat).map_err(Refusal::in_recorders_numbers);
            }
            Operation::CreateApp => apps::create(world, &Body::read(received)?),
            Operation::UpdateApp => apps::update(world, &Body::read(received)?),
            Operation::DeleteApp => apps::delete(world, &Query::read(received)),
            Operation::UsageRecords => bills::usage_records(world, &Query::read(received)),
            Operation::Kickout => online::kickout(world, &Body::read(received)?),
            Operation::UserState => online::user_state(world, &Query::read(received)),
            Operation::TransCmd => online::trans_cmd(world, &Body::read(received)?),
            Operation::Invite => online::invite(world, &Body::read(received)?),
        };
        answer.map(nested)
    }
}

/// H5: only the token's answer is known to nest in `result`; the business answers are taken to do the same.
fn nested(result: Option<Value>) -> Value {
    match result {
        Some(result) => json!({"code": 0, "msg": "OK", "result": result}),
        None => json!({"code": 0, "msg": "OK"}),
    }
}

/// The recording service answers beside `code`. L8: its `msg` is a number, in quotes.
fn flat(members: Value) -> Value {
    let mut body = json!({"code": 0, "msg": "10000"});
    if let (Some(body), Value::Object(members)) = (body.as_object_mut(), members) {
        body.extend(members);
    }
    body
}

fn refuse(refusal: &Refusal) -> Reply {
    if refusal.is_recorders() {
        // L8. What is wrong is told in the sandbox's log only.
        let reply = Reply::json(&json!({"code": refusal.number, "msg": "30001"}), refusal.number);
        return Reply { detail: Some(refusal.text.to_string()), ..reply };
    }
    Reply::json(&json!({"code": refusal.number, "msg": refusal.text}), refusal.number)
}

/// The documents say nothing of unknown addresses. Chosen: the HTTP status says it, and so does the envelope.
fn no_such_address(path: &str) -> Reply {
    let methods = if path == discovery::PATH { Some("GET".to_owned()) } else { Operation::methods(path) };
    match methods {
        Some(methods) => {
            let body = json!({"code": 405, "msg": "Method not allowed"});
            let mut reply = Reply::json_with_status(405, &body, Some(405));
            reply.headers.extend(HeaderValue::from_str(&methods).ok().map(|methods| (ALLOW, methods)));
            reply
        }
        None => Reply::json_with_status(404, &json!({"code": 404, "msg": "Not found"}), Some(404)),
    }
}
