//! Mixed recordings: start, stop, get, layouts (004 L627-L965, L1020-L1109).

use super::call::{Answer, Call, success};
use super::params::Params;
use super::recorded_files::{Described, size_of, url_of};
use super::refusal::{ALREADY_RECORDING, ARGS, NO_SUCH_RECORD_ID, NOT_RECORDING, RECORDING_SETTING, Refusal};
use super::world::World;
use super::world::plan::Plan;
use super::world::recording::{Ending, Kind, Recording};
use super::{audio_push, layout};
use crate::files::extension;
use crate::media_bytes::Format;
use serde_json::{Value, json};

/// `/room/mix_record/start` (004 L627-L695). Settings that contradict each other are the documents' "set error", 40043.
pub(crate) fn start(world: &mut World, call: &Call) -> Answer {
    let room = call.open_room(world, "no such room_id")?;
    let room_id = room.id.clone();
    if world.running(&room_id, Kind::Mix).is_some() {
        return Err(Refusal::of(ALREADY_RECORDING));
    }
    let plan = read_plan(call.params)?;
    if let Some(text) = call.params.text("audio_data_exporter_address") {
        audio_push::check(text, room)?;
    }
    let id = world.new_record_id();
    let mut recording = Recording::new(id.clone(), &room_id, Kind::Mix, plan, call.now_ms);
    recording.name = call.params.text("name").map(str::to_owned);
    recording.creator = call.params.text("user_id").map(str::to_owned);
    world.recordings.push(recording);
    Ok(json!({"msg": "success", "record_id": id, "ret": 0}))
}

/// What is checked of the many settings, and which files they lead to.
fn read_plan(params: &Params) -> Result<Plan, Refusal> {
    let wrong = |name: &str| Refusal::setting(RECORDING_SETTING, name);
    let array = |name: &str| params.json_array(name).map_err(|_| wrong(name));
    let one_of = |name: &str, values: &[&str]| match params.text(name) {
        Some(value) if !values.contains(&value) => Err(wrong(name)),
        value => Ok(value),
    };
    let number = |name: &str| params.integer(name).map_err(|_| wrong(name));

    let videos = array("videos")?;
    if videos.as_deref().is_some_and(|videos| !layout::is_layout(videos)) {
        return Err(wrong("videos"));
    }
    let only_audio = array("audio_user_ids")?;
    if only_audio.as_deref().is_some_and(|ids| !layout::are_user_ids(ids)) {
        return Err(wrong("audio_user_ids"));
    }
    if array("audio_mixer_users")?.is_some_and(|users| !layout::is_audio_layout(&users)) {
        return Err(wrong("audio_mixer_users"));
    }
    let object = |text| serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object());
    if params.text("osds").is_some_and(|text| !object(text)) {
        return Err(wrong("osds"));
    }
    // L649: watermarks need a layout to stand on.
    if params.flag("enable_osdts_record")?.unwrap_or(false) && videos.is_none() {
        return Err(wrong("enable_osdts_record"));
    }
    if params.text("video_resolution").is_some_and(|text| layout::resolution(text).is_none()) {
        return Err(wrong("video_resolution"));
    }
    if params.text("video_bitrate").is_some_and(|text| !is_bit_rate(text)) {
        return Err(wrong("video_bitrate"));
    }
    number("video_framerate")?;
    one_of("video_level", &["low", "middle", "high"])?;

    // L659, L663, L665; T17: `pc` is `pcm` cut short.
    let pcm = one_of("audio_codec", &["pcm", "pc", "aac"])?.map(|codec| codec != "aac");
    let format = match (one_of("audio_file_type", &["mp3", "wav"])?, pcm) {
        (Some("wav"), Some(true)) => Format::Wav,
        (Some("wav"), _) | (Some(_), Some(true)) => return Err(wrong("audio_file_type")),
        _ => Format::Mp3,
    };
    if number("audio_channels")?.is_some_and(|channels| !(1..=2).contains(&channels)) {
        return Err(wrong("audio_channels"));
    }
    let samples: &[i64] = if pcm == Some(true) { &[8000, 16000] } else { &[16000, 32000, 44100, 48000] };
    if number("audio_samples")?.is_some_and(|rate| !samples.contains(&rate)) {
        return Err(wrong("audio_samples"));
    }

    let flag = |name: &str| Ok::<bool, Refusal>(params.flag(name)?.unwrap_or(false));
    flag("enable_transcode")?;
    flag("marking_video_by_id")?;
    let realtime = flag("enable_realtime_transcode")?;
    let split = flag("enable_individual_record")?;
    let separate_audio = flag("enable_audio_record")? || only_audio.is_some();
    Ok(Plan {
        audio: separate_audio.then_some(format),
        video: only_audio.is_none(),
        realtime,
        backup: realtime && flag("enable_backup")?,
        split,
        // L652: the switch works only with live conversion and splitting; otherwise the mixed file stays.
        keep_mixed: flag("enable_save_mix")? || !(realtime && split),
        file_name: params.text("file_name").map(str::to_owned),
        hide_user_names: flag("disable_user_name")?,
    })
}

/// T18: a number, or a range such as `1000-1500`.
fn is_bit_rate(text: &str) -> bool {
    text.splitn(2, '-').all(|part| part.trim().parse::<u64>().is_ok())
}

