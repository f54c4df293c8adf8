//! Bad days on request: which faults are planned, and which of them meets a call.
//!
//! What a fault does to the bytes is the business of `wire`; when it happens in the life of a call, of `server`.

mod fault;
mod notation;

use crate::lock::lock;
use crate::operation;
pub use fault::{CloseWhen, Fault, FaultError, FaultKind};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// A bound: nobody plans more bad days than this.
const MOST: usize = 1000;

/// The planned faults, oldest first.
pub(crate) struct Faults {
    list: Mutex<List>,
    /// Tells those who wait for the list (silent calls, the listener) that it changed.
    changed: watch::Sender<()>,
    /// Whether the listener listens; false while connections are refused.
    listening: AtomicBool,
}

#[derive(Default)]
struct List {
    last_id: u64,
    planned: Vec<Planned>,
}

struct Planned {
    id: u64,
    fault: Fault,
    left: Option<u32>,
    /// Calls that are kept silent now: such a fault can be removed, and them with it, although none are left to meet.
    holding: usize,
    /// The end of a refusal.
    until: Option<Instant>,
    /// How many it still lets through.
    to_skip: u32,
    /// What `percent` is drawn from.
    dice: fastrand::Rng,
}

/// What a fault may meet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scene {
    Call,
    /// A request of the event gateway, with its answer.
    Request,
    /// An event, as it goes out to one session.
    Event,
}

impl Scene {
    fn takes(self, kind: &FaultKind) -> bool {
        !kind.is_about_connections()
            && match self {
                Self::Call => kind.meets_calls(),
                Self::Request => kind.meets_messages(),
                Self::Event => kind.meets_messages() && !matches!(kind, FaultKind::Number { .. }),
            }
    }
}

/// What a call is in for.
#[derive(Default)]
pub(crate) struct Ordeal {
    /// Waits before the platform acts, and after.
    pub(crate) before: Duration,
    pub(crate) after: Duration,
    pub(crate) met: Option<Met>,
    /// For the log.
    pub(crate) names: Vec<String>,
}

/// The fault that spoils the answer.
pub(crate) struct Met {
    pub(crate) id: u64,
    pub(crate) kind: FaultKind,
    pub(crate) acts: bool,
}

impl Faults {
    pub(crate) fn new() -> Self {
        Self { list: Mutex::default(), changed: watch::Sender::new(()), listening: AtomicBool::new(true) }
    }

    /// Plans a fault; returns its id.
    pub(crate) fn add(&self, fault: Fault) -> Result<u64, FaultError> {
        fault.check()?;
        let mut list = lock(&self.list);
        list.forget_the_past();
        if list.planned.len() >= MOST {
            return Err(FaultError(format!("{MOST} faults are planned already")));
        }
        list.last_id += 1;
        let id = list.last_id;
        let until = match fault.kind {
            FaultKind::Refuse { lasting } => Some(Instant::now() + lasting),
            _ => None,
        };
        let (left, to_skip) = (fault.times, fault.skip.unwrap_or(0));
        let dice = fault.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        list.planned.push(Planned { id, left, fault, holding: 0, until, to_skip, dice });
        drop(list);
        self.changed.send_replace(());
        Ok(id)
    }

    /// The shorthand for the platform's own number on one path; a new plan for the path replaces the old one.
    pub(crate) fn fail_next(&self, path: &str, number: i64, times: u32) -> Result<(), FaultError> {
        let pattern =
            operation::pattern_of(path).ok_or_else(|| FaultError(format!("no operation has the path {path}")))?;
        let of_path = |planned: &Planned| {
            matches!(planned.fault.kind, FaultKind::Number { .. }) && planned.fault.operation == pattern
        };
        lock(&self.list).planned.retain(|planned| !of_path(planned));
        self.add(Fault::new(pattern, FaultKind::Number { code: number }).times(times)).map(|_| ())
    }

    /// Whether there was one of this id.
    pub(crate) fn remove(&self, id: u64) -> bool {
        let mut list = lock(&self.list);
        list.forget_the_past();
        let before = list.planned.len();
        list.planned.retain(|planned| planned.id != id);
        let removed = list.planned.len() < before;
        drop(list);
        self.changed.send_replace(());
        removed
    }

    pub(crate) fn clear(&self) {
        lock(&self.list).planned.clear();
        self.changed.send_replace(());
    }

    /// Each fault as it was planned, with its id; `times` is how many calls it will still meet, `skip` how many it will
    /// still let through.
    pub(crate) fn describe(&self) -> Vec<Value> {
        let mut list = lock(&self.list);
        list.forget_the_past();
        list.planned.iter().map(Planned::describe).collect()
    }

