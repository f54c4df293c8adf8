//! Who is in a room: list and kick (004 L495-L625).

use serde_json::{Map, Value, json};

use super::refusal::{INTERNAL, ROOM_NOT_OPEN, Refusal, USER_NOT_IN_ROOM};
use super::rooms::{Meeting, Room};
use super::world::World;
use super::{Answer, Call};

/// Somebody in a room, person or device.
#[derive(Clone)]
pub struct Participant {
    pub id: String,
    pub name: String,
    /// 004 L569: web, miniprogram, android, ios, pc; a device has the scheme of its address.
    pub client: String,
    pub node_id: i64,
    /// 004 L570: only who joined with an extension field has one.
    pub user_data: Option<String>,
    pub videos: Vec<Video>,
    pub audios: Vec<Audio>,
}

#[derive(Clone)]
pub struct Video {
    pub id: String,
    pub name: String,
    pub published: bool,
}

#[derive(Clone)]
pub struct Audio {
    pub id: String,
    pub name: String,
    pub published: bool,
}

/// One stay of one participant.
pub struct Visit {
    pub user: Participant,
    pub joined: i64,
    pub left: Option<i64>,
}

impl Meeting {
    pub fn present(&self) -> impl Iterator<Item = &Visit> {
        self.visits.iter().filter(|visit| visit.left.is_none())
    }

    pub fn join(&mut self, user: Participant, now_s: i64) {
        self.visits.push(Visit { user, joined: now_s, left: None });
    }

    /// Whether somebody of this id was there to leave.
    pub fn leave(&mut self, user_id: &str, now_s: i64) -> bool {
        let mut left = false;
        for visit in self.visits.iter_mut().filter(|visit| visit.left.is_none() && visit.user.id == user_id) {
            visit.left = Some(now_s);
            left = true;
        }
        left
    }
}

impl Room {
    pub fn present(&self) -> impl Iterator<Item = &Participant> {
        self.meeting().into_iter().flat_map(|meeting| meeting.present().map(|visit| &visit.user))
    }

    pub fn has_user(&self, user_id: &str) -> bool {
        self.present().any(|user| user.id == user_id)
    }

    /// Whether this names a video of somebody present: by its resource id, or in the mixing spelling `<user>_video1`.
    pub fn has_video(&self, name: &str) -> bool {
        let by_user = name
            .rsplit_once("_video")
            .is_some_and(|(user, number)| number.parse::<u8>().is_ok() && self.has_user(user));
        by_user || self.present().any(|user| user.videos.iter().any(|video| video.id == name))
    }
}

/// `/room/participate/kick` (004 L495-L534): envelope `code` (T40).
pub fn kick(world: &mut World, call: &Call) -> Answer {
    let user_id = call.params.required("user_id")?;
    let now_s = call.now_s();
    let room = world.room_mut(call, "no such room_id")?;
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
pub fn list(world: &mut World, call: &Call) -> Answer {
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
