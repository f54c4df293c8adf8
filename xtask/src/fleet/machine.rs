//! A process of terminals (bench/c/terminals.c).

use super::build::Built;
use super::options::Pace;
use crate::catalog::Result;
use serde::Deserialize;
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const OPERATION: &str = "hst.online.user.state";
/// The sandbox's first application has people online.
const PARAMS: &str = r#"{"app_id":"8f14e45fceea467a9f36dedd4bea2543","msg_id":1}"#;

pub struct Machine {
    process: Child,
    /// It ends with them.
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// What the terminals of a machine did.
#[derive(Deserialize)]
pub struct Report {
    pub calls: u64,
    pub failures: u64,
    /// Some of the failed calls' error documents.
    pub documents: Vec<Value>,
    /// Beyond those that the process had before.
    pub descriptors: u64,
    /// What the clients, then their threads, then their calls added to the memory that is present. Where the system took some
    /// back, it is below 0.
    pub client_bytes: i64,
    pub thread_bytes: i64,
    pub call_bytes: i64,
    /// How long the calls took: the first of each terminal, and all others.
    pub first_us: Vec<u32>,
    pub us: Vec<u32>,
}

impl Machine {
    /// Starts so many terminals, the first of which has this number in its fleet. They wait for [`begin`](Self::begin).
    pub fn start(built: &Built, config: &Value, terminals: u32, first: u32, pace: Pace) -> Result<Machine> {
        let mut command = Command::new(&built.terminals);
        command.arg(config.to_string()).args([OPERATION, PARAMS, &terminals.to_string(), &first.to_string()]);
        command.args([pace.time.as_secs().to_string(), pace.every.as_millis().to_string()]);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let commands = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().ok_or("a machine has no output")?);
        Ok(Machine { process, commands, answers })
    }

    /// Waits until all its terminals exist.
    pub fn ready(&mut self) -> Result<()> {
        match self.line()?.as_str() {
            "ready" => Ok(()),
            other => Err(format!("expected a machine to be ready, got {other}").into()),
        }
    }

    pub fn begin(&mut self) -> Result<()> {
        let commands = self.commands.as_mut().ok_or("a machine takes no commands any more")?;
        Ok(writeln!(commands, "begin")?)
    }

    /// Waits for the end of its time. Everything stays open.
    pub fn report(&mut self) -> Result<Report> {
        let line = self.line()?;
        Ok(serde_json::from_str(&line).map_err(|error| format!("a machine's report: {error}"))?)
    }

    /// Its memory, with its part of what it shares with others.
    pub fn bytes(&self) -> Result<u64> {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.process.id()))?;
        let kilobytes = rollup
            .lines()
            .find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
        Ok(1024 * kilobytes.ok_or("the system does not tell a process' part of memory (Pss)")?)
    }

    /// Lets it free all its clients and end.
    pub fn end(mut self) -> Result<()> {
        self.commands = None;
        let status = self.process.wait()?;
        if status.success() { Ok(()) } else { Err(format!("a machine ended with {status}").into()) }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            // It has said why on standard error, which is ours.
            return Err("a machine ended before its time".into());
        }
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
