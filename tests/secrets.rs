//! Nothing secret shows in what the library says, in whatever way a server, a proxy or a slip puts it there; and what is no
//! secret is shown as it came.

mod scripted;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use meetgate::{Client, Error, Status};
use scripted::{Act, Request, Server, answer, json};
use serde_json::Value;
use std::time::{Duration, Instant};

const READ: &str = r#"{"room_id":"12345123456"}"#;
const DEV_SECRET: &str = "0123456789abcdef";

fn avd(url: &str, more: &str) -> Client {
    Client::new(&format!(r#"{{"platform":"avd","base_url":"{url}"{more}}}"#)).unwrap()
}

fn avd_with_token(url: &str, token: &str) -> Client {
    avd(url, &format!(r#","token":"{token}""#))
}

fn avd_with_keys(url: &str) -> Client {
    avd(url, r#","access_key":"key","secret_key":"the-secret-key/é""#)
}

fn hst(url: &str) -> Client {
    let config = format!(r#"{{"platform":"hst","base_url":"{url}","dev_id":"dev","dev_secret":"{DEV_SECRET}"}}"#);
    Client::new(&config).unwrap()
}

fn youme(url: &str) -> Client {
    let keys = r#""app_key":"k","app_secret":"appsecret","rest_api_key":"restapikey""#;
    Client::new(&format!(r#"{{"platform":"youme","base_url":"{url}",{keys}}}"#)).unwrap()
}

/// Everything that is shown of an error.
fn shown(error: &Error) -> String {
    format!("{}\n{error}\n{error:?}", error.to_json())
}

fn assert_hides(error: &Error, secrets: &[&str]) {
    let shown = shown(error);
    for secret in secrets {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

/// The error of reading a room with this token, where the server answers so.
fn read_error(token: &str, body: &'static str) -> Error {
    let server = Server::start(move |_, _| json(body));
    avd_with_token(&server.url(), token).call("avd.room.read", READ).unwrap_err()
}

fn header(request: &Request, name: &str) -> String {
    let start = format!("{name}: ");
    let line = request.head.lines().find(|line| line.to_ascii_lowercase().starts_with(&start)).unwrap();
    line[start.len()..].to_owned()
}

/// A proxy's error page that repeats the whole request.
fn echo(request: &Request) -> Act {
    let page = format!("<html>{}<pre>{}</pre></html>", request.head, String::from_utf8_lossy(&request.body));
    Act::Send(answer("502 Bad Gateway", "", &page))
}

#[test]
fn what_was_derived_to_sign_with_is_masked() {
    let server = Server::start(|_, request| echo(request));
    let error = hst(&server.url()).call("hst.app.delete", r#"{"app_id":"a"}"#).unwrap_err();
    let sent = header(&server.requests()[0], "authorization");
    let (_, dev_token) = sent.split_once('.').unwrap();
    assert!(dev_token.starts_with("001") && dev_token.len() > 60, "{dev_token}");
    assert_hides(&error, &[dev_token, &dev_token[3..40]]);
    assert_eq!(error.document().reply_text, None, "of an answer to a request for a token nothing is shown");

    let error = youme(&server.url()).call("youme.count_qos_by_day", r#"{"QueryDate":"20191210"}"#).unwrap_err();
    let target = server.requests().pop().unwrap().target;
    let checksum = target.split("checksum=").nth(1).unwrap().split('&').next().unwrap();
    assert_eq!(checksum.len(), 40);
    assert_hides(&error, &[checksum]);
    let text = error.document().reply_text.as_deref().unwrap();
    assert!(text.contains("checksum=***&seq=") && text.contains("identifier=admin"), "{text}");

    // Also where it stands alone.
    let server = Server::start(|_, request| {
        let checksum = request.target.split("checksum=").nth(1).unwrap().split('&').next().unwrap();
        json(&format!(r#"{{"ErrorCode":11,"Status":"FAIL","ErrorInfo":"not {checksum}"}}"#))
    });
    let error = youme(&server.url()).call("youme.count_qos_by_day", r#"{"QueryDate":"20191210"}"#).unwrap_err();
    assert_eq!(error.document().platform_message.as_deref(), Some("not ***"));
}

#[test]
fn a_token_answer_is_never_shown() {
    for body in [
        r#"{"ret":0,"token":"live-token-1"#,
        r#"{"ret":0,"token":"live-token-1"} // cached"#,
        r#"{"ret":0,"token":["live-token-1"]}"#,
        r#"{"ret":0,"token":9170001}"#,
        r#"{"ret":0,"token":"live-token-1 with blanks"}"#,
        r#"{"ret":0,"data":{"auth":"live-token-1"}}"#,
        r#""live-token-1""#,
        r#"live-token-1"#,
        r#"{"ret":40002,"msg":"live-token-1","token":"live-token-1"}"#,
        r#"{"ret":49999,"msg":"no live-token-1","Token":"live-token-1"}"#,
    ] {
        for status in ["200 OK", "500 Oops"] {
            let server = Server::start(move |_, _| Act::Send(answer(status, "", body)));
            let client = avd_with_keys(&server.url());
            for operation in ["avd.room.read", "avd.app.get_token"] {
                let params = if operation == "avd.room.read" { READ } else { "{}" };
                let error = client.call(operation, params).unwrap_err();
                assert_hides(&error, &["live-token-1", "9170001"]);
                assert!(error.document().reply.is_none() && error.document().reply_text.is_none(), "{error:?}");
            }
        }
    }
}

#[test]
fn old_tokens_are_secret_too() {
    // The token endpoint repeats the token that it replaces; the call's answer the one before.
    let server = Server::start(|number, request| match (number, request.target.split('?').next().unwrap()) {
        (0, _) => json(r#"{"code":0,"result":{"access_token":"first-token"}}"#),
        (1, _) => json(r#"{"code":606000001,"msg":"dead"}"#),
        (2, _) => json(r#"{"code":0,"result":{"access_token":"second-token"}}"#),
        (3, _) => json(r#"{"code":606000009,"msg":"second-token is not first-token"}"#),
        _ => json(r#"{"code":606000009,"msg":"instead of second-token"}"#),
    });
    let client = hst(&server.url());
    let error = client.call("hst.app.delete", r#"{"app_id":"a"}"#).unwrap_err();
    assert_eq!(error.document().platform_message.as_deref(), Some("*** is not ***"));
    let error = client.call("hst.access.token", "{}").unwrap_err();
    assert_eq!(error.document().platform_message.as_deref(), Some("instead of ***"));
}

#[test]
fn every_encoding_of_a_secret_is_masked() {
    let secret = "the-secret-key/é";
    for echoed in [
        r"the-secret-key\/\u00e9".to_owned(),
        r"\u0074he-secret-key\u002F\u00E9".to_owned(),
        "the-secret-key%2F%C3%A9".to_owned(),
        "the-secret-key%2f%c3%a9".to_owned(),
        "%74%68e-secret-key/é".to_owned(),
        "the-secret-key&#47;&#xe9;".to_owned(),
        STANDARD.encode(secret),
        STANDARD.encode(format!("key:{secret}")),
        STANDARD.encode(format!("x{secret}y")),
        secret.to_owned(),
    ] {
        let hidden = [secret, &echoed[2..echoed.len() - 4], "secret-key"];
        for act in [
            json(&format!(r#"{{"ret":41001,"msg":"bad {echoed}","x":["{echoed}"]}}"#)),
            Act::Send(answer("502 Bad", "", &format!("bad <{echoed}> and {{{echoed}"))),
            Act::Send(answer("302 Found", &format!("Location: http://h/{}\r\n", echoed.replace('é', "%C3%A9")), "")),
        ] {
            let act = std::sync::Mutex::new(act);
            let server = Server::start(move |number, _| match number {
                0 => json(r#"{"ret":0,"token":"t-0000"}"#),
                _ => act.lock().unwrap().clone(),
            });
            let error = avd_with_keys(&server.url()).call("avd.room.read", READ).unwrap_err();
            assert_hides(&error, &hidden);
            assert!(shown(&error).contains("***"), "{error:?}");
        }
    }
}

#[test]
fn members_are_secret_by_their_names_however_these_are_written() {
    let error = read_error(
        "fixed-token",
        r#"{"ret":41001,"appSecret":"s-1","accessToken":12345,"App-Secret":["s-2"],"x":{"PASSWORD":"s-3"},
            "inner":"{\"access_token\":\"s-4\",\"n\":1.10}","deeper":"[\"{\\\"secretKey\\\":\\\"s-5\\\"}\"]"}"#,
    );
    assert_hides(&error, &["s-1", "s-2", "s-3", "s-4", "s-5", "12345,"]);
    let reply: Value = serde_json::from_str(error.document().reply.as_deref().unwrap().get()).unwrap();
    assert_eq!(reply["inner"], r#"{"access_token":"***","n":1.10}"#);
    let error = read_error("fixed-token", r#"<a href="/x?accessToken=s-1&amp;page=2">, {"appSecret": "s-2", "n": 1"#);
    let text = error.document().reply_text.as_deref();
    assert_eq!(text, Some(r#"<a href="/x?accessToken=***&amp;page=2">, {"appSecret": "***", "n": 1"#));
}

#[test]
fn what_a_raw_call_names_as_secret_is_one() {
    let request = |member: &str| format!(r#"{{"method":"POST","path":"/sdkapi/v2/novel",{member}}}"#);
    for member in [
        r#""form":{"secret_key":"caller-key","password":"p4"}"#,
        r#""query":{"secretKey":"caller-key","Password":"p4"}"#,
        r#""body":{"deep":[{"secret_key":"caller-key","password":"p4"}]}"#,
        r#""body":"{\"secret_key\":\"caller-key\",\"password\":\"p4\"}""#,
        r#""form":{"layout":{"secret_key":"caller-key","password":"p4"}}"#,
    ] {
        let server = Server::start(|_, _| json(r#"{"ret":41001,"msg":"caller-key?","a":"p4","b":"cap4"}"#));
        let error = avd_with_token(&server.url(), "fixed-token").raw_call(&request(member)).unwrap_err();
        let shown = error.document().reply.as_deref().unwrap().get();
        assert_eq!(shown, r#"{"ret":41001,"msg":"***?","a":"***","b":"cap4"}"#, "{member}");
        assert_eq!(error.document().platform_message.as_deref(), Some("***?"));
    }
}

#[test]
fn of_a_secret_that_begins_like_a_shorter_one_no_tail_is_left() {
    let server = Server::start(|_, _| json(r#"{"ret":41001,"msg":"<abcd-and-more> <abcd>"}"#));
    let params = r#"{"name":"a","password":"abcd","number":"1","sip_gate_id":3}"#;
    let error = avd_with_token(&server.url(), "abcd-and-more").call("avd.sip.account.create", params).unwrap_err();
    assert_eq!(error.document().platform_message.as_deref(), Some("<***> <***>"));
}

#[test]
fn numbers_names_and_words_are_no_secrets() {
    let body = r#"{"ret":41001,"room_id":12345123456,"1234":[1234,-1234.50e3],"pages":"1","x":true,"msg":"room a1b2"}"#;
    for password in ["1234", "4100", "a1", "1", "tru"] {
        let server = Server::start(move |_, _| json(body));
        let params = format!(r#"{{"name":"a","password":"{password}","number":"1","sip_gate_id":3}}"#);
        let error = avd_with_token(&server.url(), "fixed-token").call("avd.sip.account.create", &params).unwrap_err();
        let shown = error.document().reply.as_deref().unwrap().get();
        let expected = if password == "1" { body.replace(r#":"1""#, r#":"***""#) } else { body.to_owned() };
        assert_eq!(shown, expected, "{password}");
        assert!(error.to_string().starts_with("avd answered 41001"), "{error}");
    }
    // As short as this it is masked where it is all that is said.
    let server = Server::start(|_, _| json(r#"{"ret":41001,"msg":"a1","x":"a1"}"#));
    let params = r#"{"name":"a","password":"a1","number":"1","sip_gate_id":3}"#;
    let error = avd_with_token(&server.url(), "fixed-token").call("avd.sip.account.create", params).unwrap_err();
    assert_eq!(error.document().reply.as_deref().unwrap().get(), r#"{"ret":41001,"msg":"***","x":"***"}"#);
    assert_eq!(error.document().platform_message.as_deref(), Some("***"));
}

#[test]
fn a_parsers_words_quote_no_value() {
    for (body, words) in [
        (r#"{"ret":0,"msg":"fixed-token"#, "it ends too early"),
        (r#"{"ret":0,"msg":"fixed-token"} fixed-token"#, "line 1 column 31"),
        (r#"["fixed-token"]"#, "is not a JSON object"),
        (r#""fixed-token""#, "is not a JSON object"),
        (r#"{"ret":"fixed-token"}"#, "a \"ret\" that is no number"),
    ] {
        let error = read_error("fixed-token", body);
        assert_eq!(error.status(), Status::Protocol);
        assert!(error.to_string().contains(words), "{error} lacks {words}");
        assert_hides(&error, &["fixed-token"]);
    }
}

#[test]
fn an_address_with_a_password_is_in_no_error_of_a_configuration() {
    let keys = r#""platform":"avd","base_url":"http://127.0.0.1:1","access_key":"a","secret_key":"s""#;
    for member in [
        r#""token_store":"redis://:geheim@h/0""#,
        r#""token_store":{"file":"redis://:geheim@h/0"}"#,
        r#""token_store":{"redis":"http://:geheim@h/0"}"#,
        r#""token_store":{"redis":["redis://:geheim@h/0"]}"#,
        r#""token_store":{"redis":"redis://:geheim@h:x/0"}"#,
        r#""token_store":{"redis":"redis://:geheim@h/0","file":"/tmp"}"#,
        r#""user_agent":{"redis":"redis://:geheim@h/0"}"#,
    ] {
        let error = Client::new(&format!("{{{keys},{member}}}")).map(|_| ()).unwrap_err();
        assert_eq!(error.status(), Status::InvalidConfig, "{member}");
        assert_hides(&error, &["geheim"]);
    }
    let url = r#"{"platform":"avd","base_url":"http://user:geheim@h:1","token":"t"}"#;
    assert_hides(&Client::new(url).map(|_| ()).unwrap_err(), &["geheim"]);
}

/// The work on an answer, and on parameters, grows with their length alone.
#[test]
fn many_members_take_no_time() {
    let many =
        |count: usize| -> Vec<String> { (0..count).map(|number| format!("\"m{number}\":\"{number}\"")).collect() };
    let body = format!("{{\"ret\":40004,{},\"password\":\"geheim\"}}", many(160_000).join(","));
    let server = Server::start(move |_, _| json(&body));
    let client = avd_with_token(&server.url(), "fixed-token");
    let start = Instant::now();
    let error = client.call("avd.room.read", READ).unwrap_err();
    assert_eq!(error.document().code, Some(40004));
    assert!(error.document().reply_text.as_deref().unwrap().starts_with(r#"{"ret":40004,"m0":"0","m1""#), "{error:?}");
    let members = many(80_000).join(",");
    for request in [
        format!(r#"{{"method":"POST","path":"/x","body":{{{members}}}}}"#),
        format!(r#"{{"method":"POST","path":"/x","form":{{{members}}}}}"#),
        format!(r#"{{"method":"POST","path":"/x","form":{{"x":"{}"}}}}"#, members.replace('"', "'")),
    ] {
        assert_eq!(client.raw_call(&request).unwrap_err().document().code, Some(40004));
    }
    let unknown = client.call("avd.room.read", &format!("{{{members}}}")).unwrap_err();
    assert_eq!(unknown.status(), Status::InvalidArgument);
    let unchecked = avd(&server.url(), r#","token":"fixed-token","validate":false,"http_method":"post""#);
    let params = format!("{{\"room_id\":\"1\",{members}}}");
    assert_eq!(unchecked.call("avd.room.read", &params).unwrap_err().document().code, Some(40004));
    // Members searched one by one took minutes.
    assert!(start.elapsed() < Duration::from_secs(40), "{:?}", start.elapsed());
}

#[test]
fn an_error_stays_small_whatever_the_answer() {
    let long = format!(r#"{{"ret":49999,"msg":"{}"}}"#, "geheim ".repeat(1_000_000));
    let server = Server::start(move |_, _| json(&long));
    let error = avd_with_token(&server.url(), "geheim").call("avd.room.read", READ).unwrap_err();
    assert!(error.to_json().len() < 8 << 10, "{}", error.to_json().len());
    assert_hides(&error, &["geheim"]);
}
