//! Whether an avd deployment reads forms is printed nowhere (T67). With `"http_method":"auto"` a client finds it out from
//! the answers, says what it tried, and tries it no more.

mod scripted;

use meetgate::{Client, Status};
use scripted::{Act, Request, Server, json};

const CREATE: &str = r#"{"name":"a","password":"pass-word","number":"1","sip_gate_id":3}"#;

fn avd(server: &Server, more: &str) -> Client {
    let config = format!(
        r#"{{"platform":"avd","base_url":"{}","access_key":"key","secret_key":"the-secret-key"{more}}}"#,
        server.url()
    );
    Client::new(&config).unwrap()
}

fn missing() -> Act {
    json(r#"{"ret":40002,"msg":"param missing"}"#)
}

fn lines(server: &Server) -> Vec<String> {
    let path = |request: &Request| request.target.split('?').next().unwrap_or_default().replace("/sdkapi/v2", "");
    server.requests().iter().map(|request| format!("{} {}", request.method, path(request))).collect()
}

/// Reads nothing but queries.
fn reads_queries(_: usize, request: &Request) -> Act {
    match (request.target.split_once('?'), request.target.contains("get_token")) {
        (None, _) => missing(),
        (Some((_, "access_key=key&secret_key=the-secret-key")), true) => json(r#"{"ret":0,"token":"t=="}"#),
        (Some((_, query)), false) if query.starts_with("token=t%3D%3D") => json(r#"{"ret":0,"id":1}"#),
        _ => missing(),
    }
}

#[test]
fn a_deployment_that_reads_no_forms_is_found_out_once() {
    let server = Server::start(reads_queries);
    let client = avd(&server, "");
    assert!(!client.info().unwrap().contains("http_method"), "not known yet");
    client.call("avd.sip.account.create", CREATE).unwrap();
    client.call("avd.sip.account.create", CREATE).unwrap();
    client.call("avd.app.get_token", "{}").unwrap();
    let expected = [
        "POST /app/get_token",
        "GET /app/get_token",
        "GET /sip/account/create",
        "GET /sip/account/create",
        "GET /app/get_token",
    ];
    assert_eq!(lines(&server), expected);
    assert!(client.info().unwrap().contains(r#""http_method":"get""#));
}

#[test]
fn a_deployment_that_reads_forms_is_asked_no_other_way() {
    let server = Server::start(|_, request| match request.target.contains("get_token") {
        true => json(r#"{"ret":0,"token":"t"}"#),
        // A parameter is missing in truth.
        false => missing(),
    });
    let client = avd(&server, "");
    let error = client.call("avd.sip.account.create", CREATE).unwrap_err();
    assert_eq!((error.document().code, error.document().attempts), (Some(40002), Some(1)));
    assert_eq!(lines(&server), ["POST /app/get_token", "POST /sip/account/create"]);
    assert!(client.info().unwrap().contains(r#""http_method":"post""#));
}

#[test]
fn a_parameter_that_is_missing_either_way_says_what_was_tried() {
    let server = Server::start(|_, _| missing());
    let config = format!(r#"{{"platform":"avd","base_url":"{}","token":"t"}}"#, server.url());
    let client = Client::new(&config).unwrap();
    for _ in 0..2 {
        let error = client.call("avd.sip.account.create", CREATE).unwrap_err();
        assert_eq!((error.status(), error.document().code), (Status::Api, Some(40002)));
        assert_eq!(error.document().attempts, Some(2));
        assert!(error.to_string().contains("(POST)") && error.to_string().contains("(GET)"), "{error}");
        assert!(!error.to_json().contains("pass-word"), "{error:?}");
    }
    assert!(!client.info().unwrap().contains("http_method"), "nothing was proven");
}

#[test]
fn a_raw_call_goes_as_its_caller_says() {
    let server = Server::start(reads_queries);
    let client = avd(&server, "");
    client.call("avd.sip.account.create", CREATE).unwrap();
    let raw = r#"{"method":"POST","path":"/sdkapi/v2/novel","form":{"a":1}}"#;
    let error = client.raw_call(raw).unwrap_err();
    assert_eq!((error.document().code, error.document().attempts), (Some(40002), Some(1)));
    assert_eq!(lines(&server).pop().as_deref(), Some("POST /novel"));
}

#[test]
fn a_form_too_long_for_a_url_keeps_its_first_answer() {
    let server = Server::start(|_, _| missing());
    let config = format!(r#"{{"platform":"avd","base_url":"{}","token":"t"}}"#, server.url());
    let params = CREATE.replace("\"a\"", &format!("\"{}\"", "a".repeat(70_000)));
    let error = Client::new(&config).unwrap().call("avd.sip.account.create", &params).unwrap_err();
    assert_eq!((error.status(), error.document().code), (Status::Api, Some(40002)), "{error:?}");
    assert_eq!((error.document().attempts, server.requests().len()), (Some(1), 1));
}

#[test]
fn what_goes_by_get_goes_once() {
    let server = Server::start(|_, _| missing());
    let config = format!(r#"{{"platform":"avd","base_url":"{}","token":"t"}}"#, server.url());
    let error = Client::new(&config).unwrap().call("avd.room.read", r#"{"room_id":"1"}"#).unwrap_err();
    assert_eq!((error.document().code, error.document().attempts), (Some(40002), Some(1)));
    assert!(error.to_string().contains("http_method"), "{error}");
}

#[test]
fn a_way_that_the_configuration_names_is_the_only_one() {
    for (method, expected) in [("post", "POST /app/get_token"), ("get", "GET /app/get_token")] {
        let server = Server::start(|_, _| missing());
        let client = avd(&server, &format!(r#","http_method":"{method}""#));
        let error = client.call("avd.room.read", r#"{"room_id":"1"}"#).unwrap_err();
        assert_eq!((error.document().code, error.document().attempts), (Some(40002), Some(0)));
        assert_eq!(lines(&server), [expected]);
        assert!(client.info().unwrap().contains(&format!(r#""http_method":"{method}""#)));
    }
}
