//! Events of hst through the C functions, against an event gateway that does what each test scripts.

#[path = "authority/mod.rs"]
mod authority;
mod gateway;
mod proxy_servers;
mod scripted;
mod support;

use authority::{Authority, config as tls_config};
use gateway::{Conversation, Gateway, config, joined, platform, state};
use proxy_servers::{Scripted, join, read_head};
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConnection, StreamOwned};
use scripted::{NOBODY_LISTENS, Server};
use serde_json::{Value, json};
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

const OPTIONS: &str = r#"{"app_ids":["a"],"pause_ms":10,"max_pause_ms":50}"#;

fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| support::compile("tests/c/events.c", &["-std=c99", "-pthread"], "events"))
}

/// What the program has printed, but for its last line.
fn printed(config: &str, options: &str, way: &[&str]) -> Vec<Value> {
    printed_by(Command::new(program()).args([config, options]).args(way))
}

fn printed_by(command: &mut Command) -> Vec<Value> {
    let output = support::run(command);
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    assert_eq!((output.status.success(), lines.pop()), (true, Some("closed")), "{}", support::both(&output));
    assert!(!text.contains("token-"), "a token was told: {text}");
    lines.into_iter().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
}

/// An event in short: `state a 7 gap`, `joined a g 8`, `disconnected NETWORK`.
fn short(event: &Value) -> String {
    let words = ["type", "app_id", "group_id", "version", "reason"].into_iter().filter_map(|name| event.get(name));
    let words = words.chain(event["error"].get("status"));
    words.map(|word| word.as_str().map_or(word.to_string(), str::to_owned)).collect::<Vec<_>>().join(" ")
}

/// The first events of a session. On a busy machine more of them come before it is closed.
fn events(platform: &Server, options: &str, count: usize) -> Vec<Value> {
    events_of(&config(platform, &json!({})), options, count)
}

fn events_of(config: &str, options: &str, count: usize) -> Vec<Value> {
    let mut events = printed(config, options, &["print", &count.to_string()]);
    events.truncate(count);
    events
}

fn shorts(events: &[Value]) -> Vec<String> {
    events.iter().map(short).collect()
}

/// Up to date with version 7 of the application a.
fn up_to_date(talk: &mut Conversation) {
    talk.begin(&["a"]);
    talk.give_state("a", 7, &["g"]);
}

