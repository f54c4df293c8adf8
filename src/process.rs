//! What the clients of one process share: the credentials of their accounts, the addresses that were asked for, and what is known
//! of their hosts' clocks.
//!
//! A forked child starts with nothing. It would inherit its parent's tokens, and after fork a lock may be held by a thread
//! that does not exist in the child. So each process has an entry of its own, found by its identity, without a lock.

use crate::engine::{Addresses, Clocks};
use crate::token::Accounts;
use once_cell::race::OnceBox;
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

/// This process'.
pub(crate) fn identity() -> Identity {
    Identity { number: std::process::id(), forks: FORKS.load(Ordering::Relaxed) }
}

pub(crate) struct Process {
    identity: Identity,
    pub(crate) accounts: Accounts,
    pub(crate) clocks: Clocks,
    pub(crate) addresses: Addresses,
    /// Of a child that was forked from this process, in the child's memory.
    child: OnceBox<Process>,
}

static FIRST: OnceBox<Process> = OnceBox::new();

/// This process.
pub(crate) fn current() -> &'static Process {
    let identity = identity();
    let make = || {
        Box::new(Process {
            identity,
            accounts: Accounts::default(),
            clocks: Clocks::default(),
            addresses: Addresses::default(),
            child: OnceBox::new(),
        })
    };
    let mut process = FIRST.get_or_init(make);
    while process.identity != identity {
        process = process.child.get_or_init(make);
    }
    process
}
