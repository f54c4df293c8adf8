//! What a reader of the documents expects of avd: the state behind the answers, and the number of each call.
//!
//! It knows nothing of how long anything takes: what only time changes is observed (see `avd_observed`).

use crate::caller::{BUSY, QUIET};
use std::collections::{BTreeMap, BTreeSet};

/// Two seeded rooms, and one that is created and deleted on the way.
pub const ROOMS: [&str; 3] = [QUIET, BUSY, "12345123457"];
/// Two seeded players of the busy room, and one that is not.
pub const PLAYERS: [&str; 3] = ["welcome", "ended", "another"];
pub const USERS: [&str; 3] = ["16", "49", "20"];
pub const DEVICES: [&str; 3] = ["sip:1002@192.0.2.10", "rtsp://192.0.2.11/camera", "sip:1@down.invalid"];
const SEEDED_DEVICE: &str = "2f9d6b84-c1e0-4a37-b5f2-6d8e0c4a7913";
const SEEDED_MIX: &str = "4d1f0c52a7e94b0f8a6b3c9d2e5f7a10";
const FINISHED_MIX: &str = "b7c2a9d04e1f4c6d9a8b5e3f1c0d2a64";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Mix,
    Desktop,
    MixedLive,
    Live,
    Automatic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Play {
    Idle,
    Playing,
    Paused,
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    Play,
    Pause,
    Resume,
    Replay,
    Switch,
    Stop,
}

pub struct Player {
    pub play_id: String,
    pub state: Play,
}

pub struct Room {
    pub open: bool,
    pub present: BTreeSet<String>,
    pub running: BTreeSet<Kind>,
    /// Something of it may still be stopping, since it was closed while it was recorded.
    pub settling: bool,
    pub automatic: bool,
    pub was_automatic: bool,
    pub was_live: bool,
    pub view: bool,
    pub players: BTreeMap<&'static str, Player>,
}

impl Room {
    pub fn new() -> Self {
        Self {
            open: true,
            present: BTreeSet::new(),
            running: BTreeSet::new(),
            settling: false,
            automatic: false,
            was_automatic: false,
            was_live: false,
            view: false,
            players: BTreeMap::new(),
        }
    }

    /// 004 L186: everybody and everything leaves.
    fn close(&mut self) {
        self.open = false;
        self.present.clear();
        self.settling = self.running.iter().any(|kind| !matches!(kind, Kind::MixedLive | Kind::Live));
        self.was_automatic |= self.running.contains(&Kind::Automatic);
        self.was_live |= self.running.contains(&Kind::Live);
        self.running.clear();
        self.view = false;
        self.players.clear();
    }
}

/// A call of a device. `state` as observed: 0 inviting, 1 talking, 2 hung up, 3 failed.
pub struct DeviceCall {
    pub call_id: String,
    pub user_id: String,
    pub room: &'static str,
    pub url: String,
    pub state: i64,
}

impl DeviceCall {
    pub fn is_live(&self) -> bool {
        self.state < 2
    }
}

/// A mixed recording, the kind whose id the start tells. `status` as observed: 0 started, 1 running, 2 stopped, 3 stopped
/// abnormally, 4 stopping.
pub struct Mix {
    pub id: String,
    pub room: &'static str,
    pub runs: bool,
    pub status: i64,
    pub deleted: bool,
}

pub struct World {
    pub rooms: BTreeMap<&'static str, Room>,
    pub calls: Vec<DeviceCall>,
    pub mixes: Vec<Mix>,
}

impl World {
    /// The seeded one.
    pub fn new() -> Self {
        let people = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        let quiet = Room { present: people(&USERS), ..Room::new() };
        let player = |play_id: &str, state| Player { play_id: play_id.to_owned(), state };
        let busy = Room {
            players: BTreeMap::from([
                ("welcome", player("5b0e6c1a-7d3f-4e2b-9a48-c61f0d7e2b95", Play::Paused)),
                ("ended", player("d41e9b27-6a3c-4f80-95c8-02b7e4f1a65d", Play::Ended)),
            ]),
            present: people(&["16", "49", SEEDED_DEVICE]),
            running: BTreeSet::from([Kind::Mix, Kind::Desktop, Kind::MixedLive, Kind::Live]),
            view: true,
            ..Room::new()
        };
        let mix = |id: &str, room, runs, status| Mix { id: id.to_owned(), room, runs, status, deleted: false };
        Self {
            rooms: BTreeMap::from([(QUIET, quiet), (BUSY, busy)]),
            calls: vec![DeviceCall {
                call_id: "c0a8f3de-52b1-4e79-8d46-9b1f7a2c5e03".to_owned(),
                user_id: SEEDED_DEVICE.to_owned(),
                room: BUSY,
                url: "sip:1001@192.0.2.10".to_owned(),
                state: 1,
            }],
            mixes: vec![mix(FINISHED_MIX, QUIET, false, 2), mix(SEEDED_MIX, BUSY, true, 1)],
        }
    }

