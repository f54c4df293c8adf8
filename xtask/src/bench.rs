//! `cargo xtask bench`: how fast the library is beside what a program would write without it. Nothing here passes or fails: what
//! is below its floor is marked.

use crate::catalog::Result;
use crate::dist;
use crate::prerequisites;
use crate::server::Server;
use crate::workspace::{Workspace, run};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::{Command, Stdio};

const PARTS: &str = "\
usage: cargo xtask bench <part> [rounds]

  csharp    the C# library beside HttpClient and System.Text.Json; 15 rounds unless said, which take two minutes";

/// So few rounds say nothing.
const FEWEST_ROUNDS: u32 = 5;
const ROUNDS: u32 = 15;

pub fn run_bench(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    match arguments {
        [] => println!("{PARTS}"),
        ["csharp"] => csharp(workspace, ROUNDS)?,
        ["csharp", rounds] => match rounds.parse() {
            Ok(rounds) if rounds >= FEWEST_ROUNDS => csharp(workspace, rounds)?,
            _ => return Err(format!("expected at least {FEWEST_ROUNDS} rounds, got {rounds}").into()),
        },
        _ => return Err(PARTS.into()),
    }
    Ok(())
}

fn csharp(workspace: &Workspace, rounds: u32) -> Result<()> {
    let dotnet = prerequisites::dotnet(workspace)?;
    eprintln!("== building the library, the server and the bench");
    let library = dist::build(workspace)?;
    workspace.cargo(["build", "--release", "--package", "meetgate-sandbox", "--example", "answerer"])?;
    let mut build = dotnet.command(["build", "--nologo", "--verbosity", "quiet", "--configuration", "Release"]);
    run(build.arg(workspace.root.join("bindings/csharp/bench")))?;

    // Its first line says where it is, and which token it takes.
    let server = Server::start(&mut Command::new(workspace.target.join("release/examples/answerer")))?;
    eprintln!("== measuring, {rounds} rounds");
    let mut bench = dotnet.command([]);
    bench
        .arg(workspace.target.join("dotnet/bin/bench/release/bench.dll"))
        .arg(&server.first_line)
        .arg(rounds.to_string());
    bench.env("MEETGATE_LIBRARY", library).stderr(Stdio::inherit());
    for switch in ["gcServer", "gcConcurrent", "TieredPGO", "TieredCompilation", "ReadyToRun"] {
        bench.env_remove(format!("DOTNET_{switch}"));
    }
    let output = bench.output()?;
    if !output.status.success() {
        return Err(format!("the bench failed: {}", output.status).into());
    }
    let measured: Measured = serde_json::from_slice(&output.stdout)?;
    println!("{}\n\n{}", measured.about, table(&measured.rounds)?);
    Ok(())
}

/// What the C# program prints.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    about: String,
    /// A figure of each round, in order: `sync_us.meetgate`.
    rounds: BTreeMap<String, Vec<f64>>,
}

/// What is compared with the bar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Judged {
    /// Our speed as a part of theirs: times are turned round.
    Speed,
    /// What we take, or beyond the bare call: the less the better.
    Amount,
    /// Only shown.
    Not,
}

struct Row {
    title: &'static str,
    /// Of the figures `<figure>.<side>`.
    figure: &'static str,
    ours: &'static str,
    theirs: &'static str,
    judged: Judged,
    floor: f64,
    goal: f64,
}

const MEETGATE: &str = "meetgate";
const HTTP_CLIENT: &str = "httpclient";
const BARE: &str = "bare";

const ROWS: [Row; 14] = [
    Row::speed("synchronous, p50 µs", "sync_us", 1.1, 1.6),
    Row::speed("awaited, p50 µs", "awaited_us", 1.0, 1.2),
    Row::speed("8 threads, calls/s", "threads_8_rate", 1.0, 1.3),
    Row::speed("64 awaited at once, calls/s", "awaited_64_rate", 1.0, 1.3),
    Row::amount("garbage of a synchronous call, bytes", "sync_garbage", HTTP_CLIENT, 1500.0, 800.0),
    Row::amount("the binding's own time, µs", "sync_us", BARE, 6.0, 3.0),
    Row::shown("garbage of an awaited call, bytes", "awaited_garbage", MEETGATE),
    Row::shown("processor time of a synchronous call, µs", "sync_cpu_us", MEETGATE),
    Row::shown("processor time of an awaited call, µs", "awaited_cpu_us", MEETGATE),
    Row::shown("processor time of a call, 8 threads, µs", "threads_8_cpu_us", MEETGATE),
    Row::shown("processor time of a call, 64 awaited, µs", "awaited_64_cpu_us", MEETGATE),
    Row::shown("the C function alone, p50 µs", "sync_us", BARE),
    Row::shown("the C function alone, processor time, µs", "sync_cpu_us", BARE),
    Row::shown("the C function alone, 8 threads, calls/s", "threads_8_rate", BARE),
];

impl Row {
    const fn speed(title: &'static str, figure: &'static str, floor: f64, goal: f64) -> Row {
        Row { title, figure, ours: MEETGATE, theirs: HTTP_CLIENT, judged: Judged::Speed, floor, goal }
    }

    const fn amount(title: &'static str, figure: &'static str, theirs: &'static str, floor: f64, goal: f64) -> Row {
        Row { title, figure, ours: MEETGATE, theirs, judged: Judged::Amount, floor, goal }
    }

