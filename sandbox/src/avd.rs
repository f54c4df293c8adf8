//! avd: 叁体 3tee AVD, nice2meet sdkapi v2, 69 operations (004).

mod address;
mod attachment;
mod audio_push;
mod call;
mod chat;
mod composed_view;
mod desktop_recording;
mod devices;
mod layout;
mod licences;
mod live;
mod media_play;
mod mix_recording;
mod operations;
mod overview;
mod params;
mod participants;
mod players;
mod playing;
mod recorded_files;
mod recording_queries;
mod refusal;
mod rooms;
mod settings;
mod sip;
mod site;
mod statistics;
mod token;
mod transcoding;
mod uploads;
mod visitors;
mod world;

use crate::clock::Clock;
use crate::control_error::ControlError;
use crate::exchange::{Received, Reply};
use axum::http::header::{ALLOW, HeaderValue};
use call::{Answer, Call};
use operations::Operation;
pub(crate) use operations::paths;
use params::Params;
use refusal::Refusal;
use serde_json::{Value, json};
pub(crate) use settings::Settings;
use token::Tokens;
pub use visitors::{Remark, Visitor};
use world::World;

/// One avd deployment.
pub(crate) struct Avd {
    clock: Clock,
    access_key: String,
    tokens: Tokens,
    origin: String,
    world: World,
}

impl Avd {
    pub(crate) fn new(settings: &Settings, clock: Clock, origin: String) -> Self {
        let world = world::seed::world(settings.seed, clock.now_ms());
        Self { access_key: settings.access_key.clone(), tokens: Tokens::new(settings), origin, world, clock }
    }

    pub(crate) fn expire_tokens(&mut self) {
        self.tokens.expire();
    }

    /// What the site's administrator has set.
    pub(crate) fn site(&self) -> Value {
        self.world.site.describe()
    }

    /// Sets some of it, as the administrator would; an error names what is wrong.
    pub(crate) fn change_site(&mut self, settings: &Value) -> Result<(), String> {
        self.world.change_site(settings)
    }

    /// What there is, for somebody who looks on.
    pub(crate) fn overview(&mut self) -> Value {
        let now_ms = self.clock.now_ms();
        self.world.settle(now_ms);
        let mut shown = overview::overview(&self.world, now_ms);
        if let Some(members) = shown.as_object_mut() {
            members.insert("tokens".into(), json!(self.tokens.live(now_ms)));
        }
        shown
    }

    /// A user joins an open room.
    pub(crate) fn join(&mut self, visitor: Visitor) -> Result<(), ControlError> {
        visitors::join(&mut self.world, visitor, self.clock.now_ms())
    }

    /// A user leaves of his own accord.
    pub(crate) fn leave(&mut self, room_id: &str, user_id: &str) -> Result<(), ControlError> {
        visitors::leave(&mut self.world, room_id, user_id, self.clock.now_ms())
    }

    /// Somebody in the room says something; returns the message's id.
    pub(crate) fn say(&mut self, remark: Remark) -> Result<i64, ControlError> {
        visitors::say(&mut self.world, remark, self.clock.now_ms())
    }

    pub(crate) fn answer(&mut self, received: &Received) -> Reply {
        let now_ms = self.clock.now_ms();
        self.world.settle(now_ms);
        match received.path.as_str() {
            "/attachment" => return attachment::serve(&self.world.files, received),
            "/videoPlayer" | "/videoPlayer/" => return attachment::player_page(received),
            _ => {}
        }
        let path = received.path.as_str();
        let Some(operation) = operations::find(path) else {
            // Not documented. Chosen: the HTTP status says it, and so does the envelope.
            return Reply::json_with_status(404, &json!({"ret": 404, "msg": "not found"}), Some(404));
        };
        if !operation.takes(&received.method) {
            let body = json!({"ret": 405, "msg": "method not allowed"});
            let mut reply = Reply::json_with_status(405, &body, Some(405));
            reply.headers.push((ALLOW, HeaderValue::from_static(operation.methods())));
            return reply;
        }
        match self.perform(&operation, received, now_ms) {
            Ok(body) => {
                let number = body.get("ret").or_else(|| body.get("code")).and_then(Value::as_i64);
                Reply::json_with_status(200, &body, number)
            }
            Err(refusal) => refuse(path, &refusal),
        }
    }

    /// The answer of a call that was told to fail.
    pub(crate) fn failure(path: &str, number: i64) -> Reply {
        refuse(path, &Refusal::of(number))
    }

    fn perform(&mut self, operation: &Operation, received: &Received, now_ms: i64) -> Answer {
        let params = Params::read(received);
        let call =
            Call { params: &params, now_ms, origin: received.origin(&self.origin), access_key: &self.access_key };
        match operation {
            Operation::GetToken => self.tokens.issue(&params, now_ms),
            Operation::Upload => {
                // T7: its table lists no token although every other call needs one. Taken with and without; a token
                // that is given has to be right.
                if params.text("token").is_some() {
                    self.tokens.check(&params, now_ms)?;
                }
                uploads::upload(&mut self.world, &call, received)
            }
            Operation::Api(handler) => {
                self.tokens.check(&params, now_ms)?;
                handler(&mut self.world, &call)
            }
        }
    }
}

/// A failure in the operation's own envelope: `code` where the documents show it (T40), `ret` everywhere else. HTTP 200.
fn refuse(path: &str, refusal: &Refusal) -> Reply {
    let name = if operations::answers_with_code(path) { "code" } else { "ret" };
    let reply = Reply::json(&json!({name: refusal.number, "msg": refusal.text}), refusal.number);
    Reply { detail: refusal.detail.clone(), ..reply }
}
