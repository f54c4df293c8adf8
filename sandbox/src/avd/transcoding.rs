//! Converting finished recordings (004 L2018-L2057, L2099-L2140). T10: the tables' `record_idstring` is `record_id`.

use super::call::{Answer, Call, success};
use super::refusal::{NO_SUCH_RECORD_ID, RECORDING_SETTING, Refusal};
use super::world::World;
use serde_json::json;

/// `/room/record/transfer`. While the recording runs, its conversion waits. A recording of another room, and a live stream,
/// which leaves nothing to convert, are a "set error".
pub(crate) fn transfer(world: &mut World, call: &Call) -> Answer {
    let record_id = find(world, call)?;
    if let Some(recording) = world.recording_mut(&record_id) {
        recording.transfer_ms = Some(call.now_ms);
    }
    success()
}

/// `/transcode/query`: 0 not converted, 1 converting, 2 done, 3 failed.
pub(crate) fn query(world: &mut World, call: &Call) -> Answer {
    let record_id = find(world, call)?;
    let status = world.recording(&record_id).map(|recording| recording.conversion(call.now_ms));
    Ok(json!({"ret": 0, "msg": "success", "status": status}))
}

fn find(world: &World, call: &Call) -> Result<String, Refusal> {
    let record_id = call.params.required("record_id")?;
    let room = call.room(world, "no such room_id")?;
    let recording = world.recording(record_id).ok_or_else(|| Refusal::of(NO_SUCH_RECORD_ID))?;
    if recording.room_id != room.id || !recording.kind.leaves_files() {
        return Err(Refusal::setting(RECORDING_SETTING, "record_id"));
    }
    Ok(recording.id.clone())
}
