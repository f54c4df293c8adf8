//! The control interface, with a plain HTTP client.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;
mod socket;

use caller::{Answer, BUSY, Caller, QUIET, now_ms};
use meetgate_sandbox::Options;
use serde_json::{Value, json};
use std::net::TcpStream;

const APP: &str = "8f14e45fceea467a9f36dedd4bea2543";

fn open() -> Caller {
    Caller::with(Options { control: true, ..Options::default() })
}

fn send(caller: &Caller, method: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    caller.send(method, &format!("/_sandbox{path}"), &[("Content-Type", "application/json")], body.as_bytes())
}

fn control(caller: &Caller, method: &str, path: &str, body: Value) -> Value {
    let answer = send(caller, method, path, &body);
    assert_eq!(answer.status, 200, "{method} {path}: {}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.header("content-type"), Some("application/json;charset=UTF-8"));
    answer.json()
}

/// The status, and what the error says.
fn refused(caller: &Caller, method: &str, path: &str, body: Value) -> (u16, String) {
    let answer = send(caller, method, path, &body);
    (answer.status, answer.json()["error"].as_str().unwrap().to_owned())
}

#[test]
fn off_unless_asked_for() {
    let caller = Caller::new();
    assert_eq!(send(&caller, "GET", "", &Value::Null).status, 404);
    assert_eq!(send(&caller, "POST", "/reset", &Value::Null).status, 404);
}

#[test]
fn what_there_is() {
    let caller = open();
    let about = control(&caller, "GET", "", Value::Null);
    let calls = about["calls"].as_array().unwrap();
    assert!(calls.iter().any(|call| call["path"] == "/_sandbox/faults" && call["method"] == "POST"));
    assert_eq!(about["faults"].as_array().unwrap().len(), 14);
    assert_eq!(control(&caller, "GET", "/", Value::Null), about);
    assert_eq!(control(&caller, "GET", "/configurations", Value::Null), caller.configurations);
    let operations = control(&caller, "GET", "/operations", Value::Null);
    let mut names: Vec<&str> = operations.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, operations_and_more());
    assert_eq!(control(&caller, "GET", "/tls", Value::Null), json!({"tls": null}));
}

/// What the catalog documents, the downloads, the discovery and the event gateway.
fn operations_and_more() -> Vec<String> {
    let mut names = vec!["avd.attachment".to_owned(), "hst.recording".to_owned(), "hst.server.address".to_owned()];
    for platform in ["hst", "youme", "avd"] {
        let file = format!("{}/../catalog/{platform}.toml", env!("CARGO_MANIFEST_DIR"));
        let tables: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
        let operations = tables.keys().filter(|name| !["platform", "error"].contains(&name.as_str()));
        names.extend(operations.map(|name| format!("{platform}.{name}")));
    }
    let gateway = [
        "connect",
        "login",
        "logout",
        "subscribe",
        "unsubscribe",
        "full_state",
        "heartbeat",
        "user_joined",
        "user_left",
        "media_started",
        "media_stopped",
        "recording_changed",
    ];
    names.extend(gateway.map(|name| format!("hst.gateway.{name}")));
    names.sort_unstable();
    names
}

