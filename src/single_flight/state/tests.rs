//! The machine's invariants under an invented clock: no sleeping, no threads.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

const LIFETIME: Duration = Duration::from_secs(100);
/// What a caller has left of its call.
const LEFT: Duration = Duration::from_secs(30);

/// A machine, and a clock that stands still until it is moved on.
struct Trial {
    state: State<u32>,
    start: Instant,
    now: Instant,
}

impl Trial {
    fn new(old_value: OldValue) -> Trial {
        let now = Instant::now();
        Trial { state: State::new(old_value), start: now, now }
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    /// To so many seconds from the start.
    fn at(&mut self, second: u64) {
        self.now = self.start + Duration::from_secs(second);
    }

    fn ask(&mut self) -> Step<u32> {
        self.state.ask(None, self.now, LEFT)
    }

    fn needs(&mut self, dead: Option<&Held<u32>>) -> Need<u32> {
        match self.state.ask(dead, self.now, LEFT) {
            Step::Fetch(need) => need,
            other => panic!("expected a fetch, got {other:?}"),
        }
    }

    fn brings(&mut self, need: &Need<u32>, value: u32) -> Arc<Held<u32>> {
        let fetched = self.fetched(need, value);
        self.state.succeed(need, fetched, self.now, 1.0)
    }

    fn fetched(&self, need: &Need<u32>, value: u32) -> Fetched<u32> {
        let generation = need.next_generation();
        Fetched { value, generation, born: self.now, lifetime: Some(LIFETIME), adopted: false }
    }

    fn fails(&mut self, need: &Need<u32>, status: Status) {
        self.state.fail(need, &Error::new(status, "no"), self.now, 1.0);
    }

    /// Fetched, used, and found dead: what somebody else's fetches do to an account.
    fn killed(&mut self, held: &Held<u32>) -> Arc<Held<u32>> {
        let need = self.needs(Some(held));
        assert!(need.refusal.is_none());
        self.brings(&need, held.value + 1)
    }
}

fn used(step: Step<u32>) -> u32 {
    match step {
        Step::Use(held) => held.value,
        other => panic!("expected a value, got {other:?}"),
    }
}

fn failed(step: Step<u32>) -> Error {
    match step {
        Step::Fail(error) => error,
        other => panic!("expected a failure, got {other:?}"),
    }
}

#[test]
fn one_fetch_at_a_time() {
    let mut trial = Trial::new(OldValue::Dies);
    let need = trial.needs(None);
    assert!(matches!(trial.ask(), Step::Wait));
    assert!(trial.state.demand(trial.now).is_none(), "the refresher's place is taken");
    trial.brings(&need, 1);
    assert_eq!(used(trial.ask()), 1);
    let demanded = trial.state.demand(trial.now).unwrap();
    assert!(trial.state.demand(trial.now).is_none(), "a fetch that was asked for counts as one");
    trial.at(100);
    assert!(matches!(trial.ask(), Step::Wait));
    trial.brings(&demanded, 2);
    assert_eq!(used(trial.ask()), 2);
}

#[test]
fn a_fresh_value_is_given_out_at_once_unless_a_fetch_is_killing_it() {
    for old_value in [OldValue::Lives, OldValue::Dies] {
        let mut trial = Trial::new(old_value);
        let need = trial.needs(None);
        trial.brings(&need, 1);
        for second in [0, 30, 59] {
            trial.at(second);
            assert_eq!(used(trial.ask()), 1);
        }
        let demanded = trial.state.demand(trial.now).unwrap();
        assert_eq!(used(trial.ask()), 1, "it has not begun");
        trial.state.begin_fetch(trial.now);
        match (old_value, trial.ask()) {
            (OldValue::Lives, step) => assert_eq!(used(step), 1),
            (OldValue::Dies, step) => assert!(matches!(step, Step::Wait)),
        }
        trial.fails(&demanded, Status::Network);
        assert_eq!(used(trial.ask()), 1, "whatever failed");
    }
}

#[test]
fn only_the_current_generation_can_be_declared_dead() {
    let mut trial = Trial::new(OldValue::Dies);
    let need = trial.needs(None);
    let first = trial.brings(&need, 1);
    let second = trial.killed(&first);
    assert_eq!(used(trial.state.ask(Some(&first), trial.now, LEFT)), 2, "the newer one, without a fetch");
    let need = trial.needs(Some(&second));
    assert!(need.is_dead);
    assert!(matches!(trial.state.ask(Some(&second), trial.now, LEFT), Step::Wait), "and only once");
}

#[test]
fn a_generation_is_greater_than_every_one_before() {
    let mut trial = Trial::new(OldValue::Dies);
    let mut last = 0;
    for generation in [7, 3, 3, 1_700_000_000_000, 1] {
        let need = trial.state.demand(trial.now).unwrap();
        let fetched = Fetched { generation, ..trial.fetched(&need, 0) };
        let held = trial.state.succeed(&need, fetched, trial.now, 0.0);
        assert!(held.generation() > last);
        last = held.generation();
    }
}

#[test]
fn where_the_old_value_lives_one_fetches_and_the_others_go_on() {
    let mut trial = Trial::new(OldValue::Lives);
    let need = trial.needs(None);
    trial.brings(&need, 1);
    trial.at(60);
    let need = trial.needs(None);
    assert!(!need.is_dead);
    assert_eq!(used(trial.ask()), 1);
    trial.at(100);
    assert!(matches!(trial.ask(), Step::Wait), "to its end and no longer");
    trial.brings(&need, 2);
    assert_eq!(used(trial.ask()), 2);
}

#[test]
fn where_the_old_value_dies_the_others_wait_once_the_fetch_begins() {
    let mut trial = Trial::new(OldValue::Dies);
    let need = trial.needs(None);
    trial.brings(&need, 1);
    trial.at(59);
    assert_eq!(used(trial.ask()), 1);
    trial.at(60);
    let need = trial.needs(None);
    assert!(need.is_ahead);
    assert_eq!(used(trial.ask()), 1, "a store is looked at first");
    trial.state.begin_fetch(trial.now);
    assert!(matches!(trial.ask(), Step::Wait), "the fetch is about to kill the old one");
    trial.brings(&need, 2);
    assert_eq!(used(trial.ask()), 2);
}

#[test]
fn a_failed_fetch_leaves_a_good_value_in_use_to_its_end() {
    for old_value in [OldValue::Lives, OldValue::Dies] {
        let mut trial = Trial::new(old_value);
        let need = trial.needs(None);
        trial.brings(&need, 1);
        trial.at(60);
        let need = trial.needs(None);
        trial.fails(&need, Status::Store);
        assert_eq!(used(trial.ask()), 1);
        trial.at(99);
        let need = trial.needs(None);
        trial.fails(&need, Status::Store);
        assert_eq!(used(trial.ask()), 1);
        trial.pass(Duration::from_millis(1001));
        let need = trial.needs(None);
        trial.fails(&need, Status::Store);
        assert_eq!(failed(trial.ask()).status(), Status::Store);
    }
}

#[test]
fn a_failure_is_the_answer_until_its_pause_ends_and_for_nobody_after_it() {
    let mut trial = Trial::new(OldValue::Dies);
    for pause in [500, 1000, 2000, 4000, 8000, 10_000, 10_000].map(Duration::from_millis) {
        let need = trial.needs(None);
        assert!(matches!(trial.ask(), Step::Wait));
        trial.fails(&need, Status::Network);
        let error = failed(trial.ask());
        assert_eq!((error.status(), error.to_string().starts_with("no (")), (Status::Network, true));
        trial.pass(pause - Duration::from_millis(1));
        assert_eq!(failed(trial.ask()).status(), Status::Network);
        trial.pass(Duration::from_millis(1));
    }
    let need = trial.needs(None);
    trial.brings(&need, 1);
    trial.at(1000);
    let need = trial.needs(None);
    trial.fails(&need, Status::Network);
    trial.pass(Duration::from_millis(500));
    trial.needs(None);
}

#[test]
fn refused_keys_are_not_tried_again_for_a_minute() {
    let mut trial = Trial::new(OldValue::Dies);
    let need = trial.needs(None);
    let refused = Error::new(Status::Auth, "no").with_number(606_000_000, None);
    trial.state.fail(&need, &refused, trial.now, 1.0);
    trial.at(59);
    assert_eq!(failed(trial.ask()).status(), Status::Auth);
    // Who asks for a fetch by name gets one.
    assert!(trial.state.demand(trial.now).is_some());
}

#[test]
fn a_failure_of_what_was_replaced_is_forgotten() {
    let mut trial = Trial::new(OldValue::Lives);
    let need = trial.needs(None);
    trial.fails(&need, Status::Auth);
    trial.state.forget_failure();
    trial.needs(None);
}

#[test]
fn a_fetch_that_its_caller_had_no_time_for_is_taken_over() {
    let mut trial = Trial::new(OldValue::Dies);
    let need = trial.needs(None);
    assert!(matches!(trial.ask(), Step::Wait));
    let late = Error::new(Status::Timeout, "no");
    trial.state.abandon(&need, &late, Duration::from_millis(300), trial.now, 1.0);
    // Those with no more time would do no better, and on hst each try would kill a token.
    for left in [10, 300, 330].map(Duration::from_millis) {
        assert_eq!(failed(trial.state.ask(None, trial.now, left)).status(), Status::Timeout);
    }
    let need = trial.needs(None);
    trial.brings(&need, 1);
    assert_eq!(used(trial.state.ask(None, trial.now, Duration::ZERO)), 1);

    let mut trial = Trial::new(OldValue::Dies);
    let need = trial.needs(None);
    trial.state.abandon(&need, &late, LEFT, trial.now, 1.0);
    assert_eq!(failed(trial.ask()).status(), Status::Timeout);
    trial.pass(Duration::from_millis(500));
    trial.needs(None);
}

#[test]
fn a_failure_ahead_is_no_answer_for_who_finds_the_value_dead() {
    let mut trial = Trial::new(OldValue::Dies);
    let need = trial.needs(None);
    let held = trial.brings(&need, 1);
    trial.at(60);
    let need = trial.needs(None);
    trial.fails(&need, Status::Http);
    assert_eq!(used(trial.ask()), 1);
    assert!(trial.needs(Some(&held)).is_dead);
}

#[test]
fn while_fetching_pauses_what_others_have_is_taken() {
    let now = Instant::now();
    let mut trial = Trial { state: State::new(OldValue::Dies).shared(), start: now, now };
    let need = trial.needs(None);
    trial.fails(&need, Status::Http);
    let need = trial.needs(None);
    assert!(matches!(&need.refusal, Some(Refusal::Paused(error)) if error.status() == Status::Http));
    trial.fails(&need, Status::Http);
    assert_eq!(failed(trial.ask()).status(), Status::Http, "not looked at again at once");
    trial.pass(LOOK);
    let need = trial.needs(None);
    assert!(need.refusal.is_some());
    let adopted = Fetched { adopted: true, ..trial.fetched(&need, 7) };
    trial.state.succeed(&need, adopted, trial.now, 0.0);
    assert_eq!(used(trial.ask()), 7);
    // The pause did not grow with the looks, and a store that fails is not looked at.
    trial.at(1000);
    let need = trial.needs(None);
    trial.fails(&need, Status::Store);
    assert_eq!(failed(trial.ask()).status(), Status::Store);
}

#[test]
fn the_same_value_again_keeps_its_generation() {
    let mut trial = Trial::new(OldValue::Lives);
    let need = trial.needs(None);
    let first = trial.brings(&need, 1);
    trial.at(60);
    let need = trial.needs(None);
    let same = Fetched { generation: first.generation(), ..trial.fetched(&need, 1) };
    trial.state.succeed(&need, same, trial.now, 0.0);
    assert!(trial.needs(Some(&first)).is_dead, "who used it before it was given again");
}

#[test]
fn a_fetch_that_kills_a_good_value_gives_its_users_time() {
    for old_value in [OldValue::Lives, OldValue::Dies] {
        let mut trial = Trial::new(old_value);
        let kills = |until: Instant| (old_value == OldValue::Dies).then_some(until);
        let need = trial.needs(None);
        assert!(trial.state.begin_fetch(trial.now).is_none(), "there is none to kill");
        let user = trial.brings(&need, 1);
        drop(need);
        trial.at(60);
        let need = trial.needs(None);
        assert_eq!(trial.state.begin_fetch(trial.now), kills(trial.now + USERS_PATIENCE));
        assert!(need.last_is_in_use());
        drop(user);
        assert!(!need.last_is_in_use());
        trial.fails(&need, Status::Network);
        // Not beyond its end, and not for what is dead.
        trial.now = trial.start + LIFETIME - Duration::from_millis(300);
        let need = trial.needs(None);
        assert_eq!(trial.state.begin_fetch(trial.now), kills(trial.start + LIFETIME));
        let held = trial.brings(&need, 2);
        trial.needs(Some(&held));
        assert!(trial.state.begin_fetch(trial.now).is_none());
    }
}

#[test]
fn values_that_die_early_in_a_row_slow_the_fetches_down() {
    let mut trial = Trial::new(OldValue::Dies);
    let need = trial.needs(None);
    let mut held = trial.brings(&need, 0);
    for _ in 0..3 {
        assert!(!trial.state.is_contested());
        trial.pass(Duration::from_millis(10));
        held = trial.killed(&held);
    }
    assert!(trial.state.is_contested());
    for pause in [1, 2, 4, 8, 16, 24].map(Duration::from_secs) {
        trial.pass(Duration::from_millis(1));
        let need = trial.needs(Some(&held));
        assert!(matches!(need.refusal, Some(Refusal::Contested { .. })), "not yet");
        trial.fails(&need, Status::Auth);
        assert_eq!(failed(trial.ask()).status(), Status::Auth);
        trial.pass(pause);
        if pause.as_secs() == 24 {
            break;
        }
        let need = trial.needs(None);
        assert!(need.refusal.is_none());
        held = trial.brings(&need, 0);
    }
}

#[test]
fn a_death_in_its_time_is_no_reason_to_slow_down() {
    let mut trial = Trial::new(OldValue::Dies);
    let need = trial.needs(None);
    let mut held = trial.brings(&need, 0);
    for _ in 0..10 {
        trial.pass(LIFETIME / 4);
        held = trial.killed(&held);
        assert!(!trial.state.is_contested());
    }
    for _ in 0..10 {
        trial.pass(Duration::from_millis(1));
        let need = trial.needs(Some(&held));
        let adopted = Fetched { adopted: true, ..trial.fetched(&need, 0) };
        held = trial.state.succeed(&need, adopted, trial.now, 0.0);
        assert!(!trial.state.is_contested(), "one of the family fetched it");
    }
    for _ in 0..10 {
        trial.pass(Duration::from_millis(1));
        held = trial.killed(&held);
        trial.state.discount_early_death();
        assert!(!trial.state.is_contested(), "it had not died");
    }
}

#[test]
fn a_value_without_a_lifetime_is_never_due() {
    let mut trial = Trial::new(OldValue::Lives);
    let need = trial.needs(None);
    let fetched = Fetched { lifetime: None, ..trial.fetched(&need, 1) };
    let held = trial.state.succeed(&need, fetched, trial.now, 0.0);
    trial.pass(Duration::from_secs(10 * 365 * 86_400));
    assert_eq!((used(trial.ask()), held.left(trial.now)), (1, None));
}

#[test]
fn a_lifetime_beyond_all_counting_is_a_hundred_years() {
    let mut trial = Trial::new(OldValue::Dies);
    let need = trial.needs(None);
    let fetched = Fetched { lifetime: Some(Duration::MAX), ..trial.fetched(&need, 1) };
    let held = trial.state.succeed(&need, fetched, trial.now, 0.0);
    let left = held.left(trial.now).unwrap();
    assert_eq!(left, LONGEST_LIFETIME);
    assert!(i64::try_from(left.as_millis()).is_ok());
    assert_eq!(used(trial.ask()), 1);
}

/// What can happen next in a process whose threads all want a token of an account like hst's.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// A thread without a token asks for one, or goes on waiting.
    Ask(usize),
    /// A thread's call arrives at the platform, with the token that it has.
    Arrive(usize),
    /// The fetch under way arrives there: the old token dies, and the new one is on its way.
    Fetch,
    /// The answer comes.
    Land,
    /// It does not.
    Lose(bool),
    Pass(u64),
}

