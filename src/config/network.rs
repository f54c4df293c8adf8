//! How a client reaches its platform: `proxy`, `bind`, `resolve`, `ip_version` and `headers`.

use crate::json::{Kind, Members, elements, kind, quoted, string};
use crate::transport::{Bind, Environment, Header, IpVersion, Network, Proxies, Proxy, Resolve, Spelling};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;

/// The keys, in the order in which they are looked at.
const KEYS: [&str; 5] = ["proxy", "bind", "resolve", "ip_version", "headers"];
const MOST_HOSTS: usize = 256;
const MOST_HEADERS: usize = 16;
/// Of names and values together: servers refuse longer heads.
const LONGEST_HEADERS: usize = 8192;

/// `None` where the configuration says nothing of it. Reads the environment where `proxy` says so.
pub(super) fn network(members: &Members<'_>) -> Result<Option<Network>, String> {
    if KEYS.into_iter().all(|key| members.get(key).is_none()) {
        return Ok(None);
    }
    let named = |key: &str, problem: String| format!("configuration key \"{key}\": {problem}");
    let bind = match members.text("bind") {
        Some(text) => Some(Bind::parse(&text).map_err(|problem| named("bind", problem))?),
        None => None,
    };
    let ip_version = match members.text("ip_version").as_deref() {
        Some("4") => Some(IpVersion::V4),
        Some("6") => Some(IpVersion::V6),
        _ => None,
    };
    if let (Some(wanted), Some(source)) = (ip_version, bind.as_ref().and_then(Bind::ip_version))
        && wanted != source
    {
        let source = source.as_str();
        return Err(named(
            "ip_version",
            format!("an IPv{source} address stands in \"bind\", from where no other goes"),
        ));
    }
    let mut fingerprint = DefaultHasher::new();
    for key in KEYS {
        members.get(key).map(|value| value.get()).hash(&mut fingerprint);
    }
    let network = Network {
        proxies: proxies(members).map_err(|problem| named("proxy", problem))?,
        bind,
        resolve: resolve(members).map_err(|problem| named("resolve", problem))?,
        ip_version,
        headers: headers(members).map_err(|problem| named("headers", problem))?,
        fingerprint: 0,
    };
    for secret in network.secrets() {
        secret.hash(&mut fingerprint);
    }
    Ok(Some(Network { fingerprint: fingerprint.finish(), ..network }))
}

fn proxies(members: &Members<'_>) -> Result<Proxies, String> {
    Ok(match members.text("proxy").as_deref() {
        None | Some("") => Proxies::None,
        Some("env") => Proxies::Environment(Environment::read(|name| std::env::var_os(name))?),
        Some(text) => Proxies::One(Proxy::parse(text, Spelling::Whole)?),
    })
}

fn resolve(members: &Members<'_>) -> Result<Vec<Resolve>, String> {
    let mut all: Vec<Resolve> = Vec::new();
    let Some(value) = members.get("resolve") else { return Ok(all) };
    for (name, value) in Members::of(value)?.iter() {
        let refuse = |problem: &str| format!("{}: {problem}", quoted(name));
        let values = match kind(value) {
            Kind::Array => elements(value).unwrap_or_default(),
            _ => vec![value],
        };
        let address = |value| {
            let text = string(value)?;
            let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(&text);
            inner.parse::<IpAddr>().ok()
        };
        let addresses: Option<Vec<IpAddr>> = values.into_iter().map(address).collect();
        let addresses = addresses.filter(|addresses| (1..=Resolve::MOST).contains(&addresses.len()));
        let addresses =
            addresses.ok_or_else(|| refuse("expected an IP address as a string, or an array of 1 to 16 of them"))?;
        let host = Resolve::of(name, addresses).map_err(|problem| refuse(&problem))?;
        if all.iter().any(|other| other.is_of_same(&host)) {
            return Err(refuse("this host stands there twice"));
        }
        if all.len() >= MOST_HOSTS {
            return Err(format!("expected at most {MOST_HOSTS} hosts"));
        }
        all.push(host);
    }
    Ok(all)
}

