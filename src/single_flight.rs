//! A value that many threads use and one at a time fetches: a token, or an address.
//!
//! [`state`] is the machine, pure; [`pace`] has its times. Here are the lock around it, and the waiting.

mod pace;
mod state;

pub(crate) use state::{Fetched, Held, LONGEST_LIFETIME, Need, OldValue, Refusal, Refused, Stands, Who};

use crate::cancel::{Interrupt, Wake, Waking};
use crate::error::{Error, Result, Status};
use crate::lock::{Condition, Mutex, MutexGuard};
use crate::random;
use state::{Doubt, State, Step};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// How often a fetch looks whether the value that it will kill is still in use.
const USERS_POLL: Duration = Duration::from_millis(2);

/// A caller: how long it waits, and how a fetch of its own would go.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'c> {
    pub(crate) deadline: Instant,
    /// How long a fetch of its own may take, within its deadline.
    pub(crate) fetch_time: Duration,
    /// What stands for all settings that such a fetch depends on.
    pub(crate) settings: u64,
    /// What stands for the way that it takes to the platform.
    pub(crate) network: u64,
    pub(crate) interrupt: &'c Interrupt,
    /// Is told what becomes of the value.
    pub(crate) witness: Option<&'c dyn Witness>,
}

/// Is told what a caller does to the value: on the caller's thread, with no lock held.
pub(crate) trait Witness {
    fn tell(&self, turn: Turn<'_>);
}

/// What became of the value.
#[derive(Clone, Copy)]
pub(crate) enum Turn<'t> {
    /// There is a new one. `adopted`: somebody else who shares it had fetched it.
    Brought { generation: u64, lifetime: Option<Duration>, adopted: bool },
    /// It turned out to be dead.
    Dead { generation: u64 },
    /// None could be had, and none is fetched for so long.
    Failed { error: &'t Error, pause: Duration },
}

impl Caller<'_> {
    fn tell(&self, turn: Turn<'_>) {
        if let Some(witness) = self.witness {
            witness.tell(turn);
        }
    }

    fn at(&self, now: Instant) -> Who {
        let time = self.deadline.saturating_duration_since(now).min(self.fetch_time);
        Who { settings: self.settings, network: self.network, time }
    }
}

/// The lock is never held during a fetch, a wait or any other I/O.
pub(crate) struct Cell<T>(Arc<Place<T>>);

/// Where callers wait.
struct Place<T> {
    state: Mutex<State<T>>,
    settled: Condition,
}

impl<T: Send + Sync> Wake for Place<T> {
    fn wake(&self) {
        // Through the lock: whoever looked at its call before is waiting by then.
        drop(self.state.lock());
        self.settled.notify_all();
    }
}

