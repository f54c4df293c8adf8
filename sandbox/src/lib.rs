//! The three conferencing platforms in one local process: hst (好视通), youme (游密) and avd (叁体).
//!
//! All documented operations, on one loopback port, with state and with the platforms' real rules: hst tokens die
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
//!
//! Bad days are [`Fault`]s, planned by [`Sandbox::add_fault`], by [`Options::faults`], by a file (`--faults`) or by the
//! control interface (`--control`, `GET /_sandbox` explains it):
//!
//! ```
//! use meetgate_sandbox::{CloseWhen, Fault, FaultKind, Options, Sandbox};
//!
//! let sandbox = Sandbox::start(Options::default())?;
//! // The next room is created, but nobody hears of it.
//! sandbox.add_fault(Fault::new("avd.room.create", FaultKind::Close { when: CloseWhen::BeforeHead }).times(1).acted(true))?;
//! // … a client calls …
//! assert_eq!(sandbox.acted_counts().get("avd.room.create"), None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![deny(unreachable_pub)]

mod avd;
mod calendar;
mod call;
mod clock;
mod control;
mod control_error;
mod cors;
mod counts;
mod disposition;
mod exchange;
mod faults;
mod file_answer;
mod files;
mod hst;
mod lock;
mod log;
mod media_bytes;
mod members;
mod operation;
mod options;
mod platform;
mod record;
mod redact;
mod sandbox;
mod server;
mod session;
mod shared;
mod tls;
mod wire;
mod youme;

pub use avd::{Remark, Visitor};
pub use control_error::ControlError;
pub use faults::{CloseWhen, Fault, FaultError, FaultKind};
pub use hst::{Broadcast, MediaType, Presence};
pub use options::Options;
pub use record::Exchange;
pub use sandbox::{Sandbox, StartError};
pub use tls::Tls;
