//! What a client tells of its way to the platform.

use super::Engine;
use crate::platform::Discovery;
use crate::transport::{Bind, IpVersion};
use serde::Serialize;

#[derive(Default, Serialize)]
pub(super) struct Info<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy: Option<Proxy<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_version: Option<&'static str>,
}

/// The proxy for the client's address, or why there is none although one was asked for.
#[derive(Serialize)]
struct Proxy<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    source: &'a str,
}

impl Engine {
    pub(super) fn network_info(&self) -> Info<'_> {
        let Some(network) = self.config.network.as_deref() else { return Info::default() };
        // While the address is to be discovered, the place that is asked for it.
        let url = self.platform.base_url().or_else(|| Some(self.platform.discovery().map(Discovery::request)?.0));
        let chosen = url.map(|url| network.proxies.choose(url.is_https(), url.host()));
        Info {
            proxy: chosen
                .filter(|_| network.proxies.are_any())
                .map(|chosen| Proxy { address: chosen.proxy.map(|proxy| proxy.address()), source: chosen.source }),
            bind: network.bind.as_ref().map(Bind::text),
            ip_version: network.ip_version.map(IpVersion::as_str),
        }
    }
}
