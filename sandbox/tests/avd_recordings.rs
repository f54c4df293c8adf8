//! avd: recordings and live streams from start to files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;

use caller::{BUSY, Caller, QUIET};
use serde_json::{Value, json};
use std::time::Duration;

const ROOM: (&str, &str) = ("room_id", "12345123457");
const IN_QUIET: (&str, &str) = ("room_id", QUIET);
const IN_BUSY: (&str, &str) = ("room_id", BUSY);

fn ids(answer: &Value, list: &str, name: &str) -> Vec<String> {
    answer[list].as_array().unwrap().iter().map(|entry| entry[name].as_str().unwrap().to_owned()).collect()
}

/// 004 L186: closing puts everybody out, devices and recordings included.
#[test]
fn closing_a_busy_room_ends_everything_in_it() {
    let mut caller = Caller::new();
    caller.sandbox.hold_clock();
    assert_eq!(caller.avd("/room/close", &[IN_BUSY])["code"], 200);
    assert_eq!(caller.avd("/room/participate/list", &[IN_BUSY])["code"], 41005);
    let status = |caller: &mut Caller| {
        caller.avd("/room/record/status", &[("record_id", "4d1f0c52a7e94b0f8a6b3c9d2e5f7a10")])["record_status"].clone()
    };
    assert_eq!(status(&mut caller), 4);
    assert_eq!(caller.avd("/room/mix_record/get", &[IN_BUSY])["data"], json!([]));
    caller.sandbox.advance_clock(Duration::from_secs(2));
    assert_eq!(status(&mut caller), 2);
    assert_eq!(caller.avd("/room/mix_record/get", &[IN_BUSY])["data"].as_array().unwrap().len(), 1);
    assert_eq!(
        caller.avd("/room/desktop_record/get", &[IN_BUSY, ("name", "desk")])["data"].as_array().unwrap().len(),
        1
    );
    let call = [("call_id", "c0a8f3de-52b1-4e79-8d46-9b1f7a2c5e03")];
    assert_eq!(caller.avd("/device/get_invite_status", &call)["invite_status"], 2);
    assert_eq!(caller.avd("/room/live/stop", &[IN_BUSY])["ret"], 40065);
    assert_eq!(caller.avd("/room/mix_live/stop", &[IN_BUSY])["ret"], 40041);
    assert_eq!(caller.avd("/room/avc/stop", &[IN_BUSY])["ret"], 40051);
    let player = ("play_id", "8c2f4a60-1b9d-4d57-b3e2-7f05a6d1c894");
    assert_eq!(caller.avd("/media/pause", &[IN_BUSY, player])["ret"], 40009);
    assert_eq!(caller.avd("/room/participate/kick", &[IN_BUSY, ("user_id", "16")])["code"], 40009);
}

/// A room that is deleted under its recording breaks it off.
#[test]
fn deleting_a_room_breaks_its_recording() {
    let mut caller = Caller::new();
    caller.avd("/room/del", &[IN_BUSY]);
    let id = ("record_id", "4d1f0c52a7e94b0f8a6b3c9d2e5f7a10");
    assert_eq!(caller.avd("/room/record/status", &[id])["record_status"], 3);
    assert!(ids(&caller.avd("/room/get_record_list", &[]), "data", "room_id").contains(&BUSY.to_owned()));
}

