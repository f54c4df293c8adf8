//! From the socket to a call and back: reads a request whole, and writes the answer's head.

use crate::call;
use crate::clock::Clock;
use crate::control;
use crate::cors;
use crate::disposition::Disposition;
use crate::exchange::{Part, Received, Reply};
use crate::log;
use crate::session;
use crate::shared::Shared;
use crate::wire::{Front, Handle};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::http::header::{CONNECTION, CONTENT_DISPOSITION, CONTENT_TYPE, DATE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use http_body_util::LengthLimitError;
use hyper::upgrade::OnUpgrade;
use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

/// 004 L3627: nginx in front of avd takes 200 MB by default; the largest body that any of the platforms takes.
const LARGEST_BODY: usize = 200 * 1024 * 1024;

/// Serves until it is dropped.
pub(crate) async fn serve(front: Front, shared: Arc<Shared>) -> std::io::Result<()> {
    let router = Router::new().fallback(handle).layer(DefaultBodyLimit::disable()).with_state(shared);
    axum::serve(front, router.into_make_service_with_connect_info::<Handle>()).await
}

async fn handle(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Handle>,
    request: Request,
) -> Result<Response, Infallible> {
    let _busy = Busy::new(&line);
    let started = Instant::now();
    let (mut head, body) = request.into_parts();
    let upgrade = head.extensions.remove::<OnUpgrade>();
    let is_control = shared.options.opens_control() && control::is_control(head.uri.path());
    let for_pages = if is_control { Vec::new() } else { cors::headers(&head.headers) };
    let mut reply = if is_control {
        control::answer(&shared, &head, body, line.is_secure()).await
    } else if head.method == Method::OPTIONS {
        let reply = cors::options(&head.headers);
        if shared.options.verbose {
            log::call(&receive(head, Bytes::new(), None, &line), Some(&reply), &[], started.elapsed());
        }
        reply
    } else {
        match read(body).await {
            Ok(bytes) => {
                let parts = read_parts(&head, &bytes).await;
                let received = receive(head, bytes, parts, &line);
                call::answer(&shared, &line, received, started).await
            }
            Err(Unread::TooLarge) => {
                let received = receive(head, Bytes::new(), None, &line);
                call::refuse(&shared, received, too_large(), true, started)
            }
            // The caller hung up half-way, and then nobody reads this; or what came is no HTTP.
            Err(Unread::Broken) => {
                call::refuse(&shared, receive(head, Bytes::new(), None, &line), broken(), false, started)
            }
        }
    };
    // Only the event gateway answers so.
    if let Some(upgrade) = upgrade.filter(|_| reply.status == 101) {
        tokio::spawn(session::serve(Arc::clone(&shared), upgrade));
    }
    reply.headers.extend(for_pages);
    let mut response = respond(reply, &shared.clock);
    if line.is_hung_up() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// The connection has a call to answer; until the answer is there, or the caller has gone.
struct Busy<'a>(&'a Handle);

impl<'a> Busy<'a> {
    fn new(line: &'a Handle) -> Self {
        line.begin();
        Self(line)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

fn receive(head: Parts, body: Bytes, parts: Option<Result<Vec<Part>, String>>, line: &Handle) -> Received {
    Received {
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        method: head.method,
        headers: head.headers,
        body,
        parts,
        secure: line.is_secure(),
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
        // Read here: the crate below understands quoted values only, and no `filename*`.
        let header = field.headers().get(CONTENT_DISPOSITION).map(HeaderValue::as_bytes).unwrap_or_default();
        let Disposition { name, file_name } = Disposition::read(header);
        let bytes = field.bytes().await.map_err(|e| e.body_text())?;
        parts.push(Part { name, file_name, bytes });
    }
    Ok(parts)
}

/// Why a body was not read whole.
enum Unread {
    TooLarge,
    Broken,
}

/// One that is announced to be too large is not waited for, as nginx does not.
async fn read(body: Body) -> Result<Bytes, Unread> {
    if body.size_hint().lower() > LARGEST_BODY as u64 {
        return Err(Unread::TooLarge);
    }
    to_bytes(body, LARGEST_BODY).await.map_err(|error| match error.source() {
        Some(source) if source.is::<LengthLimitError>() => Unread::TooLarge,
        _ => Unread::Broken,
    })
}

/// What nginx says above its `client_max_body_size` (004 L3627): no envelope, not even JSON.
fn too_large() -> Reply {
    Reply::page(413, "<html><body><h1>413 Request Entity Too Large</h1></body></html>\n")
}

fn broken() -> Reply {
    Reply::page(400, "<html><body><h1>400 Bad Request</h1></body></html>\n")
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
