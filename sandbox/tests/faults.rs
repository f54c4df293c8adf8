//! Each kind of fault, as it arrives on a bare socket.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;
mod socket;

use caller::{Caller, QUIET, encode};
use meetgate_sandbox::{CloseWhen, Fault, FaultKind, Options};
use serde_json::{Value, json};
use socket::{Arrived, End, ask, connect, exchange, get, read_to_end, until};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A sandbox and a call of `avd.room.read` that succeeds.
struct Scene {
    caller: Caller,
    request: String,
}

impl Scene {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        let mut caller = Caller::with(options);
        let token = caller.avd_token();
        let request = get(&format!("/sdkapi/v2/room/read?{}", encode(&[("token", &token), ("room_id", QUIET)])));
        Self { caller, request }
    }

    fn plan(&self, kind: FaultKind) -> u64 {
        self.caller.sandbox.add_fault(Fault::new("avd.room.read", kind).times(1)).unwrap()
    }

    /// What one call meets, by a connection of its own.
    fn meets(&self, kind: FaultKind) -> Arrived {
        self.plan(kind);
        exchange(self.caller.sandbox.address(), &self.request)
    }

    /// The same on a connection that goes on, and with it a call after the fault.
    fn answers(&self, kind: FaultKind) -> Arrived {
        self.plan(kind);
        let mut socket = connect(self.caller.sandbox.address());
        let spoiled = ask(&mut socket, &self.request);
        assert!(ask(&mut socket, &self.request).body().contains("周会"), "it recovers");
        spoiled
    }

    fn whole_body(&self) -> String {
        ask(&mut connect(self.caller.sandbox.address()), &self.request).body().to_owned()
    }
}

#[test]
fn close_before_the_head() {
    let arrived = Scene::new().meets(FaultKind::Close { when: CloseWhen::BeforeHead });
    assert_eq!((arrived.text.as_str(), arrived.end), ("", End::Closed));
}

#[test]
fn close_in_the_head() {
    let arrived = Scene::new().meets(FaultKind::Close { when: CloseWhen::InHead });
    assert!(arrived.text.starts_with("HTTP/1.1 200 OK\r\n"), "{arrived:?}");
    assert!(!arrived.text.contains("\r\n\r\n"), "{arrived:?}");
    assert_eq!(arrived.end, End::Closed);
}

#[test]
fn close_after_the_head() {
    let arrived = Scene::new().meets(FaultKind::Close { when: CloseWhen::AfterHead });
    assert!(arrived.text.ends_with("\r\n\r\n") && arrived.length() > 0, "{arrived:?}");
    assert_eq!((arrived.body(), arrived.end), ("", End::Closed));
}

#[test]
fn close_in_the_body() {
    let scene = Scene::new();
    let whole = scene.whole_body();
    scene.caller.sandbox.add_fault(close_acted(CloseWhen::InBody)).unwrap();
    let arrived = exchange(scene.caller.sandbox.address(), &scene.request);
    assert_eq!(arrived.length(), whole.len());
    assert!(!arrived.body().is_empty() && arrived.body().len() < whole.len(), "{arrived:?}");
    assert!(whole.starts_with(arrived.body()));
    assert_eq!(arrived.end, End::Closed);
    // The record has what was really sent.
    let last = scene.caller.sandbox.exchanges().pop().unwrap();
    assert_eq!((last.status, last.reply.as_slice()), (200, arrived.body().as_bytes()));
}

fn close_acted(when: CloseWhen) -> Fault {
    Fault::new("avd.room.read", FaultKind::Close { when }).times(1).acted(true)
}

#[test]
fn wrong_lengths() {
    let scene = Scene::new();
    let whole = scene.whole_body();
    for (by, promised) in [(7, whole.len() + 7), (-7, whole.len() - 7), (-100_000, 0)] {
        let arrived = scene.meets(FaultKind::Length { by });
        assert_eq!((arrived.length(), arrived.end), (promised, End::Closed));
        assert_eq!(arrived.body(), whole);
    }
}

#[test]
fn drop_by_drop() {
    let scene = Scene::new();
    let arrived = scene.answers(FaultKind::Drip { bytes: 40, every: Duration::from_millis(5) });
    let drops = arrived.text.len().div_ceil(40);
    assert!(drops > 5);
    let pauses = u32::try_from(drops - 1).unwrap();
    assert!(arrived.took >= Duration::from_millis(5) * pauses, "{:?} for {drops} drops", arrived.took);
    assert_eq!(arrived.body(), scene.whole_body());
}

/// Two requests at once: the first answer drips, the second is whole.
#[test]
fn drops_end_where_the_answer_ends() {
    let scene = Scene::new();
    scene.plan(FaultKind::Drip { bytes: 40, every: Duration::from_millis(2) });
    let last = scene.request.replace("Host:", "Connection: close\r\nHost:");
    let both = exchange(scene.caller.sandbox.address(), &format!("{}{last}", scene.request));
    assert_eq!((both.text.matches(&scene.whole_body()).count(), both.end), (2, End::Closed));
}

