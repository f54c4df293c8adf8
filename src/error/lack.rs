//! What this machine has run out of: nothing that a platform said, and over as soon as somebody gives something back.

use std::io;

/// Whether an operation failed because the process or the system has no more descriptors, memory or local ports.
#[cfg(unix)]
pub(crate) fn is_lack(error: &io::Error) -> bool {
    let lacking = [libc::EMFILE, libc::ENFILE, libc::ENOMEM, libc::ENOBUFS, libc::EADDRNOTAVAIL];
    error.raw_os_error().is_some_and(|number| lacking.contains(&number)) || is_out_of_memory(error)
}

#[cfg(not(unix))]
pub(crate) fn is_lack(error: &io::Error) -> bool {
    is_out_of_memory(error)
}

fn is_out_of_memory(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::OutOfMemory
}