fn event() -> impl Strategy<Value = Event> {
    let thread = 0..THREADS;
    prop_oneof![
        6 => thread.clone().prop_map(Event::Ask),
        6 => thread.prop_map(Event::Arrive),
        2 => Just(Event::Fetch),
        3 => Just(Event::Land),
        1 => any::<bool>().prop_map(Event::Lose),
        2 => (1u64..40_000).prop_map(Event::Pass),
    ]
}

const THREADS: usize = 5;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every order in which threads, fetches, answers and time can meet: all of it happens under the cell's lock, so that a
    /// sequence of events is an interleaving of threads.
    #[test]
    fn no_interleaving_breaks_the_machine(events in proptest::collection::vec(event(), 1..200), dies in any::<bool>()) {
        let mut trial = Trial::new(if dies { OldValue::Dies } else { OldValue::Lives });
        // The platform: the one token that it takes. Each fetch replaces it.
        let (mut live, mut issued) = (0u32, 0u32);
        let mut held: [Option<Arc<Held<u32>>>; THREADS] = Default::default();
        let mut dead: [Option<Arc<Held<u32>>>; THREADS] = Default::default();
        let mut waiting = BTreeSet::new();
        let mut flight: Option<(Need<u32>, Instant, Option<u32>)> = None;
        let mut newest = 0;
        for event in events {
            match event {
                Event::Ask(thread) if held[thread].is_none() => {
                    waiting.remove(&thread);
                    let good = trial.state.good(trial.now).filter(|good| dead[thread].as_ref().is_none_or(|dead| dead.generation < good.generation));
                    match trial.state.ask(dead[thread].as_deref(), trial.now, LEFT) {
                        Step::Use(value) => {
                            prop_assert!(!value.is_expired(trial.now), "an expired value was given out");
                            prop_assert!(dead[thread].as_ref().is_none_or(|dead| dead.generation < value.generation), "a dead value was given out again");
                            prop_assert_eq!(value.generation, newest, "not the newest");
                            held[thread] = Some(value);
                        }
                        Step::Fetch(need) => {
                            prop_assert!(flight.is_none(), "two fetches at a time");
                            prop_assert!(good.is_none_or(|good| good.is_due(trial.now)), "fetched without need");
                            prop_assert_eq!(need.is_dead, need.last.is_some() && trial.state.dead_since.is_some());
                            flight = Some((need, trial.now, None));
                        }
                        Step::Wait => {
                            prop_assert!(flight.is_some(), "waits for nobody");
                            waiting.insert(thread);
                        }
                        Step::Fail(_) => {
                            prop_assert!(trial.state.pause.is_some() && good.is_none(), "failed without a failure");
                            dead[thread] = None;
                        }
                    }
                }
                Event::Arrive(thread) => {
                    if let Some(value) = held[thread].take() {
                        dead[thread] = (value.value != live).then_some(value);
                    }
                }
                Event::Fetch => {
                    if let Some((_, _, token @ None)) = &mut flight {
                        trial.state.begin_fetch(trial.now);
                        issued += 1;
                        live = issued;
                        *token = Some(issued);
                    }
                }
                Event::Land => {
                    if let Some((need, born, Some(token))) = flight.take_if(|flight| flight.2.is_some()) {
                        let fetched = Fetched { born, ..trial.fetched(&need, token) };
                        let value = trial.state.succeed(&need, fetched, trial.now, 0.5);
                        prop_assert!(value.generation > newest, "generations rise");
                        newest = value.generation;
                        waiting.clear();
                    }
                }
                Event::Lose(own_end) => {
                    if let Some((need, ..)) = flight.take() {
                        if own_end {
                            let late = Error::new(Status::Timeout, "no");
                            trial.state.abandon(&need, &late, LEFT, trial.now, 1.0);
                        } else {
                            trial.fails(&need, Status::Network);
                        }
                        waiting.clear();
                    }
                }
                Event::Pass(milliseconds) => trial.pass(Duration::from_millis(milliseconds)),
                Event::Ask(_) => {}
            }
            prop_assert_eq!(trial.state.fetching, flight.is_some(), "the refresher's place is taken just while one fetches");
            prop_assert!(waiting.is_empty() || flight.is_some(), "somebody waits for nobody");
        }
        // Left to themselves, all come to a value: nothing is stuck.
        if let Some((need, ..)) = flight.take() {
            trial.fails(&need, Status::Network);
        }
        trial.pass(Duration::from_secs(61));
        if let Step::Fetch(need) = trial.ask() {
            trial.brings(&need, issued + 1);
        }
        for dead in &dead {
            let step = trial.state.ask(dead.as_deref(), trial.now, LEFT);
            prop_assert!(matches!(step, Step::Use(_) | Step::Fetch(_)), "stuck: {:?}", step);
            if let Step::Fetch(need) = step {
                trial.brings(&need, issued + 1);
            }
        }
    }
}
