//! What all calls of a client came to. Each thread counts in a part of its own, so that many threads do not wait for one lock.

use super::Tally;
use super::facts::{Decimal, micros, milliseconds};
use super::latency::Latency;
use crate::cancel::thread_number;
use crate::catalog::PlatformName;
use crate::error::{Error, Result, Status};
use crate::lock::Mutex;
use once_cell::race::OnceBox;
use serde::{Serialize, Serializer};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const PARTS: usize = 8;

#[derive(Default)]
pub(super) struct Stats {
    parts: [OnceBox<Mutex<Part>>; PARTS],
    fetched_tokens: AtomicU64,
    events_connected: AtomicU64,
    events_lost: AtomicU64,
}

#[derive(Default)]
struct Part {
    requests: Requests,
    /// Few: what a program calls.
    operations: Vec<OfOperation>,
}

#[derive(Default)]
struct Requests {
    sent: u64,
    /// Beyond the first of a call.
    repeated: u64,
    /// Those that a call needed before its own.
    ahead: u64,
    /// Connections.
    opened: u64,
    reused: u64,
}

struct OfOperation {
    name: &'static str,
    calls: u64,
    failures: Vec<(Status, u64)>,
    latency: Latency,
}

impl Stats {
    fn part(&self) -> Option<&Mutex<Part>> {
        let part = self.parts.get(thread_number() % PARTS)?;
        Some(part.get_or_init(Box::default))
    }

    pub(super) fn add(&self, tally: &Tally, failed: Option<Status>, took: Duration) {
        let Some(part) = self.part() else { return };
        let mut part = part.lock();
        part.requests.count(tally);
        part.requests.repeated += u64::from(tally.requests.saturating_sub(1));
        part.add(tally.name, |of| of.count(failed, took));
    }

    pub(super) fn add_ahead(&self, tally: &Tally) {
        let Some(part) = self.part() else { return };
        let mut part = part.lock();
        part.requests.count(tally);
        part.requests.ahead += u64::from(tally.requests);
    }

    pub(super) fn add_fetched_token(&self) {
        self.fetched_tokens.fetch_add(1, Ordering::Relaxed);
    }

    #[cfg(feature = "events")]
    pub(super) fn add_events_connected(&self) {
        self.events_connected.fetch_add(1, Ordering::Relaxed);
    }

    #[cfg(feature = "events")]
    pub(super) fn add_events_lost(&self) {
        self.events_lost.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn to_json(&self, platform: PlatformName) -> Result<String> {
        let mut all = Part::default();
        for part in self.parts.iter().filter_map(OnceBox::get) {
            all.merge(&part.lock());
        }
        let Requests { sent, repeated, ahead, opened, reused } = all.requests;
        let shown = Whole {
            platform,
            requests: sent,
            repeated,
            ahead,
            connections_opened: opened,
            connections_reused: reused,
            tokens_fetched: self.fetched_tokens.load(Ordering::Relaxed),
            events_connected: self.events_connected.load(Ordering::Relaxed),
            events_lost: self.events_lost.load(Ordering::Relaxed),
            operations: Operations(&all.operations),
        };
        serde_json::to_string(&shown).map_err(|error| Error::new(Status::Internal, format!("JSON: {error}")))
    }
}

impl Requests {
    fn count(&mut self, tally: &Tally) {
        self.sent += u64::from(tally.requests);
        self.opened += u64::from(tally.opened);
        self.reused += u64::from(tally.reused);
    }

    fn merge(&mut self, other: &Requests) {
        self.sent += other.sent;
        self.repeated += other.repeated;
        self.ahead += other.ahead;
        self.opened += other.opened;
        self.reused += other.reused;
    }
}

impl Part {
    fn add(&mut self, name: &'static str, add: impl FnOnce(&mut OfOperation)) {
        if let Some(of) = self.operations.iter_mut().find(|of| of.name == name) {
            return add(of);
        }
        let mut new = OfOperation { name, calls: 0, failures: Vec::new(), latency: Latency::default() };
        add(&mut new);
        self.operations.push(new);
    }

    fn merge(&mut self, other: &Part) {
        self.requests.merge(&other.requests);
        other.operations.iter().for_each(|more| self.add(more.name, |of| of.merge(more)));
    }
}

impl OfOperation {
    fn count(&mut self, failed: Option<Status>, took: Duration) {
        self.calls += 1;
        self.latency.add(took);
        if let Some(status) = failed {
            self.add_failures(status, 1);
        }
    }

    fn add_failures(&mut self, status: Status, more: u64) {
        match self.failures.iter_mut().find(|(known, _)| *known == status) {
            Some((_, count)) => *count += more,
            None => self.failures.push((status, more)),
        }
    }

    fn merge(&mut self, other: &OfOperation) {
        self.calls += other.calls;
        self.latency.merge(&other.latency);
        other.failures.iter().for_each(|(status, more)| self.add_failures(*status, *more));
    }
}

#[derive(Serialize)]
struct Whole<'w> {
    platform: PlatformName,
    requests: u64,
    repeated: u64,
    ahead: u64,
    connections_opened: u64,
    connections_reused: u64,
    tokens_fetched: u64,
    events_connected: u64,
    events_lost: u64,
    operations: Operations<'w>,
}

/// By name, in the order of their first calls.
struct Operations<'w>(&'w [OfOperation]);

impl Serialize for Operations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|of| (of.name, of.shown())))
    }
}

#[derive(Serialize)]
struct Shown<'w> {
    calls: u64,
    failed: Failures<'w>,
    ms: Quantiles,
}

/// By status; the other calls went well.
struct Failures<'w>(&'w [(Status, u64)]);

impl Serialize for Failures<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(status, count)| (status, count)))
    }
}

#[derive(Serialize)]
struct Quantiles {
    p50: Option<Decimal>,
    p90: Option<Decimal>,
    p99: Option<Decimal>,
    max: Option<Decimal>,
}

impl OfOperation {
    fn shown(&self) -> Shown<'_> {
        let of = |part| milliseconds(micros(self.latency.quantile(part)));
        Shown {
            calls: self.calls,
            failed: Failures(&self.failures),
            ms: Quantiles {
                p50: of(0.5),
                p90: of(0.9),
                p99: of(0.99),
                max: milliseconds(micros(self.latency.longest())),
            },
        }
    }
}
