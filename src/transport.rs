//! HTTP behind one trait: what goes out, what comes back, and how it can fail. Knows nothing of platforms.

mod agent;
mod attempt;
mod base_url;
mod connection;
mod dialer;
mod failure;
mod head;
#[cfg(feature = "events")]
mod link;
mod names;
mod network;
mod pool;
mod proxy;
mod proxy_failed;
mod socket;
mod source;
mod tls;
mod transfer;
mod trouble;
mod upload;

pub(crate) use agent::Agent;
pub(crate) use base_url::{BaseUrl, Url, UrlSource};
pub(crate) use head::FileHead;
#[cfg(feature = "events")]
pub(crate) use link::{Link, Route};
pub(crate) use network::{Header, Network, Resolve};
pub(crate) use proxy::{Environment, Proxies, Proxy, Spelling};
pub(crate) use source::{Bind, IpVersion};
pub(crate) use transfer::Transfer;
pub(crate) use upload::Upload;

use crate::cancel::Interrupt;
use crate::catalog::Method;
use crate::error::Status;
use crate::redact::Foreign;
use std::io;
use std::time::{Duration, Instant, SystemTime};

/// One HTTP request, ready to leave. Not `Debug`: URL, headers and body hold credentials.
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// It goes to the platform's own address: then it has the configuration's fixed headers.
    pub(crate) is_to_platform: bool,
    pub(crate) headers: &'a [(&'static str, String)],
    pub(crate) body: Body<'a>,
}

#[derive(Clone, Copy)]
pub(crate) enum Body<'a> {
    Empty,
    Bytes { content_type: &'static str, bytes: &'a [u8] },
    Upload(&'a Upload<'a>),
}

/// An answer, whatever its HTTP status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) http_status: u16,
    /// The server's clock, from the `Date` header; `None` where a cache gave the answer, which keeps an old `Date`.
    pub(crate) date: Option<SystemTime>,
    /// Where a redirect leads to.
    pub(crate) location: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
    pub(crate) trace: Trace,
}

/// The bounds of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Of the whole call.
    pub(crate) timeout: Duration,
    /// Of one attempt.
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_reply_bytes: u64,
    /// How often a request may be tried in all.
    pub(crate) max_attempts: u32,
}

impl Limits {
    pub(crate) const DEFAULT: Limits = Limits {
        timeout: Duration::from_secs(30),
        attempt_timeout: None,
        connect_timeout: Duration::from_secs(5),
        max_reply_bytes: 16 << 20,
        max_attempts: 3,
    };
}

/// How far a request may go.
#[derive(Clone, Copy)]
pub(crate) struct Bounds<'c> {
    pub(crate) deadline: Instant,
    pub(crate) limits: Limits,
    /// The configuration key of the limit that ends in the deadline.
    pub(crate) timeout_key: &'static str,
    /// The end of this attempt, where attempts have a limit of their own.
    pub(crate) attempt: Option<Instant>,
    pub(crate) interrupt: &'c Interrupt,
    /// Somebody wants to know what takes how long.
    pub(crate) is_timed: bool,
    /// For how long nothing may come of a file.
    pub(crate) stall: Option<Duration>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: Status,
    pub(crate) message: Foreign,
    pub(crate) kind: FailureKind,
    pub(crate) trace: Trace,
}

/// How far an attempt got: what follows from a failure depends on it, and not on the error's kind.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Trace {
    /// Bytes of the request that were handed to the system.
    pub(crate) sent: u64,
    /// Bytes of an answer that came.
    pub(crate) received: u64,
    /// It went over a connection that was made for it,
    pub(crate) is_new: bool,
    /// or over one that was kept from another request. Neither, where there was none.
    pub(crate) is_reused: bool,
    /// Where that was wanted.
    pub(crate) phases: Option<Phases>,
}

impl Trace {
    pub(crate) fn is_answered(&self) -> bool {
        self.received > 0
    }
}

/// What the parts of an attempt took, in microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Phases {
    pub(crate) look_up: u32,
    pub(crate) connect: u32,
    pub(crate) tls: u32,
    /// From the connection to the first byte of the answer: sending the request is in it.
    pub(crate) wait: u32,
    /// From there to the end of the answer.
    pub(crate) read: u32,
}

/// What a failure says of trying again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct FailureKind {
    /// No byte of the request left: repeating cannot act twice.
    pub(crate) nothing_sent: bool,
    /// It went over a kept connection, which ended without a byte of an answer: most likely the peer had closed it before.
    pub(crate) is_stale: bool,
    /// The limit of the attempt ended it, or that of connecting, and not the call's.
    pub(crate) attempt_ended: bool,
    /// This machine has too little of something.
    pub(crate) is_lack: bool,
    /// It would fail in the same way until somebody changes a setting.
    pub(crate) is_lasting: bool,
}

/// Where a file goes that comes in pieces.
pub(crate) trait Sink {
    /// Whether it takes the body of an answer with such a head. An error ends the attempt.
    fn opens(&mut self, http_status: u16, length: Option<u64>, head: &FileHead) -> io::Result<bool>;

    /// The next piece.
    fn take(&mut self, piece: &[u8]) -> io::Result<()>;
}

/// The error of a sink that wants no more: it knows why.
pub(crate) fn not_taken() -> io::Error {
    trouble::Trouble::NotTaken.into_io()
}

impl Failure {
    /// What makes no request.
    pub(crate) fn of_argument(problem: String) -> Failure {
        let kind = FailureKind { nothing_sent: true, ..FailureKind::default() };
        Failure { status: Status::InvalidArgument, message: problem.into(), kind, trace: Trace::default() }
    }
}

/// One attempt at a request. It never repeats anything by itself.
pub(crate) trait Transport: Send + Sync {
    fn send(&self, request: &Request<'_>, bounds: &Bounds<'_>) -> Result<Answer, Failure>;

    /// The same for a file: where the sink takes the body, the answer has none.
    fn fetch(&self, request: &Request<'_>, bounds: &Bounds<'_>, sink: &mut dyn Sink) -> Result<Answer, Failure>;

    /// A connection that stays, to where this leads.
    #[cfg(feature = "events")]
    fn link<'c>(&self, base: &BaseUrl, bounds: Bounds<'c>) -> Result<Link<'c>, Failure>;

    /// Closes the connections that are kept for the next request.
    fn close_idle(&self);
}

#[cfg(test)]
mod tests;
