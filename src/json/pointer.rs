//! JSON pointers (RFC 6901): one value of a text, without reading the rest into memory.

use super::{Kind, Members, elements, kind, quoted, value};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The value that a pointer leads to; `None` where there is none.
pub(crate) fn find<'a>(json: &'a str, pointer: &str) -> Result<Option<&'a RawValue>, String> {
    let mut found = value(json)?;
    let Some(steps) = pointer.strip_prefix('/') else {
        let refused = || format!("pointer: expected \"\" or a text that begins with \"/\", got {}", quoted(pointer));
        return if pointer.is_empty() { Ok(Some(found)) } else { Err(refused()) };
    };
    for step in steps.split('/') {
        let name = unescaped(step).ok_or_else(|| {
            format!("pointer: {} holds a \"~\" that is neither \"~0\" (for \"~\") nor \"~1\" (for \"/\")", quoted(step))
        })?;
        let next = match kind(found) {
            Kind::Object => Members::of_answer(found)?.get(&name),
            Kind::Array => index(step).and_then(|index| elements(found)?.get(index).copied()),
            _ => None,
        };
        match next {
            Some(next) => found = next,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

/// How many elements an array or members an object has; `None` for any other value.
pub(crate) fn length(value: &RawValue) -> Option<usize> {
    match kind(value) {
        Kind::Array => elements(value).map(|elements| elements.len()),
        Kind::Object => Members::of_answer(value).ok().map(|members| members.iter().count()),
        _ => None,
    }
}

/// A step with `~1` for `/` and `~0` for `~`; `None` where another character follows the `~`.
fn unescaped(step: &str) -> Option<Cow<'_, str>> {
    if !step.contains('~') {
        return Some(Cow::Borrowed(step));
    }
    let valid = step.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    valid.then(|| Cow::Owned(step.replace("~1", "/").replace("~0", "~")))
}

/// Digits, without a zero before them.
fn index(step: &str) -> Option<usize> {
    let plain = step.bytes().all(|byte| byte.is_ascii_digit()) && (step.len() == 1 || !step.starts_with('0'));
    if plain { step.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(json: &str, pointer: &str) -> Result<Option<String>, String> {
        find(json, pointer).map(|found| found.map(|value| value.get().to_owned()))
    }

    #[test]
    fn the_rfcs_examples() {
        let json = r#"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}"#;
        for (pointer, expected) in [
            ("/foo", r#"["bar","baz"]"#),
            ("/foo/0", r#""bar""#),
            ("/", "0"),
            ("/a~1b", "1"),
            ("/c%d", "2"),
            ("/e^f", "3"),
            ("/g|h", "4"),
            ("/i\\j", "5"),
            ("/k\"l", "6"),
            ("/ ", "7"),
            ("/m~0n", "8"),
        ] {
            assert_eq!(at(json, pointer).unwrap().as_deref(), Some(expected), "{pointer}");
        }
        assert_eq!(at(json, "").unwrap().as_deref(), Some(json));
    }

    #[test]
    fn what_is_not_there_is_absent_and_what_is_wrong_is_said() {
        for pointer in
            ["/x", "/a/b", "/list/2", "/list/-", "/list/01", "/list/+1", "/list/0/x", "/list/99999999999999999999"]
        {
            assert_eq!(at(r#"{"list":[1,2],"a":1}"#, pointer), Ok(None), "{pointer}");
        }
        assert!(at("{}", "x").unwrap_err().contains("begins with \"/\""));
        assert!(at("{}", "/a~2").unwrap_err().contains("~0"));
        assert!(at("{}", "/~").is_err());
        assert!(at("{", "/a").unwrap_err().contains("not valid JSON"));
        assert!(at("", "").is_err());
    }

    #[test]
    fn the_last_of_two_members_of_one_name_counts_and_white_space_is_not_part_of_a_value() {
        assert_eq!(at(" {\"a\":1, \"a\" : 2 }\n", "/a").unwrap().as_deref(), Some("2"));
        assert_eq!(at(" [ 1 ] \n", "").unwrap().as_deref(), Some("[ 1 ]"));
        assert_eq!(at("\u{feff}{\"a\":1}", "/a").unwrap().as_deref(), Some("1"));
    }

    #[test]
    fn lengths() {
        let of = |json: &str| length(value(json).unwrap());
        assert_eq!(
            (of("[]"), of("[1,[2,3]]"), of("{\"a\":1}"), of("\"abc\""), of("3")),
            (Some(0), Some(2), Some(1), None, None)
        );
    }
}
