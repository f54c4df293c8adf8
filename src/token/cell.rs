//! A value that many threads use and one at a time fetches.
//!
//! - A value has a generation. Only who holds the current one can declare it dead; whoever comes with an older one gets
//!   the newer without a fetch.
//! - One thread fetches; the others wait for it, each within its own deadline.
//! - A failed fetch fails everybody who waited for it, once. It is never kept: the next caller fetches anew.

use crate::error::{Error, Result, Status};
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::sync::Arc;
use std::time::Instant;

/// The value and its generation, as a caller holds it.
#[derive(Debug)]
pub(crate) struct Held<T> {
    value: T,
    generation: u64,
}

impl<T> Held<T> {
    pub(crate) fn value(&self) -> &T {
        &self.value
    }
}

pub(crate) struct SharedCell<T> {
    state: Mutex<State<T>>,
    settled: Condvar,
}

struct State<T> {
    current: Option<Arc<Held<T>>>,
    fetching: bool,
    /// Fetches that ended, well or not; the last one's error if it failed.
    fetches: u64,
    failure: Option<Error>,
}

impl<T> Default for SharedCell<T> {
    fn default() -> Self {
        let state = State { current: None, fetching: false, fetches: 0, failure: None };
        SharedCell { state: Mutex::new(state), settled: Condvar::new() }
    }
}

impl<T> SharedCell<T> {
    /// The current value, unless it is the `dead` one or there is none: then the one that `fetch` brings, in this thread
    /// or another.
    pub(crate) fn get(
        &self,
        dead: Option<&Held<T>>,
        deadline: Instant,
        fetch: impl FnOnce() -> Result<T>,
    ) -> Result<Arc<Held<T>>> {
        let mut state = self.state.lock();
        loop {
            if let Some(current) =
                state.current.as_ref().filter(|held| dead.map(|dead| dead.generation) != Some(held.generation))
            {
                return Ok(Arc::clone(current));
            }
            if !state.fetching {
                return self.fetch(state, || fetch().map(|value| (value, ()))).map(|(held, ())| held);
            }
            let before = state.fetches;
            self.wait(&mut state, deadline)?;
            if let (true, Some(failure)) = (state.fetches == before + 1, &state.failure) {
                return Err(failure.clone());
            }
        }
    }

    /// Always fetches, after whoever is fetching now. What `fetch` brings beside the value goes to the caller.
    pub(crate) fn replace<R>(&self, deadline: Instant, fetch: impl FnOnce() -> Result<(T, R)>) -> Result<R> {
        let mut state = self.state.lock();
        while state.fetching {
            self.wait(&mut state, deadline)?;
        }
        self.fetch(state, fetch).map(|(_, beside)| beside)
    }

    fn wait(&self, state: &mut MutexGuard<'_, State<T>>, deadline: Instant) -> Result<()> {
        if self.settled.wait_until(state, deadline).timed_out() {
            return Err(Error::new(
                Status::Timeout,
                "what another thread is fetching (token or address) did not come within the call's time (timeout_ms)",
            ));
        }
        Ok(())
    }

    /// Fetches without holding the lock.
    fn fetch<R>(
        &self,
        mut state: MutexGuard<'_, State<T>>,
        fetch: impl FnOnce() -> Result<(T, R)>,
    ) -> Result<(Arc<Held<T>>, R)> {
        state.fetching = true;
        drop(state);
        let mut flight = Flight { cell: self, landed: false };
        let (value, beside) = match fetch() {
            Ok((value, beside)) => (Ok(value), Ok(beside)),
            Err(error) => (Err(error.clone()), Err(error)),
        };
        flight.landed = true;
        let held = self.settle(value)?;
        Ok((held, beside?))
    }

    /// Ends a fetch: everybody who waited for it wakes.
    fn settle(&self, outcome: Result<T>) -> Result<Arc<Held<T>>> {
        let mut state = self.state.lock();
        state.fetching = false;
        state.fetches += 1;
        let settled = outcome.map(|value| Arc::new(Held { value, generation: state.fetches }));
        match &settled {
            Ok(held) => {
                state.current = Some(Arc::clone(held));
                state.failure = None;
            }
            Err(error) => state.failure = Some(error.clone()),
        }
        drop(state);
        self.settled.notify_all();
        settled
    }
}

/// A fetch under way. If it unwinds, it settles as a failure all the same: nobody waits for ever.
struct Flight<'c, T> {
    cell: &'c SharedCell<T>,
    landed: bool,
}

impl<T> Drop for Flight<'_, T> {
    fn drop(&mut self) {
        if !self.landed {
            _ = self.cell.settle(Err(Error::new(Status::Internal, "the fetch panicked")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;
    use std::time::Duration;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    #[test]
    fn many_threads_fetch_once() {
        let cell = SharedCell::default();
        let fetches = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    let fetch = || {
                        thread::sleep(Duration::from_millis(20));
                        Ok(fetches.fetch_add(1, Ordering::SeqCst))
                    };
                    assert_eq!(*cell.get(None, soon(), fetch).unwrap().value(), 0);
                });
            }
        });
        assert_eq!(fetches.into_inner(), 1);
    }

    #[test]
    fn only_the_current_generation_can_be_declared_dead() {
        let cell = SharedCell::default();
        let first = cell.get(None, soon(), || Ok(1)).unwrap();
        let second = cell.get(Some(&first), soon(), || Ok(2)).unwrap();
        assert_eq!(*second.value(), 2);
        let newer = cell.get(Some(&first), soon(), || panic!("a newer value is there")).unwrap();
        assert_eq!(*newer.value(), 2);
    }

    #[test]
    fn a_failure_reaches_all_who_waited_and_is_not_kept() {
        let cell = SharedCell::<u32>::default();
        let fetches = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let fetch = || {
                        thread::sleep(Duration::from_millis(200));
                        fetches.fetch_add(1, Ordering::SeqCst);
                        Err(Error::new(Status::Auth, "refused"))
                    };
                    assert_eq!(cell.get(None, soon(), fetch).unwrap_err().status(), Status::Auth);
                });
            }
        });
        assert_eq!(fetches.into_inner(), 1);
        assert_eq!(*cell.get(None, soon(), || Ok(7)).unwrap().value(), 7);
    }

    #[test]
    fn who_waits_gives_up_at_its_own_deadline() {
        let cell = SharedCell::default();
        thread::scope(|scope| {
            scope.spawn(|| {
                cell.get(None, soon(), || {
                    thread::sleep(Duration::from_millis(300));
                    Ok(1)
                })
            });
            thread::sleep(Duration::from_millis(50));
            let deadline = Instant::now() + Duration::from_millis(20);
            let error = cell.get(None, deadline, || Ok(2)).unwrap_err();
            assert_eq!(error.status(), Status::Timeout);
        });
    }

    #[test]
    fn a_fetch_that_panics_lets_the_others_go_on() {
        let cell = SharedCell::<u32>::default();
        thread::scope(|scope| {
            let panicked = scope.spawn(|| cell.get(None, soon(), || panic!("on purpose"))).join();
            assert!(panicked.is_err());
        });
        assert_eq!(*cell.get(None, soon(), || Ok(3)).unwrap().value(), 3);
    }

    #[test]
    fn replace_always_fetches() {
        let cell = SharedCell::default();
        cell.get(None, soon(), || Ok(1)).unwrap();
        assert_eq!(cell.replace(soon(), || Ok((2, "answer"))).unwrap(), "answer");
        assert_eq!(*cell.get(None, soon(), || Ok(3)).unwrap().value(), 2);
    }
}
