//! avd: 叁体 3tee AVD, nice2meet sdkapi v2, 69 operations (004).

mod address;
mod attachment;
mod audio_push;
mod chat;
mod composed_view;
mod desktop_recording;
mod devices;
mod files;
mod layout;
mod licences;
mod live;
mod media_bytes;
mod media_play;
mod mix_recording;
mod operations;
mod params;
mod participants;
mod players;
mod recorded_files;
mod recording_queries;
mod recordings;
mod refusal;
mod rooms;
mod seed;
mod sip;
mod site;
mod statistics;
mod token;
mod transcoding;
mod uploads;
mod visitors;
mod world;

use axum::http::header::{ALLOW, HeaderValue};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::exchange::{Received, Reply};
use crate::options::Options;
use params::Params;
use refusal::Refusal;
use token::Tokens;
use world::World;

/// The success object, whole: the documents' envelopes differ too much to be put on afterwards (T40, T41).
type Answer = Result<Value, Refusal>;

/// One call of one operation.
struct Call<'a> {
    params: &'a Params,
    /// Milliseconds since the epoch.
    now_ms: i64,
    /// What URLs in the answer begin with.
    origin: String,
    access_key: &'a str,
}

impl Call<'_> {
    fn now_s(&self) -> i64 {
        self.now_ms / 1000
    }
}

type Handler = fn(&mut World, &Call) -> Answer;

/// Where the operations live (004 L10 and on: "…/sdkapi/v2" before each address).
const PREFIX: &str = "/sdkapi/v2";

pub use operations::paths;
pub use visitors::{Remark, Visitor};

/// One avd deployment.
pub struct Avd {
    clock: Clock,
    access_key: String,
    tokens: Tokens,
    origin: String,
    world: World,
}

impl Avd {
    pub fn new(options: &Options, clock: Clock, origin: String) -> Self {
        let world = seed::world(options.seed, clock.now_ms());
        Self { access_key: options.avd_access_key.clone(), tokens: Tokens::new(options), origin, world, clock }
    }

    pub fn expire_tokens(&mut self) {
        self.tokens.expire();
    }

    /// What the site's administrator has set.
    pub fn site(&self) -> Value {
        self.world.site.describe()
    }

    /// Sets some of it, as the administrator would; an error names what is wrong.
    pub fn change_site(&mut self, settings: &Value) -> Result<(), String> {
        self.world.change_site(settings)
    }

    pub fn answer(&mut self, received: &Received) -> Reply {
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
    pub fn failure(path: &str, number: i64) -> Reply {
        refuse(path, &Refusal::of(number))
    }

    fn perform(&mut self, operation: &operations::Operation, received: &Received, now_ms: i64) -> Answer {
        let params = Params::read(received);
        let call =
            Call { params: &params, now_ms, origin: received.origin(&self.origin), access_key: &self.access_key };
        match operation {
            operations::Operation::GetToken => self.tokens.issue(&params, now_ms),
            operations::Operation::Upload => {
                // T7: its table lists no token although every other call needs one. Taken with and without; a token
                // that is given has to be right.
                if params.text("token").is_some() {
                    self.tokens.check(&params, now_ms)?;
                }
                uploads::upload(&mut self.world, &call, received)
            }
            operations::Operation::Api(handler) => {
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

/// The success that most operations answer with.
fn success() -> Answer {
    Ok(json!({"ret": 0, "msg": "success"}))
}
