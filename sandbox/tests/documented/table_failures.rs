//! Numbers of the error tables (004 L3660-L3793) that no example prints, and the situation that leads there.

use super::failures::{Failure, Pairs, Token};
use crate::caller::{BUSY, QUIET};
use serde_json::json;

const IN_QUIET: (&str, &str) = ("room_id", QUIET);
const IN_BUSY: (&str, &str) = ("room_id", BUSY);
const NOBODY: (&str, &str) = ("user_id", "404");
const PLAYING: (&str, &str) = ("play_id", "8c2f4a60-1b9d-4d57-b3e2-7f05a6d1c894");
const PUSH: (&str, &str) = ("push_url", "rtmp://192.0.2.30/live/demo");
const SIP_CALL: Pairs = &[IN_QUIET, ("name", "d"), ("url", "sip:1002@192.0.2.10")];

pub fn all() -> Vec<Failure> {
    let case = |source, before, address, pairs, number: i64, msg: &str| Failure {
        source,
        before,
        address,
        pairs,
        token: Token::Live,
        reply: json!({"ret": number, "msg": msg}),
    };
    let closed: &[(&str, Pairs)] = &[("/room/close", &[IN_QUIET])];
    vec![
        case(
            "L3672",
            &[],
            "/app/get_key_licence",
            &[("access_key", "404")],
            40001,
            "Authenticate failed, access_key or secret_key error",
        ),
        case("L3690", &[], "/room/live/start", &[IN_QUIET, NOBODY, PUSH], 40008, "user not in room"),
        case("L3691", closed, "/room/mix_record/start", &[IN_QUIET], 40009, "room not open or not exist"),
        case(
            "L3699",
            &[],
            "/sip/account/create",
            &[("name", "a"), ("password", "b"), ("number", "1023"), ("sip_gate_id", "3")],
            40021,
            "phone number has already exist",
        ),
        case(
            "L3701",
            &[
                ("/sip/gate/del", &[("sip_gate_id", "2")]),
                ("/sip/gate/del", &[("sip_gate_id", "3")]),
                ("/sip/gate/del", &[("sip_gate_id", "4")]),
                ("/sip/gate/del", &[("sip_gate_id", "12")]),
            ],
            "/device/call",
            SIP_CALL,
            40023,
            "no sip gate set",
        ),
        case("L3711", &[("/device/call", SIP_CALL)], "/device/call", SIP_CALL, 40031, "user is in room"),
        case(
            "L3712",
            &[],
            "/device/call",
            &[IN_QUIET, ("name", "d"), ("url", "1002@192.0.2.10")],
            40032,
            "invalid address, check it correctly",
        ),
        case(
            "L3716",
            &[("/device/call", &[IN_QUIET, ("name", "d"), ("url", "pstn:1000"), ("user_id", "phone")])],
            "/device/video/focus",
            &[IN_QUIET, ("user_id", "phone")],
            40036,
            "not support this type",
        ),
        case("L3717", &[], "/device/get_invite_status", &[("call_id", "404")], 40037, "no such call record"),
        case(
            "L3718",
            &[],
            "/device/call",
            &[IN_QUIET, ("name", "d"), ("url", "sip:1002@192.0.2.10"), ("resolution_rate", "480")],
            40038,
            "not support this video_resolution",
        ),
        case(
            "L3719",
            &[],
            "/device/call",
            &[IN_QUIET, ("name", "d"), ("url", "sip:1002@192.0.2.10"), ("video_rate", "9")],
            40038,
            "video_rate set too low or too high for 1M-4M properly",
        ),
        case(
            "L3720",
            &[],
            "/device/call",
            &[IN_QUIET, ("name", "d"), ("url", "sip:1002@192.0.2.10"), ("frame_rate", "999")],
            40039,
            "not support this frame_rate",
        ),
        case("L3726", &[], "/room/mix_record/start", &[IN_BUSY], 40040, "room already has mix_record or mix_live"),
        case("L3726", &[], "/room/mix_live/start", &[IN_BUSY, PUSH], 40040, "room already has mix_record or mix_live"),
        case("L3727", &[], "/room/desktop_record/stop", &[IN_QUIET], 40041, "room hasn't start mix_record or mix_live"),
        case(
            "L3728",
            &[],
            "/room/mix_live/start",
            &[IN_QUIET, ("push_url", "rtmp://down.invalid/a")],
            40042,
            "rpc connect down, check stream_exporter service port",
        ),
        case("L3735", &[], "/room/avc/start", &[IN_BUSY], 40050, "room already has set avc mode"),
        case("L3736", &[], "/room/avc/stop", &[IN_QUIET], 40051, "room hasn't set avc mode"),
        case("L3736", &[], "/room/avc/get_avc_setting", &[IN_QUIET], 40051, "room hasn't set avc mode"),
        case(
            "L3746",
            &[],
            "/room/live/start",
            &[IN_BUSY, ("user_id", "16"), PUSH],
            40060,
            "room has already start live",
        ),
        case("L3747", &[], "/room/live/stop", &[IN_QUIET], 40061, "room hasn't start live"),
        case(
            "L3748",
            &[],
            "/room/live/start",
            &[IN_QUIET, ("user_id", "16"), ("push_url", "nowhere")],
            40063,
            "Internal error or set error",
        ),
        case(
            "L3757",
            &[("/app/delete_file_permit", &[("licence_cert", "LICENCE-SANDBOX-0001")])],
            "/app/get_licence_info",
            &[],
            40071,
            "no site licence set",
        ),
        case("L3758", &[], "/app/delete_file_permit", &[("licence_cert", "404")], 40072, "no licence info"),
        case("L3765", &[], "/media/create", &[IN_BUSY, ("name", "loop")], 40080, "media has already exist"),
        case("L3766", &[], "/media/stop", &[IN_QUIET, PLAYING], 40081, "room doesn't have such play_id media"),
        case(
            "L3769",
            &[],
            "/media/get_media_info",
            &[IN_BUSY, PLAYING, ("url", "/opt/3tee/resources/second.mp4")],
            40084,
            "have no media info",
        ),
        case("L3775", &[], "/room/record/transfer", &[IN_QUIET, ("record_id", "404")], 40090, "no such record_id"),
    ]
}
