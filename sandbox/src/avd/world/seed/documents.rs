//! What the documents' own sample calls name (004), so that they succeed as printed: rooms, videos, recordings, players,
//! devices, gateways and files, under the documents' ids.

use super::ids::{BUSY, PAST_END_S, PAST_START_S, QUIET};
use crate::avd::world::World;
use crate::avd::world::chat::{Message, Session};
use crate::avd::world::composed_view::ComposedView;
use crate::avd::world::invitation::{Invitation, State};
use crate::avd::world::plan::Plan;
use crate::avd::world::player::{Player, State as PlayerState};
use crate::avd::world::recording::{Ending, Kind, Recording};
use crate::avd::world::room::{Meeting, Participant, Room, Video, Visit};
use crate::avd::world::sip::Gate;
use crate::files::MediaFacts;
use crate::media_bytes::Format;

/// The room of most samples (004 L146).
const ROOM: &str = "50000000000";
/// L509 has a zero more, L1498 one less.
const LONGER: &str = "500000000000";
const SHORTER: &str = "5000000000";
/// L2456.
const CHAT: &str = "70000000000";
/// L1084.
const MIXED: &str = "12345678980";
/// L1660 and L1893.
const FILES: [&str; 2] = ["/root/456.mp4", "/root/test.mp4"];

pub(crate) fn put(world: &mut World, opened_ms: i64, now_ms: i64) {
    put_rooms(world, opened_ms / 1000);
    put_recordings(world, opened_ms);
    put_players(world, opened_ms, now_ms);
    put_devices(world);
    // L2937 deletes gateway 2, L3126 names gateway 12.
    for (id, url) in [(2, "192.0.2.120:5060"), (12, "192.0.2.121:5060")] {
        world.gates.insert(id, Gate { name: format!("gate-{id}"), url: url.to_owned() });
        world.last_gate_id = world.last_gate_id.max(id);
    }
}

fn put_rooms(world: &mut World, opened_s: i64) {
    let view = |stream_id: &str| Some(ComposedView::automatic(stream_id.to_owned()));
    // Whose videos the samples name: L2198, L2244, L2157.
    let speaker = "e94ad1e6783f41d29d57667bca76aa8e";
    let with_videos = [
        ("16", "16_3e7c6b5d6d35beb662eefd2c688fca2da6fba9bbbbb54bd69a526ca9eacc7c874"),
        (speaker, "e94ad1e6783f41d29d57667bca76aa8e_f25c813beff5ed1b607c0fbff7b52120a168465e54f4892923ef2e6e8c51069c"),
    ];
    let others = [
        ("16", "16_5996d976b7ea9a9c"),
        ("6", "6_2f60a4d19be3c875"),
        ("1b545345-f9e2-48ad-8af8-522342d12629", "1b545345_7e1f0b3c"),
    ];
    let mut put = |id: &str, users: &[(&str, &str)], composed_view| {
        let mut room = Room::new(id, "16");
        room.topic = "sample".to_owned();
        let visits = users.iter().map(|(user_id, video_id)| Visit {
            user: participant(user_id, video_id, world.new_node_id()),
            joined: opened_s,
            left: None,
        });
        room.meetings = vec![Meeting { opened: opened_s, closed: None, visits: visits.collect() }];
        room.composed_view = composed_view;
        world.rooms.insert(id.to_owned(), room);
    };
    put(ROOM, &with_videos, None);
    put(LONGER, &others, view("0a4c8e1f-5b2d-4d3e-9f70-6a1b2c3d4e5f"));
    let host = [("16", "16_5996d976b7ea9a9c")];
    for id in [SHORTER, MIXED, CHAT] {
        put(id, &host, None);
    }
    if let Some(room) = world.rooms.get_mut(CHAT) {
        let message = Message {
            id: 326,
            from_id: "16".to_owned(),
            from_name: "向".to_owned(),
            text: "hello".to_owned(),
            timestamp: PAST_START_S + 60,
            private_to: None,
        };
        room.chat.push(Session { started: PAST_START_S, messages: vec![message] });
    }
}

fn participant(id: &str, video_id: &str, node_id: i64) -> Participant {
    Participant {
        id: id.to_owned(),
        name: id.to_owned(),
        client: "web".to_owned(),
        node_id,
        user_data: None,
        videos: vec![Video { id: video_id.to_owned(), name: "camera".to_owned(), published: true }],
        audios: Vec::new(),
    }
}

