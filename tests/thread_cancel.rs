//! `pthread_cancel` on a thread inside a call does not end the program.
#![cfg(target_os = "linux")]

mod scripted;
mod support;

use scripted::{Act, Server};
use std::process::Command;

#[test]
fn a_cancelled_thread_ends_after_its_call() {
    let program = support::compile("tests/c/thread_cancel.c", &["-std=c99", "-pthread"], "thread-cancel");
    let server = Server::start(|_, _| Act::Silence);
    let config = format!(r#"{{"platform":"avd","base_url":"{}","token":"t","timeout_ms":1000}}"#, server.url());
    let output = support::run(Command::new(program).arg(config));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "the call ended by its time, the thread was cancelled\n");
    assert!(output.status.success(), "{output:?}");
}
