//! The seeded recording tasks, one in each state that an operation needs, and a live stream.

use crate::hst::world::LiveStream;
use crate::hst::world::recording::{Plan, State};
use crate::hst::world::recordings::Recordings;
use crate::media_bytes::Format;
use serde_json::{Value, json};

const APP: &str = "8f14e45fceea467a9f36dedd4bea2543";
/// 2021-12-01, 10:00 to 10:20 in UTC+8.
const MEETING_MS: i64 = 1_638_324_000_000;
const MEETING_LASTS_MS: i64 = 1_200_000;
/// For so long those that record at start have recorded.
const RECORDED_MS: i64 = 600_000;

pub(super) fn recordings(now_ms: i64) -> Recordings {
    let mut recordings = Recordings::default();
    let mut begin = |id: &str, group: &str, auto: Option<Value>, states: &[(State, i64)]| {
        let begun_ms = states.first().map_or(now_ms, |(_, at_ms)| *at_ms);
        recordings.begin(id.to_owned(), plan(group, auto), begun_ms);
        states.iter().for_each(|(state, at_ms)| recordings.enter(id, *state, *at_ms));
    };
    let stopped_ms = MEETING_MS + MEETING_LASTS_MS;
    let ended = [(State::Recording, MEETING_MS), (State::Waiting, stopped_ms), (State::Done, stopped_ms)];
    let begun_ms = now_ms - RECORDED_MS;
    begin("d2a7c1e94b6f4035a8e1f0c3b5d79264", "g2001", None, &ended);
    begin("3b9e5f70c8d24a61b7f4e2d1a0c68593", "g2002", None, &[(State::Recording, begun_ms)]);
    let suspended = [(State::Recording, begun_ms), (State::Suspended, now_ms)];
    begin("6c0d8a2be5f74913a4c7d9e1f3b52068", "g2003", None, &suspended);
    begin("91f4b7d3e2a05c68b0d9c4f6a8e17325", "g2004", None, &[]);
    let auto = json!({"type": 1, "media_count": 4});
    begin("e5a3d8c1f7b94260918c2d4e6f0b7a53", "g2005", Some(auto), &[(State::Recording, begun_ms)]);
    recordings.tell_from_here_on();
    recordings
}

pub(super) fn live_streams(now_ms: i64) -> Vec<LiveStream> {
    vec![LiveStream { app_id: APP.to_owned(), group_id: "g2001".to_owned(), started_ms: now_ms - RECORDED_MS }]
}

/// Without a timeout, so that they are there however long the sandbox has run.
fn plan(group: &str, auto: Option<Value>) -> Plan {
    Plan {
        app_id: APP.to_owned(),
        group_id: group.to_owned(),
        company_id: "123".to_owned(),
        file_name: "周会".to_owned(),
        format: Format::Mp4,
        file_duration_ms: 3_600_000,
        width: 1920,
        height: 1080,
        record_mode: 0,
        timeout_ms: None,
        auto,
    }
}
