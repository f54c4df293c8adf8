//! What the control interface does, as methods.

use super::Sandbox;
use crate::avd::{Remark, Visitor};
use crate::control_error::ControlError;
use crate::faults::{Fault, FaultError};
use crate::hst::{Broadcast, Presence};
use crate::lock::lock;
use crate::record::Exchange;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

impl Sandbox {
    /// The last exchanges, at most 1000 and at most 32 MiB in all, in the order in which they were answered. An answer that
    /// has arrived is in the record.
    pub fn exchanges(&self) -> Vec<Exchange> {
        lock(&self.shared.record).all().map(|kept| kept.exchange.clone()).collect()
    }

    /// Forgets the exchanges so far.
    pub fn clear_exchanges(&self) {
        lock(&self.shared.record).clear();
    }

    /// How many calls of each operation arrived.
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        lock(&self.shared.counts).of_arrived().clone()
    }

    /// On how many calls of each operation the platform acted: those that it answered with success, whether or not the
    /// answer got through.
    pub fn acted_counts(&self) -> BTreeMap<&'static str, u64> {
        lock(&self.shared.counts).of_acted().clone()
    }

    /// Counts from 0 again.
    pub fn clear_counts(&self) {
        lock(&self.shared.counts).clear();
    }

    /// Plans a fault; returns its id. When this returns, the fault is there.
    pub fn add_fault(&self, fault: Fault) -> Result<u64, FaultError> {
        let id = self.shared.faults.add(fault)?;
        self.settle();
        Ok(id)
    }

    /// The planned faults as JSON, with their ids; `times` is how many calls each will still meet.
    pub fn faults(&self) -> Vec<Value> {
        self.shared.faults.describe()
    }

    /// Whether there was a fault of this id. Calls that it keeps silent end.
    pub fn remove_fault(&self, id: u64) -> bool {
        let removed = self.shared.faults.remove(id);
        self.settle();
        removed
    }

    pub fn clear_faults(&self) {
        self.shared.faults.clear();
        self.settle();
    }

    /// The next `times` calls of `path` (whole, from the host root) fail with this number of the path's platform, in the
    /// envelope of that operation, and change nothing: a shorthand for a fault of kind `number`. A new plan for the path
    /// replaces the old one. A path or a number that cannot be has no effect.
    pub fn fail_next(&self, path: &str, number: i64, times: u32) {
        let _ = self.shared.faults.fail_next(path, number, times);
    }

    /// All live hst and avd tokens die now.
    pub fn expire_tokens(&self) {
        self.shared.expire_tokens();
    }

    /// Stops the sandbox's clock, so that only `advance_clock` moves it: what takes a second then takes no real one.
    pub fn hold_clock(&self) {
        self.shared.clock.hold();
    }

    /// Moves the sandbox's clock on: tokens age, ringing devices answer, conversions finish.
    pub fn advance_clock(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// How many seconds the sandbox's clock is ahead of the machine's.
    pub fn clock_offset_s(&self) -> i64 {
        self.shared.clock.offset_s()
    }

    /// Sets the sandbox's clock so far ahead of the machine's.
    pub fn set_clock_offset_s(&self, offset_s: i64) {
        self.shared.clock.set_offset_s(offset_s);
    }

    /// avd: somebody joins an open room.
    pub fn join(&self, visitor: Visitor) -> Result<(), ControlError> {
        lock(&self.shared.avd).join(visitor)
    }

    /// avd: somebody leaves a room.
    pub fn leave(&self, room_id: &str, user_id: &str) -> Result<(), ControlError> {
        lock(&self.shared.avd).leave(room_id, user_id)
    }

    /// avd: somebody in a room says something; returns the message's id.
    pub fn say(&self, remark: Remark) -> Result<i64, ControlError> {
        lock(&self.shared.avd).say(remark)
    }

    /// hst: a user signs in or out.
    pub fn set_presence(&self, presence: Presence) -> Result<(), ControlError> {
        lock(&self.shared.hst).set_presence(presence)
    }

    /// hst: somebody joins a group; returns the application's version then.
    pub fn join_group(&self, app_id: &str, group_id: &str, user_id: &str) -> Result<i64, ControlError> {
        lock(&self.shared.hst).join_group(app_id, group_id, user_id)
    }

    /// hst: somebody leaves a group. What they broadcast stops first, and each of these steps has a version of its own.
    pub fn leave_group(&self, app_id: &str, group_id: &str, user_id: &str) -> Result<i64, ControlError> {
        lock(&self.shared.hst).leave_group(app_id, group_id, user_id)
    }

    /// hst: somebody in a group begins to broadcast; returns the application's version then.
    pub fn start_media(&self, broadcast: &Broadcast) -> Result<i64, ControlError> {
        lock(&self.shared.hst).start_media(broadcast)
    }

    /// hst: stops; returns the application's version then.
    pub fn stop_media(&self, broadcast: &Broadcast) -> Result<i64, ControlError> {
        lock(&self.shared.hst).stop_media(broadcast)
    }

    /// hst: `{"app_id","version","group_list"}`, as the event gateway answers the full state.
    pub fn full_state(&self, app_id: &str) -> Result<Value, ControlError> {
        lock(&self.shared.hst).full_state(app_id)
    }

    /// hst: `{"session","logged_in","subscribed"}` of each connection to the event gateway.
    pub fn gateway_sessions(&self) -> Vec<Value> {
        lock(&self.shared.hst).describe_sessions()
    }

    /// hst: closes all connections to the event gateway without a farewell; returns how many there were.
    pub fn cut_gateway(&self) -> usize {
        lock(&self.shared.hst).cut_sessions()
    }

    /// What avd's administrator has set for the whole site, which no operation shows:
    /// `{"composed_view":"free","company":true,"licence_service":true}`.
    pub fn avd_site(&self) -> Value {
        lock(&self.shared.avd).site()
    }

    /// Sets some of it: `composed_view` free, forced_on, forced_off or unset; `company` and `licence_service` true or
    /// false. An error says what is wrong, and then nothing has changed.
    pub fn change_avd_site(&self, settings: &Value) -> Result<(), String> {
        lock(&self.shared.avd).change_site(settings)
    }

    /// The world, the clock, the faults and the record, as they were at start. The addresses and the certificates stay.
    pub fn reset(&self) {
        self.shared.reset();
        self.settle();
    }

    /// Waits until the listener has done what the faults ask of it.
    fn settle(&self) {
        for _ in 0..2000 {
            if self.shared.faults.settled() {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
