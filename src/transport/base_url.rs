//! The address that every request of a client goes to, and nowhere else.

use std::net::Ipv6Addr;
use ureq::http::uri::{Parts, PathAndQuery};
use ureq::http::{HeaderValue, Uri};

/// What the HTTP library's URL type holds.
const LONGEST: usize = 65_534;

/// Scheme, host, port and perhaps a path prefix, without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    text: String,
    uri: Uri,
    host: HeaderValue,
    source: UrlSource,
}

/// Where an address is from: what to look at where it leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UrlSource {
    BaseUrl,
    DiscoveryUrl,
    Discovered,
    /// Of the event gateway, as the next.
    #[cfg(feature = "events")]
    DiscoveredGateway,
    #[cfg(feature = "events")]
    GatewayOption,
    /// A whole URL that the caller gave.
    Given,
}

impl UrlSource {
    pub(crate) fn name(self) -> &'static str {
        match self {
            UrlSource::BaseUrl => "base_url",
            UrlSource::DiscoveryUrl => "discovery_url",
            UrlSource::Discovered => "the address that discovery_url told",
            #[cfg(feature = "events")]
            UrlSource::DiscoveredGateway => "the gateway's address that discovery_url told",
            #[cfg(feature = "events")]
            UrlSource::GatewayOption => "the option \"url\"",
            UrlSource::Given => "the URL",
        }
    }
}

/// Where one request goes. Not `Debug`: it may hold a credential.
pub(crate) struct Url {
    pub(super) uri: Uri,
    /// The header `Host`.
    pub(super) host: HeaderValue,
    pub(super) source: UrlSource,
}

