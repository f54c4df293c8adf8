//! Connections that are kept for the next request. Each thread has a part of its own, so that many threads do not wait for one
//! lock; where its part is empty, it takes from another's that is free.

use super::connection::Connection;
use crate::cancel::thread_number;
use crate::lock::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use ureq::http::uri::Authority;

const PARTS: usize = 16;
/// Servers and firewalls forget a quiet connection, most of them after a minute or more.
const LONGEST_IDLE: Duration = Duration::from_secs(50);

pub(super) struct Pool {
    parts: [Mutex<Vec<Idle>>; PARTS],
    count: AtomicUsize,
    most: usize,
    /// How often all were closed.
    closings: AtomicU32,
}

struct Idle {
    connection: Box<Connection>,
    since: Instant,
}

impl Pool {
    /// Keeps so many at most.
    pub(super) fn of(most: usize) -> Pool {
        Pool { parts: Default::default(), count: AtomicUsize::new(0), most, closings: AtomicU32::new(0) }
    }

    /// What a connection that is used now is given back with.
    pub(super) fn closings(&self) -> u32 {
        self.closings.load(Ordering::Acquire)
    }

    /// Closes those that are kept; those in use are not kept when they come back.
    pub(super) fn close(&self) {
        self.closings.fetch_add(1, Ordering::AcqRel);
        for part in &self.parts {
            let idle = std::mem::take(&mut *part.lock());
            self.count.fetch_sub(idle.len(), Ordering::Relaxed);
            // Closed here, where nobody waits for the lock.
            drop(idle);
        }
    }

    /// A connection that is still open: the one that was used last.
    pub(super) fn take(&self, is_https: bool, authority: &Authority) -> Option<Box<Connection>> {
        let own = thread_number() % PARTS;
        for step in 0..PARTS {
            let part = self.parts.get((own + step) % PARTS)?;
            while let Some(idle) = if step == 0 { Some(part.lock()) } else { part.try_lock() }.and_then(|mut kept| {
                let found = kept.iter().rposition(|idle| idle.connection.leads_to(is_https, authority))?;
                Some(kept.swap_remove(found))
            }) {
                self.count.fetch_sub(1, Ordering::Relaxed);
                if idle.since.elapsed() < LONGEST_IDLE && idle.connection.is_quiet() {
                    return Some(idle.connection);
                }
            }
            if self.count.load(Ordering::Relaxed) == 0 {
                return None;
            }
        }
        None
    }

    /// Keeps one that was taken into use after so many closings.
    pub(super) fn keep(&self, connection: Box<Connection>, closings: u32) {
        let Some(part) = self.parts.get(thread_number() % PARTS) else { return };
        if self.count.fetch_add(1, Ordering::Relaxed) >= self.most {
            self.count.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        let mut part = part.lock();
        // With the lock: a closing counts first, and then comes for what is kept.
        if self.closings() == closings {
            part.push(Idle { connection, since: Instant::now() });
        } else {
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
