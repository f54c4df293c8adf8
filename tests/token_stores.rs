//! The store `file` from the side of its users: who takes what is there, what is wrong with a folder, and what must not stand
//! in it. Many processes on one store are in credentials.rs.

mod support;

use meetgate::{Client, Status};
use meetgate_sandbox::{Fault, Options, Sandbox};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

const STATES: &str = r#"{"app_id":"8f14e45fceea467a9f36dedd4bea2543","msg_id":1}"#;
const READ: &str = r#"{"room_id":"12345123456"}"#;

/// The sandbox's configuration with a file store in a new folder.
fn with_file_store(sandbox: &Sandbox, platform: &str, name: &str) -> (String, PathBuf) {
    let folder = support::empty_folder(&format!("store-{name}")).join("tokens");
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

/// Found by fuzzing. A machine's clock was years ahead, and somebody set it right.
#[test]
fn an_expired_token_of_a_clock_that_was_ahead_does_not_keep_newer_ones_out() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let (config, folder) = with_file_store(&sandbox, "hst", "clock-ahead");
    let call = || Client::new(&config).unwrap().call("hst.online.user.state", STATES).unwrap();
    call();
    let mut left: Value = serde_json::from_slice(&fs::read(token_file(&folder)).unwrap()).unwrap();
    let ahead = left["generation"].as_u64().unwrap() + 50 * 365 * 86_400_000;
    left["generation"] = ahead.into();
    left["fetched_ms"] = 1.into();
    fs::write(token_file(&folder), left.to_string()).unwrap();
    for _ in 0..3 {
        call();
        assert_eq!(sandbox.counts()["hst.access.token"], 2, "fetched once, and shared");
    }
    let shared: Value = serde_json::from_slice(&fs::read(token_file(&folder)).unwrap()).unwrap();
    assert_eq!(shared["generation"], ahead + 1);
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
    let error = client.call_with("hst.online.user.state", STATES, options, None).unwrap_err();
    assert_eq!(error.status(), Status::Timeout);
    assert!(error.to_string().contains("number 4711") && error.document().retryable, "{error}");
    // The other one brings a token while we wait.
    lock.unlock().unwrap();
    client.call("hst.online.user.state", STATES).unwrap();
}

/// What is known of the client's token.
fn token_info(client: &Client) -> Value {
    serde_json::from_str::<Value>(&client.info().unwrap()).unwrap()["token"].clone()
}

#[test]
fn a_store_that_cannot_be_written_loses_nothing_that_was_fetched() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let (config, folder) = with_file_store(&sandbox, "hst", "unwritable");
    let client = Client::new(&config).unwrap();
    client.call("hst.online.user.state", STATES).unwrap();
    // A folder where the new file has to be made: no user can write there, root neither.
    let token = token_file(&folder);
    fs::remove_file(&token).unwrap();
    fs::create_dir(token.with_extension("new")).unwrap();
    sandbox.expire_tokens();
    client.call("hst.online.user.state", STATES).unwrap();
    let warning = token_info(&client)["warning"].as_str().unwrap().to_owned();
    assert!(warning.contains("cannot be written") && warning.contains("not shared"), "{warning}");
    let reply: Value = serde_json::from_str(&client.call("hst.access.token", "{}").unwrap()).unwrap();
    assert!(reply["result"]["access_token"].is_string(), "{reply}");
    client.call("hst.online.user.state", STATES).unwrap();
    assert_eq!(sandbox.counts()["hst.access.token"], 3, "the last one is the account's");

    fs::remove_dir(token.with_extension("new")).unwrap();
    client.call("hst.access.token", "{}").unwrap();
    assert!(token.exists());
    sandbox.expire_tokens();
    client.call("hst.online.user.state", STATES).unwrap();
    assert_eq!(token_info(&client)["warning"], Value::Null);
}

