//! How often each operation was called, and how often the platform acted: so that a test can say "this acted once".

use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct Counts {
    arrived: BTreeMap<&'static str, u64>,
    acted: BTreeMap<&'static str, u64>,
}

impl Counts {
    /// A call came, whatever becomes of it.
    pub(crate) fn arrived(&mut self, operation: Option<&'static str>) {
        count(&mut self.arrived, operation);
    }

    /// The platform did what it was asked. A call that it refused does not count, nor does one that a fault kept from it;
    /// one whose answer was lost on the way does.
    pub(crate) fn acted(&mut self, operation: Option<&'static str>) {
        count(&mut self.acted, operation);
    }

    pub(crate) fn of_arrived(&self) -> &BTreeMap<&'static str, u64> {
        &self.arrived
    }

    pub(crate) fn of_acted(&self) -> &BTreeMap<&'static str, u64> {
        &self.acted
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Calls of no operation are counted nowhere: paths are endless.
fn count(counts: &mut BTreeMap<&'static str, u64>, operation: Option<&'static str>) {
    if let Some(operation) = operation {
        *counts.entry(operation).or_default() += 1;
    }
}
