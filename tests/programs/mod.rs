//! The programs of checks in C and C++: what they are started with, and what they must have printed.

#![allow(dead_code, reason = "each test program uses its own part of it")]

use super::examples::PLATFORMS;
use super::scripted::{Act, Request, Server, answer, json, speaks_no_tls};
use super::support;
use meetgate_sandbox::{Exchange, Options, Sandbox};
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

/// Under valgrind everything takes some thirty times as long.
pub const VALGRIND_LIMIT: Duration = Duration::from_secs(540);

/// tests/c/processes.c: its threads on one client, and the calls of each.
const CALLS_OF_ALL_THREADS: usize = 64 * 3;

/// How a program is run with its arguments.
pub type Run<'a> = &'a dyn Fn(Vec<String>) -> Output;

/// Has the program checked as it is.
pub fn as_it_is(program: &Path, check: impl FnOnce(Run<'_>)) {
    check(&|arguments| support::run(Command::new(program).args(arguments)));
}

/// Has it checked under valgrind, where that is installed.
pub fn under_valgrind(program: &Path, check: impl FnOnce(Run<'_>)) {
    if support::has("valgrind") {
        check(&|arguments| support::run_within(VALGRIND_LIMIT, support::valgrind(program).args(arguments)));
    }
}

/// The arguments of each: a configuration for each platform.
pub fn configurations(sandbox: &Sandbox) -> Vec<String> {
    let configurations = sandbox.configurations();
    PLATFORMS.iter().map(|platform| configurations[platform].to_string()).collect()
}

/// And those of the programs of checks: a server that answers in odd ways, and an address where nobody speaks TLS.
pub fn arguments(sandbox: &Sandbox, server: &Server) -> Vec<String> {
    let mut arguments = configurations(sandbox);
    arguments.extend([server.url(), format!("https://{}", speaks_no_tls())]);
    arguments
}

/// The program ended well, and says so.
pub fn passes(output: &Output) {
    let shown = support::both(output);
    assert!(output.status.success(), "{}\n{shown}", output.status);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.lines().last().unwrap_or_default().ends_with(" passed, 0 failed"), "{shown}");
    for line in text.lines().filter(|line| line.starts_with("SKIPPED: ")) {
        support::skipped(line.trim_start_matches("SKIPPED: "));
    }
}

/// Runs a program of checks against a fresh world, and looks at it from the other side too.
pub fn check(name: &str, run: Run<'_>) {
    match name {
        "processes" => check_threads(&check_in(Options::default(), run).exchanges()),
        // A clock that is wrong, either way.
        "tokens" => {
            for clock_offset_s in [3600, -3600] {
                let sandbox = check_in(Options { clock_offset_s, ..Options::default() }, run);
                // Two calls of two clients, one repeat: the second client knew the time.
                assert_eq!(sandbox.counts()["youme.count_qos_by_day"], 3);
            }
        }
        _ => _ = check_in(Options::default(), run),
    }
}

fn check_in(options: Options, run: Run<'_>) -> Sandbox {
    let sandbox = Sandbox::start(options).unwrap();
    let server = Server::start(|_, request| answer_in_an_odd_way(request));
    passes(&run(arguments(&sandbox, &server)));
    for request in server.requests() {
        assert!(!request.target.contains("evil"), "a refused path left for another host: {}", request.target);
    }
    sandbox
}

/// All threads shared one token, and each call went out once.
fn check_threads(exchanges: &[Exchange]) {
    for (path, expected) in [
        ("/sdkapi/v2/app/get_token", 1),
        ("/sdkapi/v2/room/read", CALLS_OF_ALL_THREADS),
        ("/access/token", 1),
        ("/v1/online/user/state", CALLS_OF_ALL_THREADS),
        ("/v2/video/count_qos_by_day", CALLS_OF_ALL_THREADS),
    ] {
        assert_eq!(count_of_many_threads(exchanges, path), expected, "{path}");
    }
}

/// What the first example prints.
pub fn check_example(run: Run<'_>) {
    for text in run_twice(run) {
        // Cut replies are cut between characters.
        assert_eq!(text.lines().filter(|line| line.starts_with("  OK: {")).count(), 12, "{text}");
        let failure = "\n  API: {\"status\":\"API\",\"message\":\"avd answered 40004: no such room\",";
        assert!(text.contains(failure), "{text}");
    }
}

/// An example runs twice against one sandbox: what the first run left must not be in the way of the second. Gives back what
/// each printed.
pub fn run_twice(run: Run<'_>) -> [String; 2] {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    [(), ()].map(|()| {
        let output = run(configurations(&sandbox));
        assert!(output.status.success(), "{}\n{}", output.status, support::both(&output));
        String::from_utf8(output.stdout).unwrap()
    })
}

/// How many calls to a path came from the client whose threads share it.
pub fn count_of_many_threads(exchanges: &[Exchange], path: &str) -> usize {
    let mine = |exchange: &&Exchange| {
        exchange.headers.iter().any(|(name, value)| name == "user-agent" && value == "many-threads")
    };
    exchanges.iter().filter(mine).filter(|exchange| exchange.path == path).count()
}

/// The first segment of the path says what kind of server this is.
pub fn answer_in_an_odd_way(request: &Request) -> Act {
    let line = || format!("{} {} {}", request.method, request.target, String::from_utf8_lossy(&request.body));
    let mut segments = request.target.split('/').skip(1);
    match segments.next().unwrap_or_default() {
        "number" => {
            let number = segments.next().unwrap_or_default();
            json(&format!(r#"{{"ret":{number},"msg":"as asked for"}}"#))
        }
        "nested" => json(r#"{"ret":40004,"msg":"\u623f\u95f4 \ud83d\ude42 \"}","data":[{"a":{"b":[1.0,"]}\"",{}]}}]}"#),
        // A byte that no C string can hold; and an escape that no C++ program need lose.
        "nul" => json("{\"ret\":0,\"msg\":\"a\0b\"}"),
        "nul-escape" => json(r#"{"ret":40004,"msg":"a\u0000\\u0000b"}"#),
        "large" => json(&format!(r#"{{"ret":0,"data":"{}"}}"#, "x".repeat(4000))),
        "html" => Act::Send(answer("200 OK", "Content-Type: text/html\r\n", "<html>维护中</html>")),
        "redirect" => Act::Send(answer("302 Found", "Location: https://10.0.0.9/room?token=t\r\n", "")),
        "later" => Act::Send(answer("503 Service Unavailable", "Retry-After: 7\r\n", "")),
        "gateway" => Act::Send(answer("502 Bad Gateway", "Content-Type: text/html\r\n", "<html>502</html>")),
        "silence" => Act::Silence,
        "close" => Act::SendAndClose(Vec::new()),
        "echo" => json(&format!(
            r#"{{"ret":40082,"msg":"{}","secret_key":"key of the server","users":[{{"password":"word of the server"}}]}}"#,
            line()
        )),
        "echo-text" => Act::Send(answer("500 Internal Server Error", "", &line())),
        "hour-ahead" => {
            let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3600));
            let body = r#"{"Status":"FAIL","ErrorCode":4711,"ErrorInfo":"checksum"}"#;
            Act::Send(answer("200 OK", &format!("Date: {date}\r\n"), body))
        }
        _ => Act::Send(answer("404 Not Found", "", "")),
    }
}
