//! Locks and conditions of the standard library, as this one uses them: a panic of another holder poisons nothing, and a wait has an
//! end in time.
//!
//! They keep all they know in their own memory. A global table of those who wait would not do: a forked child has its parent's
//! entries in it, which point into the memory of threads that the child does not have.

use std::sync::{self, PoisonError, TryLockError};
use std::time::Instant;

pub(crate) use std::sync::MutexGuard;

#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Mutex<T> {
        Mutex(sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something without the lock.
    pub(crate) fn without<'m>(&'m self, guard: MutexGuard<'m, T>, work: impl FnOnce()) -> MutexGuard<'m, T> {
        drop(guard);
        work();
        self.lock()
    }

    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// What somebody waits for who holds a [`Mutex`]. It may come for no reason, so that each who waits looks again.
#[derive(Debug, Default)]
pub(crate) struct Condition(sync::Condvar);

impl Condition {
    pub(crate) fn wait<'m, T>(&self, guard: MutexGuard<'m, T>) -> MutexGuard<'m, T> {
        self.0.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits no longer than this; also whether that time is over.
    pub(crate) fn wait_until<'m, T>(&self, guard: MutexGuard<'m, T>, until: Instant) -> (MutexGuard<'m, T>, bool) {
        let left = until.saturating_duration_since(Instant::now());
        let (guard, timeout) = self.0.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner);
        (guard, timeout.timed_out())
    }

    /// Waits as long as that holds, and no longer than this.
    pub(crate) fn wait_while_until<'m, T>(
        &self,
        guard: MutexGuard<'m, T>,
        until: Instant,
        holds: impl FnMut(&mut T) -> bool,
    ) -> MutexGuard<'m, T> {
        let left = until.saturating_duration_since(Instant::now());
        self.0.wait_timeout_while(guard, left, holds).unwrap_or_else(PoisonError::into_inner).0
    }

    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn a_panic_of_a_holder_leaves_its_lock_to_the_others() {
        let mutex = Arc::new(Mutex::new(1));
        let panicked = Arc::clone(&mutex);
        let panics = thread::spawn(move || {
            let mut value = panicked.lock();
            *value = 2;
            panic!("on purpose")
        });
        assert!(panics.join().is_err());
        assert_eq!(mutex.try_lock().map(|value| *value), Some(2));
        let held = mutex.lock();
        assert!(*held == 2 && mutex.try_lock().is_none());
    }

    #[test]
    fn a_wait_ends_with_its_time_also_where_that_is_over_already() {
        let (mutex, condition) = (Mutex::new(true), Condition::default());
        let start = Instant::now();
        let (guard, is_over) = condition.wait_until(mutex.lock(), start);
        assert!(is_over && *guard);
        let until = start + Duration::from_millis(30);
        let guard = condition.wait_while_until(guard, until, |waits| *waits);
        assert!(*guard && Instant::now() >= until);
    }
}
