//! Addresses that callers name: which host, and whether anything is there.

/// The host of what follows a scheme: without path, user and port.
pub(crate) fn host(rest: &str) -> &str {
    let authority = rest.split('/').next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// Nothing is really pushed or played. A host under `.invalid`, a name that RFC 2606 promises never to exist, stands for
/// one that is down.
pub(crate) fn is_down(host: &str) -> bool {
    host.ends_with(".invalid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        assert_eq!(host("192.0.2.30/live/demo"), "192.0.2.30");
        assert_eq!(host("user:word@down.invalid:1935/a:b"), "down.invalid");
        assert_eq!(host("[2001:db8::1]:1935/a"), "[2001:db8::1]");
        assert_eq!(host(""), "");
        assert!(is_down(host("down.invalid:9000")) && !is_down(host("invalid.example")));
    }
}
