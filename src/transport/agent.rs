//! The transport over ureq: requests and answers are its own, connections ours.

use super::attempt::{self, Ended, RequestLength};
use super::dialer::{Dialer, NotHere};
use super::network::{Header, Network};
use super::pool::Pool;
use super::trouble::Trouble;
use super::{Answer, Body, Bounds, Failure, Request, Sink, Transport};
#[cfg(feature = "events")]
use super::{BaseUrl, Link, Route};
use crate::catalog;
use crate::trust::Trust;
use std::io::{self, Read as _};
use std::sync::Arc;
use ureq::http::{self, HeaderMap, HeaderName, HeaderValue, Method, Response, header};
use ureq::{AsSendBody, SendBody};

/// As many as a request has; more would make the map grow.
const MOST_HEADERS: usize = 6;
/// An answer that does not say its length begins with so much room.
const FIRST_ROOM: usize = 1 << 10;
/// A file comes in pieces of at most so much.
const PIECE: usize = 256 << 10;
/// What a length promises is believed so far before it has come.
const MOST_BELIEVED: u64 = 64 << 20;

/// A pooled HTTP client.
pub(crate) struct Agent {
    agent: ureq::Agent,
    /// None where the configuration says so by an empty text. It has refused what no header can hold.
    user_agent: Option<HeaderValue>,
    pool: Arc<Pool>,
    network: Option<Arc<Network>>,
    trust: Arc<Trust>,
}

impl Agent {
    /// One that keeps so many connections for later.
    pub(crate) fn new(user_agent: &str, trust: Arc<Trust>, network: Option<Arc<Network>>, max_idle: usize) -> Agent {
        let pool = Arc::new(Pool::of(max_idle));
        let dialer = Dialer::new(Arc::clone(&trust), network.clone(), Arc::clone(&pool));
        Agent::over(user_agent, dialer, pool, network, trust)
    }

    /// With names that are looked up in another way.
    #[cfg(test)]
    pub(super) fn asking(user_agent: &str, names: super::names::Names) -> Agent {
        let pool = Arc::new(Pool::of(64));
        let trust = Arc::new(Trust::by_default());
        Agent::over(user_agent, Dialer::asking(names, Arc::clone(&pool), Arc::clone(&trust)), pool, None, trust)
    }

    fn over(
        user_agent: &str,
        dialer: Dialer,
        pool: Arc<Pool>,
        network: Option<Arc<Network>>,
        trust: Arc<Trust>,
    ) -> Agent {
        // Each of these departs from ureq's own default, or must never follow a change of it. It has no limits: ours are.
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .user_agent("")
            .accept("")
            .build();
        Agent {
            agent: ureq::Agent::with_parts(config, dialer, NotHere),
            user_agent: HeaderValue::from_str(user_agent).ok().filter(|value| !value.is_empty()),
            pool,
            network,
            trust,
        }
    }

    fn run(
        &self,
        request: &Request<'_>,
        bounds: &Bounds<'_>,
        sink: Option<&mut dyn Sink>,
    ) -> Result<(u16, Vec<u8>), ureq::Error> {
        let headers = self.headers(request)?;
        let length = RequestLength { is_for_file: sink.is_some(), ..length(request, &headers) };
        attempt::with(|attempt| attempt.request = length)?;
        let answer = match request.body {
            Body::Empty if matches!(request.method, catalog::Method::Get | catalog::Method::Delete) => {
                self.answer(request, headers, ())
            }
            // With a length, for a method that is expected to have a body.
            Body::Empty => self.answer(request, headers, &[][..]),
            Body::Bytes { bytes, .. } => self.answer(request, headers, bytes),
            Body::Upload(upload) => self.answer(request, headers, SendBody::from_reader(&mut upload.reader())),
        }?;
        let status = answer.status().as_u16();
        if let Some(sink) = sink
            && opens(sink, status, &answer)?
        {
            return pour(answer, sink).map(|()| (status, Vec::new()));
        }
        Ok((status, body(answer, bounds.limits.max_reply_bytes)?))
    }

    fn headers(&self, request: &Request<'_>) -> http::Result<HeaderMap> {
        // They are for what stands before the platform, and for nobody else.
        let network = self.network.as_deref().filter(|_| request.is_to_platform);
        let fixed = network.map_or(&[][..], |network| &network.headers);
        let mut headers = HeaderMap::with_capacity(MOST_HEADERS + fixed.len());
        headers.insert(header::HOST, request.url.host.clone());
        if let Some(user_agent) = &self.user_agent {
            headers.insert(header::USER_AGENT, user_agent.clone());
        }
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        for Header { name, value } in fixed {
            headers.insert(name.clone(), value.clone());
        }
        for (name, value) in request.headers {
            headers.insert(HeaderName::try_from(*name)?, HeaderValue::from_str(value)?);
        }
        let (content_type, length) = match request.body {
            Body::Empty => return Ok(headers),
            Body::Bytes { content_type, bytes } => (HeaderValue::from_static(content_type), bytes.len() as u64),
            Body::Upload(upload) => (HeaderValue::try_from(upload.content_type())?, upload.length()),
        };
        headers.insert(header::CONTENT_TYPE, content_type);
        headers.insert(header::CONTENT_LENGTH, HeaderValue::try_from(length.to_string())?);
        Ok(headers)
    }