    /// The number that a call meets which needs the room, or the room open.
    pub fn room_number(&self, room: &str, must_be_open: bool) -> i64 {
        match self.rooms.get(room) {
            None => 40004,
            Some(room) if must_be_open && !room.open => 40009,
            Some(_) => 0,
        }
    }

    pub fn start_number(&self, room: &str, kind: Kind) -> i64 {
        let number = self.room_number(room, true);
        if number != 0 {
            return number;
        }
        let room = &self.rooms[room];
        let runs = room.running.contains(&kind);
        match kind {
            Kind::Live if !room.present.contains("16") => 40008,
            Kind::Live if runs => 40060,
            _ if runs => 40040,
            _ => 0,
        }
    }

    pub fn stop_number(&self, room: &str, kind: Kind) -> i64 {
        let Some(room) = self.rooms.get(room) else { return 40004 };
        match kind {
            _ if room.running.contains(&kind) => 0,
            Kind::Live if room.was_live => 40065,
            Kind::Live => 40061,
            _ => 40041,
        }
    }

    pub fn update_number(&self, room: &str, automatic: bool) -> i64 {
        let Some(room) = self.rooms.get(room) else { return 40004 };
        match automatic {
            true if room.running.contains(&Kind::Automatic) => 40006,
            false if !room.automatic && room.was_automatic => 40007,
            _ => 0,
        }
    }

    pub fn view_number(&self, room: &str, on: bool) -> i64 {
        match self.rooms.get(room) {
            None => 40004,
            Some(room) if on && !room.open => 40052,
            Some(room) if on && room.view => 40050,
            Some(room) if !on && !room.view => 40051,
            Some(_) => 0,
        }
    }

    /// The states of a player that allow a command, and the one that it leads to (004 L1643-L2016).
    pub fn player_number(&self, room: &str, player: &str, command: Command) -> i64 {
        let number = self.room_number(room, true);
        if number != 0 {
            return number;
        }
        let Some(player) = self.rooms[room].players.get(player) else { return 40081 };
        let allowed = match command {
            Command::Play | Command::Stop => true,
            Command::Pause => player.state == Play::Playing,
            Command::Resume => player.state == Play::Paused,
            Command::Replay => player.state == Play::Ended,
            Command::Switch => matches!(player.state, Play::Playing | Play::Paused),
        };
        if allowed { 0 } else { 40082 }
    }

    pub fn call_number(&self, room: &str, url: &str) -> i64 {
        let number = self.room_number(room, true);
        let there = self.calls.iter().any(|call| call.room == room && call.url == url && call.is_live());
        if number == 0 && there { 40031 } else { number }
    }

    pub fn device_number(&self, room: &str, user_id: &str) -> i64 {
        let number = self.room_number(room, true);
        let there = self.calls.iter().any(|call| call.room == room && call.user_id == user_id && call.is_live());
        if number == 0 && !there { 40033 } else { number }
    }

    pub fn kick_number(&self, room: &str, user_id: &str) -> i64 {
        match self.room_number(room, true) {
            0 if !self.rooms[room].present.contains(user_id) => 40008,
            number => number,
        }
    }

    pub fn leave(&mut self, room: &str, user_id: &str) {
        if let Some(room) = self.rooms.get_mut(room) {
            room.present.remove(user_id);
        }
        let of_user = |call: &&mut DeviceCall| call.room == room && call.user_id == user_id && call.is_live();
        self.calls.iter_mut().filter(of_user).for_each(|call| call.state = 2);
    }

    pub fn close(&mut self, room: &str) {
        let of_room = |call: &&mut DeviceCall| call.room == room && call.is_live();
        self.calls.iter_mut().filter(of_room).for_each(|call| call.state = 2);
        self.mixes.iter_mut().filter(|mix| mix.room == room).for_each(|mix| mix.runs = false);
        if let Some(room) = self.rooms.get_mut(room) {
            room.close();
        }
    }
}
