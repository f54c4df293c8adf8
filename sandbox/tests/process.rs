//! The command: its first line, its signals, its log.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;
mod running;

use caller::{agent, encode, send, signing};
use running::Running;
use std::process::Command;

#[test]
fn the_first_line_configures_three_clients() {
    let running = Running::start(&["--hst-dev-id", "my-dev", "--avd-access-key", "my-key"]);
    let line = &running.first_line;
    let members = |platform: &str| line[platform].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(members("hst"), ["base_url", "dev_id", "dev_secret", "discovery_url", "platform"]);
    assert_eq!(line["hst"]["discovery_url"], format!("{}/server/address", line["hst"]["base_url"].as_str().unwrap()));
    assert_eq!(members("youme"), ["app_key", "app_secret", "base_url", "platform", "rest_api_key"]);
    assert_eq!(members("avd"), ["access_key", "base_url", "platform", "secret_key"]);
    assert_eq!(line["hst"]["dev_id"], "my-dev");
    assert_eq!(line["hst"]["dev_secret"].as_str().unwrap().len(), 16);
    assert_eq!(line["avd"]["access_key"], "my-key");
    for platform in ["hst", "youme", "avd"] {
        assert_eq!(line[platform]["platform"], platform);
        assert!(line[platform]["base_url"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    }
    assert_eq!(send(&agent(), "GET", &running.url("/"), &[], b"").status, 404);
    // Silent unless told otherwise.
    assert_eq!(running.stop("-TERM"), (Some(0), String::new()));
}

/// What a C program without a JSON library wants: one line, and it is what a client takes.
#[test]
fn the_first_line_configures_one_client_when_asked_to() {
    let all = Running::start(&[]).first_line.clone();
    for platform in ["hst", "youme", "avd"] {
        let running = Running::start(&["--listen", "0", "--print", platform]);
        let (base, other) = (&running.first_line["base_url"], &all[platform]["base_url"]);
        let (base, other) = (base.as_str().unwrap(), other.as_str().unwrap());
        assert_eq!(running.first_line.to_string(), all[platform].to_string().replace(other, base));
        assert!(base.starts_with("http://127.0.0.1:"));
    }
    let mut running = Running::start(&["--print", "hst", "--tls"]);
    assert!(running.first_line["base_url"].as_str().unwrap().starts_with("https://"));
    assert!(running.next_line()["tls"]["ca_pem"].is_string(), "the second line is as ever");
}

/// A port alone is one of 127.0.0.1.
#[test]
fn a_port_alone_is_enough() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let running = Running::start(&["--listen", &free]);
    assert_eq!(running.first_line["avd"]["base_url"], format!("http://127.0.0.1:{free}"));
}

#[test]
fn ctrl_c_stops_it_too_even_with_an_open_connection() {
    let running = Running::start(&[]);
    let agent = agent();
    send(&agent, "GET", &running.url("/"), &[], b"");
    assert_eq!(running.stop("-INT").0, Some(0));
}

#[test]
fn wrong_options_are_explained() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_meetgate-sandbox")).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, why, _) = run(&["--hst-dev-secret", "short"]);
    assert_eq!(code, Some(1));
    assert!(why.contains("16 bytes") && !why.contains("short"), "{why}");
    assert_eq!(run(&["--nonsense"]).0, Some(2));
    let (code, why, out) = run(&["--print", "zoom"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(why.contains("hst, youme, avd"), "{why}");
    for address in ["localhost", "65536", "127.0.0.1"] {
        let (code, why, _) = run(&["--listen", address]);
        assert_eq!(code, Some(2), "{address}");
        assert!(why.contains("an IP address and a port: 127.0.0.1:8800"), "{why}");
    }
    let (code, _, help) = run(&["--help"]);
    assert_eq!(code, Some(0));
    assert!(help.contains("Examples:") && help.contains("--verbose"), "{help}");
}

/// One line per request, no secret in it: in the query, in a form, in JSON, in a header.
#[test]
fn the_log_is_redacted() {
    let running = Running::start(&["--verbose"]);
    let agent = agent();
    let setting = |platform: &str, name: &str| running.first_line[platform][name].as_str().unwrap().to_owned();
    let mut secrets = Vec::new();

    let (access, secret) = (setting("avd", "access_key"), setting("avd", "secret_key"));
    let query = encode(&[("access_key", &access), ("secret_key", &secret)]);
    let answer = send(&agent, "GET", &running.url(&format!("/sdkapi/v2/app/get_token?{query}")), &[], b"").json();
    let token = answer["token"].as_str().unwrap().to_owned();
    let form = encode(&[
        ("token", &token),
        ("name", "ceshi"),
        ("password", "very-secret-1"),
        ("number", "1024"),
        ("sip_gate_id", "3"),
    ]);
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    let url = running.url("/sdkapi/v2/sip/account/create");
    assert_eq!(send(&agent, "POST", &url, &kind, form.as_bytes()).json()["ret"], 0);
    send(&agent, "GET", &running.url("/sdkapi/v2/sip/account/read?account_id=7&%74oken=sneaky-token"), &[], b"");

    let (dev_id, dev_secret) = (setting("hst", "dev_id"), setting("hst", "dev_secret"));
    let dev_token = signing::dev_token(&dev_id, dev_secret.as_bytes(), 1);
    let authorization = format!("{dev_id}.{dev_token}");
    let fetched = send(&agent, "GET", &running.url("/access/token"), &[("Authorization", &authorization)], b"").json();
    let access_token = fetched["result"]["access_token"].as_str().unwrap().to_owned();
    let headers = [("Authorization", access_token.as_str()), ("Content-Type", "application/json")];
    let body = br#"{"app_id":"x","user_id":"u","nested":[{"app_secret":"very-secret-2"}]}"#;
    send(&agent, "POST", &running.url("/v1/kickout"), &headers, body);
    send(&agent, "POST", &running.url("/v1/kickout"), &headers, b"{\"password\":\"very-secret-3\"");

    let sum = signing::checksum(&setting("youme", "app_secret"), &setting("youme", "rest_api_key"), "1");
    let query = encode(&[("appkey", "k"), ("identifier", "a"), ("curtime", "1"), ("checksum", &sum)]);
    send(&agent, "POST", &running.url(&format!("/v2/video/count_qos_by_day?{query}")), &headers, b"{}");

    secrets.extend([
        access,
        secret,
        token.clone(),
        token.replace('=', "%3D"),
        dev_secret,
        dev_token,
        access_token,
        sum,
    ]);
    secrets.extend(["very-secret", "sneaky-token"].map(str::to_owned));
    let (_, log) = running.stop("-TERM");
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} in {log}");
    }
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 7, "{log}");
    assert!(lines[0].starts_with("GET /sdkapi/v2/app/get_token?access_key=***&secret_key=*** -> 200 0 "), "{log}");
    assert!(lines[1].contains("password=***&number=1024&sip_gate_id=3 -> 200 0 "), "{log}");
    assert!(lines[2].contains("-> 200 40003 "), "{log}");
    assert!(lines[4].contains(r#""nested":[{"app_secret":"***"}]"#) && lines[4].contains("-> 200 606000003 "), "{log}");
    assert!(lines.iter().all(|line| line.ends_with(" ms")), "{log}");
}
