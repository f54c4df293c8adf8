//! The sample calls of the vendors' documents, sent as printed to a sandbox that has just started, in one go: each for which
//! the document shows a success has one here.
//!
//! Of a printed address everything is kept but the host and the token, which is this sandbox's own, and what is a secret
//! there: keys and licences. The order is one in which the samples can follow each other: what they name is there once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;
mod socket;

use caller::Caller;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// Line of document 004, and what follows `/sdkapi/v2`, percent signs and all.
const AVD: &[(u32, &str)] = &[
    (146, "/room/read?room_id=50000000000"),
    (236, "/room/get_statistic?room_id=50000000000&start_time=1551451230&end_time=1552205824"),
    (
        299,
        "/room/get_record?room_id=98765432100&record_start_time=1582594143&record_end_time=1582594154&value_same_as_box=true",
    ),
    (445, "/room/get_record_list"),
    (549, "/room/participate/list?room_id=50000000000"),
    // Stopped before it is started: in this room one runs.
    (712, "/room/mix_record/stop?room_id=98765432100&stream_type=audio"),
    (668, "/room/mix_record/start?room_id=98765432100"),
    (831, "/room/mix_record/get?room_id=98765432100"),
    (
        993,
        "/room/mix_live/start?room_id=50000000000&push_url=rtmp://121.41.119.216/live/defc19b5-5389-4c6c-82f7-d22c2579ee2c",
    ),
    // The list is printed on a line of its own.
    (
        1036,
        "/room/mix_record/update_layout?room_id=50000000000&videos=[{%22video_name%22:%22E59D90E5B8AD%22,%22order%22:0,\
         %22x%22:0,%22y%22:0,%22w%22:1,%22h%22:2},{%22video_name%22:%22vivo%22,%22order%22:1,%22x%22:1.7,%22y%22:0,\
         %22w%22:0.3,%22h%22:0.3}]",
    ),
    (
        1084,
        "/room/mix_record/update_audio_layout?room_id=12345678980&audio_mixer_users=[{%22user_id%22:%222%22,%22channel%22:1},\
         {%22user_id%22:%2258f2a453109c4a01b6e4c4554accbae0%22,%22channel%22:2}]&record_id=971ba8a861d8448cb6b290481b3f1c6e",
    ),
    // Printed as /room/mix_live/stop, a slip: what follows, and the answer, are those of this operation (004 L1111).
    (1125, "/room/record/status?record_id=6aa6e706dad749cc922d0472915a4896"),
    (1169, "/room/mix_live/stop?room_id=50000000000"),
    (
        1215,
        "/room/live/start?room_id=50000000000&user_id=16&push_url=rtmp://121.41.119.216/live/2b5c9ad2-9897-4541-a15f-4fe12c14ae87",
    ),
    (1257, "/room/live/stop?room_id=50000000000"),
    (1307, "/room/avc/start?room_id=50000000000"),
    (
        2198,
        "/room/avc/set_focus_video?room_id=50000000000&resource_id=\
         e94ad1e6783f41d29d57667bca76aa8e_f25c813beff5ed1b607c0fbff7b52120a168465e54f4892923ef2e6e8c51069c",
    ),
    (
        2244,
        "/room/avc/update_layout?room_id=50000000000&layout_mode=2&video_name=123&%20video_resolution=1280%2A720\
         &main_video_resource_id=16_3e7c6b5d6d35beb662eefd2c688fca2da6fba9bbbbb54bd69a526ca9eacc7c874",
    ),
    (2286, "/room/avc/get_avc_setting?room_id=50000000000"),
    (1347, "/room/avc/stop?room_id=50000000000"),
    (
        2157,
        "/room/avc/select_media?room_id=500000000000&videos=[%7B%0A%22video_name%22:%2216_video1%22,%0A%22zorder%22:0,\
         %22x%22:0,%22y%22:0,%22w%22:1,%22h%22:1%0A%7D,%0A%7B%0A%22video_name%22:%226_video1%22,%0A%22zorder%22:1,\
         %22x%22:0.7,%22y%22:0,%20%22w%22:0.3,%22h%22:0.3%0A%7D,%0A%7B%0A%22video_name%22:\
         %221b545345-f9e2-48ad-8af8-522342d12629_video1%22,%0A%22zorder%22:2,%22x%22:0.7,%22y%22:0.3,%20%22w%22:0.3,\
         %22h%22:0.3%0A%7D]&layout_mode=0",
    ),
    (509, "/room/participate/kick?room_id=500000000000&user_id=16"),
    (1388, "/room/record/get?room_id=50000000000"),
    (1458, "/room/desktop_record/start?room_id=50000000000&enable_realtime_transcode=true&name=test"),
    (1540, "/room/desktop_record/get?room_id=50000000000&name=test"),
    (1498, "/room/desktop_record/stop?room_id=5000000000"),
    (1612, "/media/create?room_id=50000000000&name=realtime_play&user_id=1&auto_publish_mock_audio=true"),
    (
        1660,
        "/media/play?room_id=50000000000&play_id=b087d50b-e24a-4d93-aded-f0d52cf150fa&name=realtime_play&url=/root/456.mp4\
         &replay_times=0&enable_auto_close_stream=false",
    ),
    (1713, "/media/stop?room_id=50000000000&play_id=00ad1a80-c474-4b36-82a7-ad569ed729c4"),
    (1756, "/media/pause?room_id=50000000000&play_id=16e79a1b-dc87-43fe-b165-049e3a04e32f"),
    (1797, "/media/resume?room_id=50000000000&play_id=16e79a1b-dc87-43fe-b165-049e3a04e32f"),
    (1839, "/media/replay?room_id=50000000000&play_id=37669472-1b08-44d5-b41e-f18fc3fbee7d&url=/root/456.mp4"),
    (1893, "/media/get_media_info?room_id=50000000000&play_id=f8c162f3-b2e2-4c8d-9705-72d109a6962e&url=/root/test.mp4"),
    (1979, "/media/switch?room_id=50000000000&play_id=f8c162f3-b2e2-4c8d-9705-72d109a6962e&url=/root/test.mp4"),
    (2032, "/room/record/transfer?room_id=50000000000&record_id=097a81add05f4501a2e862dffee59bb7"),
    (2113, "/transcode/query?room_id=50000000000&record_id=097a81ad05f4501a2e862dffee59bb7"),
    (
        2315,
        "/room/delete_record?room_id=50000000000&url=/home/data/recorder/files/test/20200622/\
         50000000000-21521EBC-C7C9-4509-8E72-A0FDEB219DBE-2020-06-22-15-29-54.mp4",
    ),
    (2354, "/room/list"),
    (2456, "/room/get_chat_message_log?room_id=70000000000"),
    (2569, "/app/get_licence_info"),
    (2614, "/app/get_system_info"),
    (2660, "/app/apply_file_permit?licence_cert=LICENCE"),
    (2700, "/app/delete_file_permit?licence_cert=LICENCE"),
    (2742, "/app/get_key_licence?access_key=KEY"),
    (2800, "/sip/gate/create?name=334&url=121.41.102.126:50601"),
    (2848, "/sip/gate/update?sip_gate_id=3&name=coco&url=121.41.102.126:50603"),
    (2888, "/sip/gate/read?sip_gate_id=3"),
    (2937, "/sip/gate/del?sip_gate_id=2"),
    (2976, "/sip/gate/list"),
    (3032, "/sip/account/create?name=ceshi&password=123456&number=23&sip_gate_id=3"),
    // The number is the one of the account above, and numbers are unique (L3029): not after it.
    (3126, "/sip/account/read?account_id=7&sip_gate_id=12"),
    (3187, "/sip/account/del?account_id=7"),
    (3237, "/device/call?name=sip&room_id=12345123456&uri=sip:1001@192.168.3.104"),
    (3284, "/device/kick?room_id=98765432100&user_id=92fb9d235e5b40968324d4489ba6469a"),
    (3329, "/device/video/focus?room_id=12345123456&user_id=d28cb167-9d4e-4733-9264-8a3717c72afd"),
    (3370, "/device/video/unfocus?room_id=12345123456&user_id=d28cb167-9d4e-4733-9264-8a3717c72afd"),
    (3412, "/device/video/close?room_id=12345123456&user_id=d28cb167-9d4e-4733-9264-8a3717c72afd"),
    (3453, "/device/video/open?room_id=12345123456&user_id=d28cb167-9d4e-4733-9264-8a3717c72afd"),
    (3496, "/device/audio/mute?room_id=12345123456&user_id=d28cb167-9d4e-4733-9264-8a3717c72afd"),
    (3537, "/device/audio/unmute?room_id=12345123456&user_id=d28cb167-9d4e-4733-9264-8a3717c72afd"),
    (3577, "/device/get_invite_status?call_id=c33b0262-50de-4a8e-96d9-c5f42de4fbdd"),
    // The room is deleted before it is created: it is there from the start.
    (108, "/room/del?room_id=12345123456"),
    (26, "/room/create?topic=no&enable_auto_cloud_recording=true&user_id=10&room_id=12345123456&enable_auto_avc=true"),
    (70, "/room/update?topic=nothing_test&enable_auto_cloud_recording=false&user_id=0&room_id=12345123456"),
    // All recordings at once: after the room was closed, so that none runs.
    (196, "/room/close?room_id=50000000000"),
    (2072, "/room/del_record?room_id=50000000000"),
];

