//! The C# library beside HttpClient with System.Text.Json, in one program (bindings/csharp/bench).

use super::build;
use super::options::Effort;
use super::page;
use super::row::{Bar, Rounds, Row, Value, faster, figure, limit};
use crate::catalog::Result;

use crate::prerequisites;
use crate::server::Server;
use crate::workspace::{Workspace, run};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};

/// What the C# and the Python program print.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    pub about: String,
    pub rounds: Rounds,
    /// Why a figure is not there.
    #[serde(default)]
    pub missing: BTreeMap<String, String>,
}

pub fn measure(workspace: &Workspace, effort: Effort) -> Result<(String, Vec<Row>)> {
    let dotnet = prerequisites::dotnet(workspace)?;
    eprintln!("== building the C# library and its bench");
    let library = build::library(workspace)?;
    let server = build::server(workspace)?;
    let mut build = dotnet.command(["build", "--nologo", "--verbosity", "quiet", "--configuration", "Release"]);
    // Its output is not a part of the tables.
    run(build.arg(workspace.root.join("bindings/csharp/bench")).stdout(Stdio::null()))?;

    // Its first line says where it is, and which token it takes.
    let server = Server::start(&mut Command::new(server))?;
    eprintln!("== measuring: C#, {} rounds", effort.rounds);
    let mut bench = dotnet.command([]);
    bench
        .arg(workspace.target.join("dotnet/bin/bench/release/bench.dll"))
        .arg(&server.first_line)
        .arg(effort.rounds.to_string());
    bench.env("MEETGATE_LIBRARY", library).stderr(Stdio::inherit());
    for switch in ["gcServer", "gcConcurrent", "TieredPGO", "TieredCompilation", "ReadyToRun"] {
        bench.env_remove(format!("DOTNET_{switch}"));
    }
    let output = bench.output()?;
    if !output.status.success() {
        return Err(format!("the bench failed: {}", output.status).into());
    }
    let measured: Measured = serde_json::from_slice(&output.stdout)?;
    Ok((page::about(effort, &measured.about)?, rows(&measured.rounds)))
}

fn rows(rounds: &Rounds) -> Vec<Row> {
    let meetgate = |name: &str| figure(rounds, &format!("{name}.meetgate"));
    let bare = |name: &str| figure(rounds, &format!("{name}.bare"));
    let peer = |name: &str| figure(rounds, &format!("{name}.httpclient"));
    let speed = |name| Ok(Value::speed(meetgate(name)?, peer(name)?));
    let rate = |name| Ok(Value::part(meetgate(name)?, peer(name)?));
    let bare_speed = |name| Ok(Value::speed(bare(name)?, peer(name)?));
    vec![
        Row::new("synchronous, p50 µs", faster(1.1, 1.6), speed("sync_us")),
        Row::new("awaited, p50 µs", faster(1.0, 1.2), speed("awaited_us")),
        Row::new("8 threads, calls/s", faster(1.0, 1.3), rate("threads_8_rate")),
        Row::new("64 awaited at once, calls/s", faster(1.0, 1.3), rate("awaited_64_rate")),
        Row::new("garbage of a synchronous call, bytes", limit(1500.0, 800.0), speed("sync_garbage")),
        Row::new("the binding's own time, µs", limit(6.0, 3.0), beyond(rounds)),
        Row::new("garbage of an awaited call, bytes", Bar::None, speed("awaited_garbage")),
        Row::new("processor time of a synchronous call, µs", Bar::None, speed("sync_cpu_us")),
        Row::new("processor time of an awaited call, µs", Bar::None, speed("awaited_cpu_us")),
        Row::new("processor time of a call, 8 threads, µs", Bar::None, speed("threads_8_cpu_us")),
        Row::new("processor time of a call, 64 awaited, µs", Bar::None, speed("awaited_64_cpu_us")),
        Row::new("the C function alone, p50 µs", Bar::None, bare_speed("sync_us")),
        Row::new("the C function alone, processor time, µs", Bar::None, bare_speed("sync_cpu_us")),
        Row::new(
            "the C function alone, 8 threads, calls/s",
            Bar::None,
            bare("threads_8_rate").and_then(|bare| Ok(Value::part(bare, peer("threads_8_rate")?))),
        ),
    ]
}

/// What the synchronous call takes beyond the C function alone, in the same round.
fn beyond(rounds: &Rounds) -> Result<Value> {
    Ok(Value::beyond(figure(rounds, "sync_us.meetgate")?, figure(rounds, "sync_us.bare")?))
}

#[cfg(test)]
mod tests {
    use super::super::row::Verdict;
    use super::*;

    fn row(name: &str, figures: &[(&str, &[f64])]) -> Row {
        let rounds = figures.iter().map(|(name, values)| ((*name).to_owned(), values.to_vec())).collect();
        rows(&rounds).into_iter().find(|row| row.name.starts_with(name)).unwrap()
    }

    #[test]
    fn more_calls_are_better_and_less_garbage_is() {
        let rates = |ours: f64| {
            row("8 threads", &[("threads_8_rate.meetgate", &[ours]), ("threads_8_rate.httpclient", &[20_000.0])])
                .verdict()
        };
        assert_eq!(rates(26_000.0), Verdict::Goal);
        assert_eq!(rates(19_000.0), Verdict::Below);
        let garbage = |ours: f64| {
            row("garbage of a sync", &[("sync_garbage.meetgate", &[ours]), ("sync_garbage.httpclient", &[3000.0])])
                .verdict()
        };
        assert_eq!(garbage(700.0), Verdict::Goal);
        assert_eq!(garbage(1501.0), Verdict::Below);
    }

    #[test]
    fn the_bindings_own_time_is_what_it_takes_beyond_the_bare_call() {
        let figures = [("sync_us.meetgate", &[50.0, 52.0][..]), ("sync_us.bare", &[46.0, 50.0][..])];
        assert_eq!(row("the binding", &figures).value, Ok(Value::alone(3.0)));
    }

    #[test]
    fn a_figure_that_is_not_there_is_told() {
        assert!(row("awaited", &[]).value.unwrap_err().contains("awaited_us.meetgate was not measured"));
    }
}
