//! Counts the forks of a process, for its identity. The registration is unsafe code, and so it stands here.

use crate::identity;
use std::sync::atomic::{AtomicBool, Ordering};

static IS_COUNTED: AtomicBool = AtomicBool::new(false);

/// From the first client on, a forked child knows that it is one. Two threads that come first together register twice, and
/// then each fork counts for two, which is as good. Where there is no memory for it, the next client tries again.
pub(super) fn count_forks() {
    if !IS_COUNTED.load(Ordering::Relaxed) && register() {
        IS_COUNTED.store(true, Ordering::Relaxed);
        identity::forks_are_counted();
    }
}

#[cfg(unix)]
fn register() -> bool {
    extern "C" fn in_the_child() {
        identity::note_fork();
    }
    // SAFETY: the handler does nothing that is forbidden after fork: it asks for the process' number, and writes atomic numbers.
    // The library is never unloaded, so that the handler stays where it is.
    unsafe { libc::pthread_atfork(None, None, Some(in_the_child)) == 0 }
}

/// Windows has no fork.
#[cfg(not(unix))]
fn register() -> bool {
    true
}