#[test]
fn late() {
    let scene = Scene::new();
    let (least, jitter) = (Duration::from_millis(120), Duration::from_millis(40));
    let arrived = scene.answers(FaultKind::Latency { least, jitter });
    assert!(arrived.took >= least, "{:?}", arrived.took);
    assert_eq!(arrived.body(), scene.whole_body());
}

#[test]
fn silence_for_a_time() {
    let lasting = Some(Duration::from_millis(150));
    let arrived = Scene::new().meets(FaultKind::Silence { lasting });
    assert_eq!((arrived.text.as_str(), arrived.end), ("", End::Closed));
    assert!(arrived.took >= Duration::from_millis(150), "{:?}", arrived.took);
}

#[test]
fn silence_until_it_is_removed() {
    let scene = Scene::new();
    let sandbox = &scene.caller.sandbox;
    // By id, although the fault has met all its calls; and by removing everything.
    for by_id in [true, false] {
        let id = scene.plan(FaultKind::Silence { lasting: None });
        let mut socket = connect(sandbox.address());
        socket.write_all(scene.request.as_bytes()).unwrap();
        until(|| sandbox.faults()[0]["times"] == 0);
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        assert_eq!(read_to_end(&mut socket).end, End::Silent);
        // Others are served in the meantime.
        assert!(scene.whole_body().contains("周会"));
        if by_id {
            assert!(sandbox.remove_fault(id))
        } else {
            sandbox.clear_faults()
        }
        socket.set_read_timeout(Some(socket::PATIENCE)).unwrap();
        let arrived = read_to_end(&mut socket);
        assert_eq!((arrived.text.as_str(), arrived.end), ("", End::Closed));
        assert_eq!(sandbox.faults(), [] as [Value; 0]);
    }
}

/// A caller who gives up ends the silence, and is in the record.
#[test]
fn silence_until_the_caller_gives_up() {
    let scene = Scene::new();
    scene.plan(FaultKind::Silence { lasting: None });
    let mut socket = connect(scene.caller.sandbox.address());
    socket.write_all(scene.request.as_bytes()).unwrap();
    until(|| scene.caller.sandbox.exchanges().last().unwrap().status == 0);
    drop(socket);
    until(|| scene.caller.sandbox.faults().is_empty());
    let last = scene.caller.sandbox.exchanges().pop().unwrap();
    assert_eq!((last.operation, last.status, last.reply.len()), (Some("avd.room.read"), 0, 0));
}

