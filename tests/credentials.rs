//! One account, any number of threads and processes, and no failed call: real processes of a C program against the
//! sandbox, whose hst tokens live one second, and of which each kills the one before it.

mod redis;
mod support;
mod workers;

use meetgate_sandbox::{Fault, Options, Sandbox};
use redis::Redis;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use workers::{Report, Worker};

const LIFETIME_S: u64 = 1;
const TIME: Duration = Duration::from_secs(10);
/// For what is on its way when the time is over.
const GRACE: Duration = Duration::from_secs(60);
const PROCESSES: usize = 8;
const THREADS: usize = 8;

#[test]
fn sixty_four_threads_never_fail_and_fetch_no_more_than_they_need() {
    let sandbox = short_lived_tokens();
    let program = workers::program(support::library_folder(), "worker");
    let output = support::empty_folder("credentials-threads");
    let start = Instant::now();
    let worker = Worker::start(&program, &hst(&sandbox), 64, TIME, output.join("worker"));
    let report = worker.report(TIME + GRACE);
    assert_no_failure(&[report]);
    assert_fetches(&sandbox, start.elapsed());
}

#[test]
fn processes_with_a_file_store_never_fail_whoever_dies() {
    let sandbox = short_lived_tokens();
    let program = workers::program(support::library_folder(), "worker");
    let store = support::empty_folder("credentials-file-store").join("tokens");
    let config = with(&hst(&sandbox), "token_store", json!({ "file": store }));
    let start = Instant::now();
    let mut workers = start_workers(&program, &config, "file-workers");
    thread::sleep(TIME / 3);

    let victim = holder(&sandbox, || {
        let lock = files(&store).into_iter().find(|path| path.extension().is_some_and(|ending| ending == "lock"));
        lock.and_then(|lock| fs::read_to_string(lock).ok()?.parse().ok())
    });
    kill(&mut workers, victim);

    let reports = all(workers);
    assert_no_failure(&reports);
    assert_fetches(&sandbox, start.elapsed());
    assert_private(&store);
}

#[test]
fn processes_with_a_redis_store_never_fail_whoever_dies() {
    let Some(redis) = Redis::start() else { return };
    let sandbox = short_lived_tokens();
    let program = workers::program(&support::library_with_test_hooks(), "worker-full");
    let config = with(&hst(&sandbox), "token_store", json!({ "redis": redis.url(), "prefix": "mg" }));
    // A lock whose holder died is free after this time and one second.
    let config = with(&config, "token_timeout_ms", json!(1500));
    let start = Instant::now();
    let mut workers = start_workers(&program, &config, "redis-workers");
    thread::sleep(TIME / 3);

    let victim = holder(&sandbox, || {
        let lock = redis.keys().into_iter().find(|key| key.starts_with("mg:") && key.ends_with(":lock"))?;
        // `number 4711 (…)`
        redis.ask(&["GET", &lock]).split(' ').nth(1)?.parse().ok()
    });
    kill(&mut workers, victim);

    let reports = all(workers);
    assert_no_failure(&reports);
    assert_fetches(&sandbox, start.elapsed());
    let left: Vec<String> = redis.keys().into_iter().filter(|key| redis.ask(&["PTTL", key]).starts_with('-')).collect();
    assert!(left.is_empty(), "these stay for ever: {left:?}");
    for key in redis.keys() {
        let shown = format!("{key} {}", redis.ask(&["HGETALL", &key]));
        for name in ["dev_id", "dev_secret"] {
            assert!(!shown.contains(config[name].as_str().unwrap()), "{name} in {shown}");
        }
    }
}

/// The command itself, with what this test run has built: it fails if a call fails, or for a fetch too many.
#[test]
fn a_fleet_with_one_account_never_fails_and_fetches_no_more_than_it_needs() {
    if support::sanitizer().is_some() || Redis::start().is_none() {
        return;
    }
    let library = support::library_with_test_hooks().join("libmeetgate.so");
    let mut fleet = Command::new(env!("CARGO"));
    fleet
        .args(["run", "--quiet", "--package", "xtask", "--", "fleet", "--quick", "--seconds", "5", "--library"])
        .arg(library);
    fleet.arg("--sandbox").arg(support::sandbox_program()).current_dir(support::root());
    let output = support::run(&mut fleet);
    let told = support::both(&output);
    assert!(output.status.success(), "{told}");
    for expected in
        ["| 200 terminals on 2 machines | 20 terminals, each a process |", "| **failed calls** | **0** | **0** |"]
    {
        assert!(told.contains(expected), "{expected}\n{told}");
    }
}