    /// What this call meets. Latencies add up; of the other kinds it is the oldest that fits.
    pub(crate) fn meet(&self, operation: Option<&str>) -> Ordeal {
        self.meet_in(Scene::Call, operation)
    }

    /// What this call, or this message of the event gateway, meets.
    pub(crate) fn meet_in(&self, scene: Scene, operation: Option<&str>) -> Ordeal {
        let mut ordeal = Ordeal::default();
        let mut list = lock(&self.list);
        // Almost always empty: this is on the way of every call.
        for planned in &mut list.planned {
            let fault = &planned.fault;
            let is_latency = matches!(fault.kind, FaultKind::Latency { .. });
            if planned.left == Some(0)
                || !scene.takes(&fault.kind)
                || !operation::fits(&fault.operation, operation)
                || (ordeal.met.is_some() && !is_latency)
            {
                continue;
            }
            if planned.to_skip > 0 {
                planned.to_skip -= 1;
                continue;
            }
            if fault.percent.is_some_and(|percent| planned.dice.u8(0..100) >= percent) {
                continue;
            }
            if let FaultKind::Latency { least, jitter } = fault.kind {
                let wait = least + jitter.mul_f64(fastrand::f64());
                let side = if fault.acts() { &mut ordeal.after } else { &mut ordeal.before };
                *side = side.saturating_add(wait);
            } else {
                ordeal.met = Some(Met { id: planned.id, kind: fault.kind.clone(), acts: fault.acts() });
                planned.holding += usize::from(matches!(fault.kind, FaultKind::Silence { .. }));
            }
            ordeal.names.push(format!("{} {}", fault.kind.name(), planned.id));
            planned.left = planned.left.map(|left| left.saturating_sub(1));
        }
        list.forget_the_past();
        ordeal
    }

    /// Whether a connection that comes may have to be reset.
    pub(crate) fn has_reset(&self) -> bool {
        lock(&self.list).planned.iter().any(Planned::is_reset)
    }

    /// Whether this connection is to be reset. Uses up one of the fault's times.
    pub(crate) fn resets_connection(&self) -> bool {
        let mut list = lock(&self.list);
        let Some(planned) = list.planned.iter_mut().find(|planned| planned.is_reset()) else {
            return false;
        };
        planned.left = planned.left.map(|left| left.saturating_sub(1));
        list.forget_the_past();
        true
    }

    /// Until when nobody is to listen.
    pub(crate) fn refuses_until(&self) -> Option<Instant> {
        let mut list = lock(&self.list);
        list.forget_the_past();
        list.planned.iter().filter_map(|planned| planned.until).max()
    }

    /// Waits until the fault has been removed, or until the time is over.
    pub(crate) async fn keep_silent(&self, id: u64, lasting: Option<Duration>) {
        let mut changes = self.changed.subscribe();
        let held = Held { faults: self, id };
        let removed = async {
            while lock(&self.list).planned.iter().any(|planned| planned.id == id) {
                if changes.changed().await.is_err() {
                    break;
                }
            }
        };
        match lasting {
            Some(lasting) => {
                let _ = tokio::time::timeout(lasting, removed).await;
            }
            None => removed.await,
        }
        drop(held);
    }

    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    pub(crate) fn set_listening(&self, listening: bool) {
        self.listening.store(listening, Ordering::Release);
    }

    /// Whether the listener has done what the faults ask of it.
    pub(crate) fn settled(&self) -> bool {
        self.listening.load(Ordering::Acquire) == self.refuses_until().is_none()
    }
}

/// A silent call; the fault learns of its end also when the caller hangs up and the call is dropped.
struct Held<'a> {
    faults: &'a Faults,
    id: u64,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut list = lock(&self.faults.list);
        if let Some(planned) = list.planned.iter_mut().find(|planned| planned.id == self.id) {
            planned.holding = planned.holding.saturating_sub(1);
        }
        list.forget_the_past();
    }
}

impl List {
    fn forget_the_past(&mut self) {
        // The clock is asked only where there is a refusal.
        self.planned.retain(|planned| {
            let used_up = planned.left == Some(0) && planned.holding == 0;
            let over = planned.until.is_some_and(|until| until <= Instant::now());
            !used_up && !over
        });
    }
}

impl Planned {
    fn is_reset(&self) -> bool {
        self.fault.kind == FaultKind::Reset && self.left != Some(0)
    }

