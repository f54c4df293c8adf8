//! avd: rooms, participants, recordings, players and devices in random order.

use super::Documented;
use super::avd_world::{Command, DEVICES, DeviceCall, Kind, Mix, PLAYERS, Play, Player, ROOMS, Room, USERS, World};
use crate::caller::{Caller, patient_agent};
use meetgate_sandbox::Visitor;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use std::time::Duration;

type Id = &'static str;

const KICK: &str = "/room/participate/kick";

#[derive(Clone, Debug)]
pub enum Action {
    Wait(u64),
    Create(Id, bool),
    Delete(Id),
    Close(Id),
    SetAutomatic(Id, bool),
    Join(Id, Id),
    Leave(Id, Id),
    Kick(Id, Id),
    Start(Id, Kind),
    Stop(Id, Kind),
    View(Id, bool),
    CreatePlayer(Id, Id),
    Player(Id, Id, Command),
    Call(Id, Id),
    /// What is done to the device of one of the calls so far, counted from the newest; in its own room, or in another one.
    Device(Option<Id>, usize, Id),
    /// One of the mixed recordings, counted from the newest.
    Convert(usize),
    DeleteRecordings(Id),
}

pub fn action() -> impl Strategy<Value = Action> {
    // The seeded rooms more often: there is more in them.
    let room = || prop_oneof![2 => Just(ROOMS[0]), 3 => Just(ROOMS[1]), 1 => Just(ROOMS[2])];
    let user = || select(USERS.to_vec());
    let player = || select(PLAYERS.to_vec());
    let kind = || select(vec![Kind::Mix, Kind::Mix, Kind::Desktop, Kind::MixedLive, Kind::Live]);
    let command = select(vec![
        Command::Play,
        Command::Play,
        Command::Pause,
        Command::Resume,
        Command::Replay,
        Command::Switch,
        Command::Stop,
    ]);
    let device = select(vec![KICK, "/device/kick", "/device/video/focus", "/device/video/close", "/device/audio/mute"]);
    let wait = select(vec![1, 500, 1_000, 2_500, 120_000, 1_000_000]);
    prop_oneof![
        4 => wait.prop_map(Action::Wait),
        2 => (room(), any::<bool>()).prop_map(|(room, automatic)| Action::Create(room, automatic)),
        1 => room().prop_map(Action::Delete),
        1 => room().prop_map(Action::Close),
        3 => (room(), any::<bool>()).prop_map(|(room, on)| Action::SetAutomatic(room, on)),
        2 => (room(), user()).prop_map(|(room, user)| Action::Join(room, user)),
        1 => (room(), user()).prop_map(|(room, user)| Action::Leave(room, user)),
        2 => (room(), user()).prop_map(|(room, user)| Action::Kick(room, user)),
        5 => (room(), kind()).prop_map(|(room, kind)| Action::Start(room, kind)),
        5 => (room(), kind()).prop_map(|(room, kind)| Action::Stop(room, kind)),
        2 => (room(), any::<bool>()).prop_map(|(room, on)| Action::View(room, on)),
        3 => (room(), player()).prop_map(|(room, player)| Action::CreatePlayer(room, player)),
        9 => (room(), player(), command).prop_map(|(room, player, command)| Action::Player(room, player, command)),
        3 => (room(), select(DEVICES.to_vec())).prop_map(|(room, url)| Action::Call(room, url)),
        4 => (prop_oneof![3 => Just(None), 1 => room().prop_map(Some)], 0..3_usize, device).prop_map(|(room, call, what)| Action::Device(room, call, what)),
        2 => (0..3_usize).prop_map(Action::Convert),
        1 => room().prop_map(Action::DeleteRecordings),
    ]
}

impl Action {
    /// The room whose state it can change, all without one, and how much time passes.
    fn touches(&self) -> (Option<Id>, u64) {
        match *self {
            Self::Wait(ms) => (None, ms),
            Self::Create(room, _)
            | Self::Delete(room)
            | Self::Close(room)
            | Self::SetAutomatic(room, _)
            | Self::Join(room, _)
            | Self::Leave(room, _)
            | Self::Kick(room, _)
            | Self::Start(room, _)
            | Self::Stop(room, _)
            | Self::View(room, _)
            | Self::CreatePlayer(room, _)
            | Self::Player(room, ..)
            | Self::Call(room, _)
            | Self::DeleteRecordings(room) => (Some(room), 0),
            Self::Device(room, ..) => (room, 0),
            Self::Convert(_) => (None, 0),
        }
    }
}

