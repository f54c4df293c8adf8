//! The record of exchanges, bounded in number and in size, so that a test can ask what was really sent.

use std::collections::VecDeque;

use axum::body::Bytes;

use crate::exchange::{Received, Reply};

/// The exchanges kept: the last ones.
pub const KEPT: usize = 1000;
/// The bytes kept of each body.
pub const KEPT_BODY: usize = 64 * 1024;

/// One request and its answer, as they were on the wire. Nothing is masked: the record never leaves the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub method: String,
    /// The path as sent, not decoded.
    pub path: String,
    /// The query as sent, without `?`, not decoded.
    pub query: String,
    /// Names in lower case, in the order of arrival within one name.
    pub headers: Vec<(String, String)>,
    /// The first 64 KiB of the request's body.
    pub body: Vec<u8>,
    pub status: u16,
    /// The first 64 KiB of the answer's body.
    pub reply: Vec<u8>,
}

/// The last exchanges, in the order in which they were answered.
#[derive(Default)]
pub struct Record {
    kept: VecDeque<Exchange>,
}

impl Record {
    pub fn note(&mut self, received: &Received, reply: &Reply) {
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        self.kept.push_back(Exchange {
            method: received.method.to_string(),
            path: received.path.clone(),
            query: received.query.clone(),
            headers: received.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: beginning(&received.body),
            status: reply.status,
            reply: beginning(&reply.body),
        });
    }

    pub fn all(&self) -> Vec<Exchange> {
        self.kept.iter().cloned().collect()
    }

    pub fn clear(&mut self) {
        self.kept.clear();
    }
}

fn beginning(body: &Bytes) -> Vec<u8> {
    body.iter().take(KEPT_BODY).copied().collect()
}
