//! The transport over ureq.

use super::resolve::AddressOrName;
use super::upload::FileBroke;
use super::{Answer, Body, Bounds, Failure, Request, Transport};
use crate::error::Status;
use std::io;
use std::time::Instant;
use ureq::http::{self, Response, header};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{AsSendBody, SendBody, Timeout};

/// Connections kept open for one host: as many as threads are likely to call at once.
const IDLE_CONNECTIONS: usize = 64;

/// A pooled HTTP client.
#[derive(Debug)]
pub(crate) struct Agent(ureq::Agent);

impl Agent {
    pub(crate) fn new(user_agent: &str) -> Agent {
        // Each of these departs from ureq's own default, or must never follow a change of it.
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .max_idle_connections(IDLE_CONNECTIONS)
            .max_idle_connections_per_host(IDLE_CONNECTIONS)
            .user_agent(user_agent)
            .build();
        Agent(ureq::Agent::with_parts(config, DefaultConnector::default(), AddressOrName::default()))
    }

    fn run(
        &self,
        request: http::Request<impl AsSendBody>,
        bounds: &Bounds,
    ) -> Result<Response<ureq::Body>, ureq::Error> {
        let left = bounds.deadline.saturating_duration_since(Instant::now());
        let request = self
            .0
            .configure_request(request)
            .timeout_global(Some(left))
            .timeout_connect(Some(bounds.limits.connect_timeout))
            .build();
        self.0.run(request)
    }
}

impl Transport for Agent {
    fn send(&self, request: &Request<'_>, bounds: &Bounds) -> Result<Answer, Failure> {
        let failed = |error: ureq::Error| Failure::of(error, bounds);
        if bounds.deadline <= Instant::now() {
            return Err(failed(ureq::Error::Timeout(Timeout::Global)));
        }
        let mut head = http::Request::builder().method(request.method.as_str()).uri(&request.url);
        for (name, value) in request.headers {
            head = head.header(*name, value);
        }
        let mut answer = match request.body {
            Body::Empty => self.run(head.body(()).map_err(|error| failed(error.into()))?, bounds),
            Body::Bytes { content_type, bytes } => {
                let head = head.header(header::CONTENT_TYPE, content_type);
                self.run(head.body(bytes).map_err(|error| failed(error.into()))?, bounds)
            }
            Body::Upload(upload) => {
                let mut reader = upload.reader().map_err(|error| failed(error.into()))?;
                let head = head
                    .header(header::CONTENT_TYPE, upload.content_type())
                    .header(header::CONTENT_LENGTH, upload.length());
                let body = SendBody::from_reader(&mut reader);
                self.run(head.body(body).map_err(|error| failed(error.into()))?, bounds)
            }
        }
        .map_err(failed)?;
        let date = answer.headers().get(header::DATE).and_then(|value| value.to_str().ok());
        Ok(Answer {
            http_status: answer.status().as_u16(),
            date: date.and_then(|text| httpdate::parse_http_date(text).ok()),
            body: answer.body_mut().with_config().limit(bounds.limits.max_reply_bytes).read_to_vec().map_err(failed)?,
        })
    }
}

impl Failure {
    fn of(error: ureq::Error, bounds: &Bounds) -> Failure {
        use ureq::Error as E;
        let (status, nothing_sent) = match &error {
            E::Timeout(Timeout::Resolve | Timeout::Connect) => (Status::Timeout, true),
            E::Timeout(_) => (Status::Timeout, false),
            E::HostNotFound | E::ConnectionFailed => (Status::Network, true),
            E::Tls(_) | E::Rustls(_) | E::Pem(_) => (Status::Tls, true),
            E::BodyExceedsLimit(_) => (Status::Limit, false),
            E::Http(_) | E::BadUri(_) => (Status::InvalidArgument, true),
            E::Io(error) => of_io(error),
            _ => (Status::Protocol, false),
        };
        let limits = bounds.limits;
        let message = match &error {
            E::Timeout(Timeout::Connect) => {
                format!("no connection within {} ms (connect_timeout_ms)", limits.connect_timeout.as_millis())
            }
            _ if status == Status::Timeout => {
                format!("no complete answer within {} ms ({})", limits.timeout.as_millis(), bounds.timeout_key)
            }
            E::BodyExceedsLimit(limit) => {
                format!("the answer is larger than {limit} bytes; raise max_reply_bytes to read it")
            }
            E::HostNotFound => "the host name could not be resolved".to_owned(),
            E::Io(error) if status == Status::Io => format!("the file could not be read: {error}"),
            E::Io(error) if status == Status::Tls => format!("TLS: {error}"),
            E::Io(error) if nothing_sent => format!("no connection: {error}"),
            E::Io(error) => format!("the connection broke: {error}"),
            E::Protocol(error) => format!("the answer is not valid HTTP: {error}"),
            other => other.to_string(),
        };
        Failure { status, message, nothing_sent }
    }
}

fn of_io(error: &io::Error) -> (Status, bool) {
    use io::ErrorKind as K;
    if let Some(inner) = error.get_ref() {
        if inner.is::<FileBroke>() {
            return (Status::Io, false);
        }
        if inner.is::<rustls::Error>() {
            return (Status::Tls, true);
        }
    }
    match error.kind() {
        K::TimedOut => (Status::Timeout, false),
        K::ConnectionRefused | K::HostUnreachable | K::NetworkUnreachable | K::AddrNotAvailable => {
            (Status::Network, true)
        }
        _ => (Status::Network, false),
    }
}
