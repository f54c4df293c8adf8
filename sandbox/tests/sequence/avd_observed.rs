//! What avd shows after each action, held against the state that its documents imply.

use super::avd::Run;
use super::avd_world::{Kind, Play, ROOMS};
use serde_json::Value;
use std::collections::BTreeSet;

const EVER: [(&str, &str); 3] =
    [("record_start_time", "0"), ("record_end_time", "99999999999"), ("value_same_as_box", "true")];
const WELCOME: (&str, &str) = ("url", "/opt/3tee/resources/welcome.mp4");

impl Run {
    /// Looks at what the rooms share, and closely at one room or at all. `waited` milliseconds have passed since the last
    /// look.
    pub fn observe(&mut self, only: Option<&str>, waited: u64) -> Result<(), String> {
        let close = |room: &str| only.is_none_or(|only| only == room);
        self.observe_calls(close, waited)?;
        self.observe_lists()?;
        self.observe_mixes(close, waited)?;
        for room in ROOMS.into_iter().filter(|room| close(room)) {
            self.observe_room(room)?;
            self.observe_files(room)?;
            self.observe_view(room)?;
            self.observe_players(room, waited)?;
        }
        Ok(())
    }

    /// 004 L3585: inviting, then talking or failed; talking, then hung up. Nobody talks in a room that is closed.
    fn observe_calls(&mut self, close: impl Fn(&str) -> bool, waited: u64) -> Result<(), String> {
        for index in 0..self.world.calls.len() {
            let call = &self.world.calls[index];
            // One that is over only needs a look when its room has changed.
            if !call.is_live() && !close(call.room) {
                continue;
            }
            let (before, room, user_id) = (call.state, call.room, call.user_id.clone());
            let call_id = call.call_id.clone();
            let (number, answer) = self.call("/device/get_invite_status", &[("call_id", &call_id)])?;
            let exists = self.world.rooms.contains_key(room);
            if number != if exists { 0 } else { 40004 } {
                return Err(format!("the state of a call, whose room exists: {exists}, answers {number}"));
            }
            let Some(now) = answer["invite_status"].as_i64() else { continue };
            let answered = before == 0 && (now == 1 || now == 3) && waited > 0;
            if now != before && !answered {
                return Err(format!("a call went from {before} to {now} after {waited} ms"));
            }
            let open = self.world.rooms[room].open;
            if !open && now < 2 {
                return Err(format!("a call in a closed room is in state {now}"));
            }
            self.world.calls[index].state = now;
            if now == 1 && before == 0 {
                self.world.rooms.get_mut(room).unwrap().present.insert(user_id);
            }
        }
        Ok(())
    }

    /// The rooms that are open are listed, with those who are in them, and the licence counts them all.
    fn observe_lists(&mut self) -> Result<(), String> {
        let (_, list) = self.call("/room/list", &[])?;
        for id in ROOMS {
            let open = self.world.rooms.get(id).filter(|room| room.open);
            let entries: Vec<&Value> =
                list["rooms"].as_array().unwrap().iter().filter(|r| r["room_id"] == id).collect();
            if entries.len() != usize::from(open.is_some()) {
                return Err(format!("room {id}, open: {}, is listed {} times", open.is_some(), entries.len()));
            }
            if let (Some(room), [entry]) = (open, entries.as_slice()) {
                check_present(id, &entry["users"], &room.present)?;
            }
        }
        // In the rooms of the documents' samples, which these sequences leave alone.
        const ELSEWHERE: usize = 8;
        let online: usize = self.world.rooms.values().map(|room| room.present.len()).sum::<usize>() + ELSEWHERE;
        let (_, licence) = self.call("/app/get_licence_info", &[])?;
        if licence["active_usernum"] != online {
            return Err(format!("{online} are online, but {licence}"));
        }
        Ok(())
    }

