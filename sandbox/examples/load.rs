//! How many calls a second the sandbox answers, and whether its memory stays flat.
//!
//! ```text
//! cargo run --release -p meetgate-sandbox --example load -- [SECONDS] [CONNECTIONS] [COMMAND]
//! ```
//! Calls `avd.room.read` for so many seconds (10) over so many kept-alive connections (8). With COMMAND, the path of the
//! `meetgate-sandbox` command, against a sandbox in a process of its own, which is what to measure; without, in this one.
//! The sandbox serves on one thread, so "calls per second of its processor time" is what one core does.

use meetgate_sandbox::{Options, Sandbox};
use serde_json::Value;
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ROOM: &str = "12345123456";

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let seconds: u64 = arguments.next().map_or(Ok(10), |text| text.parse())?;
    let connections: usize = arguments.next().map_or(Ok(8), |text| text.parse())?;
    let target = Target::start(arguments.next())?;
    let configurations = target.configurations();
    let text = |name: &str| {
        configurations
            .pointer(&format!("/avd/{name}"))
            .and_then(Value::as_str)
            .map(str::to_owned)
            .ok_or("no such setting")
    };
    let address = text("base_url")?.trim_start_matches("http://").to_owned();
    let request = request(&address, &text("access_key")?, &text("secret_key")?)?;

    // The record fills first: what is measured is the steady state.
    call_for(Duration::from_secs(1), 1, &address, &request)?;
    let before = target.usage();
    let started = Instant::now();
    let calls = call_for(Duration::from_secs(seconds), connections, &address, &request)?;
    let spent = started.elapsed().as_secs_f64();
    let after = target.usage();

    println!("{calls} calls in {spent:.1} s over {connections} connections: {:.0} calls/s", calls as f64 / spent);
    match (before, after) {
        (Some(before), Some(after)) => {
            let busy = after.processor_s - before.processor_s;
            println!("processor time {busy:.1} s: {:.0} calls per second of it", calls as f64 / busy.max(0.01));
            println!("resident size {} KiB at the start, {} KiB at the end", before.resident_kib, after.resident_kib);
        }
        _ => println!("resident size and processor time: only known on Linux"),
    }
    target.stop();
    Ok(())
}

/// The sandbox under load.
enum Target {
    Here(Box<Sandbox>),
    There(Child, Value),
}

impl Target {
    fn start(command: Option<String>) -> Outcome<Self> {
        let Some(command) = command else {
            return Ok(Self::Here(Box::new(Sandbox::start(Options::default())?)));
        };
        let mut child = Command::new(command).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        Ok(Self::There(child, serde_json::from_str(&line)?))
    }

    fn configurations(&self) -> Value {
        match self {
            Self::Here(sandbox) => sandbox.configurations(),
            Self::There(_, configurations) => configurations.clone(),
        }
    }

    fn usage(&self) -> Option<Usage> {
        Usage::of(&match self {
            Self::Here(_) => "self".to_owned(),
            Self::There(child, _) => child.id().to_string(),
        })
    }

    fn stop(self) {
        if let Self::There(mut child, _) = self {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

struct Usage {
    resident_kib: u64,
    processor_s: f64,
}

impl Usage {
    /// As Linux tells it.
    fn of(process: &str) -> Option<Self> {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // After the name in brackets; user and system time are the 14th and 15th field of all, in hundredths of a second.
        let (_, fields) = stat.rsplit_once(')')?;
        let ticks: f64 = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
        Some(Self { resident_kib: resident.split_whitespace().next()?.parse().ok()?, processor_s: ticks / 100.0 })
    }
}

/// A call of `avd.room.read`, with a token of its own.
fn request(address: &str, access_key: &str, secret_key: &str) -> Outcome<String> {
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let keys = encode(&[("access_key", access_key), ("secret_key", secret_key)]);
    let mut line = BufReader::new(TcpStream::connect(address)?);
    let answer = call(&mut line, &get(&format!("/sdkapi/v2/app/get_token?{keys}")))?;
    let answer: Value = serde_json::from_slice(&answer)?;
    let token = answer.get("token").and_then(Value::as_str).ok_or("no token")?;
    Ok(get(&format!("/sdkapi/v2/room/read?{}", encode(&[("token", token), ("room_id", ROOM)]))))
}

fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// How many calls were answered.
fn call_for(time: Duration, connections: usize, address: &str, request: &str) -> Outcome<u64> {
    let over = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = (0..connections)
        .map(|_| {
            let (over, address, request) = (Arc::clone(&over), address.to_owned(), request.to_owned());
            std::thread::spawn(move || -> Outcome<u64> {
                let socket = TcpStream::connect(address)?;
                socket.set_nodelay(true)?;
                let mut line = BufReader::new(socket);
                let mut calls = 0;
                while !over.load(Ordering::Relaxed) {
                    let answer = call(&mut line, &request)?;
                    if !answer.windows(7).any(|part| part == b"\"ret\":0") {
                        return Err(String::from_utf8_lossy(&answer).into());
                    }
                    calls += 1;
                }
                Ok(calls)
            })
        })
        .collect();
    std::thread::sleep(time);
    over.store(true, Ordering::Relaxed);
    let mut calls = 0;
    for thread in threads {
        calls += thread.join().map_err(|_| "a caller panicked")??;
    }
    Ok(calls)
}

/// One call on a connection that stays open; the answer's body.
fn call(line: &mut BufReader<TcpStream>, request: &str) -> Outcome<Vec<u8>> {
    line.get_mut().write_all(request.as_bytes())?;
    let mut length = 0;
    let mut header = String::new();
    loop {
        header.clear();
        if line.read_line(&mut header)? == 0 {
            return Err("the sandbox hung up".into());
        }
        if header == "\r\n" {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    line.read_exact(&mut body)?;
    Ok(body)
}
