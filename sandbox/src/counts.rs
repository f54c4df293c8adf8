//! How often each operation was called, how often the platform acted, and how often it failed with which number: so that a
//! test can say "this acted once".

use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct Counts {
    arrived: BTreeMap<&'static str, u64>,
    acted: BTreeMap<&'static str, u64>,
    all: u64,
    failed: BTreeMap<Failure, u64>,
}

/// Calls that failed alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Failure {
    /// None for calls of unknown addresses.
    pub(crate) operation: Option<&'static str>,
    /// The HTTP status; 0 when nothing was answered.
    pub(crate) status: u16,
    /// The platform's own number.
    pub(crate) number: Option<i64>,
}

impl Counts {
    /// A call came, whatever becomes of it.
    pub(crate) fn arrived(&mut self, operation: Option<&'static str>) {
        self.all += 1;
        count(&mut self.arrived, operation);
    }

    /// The platform did what it was asked. A call that it refused does not count, nor does one that a fault kept from it;
    /// one whose answer was lost on the way does.
    pub(crate) fn acted(&mut self, operation: Option<&'static str>) {
        count(&mut self.acted, operation);
    }

    /// A call got no success, whoever is to blame.
    pub(crate) fn failed(&mut self, operation: Option<&'static str>, status: u16, number: Option<i64>) {
        *self.failed.entry(Failure { operation, status, number }).or_default() += 1;
    }

    /// All that arrived, of unknown addresses too.
    pub(crate) fn of_all(&self) -> u64 {
        self.all
    }

    /// The most frequent first.
    pub(crate) fn of_failed(&self) -> Vec<(Failure, u64)> {
        let mut failures: Vec<(Failure, u64)> = self.failed.iter().map(|(failure, times)| (*failure, *times)).collect();
        failures.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        failures
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
