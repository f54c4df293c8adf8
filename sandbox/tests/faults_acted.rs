//! What retries live on: how often a fault meets, whether the platform acted, and the counts that tell.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;
mod socket;

use caller::{Caller, QUIET, encode};
use meetgate_sandbox::{CloseWhen, Fault, FaultKind, Options, Sandbox, StartError};
use serde_json::{Value, json};
use socket::{End, connect, exchange, get, until};
use std::io::Write;
use std::time::Duration;

const NEW_ROOM: &str = "12345123457";

fn create(caller: &mut Caller) -> String {
    let token = caller.avd_token();
    get(&format!("/sdkapi/v2/room/create?{}", encode(&[("token", &token), ("room_id", NEW_ROOM), ("user_id", "16")])))
}

fn room_exists(caller: &mut Caller) -> bool {
    caller.avd("/room/read", &[("room_id", NEW_ROOM)])["ret"] == 0
}

fn counts_of(caller: &Caller, operation: &str) -> (u64, u64) {
    let count = |counts: std::collections::BTreeMap<&str, u64>| counts.get(operation).copied().unwrap_or(0);
    (count(caller.sandbox.counts()), count(caller.sandbox.acted_counts()))
}

fn spoiling_kinds() -> Vec<FaultKind> {
    let close = [CloseWhen::BeforeHead, CloseWhen::InHead, CloseWhen::AfterHead, CloseWhen::InBody];
    let mut kinds: Vec<FaultKind> = close.map(|when| FaultKind::Close { when }).to_vec();
    kinds.push(FaultKind::Silence { lasting: Some(Duration::from_millis(1)) });
    kinds.push(FaultKind::Text { body: None });
    kinds.push(FaultKind::Http { status: 502, retry_after_s: None, body: None });
    kinds.push(FaultKind::Number { code: 41001 });
    kinds
}

/// The room is there although the answer was lost, or it is not: what a retry of a create has to live with.
#[test]
fn acted_or_not() {
    for kind in spoiling_kinds() {
        for acted in [None, Some(false), Some(true)] {
            let mut caller = Caller::new();
            let request = create(&mut caller).replace("Host:", "Connection: close\r\nHost:");
            let fault = Fault { acted, ..Fault::new("avd.room.create", kind.clone()).times(1) };
            caller.sandbox.add_fault(fault.clone()).unwrap();
            let arrived = exchange(caller.sandbox.address(), &request);
            assert!(!arrived.text.contains("\"success\"}"), "{fault:?}: {arrived:?}");
            let acted = acted == Some(true);
            assert_eq!(counts_of(&caller, "avd.room.create"), (1, u64::from(acted)), "{fault:?}");
            assert_eq!(room_exists(&mut caller), acted, "{fault:?}");
            // The repeated call finds the platform well again, and the room there or not.
            let again = exchange(caller.sandbox.address(), &request);
            assert_eq!(again.body().contains("40005"), acted, "{fault:?}: {again:?}");
            assert_eq!(counts_of(&caller, "avd.room.create"), (2, 1), "{fault:?}");
        }
    }
}

/// The platform's own answers come late, dripping or of a wrong length: it has acted.
#[test]
fn own_answers_are_acted_on() {
    let ms = Duration::from_millis;
    for kind in [
        FaultKind::Latency { least: ms(1), jitter: ms(1) },
        FaultKind::Drip { bytes: 100, every: ms(1) },
        FaultKind::Length { by: 5 },
    ] {
        let mut caller = Caller::new();
        let request = create(&mut caller).replace("Host:", "Connection: close\r\nHost:");
        caller.sandbox.add_fault(Fault::new("avd.room.create", kind)).unwrap();
        exchange(caller.sandbox.address(), &request);
        assert_eq!(counts_of(&caller, "avd.room.create"), (1, 1));
        assert!(room_exists(&mut caller));
    }
}

/// A caller who hangs up while he waits: the platform has acted by default, and not with `acted: false`.
#[test]
fn late_and_given_up() {
    for acted in [true, false] {
        let mut caller = Caller::new();
        let request = create(&mut caller);
        let late = FaultKind::Latency { least: Duration::from_secs(60), jitter: Duration::ZERO };
        caller.sandbox.add_fault(Fault::new("avd.room.create", late).acted(acted)).unwrap();
        let mut socket = connect(caller.sandbox.address());
        socket.write_all(request.as_bytes()).unwrap();
        until(|| counts_of(&caller, "avd.room.create").0 == 1);
        drop(socket);
        // He is recorded as one who got no answer.
        until(|| caller.sandbox.exchanges().last().unwrap().operation == Some("avd.room.create"));
        assert_eq!(caller.sandbox.exchanges().last().unwrap().status, 0);
        assert_eq!(room_exists(&mut caller), acted);
    }
}

