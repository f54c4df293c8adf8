//! Ways through a proxy: HTTP CONNECT and SOCKS5, for both http:// and https:// targets.

mod connect;
mod environment;
mod socks;

pub(crate) use environment::Environment;

use super::socket::Socket;
use crate::secret::Secret;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use std::io;
use std::net::{Ipv6Addr, SocketAddr};

/// Which proxies a client has.
#[derive(Debug, Default)]
pub(crate) enum Proxies {
    #[default]
    None,
    /// For all that it sends.
    One(Proxy),
    /// As the environment says.
    Environment(Environment),
}

/// The proxy for a host, or none; and what says so.
pub(crate) struct Chosen<'p> {
    pub(crate) proxy: Option<&'p Proxy>,
    /// `proxy`, or the name of a variable; empty where nothing says anything.
    pub(crate) source: &'p str,
}

/// One proxy. Its `Debug` has no password.
#[derive(Debug)]
pub(crate) struct Proxy {
    kind: Kind,
    /// Without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    user: Option<User>,
    /// `http://host:port`
    address: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Connect,
    /// SOCKS5; the host's name is looked up here.
    Socks,
    /// SOCKS5; the proxy looks it up.
    SocksWithNames,
}

#[derive(Debug)]
struct User {
    name: String,
    password: Secret,
    /// As it travels in a header.
    basic: Secret,
}

/// Where a tunnel leads.
pub(super) enum Target<'t> {
    /// The proxy looks the name up. Brackets around an address of IPv6.
    Named(&'t str, u16),
    Address(SocketAddr),
}

/// How strictly an address is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// Scheme and port are there.
    Whole,
    /// What curl fills in may be missing: the scheme `http`, the port 1080.
    AsCurl,
}

impl Proxies {
    pub(crate) fn are_any(&self) -> bool {
        !matches!(self, Proxies::None)
    }

    /// What a request takes.
    pub(crate) fn choose(&self, is_https: bool, host: &str) -> Chosen<'_> {
        match self {
            Proxies::None => Chosen { proxy: None, source: "" },
            Proxies::One(proxy) => Chosen { proxy: Some(proxy), source: "proxy" },
            Proxies::Environment(environment) => environment.choose(is_https, host),
        }
    }

    pub(super) fn secrets(&self) -> Vec<&str> {
        match self {
            Proxies::None => Vec::new(),
            Proxies::One(proxy) => proxy.secrets(),
            Proxies::Environment(environment) => environment.proxies().flat_map(Proxy::secrets).collect(),
        }
    }
}

impl Proxy {
    /// The error is the end of a sentence that begins with the key. It quotes nothing, since there may be a password.
    pub(crate) fn parse(text: &str, spelling: Spelling) -> Result<Proxy, String> {
        const EXPECTED: &str = "expected http://host:port, socks5://host:port or socks5h://host:port, with user:password@ \
                                before the host where the proxy wants them";
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
            None if spelling == Spelling::AsCurl => ("http".to_owned(), text),
            None => return Err(EXPECTED.to_owned()),
        };
        let kind = match scheme.as_str() {
            "http" => Kind::Connect,
            "socks5" => Kind::Socks,
            "socks5h" => Kind::SocksWithNames,
            "https" => {
                return Err("a proxy that is itself reached over TLS (https://) is not supported: expected http://, \
                            socks5:// or socks5h://"
                    .to_owned());
            }
            "socks" | "socks4" | "socks4a" => {
                return Err("SOCKS4 is not supported: expected socks5:// or socks5h://".to_owned());
            }
            _ => return Err(EXPECTED.to_owned()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (user, place) = match rest.rsplit_once('@') {
            Some((user, place)) => (Some(User::parse(user, kind)?), place),
            None => (None, rest),
        };
        if place.contains(['/', '?', '#']) {
            return Err("expected a proxy without a path; write / ? # of a password as %2F %3F %23".to_owned());
        }
        let (host, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, after)) => {
                host.parse::<Ipv6Addr>().map_err(|_| "expected an IPv6 address between brackets".to_owned())?;
                let port = if after.is_empty() { None } else { Some(after.strip_prefix(':').unwrap_or("?")) };
                (host, port)
            }
            None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        if host.is_empty() || host.len() > 253 || !(place.starts_with('[') || host.bytes().all(is_name)) {
            return Err(EXPECTED.to_owned());
        }
        let port = match port.map(str::parse::<u16>) {
            Some(Ok(port)) if port > 0 => port,
            Some(_) => return Err("expected a port from 1 to 65535".to_owned()),
            // The one that is registered for SOCKS, and what curl takes for all kinds.
            None if kind != Kind::Connect || spelling == Spelling::AsCurl => 1080,
            None => return Err("expected a port, as in http://host:3128".to_owned()),
        };
        let shown = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        Ok(Proxy { kind, host: host.to_owned(), port, user, address: format!("{scheme}://{shown}:{port}") })
    }

    /// Without user and password.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Whether the addresses of the target are looked up here.
    pub(super) fn wants_addresses(&self) -> bool {
        self.kind == Kind::Socks
    }

