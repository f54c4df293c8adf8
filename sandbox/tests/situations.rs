//! Every number of the platforms' error tables, by the situation in `situations.toml` that leads there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;
mod situation;

use serde_json::Value;
use situation::Stage;
use std::collections::{BTreeMap, BTreeSet};

/// 001 L76-L84.
const HST: std::ops::RangeInclusive<i64> = 606000000..=606000006;
/// 004 L3658-L3793, and what only examples print: 401 (L2552), 40045 (L2179), 40094 (L2337).
const AVD: [i64; 67] = [
    401, 10910, 10911, 10912, 10913, 10914, 40001, 40002, 40003, 40004, 40005, 40006, 40007, 40008, 40009, 40019,
    40020, 40021, 40022, 40023, 40024, 40025, 40026, 40030, 40031, 40032, 40033, 40034, 40035, 40036, 40037, 40038,
    40039, 40040, 40041, 40042, 40043, 40045, 40050, 40051, 40052, 40053, 40054, 40055, 40060, 40061, 40063, 40064,
    40065, 40070, 40071, 40072, 40073, 40080, 40081, 40082, 40083, 40084, 40090, 40094, 40101, 40102, 40104, 41001,
    41002, 41003, 41005,
];
/// What only the platforms' inside can bring about. A number that has a situation must not hide behind a fault.
const ONLY_FAULTS: [i64; 12] =
    [10913, 10914, 40025, 40026, 40030, 40034, 40035, 41001, 41002, 41003, 606000004, 606000006];

#[test]
fn no_number_is_missing() {
    let situations = situation::all();
    let numbers = |platform: &str| {
        let of_platform = situations.iter().filter(|situation| situation.platform == platform);
        of_platform.map(|situation| situation.code.unwrap_or_default()).collect::<Vec<i64>>()
    };
    assert_eq!(numbers("hst"), HST.collect::<Vec<i64>>());
    assert_eq!(numbers("avd"), AVD);
    let faults = situations.iter().filter(|situation| situation.fault).filter_map(|situation| situation.code);
    assert_eq!(faults.collect::<BTreeSet<i64>>(), BTreeSet::from(ONLY_FAULTS));
}

#[test]
fn hst_numbers() {
    check("hst");
}

#[test]
fn avd_numbers() {
    check("avd");
}

fn check(platform: &str) {
    let mut wrong = Vec::new();
    for situation in situation::all().into_iter().filter(|situation| situation.platform == platform) {
        match Stage::new().play(&situation) {
            Ok(answer) if number(&answer) == situation.code => {}
            Ok(answer) => wrong.push(format!("{}: {answer}", situation.name)),
            Err(why) => wrong.push(format!("{}: {why}", situation.name)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// youme's numbers are drawn at each start: one for each kind of failure, so the same for all situations of a kind, and
/// another for each other kind. Here one sandbox has to meet them all.
#[test]
fn youme_numbers() {
    let mut stage = Stage::new();
    let mut numbers: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for situation in situation::all().into_iter().filter(|situation| situation.platform == "youme") {
        let answer = stage.play(&situation).unwrap_or_else(|why| panic!("{}: {why}", situation.name));
        let number = number(&answer).unwrap();
        assert_ne!(number, 0, "{}", situation.name);
        numbers.entry(situation.name.clone()).or_default().insert(number);
        stage.set_clock();
    }
    let kinds: Vec<&str> = numbers.keys().map(String::as_str).collect();
    assert_eq!(kinds, ["any", "arguments", "credentials", "no_such_room", "repeated"]);
    assert!(numbers.values().all(|numbers| numbers.len() == 1), "{numbers:?}");
    assert_eq!(numbers.values().flatten().collect::<BTreeSet<_>>().len(), 5, "{numbers:?}");
}

/// A fault that is used up is gone: the same call then succeeds.
#[test]
fn after_the_fault_the_call_succeeds() {
    for situation in situation::all().into_iter().filter(|situation| situation.fault) {
        let mut stage = Stage::new();
        stage.play(&situation).unwrap_or_else(|why| panic!("{}: {why}", situation.name));
        let answer = stage.send(situation.steps.last().unwrap()).unwrap();
        assert!(situation::is_success(&answer), "{}: {answer}", situation.name);
    }
}

/// The platform's number, wherever its envelope has it.
fn number(answer: &Value) -> Option<i64> {
    ["ret", "code", "ErrorCode"].iter().find_map(|name| answer[name].as_i64())
}
