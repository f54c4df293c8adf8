//! The control interface, `/_sandbox/…`: what a test tells the sandbox, and asks it. JSON both ways, off unless asked for,
//! never recorded, never subject to faults, unless nobody listens at all.

mod answers;
mod error;
mod exchanges;
mod library;
mod people;

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::header::{ALLOW, HeaderValue};
use axum::http::request::Parts;
use serde_json::{Value, json};

use crate::exchange::Reply;
use crate::members::Members;
use crate::shared::{Shared, lock};
pub use error::ControlError;

pub const PREFIX: &str = "/_sandbox";
/// The control interface takes no files.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// Every method and path there is; this is also what `GET /_sandbox` shows.
const ROUTES: [(&str, &str, &str); 24] = [
    ("GET", "", "what there is: this"),
    ("GET", "/configurations", "what the first line printed"),
    ("GET", "/exchanges", "recorded calls; ?operation=avd.room.read or avd.*, ?secrets=1 shows what else is masked"),
    ("DELETE", "/exchanges", "forget them"),
    ("GET", "/counts", "how many calls of each operation arrived"),
    ("GET", "/counts/acted", "on how many the platform acted"),
    ("DELETE", "/counts", "count from 0 again"),
    ("GET", "/faults", "the planned faults, with their ids"),
    ("POST", "/faults", "plan one: {\"operation\",\"times\",\"acted\",\"kind\",…}; answers {\"id\"}"),
    ("DELETE", "/faults", "remove all"),
    ("DELETE", "/faults/<id>", "remove one"),
    ("POST", "/tokens/expire", "all live hst and avd tokens die now"),
    ("GET", "/clock", "{\"offset_s\"}: how far the sandbox's clock is ahead of the machine's"),
    ("PUT", "/clock", "set it: {\"offset_s\"}"),
    ("POST", "/clock/advance", "move it on: {\"seconds\"}"),
    ("POST", "/avd/participants", "somebody joins: {\"room_id\",\"user_id\",\"user_name\",\"type\",\"user_data\"}"),
    ("DELETE", "/avd/participants", "somebody leaves: ?room_id=&user_id="),
    ("POST", "/avd/chat", "somebody in the room says something: {\"room_id\",\"user_id\",\"message\",\"to\"}"),
    ("GET", "/avd/site", "what avd's administrator has set"),
    ("PUT", "/avd/site", "set it: {\"composed_view\",\"company\",\"licence_service\"}"),
    ("PUT", "/hst/users", "{\"app_id\",\"user_id\",\"state\",\"mutex_type\",\"terminal_seq_num\",\"company_id\"}"),
    ("GET", "/operations", "the names of the operations"),
    ("GET", "/tls", "what the second line printed under --tls"),
    ("POST", "/reset", "the world, the clock, the faults and the record as they were at start"),
];

pub fn is_control(path: &str) -> bool {
    path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub async fn answer(shared: &Shared, head: &Parts, body: Body) -> Reply {
    let body = match to_bytes(body, LARGEST_BODY).await {
        Ok(bytes) => bytes,
        Err(_) => return refusal(&ControlError::bad("the body is too large, or broke off".to_owned())),
    };
    let request = Request {
        method: head.method.as_str(),
        path: head.uri.path().strip_prefix(PREFIX).unwrap_or_default().trim_end_matches('/'),
        query: head.uri.query().unwrap_or_default(),
        body: &body,
    };
    match perform(shared, &request) {
        Ok(value) => {
            shared.settle().await;
            Reply::json_with_status(200, &value, None)
        }
        Err(error) => refusal(&error),
    }
}

/// One call of the control interface.
struct Request<'a> {
    method: &'a str,
    /// Below the prefix.
    path: &'a str,
    query: &'a str,
    body: &'a [u8],
}

type Answer = Result<Value, ControlError>;

