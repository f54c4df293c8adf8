//! The control interface, `/_sandbox/…`: what a test tells the sandbox, and asks it. JSON both ways, off unless asked for,
//! never recorded, never subject to faults, unless nobody listens at all. The console is a page that uses it.

mod answers;
mod browsers;
mod console;
mod exchanges;
mod groups;
mod overview;
mod people;
mod request;
mod routes;

use crate::control_error::ControlError;
use crate::exchange::Reply;
use crate::faults::FaultError;
use crate::lock::lock;
use crate::operation;
use crate::shared::Shared;
use axum::body::{Body, to_bytes};
use axum::http::header::{ALLOW, HeaderValue};
use axum::http::request::Parts;
use request::{Answer, Request, ok};
use routes::ROUTES;
pub(crate) use routes::{CONSOLE, PREFIX};
use serde_json::{Value, json};
use std::time::Duration;

/// The control interface takes no files.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

pub(crate) fn is_control(path: &str) -> bool {
    path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(crate) async fn answer(shared: &Shared, head: &Parts, body: Body, is_secure: bool) -> Reply {
    if let Err(error) = browsers::check(&head.headers, is_secure, shared.options.console) {
        return refusal(&error);
    }
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
    if shared.options.console && (request.method, request.path) == ("GET", CONSOLE) {
        return console::page();
    }
    match perform(shared, &request) {
        Ok(value) => {
            shared.settle().await;
            Reply::json_with_status(200, &value, None)
        }
        Err(error) => refusal(&error),
    }
}

fn perform(shared: &Shared, request: &Request) -> Answer {
    match (request.method, request.path) {
        ("GET", "") => answers::about(shared),
        ("GET", "/configurations") => Ok(shared.configurations()),
        ("GET", "/operations") => Ok(json!(operation::all())),
        ("GET", "/tls") => Ok(shared.tls.as_ref().map_or_else(|| json!({"tls": null}), |tls| tls.to_json())),
        ("GET", "/exchanges") => exchanges::list(shared, request),
        ("GET", path) if path.starts_with("/exchanges/") => exchanges::one(shared, path),
        ("DELETE", "/exchanges") => done(|| lock(&shared.record).clear()),
        ("GET", "/counts") => Ok(json!(lock(&shared.counts).of_arrived())),
        ("GET", "/counts/acted") => Ok(json!(lock(&shared.counts).of_acted())),
        ("GET", "/counts/failed") => Ok(answers::failures(shared)),
        ("GET", "/worlds") => Ok(overview::worlds(shared)),
        ("GET", "/overview") => overview::overview(shared, request),
        ("GET", CONSOLE) => Err(console::is_off()),
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
        ("GET", "/hst/groups") => groups::full_state(shared, request),
        ("POST", "/hst/groups/users") => groups::join(shared, request),
        ("DELETE", "/hst/groups/users") => groups::leave(shared, request),
        ("POST", "/hst/groups/media") => groups::start_media(shared, request),
        ("DELETE", "/hst/groups/media") => groups::stop_media(shared, request),
        ("GET", "/hst/gateway/sessions") => Ok(Value::Array(lock(&shared.hst).describe_sessions())),
        ("DELETE", "/hst/gateway/sessions") => Ok(json!({"cut": lock(&shared.hst).cut_sessions()})),
        ("POST", "/reset") => done(|| shared.reset()),
        _ => Err(unknown(request)),
    }
}

fn done(act: impl FnOnce()) -> Answer {
    act();
    ok()
}

fn unknown(request: &Request) -> ControlError {
    let one_of = |list: &str| request.path.strip_prefix(list).is_some_and(|id| id.starts_with('/'));
    let path = match request.path {
        _ if one_of("/faults") => "/faults/<id>",
        _ if one_of("/exchanges") => "/exchanges/<id>",
        path => path,
    };
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

impl From<FaultError> for ControlError {
    fn from(error: FaultError) -> Self {
        Self::bad(error.to_string())
    }
}

impl Shared {
    /// Returns when the listener has done what the faults ask of it: whoever is told that connections are refused may
    /// try at once. In vain only if the port cannot be had back.
    pub(crate) async fn settle(&self) {
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
