//! What a client's calls were like: for its log, for its statistics, and for the caller of one call.
//!
//! An event is large, and most calls tell none: what makes one is not inlined, so that its place is on nobody else's stack.

mod event;
mod facts;
mod latency;
mod level;
mod log;
mod stats;

pub(crate) use event::Ahead;
use event::{Event, Kind};
pub(crate) use facts::{Decimal, micros, milliseconds, with_facts};
pub use level::Level;
pub(crate) use log::Log;

use crate::catalog::PlatformName;
use crate::error::{Error, Result, Status};
use crate::single_flight::{Turn, Witness};
use crate::transport::Trace;
use crate::unix_time::millis;
use log::Slot;
use stats::Stats;
use std::time::{Duration, Instant};

/// Watches the calls of one client.
pub(crate) struct Observer {
    platform: PlatformName,
    /// Why its connections are not verified, if they are not.
    insecure: Option<String>,
    log: Slot,
    stats: Stats,
}

/// What one call has done so far.
pub(crate) struct Tally {
    pub(crate) began: Instant,
    /// As it stands in events: an operation's name, `raw` or `download`.
    pub(crate) name: &'static str,
    /// How often its request was tried.
    pub(crate) attempts: u32,
    /// Requests that went out, those over a kept connection that had been closed included.
    requests: u32,
    opened: u32,
    reused: u32,
    /// Of the last attempt.
    pub(crate) trace: Trace,
    pub(crate) http_status: Option<u16>,
    pub(crate) token_generation: Option<u64>,
}

impl Tally {
    pub(crate) fn begin(name: &'static str, began: Instant) -> Tally {
        Tally {
            began,
            name,
            attempts: 0,
            requests: 0,
            opened: 0,
            reused: 0,
            trace: Trace::default(),
            http_status: None,
            token_generation: None,
        }
    }

    /// Notes an attempt that is over.
    pub(crate) fn add(&mut self, trace: Trace) {
        self.requests += u32::from(trace.is_new || trace.is_reused);
        self.opened += u32::from(trace.is_new);
        self.reused += u32::from(trace.is_reused);
        self.trace = trace;
    }
}

impl Observer {
    pub(crate) fn of(platform: PlatformName, insecure: Option<&str>) -> Observer {
        let insecure = insecure.map(str::to_owned);
        Observer { platform, insecure, log: Slot::default(), stats: Stats::default() }
    }

    /// Whether somebody reads events of this level.
    pub(crate) fn is_logged(&self, level: Level) -> bool {
        self.log.takes(level)
    }

    /// `None`: no log.
    pub(crate) fn set_log(&self, log: Option<Log>) -> Result<()> {
        self.log.set(log)
    }

    /// No event comes after this.
    pub(crate) fn close(&self) {
        self.log.close();
    }

    pub(crate) fn stats(&self) -> Result<String> {
        self.stats.to_json(self.platform)
    }

    /// An attempt of a request is over.
    #[inline(never)]
    pub(crate) fn attempted(&self, tally: &Tally, ahead: Option<Ahead>, request_id: Option<&str>, done: Done<'_>) {
        if !self.is_logged(Level::Debug) {
            return;
        }
        let mut event = Event::of(Kind::Attempt, Level::Debug, self.platform).ended(done);
        event.operation = Some(tally.name);
        event.ahead = ahead;
        event.attempt = Some(tally.attempts);
        event.http_status = tally.http_status;
        event.request_id = request_id;
        event.token_generation = tally.token_generation;
        event.insecure = self.insecure.as_deref();
        self.log.tell(&event.over(&tally.trace));
    }

    /// A request goes out again after this pause.
    #[inline(never)]
    pub(crate) fn retried(&self, tally: &Tally, ahead: Option<Ahead>, pause: Duration, done: Done<'_>) {
        if !self.is_logged(Level::Warning) {
            return;
        }
        let mut event = Event::of(Kind::Retry, Level::Warning, self.platform).ended(done);
        event.operation = Some(tally.name);
        event.ahead = ahead;
        event.attempt = Some(tally.attempts);
        event.insecure = self.insecure.as_deref();
        event.pause_ms = Some(millis(pause));
        self.log.tell(&event);
    }