    fn describe(&self) -> Value {
        let skip = self.fault.skip.map(|_| self.to_skip);
        let fault = Fault { times: self.left, skip, ..self.fault.clone() };
        let mut value = fault.to_json();
        if let Some(members) = value.as_object_mut() {
            members.insert("id".to_owned(), json!(self.id));
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(pattern: &str, code: i64) -> Fault {
        Fault::new(pattern, FaultKind::Number { code })
    }

    fn met(faults: &Faults, operation: &str) -> Option<FaultKind> {
        faults.meet(Some(operation)).met.map(|met| met.kind)
    }

    #[test]
    fn the_oldest_that_fits_as_often_as_planned() {
        let faults = Faults::new();
        faults.add(number("avd.*", 1).times(1)).unwrap();
        let stays = faults.add(number("avd.room.read", 2)).unwrap();
        assert_eq!(met(&faults, "hst.kickout"), None);
        assert_eq!(met(&faults, "avd.room.read"), Some(FaultKind::Number { code: 1 }));
        assert_eq!(met(&faults, "avd.room.read"), Some(FaultKind::Number { code: 2 }));
        assert_eq!(met(&faults, "avd.room.list"), None);
        assert!(faults.remove(stays) && !faults.remove(stays));
        assert_eq!(met(&faults, "avd.room.read"), None);
    }

    #[test]
    fn latencies_add_up_and_leave_room_for_one_more() {
        let faults = Faults::new();
        let ms = Duration::from_millis;
        faults.add(Fault::new("*", FaultKind::Latency { least: ms(10), jitter: ms(0) })).unwrap();
        faults.add(Fault::new("*", FaultKind::Latency { least: ms(5), jitter: ms(5) }).acted(false)).unwrap();
        faults.add(Fault::new("*", FaultKind::Latency { least: ms(7), jitter: ms(0) }).times(1)).unwrap();
        faults.add(number("*", 3)).unwrap();
        let ordeal = faults.meet(Some("hst.kickout"));
        assert_eq!(ordeal.after, ms(17));
        assert!((ms(5)..=ms(10)).contains(&ordeal.before));
        assert!(ordeal.met.is_some());
        assert_eq!(faults.meet(None).after, ms(10));
        assert_eq!(faults.describe().len(), 3);
    }

    #[test]
    fn some_get_through() {
        let faults = Faults::new();
        faults.add(number("*", 1).skip(2).times(1)).unwrap();
        let met: Vec<bool> = (0..5).map(|_| met(&faults, "hst.kickout").is_some()).collect();
        assert_eq!(met, [false, false, true, false, false]);
        let draw = |seed| {
            let faults = Faults::new();
            faults.add(number("*", 1).percent(50, seed)).unwrap();
            (0..64).map(|_| faults.meet(None).met.is_some()).collect::<Vec<bool>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let hits = draw(7).iter().filter(|hit| **hit).count();
        assert!((10..54).contains(&hits), "{hits}");
    }

    #[test]
    fn messages_meet_what_is_for_them() {
        let faults = Faults::new();
        let http = FaultKind::Http { status: 503, retry_after_s: None, body: None };
        faults.add(Fault::new("*", http.clone())).unwrap();
        faults.add(Fault::new("*", FaultKind::Drop)).unwrap();
        let meet = |scene, name| faults.meet_in(scene, Some(name)).met.map(|met| met.kind);
        assert_eq!(meet(Scene::Call, "hst.gateway.connect"), Some(http));
        assert_eq!(meet(Scene::Request, "hst.gateway.login"), Some(FaultKind::Drop));
        assert_eq!(meet(Scene::Event, "hst.gateway.user_left"), Some(FaultKind::Drop));
        faults.clear();
        faults.add(number("*", 5)).unwrap();
        assert_eq!(meet(Scene::Event, "hst.gateway.user_left"), None);
        assert_eq!(meet(Scene::Request, "hst.gateway.login"), Some(FaultKind::Number { code: 5 }));
    }

    #[test]
    fn the_shorthand_replaces_itself() {
        let faults = Faults::new();
        faults.fail_next("/v1/app", 5, 2).unwrap();
        faults.fail_next("/v1/app", 6, 1).unwrap();
        assert_eq!(met(&faults, "hst.app.update"), Some(FaultKind::Number { code: 6 }));
        assert_eq!(met(&faults, "hst.app.update"), None);
        assert!(faults.fail_next("/nowhere", 6, 1).is_err());
    }

    #[test]
    fn refusals_end_by_themselves() {
        let faults = Faults::new();
        faults.add(Fault::new("*", FaultKind::Refuse { lasting: Duration::from_secs(60) })).unwrap();
        assert!(faults.refuses_until().is_some() && !faults.settled());
        faults.clear();
        assert!(faults.refuses_until().is_none() && faults.settled());
        faults.add(Fault::new("*", FaultKind::Refuse { lasting: Duration::ZERO })).unwrap();
        assert_eq!(faults.describe(), [] as [Value; 0]);
    }
}
