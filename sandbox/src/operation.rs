//! The names of operations, for faults, counts and the record: the path after the platform's prefix, with `/` as `.` and
//! `-` as `_`.

use crate::{avd, hst, youme};
use axum::http::Method;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Where avd's operations live; the upload and the downloads are on the host root (004 L3635, L331).
const AVD_PREFIX: &str = "/sdkapi/v2/";

struct Named {
    /// Only where the method tells the operation: hst's three on `/v1/app`.
    method: Option<&'static str>,
    name: String,
}

/// What is said over the event gateway's websocket has no path.
static MESSAGES: LazyLock<Vec<String>> =
    LazyLock::new(|| hst::gateway_messages().map(|name| format!("hst.{name}")).collect());

static BY_PATH: LazyLock<HashMap<String, Vec<Named>>> = LazyLock::new(table);

/// What this call is a call of: one of the operations, a download (`avd.attachment`, `hst.recording`), a discovery
/// (`hst.server.address`) or a connection of the event gateway (`hst.gateway.connect`).
pub(crate) fn name_of(method: &Method, path: &str) -> Option<&'static str> {
    let named = BY_PATH.get(path)?;
    let fits = |named: &&Named| named.method.is_none_or(|only| only == method.as_str());
    named.iter().find(fits).map(|named| named.name.as_str())
}

/// The whole name of a message of the event gateway, from hst's own name for it.
pub(crate) fn of_message(name: &str) -> Option<&'static str> {
    MESSAGES.iter().map(String::as_str).find(|whole| whole.strip_prefix("hst.") == Some(name))
}

/// Whether a pattern fits a message of the event gateway.
pub(crate) fn fits_a_message(pattern: &str) -> bool {
    MESSAGES.iter().any(|name| fits(pattern, Some(name)))
}

/// Whether a pattern fits a call.
pub(crate) fn fits_a_call(pattern: &str) -> bool {
    BY_PATH.values().flatten().any(|named| fits(pattern, Some(&named.name)))
}

/// Whether a pattern fits a message of the event gateway that is an answer to a request.
pub(crate) fn fits_a_request(pattern: &str) -> bool {
    let is_event = |name: &str| hst::EVENTS.iter().any(|event| name.strip_prefix("hst.") == Some(event));
    MESSAGES.iter().any(|name| fits(pattern, Some(name)) && !is_event(name))
}

/// The pattern that fits whatever this path is a path of.
pub(crate) fn pattern_of(path: &str) -> Option<&'static str> {
    match BY_PATH.get(path)?.as_slice() {
        [only] => Some(&only.name),
        _ => Some("hst.app.*"),
    }
}

/// All names, sorted.
pub(crate) fn all() -> Vec<&'static str> {
    let calls = BY_PATH.values().flatten().map(|named| named.name.as_str());
    let mut names: Vec<&str> = calls.chain(MESSAGES.iter().map(String::as_str)).collect();
    names.sort_unstable();
    names
}

/// Whether a pattern (`avd.room.read`, `avd.*`, `*`) is meant for this operation. Calls of no operation have no name.
pub(crate) fn fits(pattern: &str, operation: Option<&str>) -> bool {
    match (pattern.strip_suffix('*'), operation) {
        (Some(""), _) => true,
        (Some(beginning), Some(operation)) => operation.starts_with(beginning),
        (None, Some(operation)) => operation == pattern,
        (_, None) => false,
    }
}

/// Whether a pattern fits any operation. A star stands for whole words: `avd.*`, not `av*`.
pub(crate) fn names_something(pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        Some(beginning) => beginning.ends_with('.') && all().iter().any(|name| name.starts_with(beginning)),
        None => all().contains(&pattern),
    }
}

/// What to say of a pattern that fits none.
pub(crate) fn unknown(pattern: &str) -> String {
    format!(
        "unknown operation `{pattern}`: operations are named like avd.room.read, hst.app.create, youme.query_room_info, \
         avd.room.* or * for all"
    )
}

fn table() -> HashMap<String, Vec<Named>> {
    let mut table: HashMap<String, Vec<Named>> = HashMap::new();
    let mut put = |path: &str, method, name: String| {
        table.entry(path.to_owned()).or_default().push(Named { method, name });
    };
    for path in avd::paths() {
        let address = path.strip_prefix(AVD_PREFIX).unwrap_or(path.trim_start_matches('/'));
        put(&path, None, format!("avd.{}", address.replace('/', ".").replace('-', "_")));
    }
    put("/attachment", None, "avd.attachment".to_owned());
    put(hst::RECORDING, None, "hst.recording".to_owned());
    put(hst::DISCOVERY, None, "hst.server.address".to_owned());
    put(hst::EVENT_GATEWAY, None, "hst.gateway.connect".to_owned());
    for (method, path, name) in hst::addresses() {
        let method = (path == "/v1/app").then_some(method);
        put(path, method, format!("hst.{name}"));
    }
    for command in youme::COMMANDS {
        put(&format!("{}{command}", youme::PREFIX), None, format!("youme.{command}"));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_paths() {
        let name = |method: Method, path| name_of(&method, path);
        assert_eq!(name(Method::GET, "/sdkapi/v2/room/mix_record/start"), Some("avd.room.mix_record.start"));
        assert_eq!(name(Method::POST, "/uploadfile"), Some("avd.uploadfile"));
        assert_eq!(name(Method::POST, "/v1/online/trans-cmd"), Some("hst.online.trans_cmd"));
        assert_eq!(name(Method::PATCH, "/v1/app"), Some("hst.app.update"));
        assert_eq!(name(Method::GET, "/v1/app"), None);
        assert_eq!(name(Method::GET, "/access/token"), Some("hst.access.token"));
        assert_eq!(name(Method::POST, "/v2/video/count_qos_by_day"), Some("youme.count_qos_by_day"));
        assert_eq!(name(Method::GET, "/_sandbox/counts"), None);
        assert_eq!(pattern_of("/v1/app"), Some("hst.app.*"));
        assert_eq!(pattern_of("/v1/kickout"), Some("hst.kickout"));
    }

    #[test]
    fn patterns() {
        assert!(fits("avd.room.read", Some("avd.room.read")));
        assert!(!fits("avd.room.read", Some("avd.room.read_all")));
        assert!(fits("avd.*", Some("avd.room.read")) && !fits("avd.*", Some("hst.kickout")) && !fits("avd.*", None));
        assert!(fits("*", Some("hst.kickout")) && fits("*", None));
        for good in ["*", "avd.*", "avd.room.*", "hst.app.*", "avd.uploadfile", "avd.attachment", "hst.access.token"] {
            assert!(names_something(good), "{good}");
        }
        for bad in ["", "avd", "av*", "avd.", "avd.nothing.*", "room.read", "*.read", "zoom.*"] {
            assert!(!names_something(bad), "{bad}");
        }
    }

    /// That they are all and no more is tested beside the control interface, which lists them.
    #[test]
    fn every_name_is_there_once() {
        let names = all();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
