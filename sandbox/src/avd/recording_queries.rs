//! Looking for recordings and throwing them away (004 L281-L493, L1111-L1154, L1374-L1440, L2059-L2097, L2315-L2340).

use super::call::{Answer, Call, success};
use super::recorded_files::{Described, path_in, size_of, url_of};
use super::refusal::{NO_SUCH_RECORD, NO_SUCH_RECORD_ID, RECORDING_SETTING, Refusal};
use super::world::World;
use super::world::recording::{Kind, Recording};
use crate::files::extension;
use serde_json::{Value, json};

/// `/room/get_record` (004 L281-L431). The answer of a cluster (`value_same_as_box` left out) is shown nowhere: both are
/// the same here. A range that ends before it begins, or is no time, is a "set error".
pub(crate) fn of_room(world: &mut World, call: &Call) -> Answer {
    call.params.required("record_start_time")?;
    call.params.required("record_end_time")?;
    call.params.flag("value_same_as_box")?;
    let room_id = call.room(world, "no such room_id")?.id.clone();
    let time = |name: &str| {
        let wrong = || Refusal::setting(RECORDING_SETTING, name);
        call.params.integer(name).ok().flatten().ok_or_else(wrong)
    };
    let (from, until) = (time("record_start_time")?, time("record_end_time")?);
    if from > until {
        return Err(Refusal::setting(RECORDING_SETTING, "record_end_time"));
    }
    let record_id = call.record_id(world)?;
    let creator = call.params.text("record_creator_id");
    let wanted = |recording: &&Recording| {
        let ended = recording.ended.map_or(i64::MAX, |(at, _)| at / 1000);
        recording.room_id == room_id
            && recording.kind.leaves_files()
            && recording.is_finished(call.now_ms)
            && recording.started_ms / 1000 <= until
            && ended >= from
            && record_id.is_none_or(|id| id == recording.id)
            && creator.is_none_or(|id| recording.creator.as_deref() == Some(id))
    };
    let record_files: Vec<Value> =
        world.recordings.iter().filter(wanted).map(|recording| with_files(world, recording, call)).collect();
    Ok(json!({"ret": 0, "msg": "success", "record_files": record_files}))
}

/// 004 L328-L421. T50: here `transcode_files` is an object of parallel lists.
fn with_files(world: &World, recording: &Recording, call: &Call) -> Value {
    let described = Described::all_of(recording, &world.files, &call.origin);
    let down: Vec<String> = described.iter().map(|file| file.url()).collect();
    // This one has a slash before the question mark (004 L345).
    let play: Vec<String> = down.iter().map(|url| format!("{}/videoPlayer/?url={url}", call.origin)).collect();
    let infos: Vec<Value> = described
        .iter()
        .map(|file| json!({"duration": file.duration(), "file_size": file.size(), "file_name": file.name()}))
        .collect();
    let main = recording.main_file().unwrap_or_default();
    json!({
        "transcode_files": {"down_url": down, "play_url": play, "file_infos": infos},
        "record_type": "client",
        "creator_id": recording.creator.as_deref().unwrap_or("nil"),
        "file_size": size_of(recording, &world.files),
        "start_time": recording.start_text(),
        "end_time": recording.end_text(),
        "room_id": recording.room_id,
        "down_url": url_of(&call.origin, main),
        "record_id": recording.id,
        "file_type": extension(main),
    })
}

/// `/room/get_record_list` (004 L433-L493): everything on the server. The size is "not returned" and the conversions are
/// "empty" (L460-L461).
pub(crate) fn of_server(world: &mut World, call: &Call) -> Answer {
    let finished = |recording: &&Recording| recording.kind.leaves_files() && recording.is_finished(call.now_ms);
    let describe = |recording: &Recording| {
        let main = recording.main_file()?;
        Some(json!({
            "start_time": recording.start_text(),
            "end_time": recording.end_text(),
            "record_type": "server",
            "room_id": recording.room_id,
            "down_url": url_of(&call.origin, main),
            "file_type": extension(main),
            "file_size": "",
            "transcode_files": {},
        }))
    };
    let data: Vec<Value> = world.recordings.iter().filter(finished).filter_map(describe).collect();
    Ok(json!({"ret": 0, "msg": "success", "data": data}))
}

/// `/room/record/get` (004 L1374-L1440): the MP3 recordings, that is those of nothing but sound.
pub(crate) fn audio(world: &mut World, call: &Call) -> Answer {
    let room_id = call.room(world, "no such room_id")?.id.clone();
    let record_id = call.record_id(world)?;
    let wanted = |recording: &&Recording| {
        recording.room_id == room_id
            && (recording.kind == Kind::Audio || (recording.kind == Kind::Mix && !recording.plan.video))
            && record_id.is_none_or(|id| id == recording.id)
            && recording.is_finished(call.now_ms)
    };
    let data: Vec<Value> = world
        .recordings
        .iter()
        .filter(wanted)
        .flat_map(|recording| Described::all_of(recording, &world.files, &call.origin))
        .map(|file| {
            json!({
                "start_time": file.recording.start_text(),
                "end_time": file.recording.end_text(),
                "room_id": file.recording.room_id,
                // L1400: empty.
                "play_url": "",
                "download_url": file.url(),
                "file_type": extension(file.path),
                "file_size": file.size(),
                "name": file.name(),
            })
        })
        .collect();
    Ok(json!({"ret": 0, "msg": "success", "data": data}))
}

/// `/room/record/status` (004 L1111-L1154; T5: its address is printed with the prefix).
pub(crate) fn status(world: &mut World, call: &Call) -> Answer {
    let id = call.params.required("record_id")?;
    let recording = world.recording(id).ok_or_else(|| Refusal::of(NO_SUCH_RECORD_ID))?;
    Ok(json!({"ret": 0, "msg": "success", "record_status": recording.status(call.now_ms)}))
}

/// `/room/del_record` (004 L2059-L2097): all recordings of a room. What still runs or stops cannot be deleted: 40043.
pub(crate) fn delete_all(world: &mut World, call: &Call) -> Answer {
    let room_id = call.room(world, "no such room_id")?.id.clone();
    let of_room = |recording: &Recording| recording.room_id == room_id && recording.kind.leaves_files();
    if world.recordings.iter().any(|recording| of_room(recording) && !recording.is_finished(call.now_ms)) {
        return Err(Refusal::of(RECORDING_SETTING));
    }
    for recording in world.recordings.iter().filter(|recording| of_room(recording)) {
        for path in recording.files.iter().chain(&recording.source) {
            world.files.remove(path);
        }
    }
    world.recordings.retain(|recording| !of_room(recording));
    success()
}

/// `/room/delete_record` (T3: only its example and its answers survive, 004 L2315-L2340): one file, by its server path. The
/// download URL is taken too.
pub(crate) fn delete_one(world: &mut World, call: &Call) -> Answer {
    let url = call.params.required("url")?;
    let room_id = call.room(world, "no such room_id")?.id.clone();
    let path = path_in(url);
    let holds =
        |recording: &Recording| recording.files.contains(&path) || recording.source.as_deref() == Some(path.as_str());
    let found = world.recordings.iter_mut().find(|recording| recording.room_id == room_id && holds(recording));
    let recording = found.ok_or_else(|| Refusal::of(NO_SUCH_RECORD))?;
    recording.files.retain(|file| *file != path);
    recording.source.take_if(|source| *source == path);
    world.files.remove(&path);
    success()
}
