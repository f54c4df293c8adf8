//! Answers as gateways, caches and old deployments give them: other spellings of numbers, names that come twice, a byte
//! order mark, GBK, gzip, redirects. What can be read is read; what cannot be is shown.

mod scripted;

use meetgate::{Client, Error, Status};
use scripted::{Act, Server, answer, json};

const READ: &str = r#"{"room_id":"12345123456"}"#;
const STATISTIC: &str = r#"{"room_id":"12345123456","start_time":1575962150,"end_time":1575965750}"#;

fn avd(url: &str) -> Client {
    Client::new(&format!(r#"{{"platform":"avd","base_url":"{url}","token":"fixed-token=="}}"#)).unwrap()
}

fn body(bytes: &'static [u8]) -> Act {
    let mut all = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len()).into_bytes();
    all.extend_from_slice(bytes);
    Act::Send(all)
}

fn read(act: impl Fn() -> Act + Send + Sync + 'static) -> Result<String, Error> {
    let server = Server::start(move |_, _| act());
    avd(&server.url()).call("avd.room.read", READ)
}

fn read_error(act: impl Fn() -> Act + Send + Sync + 'static) -> Error {
    read(act).unwrap_err()
}

#[test]
fn a_whole_number_counts_however_it_is_spelt() {
    for success in [r#"{"ret":0.0}"#, r#"{"ret":"0"}"#, r#"{"ret":"0.0"}"#, r#"{"code":200.0}"#, r#"{"code":2e2}"#] {
        assert_eq!(read(move || json(success)).unwrap(), success);
    }
    for failure in [r#"{"ret":40004.0}"#, r#"{"ret":"40004.0"}"#, r#"{"ret":4.0004e4}"#, r#"{"code":40004}"#] {
        let error = read_error(move || json(failure));
        assert_eq!((error.status(), error.document().code), (Status::Api, Some(40004)), "{failure}");
    }
}

#[test]
fn a_dead_token_is_one_in_every_spelling_and_so_is_a_lifetime() {
    let server = Server::start(|number, request| match (number, request.target.as_str()) {
        (_, "/access/token") => {
            json(&format!(r#"{{"code":0.0,"result":{{"timeout":7200.0,"access_token":"t{number}"}}}}"#))
        }
        (1, _) => json(r#"{"code":6.06000001e8,"msg":"dead"}"#),
        _ => json(r#"{"code":"0.0","msg":"OK"}"#),
    });
    let config =
        format!(r#"{{"platform":"hst","base_url":"{}","dev_id":"dev","dev_secret":"0123456789abcdef"}}"#, server.url());
    let client = Client::new(&config).unwrap();
    client.call("hst.app.delete", r#"{"app_id":"a"}"#).unwrap();
    assert_eq!((server.count("/access/token"), server.count("/v1/app")), (2, 2));
    let info: serde_json::Value = serde_json::from_str(&client.info().unwrap()).unwrap();
    assert!(info["token"]["expires_in_ms"].as_u64().unwrap() > 7_000_000, "{info}");
}

#[test]
fn an_answer_without_an_envelope_is_no_success() {
    for body in [r#"{"error":"unauthorized"}"#, "{}", r#"{"ret":null}"#, r#"{"ret":null,"code":0}"#] {
        let error = read_error(move || json(body));
        assert_eq!(error.status(), Status::Protocol, "{body}");
        assert_eq!(error.document().reply.as_deref().map(|reply| reply.get()), Some(body));
    }
    let statistic = r#"{"meeting_total":0}"#;
    let server = Server::start(move |_, _| json(statistic));
    assert_eq!(
        avd(&server.url()).call("avd.room.get_statistic", STATISTIC).unwrap(),
        statistic,
        "the documented exception"
    );
    let raw = r#"{"method":"GET","path":"/sdkapi/v2/novel"}"#;
    assert_eq!(avd(&server.url()).raw_call(raw).unwrap(), statistic, "nobody knows a raw call's answer");
}

#[test]
fn ret_decides_where_code_is_there_too() {
    read(|| json(r#"{"ret":0,"code":500}"#)).unwrap();
    assert_eq!(read_error(|| json(r#"{"code":200,"ret":40004}"#)).document().code, Some(40004));
}

#[test]
fn of_two_members_of_one_name_the_last_counts_and_nothing_is_lost() {
    let twice = r#"{"ret":40001,"ret":0}"#;
    assert_eq!(read(move || json(twice)).unwrap(), twice);
    let error = read_error(|| json(r#"{"ret":0,"ret":40004,"password":"a1","password":"b2","x":[{"y":1,"y":2}]}"#));
    assert_eq!(error.document().code, Some(40004));
    let shown = error.document().reply.as_deref().unwrap().get();
    assert_eq!(shown, r#"{"ret":0,"ret":40004,"password":"***","password":"***","x":[{"y":1,"y":2}]}"#);
}

#[test]
fn whatever_an_answer_is_made_of_its_error_shows_it() {
    let deep = format!(r#"{{"ret":40004,"x":{}{}}}"#, "[".repeat(5000), "]".repeat(5000));
    let error = read_error(move || json(&deep));
    assert_eq!(error.document().code, Some(40004));
    assert!(error.document().reply.as_deref().unwrap().get().starts_with(r#"{"ret":40004,"x":[["#));
    let error = read_error(|| json("[1"));
    assert_eq!(error.document().reply_text.as_deref(), Some("[1"));
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let marked = "\u{feff}{\"ret\":0, \"n\": 1.10}";
    assert_eq!(read(move || json(marked)).unwrap(), "{\"ret\":0, \"n\": 1.10}");
    assert_eq!(read_error(|| json("\u{feff}{\"ret\":40004}")).document().code, Some(40004));
    let server = Server::start(|_, _| json(r#"{"ret":0}"#));
    let config = format!("\u{feff}{{\"platform\":\"avd\",\"base_url\":\"{}\",\"token\":\"t\"}}", server.url());
    let client = Client::new(&config).unwrap();
    client.call_with("avd.room.read", &format!("\u{feff}{READ}"), "\u{feff}{\"timeout_ms\":5000}", None).unwrap();
    client.raw_call("\u{feff}{\"method\":\"GET\",\"path\":\"/x\"}").unwrap();
}

#[test]
fn an_answer_in_gbk_keeps_its_number() {
    // "房间号不存在".
    let error = read_error(|| {
        body(b"{\"ret\":40004,\"msg\":\"\xb7\xbf\xbc\xe4\xba\xc5\xb2\xbb\xb4\xe6\xd4\xda\",\"token\":\"geheim\"}")
    });
    let document = error.document();
    assert_eq!((error.status(), document.code), (Status::Api, Some(40004)));
    let escaped = "<B7><BF><BC><E4><BA><C5><B2><BB><B4><E6><D4><DA>";
    assert_eq!(document.platform_message.as_deref(), Some(escaped));
    let shown = document.reply_text.as_deref().unwrap();
    assert!(shown.contains(escaped) && !shown.contains("geheim"), "{shown}");
    let error = read_error(|| body(b"{\"ret\":0,\"msg\":\"\xb7\xbf\"}"));
    assert_eq!(error.status(), Status::Protocol);
    assert_eq!(error.to_string(), "the answer is not UTF-8");
    assert_eq!(error.document().reply_text.as_deref(), Some("{\"ret\":0,\"msg\":\"<B7><BF>\"}"));
}

#[test]
fn a_gzip_answer_is_named_as_one() {
    let error = read_error(|| body(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xabV*J-Q\xb22\xa8\x05\x00"));
    assert_eq!(error.status(), Status::Protocol);
    assert!(error.to_string().contains("gzip"), "{error}");
}

#[test]
fn a_redirect_says_where_to_without_its_query() {
    let location = "Location: https://new.example:9610/sdkapi/v2/room/read?token=fixed-token%3D%3D&x=1\r\n";
    let error = read_error(move || Act::Send(answer("302 Found", location, "")));
    assert_eq!((error.status(), error.document().http_status), (Status::Http, Some(302)));
    assert_eq!(error.document().location.as_deref(), Some("https://new.example:9610/sdkapi/v2/room/read"));
    assert!(error.to_string().contains("redirect to https://new.example:9610/"), "{error}");
    assert!(error.to_string().contains("base_url"), "{error}");
    assert!(!error.to_json().contains("fixed-token"), "{error:?}");

    let location = "Location: https://user:geheim@new.example/x@y#z\r\n";
    let error = read_error(move || Act::Send(answer("307 Temporary Redirect", location, "")));
    assert_eq!(error.document().location.as_deref(), Some("https://new.example/x@y"));
    let error = read_error(|| Act::Send(answer("302 Found", "Location: /login?next=1\r\n", "")));
    assert_eq!(error.document().location.as_deref(), Some("/login"));
}

#[test]
fn a_server_that_says_when_to_come_back_is_quoted() {
    let error = read_error(|| Act::Send(answer("503 Busy", "Retry-After: 7\r\n", "")));
    assert_eq!(error.document().retry_after_ms, Some(7000));
    let error = read_error(|| Act::Send(answer("200 OK", "Retry-After: 3\r\n", r#"{"ret":41001}"#)));
    assert_eq!((error.document().code, error.document().retry_after_ms), (Some(41001), Some(3000)));
    assert_eq!(read_error(|| Act::Send(answer("503 Busy", "", ""))).document().retry_after_ms, None);
}

#[test]
fn the_class_of_a_number_stands_in_the_document() {
    let class = |body: &'static str| {
        let document: serde_json::Value = serde_json::from_str(&read_error(move || json(body)).to_json()).unwrap();
        document["class"].as_str().map(str::to_owned)
    };
    assert_eq!(class(r#"{"ret":40004}"#).as_deref(), Some("not_found"));
    assert_eq!(class(r#"{"ret":41001}"#).as_deref(), Some("busy"));
    assert_eq!(class(r#"{"ret":40003}"#).as_deref(), Some("token_dead"), "a fixed token that is dead");
    assert_eq!(class(r#"{"ret":49999}"#), None, "a number that no table has");
    assert_eq!(class("<html>"), None);
}

#[test]
fn a_number_with_its_other_meaning_has_no_class() {
    // T60: with a fresh token, 40003 is no dead token.
    let server = Server::start(|_, request| match request.target.as_str() {
        "/sdkapi/v2/app/get_token" => json(r#"{"ret":0,"token":"t"}"#),
        _ => json(r#"{"ret":40003,"msg":"no such room_id"}"#),
    });
    let config =
        format!(r#"{{"platform":"avd","base_url":"{}","access_key":"k","secret_key":"the-key"}}"#, server.url());
    let error = Client::new(&config).unwrap().call("avd.room.read", READ).unwrap_err();
    assert_eq!((error.status(), error.document().class), (Status::Api, None));
}
