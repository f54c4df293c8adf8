//! The command's options for bad days: a faults file, the control interface, TLS, the clock, and what it logs of them.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;
mod running;
mod socket;

use caller::{agent, send};
use running::Running;
use serde_json::json;
use socket::{End, exchange, get};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Command;

/// A file that is gone when the test is over.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("meetgate-sandbox-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

const BAD_MORNING: &str = r#"
[[fault]]
operation = "avd.room.list"
times = 2
kind = "http"
status = 503
retry_after_s = 1

[[fault]]
operation = "avd.room.list"
times = 1
kind = "close"
when = "in_head"
"#;

#[test]
fn a_good_file() {
    let file = File::new("good.toml", BAD_MORNING);
    let running = Running::start(&["--faults", file.path()]);
    let status = || send(&agent(), "GET", &running.url("/sdkapi/v2/room/list"), &[], b"").status;
    assert_eq!([status(), status()], [503, 503]);
    let address = running.url("").strip_prefix("http://").unwrap().parse().unwrap();
    let cut = exchange(address, &get("/sdkapi/v2/room/list"));
    assert!(cut.end == End::Closed && cut.head().is_empty(), "{cut:?}");
    assert_eq!(status(), 200);
    // Without --control there is no control interface.
    assert_eq!(send(&agent(), "GET", &running.url("/_sandbox"), &[], b"").status, 404);
    assert_eq!(running.stop("-TERM"), (Some(0), String::new()));
}

/// Exit code 2, and the message names what is wrong and where.
#[test]
fn bad_files() {
    let run = |path: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_meetgate-sandbox")).args(["--faults", path]).output().unwrap();
        assert!(output.stdout.is_empty());
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for (text, named) in [
        ("[[fault]]\noperation = \"avd.room.reed\"\nkind = \"text\"", "unknown operation `avd.room.reed`"),
        ("[[fault]]\noperation = \"*\"\nkind = \"lateness\"", "unknown kind `lateness`"),
        ("[[fault]]\noperation = \"*\"\nkind = \"text\"\nmss = 5", "unknown key `mss`"),
        ("[[faults]]\nkind = \"reset\"", "unknown key `faults`"),
        ("[[fault]\n", "line 1"),
    ] {
        let file = File::new("bad.toml", text);
        let (code, why) = run(file.path());
        assert_eq!(code, Some(2), "{why}");
        assert!(why.contains(named) && why.contains(file.path()), "{why}");
    }
    let (code, why) = run("/no/such/file.toml");
    assert!(code == Some(2) && why.contains("/no/such/file.toml"), "{why}");
}

#[test]
fn control_by_the_command_line() {
    let running = Running::start(&["--control", "--clock-offset", "-600"]);
    let control = |method: &str, path: &str, body: &[u8]| {
        send(&agent(), method, &running.url(&format!("/_sandbox{path}")), &[], body).json()
    };
    assert_eq!(control("GET", "/clock", b""), json!({"offset_s": -600}));
    let fault = json!({"operation": "avd.room.list", "times": 1, "kind": "text"}).to_string();
    assert_eq!(control("POST", "/faults", fault.as_bytes()), json!({"id": 1}));
    let answer = send(&agent(), "GET", &running.url("/sdkapi/v2/room/list"), &[], b"");
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(control("GET", "/counts", b""), json!({"avd.room.list": 1}));
    assert_eq!(running.stop("-TERM").0, Some(0));
}

/// A second line, and the first as ever.
#[test]
fn tls_by_the_command_line() {
    let ca = File::new("ca.pem", "");
    let mut running = Running::start(&["--ca-file", ca.path(), "--tls-client-certificates", "--verbose"]);
    assert!(running.url("").starts_with("https://127.0.0.1:"));
    let line = running.next_line();
    let tls = line["tls"].as_object().unwrap();
    let names: Vec<&str> = tls.keys().map(String::as_str).collect();
    assert_eq!(names, ["ca_pem", "client_certificate_pem", "client_key_pem", "expired", "wrong_host"]);
    // Whoever speaks no TLS is not answered, and the log says why.
    let address = running.url("").strip_prefix("https://").unwrap().parse().unwrap();
    let mut plain = socket::connect(address);
    plain.write_all(get("/").as_bytes()).unwrap();
    let _ = plain.read_to_end(&mut Vec::new());
    assert_eq!(tls["ca_pem"], std::fs::read_to_string(ca.path()).unwrap());
    assert!(tls["client_key_pem"].as_str().unwrap().contains("PRIVATE KEY"));
    for port in ["wrong_host", "expired"] {
        assert!(tls[port].as_str().unwrap().starts_with("https://127.0.0.1:"));
    }
    let (code, log) = running.stop("-TERM");
    assert_eq!(code, Some(0));
    assert!(log.starts_with("TLS handshake failed: ") && log.lines().count() == 1, "{log}");
}

/// Faults are named in the log, what control does is not logged, and no secret is.
#[test]
fn the_log_of_bad_days() {
    let file = File::new("log.toml", BAD_MORNING);
    let running = Running::start(&["--verbose", "--control", "--faults", file.path()]);
    let list = |token: &str| running.url(&format!("/sdkapi/v2/room/list?token={token}"));
    send(&agent(), "GET", &list("secret-1"), &[], b"");
    send(&agent(), "GET", &list("secret-2"), &[], b"");
    let body = json!({"operation": "avd.room.list", "kind": "close", "when": "before_head"}).to_string();
    let address = running.url("").strip_prefix("http://").unwrap().parse().unwrap();
    exchange(address, &get("/sdkapi/v2/room/list?token=secret-3"));
    send(&agent(), "POST", &running.url("/_sandbox/faults"), &[], body.as_bytes());
    exchange(address, &get("/sdkapi/v2/room/list?token=secret-4"));
    send(&agent(), "GET", &running.url("/_sandbox/exchanges?secrets=1"), &[], b"");
    let (_, log) = running.stop("-TERM");
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 4, "{log}");
    assert!(!log.contains("secret-"), "{log}");
    assert!(lines[0].starts_with("GET /sdkapi/v2/room/list?token=*** -> 503 - [fault: http 1] "), "{log}");
    assert!(lines[2].contains("[fault: close 2]"), "{log}");
    assert!(lines[3].contains(" -> nothing [fault: close 3] "), "{log}");
}

/// Whoever lets others in is told so.
#[test]
fn other_machines_are_warned_of() {
    let running = Running::start(&["--listen", "0.0.0.0:0", "--control"]);
    assert!(running.url("").starts_with("http://127.0.0.1:"));
    let (code, log) = running.stop("-TERM");
    assert_eq!((code, log.lines().count()), (Some(0), 1));
    assert!(log.contains("warning") && log.contains("0.0.0.0") && log.contains("control"), "{log}");
}

#[test]
fn help_explains() {
    let output = Command::new(env!("CARGO_BIN_EXE_meetgate-sandbox")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let named =
        ["--faults", "--control", "--tls", "--ca-file", "--clock-offset", "[[fault]]", "acted", "/_sandbox/reset"];
    let kinds = [
        "latency", "silence", "close", "length", "drip", "text", "http", "number", "refuse", "reset", "drop", "reorder",
    ];
    for word in named.iter().chain(&kinds) {
        assert!(help.contains(word), "{word} is not in {help}");
    }
    let (_, ours) = help.split_once("Examples:").unwrap();
    assert!(ours.lines().all(|line| line.chars().count() <= 120), "{ours}");
}
