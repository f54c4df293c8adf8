//! Ending a call from outside: a [`Cancel`] is what somebody triggers, an [`Interrupt`] is one call that it may end.
//!
//! A call that waits says what wakes it, for as long as it waits. A trigger reaches only calls that have begun and not ended:
//! both the trigger and the end of a call take the same lock. What only waits to begin is told by a [`Notice`].

use crate::lock::{Condition, Mutex};
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

/// How many lists a client's calls are kept in, so that its threads do not wait for each other.
const MANY: usize = 8;
/// Who may end one call: its caller, and whoever closes the client.
const MOST: usize = 2;

/// Ends calls, from any thread. Once triggered it stays so: a call that begins with it ends at once.
#[derive(Clone)]
pub struct Cancel(Arc<Signal>);

struct Signal {
    is_triggered: AtomicBool,
    /// The calls under way, each in the list of the thread that it began on.
    calls: Box<[Mutex<List>]>,
}

/// Places, so that a call finds its own again however many there are.
#[derive(Default)]
struct List {
    places: Vec<Option<Arc<Call>>>,
    free: Vec<usize>,
}

/// Where a call stands: the list, and the place in it.
#[derive(Clone, Copy)]
struct Place {
    list: usize,
    index: usize,
}

/// What a trigger reaches of a call.
#[derive(Default)]
struct Call {
    is_cancelled: AtomicBool,
    /// Innermost last.
    wakes: Mutex<Vec<Arc<dyn Wake>>>,
    pause: Condition,
}

/// Where a call waits.
pub(crate) trait Wake: Send + Sync {
    /// Ends the wait, or does nothing if there is none. It must not block.
    fn wake(&self);
}

impl Default for Cancel {
    fn default() -> Cancel {
        Cancel::with_lists(1)
    }
}

impl Cancel {
    /// For the calls of one caller.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// For the calls of many threads.
    pub(crate) fn of_many() -> Cancel {
        Cancel::with_lists(MANY)
    }

    fn with_lists(lists: usize) -> Cancel {
        let calls = (0..lists).map(|_| Mutex::default()).collect();
        Cancel(Arc::new(Signal { is_triggered: AtomicBool::new(false), calls }))
    }

    /// Ends all calls that have begun with it, and those that will. Not for a signal handler: it takes locks.
    pub fn trigger(&self) {
        // Ahead of the lists: a call enters its list first and looks here then, so that one of both sees the other.
        self.0.is_triggered.store(true, Ordering::SeqCst);
        for list in &self.0.calls {
            list.lock().places.iter().flatten().for_each(|call| call.cancel());
        }
    }

    pub fn is_triggered(&self) -> bool {
        self.0.is_triggered.load(Ordering::SeqCst)
    }

    /// Has `wake` woken by a trigger, until the notice goes: also at once, if there was a trigger already.
    pub(crate) fn notice(&self, wake: Arc<dyn Wake>) -> Notice {
        let call = Arc::new(Call { wakes: Mutex::new(vec![wake]), ..Call::default() });
        let place = self.enter(&call);
        Notice { by: self.clone(), place }
    }

    fn enter(&self, call: &Arc<Call>) -> Place {
        let list = thread_number() % self.0.calls.len();
        let index = self.0.calls.get(list).map(|list| list.lock().add(Arc::clone(call))).unwrap_or_default();
        if self.is_triggered() {
            call.cancel();
        }
        Place { list, index }
    }

    /// On any thread.
    fn leave(&self, place: Place) {
        if let Some(list) = self.0.calls.get(place.list) {
            // Outside the lock: what a call wakes may hold a cancel in its turn.
            let left = list.lock().take(place.index);
            drop(left);
        }
    }
}

impl List {
    fn add(&mut self, call: Arc<Call>) -> usize {
        let free = self.free.pop();
        match free.and_then(|index| Some((index, self.places.get_mut(index)?))) {
            Some((index, place)) => {
                *place = Some(call);
                index
            }
            None => {
                self.places.push(Some(call));
                self.places.len() - 1
            }
        }
    }

    fn take(&mut self, index: usize) -> Option<Arc<Call>> {
        let taken = self.places.get_mut(index)?.take()?;
        self.free.push(index);
        Some(taken)
    }
}

/// Something that waits, and that a trigger wakes.
pub(crate) struct Notice {
    by: Cancel,
    place: Place,
}

impl Drop for Notice {
    fn drop(&mut self) {
        self.by.leave(self.place);
    }
}

impl Call {
    fn cancel(&self) {
        let wakes = self.wakes.lock();
        self.is_cancelled.store(true, Ordering::SeqCst);
        wakes.iter().for_each(|wake| wake.wake());
        self.pause.notify_all();
    }
}

/// One call under way. It stays on its thread.
pub(crate) struct Interrupt {
    call: Arc<Call>,
    by: [Option<(Cancel, Place)>; MOST],
}

thread_local! {
    /// The last call's, for the next one of this thread.
    static USED: RefCell<Option<Arc<Call>>> = const { RefCell::new(None) };
    static NUMBER: usize = {
        static LAST: AtomicUsize = AtomicUsize::new(0);
        LAST.fetch_add(1, Ordering::Relaxed)
    };
}

/// Numbers the threads that make calls, so that each keeps to its own part of what is shared.
pub(crate) fn thread_number() -> usize {
    NUMBER.try_with(|number| *number).unwrap_or_default()
}