/// Alone, in a world of its own: see the account above it.
const ALONE: &[(u32, &str)] = &[(3081, "/sip/account/update?account_id=7&name=ceshi&password=123456&number=23")];

/// What is a secret in the documents has something of our own in its place.
fn target(caller: &mut Caller, sample: &str) -> String {
    let token = caller.avd_token();
    let hex = "0123456789abcdef".repeat(4);
    let sample = sample
        .replace("LICENCE", &format!("{hex}${hex}"))
        .replace("=KEY", &format!("={}", caller.setting("avd", "access_key")));
    // As printed: the equals signs at a token's end are not encoded.
    let joint = if sample.contains('?') { '&' } else { '?' };
    format!("/sdkapi/v2{sample}{joint}token={token}")
}

fn call(caller: &mut Caller, sample: &str) -> Value {
    let target = target(caller, sample);
    // No HTTP client between, which would spell the address anew.
    let request = format!("GET {target} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n\r\n");
    let answer = socket::exchange(caller.sandbox.address(), &request);
    assert!(answer.head().starts_with("HTTP/1.1 200 "), "{sample}: {}", answer.text);
    serde_json::from_str(answer.body()).unwrap_or_else(|error| panic!("{sample}: {error} in {}", answer.body()))
}

fn is_success(answer: &Value) -> bool {
    let number = answer.get("ret").or_else(|| answer.get("code"));
    number.map_or_else(|| answer.get("meeting_total").is_some(), |number| number == 0 || number == 200)
}