#[test]
fn pages_instead_of_json() {
    let scene = Scene::new();
    let arrived = scene.answers(FaultKind::Text { body: None });
    assert!(arrived.text.starts_with("HTTP/1.1 200 OK\r\n") && arrived.body().contains("<html>"));
    assert_eq!(arrived.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(scene.answers(FaultKind::Text { body: Some("{\"ret\":0".to_owned()) }).body(), "{\"ret\":0");
    assert_eq!(scene.answers(FaultKind::Text { body: Some(String::new()) }).body(), "");
}

#[test]
fn http_statuses() {
    let scene = Scene::new();
    let http = |status, retry_after_s, body: Option<&str>| {
        scene.answers(FaultKind::Http { status, retry_after_s, body: body.map(str::to_owned) })
    };
    let bad_gateway = http(502, None, None);
    assert!(bad_gateway.text.starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
    assert!(bad_gateway.body().contains("<h1>502 Bad Gateway</h1>"));
    assert_eq!(bad_gateway.header("retry-after"), None);
    let busy = http(503, Some(2), None);
    assert!(busy.text.starts_with("HTTP/1.1 503 "));
    assert_eq!(busy.header("retry-after"), Some("2"));
    let json = http(429, None, Some("{\"error\":\"slow down\"}"));
    assert_eq!((json.header("content-type"), json.body()), (Some("application/json"), "{\"error\":\"slow down\"}"));
    for status in [400, 401, 404, 418, 451, 500, 504, 599] {
        assert!(http(status, None, None).text.starts_with(&format!("HTTP/1.1 {status}")), "{status}");
    }
}

/// In the operation's own envelope: `ret`, `code`, hst's and youme's.
#[test]
fn the_platforms_own_numbers() {
    let mut scene = Scene::new();
    let plan = |scene: &Scene, operation: &str, code| {
        scene.caller.sandbox.add_fault(Fault::new(operation, FaultKind::Number { code }).times(1)).unwrap();
    };
    plan(&scene, "avd.room.read", 41003);
    let room = [("room_id", QUIET)];
    assert_eq!(scene.caller.avd("/room/read", &room), json!({"ret": 41003, "msg": "http server request timeout"}));
    plan(&scene, "avd.room.close", 41001);
    assert_eq!(scene.caller.avd("/room/close", &room), json!({"code": 41001, "msg": "redis error"}));
    plan(&scene, "hst.app.delete", 606000006);
    let app = [("app_id", "c9f0f895fb98ab9159f51fd0297e236d")];
    let busy = json!({"code": 606000006, "msg": "System busy"});
    assert_eq!(scene.caller.hst_query("DELETE", "/v1/app", &app), busy);
    assert_eq!(scene.caller.hst_query("DELETE", "/v1/app", &app)["code"], 0);
    plan(&scene, "youme.*", 7);
    assert_eq!(scene.caller.youme("count_qos_by_day", &json!({"QueryDate": "20191210"}))["ErrorCode"], 7);
}

/// The operating system itself refuses; open connections are closed; then the sandbox is back on its port.
#[test]
fn refused_and_back() {
    let scene = Scene::new();
    let address = scene.caller.sandbox.address();
    let mut open = connect(address);
    ask(&mut open, &scene.request);
    let lasting = Duration::from_secs(1);
    let refused = Instant::now();
    scene.caller.sandbox.add_fault(Fault::new("*", FaultKind::Refuse { lasting })).unwrap();
    assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    assert_eq!(read_to_end(&mut open).end, End::Closed);
    until(|| TcpStream::connect(address).is_ok());
    assert!(refused.elapsed() >= lasting, "{:?}", refused.elapsed());
    assert!(scene.whole_body().contains("周会"));
    assert_eq!(scene.caller.sandbox.address(), address);
}

/// The library can end it early, and the state is as it was.
#[test]
fn refused_until_it_is_removed() {
    let scene = Scene::new();
    let address = scene.caller.sandbox.address();
    for round in 0..3 {
        let refuse = Fault::new("*", FaultKind::Refuse { lasting: Duration::from_secs(600) });
        let id = scene.caller.sandbox.add_fault(refuse).unwrap();
        assert!(TcpStream::connect(address).is_err(), "round {round}");
        if round == 2 {
            scene.caller.sandbox.reset()
        } else {
            assert!(scene.caller.sandbox.remove_fault(id))
        }
        connect(address);
    }
}

#[test]
fn reset_at_once() {
    let scene = Scene::new();
    scene.caller.sandbox.add_fault(Fault::new("*", FaultKind::Reset).times(2)).unwrap();
    for _ in 0..2 {
        assert_eq!(exchange(scene.caller.sandbox.address(), &scene.request).end, End::Reset);
    }
    assert!(scene.whole_body().contains("周会"));
    // No call arrived by them.
    assert_eq!(scene.caller.sandbox.counts()["avd.room.read"], 1);
}

/// With the control interface open, only its calls get through.
#[test]
fn reset_spares_control() {
    let scene = Scene::with(Options { control: true, ..Options::default() });
    let address = scene.caller.sandbox.address();
    scene.caller.sandbox.add_fault(Fault::new("*", FaultKind::Reset)).unwrap();
    assert_eq!(exchange(address, &scene.request).end, End::Reset);
    // Nor does one get through who says nothing.
    assert_eq!(read_to_end(&mut connect(address)).end, End::Reset);
    let mut slow = connect(address);
    for piece in ["GET /_sand", "box/faults HTTP/1.1\r\nHost: s\r\n\r\n"] {
        slow.write_all(piece.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut beginning = [0; 15];
    slow.read_exact(&mut beginning).unwrap();
    assert_eq!(&beginning, b"HTTP/1.1 200 OK");
    assert!(ask(&mut connect(address), &get("/_sandbox/counts")).body().starts_with('{'));
    // Nor do its connections use the fault up.
    scene.caller.sandbox.clear_faults();
    scene.caller.sandbox.add_fault(Fault::new("*", FaultKind::Reset).times(1)).unwrap();
    for _ in 0..3 {
        assert!(ask(&mut connect(address), &get("/_sandbox/faults")).body().contains("\"times\":1"));
    }
    assert_eq!(exchange(address, &scene.request).end, End::Reset);
    assert!(scene.whole_body().contains("周会"));
}

/// Downloads are spoiled too, also large ones; HEAD has no body that could be.
#[test]
fn downloads() {
    let caller = Caller::new();
    let content = vec![b'x'; 3_000_000];
    let url = caller.upload("", "file", "large.png", &content).json()["download_url"].as_str().unwrap().to_owned();
    let path = url.split_once("/attachment").map(|(_, rest)| format!("/attachment{rest}")).unwrap();
    let address = caller.sandbox.address();
    let plan = |kind| caller.sandbox.add_fault(Fault::new("avd.attachment", kind).times(1).acted(true)).unwrap();
    plan(FaultKind::Close { when: CloseWhen::InBody });
    let half = exchange(address, &get(&path));
    assert_eq!((half.length(), half.body().len(), half.end), (3_000_000, 1_500_000, End::Closed));
    plan(FaultKind::Drip { bytes: 1_000_000, every: Duration::from_millis(5) });
    let mut socket = connect(address);
    assert_eq!(ask(&mut socket, &get(&path)).body().len(), 3_000_000);
    plan(FaultKind::Close { when: CloseWhen::InBody });
    let head = exchange(address, &get(&path).replace("GET", "HEAD"));
    assert_eq!((head.body(), head.end), ("", End::Closed));
}
