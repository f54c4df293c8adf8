//! What a reader knows of one application: up to which version, and what waits for a full state.
//!
//! Versions count up by one. What follows is told, what is older is not, and after a gap a full state is asked for. Events that
//! come meanwhile wait: those that the state does not hold are told after it.
//!
//! Two events may have the same version: in the documents' samples two have. So another event of the same version is told,
//! too, and only one that is the same to the last byte is not.

use super::told::Reason;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// So many events of one version are told apart.
const MOST_OF_ONE_VERSION: usize = 1024;
/// So many events wait for a full state, and so many bytes of them. What comes beyond that is in the next full state.
const MOST_WAITING: usize = 4096;
const MOST_WAITING_BYTES: usize = 16 << 20;
/// Full states of one application are asked for no more often: a gateway whose versions never fit must not be asked without end.
const REST: Duration = Duration::from_millis(250);

/// An event that has a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) version: i64,
    /// Of its text.
    pub(super) digest: u64,
    /// In the order in which they came.
    pub(super) number: u64,
    /// What the reader gets of it; `None` where it is of a group that is not wanted.
    pub(super) told: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Picture {
    version: Option<i64>,
    /// The events of this version, by their digests.
    of_version: VecDeque<u64>,
    question: Option<Question>,
    last_asked: Option<Instant>,
    waiting: Vec<Event>,
    waiting_bytes: usize,
    /// Some could not wait.
    has_lost: bool,
}

/// A full state that is wanted, and why.
#[derive(Debug, Clone, Copy)]
struct Question {
    reason: Reason,
    /// It was asked for then.
    asked: Option<Instant>,
}

impl Picture {
    pub(super) fn wanting(reason: Reason) -> Picture {
        Picture { question: Some(Question { reason, asked: None }), ..Picture::default() }
    }

    /// Whether a full state is awaited, or will be asked for.
    pub(super) fn is_incomplete(&self) -> bool {
        self.question.is_some()
    }

    /// A full state is wanted. One that was asked for already does, unless the reader has lost what came before the request.
    pub(super) fn want(&mut self, reason: Reason) {
        match &mut self.question {
            Some(question) if reason == Reason::Overflow => question.reason = reason,
            Some(_) => {}
            None => self.question = Some(Question { reason, asked: None }),
        }
    }

    /// When a wanted state may be asked for.
    pub(super) fn may_ask_at(&self, now: Instant) -> Option<Instant> {
        self.question.filter(|question| question.asked.is_none())?;
        Some(self.last_asked.map_or(now, |last| last + REST))
    }

    pub(super) fn asked(&mut self, now: Instant) {
        self.last_asked = Some(now);
        if let Some(question) = &mut self.question {
            question.asked = Some(now);
        }
    }

    /// Since when an answer is awaited.
    pub(super) fn asked_at(&self) -> Option<Instant> {
        self.question?.asked
    }

    /// An event; what is told of it now.
    pub(super) fn take(&mut self, event: Event) -> Option<String> {
        let Some(version) = self.version.filter(|_| self.question.is_none()) else {
            self.keep(event);
            return None;
        };
        match event.version.checked_sub(version) {
            Some(1) => {
                self.version = Some(event.version);
                self.of_version.clear();
                self.of_version.push_back(event.digest);
                event.told
            }
            Some(0) => self.is_first(event.digest).then_some(event.told).flatten(),
            Some(..0) => None,
            _ => {
                self.want(Reason::Gap);
                self.keep(event);
                None
            }
        }
    }

    /// An event that is told anyway may move the version on.
    pub(super) fn pass(&mut self, version: i64) {
        if self.question.is_none() && self.version.and_then(|known| known.checked_add(1)) == Some(version) {
            self.version = Some(version);
            self.of_version.clear();
        }
    }

    /// An event that came before, and turned out to be of this application.
    pub(super) fn keep(&mut self, event: Event) {
        let length = event.told.as_ref().map_or(0, String::len);
        if self.waiting.len() >= MOST_WAITING || self.waiting_bytes.saturating_add(length) > MOST_WAITING_BYTES {
            self.has_lost = true;
            return;
        }
        self.waiting_bytes += length;
        self.waiting.push(event);
    }

    /// The full state came. Why it was asked for; and what is told after it.
    pub(super) fn state(&mut self, version: i64) -> (Reason, Vec<String>) {
        let reason = self.question.take().map_or(Reason::Unasked, |question| question.reason);
        self.version = Some(version);
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_by_key(|event| event.number);
        self.waiting_bytes = 0;
        let of_version = waiting.iter().filter(|event| event.version == version).map(|event| event.digest);
        self.of_version = of_version.take(MOST_OF_ONE_VERSION).collect();
        let later = waiting.into_iter().filter(|event| event.version > version);
        let told = later.filter_map(|event| self.take(event)).collect();
        if std::mem::take(&mut self.has_lost) {
            self.want(Reason::Gap);
        }
        (reason, told)
    }

