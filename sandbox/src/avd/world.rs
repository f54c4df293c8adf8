//! Everything that an avd deployment holds, and what time does to it.

use std::collections::{BTreeMap, BTreeSet};

use super::Call;
use super::devices::Invitation;
use super::files::Files;
use super::players::Player;
use super::recordings::{Ending, Recording};
use super::refusal::{ROOM_NOT_OPEN, Refusal};
use super::rooms::Room;
use super::sip::{Account, Gate};
use super::site::Site;

pub struct World {
    pub rooms: BTreeMap<String, Room>,
    /// Oldest first.
    pub recordings: Vec<Recording>,
    pub players: Vec<Player>,
    pub invitations: Vec<Invitation>,
    pub gates: BTreeMap<i64, Gate>,
    pub accounts: BTreeMap<i64, Account>,
    pub licences: BTreeSet<String>,
    pub files: Files,
    pub site: Site,
    pub system_info: String,
    pub last_gate_id: i64,
    pub last_account_id: i64,
    pub last_node_id: i64,
    pub random: fastrand::Rng,
}

impl World {
    /// The room that the call names. `text` is what the operation's example says when there is none.
    pub fn room(&self, call: &Call, text: &'static str) -> Result<&Room, Refusal> {
        let id = call.params.required("room_id")?;
        self.rooms.get(id).ok_or_else(|| Refusal::no_such_room(text))
    }

    pub fn room_mut(&mut self, call: &Call, text: &'static str) -> Result<&mut Room, Refusal> {
        let id = call.params.required("room_id")?;
        self.rooms.get_mut(id).ok_or_else(|| Refusal::no_such_room(text))
    }

    /// The same for operations that need a meeting to be running (40009).
    pub fn open_room(&self, call: &Call, text: &'static str) -> Result<&Room, Refusal> {
        let room = self.room(call, text)?;
        if room.is_open() { Ok(room) } else { Err(Refusal::of(ROOM_NOT_OPEN)) }
    }

    pub fn open_room_mut(&mut self, call: &Call, text: &'static str) -> Result<&mut Room, Refusal> {
        let room = self.room_mut(call, text)?;
        if room.is_open() { Ok(room) } else { Err(Refusal::of(ROOM_NOT_OPEN)) }
    }

    /// Lets happen what was due: rung devices answer or fail, files come to their end.
    pub fn settle(&mut self, now_ms: i64) {
        self.settle_players(now_ms);
        self.settle_invitations(now_ms);
    }

    /// 004 L186: everybody leaves, "including devices and recordings". The room stays and can be read.
    pub fn close_room(&mut self, room_id: &str, now_ms: i64, ending: Ending) {
        // Recordings first: the files of single participants are named after those who are still there.
        self.end_recordings(room_id, now_ms, ending);
        self.hang_up_all(room_id);
        self.players.retain(|player| player.room_id != room_id);
        if let Some(room) = self.rooms.get_mut(room_id) {
            room.close(now_ms / 1000);
        }
    }

    /// 32 hexadecimal digits, as record ids are (004 L683).
    pub fn new_record_id(&mut self) -> String {
        format!("{:032x}", self.random.u128(..))
    }

    /// A version 4 UUID, as play and call ids are (004 L1628, L3254).
    pub fn new_uuid(&mut self) -> String {
        let bits = self.random.u128(..) & !(0xF << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
        let hex = format!("{bits:032x}");
        let mut uuid = String::with_capacity(36);
        for (index, digit) in hex.chars().enumerate() {
            if matches!(index, 8 | 12 | 16 | 20) {
                uuid.push('-');
            }
            uuid.push(digit);
        }
        uuid
    }

    pub fn new_node_id(&mut self) -> i64 {
        self.last_node_id += 1;
        self.last_node_id
    }
}
