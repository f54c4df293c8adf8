//! A connected socket that keeps the time of whatever attempt uses it.
//!
//! The system's own time limits are powers of two in milliseconds, never beyond what is left, so that they hardly ever have to
//! be set anew: after each the time that is left is looked at.

use super::attempt;
use super::source::Bind;
use super::trouble::Trouble;
use crate::cancel::{Wake, Waking};
use socket2::{Domain, Protocol, SockAddr, Type};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// While a long request is sent, so often is looked whether the answer is there already.
const GLANCE: Duration = Duration::from_millis(64);
/// A peer that is gone is an error, and no signal to the program.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
const NO_SIGNAL: i32 = libc::MSG_NOSIGNAL;
/// Elsewhere the socket says so from the start.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
const NO_SIGNAL: i32 = 0;
/// An error of this kind ends a write in the middle of a long request: the peer has something to say.
pub(super) const SOMETHING_CAME: ErrorKind = ErrorKind::WouldBlock;
/// The longest limit that is set. On Windows a read that waits need not end when the socket is shut down: so often it looks whether
/// its call was cancelled.
const LONGEST: Duration = Duration::from_millis(if cfg!(windows) { 64 } else { 1 << 20 });

pub(super) struct Socket {
    open: Arc<Open>,
    /// As they are set now; zero is none.
    read_limit: Duration,
    write_limit: Duration,
    pub(super) phase: Phase,
}

/// What goes over it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// What comes before requests: it is a part of connecting.
    Handshake,
    Request,
    /// A request so long that its answer may come while it is sent.
    LongRequest,
}

impl Phase {
    fn left(self) -> io::Result<Duration> {
        if self == Phase::Handshake { attempt::left_to_connect() } else { attempt::left() }
    }
}

/// What a cancelled call shuts down.
struct Open(socket2::Socket);

impl Wake for Open {
    fn wake(&self) {
        // It fails where the peer was faster.
        _ = self.0.shutdown(Shutdown::Both);
    }
}

/// The largest power of two in milliseconds that is not longer, and at least one.
fn power_below(left: Duration) -> Duration {
    let millis = u64::try_from(left.min(LONGEST).as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(1 << millis.max(1).ilog2())
}

impl Socket {
    /// Connects, within its part of the time, from where the client is bound to.
    pub(super) fn connect(address: SocketAddr, share: u32, from: Option<&Bind>) -> io::Result<Socket> {
        let failed = |error: io::Error| Trouble::NotConnected(address, error).into_io();
        let socket =
            socket2::Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP)).map_err(failed)?;
        socket.set_tcp_nodelay(true).map_err(failed)?;
        if let Some(bind) = from {
            bind.apply_to(&socket)?;
        }
        let open = Arc::new(Open(socket));
        let _waking = attempt::waking(Arc::clone(&open) as _)?;
        let left = attempt::left_to_connect()?;
        let mine = (left / share.max(1)).max(Duration::from_millis(1));
        match open.0.connect_timeout(&SockAddr::from(address), mine) {
            Ok(()) => attempt::left_to_connect().map(drop)?,
            Err(error) => {
                // The limit that ended it, or that it was cancelled, says more than the system's word.
                attempt::left_to_connect()?;
                if share <= 1 && error.kind() == ErrorKind::TimedOut {
                    // The system rounds down.
                    return Err(attempt::connecting_is_over()?);
                }
                return Err(failed(error));
            }
        }
        Ok(Socket { open, read_limit: Duration::ZERO, write_limit: Duration::ZERO, phase: Phase::Handshake })
    }

    /// Has a cancelled call shut it down, until the guard goes.
    pub(super) fn waking(&self) -> io::Result<Waking> {
        attempt::waking(Arc::clone(&self.open) as _)
    }

    /// Whether nothing came that nobody asked for, the end of the connection included.
    pub(super) fn is_quiet(&self) -> bool {
        matches!(self.peek(), Err(error) if error.kind() == ErrorKind::WouldBlock)
    }

    /// Whether something came in the middle of a long request.
    pub(super) fn is_interrupted(&self) -> bool {
        self.phase == Phase::LongRequest && !self.is_quiet()
    }

    /// What has come, without waiting: how many bytes, 0 for the end.
    #[cfg(unix)]
    pub(super) fn peek(&self) -> io::Result<usize> {
        let mut byte = [std::mem::MaybeUninit::uninit()];
        self.open.0.recv_with_flags(&mut byte, libc::MSG_PEEK | libc::MSG_DONTWAIT)
    }

    #[cfg(not(unix))]
    pub(super) fn peek(&self) -> io::Result<usize> {
        let mut byte = [std::mem::MaybeUninit::uninit()];
        self.open.0.set_nonblocking(true)?;
        let peeked = self.open.0.peek(&mut byte);
        self.open.0.set_nonblocking(false)?;
        peeked
    }

    fn time_is_over(error: &io::Error) -> bool {
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let limit = power_below(self.phase.left()?);
            if limit != self.read_limit {
                self.open.0.set_read_timeout(Some(limit))?;
                self.read_limit = limit;
            }
            match (&self.open.0).read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted || Socket::time_is_over(&error) => {}
                done => {
                    // What a cancelled call did to the socket looks like the peer's doing.
                    attempt::check_cancelled(&done)?;
                    return done;
                }
            }
        }
    }
}

impl Write for Socket {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        loop {
            let left = self.phase.left()?;
            let is_long = self.phase == Phase::LongRequest;
            let limit = power_below(if is_long { left.min(GLANCE) } else { left });
            if limit != self.write_limit {
                self.open.0.set_write_timeout(Some(limit))?;
                self.write_limit = limit;
            }
            match self.open.0.send_with_flags(buffer, NO_SIGNAL) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if Socket::time_is_over(&error) => {
                    if is_long && !self.is_quiet() {
                        return Err(SOMETHING_CAME.into());
                    }
                }
                done => {
                    attempt::check_cancelled(&done)?;
                    if let (true, Ok(written)) = (self.phase != Phase::Handshake, &done) {
                        attempt::with(|attempt| attempt.trace.sent += *written as u64)?;
                    }
                    return done;
                }
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_powers_of_two_within_what_is_left() {
        let of = |millis| power_below(Duration::from_millis(millis)).as_millis();
        assert_eq!([0, 1, 2, 3, 1000, 30_000, u64::MAX].map(of), [1, 1, 2, 2, 512, 16_384, 1 << 20]);
    }
}