    const fn shown(title: &'static str, figure: &'static str, ours: &'static str) -> Row {
        Row { title, figure, ours, theirs: HTTP_CLIENT, judged: Judged::Not, floor: 0.0, goal: 0.0 }
    }

    /// The more the better.
    fn is_rate(&self) -> bool {
        self.figure.ends_with("_rate")
    }
}

/// The rows as Markdown, for docs/performance.md.
fn table(rounds: &BTreeMap<String, Vec<f64>>) -> Result<String> {
    let mut out = String::from(
        "| | meetgate | HttpClient | speed, median (of all rounds) | floor | goal | |\n|---|---|---|---|---|---|---|\n",
    );
    for row in &ROWS {
        writeln!(out, "{}", row.line(rounds)?)?;
    }
    Ok(out)
}

impl Row {
    fn line(&self, rounds: &BTreeMap<String, Vec<f64>>) -> Result<String> {
        let side = |side: &str| {
            let name = format!("{}.{side}", self.figure);
            rounds.get(&name).filter(|values| !values.is_empty()).ok_or_else(|| format!("{name} was not measured"))
        };
        let (ours, theirs) = (side(self.ours)?, side(self.theirs)?);
        if self.theirs != HTTP_CLIENT {
            let beyond: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours - theirs).collect();
            let beyond = median(&beyond);
            return Ok(self.cells([number(beyond), String::new(), String::new()], beyond));
        }
        let speeds =
            ours.iter().zip(theirs).map(|(ours, theirs)| if self.is_rate() { ours / theirs } else { theirs / ours });
        let speeds: Vec<f64> = speeds.collect();
        let (ours, theirs, speed) = (median(ours), median(theirs), median(&speeds));
        let (least, most) =
            speeds.iter().fold((f64::MAX, f64::MIN), |(least, most), it| (least.min(*it), most.max(*it)));
        let shown = match self.judged {
            Judged::Amount => String::new(),
            _ => format!("{speed:.2} ({least:.2} to {most:.2})"),
        };
        let judged = if self.judged == Judged::Amount { ours } else { speed };
        Ok(self.cells([number(ours), number(theirs), shown], judged))
    }

    fn cells(&self, [ours, theirs, speed]: [String; 3], judged: f64) -> String {
        let (floor, goal, word) = match self.judged {
            Judged::Not => (String::new(), String::new(), ""),
            _ => (self.floor.to_string(), self.goal.to_string(), self.verdict(judged)),
        };
        format!("| {} | {ours} | {theirs} | {speed} | {floor} | {goal} | {word} |", self.title)
    }

    fn verdict(&self, judged: f64) -> &'static str {
        let meets = |bar: f64| if self.judged == Judged::Amount { judged <= bar } else { judged >= bar };
        match (meets(self.goal), meets(self.floor)) {
            (true, _) => "goal",
            (_, true) => "floor",
            _ => "**below the floor**",
        }
    }
}

fn number(value: f64) -> String {
    if value.abs() < 100.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (Some(upper), 0) => (sorted.get(middle - 1).unwrap_or(upper) + upper) / 2.0,
        (Some(value), _) => *value,
        (None, _) => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(figures: &[(&str, &[f64])]) -> BTreeMap<String, Vec<f64>> {
        figures.iter().map(|(name, values)| ((*name).to_owned(), values.to_vec())).collect()
    }

    fn line(title: &str, figures: &[(&str, &[f64])]) -> String {
        ROWS.iter().find(|row| row.title.starts_with(title)).unwrap().line(&rounds(figures)).unwrap()
    }

    #[test]
    fn a_time_is_a_speed_and_each_round_is_compared_with_itself() {
        let figures =
            [("sync_us.meetgate", &[50.0, 100.0, 20.0][..]), ("sync_us.httpclient", &[60.0, 150.0, 26.0][..])];
        assert_eq!(
            line("synchronous", &figures),
            "| synchronous, p50 µs | 50.0 | 60.0 | 1.30 (1.20 to 1.50) | 1.1 | 1.6 | floor |"
        );
    }

    #[test]
    fn more_calls_are_better_and_less_garbage_is() {
        let rates = |ours: f64| {
            line("8 threads", &[("threads_8_rate.meetgate", &[ours]), ("threads_8_rate.httpclient", &[20_000.0])])
        };
        assert!(rates(26_000.0).ends_with("| 1.30 (1.30 to 1.30) | 1 | 1.3 | goal |"), "{}", rates(26_000.0));
        assert!(rates(19_000.0).ends_with("| **below the floor** |"), "{}", rates(19_000.0));
        let garbage = |ours: f64| {
            line("garbage of a sync", &[("sync_garbage.meetgate", &[ours]), ("sync_garbage.httpclient", &[3000.0])])
        };
        assert!(garbage(700.0).ends_with("| goal |"), "{}", garbage(700.0));
        assert!(garbage(1501.0).ends_with("| **below the floor** |"), "{}", garbage(1501.0));
    }

    #[test]
    fn the_bindings_own_time_is_what_it_takes_beyond_the_bare_call() {
        let figures = [("sync_us.meetgate", &[50.0, 52.0][..]), ("sync_us.bare", &[46.0, 50.0][..])];
        assert_eq!(line("the binding", &figures), "| the binding's own time, µs | 3.0 |  |  | 6 | 3 | goal |");
    }

    #[test]
    fn a_figure_that_is_not_there_is_no_row() {
        assert!(table(&BTreeMap::new()).unwrap_err().to_string().contains("was not measured"));
    }
}