#[test]
fn changes_come_in_order_and_once_as_they_were_sent() {
    let gateway = Gateway::start(|talk| {
        assert_eq!(talk.begin(&["a"]), "token-1");
        talk.give_state("a", 7, &["g"]);
        talk.say(&joined("g", "u", 6));
        talk.say(&joined("g", "u", 8));
        talk.say(&joined("g", "u", 8));
        talk.say(&joined("g", "other", 8));
        talk.say_text(r#"{"id":20104, "group_id":"g","record_id":"r","record_statue":2,"record_msg":"{\"n\":1.10}"}"#);
        talk.say(
            &json!({ "id": 20103, "group_id": "g", "user_id": "u", "media_id": "m", "media_type": 2, "version": 9 }),
        );
        talk.say(&json!({ "id": 20777 }));
        talk.say(&json!({ "id": 20101, "group_id": "g", "user_id": "u", "version": 10 }));
        talk.stay();
    });
    let platform = platform(&gateway.url());
    let events = events(&platform, OPTIONS, 8);
    let expected = [
        "connected",
        "state a 7 opened",
        "joined a g 8",
        "joined a g 8",
        "recording a g",
        "stopped a g 9",
        "other",
        "left a g 10",
    ];
    assert_eq!(shorts(&events), expected);
    assert_eq!(events[1]["data"], state("a", 7, &["g"]));
    assert_eq!((&events[3]["data"]["user_id"], &events[3]["id"]), (&json!("other"), &json!(20100)));
    assert_eq!(events[4]["data"]["record_msg"], r#"{"n":1.10}"#);
    let asked = platform.requests().into_iter().find(|request| request.target.starts_with("/server")).unwrap();
    assert_eq!(asked.target, "/server/address?appType=8&app_id=a");
    assert!(!asked.head.contains("token"), "{}", asked.head);
    gateway.check();
}

#[test]
fn the_queue_gives_the_same() {
    let gateway = Gateway::start(|talk| {
        up_to_date(talk);
        (8..20).for_each(|version| talk.say(&joined("g", "u", version)));
        talk.stay();
    });
    let events = printed(&config(&platform(&gateway.url()), &json!({})), OPTIONS, &["queue", "14"]);
    assert_eq!(shorts(&events)[..3], ["connected", "state a 7 opened", "joined a g 8"]);
    assert_eq!(short(&events[13]), "joined a g 19");
    gateway.check();
}

#[test]
fn a_gap_leads_to_a_full_state_and_what_it_holds_is_not_told() {
    let gateway = Gateway::start(|talk| {
        up_to_date(talk);
        talk.say(&joined("g", "v", 9));
        talk.expect(20008);
        talk.say(&joined("g", "u", 8));
        talk.say(&joined("g", "w", 10));
        talk.say(&joined("g", "x", 11));
        talk.say(&state("a", 10, &["g"]));
        talk.say(&joined("g", "y", 12));
        talk.stay();
    });
    let events = events(&platform(&gateway.url()), OPTIONS, 5);
    let expected = ["connected", "state a 7 opened", "state a 10 gap", "joined a g 11", "joined a g 12"];
    assert_eq!(shorts(&events), expected);
    gateway.check();
}

#[test]
fn a_lost_connection_is_told_and_made_anew() {
    let gateway = Gateway::start(|talk| {
        assert_eq!(talk.begin(&["a"]), "token-1");
        if talk.number == 1 {
            return;
        }
        talk.give_state("a", 7 + talk.number as i64, &["g"]);
        match talk.number {
            0 => talk.say(&joined("g", "u", 8)),
            _ => talk.stay(),
        }
    });
    let platform = platform(&gateway.url());
    let events = events(&platform, OPTIONS, 8);
    let expected = [
        "connected",
        "state a 7 opened",
        "joined a g 8",
        "disconnected NETWORK",
        "connected",
        "disconnected NETWORK",
        "connected",
        "state a 9 reconnected",
    ];
    assert_eq!(shorts(&events), expected);
    let pause = events[5]["next_attempt_ms"].as_u64().unwrap();
    assert!((10..=20).contains(&pause), "{pause}");
    assert_eq!((events[3]["error"]["platform"].as_str(), platform.count("/access/token")), (Some("hst"), 1));
    gateway.check();
}

#[test]
fn the_clients_log_and_statistics_tell_of_sessions() {
    let gateway = Gateway::start(|talk| {
        up_to_date(talk);
        if talk.number > 0 {
            talk.stay();
        }
    });
    let config =
        config(&platform(&gateway.url()), &json!({ "tls": { "insecure": true, "insecure_reason": "a test" } }));
    let mut printed = printed(&config, OPTIONS, &["observe", "5"]);
    let stats = printed.pop().unwrap();
    assert_eq!((&stats["events_connected"], &stats["events_lost"]), (&json!(2), &json!(1)));
    let logged: Vec<&Value> = printed.iter().filter(|line| line.get("logged").is_some()).collect();
    let kinds: Vec<_> = logged.iter().map(|line| (line["level"].as_i64(), line["logged"]["event"].as_str())).collect();
    let connected = (Some(3), Some("events_connected"));
    assert_eq!(kinds, [connected, (Some(2), Some("events_lost")), connected]);
    let lost = &logged[1]["logged"];
    assert_eq!(
        (&lost["status"], &lost["platform"], &lost["insecure"]),
        (&json!("NETWORK"), &json!("hst"), &json!("a test"))
    );
    assert!(lost["message"].as_str().unwrap().contains("closed") && lost["pause_ms"].is_u64(), "{lost}");
    gateway.check();
}

#[test]
fn a_refused_login_gets_one_other_token() {
    for (refused, expected, tokens) in [
        // By the first token.
        (1, &["connected", "state a 7 opened"][..], 2),
        // By all of them: the account is not the token's fault, and others keep theirs.
        (usize::MAX, &["disconnected AUTH", "disconnected AUTH", "disconnected AUTH"][..], 2),
    ] {
        let gateway = Gateway::start(move |talk| {
            if talk.number < refused {
                let token = talk.expect(20000)["token"].as_str().unwrap().to_owned();
                let words = format!("no right for {token}");
                return talk.say(&json!({ "id": 20001, "result": 606000001, "message": words }));
            }
            assert_eq!(talk.begin(&["a"]), "token-2");
            talk.give_state("a", 7, &["g"]);
            talk.stay();
        });
        let platform = platform(&gateway.url());
        let events = events(&platform, OPTIONS, expected.len());
        assert_eq!(shorts(&events), expected);
        assert_eq!(platform.count("/access/token"), tokens);
        if refused > 1 {
            let error = &events[0]["error"];
            assert_eq!((&error["code"], &error["platform_message"]), (&json!(606000001), &json!("no right for ***")));
            assert!(gateway.connections() >= 4, "each login but the first is tried once");
        }
        gateway.check();
    }
}

#[test]
fn a_refusal_that_has_nothing_to_do_with_the_token_costs_none() {
    let gateway = Gateway::start(|talk| {
        talk.expect(20000);
        talk.say(&json!({ "id": 20001, "result": "606000006" }));
    });
    let platform = platform(&gateway.url());
    assert_eq!(shorts(&events(&platform, OPTIONS, 2)), ["disconnected AUTH"; 2]);
    assert_eq!(platform.count("/access/token"), 1);
    gateway.check();
}

#[test]
fn a_token_that_is_renewed_meanwhile_ends_no_session() {
    let gateway = Gateway::start(|talk| {
        assert_eq!(talk.begin(&["a"]), "token-1");
        talk.give_state("a", 7, &["g"]);
        thread::sleep(Duration::from_secs(1));
        talk.say(&joined("g", "u", 8));
        talk.stay();
    });
    let platform = platform(&gateway.url());
    let events = printed(&config(&platform, &json!({})), OPTIONS, &["renew", "2"]);
    assert_eq!(shorts(&events), ["connected", "state a 7 opened", "joined a g 8"]);
    assert_eq!((gateway.connections(), platform.count("/access/token")), (1, 2));
    gateway.check();
}

#[test]
fn silence_is_noticed_by_heartbeats() {
    let gateway = Gateway::start(|talk| {
        up_to_date(talk);
        match talk.number {
            // Alive, and not a word.
            0 => thread::sleep(Duration::from_secs(60)),
            _ => talk.stay(),
        }
    });
    let options = r#"{"app_ids":["a"],"pause_ms":10,"max_pause_ms":50,"heartbeat_s":1}"#;
    let events = events(&platform(&gateway.url()), options, 5);
    let expected = ["connected", "state a 7 opened", "disconnected TIMEOUT", "connected", "state a 7 reconnected"];
    assert_eq!(shorts(&events), expected);
    assert!(events[2]["error"]["message"].as_str().unwrap().contains("heartbeat_s"), "{}", events[2]);
    gateway.check();
}

#[test]
fn a_slow_reader_is_not_taken_for_a_silent_gateway() {
    let gateway = Gateway::start(|talk| {
        up_to_date(talk);
        talk.say(&joined("g", "u", 8));
        talk.stay();
    });
    let options = r#"{"app_ids":["a"],"heartbeat_s":1}"#;
    let events = printed(&config(&platform(&gateway.url()), &json!({})), options, &["slow-callback", "3"]);
    assert_eq!(shorts(&events), ["connected", "state a 7 opened", "joined a g 8"]);
    gateway.check();
}

#[test]
fn what_is_no_answer_ends_the_connection_in_words() {
    for (script, status, words) in [
        ((|talk| talk.say_text("nonsense")) as fn(&mut Conversation), "PROTOCOL", "is not a JSON object"),
        (|talk| talk.say(&json!({ "id": 20001 })), "PROTOCOL", "without a \"result\""),
        (|talk| talk.say(&json!({ "id": 20900, "x": "x".repeat(5000) })), "LIMIT", "max_reply_bytes"),
        (
            |talk| thread::sleep(Duration::from_secs(60 + talk.number as u64)),
            "TIMEOUT",
            "did not answer the login within 700 ms",
        ),
    ] {
        let gateway = Gateway::start(move |talk| {
            talk.expect(20000);
            script(talk);
            thread::sleep(Duration::from_secs(1));
        });
        let config = config(&platform(&gateway.url()), &json!({ "max_reply_bytes": 4096, "timeout_ms": 700 }));
        let events = events_of(&config, OPTIONS, 1);
        assert_eq!(shorts(&events), [format!("disconnected {status}")]);
        assert!(events[0]["error"]["message"].as_str().unwrap().contains(words), "{}", events[0]);
        gateway.check();
    }
}

#[test]
fn what_is_no_gateway_is_told_in_words() {
    let no_websocket = Server::start(|_, _| scripted::Act::Send(scripted::answer("403 Forbidden", "", "")));
    for (url, status, words) in [
        (no_websocket.url().replace("http", "ws"), "HTTP", "HTTP 403"),
        (format!("ws://{NOBODY_LISTENS}"), "NETWORK", "is the gateway's address that discovery_url told right"),
        (format!("wss://{}", scripted::speaks_no_tls()), "TLS", "TLS"),
        ("http://10.0.0.5".to_owned(), "PROTOCOL", "wss or ws"),
    ] {
        let events = events(&platform(&url), OPTIONS, 1);
        assert_eq!(shorts(&events), [format!("disconnected {status}")]);
        assert!(events[0]["error"]["message"].as_str().unwrap().contains(words), "{}", events[0]);
    }
}

#[test]
fn the_request_for_a_websocket_has_the_clients_headers_and_no_token() {
    let server = Server::start(|_, _| scripted::Act::Send(scripted::answer("401 Unauthorized", "", "")));
    let config = config(&platform("ws://unused"), &json!({ "headers": { "X-Gateway-Key": "k" } }));
    let url = format!(r#"{{"app_ids":["a"],"url":"{}/egw"}}"#, server.url().replace("http", "ws"));
    assert_eq!(shorts(&events_of(&config, &url, 1)), ["disconnected HTTP"]);
    let head = server.requests()[0].head.to_ascii_lowercase();
    let host = format!("host: {}\r\n", server.address);
    for part in ["get /egw http/1.1", "x-gateway-key: k", "user-agent: meetgate/", "upgrade: websocket", &host] {
        assert!(head.contains(part), "{head}");
    }
    assert!(!head.contains("authorization") && !head.contains("token"), "{head}");
}

#[test]
fn an_address_that_leads_nowhere_is_named_by_where_it_is_from() {
    let platform = platform("ws://unused");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let speaks_tls = listener.local_addr().unwrap();
    // An alert: what was asked is no TLS.
    thread::spawn(move || {
        let mut open: Vec<TcpStream> = listener.incoming().flatten().take(1).collect();
        open[0].write_all(&[21, 3, 3, 0, 2, 2, 10]).unwrap();
        thread::sleep(Duration::from_secs(5));
    });
    for (config, options, words) in [
        (json!({}), json!({ "url": format!("ws://{NOBODY_LISTENS}") }), "is the option \"url\" right"),
        (
            json!({}),
            json!({ "url": format!("ws://{speaks_tls}") }),
            "speaks no websocket: WebSocket protocol error: httparse error: invalid HTTP version; is the option \"url\" right?",
        ),
        (json!({ "discovery_url": format!("http://{NOBODY_LISTENS}") }), json!({}), "is discovery_url right"),
    ] {
        let mut all = json!({ "app_ids": ["a"] });
        all.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        let events = events_of(&self::config(&platform, &config), &all.to_string(), 1);
        assert!(events[0]["error"]["message"].as_str().unwrap().contains(words), "{}", events[0]);
    }
}

#[test]
fn several_applications_have_a_version_each() {
    let gateway = Gateway::start(|talk| {
        talk.begin(&["a", "b"]);
        talk.give_state("a", 7, &["g"]);
        talk.give_state("b", 3, &["h"]);
        talk.say(&joined("h", "u", 4));
        talk.say(&joined("new", "u", 8));
        talk.give_state("a", 8, &["g", "new"]);
        talk.give_state("b", 4, &["h"]);
        talk.say(&joined("new", "v", 9));
        talk.stay();
    });
    let options = r#"{"app_ids":["a","b"]}"#;
    let events = events(&platform(&gateway.url()), options, 7);
    let expected = [
        "connected",
        "state a 7 opened",
        "state b 3 opened",
        "joined b h 4",
        "state a 8 gap",
        "state b 4 gap",
        "joined a new 9",
    ];
    assert_eq!(shorts(&events), expected);
    gateway.check();
}

#[test]
fn a_reader_that_is_too_slow_for_its_queue_gets_a_full_state() {
    let gateway = Gateway::start(|talk| {
        up_to_date(talk);
        (8..8 + 4200).for_each(|version| talk.say(&joined("g", "u", version)));
        talk.give_state("a", 4300, &["g"]);
        talk.stay();
    });
    let count = 4300;
    let output = support::run(
        Command::new(program())
            .args([&config(&platform(&gateway.url()), &json!({})), OPTIONS])
            .args(["slow-queue", &count.to_string()]),
    );
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let state = lines
        .iter()
        .position(|event| event["reason"] == "overflow")
        .unwrap_or_else(|| panic!("{}", support::both(&output)));
    // What came after the drop and before the state is there, in order.
    assert!(state < 4096, "{state}");
    let versions: Vec<i64> = lines[..state].iter().filter_map(|event| event["version"].as_i64()).collect();
    assert!(versions.windows(2).all(|pair| pair[0] < pair[1]), "{versions:?}");
    assert_eq!(short(&lines[state]), "state a 4300 overflow");
    gateway.check();
}

#[test]
fn a_session_closes_at_any_moment() {
    let gateway = Gateway::start(|talk| {
        up_to_date(talk);
        (8..100).for_each(|version| talk.say(&joined("g", "u", version)));
        talk.stay();
    });
    let here = config(&platform(&gateway.url()), &json!({}));
    let events = printed(&here, OPTIONS, &["close-in-the-callback"]);
    assert_eq!(shorts(&events), ["connected", "state a 7 opened"]);
    let events = printed(&here, OPTIONS, &["free-the-client", "3"]);
    assert_eq!(short(events.last().unwrap()), "closed");

    // Nothing answers, in each of the places where a session may wait.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silence = silent.local_addr().unwrap();
    for black_hole in [format!("ws://{silence}"), format!("wss://{silence}"), "ws://10.255.255.1:9".to_owned()] {
        printed(&config(&platform(&black_hole), &json!({})), OPTIONS, &["close-soon"]);
    }
    let nowhere = platform(&format!("ws://{NOBODY_LISTENS}"));
    let long_pause = r#"{"app_ids":["a"],"pause_ms":60000,"max_pause_ms":60000}"#;
    assert_eq!(shorts(&printed(&config(&nowhere, &json!({})), long_pause, &["close-soon"])), ["disconnected NETWORK"]);
    gateway.check();
}

#[test]
fn the_example_shows_what_happens() {
    let gateway = Gateway::start(|talk| {
        up_to_date(talk);
        talk.say(&joined("g", "u", 8));
        talk.stay();
    });
    let program = support::compile("examples/c/events.c", &["-std=c99"], "example-events");
    let config = config(&platform(&gateway.url()), &json!({}));
    let output = support::run(Command::new(program).args([&config, "a", "3"]));
    assert!(output.status.success(), "{}", support::both(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), " connected\n state\n joined g u\n");
    gateway.check();
}

#[test]
fn cpp_programs_get_them_in_a_function() {
    if !support::has("c++") {
        return;
    }
    let gateway = Gateway::start(|talk| talk.serve(&state("a", 7, &["g"]), &joined("g", "u", 8)));
    let program = support::compile("tests/cpp/events.cpp", &["-std=c++11", "-pthread"], "events-cpp");
    let events = printed_by(Command::new(program).arg(config(&platform(&gateway.url()), &json!({}))));
    assert_eq!(shorts(&events), ["connected", "state a 7 opened", "joined a g 8"]);
    gateway.check();
}

#[test]
fn a_thousand_sessions_leave_nothing_behind() {
    let gateway = Gateway::start(|talk| talk.serve(&state("a", 7, &["g"]), &joined("g", "u", 8)));
    let output = support::run(
        Command::new(program()).args([&config(&platform(&gateway.url()), &json!({})), OPTIONS]).args(["many", "1000"]),
    );
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.ends_with("closed\n") && !text.contains("left:"), "{}", support::both(&output));
}

#[test]
fn what_cannot_be_right_is_refused_at_once() {
    let gateway = Gateway::start(Conversation::stay);
    printed(&config(&platform(&gateway.url()), &json!({})), OPTIONS, &["arguments"]);
}

#[test]
fn a_gateway_behind_tls_is_trusted_as_the_client_says() {
    let authority = Authority::new("Authority of a test");
    let tls = Arc::new(tls_config(&authority.certify(|_| ()), &[&TLS12, &TLS13], None));
    let gateway = Gateway::over(
        move |stream| Box::new(StreamOwned::new(ServerConnection::new(Arc::clone(&tls)).unwrap(), stream)),
        |talk| {
            up_to_date(talk);
            talk.stay();
        },
    );
    let url = format!("wss://{}", gateway.address);
    let trusting = config(&platform(&url), &json!({ "tls": { "ca_pem": authority.pem } }));
    assert_eq!(shorts(&events_of(&trusting, OPTIONS, 2)), ["connected", "state a 7 opened"]);
    let distrusting = config(&platform(&url), &json!({}));
    let events = events_of(&distrusting, OPTIONS, 1);
    assert_eq!(shorts(&events), ["disconnected TLS"]);
    assert_eq!(gateway.connections(), 1);
    gateway.check();
}

#[test]
fn a_gateway_is_reached_through_the_proxy() {
    let gateway = Gateway::start(|talk| {
        up_to_date(talk);
        talk.stay();
    });
    let targets: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&targets);
    let proxy = Scripted::start(move |mut connection| {
        let head = read_head(&mut connection);
        let Some(target) = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()) else { return };
        seen.lock().unwrap().push(target.to_owned());
        let Ok(other) = TcpStream::connect(target) else { return };
        _ = connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        join(connection, other);
    });
    let config = config(&platform(&gateway.url()), &json!({ "proxy": proxy.url() }));
    assert_eq!(shorts(&events_of(&config, OPTIONS, 2)), ["connected", "state a 7 opened"]);
    let targets = targets.lock().unwrap();
    assert!(targets.contains(&gateway.address.to_string()), "{targets:?}");
    gateway.check();
}

/// Memory, under valgrind: of a session that closes itself, of one that outlives its client, and of a queue.
#[test]
fn nothing_is_leaked_or_used_after_its_end() {
    if !support::has("valgrind") || support::sanitizer().is_some() {
        return;
    }
    let gateway = Gateway::start(|talk| talk.serve(&state("a", 7, &["g"]), &joined("g", "u", 8)));
    let config = config(&platform(&gateway.url()), &json!({}));
    for way in [&["close-in-the-callback"][..], &["free-the-client", "3"], &["queue", "3"]] {
        printed_by(support::valgrind(program()).args([config.as_str(), OPTIONS]).args(way));
    }
}
