//! What the library takes: memory, system calls, allocations, room on disk.

use super::contender::Contender;
use super::lab::{Lab, Scene, Trust, Who, Work};
use super::row::{Row, Value, limit};
use crate::catalog::Result;
use crate::prerequisites::STRACE;
use std::fs;
use std::path::Path;
use std::process::Command;

const MEGA: f64 = 1e6;

pub fn rows(lab: &Lab) -> Vec<Row> {
    let read = Scene::new(Work::Read, Trust::Plain);
    let query = Scene::new(Work::Query, Trust::Plain);
    let tls = Scene::new(Work::Read, Trust::OneCa);
    let slow = tls.clone().wishing(SLOWLY);
    let upload = Scene::new(Work::Upload, Trust::Plain);
    let size = |file: &Path| Ok(Value::alone(fs::metadata(file)?.len() as f64 / MEGA));
    vec![
        Row::new("syscalls per call, GET", limit(3.0, 3.0), beside(lab, &read, system_calls)),
        Row::new("allocations per call, GET", limit(40.0, 30.0), beside(lab, &read, allocations)),
        Row::new("allocations per call, POST", limit(48.0, 40.0), beside(lab, &query, allocations)),
        Row::new("client_new at 10,000 clients, µs", limit(20.0, 10.0), clients(lab, 10_000, "new_us")),
        Row::new("an idle client, KB", limit(4.0, 2.0), clients(lab, 10_000, "bytes").map(in_kilobytes)),
        Row::new("an idle kept connection, plain, KB", limit(64.0, 36.0), connection(lab, Trust::Plain)),
        Row::new("an idle kept connection, TLS, KB", limit(64.0, 36.0), connection(lab, Trust::OneCa)),
        Row::new("rss after one TLS call, MB", limit(6.0, 4.0), beside(lab, &tls, after_one)),
        Row::new("rss with 64 connections, TLS, MB", limit(12.0, 10.0), beside(lab, &slow, with_many)),
        Row::new("rss during a 50 MB transfer, MB", limit(7.0, 5.0), beside(lab, &upload, uploading)),
        Row::new("size of the stripped .so, small build, MB", limit(2.0, 1.7), size(&lab.built.small_library)),
        Row::new("size of the stripped .so, fast build, MB", limit(2.6, 2.1), size(&lab.built.library)),
    ]
}

/// The same of libcurl with cJSON, where it was built.
fn beside(lab: &Lab, scene: &Scene, measure: fn(&Lab, &Scene, Who) -> Result<f64>) -> Result<Value> {
    let ours = measure(lab, scene, Who::Ours)?;
    Ok(match measure(lab, scene, Who::Curl) {
        Ok(peer) => Value::beside(ours, peer),
        Err(_) => Value::alone(ours),
    })
}

/// Of two runs, so that what a program does before and after its calls is not counted.
fn system_calls(lab: &Lab, scene: &Scene, who: Who) -> Result<f64> {
    const FEW: u32 = 100;
    const MANY: u32 = 1100;
    STRACE.provide()?;
    let of = |calls: u32| -> Result<f64> {
        let plain = lab.command(who, scene)?;
        let mut traced = Command::new("strace");
        traced.args(["-f", "-qq", "-c", "-U", "calls,name", "-o"]).arg(lab.file("strace")).arg(plain.get_program());
        let mut contender = Contender::start(traced.args(plain.get_args()))?;
        contender.calls(calls)?;
        contender.end()?;
        total(&fs::read_to_string(lab.file("strace"))?)
    };
    // One more in a thousand calls is the driver's own.
    let each = (of(MANY)? - of(FEW)?) / f64::from(MANY - FEW);
    Ok((each * 100.0).round() / 100.0)
}

/// The last line of strace's summary.
fn total(summary: &str) -> Result<f64> {
    let line = summary.lines().rev().find(|line| line.trim_end().ends_with("total"));
    let count = line.and_then(|line| line.split_whitespace().next()).and_then(|count| count.parse().ok());
    Ok(count.ok_or_else(|| format!("strace tells no total: {summary}"))?)
}

fn allocations(lab: &Lab, scene: &Scene, who: Who) -> Result<f64> {
    let mut contender = lab.start_counting(who, scene)?;
    contender.calls(50)?;
    contender.tell("allocations 1000")?.get("allocations")
}

/// Of our library alone: libcurl has nothing like an account.
pub fn clients(lab: &Lab, count: u32, figure: &str) -> Result<Value> {
    // The count of bytes slows what is measured in time.
    let scene = Scene::new(Work::Read, Trust::Plain);
    let counting = figure == "bytes";
    let mut contender = if counting { lab.start_counting(Who::Ours, &scene)? } else { lab.start(Who::Ours, &scene)? };
    Ok(Value::alone(contender.tell(&format!("clients {count}"))?.get(figure)?))
}

fn in_kilobytes(value: Value) -> Value {
    Value { ours: value.ours / 1e3, ..value }
}

const MANY_CONNECTIONS: u32 = 64;
/// So slow that all connections are needed at the same time.
const SLOWLY: &str = "delay-300";

/// What each connection holds after its call, of our library alone: a handle of libcurl is more than a connection.
fn connection(lab: &Lab, trust: Trust) -> Result<Value> {
    let mut contender = lab.start_counting(Who::Ours, &Scene::new(Work::Read, trust).wishing(SLOWLY))?;
    contender.calls(1)?;
    let before = contender.tell("held")?;
    contender.tell(&format!("connections {MANY_CONNECTIONS}"))?;
    let after = contender.tell("held")?;
    let opened = after.get("sockets")? - before.get("sockets")?;
    if opened < f64::from(MANY_CONNECTIONS) / 2.0 {
        return Err(format!("only {opened} connections were kept").into());
    }
    Ok(Value::alone((after.get("bytes")? - before.get("bytes")?) / opened / 1e3))
}

fn megabytes(contender: &mut Contender, figure: &str) -> Result<f64> {
    Ok(contender.tell("rss")?.get(figure)? * 1024.0 / MEGA)
}

fn after_one(lab: &Lab, scene: &Scene, who: Who) -> Result<f64> {
    let mut contender = lab.start(who, scene)?;
    contender.calls(1)?;
    megabytes(&mut contender, "now_kb")
}

fn with_many(lab: &Lab, scene: &Scene, who: Who) -> Result<f64> {
    let mut contender = lab.start(who, scene)?;
    contender.tell(&format!("connections {MANY_CONNECTIONS}"))?;
    megabytes(&mut contender, "now_kb")
}

fn uploading(lab: &Lab, scene: &Scene, who: Who) -> Result<f64> {
    let mut contender = lab.start(who, scene)?;
    contender.calls(1)?;
    megabytes(&mut contender, "most_kb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straces_total_is_in_its_last_line() {
        let summary = "    calls syscall\n--------- ----------------\n     1100 sendto\n        7 read\n--------- ----------------\n     1107 total\n";
        assert_eq!(total(summary).unwrap(), 1107.0);
        assert!(total("").unwrap_err().to_string().contains("no total"));
    }
}
