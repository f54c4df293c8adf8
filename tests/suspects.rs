//! avd's 40003 has two meanings (T60): a dead token, and a missing room. A wrong room number must be in nobody's way.

mod scripted;

use meetgate::{Client, ProvidedToken, Status};
use scripted::{Act, Request, Server, answer, json};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

const GET_TOKEN: &str = "/sdkapi/v2/app/get_token";
const GOOD: &str = r#"{"room_id":"12345123456"}"#;
const MISSING: &str = r#"{"room_id":"40300000000"}"#;

fn keys(server: &Server) -> Client {
    let config = r#""access_key":"key","secret_key":"the-secret-key""#;
    Client::new(&format!(r#"{{"platform":"avd","base_url":"{}",{config}}}"#, server.url())).unwrap()
}

fn is_missing(request: &Request) -> bool {
    request.target.contains("room_id=40300000000") || String::from_utf8_lossy(&request.body).contains("=40300000000")
}

fn refusal() -> Act {
    json(r#"{"ret":40003,"msg":"as told"}"#)
}

fn success() -> Act {
    json(r#"{"ret":0,"data":{}}"#)
}

/// That the refusal was reported as it came.
fn assert_refused(client: &Client, operation: &str, params: &str) {
    let error = client.call(operation, params).unwrap_err();
    let document = error.document();
    assert_eq!((error.status(), document.code, document.class), (Status::Api, Some(40003), None), "{error:?}");
}

#[test]
fn while_no_token_can_be_fetched_the_suspect_serves_all_good_calls() {
    let server = Server::start(move |number, request| match request.target.as_str() {
        GET_TOKEN if number == 0 => json(r#"{"ret":0,"token":"t"}"#),
        GET_TOKEN => Act::Send(answer("503 Busy", "", "busy")),
        _ if is_missing(request) => refusal(),
        _ => success(),
    });
    let client = keys(&server);
    client.call("avd.room.read", GOOD).unwrap();
    for _ in 0..50 {
        assert_refused(&client, "avd.room.read", MISSING);
        client.call("avd.room.read", GOOD).unwrap();
    }
    let fetches = server.count(GET_TOKEN);
    assert!((2..=6).contains(&fetches), "{fetches} fetches");
}

#[test]
fn while_a_suspect_is_looked_into_the_others_go_on_with_it() {
    let (answer_now, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (may_answer, asks) = (Arc::clone(&answer_now), Arc::clone(&asked));
    let server = Server::start(move |number, request| match request.target.as_str() {
        GET_TOKEN => {
            asks.fetch_add(1, Ordering::SeqCst);
            while number > 0 && !may_answer.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(2));
            }
            json(&format!(r#"{{"ret":0,"token":"t{number}"}}"#))
        }
        _ if is_missing(request) => refusal(),
        _ => success(),
    });
    let client = keys(&server);
    client.call("avd.room.read", GOOD).unwrap();
    thread::scope(|scope| {
        let refused = scope.spawn(|| assert_refused(&client, "avd.room.read", MISSING));
        while asked.load(Ordering::SeqCst) < 2 {
            thread::sleep(Duration::from_millis(2));
        }
        for _ in 0..20 {
            client.call_with("avd.room.read", GOOD, r#"{"timeout_ms":5000}"#).unwrap();
        }
        assert!(!refused.is_finished());
        answer_now.store(true, Ordering::SeqCst);
        refused.join().unwrap();
    });
}

#[test]
fn wrong_rooms_in_many_operations_at_once_are_one_fetch_and_no_death() {
    const OPERATIONS: [&str; 4] =
        ["avd.room.read", "avd.room.close", "avd.room.participate.list", "avd.room.mix_record.stop"];
    let together = Barrier::new(OPERATIONS.len());
    // All are refused before the first of them asks for a token, and the repeats are slow.
    let server = Server::start(move |number, request| match request.target.split('?').next() {
        Some(GET_TOKEN) => json(&format!(r#"{{"ret":0,"token":"t{number}"}}"#)),
        _ if !is_missing(request) => success(),
        _ if request.target.contains("token=t0") => {
            together.wait();
            refusal()
        }
        _ => {
            thread::sleep(Duration::from_millis(300));
            refusal()
        }
    });
    let client = keys(&server);
    client.call("avd.room.read", GOOD).unwrap();
    thread::scope(|scope| {
        for operation in OPERATIONS {
            let client = &client;
            scope.spawn(move || assert_refused(client, operation, MISSING));
        }
    });
    client.call("avd.room.read", GOOD).unwrap();
    assert_eq!(server.count(GET_TOKEN), 2);
    assert!(!client.info().unwrap().contains("warning"), "nothing died");
}

#[test]
fn a_call_that_goes_well_later_proves_that_a_suspect_lives() {
    let server = Server::start(move |number, request| match request.target.as_str() {
        GET_TOKEN => json(&format!(r#"{{"ret":0,"token":"t{number}"}}"#)),
        _ if request.target.contains("room_id=403") => refusal(),
        _ => success(),
    });
    let client = keys(&server);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                client.call("avd.room.read", GOOD).unwrap();
            }
        });
        for room in 0..40 {
            // Each room is another one: nothing is known of it.
            assert_refused(&client, "avd.room.read", &format!(r#"{{"room_id":"403{room:08}"}}"#));
        }
        stop.store(true, Ordering::SeqCst);
    });
    let fetches = server.count(GET_TOKEN);
    assert!(fetches <= 10, "{fetches} fetches for 40 rooms");
}

#[test]
fn a_provider_is_asked_once_for_all_who_were_refused() {
    let together = Barrier::new(8);
    let server = Server::start(move |_, request| {
        if !is_missing(request) {
            return success();
        }
        together.wait();
        refusal()
    });
    let config = format!(r#"{{"platform":"avd","base_url":"{}","token_provider":true}}"#, server.url());
    let client = Client::new(&config).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let asked = Arc::clone(&told);
    let provide = move |suspect: Option<&str>| {
        asked.lock().unwrap().push(suspect.map(str::to_owned));
        thread::sleep(Duration::from_millis(200));
        Ok(ProvidedToken { token: "hosted".to_owned(), lifetime: None })
    };
    client.set_token_provider(provide).unwrap();
    client.call("avd.room.read", GOOD).unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_refused(&client, "avd.room.read", MISSING));
        }
    });
    client.call("avd.room.read", GOOD).unwrap();
    assert_eq!(*told.lock().unwrap(), [None, Some("hosted".to_owned())]);
}
