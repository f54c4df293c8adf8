//! `libmeetgate`: the control APIs of three conferencing platforms behind one small C library.
//!
//! C callers see `include/meetgate.h`; this crate's Rust surface is what that header is made of: [`Client`], the
//! [`catalog`] of operations and the one [`Error`] model.
//!
//! The library writes nothing to the logger of the crate `log`. The HTTP library below it, `ureq`, does: up to the level debug
//! without paths, queries, bodies and headers that may hold a secret. **At the level trace, the targets `ureq` and `ureq_proto`
//! write every byte of requests and answers, keys and tokens included.** A program with such a logger has to leave these two
//! targets out, and with the feature `events` also `tungstenite`, which writes every message of the event gateway's there. C, C++, Python and C# have no part in this: there is no logger inside the shared library.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod asynchronous;
mod blocking;
mod cancel;
pub mod catalog;
mod client;
mod config;
mod engine;
mod error;
#[cfg(feature = "events")]
mod events;
pub mod ffi;
mod hex;
mod identity;
mod json;
mod lock;
mod observe;
mod pause;
mod platform;
mod process;
mod random;
mod redact;
mod request;
mod secret;
pub mod signing;
mod single_flight;
mod thread;
mod token;
mod transport;
mod trust;
mod unix_time;

pub use cancel::Cancel;
pub use client::{Client, LogLevel, ProvidedToken};
pub use error::{Error, ErrorDocument, Result, Status};
pub use redact::{Redacted, RedactedJson};
