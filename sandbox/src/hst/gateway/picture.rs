//! What the event gateway tells of the world: the full state of an application, and each event.

use crate::hst::world::groups::{Group, Groups};
use crate::hst::world::media::Media;
use crate::hst::world::news::{Happening, News};
use serde_json::{Map, Value, json};

/// The names of the events in faults and in the record.
pub(crate) const EVENTS: [&str; 5] = [
    "gateway.user_joined",
    "gateway.user_left",
    "gateway.media_started",
    "gateway.media_stopped",
    "gateway.recording_changed",
];

/// `app_id`, `version` and `group_list`: of all groups, or of those named that are there. [?] What a group broadcasts that
/// is no user's, `group_media_list`, is not explained; nothing here does.
pub(crate) fn full_state(app_id: &str, groups: &Groups, only: Option<&[String]>) -> Map<String, Value> {
    let is_wanted = |group_id: &String| only.is_none_or(|only| only.contains(group_id));
    let list = groups.all().iter().filter(|(group_id, _)| is_wanted(group_id));
    let list: Vec<Value> = list.map(|(group_id, group)| describe(group_id, group)).collect();
    let mut members = Map::new();
    members.insert("app_id".into(), json!(app_id));
    members.insert("version".into(), json!(groups.version()));
    members.insert("group_list".into(), Value::Array(list));
    members
}

fn describe(group_id: &str, group: &Group) -> Value {
    let media = |media: &Media| json!({"media_id": media.id, "media_type": media.kind.number()});
    let user = |(user_id, broadcast): (&String, &std::collections::BTreeSet<Media>)| json!({"user_id": user_id, "media_info": broadcast.iter().map(media).collect::<Vec<Value>>()});
    json!({
        "group_id": group_id,
        "group_media_list": [],
        "user_list": group.iter().map(user).collect::<Vec<Value>>(),
    })
}

/// The event's name, and its message.
pub(crate) fn event(news: &News) -> (&'static str, Value) {
    let [joined, left, started, stopped, recording] = EVENTS;
    let version = news.version;
    let of_user = |id: i64, group_id: &str, user_id: &str| json!({"id": id, "group_id": group_id, "user_id": user_id, "version": version});
    let of_media = |id: i64, group_id: &str, user_id: &str, media: &Media| {
        json!({
            "id": id,
            "group_id": group_id,
            "user_id": user_id,
            "media_id": media.id,
            "media_type": media.kind.number(),
            "version": version,
        })
    };
    match &news.happening {
        Happening::UserJoined { group_id, user_id } => (joined, of_user(20100, group_id, user_id)),
        Happening::UserLeft { group_id, user_id } => (left, of_user(20101, group_id, user_id)),
        Happening::MediaStarted { group_id, user_id, media } => (started, of_media(20102, group_id, user_id, media)),
        Happening::MediaStopped { group_id, user_id, media } => (stopped, of_media(20103, group_id, user_id, media)),
        Happening::RecordingChanged { group_id, record_id, status, message } => {
            // `record_statue` is how the vendor spells it.
            let members = json!({
                "id": 20104,
                "group_id": group_id,
                "record_id": record_id,
                "record_statue": status,
                "record_msg": message,
            });
            (recording, members)
        }
    }
}
