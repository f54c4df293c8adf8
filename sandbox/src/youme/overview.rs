//! What there is in the world, for somebody who looks on: the control interface shows it.

use super::world::World;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The most rows of one list. `totals` tells how many there are.
const MOST: usize = 100;

/// Each life of a room with the calls in it, the newest first.
pub(crate) fn overview(world: &World) -> Value {
    let mut calls: BTreeMap<usize, (u64, BTreeSet<&str>)> = BTreeMap::new();
    for call in &world.calls {
        let (times, callers) = calls.entry(call.meeting).or_default();
        *times += 1;
        callers.insert(world.terminal_id(call));
    }
    let mut meetings: Vec<_> = world.meetings.iter().enumerate().collect();
    meetings.sort_by_key(|(_, meeting)| std::cmp::Reverse(meeting.created));
    json!({
        "totals": {"rooms": world.meetings.len(), "calls": world.calls.len(), "callers": world.terminals.len()},
        "rooms": meetings.iter().take(MOST).map(|(index, meeting)| {
            let (times, callers) = calls.get(index).cloned().unwrap_or_default();
            json!({
                "id": meeting.room,
                "created_ms": meeting.created * 1000,
                "destroyed_ms": meeting.destroyed * 1000,
                "calls": times,
                "callers": callers,
            })
        }).collect::<Value>(),
    })
}
