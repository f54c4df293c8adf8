//! `docs/reference/errors.md` and `catalog/errors.toml`, which it is rendered from, say of the error document what is so.

mod scripted;

use meetgate::catalog::{ErrorClass, PlatformName};
use meetgate::{Client, Error, ErrorDocument, RedactedJson, Status};
use scripted::{Act, Server};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::Path;

struct Member {
    name: String,
    kind: String,
    always: bool,
}

fn described() -> toml::Table {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog/errors.toml");
    std::fs::read_to_string(file).unwrap().parse().unwrap()
}

fn members() -> Vec<Member> {
    let text = |member: &toml::Value, name: &str| member[name].as_str().unwrap().to_owned();
    let table = described();
    let members = table["member"].as_array().unwrap().iter();
    let member = |member| Member {
        name: text(member, "name"),
        kind: text(member, "type"),
        always: text(member, "when") == "always",
    };
    members.map(member).collect()
}

/// Every member that a document can have: a new one does not compile until it stands here.
fn whole(reply: RedactedJson) -> ErrorDocument {
    ErrorDocument {
        status: Status::Api,
        message: "m".to_owned(),
        platform: Some(PlatformName::Avd),
        operation: Some("room.read"),
        code: Some(40004),
        class: Some(ErrorClass::NotFound),
        meaning: Some("no such room"),
        meaning_zh: Some("房间号不存在"),
        platform_message: Some("m".into()),
        http_status: Some(200),
        location: Some("http://h".into()),
        request_id: Some("1".to_owned()),
        clock_offset_s: Some(0),
        attempts: Some(1),
        retryable: false,
        retry_after_ms: Some(1),
        reply: Some(reply),
        reply_text: Some("t".into()),
    }
}

fn object(document: &ErrorDocument) -> Map<String, Value> {
    serde_json::from_str(&serde_json::to_string(document).unwrap()).unwrap()
}

/// What of a document is not as it is described.
fn wrong(document: &Map<String, Value>, members: &[Member]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, value) in document {
        let is_right = |member: &Member| match member.kind.as_str() {
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "boolean" => value.is_boolean(),
            "any" => true,
            other => panic!("{name}: no type {other}"),
        };
        match members.iter().find(|member| member.name == *name) {
            Some(member) if is_right(member) => {}
            Some(member) => wrong.push(format!("{name}: expected {}, got {value}", member.kind)),
            None => wrong.push(format!("{name} is not described")),
        }
    }
    let missing = members.iter().filter(|member| member.always && !document.contains_key(&member.name));
    wrong.extend(missing.map(|member| format!("{} is missing", member.name)));
    wrong
}

#[test]
fn all_members_are_described_and_no_others() {
    let reply = of_answer("200 OK", br#"{"ret":40004}"#).document().reply.clone();
    let document = object(&whole(reply.unwrap()));
    let members = members();
    assert_eq!(wrong(&document, &members), [""; 0]);
    let described: BTreeSet<&str> = members.iter().map(|member| member.name.as_str()).collect();
    assert_eq!(described.len(), members.len(), "one stands twice");
    assert_eq!(described, document.keys().map(String::as_str).collect(), "the members and their description differ");
    // What is always there is what an error has that says nothing else.
    let least = Client::new("{").map(|_| ()).unwrap_err();
    let always = members.iter().filter(|member| member.always).map(|member| member.name.as_str());
    assert_eq!(object(least.document()).keys().map(String::as_str).collect::<BTreeSet<_>>(), always.collect());
}

#[test]
fn every_class_is_described() {
    let table = described();
    let classes: Vec<&str> =
        table["class"].as_array().unwrap().iter().map(|class| class["name"].as_str().unwrap()).collect();
    for platform in PlatformName::ALL {
        for number in platform.errors() {
            let class = serde_json::to_value(number.class).unwrap();
            assert!(classes.contains(&class.as_str().unwrap()), "{number:?}");
        }
    }
}

/// The bindings read each member.
#[test]
fn the_bindings_have_every_member() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = ["bindings/python/src/meetgate/_errors.py"].as_slice();
    let csharp =
        ["ErrorDocument.cs", "MeetgateException.cs"].map(|file| format!("bindings/csharp/src/Meetgate/Errors/{file}"));
    let csharp = csharp.each_ref().map(String::as_str);
    for binding in [python, csharp.as_slice()] {
        let read = |file: &&str| std::fs::read_to_string(root.join(file)).unwrap();
        let source: String = binding.iter().map(read).collect();
        for member in members().iter().filter(|member| binding == python || member.name != "status") {
            assert!(source.contains(&format!("\"{}\"", member.name)), "{binding:?} do not read {}", member.name);
        }
    }
}

/// With any bytes for a body.
fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn read(client: &Client) -> Error {
    client.call("avd.room.read", r#"{"room_id":"1"}"#).unwrap_err()
}

fn of_answer(head: &'static str, body: &'static [u8]) -> Error {
    let server = Server::start(move |_, _| Act::Send(answer(head, body)));
    let config = format!(r#"{{"platform":"avd","base_url":"{}","token":"t"}}"#, server.url());
    read(&Client::new(&config).unwrap())
}

fn failures() -> Vec<Error> {
    let nobody = Client::new(r#"{"platform":"avd","base_url":"http://127.0.0.1:1","access_key":"a","secret_key":"s"}"#);
    let nobody = nobody.unwrap();
    let youme =
        r#"{"platform":"youme","base_url":"http://127.0.0.1:1","app_key":"a","app_secret":"s","rest_api_key":"k"}"#;
    let day = r#"{"QueryDate":"20191210"}"#;
    vec![
        of_answer("200 OK", br#"{"ret":40004,"msg":"no such room"}"#),
        of_answer("200 OK", b"{\"ret\":40004,\"msg\":\"\xb7\xbf\"}"),
        of_answer("200 OK", b"\xef\xbb\xbf{\"ret\":40004}"),
        of_answer("503 Busy\r\nRetry-After: 7", b"<html>"),
        of_answer("302 Found\r\nLocation: http://10.0.0.9/login?to=1", b""),
        nobody.call("avd.room.raed", "{}").unwrap_err(),
        nobody.call("avd.room.read", "{}").unwrap_err(),
        read(&nobody),
        read(&nobody), // in the pause after the failed fetch
        Client::new(youme).unwrap().call("youme.count_qos_by_day", day).unwrap_err(),
    ]
}

#[test]
fn documents_are_as_described() {
    let members = members();
    let errors = failures();
    for error in &errors {
        assert_eq!(wrong(&object(error.document()), &members), [""; 0], "{}", error.to_json());
    }
    let document = |index: usize| errors[index].document();
    assert_eq!(document(1).reply_text.as_deref(), Some(r#"{"ret":40004,"msg":"<B7><BF>"}"#));
    assert_eq!(document(2).reply.as_ref().map(|reply| reply.get()), Some(r#"{"ret":40004}"#));
    assert_eq!(document(3).retry_after_ms, Some(7000));
    assert_eq!(document(4).location.as_deref(), Some("http://10.0.0.9/login"));
    assert_eq!((document(5).platform, document(5).attempts), (None, None));
    assert_eq!(document(6).attempts, Some(0));
    assert!(document(7).message.starts_with("no token could be fetched"), "{}", document(7).message);
    assert_eq!((document(7).attempts, document(7).retry_after_ms), (Some(0), None));
    assert!(
        document(8).attempts == Some(0) && document(8).retry_after_ms.is_some() && document(8).http_status.is_none()
    );
    assert!(document(9).request_id.is_some() && document(9).clock_offset_s == Some(0));
}
