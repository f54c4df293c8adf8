//! How much stack a call needs, of the library as it ships: an unoptimized one needs three times as much.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod support;

use meetgate_sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use std::process::Command;

/// What `client_new`, a call and `client_free` need together. The header, the README and the guide promise that 64 KiB are
/// enough, which leaves room for the caller's own frames, and for chains of certificates longer than this one: an intermediate
/// authority takes 2.4 KB more, a signature with RSA of 4096 bits 1 KB.
const PLAIN: usize = 40 << 10;
const HANDSHAKE: usize = 52 << 10;

const AVD: [&str; 2] = ["avd.room.read", r#"{"room_id":"12345123456"}"#];
const HST: [&str; 2] = ["hst.online.user.state", r#"{"app_id":"8f14e45fceea467a9f36dedd4bea2543","msg_id":1}"#];
const YOUME: [&str; 2] = ["youme.query_room_info", r#"{"RoomId":"weekly-review","BeginTime":"1575907200"}"#];
const NO_ROOM: [&str; 2] = ["avd.room.read", r#"{"room_id":"1"}"#];

#[test]
fn a_call_fits_on_a_small_stack() {
    if !support::has("cc") {
        return;
    }
    let library = support::released_library();
    let program = support::compile_with(&library, "tests/c/small_stack.c", &["-std=c99", "-pthread"], "small-stack");
    let run = |stack: usize, config: &Value, call: [&str; 2], status: &str| {
        let arguments = [&stack.to_string(), &config.to_string(), call[0], call[1]].map(str::to_owned);
        let output = support::run(Command::new(&program).args(arguments));
        let shown = support::both(&output);
        assert!(output.status.success(), "{call:?} on {stack} bytes, {config}: {}\n{shown}", output.status);
        assert!(shown.starts_with(&format!("{status} ")) && shown.ends_with("done\n"), "{call:?}: {shown}");
    };

    let sandbox = Sandbox::start(Options::default()).unwrap();
    let configurations = sandbox.configurations();
    for (call, status) in [(AVD, "OK"), (HST, "OK"), (YOUME, "OK"), (NO_ROOM, "API")] {
        run(PLAIN, &configurations[platform(call)], call, status);
    }
    let mut named = configurations["avd"].clone();
    named["base_url"] = json!(named["base_url"].as_str().unwrap().replace("127.0.0.1", "localhost"));
    run(PLAIN, &named, AVD, "OK");
    run(PLAIN, &json!({ "platform": "avd", "base_url": "http://127.0.0.1:1", "token": "t" }), AVD, "NETWORK");

    let ca_file = support::scratch().join("small-stack-ca.pem");
    let sandbox = Sandbox::start(Options { ca_file: Some(ca_file.clone()), ..Options::default() }).unwrap();
    let configurations = sandbox.configurations();
    for call in [AVD, HST, YOUME] {
        let mut config = configurations[platform(call)].clone();
        run(HANDSHAKE, &config, call, "TLS");
        config["tls"] = json!({ "ca_file": ca_file });
        run(HANDSHAKE, &config, call, "OK");
    }
}

fn platform(call: [&str; 2]) -> &str {
    call[0].split('.').next().unwrap()
}
