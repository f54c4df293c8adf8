//! Blocking work of a store, one piece at a time: a disk or a server that hangs holds no call past its time.

use crate::blocking::{self, Gone};
use crate::lock::{Condition, Mutex};
use std::sync::Arc;
use std::time::Instant;

/// What hangs keeps its thread until it ends, and no second one is started beside it.
#[derive(Default)]
pub(super) struct Worker(Arc<Place>);

#[derive(Default)]
struct Place {
    is_taken: Mutex<bool>,
    freed: Condition,
}

/// Frees the place also when the work panics.
struct Taken(Arc<Place>);

impl Drop for Taken {
    fn drop(&mut self) {
        *self.0.is_taken.lock() = false;
        self.0.freed.notify_one();
    }
}

impl Worker {
    /// Does some work, and waits for its result no longer than this. A result that comes later is dropped there.
    pub(super) fn run<T: Send + 'static>(
        &self,
        until: Instant,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Gone> {
        let taken = self.take(until).ok_or(Gone::Late)?;
        // A result that nobody waits for goes before the place is free: it may be a lock.
        blocking::within(until, move || (work(), taken)).map(|(result, _)| result)
    }

    fn take(&self, until: Instant) -> Option<Taken> {
        let mut is_taken = self.0.freed.wait_while_until(self.0.is_taken.lock(), until, |is_taken| *is_taken);
        if *is_taken {
            return None;
        }
        *is_taken = true;
        Some(Taken(Arc::clone(&self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    #[test]
    fn what_hangs_is_left_alone_and_nothing_is_piled_on_it() {
        let worker = Worker::default();
        let (let_go, hangs) = channel::<()>();
        let start = Instant::now();
        let short = || Instant::now() + Duration::from_millis(50);
        assert!(matches!(worker.run(short(), move || hangs.recv()), Err(Gone::Late)));
        for _ in 0..3 {
            assert!(matches!(worker.run(short(), || panic!("not begun")), Err(Gone::Late)));
        }
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        let_go.send(()).unwrap();
        assert!(matches!(worker.run(soon(), || 7), Ok(7)));
    }

    #[test]
    fn a_panic_ends_only_its_own_work() {
        let worker = Worker::default();
        assert!(matches!(worker.run(soon(), || panic!("on purpose")), Err(Gone::Panicked)));
        assert!(matches!(worker.run(soon(), || 7), Ok(7)));
    }

    #[test]
    fn a_result_that_nobody_waits_for_goes_before_the_next_work() {
        struct Lock(Arc<Mutex<bool>>);
        impl Drop for Lock {
            fn drop(&mut self) {
                thread::sleep(Duration::from_millis(50));
                *self.0.lock() = false;
            }
        }
        let (worker, is_held) = (Worker::default(), Arc::new(Mutex::new(true)));
        let lock = Lock(Arc::clone(&is_held));
        let late = worker.run(Instant::now() + Duration::from_millis(20), move || {
            thread::sleep(Duration::from_millis(100));
            lock
        });
        assert!(matches!(late, Err(Gone::Late)));
        assert!(matches!(worker.run(soon(), move || *is_held.lock()), Ok(false)));
    }
}