#[test]
fn errors_are_named() {
    let caller = open();
    let (status, why) = refused(&caller, "GET", "/nothing", Value::Null);
    assert!(status == 404 && why.contains("/_sandbox/nothing"), "{why}");
    let answer = send(&caller, "PATCH", "/faults", &Value::Null);
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, POST, DELETE")));
    for (method, path, body, named) in [
        ("POST", "/faults", json!({"operation": "avd.room.reed", "kind": "text"}), "avd.room.reed"),
        ("POST", "/faults", json!({"operation": "*", "kind": "lateness"}), "lateness"),
        ("POST", "/faults", json!({"operation": "*", "kind": "text", "mss": 5}), "mss"),
        ("POST", "/faults", json!({"kind": "refuse", "connections": 1}), "connections"),
        ("POST", "/faults", json!([]), "object"),
        ("PUT", "/clock", json!({"offset": 5}), "offset_s"),
        ("PUT", "/clock", json!({"offset_s": 1e30}), "offset_s"),
        ("PUT", "/clock", json!({"offset_s": i64::MIN + 1}), "offset_s"),
        ("PUT", "/clock", json!({"offset_s": 0, "and": 1}), "and"),
        ("POST", "/clock/advance", json!({"seconds": -1}), "seconds"),
        ("POST", "/clock/advance", json!({"seconds": 1e300}), "seconds"),
        ("POST", "/avd/participants", json!({"room_id": QUIET}), "user_id"),
        ("POST", "/avd/participants", json!({"room_id": QUIET, "user_id": "1", "type": "toaster"}), "toaster"),
        ("PUT", "/hst/users", json!({"app_id": APP, "user_id": "u1", "state": 2}), "state"),
        ("PUT", "/avd/site", json!({"composed": 1}), "composed"),
        ("GET", "/exchanges?operation=avd.nothing", Value::Null, "avd.nothing"),
        ("GET", "/exchanges?secret=1", Value::Null, "`secret`"),
        ("DELETE", "/avd/participants?room_id=1", Value::Null, "user_id"),
    ] {
        let (status, why) = refused(&caller, method, path, body);
        assert!(status == 400 && why.contains(named), "{method} {path}: {status} {why}");
    }
    let broken = caller.send("POST", "/_sandbox/faults", &[], b"{");
    assert!(broken.status == 400 && broken.json()["error"].as_str().unwrap().contains("not JSON"));
}

#[test]
fn faults_come_and_go() {
    let mut caller = open();
    let fault = json!({"operation": "avd.room.read", "times": 5, "kind": "number", "code": 41001});
    let first = control(&caller, "POST", "/faults", fault.clone())["id"].clone();
    let page = json!({"operation": "avd.*", "kind": "http", "status": 502});
    let second = control(&caller, "POST", "/faults", page)["id"].clone();
    assert_ne!(first, second);
    assert_eq!(caller.sandbox.faults().len(), 2);
    // The control interface itself is well all along.
    let token = caller.send("GET", "/sdkapi/v2/app/get_token", &[], b"");
    assert_eq!(token.status, 502);
    let list = control(&caller, "GET", "/faults", Value::Null);
    let mut with_id = fault;
    with_id["id"] = first.clone();
    assert_eq!(list[0], with_id);
    control(&caller, "DELETE", &format!("/faults/{second}"), Value::Null);
    assert_eq!(refused(&caller, "DELETE", &format!("/faults/{second}"), Value::Null).0, 404);
    assert_eq!(refused(&caller, "DELETE", "/faults/x", Value::Null).0, 404);
    assert_eq!(caller.avd("/room/read", &[("room_id", QUIET)])["ret"], 41001);
    assert_eq!(control(&caller, "GET", "/faults", Value::Null)[0]["times"], 4);
    control(&caller, "DELETE", "/faults", Value::Null);
    assert_eq!(caller.avd("/room/read", &[("room_id", QUIET)])["ret"], 0);
}

/// The answer to the call that plans it still comes; then nobody is there.
#[test]
fn refused_on_request() {
    let caller = open();
    control(&caller, "POST", "/faults", json!({"kind": "refuse", "seconds": 600}));
    assert!(TcpStream::connect(caller.sandbox.address()).is_err());
    caller.sandbox.clear_faults();
    assert_eq!(control(&caller, "GET", "/faults", Value::Null), json!([]));
}

