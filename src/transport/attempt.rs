//! One attempt, as the connection sees it: how long it may take, whether it was cancelled, and how far it got.
//!
//! The HTTP library has no place for this in its calls, so that it stands in a thread-local while it runs.

use super::Bounds;
use super::head::Said;
use super::trouble::{Limit, Trouble};
use crate::cancel::{Waking, Watch};
use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) struct Attempt {
    deadline: Instant,
    attempt_ends: Option<Instant>,
    connect_timeout: Duration,
    /// From when it began to connect.
    connecting_ends: Option<Instant>,
    watch: Watch,
    pub(super) request: RequestLength,
    pub(super) progress: Progress,
    /// What the answer's head says beside its framing.
    pub(super) said: Said,
}

/// How long a request is, in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RequestLength {
    /// At most.
    pub(super) head: usize,
    pub(super) whole: u64,
}

/// What is left of an attempt when it is over.
#[derive(Default)]
pub(super) struct Ended {
    pub(super) progress: Progress,
    pub(super) said: Said,
}

/// How far the attempt got: what follows from a failure depends on it, and not on the error's kind.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Progress {
    /// Bytes of the request that were handed to the system.
    pub(super) sent: u64,
    /// Over a connection that was kept from another request.
    pub(super) is_reused: bool,
    /// A byte of an answer came.
    pub(super) is_answered: bool,
}

thread_local! {
    static CURRENT: RefCell<Option<Attempt>> = const { RefCell::new(None) };
}

/// Runs an attempt on this thread; also how far it got, and what it was told.
pub(super) fn run<T>(bounds: &Bounds<'_>, attempt: impl FnOnce() -> T) -> (T, Ended) {
    /// Also where the attempt unwinds.
    struct Over;
    impl Drop for Over {
        fn drop(&mut self) {
            CURRENT.set(None);
        }
    }
    let new = Attempt {
        deadline: bounds.deadline,
        attempt_ends: bounds.attempt,
        connect_timeout: bounds.limits.connect_timeout,
        connecting_ends: None,
        watch: bounds.interrupt.watch(),
        request: RequestLength::default(),
        progress: Progress::default(),
        said: Said::default(),
    };
    CURRENT.set(Some(new));
    let over = Over;
    let done = attempt();
    let ended = CURRENT.take().map(|Attempt { progress, said, .. }| Ended { progress, said });
    drop(over);
    (done, ended.unwrap_or_default())
}

/// The attempt that runs on this thread. Outside one there is nothing to do on a connection.
pub(super) fn with<T>(look: impl FnOnce(&mut Attempt) -> T) -> io::Result<T> {
    CURRENT
        .with_borrow_mut(|current| current.as_mut().map(look))
        .ok_or_else(|| io::Error::other("no attempt is under way"))
}

/// The time that is left for sending and receiving; an error where there is none, or the call was cancelled.
pub(super) fn left() -> io::Result<Duration> {
    with(|attempt| attempt.left(false))?.map_err(Trouble::into_io)
}

/// The same while there is no connection yet.
pub(super) fn left_to_connect() -> io::Result<Duration> {
    with(|attempt| attempt.left(true))?.map_err(Trouble::into_io)
}

/// For waiting elsewhere than at a socket: until when, and what ends it sooner.
pub(super) fn patience() -> io::Result<(Instant, Watch)> {
    left()?;
    with(|attempt| (attempt.end(false).0, attempt.watch.clone()))
}

/// The error of the limit that ends connecting.
pub(super) fn connecting_is_over() -> io::Result<io::Error> {
    with(|attempt| Trouble::Late(attempt.end(true).1).into_io())
}

/// An error where a socket's end, or its failure, came from the call's being cancelled.
pub(super) fn check_cancelled(done: &io::Result<usize>) -> io::Result<()> {
    match done {
        Ok(1..) => Ok(()),
        _ if with(|attempt| attempt.watch.is_cancelled())? => Err(Trouble::Cancelled.into_io()),
        _ => Ok(()),
    }
}

/// Has a wait of the call ended when the call is cancelled.
pub(super) fn waking(wake: Arc<dyn crate::cancel::Wake>) -> io::Result<Waking> {
    with(|attempt| attempt.watch.waking(wake))
}

impl Attempt {
    /// The limit that ends it first, and when.
    fn end(&mut self, is_connecting: bool) -> (Instant, Limit) {
        let mut end = (self.deadline, Limit::Call);
        if let Some(at) = self.attempt_ends.filter(|at| *at < end.0) {
            end = (at, Limit::Attempt);
        }
        if is_connecting {
            let at = *self.connecting_ends.get_or_insert_with(|| Instant::now() + self.connect_timeout);
            if at < end.0 {
                end = (at, Limit::Connect(self.connect_timeout));
            }
        }
        end
    }

    fn left(&mut self, is_connecting: bool) -> Result<Duration, Trouble> {
        if self.watch.is_cancelled() {
            return Err(Trouble::Cancelled);
        }
        let (end, limit) = self.end(is_connecting);
        match end.checked_duration_since(Instant::now()) {
            Some(left) if !left.is_zero() => Ok(left),
            _ => Err(Trouble::Late(limit)),
        }
    }
}
