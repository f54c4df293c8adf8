//! Masks secrets before anything is logged or shown: in a query, in a form, in JSON and in headers alike.

use serde_json::Value;

/// What stands in the place of a secret.
const MASK: &str = "***";
/// How much of a body is worth a log line.
const SHOWN: usize = 512;

/// Names whose values are secrets on any of the three platforms.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["token", "secret", "password", "checksum", "authorization", "cookie", "licence_cert", "sys_info"]
        .iter()
        .any(|part| name.contains(part))
        || matches!(name.as_str(), "access_key" | "rest_api_key" | "restapikey")
}

/// A query or a form body with its secret values masked. The rest stays as it was sent, percent signs included, so that
/// it shows how the caller encoded it.
pub(crate) fn pairs(raw: &str) -> String {
    let mask = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default();
        // The name may be percent-encoded too: `%74oken` is a token.
        let decoded: String = form_urlencoded::parse(name.as_bytes()).map(|(name, _)| name.into_owned()).collect();
        if is_secret(&decoded) { format!("{name}={MASK}") } else { pair.to_owned() }
    };
    raw.split('&').map(mask).collect::<Vec<_>>().join("&")
}

/// A JSON body with its secret members masked at any depth. Text that is not JSON cannot be masked, so there is none.
pub(crate) fn json(raw: &[u8]) -> Option<String> {
    let mut value: Value = serde_json::from_slice(raw).ok()?;
    mask_members(&mut value);
    Some(value.to_string())
}

/// A header's value, masked when its name says so.
pub(crate) fn header<'a>(name: &str, value: &'a str) -> &'a str {
    if is_secret(name) { MASK } else { value }
}

/// For bodies of any other kind.
pub(crate) fn size_only(raw: &[u8]) -> String {
    format!("<{} bytes>", raw.len())
}

fn mask_members(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if is_secret(name) {
                    *member = Value::from(MASK);
                } else {
                    mask_members(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask_members),
        _ => {}
    }
}

/// One line whatever the caller sent, and not longer than is useful.
pub(crate) fn printable(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).map(|c| if c.is_control() { '?' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_keeps_its_spelling() {
        assert_eq!(
            pairs("token=abc%3D%3D&room_id=12&topic=%E5%91%A8&%74oken=x&checksum=0a"),
            "token=***&room_id=12&topic=%E5%91%A8&%74oken=***&checksum=***"
        );
        assert_eq!(pairs(""), "");
    }

    #[test]
    fn json_at_any_depth() {
        let shown = json(br#"{"a":[{"Password":"x","b":1}],"app_secret":{"y":2}}"#);
        assert_eq!(shown.as_deref(), Some(r#"{"a":[{"Password":"***","b":1}],"app_secret":"***"}"#));
        assert_eq!(json(b"password=x"), None);
    }

    #[test]
    fn headers_by_name() {
        assert_eq!(header("authorization", "x"), MASK);
        assert_eq!(header("host", "x"), "x");
    }

    #[test]
    fn one_line_of_bounded_length() {
        assert_eq!(printable("a=1\n2"), "a=1?2");
        assert!(printable(&"x".repeat(10_000)).chars().count() <= SHOWN + 1);
    }
}
