//! Call records: of one user, of one room, of everybody (002 L125-L450).

use super::arguments::{Body, Range};
use super::refusal::{Answer, Cause, Refusal};
use super::world::{Call, World};
use serde_json::{Map, Value, json};

/// `query_instance_all_records_by_time` (002 L125-L255): a user's stays, grouped by the life of the room they were in.
/// A user whom nobody ever saw has no records.
pub(crate) fn of_instance(world: &World, body: &Body) -> Answer {
    let user = body.text("UserId")?;
    let range = Range::required(body)?;
    let mut groups: Vec<(usize, Vec<Value>)> = Vec::new();
    for call in world.calls_between(range.begin, range.end).filter(|call| world.terminal_id(call) == user) {
        let record = json!({
            "EnterTime": call.enter.to_string(),
            "AudioDuration": call.audio_s,
            "VideoDuration": call.video_s,
            "LeaveTime": call.leave.to_string(),
        });
        match groups.iter_mut().find(|(meeting, _)| *meeting == call.meeting) {
            Some((_, records)) => records.push(record),
            None => groups.push((call.meeting, vec![record])),
        }
    }
    let describe = |(meeting, records): (usize, Vec<Value>)| {
        let meeting = world.meetings.get(meeting)?;
        Some(json!({
            "RoomId": meeting.room,
            "CreateTime": meeting.created.to_string(),
            "RoomRecords": records,
        }))
    };
    let records: Vec<Value> = groups.into_iter().filter_map(describe).collect();
    Ok(members([("UserId", json!(user)), ("UserRecords", Value::Array(records))]))
}

/// `query_room_info` (002 L257-L359). A room lives many times, the answer has one life: from the first creation to the
/// last destruction that the range touches. Each user is summed up over the stays in the range.
pub(crate) fn of_room(world: &World, body: &Body) -> Answer {
    let room = body.text("RoomId")?;
    let range = Range::optional(body)?;
    if !world.has_room(room) {
        // Undocumented; an answer without CreateTime would have no documented shape.
        return Err(Refusal::new(Cause::NoSuchRoom, "no such room"));
    }
    let in_room = |call: &&Call| world.meeting(call).is_some_and(|meeting| meeting.room == room);
    let calls: Vec<&Call> = world.calls_between(range.begin, range.end).filter(in_room).collect();
    let lives = calls.iter().filter_map(|call| world.meeting(call));
    let created = lives.clone().map(|meeting| meeting.created).min();
    let destroyed = lives.map(|meeting| meeting.destroyed).max();
    let users: Vec<Value> = world
        .terminals
        .iter()
        .enumerate()
        .filter_map(|(index, terminal)| {
            let of_user = || calls.iter().filter(|call| call.terminal == index);
            let first = of_user().map(|call| call.enter).min()?;
            let last = of_user().map(|call| call.leave).max()?;
            Some(json!({
                "UserId": terminal.id,
                "FirstEnterTime": first.to_string(),
                "LastLeaveTime": last.to_string(),
                "AudioDuration": of_user().map(|call| call.audio_s).sum::<i64>(),
                "VideoDuration": of_user().map(|call| call.video_s).sum::<i64>(),
            }))
        })
        .collect();
    let text = |time: Option<i64>| json!(time.map(|time| time.to_string()).unwrap_or_default());
    Ok(members([
        ("RoomId", json!(room)),
        ("CreateTime", text(created)),
        ("DestroyTime", text(destroyed)),
        ("Users", Value::Array(users)),
    ]))
}

/// `query_all_instance_by_time` (002 L361-L450): every stay that touches the range, without paging (Y20).
pub(crate) fn of_everybody(world: &World, body: &Body) -> Answer {
    let range = Range::required(body)?;
    let row = |call: &Call| {
        let meeting = world.meeting(call)?;
        Some(json!({
            "UserId": world.terminal_id(call),
            "RoomId": meeting.room,
            "CreateTime": meeting.created.to_string(),
            "EnterTime": call.enter.to_string(),
            "LeaveTime": call.leave.to_string(),
            "AudioDuration": call.audio_s,
            "VideoDuration": call.video_s,
        }))
    };
    let rows: Vec<Value> = world.calls_between(range.begin, range.end).filter_map(row).collect();
    Ok(members([("UsersList", Value::Array(rows))]))
}

fn members<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