#[test]
fn as_often_as_planned_and_then_well_again() {
    let mut caller = Caller::new();
    let failing = |code| FaultKind::Number { code };
    caller.sandbox.add_fault(Fault::new("avd.room.read", failing(41001)).times(2)).unwrap();
    caller.sandbox.add_fault(Fault::new("avd.room.*", failing(41002)).times(1)).unwrap();
    let read = |caller: &mut Caller| caller.avd("/room/read", &[("room_id", QUIET)])["ret"].clone();
    // Other operations are well all along.
    assert_eq!(caller.avd("/sip/gate/list", &[])["ret"], 0);
    assert_eq!(caller.sandbox.faults()[0]["times"], 2);
    assert_eq!([0; 4].map(|_| read(&mut caller)), [json!(41001), json!(41001), json!(41002), json!(0)]);
    assert_eq!(caller.sandbox.faults(), [] as [Value; 0]);
    // Without `times` until it is removed.
    let id = caller.sandbox.add_fault(Fault::new("*", failing(41001))).unwrap();
    assert_eq!([0; 3].map(|_| read(&mut caller)), [41001, 41001, 41001]);
    assert!(caller.sandbox.remove_fault(id) && !caller.sandbox.remove_fault(id));
    assert_eq!(read(&mut caller), 0);
    assert_eq!(counts_of(&caller, "avd.room.read"), (8, 2));
    caller.sandbox.clear_counts();
    assert_eq!(counts_of(&caller, "avd.room.read"), (0, 0));
}

/// A call that the platform refuses arrived, and nothing was done.
#[test]
fn refusals_do_not_count_as_acts() {
    let mut caller = Caller::new();
    assert_eq!(caller.avd_get("/sdkapi/v2/room/close", &[("token", "dead"), ("room_id", QUIET)])["code"], 40003);
    assert_eq!(counts_of(&caller, "avd.room.close"), (1, 0));
    assert_eq!(caller.avd("/room/close", &[("room_id", QUIET)])["code"], 200);
    assert_eq!(counts_of(&caller, "avd.room.close"), (2, 1));
    let statistic = [("room_id", QUIET), ("start_time", "1"), ("end_time", "2000000000")];
    assert!(caller.avd("/room/get_statistic", &statistic)["meeting_total"].is_number());
    assert_eq!(counts_of(&caller, "avd.room.get_statistic"), (1, 1));
    caller.youme_with("count_qos_by_day", "", "{}");
    assert_eq!(counts_of(&caller, "youme.count_qos_by_day"), (1, 0));
    caller.hst_query("DELETE", "/v1/app", &[("app_id", "c9f0f895fb98ab9159f51fd0297e236d")]);
    assert_eq!((counts_of(&caller, "hst.app.delete"), counts_of(&caller, "hst.access.token")), ((1, 1), (1, 1)));
    caller.send("GET", "/nowhere", &[], b"");
    assert!(caller.sandbox.counts().keys().all(|name| !name.contains("nowhere")));
}

#[test]
fn faults_from_the_start() {
    let down = Fault::new("avd.app.get_token", FaultKind::Http { status: 503, retry_after_s: None, body: None });
    let caller = Caller::with(Options { faults: vec![down.times(1)], ..Options::default() });
    let token = |caller: &Caller| caller.send("GET", "/sdkapi/v2/app/get_token", &[], b"").status;
    assert_eq!([token(&caller), token(&caller)], [503, 200]);
    // The world as at start has them again.
    caller.sandbox.reset();
    assert_eq!([token(&caller), token(&caller)], [503, 200]);
    let wrong = Options { faults: vec![Fault::new("zoom.*", FaultKind::Reset)], ..Options::default() };
    let error = Sandbox::start(wrong).map(|_| ()).unwrap_err();
    assert!(matches!(&error, StartError::Fault(_)) && error.to_string().contains("zoom.*"), "{error}");
}

/// Everybody at once: exactly as many calls meet the fault as were planned.
#[test]
fn exactly_as_many_among_many() {
    let caller = Caller::new();
    let page = FaultKind::Http { status: 502, retry_after_s: None, body: None };
    caller.sandbox.add_fault(Fault::new("avd.room.list", page).times(7)).unwrap();
    let address = caller.sandbox.address();
    let request = get("/sdkapi/v2/room/list").replace("Host:", "Connection: close\r\nHost:");
    let failed: usize = std::thread::scope(|scope| {
        let calls = || (0..10).filter(|_| exchange(address, &request).text.starts_with("HTTP/1.1 502")).count();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(calls)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((failed, counts_of(&caller, "avd.room.list")), (7, (40, 0)));
    assert_eq!(exchange(address, &request).end, End::Closed);
}
