//! hst's event gateway, with a plain websocket client.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;

use caller::Caller;
use meetgate_sandbox::{Broadcast, CloseWhen, Fault, FaultKind, MediaType, Options, Sandbox};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{Error, Message, WebSocket};

const APP: &str = "8f14e45fceea467a9f36dedd4bea2543";
const SPARE: &str = "c9f0f895fb98ab9159f51fd0297e236d";
/// What happens in the seeded world before anybody can listen.
const SEEDED: i64 = 4;
const NOT_LOGGED_IN: i64 = 605_030_006;
const PATIENCE: Duration = Duration::from_secs(20);

struct Client<S: Read + Write = TcpStream> {
    socket: WebSocket<S>,
}

impl Client {
    fn connect(sandbox: &Sandbox) -> Self {
        Self::try_connect(sandbox).unwrap_or_else(|why| panic!("{why}"))
    }

    fn try_connect(sandbox: &Sandbox) -> Result<Self, String> {
        let stream = TcpStream::connect(sandbox.address()).map_err(|error| error.to_string())?;
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let url = format!("ws://{}/event-gateway", sandbox.address());
        let (socket, _) = tungstenite::client(url, stream).map_err(|error| error.to_string())?;
        Ok(Self { socket })
    }

    /// Logged in, and subscribed to the seeded application.
    fn subscribed(caller: &Caller) -> Self {
        let mut client = Self::logged_in(caller);
        assert_eq!(client.ask(20004, json!({"app_list": [{"app_id": APP}]})), json!({"id": 20005}));
        client
    }

    fn logged_in(caller: &Caller) -> Self {
        let mut client = Self::connect(&caller.sandbox);
        let token = caller.hst_fetch_token();
        assert_eq!(client.login(caller, &token), json!({"id": 20001, "result": 0, "message": "OK"}));
        client
    }

    /// Nothing comes for so long.
    fn is_quiet_for(&mut self, time: Duration) -> bool {
        self.socket.get_ref().set_read_timeout(Some(time)).unwrap();
        let read = self.socket.read();
        self.socket.get_ref().set_read_timeout(Some(PATIENCE)).unwrap();
        matches!(read, Err(Error::Io(error)) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut))
    }
}

impl<S: Read + Write> Client<S> {
    fn login(&mut self, caller: &Caller, token: &str) -> Value {
        self.ask(20000, json!({"dev_id": caller.setting("hst", "dev_id"), "token": token}))
    }

    fn send(&mut self, id: i64, members: Value) {
        let mut message = json!({"id": id, "business": "EGW"});
        message.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        self.socket.send(Message::text(message.to_string())).unwrap();
    }

    fn ask(&mut self, id: i64, members: Value) -> Value {
        self.send(id, members);
        self.next()
    }

    fn text(&mut self) -> String {
        match self.socket.read() {
            Ok(Message::Text(text)) => text.to_string(),
            other => panic!("no text, but {other:?}"),
        }
    }

    fn next(&mut self) -> Value {
        serde_json::from_str(&self.text()).unwrap()
    }

    /// Nothing but this answer is under way.
    fn assert_nothing_more(&mut self) {
        assert_eq!(self.ask(20010, json!({})), json!({"id": 20011}));
    }

    fn full_state(&mut self) -> Value {
        self.ask(20008, json!({"seq": 7, "app_list": [{"app_id": APP}]}))
    }

    /// The status and the reason of the gateway's farewell.
    fn farewell(&mut self) -> (CloseCode, String) {
        match self.socket.read() {
            Ok(Message::Close(Some(frame))) => (frame.code, frame.reason.to_string()),
            other => panic!("no farewell, but {other:?}"),
        }
    }

    /// The connection is closed, and nobody said so.
    fn assert_cut(&mut self) {
        match self.socket.read() {
            Err(Error::Io(_) | Error::Protocol(_)) => {}
            other => panic!("not cut, but {other:?}"),
        }
    }
}

fn video(group_id: &str, user_id: &str) -> Broadcast {
    Broadcast {
        app_id: APP.to_owned(),
        group_id: group_id.to_owned(),
        user_id: user_id.to_owned(),
        media_id: "m1".to_owned(),
        media_type: MediaType::Video,
    }
}

