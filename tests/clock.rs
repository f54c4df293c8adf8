//! youme's requests are signed with the time: how a client with a wrong clock comes by the right one, and how one with a
//! right clock keeps it.

mod scripted;

use meetgate::{Client, Status};
use scripted::{Act, Request, Server, answer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const QOS: &str = r#"{"QueryDate":"20191210"}"#;
const OK: &str = r#"{"Status":"OK","ErrorCode":0,"ErrorInfo":""}"#;
const REFUSED: &str = r#"{"Status":"FAIL","ErrorCode":4711,"ErrorInfo":"checksum"}"#;
const OTHER: &str = r#"{"Status":"FAIL","ErrorCode":7,"ErrorInfo":"no"}"#;

fn youme(server: &Server) -> Client {
    let config = format!(
        r#"{{"platform":"youme","base_url":"{}","app_key":"k","app_secret":"the-app-secret","rest_api_key":"the-rest-key"}}"#,
        server.url()
    );
    Client::new(&config).unwrap()
}

/// How many seconds the request's time is ahead of this machine's.
fn signed_ahead(request: &Request) -> i64 {
    let query = request.target.split_once('?').unwrap().1;
    let curtime = query.split('&').find_map(|pair| pair.strip_prefix("curtime=")).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    curtime.parse::<i64>().unwrap() - i64::try_from(now).unwrap()
}

/// `Date`, so many seconds ahead of this machine's clock.
fn date(ahead: i64) -> String {
    let now = SystemTime::now();
    let shift = Duration::from_secs(ahead.unsigned_abs());
    let time = if ahead < 0 { now - shift } else { now + shift };
    format!("Date: {}\r\n", httpdate::fmt_http_date(time))
}

/// A platform whose clock is so many seconds ahead, behind a proxy whose clock is `proxy` ahead.
fn platform(request: &Request, clock: i64, proxy: i64) -> Act {
    let body = if (signed_ahead(request) - clock).abs() > 300 { REFUSED } else { OK };
    Act::Send(answer("200 OK", &date(proxy), body))
}

#[test]
fn a_wrong_clock_is_learnt_from_the_first_refusal() {
    let server = Server::start(|_, request| platform(request, 3600, 3600));
    let client = youme(&server);
    client.call("youme.count_qos_by_day", QOS).unwrap();
    assert_eq!(server.requests().len(), 2, "one repeat");
    client.call("youme.count_qos_by_day", QOS).unwrap();
    assert_eq!(server.requests().len(), 3, "then at once");
    let info: serde_json::Value = serde_json::from_str(&client.info().unwrap()).unwrap();
    assert!((3595..=3605).contains(&info["clock_offset_s"].as_i64().unwrap()), "{info}");
    let seq = |request: &Request| request.target.split("seq=").nth(1).unwrap().to_owned();
    let requests = server.requests();
    assert_ne!(seq(&requests[0]), seq(&requests[1]), "each request has its own seq");
}

#[test]
fn a_raw_call_is_not_repeated_but_the_next_one_knows() {
    let server = Server::start(|_, request| platform(request, 3600, 3600));
    let client = youme(&server);
    let raw = r#"{"method":"POST","path":"/v2/video/novel"}"#;
    assert_eq!(client.raw_call(raw).unwrap_err().document().code, Some(4711));
    client.raw_call(raw).unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_success_teaches_nothing() {
    // A cache or proxy that stamps a Date two hours back.
    let server = Server::start(|_, request| platform(request, 0, -7200));
    let client = youme(&server);
    for _ in 0..3 {
        client.call("youme.count_qos_by_day", QOS).unwrap();
    }
    assert_eq!(server.requests().len(), 3);
    assert!(client.info().unwrap().contains("\"clock_offset_s\":0"));
}

#[test]
fn a_proxy_that_lies_spoils_no_later_call() {
    let refuses = Arc::new(AtomicBool::new(true));
    let now_refuses = Arc::clone(&refuses);
    let server = Server::start(move |_, request| match now_refuses.load(Ordering::SeqCst) {
        // A failure that has nothing to do with the clock, and a Date that says it has.
        true => Act::Send(answer("200 OK", &date(-7200), OTHER)),
        false => platform(request, 0, -7200),
    });
    let client = youme(&server);
    for _ in 0..3 {
        let error = client.call("youme.count_qos_by_day", QOS).unwrap_err();
        assert_eq!((error.status(), error.document().code), (Status::Api, Some(7)));
        assert!(error.document().attempts.unwrap() <= 3);
    }
    refuses.store(false, Ordering::SeqCst);
    for _ in 0..2 {
        client.call("youme.count_qos_by_day", QOS).unwrap();
        client.raw_call(r#"{"method":"POST","path":"/v2/video/novel"}"#).unwrap();
    }
}

#[test]
fn a_learnt_offset_that_is_refused_gives_way_to_the_machines_own_clock() {
    // The first answer's Date lies, on a client that has no success to go by.
    let server = Server::start(|number, request| match number {
        0 => Act::Send(answer("200 OK", &date(-7200), OTHER)),
        _ => platform(request, 0, -7200),
    });
    let client = youme(&server);
    let raw = r#"{"method":"POST","path":"/v2/video/novel"}"#;
    client.raw_call(raw).unwrap_err();
    client.call("youme.count_qos_by_day", QOS).unwrap();
    let ahead: Vec<i64> = server.requests().iter().map(|request| signed_ahead(request) / 1000).collect();
    assert_eq!(ahead, [0, -7, 0], "its own, the learnt one, its own again");
    client.raw_call(raw).unwrap();
}

#[test]
fn the_date_of_a_cached_answer_is_no_clock() {
    let server = Server::start(|_, _| Act::Send(answer("200 OK", &format!("{}Age: 7200\r\n", date(-7200)), OTHER)));
    let error = youme(&server).call("youme.count_qos_by_day", QOS).unwrap_err();
    assert_eq!((error.document().code, error.document().attempts), (Some(7), Some(1)));
    assert_eq!(error.document().clock_offset_s, Some(0));
}

#[test]
fn a_failure_with_a_right_clock_is_not_repeated_and_shows_its_seq() {
    let server = Server::start(|_, _| Act::Send(answer("200 OK", &date(0), OTHER)));
    let error = youme(&server).call("youme.count_qos_by_day", QOS).unwrap_err();
    let document = error.document();
    assert_eq!((error.status(), document.code, document.attempts), (Status::Api, Some(7), Some(1)));
    assert_eq!(document.clock_offset_s, Some(0));
    let target = server.requests().remove(0).target;
    assert!(target.ends_with(&format!("seq={}", document.request_id.as_deref().unwrap())), "{target}");
    assert_eq!(document.platform_message.as_deref(), Some("no"));
}

#[test]
fn an_error_page_of_a_proxy_is_no_refusal() {
    let server = Server::start(|_, _| Act::Send(answer("502 Bad Gateway", &date(-7200), "<html>")));
    let error = youme(&server).call("youme.count_qos_by_day", QOS).unwrap_err();
    assert_eq!((error.status(), error.document().attempts), (Status::Http, Some(3)));
    assert_eq!(error.document().clock_offset_s, Some(0), "it taught nothing of the platform's clock");
}