#[test]
fn while_redis_is_away_calls_fail_with_store_and_soon_after_no_more() {
    let Some(mut redis) = Redis::start() else { return };
    let sandbox = short_lived_tokens();
    let program = workers::program(&support::library_with_test_hooks(), "worker-full");
    let config = with(&hst(&sandbox), "token_store", json!({ "redis": redis.url() }));
    let start = Instant::now();
    let workers = start_workers(&program, &config, "redis-away-workers");
    thread::sleep(TIME * 3 / 10);
    let away = now_ms();
    redis.stop();
    thread::sleep(TIME * 3 / 10);
    redis.start_again();
    let back = now_ms();

    let reports = all(workers);
    assert_fetches_below(&sandbox, start.elapsed());
    let failures: Vec<&workers::Failure> = reports.iter().flat_map(|report| &report.failures).collect();
    assert!(!failures.is_empty(), "redis was away for longer than a token lives");
    for failure in failures {
        assert_eq!(failure.status, "STORE", "{failure:?}");
        assert!(failure.document.contains(redis.address()), "names it: {failure:?}");
        // The token at hand is used to its end, here at least the part of a second that it has left.
        assert!(
            (away..back + 2000).contains(&failure.at_ms),
            "{} ms after it was back: {failure:?}",
            failure.at_ms - back
        );
    }
    for report in reports {
        assert!(report.info["token"].get("warning").is_none(), "{}", report.info);
    }
}

#[test]
fn a_redis_that_hangs_is_in_nobodys_way_while_the_token_is_good() {
    let Some(redis) = Redis::start() else { return };
    // Due after 2.4 to 3.2 seconds.
    let sandbox = Sandbox::start(Options { hst_token_lifetime: 4, ..Options::default() }).unwrap();
    let program = workers::program(&support::library_with_test_hooks(), "worker-full");
    let config = with(&hst(&sandbox), "token_store", json!({ "redis": redis.url() }));
    let config = with(&config, "timeout_ms", json!(600));
    let time = Duration::from_secs(6);
    let worker = Worker::start(
        &program,
        &config,
        THREADS,
        time,
        support::empty_folder("credentials-redis-hangs").join("worker"),
    );
    thread::sleep(Duration::from_millis(2000));
    redis.hang(true);
    thread::sleep(Duration::from_millis(1500));
    redis.hang(false);
    assert_no_failure(&[worker.report(time + GRACE)]);
}

#[test]
fn whoever_chose_to_degrade_goes_on_without_redis() {
    let Some(mut redis) = Redis::start() else { return };
    let sandbox = short_lived_tokens();
    let program = workers::program(&support::library_with_test_hooks(), "worker-full");
    let config = with(&hst(&sandbox), "token_store", json!({ "redis": redis.url(), "degrade": true }));
    redis.stop();
    let worker = Worker::start(
        &program,
        &config,
        THREADS,
        TIME / 3,
        support::empty_folder("credentials-degrade").join("worker"),
    );
    let report = worker.report(TIME + GRACE);
    assert_no_failure(std::slice::from_ref(&report));
    let warning = report.info["token"]["warning"].as_str().unwrap();
    assert!(warning.contains(redis.address()) && warning.contains("unshared"), "{warning}");
}

