//! What was started is undone, and what goes on is waited for, against the sandbox.

mod examples;
mod scripted;
mod support;

use meetgate::{Cancel, Client, Error, Status, catalog};
use meetgate_sandbox::{CloseWhen, Fault, FaultKind, Options, Sandbox};
use scripted::{Act, Server};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Pauses that suit a sandbox.
const QUICK: &str = r#"{"pause_ms":50,"max_pause_ms":100,"timeout_ms":20000}"#;
const RUNNING: &str = r#"{"record_id":"4d1f0c52a7e94b0f8a6b3c9d2e5f7a10"}"#;

fn sandbox() -> (Sandbox, Client) {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let client = Client::new(&sandbox.configurations()["avd"].to_string()).unwrap();
    (sandbox, client)
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn call(client: &Client, operation: &str, params: &Value) -> Value {
    value(&client.call(operation, &params.to_string()).unwrap())
}

#[test]
fn all_that_can_be_undone_is_undone_by_the_answer_of_its_start() {
    let mut tried = 0;
    for undoing in catalog::operations().iter().filter(|operation| !operation.undoes.is_empty()) {
        let sandbox = Sandbox::start(Options::default()).unwrap();
        let config = &sandbox.configurations()[undoing.platform.as_str()];
        let client = Client::new(&config.to_string()).unwrap();
        let example = examples::all().into_iter().find(|example| example.name == *undoing.undoes).unwrap();
        let started = client.call(&example.name, &example.params).unwrap();
        sandbox.clear_exchanges();
        let answer = client.undo(&example.name, &example.params, Some(&started), "{}", None).unwrap();
        let number = if undoing.name.starts_with("hst.") { "code" } else { "ret" };
        assert_eq!(value(&answer)[number], 0, "{}", example.name);
        let exchanges = sandbox.exchanges();
        assert_eq!(exchanges.len(), 1, "{}", example.name);
        assert_eq!(exchanges[0].operation, Some(undoing.name.as_str()));
        tried += 1;
    }
    assert_eq!(tried, 15);
}

#[test]
fn the_recording_that_was_started_is_stopped_and_no_other() {
    let (_sandbox, avd) = sandbox();
    let params = json!({"room_id": "12345123456", "enable_audio_record": true}).to_string();
    let started = avd.call("avd.room.mix_record.start", &params).unwrap();
    let record_id = value(&started)["record_id"].clone();
    let status = || call(&avd, "avd.room.record.status", &json!({ "record_id": record_id }))["record_status"].clone();
    assert!([json!(0), json!(1)].contains(&status()));
    let other = value(&started)["record_id"].as_str().unwrap().replace(|digit: char| digit.is_ascii_digit(), "0");
    let error = avd
        .undo("avd.room.mix_record.start", &params, Some(&json!({ "record_id": other }).to_string()), "{}", None)
        .unwrap_err();
    assert_eq!(error.status(), Status::Api, "{error}");
    assert!([json!(0), json!(1)].contains(&status()));

    // With the facts of its call beside it, and undone with facts in its turn.
    let wrapped = format!("{{\"reply\":{started},\"facts\":{{\"attempts\":1}}}}");
    let undone = avd.undo("avd.room.mix_record.start", &params, Some(&wrapped), r#"{"facts":true}"#, None).unwrap();
    assert_eq!(value(&undone)["reply"]["ret"], 0);
    assert_eq!(status(), 2);

    // There is nothing to undo any more, and that is said.
    let error = avd.undo("avd.room.mix_record.start", &params, Some(&started), "{}", None).unwrap_err();
    let class = serde_json::to_value(error.document().class).unwrap();
    assert!([json!("conflict"), json!("not_found")].contains(&class), "{error:?}");
}

#[test]
fn what_cannot_be_undone_is_refused_and_nothing_is_sent() {
    let (sandbox, avd) = sandbox();
    let refused = |operation: &str, params: &str, answer: Option<&str>, options: &str, words: &str| {
        let error = avd.undo(operation, params, answer, options, None).unwrap_err();
        assert_eq!(error.status(), Status::InvalidArgument);
        assert!(error.to_string().contains(words), "{error}");
    };
    let start = "avd.room.mix_record.start";
    refused(
        "avd.room.read",
        "{}",
        None,
        "{}",
        "nothing undoes avd.room.read; expected one of hst.record.init, hst.live.start, avd.room.mix_record.start",
    );
    refused("avd.room.mix_record", "{}", None, "{}", "unknown operation");
    refused(start, "[]", None, "{}", "params: expected a JSON object");
    refused(start, "{}", Some("[]"), "{}", "start_reply: expected a JSON object");
    refused(start, "{}", Some(r#"{"reply":5,"facts":{}}"#), "{}", "start_reply: expected a JSON object");
    refused(start, r#"{"room_id":"1"}"#, Some("{\"ret\":0}"), "{}", "start_reply: has no \"record_id\"");
    refused(start, "{}", None, "{}", "\"room_id\" is missing");
    let player = "avd.media.create";
    refused(player, r#"{"room_id":"1"}"#, Some("{\"play_id\":null}"), "{}", "start_reply: has no \"play_id\"");
    refused(player, r#"{"room_id":"1"}"#, None, "{}", "start_reply is missing: avd.media.stop needs \"play_id\"");
    refused(start, r#"{"room_id":"1"}"#, None, r#"{"pause_ms":5}"#, "pause_ms");
    assert!(sandbox.exchanges().is_empty());

    // What was refused did not begin: what somebody else has begun goes on.
    let busy = json!({"room_id": "98765432100", "enable_audio_record": true}).to_string();
    let error = avd.call(start, &busy).unwrap_err();
    assert_eq!(error.document().code, Some(40040));
    refused(start, &busy, Some(&error.to_json()), "{}", "this is an error document");
    assert_eq!(call(&avd, "avd.room.record.status", &value(RUNNING))["record_status"], 1);
}

#[test]
fn a_called_device_a_transcoding_a_recording_and_a_file_are_waited_for() {
    let (sandbox, avd) = sandbox();
    let wait = |operation: &str, params: &Value| value(&avd.wait(operation, &params.to_string(), QUICK, None).unwrap());
    let url = "sip:1002@192.0.2.10";
    let called = call(&avd, "avd.device.call", &json!({"name": "d", "room_id": "12345123456", "url": url}));
    assert_eq!(wait("avd.device.get_invite_status", &json!({"call_id": called["call_id"]}))["invite_status"], 1);
    assert!(sandbox.counts()["avd.device.get_invite_status"] > 2);

    let of_room = json!({"room_id": "12345123456", "record_id": "b7c2a9d04e1f4c6d9a8b5e3f1c0d2a64"});
    call(&avd, "avd.room.record.transfer", &of_room);
    assert_eq!(wait("avd.transcode.query", &of_room)["status"], 2);
    assert!(sandbox.counts()["avd.transcode.query"] > 2);

    let running = value(RUNNING);
    let file = json!({"room_id": "98765432100", "record_id": running["record_id"]});
    call(&avd, "avd.room.close", &json!({"room_id": "98765432100"}));
    thread::scope(|scope| {
        let file = scope.spawn(|| wait("avd.room.mix_record.get", &file));
        assert_eq!(wait("avd.room.record.status", &running)["record_status"], 2);
        assert!(file.join().unwrap()["data"][0]["transcode_files"][0]["download_url"].is_string());
    });
    assert!(sandbox.counts()["avd.room.record.status"] > 2);
    assert!(sandbox.counts()["avd.room.mix_record.get"] > 2);
}

#[test]
fn a_recording_of_hst_is_waited_for_until_it_is_done_or_has_failed() {
    const APP: &str = "8f14e45fceea467a9f36dedd4bea2543";
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let hst = Client::new(&sandbox.configurations()["hst"].to_string()).unwrap();
    let of = |record_id: &Value| json!({"app_id": APP, "record_id": record_id});
    let wait = |params: &Value| hst.wait("hst.record.task.list", &params.to_string(), QUICK, None);

    let recording = of(&json!("3b9e5f70c8d24a61b7f4e2d1a0c68593"));
    call(&hst, "hst.record.finish", &recording);
    assert_eq!(value(&wait(&recording).unwrap())["record_list"][0]["status"], 6);
    assert!(sandbox.counts()["hst.record.task.list"] > 2);
    assert!(call(&hst, "hst.record.file.download.url", &recording)["data_list"][0]["url"].is_string());

    let begun = call(&hst, "hst.record.init", &json!({"app_id": APP, "group_id": "g9", "timeout": 5}));
    sandbox.advance_clock(Duration::from_secs(5));
    let error = wait(&of(&begun["record_id"])).unwrap_err();
    let message = "waited until the recording is done, but status is -1 (failed)";
    assert_eq!((error.status(), error.to_string().contains(message)), (Status::Api, true), "{error}");
    let error = wait(&json!({ "app_id": APP })).unwrap_err();
    assert_eq!(error.status(), Status::InvalidArgument, "{error}");
}

/// Of the class of refused keys, not of dead tokens: nothing says that another token would help.
#[test]
fn a_recording_service_that_knows_nobody_is_an_auth_error_at_once() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let hst = Client::new(&sandbox.configurations()["hst"].to_string()).unwrap();
    for code in [605030006, 605030007, 605030028] {
        sandbox.add_fault(Fault::new("hst.live.list", FaultKind::Number { code }).times(1)).unwrap();
        let error = hst.call("hst.live.list", r#"{"app_id":"8f14e45fceea467a9f36dedd4bea2543"}"#).unwrap_err();
        assert_eq!((error.status(), error.document().code), (Status::Auth, Some(code)));
    }
    assert_eq!(sandbox.counts()["hst.access.token"], 1);
}

#[test]
fn what_ends_otherwise_is_an_error_that_shows_it() {
    let (_sandbox, avd) = sandbox();
    let params = json!({"name": "d", "room_id": "12345123456", "url": "sip:1002@192.0.2.10"});
    let called = call(&avd, "avd.device.call", &params);
    call(&avd, "avd.device.kick", &json!({"room_id": "12345123456", "user_id": called["user_id"]}));
    let status = json!({"call_id": called["call_id"]}).to_string();
    let error = avd.wait("avd.device.get_invite_status", &status, QUICK, None).unwrap_err();
    let document = value(&error.to_json());
    assert_eq!(error.status(), Status::Api);
    assert_eq!(document["message"], "waited until the device is in the call, but invite_status is 2 (hung up)");
    assert_eq!(document["reply"]["invite_status"], 2);
    assert_eq!(
        (document["operation"].as_str(), document["retryable"].as_bool()),
        (Some("device.get_invite_status"), Some(false))
    );
    assert!(document.get("code").is_none());

    let error = avd.wait("avd.room.record.status", r#"{"record_id":"none"}"#, QUICK, None).unwrap_err();
    assert_eq!((error.status(), error.document().code), (Status::Api, Some(40090)), "it is asked once");
}

#[test]
fn time_and_cancel_and_the_end_of_the_client_end_a_wait() {
    let (sandbox, avd) = sandbox();
    let avd = Arc::new(avd);
    let begun = Instant::now();
    let options = r#"{"timeout_ms":700,"pause_ms":100}"#;
    let error = avd.wait("avd.room.record.status", RUNNING, options, None).unwrap_err();
    let took = begun.elapsed();
    assert_eq!(error.status(), Status::Timeout);
    let document = value(&error.to_json());
    let message = "of 700 ms (timeout_ms) until the recording has stopped: record_status is 1 (recording)";
    assert!(document["message"].as_str().unwrap().ends_with(message), "{document}");
    assert_eq!((&document["reply"]["record_status"], &document["retryable"]), (&json!(1), &json!(true)));
    // At once, after 100, 150 and 225 ms, or a fifth less, and 70 ms before the end.
    let asked = sandbox.counts()["avd.room.record.status"];
    assert!((3..=7).contains(&asked), "{asked}");
    assert!((630..2000).contains(&took.as_millis()), "{took:?}");
    // Pauses that are longer than the whole: it is looked at the beginning and at the end.
    for (options, least) in [(r#"{"timeout_ms":700}"#, 630), (r#"{"timeout_ms":1500,"pause_ms":60000}"#, 1350)] {
        sandbox.clear_counts();
        let begun = Instant::now();
        let error = avd.wait("avd.room.record.status", RUNNING, options, None).unwrap_err();
        assert!(begun.elapsed() >= Duration::from_millis(least), "{options} {:?}", begun.elapsed());
        assert_eq!((error.status(), sandbox.counts()["avd.room.record.status"]), (Status::Timeout, 2), "{error}");
    }

    let ended = |end: &(dyn Fn() + Sync), cancel: Option<&Cancel>| {
        thread::scope(|scope| {
            let waiting = scope.spawn(|| avd.wait("avd.room.record.status", RUNNING, r#"{"pause_ms":60000}"#, cancel));
            thread::sleep(Duration::from_millis(300));
            let since = Instant::now();
            end();
            assert_eq!(waiting.join().unwrap().unwrap_err().status(), Status::Cancelled);
            assert!(since.elapsed() < Duration::from_secs(2));
        });
    };
    let cancel = Cancel::new();
    ended(&|| cancel.trigger(), Some(&cancel));
    ended(&|| avd.close(), None);
}

#[test]
fn an_outage_does_not_end_a_wait_and_the_server_says_when_it_is_asked_again() {
    let (sandbox, avd) = sandbox();
    let cut = FaultKind::Close { when: CloseWhen::InHead };
    sandbox.add_fault(Fault::new("avd.transcode.query", cut).times(12)).unwrap();
    let done = json!({"room_id": "12345123456", "record_id": "b7c2a9d04e1f4c6d9a8b5e3f1c0d2a64"}).to_string();
    assert_eq!(value(&avd.wait("avd.transcode.query", &done, QUICK, None).unwrap())["status"], 2);
    assert!(sandbox.counts()["avd.transcode.query"] > 12);

    // Nobody there at all: the time is over, and why is said.
    let nowhere = Client::new(r#"{"platform":"avd","base_url":"http://127.0.0.1:1","token":"t"}"#).unwrap();
    let error = nowhere.wait("avd.transcode.query", &done, r#"{"timeout_ms":600,"pause_ms":50}"#, None).unwrap_err();
    assert_eq!(error.status(), Status::Timeout);
    assert!(error.to_string().contains("the last call failed: ") && error.to_string().contains("refused"), "{error}");

    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let server = Server::start(move |_, _| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Act::Send(b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n".to_vec()),
        _ => scripted::json("{\"ret\":0,\"status\":2}"),
    });
    let config = json!({"platform": "avd", "base_url": server.url(), "token": "t", "max_attempts": 1}).to_string();
    let begun = Instant::now();
    Client::new(&config).unwrap().wait("avd.transcode.query", &done, r#"{"pause_ms":10}"#, None).unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(950));
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn an_answer_without_what_is_waited_for_is_no_wait_without_end() {
    let server = Server::start(|_, _| scripted::json("{\"ret\":0,\"state\":2}"));
    let config = json!({"platform": "avd", "base_url": server.url(), "token": "t"}).to_string();
    let error: Error = Client::new(&config)
        .unwrap()
        .wait("avd.transcode.query", r#"{"room_id":"1","record_id":"2"}"#, "{}", None)
        .unwrap_err();
    assert_eq!(error.status(), Status::Protocol);
    assert_eq!(error.to_string(), "the answer has no number \"status\"");
    assert_eq!(value(&error.to_json())["reply"]["state"], 2);
}

#[test]
fn what_cannot_be_waited_for_is_refused_and_nothing_is_sent() {
    let (sandbox, avd) = sandbox();
    let refused = |operation: &str, params: &str, options: &str, words: &str| {
        let error = avd.wait(operation, params, options, None).unwrap_err();
        assert_eq!(error.status(), Status::InvalidArgument);
        assert!(error.to_string().contains(words), "{error}");
    };
    refused("avd.room.read", "{}", "{}", "avd.room.read tells of nothing that ends; expected avd.room.mix_record.get,");
    refused("avd.room.reed", "{}", "{}", "unknown operation");
    refused("avd.transcode.query", "{}", "{}", "\"room_id\" is missing");
    refused("avd.transcode.query", "5", "{}", "params: expected a JSON object");
    refused("avd.room.mix_record.get", r#"{"room_id":"1"}"#, "{}", "a wait needs the parameter \"record_id\"");
    for (options, words) in [
        (r#"{"timeout":5}"#, "did you mean \"timeout_ms\""),
        (r#"{"timeout_ms":0}"#, "timeout_ms"),
        (r#"{"pause_ms":"x"}"#, "pause_ms"),
        (r#"{"max_pause_ms":5}"#, "max_pause_ms"),
        (r#"{"facts":true}"#, "facts"),
        ("[]", "options: expected a JSON object"),
    ] {
        refused("avd.transcode.query", "{}", options, words);
    }
    assert!(sandbox.exchanges().is_empty());
}
