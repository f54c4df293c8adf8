//! Why there is no answer, in words that a person can act on.

use super::resolve::NoThread;
use super::upload::FileBroke;
use super::{Bounds, Failure};
use crate::error::{Status, is_lack};
use std::io;
use ureq::http::Uri;
use ureq::{Error as E, Timeout};

impl Failure {
    pub(super) fn of(error: E, url: &str, bounds: &Bounds<'_>) -> Failure {
        let (status, nothing_sent) = kind(&error);
        let peer = Peer::of(url);
        let is_lack = matches!(&error, E::Io(error) if is_lack(error) || inner::<NoThread>(error).is_some());
        let message = sentence(&error, status, nothing_sent, &peer, bounds).into();
        Failure { status, message, nothing_sent, is_lack }
    }
}

/// Who was to answer.
struct Peer {
    host: String,
    /// Host and port.
    address: String,
    is_https: bool,
}

impl Peer {
    fn of(url: &str) -> Peer {
        let uri: Uri = url.parse().unwrap_or_default();
        let is_https = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or_default().to_owned();
        let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        Peer { address: format!("{host}:{port}"), host, is_https }
    }
}

/// The status, and whether no byte of the request left.
fn kind(error: &E) -> (Status, bool) {
    match error {
        E::Timeout(Timeout::Resolve | Timeout::Connect) => (Status::Timeout, true),
        E::Timeout(_) => (Status::Timeout, false),
        E::HostNotFound | E::ConnectionFailed => (Status::Network, true),
        E::Tls(_) | E::Rustls(_) | E::Pem(_) => (Status::Tls, true),
        E::BodyExceedsLimit(_) => (Status::Limit, false),
        E::Http(_) | E::BadUri(_) => (Status::InvalidArgument, true),
        E::Io(error) => kind_of_io(error),
        _ => (Status::Protocol, false),
    }
}

fn kind_of_io(error: &io::Error) -> (Status, bool) {
    use io::ErrorKind as K;
    if inner::<FileBroke>(error).is_some() {
        return (Status::Io, false);
    }
    if inner::<rustls::Error>(error).is_some() {
        return (Status::Tls, true);
    }
    if inner::<NoThread>(error).is_some() {
        return (Status::Network, true);
    }
    match error.kind() {
        K::TimedOut => (Status::Timeout, false),
        K::ConnectionRefused | K::HostUnreachable | K::NetworkUnreachable | K::AddrNotAvailable => {
            (Status::Network, true)
        }
        _ if is_lack(error) => (Status::Network, true),
        _ => (Status::Network, false),
    }
}

fn inner<T: std::error::Error + 'static>(error: &io::Error) -> Option<&T> {
    error.get_ref()?.downcast_ref()
}

fn sentence(error: &E, status: Status, nothing_sent: bool, peer: &Peer, bounds: &Bounds<'_>) -> String {
    let Peer { host, address, is_https } = peer;
    let limits = bounds.limits;
    match error {
        E::Timeout(Timeout::Connect) => {
            let limit = limits.connect_timeout.as_millis();
            format!("no connection to {address} within {limit} ms (connect_timeout_ms)")
        }
        _ if status == Status::Timeout => {
            let limit = limits.timeout.as_millis();
            format!("no complete answer from {address} within {limit} ms ({})", bounds.timeout_key)
        }
        E::BodyExceedsLimit(limit) => {
            format!("the answer is larger than {limit} bytes; raise max_reply_bytes to read it")
        }
        E::HostNotFound => format!(
            "the host name {host:?} could not be resolved: is base_url right, and does this machine reach its DNS server?"
        ),
        E::ConnectionFailed => format!("no connection to {address}: is base_url right, and is the server running?"),
        E::Rustls(error) => tls(error, peer),
        E::Io(error) => match inner::<rustls::Error>(error) {
            Some(error) => tls(error, peer),
            None if status == Status::Io => format!("the file could not be read: {error}"),
            None if inner::<NoThread>(error).is_some() => format!("the host name {host:?} was not looked up: {error}"),
            None if is_lack(error) => {
                format!("no connection to {address}: this machine has run out of something: {error}")
            }
            None if nothing_sent => {
                format!("no connection to {address}: {error}; is base_url right, and is the server running?")
            }
            None => format!("the connection to {address} broke: {error}"),
        },
        E::Protocol(error) if !is_https => format!(
            "the answer is not valid HTTP: {error}; if {address} speaks TLS, base_url has to begin with https://"
        ),
        E::Protocol(error) => format!("the answer is not valid HTTP: {error}"),
        other => other.to_string(),
    }
}

fn tls(error: &rustls::Error, peer: &Peer) -> String {
    use rustls::{CertificateError as C, Error as T};
    let Peer { host, address, .. } = peer;
    match error {
        T::InvalidMessage(_) => format!(
            "TLS: {address} does not speak TLS ({error}); if this port speaks plain HTTP, base_url has to begin with http://"
        ),
        T::InvalidCertificate(C::UnknownIssuer) => format!(
            "TLS: the certificate of {host} comes from an unknown issuer ({error}): only the public roots that are built into \
             this library are known; a private authority cannot be configured in this version"
        ),
        T::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. }) => {
            format!(
                "TLS: the certificate of {address} is for another host ({error}); does base_url name the right one?"
            )
        }
        T::InvalidCertificate(
            C::Expired | C::ExpiredContext { .. } | C::NotValidYet | C::NotValidYetContext { .. },
        ) => format!(
            "TLS: by this machine's clock the certificate of {host} is not valid ({error}); is the clock right?"
        ),
        other => format!("TLS: no handshake with {address}: {other}"),
    }
}
