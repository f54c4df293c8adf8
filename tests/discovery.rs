//! hst without a `base_url`: the address is asked for, its answer judged like any other, and asked for again when nothing
//! answers there.

mod scripted;

use meetgate::{Client, Status};
use scripted::{Act, NOBODY_LISTENS, Server, answer, json};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

const DELETE: &str = r#"{"app_id":"a"}"#;

fn hst(directory: &Server) -> Client {
    let config = format!(
        r#"{{"platform":"hst","discovery_url":"{}/server/address","dev_id":"dev","dev_secret":"0123456789abcdef"}}"#,
        directory.url()
    );
    Client::new(&config).unwrap()
}

fn gateway() -> Server {
    Server::start(|_, request| match request.target.as_str() {
        "/access/token" => json(r#"{"code":0,"result":{"timeout":7200,"access_token":"t"}}"#),
        _ => json(r#"{"code":0}"#),
    })
}

fn address(url: &str) -> Act {
    json(&format!(r#"{{"code":0,"message":"OK","result":"{url};"}}"#))
}

#[test]
fn the_address_is_asked_for_once_and_without_a_credential() {
    let gateway = gateway();
    let url = gateway.url();
    let directory = Server::start(move |_, _| address(&url));
    let client = hst(&directory);
    client.call("hst.app.delete", DELETE).unwrap();
    client.call("hst.app.delete", DELETE).unwrap();
    let requests = directory.requests();
    assert_eq!((requests.len(), requests[0].target.as_str()), (1, "/server/address?appType=10"));
    assert!(!requests[0].head.to_ascii_lowercase().contains("authorization"), "{}", requests[0].head);
    assert_eq!(gateway.count("/v1/app"), 2);
}

#[test]
fn an_answer_that_is_no_success_is_told_as_such() {
    for (act, status, words, retryable) in [
        (answer("503 Busy", "Retry-After: 2\r\n", "<html>"), Status::Http, "HTTP 503", true),
        (answer("500 Oops", "", r#"{"code":0,"result":"https://evil.example"}"#), Status::Http, "HTTP 500", false),
        (answer("200 OK", "", r#"{"code":606000006,"msg":"busy"}"#), Status::Api, "606000006", true),
        (answer("200 OK", "", "<html>"), Status::Protocol, "not a JSON object", false),
        (answer("200 OK", "", r#"{"code":0}"#), Status::Protocol, "holds no address", false),
        (answer("200 OK", "", r#"{"code":0,"result":"ftp://x"}"#), Status::Protocol, "no usable address", false),
    ] {
        let directory = Server::start(move |_, _| Act::Send(act.clone()));
        let error = hst(&directory).call("hst.app.delete", DELETE).unwrap_err();
        assert_eq!((error.status(), error.document().retryable), (status, retryable), "{error:?}");
        assert!(error.to_string().contains("the platform's address could not be discovered"), "{error}");
        assert!(error.to_string().contains(words), "{error} lacks {words}");
        assert_eq!(error.document().attempts, Some(0), "nothing of the deletion was sent");
        assert_eq!(directory.requests().len(), 1);
    }
}

#[test]
fn a_directory_that_is_back_is_asked_again() {
    let gateway = gateway();
    let url = gateway.url();
    let directory = Server::start(move |number, _| match number {
        0 => Act::Send(answer("502 Bad Gateway", "", "")),
        _ => address(&url),
    });
    let client = hst(&directory);
    client.call("hst.app.delete", DELETE).unwrap_err();
    while client.call("hst.app.delete", DELETE).is_err() {
        assert!(directory.requests().len() < 3);
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(directory.requests().len(), 2);
}

#[test]
fn a_platform_that_moved_is_found_again_and_a_dead_one_is_not_asked_for_all_the_time() {
    let second = gateway();
    let now = Arc::new(Mutex::new(format!("http://{NOBODY_LISTENS}")));
    let given = Arc::clone(&now);
    let directory = Server::start(move |_, _| address(&given.lock().unwrap()));
    let client = hst(&directory);
    for _ in 0..5 {
        let error = client.call("hst.app.delete", DELETE).unwrap_err();
        assert_eq!(error.status(), Status::Network);
        thread::sleep(Duration::from_millis(600));
    }
    assert_eq!(directory.requests().len(), 1, "a young address is not asked for again");
    // Ten seconds after it was found, it is old enough.
    thread::sleep(Duration::from_secs(8));
    *now.lock().unwrap() = second.url();
    client.call("hst.app.delete", DELETE).unwrap();
    assert_eq!((directory.requests().len(), second.count("/v1/app")), (2, 1));
}
