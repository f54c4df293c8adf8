//! 004: recordings of all kinds, live streams, conversions.

use super::{Example, avd, plain};
use crate::caller::{BUSY, QUIET};
use serde_json::{Value, json};

const MIX: &str = "b7c2a9d04e1f4c6d9a8b5e3f1c0d2a64";
const PUSH: (&str, &str) = ("push_url", "rtmp://192.0.2.30/live/demo");
pub const MP4: &str = "/home/data/recorder/files/sandbox/20211201/12345123456-b7c2a9d04e1f4c6d9a8b5e3f1c0d2a64.mp4";

/// 004 L729-L749, L1565-L1580.
fn file_with_times() -> Value {
    json!({
        "download_url": "$url", "duration": "$duration", "play_url": "$play", "file_size": "$size",
        "start_time": "$digits", "end_time": "$digits", "room_id": "$digits", "file_type": "$text", "name": "$text",
    })
}

fn with_data(data: Value) -> Value {
    json!({"ret": 0, "msg": "success", "data": data})
}

pub fn examples() -> Vec<Example> {
    let quiet = ("room_id", QUIET);
    let busy = ("room_id", BUSY);
    vec![
        // L281-L431, T50: an object of parallel lists
        avd(
            "avd.room.get_record",
            "/room/get_record",
            &[
                quiet,
                ("record_start_time", "1638320000"),
                ("record_end_time", "1638330000"),
                ("value_same_as_box", "true"),
            ],
            json!({"ret": 0, "msg": "success", "record_files": [{
                "transcode_files": {
                    "down_url": ["$url"], "play_url": ["$play"],
                    "file_infos": [{"duration": "$duration", "file_size": "$size", "file_name": "$text"}],
                },
                "record_type": "client", "creator_id": "16", "file_size": "$size", "start_time": "1638324000",
                "end_time": "1638325200", "room_id": QUIET, "down_url": "$url", "record_id": "$hex32",
                "file_type": "$text",
            }]}),
        ),
        // L433-L493
        avd(
            "avd.room.get_record_list",
            "/room/get_record_list",
            &[],
            with_data(json!([{
                "start_time": "$digits", "end_time": "$digits", "record_type": "server", "room_id": "$digits",
                "down_url": "$url", "file_type": "$text", "file_size": "", "transcode_files": {},
            }])),
        ),
        // L627-L695
        avd(
            "avd.room.mix_record.start",
            "/room/mix_record/start",
            &[
                quiet,
                ("enable_realtime_transcode", "true"),
                ("enable_audio_record", "true"),
                ("video_bitrate", "1000-1500"),
                ("video_resolution", "1280*720"),
                (
                    "videos",
                    r#"[{"video_name": "16_video1", "zorder": 0, "x": 0, "y": 0, "w": 0.5, "h": 1}, {"video_name": "49_video1", "zorder": 0, "x": 0.5, "y": 0, "w": 0.5, "h": 0.5}]"#,
                ),
            ],
            json!({"ret": 0, "msg": "success", "record_id": "$hex32"}),
        ),
        // L697-L814
        avd(
            "avd.room.mix_record.stop",
            "/room/mix_record/stop",
            &[busy, ("stream_type", "audio")],
            with_data(json!([file_with_times()])),
        ),
        // L816-L965, T50: an array
        avd(
            "avd.room.mix_record.get",
            "/room/mix_record/get",
            &[quiet],
            with_data(json!([{
                "download_url": "$url",
                "transcode_files": [{
                    "download_url": "$url", "duration": "1200.000s", "file_size": "$size", "play_url": "$play",
                }],
                "play_url": "", "file_size": "$size", "start_time": "1638324000", "end_time": "1638325200",
                "room_id": QUIET, "file_type": "tms", "name": "weekly", "record_id": MIX,
            }])),
        ),
        // L967-L1018
        avd("avd.room.mix_live.start", "/room/mix_live/start", &[quiet, PUSH], plain()),
        // L1020-L1067, T16: `order` for `zorder`
        avd(
            "avd.room.mix_record.update_layout",
            "/room/mix_record/update_layout",
            &[
                busy,
                (
                    "videos",
                    r#"[{"video_name": "E59D90E5B8AD", "order": 0, "x": 0, "y": 0, "w": 1, "h": 2}, {"video_name": "vivo", "order": 1, "x": 1.7, "y": 0, "w": 0.3, "h": 0.3}]"#,
                ),
            ],
            plain(),
        ),
        // L1069-L1109
        avd(
            "avd.room.mix_record.update_audio_layout",
            "/room/mix_record/update_audio_layout",
            &[
                busy,
                ("audio_mixer_users", r#"[{"user_id":"16","channel":1},{"user_id":"49","channel":2}]"#),
                ("record_id", "4d1f0c52a7e94b0f8a6b3c9d2e5f7a10"),
            ],
            plain(),
        ),
        // L1111-L1154
        avd(
            "avd.room.record.status",
            "/room/record/status",
            &[("record_id", MIX)],
            json!({"ret": 0, "msg": "success", "record_status": 2}),
        ),
        // L1156-L1196
        avd("avd.room.mix_live.stop", "/room/mix_live/stop", &[busy], with_data(json!({}))),
        // L1198-L1241
        avd("avd.room.live.start", "/room/live/start", &[quiet, ("user_id", "16"), PUSH], plain()),
        // L1243-L1282
        avd("avd.room.live.stop", "/room/live/stop", &[busy], plain()),
        // L1374-L1440
        avd(
            "avd.room.record.get",
            "/room/record/get",
            &[quiet],
            with_data(json!([{
                "start_time": "1638324000", "end_time": "1638325200", "room_id": QUIET, "play_url": "",
                "download_url": "$url", "file_type": "mp3", "file_size": "$size", "name": "$text",
            }])),
        ),
        // L1442-L1483
        avd(
            "avd.room.desktop_record.start",
            "/room/desktop_record/start",
            &[quiet, ("enable_realtime_transcode", "true"), ("name", "test")],
            plain(),
        ),
        // L1485-L1523
        avd("avd.room.desktop_record.stop", "/room/desktop_record/stop", &[busy], plain()),
        // L1525-L1592
        avd(
            "avd.room.desktop_record.get",
            "/room/desktop_record/get",
            &[quiet, ("name", "desk")],
            with_data(json!([file_with_times()])),
        ),
        // L2018-L2057, T10
        avd("avd.room.record.transfer", "/room/record/transfer", &[quiet, ("record_id", MIX)], plain()),
        // L2059-L2097
        avd("avd.room.del_record", "/room/del_record", &[quiet], plain()),
        // L2099-L2140
        avd(
            "avd.transcode.query",
            "/transcode/query",
            &[quiet, ("record_id", MIX)],
            json!({"ret": 0, "msg": "success", "status": 2}),
        ),
        // L2315-L2340, T3
        avd("avd.room.delete_record", "/room/delete_record", &[quiet, ("url", MP4)], plain()),
    ]
}