impl BaseUrl {
    pub(crate) fn parse(text: &str) -> Result<BaseUrl, String> {
        let after_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
        let host = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
        if !host.is_ascii() {
            return Err("expected a host name in ASCII: write a Chinese one in punycode (\"xn--…\")".to_owned());
        }
        if host.starts_with('[') && host.contains('%') {
            return Err("expected an address without a zone (\"%…\"): give a global address or a host name".to_owned());
        }
        if !text.is_ascii() {
            return Err("expected ASCII characters: percent-encode the others".to_owned());
        }
        let uri: Uri = text.parse().map_err(|_| "expected a URL such as https://10.0.0.5:9610".to_owned())?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err("expected a URL whose scheme is http or https".to_owned());
        }
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        if authority.contains('@') {
            return Err("expected a URL without a user name".to_owned());
        }
        let port = authority.strip_prefix(uri.host().unwrap_or_default()).unwrap_or_default();
        if uri.host().is_none_or(str::is_empty) || !is_port(port) {
            return Err("expected a URL with a host, and with a port from 1 to 65535 if it names one".to_owned());
        }
        if !is_plain_path(uri.path()) {
            return Err("expected a URL whose path has no empty segment, and none that is \".\" or \"..\"".to_owned());
        }
        if uri.query().is_some() || text.contains('#') {
            return Err("expected a URL without query and fragment".to_owned());
        }
        let is_said = uri.port_u16() != Some(if uri.scheme_str() == Some("https") { 443 } else { 80 });
        let host = if is_said { authority } else { uri.host().unwrap_or_default() };
        let host = HeaderValue::from_str(host).map_err(|_| "expected a host name".to_owned())?;
        let text = text.trim_end_matches('/').to_owned();
        Ok(BaseUrl { text, uri, host, source: UrlSource::BaseUrl })
    }

    /// The same, from elsewhere than the configuration's `base_url`.
    pub(crate) fn named_by(self, source: UrlSource) -> BaseUrl {
        BaseUrl { source, ..self }
    }

    /// The address of a websocket, `ws://` or `wss://`, as that of the HTTP that it begins with.
    #[cfg(feature = "events")]
    pub(crate) fn of_websocket(text: &str) -> Result<BaseUrl, String> {
        let scheme = |long: &str, short: &str| {
            let (found, rest) = text.split_at_checked(long.len())?;
            found.eq_ignore_ascii_case(long).then(|| format!("{short}{rest}"))
        };
        let http = scheme("wss://", "https://").or_else(|| scheme("ws://", "http://"));
        BaseUrl::parse(&http.ok_or("expected a URL whose scheme is wss or ws")?)
    }

    /// The same without a path that it ends in.
    pub(crate) fn without_suffix(self, suffix: &str) -> BaseUrl {
        match self.text.strip_suffix(suffix) {
            Some(text) => BaseUrl { text: text.trim_end_matches('/').to_owned(), ..self },
            None => self,
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The one way to write it: two spellings are one place. The host in small letters, no port that goes without saying.
    pub(crate) fn canonical(&self) -> String {
        let (scheme, path) = (self.uri.scheme_str().unwrap_or_default(), self.path());
        let host = self.uri.host().unwrap_or_default().to_ascii_lowercase();
        let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = match inner.and_then(|address| address.parse::<Ipv6Addr>().ok()) {
            Some(address) => format!("[{address}]"),
            None => host,
        };
        let default = if self.is_https() { 443 } else { 80 };
        match self.uri.port_u16().filter(|port| *port != default) {
            Some(port) => format!("{scheme}://{host}:{port}{path}"),
            None => format!("{scheme}://{host}{path}"),
        }
    }

    /// With brackets where it is an address of IPv6.
    pub(crate) fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    /// `https`
    pub(crate) fn scheme(&self) -> &str {
        self.uri.scheme_str().unwrap_or_default()
    }

    /// The same without its path.
    pub(crate) fn origin(&self) -> String {
        let canonical = self.canonical();
        let whole = canonical.len() - self.path().len();
        canonical.get(..whole).unwrap_or_default().to_owned()
    }

    /// Whether scheme, host and port are the same.
    pub(crate) fn is_same_origin(&self, other: &BaseUrl) -> bool {
        self.origin() == other.origin()
    }

    pub(crate) fn is_https(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// Whether a target makes a URL that can be sent.
    pub(crate) fn has_room_for(&self, target: &str) -> bool {
        self.text.len() + target.len() <= LONGEST
    }

    /// The URL of a target below this address. A target that would lead to another origin is refused: a token never
    /// leaves for another host.
    pub(crate) fn join(&self, target: &str) -> Result<Url, String> {
        if !self.has_room_for(target) {
            let length = self.text.len() + target.len();
            return Err(format!("the request's URL would have {length} bytes; at most {LONGEST} can be sent"));
        }
        if !target.starts_with(['/', '?']) {
            return Err("the path leads to another host than base_url".to_owned());
        }
        let target = match self.path() {
            "" => PathAndQuery::try_from(target),
            prefix => PathAndQuery::try_from([prefix, target].concat()),
        };
        let target = target.map_err(|_| "the path does not make a valid URL".to_owned())?;
        let mut parts = Parts::from(self.uri.clone());
        parts.path_and_query = Some(target);
        let uri = Uri::from_parts(parts).map_err(|_| "the path does not make a valid URL".to_owned())?;
        Ok(Url { uri, host: self.host.clone(), source: self.source })
    }

    /// The URL of this address itself.
    #[cfg(feature = "events")]
    pub(crate) fn whole(&self) -> Result<Url, String> {
        match self.path() {
            "" => self.join("/"),
            _ => Ok(Url { uri: self.uri.clone(), host: self.host.clone(), source: self.source }),
        }
    }

    /// The path prefix, if there is one.
    fn path(&self) -> &str {
        let (_, rest) = self.text.split_once("://").unwrap_or_default();
        rest.find('/').and_then(|start| rest.get(start..)).unwrap_or_default()
    }
}

/// What follows the host: nothing, or a colon and a port that exists.
fn is_port(text: &str) -> bool {
    match text.strip_prefix(':') {
        // As a number is written: "+80" and "080" are read in one way here and in another elsewhere.
        Some(port) => port.starts_with(|first: char| ('1'..='9').contains(&first)) && port.parse::<u16>().is_ok(),
        None => text.is_empty(),
    }
}

/// Whether a path means the same to everybody on the way. A slash may end it.
fn is_plain_path(path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    let dots = |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "" | "." | "..");
    path.is_empty() || path.strip_prefix('/').is_some_and(|segments| !segments.split('/').any(dots))
}

#[cfg(test)]
impl Url {
    pub(crate) fn parse(text: &str) -> Url {
        let BaseUrl { uri, host, source, .. } = BaseUrl::parse(text).unwrap();
        Url { uri, host, source }
    }

    pub(crate) fn text(&self) -> String {
        self.uri.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let base = |text: &str| BaseUrl::parse(text).map(|base| base.text);
        assert_eq!(base("http://10.0.0.5:28000"), Ok("http://10.0.0.5:28000".to_owned()));
        assert_eq!(base("http://[::1]:8080"), Ok("http://[::1]:8080".to_owned()));
        assert_eq!(base("https://host/gateway/"), Ok("https://host/gateway".to_owned()));
        for wrong in
            ["", "host", "/path", "ftp://h", "http://u:p@h", "http://h?x=1", "http://h#x", "http://", "http://h h"]
        {
            assert!(base(wrong).is_err(), "{wrong}");
        }
        for port in ["+80", "080", "0", "-1", "65536", "8 0", "", "80:80", "0x50"] {
            assert!(base(&format!("http://h:{port}/x")).is_err(), "{port}");
        }
        assert_eq!(base("http://h:65535"), Ok("http://h:65535".to_owned()));
        for path in ["/a/../b", "/..", "/a/.", "/./", "//", "//x", "/a//b", "/a//", "/%2e%2E/b", "/a/.%2e"] {
            assert!(base(&format!("http://h{path}")).unwrap_err().contains("segment"), "{path}");
        }
        assert_eq!(base("http://h/a.b/..c/%2F/"), Ok("http://h/a.b/..c/%2F".to_owned()));
    }

    #[test]
    fn an_address_that_cannot_be_reached_is_refused_with_the_way_out() {
        let refused = |text: &str| BaseUrl::parse(text).unwrap_err();
        for text in ["http://会议.example:9610", "https://会议.中国/x", "会议.中国"] {
            assert!(refused(text).contains("punycode"), "{text}");
        }
        for text in ["http://[fe80::1%25eth0]", "http://[fe80::1%eth0]:9610/x"] {
            assert!(refused(text).contains("zone"), "{text}");
        }
        assert!(refused("http://h/会议").contains("percent-encode"));
        assert!(BaseUrl::parse("http://xn--fiq228c.example").is_ok());
    }

    #[test]
    fn two_spellings_are_one_place() {
        for (spelling, place) in [
            ("http://localhost:9", "http://localhost:9"),
            ("http://LOCALHOST:9/", "http://localhost:9"),
            ("http://localhost:80", "http://localhost"),
            ("https://h:443/", "https://h"),
            ("https://h:80", "https://h:80"),
            ("https://h/Gateway/", "https://h/Gateway"),
            ("http://[0:0:0:0:0:0:0:1]:80/x", "http://[::1]/x"),
            ("http://[FE80::1]:81", "http://[fe80::1]:81"),
        ] {
            assert_eq!(BaseUrl::parse(spelling).unwrap().canonical(), place, "{spelling}");
        }
        let base = BaseUrl::parse("https://H/sdkapi/v2/").unwrap().without_suffix("/sdkapi/v2");
        assert_eq!(base.canonical(), "https://h");
    }

    #[test]
    fn no_target_leads_elsewhere() {
        let base = BaseUrl::parse("http://10.0.0.5:80").unwrap();
        let joined = base.join("/a?b=c").ok().unwrap();
        assert_eq!((joined.text().as_str(), joined.host.as_bytes()), ("http://10.0.0.5:80/a?b=c", &b"10.0.0.5"[..]));
        let below = BaseUrl::parse("HTTPS://[::1]:80/x/y/").unwrap().join("/a").ok().unwrap();
        assert_eq!((below.text().as_str(), below.host.as_bytes()), ("https://[::1]:80/x/y/a", &b"[::1]:80"[..]));
        for wrong in ["@evil/", ".evil/", "1/x", ":81/", "/a b", "/a\r\nX: y"] {
            assert!(base.join(wrong).is_err(), "{wrong}");
        }
        assert!(base.join(&format!("/{}", "x".repeat(70_000))).err().unwrap().contains("70019 bytes"));
    }
}
