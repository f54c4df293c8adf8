//! `libmeetgate`: the control APIs of three conferencing platforms behind one small C library.
//!
//! C callers see `include/meetgate.h`; this crate's Rust surface is what that header is made of: [`Client`], the
//! [`catalog`] of operations and the one [`Error`] model.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod asynchronous;
mod blocking;
mod cancel;
pub mod catalog;
mod client;
mod config;
mod engine;
mod error;
pub mod ffi;
mod hex;
mod identity;
mod json;
mod platform;
mod process;
mod random;
mod redact;
mod request;
mod secret;
pub mod signing;
mod single_flight;
mod token;
mod transport;
mod unix_time;

pub use cancel::Cancel;
pub use client::{Client, ProvidedToken};
pub use error::{Error, ErrorDocument, Result, Status};
pub use redact::{Redacted, RedactedJson};