impl<T: Send + Sync + 'static> Cell<T> {
    pub(crate) fn new(old_value: OldValue) -> Cell<T> {
        Cell::of(State::new(old_value))
    }

    fn of(state: State<T>) -> Cell<T> {
        Cell(Arc::new(Place { state: Mutex::new(state), settled: Condition::default() }))
    }

    /// A cell whose values others may renew too.
    pub(crate) fn shared(old_value: OldValue) -> Cell<T> {
        Cell::of(State::new(old_value).shared())
    }

    /// A good value, other than the `dead` one: the current one, or the one that `fetch` brings, in this thread or another.
    pub(crate) fn get(
        &self,
        dead: Option<&Held<T>>,
        caller: Caller<'_>,
        fetch: impl FnOnce(&Flight<'_, T>) -> Result<Fetched<T>>,
    ) -> Result<Arc<Held<T>>> {
        if let Some(dead) = dead.filter(|dead| self.mark_dead(dead)) {
            caller.tell(Turn::Dead { generation: dead.generation() });
        }
        let mut waking = None;
        let mut state = self.0.state.lock();
        let need = loop {
            let now = Instant::now();
            match state.ask(dead, now, caller.at(now)) {
                Step::Use(held) => return Ok(held),
                Step::Fail(error) => return Err(error),
                Step::Wait => state = self.wait(state, caller, &mut waking)?,
                Step::Fetch(need) => break need,
            }
        };
        drop(state);
        drop(waking);
        let fetched = self.run(need, caller, |flight| Ok((fetch(flight)?, ())));
        fetched.map(|(held, ())| held).or_else(|error| self.0.state.lock().good(Instant::now()).ok_or(error))
    }

    /// A newer value than one that was refused, which may have had another reason; or why the refusal stands. The value stays
    /// in use meanwhile.
    pub(crate) fn successor(
        &self,
        refused: &Refused<'_, T>,
        caller: Caller<'_>,
        fetch: impl FnOnce(&Flight<'_, T>) -> Result<Fetched<T>>,
    ) -> std::result::Result<Arc<Held<T>>, Stands> {
        let mut waking = None;
        let mut state = self.0.state.lock();
        let need = loop {
            let now = Instant::now();
            if state.is_second_sign(refused) && state.mark_dead(refused.held, now) {
                let dead = Turn::Dead { generation: refused.held.generation() };
                state = self.0.state.without(state, || caller.tell(dead));
            }
            match state.doubt(refused, now, caller.deadline, caller.at(now)) {
                Doubt::Use(held) => return Ok(held),
                Doubt::Stands(why) => return Err(why),
                Doubt::Fetch(need) => break need,
                Doubt::Wait(until) => {
                    let until = until.map_or(caller.deadline, |until| until.min(caller.deadline));
                    match self.wait_until(state, until, caller, &mut waking) {
                        Ok(again) if Instant::now() < caller.deadline => state = again,
                        Ok(_) => return Err(Stands::NoTime),
                        Err(cancelled) => return Err(Stands::Cancelled(cancelled)),
                    }
                }
            }
        };
        drop(state);
        drop(waking);
        let is_newer = |held: &Arc<Held<T>>| held.generation() != refused.held.generation();
        match self.run(need, caller, |flight| Ok((fetch(flight)?, ()))) {
            Ok((held, ())) => Some(held).filter(is_newer).ok_or(Stands::Lives),
            // Somebody may have set one meanwhile.
            Err(error) => self.0.state.lock().good(Instant::now()).filter(is_newer).ok_or(Stands::Failed(error)),
        }
    }

    /// Notes that a value served a call that went out at that time. If calls that it was refused to wait for a word on it,
    /// this is one.
    pub(crate) fn served(&self, held: &Held<T>, sent: Instant) {
        if self.0.state.lock().served(held, sent) {
            self.0.settled.notify_all();
        }
    }

    /// Notes that a value served a call that the one before it was refused to.
    pub(crate) fn cured(&self, by: &Held<T>) {
        self.0.state.lock().cured(by, Instant::now(), random::fraction());
    }

    /// Always fetches, after whoever is fetching now. What `fetch` brings beside the value goes to the caller.
    pub(crate) fn replace<R>(
        &self,
        caller: Caller<'_>,
        fetch: impl FnOnce(&Flight<'_, T>) -> Result<(Fetched<T>, R)>,
    ) -> Result<R> {
        let mut waking = None;
        let mut state = self.0.state.lock();
        let need = loop {
            let now = Instant::now();
            match state.demand(now, caller.at(now)) {
                Some(need) => break need,
                None => state = self.wait(state, caller, &mut waking)?,
            }
        };
        drop(state);
        drop(waking);
        self.run(need, caller, fetch).map(|(_, beside)| beside)
    }

    /// A newer value than this one, which turned out to be of no use: the one that another thread brought, or the one that
    /// `fetch` brings. The value stays in use where that fails.
    pub(crate) fn newer(
        &self,
        than: &Held<T>,
        caller: Caller<'_>,
        fetch: impl FnOnce(&Flight<'_, T>) -> Result<Fetched<T>>,
    ) -> Result<Arc<Held<T>>> {
        let mut waking = None;
        let mut state = self.0.state.lock();
        let need = loop {
            let now = Instant::now();
            if let Some(known) = state.newer(than, now, caller.at(now)) {
                return known;
            }
            match state.demand(now, caller.at(now)) {
                Some(need) => break need,
                None => state = self.wait(state, caller, &mut waking)?,
            }
        };
        drop(state);
        drop(waking);
        self.run(need, caller, |flight| Ok((fetch(flight)?, ()))).map(|(held, ())| held)
    }

    /// Puts a value of the caller's in the place of the last one.
    pub(crate) fn set(&self, value: T) {
        let mut state = self.0.state.lock();
        let generation = state.last().map_or(1, |last| last.generation() + 1);
        state.hold(Fetched { value, generation, born: Instant::now(), lifetime: None, adopted: false }, 0.0);
        drop(state);
        self.0.settled.notify_all();
    }

    /// Looks at the current value, and the state that it is in.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&State<T>) -> R) -> R {
        look(&self.0.state.lock())
    }

    /// [`State::mark_dead`], so that the next caller fetches.
    pub(crate) fn mark_dead(&self, dead: &Held<T>) -> bool {
        self.0.state.lock().mark_dead(dead, Instant::now())
    }

    /// [`State::forget_source`]; those who wait ask again.
    pub(crate) fn forget_source(&self) {
        self.settle(State::forget_source);
    }

    fn wait<'s>(
        &'s self,
        state: MutexGuard<'s, State<T>>,
        caller: Caller<'_>,
        waking: &mut Option<Waking>,
    ) -> Result<MutexGuard<'s, State<T>>> {
        let state = self.wait_until(state, caller.deadline, caller, waking)?;
        if Instant::now() < caller.deadline {
            return Ok(state);
        }
        let problem = "another thread fetches the token or the address, and its answer did not come within this call's \
                       time (timeout_ms)";
        Err(Error::new(Status::Timeout, problem).nothing_acted())
    }

    /// Waits until then, or until something has changed; an error where the call was cancelled.
    fn wait_until<'s>(
        &'s self,
        state: MutexGuard<'s, State<T>>,
        until: Instant,
        caller: Caller<'_>,
        waking: &mut Option<Waking>,
    ) -> Result<MutexGuard<'s, State<T>>> {
        if caller.interrupt.is_cancelled() {
            return Err(Error::cancelled());
        }
        if waking.is_some() {
            return Ok(self.0.settled.wait_until(state, until).0);
        }
        // Not under the lock, which the one who wakes takes, too. What has changed meanwhile is looked at again.
        Ok(self.0.state.without(state, || *waking = Some(caller.interrupt.waking(Arc::clone(&self.0) as _))))
    }

    /// Fetches in the refresher's place, and leaves it.
    fn run<R>(
        &self,
        need: Need<T>,
        caller: Caller<'_>,
        fetch: impl FnOnce(&Flight<'_, T>) -> Result<(Fetched<T>, R)>,
    ) -> Result<(Arc<Held<T>>, R)> {
        let start = Instant::now();
        let had = caller.at(start).time;
        let mut flight = Flight { cell: self, need, interrupt: caller.interrupt, ended: false };
        let outcome = fetch(&flight);
        flight.ended = true;
        let (need, now, jitter) = (&flight.need, Instant::now(), random::fraction());
        match outcome {
            Ok((fetched, beside)) => {
                let (adopted, lifetime) = (fetched.adopted, fetched.lifetime);
                let held = self.settle(|state| state.succeed(need, fetched, now, jitter));
                caller.tell(Turn::Brought { generation: held.generation(), lifetime, adopted });
                Ok((held, beside))
            }
            Err(error) => {
                let until = self.settle(|state| {
                    if error.is_lack() || error.status() == Status::Cancelled {
                        // Of this caller, and of nobody else.
                        state.give_up();
                        None
                    } else if error.status() == Status::Timeout && now >= start + had {
                        // The end of this caller's time: others may have all the time in the world.
                        state.abandon(need, &error, had, now, jitter)
                    } else {
                        state.fail(need, &error, now, jitter)
                    }
                });
                if let Some(until) = until {
                    caller.tell(Turn::Failed { error: &error, pause: until.saturating_duration_since(now) });
                }
                Err(error)
            }
        }
    }

    /// Ends a fetch. Those who wait are woken together, outside the lock.
    fn settle<R>(&self, change: impl FnOnce(&mut State<T>) -> R) -> R {
        let changed = change(&mut self.0.state.lock());
        self.0.settled.notify_all();
        changed
    }
}

