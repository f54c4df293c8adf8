//! Whether a browser may be behind a call of the control interface that no page of ours sent. Any page that is open in one
//! can send requests to this machine.
//!
//! Two things tell: `Origin`, which a browser sets on everything that another page sends and that changes anything; and
//! `Host`, the name by which it got here. A page can have its own name lead to this machine (DNS rebinding), and is of one
//! origin with us then. So only names are taken that no stranger can give us.

use crate::control_error::ControlError;
use axum::http::header::{HOST, HeaderMap, ORIGIN};
use std::net::{Ipv4Addr, Ipv6Addr};

pub(crate) fn check(headers: &HeaderMap, is_secure: bool, has_console: bool) -> Result<(), ControlError> {
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
    let host = headers.get(HOST).map(text);
    if let Some(host) = host.as_deref().filter(|host| !is_ours(host)) {
        return Err(ControlError::forbidden(format!(
            "the control interface is called by an IP address, localhost, or a name without a dot, not by {host:?}: a page \
             in a browser could have given us that name"
        )));
    }
    let Some(origin) = headers.get(ORIGIN).map(text) else {
        return Ok(());
    };
    let scheme = if is_secure { "https" } else { "http" };
    let is_console = has_console && host.is_some_and(|host| origin == format!("{scheme}://{host}"));
    if is_console {
        return Ok(());
    }
    let but = if has_console { " but its own console" } else { "" };
    Err(ControlError::forbidden(format!(
        "the control interface is not for pages in a browser{but}: call it without Origin"
    )))
}

/// Whether this name, with or without a port, cannot belong to a stranger: an address is no name, `localhost` never leaves
/// the machine, and a name without a dot is in no public zone.
fn is_ours(authority: &str) -> bool {
    if let Some(rest) = authority.strip_prefix('[') {
        let (address, after) = rest.split_once(']').unwrap_or(("", ""));
        return address.parse::<Ipv6Addr>().is_ok() && (after.is_empty() || after.starts_with(':'));
    }
    let name = authority.rsplit_once(':').map_or(authority, |(name, _)| name);
    name.parse::<Ipv4Addr>().is_ok() || name.ends_with(".localhost") || (!name.is_empty() && !name.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn names_that_no_stranger_has() {
        for ours in
            ["127.0.0.1:8800", "192.168.1.5", "[::1]:8800", "[::1]", "localhost:1", "a.localhost:1", "sandbox:8800"]
        {
            assert!(is_ours(ours), "{ours}");
        }
        for other in [
            "evil.example:8800",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "evil.example.",
            "",
            ":80",
            "[::1",
            "[evil.example]:1",
            "[::1]evil.example",
            "127.1.evil",
        ] {
            assert!(!is_ours(other), "{other}");
        }
    }

    #[test]
    fn pages() {
        let check = |host: &str, origin: Option<&str>, has_console| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_str(host).unwrap());
            if let Some(origin) = origin {
                headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
            }
            check(&headers, false, has_console).is_ok()
        };
        let here = "127.0.0.1:8800";
        assert!(check(here, None, false) && check(here, None, true));
        assert!(check(here, Some("http://127.0.0.1:8800"), true));
        assert!(!check(here, Some("http://127.0.0.1:8800"), false), "without a console there is no page of ours");
        for stranger in
            ["null", "", "http://127.0.0.1:8801", "https://127.0.0.1:8800", "http://evil.example", "http://127.0.0.1"]
        {
            assert!(!check(here, Some(stranger), true), "{stranger}");
        }
        assert!(!check("evil.example:8800", None, true));
        assert!(!check("evil.example:8800", Some("http://evil.example:8800"), true), "rebound");
    }
}
