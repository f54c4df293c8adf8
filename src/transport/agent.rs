//! The transport over ureq: requests and answers are its own, connections ours.

use super::attempt::{self, Progress};
use super::dialer::{Dialer, NotHere};
use super::tls::{Roots, Trust};
use super::trouble::Trouble;
use super::{Answer, Body, Bounds, Failure, Request, Transport};
use std::io::Read as _;
use std::time::{Duration, SystemTime};
use ureq::http::{self, HeaderMap, Response, header};
use ureq::{AsSendBody, SendBody};

/// A longer `Retry-After` is cut, so that it fits into every language's integers.
const LONGEST_PAUSE: Duration = Duration::from_secs(365 * 86_400);
/// An answer that does not say its length begins with so much room.
const FIRST_ROOM: usize = 1 << 10;
/// What a length promises is believed so far before it has come.
const MOST_BELIEVED: u64 = 64 << 20;

/// A pooled HTTP client.
#[derive(Debug)]
pub(crate) struct Agent(ureq::Agent);

impl Agent {
    pub(crate) fn new(user_agent: &str, more_roots: Roots) -> Agent {
        Agent::over(user_agent, Dialer::new(Trust::in_also(more_roots)))
    }

    /// With names that are looked up in another way.
    #[cfg(test)]
    pub(super) fn asking(user_agent: &str, names: super::names::Names) -> Agent {
        Agent::over(user_agent, Dialer::asking(names))
    }

    fn over(user_agent: &str, dialer: Dialer) -> Agent {
        // Each of these departs from ureq's own default, or must never follow a change of it. It has no limits: ours are.
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .user_agent(user_agent)
            .build();
        Agent(ureq::Agent::with_parts(config, dialer, NotHere))
    }

    fn run(&self, request: &Request<'_>, bounds: &Bounds<'_>) -> Result<Answer, ureq::Error> {
        let mut head = http::Request::builder().method(request.method.as_str()).uri(request.url.clone());
        for (name, value) in request.headers {
            head = head.header(*name, value);
        }
        match request.body {
            Body::Empty if matches!(request.method.as_str(), "GET" | "DELETE") => self.answer(head.body(())?, bounds),
            // With a length, for a method that is expected to have a body.
            Body::Empty => self.answer(head.body(&[][..])?, bounds),
            Body::Bytes { content_type, bytes } => {
                self.answer(head.header(header::CONTENT_TYPE, content_type).body(bytes)?, bounds)
            }
            Body::Upload(upload) => {
                let mut reader = upload.reader();
                let head = head
                    .header(header::CONTENT_TYPE, upload.content_type())
                    .header(header::CONTENT_LENGTH, upload.length());
                self.answer(head.body(SendBody::from_reader(&mut reader))?, bounds)
            }
        }
    }

    fn answer(&self, request: http::Request<impl AsSendBody>, bounds: &Bounds<'_>) -> Result<Answer, ureq::Error> {
        let answer = self.0.run(request)?;
        let Head { date, location, retry_after } = Head::of(answer.headers());
        let http_status = answer.status().as_u16();
        Ok(Answer { http_status, date, location, retry_after, body: body(answer, bounds.limits.max_reply_bytes)? })
    }
}

impl Transport for Agent {
    fn send(&self, request: &Request<'_>, bounds: &Bounds<'_>) -> Result<Answer, Failure> {
        let (done, progress): (_, Progress) = attempt::run(bounds, || self.run(request, bounds));
        done.map_err(|error| Failure::of(error, &request.url, bounds, progress))
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

/// What an answer's head says beside its status.
struct Head {
    date: Option<SystemTime>,
    location: Option<String>,
    retry_after: Option<Duration>,
}

impl Head {
    fn of(headers: &HeaderMap) -> Head {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let time = |text: &str| httpdate::parse_http_date(text).ok();
        Head {
            date: text(header::DATE).filter(|_| !headers.contains_key(header::AGE)).and_then(time),
            location: text(header::LOCATION).map(str::to_owned),
            retry_after: text(header::RETRY_AFTER)
                .and_then(|text| match text.trim().parse() {
                    Ok(seconds) => Some(Duration::from_secs(seconds)),
                    Err(_) => time(text)?.duration_since(SystemTime::now()).ok(),
                })
                .map(|pause| pause.min(LONGEST_PAUSE)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(name: header::HeaderName, value: &str) -> Head {
        Head::of(&HeaderMap::from_iter([(name, value.parse().unwrap())]))
    }

    #[test]
    fn a_pause_comes_in_seconds_or_as_a_date() {
        assert_eq!(head(header::RETRY_AFTER, " 120 ").retry_after, Some(Duration::from_secs(120)));
        assert_eq!(head(header::RETRY_AFTER, &u64::MAX.to_string()).retry_after, Some(LONGEST_PAUSE));
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        let pause = head(header::RETRY_AFTER, &soon).retry_after.unwrap().as_secs();
        assert!((95..=100).contains(&pause), "{pause}");
        for none in ["soon", "-1", "Mon, 01 Jan 1990 00:00:00 GMT", ""] {
            assert_eq!(head(header::RETRY_AFTER, none).retry_after, None, "{none}");
        }
    }

    #[test]
    fn the_date_of_a_cached_answer_is_nobodys_clock() {
        let date = (header::DATE, "Mon, 01 Jan 1990 00:00:00 GMT".parse().unwrap());
        assert!(Head::of(&HeaderMap::from_iter([date.clone()])).date.is_some());
        assert!(Head::of(&HeaderMap::from_iter([date, (header::AGE, "0".parse().unwrap())])).date.is_none());
    }
}