#[test]
fn the_record_masked_and_not() {
    let mut caller = open();
    let token = caller.avd_token();
    caller.avd_form(
        "/sip/account/create",
        &[("name", "n"), ("password", "very-secret"), ("number", "1024"), ("sip_gate_id", "3")],
    );
    let hst_token = caller.hst_fetch_token();
    caller.hst_json_with(
        &hst_token,
        "POST",
        "/v1/app",
        &json!({"app_name": "x", "service": [{"service_id": 3}]}).to_string(),
    );
    caller.upload("", "file", "a.png", &[0xff, 0xd8, 0xff]);
    let masked = control(&caller, "GET", "/exchanges", Value::Null);
    let whole = control(&caller, "GET", "/exchanges?secrets=1", Value::Null);
    let secrets = [
        token.clone(),
        token.replace('=', "%3D"),
        hst_token.clone(),
        "very-secret".to_owned(),
        caller.setting("avd", "secret_key"),
        whole[3]["reply"].as_str().unwrap().split("app_secret\":\"").nth(1).unwrap()[..16].to_owned(),
    ];
    for secret in &secrets {
        assert!(!masked.to_string().contains(secret.as_str()), "{secret} in {masked}");
        assert!(whole.to_string().contains(secret.as_str()), "{secret} not in {whole}");
    }
    let operation = |index: usize| masked[index]["operation"].clone();
    assert_eq!(operation(0), "avd.app.get_token");
    assert_eq!(operation(1), "avd.sip.account.create");
    assert_eq!([operation(2), operation(3)], ["hst.access.token", "hst.app.create"]);
    assert_eq!(masked.as_array().unwrap().len(), 5, "control calls are not recorded");
    let form = masked[1]["body"].as_str().unwrap();
    assert_eq!(form, "token=***&name=n&password=***&number=1024&sip_gate_id=3");
    assert_eq!((masked[1]["method"].clone(), masked[1]["status"].clone()), (json!("POST"), json!(200)));
    assert_eq!(masked[1]["path"], "/sdkapi/v2/sip/account/create");
    assert!(masked[1]["reply"].as_str().unwrap().contains("\"ret\":0"));
    assert_eq!(masked[3]["headers"]["authorization"], "***");
    assert_eq!(whole[3]["headers"]["authorization"], hst_token);
    assert_eq!(masked[3]["body"], json!({"app_name": "x", "service": [{"service_id": 3}]}).to_string());
    // Binary bodies are told by their size; masked, a multipart body is too.
    assert!(whole[4]["body"]["bytes"].as_u64().unwrap() > 3);
    assert_eq!(whole[4]["body"], masked[4]["body"]);
    assert_eq!(masked[0]["query"], "access_key=***&secret_key=***");
    let only = control(&caller, "GET", "/exchanges?operation=hst.*", Value::Null);
    assert_eq!(only.as_array().unwrap().len(), 2);
    control(&caller, "DELETE", "/exchanges", Value::Null);
    assert_eq!(control(&caller, "GET", "/exchanges", Value::Null), json!([]));
}

#[test]
fn counts() {
    let mut caller = open();
    caller.avd("/room/read", &[("room_id", QUIET)]);
    caller.avd("/room/read", &[("room_id", "1")]);
    let arrived = json!({"avd.app.get_token": 1, "avd.room.read": 2});
    assert_eq!(control(&caller, "GET", "/counts", Value::Null), arrived);
    let acted = json!({"avd.app.get_token": 1, "avd.room.read": 1});
    assert_eq!(control(&caller, "GET", "/counts/acted", Value::Null), acted);
    control(&caller, "DELETE", "/counts", Value::Null);
    assert_eq!(control(&caller, "GET", "/counts", Value::Null), json!({}));
}

#[test]
fn tokens_die() {
    let mut caller = open();
    let hst = caller.hst_fetch_token();
    assert_eq!(caller.avd("/room/list", &[])["ret"], 0);
    control(&caller, "POST", "/tokens/expire", Value::Null);
    assert_eq!(caller.avd("/room/list", &[])["ret"], 40003);
    let state = format!("/v1/online/user/state?app_id={APP}&msg_id=1");
    assert_eq!(caller.hst_json_with(&hst, "GET", &state, "")["code"], 606000001);
}

