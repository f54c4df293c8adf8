//! The proxies that the environment names, by curl's rules. docs/guides/private-networks.md has them as a table.

use super::{Chosen, Proxy, Spelling};
use crate::transport::source::without_brackets;
use std::ffi::OsString;
use std::net::IpAddr;
use std::sync::Arc;

/// As it was when it was read.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    https: Option<Named>,
    http: Option<Named>,
    excepted: Vec<Excepted>,
    /// The variable that has them.
    excepted_by: &'static str,
}

type Named = (Arc<Proxy>, &'static str);

/// What goes without a proxy.
#[derive(Debug, PartialEq, Eq)]
enum Excepted {
    All,
    /// A name, and all below it.
    Domain(String),
    /// So many bits of the address are looked at.
    Network(IpAddr, u32),
}

/// A variable that says something. An empty one says nothing.
fn set(
    names: &[&'static str],
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<(String, &'static str)>, String> {
    let found =
        names.iter().find_map(|name| variable(name).filter(|value| !value.is_empty()).map(|value| (value, *name)));
    let Some((value, name)) = found else { return Ok(None) };
    match value.into_string() {
        Ok(value) => Ok(Some((value, name))),
        Err(_) => Err(format!("the environment variable {name} is not UTF-8")),
    }
}

impl Environment {
    /// Reads it. The error names the variable, and never has its value.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Environment, String> {
        let proxy = |names: &[&'static str]| -> Result<Option<Named>, String> {
            let Some((value, name)) = set(names, &variable)? else { return Ok(None) };
            let proxy = Proxy::parse(value.trim_ascii(), Spelling::AsCurl)
                .map_err(|problem| format!("the environment variable {name}: {problem}"))?;
            Ok(Some((Arc::new(proxy), name)))
        };
        let all = proxy(&["all_proxy", "ALL_PROXY"])?;
        // In a program that a web server runs (CGI), HTTP_PROXY is the header `Proxy` of whoever asks.
        let is_cgi = variable("REQUEST_METHOD").is_some();
        let of_http: &[&str] = if is_cgi { &["http_proxy"] } else { &["http_proxy", "HTTP_PROXY"] };
        let (https, http) = (proxy(&["https_proxy", "HTTPS_PROXY"])?, proxy(of_http)?);
        let (excepted, excepted_by) = match set(&["no_proxy", "NO_PROXY"], &variable)? {
            Some((list, name)) => {
                (exceptions(&list).map_err(|problem| format!("the environment variable {name}: {problem}"))?, name)
            }
            None => (Vec::new(), ""),
        };
        Ok(Environment { https: https.or_else(|| all.clone()), http: http.or(all), excepted, excepted_by })
    }

    pub(super) fn choose(&self, is_https: bool, host: &str) -> Chosen<'_> {
        let Some((proxy, source)) = (if is_https { &self.https } else { &self.http }) else {
            return Chosen { proxy: None, source: "" };
        };
        if self.excepted.iter().any(|excepted| excepted.has(host)) {
            return Chosen { proxy: None, source: self.excepted_by };
        }
        Chosen { proxy: Some(proxy), source }
    }

    pub(super) fn proxies(&self) -> impl Iterator<Item = &Proxy> {
        [&self.https, &self.http].into_iter().flatten().map(|(proxy, _)| proxy.as_ref())
    }
}

/// Of a list of names, addresses and networks, with commas or blanks between them.
fn exceptions(list: &str) -> Result<Vec<Excepted>, String> {
    if list.trim_ascii() == "*" {
        return Ok(vec![Excepted::All]);
    }
    let entries = list.split([',', ' ', '\t']).filter(|entry| !entry.is_empty());
    entries.map(exception).collect()
}

fn exception(entry: &str) -> Result<Excepted, String> {
    let (address, bits) = entry.split_once('/').map_or((entry, None), |(address, bits)| (address, Some(bits)));
    let inner = without_brackets(address);
    if let Ok(address) = inner.parse::<IpAddr>() {
        let all = if address.is_ipv4() { 32 } else { 128 };
        return match bits.map_or(Ok(all), str::parse::<u32>) {
            Ok(bits) if bits <= all => Ok(Excepted::Network(address, bits)),
            _ => Err(format!("expected a network such as 10.0.0.0/8, with at most {all} bits after {address}")),
        };
    }
    let name = entry.strip_suffix('.').unwrap_or(entry);
    Ok(Excepted::Domain(name.strip_prefix('.').unwrap_or(name).to_ascii_lowercase()))
}

impl Excepted {
    /// Whether a host is one of them, by what is written: a name is not looked up.
    fn has(&self, host: &str) -> bool {
        let host = without_brackets(host);
        let address = host.parse::<IpAddr>().ok();
        match (self, address) {
            (Excepted::All, _) => true,
            (Excepted::Domain(domain), None) => {
                let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
                let is_end = |before: &str| before.is_empty() || before.ends_with('.');
                !domain.is_empty() && host.strip_suffix(domain.as_str()).is_some_and(is_end)
            }
            (Excepted::Network(network, bits), Some(address)) => match (network, address) {
                (IpAddr::V4(network), IpAddr::V4(address)) => {
                    (network.to_bits() ^ address.to_bits()).checked_shr(32 - bits).unwrap_or(0) == 0
                }
                (IpAddr::V6(network), IpAddr::V6(address)) => {
                    (network.to_bits() ^ address.to_bits()).checked_shr(128 - bits).unwrap_or(0) == 0
                }
                _ => false,
            },
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is text, `docs/guides/private-networks.md` has, and `tests/proxies.rs` tries.
    #[cfg(unix)]
    #[test]
    fn what_is_not_utf8_is_refused_by_its_variable() {
        use std::os::unix::ffi::OsStringExt as _;
        for name in ["https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"] {
            let read =
                Environment::read(|other| (other == name).then(|| OsString::from_vec(b"http://h\xff:1".to_vec())));
            assert_eq!(read.unwrap_err(), format!("the environment variable {name} is not UTF-8"));
        }
    }
}
