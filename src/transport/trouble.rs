//! What goes wrong with a connection, on its way through the HTTP library: as the cause of an `io::Error`.

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
    /// There is no memory for it.
    NoMemory,
}

/// Which limit ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    Call,
    Attempt,
    Connect(Duration),
}

impl Trouble {
    pub(super) fn into_io(self) -> io::Error {
        io::Error::other(self)
    }

    pub(super) fn of(error: &io::Error) -> Option<&Trouble> {
        error.get_ref()?.downcast_ref()
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
