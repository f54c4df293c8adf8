//! Recording a participant's desktop (004 L1442-L1592).

use super::call::{Answer, Call, success};
use super::recorded_files::Described;
use super::refusal::{ALREADY_RECORDING, NOT_RECORDING, PLAYER_SETTING, Refusal};
use super::world::World;
use super::world::plan::Plan;
use super::world::recording::{Ending, Kind, Recording};
use serde_json::{Value, json};

/// 40082 is listed under the media player, and these operations' examples print it as well (004 L1479).
const SETTING: i64 = PLAYER_SETTING;

/// `/room/desktop_record/start` (004 L1442-L1483). A `resource_id` that nobody in the room publishes is a "set error".
pub(crate) fn start(world: &mut World, call: &Call) -> Answer {
    let realtime = call.params.required_flag("enable_realtime_transcode")?;
    let name = call.params.required("name")?;
    let room = call.open_room(world, "no such room_id")?;
    if call.params.text("resource_id").is_some_and(|id| !room.has_video(id)) {
        return Err(Refusal::setting(SETTING, "resource_id"));
    }
    let room_id = room.id.clone();
    if world.running(&room_id, Kind::Desktop).is_some() {
        return Err(Refusal::of(ALREADY_RECORDING));
    }
    let plan = Plan { realtime, ..Plan::video() };
    let id = world.new_record_id();
    let mut recording = Recording::new(id, &room_id, Kind::Desktop, plan, call.now_ms);
    recording.name = Some(name.to_owned());
    world.recordings.push(recording);
    success()
}

/// `/room/desktop_record/stop` (004 L1485-L1523).
pub(crate) fn stop(world: &mut World, call: &Call) -> Answer {
    let room_id = call.room(world, "no such room_id")?.id.clone();
    let running = world.running(&room_id, Kind::Desktop);
    let running = running.ok_or_else(|| Refusal::of(NOT_RECORDING))?;
    world.end_recording(&running, call.now_ms, Ending::Stopped);
    success()
}

/// `/room/desktop_record/get` (004 L1525-L1592): the finished recordings of one name. A name that no recording of the room
/// has is a "set error"; one whose recording still runs has no files yet. T48: `start_time`, as the sample spells it.
pub(crate) fn get(world: &mut World, call: &Call) -> Answer {
    let name = call.params.required("name")?;
    let room_id = call.room(world, "no such room_id")?.id.clone();
    let record_id = call.record_id(world)?;
    let of_name = |recording: &&Recording| {
        recording.kind == Kind::Desktop && recording.room_id == room_id && recording.name.as_deref() == Some(name)
    };
    if !world.recordings.iter().any(|recording| of_name(&recording)) {
        return Err(Refusal::setting(SETTING, "name"));
    }
    let wanted =
        |recording: &&Recording| record_id.is_none_or(|id| id == recording.id) && recording.is_finished(call.now_ms);
    let data: Vec<Value> = world
        .recordings
        .iter()
        .filter(of_name)
        .filter(wanted)
        .flat_map(|recording| Described::all_of(recording, &world.files, &call.origin))
        .map(|file| file.with_times(name))
        .collect();
    Ok(json!({"ret": 0, "msg": "success", "data": data}))
}
