//! The seeded avd deployment: a quiet room with finished recordings and a busy one in which everything runs. Ids and past
//! times are fixed; what is running began ten minutes before start-up.

mod documents;
mod ids;

use super::World;
use super::chat::{Message, Session};
use super::composed_view::ComposedView;
use super::invitation::{Invitation, State as InvitationState};
use super::plan::Plan;
use super::player::{Player, State as PlayerState};
use super::recording::{Ending, Kind, Recording};
use super::room::{Audio, Meeting, Participant, Room, Video, Visit};
use super::sip::{Account, Gate};
use super::site::Site;
use crate::files::{Files, MediaFacts};
use crate::media_bytes::Format;
use ids::{BUSY, PAST_END_S, PAST_START_S, QUIET};
use std::collections::{BTreeMap, BTreeSet};

const WELCOME: &str = "/opt/3tee/resources/welcome.mp4";
const DEVICE: &str = "2f9d6b84-c1e0-4a37-b5f2-6d8e0c4a7913";

pub(crate) fn world(seed: u64, now_ms: i64) -> World {
    let mut random = fastrand::Rng::with_seed(seed);
    let opened_ms = now_ms - 600_000;
    let gate = |name: &str, url: &str| Gate { name: name.to_owned(), url: url.to_owned() };
    let lobby = Account {
        gate_id: 3,
        name: "lobby".to_owned(),
        password: format!("{:012x}", random.u64(..) >> 16),
        number: "1023".to_owned(),
    };
    let quiet = room(QUIET, "周会", opened_ms / 1000, vec![web(10), android(11), pc(12)]);
    let busy = room(BUSY, "Busy room", opened_ms / 1000, vec![web(13), android(14), device(15)]);
    let mut world = World {
        rooms: BTreeMap::from([(quiet.id.clone(), quiet), (busy.id.clone(), busy)]),
        recordings: Vec::new(),
        players: Vec::new(),
        invitations: vec![invitation(opened_ms)],
        gates: BTreeMap::from([(3, gate("branch", "192.0.2.20:5060")), (4, gate("spare", "192.0.2.21:5060"))]),
        accounts: BTreeMap::from([(7, lobby)]),
        licences: BTreeSet::from(["LICENCE-SANDBOX-0001".to_owned()]),
        files: Files::default(),
        site: Site::default(),
        system_info: (0..8).map(|_| format!("{:032x}", random.u128(..))).collect(),
        last_gate_id: 4,
        last_account_id: 7,
        last_node_id: 15,
        random,
    };
    put_resources(&mut world);
    put_finished_recordings(&mut world);
    put_running(&mut world, opened_ms, now_ms);
    documents::put(&mut world, opened_ms, now_ms);
    world
}

fn room(id: &str, topic: &str, opened_s: i64, present: Vec<Participant>) -> Room {
    let mut room = Room::new(id, "16");
    room.topic = topic.to_owned();
    let stay = |user: &Participant, joined, left| Visit { user: user.clone(), joined, left };
    room.meetings = vec![
        Meeting {
            opened: PAST_START_S,
            closed: Some(PAST_END_S),
            visits: present.iter().map(|user| stay(user, PAST_START_S, Some(PAST_END_S))).collect(),
        },
        Meeting {
            opened: opened_s,
            closed: None,
            visits: present.iter().map(|user| stay(user, opened_s, None)).collect(),
        },
    ];
    room.chat = vec![chat(id)];
    room
}

fn participant(id: &str, name: &str, client: &str, node_id: i64) -> Participant {
    Participant {
        id: id.to_owned(),
        name: name.to_owned(),
        client: client.to_owned(),
        node_id,
        user_data: None,
        videos: Vec::new(),
        audios: vec![Audio { id: format!("{id}_default"), name: "default microphone".to_owned(), published: false }],
    }
}

fn web(node_id: i64) -> Participant {
    let mut user = participant("16", "向", "web", node_id);
    user.videos.push(Video { id: "16_5996d976b7ea9a9c".to_owned(), name: "Webcam C170".to_owned(), published: true });
    user.audios.iter_mut().for_each(|audio| audio.published = true);
    user
}

fn android(node_id: i64) -> Participant {
    let mut user = participant("49", "成都会议室", "android", node_id);
    user.videos.push(Video { id: "49_0b6f2d81c4a7e935".to_owned(), name: "front camera".to_owned(), published: false });
    user
}

fn pc(node_id: i64) -> Participant {
    let mut user = participant("20", "reception", "pc", node_id);
    user.user_data = Some("{\"desk\":1}".to_owned());
    user
}

fn device(node_id: i64) -> Participant {
    let mut user = participant(DEVICE, "meeting room 1001", "sip", node_id);
    user.videos.push(Video {
        id: format!("{DEVICE}_{node_id:016x}"),
        name: "meeting room 1001".to_owned(),
        published: true,
    });
    user.audios.clear();
    user
}

fn invitation(opened_ms: i64) -> Invitation {
    Invitation {
        call_id: "c0a8f3de-52b1-4e79-8d46-9b1f7a2c5e03".to_owned(),
        user_id: DEVICE.to_owned(),
        room_id: BUSY.to_owned(),
        name: "meeting room 1001".to_owned(),
        url: "sip:1001@192.0.2.10".to_owned(),
        state: InvitationState::Talking,
        rings_until_ms: opened_ms,
        video_open: true,
        muted: false,
    }
}

