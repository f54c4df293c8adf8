//! The record of exchanges, bounded in number and in size, so that a test can ask what was really sent.

use crate::exchange::Received;
use crate::hst;
use std::collections::VecDeque;

/// The exchanges kept: the last ones.
pub(crate) const KEPT: usize = 1000;
/// The bytes kept of each body.
pub(crate) const KEPT_BODY: usize = 64 * 1024;
/// The bytes kept of all requests and answers together: when they get more, the oldest exchanges go.
const KEPT_IN_ALL: usize = 32 * 1024 * 1024;

/// One request and its answer, as they were on the wire. Nothing is masked here; the control interface masks, unless it
/// is asked not to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Its name, for example `avd.room.read`; calls of unknown addresses have none.
    pub operation: Option<&'static str>,
    /// HTTP's; of what is said over a websocket MESSAGE for the client's, ANSWER and EVENT for the platform's.
    pub method: String,
    /// The path as sent, not decoded.
    pub path: String,
    /// The query as sent, without `?`, not decoded.
    pub query: String,
    /// Names in lower case, in the order of arrival within one name.
    pub headers: Vec<(String, String)>,
    /// The first 64 KiB of the request's body.
    pub body: Vec<u8>,
    /// 0 when nothing was answered: a planned fault, or the caller hung up before. 101 for what is said over a websocket.
    pub status: u16,
    /// The first 64 KiB of what was sent of the answer's body.
    pub reply: Vec<u8>,
    /// The number of the websocket that it was said over.
    pub session: Option<u64>,
}

/// One thing that is said over a websocket, and whether the platform's really went out.
pub(crate) enum Said<'a> {
    Message(&'a [u8]),
    Answer { text: &'a [u8], sent: bool },
    Event { text: &'a [u8], sent: bool },
}

/// The last exchanges, in the order in which they were answered.
#[derive(Default)]
pub(crate) struct Record {
    kept: VecDeque<Exchange>,
    bytes: usize,
}

impl Record {
    pub(crate) fn note(&mut self, received: &Received, operation: Option<&'static str>, status: u16, reply: &[u8]) {
        let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let exchange = Exchange {
            operation,
            method: received.method.to_string(),
            path: received.path.clone(),
            query: received.query.clone(),
            headers: received.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: beginning(&received.body),
            status,
            reply: beginning(reply),
            session: None,
        };
        self.keep(exchange);
    }

    /// Something that was said over a websocket.
    pub(crate) fn note_message(&mut self, said: &Said, operation: Option<&'static str>, session: u64) {
        let (method, body, reply, status) = match *said {
            Said::Message(text) => ("MESSAGE", text, &b""[..], 101),
            Said::Answer { text, sent } => ("ANSWER", &b""[..], text, if sent { 101 } else { 0 }),
            Said::Event { text, sent } => ("EVENT", &b""[..], text, if sent { 101 } else { 0 }),
        };
        self.keep(Exchange {
            operation,
            method: method.to_owned(),
            path: hst::EVENT_GATEWAY.to_owned(),
            query: String::new(),
            headers: Vec::new(),
            body: beginning(body),
            status,
            reply: beginning(reply),
            session: Some(session),
        });
    }

    fn keep(&mut self, exchange: Exchange) {
        self.bytes += exchange.size();
        self.kept.push_back(exchange);
        while self.kept.len() > KEPT || self.bytes > KEPT_IN_ALL {
            let Some(oldest) = self.kept.pop_front() else {
                break;
            };
            self.bytes -= oldest.size();
        }
    }

    pub(crate) fn all(&self) -> Vec<Exchange> {
        self.kept.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Exchange {
    fn size(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        self.path.len() + self.query.len() + headers + self.body.len() + self.reply.len()
    }
}

fn beginning(body: &[u8]) -> Vec<u8> {
    body.get(..KEPT_BODY).unwrap_or(body).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Bytes;

    #[test]
    fn bounded_in_all() {
        let received = Received {
            method: axum::http::Method::POST,
            path: "/".to_owned(),
            query: String::new(),
            headers: axum::http::HeaderMap::new(),
            body: Bytes::from(vec![b'x'; 100_000]),
            parts: None,
            secure: false,
        };
        let mut record = Record::default();
        for _ in 0..KEPT + 5 {
            record.note(&received, None, 200, &received.body);
        }
        assert!(record.bytes <= KEPT_IN_ALL);
        assert_eq!(record.all().len(), KEPT_IN_ALL / (2 * KEPT_BODY + 1));
        assert_eq!(record.all()[0].reply.len(), KEPT_BODY);
        let small = Received { body: Bytes::new(), ..received };
        for _ in 0..KEPT + 5 {
            record.note(&small, None, 0, b"");
        }
        assert_eq!((record.all().len(), record.bytes), (KEPT, KEPT));
    }
}
