//! What a pool's lock guards.

use super::Turn;
use crate::cancel::Notice;
use crate::lock::Condition;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

pub(super) type Work = Box<dyn FnOnce(Turn) + Send>;

pub(super) struct Job {
    /// Later it is not begun any more.
    pub(super) until: Instant,
    /// To be dropped outside the lock.
    pub(super) notice: Option<Notice>,
    pub(super) work: Work,
}

#[derive(Default)]
pub(super) struct State {
    /// In the order in which they came.
    waiting: BTreeMap<u64, Job>,
    /// The same by their ends.
    ends: BTreeSet<(Instant, u64)>,
    /// What has waited in vain, and has not been told yet.
    ended: VecDeque<(Job, Turn)>,
    /// The one that worked last is the last: its memory is still in the caches.
    idle: Vec<Arc<Seat>>,
    /// Workers that were made or called, and have not come yet.
    pub(super) coming: usize,
    /// Of them, those that have not sat down yet.
    pub(super) looking: usize,
    pub(super) workers: usize,
    /// When the caretaker looks again; `None` where there is none.
    pub(super) care_until: Option<Instant>,
    pub(super) handles: Vec<JoinHandle<()>>,
    pub(super) is_closed: bool,
}

/// Where one worker waits for work.
#[derive(Default)]
pub(super) struct Seat {
    pub(super) called: Condition,
    is_called: AtomicBool,
}

impl Seat {
    /// Under the lock.
    pub(super) fn is_called(&self) -> bool {
        self.is_called.load(Ordering::Relaxed)
    }
}

impl State {
    pub(super) fn threads(&self) -> usize {
        self.workers + usize::from(self.care_until.is_some())
    }

    pub(super) fn add(&mut self, number: u64, job: Job) {
        self.ends.insert((job.until, number));
        self.waiting.insert(number, job);
    }

    pub(super) fn remove(&mut self, number: u64) -> Option<Job> {
        let job = self.waiting.remove(&number)?;
        self.ends.remove(&(job.until, number));
        Some(job)
    }

    /// How many wait for whom no worker is on its way.
    pub(super) fn unserved(&self) -> usize {
        self.waiting.len().saturating_sub(self.coming)
    }

    pub(super) fn waits_for_nothing(&self) -> bool {
        self.waiting.is_empty() && self.ended.is_empty()
    }

    /// What a worker does next.
    pub(super) fn next(&mut self, now: Instant) -> Option<(Job, Turn)> {
        if let Some(ended) = self.next_ended() {
            return Some(ended);
        }
        let (number, job) = self.waiting.pop_first()?;
        self.ends.remove(&(job.until, number));
        let turn = if job.until <= now { Turn::Late } else { Turn::Begun };
        Some((job, turn))
    }

    pub(super) fn next_ended(&mut self) -> Option<(Job, Turn)> {
        self.ended.pop_front()
    }

    pub(super) fn first_end(&self) -> Option<Instant> {
        self.ends.first().map(|(until, _)| *until)
    }

    pub(super) fn end_late(&mut self, now: Instant) {
        while let Some(&(_, number)) = self.ends.first().filter(|(until, _)| *until <= now) {
            let Some(job) = self.remove(number) else { break };
            self.ended.push_back((job, Turn::Late));
        }
    }

    /// Whether it was still waiting.
    pub(super) fn end_cancelled(&mut self, number: u64) -> bool {
        let job = self.remove(number);
        let is_there = job.is_some();
        self.ended.extend(job.map(|job| (job, Turn::Cancelled)));
        is_there
    }

    pub(super) fn end_all(&mut self) {
        self.ends.clear();
        let all = std::mem::take(&mut self.waiting);
        self.ended.extend(all.into_values().map(|job| (job, Turn::Cancelled)));
    }

    pub(super) fn has_idle(&self) -> bool {
        !self.idle.is_empty()
    }

    /// Calls the worker that worked last, to be notified.
    pub(super) fn call_one(&mut self) -> Option<Arc<Seat>> {
        let seat = self.idle.pop()?;
        seat.is_called.store(true, Ordering::Relaxed);
        self.coming += 1;
        Some(seat)
    }

    pub(super) fn sit_down(&mut self, seat: &Arc<Seat>) {
        seat.is_called.store(false, Ordering::Relaxed);
        self.idle.push(Arc::clone(seat));
    }

    pub(super) fn stand_up(&mut self, seat: &Arc<Seat>) {
        self.idle.retain(|other| !Arc::ptr_eq(other, seat));
    }
}
