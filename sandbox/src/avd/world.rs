//! Everything that an avd deployment holds: the state, below all operations.

pub(crate) mod chat;
pub(crate) mod composed_view;
mod due;
pub(crate) mod invitation;
mod invitations;
pub(crate) mod plan;
pub(crate) mod player;
mod recorded_files;
pub(crate) mod recording;
mod recordings;
pub(crate) mod room;
pub(crate) mod seed;
pub(crate) mod sip;
pub(crate) mod site;

use crate::files::Files;
use invitation::Invitation;
use player::Player;
use recording::Recording;
use room::Room;
use sip::{Account, Gate};
use site::Site;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) struct World {
    pub(crate) rooms: BTreeMap<String, Room>,
    /// Oldest first.
    pub(crate) recordings: Vec<Recording>,
    pub(crate) players: Vec<Player>,
    pub(crate) invitations: Vec<Invitation>,
    pub(crate) gates: BTreeMap<i64, Gate>,
    pub(crate) accounts: BTreeMap<i64, Account>,
    pub(crate) licences: BTreeSet<String>,
    pub(crate) files: Files,
    pub(crate) site: Site,
    pub(crate) system_info: String,
    pub(crate) last_gate_id: i64,
    pub(crate) last_account_id: i64,
    pub(crate) last_node_id: i64,
    pub(crate) random: fastrand::Rng,
}

impl World {
    /// 32 hexadecimal digits, as record ids are (004 L683).
    pub(crate) fn new_record_id(&mut self) -> String {
        format!("{:032x}", self.random.u128(..))
    }

    /// A version 4 UUID, as play and call ids are (004 L1628, L3254).
    pub(crate) fn new_uuid(&mut self) -> String {
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

    pub(crate) fn new_node_id(&mut self) -> i64 {
        self.last_node_id += 1;
        self.last_node_id
    }
}
