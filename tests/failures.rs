//! What no platform promises: silence, cut and foreign answers, tokens that die. Each comes back as an
//! error that says what happened, and nothing is sent more often than it should be.

mod scripted;

use meetgate::{Client, Error, Status};
use scripted::{Act, NOBODY_LISTENS, Server, answer, json, speaks_no_tls};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn avd_with_token(url: &str) -> Client {
    Client::new(&format!(r#"{{"platform":"avd","base_url":"{url}","token":"fixed-token=="}}"#)).unwrap()
}

fn avd(url: &str) -> Client {
    let config = format!(r#"{{"platform":"avd","base_url":"{url}","access_key":"key","secret_key":"the-secret-key"}}"#);
    Client::new(&config).unwrap()
}

fn hst(url: &str) -> Client {
    let config = format!(r#"{{"platform":"hst","base_url":"{url}","dev_id":"dev","dev_secret":"0123456789abcdef"}}"#);
    Client::new(&config).unwrap()
}

const READ: &str = r#"{"room_id":"12345123456"}"#;

/// The error of reading a room from a server that always acts the same.
fn read_error(act: impl Fn() -> Act + Send + Sync + 'static) -> Error {
    let server = Server::start(move |_, _| act());
    let once = r#"{"max_attempts":1}"#;
    let error = avd_with_token(&server.url()).call_with("avd.room.read", READ, once, None).unwrap_err();
    assert_eq!(server.requests().len(), 1, "sent once, whatever the answer");
    error
}

#[test]
fn silence_ends_at_the_calls_time() {
    let server = Server::start(|_, _| Act::Silence);
    let client = avd_with_token(&server.url());
    let start = Instant::now();
    let error = client.call_with("avd.room.read", READ, r#"{"timeout_ms":300}"#, None).unwrap_err();
    assert_eq!(error.status(), Status::Timeout);
    assert!(error.to_string().contains("300 ms"), "{error}");
    assert!(error.document().retryable, "a read may be repeated");
    assert!(start.elapsed() < Duration::from_secs(5));
    let error = client.call_with("avd.room.del", READ, r#"{"timeout_ms":300}"#, None).unwrap_err();
    assert!(!error.document().retryable, "a deletion may have acted");
}

#[test]
fn a_drip_of_bytes_does_not_stretch_the_calls_time() {
    let server = Server::start(|_, _| Act::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec()));
    let client = avd_with_token(&server.url());
    let error = client.call_with("avd.room.read", READ, r#"{"timeout_ms":300}"#, None).unwrap_err();
    assert_eq!(error.status(), Status::Timeout);
}

#[test]
fn nobody_listening_is_a_network_error_that_may_be_repeated() {
    let error = avd_with_token(&format!("http://{NOBODY_LISTENS}")).call("avd.room.del", READ).unwrap_err();
    assert_eq!(error.status(), Status::Network);
    assert!(error.document().retryable, "nothing was sent");
}

#[test]
fn a_host_that_does_not_exist_is_a_network_error_that_may_be_repeated() {
    let error = avd_with_token("http://no-such-host.invalid").call("avd.room.del", READ).unwrap_err();
    assert_eq!(error.status(), Status::Network);
    assert!(error.to_string().contains("could not be resolved"), "{error}");
    assert!(error.document().retryable, "nothing was sent");
}

#[test]
fn a_connection_cut_in_the_answer_is_a_network_error() {
    for cut in ["", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ret\":0"] {
        let error = read_error(move || Act::SendAndClose(cut.as_bytes().to_vec()));
        assert_eq!(error.status(), Status::Network, "{cut:?}: {error:?}");
    }
}

#[test]
fn tls_to_a_server_that_speaks_none_is_a_tls_error() {
    let error = avd_with_token(&format!("https://{}", speaks_no_tls())).call("avd.room.read", READ).unwrap_err();
    assert_eq!(error.status(), Status::Tls, "{error:?}");
}

#[test]
fn what_is_not_the_documented_json_is_shown_as_text() {
    for body in ["<html>busy</html>", "[0]", "", "{\"ret\":0,}", "{\"ret\":\"x\"}"] {
        let error = read_error(move || json(body));
        assert_eq!(error.status(), Status::Protocol, "{body}");
    }
    let error = read_error(|| json("<html>busy</html>"));
    assert_eq!(error.document().reply_text.as_deref(), Some("<html>busy</html>"));
    let error = read_error(|| Act::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"ret\":\"\xff\"} ".to_vec()));
    assert_eq!(error.status(), Status::Protocol);
    assert!(error.to_string().contains("UTF-8"));
}

#[test]
fn an_http_failure_keeps_its_body() {
    let error = read_error(|| Act::Send(answer("502 Bad Gateway", "", "<html>upstream</html>")));
    assert_eq!((error.status(), error.document().http_status), (Status::Http, Some(502)));
    assert_eq!(error.document().reply_text.as_deref(), Some("<html>upstream</html>"));
    assert!(error.document().retryable);

    let error = read_error(|| Act::Send(answer("500 Oops", "", r#"{"ret":40004,"msg":"no such room"}"#)));
    assert_eq!((error.status(), error.document().http_status), (Status::Api, Some(500)));
    assert_eq!(error.document().code, Some(40004));

    let error = read_error(|| Act::Send(answer("500 Oops", "", r#"{"ret":0}"#)));
    assert_eq!(error.status(), Status::Http, "an envelope that says success does not outweigh the status");
}

#[test]
fn an_answer_beyond_the_bound_ends_the_call() {
    let server = Server::start(|_, _| json(&format!(r#"{{"ret":0,"data":"{}"}}"#, "x".repeat(4000))));
    let client = avd_with_token(&server.url());
    let error = client.call_with("avd.room.read", READ, r#"{"max_reply_bytes":1024}"#, None).unwrap_err();
    assert_eq!(error.status(), Status::Limit);
    assert!(error.to_string().contains("max_reply_bytes"), "{error}");
    client.call_with("avd.room.read", READ, r#"{"max_reply_bytes":5000}"#, None).unwrap();
}

#[test]
fn answers_come_back_byte_for_byte() {
    let body = "{ \"ret\" : \"0\",\n\t\"n\": 1.10, \"big\": 18446744073709551616, \"s\": \"会\\u8bae 🙂\" }\n";
    let server = Server::start(move |_, _| json(body));
    assert_eq!(avd_with_token(&server.url()).call("avd.room.read", READ).unwrap(), body);
}

#[test]
fn secrets_that_the_server_echoes_are_masked() {
    let server = Server::start(|number, _| match number {
        0 => json(r#"{"ret":0,"token":"live-token=="}"#),
        1 => json(r#"{"ret":40082,"msg":"bad live-token==","token":"live-token==","echo":{"password":"pass-word"}}"#),
        _ => Act::Send(answer("502 Bad", "", "GET /x?token=live-token%3D%3D&password=pass-word the-secret-key")),
    });
    let client = avd(&server.url());
    let params = r#"{"name":"a","password":"pass-word","number":"1","sip_gate_id":3}"#;
    for _ in 0..2 {
        let shown = client.call("avd.sip.account.create", params).unwrap_err().to_json();
        for secret in ["live-token", "pass-word", "the-secret-key"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("***"), "{shown}");
    }
}

#[test]
fn a_dead_token_is_renewed_once_and_the_call_repeated_once() {
    let server = Server::start(|number, request| match (number, request.target.as_str()) {
        (_, "/access/token") => json(&format!(r#"{{"code":0,"result":{{"access_token":"t{number}"}}}}"#)),
        (1, _) => json(r#"{"code":606000001,"msg":"dead"}"#),
        _ => json(r#"{"code":0,"msg":"OK"}"#),
    });
    let client = hst(&server.url());
    client.call("hst.app.delete", r#"{"app_id":"a"}"#).unwrap();
    assert_eq!(server.count("/access/token"), 2);
    assert_eq!(server.count("/v1/app"), 2);
    let last = server.requests().pop().unwrap();
    assert!(last.head.to_ascii_lowercase().contains("\r\nauthorization: t2\r\n"), "{}", last.head);
}

#[test]
fn a_token_that_stays_dead_is_an_auth_failure_after_one_repeat() {
    let server = Server::start(|_, request| match request.target.as_str() {
        "/access/token" => json(r#"{"code":0,"result":{"access_token":"t"}}"#),
        _ => json(r#"{"code":606000001,"msg":"dead"}"#),
    });
    let error = hst(&server.url()).call("hst.app.delete", r#"{"app_id":"a"}"#).unwrap_err();
    assert_eq!((error.status(), error.document().code), (Status::Auth, Some(606000001)));
    assert_eq!(error.document().attempts, Some(2));
    assert_eq!((server.count("/access/token"), server.count("/v1/app")), (2, 2));
}

#[test]
fn a_call_whose_token_died_and_could_not_be_renewed_was_sent_once() {
    let server = Server::start(|number, request| match (number, request.target.as_str()) {
        (0, "/access/token") => json(r#"{"code":0,"result":{"access_token":"t"}}"#),
        (1, _) => json(r#"{"code":606000001,"msg":"dead"}"#),
        _ => Act::Send(answer("503 Busy", "", "")),
    });
    let error = hst(&server.url()).call("hst.app.delete", r#"{"app_id":"a"}"#).unwrap_err();
    assert!(error.to_string().starts_with("no token could be fetched"), "{error}");
    assert_eq!((error.status(), error.document().attempts), (Status::Http, Some(1)));
    assert_eq!(
        (server.count("/access/token"), server.count("/v1/app")),
        (4, 1),
        "the fetch is repeated, the call is not"
    );
}

#[test]
fn polling_a_missing_room_does_not_renew_for_ever() {
    // T60: 40003 also says that the room is missing.
    let server = Server::start(|_, request| match request.target.as_str() {
        "/sdkapi/v2/app/get_token" => json(r#"{"ret":0,"token":"t"}"#),
        _ => json(r#"{"ret":40003,"msg":"no such room_id"}"#),
    });
    let client = avd(&server.url());
    for _ in 0..10 {
        let error = client.call("avd.room.read", READ).unwrap_err();
        assert_eq!((error.status(), error.document().code), (Status::Api, Some(40003)));
    }
    assert_eq!(server.count("/sdkapi/v2/app/get_token"), 2);
    assert_eq!(server.count("/sdkapi/v2/room/read"), 11);
}

#[test]
fn refused_keys_are_an_auth_failure_that_says_where() {
    for body in [r#"{"ret":401,"msg":"授权错误!"}"#, r#"{"ret":40001,"msg":"Authenticate failed"}"#] {
        let server = Server::start(move |_, _| json(body));
        let error = avd(&server.url()).call("avd.room.read", READ).unwrap_err();
        assert_eq!(error.status(), Status::Auth);
        assert!(error.to_string().contains("no token could be fetched"), "{error}");
        assert_eq!(error.document().operation, Some("room.read"));
    }
}

#[test]
fn a_token_fetch_that_fails_leaves_the_call_repeatable() {
    let server = Server::start(|_, _| Act::SendAndClose(Vec::new()));
    let error = avd(&server.url()).call("avd.room.del", READ).unwrap_err();
    assert_eq!((error.status(), error.document().operation), (Status::Network, Some("room.del")));
    assert!(error.document().retryable, "nothing of the deletion was sent");
}

#[test]
fn a_fixed_token_is_used_as_it_is_and_never_renewed() {
    let server = Server::start(|_, _| json(r#"{"ret":40003,"msg":"access token invalid"}"#));
    let client = avd_with_token(&server.url());
    assert_eq!(client.call("avd.room.read", READ).unwrap_err().status(), Status::Auth);
    assert_eq!(server.requests().len(), 1);
    assert!(server.requests()[0].target.contains("token=fixed-token%3D%3D&"));
    assert_eq!(client.call("avd.app.get_token", "{}").unwrap_err().status(), Status::InvalidArgument);
}

#[test]
fn a_token_operation_fetches_once_and_its_token_is_the_clients() {
    let server = Server::start(|number, request| match request.target.as_str() {
        "/access/token" => {
            json(&format!("{{\"code\":0, \"result\":{{\"timeout\":7200,\"access_token\":\"t{number}\"}}}}"))
        }
        _ => json(r#"{"code":0}"#),
    });
    let client = hst(&server.url());
    client.call("hst.app.delete", r#"{"app_id":"a"}"#).unwrap();
    let reply = client.call("hst.access.token", "{}").unwrap();
    assert_eq!(reply, "{\"code\":0, \"result\":{\"timeout\":7200,\"access_token\":\"t2\"}}");
    client.call("hst.app.delete", r#"{"app_id":"a"}"#).unwrap();
    assert_eq!(server.count("/access/token"), 2);
    assert!(server.requests()[3].head.to_ascii_lowercase().contains("\r\nauthorization: t2\r\n"));
}

#[test]
fn many_threads_fetch_one_token() {
    let server = Server::start(|_, request| match request.target.as_str() {
        "/access/token" => {
            std::thread::sleep(Duration::from_millis(50));
            json(r#"{"code":0,"result":{"access_token":"t"}}"#)
        }
        _ => json(r#"{"code":0}"#),
    });
    let client = hst(&server.url());
    let failed = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                for _ in 0..10 {
                    if client.call("hst.app.delete", r#"{"app_id":"a"}"#).is_err() {
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(failed.into_inner(), 0);
    assert_eq!((server.count("/access/token"), server.count("/v1/app")), (1, 640));
}

#[test]
fn nothing_is_sent_when_an_argument_is_wrong() {
    let server = Server::start(|_, _| json(r#"{"ret":0}"#));
    let client = avd_with_token(&server.url());
    for params in
        ["{}", r#"{"room_id":true}"#, r#"{"room_id":"1","x":1}"#, "[]", "{", r#"{"room_id":"1","room_id":"2"}"#]
    {
        assert_eq!(client.call("avd.room.read", params).unwrap_err().status(), Status::InvalidArgument, "{params}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_parameter_too_long_for_a_url_is_refused_before_it_is_sent() {
    let server = Server::start(|_, _| json(r#"{"ret":0}"#));
    let params = format!(r#"{{"room_id":"{}"}}"#, "x".repeat(70_000));
    let error = avd_with_token(&server.url()).call("avd.room.read", &params).unwrap_err();
    assert_eq!((error.status(), error.document().attempts), (Status::InvalidArgument, Some(0)));
    for words in ["at most", "\"http_method\": \"post\""] {
        assert!(error.to_string().contains(words), "{error} lacks {words}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn without_validation_parameters_travel_as_given() {
    let server = Server::start(|_, _| json(r#"{"ret":0}"#));
    let config = format!(r#"{{"platform":"avd","base_url":"{}","token":"t","validate":false}}"#, server.url());
    let client = Client::new(&config).unwrap();
    client.call("avd.room.read", r#"{"novel":[1.0, 2],"room_id":7}"#).unwrap();
    assert_eq!(server.requests()[0].target, "/sdkapi/v2/room/read?token=t&room_id=7&novel=%5B1.0%2C%202%5D");
}

#[test]
fn avd_parameters_travel_the_way_the_configuration_says() {
    let server = Server::start(|_, _| json(r#"{"ret":0,"token":"t"}"#));
    let call = |method: &str, operation: &str, params: &str| {
        let config = format!(
            r#"{{"platform":"avd","base_url":"{}","access_key":"a","secret_key":"bbbb","http_method":"{method}"}}"#,
            server.url()
        );
        Client::new(&config).unwrap().call(operation, params).unwrap();
        let mut requests = server.requests();
        let (last, token) = (requests.pop().unwrap(), requests.pop().unwrap());
        let line = |request: &scripted::Request| {
            format!("{} {} {}", request.method, request.target, String::from_utf8_lossy(&request.body))
        };
        (line(&token), line(&last))
    };
    let (token, read) = call("post", "avd.room.read", r#"{"room_id":"1"}"#);
    assert_eq!(token, "POST /sdkapi/v2/app/get_token access_key=a&secret_key=bbbb");
    assert_eq!(read, "POST /sdkapi/v2/room/read token=t&room_id=1");
    let (token, layout) = call("get", "avd.room.avc.select_media", r#"{"room_id":"1","videos":[{"x":0.50}]}"#);
    assert_eq!(token, "GET /sdkapi/v2/app/get_token?access_key=a&secret_key=bbbb ");
    assert_eq!(layout, "GET /sdkapi/v2/room/avc/select_media?token=t&room_id=1&videos=%5B%7B%22x%22%3A0.50%7D%5D ");
}

#[test]
fn an_upload_is_checked_before_it_is_sent() {
    let server = Server::start(|_, _| json(r#"{"ret":0}"#));
    let client = avd_with_token(&server.url());
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let large = folder.join("large.mp4");
    std::fs::File::create(&large).unwrap().set_len((50 << 20) + 1).unwrap();
    let call = |path: &str, more: &str| client.call("avd.uploadfile", &format!(r#"{{"file":"{path}"{more}}}"#));

    let error = call("/no/such/file.png", "").unwrap_err();
    assert_eq!(error.status(), Status::Io);
    let error = call("program.crx", "").unwrap_err();
    assert_eq!(error.status(), Status::InvalidArgument);
    assert!(error.to_string().contains("png, jpg, mp3, mp4 or avi"), "{error}");
    let error = call(large.to_str().unwrap(), "").unwrap_err();
    assert_eq!(error.status(), Status::InvalidArgument);
    assert!(error.to_string().contains("storage_only_cluster"), "{error}");
    assert!(server.requests().is_empty());

    call(large.to_str().unwrap(), r#","storage_only_cluster":true"#).unwrap();
    assert!(server.requests()[0].body.len() > 50 << 20);
    assert!(server.requests()[0].target.ends_with("&storage_only_cluster=true"));
}
