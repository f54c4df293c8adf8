//! The clients of one account share its token, and nothing else: the settings of one are not everybody's failure. An account
//! is what it is, however it is written.

mod scripted;

use meetgate::{Client, Status};
use scripted::{Act, Server, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

const DELETE: &str = r#"{"app_id":"a"}"#;
const READ: &str = r#"{"room_id":"12345123456"}"#;

fn hst(url: &str, more: &str) -> Client {
    let config =
        format!(r#"{{"platform":"hst","base_url":"{url}","dev_id":"dev","dev_secret":"0123456789abcdef"{more}}}"#);
    Client::new(&config).unwrap()
}

fn avd(url: &str, more: &str) -> Client {
    let config = format!(r#"{{"platform":"avd","base_url":"{url}","access_key":"k","secret_key":"the-secret"{more}}}"#);
    Client::new(&config).unwrap()
}

fn token(number: usize) -> Act {
    json(&format!(r#"{{"code":0,"result":{{"timeout":7200,"access_token":"t{number}"}}}}"#))
}

#[test]
fn the_haste_of_one_client_is_not_the_others() {
    let server = Server::start(|number, request| match request.target.as_str() {
        "/access/token" => {
            thread::sleep(Duration::from_millis(400));
            token(number)
        }
        _ => json(r#"{"code":0}"#),
    });
    let (hasty, patient) = (hst(&server.url(), r#","token_timeout_ms":100"#), hst(&server.url(), ""));
    // The hasty one comes first, and the patient one while it fetches.
    thread::scope(|scope| {
        let first = scope.spawn(|| hasty.call("hst.app.delete", DELETE));
        while server.requests().is_empty() {
            thread::sleep(Duration::from_millis(2));
        }
        let others: Vec<_> = (0..8).map(|_| scope.spawn(|| patient.call("hst.app.delete", DELETE))).collect();
        let error = first.join().unwrap().unwrap_err();
        assert_eq!(error.status(), Status::Timeout);
        assert!(error.to_string().contains("100 ms (token_timeout_ms)"), "{error}");
        for other in others {
            other.join().unwrap().unwrap();
        }
    });
    hasty.call("hst.app.delete", DELETE).unwrap();
    assert_eq!(server.count("/access/token"), 2, "the hasty one's, and one for all others");
}

#[test]
fn a_hasty_client_that_always_comes_first_takes_nothing_from_a_patient_one() {
    let server = Server::start(|number, request| match request.target.as_str() {
        "/access/token" => {
            thread::sleep(Duration::from_millis(400));
            token(number)
        }
        _ => json(r#"{"code":0}"#),
    });
    for _ in 0..3 {
        // A new account each time: with its last client its token goes.
        let (hasty, patient) = (hst(&server.url(), r#","token_timeout_ms":100"#), hst(&server.url(), ""));
        hasty.call("hst.app.delete", DELETE).unwrap_err();
        patient.call("hst.app.delete", DELETE).unwrap();
        hasty.call("hst.app.delete", DELETE).unwrap();
    }
}

#[test]
fn a_way_of_forms_that_is_refused_pauses_those_who_chose_it() {
    let server = Server::start(|_, request| match request.target.split('?').next() {
        Some("/sdkapi/v2/app/get_token") if request.method == "GET" => json(r#"{"ret":40001,"msg":"no"}"#),
        Some("/sdkapi/v2/app/get_token") => json(r#"{"ret":0,"token":"t"}"#),
        _ => json(r#"{"ret":0}"#),
    });
    let (wrong, right) = (avd(&server.url(), r#","http_method":"get""#), avd(&server.url(), ""));
    let error = wrong.call("avd.room.read", READ).unwrap_err();
    assert_eq!((error.status(), error.document().code), (Status::Auth, Some(40001)));
    let again = wrong.call("avd.room.read", READ).unwrap_err();
    assert!(again.to_string().contains("not tried again for "), "{again}");
    right.call("avd.room.read", READ).unwrap();
    wrong.call("avd.room.read", READ).unwrap();
    assert_eq!(server.count("/sdkapi/v2/app/get_token"), 2);
}

#[test]
fn those_who_wait_for_a_fetch_that_fails_by_its_settings_fetch_with_theirs() {
    let (arrived, together) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (arrival, go) = (Arc::clone(&arrived), Arc::clone(&together));
    let server = Server::start(move |_, request| match request.target.split('?').next() {
        Some("/sdkapi/v2/app/get_token") if request.method == "GET" => {
            arrival.store(true, Ordering::SeqCst);
            while !go.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(2));
            }
            json(r#"{"ret":40001,"msg":"no"}"#)
        }
        Some("/sdkapi/v2/app/get_token") => json(r#"{"ret":0,"token":"t"}"#),
        _ => json(r#"{"ret":0}"#),
    });
    let (wrong, right) = (avd(&server.url(), r#","http_method":"get""#), avd(&server.url(), ""));
    thread::scope(|scope| {
        let first = scope.spawn(|| wrong.call("avd.room.read", READ));
        while !arrived.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(2));
        }
        let others: Vec<_> = (0..8).map(|_| scope.spawn(|| right.call("avd.room.read", READ))).collect();
        thread::sleep(Duration::from_millis(50));
        together.store(true, Ordering::SeqCst);
        assert_eq!(first.join().unwrap().unwrap_err().status(), Status::Auth);
        for other in others {
            other.join().unwrap().unwrap();
        }
    });
    assert_eq!(server.count("/sdkapi/v2/app/get_token"), 2);
}

#[test]
fn the_size_that_one_call_allows_its_answer_is_no_bound_for_a_token() {
    let long = "t".repeat(2000);
    let server = Server::start(move |_, request| match request.target.as_str() {
        "/access/token" => json(&format!(r#"{{"code":0,"result":{{"access_token":"{long}"}}}}"#)),
        _ => json(r#"{"code":0}"#),
    });
    let client = hst(&server.url(), "");
    client.call_with("hst.app.delete", DELETE, r#"{"max_reply_bytes":1024}"#, None).unwrap();
    client.call("hst.app.delete", DELETE).unwrap();
    // A fetch that a caller asked for by name has the caller's own bounds, and fails the caller alone.
    let error = client.call_with("hst.access.token", "{}", r#"{"max_reply_bytes":1024}"#, None).unwrap_err();
    assert_eq!(error.status(), Status::Limit);
    client.call("hst.app.delete", DELETE).unwrap();
    let narrow = hst(&server.url(), r#","max_reply_bytes":1024"#);
    narrow.call("hst.app.delete", DELETE).unwrap();
}

#[test]
fn an_account_is_the_same_however_it_is_written() {
    let server = Server::start(|number, request| match request.target.trim_start_matches("/gateway") {
        "/access/token" => token(number),
        _ => json(r#"{"code":0}"#),
    });
    let port = server.address.port();
    let clients = [
        hst(&format!("http://localhost:{port}"), ""),
        hst(&format!("http://LOCALHOST:{port}/"), ""),
        hst(&format!("http://LocalHost:{port}/"), r#","discovery_app_id":"plays-no-part""#),
    ];
    for client in &clients {
        client.call("hst.app.delete", DELETE).unwrap();
    }
    assert_eq!(server.count("/access/token"), 1);
    // What differs is another account.
    hst(&format!("http://localhost:{port}/gateway"), "").call("hst.app.delete", DELETE).unwrap();
    assert_eq!(server.count("/gateway/access/token"), 1);
}

#[test]
fn clients_that_discover_share_the_address() {
    let gateway = Server::start(|number, request| match request.target.as_str() {
        "/access/token" => token(number),
        _ => json(r#"{"code":0}"#),
    });
    let url = gateway.url();
    let directory = Server::start(move |_, _| {
        thread::sleep(Duration::from_millis(50));
        json(&format!(r#"{{"code":0,"result":"{url}"}}"#))
    });
    let client = |path: &str, dev_id: &str, more: &str| {
        let config = format!(
            r#"{{"platform":"hst","discovery_url":"{}{path}","dev_id":"{dev_id}","dev_secret":"0123456789abcdef"{more}}}"#,
            directory.url()
        );
        Client::new(&config).unwrap()
    };
    let clients = [client("/address", "one", ""), client("/address/", "one", ""), client("/address", "other", "")];
    let together = Barrier::new(clients.len());
    thread::scope(|scope| {
        for client in &clients {
            scope.spawn(|| {
                together.wait();
                client.call("hst.app.delete", DELETE).unwrap();
            });
        }
    });
    assert_eq!((directory.requests().len(), gateway.count("/access/token")), (1, 2));
    // Another application may have another address.
    client("/address", "one", r#","discovery_app_id":"a""#).call("hst.app.delete", DELETE).unwrap();
    assert_eq!(directory.requests().len(), 2);
    // With the last client the address goes.
    drop(clients);
    client("/address", "one", "").call("hst.app.delete", DELETE).unwrap();
    assert_eq!(directory.requests().len(), 3);
}
