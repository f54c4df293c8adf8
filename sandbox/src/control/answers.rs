//! Faults and the clock, and what there is.

use super::request::{Answer, Request, ok};
use super::routes::{PREFIX, ROUTES};
use crate::control_error::ControlError;
use crate::faults::Fault;
use crate::lock::lock;
use crate::shared::Shared;
use serde_json::{Value, json};
use std::time::Duration;

/// Three hundred years: enough for any wrong clock, and far from where times cannot be counted any more.
const FARTHEST_S: i64 = 10_000_000_000;

pub(crate) fn about(shared: &Shared) -> Answer {
    let routes: Vec<Value> = ROUTES
        .iter()
        .map(|(method, path, what)| json!({"method": method, "path": format!("{PREFIX}{path}"), "what": what}))
        .collect();
    Ok(json!({
        "sandbox": env!("CARGO_PKG_VERSION"),
        "base_url": shared.base_url,
        "calls": routes,
        "faults": Fault::EXAMPLES.map(|(example, what)| json!({"example": example, "what": what})),
    }))
}

/// `[{"operation","status","number","times"}]`, the most frequent first.
pub(crate) fn failures(shared: &Shared) -> Value {
    let failures = lock(&shared.counts).of_failed();
    let rows = failures.iter().map(|(failure, times)| {
        json!({
            "operation": failure.operation,
            "status": failure.status,
            "number": failure.number,
            "times": times,
        })
    });
    rows.collect()
}

pub(crate) fn add_fault(shared: &Shared, request: &Request) -> Answer {
    let fault = Fault::from_json(&request.json()?)?;
    Ok(json!({"id": shared.faults.add(fault)?}))
}

pub(crate) fn remove_fault(shared: &Shared, path: &str) -> Answer {
    let id = path.strip_prefix("/faults/").and_then(|id| id.parse().ok());
    if id.is_some_and(|id| shared.faults.remove(id)) {
        return ok();
    }
    Err(ControlError::not_found("there is no fault of this id; it may have met all its calls".to_owned()))
}

pub(crate) fn clock(shared: &Shared) -> Value {
    json!({"offset_s": shared.clock.offset_s()})
}

pub(crate) fn set_clock(shared: &Shared, request: &Request) -> Answer {
    let mut members = request.members()?;
    let offset_s = members.required_integer("offset_s")?;
    members.finish()?;
    if offset_s.abs() > FARTHEST_S {
        return Err(ControlError::bad(format!("`offset_s` must be within {FARTHEST_S} seconds")));
    }
    shared.clock.set_offset_s(offset_s);
    Ok(clock(shared))
}

pub(crate) fn advance_clock(shared: &Shared, request: &Request) -> Answer {
    let mut members = request.members()?;
    let seconds = members.take("seconds").ok_or_else(|| members.missing("seconds"))?;
    members.finish()?;
    let limit = FARTHEST_S.saturating_sub(shared.clock.offset_s());
    let seconds = seconds.as_f64().filter(|seconds| (0.0..=limit as f64).contains(seconds));
    let seconds =
        seconds.ok_or_else(|| ControlError::bad("`seconds` must be a number of seconds from 0 on".to_owned()))?;
    shared.clock.advance(Duration::from_secs_f64(seconds));
    Ok(clock(shared))
}
