//! What the console shows, in one answer: it asks once a second.

use super::answers;
use super::exchanges;
use super::request::{Answer, Request};
use crate::control_error::ControlError;
use crate::lock::lock;
use crate::shared::Shared;
use serde_json::{Value, json};

/// The calls in one answer, the newest.
const MOST_CALLS: usize = 200;

/// What the three platforms hold. Secrets are left out, and of long lists the end.
pub(crate) fn worlds(shared: &Shared) -> Value {
    let hst = lock(&shared.hst).overview();
    let youme = lock(&shared.youme).overview();
    let avd = lock(&shared.avd).overview();
    json!({"hst": hst, "youme": youme, "avd": avd})
}

pub(crate) fn overview(shared: &Shared, request: &Request) -> Answer {
    let mut query = request.query()?;
    let after = query.text("after")?;
    query.finish()?;
    let after: u64 = match after.as_deref() {
        None | Some("") => 0,
        Some(id) => id.parse().map_err(|_| ControlError::bad("`after` must be the id of a call".to_owned()))?,
    };
    Ok(json!({
        // Another one after a restart: then ids begin anew.
        "run": shared.run,
        "sandbox": env!("CARGO_PKG_VERSION"),
        "base_url": shared.base_url,
        "clock": {"now_ms": shared.clock.now_ms(), "offset_s": shared.clock.offset_s()},
        "worlds": worlds(shared),
        "calls": calls(shared, after),
        "arrived": lock(&shared.counts).of_all(),
        "acted": lock(&shared.counts).of_acted().values().sum::<u64>(),
        "failed": answers::failures(shared),
        "faults": shared.faults.describe(),
    }))
}

/// The newest calls after this id, oldest first; `first` is the oldest that is still kept.
fn calls(shared: &Shared, after: u64) -> Value {
    let record = lock(&shared.record);
    let mut list: Vec<Value> =
        record.all().rev().take_while(|kept| kept.id > after).take(MOST_CALLS).map(exchanges::brief).collect();
    list.reverse();
    json!({"first": record.all().next().map(|kept| kept.id), "last": record.last_id(), "list": list})
}
