//! What goes wrong with a connection, on its way through the HTTP library: as the cause of an `io::Error`.

use super::proxy_failed::Failed;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

#[derive(Debug)]
pub(super) enum Trouble {
    Cancelled,
    Late(Limit),
    /// The host has no address.
    NoAddress,
    /// The system gave no thread to look a name up in.
    NoThread(io::Error),
    /// There is no connection. The address is the one that was tried last.
    NotConnected(SocketAddr, io::Error),
    /// The proxy's doing.
    Proxy(Failed),
    /// The client's own settings leave no way; in words.
    OwnSettings(String),
    Tls(rustls::Error),
    /// The connection was there, and broke.
    Broke(io::Error),
    /// It was closed before the answer was whole.
    Closed,
    /// What answered does not speak HTTP as it is written down.
    BadHead(&'static str),
    /// This machine has run out of something before there was a connection.
    Lack(io::Error),
    /// The local file, and not the network.
    File(io::Error),
    /// Whoever takes the answer wants no more of it, and knows why.
    NotTaken,
    /// There is no memory for it.
    NoMemory,
}

/// Which limit ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    Call,
    Attempt,
    Connect(Duration),
    /// Nothing came for so long.
    Stall(Duration),
}

impl Trouble {
    pub(super) fn into_io(self) -> io::Error {
        io::Error::other(self)
    }

    pub(super) fn of(error: &io::Error) -> Option<&Trouble> {
        error.get_ref()?.downcast_ref()
    }
}

impl Failed {
    pub(super) fn into_io(self) -> io::Error {
        Trouble::Proxy(self).into_io()
    }

    /// What broke while a proxy was talked to; that time is over, or the call was cancelled, stays as it is.
    pub(super) fn of_socket(error: io::Error) -> io::Error {
        match Trouble::of(&error) {
            Some(_) => error,
            None if error.kind() == io::ErrorKind::UnexpectedEof => Failed::Closed.into_io(),
            None => Failed::Broke(error).into_io(),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self:?}")
    }
}

impl std::error::Error for Trouble {}

/// What the peer did to the connection: not a limit of ours, nor a local error.
pub(super) fn is_peers(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(error.kind(), BrokenPipe | ConnectionReset | ConnectionAborted)
}
