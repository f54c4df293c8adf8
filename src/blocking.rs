//! Work that nothing can interrupt, such as that of a disk or of a name server, on a thread of its own: its caller waits no
//! longer than it wants to. Not by a channel: that leaves memory behind in the thread that waits.

use crate::cancel::{Wake, Watch};
use crate::lock::{Condition, Mutex};
use crate::thread;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

/// Why there is no result.
#[derive(Debug)]
pub(crate) enum Gone {
    /// The time is over. The work may still be done.
    Late,
    /// There was no thread for it.
    NotBegun(io::Error),
    Panicked,
    /// The caller was told to give up. The work may still be done.
    Cancelled,
}

struct Place<T> {
    state: Mutex<State<T>>,
    changed: Condition,
}

enum State<T> {
    Awaited,
    /// A trigger came.
    Woken,
    Done(std::thread::Result<T>),
    Abandoned,
}

impl<T: Send> Wake for Place<T> {
    fn wake(&self) {
        let mut state = self.state.lock();
        if matches!(*state, State::Awaited) {
            *state = State::Woken;
            self.changed.notify_all();
        }
    }
}

/// Does some work, and waits for its result until then. A result that comes later is dropped on the work's own thread.
pub(crate) fn within<T: Send + 'static>(until: Instant, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Gone> {
    let place = begin(work)?;
    wait_for(&place, until)
}

/// The same for a call that may be cancelled meanwhile.
pub(crate) fn within_call<T: Send + 'static>(
    until: Instant,
    watch: &Watch,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Gone> {
    let place = begin(work)?;
    let _waking = watch.waking(Arc::clone(&place) as Arc<dyn Wake>);
    wait_for(&place, until)
}

fn begin<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<Arc<Place<T>>, Gone> {
    let place = Arc::new(Place { state: Mutex::new(State::Awaited), changed: Condition::default() });
    let workers = Arc::clone(&place);
    let body = move || {
        let done = catch_unwind(AssertUnwindSafe(work));
        let mut state = workers.state.lock();
        if matches!(*state, State::Awaited) {
            *state = State::Done(done);
            workers.changed.notify_all();
        }
    };
    thread::start("meetgate", None, Box::new(body)).map_err(Gone::NotBegun)?;
    Ok(place)
}

fn wait_for<T>(place: &Place<T>, until: Instant) -> Result<T, Gone> {
    let mut state = place.changed.wait_while_until(place.state.lock(), until, |state| matches!(state, State::Awaited));
    match std::mem::replace(&mut *state, State::Abandoned) {
        State::Done(done) => done.map_err(|_| Gone::Panicked),
        State::Woken => Err(Gone::Cancelled),
        State::Awaited | State::Abandoned => Err(Gone::Late),
    }
}
