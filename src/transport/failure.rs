//! Why there is no answer, in words that a person can act on.

use super::head::IS_TLS;
use super::network::Network;
use super::proxy_failed::Failed;
use super::trouble::{Limit, Trouble};
use super::{Bounds, Failure, FailureKind, Trace, Url, UrlSource};
use crate::error::{Status, is_lack};
use crate::trust::Trust;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use ureq::Error as E;
use ureq::http::Uri;

impl Failure {
    pub(super) fn of(
        error: E,
        url: &Url,
        (trust, network): (&Trust, Option<&Network>),
        bounds: &Bounds<'_>,
        trace: Trace,
    ) -> Failure {
        let told = Told { peer: Peer::of(&url.uri, network), source: url.source, trust, bounds, trace };
        let io = |error: io::Error| match error.downcast::<E>() {
            Ok(inner) => inner,
            Err(error) => E::Io(error),
        };
        // The body's reader wraps what it meets.
        let error = match error {
            E::Io(error) => io(error),
            other => other,
        };
        match error {
            E::Io(error) => match error.downcast::<Trouble>() {
                Ok(trouble) => told.trouble(trouble),
                Err(error) => told.io(&error),
            },
            E::BodyExceedsLimit(limit) => told.failure(
                Status::Limit,
                format!("the answer is larger than {limit} bytes; raise max_reply_bytes to read it"),
            ),
            E::Http(error) => told.failure(Status::InvalidArgument, error.to_string()),
            E::BadUri(problem) => told.failure(Status::InvalidArgument, format!("bad uri: {problem}")),
            E::Protocol(error) => told.failure(Status::Protocol, format!("the answer is not valid HTTP: {error}")),
            other => told.failure(Status::Protocol, other.to_string()),
        }
    }
}

/// Who was to answer.
struct Peer {
    host: String,
    /// Host and port, and the proxy on the way there.
    address: String,
    proxy: Option<Proxy>,
}

/// The proxy on the way.
struct Proxy {
    address: String,
    /// What names it.
    source: String,
    /// Host and port of the peer.
    target: String,
}

impl Peer {
    fn of(uri: &Uri, network: Option<&Network>) -> Peer {
        let is_https = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or_default().to_owned();
        let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let target = format!("{host}:{port}");
        let chosen = network.map(|network| network.proxies.choose(is_https, &host));
        match chosen.and_then(|chosen| Some((chosen.proxy?, chosen.source))) {
            None => Peer { address: target, host, proxy: None },
            Some((proxy, source)) => {
                let (proxy, source) = (proxy.address().to_owned(), source.to_owned());
                let address = format!("{target} through the proxy {proxy}");
                Peer { address, host, proxy: Some(Proxy { address: proxy, source, target }) }
            }
        }
    }

    /// The host, with the address that was tried where the host is a name.
    fn at(&self, address: &SocketAddr) -> String {
        if self.address == address.to_string() { self.address.clone() } else { format!("{} ({address})", self.address) }
    }
}

struct Told<'b> {
    peer: Peer,
    source: UrlSource,
    trust: &'b Trust,
    bounds: &'b Bounds<'b>,
    trace: Trace,
}

