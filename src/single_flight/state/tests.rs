//! The machine's invariants under an invented clock: no sleeping, no threads.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

const LIFETIME: Duration = Duration::from_secs(100);
/// What a caller has left of its call.
const LEFT: Duration = Duration::from_secs(30);
const WHO: Who = Who { settings: 0, network: 0, time: LEFT };

fn with_time(time: Duration) -> Who {
    Who { time, ..WHO }
}

fn with_settings(settings: u64) -> Who {
    Who { settings, ..WHO }
}

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
        self.state.ask(None, self.now, WHO)
    }

    fn needs(&mut self, dead: Option<&Held<u32>>) -> Need<u32> {
        match self.state.ask(dead, self.now, WHO) {
            Step::Fetch(need) => need,
            other => panic!("expected a fetch, got {other:?}"),
        }
    }

    /// A refusal that comes now.
    fn refused<'h>(&self, held: &'h Held<u32>) -> Refused<'h, u32> {
        Refused { held, at: self.now, is_plain: false }
    }

    fn doubt(&mut self, refused: &Refused<'_, u32>) -> Doubt<u32> {
        self.state.doubt(refused, self.now, self.now + LEFT, WHO)
    }

    fn suspects(&mut self, refused: &Refused<'_, u32>) -> Need<u32> {
        match self.doubt(refused) {
            Doubt::Fetch(need) => need,
            other => panic!("expected a fetch, got {other:?}"),
        }
    }

    /// The last value is refused now.
    fn doubt_last(&mut self) -> Doubt<u32> {
        let held = Arc::clone(self.state.last().unwrap());
        self.doubt(&self.refused(&held))
    }

    fn suspect(&mut self) -> Need<u32> {
        match self.doubt_last() {
            Doubt::Fetch(need) => need,
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
    assert!(trial.state.demand(trial.now, WHO).is_none(), "the refresher's place is taken");
    trial.brings(&need, 1);
    assert_eq!(used(trial.ask()), 1);
    let demanded = trial.state.demand(trial.now, WHO).unwrap();
    assert!(trial.state.demand(trial.now, WHO).is_none(), "a fetch that was asked for counts as one");
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
        let demanded = trial.state.demand(trial.now, WHO).unwrap();
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
    assert_eq!(used(trial.state.ask(Some(&first), trial.now, WHO)), 2, "the newer one, without a fetch");
    let need = trial.needs(Some(&second));
    assert!(need.is_dead);
    assert!(matches!(trial.state.ask(Some(&second), trial.now, WHO), Step::Wait), "and only once");
}

#[test]
fn a_generation_is_greater_than_every_one_before() {
    let mut trial = Trial::new(OldValue::Dies);
    let mut last = 0;
    for generation in [7, 3, 3, 1_700_000_000_000, 1] {
        let need = trial.state.demand(trial.now, WHO).unwrap();
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
    assert!(trial.state.demand(trial.now, WHO).is_some());
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
        assert_eq!(failed(trial.state.ask(None, trial.now, with_time(left))).status(), Status::Timeout);
    }
    let need = trial.needs(None);
    trial.brings(&need, 1);
    assert_eq!(used(trial.state.ask(None, trial.now, with_time(Duration::ZERO))), 1);

    let mut trial = Trial::new(OldValue::Dies);
    let need = trial.needs(None);
    trial.state.abandon(&need, &late, LEFT, trial.now, 1.0);
    assert_eq!(failed(trial.ask()).status(), Status::Timeout);
    trial.pass(Duration::from_millis(500));
    trial.needs(None);
}

#[test]
fn a_failure_that_may_lie_in_settings_is_the_answer_for_these_settings_only() {
    for (status, may_lie) in [
        (Status::Auth, true),
        (Status::Http, true),
        (Status::Limit, true),
        (Status::Timeout, true),
        (Status::Network, false),
        (Status::Store, false),
    ] {
        let mut trial = Trial::new(OldValue::Dies);
        let need = trial.needs(None);
        trial.fails(&need, status);
        assert_eq!(failed(trial.ask()).status(), status);
        match trial.state.ask(None, trial.now, with_settings(1)) {
            Step::Fetch(need) => {
                assert!(may_lie, "{status:?}");
                trial.brings(&need, 7);
                assert_eq!(used(trial.ask()), 7, "a value is for all");
            }
            Step::Fail(error) => assert!(!may_lie && error.status() == status),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_failure_is_the_answer_for_the_same_way_to_the_platform_only() {
    for (status, may_lie) in
        [(Status::Network, true), (Status::Tls, true), (Status::Http, true), (Status::Store, false)]
    {
        let mut trial = Trial::new(OldValue::Dies);
        let need = trial.needs(None);
        trial.fails(&need, status);
        let other_way = Who { network: 1, ..WHO };
        match trial.state.ask(None, trial.now, other_way) {
            Step::Fetch(_) => assert!(may_lie, "{status:?}"),
            Step::Fail(error) => assert!(!may_lie && error.status() == status),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_settings_that_failed_are_counted_apart_and_bounded() {
    let mut trial = Trial::new(OldValue::Dies);
    for pause in [500, 1000, 2000].map(Duration::from_millis) {
        for settings in 0..3 {
            let Step::Fetch(need) = trial.state.ask(None, trial.now, with_settings(settings)) else { panic!() };
            trial.fails(&need, Status::Http);
        }
        trial.pass(pause);
    }
    for settings in 0..10 * MOST_PAUSES as u64 {
        let Step::Fetch(need) = trial.state.ask(None, trial.now, with_settings(settings)) else { panic!() };
        trial.fails(&need, Status::Http);
    }
    assert_eq!(trial.state.pauses.len(), MOST_PAUSES);
}

#[test]
fn a_fetch_that_this_machine_had_too_little_for_fails_nobody_else() {
    let mut trial = Trial::new(OldValue::Dies);
    let _need = trial.needs(None);
    assert!(matches!(trial.ask(), Step::Wait));
    trial.state.give_up();
    let need = trial.needs(None);
    trial.brings(&need, 1);
    assert_eq!(used(trial.ask()), 1);
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
}

#[test]
fn a_suspect_stays_in_use_and_one_fetch_answers_for_all_who_ask() {
    let mut trial = Trial::new(OldValue::Lives);
    let need = trial.needs(None);
    let first = trial.brings(&need, 1);
    let refused = [trial.refused(&first), trial.refused(&first), trial.refused(&first)];
    let need = trial.suspects(&refused[0]);
    assert!(need.is_suspect && !need.is_dead && !need.is_ahead);
    for refused in &refused[1..] {
        assert!(matches!(trial.doubt(refused), Doubt::Wait(None)));
    }
    assert_eq!(used(trial.ask()), 1, "whose call was not refused goes on");
    trial.brings(&need, 2);
    for refused in &refused {
        assert!(matches!(trial.doubt(refused), Doubt::Use(held) if held.value == 2));
    }
    assert_eq!(used(trial.ask()), 2);
}

#[test]
fn the_same_value_or_none_lets_the_refusal_stand_and_the_suspect_live() {
    for fails in [false, true] {
        let mut trial = Trial::new(OldValue::Lives);
        let need = trial.needs(None);
        let first = trial.brings(&need, 1);
        let refused = [trial.refused(&first), trial.refused(&first)];
        let need = trial.suspects(&refused[0]);
        assert!(matches!(trial.doubt(&refused[1]), Doubt::Wait(None)));
        trial.pass(Duration::from_millis(1));
        if fails {
            trial.fails(&need, Status::Http);
        } else {
            let same = Fetched { generation: first.generation(), ..trial.fetched(&need, 1) };
            trial.state.succeed(&need, same, trial.now, 1.0);
        }
        for refused in &refused {
            assert!(matches!(trial.doubt(refused), Doubt::Stands(why) if matches!(why, Stands::Failed(_)) == fails));
        }
        assert_eq!(used(trial.ask()), 1);
        // A refusal after that: a failure is its answer for a while; what the source said before is not.
        trial.pass(Duration::from_millis(1));
        let later = trial.refused(&first);
        match trial.doubt(&later) {
            Doubt::Stands(Stands::Failed(_)) => assert!(fails),
            Doubt::Wait(Some(until)) => assert!(!fails && until > trial.now),
            other => panic!("{other:?}"),
        }
        trial.pass(Duration::from_millis(500));
        trial.suspects(&later);
    }
}

#[test]
fn a_call_that_the_suspect_serves_later_answers_for_all_refusals_before_it() {
    let mut trial = Trial::new(OldValue::Lives);
    let need = trial.needs(None);
    let first = trial.brings(&need, 1);
    let before = trial.now;
    trial.pass(Duration::from_millis(1));
    let refused = trial.refused(&first);
    let need = trial.suspects(&refused);
    trial.state.served(&first, before);
    assert!(matches!(trial.doubt(&refused), Doubt::Wait(None)), "it went out before: the value may have died since");
    trial.pass(Duration::from_millis(1));
    assert!(trial.state.served(&first, trial.now));
    assert!(matches!(trial.doubt(&refused), Doubt::Stands(Stands::Lives)));
    trial.pass(Duration::from_millis(1));
    let later = trial.refused(&first);
    assert!(matches!(trial.doubt(&later), Doubt::Wait(None)), "a later refusal asks anew");
    trial.fails(&need, Status::Http);
}

#[test]
fn a_suspects_death_counts_only_where_the_fresh_value_cured_a_call() {
    let mut trial = Trial::new(OldValue::Lives);
    let need = trial.needs(None);
    trial.brings(&need, 0);
    let next = |trial: &mut Trial, cures: bool| {
        trial.pass(Duration::from_secs(2));
        let need = trial.suspect();
        let held = trial.brings(&need, 0);
        if cures {
            trial.state.cured(&held, trial.now, 1.0);
            trial.state.cured(&held, trial.now, 1.0);
        }
    };
    for _ in 0..10 {
        next(&mut trial, false);
        assert!(!trial.state.is_contested(), "nothing died");
    }
    for _ in 0..EARLY_DEATHS {
        assert!(!trial.state.is_contested());
        next(&mut trial, true);
    }
    assert!(trial.state.is_contested());
    // Then the fetches stay slow, and no caller is told to wait in vain.
    next(&mut trial, true);
    next(&mut trial, true);
    match trial.doubt_last() {
        Doubt::Wait(Some(until)) => assert_eq!(until, trial.now + Duration::from_secs(2)),
        other => panic!("{other:?}"),
    }
    let (held, soon) = (Arc::clone(trial.state.last().unwrap()), trial.now + Duration::from_millis(100));
    let refused = Refused { held: &held, at: trial.now, is_plain: false };
    assert!(matches!(trial.state.doubt(&refused, trial.now, soon, WHO), Doubt::Stands(Stands::NoTime)));
}

#[test]
fn fetches_for_suspects_that_cure_nothing_slow_down() {
    let mut trial = Trial::new(OldValue::Lives);
    let need = trial.needs(None);
    trial.brings(&need, 0);
    for pause in [500, 1000, 2000, 2000].map(Duration::from_millis) {
        let need = trial.suspect();
        trial.brings(&need, 1);
        let until = trial.now + pause;
        assert!(matches!(trial.doubt_last(), Doubt::Wait(Some(found)) if found == until));
        trial.now = until;
    }
    let need = trial.suspect();
    let cure = trial.brings(&need, 1);
    trial.state.cured(&cure, trial.now, 1.0);
    trial.pass(Duration::from_secs(2));
    let need = trial.suspect();
    trial.brings(&need, 1);
    let until = trial.now + Duration::from_millis(500);
    assert!(matches!(trial.doubt_last(), Doubt::Wait(Some(found)) if found == until));
}

#[test]
fn a_second_sign_that_can_mean_nothing_else_makes_a_suspect_dead() {
    let mut trial = Trial::new(OldValue::Lives);
    let need = trial.needs(None);
    let held = trial.brings(&need, 1);
    let plain = |trial: &Trial| Refused { is_plain: true, ..trial.refused(&held) };
    let need = trial.suspects(&plain(&trial));
    trial.fails(&need, Status::Http);
    assert_eq!(used(trial.ask()), 1, "one sign is not enough");
    trial.pass(Duration::from_millis(501));
    let second = plain(&trial);
    let Doubt::Fetch(need) = trial.doubt(&second) else { panic!() };
    assert!(need.is_dead && need.is_suspect);
    assert!(matches!(trial.ask(), Step::Wait), "nobody takes it any more");
    trial.fails(&need, Status::Http);
    assert!(matches!(trial.doubt(&second), Doubt::Stands(Stands::Failed(_))));
    assert_eq!(failed(trial.ask()).status(), Status::Http);
}

#[test]
fn a_suspect_that_expires_is_dead() {
    let mut trial = Trial::new(OldValue::Lives);
    let need = trial.needs(None);
    let first = trial.brings(&need, 1);
    trial.at(99);
    let refused = trial.refused(&first);
    let need = trial.suspects(&refused);
    trial.fails(&need, Status::Http);
    assert_eq!(used(trial.ask()), 1);
    trial.at(101);
    trial.needs(None);
    assert!(matches!(trial.ask(), Step::Wait));
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

/// What can happen next in a process whose threads all want a token of an account, like hst's or like avd's.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// A thread without a token asks for one, or goes on waiting.
    Ask(usize),
    /// A thread's call arrives at the platform, with the token that it has. Or it asks for a room that is missing.
    Arrive(usize, bool),
    /// Its answer is back.
    Back(usize),
    /// The fetch under way arrives there: the new token is on its way.
    Fetch,
    /// The answer comes.
    Land,
    /// It comes, and has the token that is there already, as from a provider.
    LandSame,
    /// It does not.
    Lose(bool),
    /// This machine has too little for it.
    Lack,
    /// The platform ends all tokens.
    Kill,
    Pass(u64),
}

fn event() -> impl Strategy<Value = Event> {
    let thread = 0..THREADS;
    prop_oneof![
        8 => thread.clone().prop_map(Event::Ask),
        6 => (thread.clone(), any::<bool>()).prop_map(|(thread, missing)| Event::Arrive(thread, missing)),
        6 => thread.prop_map(Event::Back),
        2 => Just(Event::Fetch),
        3 => Just(Event::Land),
        1 => Just(Event::LandSame),
        1 => any::<bool>().prop_map(Event::Lose),
        1 => Just(Event::Kill),
        1 => Just(Event::Lack),
        2 => (1u64..40_000).prop_map(Event::Pass),
        2 => (1u64..50).prop_map(Event::Pass),
    ]
}

const THREADS: usize = 5;

/// A thread and its call.
#[derive(Default)]
struct Caller {
    /// The token that its call has, and since when.
    held: Option<(Arc<Held<u32>>, Instant)>,
    /// The platform's answer, on its way: whether it served the call.
    answer: Option<bool>,
    /// The reason of the answer.
    was_dead: bool,
    /// The token that was refused, and when.
    refused: Option<(Arc<Held<u32>>, Instant)>,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every order in which threads, fetches, answers and time can meet: all of it happens under the cell's lock, so that a
    /// sequence of events is an interleaving of threads. Where a refusal is `ambiguous`, a refused token is a suspect.
    ///
    /// Mutations that fail here: a suspect that is marked dead; a refusal that stands because of any call that was served, or
    /// of one that came back later but went out before.
    #[test]
    fn no_interleaving_breaks_the_machine(
        events in proptest::collection::vec(event(), 1..200),
        dies in any::<bool>(),
        ambiguous in any::<bool>(),
    ) {
        let mut trial = Trial::new(if dies { OldValue::Dies } else { OldValue::Lives });
        // The platform: the tokens that it takes. On hst each fetch replaces them.
        let (mut live, mut issued, mut deaths) = (BTreeSet::new(), 0u32, 0);
        let mut callers: [Caller; THREADS] = Default::default();
        let mut waiting = BTreeSet::new();
        let mut flight: Option<(Need<u32>, Instant, Option<u32>)> = None;
        let mut newest = 0;
        // When a fetch brought the same token again.
        let mut same_again: Option<Instant> = None;
        for event in events {
            let now = trial.now;
            match event {
                Event::Ask(thread) if callers[thread].held.is_none() => {
                    waiting.remove(&thread);
                    let who = with_settings(thread as u64 % 2);
                    let caller = &mut callers[thread];
                    let in_use = trial.state.good(now);
                    let good = in_use.clone().filter(|good| caller.refused.as_ref().is_none_or(|(refused, _)| refused.generation < good.generation));
                    let step = match &caller.refused {
                        Some((refused, at)) if ambiguous => {
                            let step = trial.state.doubt(&Refused { held: refused, at: *at, is_plain: false }, now, now + LEFT, who);
                            let still = trial.state.good(now);
                            prop_assert_eq!(in_use.map(|held| held.generation), still.map(|held| held.generation), "a suspect was taken from the others");
                            match step {
                                Doubt::Use(held) => Step::Use(held),
                                Doubt::Fetch(need) => Step::Fetch(need),
                                Doubt::Wait(None) => Step::Wait,
                                Doubt::Wait(Some(until)) => {
                                    prop_assert!(until > now && until < now + LEFT, "waits in vain");
                                    continue;
                                }
                                Doubt::Stands(why) => {
                                    let has_reason = !caller.was_dead || !matches!(why, Stands::Lives) || same_again >= Some(*at);
                                    prop_assert!(has_reason, "a dead token's refusal stands without reason");
                                    caller.refused = None;
                                    continue;
                                }
                            }
                        }
                        refused => trial.state.ask(refused.as_ref().map(|(refused, _)| &**refused), now, who),
                    };
                    match step {
                        Step::Use(value) => {
                            prop_assert!(!value.is_expired(now), "an expired value was given out");
                            prop_assert!(caller.refused.as_ref().is_none_or(|(refused, _)| refused.generation < value.generation), "a refused value was given out again");
                            prop_assert_eq!(value.generation, newest, "not the newest");
                            caller.held = Some((value, now));
                        }
                        Step::Fetch(need) => {
                            prop_assert!(flight.is_none(), "two fetches at a time");
                            prop_assert!(good.is_none_or(|good| good.is_due(now)), "fetched without need");
                            prop_assert_eq!(need.is_dead, need.last.is_some() && trial.state.dead_since.is_some());
                            prop_assert!(!(need.is_dead && ambiguous), "a suspect is not dead");
                            flight = Some((need, now, None));
                        }
                        Step::Wait => {
                            prop_assert!(flight.is_some(), "waits for nobody");
                            waiting.insert(thread);
                        }
                        Step::Fail(error) => {
                            prop_assert!(error.status() != Status::Http || who.settings == 0, "failed by the settings of another");
                            prop_assert!(!trial.state.pauses.is_empty() && good.is_none(), "failed without a failure");
                            caller.refused = None;
                        }
                    }
                }
                Event::Arrive(thread, missing) => {
                    if let Caller { held: Some((value, _)), answer: None, .. } = &callers[thread] {
                        callers[thread].was_dead = !live.contains(&value.value);
                        callers[thread].answer = Some(!(callers[thread].was_dead || missing && ambiguous));
                    }
                }
                Event::Back(thread) => {
                    let caller = &mut callers[thread];
                    if let Some(served) = caller.answer.take() {
                        let (value, sent) = caller.held.take().unwrap();
                        if !served {
                            caller.refused = Some((value, now));
                            continue;
                        }
                        if caller.refused.take().is_some() && ambiguous {
                            trial.state.cured(&value, now, 1.0);
                        }
                        if trial.state.served(&value, sent) {
                            waiting.clear();
                        }
                    }
                }
                Event::Fetch => {
                    if let Some((_, _, token @ None)) = &mut flight {
                        trial.state.begin_fetch(now);
                        issued += 1;
                        if dies || !ambiguous {
                            deaths += live.len();
                            live.clear();
                        }
                        live.insert(issued);
                        *token = Some(issued);
                    }
                }
                Event::Land => {
                    if let Some((need, born, Some(token))) = flight.take_if(|flight| flight.2.is_some()) {
                        let fetched = Fetched { born, ..trial.fetched(&need, token) };
                        let value = trial.state.succeed(&need, fetched, now, 0.5);
                        prop_assert!(value.generation > newest, "generations rise");
                        newest = value.generation;
                        waiting.clear();
                    }
                }
                Event::LandSame => {
                    if let Some((need, ..)) = flight.take_if(|flight| !flight.0.is_dead && flight.0.last.is_some() && flight.2.is_none()) {
                        let last = need.last.as_ref().unwrap();
                        let same = Fetched { generation: last.generation, ..trial.fetched(&need, last.value) };
                        trial.state.succeed(&need, same, now, 0.5);
                        same_again = Some(now);
                        waiting.clear();
                    }
                }
                Event::Lose(own_end) => {
                    if let Some((need, ..)) = flight.take() {
                        if own_end {
                            let late = Error::new(Status::Timeout, "no");
                            trial.state.abandon(&need, &late, LEFT, now, 1.0);
                        } else {
                            // What settings 0 do is refused.
                            trial.fails(&need, if need.settings == 0 { Status::Http } else { Status::Network });
                        }
                        waiting.clear();
                    }
                }
                Event::Lack => {
                    if flight.take().is_some() {
                        trial.state.give_up();
                        waiting.clear();
                    }
                }
                Event::Kill => {
                    deaths += live.len();
                    live.clear();
                }
                Event::Pass(milliseconds) => trial.pass(Duration::from_millis(milliseconds)),
                Event::Ask(_) => {}
            }
            prop_assert_eq!(trial.state.fetching, flight.is_some(), "the refresher's place is taken just while one fetches");
            prop_assert!(waiting.is_empty() || flight.is_some(), "somebody waits for nobody");
            prop_assert!(!(trial.state.is_contested() && ambiguous) || deaths >= EARLY_DEATHS as usize, "a death was counted that was none");
        }
        // Left to themselves, all come to a value: nothing is stuck.
        if let Some((need, ..)) = flight.take() {
            trial.fails(&need, Status::Network);
        }
        trial.pass(Duration::from_secs(61));
        if let Step::Fetch(need) = trial.ask() {
            trial.brings(&need, issued + 1);
        }
        for caller in &callers {
            let refused = caller.refused.as_ref().map(|(refused, _)| &**refused);
            let step = trial.state.ask(refused, trial.now, WHO);
            prop_assert!(matches!(step, Step::Use(_) | Step::Fetch(_)), "stuck: {:?}", step);
            if let Step::Fetch(need) = step {
                trial.brings(&need, issued + 1);
            }
        }
    }
}
