//! Runs a client's work on threads of its own, which are there only once they are needed.
//!
//! Work waits in a queue for a worker. One more thread, the caretaker, is there while work waits and all workers are busy: it ends what
//! was cancelled or became late in the queue, so that this needs no worker. A worker is woken only where none is on its way.

mod completions;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use completions::{Completions, Readiness};

use crate::cancel::{Cancel, Wake};
use crate::lock::{Condition, Mutex, MutexGuard};
use crate::thread;
use state::{Job, Seat, State};
use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// A thread that had nothing to do for so long ends.
const IDLE: Duration = Duration::from_secs(10);
/// So many workers look for the next call before they sit down, and so often: whoever awaits one call often makes another.
const LOOKING: usize = 4;
const LOOKS: usize = 32;
/// A call needs 64 KiB. The rest is for the program's own code, which runs at its end. Memory is taken only as it is used.
const STACK: usize = 1 << 20;

/// The bounds of a pool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoolSize {
    pub(crate) threads: usize,
    pub(crate) queue: usize,
}

/// How the wait for a worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    Begun,
    Cancelled,
    Late,
}

/// Why work was not taken. It is never called then.
#[derive(Debug)]
pub(crate) enum Refused {
    /// So much waits already.
    Full(usize),
    Closed,
    /// There is no worker, and the system gave no thread for one.
    NoThread(io::Error),
}

pub(crate) struct Pool {
    size: PoolSize,
    /// Made with the first work: most clients have none.
    shared: OnceLock<Arc<Shared>>,
}

struct Shared {
    size: PoolSize,
    next_number: AtomicU64,
    state: Mutex<State>,
    /// Tells the caretaker that there is something to end.
    care: Condition,
    /// The last thread has ended.
    gone: Condition,
}

thread_local! {
    /// The pool that this thread works for, by its address.
    static WORKS_FOR: Cell<usize> = const { Cell::new(0) };
}

impl Pool {
    pub(crate) fn new(size: PoolSize) -> Pool {
        Pool { size, shared: OnceLock::new() }
    }

    fn shared(&self) -> &Arc<Shared> {
        self.shared.get_or_init(|| Arc::new(Shared::new(self.size)))
    }

    /// Has work done as soon as there is a worker for it. Work that is cancelled or late before that is told so. It is called exactly
    /// once, by a thread of the pool, without a lock.
    pub(crate) fn submit(
        &self,
        until: Instant,
        cancel: Option<&Cancel>,
        work: impl FnOnce(Turn) + Send + 'static,
    ) -> Result<(), Refused> {
        let shared = self.shared();
        let number = shared.next_number.fetch_add(1, Ordering::Relaxed);
        let waits = || Arc::new(Waits { shared: Arc::clone(shared), number });
        // Ahead of the lock: a trigger holds the lock of its cancel while it takes the pool's.
        let notice = cancel.map(|cancel| cancel.notice(waits()));
        let job = Job { until, notice, work: Box::new(work) };
        let mut state = shared.state.lock();
        let taken = shared.take_in(&mut state, number, job);
        // A trigger before the job was there has not found it.
        if cancel.is_some_and(Cancel::is_triggered) {
            shared.cancel(&mut state, number);
        }
        drop(state);
        // What was refused goes here, after the lock: its notice takes that of its cancel.
        taken.map_err(|(refused, _job)| refused)
    }

    /// Ends what waits, and takes no more. What is at work goes on.
    pub(crate) fn close(&self) {
        let shared = self.shared();
        let mut state = shared.state.lock();
        state.is_closed = true;
        state.end_all();
        while let Some(seat) = state.call_one() {
            seat.called.notify_one();
        }
        shared.care.notify_one();
    }

    /// Waits until all threads of a closed pool have ended, no longer than this; not at all on one of them.
    pub(crate) fn wait_for_end(&self, patience: Duration) {
        let shared = self.shared();
        if WORKS_FOR.try_with(Cell::get) == Ok(shared.address()) {
            return;
        }
        let until = Instant::now() + patience;
        let mut state = shared.state.lock();
        let mut is_over = false;
        while state.threads() > 0 && !is_over {
            (state, is_over) = shared.gone.wait_until(state, until);
        }
        let handles = std::mem::take(&mut state.handles);
        let have_ended = state.threads() == 0;
        drop(state);
        // They have left all that they shared, and are about to go. Others go by themselves.
        if have_ended {
            handles.into_iter().for_each(|handle| _ = handle.join());
        }
    }
}

impl Shared {
    fn new(size: PoolSize) -> Shared {
        Shared {
            size,
            next_number: AtomicU64::new(0),
            state: Mutex::default(),
            care: Condition::default(),
            gone: Condition::default(),
        }
    }

    fn address(self: &Arc<Self>) -> usize {
        Arc::as_ptr(self) as usize
    }

