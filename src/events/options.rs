//! What a session is to be like.

use super::pauses::Pauses;
use crate::catalog::table;
use crate::error::{Error, Result};
use crate::json::check::{Rules, check};
use crate::json::{Members, elements, quoted, string};
use crate::platform::EventGateway;
use crate::transport::{BaseUrl, UrlSource};
use std::time::Duration;

const RULES: Rules = Rules { noun: "option", tolerant: false };
/// So many applications of one session.
const MOST_APPS: usize = 64;
/// No id is as long.
const LONGEST_ID: usize = 256;
const HEARTBEAT: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Options {
    pub(super) app_ids: Vec<String>,
    /// Empty: all.
    pub(super) groups: Vec<String>,
    pub(super) heartbeat: Duration,
    pub(super) pauses: Pauses,
    /// `None`: asked for.
    pub(super) url: Option<BaseUrl>,
    pub(super) dev_id: String,
}

pub(super) fn read(text: &str, gateway: &dyn EventGateway) -> Result<Options> {
    of(text, gateway.app_id(), gateway.login_id())
        .map_err(|problem| Error::invalid_argument(format!("options: {problem}")))
}

fn of(text: &str, app_id: Option<&str>, login_id: Option<&str>) -> std::result::Result<Options, String> {
    let members = Members::parse(text)?;
    check(table::EVENTS_OPTIONS, &members, RULES)?;
    let app_ids = match ids(&members, "app_ids")? {
        Some(ids) => ids,
        None => vec![app_id.ok_or("required option \"app_ids\" is missing: expected an array of text")?.to_owned()],
    };
    if !(1..=MOST_APPS).contains(&app_ids.len()) {
        return Err(format!("option \"app_ids\": expected 1 to {MOST_APPS} applications, got {}", app_ids.len()));
    }
    let groups = ids(&members, "groups")?;
    match &groups {
        Some(_) if app_ids.len() > 1 => {
            return Err(
                "option \"groups\": expected one application in \"app_ids\", since a group belongs to one".to_owned()
            );
        }
        Some(groups) if groups.is_empty() => {
            return Err("option \"groups\": expected at least one group; leave it out for all".to_owned());
        }
        _ => {}
    }
    let given = members.text("dev_id");
    let dev_id = match (given.as_deref(), login_id) {
        (Some(given), Some(own)) if given != own => {
            return Err("option \"dev_id\": the client has another one, whose token it is".to_owned());
        }
        (Some(""), _) => return Err("option \"dev_id\": expected a text that is not empty".to_owned()),
        (given, own) => given.or(own).ok_or(
            "required option \"dev_id\" is missing: the client was given its token, and does not know whose it is",
        )?,
    };
    Ok(Options {
        app_ids,
        groups: groups.unwrap_or_default(),
        heartbeat: members
            .integer("heartbeat_s")
            .map_or(HEARTBEAT, |seconds| Duration::from_secs(seconds.unsigned_abs())),
        pauses: pauses(&members)?,
        url: match members.text("url") {
            Some(url) => {
                let url = BaseUrl::of_websocket(&url).map_err(|problem| format!("option \"url\": {problem}"))?;
                Some(url.named_by(UrlSource::GatewayOption))
            }
            None => None,
        },
        dev_id: dev_id.to_owned(),
    })
}

/// An array of ids, none of them twice.
fn ids(members: &Members<'_>, name: &str) -> std::result::Result<Option<Vec<String>>, String> {
    let Some(found) = members.get(name).and_then(elements) else { return Ok(None) };
    let mut ids: Vec<String> = Vec::with_capacity(found.len());
    for id in found {
        let id = string(id).unwrap_or_default();
        if id.is_empty() || id.len() > LONGEST_ID || id.chars().any(char::is_control) {
            return Err(format!(
                "option \"{name}\": expected ids of 1 to {LONGEST_ID} bytes without control characters"
            ));
        }
        if ids.iter().any(|known| *known == id) {
            return Err(format!("option \"{name}\": {} stands twice", quoted(&id)));
        }
        ids.push(id.into_owned());
    }
    Ok(Some(ids))
}

fn pauses(members: &Members<'_>) -> std::result::Result<Pauses, String> {
    let pause =
        |name, other: Duration| members.integer(name).map_or(other, |ms| Duration::from_millis(ms.unsigned_abs()));
    let pauses = Pauses {
        shortest: pause("pause_ms", Pauses::DEFAULT.shortest),
        longest: pause("max_pause_ms", Pauses::DEFAULT.longest),
    };
    match pauses.shortest <= pauses.longest {
        true => Ok(pauses),
        false => Err("option \"max_pause_ms\": expected a pause that is not shorter than \"pause_ms\"".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_as_the_catalog_says() {
        let options = of("{}", Some("app"), Some("dev")).unwrap();
        assert_eq!((options.app_ids.as_slice(), options.dev_id.as_str()), (&["app".to_owned()][..], "dev"));
        assert!(options.groups.is_empty() && options.url.is_none());
        let documented = |name: &str| table::EVENTS_OPTIONS.iter().find(|option| option.name == name).unwrap();
        assert_eq!(options.heartbeat.as_secs().to_string(), documented("heartbeat_s").default.as_str());
        for (name, pause) in [("pause_ms", options.pauses.shortest), ("max_pause_ms", options.pauses.longest)] {
            assert_eq!(pause.as_millis().to_string(), documented(name).default.as_str(), "{name}");
        }
    }

    #[test]
    fn what_is_given_counts() {
        let text = r#"{"app_ids":["a","b"],"heartbeat_s":5,"url":"WSS://h:1/x","dev_id":"d","max_pause_ms":600}"#;
        let options = of(text, Some("app"), None).unwrap();
        assert_eq!((options.app_ids.len(), options.heartbeat.as_secs(), options.dev_id.as_str()), (2, 5, "d"));
        assert_eq!(options.url.unwrap().as_str(), "https://h:1/x");
        assert_eq!(options.pauses.longest.as_millis(), 600);
    }

    #[test]
    fn what_cannot_be_right_is_refused_by_its_name() {
        for (text, words) in [
            ("{}", "\"app_ids\" is missing"),
            (r#"{"app_id":["a"]}"#, "did you mean \"app_ids\""),
            (r#"{"app_ids":"a"}"#, "\"app_ids\""),
            (r#"{"app_ids":[]}"#, "1 to 64"),
            (r#"{"app_ids":[7]}"#, "\"app_ids"),
            (r#"{"app_ids":[""]}"#, "ids of 1 to 256"),
            (r#"{"app_ids":["a","a"]}"#, "\"a\" stands twice"),
            (r#"{"app_ids":["a"],"heartbeat_s":0}"#, "\"heartbeat_s\""),
            (r#"{"app_ids":["a"],"url":"https://h"}"#, "wss or ws"),
            (r#"{"app_ids":["a"],"groups":[]}"#, "at least one"),
            (r#"{"app_ids":["a","b"],"groups":["g"]}"#, "one application"),
            (r#"{"app_ids":["a"],"pause_ms":100,"max_pause_ms":50}"#, "\"max_pause_ms\""),
            (r#"{"app_ids":["a"],"dev_id":"other"}"#, "another one"),
        ] {
            let problem = of(text, None, Some("dev")).map(|_| ()).unwrap_err();
            assert!(problem.contains(words), "{text}: {problem}");
        }
        assert!(of(r#"{"app_ids":["a"]}"#, None, None).map(|_| ()).unwrap_err().contains("\"dev_id\" is missing"));
    }
}