/// A sandbox, and what is known of it.
pub struct Run {
    pub caller: Caller,
    pub documented: Documented,
    pub world: World,
}

pub fn play(actions: &[Action]) -> Result<(), String> {
    let mut caller = Caller::new();
    caller.agent = patient_agent();
    caller.sandbox.hold_clock();
    let mut run = Run { caller, documented: Documented::new(), world: World::new() };
    run.observe(None, 0)?;
    for action in actions {
        run.perform(action).map_err(|why| format!("{action:?}: {why}"))?;
        let (room, waited) = action.touches();
        run.observe(room, waited).map_err(|why| format!("after {action:?}: {why}"))?;
    }
    run.download_all()
}

impl Run {
    /// Makes a call whose number is known beforehand.
    fn expect(&mut self, address: &str, pairs: &[(&str, &str)], expected: i64) -> Result<Value, String> {
        let (number, answer) = self.call(address, pairs)?;
        if number == expected { Ok(answer) } else { Err(format!("{address} answers {number}, not {expected}")) }
    }

    /// The number of a call, which is one that its documents allow, and the answer.
    pub fn call(&mut self, address: &str, pairs: &[(&str, &str)]) -> Result<(i64, Value), String> {
        let answer = self.caller.avd(address, pairs);
        let operation = format!("avd{}", address.replace('/', "."));
        Ok((self.documented.check(&operation, &answer)?, answer))
    }

    fn perform(&mut self, action: &Action) -> Result<(), String> {
        match *action {
            Action::Wait(ms) => self.caller.sandbox.advance_clock(Duration::from_millis(ms)),
            Action::Create(room, automatic) => self.create(room, automatic)?,
            Action::Delete(room) => {
                let expected = self.world.room_number(room, false);
                self.expect("/room/del", &[("room_id", room)], expected)?;
                self.world.close(room);
                self.world.rooms.remove(room);
            }
            Action::Close(room) => {
                let expected = if self.world.room_number(room, true) == 0 { 0 } else { 41005 };
                self.expect("/room/close", &[("room_id", room)], expected)?;
                if expected == 0 {
                    self.world.close(room);
                }
            }
            Action::SetAutomatic(room, on) => self.set_automatic(room, on)?,
            Action::Join(room, user) => self.join(room, user)?,
            Action::Leave(room, user) => self.leave(room, user)?,
            Action::Kick(room, user) => {
                let expected = self.world.kick_number(room, user);
                self.expect(KICK, &[("room_id", room), ("user_id", user)], expected)?;
                if expected == 0 {
                    self.world.leave(room, user);
                }
            }
            Action::Start(room, kind) => self.start(room, kind)?,
            Action::Stop(room, kind) => self.stop(room, kind)?,
            Action::View(room, on) => {
                let expected = self.world.view_number(room, on);
                let address = if on { "/room/avc/start" } else { "/room/avc/stop" };
                self.expect(address, &[("room_id", room)], expected)?;
                if let (0, Some(room)) = (expected, self.world.rooms.get_mut(room)) {
                    room.view = on;
                }
            }
            Action::CreatePlayer(room, name) => self.create_player(room, name)?,
            Action::Player(room, name, command) => self.command_player(room, name, command)?,
            Action::Call(room, url) => self.call_device(room, url)?,
            Action::Device(room, call, what) => {
                let index = self.world.calls.len().saturating_sub(1 + call);
                let user_id = self.world.calls[index].user_id.clone();
                let room = room.unwrap_or(self.world.calls[index].room);
                let expected = match what {
                    KICK => self.world.kick_number(room, &user_id),
                    _ => self.world.device_number(room, &user_id),
                };
                self.expect(what, &[("room_id", room), ("user_id", &user_id)], expected)?;
                if expected == 0 && what.ends_with("/kick") {
                    self.world.leave(room, &user_id);
                }
            }
            Action::Convert(mix) => self.convert(mix)?,
            Action::DeleteRecordings(room) => self.delete_recordings(room)?,
        }
        Ok(())
    }

