//! Telling a caller how far a transfer is.

use super::trouble::Trouble;
use std::cell::Cell;
use std::io;
use std::time::{Duration, Instant};

/// At most so often is it told, but for the end.
const PAUSE: Duration = Duration::from_millis(100);

/// Whoever is told, with bytes and how many there will be (0 where that is not known). False ends the transfer.
pub(crate) struct Progress<'p> {
    tell: &'p dyn Fn(u64, u64) -> bool,
    told: Cell<Option<Instant>>,
}

impl<'p> Progress<'p> {
    pub(crate) fn new(tell: &'p dyn Fn(u64, u64) -> bool) -> Progress<'p> {
        Progress { tell, told: Cell::new(None) }
    }

    /// So many bytes are there. An error where the caller wants no more.
    pub(crate) fn reached(&self, bytes: u64, total: u64) -> io::Result<()> {
        let now = Instant::now();
        let is_soon = self.told.get().is_some_and(|told| now.duration_since(told) < PAUSE);
        if is_soon && bytes != total {
            return Ok(());
        }
        self.told.set(Some(now));
        if (self.tell)(bytes, total) { Ok(()) } else { Err(Trouble::Cancelled.into_io()) }
    }
}
