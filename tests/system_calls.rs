//! A call on a kept connection takes three system calls: whether anything waits there, sending, receiving.
#![cfg(target_os = "linux")]

mod scripted;
mod support;

use scripted::{Server, json};
use std::fs;
use std::process::Command;

const CALLS: usize = 100;

/// The system calls of a program's calls after the first, one line of strace each; `None` where strace cannot trace.
fn traced(name: &str, config: &str, operation: &str, params: &str) -> Option<Vec<String>> {
    let program = support::compile("tests/c/system_calls.c", &["-std=c99"], "system-calls");
    let log = support::scratch().join(format!("{name}.strace"));
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "signal=none", "-o"]).arg(&log).arg(program);
    let output = support::run(strace.args([config, operation, params, &CALLS.to_string()]));
    let text = fs::read_to_string(&log).unwrap_or_default();
    if !text.contains(" getppid()") {
        support::skipped(&format!("strace cannot trace here: {}", support::both(&output)));
        return None;
    }
    assert!(output.status.success(), "{}", support::both(&output));
    let lines = text.lines().skip_while(|line| !line.contains(" getppid()")).skip(1);
    Some(lines.take_while(|line| !line.contains(" getppid()")).map(str::to_owned).collect())
}

/// Each call looks whether its connection is quiet, sends in one piece and receives in one. An allocator may ask for more
/// memory now and then.
fn takes_three(lines: &[String]) {
    let name = |line: &String| {
        let call = line.split_whitespace().nth(1).unwrap_or_default();
        call.split('(').next().unwrap_or_default().to_owned()
    };
    let mut sent = 0;
    let mut others = Vec::new();
    let mut rest = lines;
    while let [first, ..] = rest {
        match rest {
            [look, send, receive, ..]
                if name(look) == "recvfrom"
                    && look.contains("MSG_PEEK|MSG_DONTWAIT")
                    && name(send) == "sendto"
                    && name(receive) == "recvfrom" =>
            {
                sent += 1;
                rest = &rest[3..];
            }
            _ => {
                others.push(first);
                rest = &rest[1..];
            }
        }
    }
    let is_memory = |line: &&String| ["brk", "mmap", "munmap", "madvise", "mremap"].contains(&name(line).as_str());
    let surprises: Vec<_> = others.iter().filter(|line| !is_memory(line)).collect();
    assert!(surprises.is_empty(), "{surprises:#?}");
    assert_eq!(sent, CALLS, "{lines:#?}");
    assert!(others.len() <= 10, "{others:#?}");
}

#[test]
fn a_call_on_a_kept_connection_takes_three_system_calls() {
    if !support::has("cc") || !support::has("strace") {
        return;
    }
    let server = Server::start(|_, _| json(r#"{"ret":0}"#));
    let config = |method: &str| {
        let url = server.url();
        format!(r#"{{"platform":"avd","base_url":"{url}","token":"fixed-token==","http_method":"{method}"}}"#)
    };
    let params = r#"{"room_id":"12345123456"}"#;
    for (method, sent) in [("get", "GET "), ("post", "POST ")] {
        let before = server.requests().len();
        let Some(lines) = traced(&format!("avd-{method}"), &config(method), "avd.room.read", params) else { return };
        takes_three(&lines);
        let requests = server.requests();
        assert_eq!(requests.len() - before, CALLS + 1);
        assert!(requests[before..].iter().all(|request| format!("{} ", request.method) == sent));
    }
}

#[test]
fn a_small_json_body_leaves_with_its_head() {
    if !support::has("cc") || !support::has("strace") {
        return;
    }
    let server = Server::start(|_, _| json(r#"{"Status":"OK","ErrorCode":0,"ErrorInfo":""}"#));
    let config = format!(
        r#"{{"platform":"youme","base_url":"{}","app_key":"YOUME1","app_secret":"c2VjcmV0","rest_api_key":"key"}}"#,
        server.url()
    );
    let params = r#"{"RoomId":"weekly-review","BeginTime":"1575907200"}"#;
    let Some(lines) = traced("youme", &config, "youme.query_room_info", params) else { return };
    takes_three(&lines);
    assert!(server.requests().iter().all(|request| request.method == "POST" && !request.body.is_empty()));
}