    fn create(&mut self, room: Id, automatic: bool) -> Result<(), String> {
        let expected = if self.world.rooms.contains_key(room) { 40005 } else { 0 };
        let switch = automatic.to_string();
        let pairs = [("room_id", room), ("user_id", "16"), ("enable_auto_cloud_recording", &switch)];
        self.expect("/room/create", &pairs, expected)?;
        if expected == 0 {
            let running = if automatic { [Kind::Automatic].into() } else { Default::default() };
            self.world.rooms.insert(room, Room { automatic, running, ..Room::new() });
        }
        Ok(())
    }

    /// People come through the control interface: into an open room, once.
    fn join(&mut self, id: Id, user: Id) -> Result<(), String> {
        let room = self.world.rooms.get_mut(id).filter(|room| room.open && !room.present.contains(user));
        let visitor = Visitor { room_id: id.to_owned(), user_id: user.to_owned(), ..Visitor::default() };
        match (room, self.caller.sandbox.join(visitor)) {
            (Some(room), Ok(())) => {
                room.present.insert(user.to_owned());
                Ok(())
            }
            (None, Err(_)) => Ok(()),
            (room, joined) => Err(format!("could join: {}, and {joined:?}", room.is_some())),
        }
    }

    fn leave(&mut self, id: Id, user: Id) -> Result<(), String> {
        let there = self.world.kick_number(id, user) == 0;
        if self.caller.sandbox.leave(id, user).is_ok() != there {
            return Err(format!("could leave: {there}"));
        }
        if there {
            self.world.leave(id, user);
        }
        Ok(())
    }

    fn set_automatic(&mut self, id: Id, on: bool) -> Result<(), String> {
        let expected = self.world.update_number(id, on);
        let pairs = [("room_id", id), ("enable_auto_cloud_recording", if on { "1" } else { "0" })];
        self.expect("/room/update", &pairs, expected)?;
        if let (0, Some(room)) = (expected, self.world.rooms.get_mut(id)) {
            room.automatic = on;
            if on && room.open {
                room.running.insert(Kind::Automatic);
            } else if !on {
                room.was_automatic |= room.running.remove(&Kind::Automatic);
            }
        }
        Ok(())
    }

    fn start(&mut self, id: Id, kind: Kind) -> Result<(), String> {
        let expected = self.world.start_number(id, kind);
        let push = ("push_url", "rtmp://192.0.2.30/live/demo");
        let (address, more): (&str, &[(&str, &str)]) = match kind {
            Kind::Mix | Kind::Automatic => {
                ("/room/mix_record/start", &[("enable_realtime_transcode", "true"), ("enable_backup", "true")])
            }
            Kind::Desktop => ("/room/desktop_record/start", &[("enable_realtime_transcode", "true"), ("name", "desk")]),
            Kind::MixedLive => ("/room/mix_live/start", &[push]),
            Kind::Live => ("/room/live/start", &[push, ("user_id", "16")]),
        };
        let answer = self.expect(address, &[&[("room_id", id)], more].concat(), expected)?;
        if let (0, Some(room)) = (expected, self.world.rooms.get_mut(id)) {
            room.running.insert(kind);
            if kind == Kind::Mix {
                let record_id = answer["record_id"].as_str().unwrap().to_owned();
                self.world.mixes.push(Mix { id: record_id, room: id, runs: true, status: 0, deleted: false });
            }
        }
        Ok(())
    }

    fn stop(&mut self, id: Id, kind: Kind) -> Result<(), String> {
        let expected = self.world.stop_number(id, kind);
        let address = match kind {
            Kind::Mix | Kind::Automatic => "/room/mix_record/stop",
            Kind::Desktop => "/room/desktop_record/stop",
            Kind::MixedLive => "/room/mix_live/stop",
            Kind::Live => "/room/live/stop",
        };
        let answer = self.expect(address, &[("room_id", id)], expected)?;
        if let (0, Some(room)) = (expected, self.world.rooms.get_mut(id)) {
            room.running.remove(&kind);
            room.was_live |= kind == Kind::Live;
            if kind == Kind::Mix {
                if answer["data"].as_array().is_none_or(Vec::is_empty) {
                    return Err(format!("a stopped recording left nothing: {answer}"));
                }
                let running = self.world.mixes.iter_mut().filter(|mix| mix.room == id);
                running.for_each(|mix| mix.runs = false);
            }
        }
        Ok(())
    }