    /// A closed room can be read, but has nobody to list.
    fn observe_room(&mut self, id: &str) -> Result<(), String> {
        let (number, _) = self.call("/room/read", &[("room_id", id)])?;
        let (listed, participants) = self.call("/room/participate/list", &[("room_id", id)])?;
        let expected = match self.world.rooms.get(id) {
            None => (40004, 41005),
            Some(room) if !room.open => (0, 41005),
            Some(_) => (0, 0),
        };
        if (number, listed) != expected {
            return Err(format!("room {id} answers {number} and {listed}, not {expected:?}"));
        }
        match self.world.rooms.get(id) {
            Some(room) if room.open => check_present(id, &participants["participates"], &room.present),
            _ => Ok(()),
        }
    }

    /// 004 L1133: started, running, stopping, stopped, in this order and never back.
    fn observe_mixes(&mut self, close: impl Fn(&str) -> bool, waited: u64) -> Result<(), String> {
        for index in 0..self.world.mixes.len() {
            let mix = &self.world.mixes[index];
            if !mix.runs && !close(mix.room) {
                continue;
            }
            let (id, before, runs, deleted) = (mix.id.clone(), mix.status, mix.runs, mix.deleted);
            let (number, answer) = self.call("/room/record/status", &[("record_id", &id)])?;
            if number != if deleted { 40090 } else { 0 } {
                return Err(format!("the state of a recording, deleted: {deleted}, answers {number}"));
            }
            let Some(now) = answer["record_status"].as_i64() else { continue };
            let onward: &[i64] = match before {
                0 => &[0, 1, 2, 3, 4],
                1 => &[1, 2, 3, 4],
                4 => &[4, 2],
                2 => &[2],
                _ => &[3],
            };
            if !onward.contains(&now) || runs != matches!(now, 0 | 1) || (waited > 3_000 && now == 4) {
                return Err(format!("a recording that runs: {runs} went from {before} to {now} after {waited} ms"));
            }
            self.world.mixes[index].status = now;
            let room = self.world.mixes[index].room;
            let (number, answer) = self.call("/transcode/query", &[("room_id", room), ("record_id", &id)])?;
            let state = answer["status"].as_i64();
            let impossible = state.is_some_and(|state| !(0..=3).contains(&state) || (runs && state != 0));
            if impossible || number != if self.world.rooms.contains_key(room) { 0 } else { 40004 } {
                return Err(format!("the conversion of a recording that runs: {runs}: {answer}"));
            }
        }
        for room in self.world.rooms.values_mut().filter(|_| waited > 3_000) {
            room.settling = false;
        }
        Ok(())
    }

    /// A recording that is over has an end, and files; one that runs has neither, and is in no list.
    fn observe_files(&mut self, room: &str) -> Result<(), String> {
        let exists = self.world.rooms.contains_key(room);
        let (number, list) = self.call("/room/get_record", &[&EVER[..], &[("room_id", room)]].concat())?;
        let (mixed_number, mixed) = self.call("/room/mix_record/get", &[("room_id", room)])?;
        if number != mixed_number || number != if exists { 0 } else { 40004 } {
            return Err(format!(
                "the recordings of room {room}, which exists: {exists}, answer {number}, {mixed_number}"
            ));
        }
        if !exists {
            return Ok(());
        }
        let finished = list["record_files"].as_array().unwrap();
        for recording in finished {
            let time = |name: &str| recording[name].as_str().and_then(|text| text.parse::<i64>().ok());
            let ordered = time("start_time").zip(time("end_time")).is_some_and(|(start, end)| start <= end);
            let files = &recording["transcode_files"];
            let lists = ["down_url", "play_url", "file_infos"].map(|name| files[name].as_array().unwrap().len());
            if !ordered || lists[0] == 0 || lists != [lists[0]; 3] {
                return Err(format!("a finished recording: {recording}"));
            }
        }
        for mix in self.world.mixes.iter().filter(|mix| mix.room == room && !mix.deleted) {
            let is_it = |entry: &&Value| entry["record_id"] == mix.id.as_str();
            let listed = finished.iter().filter(is_it).count();
            let described = mixed["data"].as_array().unwrap().iter().filter(is_it).count();
            let over = usize::from(matches!(mix.status, 2 | 3));
            if (listed, described) != (over, over) {
                return Err(format!("recording {} in state {} is listed {listed} times", mix.id, mix.status));
            }
        }
        Ok(())
    }

