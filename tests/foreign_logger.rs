//! What a Rust program's own logger gets from the crates below this library. The library itself writes nothing to it.

use log::{LevelFilter, Log, Metadata, Record};
use meetgate::Client;
use meetgate_sandbox::{Options, Sandbox};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Mutex;

const READ: &str = r#"{"room_id":"12345123456"}"#;

/// Target, level and text of each line.
static LINES: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

struct Collector;

impl Log for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        LINES.lock().unwrap().push((record.target().to_owned(), record.args().to_string()));
    }

    fn flush(&self) {}
}

/// One test, since a process has one logger.
#[test]
fn no_line_up_to_debug_has_a_secret_and_trace_is_the_wire_of_ureq_alone() {
    log::set_logger(&Collector).unwrap();
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("logger-{}.pem", std::process::id()));
    let sandbox = Sandbox::start(Options { ca_file: Some(folder.clone()), ..Options::default() }).unwrap();
    let mut config = sandbox.configurations()["avd"].clone();
    config["tls"] = json!({ "ca_file": folder });
    let secrets =
        [config["access_key"].as_str().unwrap().to_owned(), config["secret_key"].as_str().unwrap().to_owned()];
    let fixed = |token: &str| {
        let mut config = config.clone();
        config.as_object_mut().unwrap().retain(|key, _| !key.ends_with("_key"));
        config["token"] = token.into();
        Client::new(&config.to_string()).unwrap()
    };

    log::set_max_level(LevelFilter::Debug);
    // Keys in a form, a token in a URL; a token that is refused; and a handshake that fails.
    Client::new(&config.to_string()).unwrap().call("avd.room.read", READ).unwrap();
    fixed("very-secret-token").call("avd.room.read", READ).unwrap_err();
    let mut distrusting = config.clone();
    distrusting["tls"] = json!({});
    Client::new(&distrusting.to_string()).unwrap().call("avd.room.read", READ).unwrap_err();
    let lines = std::mem::take(&mut *LINES.lock().unwrap());
    let of_ureq = lines.iter().filter(|(target, _)| target.starts_with("ureq")).count();
    assert!(of_ureq > 3, "the logger got nothing: {lines:?}");
    for (target, text) in &lines {
        assert!(!target.starts_with("rustls") && !target.starts_with("meetgate::"), "{target}: {text}");
        if target.starts_with("ureq") {
            for secret in secrets.iter().map(String::as_str).chain(["very-secret-token", "token=", "room_id"]) {
                assert!(!text.contains(secret), "{target}: {text}");
            }
        }
    }

    // What lib.rs warns of. When this fails, the warning can go.
    log::set_max_level(LevelFilter::Trace);
    fixed("very-secret-token").call("avd.room.read", READ).unwrap_err();
    log::set_max_level(LevelFilter::Off);
    let lines = std::mem::take(&mut *LINES.lock().unwrap());
    let leaks = lines.iter().filter(|(target, text)| !target.starts_with("hyper") && text.contains("very-secret"));
    let targets: BTreeSet<&str> = leaks.map(|(target, _)| target.split("::").next().unwrap()).collect();
    assert_eq!(targets.into_iter().collect::<Vec<_>>(), ["ureq"], "of the hexadecimal lines, see ureq_proto");
    assert!(lines.iter().any(|(target, _)| target.starts_with("ureq_proto")));
    std::fs::remove_file(folder).unwrap();
}