#[test]
fn a_mixed_recording_from_start_to_files() {
    let mut caller = Caller::new();
    caller.sandbox.hold_clock();
    let started = caller.avd(
        "/room/mix_record/start",
        &[
            IN_QUIET,
            ("enable_realtime_transcode", "true"),
            ("enable_audio_record", "true"),
            ("enable_backup", "true"),
            ("name", "mine"),
            ("user_id", "16"),
        ],
    );
    let id = started["record_id"].as_str().unwrap().to_owned();
    let record = ("record_id", id.as_str());
    let status = |caller: &mut Caller| caller.avd("/room/record/status", &[record])["record_status"].as_i64().unwrap();
    assert_eq!(status(&mut caller), 0);
    caller.sandbox.advance_clock(Duration::from_secs(90));
    assert_eq!(status(&mut caller), 1);
    assert_eq!(caller.avd("/room/mix_record/start", &[IN_QUIET])["ret"], 40040);
    assert_eq!(caller.avd("/room/mix_record/get", &[IN_QUIET, record])["data"], json!([]));

    assert_eq!(caller.avd("/room/mix_record/stop", &[IN_QUIET, ("record_id", "404")])["ret"], 40090);
    let another = ("record_id", "b7c2a9d04e1f4c6d9a8b5e3f1c0d2a64");
    assert_eq!(caller.avd("/room/mix_record/stop", &[IN_QUIET, another])["ret"], 40041);
    let stopped = caller.avd("/room/mix_record/stop", &[IN_QUIET, record]);
    assert_eq!(ids(&stopped, "data", "file_type"), ["mp3", "mp4"]);
    assert_eq!(status(&mut caller), 2);
    assert_eq!(caller.avd("/room/mix_record/stop", &[IN_QUIET])["ret"], 40041);

    // The files are there, as long as they say, and of their kind.
    for file in stopped["data"].as_array().unwrap() {
        let answer = caller.download(file["download_url"].as_str().unwrap(), &[]);
        assert_eq!(answer.status, 200);
        let size = format!("{:.3}M", answer.body.len() as f64 / 1_048_576.0);
        assert_eq!(file["file_size"], size);
        assert!(file["duration"] == "90.000s", "{file}");
        match file["file_type"].as_str().unwrap() {
            "mp3" => assert!(answer.body.starts_with(&[0xFF, 0xE3])),
            _ => assert_eq!(&answer.body[4..8], b"ftyp"),
        }
    }
    let listed = &caller.avd("/room/mix_record/get", &[IN_QUIET, record])["data"][0];
    assert_eq!((&listed["name"], &listed["file_type"]), (&json!("mine"), &json!("tms")));
    assert_eq!(caller.download(listed["download_url"].as_str().unwrap(), &[]).status, 200);
    let count = |caller: &mut Caller, kind: &str| {
        let pairs = [IN_QUIET, record, ("record_type", kind)];
        caller.avd("/room/mix_record/get", &pairs)["data"][0]["transcode_files"].as_array().unwrap().len()
    };
    assert_eq!([count(&mut caller, "0"), count(&mut caller, "1"), count(&mut caller, "2")], [2, 1, 1]);
    let now = (caller::now_ms() / 1000).to_string();
    let range = [IN_QUIET, ("record_start_time", now.as_str()), ("record_end_time", "99999999999")];
    assert_eq!(ids(&caller.avd("/room/get_record", &range), "record_files", "record_id"), [id.as_str()]);
}

