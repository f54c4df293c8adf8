//! Every failure example of the documents, and the situation that leads there.

use crate::caller::{BUSY, Caller, QUIET};
use serde_json::{Value, json};

pub type Pairs = &'static [(&'static str, &'static str)];

pub struct Failure {
    /// Where the example is printed.
    pub source: &'static str,
    /// Calls that have to come first, and succeed.
    pub before: &'static [(&'static str, Pairs)],
    pub address: &'static str,
    pub pairs: Pairs,
    pub token: Token,
    pub reply: Value,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Token {
    Live,
    Missing,
    Unknown,
    /// No situation that a caller can bring about: told to fail.
    Forced(i64),
}

impl Failure {
    pub fn send(&self, caller: &mut Caller) -> Value {
        for (address, pairs) in self.before {
            let answer = caller.avd(address, pairs);
            assert!(answer["ret"] == 0 || answer["code"] == 200, "{}: {address} {answer}", self.source);
        }
        let path = format!("/sdkapi/v2{}", self.address);
        match self.token {
            Token::Live => caller.avd(self.address, self.pairs),
            Token::Missing => caller.avd_get(&path, self.pairs),
            Token::Unknown => caller.avd_get(&path, &[&[("token", "bm9ib2R5")], self.pairs].concat()),
            Token::Forced(number) => {
                caller.sandbox.fail_next(&path, number, 1);
                caller.avd(self.address, self.pairs)
            }
        }
    }
}

const NOWHERE: (&str, &str) = ("room_id", "40400000000");
const IN_QUIET: (&str, &str) = ("room_id", QUIET);
const IN_BUSY: (&str, &str) = ("room_id", BUSY);
const NOBODY: (&str, &str) = ("user_id", "404");
const PLAYING: (&str, &str) = ("play_id", "8c2f4a60-1b9d-4d57-b3e2-7f05a6d1c894");
const PAUSED: (&str, &str) = ("play_id", "5b0e6c1a-7d3f-4e2b-9a48-c61f0d7e2b95");
const NO_FILE: (&str, &str) = ("url", "/root/404.mp4");
const TALKING: (&str, &str) = ("call_id", "c0a8f3de-52b1-4e79-8d46-9b1f7a2c5e03");

