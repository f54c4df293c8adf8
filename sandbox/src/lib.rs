//! The three conferencing platforms in one local process: hst (好视通), youme (游密) and avd (叁体).
//!
//! All 84 documented operations, on one loopback port, with state and with the platforms' real rules: hst tokens die
//! when a new one is fetched, youme checksums live five minutes, avd answers in its three envelopes. It is written from
//! the vendors' documents and never from a client, so that a mistake cannot fit on both sides.
//!
//! Comments cite the documents by number and line: `004 L629` is line 629 of document 004; `H7`, `Y3`, `T40` are the
//! decisions of `docs/platform-notes.md` where the documents contradict themselves.
//!
//! ```no_run
//! use meetgate_sandbox::{Options, Sandbox};
//!
//! let sandbox = Sandbox::start(Options::default())?;
//! println!("{}", sandbox.configurations());
//! # Ok::<(), meetgate_sandbox::StartError>(())
//! ```

mod avd;
mod calendar;
mod clock;
mod exchange;
mod faults;
mod hst;
mod options;
mod record;
mod redact;
mod sandbox;
mod server;
mod youme;

pub use options::Options;
pub use record::Exchange;
pub use sandbox::{Sandbox, StartError};
