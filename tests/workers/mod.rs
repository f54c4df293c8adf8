//! Processes of tests/c/worker.c: many threads each, on one account.

#![allow(dead_code, reason = "each test program uses its own part of it")]

use super::support;
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// One process, and the file that it prints to.
pub struct Worker {
    child: Child,
    output: PathBuf,
}

/// What a worker that ran to its end printed.
pub struct Report {
    pub calls: u64,
    pub failures: Vec<Failure>,
    pub info: Value,
    pub text: String,
}

#[derive(Debug)]
pub struct Failure {
    /// Milliseconds since 1970.
    pub at_ms: u64,
    pub status: String,
    pub document: String,
}

/// The program, linked with the library of `folder`.
pub fn program(folder: &Path, name: &str) -> PathBuf {
    support::compile_with(folder, "tests/c/worker.c", &["-std=c99", "-pthread"], name)
}

impl Worker {
    /// Starts `threads` threads that call for so long.
    pub fn start(program: &Path, config: &Value, threads: usize, time: Duration, output: PathBuf) -> Worker {
        let mut command = Command::new(program);
        command.arg(config.to_string()).args(["hst.online.user.state", STATES]);
        command.arg(threads.to_string()).arg(time.as_secs_f64().to_string());
        let file = File::create(&output).unwrap();
        let child = command.stdin(Stdio::null()).stdout(file).spawn().unwrap();
        Worker { child, output }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// As a machine that runs out of memory does: SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end, which must come within `limit`.
    pub fn report(mut self, limit: Duration) -> Report {
        let Some(status) = support::wait(&mut self.child, limit) else {
            self.kill();
            panic!("a worker did not end within {limit:?}");
        };
        let text = fs::read_to_string(&self.output).unwrap();
        assert!(status.success(), "{status}\n{text}");
        let after = |word: &str| text.lines().find_map(|line| line.strip_prefix(word)).unwrap();
        Report {
            calls: after("calls ").parse().unwrap(),
            failures: text.lines().filter_map(|line| line.strip_prefix("failed ")).map(Failure::read).collect(),
            info: serde_json::from_str(after("info ")).unwrap(),
            text,
        }
    }
}

impl Failure {
    fn read(line: &str) -> Failure {
        let mut parts = line.splitn(3, ' ').map(str::to_owned);
        let mut next = || parts.next().unwrap();
        Failure { at_ms: next().parse().unwrap(), status: next(), document: next() }
    }
}

/// The sandbox's first application has people online.
const STATES: &str = r#"{"app_id":"8f14e45fceea467a9f36dedd4bea2543","msg_id":1}"#;
