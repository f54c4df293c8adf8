//! Results that wait until somebody takes them, and a descriptor that says so.

use crate::identity::{self, Identity};
use crate::lock::Mutex;
use std::collections::VecDeque;

/// What an event loop waits for.
pub(crate) trait Readiness: Send {
    fn set(&self);
    fn clear(&self);
}

pub(crate) struct Completions<T> {
    /// The process that made it: the lock may be held in a forked child for ever.
    process: Identity,
    state: Mutex<State<T>>,
}

struct State<T> {
    waiting: VecDeque<T>,
    /// Set while one waits; `None` once nobody takes any more.
    readiness: Option<Box<dyn Readiness>>,
}

impl<T> Completions<T> {
    pub(crate) fn new(readiness: Box<dyn Readiness>) -> Completions<T> {
        let state = State { waiting: VecDeque::new(), readiness: Some(readiness) };
        Completions { process: identity::own(), state: Mutex::new(state) }
    }

    /// Dropped where nobody takes any more.
    pub(crate) fn put(&self, completion: T) {
        let mut state = self.state.lock();
        let State { waiting, readiness: Some(readiness) } = &mut *state else {
            // After the lock: its drop is not ours to know.
            drop(state);
            return drop(completion);
        };
        waiting.push_back(completion);
        if waiting.len() == 1 {
            readiness.set();
        }
    }

    /// The one that waits longest.
    pub(crate) fn next(&self) -> Option<T> {
        if !self.is_own_process() {
            return None;
        }
        let mut state = self.state.lock();
        let next = state.waiting.pop_front()?;
        if let (true, Some(readiness)) = (state.waiting.is_empty(), &state.readiness) {
            readiness.clear();
        }
        Some(next)
    }

    /// Drops some of what waits.
    pub(crate) fn drop_those(&self, is_one: impl Fn(&T) -> bool) {
        let mut state = self.state.lock();
        let State { waiting, readiness } = &mut *state;
        let (dropped, left): (VecDeque<T>, VecDeque<T>) = std::mem::take(waiting).into_iter().partition(is_one);
        *waiting = left;
        if let (true, false, Some(readiness)) = (waiting.is_empty(), dropped.is_empty(), readiness) {
            readiness.clear();
        }
        drop(state);
        drop(dropped);
    }

    /// Takes no more, and drops what waits. The descriptor is gone after it.
    pub(crate) fn close(&self) {
        let mut state = self.state.lock();
        let waiting = std::mem::take(&mut state.waiting);
        let readiness = state.readiness.take();
        drop(state);
        drop((waiting, readiness));
    }

    pub(crate) fn is_own_process(&self) -> bool {
        self.process == identity::own()
    }
}