#[test]
fn without_a_store_two_processes_are_told_to_use_one() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let program = workers::program(support::library_folder(), "worker");
    let output = support::empty_folder("credentials-ping-pong");
    let start = |name| Worker::start(&program, &hst(&sandbox), 2, TIME / 2, output.join(name));
    let reports = all(vec![start("one"), start("other")]);
    let advice = "another process is fetching tokens for this account; use a shared token store";
    for report in &reports {
        assert!(report.info["token"]["warning"].as_str().unwrap_or_default().contains(advice), "{}", report.info);
    }
    let failures: Vec<&workers::Failure> = reports.iter().flat_map(|report| &report.failures).collect();
    assert!(failures.iter().any(|failure| failure.document.contains(advice)), "no error says it");
    assert!(failures.iter().all(|failure| failure.status == "AUTH"), "{failures:?}");
    // Undamped, each of the thousands of calls would fetch.
    let (fetches, calls) =
        (sandbox.counts()["hst.access.token"], reports.iter().map(|report| report.calls).sum::<u64>());
    assert!(fetches < 40, "{fetches} fetches for {calls} calls");
}

/// Waits until a process is fetching a token, and says which: the sandbox answers that fetch late.
fn holder(sandbox: &Sandbox, holder: impl Fn() -> Option<u32>) -> u32 {
    let late = json!({ "operation": "hst.access.token", "kind": "latency", "ms": 700 });
    let late = sandbox.add_fault(Fault::from_json(&late).unwrap()).unwrap();
    let fetches = || sandbox.counts().get("hst.access.token").copied().unwrap_or(0);
    let before = fetches();
    let deadline = Instant::now() + Duration::from_secs(5);
    let found = loop {
        match holder() {
            // The fetch has arrived: it has killed the old token, and its answer is still to come.
            Some(process) if fetches() > before => break process,
            _ => assert!(Instant::now() < deadline, "nobody fetches"),
        }
        thread::sleep(Duration::from_millis(5));
    };
    sandbox.remove_fault(late);
    found
}

fn kill(workers: &mut Vec<Worker>, process: u32) {
    let index =
        workers.iter().position(|worker| worker.id() == process).unwrap_or_else(|| panic!("no worker {process}"));
    workers.remove(index).kill();
}

fn start_workers(program: &Path, config: &Value, name: &str) -> Vec<Worker> {
    let output = support::empty_folder(name);
    (0..PROCESSES)
        .map(|number| Worker::start(program, config, THREADS, TIME, output.join(number.to_string())))
        .collect()
}

fn all(workers: Vec<Worker>) -> Vec<Report> {
    workers.into_iter().map(|worker| worker.report(TIME + GRACE)).collect()
}

fn assert_no_failure(reports: &[Report]) {
    for report in reports {
        assert!(
            report.failures.is_empty(),
            "{} of {} calls failed:\n{}",
            report.failures.len(),
            report.calls,
            report.text
        );
        assert!(report.calls > 100, "only {} calls", report.calls);
    }
}

/// At most elapsed / (half a lifetime) + 2; and so many that tokens did die.
fn assert_fetches(sandbox: &Sandbox, elapsed: Duration) {
    let fetches = assert_fetches_below(sandbox, elapsed);
    assert!(
        fetches >= TIME.as_secs() / LIFETIME_S,
        "{fetches} fetches in {elapsed:?}: did the tokens live one second?"
    );
}

fn assert_fetches_below(sandbox: &Sandbox, elapsed: Duration) -> u64 {
    let fetches = sandbox.counts()["hst.access.token"];
    let most = elapsed.as_secs_f64() / (LIFETIME_S as f64 / 2.0) + 2.0;
    println!("{fetches} fetches in {elapsed:?}, {} calls", sandbox.counts()["hst.online.user.state"]);
    assert!(fetches as f64 <= most, "{fetches} fetches in {elapsed:?}: at most {most}");
    fetches
}

/// Nobody else may read what is in a store.
fn assert_private(store: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(store), 0o700);
    let files = files(store);
    assert!(files.len() >= 2, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).into_iter().flatten();
    files.map(|file| file.unwrap().path()).collect()
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

fn short_lived_tokens() -> Sandbox {
    Sandbox::start(Options { hst_token_lifetime: LIFETIME_S, ..Options::default() }).unwrap()
}

fn hst(sandbox: &Sandbox) -> Value {
    sandbox.configurations()["hst"].clone()
}

fn with(config: &Value, key: &str, value: Value) -> Value {
    let mut config = config.clone();
    config[key] = value;
    config
}