    fn create_player(&mut self, id: Id, name: Id) -> Result<(), String> {
        let exists = self.world.rooms.get(id).is_some_and(|room| room.players.contains_key(name));
        let expected = match self.world.room_number(id, true) {
            0 if exists => 40080,
            number => number,
        };
        let answer = self.expect("/media/create", &[("room_id", id), ("name", name)], expected)?;
        if let (0, Some(room)) = (expected, self.world.rooms.get_mut(id)) {
            let play_id = answer["play_id"].as_str().unwrap().to_owned();
            room.players.insert(name, Player { play_id, state: Play::Idle });
        }
        Ok(())
    }

    fn command_player(&mut self, id: Id, name: Id, command: Command) -> Result<(), String> {
        let expected = self.world.player_number(id, name, command);
        let player = self.world.rooms.get(id).and_then(|room| room.players.get(name));
        let play_id = player.map_or("404".to_owned(), |player| player.play_id.clone());
        let (address, state) = match command {
            Command::Play => ("/media/play", Play::Playing),
            Command::Pause => ("/media/pause", Play::Paused),
            Command::Resume => ("/media/resume", Play::Playing),
            Command::Replay => ("/media/replay", Play::Playing),
            Command::Switch => ("/media/switch", Play::Playing),
            Command::Stop => ("/media/stop", Play::Ended),
        };
        let mut pairs = vec![("room_id", id), ("play_id", play_id.as_str())];
        if command == Command::Play {
            pairs.push(("url", "/opt/3tee/resources/welcome.mp4"));
        }
        self.expect(address, &pairs, expected)?;
        if let (0, Some(room)) = (expected, self.world.rooms.get_mut(id)) {
            if command == Command::Stop {
                room.players.remove(name);
            } else if let Some(player) = room.players.get_mut(name) {
                player.state = state;
            }
        }
        Ok(())
    }

    fn call_device(&mut self, id: Id, url: Id) -> Result<(), String> {
        let expected = self.world.call_number(id, url);
        let answer = self.expect("/device/call", &[("room_id", id), ("name", "device"), ("url", url)], expected)?;
        if expected == 0 {
            let text = |name: &str| answer[name].as_str().unwrap().to_owned();
            let (call_id, user_id) = (text("call_id"), text("user_id"));
            self.world.calls.push(DeviceCall { call_id, user_id, room: id, url: url.to_owned(), state: 0 });
        }
        Ok(())
    }

    fn convert(&mut self, back: usize) -> Result<(), String> {
        let index = self.world.mixes.len().saturating_sub(1 + back);
        let mix = &self.world.mixes[index];
        let (id, room) = (mix.id.clone(), mix.room);
        let expected = match self.world.room_number(room, false) {
            0 if mix.deleted => 40090,
            number => number,
        };
        self.expect("/room/record/transfer", &[("room_id", room), ("record_id", &id)], expected)?;
        Ok(())
    }

    fn delete_recordings(&mut self, id: Id) -> Result<(), String> {
        let (number, _) = self.call("/room/del_record", &[("room_id", id)])?;
        let Some(room) = self.world.rooms.get(id) else {
            return if number == 40004 { Ok(()) } else { Err(format!("{number} of a room that does not exist")) };
        };
        let runs = room.running.iter().any(|kind| !matches!(kind, Kind::MixedLive | Kind::Live));
        match number {
            40043 if runs || room.settling => {}
            0 if !runs => {
                self.world.mixes.iter_mut().filter(|mix| mix.room == id).for_each(|mix| mix.deleted = true);
            }
            _ => return Err(format!("/room/del_record answers {number}, and something runs: {runs}")),
        }
        Ok(())
    }
}