/// What depends on time moves with the clock: tokens, transcodes, invites, checksums, the `Date` header.
#[test]
fn the_clock() {
    let mut caller = open();
    assert_eq!(control(&caller, "GET", "/clock", Value::Null), json!({"offset_s": 0}));
    caller.avd("/room/mix_record/stop", &[("room_id", BUSY)]);
    let recording = [("room_id", BUSY), ("record_id", "4d1f0c52a7e94b0f8a6b3c9d2e5f7a10")];
    assert_eq!(caller.avd("/room/record/transfer", &recording)["ret"], 0);
    let call = [("room_id", BUSY), ("name", "n"), ("url", "sip:1002@192.0.2.10")];
    let called = caller.avd("/device/call", &call);
    let call_id = called["call_id"].as_str().unwrap().to_owned();
    assert_eq!(control(&caller, "POST", "/clock/advance", json!({"seconds": 2.5})), json!({"offset_s": 2}));
    assert_eq!(caller.avd("/transcode/query", &recording)["status"], 2);
    assert_eq!(caller.avd("/device/get_invite_status", &[("call_id", &call_id)])["invite_status"], 1);
    let day = json!({"QueryDate": "20191210"});
    assert_eq!(caller.youme("count_qos_by_day", &day)["ErrorCode"], 0);
    assert_eq!(control(&caller, "PUT", "/clock", json!({"offset_s": 7201})), json!({"offset_s": 7201}));
    assert_eq!(caller.sandbox.clock_offset_s(), 7201);
    assert_eq!(caller.avd("/room/list", &[])["ret"], 40003);
    assert_ne!(caller.youme("count_qos_by_day", &day)["ErrorCode"], 0);
    let shown = caller.send("GET", "/sdkapi/v2/room/list", &[], b"");
    let shown = httpdate::parse_http_date(shown.header("date").unwrap()).unwrap();
    let ahead = shown.duration_since(std::time::SystemTime::now()).unwrap().as_secs();
    assert!((7000..=7201).contains(&ahead), "{ahead}");
    control(&caller, "PUT", "/clock", json!({"offset_s": -86400}));
    assert_ne!(caller.youme("count_qos_by_day", &day)["ErrorCode"], 0);
    control(&caller, "PUT", "/clock", json!({"offset_s": 0}));
    assert_eq!(caller.youme("count_qos_by_day", &day)["ErrorCode"], 0);
}

