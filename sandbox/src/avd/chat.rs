//! `/room/get_chat_message_log` (004 L2440-L2512).

use serde_json::{Value, json};

use super::refusal::{ARGS, Refusal};
use super::world::World;
use super::{Answer, Call};

/// The messages of one meeting.
pub struct Session {
    pub started: i64,
    pub messages: Vec<Message>,
}

pub struct Message {
    pub id: i64,
    pub from_id: String,
    pub from_name: String,
    pub text: String,
    pub timestamp: i64,
    /// Id and name of the one it was for; without, it was for everybody.
    pub private_to: Option<(String, String)>,
}

/// Filters by sender and by time, both optional. Sessions of which nothing is left are left out.
pub fn log(world: &mut World, call: &Call) -> Answer {
    if call.params.text("room_id").is_none() {
        // The one operation whose example names the argument (004 L2509).
        return Err(Refusal::with(ARGS, "arg room_id required"));
    }
    let from_id = call.params.text("fromId");
    let from = call.params.integer("start_time")?.unwrap_or(0);
    let until = call.params.integer("end_time")?.unwrap_or(i64::MAX);
    let room = world.room(call, "no such room_id")?;
    let wanted = |message: &&Message| {
        (from..=until).contains(&message.timestamp) && from_id.is_none_or(|id| id == message.from_id)
    };
    let mut data = Vec::new();
    for session in &room.chat {
        let messages: Vec<Value> =
            session.messages.iter().filter(wanted).map(|message| message.describe(&room.id)).collect();
        if !messages.is_empty() {
            data.push(json!({"session_id": session.started.to_string(), "messages": messages}));
        }
    }
    Ok(json!({"ret": 0, "msg": "success", "data": data}))
}

impl Message {
    /// 004 L2473: to everybody, `dst` is the room; to one, that user.
    fn describe(&self, room_id: &str) -> Value {
        let everybody = (room_id, "");
        let (dst, dst_name) = self.private_to.as_ref().map_or(everybody, |(id, name)| (id, name));
        json!({
            "fromId": self.from_id,
            "id": self.id,
            "status": 0,
            "message": self.text,
            "timestamp": self.timestamp,
            "room_id": room_id,
            "session_type": i32::from(self.private_to.is_some()),
            "message_type": 0,
            "fromName": self.from_name,
            "dst_name": dst_name,
            "dst": dst,
        })
    }
}