/// `/room/mix_record/stop` (004 L697-L814): the answer lists the files. `record_id` stops one certain recording;
/// `stream_type` names what is stopped: `audio` and `video` a mixed recording that has such a part, `desktop` the desktop
/// recording (L709). T27: the set is open, but of any other kind nothing can run here: a "set error".
pub(crate) fn stop(world: &mut World, call: &Call) -> Answer {
    let room_id = call.room(world, "no such room_id")?.id.clone();
    let stream_type = call.params.text("stream_type");
    let kind = match stream_type {
        None | Some("audio" | "video") => Kind::Mix,
        Some("desktop") => Kind::Desktop,
        Some(_) => return Err(Refusal::setting(RECORDING_SETTING, "stream_type")),
    };
    let running = world.running(&room_id, kind).ok_or_else(not_recording)?;
    if let Some(wanted) = call.params.text("record_id")
        && wanted != running
    {
        return Err(match world.recording(wanted) {
            Some(_) => not_recording(),
            None => Refusal::of(NO_SUCH_RECORD_ID),
        });
    }
    let has_part = |recording: &Recording| match stream_type {
        Some("audio") => recording.plan.audio.is_some(),
        Some("video") => recording.plan.video,
        _ => true,
    };
    if !world.recording(&running).is_some_and(has_part) {
        return Err(not_recording());
    }
    world.end_recording(&running, call.now_ms, Ending::Stopped);
    let files: Vec<Value> = match world.recording(&running) {
        Some(recording) => {
            let described = Described::all_of(recording, &world.files, &call.origin);
            described.iter().map(|file| file.with_times(file.name())).collect()
        }
        None => Vec::new(),
    };
    Ok(json!({"ret": 0, "msg": "success", "data": files}))
}

/// `/room/mix_record/get` (004 L816-L965): finished mixed and automatic recordings (L952 is an automatic one).
pub(crate) fn get(world: &mut World, call: &Call) -> Answer {
    let room_id = call.room(world, "no such room_id")?.id.clone();
    let record_type = call.params.integer("record_type")?.unwrap_or(0);
    if !(0..=2).contains(&record_type) {
        return Err(Refusal::setting(RECORDING_SETTING, "record_type"));
    }
    let record_id = call.record_id(world)?;
    let wanted = |recording: &&Recording| {
        matches!(recording.kind, Kind::Mix | Kind::Automatic)
            && recording.room_id == room_id
            && record_id.is_none_or(|id| id == recording.id)
            && recording.is_finished(call.now_ms)
    };
    let describe = |recording: &Recording| {
        let described = Described::all_of(recording, &world.files, &call.origin);
        // L828: 0 all, 1 video, 2 audio.
        let files: Vec<Value> = described
            .iter()
            .filter(|file| {
                let audio = matches!(extension(file.path), "mp3" | "wav");
                record_type == 0 || audio == (record_type == 2)
            })
            .map(|file| file.inside())
            .collect();
        json!({
            // L863: the source exists only where it was kept.
            "download_url": recording.source.as_deref().map(|path| url_of(&call.origin, path)).unwrap_or_default(),
            "transcode_files": files,
            "play_url": "",
            "file_size": size_of(recording, &world.files),
            "start_time": recording.start_text(),
            "end_time": recording.end_text(),
            "room_id": recording.room_id,
            "file_type": recording.main_file().map(extension).unwrap_or_default(),
            "name": recording.name.as_deref().unwrap_or_default(),
            "record_id": recording.id,
        })
    };
    let data: Vec<Value> = world.recordings.iter().filter(wanted).map(describe).collect();
    Ok(json!({"ret": 0, "msg": "success", "data": data}))
}

/// `/room/mix_record/update_layout` (004 L1020-L1067): `videos` or `audio_user_ids`, whichever is to change.
pub(crate) fn update_layout(world: &mut World, call: &Call) -> Answer {
    let room_id = call.room(world, "no such room_id")?.id.clone();
    let videos = call.params.json_array("videos")?;
    let users = call.params.json_array("audio_user_ids")?;
    if videos.is_none() && users.is_none() {
        return Err(Refusal::of(ARGS));
    }
    if videos.is_some_and(|videos| !layout::is_layout(&videos)) {
        return Err(Refusal::args_error("videos"));
    }
    if users.is_some_and(|users| !layout::are_user_ids(&users)) {
        return Err(Refusal::args_error("audio_user_ids"));
    }
    world.running(&room_id, Kind::Mix).ok_or_else(not_recording)?;
    success()
}

/// `/room/mix_record/update_audio_layout` (004 L1069-L1109).
pub(crate) fn update_audio_layout(world: &mut World, call: &Call) -> Answer {
    let room_id = call.room(world, "no such room_id")?.id.clone();
    if !layout::is_audio_layout(&call.params.required_json_array("audio_mixer_users")?) {
        return Err(Refusal::args_error("audio_mixer_users"));
    }
    let record_id = call.record_id(world)?;
    match world.running(&room_id, Kind::Mix) {
        Some(running) if record_id.is_none_or(|id| id == running) => success(),
        _ => Err(not_recording()),
    }
}

/// 004 L1065.
fn not_recording() -> Refusal {
    Refusal::with(NOT_RECORDING, "room hasn't start mix_record")
}
