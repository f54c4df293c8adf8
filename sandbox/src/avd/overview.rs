//! What there is in the world, for somebody who looks on: the control interface shows it. No secrets.

use super::world::World;
use super::world::invitation::State as CallState;
use super::world::player::State as PlayerState;
use super::world::recording::{Kind, Recording};
use super::world::room::Room;
use serde_json::{Value, json};

/// The most rows of one list. `totals` tells how many there are.
const MOST: usize = 1000;

pub(crate) fn overview(world: &World, now_ms: i64) -> Value {
    let mut rooms: Vec<&Room> = world.rooms.values().collect();
    // Open ones first, the newest of them first.
    rooms.sort_by_key(|room| std::cmp::Reverse((room.is_open(), room.meetings.last().map(|meeting| meeting.opened))));
    json!({
        "totals": {
            "rooms": world.rooms.len(),
            "open_rooms": rooms.iter().filter(|room| room.is_open()).count(),
            "recordings": world.recordings.len(),
            "players": world.players.len(),
            "calls": world.invitations.len(),
            "gates": world.gates.len(),
            "accounts": world.accounts.len(),
        },
        "rooms": rooms.iter().take(MOST).map(|room| of_room(room)).collect::<Value>(),
        "recordings": world.recordings.iter().rev().take(MOST).map(|made| of_recording(made, now_ms)).collect::<Value>(),
        "players": world.players.iter().rev().take(MOST).map(|player| json!({
            "room_id": player.room_id,
            "id": player.play_id,
            "name": player.name,
            "state": match player.state {
                PlayerState::Idle => "idle",
                PlayerState::Playing => "playing",
                PlayerState::Paused => "paused",
                PlayerState::Ended => "ended",
            },
            "url": player.current,
        })).collect::<Value>(),
        "calls": world.invitations.iter().rev().take(MOST).map(|call| json!({
            "room_id": call.room_id,
            "id": call.call_id,
            "name": call.name,
            "url": call.url,
            "state": match call.state {
                CallState::Inviting => "inviting",
                CallState::Talking => "talking",
                CallState::HungUp => "hung_up",
                CallState::Failed => "failed",
            },
        })).collect::<Value>(),
    })
}

fn of_room(room: &Room) -> Value {
    let meeting = room.meeting();
    let participants = meeting.into_iter().flat_map(|meeting| meeting.present());
    json!({
        "id": room.id,
        "topic": room.topic,
        "open": meeting.is_some(),
        "opened_ms": meeting.map(|meeting| meeting.opened * 1000),
        "composed_view": room.composed_view.is_some(),
        "participants": participants.map(|visit| json!({
            "id": visit.user.id,
            "name": visit.user.name,
            "type": visit.user.client,
            "joined_ms": visit.joined * 1000,
            "video": visit.user.videos.iter().any(|video| video.published),
            "audio": visit.user.audios.iter().any(|audio| audio.published),
        })).collect::<Value>(),
    })
}

fn of_recording(made: &Recording, now_ms: i64) -> Value {
    json!({
        "room_id": made.room_id,
        "id": made.id,
        "name": made.name,
        "kind": match made.kind {
            Kind::Mix => "mix",
            Kind::Automatic => "automatic",
            Kind::Desktop => "desktop",
            Kind::Audio => "audio",
            Kind::MixedLive => "mixed_live",
            Kind::Live => "live",
        },
        // 004 L1133, in words.
        "state": match made.status(now_ms) {
            0 => "started",
            1 => "running",
            2 => "stopped",
            3 => "broken",
            _ => "stopping",
        },
        "started_ms": made.started_ms,
        "ended_ms": made.ended.map(|(at, _)| at),
        "files": made.files,
    })
}
