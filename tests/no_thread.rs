//! Where the system gives a process no more threads, a call that needs one fails as any other does, and says why.
#![cfg(target_os = "linux")]

mod scripted;
mod support;

use scripted::{Server, json};
use serde_json::Value;
use std::process::Command;

#[test]
fn a_thread_that_cannot_be_made_is_an_error_document() {
    if !support::has("cc") {
        return;
    }
    let folder = support::Folder::new();
    let clip = folder.path().join("clip.png");
    std::fs::write(&clip, "content").unwrap();
    let program = support::compile("tests/c/no_thread.c", &["-std=c99"], "no-thread");
    let server = Server::start(|_, _| json(r#"{"ret":0}"#));
    let url = server.url().replace("127.0.0.1", "localhost");
    let config = format!(r#"{{"platform":"avd","base_url":"{url}","token":"t","max_attempts":1}}"#);
    for (operation, params, status, retryable, names) in [
        ("avd.room.read", r#"{"room_id":"12345123456"}"#.to_owned(), "NETWORK", true, "\"localhost\""),
        ("avd.uploadfile", format!(r#"{{"file":{clip:?}}}"#), "IO", false, "clip.png"),
    ] {
        let output = support::run(Command::new(&program).args([&config, operation, &params]));
        let shown = support::both(&output);
        assert!(output.status.success(), "{shown}");
        // No panic that was contained writes to it.
        assert!(output.stderr.is_empty(), "{shown}");
        let lines = String::from_utf8(output.stdout).unwrap();
        let [first, asynchronous, second, with_threads] = lines.lines().collect::<Vec<_>>()[..] else {
            panic!("{lines}")
        };
        let refused: Value = serde_json::from_str(asynchronous.strip_prefix("IO").expect(asynchronous)).unwrap();
        assert_eq!((&refused["retryable"], &refused["attempts"]), (&true.into(), &0.into()), "{refused}");
        assert!(refused["message"].as_str().unwrap().contains("no more threads"), "{refused}");
        assert_eq!(with_threads.trim_end(), "OK");
        let document: Value = serde_json::from_str(first.strip_prefix(status).expect(first)).unwrap();
        assert_eq!(document["retryable"], retryable, "{document}");
        let message = document["message"].as_str().unwrap();
        assert!(message.contains(names) && message.contains("no more threads"), "{message}");
        assert_eq!(second, r#"OK {"ret":0}"#);
    }
    assert_eq!(server.requests().len(), 4);
}
