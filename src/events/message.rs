//! What goes over the wire, as far as it has to be understood.

use crate::json::{Members, elements, pick, quote, text_of, whole_number};
use serde_json::value::RawValue;
use std::borrow::Cow;

pub(super) const LOGGED_IN: i64 = 20001;
pub(super) const SUBSCRIBED: i64 = 20005;
pub(super) const STATE: i64 = 20009;
pub(super) const HEARTBEAT_ANSWERED: i64 = 20011;
pub(super) const RECORDING: i64 = 20104;

/// What is asked of the gateway.
fn request(id: i64, members: &str) -> String {
    format!(r#"{{"id":{id},"business":"EGW"{members}}}"#)
}

/// It holds the token.
pub(super) fn login(dev_id: &str, token: &str) -> String {
    request(20000, &format!(r#","dev_id":{},"token":{}"#, quote(dev_id), quote(token)))
}

pub(super) fn subscribe(app_ids: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let apps = app_ids.into_iter().map(|app_id| format!(r#"{{"app_id":{}}}"#, quote(app_id.as_ref())));
    request(20004, &format!(r#","app_list":[{}]"#, apps.collect::<Vec<_>>().join(",")))
}

/// Of one application, and of these groups of it; all where there is none.
pub(super) fn full_state(seq: u64, app_id: &str, groups: &[String]) -> String {
    let groups: Vec<String> = groups.iter().map(|group| quote(group)).collect();
    let groups = if groups.is_empty() { String::new() } else { format!(r#","group_list":[{}]"#, groups.join(",")) };
    request(20008, &format!(r#","seq":{seq},"app_list":[{{"app_id":{}{groups}}}]"#, quote(app_id)))
}

pub(super) fn heartbeat() -> String {
    request(20010, "")
}

/// A message of the gateway's.
pub(super) struct Message<'a> {
    pub(super) id: i64,
    /// As it came.
    pub(super) text: &'a str,
    /// 0, or absent, where an answer is a success.
    pub(super) result: Option<i64>,
    /// The gateway's own words.
    pub(super) words: Option<Cow<'a, str>>,
    pub(super) app_id: Option<Cow<'a, str>>,
    pub(super) group_id: Option<Cow<'a, str>>,
    pub(super) version: Option<i64>,
    group_list: Option<&'a RawValue>,
}

/// The error is the end of a sentence that begins with "a message of the event gateway".
pub(super) fn read(text: &str) -> Result<Message<'_>, String> {
    let text = text.trim_ascii();
    if !text.starts_with('{') {
        return Err("is not a JSON object".to_owned());
    }
    let names = ["id", "result", "message", "app_id", "group_id", "version", "group_list"];
    let picked = pick(text, names).map_err(|problem| format!("is not the documented JSON: {problem}"))?;
    let [id, result, words, app_id, group_id, version, group_list] = picked;
    Ok(Message {
        id: id.and_then(whole_number).ok_or("has no number \"id\"")?,
        text,
        // One that is no number is no success.
        result: result.map(|value| whole_number(value).unwrap_or(-1)),
        words: words.and_then(text_of),
        app_id: app_id.and_then(text_of),
        group_id: group_id.and_then(text_of),
        version: version.and_then(whole_number),
        group_list,
    })
}

impl Message<'_> {
    /// The groups of a full state.
    pub(super) fn groups(&self) -> Vec<String> {
        let groups = self.group_list.and_then(elements).unwrap_or_default();
        let ids = groups.into_iter().filter_map(|group| {
            let members = Members::of_answer(group).ok()?;
            Some(members.get("group_id").and_then(text_of)?.into_owned())
        });
        ids.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_the_documented_ones() {
        assert_eq!(login("d\"", "t"), r#"{"id":20000,"business":"EGW","dev_id":"d\"","token":"t"}"#);
        let both = r#"{"id":20004,"business":"EGW","app_list":[{"app_id":"a"},{"app_id":"b"}]}"#;
        assert_eq!(subscribe(["a", "b"]), both);
        let all = r#"{"id":20008,"business":"EGW","seq":7,"app_list":[{"app_id":"a"}]}"#;
        assert_eq!(full_state(7, "a", &[]), all);
        let some = r#"{"id":20008,"business":"EGW","seq":8,"app_list":[{"app_id":"a","group_list":["g","h"]}]}"#;
        assert_eq!(full_state(8, "a", &["g".to_owned(), "h".to_owned()]), some);
        assert_eq!(heartbeat(), r#"{"id":20010,"business":"EGW"}"#);
    }

    #[test]
    fn what_is_needed_is_read_whatever_its_spelling() {
        let text =
            r#" {"id":"20009","app_id":"a","version":12.0,"group_list":[{"group_id":"g"},{"group_id":7},{},1]} "#;
        let message = read(text).ok().unwrap();
        assert_eq!((message.id, message.app_id.as_deref(), message.version), (STATE, Some("a"), Some(12)));
        assert_eq!(message.groups(), ["g", "7"]);
        assert_eq!(message.text, text.trim());
        let refused = read(r#"{"id":20001,"result":606000001,"message":"no"}"#).ok().unwrap();
        assert_eq!((refused.result, refused.words.as_deref()), (Some(606_000_001), Some("no")));
    }

    #[test]
    fn what_is_no_message_is_told() {
        for (text, words) in [
            ("", "JSON object"),
            ("[]", "JSON object"),
            ("{", "documented JSON"),
            ("{}", "\"id\""),
            (r#"{"id":null}"#, "\"id\""),
        ] {
            assert!(read(text).err().unwrap().contains(words), "{text}");
        }
    }
}
