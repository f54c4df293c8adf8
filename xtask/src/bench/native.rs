//! The C library beside libcurl with cJSON, and beside raw sockets.

use super::build;
use super::footprint;
use super::growth;
use super::lab::{LARGE, Lab, Scene, Trust, Who, Work};
use super::limits;
use super::options::Effort;
use super::page;
use super::row::{Bar, Rounds, Row, Value, faster, figure, share};
use super::speed::{self, Field};
use crate::catalog::Result;
use crate::workspace::Workspace;
use std::time::Instant;

/// Kept, because several rows are made of it.
type Taken = std::result::Result<Rounds, String>;

type Measure = fn(&Lab) -> Vec<Row>;

pub fn measure(workspace: &Workspace, effort: Effort) -> Result<(String, Vec<Row>)> {
    let lab = Lab::open(workspace, build::build(workspace)?, effort)?;
    let mut rows = Vec::new();
    let parts: [(&str, Measure); 7] = [
        ("one caller", sequential),
        ("many threads", threads),
        ("long answers and uploads", long),
        ("the first call", cold_start),
        ("memory, system calls, allocations, size", footprint::rows),
        ("time limits", limits::rows),
        ("how cost grows", growth::rows),
    ];
    for (what, measure) in parts {
        let start = Instant::now();
        rows.extend(measure(&lab));
        eprintln!("== measured: {what}, {} s", start.elapsed().as_secs());
    }
    let peers = [Who::Curl, Who::SystemCurl]
        .map(|who| version(&lab, who).unwrap_or_else(|why| format!("not beside {}: {why}", who.name())));
    Ok((page::about(effort, &peers.join(", "))?, rows))
}

fn version(lab: &Lab, who: Who) -> Result<String> {
    let told = lab.start(who, &Scene::new(Work::Read, Trust::Plain))?.tell("version")?;
    Ok(told.text("version").ok_or("it tells no version")?.to_owned())
}

/// The speed of us beside libcurl, from times.
pub fn speeds(rounds: &Rounds, name: &str) -> Result<Value> {
    Ok(Value::speed(figure(rounds, &format!("{name}.ours"))?, figure(rounds, &format!("{name}.curl"))?))
}

/// Our part of what libcurl has.
pub fn parts(rounds: &Rounds, name: &str) -> Result<Value> {
    Ok(Value::part(figure(rounds, &format!("{name}.ours"))?, figure(rounds, &format!("{name}.curl"))?))
}

fn sequential(lab: &Lab) -> Vec<Row> {
    use Who::{Curl, Ours, Raw, SystemCurl};
    let measured = |work, trust, who: &[Who]| -> Taken {
        let field = Field::of(lab, &Scene::new(work, trust), who);
        field.and_then(|field| speed::sequential(lab, field)).map_err(|problem| problem.to_string())
    };
    let get = measured(Work::Read, Trust::Plain, &[Ours, Curl, Raw]);
    let post = measured(Work::Query, Trust::Plain, &[Ours, Curl, Raw]);
    let tls_get = measured(Work::Read, Trust::OneCa, &[Ours, Curl]);
    let tls_post = measured(Work::Query, Trust::OneCa, &[Ours, Curl]);
    let system = measured(Work::Read, Trust::Plain, &[Ours, SystemCurl]);
    let system_tls = measured(Work::Read, Trust::OneCa, &[Ours, SystemCurl]);

    let one = |rounds: &Taken, value: &dyn Fn(&Rounds) -> Result<Value>| {
        rounds.as_ref().map_err(|why| why.clone().into()).and_then(value)
    };
    let p50 = |rounds| one(rounds, &|rounds| speeds(rounds, "p50"));
    // Both calls, one after the other, as one.
    let both = |get: &Taken, post, value: fn(&Rounds, &str) -> Result<Value>, name| {
        one(get, &|get| one(post, &|post| value(&sum(get, post), name)))
    };
    let against = |rounds, name: &'static str| {
        one(rounds, &|rounds| Ok(Value::part(figure(rounds, "p50.ours")?, figure(rounds, name)?)))
    };
    let system_speed =
        |rounds| one(rounds, &|rounds| Ok(Value::speed(figure(rounds, "p50.ours")?, figure(rounds, "p50.system")?)));
    vec![
        Row::new("sequential plain, p50 µs", faster(1.2, 1.4), both(&get, &post, speeds, "p50")),
        Row::new("sequential TLS, p50 µs", faster(1.1, 1.5), both(&tls_get, &tls_post, speeds, "p50")),
        Row::new("cpu plain per call, µs", share(0.70, 0.58), both(&get, &post, parts, "cpu")),
        Row::new("cpu TLS per call, µs", share(0.68, 0.56), both(&tls_get, &tls_post, parts, "cpu")),
        Row::new("sequential GET, plain, p50 µs", faster(1.2, 1.5), p50(&get)),
        Row::new("sequential POST, plain, p50 µs", faster(1.2, 1.5), p50(&post)),
        Row::new("time of raw sockets, GET plain, p50 µs", share(1.6, 1.3), against(&get, "p50.raw")),
        Row::new("time of raw sockets, POST plain, p50 µs", Bar::None, against(&post, "p50.raw")),
        Row::new("sequential GET, TLS, p50 µs", Bar::None, p50(&tls_get)),
        Row::new("sequential POST, TLS, p50 µs", Bar::None, p50(&tls_post)),
        Row::new("sequential GET, plain, the system's libcurl, p50 µs", Bar::None, system_speed(&system)),
        Row::new("sequential GET, TLS, the system's libcurl, p50 µs", Bar::None, system_speed(&system_tls)),
    ]
}