    /// A request of the library's own, which a call needed first, is done with.
    pub(crate) fn went_ahead(&self, tally: &Tally) {
        self.stats.add_ahead(tally);
    }

    /// A call is over.
    #[inline(never)]
    pub(crate) fn called(&self, tally: &Tally, result: std::result::Result<(), &Error>) {
        let took = tally.began.elapsed();
        self.stats.add(tally, result.err().map(Error::status), took);
        let level = result.err().map_or(Level::Debug, |error| level_of(error.status()));
        if !self.is_logged(level) {
            return;
        }
        let mut event = Event::of(Kind::Call, level, self.platform).ended(Done::of(result));
        event.operation = Some(tally.name);
        event.attempts = Some(tally.attempts);
        event.insecure = self.insecure.as_deref();
        event.http_status = tally.http_status;
        self.log.tell(&event.taking(took));
    }

    /// A session of events is logged in.
    #[cfg(feature = "events")]
    pub(crate) fn events_connected(&self) {
        self.stats.add_events_connected();
        if self.is_logged(Level::Info) {
            let mut event = Event::of(Kind::EventsConnected, Level::Info, self.platform);
            event.insecure = self.insecure.as_deref();
            self.log.tell(&event);
        }
    }

    /// A session of events has no connection, and makes one after this pause.
    #[cfg(feature = "events")]
    pub(crate) fn events_lost(&self, error: &Error, pause: Duration) {
        self.stats.add_events_lost();
        let level = level_of(error.status());
        if self.is_logged(level) {
            let mut event = Event::of(Kind::EventsLost, level, self.platform).ended(Done::Failed(error));
            event.insecure = self.insecure.as_deref();
            event.pause_ms = Some(millis(pause));
            self.log.tell(&event);
        }
    }

    /// A token turned out to be dead.
    pub(crate) fn buried(&self, generation: u64) {
        self.tell(Turn::Dead { generation });
    }
}

/// Of the account's token.
impl Witness for Observer {
    #[inline(never)]
    fn tell(&self, turn: Turn<'_>) {
        let (level, kind) = match turn {
            Turn::Brought { adopted: true, .. } => (Level::Info, Kind::TokenAdopted),
            Turn::Brought { .. } => {
                self.stats.add_fetched_token();
                (Level::Info, Kind::TokenFetched)
            }
            Turn::Dead { .. } => (Level::Info, Kind::TokenBuried),
            Turn::Failed { .. } => (Level::Error, Kind::TokenPaused),
        };
        if !self.is_logged(level) {
            return;
        }
        let mut event = Event::of(kind, level, self.platform);
        match turn {
            Turn::Brought { generation, lifetime, .. } => {
                event.token_generation = Some(generation);
                event.lifetime_ms = lifetime.map(millis);
            }
            Turn::Dead { generation } => event.token_generation = Some(generation),
            Turn::Failed { error, pause } => {
                event = event.ended(Done::of(Err(error)));
                event.pause_ms = Some(millis(pause));
            }
        }
        self.log.tell(&event);
    }
}

/// How an attempt or a call ended.
#[derive(Clone, Copy)]
pub(crate) enum Done<'e> {
    Well,
    /// With an answer that is no success, before it is known what becomes of it.
    Refused {
        code: Option<i64>,
    },
    Failed(&'e Error),
}

impl<'e> Done<'e> {
    fn of(result: std::result::Result<(), &'e Error>) -> Done<'e> {
        result.map_or_else(Done::Failed, |()| Done::Well)
    }
}

/// What the platform says of a room is the program's business. Broken connections are the operator's. Credentials that are
/// refused stop everything.
fn level_of(status: Status) -> Level {
    match status {
        Status::Auth | Status::Internal => Level::Error,
        Status::Api | Status::InvalidArgument | Status::Cancelled => Level::Info,
        _ => Level::Warning,
    }
}