impl Told<'_> {
    fn failure(&self, status: Status, message: String) -> Failure {
        let trace = self.trace;
        let is_stale = trace.is_reused && !trace.is_answered() && status == Status::Network;
        let kind = FailureKind { nothing_sent: trace.sent == 0, is_stale, ..FailureKind::default() };
        Failure { status, message: message.into(), kind, trace }
    }

    fn trouble(&self, trouble: Trouble) -> Failure {
        let Peer { host, address, .. } = &self.peer;
        match trouble {
            Trouble::Cancelled => self.failure(Status::Cancelled, "the call was cancelled".to_owned()),
            Trouble::Late(limit) => self.late(limit),
            Trouble::NoAddress => self.failure(
                Status::Network,
                format!(
                    "the host name {host:?} could not be resolved: is {} right, and does this machine reach its DNS server?",
                    self.source.name()
                ),
            ),
            Trouble::NoThread(error) => self.for_lack(format!(
                "the host name {host:?} was not looked up: the system gives this process no more threads: {error}"
            )),
            Trouble::Lack(error) => self.for_lack(format!(
                "no connection to {address}: this machine has run out of something: {error}"
            )),
            Trouble::NotConnected(tried, error) if is_lack(&error) => self.for_lack(format!(
                "no connection to {}: this machine has run out of something: {error}",
                self.peer.at(&tried)
            )),
            Trouble::NotConnected(_, error) if self.peer.proxy.is_some() => {
                self.failure(Status::Network, format!("no connection to {address}: {error}"))
            }
            Trouble::NotConnected(tried, error) => self.failure(
                Status::Network,
                format!(
                    "no connection to {}: {error}; is {} right, and is the server running?",
                    self.peer.at(&tried),
                    self.source.name()
                ),
            ),
            Trouble::Proxy(failed) => self.proxy(&failed),
            Trouble::OwnSettings(problem) => self.failure(Status::Network, problem),
            Trouble::Tls(error) => self.failure(Status::Tls, self.trust.words(&error, host, address)),
            Trouble::Broke(error) => self.io(&error),
            Trouble::Closed => {
                self.failure(Status::Network, format!("{address} closed the connection before its answer was whole"))
            }
            Trouble::BadHead(IS_TLS) => self.failure(
                Status::Tls,
                format!(
                    "TLS: {address} answers in TLS, and was asked in plain HTTP: {} has to begin with https://",
                    self.source.name()
                ),
            ),
            Trouble::BadHead(problem) => {
                self.failure(Status::Protocol, format!("the answer of {address} is not valid HTTP: {problem}"))
            }
            Trouble::File(error) => self.failure(Status::Io, format!("the file could not be read: {error}")),
            Trouble::NotTaken => self.failure(Status::Io, "the answer was not taken".to_owned()),
            Trouble::NoMemory => {
                let mut failure = self.failure(Status::Limit, "this machine has no memory for the answer".to_owned());
                failure.kind.is_lack = true;
                failure
            }
        }
    }

    fn proxy(&self, failed: &Failed) -> Failure {
        let Some(Proxy { address, source, target }) = &self.peer.proxy else {
            return self.failure(Status::Internal, "a proxy failed that nothing names".to_owned());
        };
        if let Some(error) = failed.not_connected().filter(|error| is_lack(error)) {
            return self.for_lack(format!(
                "no connection to the proxy {address}: this machine has run out of something: {error}"
            ));
        }
        let mut failure = self.failure(Status::Network, failed.words(address, source, target));
        failure.kind.is_lasting = failed.is_lasting();
        failure
    }

    fn io(&self, error: &io::Error) -> Failure {
        let address = &self.peer.address;
        if let Some(trouble) = Trouble::of(error) {
            // Wrapped once more on its way.
            return self.failure(Status::Internal, format!("{trouble}"));
        }
        if error.kind() == io::ErrorKind::UnexpectedEof {
            return self.trouble(Trouble::Closed);
        }
        self.failure(Status::Network, format!("the connection to {address} broke: {error}"))
    }

    fn for_lack(&self, message: String) -> Failure {
        let mut failure = self.failure(Status::Network, message);
        failure.kind.is_lack = true;
        failure
    }

    fn late(&self, limit: Limit) -> Failure {
        let limits = self.bounds.limits;
        let address = &self.peer.address;
        let within = |limit: Duration, key: &str| format!("within {} ms ({key})", limit.as_millis());
        let message = match limit {
            Limit::Connect(limit) => format!("no connection to {address} {}", within(limit, "connect_timeout_ms")),
            Limit::Stall(limit) => format!("nothing came from {address} {}", within(limit, "stall_timeout_ms")),
            Limit::Attempt => format!(
                "no complete answer from {address} {}",
                within(limits.attempt_timeout.unwrap_or_default(), "attempt_timeout_ms")
            ),
            Limit::Call => {
                format!("no complete answer from {address} {}", within(limits.timeout, self.bounds.timeout_key))
            }
        };
        let mut failure = self.failure(Status::Timeout, message);
        failure.kind.attempt_ended = limit != Limit::Call;
        failure
    }
}