fn perform(shared: &Shared, request: &Request) -> Answer {
    match (request.method, request.path) {
        ("GET", "") => answers::about(shared),
        ("GET", "/configurations") => Ok(shared.configurations()),
        ("GET", "/operations") => Ok(json!(crate::operation::all())),
        ("GET", "/tls") => Ok(shared.tls.as_ref().map_or_else(|| json!({"tls": null}), |tls| tls.to_json())),
        ("GET", "/exchanges") => exchanges::list(shared, request),
        ("DELETE", "/exchanges") => done(|| lock(&shared.record).clear()),
        ("GET", "/counts") => Ok(json!(lock(&shared.counts).of_arrived())),
        ("GET", "/counts/acted") => Ok(json!(lock(&shared.counts).of_acted())),
        ("DELETE", "/counts") => done(|| lock(&shared.counts).clear()),
        ("GET", "/faults") => Ok(Value::Array(shared.faults.describe())),
        ("POST", "/faults") => answers::add_fault(shared, request),
        ("DELETE", "/faults") => done(|| shared.faults.clear()),
        ("DELETE", path) if path.starts_with("/faults/") => answers::remove_fault(shared, path),
        ("POST", "/tokens/expire") => done(|| shared.expire_tokens()),
        ("GET", "/clock") => Ok(answers::clock(shared)),
        ("PUT", "/clock") => answers::set_clock(shared, request),
        ("POST", "/clock/advance") => answers::advance_clock(shared, request),
        ("POST", "/avd/participants") => people::join(shared, request),
        ("DELETE", "/avd/participants") => people::leave(shared, request),
        ("POST", "/avd/chat") => people::say(shared, request),
        ("GET", "/avd/site") => Ok(lock(&shared.avd).site()),
        ("PUT", "/avd/site") => people::set_site(shared, request),
        ("PUT", "/hst/users") => people::set_presence(shared, request),
        ("POST", "/reset") => done(|| shared.reset()),
        _ => Err(unknown(request)),
    }
}

/// For what has nothing to tell.
fn done(act: impl FnOnce()) -> Answer {
    act();
    ok()
}

fn ok() -> Answer {
    Ok(json!({"ok": true}))
}

fn unknown(request: &Request) -> ControlError {
    let path = if request.path.starts_with("/faults/") { "/faults/<id>" } else { request.path };
    let methods: Vec<&str> =
        ROUTES.iter().filter(|(_, known, _)| *known == path).map(|(method, _, _)| *method).collect();
    if methods.is_empty() {
        ControlError::not_found(format!("there is no {PREFIX}{path}; GET {PREFIX} shows what there is"))
    } else {
        ControlError::method(methods.join(", "))
    }
}

fn refusal(error: &ControlError) -> Reply {
    let mut reply = Reply::json_with_status(error.status, &json!({"error": error.message}), None);
    if let Some(allowed) = error.allowed.as_ref().and_then(|methods| HeaderValue::from_str(methods).ok()) {
        reply.headers.push((ALLOW, allowed));
    }
    reply
}

impl Request<'_> {
    /// The body's members; no body is an empty object.
    fn members(&self) -> Result<Members, ControlError> {
        Ok(Members::of(self.json()?, "the body")?)
    }

    fn json(&self) -> Answer {
        if self.body.is_empty() {
            return Ok(json!({}));
        }
        serde_json::from_slice(self.body).map_err(|error| ControlError::bad(format!("the body is not JSON: {error}")))
    }

    /// The query as members, every value a string.
    fn query(&self) -> Result<Members, ControlError> {
        let pairs = form_urlencoded::parse(self.query.as_bytes()).into_owned();
        let members = pairs.map(|(name, value)| (name, Value::from(value))).collect();
        Ok(Members::of(Value::Object(members), "the query")?)
    }
}

impl Shared {
    /// Returns when the listener has done what the faults ask of it: whoever is told that connections are refused may
    /// try at once. In vain only if the port cannot be had back.
    pub async fn settle(&self) {
        for _ in 0..2000 {
            if self.faults.settled() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    #[test]
    fn the_prefix_is_a_whole_word() {
        assert!(is_control("/_sandbox") && is_control("/_sandbox/faults"));
        assert!(!is_control("/_sandboxes") && !is_control("/x/_sandbox"));
    }

    /// What the list shows is there.
    #[test]
    fn every_route_leads_somewhere() {
        let shared = Shared::new(Options::default(), "http://127.0.0.1:1".to_owned(), None);
        for (method, path, _) in ROUTES {
            let path = path.replace("<id>", "5");
            let request = Request { method, path: &path, query: "", body: b"" };
            let found = perform(&shared, &request);
            assert!(!matches!(found, Err(ref error) if error.status == 405), "{method} {path}");
            assert!(!matches!(found, Err(ref error) if error.message.contains("shows what")), "{method} {path}");
        }
    }
}
