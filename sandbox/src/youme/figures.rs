//! The daily figures: trend, distribution, quality (002 L452-L763). All are sums over the same calls that the record
//! queries list.

use super::arguments::Body;
use super::refusal::Answer;
use super::world::{Call, Terminal, World};
use crate::calendar::DAY_S;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashSet};

/// The documents do not say how fine the ticks are; hours here.
const TICK_S: i64 = 3600;

/// `count_business_total_volume_by_day` (002 L454-L536). `CountBy`: 1 call duration, 2 rooms, 3 most people online at once,
/// 4 callers; 0 all four, one after the other, in rows that do not say which they are (Y14).
pub(crate) fn total_volume(world: &World, body: &Body) -> Answer {
    let kind = body.count_by(0..=4)?;
    let day = body.date()?;
    let kinds = if kind == 0 { 1..=4 } else { kind..=kind };
    let ticks = ticks(world, day);
    let mut rows = Vec::new();
    for kind in kinds {
        for tick in &ticks {
            let calls = calls_during(world, *tick, tick + TICK_S);
            let volume = match kind {
                1 => json!(seconds_within(&calls, *tick, tick + TICK_S)),
                2 => json!(rooms(&calls)),
                3 => json!(peak(&calls, *tick, tick + TICK_S)),
                _ => json!(callers(&calls)),
            };
            rows.push(json!({"TickTime": tick.to_string(), "Volume": volume}));
        }
    }
    Ok(single("TrendData", rows))
}

/// `count_business_distribute_volume_by_day` (002 L538-L643). `CountBy`: 1 country, 2 province, 3 city, 4 network. One row
/// each, made once a day, and the row does not say whose it is (Y15). `TickTime` is the day's first second.
pub(crate) fn distributed_volume(world: &World, body: &Body) -> Answer {
    let kind = body.count_by(1..=4)?;
    let day = body.date()?;
    let place = |terminal: &Terminal| match kind {
        1 => terminal.country,
        2 => terminal.province,
        3 => terminal.city,
        _ => terminal.network,
    };
    let mut by_place: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    for call in calls_during(world, day, day + DAY_S) {
        if let Some(terminal) = world.terminals.get(call.terminal) {
            by_place.entry(place(terminal)).or_default().push(call);
        }
    }
    let row = |calls: &Vec<&Call>| {
        json!({
            "TickTime": day.to_string(),
            "CommunicateDuration": seconds_within(calls, day, day + DAY_S),
            "RoomCnt": rooms(calls),
            "PeakOnlineNum": peak(calls, day, day + DAY_S),
            "CommunicateNum": callers(calls),
        })
    };
    Ok(single("DistributeData", by_place.values().map(row).collect()))
}

/// `count_qos_by_day` (002 L645-L763): one row for each hour with calls in it; an hour without has nothing to measure.
/// Rates are per cent, delays milliseconds (the document names no unit).
pub(crate) fn quality(world: &World, body: &Body) -> Answer {
    let day = body.date()?;
    let row = |tick: i64| {
        let calls = calls_during(world, tick, tick + TICK_S);
        if calls.is_empty() {
            return None;
        }
        let joined = calls.len() as f64;
        let failed = calls.iter().map(|call| call.failed_joins).sum::<i64>() as f64;
        let mean = |figure: fn(&Call) -> f64| rounded(calls.iter().map(|call| figure(call)).sum::<f64>() / joined);
        Some(json!({
            "TickTime": tick.to_string(),
            "JoinRoomSuccRate": rounded(100.0 * joined / (joined + failed)),
            "AudioPackLossRate": mean(|call| call.audio_loss),
            "VideoPackLossRate": mean(|call| call.video_loss),
            "AudioDelayRate": mean(|call| call.audio_delay),
            "VideoDelayRate": mean(|call| call.video_delay),
        }))
    };
    Ok(single("QosData", ticks(world, day).into_iter().filter_map(row).collect()))
}

/// The hours of a day of which anything is known: none of a day without calls, none after the world's end.
fn ticks(world: &World, day: i64) -> Vec<i64> {
    if calls_during(world, day, day + DAY_S).is_empty() {
        return Vec::new();
    }
    (0..DAY_S / TICK_S).map(|hour| day + hour * TICK_S).filter(|tick| *tick <= world.ends).collect()
}

/// The calls that last for at least a moment of the time between: one that ends as an hour begins is not of that hour.
fn calls_during(world: &World, from: i64, until: i64) -> Vec<&Call> {
    world.calls.iter().filter(|call| call.enter < until && call.leave > from).collect()
}

fn seconds_within(calls: &[&Call], from: i64, until: i64) -> i64 {
    calls.iter().map(|call| (call.leave.min(until) - call.enter.max(from)).max(0)).sum()
}

/// Rooms as they live: created by the first, destroyed by the last, so one used twice counts twice.
fn rooms(calls: &[&Call]) -> usize {
    calls.iter().map(|call| call.meeting).collect::<HashSet<_>>().len()
}

fn callers(calls: &[&Call]) -> usize {
    calls.iter().map(|call| call.terminal).collect::<HashSet<_>>().len()
}

/// The most people online at once between two moments. Whoever is in two rooms is online once.
fn peak(calls: &[&Call], from: i64, until: i64) -> usize {
    let online_at = |moment: i64| {
        let there = calls.iter().filter(|call| call.enter <= moment && moment < call.leave);
        there.map(|call| call.terminal).collect::<HashSet<_>>().len()
    };
    // The number only grows when somebody enters.
    let moments = calls.iter().map(|call| call.enter.max(from)).filter(|moment| *moment < until);
    moments.map(online_at).max().unwrap_or(0)
}

/// Three decimals, as in 002 L702.
fn rounded(figure: f64) -> f64 {
    (figure * 1000.0).round() / 1000.0
}

fn single(name: &str, rows: Vec<Value>) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), Value::Array(rows))])
}