fn users_of(caller: &mut Caller, room_id: &str) -> Vec<String> {
    let list = caller.avd("/room/participate/list", &[("room_id", room_id)]);
    list["participates"].as_array().unwrap().iter().map(|user| user["user_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn participants_come_and_go() {
    let mut caller = open();
    let li = json!({"room_id": QUIET, "user_id": "77", "user_name": "李", "type": "ios", "user_data": "{}"});
    control(&caller, "POST", "/avd/participants", li.clone());
    assert_eq!(users_of(&mut caller, QUIET), ["16", "49", "20", "77"]);
    let list = caller.avd("/room/participate/list", &[("room_id", QUIET)]);
    let joined = &list["participates"][3];
    assert_eq!((joined["user_name"].clone(), joined["type"].clone()), (json!("李"), json!("ios")));
    assert_eq!((joined["user_data"].clone(), joined["videos"][0]["status"].clone()), (json!("{}"), json!("published")));
    let now = (now_ms() / 1000).to_string();
    let times = [("room_id", QUIET), ("start_time", "1640000000"), ("end_time", now.as_str())];
    assert_eq!(caller.avd("/room/get_statistic", &times)["ios_cnt"], 1);
    assert_eq!(refused(&caller, "POST", "/avd/participants", li).0, 409);
    let leave = format!("/avd/participants?room_id={QUIET}&user_id=77");
    control(&caller, "DELETE", &leave, Value::Null);
    assert_eq!(refused(&caller, "DELETE", &leave, Value::Null).0, 404);
    assert_eq!(users_of(&mut caller, QUIET), ["16", "49", "20"]);
    let kicked = caller.avd("/room/participate/kick", &[("room_id", QUIET), ("user_id", "77")]);
    assert_eq!(kicked["code"], 40008);
    // Where nobody can be.
    let join = |room: &str| json!({"room_id": room, "user_id": "78"});
    assert_eq!(refused(&caller, "POST", "/avd/participants", join("404")).0, 404);
    caller.avd("/room/close", &[("room_id", QUIET)]);
    assert_eq!(refused(&caller, "POST", "/avd/participants", join(QUIET)).0, 409);
}

#[test]
fn chat() {
    let mut caller = open();
    let say = |caller: &Caller, message: Value| control(caller, "POST", "/avd/chat", message)["id"].as_i64().unwrap();
    let first = say(&caller, json!({"room_id": QUIET, "user_id": "16", "message": "一"}));
    let second = say(&caller, json!({"room_id": QUIET, "user_id": "49", "message": "two", "to": "16"}));
    assert_eq!(second, first + 1);
    let log = caller.avd("/room/get_chat_message_log", &[("room_id", QUIET), ("start_time", "1640000000")]);
    assert_eq!(log["data"].as_array().unwrap().len(), 1);
    let messages = log["data"][0]["messages"].as_array().unwrap();
    assert_eq!((messages[0]["message"].clone(), messages[0]["fromName"].clone()), (json!("一"), json!("向")));
    assert_eq!((messages[1]["dst"].clone(), messages[1]["session_type"].clone()), (json!("16"), json!(1)));
    assert_eq!(
        refused(&caller, "POST", "/avd/chat", json!({"room_id": QUIET, "user_id": "99", "message": "x"})).0,
        404
    );
}

#[test]
fn hst_users() {
    let mut caller = open();
    let state = |caller: &mut Caller, user: &str| {
        let answer = caller.hst_query("GET", "/v1/online/user/state", &[("app_id", APP), ("msg_id", "1")]);
        let list = answer["result"]["user_list"].as_array().unwrap().clone();
        list.iter().find(|row| row["user_id"] == user).map(|row| row["state"].clone())
    };
    let set = |caller: &Caller, body: Value| control(caller, "PUT", "/hst/users", body);
    assert_eq!(state(&mut caller, "u1003"), Some(json!(0)));
    set(&caller, json!({"app_id": APP, "user_id": "u1003", "state": 1}));
    assert_eq!(state(&mut caller, "u1003"), Some(json!(1)));
    set(&caller, json!({"app_id": APP, "user_id": "u1003", "state": "offline"}));
    assert_eq!(state(&mut caller, "u1003"), Some(json!(0)));
    assert_eq!(state(&mut caller, "u2000"), None);
    let new = json!({"app_id": APP, "user_id": "u2000", "state": "online", "mutex_type": "mobile", "terminal_seq_num": "T-9"});
    set(&caller, new);
    let command = json!({"app_id": APP, "msg_id": 1, "trans_mess": {}, "user_list": [
        {"user_id": "u2000", "mutex_type": "mobile", "client_guid": "g"},
    ]});
    let row = caller.hst_json("POST", "/v1/online/trans-cmd", &command)["result"]["user_list"][0].clone();
    assert_eq!((row["result"].clone(), row["terminal_seq_num"].clone()), (json!(0), json!("T-9")));
    assert_eq!(refused(&caller, "PUT", "/hst/users", json!({"app_id": "x", "user_id": "u", "state": 1})).0, 404);
}

#[test]
fn the_site() {
    let caller = open();
    let site = control(&caller, "GET", "/avd/site", Value::Null);
    assert_eq!(site["composed_view"], "free");
    let changed = control(&caller, "PUT", "/avd/site", json!({"composed_view": "forced_off"}));
    assert_eq!((changed["composed_view"].clone(), changed["company"].clone()), (json!("forced_off"), json!(true)));
}

#[test]
fn everything_as_at_start() {
    let mut caller = Caller::with(Options { control: true, clock_offset_s: 5, ..Options::default() });
    let rooms = caller.avd("/room/list", &[])["rooms"].as_array().unwrap().len();
    caller.avd("/room/create", &[("room_id", "12345123457"), ("user_id", "1")]);
    caller.avd("/room/close", &[("room_id", QUIET)]);
    control(&caller, "POST", "/faults", json!({"operation": "*", "kind": "text"}));
    control(&caller, "POST", "/clock/advance", json!({"seconds": 100}));
    caller.sandbox.hold_clock();
    control(&caller, "POST", "/reset", Value::Null);
    assert_eq!(caller.sandbox.exchanges(), []);
    for (path, empty) in [("/faults", json!([])), ("/counts", json!({})), ("/clock", json!({"offset_s": 5}))] {
        assert_eq!(control(&caller, "GET", path, Value::Null), empty, "{path}");
    }
    // The token of before is none any more.
    assert_eq!(caller.avd("/room/list", &[])["ret"], 40003);
    let token = caller.avd_fetch_token()["token"].as_str().unwrap().to_owned();
    let list = caller.avd_get("/sdkapi/v2/room/list", &[("token", &token)]);
    assert_eq!(list["rooms"].as_array().unwrap().len(), rooms);
    assert_eq!(control(&caller, "GET", "/configurations", Value::Null), caller.configurations);
}

/// What the console asks for once a second.
#[test]
fn an_overview_of_everything() {
    let mut caller = open();
    caller.avd("/room/read", &[("room_id", QUIET)]);
    let first = control(&caller, "GET", "/overview", Value::Null);
    assert_eq!(first["base_url"], caller.setting("avd", "base_url"));
    assert_eq!(first["clock"]["offset_s"], 0);
    let ids = |overview: &Value| -> Vec<u64> {
        overview["calls"]["list"].as_array().unwrap().iter().map(|call| call["id"].as_u64().unwrap()).collect()
    };
    assert_eq!(ids(&first), [1, 2]);
    caller.avd("/room/read", &[("room_id", "404")]);
    control(&caller, "POST", "/faults", json!({"operation": "hst.*", "times": 1, "kind": "http", "status": 503}));
    caller.send("GET", "/v1/online/user/state", &[], b"");
    caller.send("GET", "/nowhere", &[], b"");
    let next = control(&caller, "GET", "/overview?after=2", Value::Null);
    assert_eq!(ids(&next), [3, 4, 5]);
    assert_eq!((next["calls"]["first"].clone(), next["calls"]["last"].clone()), (json!(1), json!(5)));
    assert_eq!(next["run"], first["run"]);
    let calls = next["calls"]["list"].as_array().unwrap();
    assert_eq!(calls[0]["operation"], "avd.room.read");
    assert_eq!((calls[0]["status"].clone(), calls[0]["number"].clone()), (json!(200), json!(40004)));
    assert_eq!((calls[1]["status"].clone(), calls[1]["faults"].clone()), (json!(503), json!(["http 1"])));
    assert_eq!((calls[2]["operation"].clone(), calls[2]["path"].clone()), (Value::Null, json!("/nowhere")));
    assert!((calls[0]["at_ms"].as_i64().unwrap() - now_ms()).abs() < 60_000);
    assert!(calls.iter().all(|call| call.get("reply").is_none() && call.get("query").is_none()));
    assert_eq!((next["arrived"].clone(), next["acted"].clone()), (json!(5), json!(2)));
    let failed = next["failed"].as_array().unwrap();
    assert_eq!(failed.len(), 3);
    assert!(failed.contains(&json!({"operation": "avd.room.read", "status": 200, "number": 40004, "times": 1})));
    assert!(failed.contains(&json!({"operation": "hst.online.user.state", "status": 503, "number": null, "times": 1})));
    assert_eq!(control(&caller, "GET", "/counts/failed", Value::Null), next["failed"]);

    // What was forgotten is gone, and its ids with it.
    control(&caller, "DELETE", "/exchanges", Value::Null);
    let empty = control(&caller, "GET", "/overview?after=5", Value::Null);
    assert_eq!(empty["calls"], json!({"first": null, "last": 5, "list": []}));
    control(&caller, "DELETE", "/counts", Value::Null);
    assert_eq!(control(&caller, "GET", "/counts/failed", Value::Null), json!([]));
    for (query, named) in [("after=x", "`after`"), ("since=1", "`since`")] {
        let (status, why) = refused(&caller, "GET", &format!("/overview?{query}"), Value::Null);
        assert!(status == 400 && why.contains(named), "{why}");
    }
    // Of thousands of calls the newest are shown.
    for _ in 0..250 {
        caller.send("GET", "/nowhere", &[], b"");
    }
    let many = ids(&control(&caller, "GET", "/overview", Value::Null));
    assert_eq!((many.len(), many[0], many[199]), (200, 56, 255));
}

#[test]
fn one_call_of_the_record() {
    let mut caller = open();
    caller.avd("/room/read", &[("room_id", QUIET)]);
    let list = control(&caller, "GET", "/exchanges", Value::Null);
    let one = control(&caller, "GET", "/exchanges/2", Value::Null);
    assert_eq!(list[1], one);
    assert_eq!(one["query"], format!("token=***&room_id={QUIET}"));
    for id in ["3", "0", "x", ""] {
        assert_eq!(refused(&caller, "GET", &format!("/exchanges/{id}x"), Value::Null).0, 404);
    }
    let answer = send(&caller, "POST", "/exchanges/2", &Value::Null);
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET")));
}

#[test]
fn the_worlds() {
    let mut caller = open();
    control(&caller, "POST", "/avd/participants", json!({"room_id": QUIET, "user_id": "77", "user_name": "李"}));
    let worlds = control(&caller, "GET", "/worlds", Value::Null);
    let avd = &worlds["avd"];
    let room = |worlds: &Value, id: &str| {
        worlds["avd"]["rooms"].as_array().unwrap().iter().find(|room| room["id"] == id).cloned().unwrap()
    };
    let quiet = room(&worlds, QUIET);
    assert_eq!((quiet["topic"].clone(), quiet["open"].clone()), (json!("周会"), json!(true)));
    let people: Vec<&str> =
        quiet["participants"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap()).collect();
    assert_eq!(people, ["16", "49", "20", "77"]);
    let running = |recording: &&Value| recording["room_id"] == BUSY && recording["state"] == "running";
    assert_eq!(avd["recordings"].as_array().unwrap().iter().filter(running).count(), 4);
    assert!(avd["players"].as_array().unwrap().iter().any(|player| player["state"] == "playing"));
    assert!(avd["calls"].as_array().unwrap().iter().any(|call| call["state"] == "talking"));
    assert_eq!(worlds["hst"]["applications"][0]["users"][2]["online"], false);
    let group = &worlds["hst"]["groups"][0];
    assert_eq!((group["id"].clone(), group["users"].clone()), (json!("g2001"), json!(["u1001", "u1002"])));
    let states: Vec<&Value> =
        worlds["hst"]["recordings"].as_array().unwrap().iter().map(|recording| &recording["state"]).collect();
    assert_eq!(states, ["recording", "initialised", "suspended", "recording", "done"]);
    assert_eq!(worlds["hst"]["live_streams"][0]["group_id"], "g2001");
    assert_eq!(worlds["youme"]["totals"]["calls"].as_u64().map(|calls| calls > 100), Some(true));
    assert_eq!(worlds["youme"]["rooms"][0]["callers"].as_array().map(Vec::is_empty), Some(false));
    // Tokens are counted, and no secret is told.
    let (_, hst_token) = (caller.avd_token(), caller.hst_fetch_token());
    let secret = caller.hst_json_with(
        &hst_token,
        "POST",
        "/v1/app",
        &json!({"app_name": "x", "service": [{"service_id": 3}]}).to_string(),
    );
    let worlds = control(&caller, "GET", "/worlds", Value::Null);
    assert_eq!((worlds["avd"]["tokens"].clone(), worlds["hst"]["tokens"].clone()), (json!(1), json!(1)));
    assert!(!worlds.to_string().contains(secret["result"]["app_secret"].as_str().unwrap()));
    assert!(!worlds.to_string().contains("secret") && !worlds.to_string().contains("password"));
    // A closed room stays, without people.
    caller.avd("/room/close", &[("room_id", QUIET)]);
    let quiet = room(&control(&caller, "GET", "/worlds", Value::Null), QUIET);
    assert_eq!((quiet["open"].clone(), quiet["participants"].clone()), (json!(false), json!([])));
    control(&caller, "POST", "/tokens/expire", Value::Null);
    assert_eq!(control(&caller, "GET", "/worlds", Value::Null)["avd"]["tokens"], 0);
}

#[test]
fn the_console_is_a_page() {
    let caller = Caller::with(Options { console: true, ..Options::default() });
    let page = caller.send("GET", "/_sandbox/console", &[], b"");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert_eq!(caller.sandbox.console_url().as_deref(), Some(caller.url("/_sandbox/console").as_str()));
    let policy = page.header("content-security-policy").unwrap();
    for rule in ["default-src 'none'", "script-src 'sha256-", "connect-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(rule), "{rule} in {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("access-control-allow-origin"), None);
    // It opens the control interface, and is not in the record.
    assert_eq!(control(&caller, "GET", "/exchanges", Value::Null), json!([]));
    // Without it, it says how to get it.
    let (status, why) = refused(&open(), "GET", "/console", Value::Null);
    assert!(status == 404 && why.contains("--console"), "{why}");
    assert_eq!(open().sandbox.console_url(), None);
}

/// Any page that is open in a browser can send requests here, and have its own name lead here.
#[test]
fn no_other_page_gets_through() {
    let caller = Caller::with(Options { console: true, ..Options::default() });
    let here = caller.sandbox.address().to_string();
    let own = format!("http://{here}");
    let reset = |headers: &[(&str, &str)]| caller.send("POST", "/_sandbox/reset", headers, b"").status;
    assert_eq!(reset(&[]), 200);
    assert_eq!(reset(&[("Origin", &own)]), 200);
    for stranger in ["null", "http://evil.example", "http://127.0.0.1:1", &own.replace("http:", "https:")] {
        assert_eq!(reset(&[("Origin", stranger)]), 403, "{stranger}");
    }
    // A name that was made to lead here: then even the origin is the same.
    let rebound = format!("evil.example:{}", caller.sandbox.address().port());
    assert_eq!(reset(&[("Host", &rebound), ("Origin", &format!("http://{rebound}"))]), 403);
    for path in ["/_sandbox", "/_sandbox/console", "/_sandbox/exchanges?secrets=1"] {
        let answer = caller.send("GET", path, &[("Host", &rebound)], b"");
        assert!(answer.status == 403 && answer.json()["error"].as_str().unwrap().contains("evil.example"), "{path}");
        let local = format!("localhost:{}", caller.sandbox.address().port());
        assert_eq!(caller.send("GET", path, &[("Host", &local)], b"").status, 200, "{path}");
    }
    // Without the console no page has any business here.
    let caller = open();
    let own = format!("http://{}", caller.sandbox.address());
    assert_eq!(caller.send("POST", "/_sandbox/reset", &[("Origin", &own)], b"").status, 403);
}
