//! The C ABI: handles, strings and the panic guard. The only place with unsafe code, and no thought of its own.

#![allow(unsafe_code, reason = "the C ABI lives here and nowhere else")]
#![allow(clippy::doc_lazy_continuation, reason = "the comments are the C header's documentation")]
#![allow(rustdoc::broken_intra_doc_links, reason = "likewise: `@param[in]` is no link")]

mod asynchronous;
mod calls;
mod cancel;
mod client;
mod completions;
mod credentials;
mod events;
mod fork;
mod guard;
mod json;
mod library;
mod observing;
mod operations;
mod readiness;
mod signing;
mod status;
mod strings;
#[cfg(feature = "test-hooks")]
mod test_hooks;
mod transfers;
mod waits;

pub use asynchronous::*;
pub use calls::*;
pub use cancel::*;
pub use client::*;
pub use completions::*;
pub use credentials::*;
pub use events::*;
pub use json::*;
pub use library::*;
pub use operations::*;
pub use signing::*;
pub use status::*;
