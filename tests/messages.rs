//! What an error says is enough to go on with: which host and port, what may be wrong, which key mends it.

mod scripted;

use meetgate::{Client, Error, ProvidedToken, Status};
use scripted::{Act, NOBODY_LISTENS, Server, speaks_no_tls};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread;

const READ: &str = r#"{"room_id":"12345123456"}"#;

fn avd(url: &str) -> Client {
    Client::new(&format!(r#"{{"platform":"avd","base_url":"{url}","token":"t"}}"#)).unwrap()
}

fn read_error(url: &str) -> Error {
    avd(url).call("avd.room.read", READ).unwrap_err()
}

fn assert_says(error: &Error, status: Status, words: &[&str]) {
    assert_eq!(error.status(), status, "{error:?}");
    for word in words {
        assert!(error.to_string().contains(word), "{error} lacks {word:?}");
    }
}

/// A TLS server's answer to what is no handshake: an alert.
fn speaks_only_tls() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            _ = connection.read(&mut [0; 1024]);
            _ = connection.write_all(&[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46]);
        }
    });
    address
}

#[test]
fn nobody_listening() {
    let error = read_error(&format!("http://{NOBODY_LISTENS}"));
    assert_says(&error, Status::Network, &["no connection to ", NOBODY_LISTENS, "base_url", "server running"]);
}

#[test]
fn a_name_that_nobody_knows() {
    let error = read_error("http://no-such-host.invalid:9610");
    assert_says(&error, Status::Network, &["\"no-such-host.invalid\"", "could not be resolved", "DNS"]);
}

#[test]
fn tls_on_a_plain_port_and_the_reverse() {
    let plain = speaks_no_tls();
    let error = read_error(&format!("https://{plain}"));
    assert_says(&error, Status::Tls, &[&plain.to_string(), "does not speak TLS", "http://"]);
    let tls = speaks_only_tls();
    let error = read_error(&format!("http://{tls}"));
    assert_says(&error, Status::Tls, &[&tls.to_string(), "answers in TLS", "https://"]);
}

#[test]
fn a_certificate_of_an_unknown_issuer() {
    let sandbox = meetgate_sandbox::Sandbox::start(meetgate_sandbox::Options { tls: true, ..Default::default() });
    let config = sandbox.as_ref().unwrap().configurations()["avd"].to_string();
    let error = Client::new(&config).unwrap().call("avd.room.read", READ).unwrap_err();
    assert_says(&error, Status::Tls, &["built into this library", "unknown issuer", "tls.ca_file"]);
}