    fn take_in(self: &Arc<Self>, state: &mut State, number: u64, job: Job) -> Result<(), (Refused, Job)> {
        if state.is_closed {
            return Err((Refused::Closed, job));
        }
        let is_room_at_work = state.has_idle() || state.workers < self.size.threads;
        if !is_room_at_work && state.unserved() >= self.size.queue {
            return Err((Refused::Full(self.size.queue), job));
        }
        let until = job.until;
        state.add(number, job);
        if state.unserved() == 0 {
            return Ok(());
        }
        if let Some(seat) = state.call_one() {
            seat.called.notify_one();
            return Ok(());
        }
        if state.workers < self.size.threads {
            match self.start(state, |shared| shared.work()) {
                Ok(()) => {
                    state.workers += 1;
                    state.coming += 1;
                    return Ok(());
                }
                Err(error) if state.workers == 0 => {
                    if let Some(job) = state.remove(number) {
                        return Err((Refused::NoThread(error), job));
                    }
                }
                // A worker will come to it.
                Err(_) => {}
            }
        }
        self.have_cared(state, until);
        Ok(())
    }

    /// Sees to it that what waits ends in time. Where there is no thread for it, workers do that when they come to it.
    fn have_cared(self: &Arc<Self>, state: &mut State, until: Instant) {
        match state.care_until {
            Some(wakes) if until >= wakes => {}
            Some(_) => self.care.notify_one(),
            None => {
                if self.start(state, |shared| shared.care()).is_ok() {
                    state.care_until = Some(until);
                }
            }
        }
    }

    /// Makes a thread. Under the lock: nobody relies on a thread that does not come.
    fn start(self: &Arc<Self>, state: &mut State, body: impl FnOnce(&Arc<Shared>) + Send + 'static) -> io::Result<()> {
        let shared = Arc::clone(self);
        let body = move || {
            _ = WORKS_FOR.try_with(|pool| pool.set(shared.address()));
            body(&shared);
        };
        state.handles.push(thread::start("meetgate-async", Some(STACK), Box::new(body))?);
        Ok(())
    }

    fn work(&self) {
        let seat = Arc::new(Seat::default());
        let mut state = self.state.lock();
        state.coming -= 1;
        loop {
            if let Some((job, turn)) = state.next(Instant::now()) {
                state = self.state.without(state, || run(job, turn));
                continue;
            }
            if state.is_closed {
                break;
            }
            let mut is_some = false;
            if state.looking < LOOKING {
                (state, is_some) = self.look(state);
            }
            if !is_some {
                (state, is_some) = self.sit(state, &seat);
            }
            if !is_some {
                break;
            }
        }
        state.workers -= 1;
        self.leave(&mut state);
    }

    /// Looks for work a moment longer, without a seat, from which it would have to be called; whether there may be some. Meanwhile it
    /// counts as a worker that comes.
    fn look<'s>(&'s self, mut state: MutexGuard<'s, State>) -> (MutexGuard<'s, State>, bool) {
        let seen = self.next_number.load(Ordering::Relaxed);
        state.looking += 1;
        state.coming += 1;
        state = self.state.without(state, || {
            for _ in 0..LOOKS {
                std::thread::yield_now();
                if self.next_number.load(Ordering::Relaxed) != seen {
                    break;
                }
            }
        });
        state.coming -= 1;
        state.looking -= 1;
        let is_some = state.is_closed || !state.waits_for_nothing();
        (state, is_some)
    }

    /// Waits for work; whether there may be some.
    fn sit<'s>(&self, mut state: MutexGuard<'s, State>, seat: &Arc<Seat>) -> (MutexGuard<'s, State>, bool) {
        let until = Instant::now() + IDLE;
        state.sit_down(seat);
        while !seat.is_called() {
            let is_over;
            (state, is_over) = seat.called.wait_until(state, until);
            if is_over && !seat.is_called() {
                state.stand_up(seat);
                return (state, false);
            }
        }
        state.coming -= 1;
        (state, true)
    }

    fn care(&self) {
        let mut state = self.state.lock();
        loop {
            let now = Instant::now();
            state.end_late(now);
            if let Some((job, turn)) = state.next_ended() {
                state = self.state.without(state, || run(job, turn));
                continue;
            }
            if state.is_closed {
                break;
            }
            let (until, is_idle) = state.first_end().map_or((now + IDLE, true), |end| (end, false));
            state.care_until = Some(until);
            let is_over;
            (state, is_over) = self.care.wait_until(state, until);
            if is_over && is_idle && state.waits_for_nothing() {
                break;
            }
        }
        state.care_until = None;
        self.leave(&mut state);
    }

    fn cancel(&self, state: &mut State, number: u64) {
        if !state.end_cancelled(number) {
            return;
        }
        if state.care_until.is_some() {
            self.care.notify_one();
        } else if let Some(seat) = state.call_one() {
            seat.called.notify_one();
        }
    }

    /// The last thing that a thread does.
    fn leave(&self, state: &mut State) {
        if !state.is_closed {
            let own = std::thread::current().id();
            state.handles.retain(|handle| handle.thread().id() != own);
        }
        if state.threads() == 0 {
            self.gone.notify_all();
        }
    }
}

fn run(job: Job, turn: Turn) {
    let Job { notice, work, .. } = job;
    drop(notice);
    // A worker outlives what it works at.
    _ = catch_unwind(AssertUnwindSafe(|| work(turn)));
}

/// Work that waits, as a trigger finds it.
struct Waits {
    shared: Arc<Shared>,
    number: u64,
}

impl Wake for Waits {
    fn wake(&self) {
        self.shared.cancel(&mut self.shared.state.lock(), self.number);
    }
}