/// A fetch under way. If it unwinds, it ends as a failure all the same: nobody waits for ever.
pub(crate) struct Flight<'c, T: Send + Sync + 'static> {
    cell: &'c Cell<T>,
    need: Need<T>,
    interrupt: &'c Interrupt,
    ended: bool,
}

impl<T: Send + Sync> Flight<'_, T> {
    pub(crate) fn need(&self) -> &Need<T> {
        &self.need
    }

    /// The call that fetches.
    pub(crate) fn interrupt(&self) -> &Interrupt {
        self.interrupt
    }

    /// Whether there is a good value all the same.
    pub(crate) fn is_good(&self) -> bool {
        self.cell.0.state.lock().good(Instant::now()).is_some()
    }

    /// To be called when the fetch begins. Nobody takes a value any more that it kills, and those who use one get time to
    /// end: their calls need no repeating then.
    pub(crate) fn let_users_end(&self, deadline: Instant) {
        let Some(until) = self.cell.0.state.lock().begin_fetch(Instant::now()).map(|until| until.min(deadline)) else {
            return;
        };
        while self.need.last_is_in_use() && Instant::now() < until && !self.interrupt.is_cancelled() {
            thread::sleep(USERS_POLL);
        }
    }
}

impl<T: Send + Sync> Drop for Flight<'_, T> {
    fn drop(&mut self) {
        if !self.ended {
            let error = Error::new(Status::Internal, "the fetch panicked");
            self.cell.settle(|state| _ = state.fail(&self.need, &error, Instant::now(), 0.0));
        }
    }
}

