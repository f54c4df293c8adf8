//! 004: the composed view and the players.

use super::{Example, avd, plain};
use crate::caller::{BUSY, QUIET};
use serde_json::{Value, json};

const PAUSED: (&str, &str) = ("play_id", "5b0e6c1a-7d3f-4e2b-9a48-c61f0d7e2b95");
const PLAYING: (&str, &str) = ("play_id", "8c2f4a60-1b9d-4d57-b3e2-7f05a6d1c894");
const ENDED: (&str, &str) = ("play_id", "d41e9b27-6a3c-4f80-95c8-02b7e4f1a65d");
const WELCOME: (&str, &str) = ("url", "/opt/3tee/resources/welcome.mp4");
const SECOND: (&str, &str) = ("url", "/opt/3tee/resources/second.mp4");

/// 004 L1677-L1687.
fn media(width: &str, height: &str, duration: i64) -> Value {
    json!({"ret": 0, "msg": "success", "data": {
        "width": width, "duration": duration, "has_video": 1, "height": height, "has_audio": 1,
    }})
}

pub fn examples() -> Vec<Example> {
    let quiet = ("room_id", QUIET);
    let busy = ("room_id", BUSY);
    vec![
        // L1284-L1332, T14: the document's example sends the room alone
        avd("avd.room.avc.start", "/room/avc/start", &[quiet], plain()),
        // L1334-L1372
        avd("avd.room.avc.stop", "/room/avc/stop", &[busy], plain()),
        // L2142-L2182
        avd(
            "avd.room.avc.select_media",
            "/room/avc/select_media",
            &[
                busy,
                (
                    "videos",
                    "[{\n\"video_name\":\"16_video1\",\n\"zorder\":0,\"x\":0,\"y\":0,\"w\":1,\"h\":1\n},\n{\n\"video_name\":\"49_video1\",\n\"zorder\":1,\"x\":0.7,\"y\":0, \"w\":0.3,\"h\":0.3\n}]",
                ),
                ("layout_mode", "0"),
            ],
            plain(),
        ),
        // L2184-L2223
        avd(
            "avd.room.avc.set_focus_video",
            "/room/avc/set_focus_video",
            &[busy, ("resource_id", "16_5996d976b7ea9a9c")],
            plain(),
        ),
        // L2225-L2271; the space before video_resolution is the document's
        avd(
            "avd.room.avc.update_layout",
            "/room/avc/update_layout",
            &[
                busy,
                ("layout_mode", "2"),
                ("video_name", "123"),
                (" video_resolution", "1280*720"),
                ("main_video_resource_id", "16_5996d976b7ea9a9c"),
            ],
            plain(),
        ),
        // L2273-L2313, T54: view_bitrate is a boolean in the sample
        avd(
            "avd.room.avc.get_avc_setting",
            "/room/avc/get_avc_setting",
            &[busy],
            json!({"ret": 0, "msg": "success", "data": {
                "view_width": 1920, "layoutMode": "$text", "exporter_name": "$text", "view_bitrate": true,
                "view_height": 1080, "room_id": BUSY, "view_fps": 25, "view_stream_id": "$uuid", "videos": "$object",
            }}),
        ),
        // L1594-L1641
        avd(
            "avd.media.create",
            "/media/create",
            &[quiet, ("name", "realtime_play"), ("user_id", "1"), ("auto_publish_mock_audio", "true")],
            json!({"ret": 0, "msg": "success", "play_id": "$uuid"}),
        ),
        // L1643-L1697, T47
        avd(
            "avd.media.play",
            "/media/play",
            &[busy, ENDED, ("name", "ended"), WELCOME, ("replay_times", "0"), ("enable_auto_close_stream", "false")],
            media("960", "540", 113_347),
        ),
        // L1699-L1740
        avd("avd.media.stop", "/media/stop", &[busy, PLAYING], plain()),
        // L1742-L1781
        avd("avd.media.pause", "/media/pause", &[busy, PLAYING], plain()),
        // L1783-L1822
        avd("avd.media.resume", "/media/resume", &[busy, PAUSED], plain()),
        // L1824-L1876
        avd("avd.media.replay", "/media/replay", &[busy, ENDED, WELCOME], media("960", "540", 113_347)),
        // L1878-L1962
        avd(
            "avd.media.get_media_info",
            "/media/get_media_info",
            &[busy, PLAYING, WELCOME],
            json!({"ret": 0, "msg": "success", "data": [{
                "created": "$int", "room_id": BUSY, "play_id": PLAYING.1, "user_id": "16", "name": "loop",
                "play_files": [{
                    "play_count": 1, "duration": 113_347, "has_audio": 1, "updated": "$int", "width": "960",
                    "url": WELCOME.1, "has_video": 1, "height": "540", "created": "$int",
                }],
                "status": "$int",
            }]}),
        ),
        // L1964-L2016, T47
        avd("avd.media.switch", "/media/switch", &[busy, PLAYING, SECOND], media("640", "352", 207_000)),
    ]
}
