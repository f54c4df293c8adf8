//! A reader of events, in C, beside the sandbox whose gateway loses, repeats, overtakes and cuts: whatever it is told, it can
//! follow, and what it then knows is what is there.
//!
//! For a few seconds, or for `MEETGATE_EVENTS_SECONDS`.

mod support;

use meetgate_sandbox::{Broadcast, Fault, FaultKind, MediaType, Options, Sandbox};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

const SEED: u64 = 20_261_127;
/// In a world of its own, but for those who are there at start.
const GROUPS: [&str; 3] = ["g2001", "east", "west"];
const USERS: [&str; 6] = ["ana", "bo", "chen", "dai", "eva", "fei"];
const EVENTS: [&str; 4] = ["user_joined", "user_left", "media_started", "media_stopped"];

/// By group and user: what is broadcast, by id and type.
type Picture = BTreeMap<(String, String), BTreeSet<(String, i64)>>;

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn media(value: &Value) -> (String, i64) {
    (text(&value["media_id"]), value["media_type"].as_i64().unwrap())
}

fn picture(state: &Value) -> Picture {
    let mut picture = Picture::new();
    for group in state["group_list"].as_array().unwrap() {
        for user in group["user_list"].as_array().unwrap() {
            let broadcast = user["media_info"].as_array().unwrap().iter().map(media).collect();
            assert!(picture.insert((text(&group["group_id"]), text(&user["user_id"])), broadcast).is_none());
        }
    }
    picture
}

/// The sandbox's side: what it looked like at each version.
struct World {
    sandbox: Sandbox,
    app: String,
    dice: fastrand::Rng,
    at: HashMap<i64, Picture>,
}

impl World {
    fn note(&mut self) -> i64 {
        let state = self.sandbox.full_state(&self.app).unwrap();
        let version = state["version"].as_i64().unwrap();
        self.at.insert(version, picture(&state));
        version
    }

    /// Something happens, or nothing: who is in a group cannot join it.
    fn change(&mut self) {
        let (group, user) = (*self.dice.choice(&GROUPS).unwrap(), *self.dice.choice(&USERS).unwrap());
        let media_type = *self.dice.choice(&[MediaType::Audio, MediaType::Video, MediaType::Screen]).unwrap();
        let broadcast = Broadcast {
            app_id: self.app.clone(),
            group_id: group.to_owned(),
            user_id: user.to_owned(),
            media_id: format!("m{}", self.dice.u8(0..2)),
            media_type,
        };
        let changed = match self.dice.u8(0..10) {
            0..4 => self.sandbox.join_group(&self.app, group, user),
            4..6 => self.sandbox.leave_group(&self.app, group, user),
            6..8 => self.sandbox.start_media(&broadcast),
            _ => self.sandbox.stop_media(&broadcast),
        };
        if changed.is_ok() {
            self.note();
        }
    }

    fn plan_bad_days(&self) {
        let percent = |name: &str, kind: FaultKind, percent: u8| {
            self.sandbox.add_fault(Fault::new(format!("hst.gateway.{name}"), kind).percent(percent, SEED)).unwrap();
        };
        for event in EVENTS {
            percent(event, FaultKind::Drop, 3);
            percent(event, FaultKind::Duplicate, 5);
            percent(event, FaultKind::Reorder { by: 2 }, 3);
            percent(event, FaultKind::Cut, 1);
        }
        percent("full_state", FaultKind::Cut, 5);
        percent("login", FaultKind::Number { code: 606_000_006 }, 10);
        percent("connect", FaultKind::Http { status: 503, retry_after_s: None, body: None }, 10);
    }
}

/// The reader's side: the same, from what it is told.
#[derive(Default)]
struct Reader {
    known: Option<(i64, Picture)>,
    /// How often each of the reasons of a full state came, and events, and ends of connections.
    counts: BTreeMap<String, u32>,
}

