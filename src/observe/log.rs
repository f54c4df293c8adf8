//! Where a client's events go.

use super::event::Event;
use super::level::Level;
use crate::error::{Error, Result};
use crate::lock::{Condition, Mutex};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// What takes the events, one JSON object each.
pub(crate) struct Log {
    pub(crate) level: Level,
    pub(crate) take: Box<Take>,
}

type Take = dyn Fn(Level, &str) + Send + Sync;

/// The log that is set, if one is. Whoever sets another waits for those who are in the old one.
#[derive(Default)]
pub(super) struct Slot {
    /// Of the log; 0 where there is none. Looked at on the way of every call.
    level: AtomicU8,
    log: Mutex<Option<Arc<Log>>>,
    /// A thread has left a log that is not the set one any more.
    left: Condition,
}

/// A log that a thread is in, until this is dropped.
struct Within<'s> {
    slot: &'s Slot,
    log: Option<Arc<Log>>,
}

impl Drop for Within<'_> {
    fn drop(&mut self) {
        let Some(log) = self.log.take() else { return };
        let set = self.slot.log.lock();
        let is_set = set.as_ref().is_some_and(|set| Arc::ptr_eq(set, &log));
        // Under the lock: whoever waits counts those who have it. What it was made of goes after the lock.
        let last = Arc::into_inner(log);
        drop(set);
        drop(last);
        if !is_set {
            self.slot.left.notify_all();
        }
    }
}

thread_local! {
    static IS_LOGGING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is in a log of the program's.
pub(crate) fn is_logging() -> bool {
    IS_LOGGING.get()
}

impl Slot {
    pub(super) fn takes(&self, level: Level) -> bool {
        self.level.load(Ordering::Relaxed) >= level as u8
    }

    pub(super) fn set(&self, log: Option<Log>) -> Result<()> {
        if is_logging() {
            return Err(Error::invalid_argument("a log must not set a log: it would wait for itself"));
        }
        let level = log.as_ref().map_or(0, |log| log.level as u8);
        self.replace(log.map(Arc::new), level, true);
        Ok(())
    }

    /// The log is not used any more. One that is at work on another thread is waited for.
    pub(super) fn close(&self) {
        self.replace(None, 0, !is_logging());
    }

    fn replace(&self, log: Option<Arc<Log>>, level: u8, waits: bool) {
        let mut set = self.log.lock();
        self.level.store(level, Ordering::Relaxed);
        let Some(before) = std::mem::replace(&mut *set, log) else { return };
        while waits && Arc::strong_count(&before) > 1 {
            set = self.left.wait(set);
        }
        // Its drop is not ours to know.
        drop(set);
        drop(before);
    }

    /// What the log itself does with clients is not told: it would have no end.
    pub(super) fn tell(&self, event: &Event<'_>) {
        /// Also where the log unwinds.
        struct Over;
        impl Drop for Over {
            fn drop(&mut self) {
                IS_LOGGING.set(false);
            }
        }
        if IS_LOGGING.replace(true) {
            return;
        }
        let _over = Over;
        // Without the lock: a log that takes long holds up nobody but those who set another.
        let log = self.log.lock().as_ref().filter(|log| log.level >= event.level).map(Arc::clone);
        let within = Within { slot: self, log };
        if let Some(log) = &within.log {
            (log.take)(event.level, &event.to_json());
        }
    }
}
