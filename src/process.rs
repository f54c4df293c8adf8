//! What the clients of one process share: the credentials of their accounts, and what is known of their hosts' clocks.
//!
//! A forked child starts with nothing. It would inherit its parent's tokens, and after fork a lock may be held by a thread
//! that does not exist in the child. So each process has an entry of its own, found by its number, without a lock.

use crate::engine::Clocks;
use crate::token::Accounts;
use once_cell::race::OnceBox;

pub(crate) struct Process {
    id: u32,
    pub(crate) accounts: Accounts,
    pub(crate) clocks: Clocks,
    /// Of a child that was forked from this process, in the child's memory.
    child: OnceBox<Process>,
}

static FIRST: OnceBox<Process> = OnceBox::new();

/// This process'.
pub(crate) fn current() -> &'static Process {
    let id = std::process::id();
    let make =
        || Box::new(Process { id, accounts: Accounts::default(), clocks: Clocks::default(), child: OnceBox::new() });
    let mut process = FIRST.get_or_init(make);
    while process.id != id {
        process = process.child.get_or_init(make);
    }
    process
}
