//! Who is in a room: list and kick (004 L495-L625).

use super::call::{Answer, Call};
use super::refusal::{INTERNAL, ROOM_NOT_OPEN, Refusal, USER_NOT_IN_ROOM};
use super::world::World;
use super::world::room::{Audio, Participant, Video};
use serde_json::{Map, Value, json};

/// `/room/participate/kick` (004 L495-L534): envelope `code` (T40).
pub(crate) fn kick(world: &mut World, call: &Call) -> Answer {
    let user_id = call.params.required("user_id")?;
    let now_s = call.now_s();
    let room = call.room_mut(world, "no such room_id")?;
    let room_id = room.id.clone();
    let meeting = room.meeting_mut().ok_or_else(|| Refusal::of(ROOM_NOT_OPEN))?;
    if !meeting.leave(user_id, now_s) {
        return Err(Refusal::of(USER_NOT_IN_ROOM));
    }
    // A device that is put out of the room is out of its call.
    world.hang_up(&room_id, user_id);
    Ok(json!({"code": 200, "msg": "success"}))
}

/// `/room/participate/list` (004 L536-L625): envelope `code`; T64: "not found" hides behind an internal error. A closed
/// room has no participants to list, so it is not found either.
pub(crate) fn list(world: &mut World, call: &Call) -> Answer {
    let id = call.params.required("room_id")?;
    match world.rooms.get(id).filter(|room| room.is_open()) {
        Some(room) => {
            let participants: Vec<Value> = room.present().map(describe).collect();
            Ok(json!({"code": 200, "msg": "success", "participates": participants}))
        }
        None => Err(Refusal::with(INTERNAL, "Internal server error:room not found")),
    }
}

fn describe(user: &Participant) -> Value {
    let status = |published: bool| if published { "published" } else { "init" };
    let video = |video: &Video| {
        json!({
            "level": 0,
            "status": status(video.published),
            "id": video.id,
            "type": "video",
            "ctype": "unknown",
            "name": video.name,
            "description": "",
        })
    };
    let audio = |audio: &Audio| {
        json!({
            "type": "Audio",
            "status": status(audio.published),
            "name": audio.name,
            "id": audio.id,
        })
    };
    let mut members = Map::new();
    members.insert("user_name".into(), json!(user.name));
    members.insert("user_id".into(), json!(user.id));
    // 004 L561 gives the numbers no meaning; the sample shows 1 for somebody who is there.
    members.insert("status".into(), json!(1));
    members.insert("videos".into(), user.videos.iter().map(video).collect());
    members.insert("type".into(), json!(user.client));
    members.insert("audios".into(), user.audios.iter().map(audio).collect());
    if let Some(data) = &user.user_data {
        members.insert("user_data".into(), json!(data));
    }
    Value::Object(members)
}