    fn answer(
        &self,
        request: &Request<'_>,
        headers: HeaderMap,
        body: impl AsSendBody,
    ) -> Result<Response<ureq::Body>, ureq::Error> {
        let mut whole = http::Request::new(body);
        *whole.method_mut() = match request.method {
            catalog::Method::Get => Method::GET,
            catalog::Method::Post => Method::POST,
            catalog::Method::Put => Method::PUT,
            catalog::Method::Patch => Method::PATCH,
            catalog::Method::Delete => Method::DELETE,
        };
        *whole.uri_mut() = request.url.uri.clone();
        *whole.headers_mut() = headers;
        self.agent.run(whole)
    }
}

impl Agent {
    fn attempt(
        &self,
        request: &Request<'_>,
        bounds: &Bounds<'_>,
        sink: Option<&mut dyn Sink>,
    ) -> Result<Answer, Failure> {
        let (done, Ended { trace, said }) = attempt::run(bounds, || self.run(request, bounds, sink));
        match done {
            Ok((http_status, body)) => Ok(Answer {
                http_status,
                date: said.date,
                location: said.location,
                retry_after: said.retry_after,
                body,
                trace,
            }),
            Err(error) => {
                let settings = (&*self.trust, self.network.as_deref());
                Err(Failure::of(error, &request.url, settings, bounds, trace))
            }
        }
    }
}

impl Transport for Agent {
    fn send(&self, request: &Request<'_>, bounds: &Bounds<'_>) -> Result<Answer, Failure> {
        self.attempt(request, bounds, None)
    }

    fn fetch(&self, request: &Request<'_>, bounds: &Bounds<'_>, sink: &mut dyn Sink) -> Result<Answer, Failure> {
        self.attempt(request, bounds, Some(sink))
    }

    #[cfg(feature = "events")]
    fn link<'c>(&self, base: &BaseUrl, bounds: Bounds<'c>) -> Result<Link<'c>, Failure> {
        let route = Route::new(base, self.user_agent.clone(), &self.trust, self.network.as_ref())?;
        Link::open(route, &self.pool, bounds)
    }

    fn close_idle(&self) {
        self.pool.close();
    }
}

fn length(request: &Request<'_>, headers: &HeaderMap) -> RequestLength {
    /// `PATCH`, `HTTP/1.1`, and what stands between the parts of the head.
    const AROUND: usize = 24;
    let target = request.url.uri.path_and_query().map_or(0, |target| target.as_str().len());
    let lines: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    let head = AROUND + target + lines;
    let body = match request.body {
        Body::Empty => 0,
        Body::Bytes { bytes, .. } => bytes.len() as u64,
        Body::Upload(upload) => upload.length(),
    };
    RequestLength { head, whole: body.saturating_add(head as u64), is_for_file: false }
}

/// Whether the answer's body goes into the sink.
fn opens(sink: &mut dyn Sink, status: u16, answer: &Response<ureq::Body>) -> io::Result<bool> {
    let head = attempt::with(|attempt| attempt.said.file.take())?.unwrap_or_default();
    sink.opens(status, answer.body().content_length(), &head)
}

/// Gives the body to the sink piece by piece.
fn pour(answer: Response<ureq::Body>, sink: &mut dyn Sink) -> Result<(), ureq::Error> {
    let mut reader = answer.into_body().into_reader();
    let mut piece = Vec::new();
    piece.try_reserve_exact(PIECE).map_err(|_| Trouble::NoMemory.into_io())?;
    piece.resize(PIECE, 0);
    loop {
        let count = reader.read(&mut piece)?;
        if count == 0 {
            return Ok(());
        }
        sink.take(piece.get(..count).unwrap_or_default())?;
    }
}

/// The whole body, with room for the NUL that C wants after it.
fn body(answer: Response<ureq::Body>, most: u64) -> Result<Vec<u8>, ureq::Error> {
    let body = answer.into_body();
    let too_large = || ureq::Error::BodyExceedsLimit(most);
    let said = body.content_length();
    if said.is_some_and(|said| said > most) {
        return Err(too_large());
    }
    let room = said.map_or(FIRST_ROOM, |said| said.min(MOST_BELIEVED) as usize + 1);
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(room).map_err(|_| Trouble::NoMemory.into_io())?;
    body.into_reader().take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(too_large());
    }
    Ok(bytes)
}
