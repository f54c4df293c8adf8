//! The wire under the platforms: listening, TLS, and answers that arrive late, cut, or not at all.

mod answer;
mod line;
mod listener;
mod reset;
mod stream;

pub use answer::Spoil;
pub use line::{Handle, Lines};
pub use listener::Front;
