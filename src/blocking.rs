//! Work that nothing can interrupt, such as that of a disk or of a name server, on a thread of its own: its caller waits no
//! longer than it wants to. Not by a channel: that leaves memory behind in the thread that waits.

use parking_lot::{Condvar, Mutex};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

/// Why there is no result.
#[derive(Debug)]
pub(crate) enum Gone {
    /// The time is over. The work may still be done.
    Late,
    /// There was no thread for it.
    NotBegun(io::Error),
    Panicked,
}

enum Place<T> {
    Awaited,
    Done(thread::Result<T>),
    Abandoned,
}

/// Does some work, and waits for its result until then. A result that comes later is dropped on the work's own thread.
pub(crate) fn within<T: Send + 'static>(until: Instant, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Gone> {
    let place = Arc::new((Mutex::new(Place::Awaited), Condvar::new()));
    let workers = Arc::clone(&place);
    let body = move || {
        let done = catch_unwind(AssertUnwindSafe(work));
        let (place, is_done) = &*workers;
        let mut place = place.lock();
        if matches!(*place, Place::Awaited) {
            *place = Place::Done(done);
            is_done.notify_one();
        }
    };
    thread::Builder::new().name("meetgate".to_owned()).spawn(body).map_err(Gone::NotBegun)?;
    let (place, is_done) = &*place;
    let mut place = place.lock();
    _ = is_done.wait_while_until(&mut place, |place| matches!(place, Place::Awaited), until);
    match std::mem::replace(&mut *place, Place::Abandoned) {
        Place::Done(done) => done.map_err(|_| Gone::Panicked),
        Place::Awaited | Place::Abandoned => Err(Gone::Late),
    }
}
