//! avd has state: what one call does, another sees.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;

use caller::{BUSY, Caller, QUIET};
use serde_json::{Value, json};
use std::time::Duration;

const ROOM: (&str, &str) = ("room_id", "12345123457");
const IN_QUIET: (&str, &str) = ("room_id", QUIET);
const IN_BUSY: (&str, &str) = ("room_id", BUSY);
const WELCOME: (&str, &str) = ("url", "/opt/3tee/resources/welcome.mp4");

fn ids(answer: &Value, list: &str, name: &str) -> Vec<String> {
    answer[list].as_array().unwrap().iter().map(|entry| entry[name].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_room_from_creation_to_deletion() {
    let mut caller = Caller::new();
    assert_eq!(caller.avd("/room/create", &[("user_id", "10"), ROOM, ("topic", "demo")])["ret"], 0);
    assert_eq!(caller.avd("/room/create", &[("user_id", "10"), ROOM])["ret"], 40005);
    assert!(ids(&caller.avd("/room/list", &[]), "rooms", "room_id").contains(&ROOM.1.to_owned()));
    assert_eq!(caller.avd("/room/participate/list", &[ROOM])["participates"], json!([]));
    caller.avd("/room/update", &[ROOM, ("topic", "another"), ("user_id", "11"), ("enable_auto_avc", "1")]);
    let read = caller.avd("/room/read", &[ROOM]);
    assert_eq!((&read["data"]["topic"], &read["data"]["user_id"]), (&json!("another"), &json!("11")));
    assert_eq!(read["data"]["enable_auto_avc"], true);
    // A closed room is no longer listed, but can be read, and its number is not free.
    assert_eq!(caller.avd("/room/close", &[ROOM])["code"], 200);
    assert_eq!(caller.avd("/room/close", &[ROOM])["code"], 41005);
    assert!(!ids(&caller.avd("/room/list", &[]), "rooms", "room_id").contains(&ROOM.1.to_owned()));
    assert_eq!(caller.avd("/room/read", &[ROOM])["ret"], 0);
    assert_eq!(caller.avd("/room/create", &[("user_id", "10"), ROOM])["ret"], 40005);
    assert_eq!(caller.avd("/room/del", &[ROOM])["ret"], 0);
    assert_eq!(caller.avd("/room/read", &[ROOM])["ret"], 40004);
    assert_eq!(caller.avd("/room/create", &[("user_id", "10"), ROOM])["ret"], 0);
}

/// T9: an empty number is generated.
#[test]
fn a_room_number_is_generated() {
    let mut caller = Caller::new();
    for pairs in [&[("user_id", "10")][..], &[("user_id", "10"), ("room_id", "")]] {
        let created = caller.avd("/room/create", pairs);
        let id = created["room_id"].as_str().unwrap();
        assert_eq!(id.len(), 11);
        assert_eq!(caller.avd("/room/read", &[("room_id", id)])["ret"], 0);
    }
}

#[test]
fn a_kicked_participant_is_gone_and_counted() {
    let mut caller = Caller::new();
    let kick = [IN_QUIET, ("user_id", "49")];
    assert_eq!(caller.avd("/room/participate/kick", &kick)["code"], 200);
    assert_eq!(caller.avd("/room/participate/kick", &kick), json!({"code": 40008, "msg": "user not in room"}));
    assert_eq!(ids(&caller.avd("/room/participate/list", &[IN_QUIET]), "participates", "user_id"), ["16", "20"]);
    assert_eq!(caller.avd("/app/get_licence_info", &[])["active_usernum"], 13);
    // The statistics remember him: past and present meeting.
    let all = [IN_QUIET, ("start_time", "0"), ("end_time", "99999999999")];
    let statistic = caller.avd("/room/get_statistic", &all);
    assert_eq!((&statistic["meeting_total"], &statistic["user_cnt"]), (&json!(2), &json!(6)));
    assert_eq!(statistic["android_cnt"], 2);
}

#[test]
fn a_player_from_creation_to_stop() {
    let mut caller = Caller::new();
    caller.sandbox.hold_clock();
    let created = caller.avd("/media/create", &[IN_QUIET, ("name", "p")]);
    let id = created["play_id"].as_str().unwrap().to_owned();
    let player = [IN_QUIET, ("play_id", id.as_str())];
    let with = |pair| [&player[..], &[pair]].concat();
    let mut ret = |address: &str, pairs: &[(&str, &str)]| caller.avd(address, pairs)["ret"].as_i64().unwrap();
    assert_eq!(ret("/media/create", &[IN_QUIET, ("name", "p")]), 40080);
    for address in ["/media/pause", "/media/resume", "/media/replay", "/media/switch"] {
        assert_eq!(ret(address, &player), 40082, "{address} before anything plays");
    }
    assert_eq!(ret("/media/play", &with(WELCOME)), 0);
    assert_eq!(ret("/media/resume", &player), 40082);
    assert_eq!(ret("/media/pause", &player), 0);
    assert_eq!(ret("/media/pause", &player), 40082);
    assert_eq!(ret("/media/switch", &with(("url", "/opt/3tee/resources/second.mp4"))), 0);
    assert_eq!(ret("/media/replay", &player), 40082);
    caller.sandbox.advance_clock(Duration::from_secs(208));
    let mut ret = |address: &str, pairs: &[(&str, &str)]| caller.avd(address, pairs)["ret"].as_i64().unwrap();
    assert_eq!(ret("/media/pause", &player), 40082, "it has ended");
    assert_eq!(ret("/media/switch", &player), 40082);
    assert_eq!(ret("/media/replay", &player), 0);
    assert_eq!(ret("/media/play", &with(("url", "rtsp://192.0.2.40/stream"))), 0);
    assert_eq!(ret("/media/stop", &player), 0);
    for address in ["/media/stop", "/media/pause", "/media/replay"] {
        assert_eq!(ret(address, &player), 40081, "{address}");
    }
    assert_eq!(ret("/media/create", &[IN_QUIET, ("name", "p")]), 0);
}

#[test]
fn a_called_device_rings_joins_and_leaves() {
    let mut caller = Caller::new();
    caller.sandbox.hold_clock();
    let called = caller.avd("/device/call", &[IN_QUIET, ("name", "d"), ("uri", "sip:1002@192.0.2.10")]);
    let text = |name: &str| called[name].as_str().unwrap().to_owned();
    let (call_id, user_id) = (text("call_id"), text("user_id"));
    let status = |caller: &mut Caller| {
        caller.avd("/device/get_invite_status", &[("call_id", &call_id)])["invite_status"].as_i64().unwrap()
    };
    let present = |caller: &mut Caller| {
        ids(&caller.avd("/room/participate/list", &[IN_QUIET]), "participates", "user_id").contains(&user_id)
    };
    assert_eq!((status(&mut caller), present(&mut caller)), (0, false));
    caller.sandbox.advance_clock(Duration::from_secs(2));
    assert_eq!((status(&mut caller), present(&mut caller)), (1, true));
    let device = [IN_QUIET, ("user_id", user_id.as_str())];
    caller.avd("/device/video/close", &device);
    let list = caller.avd("/room/participate/list", &[IN_QUIET]);
    assert_eq!(list["participates"][3]["videos"][0]["status"], "init");
    assert_eq!(caller.avd("/device/kick", &device)["call_id"], call_id);
    assert_eq!((status(&mut caller), present(&mut caller)), (2, false));
    assert_eq!(caller.avd("/device/audio/mute", &device)["ret"], 40033);

    // Kicked as a participant, a device is out of its call as well.
    assert_eq!(
        caller.avd("/room/participate/kick", &[IN_BUSY, ("user_id", "2f9d6b84-c1e0-4a37-b5f2-6d8e0c4a7913")])["code"],
        200
    );
    let call = [("call_id", "c0a8f3de-52b1-4e79-8d46-9b1f7a2c5e03")];
    assert_eq!(caller.avd("/device/get_invite_status", &call)["invite_status"], 2);
}

#[test]
fn a_device_that_does_not_answer() {
    let mut caller = Caller::new();
    let called = caller.avd("/device/call", &[IN_QUIET, ("name", "d"), ("url", "sip:1@down.invalid")]);
    caller.sandbox.advance_clock(Duration::from_secs(2));
    let call = [("call_id", called["call_id"].as_str().unwrap())];
    assert_eq!(caller.avd("/device/get_invite_status", &call)["invite_status"], 3);
    assert_eq!(caller.avd("/room/participate/list", &[IN_QUIET])["participates"].as_array().unwrap().len(), 3);
}

#[test]
fn the_composed_view_keeps_its_settings() {
    let mut caller = Caller::new();
    let settings =
        [("layout_mode", "2"), ("video_name", "mine"), ("video_bitrate", "1500"), ("video_framerate", "\"15\"")];
    let start = [&[IN_QUIET, ("video_resolution", "1280 * 720")], &settings[..]].concat();
    assert_eq!(caller.avd("/room/avc/start", &start)["ret"], 0);
    let data = caller.avd("/room/avc/get_avc_setting", &[IN_QUIET])["data"].clone();
    assert_eq!(data["layoutMode"], "Outgoing_View_Layout_Auto_Orato");
    assert_eq!((&data["view_width"], &data["view_height"]), (&json!(1280), &json!(720)));
    assert_eq!((&data["view_bitrate"], &data["view_fps"]), (&json!(1500), &json!(15)));
    assert_eq!((&data["exporter_name"], &data["videos"]), (&json!("mine"), &json!({})));
    let videos = r#"[{"video_name":"16_video1","zorder":0,"x":0,"y":0,"w":1,"h":1}]"#;
    caller.avd("/room/avc/select_media", &[IN_QUIET, ("videos", videos), ("layout_mode", "0")]);
    let data = caller.avd("/room/avc/get_avc_setting", &[IN_QUIET])["data"].clone();
    assert_eq!(data["videos"]["16_video1"]["w"], 1);
    // T15: mode 2 is for start and update_layout only.
    let speaker = [IN_QUIET, ("videos", videos), ("layout_mode", "2")];
    assert_eq!(caller.avd("/room/avc/select_media", &speaker)["ret"], 40002);
    let main = ("main_video_resource_id", "16_5996d976b7ea9a9c");
    assert_eq!(caller.avd("/room/avc/update_layout", &[IN_QUIET, main, ("layout_mode", "1")])["ret"], 0);
}

#[test]
fn gateways_and_accounts() {
    let mut caller = Caller::new();
    let gate = caller.avd("/sip/gate/create", &[("name", "g"), ("url", "192.0.2.22:5060")])["gate_id"].to_string();
    let id = ("sip_gate_id", gate.as_str());
    let account = [("name", "a"), ("password", "p"), ("number", "1024"), id];
    let account = caller.avd("/sip/account/create", &account)["account_id"].to_string();
    let read = [("account_id", account.as_str()), id];
    assert_eq!(caller.avd("/sip/account/read", &read)["phone_number"], "1024");
    let update = [("account_id", account.as_str()), ("name", "b"), ("password", "q"), ("number", "1023")];
    assert_eq!(caller.avd("/sip/account/update", &update)["ret"], 40021);
    let update = [("account_id", account.as_str()), ("name", "b"), ("password", "q"), ("number", "1024")];
    assert_eq!(caller.avd("/sip/account/update", &update)["ret"], 0);
    assert_eq!(caller.avd("/sip/account/read", &read)["password"], "q");
    assert_eq!(caller.avd("/sip/gate/update", &[id, ("name", "h"), ("url", "192.0.2.22:5060")])["ret"], 0);
    assert_eq!(caller.avd("/sip/gate/read", &[id])["name"], "h");
    assert_eq!(caller.avd("/sip/gate/del", &[id])["ret"], 0);
    assert_eq!(caller.avd("/sip/account/read", &[read[0], ("sip_gate_id", "3")])["ret"], 40022);
    assert_eq!(caller.avd("/sip/gate/read", &[("sip_gate_id", "three")])["ret"], 40002);
}

#[test]
fn the_chat_is_filtered() {
    let mut caller = Caller::new();
    let mut count = |pairs: &[(&str, &str)]| {
        let data = caller.avd("/room/get_chat_message_log", &[&[IN_QUIET], pairs].concat())["data"].clone();
        data.as_array().unwrap().iter().map(|session| session["messages"].as_array().unwrap().len()).sum::<usize>()
    };
    assert_eq!(count(&[]), 3);
    assert_eq!(count(&[("fromId", "49")]), 1);
    assert_eq!(count(&[("start_time", "1638324100")]), 2);
    assert_eq!(count(&[("start_time", "1638320000"), ("end_time", "1638324060")]), 1);
    let private = caller.avd("/room/get_chat_message_log", &[IN_QUIET])["data"][0]["messages"][2].clone();
    assert_eq!((&private["session_type"], &private["dst"]), (&json!(1), &json!("49")));
}
