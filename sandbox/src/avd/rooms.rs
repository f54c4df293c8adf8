//! Rooms (004 L5-L220, L2342-L2438). A created room counts as open until it is closed or deleted.

use super::call::{Answer, Call, success};
use super::refusal::{AUTOMATIC_RECORDING_OFF, AUTOMATIC_RECORDING_ON, INTERNAL, ROOM_EXISTS, Refusal};
use super::world::World;
use super::world::composed_view::ComposedView;
use super::world::recording::{Ending, Kind};
use super::world::room::Room;
use serde_json::{Value, json};

/// `/room/create` (004 L7-L52). T9: an empty `room_id` is generated.
pub(crate) fn create(world: &mut World, call: &Call) -> Answer {
    let owner = call.params.required("user_id")?;
    let auto_recording = call.params.flag("enable_auto_cloud_recording")?.unwrap_or(false);
    let voice_activated = call.params.flag("enable_voice_activated")?.unwrap_or(false);
    let auto_composed_view = call.params.flag("enable_auto_avc")?.unwrap_or(false);
    let id = match call.params.text("room_id") {
        Some(id) if world.rooms.contains_key(id) => return Err(Refusal::of(ROOM_EXISTS)),
        Some(id) => id.to_owned(),
        None => free_room_id(world),
    };
    let mut room = Room::new(&id, owner);
    room.topic = call.params.text("topic").unwrap_or_default().to_owned();
    room.voice_activated = voice_activated;
    room.auto_composed_view = auto_composed_view;
    let composed = world.site.decides_view(auto_composed_view);
    room.composed_view = composed.then(|| ComposedView::automatic(world.new_uuid()));
    room.auto_recording = auto_recording;
    room.open(call.now_s());
    world.rooms.insert(id.clone(), room);
    if auto_recording {
        world.start_automatic_recording(&id, call.now_ms);
    }
    Ok(json!({"ret": 0, "msg": "success", "room_id": id}))
}

/// `/room/update` (004 L54-L94). The automatic recording of an open room follows its switch at once. To start one that
/// runs is 40006, to stop one that was stopped before 40007 (L3683-L3684). A room that never recorded by itself takes
/// `false` as a setting: the document's own example sends it (L70).
pub(crate) fn update(world: &mut World, call: &Call) -> Answer {
    let auto_recording = call.params.flag("enable_auto_cloud_recording")?;
    let auto_composed_view = call.params.flag("enable_auto_avc")?;
    let stream_id = world.new_uuid();
    let room = call.room(world, "no such room_id")?;
    let (id, open) = (room.id.clone(), room.is_open());
    let recording = world.running(&id, Kind::Automatic);
    match auto_recording {
        Some(true) if recording.is_some() => return Err(Refusal::of(AUTOMATIC_RECORDING_ON)),
        Some(false) if !room.auto_recording && room.auto_recording_stopped => {
            return Err(Refusal::of(AUTOMATIC_RECORDING_OFF));
        }
        _ => {}
    }
    let may_compose = world.site.decides_view(true);
    let room = call.room_mut(world, "no such room_id")?;
    if let Some(topic) = call.params.text("topic") {
        room.topic = topic.to_owned();
    }
    if let Some(owner) = call.params.text("user_id") {
        room.owner = owner.to_owned();
    }
    if let Some(on) = auto_composed_view {
        room.auto_composed_view = on;
        if on && open && may_compose && room.composed_view.is_none() {
            room.composed_view = Some(ComposedView::automatic(stream_id));
        }
    }
    if let Some(on) = auto_recording {
        room.auto_recording = on;
        match recording {
            None if on && open => world.start_automatic_recording(&id, call.now_ms),
            Some(record_id) if !on => world.end_recording(&record_id, call.now_ms, Ending::Stopped),
            _ => {}
        }
    }
    success()
}

/// `/room/del` (004 L96-L132). Deleting an open room tears its recordings off: they end abnormally.
pub(crate) fn delete(world: &mut World, call: &Call) -> Answer {
    let id = call.room(world, "no such room_id")?.id.clone();
    world.close_room(&id, call.now_ms, Ending::Broken);
    world.rooms.remove(&id);
    success()
}

/// `/room/read` (004 L134-L182).
pub(crate) fn read(world: &mut World, call: &Call) -> Answer {
    let room = call.room(world, "no such room")?;
    Ok(json!({
        "ret": 0,
        "msg": "success",
        "data": {
            "enable_auto_avc": room.auto_composed_view,
            "enable_voice_activated": room.voice_activated,
            "user_id": room.owner,
            "enable_auto_cloud_recording": room.auto_recording,
            "topic": room.topic,
        },
    }))
}

/// `/room/close` (004 L184-L220): envelope `code` (T40); T64: "not found" hides behind an internal error.
pub(crate) fn close(world: &mut World, call: &Call) -> Answer {
    let id = call.params.required("room_id")?;
    if !world.rooms.get(id).is_some_and(Room::is_open) {
        return Err(Refusal::with(INTERNAL, "Internal server error:room not found or opened"));
    }
    world.close_room(id, call.now_ms, Ending::Closing);
    Ok(json!({"code": 200, "msg": "success"}))
}

/// `/room/list` (004 L2342-L2438): the open rooms. Its failure example (40094) is another operation's.
pub(crate) fn list(world: &mut World, _call: &Call) -> Answer {
    let describe = |room: &Room| {
        let meeting = room.meeting()?;
        let users: Vec<Value> = meeting
            .present()
            .map(|visit| {
                json!({
                    "node_id": visit.user.node_id,
                    "user_name": visit.user.name,
                    "user_id": visit.user.id,
                })
            })
            .collect();
        Some(json!({"room_id": room.id, "create_time": meeting.opened, "users": users}))
    };
    let rooms: Vec<Value> = world.rooms.values().filter_map(describe).collect();
    Ok(json!({"ret": 0, "msg": "success", "rooms": rooms}))
}

/// Eleven digits, as in the documents' examples.
fn free_room_id(world: &mut World) -> String {
    loop {
        let id = world.random.u64(10_000_000_000..100_000_000_000).to_string();
        if !world.rooms.contains_key(&id) {
            return id;
        }
    }
}
