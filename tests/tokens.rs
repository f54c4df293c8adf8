//! What a client does with its account's token, seen from the server: who fetches, when, and with which token a call goes
//! out.

mod scripted;
mod support;

use meetgate::{Client, ProvidedToken, Status};
use meetgate_sandbox::{Fault, Options, Sandbox};
use scripted::{Act, Server, answer, json};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
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
        let hasty = scope.spawn(|| client.call_with("hst.app.delete", DELETE, r#"{"timeout_ms":300}"#));
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
fn wrong_keys_are_not_tried_again() {
    let server = Server::start(|_, _| json(r#"{"code":606000000,"msg":"no"}"#));
    let client = hst(&server.url(), "");
    let errors: Vec<_> = (0..20).map(|_| client.call("hst.app.delete", DELETE).unwrap_err()).collect();
    assert!(errors.iter().all(|error| error.status() == Status::Auth && error.document().code == Some(606000000)));
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
                assert_eq!((error.status(), error.document().http_status), (Status::Http, Some(503)));
            });
        }
    });
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn after_the_pause_a_platform_that_is_back_serves_again() {
    let server = Server::start(|number, request| match (number, request.target.as_str()) {
        (0, _) => Act::Send(answer("502 Bad Gateway", "", "")),
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
    assert_eq!(server.count("/access/token"), 2);
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
        let error = client.call_with("hst.app.delete", DELETE, r#"{"timeout_ms":100}"#).unwrap_err();
        assert_eq!(error.status(), Status::Timeout);
        calls += 1;
        thread::sleep(Duration::from_millis(5));
    }
    let fetches = server.count("/access/token");
    assert!(fetches <= 6, "{fetches} fetches for {calls} calls");
    client.call("hst.app.delete", DELETE).unwrap();
    client.call_with("hst.app.delete", DELETE, r#"{"timeout_ms":100}"#).unwrap();
}

#[test]
fn while_fetching_fails_a_token_that_another_process_fetched_is_taken() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let (config, folder) = with_file_store(&sandbox, "hst", "adopted-in-a-pause");
    let call = |client: &Client| client.call("hst.online.user.state", STATES);
    let fault =
        Fault::from_json(&serde_json::json!({ "operation": "hst.access.token", "kind": "http", "status": 502 }));
    let fault = sandbox.add_fault(fault.unwrap()).unwrap();
    let client = Client::new(&config).unwrap();
    for _ in 0..4 {
        // The pause grows to seconds.
        while call(&client).unwrap_err().to_string().contains("not tried again") {
            thread::sleep(Duration::from_millis(10));
        }
    }
    sandbox.remove_fault(fault);
    // Another process: the same account, in a folder of its own, whose token is put where ours is looked for.
    let (other, other_folder) = with_file_store(&sandbox, "hst", "adopted-in-a-pause-other");
    let other = other.replace("\"platform\"", "\"user_agent\":\"x\",\"platform\"");
    let program = support::compile("tests/c/worker.c", &["-std=c99", "-pthread"], "worker-once");
    let mut worker = std::process::Command::new(program);
    let output = support::run(worker.args([other.as_str(), "hst.online.user.state", STATES, "1", "0.01"]));
    assert!(output.status.success(), "{}", support::both(&output));
    let theirs = token_file(&other_folder);
    fs::copy(&theirs, folder.join(theirs.file_name().unwrap())).unwrap();
    let deadline = Instant::now() + Duration::from_millis(500);
    while let Err(error) = call(&client) {
        assert!(Instant::now() < deadline, "{error}");
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(sandbox.acted_counts()["hst.access.token"], 1, "taken, not fetched");
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

/// The sandbox's configuration with a file store in a new folder.
fn with_file_store(sandbox: &Sandbox, platform: &str, name: &str) -> (String, PathBuf) {
    let folder = support::scratch().join("tokens").join(name);
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    let mut config = sandbox.configurations()[platform].clone();
    config["token_store"] = serde_json::json!({ "file": folder });
    (config.to_string(), folder)
}

fn token_file(folder: &Path) -> PathBuf {
    let mut files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.find(|path| path.extension().is_some_and(|ending| ending == "token")).unwrap()
}

#[test]
fn a_store_serves_the_next_client_on_each_platform() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    for (platform, operation, params, fetch) in [
        ("hst", "hst.online.user.state", STATES, "hst.access.token"),
        ("avd", "avd.room.read", READ, "avd.app.get_token"),
    ] {
        let (config, _) = with_file_store(&sandbox, platform, platform);
        for _ in 0..3 {
            Client::new(&config).unwrap().call(operation, params).unwrap();
        }
        assert_eq!(sandbox.counts()[fetch], 1, "the token outlived its clients");
        let client = Client::new(&config).unwrap();
        let reply: Value = serde_json::from_str(&client.call(fetch, "{}").unwrap()).unwrap();
        drop(client);
        Client::new(&config).unwrap().call(operation, params).unwrap();
        assert_eq!(sandbox.counts()[fetch], 2, "what the caller fetched is in the store");
        // A token that died while nobody was there.
        sandbox.expire_tokens();
        Client::new(&config).unwrap().call(operation, params).unwrap();
        assert_eq!(sandbox.counts()[fetch], 3);
        assert!(reply.is_object());
    }
}

#[test]
fn a_corrupt_or_foreign_file_is_empty_and_replaced() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let (config, folder) = with_file_store(&sandbox, "hst", "corrupt");
    let call = || Client::new(&config).unwrap().call("hst.online.user.state", STATES).unwrap();
    call();
    let whole = fs::read_to_string(token_file(&folder)).unwrap();
    let foreign = [
        String::new(),
        "\0\0\0\0".to_owned(),
        whole[..whole.len() / 2].to_owned(),
        whole.replace("meetgate token 1", "meetgate token 2"),
        whole.replace("\"token\":\"", "\"token\":\"a\\r\\nb"),
        "x".repeat(1 << 20),
        "[1]".to_owned(),
    ];
    for (number, text) in foreign.iter().enumerate() {
        fs::write(token_file(&folder), text).unwrap();
        call();
        assert_eq!(sandbox.counts()["hst.access.token"], 2 + number as u64, "{text:.40}");
        call();
        assert_eq!(sandbox.counts()["hst.access.token"], 2 + number as u64, "{text:.40}");
    }
    fs::write(token_file(&folder).with_extension("new"), "left by a process that died").unwrap();
    fs::remove_file(token_file(&folder)).unwrap();
    call();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "the token and the lock");
}

#[test]
fn a_store_that_cannot_be_used_names_the_file_and_sends_nothing() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let (config, folder) = with_file_store(&sandbox, "hst", "unusable");
    fs::write(&folder, "a file where the folder should be").unwrap();
    let error = Client::new(&config).unwrap().call("hst.online.user.state", STATES).unwrap_err();
    assert_eq!(error.status(), Status::Store);
    assert!(error.to_string().contains(&folder.display().to_string()), "{error}");
    assert!(sandbox.exchanges().is_empty());
}

