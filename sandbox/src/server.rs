//! From the socket to a platform and back: reads a request whole, finds the platform by the path, records the exchange.
//!
//! The way of a call is short on purpose: planned faults, then the platform, then record and log. What
//! makes bad days on the wire (latency, cut bodies, TLS) belongs around `serve` and `handle` and leaves the platforms alone.

use std::convert::Infallible;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::http::header::{CONTENT_TYPE, DATE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::serve::ListenerExt;
use serde_json::json;
use tokio::net::TcpListener;

use crate::avd::Avd;
use crate::clock::Clock;
use crate::exchange::{Part, Received, Reply};
use crate::faults::Planned;
use crate::hst::Hst;
use crate::record::Record;
use crate::redact;
use crate::youme::Youme;

/// 004 L3627: nginx in front of avd takes 200 MB by default; the largest body that any of the platforms takes.
const LARGEST_BODY: usize = 200 * 1024 * 1024;

/// Everything that the connections share.
pub struct Shared {
    pub clock: Clock,
    pub verbose: bool,
    pub hst: Mutex<Hst>,
    pub youme: Mutex<Youme>,
    pub avd: Mutex<Avd>,
    pub planned: Mutex<Planned>,
    pub record: Mutex<Record>,
}

/// A lock that survives a panic of another holder: one broken call must not end the sandbox.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves until it is dropped.
pub async fn serve(listener: TcpListener, shared: Arc<Shared>) -> std::io::Result<()> {
    let router = Router::new().fallback(handle).layer(DefaultBodyLimit::disable()).with_state(shared);
    // Small answers must leave at once: the library's speed is measured against this server.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Result<Response, Infallible> {
    let started = Instant::now();
    let (head, body) = request.into_parts();
    let (received, reply) = match to_bytes(body, LARGEST_BODY).await {
        Ok(bytes) => {
            let parts = read_parts(&head, &bytes).await;
            let received = receive(head, bytes, parts);
            let reply = shared.answer(&received);
            (received, reply)
        }
        // Too long; or the caller hung up, and then nobody reads this.
        Err(_) => (receive(head, Bytes::new(), None), too_large()),
    };
    lock(&shared.record).note(&received, &reply);
    if shared.verbose {
        log(&received, &reply, started);
    }
    Ok(respond(reply, &shared.clock))
}

impl Shared {
    /// The platform's answer.
    fn answer(&self, received: &Received) -> Reply {
        let planned = lock(&self.planned).take(&received.path);
        match (Platform::of(&received.path), planned) {
            (Some(Platform::Hst), None) => lock(&self.hst).answer(received),
            (Some(Platform::Hst), Some(number)) => Hst::failure(number),
            (Some(Platform::Youme), None) => lock(&self.youme).answer(received),
            (Some(Platform::Youme), Some(number)) => Youme::failure(number),
            (Some(Platform::Avd), None) => lock(&self.avd).answer(received),
            (Some(Platform::Avd), Some(number)) => Avd::failure(&received.path, number),
            (None, _) => Reply::json_with_status(404, &json!({"error": "no platform has this path"}), None),
        }
    }
}

/// Whose path it is. The three share no prefix: hst has `/access/token` and `/v1/…` (001), youme `/v2/video/…` (002),
/// avd `/sdkapi/v2/…` and three places on the host root (004).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Platform {
    Hst,
    Youme,
    Avd,
}

impl Platform {
    fn of(path: &str) -> Option<Self> {
        match path.split('/').nth(1).unwrap_or_default() {
            "access" | "v1" => Some(Self::Hst),
            "v2" => Some(Self::Youme),
            "sdkapi" | "uploadfile" | "attachment" | "videoPlayer" => Some(Self::Avd),
            _ => None,
        }
    }
}

fn receive(head: Parts, body: Bytes, parts: Option<Result<Vec<Part>, String>>) -> Received {
    Received {
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        method: head.method,
        headers: head.headers,
        body,
        parts,
    }
}

/// The parts of a multipart body, as a browser or curl sends it.
async fn read_parts(head: &Parts, bytes: &Bytes) -> Option<Result<Vec<Part>, String>> {
    let kind = head.headers.get(CONTENT_TYPE)?.to_str().ok()?;
    if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        return None;
    }
    let request = Request::from_parts(head.clone(), Body::from(bytes.clone()));
    Some(collect_parts(request).await)
}

async fn collect_parts(request: Request) -> Result<Vec<Part>, String> {
    let mut multipart = Multipart::from_request(request, &()).await.map_err(|e| e.body_text())?;
    let mut parts = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(|e| e.body_text())? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let bytes = field.bytes().await.map_err(|e| e.body_text())?;
        parts.push(Part { name, file_name, bytes });
    }
    Ok(parts)
}

/// What nginx says above its `client_max_body_size` (004 L3627): no envelope, not even JSON.
fn too_large() -> Reply {
    Reply {
        status: 413,
        headers: vec![(CONTENT_TYPE, HeaderValue::from_static("text/html"))],
        body: Bytes::from_static(b"<html><body><h1>413 Request Entity Too Large</h1></body></html>\n"),
        number: None,
        detail: None,
    }
}

fn respond(reply: Reply, clock: &Clock) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        response.headers_mut().insert(name, value);
    }
    // hyper writes the machine's date only where none is set: this is the sandbox's own.
    if let Ok(date) = HeaderValue::from_str(&clock.http_date()) {
        response.headers_mut().insert(DATE, date);
    }
    response
}

/// One line: method, path, parameters without secrets, HTTP status, the platform's number, milliseconds.
fn log(received: &Received, reply: &Reply, started: Instant) {
    let mut line = format!("{} {}", received.method, received.path);
    if !received.query.is_empty() {
        line.push('?');
        line.push_str(&redact::pairs(&received.query));
    }
    if !received.body.is_empty() {
        let shown = match (received.media_type().as_str(), std::str::from_utf8(&received.body)) {
            ("application/x-www-form-urlencoded", Ok(text)) => redact::pairs(text),
            ("application/json", _) => redact::json(&received.body),
            _ => redact::size_only(&received.body),
        };
        line.push(' ');
        line.push_str(&shown);
    }
    let number = reply.number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let detail = reply.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
    let spent = started.elapsed().as_secs_f64() * 1000.0;
    // A closed standard error is no reason to stop serving.
    let _ = writeln!(std::io::stderr(), "{line} -> {} {number}{detail} {spent:.1} ms", reply.status);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_the_platform() {
        assert_eq!(Platform::of("/access/token"), Some(Platform::Hst));
        assert_eq!(Platform::of("/v1/app"), Some(Platform::Hst));
        assert_eq!(Platform::of("/v2/video/query_room_info"), Some(Platform::Youme));
        assert_eq!(Platform::of("/sdkapi/v2/room/read"), Some(Platform::Avd));
        assert_eq!(Platform::of("/uploadfile"), Some(Platform::Avd));
        assert_eq!(Platform::of("/"), None);
        assert_eq!(Platform::of("/v11/app"), None);
    }
}
