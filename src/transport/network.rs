//! The ways to a platform that a configuration may ask for: past a proxy, from one of several network cards, without DNS.
//! Most clients have none of them.

use super::proxy::Proxies;
use super::source::{Bind, IpVersion, without_brackets};
use super::trouble::Trouble;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use ureq::http::{HeaderName, HeaderValue};

#[derive(Debug, Default)]
pub(crate) struct Network {
    pub(crate) proxies: Proxies,
    pub(crate) bind: Option<Bind>,
    pub(crate) resolve: Vec<Resolve>,
    pub(crate) ip_version: Option<IpVersion>,
    /// Fixed ones, on each request.
    pub(crate) headers: Vec<Header>,
    /// Of all of it: clients with other settings fail for other reasons.
    pub(crate) fingerprint: u64,
}

/// A host whose addresses are not looked up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Resolve {
    host: String,
    /// `None`: every port.
    port: Option<u16>,
    pub(crate) addresses: Vec<IpAddr>,
}

/// Its value may be the key of a reverse proxy, and is shown nowhere.
pub(crate) struct Header {
    pub(super) name: HeaderName,
    pub(super) value: HeaderValue,
}

impl Resolve {
    /// The most addresses of one host.
    pub(crate) const MOST: usize = 16;

    /// From `host`, `host:port`, `[::1]` or `[::1]:port`; the error is the end of a sentence that begins with the key.
    pub(crate) fn of(name: &str, addresses: Vec<IpAddr>) -> Result<Resolve, String> {
        let expected = || Err("expected a host name, or one with a port such as \"meet.example:9610\"".to_owned());
        let (host, port) = match name.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, port)) => (host, port.strip_prefix(':').or((!port.is_empty()).then_some("?"))),
            None => match name.split_once(':') {
                Some((_, rest)) if rest.contains(':') => (name, None),
                Some((host, port)) => (host, Some(port)),
                None => (name, None),
            },
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        if host.parse::<IpAddr>().is_err() && (host.is_empty() || !host.bytes().all(is_name)) {
            return expected();
        }
        let port = match port.map(str::parse::<u16>) {
            None => None,
            Some(Ok(port)) if port > 0 => Some(port),
            Some(_) => return expected(),
        };
        Ok(Resolve { host: host.to_ascii_lowercase(), port, addresses })
    }

    /// Whether two say something of the same host and port.
    pub(crate) fn is_of_same(&self, other: &Resolve) -> bool {
        (&self.host, self.port) == (&other.host, other.port)
    }
}

impl Header {
    const LONGEST_NAME: usize = 64;
    const LONGEST_VALUE: usize = 4096;
    /// What this library or a platform sets by itself (`tests/networks.rs` compares it with what arrives), what frames a
    /// request or belongs to one hop, and what asks for another answer than the one that was meant.
    const OWN: [&str; 24] = [
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "range",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    ];

    /// The error is the end of a sentence that begins with the key. It does not have the value.
    pub(crate) fn of(name: &str, value: &str) -> Result<Header, String> {
        let parsed = HeaderName::from_bytes(name.as_bytes()).ok().filter(|_| name.len() <= Header::LONGEST_NAME);
        let Some(parsed) = parsed else {
            return Err("expected the name of a header: letters, digits and hyphens, at most 64 of them".to_owned());
        };
        if Header::OWN.contains(&parsed.as_str()) {
            return Err("this header is set by the library itself, or would change what a request means".to_owned());
        }
        let is_visible = value.bytes().all(|byte| matches!(byte, b' '..=b'~')) && value.trim_ascii() == value;
        if value.is_empty() || !is_visible || value.len() > Header::LONGEST_VALUE {
            return Err("expected 1 to 4096 visible ASCII characters, and no space at the ends".to_owned());
        }
        let mut value = HeaderValue::from_str(value).map_err(|_| "expected visible ASCII characters".to_owned())?;
        // Whoever prints it prints nothing of it.
        value.set_sensitive(true);
        Ok(Header { name: parsed, value })
    }

    pub(crate) fn is_named_as(&self, other: &Header) -> bool {
        self.name == other.name
    }

    pub(crate) fn value(&self) -> &str {
        self.value.to_str().unwrap_or_default()
    }
}

impl std::fmt::Debug for Header {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: ***", self.name)
    }
}

impl Network {
    /// The addresses of a host that the configuration names.
    pub(super) fn resolved(&self, host: &str, port: u16) -> Option<Arc<[SocketAddr]>> {
        let host = without_brackets(host);
        let of = |wanted| {
            let is_it = |known: &&Resolve| known.port == wanted && known.host.eq_ignore_ascii_case(host);
            self.resolve.iter().find(is_it)
        };
        let known = of(Some(port)).or_else(|| of(None))?;
        Some(known.addresses.iter().map(|address| SocketAddr::new(*address, port)).collect())
    }

    /// Those of a host's addresses that a connection may go to; an error where none is left.
    pub(super) fn allowed(&self, host: &str, found: Arc<[SocketAddr]>) -> io::Result<Arc<[SocketAddr]>> {
        let (wanted, why) = match (self.ip_version, &self.bind) {
            (Some(wanted), _) => (wanted, "ip_version".to_owned()),
            (None, Some(Bind::Address(address))) => (IpVersion::of(*address), format!("bind is {address}")),
            (None, _) => return Ok(found),
        };
        let fits = |address: &&SocketAddr| IpVersion::of(address.ip()) == wanted;
        let left: Arc<[SocketAddr]> = found.iter().filter(fits).copied().collect();
        if left.is_empty() {
            let has: Vec<String> = found.iter().map(|address| address.ip().to_string()).collect();
            return Err(Trouble::OwnSettings(format!(
                "the host {host:?} has no IPv{} address, and no other may be used ({why}); it has {}",
                wanted.as_str(),
                has.join(", ")
            ))
            .into_io());
        }
        Ok(left)
    }

    /// What no error may show.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.proxies.secrets().into_iter().chain(self.headers.iter().map(Header::value))
    }
}
