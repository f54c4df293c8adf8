//! 004: rooms, participants, chat, devices.

use super::{Example, avd, plain};
use crate::caller::{BUSY, QUIET};
use serde_json::json;

const DEVICE: (&str, &str) = ("user_id", "2f9d6b84-c1e0-4a37-b5f2-6d8e0c4a7913");

pub fn examples() -> Vec<Example> {
    let quiet = ("room_id", QUIET);
    let busy = ("room_id", BUSY);
    vec![
        // L7-L52
        avd(
            "avd.room.create",
            "/room/create",
            &[
                ("topic", "no"),
                ("enable_auto_cloud_recording", "true"),
                ("user_id", "10"),
                ("room_id", "12345123457"),
                ("enable_auto_avc", "true"),
            ],
            json!({"ret": 0, "msg": "success", "room_id": "12345123457"}),
        ),
        // L54-L94
        avd(
            "avd.room.update",
            "/room/update",
            &[("topic", "nothing_test"), ("enable_auto_cloud_recording", "false"), ("user_id", "0"), quiet],
            plain(),
        ),
        // L96-L132
        avd("avd.room.del", "/room/del", &[quiet], plain()),
        // L134-L182
        avd(
            "avd.room.read",
            "/room/read",
            &[quiet],
            json!({"ret": 0, "msg": "success", "data": {
                "enable_auto_avc": false, "enable_voice_activated": false, "user_id": "16",
                "enable_auto_cloud_recording": false, "topic": "周会",
            }}),
        ),
        // L184-L220, T40
        avd("avd.room.close", "/room/close", &[quiet], json!({"code": 200, "msg": "success"})),
        // L222-L279, T41: no envelope
        avd(
            "avd.room.get_statistic",
            "/room/get_statistic",
            &[quiet, ("start_time", "1638320000"), ("end_time", "1638330000")],
            json!({
                "meeting_total": 1, "ios_cnt": 0, "pc_cnt": 1, "user_cnt": 3, "other_cnt": 0, "android_cnt": 1,
                "time_total": 1200, "box_cnt": 0, "web_cnt": 1,
            }),
        ),
        // L495-L534, T40
        avd(
            "avd.room.participate.kick",
            "/room/participate/kick",
            &[quiet, ("user_id", "16")],
            json!({"code": 200, "msg": "success"}),
        ),
        // L536-L625, T40
        avd(
            "avd.room.participate.list",
            "/room/participate/list",
            &[quiet],
            json!({"code": 200, "msg": "success", "participates": [{
                "user_name": "$text", "user_id": "$text", "status": 1, "type": "$text", "user_data?": "$string",
                "videos": [], "audios": [{"type": "Audio", "status": "$text", "name": "$text", "id": "$text"}],
            }]}),
        ),
        // L2342-L2438
        avd(
            "avd.room.list",
            "/room/list",
            &[],
            json!({"ret": 0, "msg": "success", "rooms": [{
                "room_id": "$digits", "create_time": "$int",
                "users": [{"node_id": "$int", "user_name": "$text", "user_id": "$text"}],
            }]}),
        ),
        // L2440-L2512
        avd(
            "avd.room.get_chat_message_log",
            "/room/get_chat_message_log",
            &[quiet],
            json!({"ret": 0, "msg": "success", "data": [{
                "session_id": "1638324000",
                "messages": [{
                    "fromId": "$text", "id": "$int", "status": 0, "message": "$text", "timestamp": "$int",
                    "room_id": QUIET, "session_type": "$int", "message_type": 0, "fromName": "$text",
                    "dst_name": "$string", "dst": "$text",
                }],
            }]}),
        ),
        // L3216-L3268; the sample's msg has three s
        avd(
            "avd.device.call",
            "/device/call",
            &[("name", "sip"), quiet, ("uri", "sip:1002@192.0.2.10"), ("url", "sip:1002@192.0.2.10")],
            json!({"ret": 0, "msg": "successs", "call_id": "$uuid", "user_id": "$uuid"}),
        ),
        // L3270-L3313
        avd(
            "avd.device.kick",
            "/device/kick",
            &[busy, DEVICE],
            json!({
                "ret": 0, "msg": "success", "call_id": "c0a8f3de-52b1-4e79-8d46-9b1f7a2c5e03", "user_id": DEVICE.1,
            }),
        ),
        // L3315-L3562
        avd("avd.device.video.focus", "/device/video/focus", &[busy, DEVICE], plain()),
        avd("avd.device.video.unfocus", "/device/video/unfocus", &[busy, DEVICE], plain()),
        avd("avd.device.video.close", "/device/video/close", &[busy, DEVICE], plain()),
        avd("avd.device.video.open", "/device/video/open", &[busy, DEVICE], plain()),
        avd("avd.device.audio.mute", "/device/audio/mute", &[busy, DEVICE], plain()),
        avd("avd.device.audio.unmute", "/device/audio/unmute", &[busy, DEVICE], plain()),
        // L3564-L3604
        avd(
            "avd.device.get_invite_status",
            "/device/get_invite_status",
            &[("call_id", "c0a8f3de-52b1-4e79-8d46-9b1f7a2c5e03")],
            json!({"ret": 0, "msg": "success", "invite_status": 1}),
        ),
    ]
}
