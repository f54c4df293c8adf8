//! From a host to its addresses.

use std::net::{IpAddr, SocketAddr};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// An address that is written as one needs no look-up, and so no helper thread: most deployments are reached that way.
/// Names go to ureq's resolver.
#[derive(Debug, Default)]
pub(super) struct AddressOrName(DefaultResolver);

impl Resolver for AddressOrName {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        match address(uri) {
            Some(address) => {
                let mut addresses = self.empty();
                addresses.push(address);
                Ok(addresses)
            }
            // A look-up that fails is an I/O error of no particular kind.
            None => self.0.resolve(uri, config, timeout).map_err(|error| match error {
                ureq::Error::Io(_) => ureq::Error::HostNotFound,
                other => other,
            }),
        }
    }
}

fn address(uri: &Uri) -> Option<SocketAddr> {
    let host = uri.host()?;
    let ip: IpAddr = host.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
    let default = match uri.scheme_str()? {
        "https" => 443,
        _ => 80,
    };
    Some(SocketAddr::new(ip, uri.port_u16().unwrap_or(default)))
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
