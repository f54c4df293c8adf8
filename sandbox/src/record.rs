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

/// An exchange in the record, and what the sandbox knows of it beside what was on the wire.
#[derive(Clone)]
pub(crate) struct Kept {
    /// Counted from 1 on, and never used again.
    pub(crate) id: u64,
    pub(crate) exchange: Exchange,
    pub(crate) outcome: Outcome,
}

/// How a call ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// When, by the sandbox's clock.
    pub(crate) at_ms: i64,
    pub(crate) spent_ms: u64,
    /// The platform's own number.
    pub(crate) number: Option<i64>,
    /// The kinds of the faults that it met.
    pub(crate) faults: Vec<String>,
}

/// The last exchanges, in the order in which they were answered.
#[derive(Default)]
pub(crate) struct Record {
    kept: VecDeque<Kept>,
    bytes: usize,
    last_id: u64,
}

impl Record {
    pub(crate) fn note(
        &mut self,
        received: &Received,
        operation: Option<&'static str>,
        status: u16,
        reply: &[u8],
        outcome: Outcome,
    ) {
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
        self.keep(exchange, outcome);
    }

    /// Something that was said over a websocket.
    pub(crate) fn note_message(
        &mut self,
        said: &Said,
        operation: Option<&'static str>,
        session: u64,
        outcome: Outcome,
    ) {
        let (method, body, reply, status) = match *said {
            Said::Message(text) => ("MESSAGE", text, &b""[..], 101),
            Said::Answer { text, sent } => ("ANSWER", &b""[..], text, if sent { 101 } else { 0 }),
            Said::Event { text, sent } => ("EVENT", &b""[..], text, if sent { 101 } else { 0 }),
        };
        let exchange = Exchange {
            operation,
            method: method.to_owned(),
            path: hst::EVENT_GATEWAY.to_owned(),
            query: String::new(),
            headers: Vec::new(),
            body: beginning(body),
            status,
            reply: beginning(reply),
            session: Some(session),
        };
        self.keep(exchange, outcome);
    }

    fn keep(&mut self, exchange: Exchange, outcome: Outcome) {
        self.bytes += exchange.size();
        self.last_id += 1;
        self.kept.push_back(Kept { id: self.last_id, exchange, outcome });
        while self.kept.len() > KEPT || self.bytes > KEPT_IN_ALL {
            let Some(oldest) = self.kept.pop_front() else {
                break;
            };
            self.bytes -= oldest.exchange.size();
        }
    }

    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Kept> {
        self.kept.iter()
    }

    pub(crate) fn of_id(&self, id: u64) -> Option<&Kept> {
        self.kept.binary_search_by_key(&id, |kept| kept.id).ok().and_then(|index| self.kept.get(index))
    }

    /// The id of the last one that was noted, kept or not.
    pub(crate) fn last_id(&self) -> u64 {
        self.last_id
    }

    pub(crate) fn clear(&mut self) {
        *self = Self { last_id: self.last_id, ..Self::default() };
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
            record.note(&received, None, 200, &received.body, Outcome::default());
        }
        assert!(record.bytes <= KEPT_IN_ALL);
        assert_eq!(record.all().count(), KEPT_IN_ALL / (2 * KEPT_BODY + 1));
        assert_eq!(record.all().next().unwrap().exchange.reply.len(), KEPT_BODY);
        let small = Received { body: Bytes::new(), ..received };
        for _ in 0..KEPT + 5 {
            record.note(&small, None, 0, b"", Outcome::default());
        }
        assert_eq!((record.all().count(), record.bytes), (KEPT, KEPT));
        let last = 2 * (KEPT as u64 + 5);
        assert_eq!(record.of_id(last).map(|kept| kept.id), Some(last));
        assert!(record.of_id(1).is_none() && record.of_id(last + 1).is_none());
        record.clear();
        record.note(&small, None, 0, b"", Outcome::default());
        assert_eq!(record.all().next().unwrap().id, last + 1, "an id is never used again");
    }
}