    /// Has the proxy open a way to the target, as a part of connecting. An error of the proxy's doing is a `Failed`.
    pub(super) fn open(&self, socket: &mut Socket, target: &Target<'_>) -> io::Result<()> {
        let _waking = socket.waking()?;
        match self.kind {
            Kind::Connect => connect::open(socket, target, self.user.as_ref().map(|user| user.basic.reveal())),
            Kind::Socks | Kind::SocksWithNames => {
                let user = self.user.as_ref().map(|user| (user.name.as_str(), user.password.reveal()));
                socks::open(socket, target, user)
            }
        }
    }

    fn secrets(&self) -> Vec<&str> {
        // In Base64 with the user before it, a redactor finds it too.
        self.user.iter().map(|user| user.password.reveal()).collect()
    }
}

impl User {
    /// The longest that SOCKS5 has room for.
    const LONGEST: usize = 255;

    fn parse(text: &str, kind: Kind) -> Result<User, String> {
        let (name, password) = text.split_once(':').unwrap_or((text, ""));
        let decoded = |part: &str, what: &str| {
            let decoded = percent_decode_str(part).decode_utf8().map_err(|_| format!("the {what} is not UTF-8"))?;
            if decoded.len() > User::LONGEST || decoded.chars().any(char::is_control) {
                return Err(format!("expected a {what} of at most 255 bytes and without control characters"));
            }
            Ok(decoded.into_owned())
        };
        let (name, password) = (decoded(name, "user")?, decoded(password, "password")?);
        if name.is_empty() {
            return Err("expected a user before the @".to_owned());
        }
        if kind == Kind::Connect && name.contains(':') {
            return Err("expected a user without a colon".to_owned());
        }
        let basic = Secret::new(BASE64_STANDARD.encode(format!("{name}:{password}")));
        Ok(User { name, password: Secret::new(password), basic })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str, spelling: Spelling) -> String {
        match Proxy::parse(text, spelling) {
            Ok(proxy) => {
                let user = proxy.user.map(|user| format!(" {}|{}", user.name, user.password.reveal()));
                format!("{} {}{}", proxy.address, proxy.host, user.unwrap_or_default())
            }
            Err(problem) => problem,
        }
    }

    #[test]
    fn an_address_is_read_whole() {
        for (text, expected) in [
            ("http://proxy.corp:3128", "http://proxy.corp:3128 proxy.corp"),
            ("HTTP://proxy.corp:3128/", "http://proxy.corp:3128 proxy.corp"),
            ("http://u:p@10.0.0.1:8080", "http://10.0.0.1:8080 10.0.0.1 u|p"),
            ("http://u@h:1", "http://h:1 h u|"),
            ("http://u:a%40b%3ac@d@h:1", "http://h:1 h u|a@b:c@d"),
            ("socks5://[::1]:9", "socks5://[::1]:9 ::1"),
            ("socks5h://h", "socks5h://h:1080 h"),
            ("socks5h://a%3ab:c@h", "socks5h://h:1080 h a:b|c"),
        ] {
            assert_eq!(parsed(text, Spelling::Whole), expected, "{text}");
        }
        for (text, expected) in [("h", "http://h:1080 h"), ("u:p@h:3128", "http://h:3128 h u|p")] {
            assert_eq!(parsed(text, Spelling::AsCurl), expected, "{text}");
            assert!(parsed(text, Spelling::Whole).contains("expected http://"), "{text}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused_without_its_password() {
        for (text, words) in [
            ("https://u:hush-hush@h:1", "over TLS"),
            ("socks4://u:hush-hush@h:1", "SOCKS4"),
            ("ftp://u:hush-hush@h:1", "expected http://"),
            ("http://u:hush-hush@h", "expected a port"),
            ("http://u:hush-hush@h:0", "1 to 65535"),
            ("http://u:hush-hush@h:99999", "1 to 65535"),
            ("http://u:hush-hush@:80", "expected http://"),
            ("http://u:hush-hush@h:80/x", "without a path"),
            ("http://u:hush/hush-hush@h:80", "http://h:80 h u|hush/hush-hush"),
            ("http://u:hush-hush@h h:80", "expected http://"),
            ("http://u:hush-hush@[h]:80", "IPv6"),
            ("http://u:hush-hush@[::1]80", "1 to 65535"),
            ("http://:hush-hush@h:80", "a user before"),
            ("http://a%3ab:hush-hush@h:80", "without a colon"),
            ("http://u:hush-hush%0d%0a@h:80", "control characters"),
            ("http://u:hush-hush%ff@h:80", "not UTF-8"),
        ] {
            let problem = parsed(text, Spelling::Whole);
            assert!(problem.contains(words), "{text}: {problem}");
            assert!(!problem.contains("hush-hush") || problem.starts_with("http://"), "{problem}");
        }
        let long = "x".repeat(256);
        assert!(parsed(&format!("socks5://u:{long}@h"), Spelling::Whole).contains("255 bytes"));
    }

    #[test]
    fn no_password_is_printed() {
        let proxy = Proxy::parse("http://u:hush-hush@h:1", Spelling::Whole).unwrap();
        let printed = format!("{proxy:?}");
        assert!(!printed.contains("hush-hush") && !printed.contains(proxy.user.unwrap().basic.reveal()), "{printed}");
    }
}