    fn observe_view(&mut self, room: &str) -> Result<(), String> {
        let (number, _) = self.call("/room/avc/get_avc_setting", &[("room_id", room)])?;
        let expected = match self.world.rooms.get(room) {
            None => 40004,
            Some(room) if room.view => 0,
            Some(_) => 40051,
        };
        if number == expected { Ok(()) } else { Err(format!("the view of {room} answers {number}, not {expected}")) }
    }

    /// The states of 004 L1916 in our order: idle, playing, paused, ended. Only what plays comes to its end, and only in
    /// time.
    fn observe_players(&mut self, id: &str, waited: u64) -> Result<(), String> {
        let Some(room) = self.world.rooms.get(id) else { return Ok(()) };
        let names: Vec<&'static str> = room.players.keys().copied().collect();
        for name in names {
            let player = &self.world.rooms[id].players[name];
            let (play_id, before) = (player.play_id.clone(), player.state);
            let pairs = [("room_id", id), ("play_id", play_id.as_str()), WELCOME];
            let (number, answer) = self.call("/media/get_media_info", &pairs)?;
            // One that never played knows no file.
            if number != if before == Play::Idle { 40084 } else { 0 } {
                return Err(format!("a player that is {before:?} answers {number}"));
            }
            if number != 0 {
                continue;
            }
            let now = match answer["data"][0]["status"].as_i64() {
                Some(1) => Play::Playing,
                Some(2) => Play::Paused,
                Some(3) => Play::Ended,
                _ => return Err(format!("a player that has played: {answer}")),
            };
            let ended = before == Play::Playing && now == Play::Ended && waited > 0;
            let endless = now == Play::Playing && waited >= 1_000_000;
            if (now != before && !ended) || endless {
                return Err(format!("a player that was {before:?} is {now:?} after {waited} ms"));
            }
            self.world.rooms.get_mut(id).unwrap().players.get_mut(name).unwrap().state = now;
        }
        Ok(())
    }

    /// Every URL of the lists leads to a file. (Those of the seed's long sounds are left to other tests: they are large.)
    pub fn download_all(&mut self) -> Result<(), String> {
        for room in ROOMS {
            let (_, list) = self.call("/room/get_record", &[&EVER[..], &[("room_id", room)]].concat())?;
            for recording in list["record_files"].as_array().into_iter().flatten() {
                let urls = recording["transcode_files"]["down_url"].as_array().unwrap();
                let urls = urls.iter().chain([&recording["down_url"]]).map(|url| url.as_str().unwrap());
                for url in urls.filter(|url| !url.ends_with(".mp3")) {
                    let answer = self.caller.download(url, &[("Range", "bytes=0-3")]);
                    if answer.status != 206 || answer.body.len() != 4 {
                        return Err(format!("{url} answers {}", answer.status));
                    }
                }
            }
        }
        let runs = |kind: &Kind| *kind == Kind::Mix;
        let running = self.world.rooms.values().filter(|room| room.running.iter().any(runs)).count();
        let known = self.world.mixes.iter().filter(|mix| mix.runs).count();
        if running == known { Ok(()) } else { Err(format!("{running} rooms are recorded by {known} recordings")) }
    }
}

fn check_present(room: &str, users: &Value, present: &BTreeSet<String>) -> Result<(), String> {
    let ids: Vec<&str> = users.as_array().unwrap().iter().map(|user| user["user_id"].as_str().unwrap()).collect();
    let unique: BTreeSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    if unique == *present && ids.len() == unique.len() {
        Ok(())
    } else {
        Err(format!("in {room} are {ids:?}, not {present:?}"))
    }
}
