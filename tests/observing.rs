//! What a client tells of its calls: its log, its statistics, and the facts of one call.

mod scripted;
mod support;
mod workers;

use meetgate::{Client, LogLevel, Status};
use meetgate_sandbox::{Options, Sandbox};
use scripted::{Act, NOBODY_LISTENS, Server, answer, json};
use serde_json::{Value, json};
use std::io::Write as _;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

const READ: &str = r#"{"room_id":"12345123456"}"#;
const FACTS: &str = r#"{"facts":true}"#;

fn avd(url: &str, more: &str) -> Client {
    let keys = r#""access_key":"the-access-key","secret_key":"the-secret-key""#;
    Client::new(&format!(r#"{{"platform":"avd","base_url":"{url}",{keys}{more}}}"#)).unwrap()
}

/// A client's events, as they come.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn by(client: &Client, level: LogLevel) -> Told {
        let told = Told::default();
        let events = Arc::clone(&told.0);
        client.set_log(level, move |_, event| events.lock().unwrap().push(event.to_owned())).unwrap();
        told
    }

    /// Those since the last look.
    fn take(&self) -> Vec<Value> {
        let events = std::mem::take(&mut *self.0.lock().unwrap());
        events.iter().map(|event| serde_json::from_str(event).unwrap()).collect()
    }

    fn names(&self) -> Vec<String> {
        self.take().iter().map(|event| event["event"].as_str().unwrap().to_owned()).collect()
    }
}