    fn is_first(&mut self, digest: u64) -> bool {
        if self.of_version.contains(&digest) {
            return false;
        }
        if self.of_version.len() >= MOST_OF_ONE_VERSION {
            self.of_version.pop_front();
        }
        self.of_version.push_back(digest);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(version: i64, text: &str) -> Event {
        Event { version, digest: text.bytes().map(u64::from).sum(), number: 0, told: Some(text.to_owned()) }
    }

    /// Up to date with version 10.
    fn picture() -> Picture {
        let mut picture = Picture::wanting(Reason::Opened);
        picture.asked(Instant::now());
        assert_eq!(picture.state(10), (Reason::Opened, Vec::new()));
        picture
    }

    /// What is told of each event, and whether a full state is wanted then.
    fn told(events: &[(i64, &str)]) -> (Vec<String>, bool) {
        let mut picture = picture();
        let told = events.iter().filter_map(|(version, text)| picture.take(event(*version, text)));
        (told.collect(), picture.is_incomplete())
    }

    #[test]
    fn versions() {
        for (name, events, expected, is_incomplete) in [
            ("what follows is told", &[(11, "a"), (12, "b")][..], &["a", "b"][..], false),
            ("what is older is not", &[(9, "x"), (11, "a"), (10, "x"), (12, "b")], &["a", "b"], false),
            ("the same again is not", &[(11, "a"), (11, "a"), (12, "b"), (12, "b")], &["a", "b"], false),
            ("another of the same version is", &[(11, "a"), (11, "b"), (11, "a"), (11, "b")], &["a", "b"], false),
            ("also of the state's own version", &[(10, "a"), (10, "a"), (11, "b")], &["a", "b"], false),
            ("a gap", &[(11, "a"), (13, "c")], &["a"], true),
            ("a gap that closes at once stays one", &[(12, "b"), (11, "a"), (13, "c")], &[], true),
            ("as far apart as can be", &[(i64::MIN, "x"), (i64::MAX, "y")], &[], true),
        ] {
            let (told, incomplete) = told(events);
            assert_eq!(
                (told, incomplete),
                (expected.iter().map(ToString::to_string).collect(), is_incomplete),
                "{name}"
            );
        }
    }

    #[test]
    fn what_the_state_does_not_hold_is_told_after_it_in_order() {
        let mut picture = picture();
        for (number, (version, text)) in
            [(13, "c"), (12, "b"), (14, "d"), (14, "D"), (14, "d"), (13, "c")].into_iter().enumerate()
        {
            assert_eq!(picture.take(Event { number: number as u64, ..event(version, text) }), None);
        }
        picture.asked(Instant::now());
        let (reason, told) = picture.state(13);
        assert_eq!((reason, told), (Reason::Gap, vec!["d".to_owned(), "D".to_owned()]));
        assert_eq!(picture.take(event(13, "c")), None);
        assert_eq!(picture.take(event(15, "e")), Some("e".to_owned()));
        assert!(!picture.is_incomplete());
    }

    #[test]
    fn a_gap_behind_the_state_asks_for_another_one() {
        let mut picture = picture();
        picture.take(event(13, "c"));
        picture.take(event(20, "x"));
        picture.asked(Instant::now());
        assert_eq!(picture.state(12).1, ["c"]);
        assert!(picture.is_incomplete() && picture.asked_at().is_none());
        picture.asked(Instant::now());
        assert_eq!(picture.state(19), (Reason::Gap, vec!["x".to_owned()]));
        assert!(!picture.is_incomplete());
    }

    #[test]
    fn an_older_state_is_the_truth_all_the_same() {
        let mut picture = picture();
        picture.want(Reason::Overflow);
        assert_eq!(picture.state(3), (Reason::Overflow, Vec::new()));
        assert_eq!(picture.take(event(4, "a")), Some("a".to_owned()));
    }

    #[test]
    fn what_cannot_wait_is_in_the_next_state() {
        let mut picture = picture();
        picture.take(event(12, "x"));
        for version in 13..(13 + MOST_WAITING as i64) {
            picture.take(event(version, "y"));
        }
        assert_eq!(picture.waiting.len(), MOST_WAITING);
        picture.asked(Instant::now());
        assert_eq!(picture.state(11).1.len(), MOST_WAITING);
        assert!(picture.is_incomplete(), "the last one was lost");
        picture.take(Event { told: Some("z".repeat(MOST_WAITING_BYTES + 1)), ..event(5000, "z") });
        assert!(picture.has_lost && picture.waiting.is_empty());
    }

    #[test]
    fn states_are_not_asked_for_without_end() {
        let (mut picture, now) = (Picture::wanting(Reason::Opened), Instant::now());
        assert_eq!(picture.may_ask_at(now), Some(now));
        picture.asked(now);
        assert_eq!((picture.may_ask_at(now), picture.asked_at()), (None, Some(now)));
        picture.state(1);
        assert_eq!(picture.may_ask_at(now), None);
        picture.take(event(5, "x"));
        assert_eq!(picture.may_ask_at(now), Some(now + REST));
    }

    #[test]
    fn an_event_without_a_place_in_the_count_moves_it_on_where_it_fits() {
        let mut picture = picture();
        picture.pass(11);
        picture.pass(20);
        assert_eq!(picture.take(event(12, "a")), Some("a".to_owned()));
    }
}
