//! Masks the secret members of an answer before it is shown in an error.

use super::{Kind, Members, elements, kind, quote};
use serde_json::value::RawValue;
use std::borrow::Cow;

const MASK: &str = r#""***""#;
/// Deeper values are not shown: no platform nests as deep, and the walk is recursive.
const DEEPEST: usize = 64;

/// The same JSON with the value of every secret member replaced, and every value that nests too deep.
pub(crate) fn mask(value: &RawValue, is_secret: &dyn Fn(&str) -> bool) -> Option<Box<RawValue>> {
    let mut out = String::with_capacity(value.get().len());
    write(value, is_secret, 0, &mut out)?;
    RawValue::from_string(out).ok()
}

fn write(value: &RawValue, is_secret: &dyn Fn(&str) -> bool, depth: usize, out: &mut String) -> Option<()> {
    match kind(value) {
        Kind::Object | Kind::Array if depth > DEEPEST => out.push_str(MASK),
        Kind::Object => {
            let members = Members::of_answer(value).ok()?;
            out.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&quote(name));
                out.push(':');
                if is_secret(name) {
                    out.push_str(MASK);
                } else {
                    write(member, is_secret, depth + 1, out)?;
                }
            }
            out.push('}');
        }
        Kind::Array => {
            out.push('[');
            for (index, element) in elements(value)?.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(element, is_secret, depth + 1, out)?;
            }
            out.push(']');
        }
        _ => out.push_str(value.get()),
    }
    Some(())
}

/// The text with every occurrence of a known secret replaced.
pub(crate) fn scrub<'t>(text: &'t str, secrets: &[Cow<'_, str>]) -> Cow<'t, str> {
    let mut out = Cow::Borrowed(text);
    for secret in secrets.iter().filter(|secret| secret.len() >= 4) {
        if out.contains(secret.as_ref()) {
            out = Cow::Owned(out.replace(secret.as_ref(), "***"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> Option<String> {
        let value: &RawValue = serde_json::from_str(text).unwrap();
        mask(value, &|name| name == "app_secret").map(|value| value.get().to_owned())
    }

    #[test]
    fn secrets_go_and_the_rest_stays_exactly() {
        let text = r#"{"code":1,"result":[{"app_secret":"k","price":1.10,"x":{"app_secret":{"a":1}}}]}"#;
        let expected = r#"{"code":1,"result":[{"app_secret":"***","price":1.10,"x":{"app_secret":"***"}}]}"#;
        assert_eq!(masked(text).as_deref(), Some(expected));
    }

    #[test]
    fn a_tower_of_arrays_is_not_climbed() {
        let text = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let shown = format!("{}{MASK}{}", "[".repeat(DEEPEST + 1), "]".repeat(DEEPEST + 1));
        assert_eq!(masked(&text), Some(shown));
    }

    #[test]
    fn a_name_that_comes_twice_is_masked_twice() {
        let text = r#"{"app_secret":"k","app_secret":"l","x":1}"#;
        assert_eq!(masked(text).as_deref(), Some(r#"{"app_secret":"***","app_secret":"***","x":1}"#));
    }

    #[test]
    fn known_secrets_leave_the_text() {
        let secrets = [Cow::Borrowed("abc=="), Cow::Borrowed("abc%3D%3D"), Cow::Borrowed("")];
        assert_eq!(scrub("token=abc%3D%3D or abc==", &secrets), "token=*** or ***");
    }
}
