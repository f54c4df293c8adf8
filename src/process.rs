//! What the clients of one process share: the credentials of their accounts, the addresses that were asked for, and what is known
//! of their hosts' clocks.
//!
//! A forked child starts with nothing. It would inherit its parent's tokens, and after fork a lock may be held by a thread
//! that does not exist in the child. So each process has an entry of its own, found by its identity, without a lock.

use crate::engine::{Addresses, Clocks};
use crate::identity::{self, Identity};
use crate::token::Accounts;
use once_cell::race::OnceBox;

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
    let identity = identity::own();
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