pub fn all() -> Vec<Failure> {
    let plain = |source, address, pairs, number: i64, msg: &str| Failure {
        source,
        before: &[],
        address,
        pairs,
        token: Token::Live,
        reply: json!({"ret": number, "msg": msg}),
    };
    let coded = |source, address, pairs, number: i64, msg: &str| Failure {
        reply: json!({"code": number, "msg": msg}),
        ..plain(source, address, pairs, number, msg)
    };
    let with_token = |token, failure| Failure { token, ..failure };
    let internal = "Internal error or set error";
    vec![
        plain("004 L49", "/room/create", &[("user_id", "10"), IN_QUIET], 40005, "room_id exists"),
        plain("004 L91", "/room/update", &[NOWHERE], 40004, "no such room_id"),
        plain("004 L129", "/room/del", &[NOWHERE], 40004, "no such room_id"),
        plain("004 L179", "/room/read", &[NOWHERE], 40004, "no such room"),
        coded("004 L217", "/room/close", &[NOWHERE], 41005, "Internal server error:room not found or opened"),
        plain(
            "004 L275, T60",
            "/room/get_statistic",
            &[NOWHERE, ("start_time", "0"), ("end_time", "1")],
            40003,
            "no such room_id",
        ),
        plain(
            "004 L428",
            "/room/get_record",
            &[IN_QUIET, ("record_start_time", "2"), ("record_end_time", "1")],
            40043,
            internal,
        ),
        with_token(Token::Missing, plain("004 L490", "/room/get_record_list", &[], 40002, "args required")),
        coded("004 L531", "/room/participate/kick", &[NOWHERE, NOBODY], 40004, "no such room_id"),
        coded("004 L621", "/room/participate/list", &[NOWHERE], 41005, "Internal server error:room not found"),
        plain("004 L692", "/room/mix_record/start", &[IN_QUIET, ("videos", "[{]")], 40043, internal),
        plain("004 L811", "/room/mix_record/stop", &[IN_BUSY, ("stream_type", "smell")], 40043, internal),
        plain("004 L962", "/room/mix_record/get", &[IN_QUIET, ("record_type", "9")], 40043, internal),
        plain("004 L1015", "/room/mix_live/start", &[IN_QUIET, ("push_url", "nowhere")], 40043, internal),
        plain(
            "004 L1064",
            "/room/mix_record/update_layout",
            &[IN_QUIET, ("audio_user_ids", r#"["49"]"#)],
            40041,
            "room hasn't start mix_record",
        ),
        plain(
            "004 L1106",
            "/room/mix_record/update_audio_layout",
            &[IN_QUIET, ("audio_mixer_users", r#"[{"user_id":"49"}]"#)],
            40041,
            "room hasn't start mix_record",
        ),
        plain("004 L1151", "/room/record/status", &[("record_id", "404")], 40090, "no such record_id"),
        plain("004 L1193", "/room/mix_live/stop", &[NOWHERE], 40004, "no such room"),
        plain(
            "004 L1238",
            "/room/live/start",
            &[IN_QUIET, ("user_id", "16"), ("push_url", "rtmp://down.invalid/live/demo")],
            40064,
            "connect shut down, check live service",
        ),
        plain("004 L1279", "/room/live/stop", &[], 40002, "args required"),
        plain("004 L1329", "/room/avc/start", &[NOWHERE], 40004, "no such room id"),
        plain("004 L1369", "/room/avc/stop", &[NOWHERE], 40004, "no such room id"),
        plain("004 L1437", "/room/record/get", &[], 40002, "args required"),
        plain(
            "004 L1479",
            "/room/desktop_record/start",
            &[IN_QUIET, ("enable_realtime_transcode", "true"), ("name", "x"), ("resource_id", "404_video1")],
            40082,
            internal,
        ),
        with_token(Token::Forced(40082), plain("004 L1520", "/room/desktop_record/stop", &[IN_BUSY], 40082, internal)),
        plain("004 L1589", "/room/desktop_record/get", &[IN_QUIET, ("name", "404")], 40082, internal),
        plain(
            "004 L1638",
            "/media/create",
            &[IN_QUIET, ("name", "x"), ("player_out_audio_codec", "mp3")],
            40082,
            internal,
        ),
        plain("004 L1694", "/media/play", &[IN_BUSY, PLAYING, NO_FILE], 40082, internal),
        with_token(Token::Forced(40082), plain("004 L1737", "/media/stop", &[IN_BUSY, PLAYING], 40082, internal)),
        plain("004 L1778", "/media/pause", &[IN_BUSY, PAUSED], 40082, internal),
        plain("004 L1819", "/media/resume", &[IN_BUSY, PLAYING], 40082, internal),
        plain("004 L1873", "/media/replay", &[IN_BUSY, PLAYING], 40082, internal),
        plain("004 L1959", "/media/get_media_info", &[IN_BUSY, PLAYING, NO_FILE], 40082, internal),
        plain("004 L2013", "/media/switch", &[IN_BUSY, PLAYING, NO_FILE], 40082, internal),
        plain(
            "004 L2054",
            "/room/record/transfer",
            &[IN_BUSY, ("record_id", "b7c2a9d04e1f4c6d9a8b5e3f1c0d2a64")],
            40043,
            internal,
        ),
        plain("004 L2094", "/room/del_record", &[IN_BUSY], 40043, internal),
        plain(
            "004 L2137",
            "/transcode/query",
            &[IN_BUSY, ("record_id", "b7c2a9d04e1f4c6d9a8b5e3f1c0d2a64")],
            40043,
            internal,
        ),
        plain(
            "004 L2179, T63",
            "/room/avc/select_media",
            &[IN_BUSY, ("videos", r#"[{"video_name":"404_video1","zorder":0,"x":0,"y":0,"w":1,"h":1}]"#)],
            40045,
            "internal server error",
        ),
        plain(
            "004 L2220, T63",
            "/room/avc/set_focus_video",
            &[IN_BUSY, ("resource_id", "404")],
            40045,
            "internal server error",
        ),
        plain(
            "004 L2268, T63",
            "/room/avc/update_layout",
            &[IN_BUSY, ("main_video_resource_id", "404")],
            40045,
            "internal server error",
        ),
        plain("004 L2337, T63", "/room/delete_record", &[IN_QUIET, NO_FILE], 40094, "no such record"),
        // Copied from delete_record: no list can lack a record.
        with_token(Token::Forced(40094), plain("004 L2435", "/room/list", &[], 40094, "no such record")),
        plain("004 L2509", "/room/get_chat_message_log", &[], 40002, "arg room_id required"),
        with_token(
            Token::Missing,
            plain(
                "004 L2552, T61",
                "/app/get_token",
                &[("access_key", "meetgate-sandbox"), ("secret_key", "wrong")],
                401,
                "授权错误!",
            ),
        ),
        with_token(Token::Missing, plain("004 L2597", "/app/get_licence_info", &[], 40002, "args required")),
        with_token(Token::Missing, plain("004 L2642", "/app/get_system_info", &[], 40002, "args required")),
        plain("004 L2682", "/app/apply_file_permit", &[], 40002, "args required"),
        plain("004 L2724", "/app/delete_file_permit", &[], 40002, "args required"),
        with_token(
            Token::Unknown,
            plain(
                "004 L2779",
                "/app/get_key_licence",
                &[("access_key", "meetgate-sandbox")],
                40003,
                "access token invalid",
            ),
        ),
        plain(
            "004 L2828",
            "/sip/gate/create",
            &[("name", "334"), ("url", "192.0.2.20:5060")],
            40019,
            "sip gate url exists",
        ),
        plain(
            "004 L2870",
            "/sip/gate/update",
            &[("sip_gate_id", "4"), ("name", "coco"), ("url", "192.0.2.20:5060")],
            40019,
            "sip gate url exists",
        ),
        plain("004 L2916", "/sip/gate/read", &[("sip_gate_id", "404")], 40020, "no such sip_gate_id"),
        plain("004 L2959", "/sip/gate/del", &[("sip_gate_id", "404")], 40020, "no such sip_gate_id"),
        with_token(Token::Unknown, plain("004 L3010", "/sip/gate/list", &[], 40003, "access token invalid")),
        plain(
            "004 L3060",
            "/sip/account/create",
            &[("name", "a"), ("password", "b"), ("number", "1025"), ("sip_gate_id", "404")],
            40020,
            "no such sip_gate",
        ),
        plain(
            "004 L3107",
            "/sip/account/update",
            &[("account_id", "404"), ("name", "a"), ("password", "b"), ("number", "1025")],
            40022,
            "no such account_id",
        ),
        plain(
            "004 L3168",
            "/sip/account/read",
            &[("account_id", "404"), ("sip_gate_id", "3")],
            40022,
            "no such account_id",
        ),
        plain("004 L3209", "/sip/account/del", &[("account_id", "404")], 40022, "no such account_id"),
        plain(
            "004 L3265",
            "/device/call",
            &[NOWHERE, ("name", "sip"), ("url", "sip:1002@192.0.2.10")],
            40004,
            "no such room_id",
        ),
        plain("004 L3309", "/device/kick", &[NOWHERE, NOBODY], 40004, "no such room_id"),
        plain("004 L3351", "/device/video/focus", &[IN_QUIET, NOBODY], 40033, "no invite info for this user_id"),
        plain("004 L3392", "/device/video/unfocus", &[IN_QUIET, NOBODY], 40033, "no invite info for this user_id"),
        plain("004 L3434", "/device/video/close", &[NOWHERE, NOBODY], 40004, "no such room_id"),
        plain("004 L3477", "/device/video/open", &[NOWHERE, NOBODY], 40004, "no such room_id"),
        plain("004 L3518", "/device/audio/mute", &[NOWHERE, NOBODY], 40004, "no such room_id"),
        plain("004 L3559", "/device/audio/unmute", &[NOWHERE, NOBODY], 40004, "no such room_id"),
        Failure {
            before: &[("/room/del", &[IN_BUSY])],
            ..plain("004 L3601", "/device/get_invite_status", &[TALKING], 40004, "no such room_id")
        },
    ]
}
