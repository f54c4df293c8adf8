//! What happens to recordings in the world: found, started by the room itself, ended.

use super::World;
use super::plan::Plan;
use super::recorded_files;
use super::recording::{Ending, Kind, Recording};
use crate::calendar::LocalTime;

impl World {
    /// The id of the room's running recording of this kind.
    pub(crate) fn running(&self, room_id: &str, kind: Kind) -> Option<String> {
        let found = self
            .recordings
            .iter()
            .find(|recording| recording.room_id == room_id && recording.kind == kind && recording.is_running());
        found.map(|recording| recording.id.clone())
    }

    pub(crate) fn recording(&self, id: &str) -> Option<&Recording> {
        self.recordings.iter().find(|recording| recording.id == id)
    }

    pub(crate) fn recording_mut(&mut self, id: &str) -> Option<&mut Recording> {
        self.recordings.iter_mut().find(|recording| recording.id == id)
    }

    pub(crate) fn start_automatic_recording(&mut self, room_id: &str, now_ms: i64) {
        let id = self.new_record_id();
        let mut recording = Recording::new(id, room_id, Kind::Automatic, Plan::video(), now_ms);
        // 004 L952: "20211201auto_record".
        recording.name = Some(format!("{}auto_record", LocalTime::at(now_ms / 1000).compact_date()));
        self.recordings.push(recording);
    }

    /// Ends one recording and writes its files.
    pub(crate) fn end_recording(&mut self, id: &str, now_ms: i64, ending: Ending) {
        let Some(recording) = self.recordings.iter_mut().find(|recording| recording.id == id) else {
            return;
        };
        recording.ended = Some((now_ms, ending));
        if recording.kind.leaves_files() {
            recorded_files::write(recording, self.rooms.get(&recording.room_id), &mut self.files);
        }
        if let Some(room) = self.rooms.get_mut(&recording.room_id) {
            room.auto_recording_stopped |= recording.kind == Kind::Automatic;
            room.live_stopped |= recording.kind == Kind::Live;
        }
    }

    pub(crate) fn end_recordings(&mut self, room_id: &str, now_ms: i64, ending: Ending) {
        let of_room = |recording: &&Recording| recording.room_id == room_id && recording.is_running();
        let running: Vec<String> = self.recordings.iter().filter(of_room).map(|r| r.id.clone()).collect();
        for id in running {
            self.end_recording(&id, now_ms, ending);
        }
    }
}
