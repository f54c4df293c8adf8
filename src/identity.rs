//! Which process this is: what belongs to its parent is not used after a fork.

use std::sync::atomic::{AtomicU32, Ordering};

/// What tells a process from its parent. Its number alone does not: in a container, parent and child can both be number 1,
/// each of its own namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    number: u32,
    /// How many forks lie between it and the process that loaded the library. Counted from the first client on that was made
    /// through the C functions; a Rust program that makes its own clients has the number alone.
    forks: u32,
}

static FORKS: AtomicU32 = AtomicU32::new(0);

/// Says in a forked child that it is one. Safe in the handler of a fork.
pub(crate) fn note_fork() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// This process' own.
pub(crate) fn own() -> Identity {
    Identity { number: std::process::id(), forks: FORKS.load(Ordering::Relaxed) }
}
