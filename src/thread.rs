//! The threads that the library makes.

use std::io;
use std::thread::{Builder, JoinHandle};

/// Makes one of this name (15 bytes of it are seen), with the system's own stack or one of so many bytes. The body is boxed: what
/// makes a thread is then in the library once.
pub(crate) fn start(name: &str, stack: Option<usize>, body: Box<dyn FnOnce() + Send>) -> io::Result<JoinHandle<()>> {
    let builder = Builder::new().name(name.to_owned());
    match stack {
        Some(bytes) => builder.stack_size(bytes),
        None => builder,
    }
    .spawn(body)
}