fn put_recordings(world: &mut World, opened_ms: i64) {
    let waiting = Plan { realtime: false, ..Plan::video() };
    let running = [
        ("6aa6e706dad749cc922d0472915a4896", ROOM, Kind::Mix),
        ("971ba8a861d8448cb6b290481b3f1c6e", MIXED, Kind::Mix),
        ("3b9d5f7a1c2e4068b1d3f5a7c9e0b2d4", SHORTER, Kind::Desktop),
    ];
    for (id, room_id, kind) in running {
        world.recordings.push(Recording::new(id.to_owned(), room_id, kind, Plan::video(), opened_ms + 60_000));
    }
    // L2032 and L2113 differ in a letter; L2315 names the file of one.
    let folder = "/home/data/recorder/files/test/20200622";
    let finished = [
        ("097a81add05f4501a2e862dffee59bb7", format!("{folder}/50000000000-097a81add05f4501a2e862dffee59bb7.mp4")),
        ("097a81ad05f4501a2e862dffee59bb7", format!("{folder}/50000000000-097a81ad05f4501a2e862dffee59bb7.mp4")),
        (
            "21521ebcc7c945098e72a0fdeb219dbe",
            format!("{folder}/50000000000-21521EBC-C7C9-4509-8E72-A0FDEB219DBE-2020-06-22-15-29-54.mp4"),
        ),
    ];
    for (id, path) in finished {
        let mut recording = Recording::new(id.to_owned(), ROOM, Kind::Mix, waiting.clone(), PAST_START_S * 1000);
        recording.ended = Some((PAST_END_S * 1000, Ending::Stopped));
        world.files.put_made(&path, Format::Mp4, (PAST_END_S - PAST_START_S) * 1000);
        recording.files.push(path);
        world.recordings.push(recording);
    }
}

fn put_players(world: &mut World, opened_ms: i64, now_ms: i64) {
    // The figures of L1681.
    let facts = MediaFacts { width: 960, height: 540, duration_ms: 113_347, has_video: true, has_audio: true };
    for path in FILES {
        world.files.put_resource(path, facts.clone());
    }
    let [first, second] = FILES;
    // Each in the state in which its sample succeeds; two that play do so for ever.
    let players = [
        ("b087d50b-e24a-4d93-aded-f0d52cf150fa", "sample-play", PlayerState::Idle, first),
        ("16e79a1b-dc87-43fe-b165-049e3a04e32f", "sample-pause", PlayerState::Playing, first),
        ("37669472-1b08-44d5-b41e-f18fc3fbee7d", "sample-replay", PlayerState::Ended, first),
        ("f8c162f3-b2e2-4c8d-9705-72d109a6962e", "sample-switch", PlayerState::Playing, second),
        ("00ad1a80-c474-4b36-82a7-ad569ed729c4", "sample-stop", PlayerState::Idle, second),
    ];
    for (play_id, name, state, path) in players {
        let mut player = Player::new(ROOM, play_id.to_owned(), "16".to_owned(), name, opened_ms / 1000);
        if state != PlayerState::Idle {
            let replay_times = if state == PlayerState::Playing { -1 } else { 0 };
            player.begin(path, facts.clone(), replay_times, now_ms - 300_000);
        }
        player.state = state;
        world.players.push(player);
    }
}

/// They ring for ever: so the samples find them, and nobody else meets them among the participants.
fn put_devices(world: &mut World) {
    let devices = [
        ("c33b0262-50de-4a8e-96d9-c5f42de4fbdd", "d28cb167-9d4e-4733-9264-8a3717c72afd", QUIET),
        ("d7e9f1a3-4b5c-4d6e-8f70-1a2b3c4d5e6f", "92fb9d235e5b40968324d4489ba6469a", BUSY),
    ];
    for (call_id, user_id, room_id) in devices {
        world.invitations.push(Invitation {
            call_id: call_id.to_owned(),
            user_id: user_id.to_owned(),
            room_id: room_id.to_owned(),
            name: "sample".to_owned(),
            url: format!("sip:{user_id}@192.0.2.11"),
            state: State::Inviting,
            rings_until_ms: i64::MAX,
            video_open: true,
            muted: false,
        });
    }
}
