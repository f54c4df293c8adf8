//! `/room/get_chat_message_log` (004 L2440-L2512).

use super::call::{Answer, Call};
use super::refusal::{ARGS, Refusal};
use super::world::World;
use super::world::chat::Message;
use serde_json::{Value, json};

/// Filters by sender and by time, both optional. Sessions of which nothing is left are left out.
pub(crate) fn log(world: &mut World, call: &Call) -> Answer {
    if call.params.text("room_id").is_none() {
        // The one operation whose example names the argument (004 L2509).
        return Err(Refusal::with(ARGS, "arg room_id required"));
    }
    let from_id = call.params.text("fromId");
    let from = call.params.integer("start_time")?.unwrap_or(0);
    let until = call.params.integer("end_time")?.unwrap_or(i64::MAX);
    let room = call.room(world, "no such room_id")?;
    let wanted = |message: &&Message| {
        (from..=until).contains(&message.timestamp) && from_id.is_none_or(|id| id == message.from_id)
    };
    let mut data = Vec::new();
    for session in &room.chat {
        let messages: Vec<Value> =
            session.messages.iter().filter(wanted).map(|message| describe(message, &room.id)).collect();
        if !messages.is_empty() {
            data.push(json!({"session_id": session.started.to_string(), "messages": messages}));
        }
    }
    Ok(json!({"ret": 0, "msg": "success", "data": data}))
}

/// 004 L2473: to everybody, `dst` is the room; to one, that user.
fn describe(message: &Message, room_id: &str) -> Value {
    let everybody = (room_id, "");
    let (dst, dst_name) = message.private_to.as_ref().map_or(everybody, |(id, name)| (id, name));
    json!({
        "fromId": message.from_id,
        "id": message.id,
        "status": 0,
        "message": message.text,
        "timestamp": message.timestamp,
        "room_id": room_id,
        "session_type": i32::from(message.private_to.is_some()),
        "message_type": 0,
        "fromName": message.from_name,
        "dst_name": dst_name,
        "dst": dst,
    })
}