#[test]
fn no_answer_in_time() {
    let server = Server::start(|_, _| Act::Silence);
    let error = avd(&server.url()).call_with("avd.room.read", READ, r#"{"timeout_ms":200}"#, None).unwrap_err();
    assert_says(&error, Status::Timeout, &[&server.address.to_string(), "200 ms (timeout_ms)"]);
}

#[test]
fn a_configuration_is_named_once() {
    let refused = |config: &str| Client::new(config).map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        refused(r#"{"platform":"avd","base_url":"ftp://h","token":"t"}"#),
        "configuration key \"base_url\": expected a URL whose scheme is http or https"
    );
    assert!(refused("{").starts_with("configuration: not valid JSON"), "{}", refused("{"));
    let unknown = refused(r#"{"platform":"avd","base_uri":"http://h","token":"t"}"#);
    assert_eq!(unknown, "unknown configuration key \"base_uri\"; did you mean \"base_url\"?");
    assert!(
        refused(r#"{"platform":"avd","base_url":"http://h"}"#).starts_with("configuration: credentials are missing")
    );
}

#[test]
fn what_is_too_long_to_travel_is_named() {
    let long = "x".repeat(200_000);
    let refused = |config: String| Client::new(&config).map(|_| ()).unwrap_err();
    let avd = |more: &str| format!(r#"{{"platform":"avd","base_url":"http://h"{more}}}"#);
    let of = |name: &str| format!(r#","{name}":"{long}""#);
    let error = refused(avd(&of("token")));
    assert_says(&error, Status::InvalidConfig, &["\"token\": expected at most 8191 bytes, got 200000"]);
    let error = refused(avd(&format!(r#","token":"t"{}"#, of("user_agent"))));
    assert_says(&error, Status::InvalidConfig, &["\"user_agent\": expected at most 1024 bytes, got 200000"]);
    let error = refused(avd(&format!(r#","access_key":"a"{}"#, of("secret_key"))));
    assert_says(&error, Status::InvalidConfig, &["\"secret_key\": expected at most 8191 bytes"]);

    // At the bound, a token reaches the server.
    let server = Server::start(|_, _| scripted::json(r#"{"ret":0}"#));
    let longest = "x".repeat(8191);
    let config = format!(r#"{{"platform":"avd","base_url":"{}","token":"{longest}"}}"#, server.url());
    let client = Client::new(&config).unwrap();
    client.call("avd.room.read", READ).unwrap();
    assert!(server.requests()[0].target.contains(&longest));
    // So does a URL of nearly as many bytes as one may have.
    let name = "x".repeat(55_000);
    client.raw_call(&format!(r#"{{"method":"GET","path":"/a","query":{{"name":"{name}"}}}}"#)).unwrap();
    assert!(server.requests()[1].target.ends_with(&name));
    let error = client.set_token(&format!("{longest}x")).unwrap_err();
    assert_says(&error, Status::InvalidArgument, &["at most 8191 bytes"]);

    // A platform's or a provider's own.
    let answer = format!(r#"{{"ret":0,"token":"{long}"}}"#);
    let server = Server::start(move |_, _| scripted::json(&answer));
    let config = format!(r#"{{"platform":"avd","base_url":"{}","access_key":"a","secret_key":"s"}}"#, server.url());
    let error = Client::new(&config).unwrap().call("avd.room.read", READ).unwrap_err();
    assert_says(&error, Status::Protocol, &["\"token\" that is no token", "at most 8191 bytes"]);
    assert!(!error.to_json().contains("xxxx"));
    let client = Client::new(&avd(r#","token_provider":true"#)).unwrap();
    client.set_token_provider(move |_| Ok(ProvidedToken { token: long.clone(), lifetime: None })).unwrap();
    let error = client.call("avd.room.read", READ).unwrap_err();
    assert_says(&error, Status::Auth, &["the token provider gave no token", "at most 8191 bytes"]);
}

#[test]
fn an_address_that_means_two_things_is_refused() {
    for url in ["http://h:+80", "http://h:080", "http://h/a/../b", "http://h//x", "http://h/%2E%2e/x"] {
        let config = format!(r#"{{"platform":"avd","base_url":"{url}","token":"t"}}"#);
        let error = Client::new(&config).map(|_| ()).unwrap_err();
        assert_says(&error, Status::InvalidConfig, &["\"base_url\""]);
    }
}

#[test]
fn only_the_client_sets_its_credential() {
    let server = Server::start(|_, _| scripted::json(r#"{"ret":0,"ErrorCode":0}"#));
    let request =
        |place: &str, name: &str| format!(r#"{{"method":"POST","path":"/x","{place}":{{"a":"1","{name}":"x"}}}}"#);
    let avd = avd(&server.url());
    let youme = Client::new(&format!(
        r#"{{"platform":"youme","base_url":"{}","app_key":"k","app_secret":"s","rest_api_key":"r"}}"#,
        server.url()
    ))
    .unwrap();
    for (client, place, name) in [
        (&avd, "query", "token"),
        (&avd, "form", "token"),
        (&avd, "query", "to\\u006ben"),
        (&youme, "query", "checksum"),
        (&youme, "query", "curtime"),
        (&youme, "query", "appkey"),
    ] {
        let error = client.raw_call(&request(place, name)).unwrap_err();
        assert_says(&error, Status::InvalidArgument, &["carries the credential"]);
    }
    assert!(server.requests().is_empty());
    youme.raw_call(&request("query", "token")).unwrap();
    avd.raw_call(&request("query", "seq")).unwrap();
}

#[test]
fn names_that_are_nearly_right() {
    let client = avd("http://127.0.0.1:1");
    let of = |operation: &str| client.call(operation, "{}").unwrap_err().to_string();
    assert!(of("AVD.ROOM.READ").ends_with("did you mean \"avd.room.read\"?"));
    assert!(
        of("avd.room.mix_record.begin").contains("\"avd.room.mix_record\" has start, stop"),
        "{}",
        of("avd.room.mix_record.begin")
    );
    let error = client.call("avd.room.read", r#"{"RoomId":"1"}"#).unwrap_err();
    assert!(error.to_string().contains("did you mean \"room_id\"?"), "{error}");
}