fn plan(caller: &Caller, fault: Fault) -> u64 {
    caller.sandbox.add_fault(fault).unwrap()
}

fn joined(user_id: &str, version: i64) -> Value {
    json!({"id": 20100, "group_id": "g1", "user_id": user_id, "version": version})
}

fn join(caller: &Caller, user_id: &str) {
    caller.sandbox.join_group(APP, "g1", user_id).unwrap();
}

fn wait_until(is_so: impl Fn() -> bool) {
    let asked = Instant::now();
    while !is_so() {
        assert!(asked.elapsed() < PATIENCE, "it does not become so");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn the_address_is_discovered() {
    let caller = Caller::new();
    let get = |headers: &[(&str, &str)], query: &str| {
        caller.send("GET", &format!("/server/address?appType=8{query}"), headers, b"").json()
    };
    let own = format!("ws://{}/event-gateway", caller.sandbox.address());
    assert_eq!(get(&[], ""), json!({"code": 0, "message": "OK", "result": own}));
    assert_eq!(get(&[], &format!("&app_id={APP}"))["result"], own);
    assert_eq!(get(&[("Host", "gateway.test:8443")], "")["result"], "ws://gateway.test:8443/event-gateway");
}

#[test]
fn whoever_does_not_ask_for_a_websocket_is_told() {
    let caller = Caller::new();
    let plain = caller.send("GET", "/event-gateway", &[], b"");
    assert_eq!((plain.status, plain.header("upgrade")), (426, Some("websocket")));
    assert!(plain.json()["msg"].as_str().unwrap().contains("websocket"), "{}", plain.json());
    let post = caller.send("POST", "/event-gateway", &[], b"{}");
    assert_eq!((post.status, post.header("allow")), (405, Some("GET")));
    assert_eq!(caller.sandbox.acted_counts().get("hst.gateway.connect"), None);
}

#[test]
fn nothing_before_the_login() {
    let caller = Caller::new();
    let mut client = Client::connect(&caller.sandbox);
    let list = json!([{"app_id": APP}]);
    for id in [20002, 20004, 20006, 20008, 20010] {
        let answer = client.ask(id, json!({"app_list": list}));
        assert_eq!(answer, json!({"id": id + 1, "result": NOT_LOGGED_IN, "message": "Not logged in"}));
    }
    let token = caller.hst_fetch_token();
    assert_eq!(client.login(&caller, &token)["result"], 0);
    assert_eq!(client.ask(20004, json!({"app_list": list})), json!({"id": 20005}));
    assert_eq!(client.ask(20002, json!({})), json!({"id": 20003}));
    // Logged out: no events, no answers.
    join(&caller, "u1");
    assert_eq!(client.ask(20010, json!({}))["result"], NOT_LOGGED_IN);
    // The next login begins without the subscriptions of the last.
    client.login(&caller, &token);
    join(&caller, "u2");
    client.assert_nothing_more();
}

#[test]
fn logins_that_are_refused() {
    let caller = Caller::new();
    let mut client = Client::connect(&caller.sandbox);
    let replaced = caller.hst_fetch_token();
    let token = caller.hst_fetch_token();
    let dev_id = caller.setting("hst", "dev_id");
    let mut login = |members: Value| {
        let answer = client.ask(20000, members);
        assert!(answer["id"] == 20001 && answer["message"].is_string(), "{answer}");
        answer["result"].as_i64().unwrap()
    };
    assert_eq!(login(json!({"dev_id": dev_id, "token": replaced})), 606_000_001);
    assert_eq!(login(json!({"dev_id": dev_id, "token": "0"})), 606_000_001);
    assert_eq!(login(json!({"dev_id": "another", "token": token})), 606_000_000);
    assert_eq!(login(json!({"dev_id": dev_id})), 606_000_002);
    assert_eq!(login(json!({"token": token})), 606_000_002);
    assert_eq!(login(json!({"dev_id": dev_id, "token": 5})), 606_000_003);
    assert_eq!(login(json!({"dev_id": dev_id, "token": token, "business": null})), 606_000_002);
    assert_eq!(login(json!({"dev_id": dev_id, "token": token, "business": "IM"})), 606_000_003);
    caller.sandbox.advance_clock(Duration::from_secs(7200));
    assert_eq!(login(json!({"dev_id": dev_id, "token": token})), 606_000_001);
    let token = caller.hst_fetch_token();
    assert_eq!(login(json!({"dev_id": dev_id, "token": token})), 0);
    assert_eq!(caller.sandbox.counts()["hst.gateway.login"], 10);
    assert_eq!(caller.sandbox.acted_counts()["hst.gateway.login"], 1);
}

#[test]
fn what_is_no_request_ends_the_session() {
    let caller = Caller::new();
    for (message, named) in [
        (Message::text("{"), "not JSON"),
        (Message::text("[1]"), "id"),
        (Message::text(r#"{"business":"EGW"}"#), "id"),
        (Message::text(r#"{"id":"20010","business":"EGW"}"#), "id"),
        (Message::text(r#"{"id":20050,"business":"EGW"}"#), "20050"),
        (Message::text(r#"{"id":20001,"business":"EGW"}"#), "20001"),
    ] {
        let mut client = Client::logged_in(&caller);
        client.socket.send(message).unwrap();
        let (code, reason) = client.farewell();
        assert!(code == CloseCode::Invalid && reason.contains(named), "{code} {reason}");
    }
    let mut client = Client::logged_in(&caller);
    client.socket.send(Message::binary(vec![1, 2, 3])).unwrap();
    assert_eq!(client.farewell().0, CloseCode::Unsupported);
    let mut client = Client::logged_in(&caller);
    client.socket.send(Message::text("x".repeat(1024 * 1024 + 1))).unwrap();
    assert_eq!(client.farewell().0, CloseCode::Size);
}

#[test]
fn requests_are_checked() {
    let caller = Caller::new();
    let mut client = Client::logged_in(&caller);
    let missing = 606_000_002;
    let wrong = 606_000_003;
    for (id, members, number) in [
        (20004, json!({}), missing),
        (20004, json!({"app_list": []}), missing),
        (20004, json!({"app_list": APP}), wrong),
        (20004, json!({"app_list": [APP]}), wrong),
        (20004, json!({"app_list": [{}]}), missing),
        (20004, json!({"app_list": [{"app_id": APP}, {"app_id": "404"}]}), wrong),
        (20006, json!({"app_list": 1}), wrong),
        (20008, json!({"seq": 1}), missing),
        (20008, json!({"app_list": [{"app_id": APP, "group_list": [1]}]}), wrong),
        (20008, json!({"app_list": [{"app_id": "404"}]}), wrong),
        (20010, json!({"business": "egw"}), wrong),
    ] {
        let answer = client.ask(id, members.clone());
        assert_eq!((&answer["id"], &answer["result"]), (&json!(id + 1), &json!(number)), "{members}");
    }
    // A list of which one is unknown has subscribed to none.
    join(&caller, "u1");
    client.assert_nothing_more();
}

#[test]
fn events_with_versions() {
    let caller = Caller::new();
    let mut client = Client::subscribed(&caller);
    let mut other = Client::connect(&caller.sandbox);
    assert_eq!(caller.sandbox.join_group(APP, "g1", "u1"), Ok(SEEDED + 1));
    assert_eq!(caller.sandbox.start_media(&video("g1", "u1")), Ok(SEEDED + 2));
    let screen = Broadcast { media_type: MediaType::Screen, ..video("g1", "u1") };
    assert_eq!(caller.sandbox.start_media(&screen), Ok(SEEDED + 3));
    assert_eq!(caller.sandbox.stop_media(&screen), Ok(SEEDED + 4));
    // What leaves with the user comes first.
    assert_eq!(caller.sandbox.leave_group(APP, "g1", "u1"), Ok(SEEDED + 6));
    let media = |id: i64, kind: i64, version: i64| {
        let (group, user) = ("g1", "u1");
        json!({"id": id, "group_id": group, "user_id": user, "media_id": "m1", "media_type": kind, "version": version})
    };
    let expected = [
        joined("u1", SEEDED + 1),
        media(20102, 2, SEEDED + 2),
        media(20102, 0, SEEDED + 3),
        media(20103, 0, SEEDED + 4),
        media(20103, 2, SEEDED + 5),
        json!({"id": 20101, "group_id": "g1", "user_id": "u1", "version": SEEDED + 6}),
    ];
    for event in expected {
        assert_eq!(client.next(), event);
    }
    // An application counts for itself.
    assert_eq!(caller.sandbox.join_group(SPARE, "g1", "u1"), Ok(1));
    client.assert_nothing_more();
    client.ask(20004, json!({"app_list": [{"app_id": SPARE}]}));
    caller.sandbox.join_group(SPARE, "g1", "u2").unwrap();
    assert_eq!(client.next(), joined("u2", 2));
    // By application; then all of them. What happens meanwhile counts all the same.
    assert_eq!(client.ask(20006, json!({"app_list": [{"app_id": APP}]})), json!({"id": 20007}));
    join(&caller, "u3");
    caller.sandbox.join_group(SPARE, "g1", "u3").unwrap();
    assert_eq!(client.next(), joined("u3", 3));
    client.ask(20006, json!({}));
    caller.sandbox.join_group(SPARE, "g1", "u4").unwrap();
    client.assert_nothing_more();
    assert_eq!(caller.sandbox.full_state(APP).unwrap()["version"], SEEDED + 7);
    // Who never subscribed has nothing to read but the refusal.
    assert_eq!(other.ask(20010, json!({}))["result"], NOT_LOGGED_IN);
}

#[test]
fn the_full_state() {
    let mut caller = Caller::new();
    let mut client = Client::subscribed(&caller);
    let user = |user_id: &str, media: Value| json!({"user_id": user_id, "media_info": media});
    let media = json!([{"media_id": "a1001", "media_type": 1}, {"media_id": "v1001", "media_type": 2}]);
    let group = json!({
        "group_id": "g2001",
        "group_media_list": [],
        "user_list": [user("u1001", media), user("u1002", json!([]))],
    });
    let state = json!({"id": 20009, "seq": 7, "app_id": APP, "version": SEEDED, "group_list": [group]});
    assert_eq!(client.full_state(), state);
    // As the control interface and the method have it.
    let mut picture = state.clone();
    picture.as_object_mut().unwrap().retain(|name, _| name != "id" && name != "seq");
    assert_eq!(caller.sandbox.full_state(APP).unwrap(), picture);
    // Some groups only; one that is not there is not in the answer. `seq` comes back as it was sent.
    join(&caller, "u1");
    assert_eq!(client.next(), joined("u1", SEEDED + 1));
    let only = json!({"seq": "s-1", "app_list": [{"app_id": APP, "group_list": ["g1", "g404"]}]});
    let answer = client.ask(20008, only);
    let ids: Vec<&Value> = answer["group_list"].as_array().unwrap().iter().map(|group| &group["group_id"]).collect();
    assert_eq!((ids, &answer["seq"]), (vec![&json!("g1")], &json!("s-1")));
    // One answer for each application, in the order of the request.
    let first = client.ask(20008, json!({"app_list": [{"app_id": SPARE}, {"app_id": "404"}, {"app_id": APP}]}));
    assert_eq!(first, json!({"id": 20009, "app_id": SPARE, "version": 0, "group_list": []}));
    let second = client.next();
    assert_eq!((&second["app_id"], &second["result"]), (&json!("404"), &json!(606_000_003)));
    assert_eq!(client.next()["app_id"], APP);
    // Kicked out of the platform: out of its groups.
    assert_eq!(caller.hst_json("POST", "/v1/kickout", &json!({"app_id": APP, "user_id": "u1002"}))["code"], 0);
    assert_eq!(client.next(), json!({"id": 20101, "group_id": "g2001", "user_id": "u1002", "version": SEEDED + 2}));
    // Taken offline: nobody is left.
    assert_eq!(caller.hst_json("PATCH", "/v1/app", &json!({"app_id": APP}))["code"], 0);
    let ids: Vec<Value> = (0..4).map(|_| client.next()["id"].clone()).collect();
    assert_eq!(ids, [20101, 20103, 20103, 20101]);
    assert_eq!(client.full_state()["group_list"], json!([]));
}

#[test]
fn a_replaced_token_ends_no_session_unless_told_so() {
    let caller = Caller::new();
    let mut client = Client::subscribed(&caller);
    caller.hst_fetch_token();
    caller.sandbox.expire_tokens();
    join(&caller, "u1");
    assert_eq!(client.next(), joined("u1", SEEDED + 1));

    let caller = Caller::with(Options { hst_replaced_token_ends_sessions: true, ..Options::default() });
    let mut client = Client::logged_in(&caller);
    let mut before_login = Client::connect(&caller.sandbox);
    caller.hst_fetch_token();
    assert_eq!(client.farewell(), (CloseCode::Policy, "access_token expired".to_owned()));
    let mut client = Client::logged_in(&caller);
    caller.sandbox.expire_tokens();
    assert_eq!(client.farewell().0, CloseCode::Policy);
    let token = caller.hst_fetch_token();
    assert_eq!(before_login.login(&caller, &token)["result"], 0);
}

#[test]
fn messages_lost_doubled_late_and_out_of_order() {
    let caller = Caller::new();
    let mut client = Client::subscribed(&caller);
    let event = |kind| Fault::new("hst.gateway.user_joined", kind).times(1);
    plan(&caller, event(FaultKind::Drop));
    plan(&caller, event(FaultKind::Duplicate));
    join(&caller, "u1");
    join(&caller, "u2");
    assert_eq!([client.next(), client.next()], [joined("u2", 6), joined("u2", 6)]);
    plan(&caller, event(FaultKind::Reorder { by: 2 }));
    for user in ["u3", "u4", "u5"] {
        join(&caller, user);
    }
    assert_eq!([client.next(), client.next(), client.next()], [joined("u4", 8), joined("u5", 9), joined("u3", 7)]);
    plan(&caller, event(FaultKind::Text { body: None }));
    join(&caller, "u6");
    assert!(client.text().starts_with("<!DOCTYPE html>"));
    let late = Duration::from_millis(200);
    plan(&caller, event(FaultKind::Latency { least: late, jitter: Duration::ZERO }));
    let started = Instant::now();
    join(&caller, "u7");
    assert_eq!(client.next(), joined("u7", 11));
    assert!(started.elapsed() >= late);
    // The picture is whole in the full state, whatever was lost.
    let state = client.full_state();
    assert_eq!(state["group_list"][0]["user_list"].as_array().unwrap().len(), 7);
    assert_eq!(caller.sandbox.faults(), [] as [Value; 0]);
}

/// One event in two is lost, and with the same seed the same ones.
#[test]
fn lost_by_chance() {
    let fault = r#"{"operation":"hst.gateway.user_joined","percent":50,"seed":7,"kind":"drop"}"#;
    let fault = Fault::from_json(&serde_json::from_str(fault).unwrap()).unwrap();
    let got = || {
        let caller = Caller::with(Options { faults: vec![fault.clone()], ..Options::default() });
        let mut client = Client::subscribed(&caller);
        for index in 0..40 {
            join(&caller, &format!("u{index}"));
        }
        client.send(20010, json!({}));
        let versions = std::iter::from_fn(|| client.next()["version"].as_i64());
        versions.collect::<Vec<i64>>()
    };
    let versions = got();
    assert!(versions.len() > 5 && versions.len() < 35, "{versions:?}");
    assert_eq!(got(), versions);
}

#[test]
fn heartbeats_unanswered() {
    let caller = Caller::new();
    let mut client = Client::subscribed(&caller);
    let heartbeat = |kind| Fault::new("hst.gateway.heartbeat", kind);
    // One answer is lost; the gateway is well.
    plan(&caller, heartbeat(FaultKind::Drop).times(1));
    client.send(20010, json!({}));
    assert_eq!(client.ask(20010, json!({})), json!({"id": 20011}));
    client.assert_nothing_more();
    // From here on nothing is said at all, until the fault is removed. Then the connection is closed.
    let silence = plan(&caller, heartbeat(FaultKind::Silence { lasting: None }).times(1));
    client.send(20010, json!({}));
    wait_until(|| caller.sandbox.exchanges().iter().filter(|exchange| exchange.status == 0).count() == 2);
    join(&caller, "u1");
    client.socket.send(Message::Ping(vec![1].into())).unwrap();
    assert!(client.is_quiet_for(Duration::from_millis(300)));
    assert!(caller.sandbox.remove_fault(silence));
    client.assert_cut();
    // Or until its time is over.
    let mut client = Client::subscribed(&caller);
    plan(&caller, heartbeat(FaultKind::Silence { lasting: Some(Duration::from_millis(20)) }).times(1));
    client.send(20010, json!({}));
    client.assert_cut();
}

#[test]
fn requests_refused_and_spoiled() {
    let caller = Caller::new();
    let mut client = Client::connect(&caller.sandbox);
    let token = caller.hst_fetch_token();
    plan(&caller, Fault::new("hst.gateway.login", FaultKind::Number { code: 606_000_006 }).times(1));
    let busy = json!({"id": 20001, "result": 606_000_006, "message": "System busy"});
    assert_eq!(client.login(&caller, &token), busy);
    // It was not done.
    assert_eq!(client.ask(20010, json!({}))["result"], NOT_LOGGED_IN);
    let text = |body: &str| FaultKind::Text { body: Some(body.to_owned()) };
    plan(&caller, Fault::new("hst.gateway.login", text("{\"id\":2000")).times(1));
    client.send(20000, json!({"dev_id": caller.setting("hst", "dev_id"), "token": token}));
    assert_eq!(client.text(), "{\"id\":2000");
    assert_eq!(client.ask(20010, json!({}))["result"], NOT_LOGGED_IN);
    // Done, but nobody hears of it.
    plan(&caller, Fault::new("hst.gateway.login", FaultKind::Drop).times(1).acted(true));
    client.send(20000, json!({"dev_id": caller.setting("hst", "dev_id"), "token": token}));
    client.assert_nothing_more();
    // Late: acted before the wait, or after it.
    for acted in [true, false] {
        let latency = FaultKind::Latency { least: Duration::from_millis(50), jitter: Duration::ZERO };
        plan(&caller, Fault::new("hst.gateway.subscribe", latency).times(1).acted(acted));
        let started = Instant::now();
        assert_eq!(client.ask(20004, json!({"app_list": [{"app_id": APP}]})), json!({"id": 20005}));
        assert!(started.elapsed() >= Duration::from_millis(50));
    }
    // Of the answers to one request the fault meets the first.
    plan(&caller, Fault::new("hst.gateway.full_state", FaultKind::Drop).times(1).acted(true));
    let both = json!({"app_list": [{"app_id": APP}, {"app_id": SPARE}]});
    assert_eq!(client.ask(20008, both)["app_id"], SPARE);
    client.assert_nothing_more();
}

#[test]
fn connections_cut() {
    let caller = Caller::new();
    let mut client = Client::subscribed(&caller);
    plan(&caller, Fault::new("hst.gateway.user_joined", FaultKind::Cut).skip(2).times(1));
    for user in ["u1", "u2", "u3"] {
        join(&caller, user);
    }
    assert_eq!([client.next(), client.next()], [joined("u1", 5), joined("u2", 6)]);
    client.assert_cut();
    // Now.
    let (mut one, mut two) = (Client::subscribed(&caller), Client::connect(&caller.sandbox));
    // The first may not have gone yet, nor the third be there.
    let numbers =
        || caller.sandbox.gateway_sessions().iter().filter_map(|one| one["session"].as_u64()).collect::<Vec<_>>();
    wait_until(|| numbers() == [2, 3]);
    assert_eq!(caller.sandbox.gateway_sessions()[0]["subscribed"], json!([APP]));
    assert_eq!(caller.sandbox.cut_gateway(), 2);
    one.assert_cut();
    two.assert_cut();
    assert_eq!(caller.sandbox.gateway_sessions(), [] as [Value; 0]);
    // With everything else: nobody listens any more.
    let mut client = Client::subscribed(&caller);
    plan(&caller, Fault::new("*", FaultKind::Refuse { lasting: Duration::from_secs(600) }));
    client.assert_cut();
    assert!(Client::try_connect(&caller.sandbox).is_err());
    caller.sandbox.clear_faults();
    // A new world has no sessions.
    let mut client = Client::subscribed(&caller);
    caller.sandbox.reset();
    client.assert_cut();
    Client::subscribed(&caller).assert_nothing_more();
}

#[test]
fn connections_refused() {
    let caller = Caller::new();
    let connect = |kind| Fault::new("hst.gateway.connect", kind).times(1);
    plan(&caller, connect(FaultKind::Http { status: 503, retry_after_s: None, body: None }));
    plan(&caller, connect(FaultKind::Close { when: CloseWhen::InHead }));
    plan(&caller, connect(FaultKind::Text { body: None }));
    let fails = || Client::try_connect(&caller.sandbox).map(|_| ()).unwrap_err();
    assert!(fails().contains("503"));
    fails();
    assert!(fails().contains("200"));
    Client::subscribed(&caller).assert_nothing_more();
    assert_eq!(caller.sandbox.counts()["hst.gateway.connect"], 4);
    assert_eq!(caller.sandbox.acted_counts()["hst.gateway.connect"], 1);
}

#[test]
fn a_client_that_says_goodbye() {
    let caller = Caller::new();
    let mut client = Client::logged_in(&caller);
    client.socket.send(Message::Ping(vec![1, 2].into())).unwrap();
    assert!(matches!(client.socket.read(), Ok(Message::Pong(payload)) if payload[..] == [1, 2]));
    client.socket.close(None).unwrap();
    assert!(matches!(client.socket.read(), Ok(Message::Close(None))));
    assert!(matches!(client.socket.read(), Err(Error::ConnectionClosed)));
    wait_until(|| caller.sandbox.gateway_sessions().is_empty());
}

#[test]
fn the_record_and_the_counts() {
    let caller = Caller::with(Options { control: true, ..Options::default() });
    let token = caller.hst_fetch_token();
    let mut client = Client::connect(&caller.sandbox);
    client.login(&caller, &token);
    client.ask(20004, json!({"app_list": [{"app_id": APP}]}));
    plan(&caller, Fault::new("hst.gateway.user_joined", FaultKind::Drop).times(1));
    join(&caller, "u1");
    client.full_state();
    let control = |path: &str| caller.send("GET", &format!("/_sandbox{path}"), &[], b"").json();
    let shown = control("/exchanges?operation=hst.gateway.*");
    let said: Vec<(&str, &str, i64)> = shown
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (one["method"].as_str().unwrap(), one["operation"].as_str().unwrap(), one["status"].as_i64().unwrap())
        })
        .collect();
    let expected = [
        ("GET", "hst.gateway.connect", 101),
        ("MESSAGE", "hst.gateway.login", 101),
        ("ANSWER", "hst.gateway.login", 101),
        ("MESSAGE", "hst.gateway.subscribe", 101),
        ("ANSWER", "hst.gateway.subscribe", 101),
        ("EVENT", "hst.gateway.user_joined", 0),
        ("MESSAGE", "hst.gateway.full_state", 101),
        ("ANSWER", "hst.gateway.full_state", 101),
    ];
    assert_eq!(said, expected);
    assert_eq!((&shown[0]["session"], &shown[1]["session"]), (&Value::Null, &json!(1)));
    assert!(!shown.to_string().contains(&token), "{shown}");
    assert!(shown[1]["body"].as_str().unwrap().contains(r#""token":"***""#), "{shown}");
    assert_eq!(shown[5]["reply"], joined("u1", 5).to_string());
    assert!(control("/exchanges?secrets=1").to_string().contains(&token));
    let one = json!({"hst.access.token": 1, "hst.gateway.connect": 1, "hst.gateway.full_state": 1,
                     "hst.gateway.login": 1, "hst.gateway.subscribe": 1});
    assert_eq!((control("/counts"), control("/counts/acted")), (one.clone(), one));
}

#[test]
fn people_over_the_control_interface() {
    let caller = Caller::with(Options { control: true, ..Options::default() });
    let mut client = Client::subscribed(&caller);
    let control = |method: &str, path: &str, body: Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = caller.send(method, &format!("/_sandbox/hst{path}"), &[], body.as_bytes());
        (answer.status, answer.json())
    };
    let user = json!({"app_id": APP, "group_id": "g1", "user_id": "u1"});
    assert_eq!(control("POST", "/groups/users", user.clone()), (200, json!({"version": 5})));
    assert_eq!(control("POST", "/groups/users", user.clone()).0, 409);
    let mut media = user.clone();
    media["media_id"] = json!("m1");
    media["media_type"] = json!(4);
    assert_eq!(control("POST", "/groups/media", media.clone()), (200, json!({"version": 6})));
    let query = format!("app_id={APP}&group_id=g1&user_id=u1");
    let of_media = format!("/groups/media?{query}&media_id=m1&media_type=4");
    assert_eq!(control("DELETE", &of_media, Value::Null), (200, json!({"version": 7})));
    assert_eq!(control("DELETE", &of_media, Value::Null).0, 404);
    assert_eq!(control("DELETE", &format!("/groups/users?{query}"), Value::Null), (200, json!({"version": 8})));
    let ids: Vec<Value> = (0..4).map(|_| client.next()["id"].clone()).collect();
    assert_eq!(ids, [20100, 20102, 20103, 20101]);
    assert_eq!(control("POST", "/groups/media", media.clone()).0, 409, "who is not there cannot broadcast");
    media["media_type"] = json!(3);
    let (status, why) = control("POST", "/groups/media", media);
    assert!(status == 400 && why["error"].as_str().unwrap().contains("whiteboard"), "{why}");
    assert_eq!(control("POST", "/groups/users", json!({"app_id": "404", "group_id": "g", "user_id": "u"})).0, 404);
    assert_eq!(control("POST", "/groups/users", json!({"app_id": APP, "group_id": "g"})).0, 400);
    let state = control("GET", &format!("/groups?app_id={APP}"), Value::Null);
    assert_eq!(state, (200, caller.sandbox.full_state(APP).unwrap()));
    assert_eq!(control("GET", "/groups?app_id=404", Value::Null).0, 404);
    let session = json!([{"session": 1, "logged_in": true, "subscribed": [APP]}]);
    assert_eq!(control("GET", "/gateway/sessions", Value::Null), (200, session));
    assert_eq!(control("DELETE", "/gateway/sessions", Value::Null), (200, json!({"cut": 1})));
    client.assert_cut();
}

/// A hundred clients at once, each of whom has to hear everything in order.
#[test]
fn many_listen() {
    let caller = Caller::new();
    let token = caller.hst_fetch_token();
    let mut clients: Vec<Client> = (0..100).map(|_| Client::connect(&caller.sandbox)).collect();
    for client in &mut clients {
        assert_eq!(client.login(&caller, &token)["result"], 0);
        client.ask(20004, json!({"app_list": [{"app_id": APP}]}));
    }
    for index in 0..50 {
        join(&caller, &format!("u{index}"));
    }
    for client in &mut clients {
        let versions: Vec<i64> = (0..50).map(|_| client.next()["version"].as_i64().unwrap()).collect();
        assert_eq!(versions, (SEEDED + 1..=SEEDED + 50).collect::<Vec<i64>>());
    }
}

#[test]
fn over_tls() {
    let sandbox = Sandbox::start(Options { tls: true, ..Options::default() }).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(sandbox.tls().unwrap().ca_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(builder.with_root_certificates(roots).with_no_client_auth());
    let stream = || {
        let socket = TcpStream::connect(sandbox.address()).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        StreamOwned::new(ClientConnection::new(Arc::clone(&config), name).unwrap(), socket)
    };
    let mut plain = stream();
    let request =
        format!("GET /server/address?appType=8 HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", sandbox.address());
    plain.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    plain.read_to_string(&mut answer).unwrap();
    let url = format!("wss://{}/event-gateway", sandbox.address());
    assert!(answer.contains(&format!("\"result\":\"{url}\"")), "{answer}");
    let (socket, _) = tungstenite::client(url, stream()).unwrap_or_else(|error| panic!("{error}"));
    let mut client = Client { socket };
    assert_eq!(client.ask(20010, json!({}))["result"], NOT_LOGGED_IN);
    assert_eq!(sandbox.cut_gateway(), 1);
    client.assert_cut();
}
