//! The way of one call: what is planned for it, the platform, the record, and how its answer is spoiled.

use crate::exchange::{Received, Reply};
use crate::faults::{CloseWhen, FaultKind};
use crate::lock::lock;
use crate::log;
use crate::operation;
use crate::record::Outcome;
use crate::shared::Shared;
use crate::wire::{Handle, Spoil};
use axum::body::Bytes;
use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::http::{Method, StatusCode};
use serde_json::json;
use std::time::{Duration, Instant};

/// What a hotel's network says instead of the answer.
pub(crate) const PORTAL: &str = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head>\
                      <body><h1>Please sign in to use this network</h1></body></html>\n";

pub(crate) async fn answer(shared: &Shared, line: &Handle, received: Received, started: Instant) -> Reply {
    let operation = operation::name_of(&received.method, &received.path);
    lock(&shared.counts).arrived(operation);
    let ordeal = shared.faults.meet(operation);
    let mut arrival = Arrival { shared, received, operation, started, faults: ordeal.names, noted: false };
    wait(ordeal.before).await;
    let acts = ordeal.met.as_ref().is_none_or(|met| met.acts);
    let own = acts.then(|| shared.perform(&arrival.received, operation));
    wait(ordeal.after).await;
    // Where the platform did not act, and its answer is to be cut, something has to stand for it.
    let own_or_any = |own: Option<Reply>| own.unwrap_or_else(any_success);
    let (reply, spoil) = match ordeal.met {
        None => (own_or_any(own), None),
        Some(met) => match met.kind {
            FaultKind::Silence { lasting } => {
                arrival.note(None, 0);
                shared.faults.keep_silent(met.id, lasting).await;
                (any_success(), Some(Spoil::Close(CloseWhen::BeforeHead)))
            }
            FaultKind::Close { when } => (own_or_any(own), Some(Spoil::Close(when))),
            FaultKind::Length { by } => (own_or_any(own), Some(Spoil::Length(by))),
            FaultKind::Drip { bytes, every } => (own_or_any(own), Some(Spoil::Drip { bytes, every })),
            FaultKind::Text { body } => (Reply::page(200, body.unwrap_or_else(|| PORTAL.to_owned())), None),
            FaultKind::Http { status, retry_after_s, body } => (http(status, retry_after_s, body), None),
            FaultKind::Number { code } => {
                let failure = Shared::failure(&arrival.received, code);
                (failure.unwrap_or_else(|| shared.perform(&arrival.received, operation)), None)
            }
            // These meet no call: latencies are waited for above, the others meet connections.
            FaultKind::Latency { .. } | FaultKind::Refuse { .. } | FaultKind::Reset => (own_or_any(own), None),
            // These meet messages of the event gateway.
            FaultKind::Drop | FaultKind::Duplicate | FaultKind::Reorder { .. } | FaultKind::Cut => {
                (own_or_any(own), None)
            }
        },
    };
    // The answer to HEAD has no body, whatever its head says.
    let body = if arrival.received.method == Method::HEAD { 0 } else { reply.body.len() };
    if spoil == Some(Spoil::Close(CloseWhen::BeforeHead)) {
        arrival.note(None, 0);
    } else {
        arrival.note(Some(&reply), spoil.map_or(body, |spoil| spoil.sent(body)));
    }
    if let Some(spoil) = spoil {
        line.spoil(spoil, body);
    }
    reply
}

/// A call that no platform gets to see; `answered` tells whether the caller is still there.
pub(crate) fn refuse(shared: &Shared, received: Received, reply: Reply, answered: bool, started: Instant) -> Reply {
    let operation = operation::name_of(&received.method, &received.path);
    lock(&shared.counts).arrived(operation);
    let mut arrival = Arrival { shared, received, operation, started, faults: Vec::new(), noted: false };
    arrival.note(answered.then_some(&reply), reply.body.len());
    reply
}

/// A call that came. When its caller hangs up before it is answered, it is dropped, and recorded as what it was.
struct Arrival<'a> {
    shared: &'a Shared,
    received: Received,
    operation: Option<&'static str>,
    started: Instant,
    faults: Vec<String>,
    noted: bool,
}

impl Arrival<'_> {
    /// Records and logs it, once. `sent` is how much of the answer's body goes out.
    fn note(&mut self, answered: Option<&Reply>, sent: usize) {
        if std::mem::replace(&mut self.noted, true) {
            return;
        }
        let status = answered.map_or(0, |reply| reply.status);
        let body = answered.map(|reply| reply.body.get(..sent).unwrap_or(&reply.body)).unwrap_or_default();
        let number = answered.and_then(|reply| reply.number);
        if answered.is_none_or(|reply| !reply.is_success()) {
            lock(&self.shared.counts).failed(self.operation, status, number);
        }
        let outcome = Outcome {
            at_ms: self.shared.clock.now_ms(),
            spent_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            number,
            faults: self.faults.clone(),
        };
        lock(&self.shared.record).note(&self.received, self.operation, status, body, outcome);
        if self.shared.options.verbose {
            log::call(&self.received, answered, &self.faults, self.started.elapsed());
        }
    }
}

impl Drop for Arrival<'_> {
    fn drop(&mut self) {
        self.note(None, 0);
    }
}

async fn wait(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

/// The beginning of a success on any of the platforms.
fn any_success() -> Reply {
    Reply::json(&json!({"code": 0, "msg": "success", "ret": 0}), 0)
}

/// What a proxy in front of the platform says.
fn http(status: u16, retry_after_s: Option<u64>, body: Option<String>) -> Reply {
    let title = || {
        let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
        format!("{status} {}", reason.unwrap_or("Error"))
    };
    let page = || {
        let title = title();
        format!(
            "<html>\n<head><title>{title}</title></head>\n<body><center><h1>{title}</h1></center></body>\n</html>\n"
        )
    };
    let mut reply = Reply::page(status, Bytes::from(body.unwrap_or_else(page)));
    if let Some(seconds) = retry_after_s {
        reply.headers.push((RETRY_AFTER, HeaderValue::from(seconds)));
    }
    reply
}
