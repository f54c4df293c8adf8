//! The folder of a store and what is in it, through one descriptor: what was looked at is what is used, whatever is renamed
//! or replaced meanwhile. On Windows by path, since the folder's access list is the files'.

use std::io;

#[cfg(unix)]
mod by_descriptor;
#[cfg(not(unix))]
mod by_path;

#[cfg(unix)]
pub(super) use by_descriptor::Folder;
#[cfg(not(unix))]
pub(super) use by_path::Folder;

/// Why a file or the folder cannot be used: the end of a sentence that begins with its path.
pub(super) enum Trouble {
    Io(io::Error),
    /// Others could have put a token of theirs there.
    #[cfg_attr(not(unix), expect(dead_code, reason = "there the access list says who may"))]
    Refused(String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Io(error)
    }
}
