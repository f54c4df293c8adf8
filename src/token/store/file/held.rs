//! The lock files that this process holds, where a forked child finds its copies.
//!
//! A lock belongs to the open file, which a child has too. If the parent dies, the child's copy holds the lock for ever: so
//! the child closes it. While the parent lives, that gives nothing back.

use crate::identity::{self, Identity};
use crate::lock::Mutex;
use std::fs::File;
use std::io::{self, Write as _};
use std::sync::{Arc, Weak};
use std::thread;

/// Never waited for: after fork it may be held by a thread that does not exist in the child.
static ALL: Mutex<Vec<Weak<Slot>>> = Mutex::new(Vec::new());

/// How often the list is asked for that somebody else is at. It is used for no longer than a push.
const TRIES: usize = 100;

struct Slot {
    process: Identity,
    file: Mutex<Option<File>>,
}

/// A lock file that is locked. The lock is given back on drop.
pub(super) struct Held(Arc<Slot>);

impl Held {
    pub(super) fn new(file: File) -> Held {
        let slot = Arc::new(Slot { process: identity::own(), file: Mutex::new(Some(file)) });
        let all = (0..TRIES).find_map(|_| {
            let all = ALL.try_lock();
            if all.is_none() {
                thread::yield_now();
            }
            all
        });
        // A lock that does not get into the list is a lock all the same.
        if let Some(mut all) = all {
            all.retain(|slot| slot.strong_count() > 0);
            all.push(Arc::downgrade(&slot));
        }
        Held(slot)
    }

    /// Says who holds it, for whoever has to wait too long.
    pub(super) fn sign(&self) -> io::Result<()> {
        let mut file = self.0.file.lock();
        let Some(file) = file.as_mut() else { return Ok(()) };
        file.set_len(0)?;
        file.write_all(std::process::id().to_string().as_bytes())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(file) = self.0.file.lock().take() else { return };
        if self.0.process == identity::own() {
            _ = file.set_len(0);
            // Not left to closing: a child that was forked meanwhile has the file open too.
            _ = file.unlock();
        }
    }
}

/// Closes what this process inherited from the one that forked it; whether there was any.
pub(super) fn close_inherited() -> bool {
    let Some(all) = ALL.try_lock() else { return false };
    let of_others = all.iter().filter_map(Weak::upgrade).filter(|slot| slot.process != identity::own());
    of_others.filter_map(|slot| slot.file.try_lock()?.take()).count() > 0
}