fn headers(members: &Members<'_>) -> Result<Vec<Header>, String> {
    let mut all: Vec<Header> = Vec::new();
    let Some(value) = members.get("headers") else { return Ok(all) };
    let mut length = 0;
    for (name, value) in Members::of(value)?.iter() {
        let refuse = |problem: &str| format!("{}: {problem}", quoted(name));
        let text = if kind(value) == Kind::String { string(value) } else { None };
        let text = text.ok_or_else(|| refuse("expected a string"))?;
        let header = Header::of(name, &text).map_err(|problem| refuse(&problem))?;
        if all.iter().any(|other| other.is_named_as(&header)) {
            return Err(refuse("this header stands there twice: upper and lower case are one"));
        }
        length += name.len() + text.len();
        all.push(header);
        if all.len() > MOST_HEADERS || length > LONGEST_HEADERS {
            return Err(format!("expected at most {MOST_HEADERS} headers, of {LONGEST_HEADERS} bytes together"));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Network>, String> {
        network(&Members::parse(text).unwrap())
    }

    fn refused(text: &str, words: &[&str]) {
        let problem = read(text).expect_err(text);
        for word in words {
            assert!(problem.contains(word), "{problem:?} lacks {word:?}");
        }
    }

    #[test]
    fn nothing_is_kept_where_nothing_is_said() {
        assert!(read("{}").unwrap().is_none());
        assert!(matches!(read(r#"{"proxy":""}"#).unwrap().unwrap().proxies, Proxies::None));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_the_keys_name() {
        refused(r#"{"proxy":"envv"}"#, &["\"proxy\"", "expected http://host:port"]);
        refused(r#"{"bind":""}"#, &["\"bind\"", "10.0.0.7", "eth1"]);
        refused(r#"{"bind":"a-name-that-is-too-long"}"#, &["\"bind\"", "15 characters"]);
        refused(r#"{"bind":"fe80::1%eth0"}"#, &["\"bind\""]);
        refused(r#"{"bind":"224.0.0.1"}"#, &["\"bind\"", "this machine"]);
        refused(r#"{"bind":"10.0.0.1","ip_version":"6"}"#, &["\"ip_version\"", "IPv4 address stands in \"bind\""]);
        for wrong in ["{}", "[]", "5", "\"h\"", "\"10.0.0.256\"", "[\"10.0.0.1\",7]", "\"fe80::1%eth0\""] {
            refused(&format!(r#"{{"resolve":{{"h":{wrong}}}}}"#), &["\"resolve\": \"h\"", "an IP address"]);
        }
        for wrong in ["", "h:0", "h:70000", "h:x", "*", "a/b", "[::1]x", "h h"] {
            refused(&format!(r#"{{"resolve":{{"{wrong}":"10.0.0.1"}}}}"#), &["\"resolve\"", "expected a host name"]);
        }
        refused(r#"{"resolve":{"H":"10.0.0.1","h":"10.0.0.2"}}"#, &["twice"]);
        for own in ["Authorization", "HOST", "content-length", "Transfer-Encoding", "Connection", "Range", "Expect"] {
            refused(&format!(r#"{{"headers":{{"{own}":"x"}}}}"#), &["\"headers\"", own, "library itself"]);
        }
        for wrong in ["", "a b", "a:", "会议", "a\\n"] {
            refused(&format!(r#"{{"headers":{{"{wrong}":"x"}}}}"#), &["\"headers\"", "the name of a header"]);
        }
        for wrong in ["", " x", "hush hush ", "hush-hush\\r\\nX: y", "会议"] {
            let problem = read(&format!(r#"{{"headers":{{"X-Key":"{wrong}"}}}}"#)).unwrap_err();
            assert!(problem.contains("\"X-Key\": expected 1 to 4096 visible"), "{problem}");
            assert!(!problem.contains("hush"), "{problem}");
        }
        refused(r#"{"headers":{"X-Key":7}}"#, &["\"X-Key\": expected a string"]);
        refused(r#"{"headers":{"X-Key":"a","x-key":"b"}}"#, &["twice"]);
        let many: Vec<String> = (0..17).map(|at| format!(r#""X-{at}":"a""#)).collect();
        refused(&format!(r#"{{"headers":{{{}}}}}"#, many.join(",")), &["at most 16 headers"]);
    }

    #[test]
    fn other_settings_have_another_fingerprint() {
        let of = |text| read(text).unwrap().unwrap().fingerprint;
        let proxy = of(r#"{"proxy":"http://h:1"}"#);
        assert_eq!(proxy, of(r#"{"proxy":"http://h:1"}"#));
        assert_ne!(proxy, of(r#"{"proxy":"http://h:2"}"#));
        assert_ne!(proxy, of(r#"{"proxy":"http://u:p@h:1"}"#));
        assert_ne!(proxy, of(r#"{"proxy":"http://h:1","bind":"127.0.0.1"}"#));
    }
}
