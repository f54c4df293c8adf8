//! Whether what an answer tells of has come to an end.

use crate::catalog::{Literal, Settles, Value, When};
use crate::json::{Kind, Members, elements, kind, pick, string, value, whole_number};
use serde_json::value::RawValue;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Settled {
    Done,
    /// It will not come to that any more; what the answer says, in words.
    Failed(String),
    /// Not yet.
    Going(String),
}

/// The error is the end of a sentence that begins with "the answer".
pub(super) fn judge(settles: &Settles, answer: &str) -> Result<Settled, String> {
    match settles.when {
        When::Is { member, done, failed, known } => {
            let (inside, member) = member.rsplit_once('.').unwrap_or(("", member.as_str()));
            let inside = inside.split('.').filter(|name| !name.is_empty());
            let Some(holder) = first_object(value(answer)?, inside)? else {
                return Ok(Settled::Going("the answer names none".to_owned()));
            };
            let [found] = pick(holder.get(), [member])?;
            let number = found.and_then(whole_number).ok_or_else(|| format!("has no number \"{member}\""))?;
            let words = || described(member, number, known);
            Ok(match number {
                _ if done.contains(&number) => Settled::Done,
                _ if failed.contains(&number) => Settled::Failed(words()),
                _ => Settled::Going(words()),
            })
        }
        When::Any { any } => {
            let answer = value(answer)?;
            let is_there = any.iter().any(|path| has_text(answer, path.split('.')));
            Ok(if is_there { Settled::Done } else { Settled::Going("the answer names none".to_owned()) })
        }
    }
}

/// `status is 1 (converting)`
fn described(member: &str, number: i64, known: &[Value]) -> String {
    let known = known.iter().find(|value| value.value == Literal::Number(number));
    match known.and_then(|value| value.meaning.get()) {
        Some(meaning) => format!("{member} is {number} ({meaning})"),
        None => format!("{member} is {number}"),
    }
}

/// What the names lead to; of an array, its first element. `None` where an array is empty.
fn first_object<'p, 'a>(
    at: &'a RawValue,
    mut path: impl Iterator<Item = &'p str>,
) -> Result<Option<&'a RawValue>, String> {
    if kind(at) == Kind::Array {
        return match elements(at).unwrap_or_default().into_iter().next() {
            Some(first) => first_object(first, path),
            None => Ok(None),
        };
    }
    let Some(name) = path.next() else { return Ok(Some(at)) };
    let member = Members::of_answer(at)?.get(name).ok_or_else(|| format!("has no \"{name}\""))?;
    first_object(member, path)
}

/// Whether a text stands there that is not empty, in any of the elements of the arrays on the way.
fn has_text<'p>(at: &RawValue, path: impl Iterator<Item = &'p str> + Clone) -> bool {
    if kind(at) == Kind::Array {
        return elements(at)
            .is_some_and(|elements| elements.into_iter().any(|element| has_text(element, path.clone())));
    }
    let mut rest = path;
    match rest.next() {
        None => string(at).is_some_and(|text| !text.is_empty()),
        Some(name) if kind(at) == Kind::Object => {
            let members = Members::of_answer(at).ok();
            members.and_then(|members| members.get(name)).is_some_and(|member| has_text(member, rest))
        }
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::find;

    fn of(operation: &str, answer: &str) -> Result<Settled, String> {
        let operation = find(operation).unwrap();
        judge(operation.settles.as_ref().unwrap(), answer)
    }

    #[test]
    fn a_number_settles_it_however_it_is_written() {
        let status = |value: &str| of("avd.transcode.query", &format!("{{\"ret\":0,\"status\":{value}}}"));
        for done in ["2", "\"2\"", "2.0"] {
            assert_eq!(status(done), Ok(Settled::Done), "{done}");
        }
        let with = |words: &str, meaning: &str| match cfg!(feature = "catalog-texts") {
            true => format!("{words} ({meaning})"),
            false => words.to_owned(),
        };
        assert_eq!(status("3"), Ok(Settled::Failed(with("status is 3", "failed"))));
        assert_eq!(status("1"), Ok(Settled::Going(with("status is 1", "converting"))));
        assert_eq!(status("17"), Ok(Settled::Going("status is 17".to_owned())));
        for none in ["null", "true", "\"x\"", "{}", "2.5"] {
            assert_eq!(status(none).unwrap_err(), "has no number \"status\"", "{none}");
        }
        assert!(of("avd.transcode.query", "{\"ret\":0}").is_err());
    }

    #[test]
    fn a_number_in_a_list_settles_it() {
        let list = |list: &str| of("hst.record.task.list", &format!("{{\"code\":0,\"record_list\":{list}}}"));
        assert_eq!(list(r#"[{"status":6},{"status":-1}]"#), Ok(Settled::Done));
        assert!(
            matches!(list(r#"[{"status":"-1"}]"#), Ok(Settled::Failed(words)) if words.starts_with("status is -1"))
        );
        assert!(matches!(list(r#"[{"status":0}]"#), Ok(Settled::Going(words)) if words.starts_with("status is 0")));
        assert_eq!(list("[]"), Ok(Settled::Going("the answer names none".to_owned())));
        assert_eq!(list("[{}]").unwrap_err(), "has no number \"status\"");
        assert_eq!(of("hst.record.task.list", "{\"code\":0}").unwrap_err(), "has no \"record_list\"");
        assert!(list("null").is_err() && list("[5]").is_err());
    }

    #[test]
    fn a_file_is_there_once_its_address_is() {
        let files = |data: &str| of("avd.room.mix_record.get", &format!("{{\"ret\":0,\"data\":{data}}}")).unwrap();
        for done in [
            r#"[{"transcode_files":[{"download_url":"http://a"}]}]"#,
            r#"[{"download_url":"","transcode_files":[{"download_url":""},{"download_url":"http://a"}]}]"#,
            r#"[{},{"transcode_files":[{"down_url":"http://a"}]}]"#,
            // A single one, without its array (T54).
            r#"{"transcode_files":{"download_url":"http://a"}}"#,
        ] {
            assert_eq!(files(done), Settled::Done, "{done}");
        }
        for none in [
            "[]",
            "null",
            "\"\"",
            r#"[{"download_url":"http://a.tms"}]"#,
            r#"[{"transcode_files":{}}]"#,
            r#"[["x"],5]"#,
        ] {
            assert!(matches!(files(none), Settled::Going(_)), "{none}");
        }
    }
}
