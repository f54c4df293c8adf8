//! The wire under the platforms: listening, TLS, and answers that arrive late, cut, or not at all.

mod answer;
mod line;
mod listener;
mod reset;
mod stream;

pub(crate) use answer::Spoil;
pub(crate) use line::Handle;
pub(crate) use listener::{Front, House};