#[test]
fn a_generation_that_no_program_can_count_beyond_is_foreign() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let (config, folder) = with_file_store(&sandbox, "hst", "generations");
    let call = || Client::new(&config).unwrap().call("hst.online.user.state", STATES).unwrap();
    call();
    let whole: Value = serde_json::from_str(&fs::read_to_string(token_file(&folder)).unwrap()).unwrap();
    for (number, generation) in [u64::MAX, u64::MAX - 1, 1 << 53].into_iter().enumerate() {
        let mut foreign = whole.clone();
        foreign["generation"] = generation.into();
        fs::write(token_file(&folder), foreign.to_string()).unwrap();
        call();
        call();
        assert_eq!(sandbox.counts()["hst.access.token"], 2 + number as u64, "replaced once: {generation}");
    }
    // The largest of ours is still one.
    let mut ours: Value = serde_json::from_str(&fs::read_to_string(token_file(&folder)).unwrap()).unwrap();
    ours["generation"] = ((1u64 << 53) - 1).into();
    fs::write(token_file(&folder), ours.to_string()).unwrap();
    call();
    assert_eq!(sandbox.counts()["hst.access.token"], 4);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, chown, symlink};

    fn error(config: &str) -> meetgate::Error {
        let error = Client::new(config).unwrap().call("hst.online.user.state", STATES).unwrap_err();
        assert_eq!(error.status(), Status::Store, "{error}");
        error
    }

    #[test]
    fn a_token_file_that_others_can_write_or_that_is_none_is_refused() {
        let sandbox = Sandbox::start(Options::default()).unwrap();
        let (config, folder) = with_file_store(&sandbox, "hst", "others-file");
        Client::new(&config).unwrap().call("hst.online.user.state", STATES).unwrap();
        let (token, lock) = (token_file(&folder), token_file(&folder).with_extension("lock"));
        let exchanges = sandbox.exchanges().len();
        let elsewhere = folder.with_file_name("elsewhere");
        for mode in [0o622, 0o660] {
            fs::set_permissions(&token, fs::Permissions::from_mode(mode)).unwrap();
            let error = error(&config);
            assert!(error.to_string().contains("writable by others") && error.to_string().contains("0600"), "{error}");
        }
        fs::rename(&token, &elsewhere).unwrap();
        symlink(&elsewhere, &token).unwrap();
        error(&config);
        fs::remove_file(&token).unwrap();
        // A pipe would hold whoever opens it.
        let pipe = std::process::Command::new("mkfifo").arg(&token).status();
        if pipe.is_ok_and(|status| status.success()) {
            assert!(error(&config).to_string().contains("is no file"));
            fs::remove_file(&token).unwrap();
        }
        fs::rename(&lock, &elsewhere).unwrap();
        symlink(&elsewhere, &lock).unwrap();
        error(&config);
        assert_eq!(sandbox.exchanges().len(), exchanges, "nothing was sent");
    }

    #[test]
    fn a_file_or_folder_of_somebody_else_is_refused() {
        if !is_root() {
            return;
        }
        let sandbox = Sandbox::start(Options::default()).unwrap();
        let (config, folder) = with_file_store(&sandbox, "hst", "strangers");
        Client::new(&config).unwrap().call("hst.online.user.state", STATES).unwrap();
        let exchanges = sandbox.exchanges().len();
        for path in [token_file(&folder), folder.clone()] {
            chown(&path, Some(4711), None).unwrap();
            let error = error(&config);
            assert!(error.to_string().contains("belongs to user 4711"), "{error}");
            chown(&path, Some(0), None).unwrap();
        }
        assert_eq!(sandbox.exchanges().len(), exchanges, "nothing was sent");
        Client::new(&config).unwrap().call("hst.online.user.state", STATES).unwrap();
    }

    /// Only root gives files away.
    fn is_root() -> bool {
        use std::os::unix::fs::MetadataExt as _;
        fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
    }

    #[test]
    fn a_child_takes_the_lock_that_its_dead_parent_held() {
        let sandbox = Sandbox::start(Options::default()).unwrap();
        let (config, _) = with_file_store(&sandbox, "hst", "inherited");
        let late = serde_json::json!({ "operation": "hst.access.token", "kind": "latency", "ms": 1000 });
        sandbox.add_fault(Fault::from_json(&late).unwrap()).unwrap();
        let program =
            support::compile("tests/c/fork_lock.c", &["-std=c99", "-D_DEFAULT_SOURCE", "-pthread"], "fork-lock");
        let start = Instant::now();
        let output = support::run(std::process::Command::new(program).args([&config, "hst.online.user.state", STATES]));
        let shown = support::both(&output);
        assert!(shown.contains("child: OK ") && !shown.contains("parent: "), "{shown}");
        assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    }

    #[test]
    fn of_two_who_hold_a_lock_the_newer_token_stays() {
        let sandbox = Sandbox::start(Options::default()).unwrap();
        let (config, folder) = with_file_store(&sandbox, "hst", "two-holders");
        let client = Client::new(&config).unwrap();
        client.call("hst.online.user.state", STATES).unwrap();
        // Our fetch takes its time, and a cleaner deletes the lock under it. Another process fetches meanwhile.
        let late = serde_json::json!({ "operation": "hst.access.token", "kind": "latency", "ms": 800 });
        let late = sandbox.add_fault(Fault::from_json(&late).unwrap()).unwrap();
        thread::scope(|scope| {
            let ours = scope.spawn(|| client.call("hst.access.token", "{}").unwrap());
            let deadline = Instant::now() + Duration::from_secs(5);
            while sandbox.counts()["hst.access.token"] < 2 {
                assert!(Instant::now() < deadline);
                thread::sleep(Duration::from_millis(5));
            }
            let token = token_file(&folder);
            fs::remove_file(token.with_extension("lock")).unwrap();
            // What that process wrote: a token that is newer than ours by far.
            let mut theirs: Value = serde_json::from_str(&fs::read_to_string(&token).unwrap()).unwrap();
            theirs["generation"] = (1u64 << 52).into();
            theirs["token"] = "theirs".into();
            fs::write(&token, theirs.to_string()).unwrap();
            ours.join().unwrap();
            let stored: Value = serde_json::from_str(&fs::read_to_string(&token).unwrap()).unwrap();
            assert_eq!(stored["token"], "theirs");
        });
        sandbox.remove_fault(late);
        assert_eq!(token_info(&client)["generation"], 1u64 << 52, "and ours uses it");
    }
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
        sandbox.fail_next(path, number, 3);
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
