//! One call of one operation, and what it names in the world.

use super::params::Params;
use super::refusal::{NO_SUCH_RECORD_ID, ROOM_NOT_OPEN, Refusal};
use super::world::World;
use super::world::room::Room;
use serde_json::{Value, json};

/// The success object, whole: the documents' envelopes differ too much to be put on afterwards (T40, T41).
pub(crate) type Answer = Result<Value, Refusal>;

pub(crate) struct Call<'a> {
    pub(crate) params: &'a Params,
    /// Milliseconds since the epoch.
    pub(crate) now_ms: i64,
    /// What URLs in the answer begin with.
    pub(crate) origin: String,
    pub(crate) access_key: &'a str,
}

impl Call<'_> {
    pub(crate) fn now_s(&self) -> i64 {
        self.now_ms / 1000
    }

    /// The room that the call names. `text` is what the operation's example says when there is none.
    pub(crate) fn room<'w>(&self, world: &'w World, text: &'static str) -> Result<&'w Room, Refusal> {
        let id = self.params.required("room_id")?;
        world.rooms.get(id).ok_or_else(|| Refusal::no_such_room(text))
    }

    pub(crate) fn room_mut<'w>(&self, world: &'w mut World, text: &'static str) -> Result<&'w mut Room, Refusal> {
        let id = self.params.required("room_id")?;
        world.rooms.get_mut(id).ok_or_else(|| Refusal::no_such_room(text))
    }

    /// The same for operations that need a meeting to be running (40009).
    pub(crate) fn open_room<'w>(&self, world: &'w World, text: &'static str) -> Result<&'w Room, Refusal> {
        let room = self.room(world, text)?;
        if room.is_open() { Ok(room) } else { Err(Refusal::of(ROOM_NOT_OPEN)) }
    }

    pub(crate) fn open_room_mut<'w>(&self, world: &'w mut World, text: &'static str) -> Result<&'w mut Room, Refusal> {
        let room = self.room_mut(world, text)?;
        if room.is_open() { Ok(room) } else { Err(Refusal::of(ROOM_NOT_OPEN)) }
    }

    /// The recording that the call names, if it names one. Then it has to exist.
    pub(crate) fn record_id(&self, world: &World) -> Result<Option<&str>, Refusal> {
        match self.params.text("record_id") {
            Some(id) if world.recording(id).is_none() => Err(Refusal::of(NO_SUCH_RECORD_ID)),
            id => Ok(id),
        }
    }
}

/// The success that most operations answer with.
pub(crate) fn success() -> Answer {
    Ok(json!({"ret": 0, "msg": "success"}))
}
