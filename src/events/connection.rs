//! The websocket, over a connection of the transport: TLS, proxy, time limits and cancelling are those of every call.

use crate::cancel::Interrupt;
use crate::engine::Engine;
use crate::error::{Error, Status};
use crate::redact::Foreign;
use crate::transport::{BaseUrl, Bounds, Link, Route};
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Instant;
use tungstenite::error::{Error as Socket, ProtocolError};
use tungstenite::handshake::HandshakeError;
use tungstenite::handshake::client::generate_key;
use tungstenite::http::uri::Scheme;
use tungstenite::http::{HeaderName, HeaderValue, Request, Uri};
use tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tungstenite::{Message, WebSocket};

/// Messages are short, and come one by one.
const BUFFER: usize = 8 << 10;

pub(super) struct Connection<'c> {
    socket: WebSocket<Link<'c>>,
    words: Words<'c>,
}

/// What came.
pub(super) enum Came {
    Text(String),
    /// What belongs to the connection alone.
    Other,
    /// The time was over.
    Nothing,
}

/// What is needed to say why a connection failed.
struct Words<'c> {
    engine: &'c Engine,
    route: Arc<Route>,
    bounds: Bounds<'c>,
}

impl<'c> Connection<'c> {
    /// Connects, and asks for a websocket, within the time of a call.
    pub(super) fn open(engine: &'c Engine, gateway: &BaseUrl, session: &'c Interrupt) -> Result<Connection<'c>, Error> {
        let bounds = engine.event_bounds(session);
        let link = engine.link_to_event_gateway(gateway, bounds);
        let link = link.map_err(|failure| engine.event_failure(&failure))?;
        let words = Words { engine, route: link.route(), bounds };
        let most = usize::try_from(bounds.limits.max_reply_bytes).unwrap_or(usize::MAX);
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(most))
            .max_frame_size(Some(most));
        let request = upgrade(words.route.request()).map_err(|problem| Error::new(Status::Internal, problem))?;
        match tungstenite::client::client_with_config(request, link, Some(config)) {
            Ok((socket, _)) => Ok(Connection { socket, words }),
            Err(HandshakeError::Failure(error)) => Err(words.of(error)),
            Err(HandshakeError::Interrupted(_)) => Err(engine.event_failure(&words.route.late(&bounds))),
        }
    }

    /// What comes until then.
    pub(super) fn read(&mut self, until: Instant) -> Result<Came, Error> {
        self.socket.get_mut().read_until(until);
        match self.socket.read() {
            Ok(Message::Text(text)) => Ok(Came::Text(text.as_str().to_owned())),
            Ok(Message::Close(frame)) => Err(self.words.closed(frame)),
            Ok(Message::Binary(_)) => Err(self
                .words
                .named(Error::new(Status::Protocol, "a message of the event gateway is binary, and no text"))),
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => Ok(Came::Other),
            Err(Socket::Io(error)) if error.kind() == ErrorKind::WouldBlock => Ok(Came::Nothing),
            Err(error) => Err(self.words.of(error)),
        }
    }

    pub(super) fn send(&mut self, text: String) -> Result<(), Error> {
        self.socket.send(Message::text(text)).map_err(|error| self.words.of(error))
    }

    /// When anything came last.
    pub(super) fn last_came(&self) -> Instant {
        self.socket.get_ref().last_came()
    }
}

/// What asks for a websocket.
fn upgrade(mut request: Request<()>) -> Result<Request<()>, String> {
    let mut parts = request.uri().clone().into_parts();
    let is_https = parts.scheme == Some(Scheme::HTTPS);
    let scheme = Scheme::try_from(if is_https { "wss" } else { "ws" }).map_err(|error| error.to_string())?;
    parts.scheme = Some(scheme);
    *request.uri_mut() = Uri::from_parts(parts).map_err(|error| error.to_string())?;
    let key = HeaderValue::try_from(generate_key()).map_err(|error| error.to_string())?;
    let headers = request.headers_mut();
    for (name, value) in [("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "13")] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.insert(HeaderName::from_static("sec-websocket-key"), key);
    Ok(request)
}

impl Words<'_> {
    fn of(&self, error: Socket) -> Error {
        match error {
            Socket::Io(error) if error.kind() == ErrorKind::WouldBlock => {
                self.engine.event_failure(&self.route.late(&self.bounds))
            }
            Socket::Io(error) => self.engine.event_failure(&self.route.failure(error, &self.bounds)),
            Socket::ConnectionClosed
            | Socket::AlreadyClosed
            | Socket::Protocol(ProtocolError::ResetWithoutClosingHandshake | ProtocolError::HandshakeIncomplete) => {
                self.closed(None)
            }
            Socket::Capacity(_) => {
                let most = self.bounds.limits.max_reply_bytes;
                self.named(Error::new(
                    Status::Limit,
                    format!(
                        "a message of the event gateway is larger than {most} bytes; raise max_reply_bytes to read it"
                    ),
                ))
            }
            Socket::Http(answer) => {
                let status = answer.status().as_u16();
                let mut error = Error::new(
                    Status::Http,
                    format!("the event gateway answered HTTP {status}, and opened no websocket"),
                );
                error.document_mut().http_status = Some(status);
                self.named(error)
            }
            other => {
                let problem = self.shown(&other.to_string());
                let source = self.route.source().name();
                let problem = format!("the event gateway speaks no websocket: {problem}; is {source} right?");
                self.named(Error::new(Status::Protocol, problem))
            }
        }
    }

    fn closed(&self, frame: Option<CloseFrame>) -> Error {
        let mut message = "the event gateway closed the connection".to_owned();
        if let Some(CloseFrame { code, reason }) = frame {
            message.push_str(&format!(" with {}", u16::from(code)));
            if !reason.is_empty() {
                message.push_str(&format!(": {}", self.shown(&reason)));
            }
        }
        self.named(Error::new(Status::Network, message).nothing_acted())
    }

    fn shown(&self, text: &str) -> String {
        self.engine.event_redactor(None).text(&Foreign::from(text)).to_string()
    }

    fn named(&self, error: Error) -> Error {
        self.engine.event_error(error)
    }
}