#[test]
fn avd() {
    let mut caller = Caller::new();
    caller.sandbox.hold_clock();
    for (line, sample) in AVD {
        // A room that is closed takes a second to stop what runs in it.
        if *line == 2072 {
            caller.sandbox.advance_clock(Duration::from_secs(2));
        }
        let answer = call(&mut caller, sample);
        assert!(is_success(&answer), "004 L{line}: {sample}\n  {answer}");
    }
    for (line, sample) in ALONE {
        let answer = call(&mut Caller::new(), sample);
        assert!(is_success(&answer), "004 L{line}: {sample}\n  {answer}");
    }
}

/// All 69, but the two that are no plain call: `get_token` (L2529), whose sample is an account, and the upload (L3635).
#[test]
fn none_is_forgotten() {
    let caller = Caller::with(meetgate_sandbox::Options { control: true, ..Default::default() });
    let all = caller.send("GET", "/_sandbox/operations", &[], b"").json();
    let all: BTreeSet<String> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .filter(|n| n.starts_with("avd."))
        .collect();
    let name = |(_, sample): &(u32, &str)| format!("avd.{}", sample[1..].split('?').next().unwrap().replace('/', "."));
    let sampled: BTreeSet<String> = AVD.iter().chain(ALONE).map(name).collect();
    let missing: Vec<&String> = all.difference(&sampled).collect();
    assert_eq!(missing, ["avd.app.get_token", "avd.attachment", "avd.uploadfile"]);
    assert_eq!(sampled.len(), AVD.len() + ALONE.len(), "each once");
}

/// 004 L3635-L3650: the sample is an address alone; the answer shows a file `test.jpg`.
#[test]
fn avd_upload() {
    let caller = Caller::new();
    let answer = caller.upload("", "file", "test.jpg", &[0xff, 0xd8, 0xff]).json();
    assert_eq!(answer["ret"], 0);
    assert!(answer["download_url"].as_str().unwrap().ends_with("/test.jpg"), "{answer}");
}

/// 002: the six bodies, as printed (L147, L285, L385, L488, L569, L668).
#[test]
fn youme() {
    let caller = Caller::new();
    let range = json!({"BeginTime": "1575962150", "EndTime": "1575962850"});
    let with = |name: &str, value: &str| {
        let mut body = range.clone();
        body[name] = json!(value);
        body
    };
    let day = json!({"CountBy": 2, "QueryDate": "20191210"});
    let user = caller.youme("query_instance_all_records_by_time", &with("UserId", "123456789"));
    // L177-L213: he was in the room of his name.
    assert_eq!(user["UserRecords"][0]["RoomId"], "123456789", "{user}");
    let room = caller.youme("query_room_info", &with("RoomId", "123456789"));
    assert_eq!(
        (&room["CreateTime"], &room["Users"][0]["UserId"]),
        (&json!("1575961850"), &json!("123456789")),
        "{room}"
    );
    let everybody = caller.youme("query_all_instance_by_time", &range);
    assert!(everybody["UsersList"].as_array().is_some_and(|rows| !rows.is_empty()), "{everybody}");
    let total = caller.youme("count_business_total_volume_by_day", &day);
    let parts = caller.youme("count_business_distribute_volume_by_day", &day);
    let quality = caller.youme("count_qos_by_day", &json!({"QueryDate": "20191210"}));
    for answer in [user, room, everybody, total, parts, quality] {
        assert_eq!((&answer["ErrorCode"], &answer["Status"]), (&json!(0), &json!("OK")), "{answer}");
    }
}

/// 001 L28-L47, the one sample of hst with an answer, and 000 L121. Two more are printed: L98 deletes an application that only
/// the reader has, and L182 lacks parameters that its own table requires (H10).
#[test]
fn hst() {
    let mut caller = Caller::new();
    let fetched = caller.send("GET", "/access/token", &[("Authorization", &caller.hst_authorization())], b"").json();
    assert_eq!((&fetched["code"], &fetched["result"]["timeout"]), (&json!(0), &json!(7200)));
    let range = [("start_time", "1588146896000"), ("end_time", "1590738896000"), ("page", "1"), ("page_size", "10")];
    assert_eq!(caller.hst_query("GET", "/v1/consuming/records", &range)["code"], 0);
    let incomplete = caller.hst_query("GET", "/v1/online/user/state", &[("company_id", "123"), ("page", "1")]);
    assert_eq!(incomplete["code"], 606_000_002);
}
