//! What people do in rooms by their own clients, which no operation of the server's interface can: come, go, say something.
//! The control interface does it for them.

use super::world::World;
use super::world::chat::{Message, Session};
use super::world::room::{Audio, Meeting, Participant, Room, Video};
use crate::control_error::ControlError;

/// 004 L569, and the box that only the statistics know (004 L250).
const CLIENTS: [&str; 6] = ["web", "miniprogram", "android", "ios", "pc", "box"];

/// Somebody who comes into a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visitor {
    pub room_id: String,
    pub user_id: String,
    /// Without, the user's id.
    pub user_name: Option<String>,
    /// web, miniprogram, android, ios, pc or box; without, web.
    pub client: Option<String>,
    /// The extension field with which some join (004 L570).
    pub user_data: Option<String>,
}

/// Something said in a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remark {
    pub room_id: String,
    /// Somebody in the room.
    pub user_id: String,
    pub message: String,
    /// Somebody in the room for whom alone it is; without, it is for everybody.
    pub to: Option<String>,
}

/// A user joins an open room, with a camera and a microphone that are on.
pub(crate) fn join(world: &mut World, visitor: Visitor, now_ms: i64) -> Result<(), ControlError> {
    world.settle(now_ms);
    let client = visitor.client.unwrap_or_else(|| "web".to_owned());
    if !CLIENTS.contains(&client.as_str()) {
        return Err(ControlError::bad(format!("`type` must be one of {}, not `{client}`", CLIENTS.join(", "))));
    }
    let node_id = world.new_node_id();
    let room = room_mut(world, &visitor.room_id)?;
    if room.has_user(&visitor.user_id) {
        return Err(ControlError::conflict(format!("user {} is in the room already", visitor.user_id)));
    }
    let id = visitor.user_id;
    let camera = Video { id: format!("{id}_{node_id:016x}"), name: "camera".to_owned(), published: true };
    let microphone = Audio { id: format!("{id}_default"), name: "microphone".to_owned(), published: true };
    let name = visitor.user_name.unwrap_or_else(|| id.clone());
    let (videos, audios) = (vec![camera], vec![microphone]);
    let user = Participant { id, name, client, node_id, user_data: visitor.user_data, videos, audios };
    meeting_mut(room)?.join(user, now_ms / 1000);
    Ok(())
}

/// A user leaves of his own accord.
pub(crate) fn leave(world: &mut World, room_id: &str, user_id: &str, now_ms: i64) -> Result<(), ControlError> {
    world.settle(now_ms);
    if !meeting_mut(room_mut(world, room_id)?)?.leave(user_id, now_ms / 1000) {
        return Err(not_there(user_id));
    }
    // A device that leaves hangs up.
    world.hang_up(room_id, user_id);
    Ok(())
}

/// Somebody in the room says something; returns the message's id.
pub(crate) fn say(world: &mut World, remark: Remark, now_ms: i64) -> Result<i64, ControlError> {
    world.settle(now_ms);
    let rooms = world.rooms.values();
    let id = rooms.flat_map(|room| &room.chat).flat_map(|session| &session.messages).map(|message| message.id).max();
    let id = id.unwrap_or(0) + 1;
    let room = room_mut(world, &remark.room_id)?;
    let started = meeting_mut(room)?.opened;
    let name_of = |user_id: &str| {
        let user = room.present().find(|user| user.id == user_id);
        user.map(|user| user.name.clone()).ok_or_else(|| not_there(user_id))
    };
    let from_name = name_of(&remark.user_id)?;
    let private_to = remark.to.map(|to| Ok::<_, ControlError>((name_of(&to)?, to))).transpose()?;
    let message = Message {
        id,
        from_id: remark.user_id,
        from_name,
        text: remark.message,
        timestamp: now_ms / 1000,
        private_to: private_to.map(|(name, id)| (id, name)),
    };
    match room.chat.iter_mut().find(|session| session.started == started) {
        Some(session) => session.messages.push(message),
        None => room.chat.push(Session { started, messages: vec![message] }),
    }
    Ok(id)
}

fn room_mut<'a>(world: &'a mut World, room_id: &str) -> Result<&'a mut Room, ControlError> {
    world.rooms.get_mut(room_id).ok_or_else(|| ControlError::not_found(format!("there is no room {room_id}")))
}

fn meeting_mut(room: &mut Room) -> Result<&mut Meeting, ControlError> {
    let closed = ControlError::conflict(format!("room {} is not open", room.id));
    room.meeting_mut().ok_or(closed)
}

fn not_there(user_id: &str) -> ControlError {
    ControlError::not_found(format!("user {user_id} is not in the room"))
}
