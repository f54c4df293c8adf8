//! From a host to its addresses.

use crate::blocking::{self, Gone};
use crate::error::is_lack;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _, UdpSocket};
use std::time::{Duration, Instant};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// An address that is written as one needs no look-up, and so no helper thread: most deployments are reached that way.
/// A name is looked up in a thread, which may outlive a call that does not wait for it. ureq's own resolver panics where the
/// system gives it no thread.
#[derive(Debug, Default)]
pub(super) struct AddressOrName;

/// The system gave no thread to look a name up in.
#[derive(Debug)]
pub(super) struct NoThread(io::Error);

impl fmt::Display for NoThread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the system gives this process no more threads: {}", self.0)
    }
}

impl std::error::Error for NoThread {}

impl Resolver for AddressOrName {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut addresses = self.empty();
        if let Some(address) = address(uri) {
            addresses.push(address);
            return Ok(addresses);
        }
        let found = look_up(uri, timeout)?;
        // No more than there is room for.
        config.ip_family().keep_wanted(found.into_iter()).take(MOST_ADDRESSES).for_each(|found| addresses.push(found));
        match addresses.is_empty() {
            true => Err(ureq::Error::HostNotFound),
            false => Ok(addresses),
        }
    }
}

/// What ureq's list holds.
const MOST_ADDRESSES: usize = 16;
/// An instant has room for so much more.
const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 3600);

fn look_up(uri: &Uri, timeout: NextTimeout) -> Result<Vec<SocketAddr>, ureq::Error> {
    let (host, port) = (uri.host().unwrap_or_default().to_owned(), port(uri));
    let until = Instant::now() + (*timeout.after).min(LONGEST_WAIT);
    let look = move || (host.as_str(), port).to_socket_addrs().map(|found| found.collect());
    let found = blocking::within(until, look).map_err(|gone| match gone {
        Gone::Late => ureq::Error::Timeout(timeout.reason),
        Gone::NotBegun(error) => io::Error::other(NoThread(error)).into(),
        Gone::Panicked => ureq::Error::HostNotFound,
    })?;
    // A look-up that fails is an error of no particular kind. One that had no descriptor to ask with says no more.
    found.map_err(|error| match UdpSocket::bind("127.0.0.1:0") {
        Err(lack) if is_lack(&lack) => lack.into(),
        _ if is_lack(&error) => error.into(),
        _ => ureq::Error::HostNotFound,
    })
}

fn address(uri: &Uri) -> Option<SocketAddr> {
    let host = uri.host()?;
    let ip: IpAddr = host.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
    Some(SocketAddr::new(ip, port(uri)))
}

fn port(uri: &Uri) -> u16 {
    uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_names() {
        let of = |url: &str| address(&url.parse().unwrap()).map(|address| address.to_string());
        assert_eq!(of("http://10.0.0.5:28000/x").as_deref(), Some("10.0.0.5:28000"));
        assert_eq!(of("https://10.0.0.5").as_deref(), Some("10.0.0.5:443"));
        assert_eq!(of("http://[::1]/").as_deref(), Some("[::1]:80"));
        assert_eq!(of("http://example.com/"), None);
    }
}
