//! Which process this is: what belongs to its parent is not used after a fork.

use std::sync::atomic::{AtomicU32, Ordering};

/// What tells a process from its parent. Its number alone does not: in a container, parent and child can both be number 1,
/// each of its own namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    number: u32,
    /// How many forks lie between it and the process that loaded the library.
    forks: u32,
}

static FORKS: AtomicU32 = AtomicU32::new(0);
/// This process' number, once forks are counted; 0 before that. To ask the system for it takes a system call.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// From now on a forked child says so: from the first client on that was made through the C functions. A Rust program that makes
/// its own clients has the system's number alone.
pub(crate) fn forks_are_counted() {
    NUMBER.store(std::process::id(), Ordering::Relaxed);
}

/// Says in a forked child that it is one. Safe in the handler of a fork.
#[cfg(unix)]
pub(crate) fn note_fork() {
    FORKS.fetch_add(1, Ordering::Relaxed);
    NUMBER.store(std::process::id(), Ordering::Relaxed);
}

/// This process' own.
pub(crate) fn own() -> Identity {
    let number = match NUMBER.load(Ordering::Relaxed) {
        0 => std::process::id(),
        known => known,
    };
    Identity { number, forks: FORKS.load(Ordering::Relaxed) }
}