/// The first room that can be read has been told of with a token.
fn serves_rooms(number: usize, room: &str) -> Act {
    if number == 0 { json(r#"{"ret":0,"token":"live-token-1"}"#) } else { json(room) }
}

#[test]
fn each_attempt_each_token_and_each_call_is_told() {
    let server = Server::start(|number, _| serves_rooms(number, r#"{"ret":0,"data":{}}"#));
    let client = avd(&server.url(), "");
    let told = Told::by(&client, LogLevel::Debug);
    client.call("avd.room.read", READ).unwrap();
    let events = told.take();
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["attempt", "token_fetched", "attempt", "call"]);
    let [ahead, token, attempt, call] = &events[..] else { panic!("{events:?}") };
    assert_eq!((&ahead["ahead"], &ahead["reused_connection"]), (&json!("token"), &json!(false)));
    assert!(ahead["ms"]["connect"].is_f64() && ahead.get("token_generation").is_none(), "{ahead}");
    assert_eq!((&token["level"], &token["token_generation"]), (&json!("info"), &json!(1)));
    for (name, expected) in [
        ("operation", json!("avd.room.read")),
        ("platform", json!("avd")),
        ("level", json!("debug")),
        ("attempt", json!(1)),
        ("status", json!("OK")),
        ("http_status", json!(200)),
        ("reused_connection", json!(true)),
        ("token_generation", json!(1)),
    ] {
        assert_eq!(attempt[name], expected, "{name} of {attempt}");
    }
    assert!(attempt.get("ahead").is_none() && attempt["ms"].get("connect").is_none(), "{attempt}");
    let head = server.requests()[1].head.len();
    assert_eq!(attempt["sent_bytes"], json!(head));
    assert!(attempt["received_bytes"].as_u64().unwrap() > 19, "{attempt}");
    assert_eq!((&call["attempts"], &call["status"]), (&json!(1), &json!("OK")));
    assert!(call["ms"]["total"].as_f64() > attempt["ms"]["wait"].as_f64(), "{events:?}");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    assert!((now - call["time_ms"].as_i64().unwrap()).abs() < 60_000);

    client.clear_log().unwrap();
    client.call("avd.room.read", READ).unwrap();
    assert!(told.take().is_empty());
}

#[test]
fn a_log_takes_its_own_level_and_what_matters_more() {
    for (level, expected) in [(LogLevel::Debug, 6), (LogLevel::Info, 3), (LogLevel::Warning, 1), (LogLevel::Error, 0)] {
        let server = Server::start(|number, _| match number {
            0 => json(r#"{"ret":0,"token":"live-token-1"}"#),
            1 => json(r#"{"ret":40004,"msg":"no such room"}"#),
            _ => Act::Send(answer("404 Not Found", "", "<html>")),
        });
        let client = avd(&server.url(), "");
        let told = Told::by(&client, level);
        for status in [Status::Api, Status::Http] {
            assert_eq!(client.call("avd.room.read", READ).unwrap_err().status(), status);
        }
        let events = told.take();
        assert_eq!(events.len(), expected, "{level:?}: {events:?}");
    }
}

#[test]
fn a_failure_is_told_with_its_number_and_its_words_and_a_repeat_with_its_pause() {
    let server = Server::start(|number, _| match number {
        0 => json(r#"{"ret":0,"token":"live-token-1"}"#),
        1 | 2 => Act::Send(answer("503 Busy", "", "")),
        3 => json(r#"{"ret":40004,"msg":"no such room"}"#),
        _ => Act::SendAndClose(Vec::new()),
    });
    let client = avd(&server.url(), "");
    let told = Told::by(&client, LogLevel::Debug);
    client.call("avd.room.read", READ).unwrap_err();
    let events = told.take();
    let of = |name: &str| events.iter().filter(|event| event["event"] == name).collect::<Vec<_>>();
    let [first, second] = of("retry")[..] else { panic!("{events:?}") };
    assert_eq!((&first["attempt"], &second["attempt"]), (&json!(1), &json!(2)));
    assert_eq!((&first["status"], &first["level"]), (&json!("HTTP"), &json!("warning")));
    assert!(first["pause_ms"].as_u64().unwrap() <= 100, "{first}");
    let [.., last] = of("attempt")[..] else { panic!("{events:?}") };
    assert_eq!((&last["status"], &last["code"], &last["attempt"]), (&json!("API"), &json!(40004), &json!(3)));
    let [call] = of("call")[..] else { panic!("{events:?}") };
    assert_eq!((&call["code"], &call["attempts"], &call["level"]), (&json!(40004), &json!(3), &json!("info")));
    assert_eq!(call["message"], "avd answered 40004: no such room");

    client.call("avd.room.del", READ).unwrap_err();
    let events = told.take();
    let [attempt, call] = &events[..] else { panic!("not repeated: {events:?}") };
    assert_eq!((&attempt["status"], &call["status"]), (&json!("NETWORK"), &json!("NETWORK")));
    assert!(attempt["message"].as_str().unwrap().contains("closed the connection"), "{attempt}");
    assert_eq!(call["level"], "warning");
}

#[test]
fn a_dead_token_is_told_once_and_so_is_the_next_one() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let config = sandbox.configurations()["hst"].to_string();
    let client = Client::new(&config).unwrap();
    let told = Told::by(&client, LogLevel::Info);
    let state = r#"{"app_id":"8f14e45fceea467a9f36dedd4bea2543","msg_id":1}"#;
    client.call("hst.online.user.state", state).unwrap();
    assert_eq!(told.names(), ["token_fetched"]);
    sandbox.expire_tokens();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| client.call("hst.online.user.state", state).unwrap());
        }
    });
    let events = told.take();
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["token_buried", "token_fetched"]);
    assert_eq!((&events[0]["token_generation"], &events[1]["token_generation"]), (&json!(1), &json!(2)));
    assert!(events[1]["lifetime_ms"].as_u64().unwrap() > 0);
    let stats: Value = serde_json::from_str(&client.stats().unwrap()).unwrap();
    assert_eq!(stats["tokens_fetched"], 2);
}

#[test]
fn a_pause_in_fetching_is_told_with_its_reason() {
    let server = Server::start(|_, _| json(r#"{"ret":40003,"msg":"the-secret-key is wrong"}"#));
    let client = avd(&server.url(), "");
    let told = Told::by(&client, LogLevel::Error);
    for _ in 0..3 {
        client.call("avd.room.read", READ).unwrap_err();
    }
    let events = told.take();
    let paused: Vec<&Value> = events.iter().filter(|event| event["event"] == "token_paused").collect();
    assert_eq!(paused.len(), 1, "the pause answers the other calls: {events:?}");
    assert!(paused[0]["pause_ms"].as_u64().unwrap() > 0 && paused[0]["message"].is_string(), "{}", paused[0]);
}

#[test]
fn a_token_of_another_process_is_told_to_be_adopted() {
    let folder = support::Folder::new();
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let mut config = sandbox.configurations()["hst"].clone();
    config["token_store"] = json!({ "file": folder.path().join("store") });
    let program = workers::program(support::library_folder(), "observing-worker");
    let worker =
        workers::Worker::start(&program, &config, 1, Duration::from_millis(100), folder.path().join("printed"));
    assert!(worker.report(Duration::from_secs(60)).failures.is_empty());

    let client = Client::new(&config.to_string()).unwrap();
    let told = Told::by(&client, LogLevel::Info);
    client.call("hst.online.user.state", r#"{"app_id":"8f14e45fceea467a9f36dedd4bea2543","msg_id":1}"#).unwrap();
    assert_eq!(told.names(), ["token_adopted"]);
    let stats: Value = serde_json::from_str(&client.stats().unwrap()).unwrap();
    assert_eq!((&stats["tokens_fetched"], &stats["requests"]), (&json!(0), &json!(1)));
}

#[test]
fn no_event_shows_a_secret() {
    let echo = |_, request: &scripted::Request| {
        Act::Send(answer("502 Bad", "", &format!("{} {}", request.head, String::from_utf8_lossy(&request.body))))
    };
    let server = Server::start(echo);
    let clients = [
        avd(&server.url(), ""),
        Client::new(&format!(r#"{{"platform":"avd","base_url":"{}","token":"fixed-token=="}}"#, server.url())).unwrap(),
        Client::new(&format!(
            r#"{{"platform":"youme","base_url":"{}","app_key":"k","app_secret":"the-app-secret","rest_api_key":"the-rest-key"}}"#,
            server.url()
        ))
        .unwrap(),
    ];
    let mut all = String::new();
    for client in &clients {
        let told = Told::by(client, LogLevel::Debug);
        for operation in ["avd.room.read", "avd.sip.account.create", "youme.query_room_info"] {
            let params = match operation {
                "avd.room.read" => READ,
                "youme.query_room_info" => r#"{"ChannelID":"1"}"#,
                _ => r#"{"name":"a","password":"the-password","number":"1","sip_gate_id":3}"#,
            };
            _ = client.call_with(operation, params, r#"{"max_attempts":2}"#, None);
        }
        all.extend(told.0.lock().unwrap().iter().map(|event| format!("{event}\n")));
    }
    assert!(all.lines().count() > 10, "{all}");
    for secret in ["the-secret-key", "fixed-token", "the-app-secret", "the-rest-key", "the-password", "checksum="] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
}

#[test]
fn a_log_may_call_and_is_not_told_of_it() {
    let server = Server::start(|_, _| json(r#"{"ret":0}"#));
    let url = server.url();
    let client =
        Arc::new(Client::new(&format!(r#"{{"platform":"avd","base_url":"{url}","token":"fixed-token=="}}"#)).unwrap());
    let count = Arc::new(Mutex::new(0));
    let (inner, counted) = (Arc::downgrade(&client), Arc::clone(&count));
    client
        .set_log(LogLevel::Debug, move |_, _| {
            *counted.lock().unwrap() += 1;
            let client = inner.upgrade().unwrap();
            client.call("avd.room.read", READ).unwrap();
            assert!(client.clear_log().unwrap_err().to_string().contains("must not set a log"));
        })
        .unwrap();
    client.call("avd.room.read", READ).unwrap();
    assert_eq!((*count.lock().unwrap(), server.requests().len()), (2, 3));
    client.clear_log().unwrap();
}

#[test]
fn whoever_takes_a_log_away_waits_for_those_who_are_in_it() {
    let server = Server::start(|_, _| json(r#"{"ret":0}"#));
    let client = Client::new(&format!(r#"{{"platform":"avd","base_url":"{}","token":"t"}}"#, server.url())).unwrap();
    let (is_in, entered) = std::sync::mpsc::channel();
    let left = Arc::new(Mutex::new(false));
    let leaves = Arc::clone(&left);
    client
        .set_log(LogLevel::Debug, move |_, _| {
            _ = is_in.send(());
            thread::sleep(Duration::from_millis(200));
            *leaves.lock().unwrap() = true;
        })
        .unwrap();
    thread::scope(|scope| {
        scope.spawn(|| client.call("avd.room.read", READ).unwrap());
        entered.recv().unwrap();
        client.clear_log().unwrap();
        assert!(*left.lock().unwrap(), "it had not ended");
    });
}

#[test]
fn statistics_count_by_operation_and_status() {
    let server = Server::start(|number, _| match number {
        0 => json(r#"{"ret":0,"token":"live-token-1"}"#),
        1..=10 => json(r#"{"ret":0}"#),
        11 => json(r#"{"ret":40004,"msg":"no"}"#),
        12 => Act::SendAndClose(Vec::new()),
        13 => Act::Silence,
        _ => json(r#"{"ret":0}"#),
    });
    let client = avd(&server.url(), "");
    for _ in 0..11 {
        _ = client.call("avd.room.read", READ);
    }
    _ = client.call("avd.room.del", READ).unwrap_err();
    _ = client.call_with("avd.room.read", READ, r#"{"timeout_ms":150}"#, None).unwrap_err();
    client.call("avd.room.read", "{}").unwrap_err();
    client.raw_call(r#"{"method":"GET","path":"/sdkapi/v2/x"}"#).unwrap();
    let stats: Value = serde_json::from_str(&client.stats().unwrap()).unwrap();
    let read = &stats["operations"]["avd.room.read"];
    assert_eq!(read["calls"], 13, "{stats}");
    assert_eq!(read["failed"], json!({ "API": 1, "INVALID_ARGUMENT": 1, "TIMEOUT": 1 }));
    assert_eq!(stats["operations"]["avd.room.del"]["failed"], json!({ "NETWORK": 1 }));
    assert_eq!((&stats["operations"]["raw"]["calls"], &stats["operations"]["raw"]["failed"]), (&json!(1), &json!({})));
    for (name, expected) in
        [("requests", 15), ("ahead", 1), ("repeated", 0), ("tokens_fetched", 1), ("connections_opened", 3)]
    {
        assert_eq!(stats[name], expected, "{name} of {stats}");
    }
    assert_eq!(stats["connections_reused"], 12, "{stats}");
    let ms = |name: &str| read["ms"][name].as_f64().unwrap();
    assert!(ms("p50") <= ms("p90") && ms("p90") <= ms("p99") && ms("p99") <= ms("max"), "{read}");
    assert!(ms("max") >= 150.0 && ms("p50") < 100.0, "{read}");
}

/// Sends so much of an answer, rests, sends the rest.
fn slow(before: u64, between: u64) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let mut head = [0; 4096];
            _ = std::io::Read::read(&mut connection, &mut head);
            thread::sleep(Duration::from_millis(before));
            _ = connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"re");
            thread::sleep(Duration::from_millis(between));
            _ = connection.write_all(b"t\":0}");
        }
    });
    url
}

#[test]
fn facts_stand_beside_the_answer_as_it_came() {
    let body = "{\"ret\":0 ,\"data\" : {\"n\":12345678901234567890.10, \"name\":\"会\\u8bae\"}}";
    let server = Server::start(move |number, _| serves_rooms(number, body));
    let client = avd(&server.url(), "");
    let reply = client.call_with("avd.room.read", READ, FACTS, None).unwrap();
    let (before, facts) = reply.split_at(reply.rfind(",\"facts\":").unwrap());
    assert_eq!(before, format!("{{\"reply\":{body}"));
    let facts: Value =
        serde_json::from_str(facts.strip_prefix(",\"facts\":").unwrap().strip_suffix('}').unwrap()).unwrap();
    for (name, expected) in [
        ("http_status", json!(200)),
        ("attempts", json!(1)),
        ("token_generation", json!(1)),
        ("reused_connection", json!(true)),
    ] {
        assert_eq!(facts[name], expected, "{name} of {facts}");
    }
    assert_eq!(client.call_with("avd.room.read", READ, r#"{"facts":false}"#, None).unwrap(), body);
    let error = client.call_with("avd.room.read", READ, r#"{"facts":1}"#, None).unwrap_err();
    assert!(error.to_string().contains("\"facts\""), "{error}");
    assert!(Client::new(r#"{"platform":"avd","base_url":"http://h","token":"t","facts":true}"#).is_err());
    // Also what fetches a token, and what the catalog does not have.
    for reply in [
        client.call_with("avd.app.get_token", "{}", FACTS, None).unwrap_err().to_string(),
        client.raw_call_with(r#"{"method":"GET","path":"/x"}"#, FACTS, None).unwrap(),
    ] {
        assert!(reply.contains("\"facts\":{") || reply.contains("token"), "{reply}");
    }
    let server = Server::start(|_, _| json(r#"{"ret":0,"token":"live-token-1"}"#));
    let reply = avd(&server.url(), "").call_with("avd.app.get_token", "{}", FACTS, None).unwrap();
    assert!(reply.starts_with(r#"{"reply":{"ret":0,"token":"live-token-1"},"facts":{"http_status":200,"#), "{reply}");
}

#[test]
fn the_phases_are_where_the_time_went() {
    let of = |url: &str| -> Value {
        let client = Client::new(&format!(r#"{{"platform":"avd","base_url":"{url}","token":"t"}}"#)).unwrap();
        serde_json::from_str(&client.call_with("avd.room.read", READ, FACTS, None).unwrap()).unwrap()
    };
    let ms = |facts: &Value, name: &str| facts["facts"]["ms"][name].as_f64().unwrap_or_default();
    let waits = of(&slow(120, 0));
    assert!(ms(&waits, "wait") >= 120.0 && ms(&waits, "read") < 60.0, "{waits}");
    let reads = of(&slow(0, 120));
    assert!(ms(&reads, "read") >= 100.0 && ms(&reads, "wait") < 60.0, "{reads}");
    assert!(ms(&reads, "connect") > 0.0 && reads["facts"]["ms"].get("tls").is_none(), "{reads}");
    assert!(ms(&reads, "total") >= ms(&reads, "wait") + ms(&reads, "read"), "{reads}");

    let folder = support::Folder::new();
    let ca_file = folder.path().join("ca.pem");
    let sandbox = Sandbox::start(Options { ca_file: Some(ca_file.clone()), ..Options::default() }).unwrap();
    let mut config = sandbox.configurations()["avd"].clone();
    config["tls"] = json!({ "ca_file": ca_file });
    let client = Client::new(&config.to_string()).unwrap();
    let told = Told::by(&client, LogLevel::Debug);
    client.call("avd.room.read", READ).unwrap();
    let events = told.take();
    assert!(events[0]["ms"]["tls"].as_f64().unwrap() > 0.0, "{events:?}");
}

#[test]
fn what_is_asked_for_an_address_is_told_as_such() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let mut config = sandbox.configurations()["hst"].clone();
    let base = config.as_object_mut().unwrap().remove("base_url").unwrap();
    config["discovery_url"] = json!(format!("{}/server/address", base.as_str().unwrap()));
    let client = Client::new(&config.to_string()).unwrap();
    let told = Told::by(&client, LogLevel::Debug);
    client.call("hst.online.user.state", r#"{"app_id":"8f14e45fceea467a9f36dedd4bea2543","msg_id":1}"#).unwrap();
    let ahead: Vec<Value> = told.take().iter().map(|event| event["ahead"].clone()).collect();
    assert_eq!(ahead, [json!("address"), json!("token"), Value::Null, Value::Null, Value::Null]);

    let client =
        Client::new(&format!(r#"{{"platform":"avd","base_url":"http://{NOBODY_LISTENS}","token":"t"}}"#)).unwrap();
    let told = Told::by(&client, LogLevel::Debug);
    client.call_with("avd.room.read", READ, r#"{"max_attempts":1}"#, None).unwrap_err();
    let events = told.take();
    assert!(events[0].get("reused_connection").is_none() && events[0]["sent_bytes"] == 0, "{events:?}");
}

#[test]
fn each_event_of_a_connection_that_is_not_verified_says_why() {
    let sandbox = Sandbox::start(Options { tls: true, ..Options::default() }).unwrap();
    let mut config = sandbox.configurations()["avd"].clone();
    config["tls"] = json!({ "insecure": true, "insecure_reason": "a test" });
    let client = Client::new(&config.to_string()).unwrap();
    let told = Told::by(&client, LogLevel::Debug);
    client.call("avd.room.read", READ).unwrap();
    let events = told.take();
    for event in events.iter().filter(|event| event["event"] != "token_fetched") {
        assert_eq!(event["insecure"], "a test", "{event}");
    }
    assert!(events.len() >= 4, "{events:?}");
}
