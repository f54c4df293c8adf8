//! Live streams, mixed and single (004 L967-L1018, L1156-L1282).

use super::call::{Answer, Call, success};
use super::refusal::{
    ALREADY_LIVE, ALREADY_RECORDING, LIVE_HAS_STOPPED, LIVE_SETTING, LIVE_UNREACHABLE, NOT_LIVE, NOT_RECORDING,
    RECORDING_SETTING, Refusal, USER_NOT_IN_ROOM,
};
use super::world::World;
use super::world::plan::Plan;
use super::world::recording::{Ending, Kind, Recording};
use super::{address, layout};
use serde_json::json;

/// 40042 belongs to the service that pushes mixed streams (004 L3728).
const MIXED_UNREACHABLE: i64 = 40042;

/// `/room/mix_live/start` (004 L967-L1018). Once started it must be stopped.
pub(crate) fn start_mixed(world: &mut World, call: &Call) -> Answer {
    let push_url = call.params.required("push_url")?;
    let room_id = call.open_room(world, "no such room_id")?.id.clone();
    let videos = call.params.json_array("videos").unwrap_or(Some(vec![json!(null)]));
    if videos.is_some_and(|videos| !layout::is_layout(&videos)) {
        return Err(Refusal::setting(RECORDING_SETTING, "videos"));
    }
    check_push_url(push_url, RECORDING_SETTING, MIXED_UNREACHABLE)?;
    if world.running(&room_id, Kind::MixedLive).is_some() {
        return Err(Refusal::of(ALREADY_RECORDING));
    }
    begin(world, &room_id, Kind::MixedLive, call);
    success()
}

/// `/room/mix_live/stop` (004 L1156-L1196).
pub(crate) fn stop_mixed(world: &mut World, call: &Call) -> Answer {
    let room_id = call.room(world, "no such room")?.id.clone();
    let running = world.running(&room_id, Kind::MixedLive);
    let running = running.ok_or_else(|| Refusal::of(NOT_RECORDING))?;
    world.end_recording(&running, call.now_ms, Ending::Stopped);
    Ok(json!({"ret": 0, "msg": "success", "data": {}}))
}

/// `/room/live/start` (004 L1198-L1241): the video of `user_id` is the focus, so he has to be there.
pub(crate) fn start(world: &mut World, call: &Call) -> Answer {
    let user_id = call.params.required("user_id")?;
    let push_url = call.params.required("push_url")?;
    let room = call.open_room(world, "no such room_id")?;
    if !room.has_user(user_id) {
        return Err(Refusal::of(USER_NOT_IN_ROOM));
    }
    let room_id = room.id.clone();
    check_push_url(push_url, LIVE_SETTING, LIVE_UNREACHABLE)?;
    if world.running(&room_id, Kind::Live).is_some() {
        return Err(Refusal::of(ALREADY_LIVE));
    }
    begin(world, &room_id, Kind::Live, call);
    success()
}

/// `/room/live/stop` (004 L1243-L1282). A room that never was live says 40061, one whose live stream is over 40065 (L3747,
/// L3750).
pub(crate) fn stop(world: &mut World, call: &Call) -> Answer {
    let room = call.room(world, "no such room_id")?;
    let why_not = if room.live_stopped { LIVE_HAS_STOPPED } else { NOT_LIVE };
    let running = world.running(&room.id, Kind::Live);
    let running = running.ok_or_else(|| Refusal::of(why_not))?;
    world.end_recording(&running, call.now_ms, Ending::Stopped);
    success()
}

fn begin(world: &mut World, room_id: &str, kind: Kind, call: &Call) {
    let id = world.new_record_id();
    world.recordings.push(Recording::new(id, room_id, kind, Plan::video(), call.now_ms));
}

/// The examples push by rtmp. A host that is down stands for a live service that is down.
fn check_push_url(url: &str, wrong: i64, unreachable: i64) -> Result<(), Refusal> {
    let rest = ["rtmp://", "rtmps://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    match rest.map(address::host) {
        None | Some("") => Err(Refusal::setting(wrong, "push_url")),
        Some(host) if address::is_down(host) => Err(Refusal::of(unreachable)),
        Some(_) => Ok(()),
    }
}