/// Figure by figure and round by round.
fn sum(left: &Rounds, right: &Rounds) -> Rounds {
    let added = left.iter().filter_map(|(key, left)| {
        let right = right.get(key)?;
        Some((key.clone(), left.iter().zip(right).map(|(left, right)| left + right).collect()))
    });
    added.collect()
}

fn threads(lab: &Lab) -> Vec<Row> {
    /// Where libcurl's own p99 is more, it is the machine that is measured.
    const CALM_US: f64 = 6000.0;
    let mut rows = Vec::new();
    let bars = [
        (8, Trust::Plain, "plain", faster(1.25, 1.35)),
        (8, Trust::OneCa, "TLS", faster(1.4, 1.7)),
        (64, Trust::Plain, "plain", faster(1.2, 1.4)),
        (64, Trust::OneCa, "TLS", faster(1.3, 1.8)),
    ];
    for (count, trust, name, bar) in bars {
        let scene = Scene::new(Work::Read, trust);
        let rounds = speed::threads(lab, &scene, &[Who::Ours, Who::Curl], count).map_err(|problem| problem.to_string());
        let of = |figure| rounds.clone().map_err(Into::into).and_then(|rounds| parts(&rounds, figure));
        rows.push(Row::new(format!("threads {count} {name}, calls/s"), bar, of("rate")));
        if count == 64 {
            let p99 = of("p99").and_then(|value| match value.peer {
                Some(peer) if peer > CALM_US => {
                    Err(format!("libcurl's own is {peer:.0} µs: the machine is busy").into())
                }
                _ => Ok(value),
            });
            rows.push(Row::new(format!("threads {count} {name}, p99 µs"), share(1.0, 0.7), p99));
        }
    }
    rows
}

fn long(lab: &Lab) -> Vec<Row> {
    let row = |name: &str, bar, scene: Scene, calls| {
        let rounds = speed::long(lab, &scene, &[Who::Ours, Who::Curl], calls);
        Row::new(name, bar, rounds.and_then(|rounds| speeds(&rounds, "p50")))
    };
    let read = |trust| Scene::new(Work::Read, trust);
    let large = format!("text-{LARGE}");
    vec![
        row("1 MB answer, p50 µs", faster(5.0, 6.5), read(Trust::Plain).wishing("rows-1000000"), 5),
        row("50 MB up, plain, p50 µs", faster(1.0, 1.2), Scene::new(Work::Upload, Trust::Plain), 1),
        row("50 MB down, plain, p50 µs", faster(1.0, 1.2), read(Trust::Plain).wishing(&large), 1),
        row("50 MB up, TLS, p50 µs", faster(0.9, 1.0), Scene::new(Work::Upload, Trust::OneCa), 1),
        row("50 MB down, TLS, p50 µs", faster(0.9, 1.0), read(Trust::OneCa).wishing(&large), 1),
        row(
            "50 MB down, plain, their answer not read as JSON, p50 µs",
            Bar::None,
            read(Trust::Plain).wishing(&large).with("parse=no"),
            1,
        ),
    ]
}

fn cold_start(lab: &Lab) -> Vec<Row> {
    let row = |name: &str, bar, trust| {
        let rounds = speed::cold_start(lab, &Scene::new(Work::Read, trust), &[Who::Ours, Who::Curl]);
        Row::new(name, bar, rounds.and_then(|rounds| speeds(&rounds, "first")))
    };
    vec![
        row("cold start to first answer, TLS, one CA, µs", faster(2.5, 3.0), Trust::OneCa),
        row("cold start to first answer, TLS, system bundle, µs", faster(5.0, 6.5), Trust::Bundle),
        row("cold start to first answer, plain, µs", Bar::None, Trust::Plain),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_calls_are_added_round_by_round() {
        let rounds = |values: &[f64]| Rounds::from([("p50.ours".to_owned(), values.to_vec())]);
        assert_eq!(sum(&rounds(&[1.0, 2.0]), &rounds(&[10.0, 20.0])), rounds(&[11.0, 22.0]));
        assert_eq!(sum(&rounds(&[1.0]), &Rounds::new()), Rounds::new());
    }
}
