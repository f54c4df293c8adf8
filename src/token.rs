//! The credential engine: what the client holds between calls.
//!
//! Now one cell per client, in memory, with single flight. Refreshing ahead, cells shared by the clients of one account,
//! and stores beyond the process come here.

mod cell;
mod fruitless;

pub(crate) use cell::{Held, SharedCell};
pub(crate) use fruitless::Fruitless;

/// A platform's token.
pub(crate) type Token = crate::config::Secret;
