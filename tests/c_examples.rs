//! The short programs of `examples/c`: each runs twice against one sandbox, and does what its first lines say. The second
//! time it runs under valgrind, where that is installed.

mod support;

use meetgate_sandbox::{Fault, FaultKind, Options, Sandbox};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn program(name: &str) -> PathBuf {
    support::compile(&format!("examples/c/{name}.c"), &["-std=c99", "-pthread"], &format!("example-{name}"))
}

fn config(sandbox: &Sandbox, platform: &str) -> String {
    sandbox.configurations()[platform].to_string()
}

/// Its first or second run.
fn command(program: &Path, run: u64) -> Command {
    if run == 2 && support::has("valgrind") { support::valgrind(program) } else { Command::new(program) }
}

/// What it printed; it must have succeeded.
fn printed(output: Output) -> String {
    assert!(output.status.success(), "{}\n{}", output.status, support::both(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn count(sandbox: &Sandbox, operation: &str) -> u64 {
    sandbox.counts().get(operation).copied().unwrap_or_default()
}

#[test]
fn upload() {
    let program = program("upload");
    let sandbox = Sandbox::start(Options::default()).unwrap();
    // A name that has to be quoted.
    let folder = support::Folder::new();
    let file = folder.path().join("say \"welcome\".png");
    std::fs::copy(support::root().join("tests/fixtures/welcome.png"), &file).unwrap();
    for run in 1..=2 {
        let text = printed(support::run(command(&program, run).arg(config(&sandbox, "avd")).arg(&file)));
        assert!(text.starts_with("download it from http"), "{text}");
        assert!(text.contains("\nits path on the server is /opt/3tee/resources/"), "{text}");
    }
    assert_eq!(count(&sandbox, "avd.uploadfile"), 2);
    let missing = support::run(Command::new(&program).arg(config(&sandbox, "avd")).arg("no-such-file.png"));
    assert_eq!(missing.status.code(), Some(1));
    assert!(support::both(&missing).contains("upload: IO: {"), "{}", support::both(&missing));
}

#[test]
fn recording() {
    let program = program("recording");
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let folder = support::Folder::new();
    let file = folder.path().join("meeting.mp4");
    let run = |run, room: &str| {
        support::run(command(&program, run).args([config(&sandbox, "avd").as_str(), room, "1"]).arg(&file))
    };
    for number in 1..=2 {
        let text = printed(run(number, "12345123456"));
        assert_eq!(text, format!("recorded to {}\n", file.display()));
        assert!(std::fs::metadata(&file).unwrap().len() > 0);
        assert_eq!(count(&sandbox, "avd.room.mix_record.stop"), number);
        std::fs::remove_file(&file).unwrap();
    }
    // One that is stopped by somebody else meanwhile, and one that does not begin.
    sandbox.fail_next("/sdkapi/v2/room/mix_record/stop", 40042, 1);
    let output = run(1, "12345123456");
    assert_eq!(output.status.code(), Some(1));
    assert!(support::both(&output).contains("stop: API: {"), "{}", support::both(&output));
    let output = run(1, "40400000000");
    assert_eq!(output.status.code(), Some(1));
    assert!(support::both(&output).contains("start: API: {"), "{}", support::both(&output));
    assert_eq!(count(&sandbox, "avd.room.mix_record.stop"), 3);
}

#[test]
fn provider() {
    let program = program("provider");
    let sandbox = Sandbox::start(Options::default()).unwrap();
    for run in 1..=2 {
        let text = printed(support::run(command(&program, run).arg(config(&sandbox, "hst"))));
        assert_eq!(text.matches("who is online: {").count(), 2, "{text}");
        assert!(text.ends_with("the provider was asked 1 time(s)\n"), "{text}");
        assert_eq!(count(&sandbox, "hst.access.token"), run);
    }
}

#[test]
fn threads() {
    let program = program("threads");
    let sandbox = Sandbox::start(Options::default()).unwrap();
    for run in 1..=2 {
        let text = printed(support::run(command(&program, run).arg(config(&sandbox, "avd"))));
        assert_eq!(text, "40 of 40 calls succeeded\ntokens fetched: 1\n");
        assert_eq!((count(&sandbox, "avd.app.get_token"), count(&sandbox, "avd.room.read")), (run, 40 * run));
    }
}

#[test]
fn completion() {
    eight_calls_succeed(&program("completion"));
}

#[test]
fn a_loop_on_poll() {
    eight_calls_succeed(&program("loop_poll"));
}

#[test]
fn a_loop_of_glib() {
    with_library("glib-2.0", "loop_glib");
}

#[test]
fn a_loop_of_libuv() {
    with_library("libuv", "loop_uv");
}

fn with_library(library: &str, name: &str) {
    match support::library_flags(library) {
        Some(flags) => {
            let flags: Vec<&str> =
                ["-std=c99", "-pthread", "-Wl,--no-as-needed"].into_iter().chain(flags.split_whitespace()).collect();
            let source = format!("examples/c/{name}.c");
            eight_calls_succeed(&support::compile(&source, &flags, &format!("example-{name}")));
        }
        None => support::skipped(&format!("the C example {name}: {library} is not installed")),
    }
}

fn eight_calls_succeed(program: &Path) {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    for run in 1..=2 {
        let text = printed(support::run(command(program, run).arg(config(&sandbox, "avd"))));
        assert_eq!(text, "8 of 8 calls succeeded\n");
        assert_eq!((count(&sandbox, "avd.app.get_token"), count(&sandbox, "avd.room.read")), (run, 8 * run));
    }
    // A call that fails, and calls that do not hold each other up.
    sandbox.add_fault(Fault::new("avd.room.read", FaultKind::Number { code: 40004 }).times(1)).unwrap();
    let output = support::run(command(program, 1).arg(config(&sandbox, "avd")));
    assert_eq!(output.status.code(), Some(1));
    assert!(support::both(&output).contains("7 of 8 calls succeeded\n"), "{}", support::both(&output));
    sandbox
        .add_fault(
            Fault::new(
                "avd.room.read",
                FaultKind::Latency { least: Duration::from_millis(400), jitter: Duration::ZERO },
            )
            .times(8),
        )
        .unwrap();
    let start = Instant::now();
    printed(support::run(command(program, 1).arg(config(&sandbox, "avd"))));
    assert!(start.elapsed() < Duration::from_millis(3 * 400), "{:?}", start.elapsed());
}

#[test]
fn cancel() {
    let program = program("cancel");
    let sandbox = Sandbox::start(Options::default()).unwrap();
    for run in 1..=2 {
        let text = printed(support::run(command(&program, run).arg(config(&sandbox, "avd"))));
        assert_eq!(text, "avd.room.read: OK\n");
    }
    if !support::has("timeout") {
        return;
    }
    sandbox.add_fault(Fault::new("avd.room.read", FaultKind::Silence { lasting: None })).unwrap();
    let mut ctrl_c = Command::new("timeout");
    ctrl_c.args(["--preserve-status", "--signal=INT", "0.5"]).arg(&program).arg(config(&sandbox, "avd"));
    let start = Instant::now();
    assert_eq!(printed(support::run(&mut ctrl_c)), "avd.room.read: CANCELLED\n");
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn retry() {
    let program = program("retry");
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let run = || support::run(Command::new(&program).arg(config(&sandbox, "avd")));
    let calm = "avd.room.read: OK after 1 call(s)\navd.room.create: OK after 1 call(s)\n";
    for run in 1..=2 {
        assert_eq!(printed(support::run(command(&program, run).arg(config(&sandbox, "avd")))), calm);
    }

    // The server is away for a moment, and says for how long.
    let away = |retry_after_s| FaultKind::Http { status: 503, retry_after_s, body: None };
    // One call is three attempts, so that the fourth failure is the second call's.
    sandbox.add_fault(Fault::new("avd.room.read", away(Some(1))).times(4)).unwrap();
    let start = Instant::now();
    assert!(printed(run()).starts_with("avd.room.read: OK after 2 call(s)\n"));
    assert!(start.elapsed() >= Duration::from_secs(4), "it waited as long as it was told to");

    // What may have acted is called once, whatever the answer.
    sandbox.clear_counts();
    sandbox.add_fault(Fault::new("avd.room.create", away(None)).times(1).acted(true)).unwrap();
    let output = run();
    assert_eq!(output.status.code(), Some(1));
    assert!(support::both(&output).contains("avd.room.create: HTTP after 1 call(s)\n"), "{}", support::both(&output));
    assert_eq!(count(&sandbox, "avd.room.create"), 1);

    // And there is an end.
    sandbox.clear_counts();
    sandbox.add_fault(Fault::new("avd.room.read", FaultKind::Number { code: 41003 })).unwrap();
    assert!(support::both(&run()).contains("avd.room.read: API after 4 call(s)\n"));
    assert_eq!(count(&sandbox, "avd.room.read"), 12);
}
