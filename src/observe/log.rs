//! Where a client's events go.

use super::event::Event;
use super::level::Level;
use crate::error::{Error, Result};
use parking_lot::RwLock;
use std::cell::Cell;
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
    log: RwLock<Option<Log>>,
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
        let before = {
            let mut slot = self.log.write();
            self.level.store(level, Ordering::Relaxed);
            std::mem::replace(&mut *slot, log)
        };
        drop(before);
        Ok(())
    }

    /// The log is not used any more. One that is at work on another thread is waited for.
    pub(super) fn close(&self) {
        self.level.store(0, Ordering::Relaxed);
        if !is_logging() {
            drop(self.log.write().take());
        }
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
        // Past those who wait to set another: a log that takes long holds up nobody but them.
        let log = self.log.read_recursive();
        if let Some(log) = log.as_ref().filter(|log| log.level >= event.level) {
            (log.take)(event.level, &event.to_json());
        }
    }
}