#[test]
fn whoever_holds_the_lock_for_too_long_is_named() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let (config, folder) = with_file_store(&sandbox, "hst", "held");
    let client = Client::new(&config).unwrap();
    client.call("hst.online.user.state", STATES).unwrap();
    let lock = fs::File::options().read(true).write(true).open(token_file(&folder).with_extension("lock")).unwrap();
    lock.lock().unwrap();
    fs::write(token_file(&folder).with_extension("lock"), "4711").unwrap();
    sandbox.expire_tokens();
    let options = r#"{"timeout_ms":300}"#;
    let error = client.call_with("hst.online.user.state", STATES, options).unwrap_err();
    assert_eq!(error.status(), Status::Timeout);
    assert!(error.to_string().contains("number 4711") && error.document().retryable, "{error}");
    // The other one brings a token while we wait.
    lock.unlock().unwrap();
    client.call("hst.online.user.state", STATES).unwrap();
}

#[test]
fn no_secret_shows_anywhere() {
    let sandbox = Sandbox::start(Options { hst_token_lifetime: 7200, ..Options::default() }).unwrap();
    let mut shown = String::new();
    let mut secrets: Vec<String> = Vec::new();
    let (hst_config, folder) = with_file_store(&sandbox, "hst", "secrets");
    let (avd_config, avd_folder) = with_file_store(&sandbox, "avd", "secrets-avd");
    let youme_config = sandbox.configurations()["youme"].to_string();
    for (config, names) in [
        (&hst_config, &["dev_secret"][..]),
        (&youme_config, &["app_secret", "rest_api_key"]),
        (&avd_config, &["access_key", "secret_key"]),
    ] {
        let config: Value = serde_json::from_str(config).unwrap();
        secrets.extend(names.iter().map(|name| config[name].as_str().unwrap().to_owned()));
    }
    for (config, operation, params, number) in [
        (&hst_config, "hst.online.user.state", STATES, 606000006),
        (&youme_config, "youme.count_qos_by_day", r#"{"QueryDate":"20191210"}"#, 4711),
        (&avd_config, "avd.room.read", READ, 40026),
    ] {
        let client = Client::new(config).unwrap();
        client.call(operation, params).unwrap();
        let path = sandbox.exchanges().last().unwrap().path.clone();
        let path = path.split('?').next().unwrap();
        sandbox.fail_next(path, number, 1);
        if let Err(error) = client.call(operation, params) {
            shown += &format!("{error} {error:?} {}\n", error.to_json());
        }
        shown += &format!("{}\n", client.info().unwrap());
    }
    for (config, operation, params) in
        [(&hst_config, "hst.online.user.state", STATES), (&avd_config, "avd.room.read", READ)]
    {
        // Errors of the fetch itself: the keys are refused.
        let wrong = config.replace("sandbox-dev-key!", "Sandbox-dev-key!").replace("avd-secret-key", "avd-secret-KEY");
        secrets.extend(["Sandbox-dev-key!".to_owned(), "sandbox-avd-secret-KEY".to_owned()]);
        let error = Client::new(&wrong).unwrap().call(operation, params).unwrap_err();
        shown += &format!("{error:?} {}\n", error.to_json());
    }
    // What went over the wire: tokens, developer tokens and checksums are in it.
    for exchange in sandbox.exchanges() {
        let header = exchange.headers.iter().filter(|(name, _)| name == "authorization");
        secrets.extend(header.map(|(_, value)| value.rsplit('.').next().unwrap().to_owned()));
        let target = format!("{exchange:?}");
        for name in ["checksum=", "token="] {
            let values = target.split(name).skip(1).map(|rest| rest.split(['&', '"', ' ']).next().unwrap().to_owned());
            secrets.extend(values.filter(|value| value.len() > 8));
        }
    }
    secrets.sort();
    secrets.dedup();
    assert!(secrets.len() > 8, "{}", secrets.len());
    assert!(shown.lines().count() >= 7, "{shown}");
    for secret in &secrets {
        assert!(!shown.contains(secret.as_str()), "{secret} in {shown}");
    }
    // In the stores: the token alone.
    for folder in [folder, avd_folder] {
        let text = fs::read_to_string(token_file(&folder)).unwrap();
        let token = serde_json::from_str::<Value>(&text).unwrap()["token"].as_str().unwrap().to_owned();
        let rest = text.replace(&token, "");
        for file in fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            let shown = format!("{} {}", path.display(), fs::read_to_string(&path).unwrap().replace(&token, ""));
            for secret in &secrets {
                assert!(!shown.contains(secret.as_str()), "{secret} in {shown}");
            }
        }
        assert!(rest.contains("generation") && token.len() > 8);
    }
}