impl Interrupt {
    /// Begins a call that any of these may end.
    pub(crate) fn begin(by: [Option<&Cancel>; MOST]) -> Interrupt {
        let used = USED.try_with(|used| used.borrow_mut().take()).ok().flatten();
        let call = used.unwrap_or_default();
        let by = by.map(|cancel| cancel.map(|cancel| (cancel.clone(), cancel.enter(&call))));
        Interrupt { call, by }
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.call.is_cancelled.load(Ordering::SeqCst)
    }

    /// [`Watch::waking`].
    pub(crate) fn waking(&self, wake: Arc<dyn Wake>) -> Waking {
        self.watch().waking(wake)
    }

    /// For parts of the call that cannot borrow it.
    pub(crate) fn watch(&self) -> Watch {
        Watch(Arc::clone(&self.call))
    }

    /// A pause; whether the call was cancelled in it.
    pub(crate) fn sleep_until(&self, until: Instant) -> bool {
        let mut wakes = self.call.wakes.lock();
        while !self.is_cancelled() {
            let is_over;
            (wakes, is_over) = self.call.pause.wait_until(wakes, until);
            if is_over {
                return self.is_cancelled();
            }
        }
        true
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.by.iter().flatten().for_each(|(cancel, place)| cancel.leave(*place));
        // Nobody can reach it any more. One that was cancelled is not used again.
        if !self.is_cancelled() {
            let call = Arc::clone(&self.call);
            _ = USED.try_with(|used| used.borrow_mut().replace(call));
        }
    }
}

/// Sees whether a call is cancelled, on the call's own thread.
#[derive(Clone)]
pub(crate) struct Watch(Arc<Call>);

impl Watch {
    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::SeqCst)
    }

    /// While the guard lives, a trigger wakes this, too. It is woken at once if there was a trigger already.
    pub(crate) fn waking(&self, wake: Arc<dyn Wake>) -> Waking {
        let mut wakes = self.0.wakes.lock();
        if self.is_cancelled() {
            wake.wake();
        }
        wakes.push(Arc::clone(&wake));
        Waking { call: Arc::clone(&self.0), wake }
    }
}

/// What wakes a call, until this goes.
pub(crate) struct Waking {
    call: Arc<Call>,
    wake: Arc<dyn Wake>,
}

impl Drop for Waking {
    fn drop(&mut self) {
        let mut wakes = self.call.wakes.lock();
        if let Some(place) = wakes.iter().rposition(|wake| Arc::ptr_eq(wake, &self.wake)) {
            wakes.remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    #[derive(Default)]
    struct Counted(AtomicUsize);

    impl Wake for Counted {
        fn wake(&self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn later() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    #[test]
    fn a_trigger_ends_the_calls_under_way_and_those_to_come() {
        let (cancel, client) = (Cancel::new(), Cancel::of_many());
        let call = Interrupt::begin([Some(&cancel), Some(&client)]);
        let (before, after) = (Arc::new(Counted::default()), Arc::new(Counted::default()));
        let waking = call.waking(before.clone());
        assert!(!call.is_cancelled());
        cancel.trigger();
        cancel.trigger();
        assert!(call.is_cancelled() && before.0.load(Ordering::SeqCst) > 0);
        drop(waking);
        drop(call.waking(after.clone()));
        assert_eq!(after.0.load(Ordering::SeqCst), 1);
        assert!(Interrupt::begin([Some(&cancel), None]).sleep_until(later()));
        assert!(!Interrupt::begin([Some(&client), None]).is_cancelled());
    }

    #[test]
    fn a_trigger_reaches_no_call_that_has_ended() {
        let cancel = Cancel::new();
        drop(Interrupt::begin([Some(&cancel), None]));
        let next = Interrupt::begin([None, None]);
        cancel.trigger();
        assert!(!next.is_cancelled());
        assert!(!next.sleep_until(Instant::now() + Duration::from_millis(5)));
    }

    #[test]
    fn what_waits_to_begin_is_told_until_its_notice_goes_on_whatever_thread() {
        let cancel = Cancel::new();
        let told: Vec<_> = (0..4).map(|_| Arc::new(Counted::default())).collect();
        let mut notices: Vec<_> = told.iter().map(|told| cancel.notice(told.clone())).collect();
        let gone = notices.remove(1);
        thread::scope(|scope| _ = scope.spawn(|| drop(gone)));
        // Takes the place that is free.
        let late = Arc::new(Counted::default());
        notices.push(cancel.notice(late.clone()));
        assert_eq!(cancel.0.calls[0].lock().places.len(), 4);
        cancel.trigger();
        let counts: Vec<_> = told.iter().chain([&late]).map(|told| told.0.load(Ordering::SeqCst)).collect();
        assert_eq!(counts, [1, 0, 1, 1, 1]);
        drop(notices);
        cancel.trigger();
        assert_eq!(late.0.load(Ordering::SeqCst), 1);
        assert!(Arc::strong_count(&late) == 1);
    }

    #[test]
    fn a_pause_ends_with_a_trigger() {
        let (cancel, (began, begun)) = (Cancel::of_many(), channel());
        thread::scope(|scope| {
            let sleeping = scope.spawn(|| {
                let call = Interrupt::begin([Some(&cancel), None]);
                began.send(()).unwrap();
                call.sleep_until(later())
            });
            begun.recv().unwrap();
            cancel.trigger();
            assert!(sleeping.join().unwrap());
        });
    }

    #[test]
    fn calls_and_triggers_at_once_end_all_calls_of_theirs() {
        for _ in 0..200 {
            let cancel = Cancel::of_many();
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| while !Interrupt::begin([Some(&cancel), None]).is_cancelled() {});
                }
                scope.spawn(|| cancel.trigger());
            });
        }
    }
}
