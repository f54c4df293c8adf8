//! The transport over ureq.

use super::resolve::AddressOrName;
use super::{Answer, Body, Bounds, Failure, Request, Transport};
use std::time::{Duration, Instant, SystemTime};
use ureq::http::{self, HeaderMap, Response, header};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{AsSendBody, SendBody, Timeout};

/// Connections kept open for one host: as many as threads are likely to call at once.
const IDLE_CONNECTIONS: usize = 64;

/// A longer `Retry-After` is cut, so that it fits into every language's integers.
const LONGEST_PAUSE: Duration = Duration::from_secs(365 * 86_400);

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
        Agent(ureq::Agent::with_parts(config, DefaultConnector::default(), AddressOrName))
    }

    fn run(
        &self,
        request: http::Request<impl AsSendBody>,
        bounds: &Bounds<'_>,
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
    fn send(&self, request: &Request<'_>, bounds: &Bounds<'_>) -> Result<Answer, Failure> {
        let failed = |error: ureq::Error| Failure::of(error, &request.url, bounds);
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
        let Head { date, location, retry_after } = Head::of(answer.headers());
        Ok(Answer {
            http_status: answer.status().as_u16(),
            date,
            location,
            retry_after,
            body: answer.body_mut().with_config().limit(bounds.limits.max_reply_bytes).read_to_vec().map_err(failed)?,
        })
    }
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