impl Reader {
    fn count(&mut self, what: String) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn take(&mut self, event: &Value, at: &HashMap<i64, Picture>) {
        let kind = text(&event["type"]);
        let data = &event["data"];
        if kind == "state" {
            let version = event["version"].as_i64().unwrap();
            let picture = picture(data);
            assert_eq!(Some(&picture), at.get(&version), "the full state of version {version}");
            self.count(text(&event["reason"]));
            self.known = Some((version, picture));
            return;
        }
        self.count(kind.clone());
        if matches!(kind.as_str(), "connected" | "disconnected") {
            return;
        }
        let (version, picture) = self.known.as_mut().unwrap_or_else(|| panic!("before any full state: {event}"));
        // None lost without a full state, and none twice: in the sandbox each change has a version of its own.
        assert_eq!(event["version"].as_i64(), Some(*version + 1), "{event}");
        *version += 1;
        let place = (text(&data["group_id"]), text(&data["user_id"]));
        let fits = match kind.as_str() {
            "joined" => picture.insert(place, BTreeSet::new()).is_none(),
            "left" => picture.remove(&place).is_some_and(|broadcast| broadcast.is_empty()),
            "started" => picture.get_mut(&place).is_some_and(|broadcast| broadcast.insert(media(data))),
            "stopped" => picture.get_mut(&place).is_some_and(|broadcast| broadcast.remove(&media(data))),
            _ => false,
        };
        assert!(fits, "{event}");
        // Of a change in several steps the test knows the last one alone.
        if let Some(there) = at.get(version) {
            assert_eq!(picture, there, "after {event}");
        }
    }
}

/// The program in C, and the lines that it prints.
struct Program {
    child: Child,
    lines: Receiver<Value>,
}

impl Program {
    fn start(config: &str, options: &str) -> Program {
        let path = support::compile("tests/c/events.c", &["-std=c99", "-pthread"], "event-pictures");
        let mut command = Command::new(path);
        command.args([config, options, "print", "1000000000"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = child.stdout.take().unwrap();
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
                if send.send(event).is_err() {
                    return;
                }
            }
        });
        Program { child, lines }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_a_reader_knows_is_what_is_there() {
    let seconds = std::env::var("MEETGATE_EVENTS_SECONDS").map_or(8, |seconds| seconds.parse().unwrap());
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let config = sandbox.configurations()["hst"].clone();
    let app = "8f14e45fceea467a9f36dedd4bea2543".to_owned();
    let mut world = World { sandbox, app, dice: fastrand::Rng::with_seed(SEED), at: HashMap::new() };
    world.note();
    let options = json!({"app_ids": [&world.app], "pause_ms": 10, "max_pause_ms": 200, "heartbeat_s": 1});
    let program = Program::start(&config.to_string(), &options.to_string());
    let mut reader = Reader::default();

    world.plan_bad_days();
    let (began, mut tokens_end, mut cut) = (Instant::now(), Duration::from_secs(1), Duration::from_secs(2));
    while began.elapsed() < Duration::from_secs(seconds) {
        world.change();
        if began.elapsed() >= tokens_end {
            world.sandbox.expire_tokens();
            tokens_end += Duration::from_secs(3);
        }
        if began.elapsed() >= cut {
            world.sandbox.cut_gateway();
            cut += Duration::from_secs(5);
        }
        while let Ok(event) = program.lines.recv_timeout(Duration::from_millis(2)) {
            reader.take(&event, &world.at);
        }
    }

    // Good days again: the next change lets the reader see what it has lost.
    world.sandbox.clear_faults();
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        world.change();
        let now = world.note();
        match program.lines.recv_timeout(Duration::from_millis(500)) {
            Ok(event) => reader.take(&event, &world.at),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => panic!("the program has ended: {:?}", reader.counts),
        }
        while let Ok(event) = program.lines.try_recv() {
            reader.take(&event, &world.at);
        }
        if reader.known.as_ref().is_some_and(|(version, _)| *version == now) {
            break;
        }
        assert!(Instant::now() < end, "the reader is at {:?}, the sandbox at {now}; {:?}", reader.known, reader.counts);
    }
    let (version, known) = reader.known.unwrap();
    assert_eq!(Some(&known), world.at.get(&version));
    // Otherwise nothing of this was tried.
    println!("{version} versions: {:?}", reader.counts);
    for what in ["gap", "reconnected", "disconnected", "joined", "left", "started", "stopped"] {
        assert!(reader.counts.contains_key(what), "no {what}: {:?}", reader.counts);
    }
}