/// Three messages, one of them private.
fn chat(room_id: &str) -> Session {
    let first_id = if room_id == QUIET { 126 } else { 226 };
    let message = |index: i64, from: (&str, &str), text: &str, private_to: Option<(String, String)>| Message {
        id: first_id + index,
        from_id: from.0.to_owned(),
        from_name: from.1.to_owned(),
        text: text.to_owned(),
        timestamp: PAST_START_S + 60 * (index + 1),
        private_to,
    };
    let (web, android) = (("16", "向"), ("49", "成都会议室"));
    Session {
        started: PAST_START_S,
        messages: vec![
            message(0, web, "大家好", None),
            message(1, android, "can you hear us?", None),
            message(2, web, "yes, a bit louder please", Some((android.0.to_owned(), android.1.to_owned()))),
        ],
    }
}

fn put_resources(world: &mut World) {
    let facts =
        |width, height, duration_ms| MediaFacts { width, height, duration_ms, has_video: true, has_audio: true };
    // The figures of the documents' samples (004 L1681, L2000).
    world.files.put_resource(WELCOME, facts(960, 540, 113_347));
    world.files.put_resource("/opt/3tee/resources/second.mp4", facts(640, 352, 207_000));
}

fn put_finished_recordings(world: &mut World) {
    let weekly = Plan { audio: Some(Format::Mp3), backup: true, ..Plan::video() };
    let finished = [
        ("b7c2a9d04e1f4c6d9a8b5e3f1c0d2a64", Kind::Mix, Some("weekly"), weekly, vec![Format::Mp4, Format::Mp3]),
        ("c3d1e5f7a9b04c2e8d6f1a3b5c7d9e20", Kind::Desktop, Some("desk"), Plan::video(), vec![Format::Mp4]),
        ("e8f2b6c4d0a1493f9b7e5d3c1a0f8264", Kind::Audio, None, Plan::audio(), vec![Format::Mp3]),
    ];
    let duration_ms = (PAST_END_S - PAST_START_S) * 1000;
    for (id, kind, name, plan, formats) in finished {
        let base = format!("/home/data/recorder/files/sandbox/20211201/{QUIET}-{id}");
        let mut recording = Recording::new(id.to_owned(), QUIET, kind, plan, PAST_START_S * 1000);
        recording.name = name.map(str::to_owned);
        recording.creator = Some("16".to_owned());
        recording.ended = Some((PAST_END_S * 1000, Ending::Stopped));
        for format in formats {
            let path = format!("{base}.{}", format.extension());
            world.files.put_made(&path, format, duration_ms);
            recording.files.push(path);
        }
        if recording.plan.backup {
            let path = format!("{base}.tms");
            world.files.put_made(&path, Format::Tms, duration_ms);
            recording.source = Some(path);
        }
        world.recordings.push(recording);
    }
}

fn put_running(world: &mut World, opened_ms: i64, now_ms: i64) {
    // Not converted while it runs, so that its conversion is still to be asked for.
    let mix = Plan { audio: Some(Format::Mp3), realtime: false, ..Plan::video() };
    let running = [
        ("4d1f0c52a7e94b0f8a6b3c9d2e5f7a10", Kind::Mix, Some("busy"), mix),
        ("9a0b1c2d3e4f45068798a9bacbdcedfe", Kind::Desktop, Some("desk"), Plan::video()),
        ("71c5e0b29d3648faa4e6c8d0f2b41357", Kind::MixedLive, None, Plan::video()),
        ("0e9d8c7b6a5f4e3d2c1b0a9f8e7d6c5b", Kind::Live, None, Plan::video()),
    ];
    for (id, kind, name, plan) in running {
        let mut recording = Recording::new(id.to_owned(), BUSY, kind, plan, opened_ms + 60_000);
        recording.name = name.map(str::to_owned);
        recording.creator = Some("16".to_owned());
        world.recordings.push(recording);
    }
    if let Some(busy) = world.rooms.get_mut(BUSY) {
        let mut view = ComposedView::automatic("8e1d3c5b-7a90-4f26-b8d4-2c6e0a9f1b37".to_owned());
        view.layout_mode = 0;
        view.name = "busy-view".to_owned();
        busy.composed_view = Some(view);
    }
    let Some(facts) = world.files.media(WELCOME).cloned() else {
        return;
    };
    let players = [
        ("5b0e6c1a-7d3f-4e2b-9a48-c61f0d7e2b95", "welcome", PlayerState::Paused),
        ("8c2f4a60-1b9d-4d57-b3e2-7f05a6d1c894", "loop", PlayerState::Playing),
        ("d41e9b27-6a3c-4f80-95c8-02b7e4f1a65d", "ended", PlayerState::Ended),
    ];
    for (play_id, name, state) in players {
        let mut player = Player::new(BUSY, play_id.to_owned(), "16".to_owned(), name, opened_ms / 1000);
        // `loop` plays for ever; `ended` came to its end long ago.
        let replay_times = if state == PlayerState::Playing { -1 } else { 0 };
        player.begin(WELCOME, facts.clone(), replay_times, now_ms - 300_000);
        player.state = state;
        player.position_ms = match state {
            PlayerState::Paused => 42_000,
            PlayerState::Ended => facts.duration_ms,
            PlayerState::Idle | PlayerState::Playing => 0,
        };
        world.players.push(player);
    }
}
