//! Connections that are kept for the next request. Each thread has a part of its own, so that many threads do not wait for one
//! lock; where its part is empty, it takes from another's that is free.

use super::connection::Connection;
use crate::cancel::thread_number;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use ureq::http::uri::Authority;

const PARTS: usize = 16;
/// As many as threads are likely to call at once.
const MOST: usize = 64;
/// Servers and firewalls forget a quiet connection, most of them after a minute or more.
const LONGEST_IDLE: Duration = Duration::from_secs(50);

#[derive(Default)]
pub(super) struct Pool {
    parts: [Mutex<Vec<Idle>>; PARTS],
    count: AtomicUsize,
}

struct Idle {
    connection: Box<Connection>,
    since: Instant,
}

impl Pool {
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

    pub(super) fn keep(&self, connection: Box<Connection>) {
        let Some(part) = self.parts.get(thread_number() % PARTS) else { return };
        if self.count.fetch_add(1, Ordering::Relaxed) >= MOST {
            self.count.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        part.lock().push(Idle { connection, since: Instant::now() });
    }
}
