//! What must hold for any input, a module for each target. `cargo xtask fuzz` looks for an input for which it does not; the
//! library's `tests/fuzzed.rs` tries each input that is kept in `corpus/`.

pub mod configuration;
pub mod envelopes;
pub mod http_answers;
pub mod parameters;
mod server;
mod shown;
pub mod token_file;