/// What the settings of the start lead to.
#[test]
fn settings_decide_the_files() {
    let mut caller = Caller::new();
    let mut types = |pairs: &[(&str, &str)]| {
        let started = caller.avd("/room/mix_record/start", &[&[IN_QUIET], pairs].concat());
        assert_eq!(started["ret"], 0, "{pairs:?}");
        let stopped = caller.avd("/room/mix_record/stop", &[IN_QUIET]);
        ids(&stopped, "data", "name")
    };
    let ends = |names: &[String]| -> Vec<String> {
        names.iter().map(|name| name.rsplit('.').next().unwrap().to_owned()).collect()
    };
    assert_eq!(ends(&types(&[])), ["mp4"]);
    assert_eq!(ends(&types(&[("audio_user_ids", r#"["16","49"]"#)])), ["mp3"]);
    let wav = [("enable_audio_record", "true"), ("audio_file_type", "wav"), ("audio_codec", "pcm")];
    assert_eq!(ends(&types(&wav)), ["wav", "mp4"]);
    assert_eq!(types(&[("file_name", "../a b")]), [".._a b.mp4"]);
    let split = [("enable_individual_record", "true"), ("enable_realtime_transcode", "true")];
    assert_eq!(
        types(&split),
        [
            "向_16_v1.mp4",
            "向_16_a1.mp3",
            "成都会议室_49_v1.mp4",
            "成都会议室_49_a1.mp3",
            "reception_20_a1.mp3",
            "audio_alluser.mp3"
        ]
    );
    let kept = [&split[..], &[("enable_save_mix", "true"), ("disable_user_name", "true")]].concat();
    let names = types(&kept);
    assert_eq!(names.len(), 7);
    assert!(names.contains(&"16_v1.mp4".to_owned()), "{names:?}");
}

#[test]
fn settings_that_contradict_each_other() {
    let mut caller = Caller::new();
    for pair in [
        ("audio_file_type", "wav"),
        ("audio_file_type", "ogg"),
        ("audio_channels", "3"),
        ("audio_samples", "8000"),
        ("video_level", "best"),
        ("video_resolution", "big"),
        ("video_bitrate", "fast"),
        ("enable_osdts_record", "true"),
        ("osds", "[]"),
        ("audio_mixer_users", r#"[{"user_id":"1","channel":7}]"#),
    ] {
        assert_eq!(caller.avd("/room/mix_record/start", &[IN_QUIET, pair])["ret"], 40043, "{pair:?}");
    }
    // A boolean that is none is an argument error.
    assert_eq!(caller.avd("/room/mix_record/start", &[IN_QUIET, ("enable_transcode", "maybe")])["ret"], 40002);
}

/// Several kinds in one room do not know of each other.
#[test]
fn kinds_are_independent() {
    let mut caller = Caller::new();
    let push = ("push_url", "rtmp://192.0.2.30/live/demo");
    let desktop = [IN_QUIET, ("enable_realtime_transcode", "0"), ("name", "mine")];
    assert_eq!(caller.avd("/room/mix_record/start", &[IN_QUIET])["ret"], 0);
    assert_eq!(caller.avd("/room/desktop_record/start", &desktop)["ret"], 0);
    assert_eq!(caller.avd("/room/mix_live/start", &[IN_QUIET, push])["ret"], 0);
    assert_eq!(caller.avd("/room/live/start", &[IN_QUIET, ("user_id", "16"), push])["ret"], 0);
    assert_eq!(caller.avd("/room/desktop_record/start", &desktop)["ret"], 40040);
    assert_eq!(caller.avd("/room/desktop_record/get", &[IN_QUIET, ("name", "mine")])["data"], json!([]));
    // Any can be stopped on its own; `stream_type` reaches the desktop recording too.
    assert_eq!(caller.avd("/room/mix_record/stop", &[IN_QUIET, ("stream_type", "desktop")])["ret"], 0);
    assert_eq!(caller.avd("/room/desktop_record/stop", &[IN_QUIET])["ret"], 40041);
    let got = caller.avd("/room/desktop_record/get", &[IN_QUIET, ("name", "mine")]);
    assert_eq!(ids(&got, "data", "name"), ["mine"]);
    assert_eq!(caller.avd("/room/live/stop", &[IN_QUIET])["ret"], 0);
    assert_eq!(caller.avd("/room/mix_live/stop", &[IN_QUIET])["ret"], 0);
    assert_eq!(caller.avd("/room/mix_record/stop", &[IN_QUIET])["ret"], 0);
}

#[test]
fn conversions_take_their_time() {
    let mut caller = Caller::new();
    caller.sandbox.hold_clock();
    let record = ("record_id", "4d1f0c52a7e94b0f8a6b3c9d2e5f7a10");
    let status = |caller: &mut Caller| caller.avd("/transcode/query", &[IN_BUSY, record])["status"].as_i64().unwrap();
    assert_eq!(status(&mut caller), 0);
    assert_eq!(caller.avd("/room/record/transfer", &[IN_BUSY, record])["ret"], 0);
    assert_eq!(status(&mut caller), 0, "it still runs");
    caller.avd("/room/mix_record/stop", &[IN_BUSY]);
    assert_eq!(status(&mut caller), 1);
    caller.sandbox.advance_clock(Duration::from_secs(3));
    assert_eq!(status(&mut caller), 2);
    // Nothing left to convert.
    let listed = caller.avd("/room/mix_record/get", &[IN_BUSY]);
    for file in listed["data"][0]["transcode_files"].as_array().unwrap() {
        let url = file["download_url"].as_str().unwrap();
        assert_eq!(caller.avd("/room/delete_record", &[IN_BUSY, ("url", url)])["ret"], 0);
        assert_eq!(caller.avd("/room/delete_record", &[IN_BUSY, ("url", url)])["ret"], 40094);
        assert_eq!(caller.download(url, &[]).status, 404);
    }
    caller.avd("/room/record/transfer", &[IN_BUSY, record]);
    assert_eq!(status(&mut caller), 3);
}

#[test]
fn deleting_all_recordings_of_a_room() {
    let mut caller = Caller::new();
    let url = caller.avd("/room/record/get", &[IN_QUIET])["data"][0]["download_url"].as_str().unwrap().to_owned();
    assert_eq!(caller.download(&url, &[]).status, 200);
    assert_eq!(caller.avd("/room/del_record", &[IN_QUIET])["ret"], 0);
    assert_eq!(caller.download(&url, &[]).status, 404);
    let left = caller.avd("/room/get_record_list", &[])["data"].clone();
    assert!(left.as_array().unwrap().iter().all(|file| file["room_id"] != IN_QUIET.1), "{left}");
    assert_eq!(caller.avd("/room/record/status", &[("record_id", "b7c2a9d04e1f4c6d9a8b5e3f1c0d2a64")])["ret"], 40090);
}

/// 004 L20: a room told to record automatically does so while it is open.
#[test]
fn automatic_recording() {
    let mut caller = Caller::new();
    caller.avd("/room/create", &[("user_id", "10"), ROOM, ("enable_auto_cloud_recording", "true")]);
    assert_eq!(caller.avd("/room/mix_record/get", &[ROOM])["data"], json!([]));
    caller.avd("/room/update", &[ROOM, ("enable_auto_cloud_recording", "false")]);
    let got = caller.avd("/room/mix_record/get", &[ROOM]);
    assert!(got["data"][0]["name"].as_str().unwrap().ends_with("auto_record"), "{got}");
}
