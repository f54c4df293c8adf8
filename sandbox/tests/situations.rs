//! Every number of the platforms' error tables, by the situation in `situations.toml` that leads there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;
mod catalog;
mod situation;

use serde_json::{Map, Value, json};
use situation::{Situation, Stage};
use std::collections::{BTreeMap, BTreeSet};

/// 001 L76-L84, and before them the numbers of the vendor's later pages.
const HST: [i64; 48] = [
    605030000, 605030001, 605030003, 605030004, 605030005, 605030006, 605030007, 605030008, 605030009, 605030010,
    605030011, 605030012, 605030013, 605030016, 605030017, 605030018, 605030020, 605030021, 605030022, 605030023,
    605030024, 605030025, 605030026, 605030027, 605030028, 605030029, 605030031, 605030032, 605030033, 605030034,
    605030035, 605030036, 605030038, 605030039, 605030040, 605030041, 605030042, 605030043, 605030044, 605030045,
    605030046, 606000000, 606000001, 606000002, 606000003, 606000004, 606000005, 606000006,
];
/// 004 L3658-L3793, and what only examples print: 401 (L2552), 40045 (L2179), 40094 (L2337).
const AVD: [i64; 67] = [
    401, 10910, 10911, 10912, 10913, 10914, 40001, 40002, 40003, 40004, 40005, 40006, 40007, 40008, 40009, 40019,
    40020, 40021, 40022, 40023, 40024, 40025, 40026, 40030, 40031, 40032, 40033, 40034, 40035, 40036, 40037, 40038,
    40039, 40040, 40041, 40042, 40043, 40045, 40050, 40051, 40052, 40053, 40054, 40055, 40060, 40061, 40063, 40064,
    40065, 40070, 40071, 40072, 40073, 40080, 40081, 40082, 40083, 40084, 40090, 40094, 40101, 40102, 40104, 41001,
    41002, 41003, 41005,
];
/// What only the platforms' inside can bring about. A number that has a situation must not hide behind a fault.
const ONLY_FAULTS: [i64; 43] = [
    10913, 10914, 40025, 40026, 40030, 40034, 40035, 41001, 41002, 41003, 606000004, 606000006, 605030000, 605030004,
    605030006, 605030007, 605030008, 605030009, 605030010, 605030011, 605030013, 605030016, 605030017, 605030018,
    605030020, 605030021, 605030022, 605030023, 605030024, 605030025, 605030026, 605030027, 605030028, 605030029,
    605030032, 605030034, 605030036, 605030041, 605030042, 605030043, 605030044, 605030045, 605030046,
];

#[test]
fn no_number_is_missing() {
    let situations = situation::all();
    let numbers = |platform: &str| {
        let of_platform = situations.iter().filter(|situation| situation.platform == platform);
        of_platform.map(|situation| situation.code.unwrap_or_default()).collect::<Vec<i64>>()
    };
    assert_eq!(numbers("hst"), HST);
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
    for situation in every().into_iter().filter(|situation| situation.platform == platform) {
        match Stage::new().play(&situation) {
            Ok(answer) if number(&answer) == situation.code => {}
            Ok(answer) => wrong.push(format!("{}: {answer}", situation.name)),
            Err(why) => wrong.push(format!("{}: {why}", situation.name)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// With the other operations that answer the same, and the further ways.
fn every() -> Vec<Situation> {
    let catalog = catalog::operations();
    let mut every = situation::all();
    every.extend(every.iter().flat_map(|situation| situation.on_others(&catalog)).collect::<Vec<_>>());
    every.extend(situation::further());
    every
}

/// `hst_numbers` and `avd_numbers` show that each of these calls is answered with its number. So the catalog has to list the
/// number for the operation; and what the catalog lists is provoked here, or named as a number that no call leads to.
#[test]
fn the_catalog_lists_what_is_provoked_and_nothing_else() {
    let mut provoked: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for situation in every() {
        if let Some(code) = situation.code {
            provoked.entry(situation.operation().to_owned()).or_default().insert(code);
        }
    }
    let mut unprovoked: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for entry in situation::unprovoked() {
        for operation in entry.operations {
            unprovoked.entry(operation).or_default().extend(&entry.codes);
        }
    }
    let mut wrong = Vec::new();
    for (name, operation) in catalog::operations() {
        let mut differ = |what: &str, numbers: Vec<&i64>| {
            if !numbers.is_empty() {
                wrong.push(format!("{name} {what} {numbers:?}"));
            }
        };
        let provoked = provoked.remove(&name).unwrap_or_default();
        let unprovoked = unprovoked.remove(&name).unwrap_or_default();
        differ("answers, but does not list", provoked.difference(&operation.all).collect());
        let known: BTreeSet<i64> = provoked.union(&unprovoked).copied().collect();
        differ("lists, but nothing provokes", operation.own.difference(&known).collect());
        differ("is said not to answer, but answers", unprovoked.intersection(&provoked).collect());
        differ("is said to list, but does not", unprovoked.difference(&operation.own).collect());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(provoked.is_empty() && unprovoked.is_empty(), "no operations: {provoked:?} {unprovoked:?}");
}

/// The situations are ours, and could leave a number out. So here every operation is called with each parameter of its
/// example made wrong in several ways, in rooms that are open, closed and gone: whatever is answered has to be listed.
#[test]
fn whatever_is_sent_its_number_is_listed() {
    const ROOMS: [&str; 2] = ["12345123456", "98765432100"];
    // One carries no parameters that could be wrong, the other no JSON.
    const APART: [&str; 2] = ["avd.app.get_token", "avd.uploadfile"];
    let mut unlisted = BTreeSet::new();
    let mut answered = BTreeSet::new();
    for (name, operation) in catalog::operations() {
        if !name.starts_with("avd.") || APART.contains(&name.as_str()) {
            continue;
        }
        for before in [None, Some("avd.room.close"), Some("avd.room.del")] {
            let mut stage = Stage::new();
            for (operation, room) in before.into_iter().flat_map(|operation| ROOMS.map(|room| (operation, room))) {
                stage.send(&situation::call(operation, json!({"room_id": room}))).unwrap();
            }
            let mut variants = vec![operation.example.clone()];
            for param in &operation.params {
                let with = |value: Value| [operation.example.clone(), Map::from_iter([(param.clone(), value)])];
                let wrong =
                    ["404", "nowhere", "-1", "[]", "true", "rtmp://down.invalid/a"].into_iter().map(Value::from);
                let rooms = ROOMS.into_iter().map(Value::from);
                variants.extend(wrong.chain(rooms).map(|value| with(value).into_iter().flatten().collect()));
            }
            for params in variants {
                let answer = stage.send(&situation::call(&name, Value::Object(params.clone()))).unwrap();
                let number = number(&answer).unwrap_or_default();
                if situation::is_success(&answer) || number == 0 {
                    continue;
                }
                answered.insert(number);
                if !operation.all.contains(&number) {
                    unlisted.insert(format!("{name} answers {number} to {params:?}"));
                }
            }
        }
    }
    assert!(answered.len() > 30, "too little was tried: {answered:?}");
    assert!(unlisted.is_empty(), "{}", unlisted.into_iter().collect::<Vec<_>>().join("\n"));
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
