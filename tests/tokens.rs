//! What a client does with its account's token, seen from the server: who fetches, when, and with which token a call goes
//! out.

mod scripted;

use meetgate::{Client, ProvidedToken, Status};
use scripted::{Act, Server, answer, json};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

const DELETE: &str = r#"{"app_id":"a"}"#;
const STATES: &str = r#"{"app_id":"8f14e45fceea467a9f36dedd4bea2543","msg_id":1}"#;
const READ: &str = r#"{"room_id":"12345123456"}"#;

fn hst(url: &str, more: &str) -> Client {
    let config =
        format!(r#"{{"platform":"hst","base_url":"{url}","dev_id":"dev","dev_secret":"0123456789abcdef"{more}}}"#);
    Client::new(&config).unwrap()
}

/// A token that says which fetch it is from.
fn token(number: usize) -> Act {
    token_of(number, 7200)
}

fn token_of(number: usize, lifetime_s: u32) -> Act {
    json(&format!(r#"{{"code":0,"result":{{"timeout":{lifetime_s},"access_token":"t{number}"}}}}"#))
}

/// The tokens that the calls to `path` carried.
fn carried(server: &Server, path: &str) -> Vec<String> {
    let calls = server.requests().into_iter().filter(|request| request.target.starts_with(path));
    let header = |head: String| {
        let mut lines = head.lines().map(str::to_owned);
        let line = lines.find(|line| line.to_ascii_lowercase().starts_with("authorization: ")).unwrap();
        line.split_once(' ').unwrap().1.to_owned()
    };
    calls.map(|request| header(request.head)).collect()
}

#[test]
fn while_a_caller_fetches_a_token_the_others_wait_for_it() {
    let (arrived, arrival) = mpsc::channel();
    let arrived = std::sync::Mutex::new(arrived);
    let server = Server::start(move |number, request| match (number, request.target.as_str()) {
        (0, _) => token(0),
        (_, "/access/token") => {
            arrived.lock().unwrap().send(()).unwrap();
            thread::sleep(Duration::from_millis(150));
            token(number)
        }
        _ => json(r#"{"code":0}"#),
    });
    let client = hst(&server.url(), "");
    client.call("hst.app.delete", DELETE).unwrap();
    thread::scope(|scope| {
        let fetch = scope.spawn(|| client.call("hst.access.token", "{}").unwrap());
        arrival.recv().unwrap();
        // The token at hand is two hours young, and about to be killed.
        client.call("hst.app.delete", DELETE).unwrap();
        assert!(fetch.join().unwrap().contains("\"t2\""));
    });
    assert_eq!(carried(&server, "/v1/app"), ["t0", "t2"]);
    assert_eq!(server.count("/access/token"), 2);
}

#[test]
fn calls_under_way_end_before_a_refresh_kills_their_token() {
    let (ended, too_early) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (slow_ended, killed) = (Arc::clone(&ended), Arc::clone(&too_early));
    let (arrived, arrival) = mpsc::channel();
    let arrived = std::sync::Mutex::new(arrived);
    let server = Server::start(move |number, request| match request.target.as_str() {
        "/access/token" => {
            if number > 0 && !slow_ended.load(Ordering::SeqCst) {
                killed.store(true, Ordering::SeqCst);
            }
            token_of(number, 4)
        }
        _ if request.method == "DELETE" => {
            arrived.lock().unwrap().send(()).unwrap();
            thread::sleep(Duration::from_millis(1300));
            slow_ended.store(true, Ordering::SeqCst);
            json(r#"{"code":0}"#)
        }
        _ => json(r#"{"code":0}"#),
    });
    let client = hst(&server.url(), "");
    client.call("hst.online.user.state", STATES).unwrap();
    // Due after 2.4 to 3.2 seconds of 4. The slow call goes out before, and lasts until after it.
    thread::sleep(Duration::from_millis(2000));
    thread::scope(|scope| {
        let slow = scope.spawn(|| client.call("hst.app.delete", DELETE));
        arrival.recv().unwrap();
        while server.count("/access/token") < 2 {
            client.call("hst.online.user.state", STATES).unwrap();
        }
        slow.join().unwrap().unwrap();
    });
    assert!(
        ended.load(Ordering::SeqCst) && !too_early.load(Ordering::SeqCst),
        "fetched over a call that was under way"
    );
    assert_eq!(server.count("/v1/app"), 1, "nothing had to be repeated");
}

#[test]
fn a_fetch_has_a_time_limit_of_its_own() {
    let server = Server::start(|_, _| Act::Silence);
    let client = hst(&server.url(), r#","token_timeout_ms":200"#);
    let start = Instant::now();
    let error = client.call("hst.app.delete", DELETE).unwrap_err();
    assert_eq!(error.status(), Status::Timeout);
    assert!(error.to_string().contains("200 ms (token_timeout_ms)"), "{error}");
    assert!(error.document().retryable && start.elapsed() < Duration::from_secs(5));
    let again = client.call("hst.app.delete", DELETE).unwrap_err();
    assert!(again.to_string().contains("not tried again for"), "{again}");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_caller_without_time_leaves_the_fetch_to_one_who_has_it() {
    let server = Server::start(|number, request| match (number, request.target.as_str()) {
        (0, _) => Act::Silence,
        (_, "/access/token") => token(number),
        _ => json(r#"{"code":0}"#),
    });
    let client = hst(&server.url(), "");
    thread::scope(|scope| {
        let hasty = scope.spawn(|| client.call_with("hst.app.delete", DELETE, r#"{"timeout_ms":300}"#, None));
        while server.requests().is_empty() {
            thread::sleep(Duration::from_millis(5));
        }
        let patient = scope.spawn(|| client.call("hst.app.delete", DELETE));
        assert_eq!(hasty.join().unwrap().unwrap_err().status(), Status::Timeout);
        patient.join().unwrap().unwrap();
    });
    assert_eq!(server.count("/access/token"), 2);
}

#[test]
fn who_fetches_against_another_process_is_told_when_to_come_back() {
    let calls = AtomicUsize::new(0);
    let server = Server::start(move |number, request| match request.target.as_str() {
        "/access/token" => token(number),
        // Each token dies at once, as where somebody else fetches too.
        _ if calls.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) => json(r#"{"code":606000001,"msg":"dead"}"#),
        _ => json(r#"{"code":0}"#),
    });
    let client = hst(&server.url(), "");
    for _ in 0..3 {
        client.call("hst.app.delete", DELETE).unwrap();
    }
    for _ in 0..2 {
        let error = client.call("hst.app.delete", DELETE).unwrap_err();
        assert!(error.to_string().contains("another process is fetching tokens for this account"), "{error}");
        let document = error.document();
        assert_eq!((error.status(), document.retryable), (Status::Auth, true));
        assert!((1..=1000).contains(&document.retry_after_ms.unwrap()), "{error:?}");
    }
}

#[test]
fn wrong_keys_are_not_tried_again() {
    let server = Server::start(|_, _| json(r#"{"code":606000000,"msg":"no"}"#));
    let client = hst(&server.url(), "");
    let errors: Vec<_> = (0..20).map(|_| client.call("hst.app.delete", DELETE).unwrap_err()).collect();
    assert!(errors.iter().all(|error| error.status() == Status::Auth));
    let first = errors[0].document();
    assert_eq!((first.code, first.http_status, first.attempts), (Some(606000000), Some(200), Some(0)));
    // Of the others nothing was sent: what failed is told, and for how long, without the answer of another call.
    for error in &errors[1..] {
        let document = error.document();
        assert_eq!((document.code, document.http_status, document.attempts), (None, None, Some(0)), "{error:?}");
        assert!(document.reply.is_none() && document.platform_message.is_none(), "{error:?}");
        assert!((1..=60_000).contains(&document.retry_after_ms.unwrap()), "{error:?}");
        assert!(error.to_string().contains("606000000"), "{error}");
        assert!(error.to_json().contains(r#""class":"auth""#), "{error:?}");
    }
    assert_eq!(server.requests().len(), 1);
    // Another secret is another account.
    let other = Client::new(&format!(
        r#"{{"platform":"hst","base_url":"{}","dev_id":"dev","dev_secret":"fedcba9876543210"}}"#,
        server.url()
    ));
    other.unwrap().call("hst.app.delete", DELETE).unwrap_err();
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_failed_fetch_reaches_all_who_wait_once() {
    let server = Server::start(|_, _| {
        thread::sleep(Duration::from_millis(200));
        Act::Send(answer("503 Busy", "", "busy"))
    });
    let client = hst(&server.url(), "");
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                let error = client.call("hst.app.delete", DELETE).unwrap_err();
                assert_eq!((error.status(), error.document().attempts), (Status::Http, Some(0)));
                assert!(error.to_string().contains("HTTP 503"), "{error}");
            });
        }
    });
    assert_eq!(server.requests().len(), 3, "one fetch, repeated twice");
}

#[test]
fn after_the_pause_a_platform_that_is_back_serves_again() {
    let server = Server::start(|number, request| match (number, request.target.as_str()) {
        (0..3, _) => Act::Send(answer("502 Bad Gateway", "", "")),
        (_, "/access/token") => token(number),
        _ => json(r#"{"code":0}"#),
    });
    let client = hst(&server.url(), "");
    assert_eq!(client.call("hst.app.delete", DELETE).unwrap_err().status(), Status::Http);
    let deadline = Instant::now() + Duration::from_secs(5);
    while let Err(error) = client.call("hst.app.delete", DELETE) {
        assert_eq!(error.status(), Status::Http);
        assert!(Instant::now() < deadline, "the pause does not end");
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(server.count("/access/token"), 4);
}

#[test]
fn polling_many_missing_rooms_at_once_does_not_renew_for_ever() {
    // T60: 40003 also says that the room is missing. Both clients are one account.
    let server = Server::start(|_, request| match request.target.as_str() {
        "/sdkapi/v2/app/get_token" => json(r#"{"ret":0,"token":"t"}"#),
        _ => json(r#"{"ret":40003,"msg":"no such room_id"}"#),
    });
    let config = format!(
        r#"{{"platform":"avd","base_url":"{}","access_key":"key","secret_key":"the-secret-key"}}"#,
        server.url()
    );
    let clients = [Client::new(&config).unwrap(), Client::new(&config).unwrap()];
    thread::scope(|scope| {
        for client in clients.iter().cycle().take(16) {
            scope.spawn(|| {
                for _ in 0..10 {
                    let error = client.call("avd.room.read", READ).unwrap_err();
                    assert_eq!((error.status(), error.document().code), (Status::Api, Some(40003)));
                }
            });
        }
    });
    let fetches = server.count("/sdkapi/v2/app/get_token");
    assert!((2..=3).contains(&fetches), "{fetches} fetches");
    assert!(!clients[0].info().unwrap().contains("warning"), "nobody else is fetching tokens");
}

#[test]
fn a_provider_is_asked_once_however_many_need_a_token() {
    let server = Server::start(|_, _| json(r#"{"code":0}"#));
    let config = format!(r#"{{"platform":"hst","base_url":"{}","token_provider":true}}"#, server.url());
    let client = Client::new(&config).unwrap();
    let (asked, asks) = mpsc::channel();
    let provide = move |dead: Option<&str>| {
        asked.send(dead.map(str::to_owned)).unwrap();
        thread::sleep(Duration::from_millis(50));
        Ok(ProvidedToken { token: "hosted".to_owned(), lifetime: None })
    };
    client.set_token_provider(provide).unwrap();
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| client.call("hst.app.delete", DELETE).unwrap());
        }
    });
    assert_eq!(asks.try_iter().collect::<Vec<_>>(), [None]);
    assert!(carried(&server, "/v1/app").iter().all(|token| token == "hosted"));
}

#[test]
fn why_a_provider_failed_reaches_all_who_waited_and_all_in_the_pause() {
    let server = Server::start(|_, _| json(r#"{"code":0}"#));
    let config = format!(r#"{{"platform":"hst","base_url":"{}","token_provider":true}}"#, server.url());
    let client = Client::new(&config).unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let asks = Arc::clone(&asked);
    let provide = move |_: Option<&str>| {
        asks.fetch_add(1, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(200));
        Err("the vault is\nclosed".to_owned())
    };
    client.set_token_provider(provide).unwrap();
    let failed = || {
        let error = client.call("hst.app.delete", DELETE).unwrap_err();
        assert_eq!((error.status(), error.document().attempts), (Status::Auth, Some(0)));
        error.to_string()
    };
    const WHY: &str = "the token provider failed: the vault is closed";
    let mut told: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(failed)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    told.push(failed());
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert_eq!(told.iter().filter(|message| *message == WHY).count(), 1, "{told:?}");
    let later = format!("{WHY} (failed a moment ago; not tried again for ");
    assert_eq!(told.iter().filter(|message| message.starts_with(&later)).count(), 16, "{told:?}");
    assert!(server.requests().is_empty());
}

#[test]
fn a_provider_that_gives_the_same_token_again_is_told_when_it_dies() {
    let (arrived, arrival) = mpsc::channel();
    let arrived = std::sync::Mutex::new(arrived);
    let old_is_dead = Arc::new(AtomicBool::new(false));
    let dead = Arc::clone(&old_is_dead);
    let server = Server::start(move |_, request| {
        if request.method == "DELETE" && request.head.contains("old") {
            arrived.lock().unwrap().send(()).unwrap();
            while !dead.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(5));
            }
        }
        match dead.load(Ordering::SeqCst) && request.head.contains("old") {
            true => json(r#"{"code":606000001,"msg":"dead"}"#),
            false => json(r#"{"code":0}"#),
        }
    });
    let config = format!(r#"{{"platform":"hst","base_url":"{}","token_provider":true}}"#, server.url());
    let client = Client::new(&config).unwrap();
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let asks = Arc::clone(&asked);
    let provide = move |dead: Option<&str>| {
        asks.lock().unwrap().push(dead.map(str::to_owned));
        let token = if dead.is_some() { "new" } else { "old" }.to_owned();
        Ok(ProvidedToken { token, lifetime: Some(Duration::from_secs(1)) })
    };
    client.set_token_provider(provide).unwrap();
    thread::scope(|scope| {
        let slow = scope.spawn(|| client.call("hst.app.delete", DELETE));
        arrival.recv().unwrap();
        // Asked ahead of the end, the host still has the same token.
        while asked.lock().unwrap().len() < 2 {
            client.call("hst.online.user.state", STATES).unwrap();
            thread::sleep(Duration::from_millis(10));
        }
        old_is_dead.store(true, Ordering::SeqCst);
        slow.join().unwrap().unwrap();
    });
    assert_eq!(*asked.lock().unwrap(), [None, None, Some("old".to_owned())]);
}

#[test]
fn callers_without_time_do_not_fetch_for_ever() {
    let server = Server::start(|number, request| match request.target.as_str() {
        "/access/token" => {
            thread::sleep(Duration::from_millis(250));
            token(number)
        }
        _ => json(r#"{"code":0}"#),
    });
    let client = hst(&server.url(), "");
    let end = Instant::now() + Duration::from_secs(2);
    let mut calls = 0;
    while Instant::now() < end {
        let error = client.call_with("hst.app.delete", DELETE, r#"{"timeout_ms":100}"#, None).unwrap_err();
        assert_eq!(error.status(), Status::Timeout);
        calls += 1;
        thread::sleep(Duration::from_millis(5));
    }
    let fetches = server.count("/access/token");
    assert!(fetches <= 6, "{fetches} fetches for {calls} calls");
    client.call("hst.app.delete", DELETE).unwrap();
    client.call_with("hst.app.delete", DELETE, r#"{"timeout_ms":100}"#, None).unwrap();
}

#[test]
fn a_replaced_token_repeats_the_calls_that_the_old_one_failed() {
    let (arrived, arrival) = mpsc::channel();
    let arrived = std::sync::Mutex::new(arrived);
    let server = Server::start(move |_, request| match request.head.contains("old") {
        true => {
            arrived.lock().unwrap().send(()).unwrap();
            thread::sleep(Duration::from_millis(150));
            json(r#"{"code":606000001,"msg":"dead"}"#)
        }
        false => json(r#"{"code":0}"#),
    });
    let client = Client::new(&format!(r#"{{"platform":"hst","base_url":"{}","token":"old"}}"#, server.url())).unwrap();
    thread::scope(|scope| {
        let call = scope.spawn(|| client.call("hst.app.delete", DELETE));
        arrival.recv().unwrap();
        client.set_token("new").unwrap();
        call.join().unwrap().unwrap();
    });
    assert_eq!(carried(&server, "/v1/app"), ["old", "new"]);
}