impl<T> Fetched<T> {
    /// A value that lives until somebody finds it dead.
    pub(crate) fn lasting(value: T, need: &Need<T>) -> Fetched<T> {
        let generation = need.next_generation();
        Fetched { value, generation, born: Instant::now(), lifetime: None::<Duration>, adopted: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    const LONG: Duration = Duration::from_secs(10);

    fn soon() -> Caller<'static> {
        until(Instant::now() + LONG)
    }

    fn until(deadline: Instant) -> Caller<'static> {
        Caller {
            deadline,
            fetch_time: LONG,
            settings: 0,
            network: 0,
            interrupt: Box::leak(Box::new(Interrupt::begin([None, None]))),
            witness: None,
        }
    }

    fn brings(value: u32) -> impl FnOnce(&Flight<'_, u32>) -> Result<Fetched<u32>> {
        move |flight| Ok(Fetched::lasting(value, flight.need()))
    }

    #[test]
    fn many_threads_fetch_once() {
        let cell = Cell::new(OldValue::Dies);
        let fetches = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    let fetch = |flight: &Flight<'_, u32>| {
                        thread::sleep(Duration::from_millis(20));
                        Ok(Fetched::lasting(fetches.fetch_add(1, Ordering::SeqCst), flight.need()))
                    };
                    assert_eq!(*cell.get(None, soon(), fetch).unwrap().value(), 0);
                });
            }
        });
        assert_eq!(fetches.into_inner(), 1);
    }

    #[test]
    fn a_failure_reaches_all_who_waited() {
        let cell = Cell::<u32>::new(OldValue::Dies);
        let fetches = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let fetch = |_: &Flight<'_, u32>| {
                        thread::sleep(Duration::from_millis(100));
                        fetches.fetch_add(1, Ordering::SeqCst);
                        Err(Error::new(Status::Auth, "refused"))
                    };
                    assert_eq!(cell.get(None, soon(), fetch).unwrap_err().status(), Status::Auth);
                });
            }
        });
        assert_eq!(fetches.into_inner(), 1);
    }

    #[test]
    fn a_waiter_gives_up_at_its_own_deadline() {
        let cell = Cell::new(OldValue::Dies);
        let (started, start) = std::sync::mpsc::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        thread::scope(|scope| {
            let cell = &cell;
            scope.spawn(move || {
                cell.get(None, soon(), |flight| {
                    started.send(()).unwrap();
                    ended.recv().unwrap();
                    Ok(Fetched::lasting(1, flight.need()))
                })
            });
            start.recv().unwrap();
            let deadline = Instant::now() + Duration::from_millis(20);
            assert_eq!(cell.get(None, until(deadline), brings(2)).unwrap_err().status(), Status::Timeout);
            end.send(()).unwrap();
        });
        assert_eq!(*cell.get(None, soon(), brings(3)).unwrap().value(), 1);
    }

    #[test]
    fn a_fetcher_out_of_time_hands_over_to_one_who_waits() {
        let cell = Cell::new(OldValue::Dies);
        let (started, start) = std::sync::mpsc::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let (over, first_is_over) = std::sync::mpsc::channel::<()>();
        thread::scope(|scope| {
            let cell = &cell;
            let first = scope.spawn(move || {
                let error = cell.get(None, until(Instant::now()), |_| {
                    started.send(()).unwrap();
                    ended.recv().unwrap();
                    Err(Error::new(Status::Timeout, "my call's time is over"))
                });
                over.send(()).unwrap();
                error.map(|held| *held.value())
            });
            start.recv().unwrap();
            let second = scope.spawn(move || {
                let fetch = |flight: &Flight<'_, u32>| {
                    first_is_over.recv().unwrap();
                    Ok(Fetched::lasting(2, flight.need()))
                };
                *cell.get(None, soon(), fetch).unwrap().value()
            });
            end.send(()).unwrap();
            assert_eq!(first.join().unwrap().unwrap_err().status(), Status::Timeout);
            assert_eq!(second.join().unwrap(), 2);
        });
    }

    #[test]
    fn a_fetch_that_panics_lets_the_others_go_on() {
        let cell = Cell::<u32>::new(OldValue::Dies);
        thread::scope(|scope| {
            let panicked = scope.spawn(|| cell.get(None, soon(), |_| panic!("on purpose"))).join();
            assert!(panicked.is_err());
        });
        assert_eq!(cell.get(None, soon(), brings(3)).unwrap_err().status(), Status::Internal);
        cell.replace(soon(), |flight| Ok((Fetched::lasting(4, flight.need()), ()))).unwrap();
        assert_eq!(*cell.get(None, soon(), brings(5)).unwrap().value(), 4);
    }

    #[test]
    fn replace_always_fetches() {
        let cell = Cell::new(OldValue::Dies);
        cell.get(None, soon(), brings(1)).unwrap();
        assert_eq!(
            cell.replace(soon(), |flight| Ok((Fetched::lasting(2, flight.need()), "answer"))).unwrap(),
            "answer"
        );
        assert_eq!(*cell.get(None, soon(), brings(3)).unwrap().value(), 2);
    }
}
