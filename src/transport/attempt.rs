//! One attempt, as the connection sees it: how long it may take, whether it was cancelled, how far it got, and what took how long.
//!
//! The HTTP library has no place for this in its calls, so that it stands in a thread-local while it runs.

use super::head::Said;
use super::trouble::{Limit, Trouble};
use super::{Bounds, Phases, Trace};
use crate::cancel::{Waking, Watch};
use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) struct Attempt {
    deadline: Instant,
    attempt_ends: Option<Instant>,
    connect_timeout: Duration,
    /// For how long nothing may come, and until when.
    stall: Option<(Duration, Instant)>,
    /// From when it began to connect.
    connecting_ends: Option<Instant>,
    watch: Watch,
    pub(super) request: RequestLength,
    pub(super) trace: Trace,
    /// The peer takes no more of the request: what is left of it goes nowhere.
    pub(super) rest_is_for_nobody: bool,
    /// Where somebody wants to know what took how long.
    clock: Option<Box<Clock>>,
    /// What the answer's head says beside its framing.
    pub(super) said: Said,
}

/// One of them.
type Phase = fn(&mut Phases) -> &mut u32;

/// What took how long so far, and since when the next phase runs.
struct Clock {
    phases: Phases,
    since: Instant,
}

/// How long a request is, in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RequestLength {
    /// At most.
    pub(super) head: usize,
    pub(super) whole: u64,
    /// What it asks for comes in pieces.
    pub(super) is_for_file: bool,
}

/// What is left of an attempt when it is over.
#[derive(Default)]
pub(super) struct Ended {
    pub(super) trace: Trace,
    pub(super) said: Said,
}

thread_local! {
    static CURRENT: RefCell<Option<Attempt>> = const { RefCell::new(None) };
}

/// Runs a function of the caller's within an attempt of this thread. It may call this library, which makes attempts of its own.
pub(super) fn outside<T>(function: impl FnOnce() -> T) -> T {
    /// Also where the function unwinds.
    struct Back(Option<Attempt>);
    impl Drop for Back {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    let _back = Back(CURRENT.take());
    function()
}

/// Runs an attempt on this thread; also how far it got, and what it was told.
pub(super) fn run<T>(bounds: &Bounds<'_>, attempt: impl FnOnce() -> T) -> (T, Ended) {
    /// Also where the attempt unwinds.
    struct Over;
    impl Drop for Over {
        fn drop(&mut self) {
            CURRENT.with_borrow_mut(|current| *current = None);
        }
    }
    let new = Attempt {
        deadline: bounds.deadline,
        attempt_ends: bounds.attempt,
        connect_timeout: bounds.limits.connect_timeout,
        stall: bounds.stall.map(|stall| (stall, Instant::now() + stall)),
        connecting_ends: None,
        watch: bounds.interrupt.watch(),
        request: RequestLength::default(),
        trace: Trace::default(),
        rest_is_for_nobody: false,
        clock: bounds.is_timed.then(|| Box::new(Clock { phases: Phases::default(), since: Instant::now() })),
        said: Said::default(),
    };
    // It is large, and is moved once.
    CURRENT.with_borrow_mut(|current| *current = Some(new));
    let over = Over;
    let done = attempt();
    let ended = CURRENT.with_borrow_mut(|current| current.as_mut().map(Attempt::ended));
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

/// Does what belongs to one phase of making a connection.
pub(super) fn timed<T>(phase: Phase, work: impl FnOnce() -> T) -> T {
    let on_clock = |act: fn(&mut Clock, Phase)| {
        _ = with(|attempt| attempt.clock.as_mut().map(|clock| act(clock, phase)));
    };
    on_clock(|clock, _| clock.since = Instant::now());
    let done = work();
    on_clock(Clock::end);
    done
}

/// Has a wait of the call ended when the call is cancelled.
pub(super) fn waking(wake: Arc<dyn crate::cancel::Wake>) -> io::Result<Waking> {
    with(|attempt| attempt.watch.waking(wake))
}

impl Attempt {
    /// Notes that so much of an answer came.
    pub(super) fn received(&mut self, count: usize) {
        if let (0, 1.., Some(clock)) = (self.trace.received, count, &mut self.clock) {
            clock.end(|phases| &mut phases.wait);
        }
        self.trace.received += count as u64;
        if let Some((stall, until)) = &mut self.stall {
            *until = Instant::now() + *stall;
        }
    }

    fn ended(&mut self) -> Ended {
        if let Some(clock) = &mut self.clock {
            let phase: Phase =
                if self.trace.is_answered() { |phases| &mut phases.read } else { |phases| &mut phases.wait };
            clock.end(phase);
        }
        let phases = self.clock.as_ref().map(|clock| clock.phases);
        Ended { trace: Trace { phases, ..self.trace }, said: std::mem::take(&mut self.said) }
    }

    /// The limit that ends it first, and when.
    fn end(&mut self, is_connecting: bool) -> (Instant, Limit) {
        let mut end = (self.deadline, Limit::Call);
        if let Some(at) = self.attempt_ends.filter(|at| *at < end.0) {
            end = (at, Limit::Attempt);
        }
        if let Some((stall, at)) = self.stall.filter(|(_, at)| *at < end.0) {
            end = (at, Limit::Stall(stall));
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

impl Clock {
    /// The phase that ran is over.
    fn end(&mut self, phase: Phase) {
        let now = Instant::now();
        let took = u32::try_from(now.duration_since(self.since).as_micros()).unwrap_or(u32::MAX);
        let so_far = phase(&mut self.phases);
        *so_far = so_far.saturating_add(took);
        self.since = now;
    }
}
