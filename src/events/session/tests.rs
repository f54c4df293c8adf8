use super::*;
use crate::events::pauses::Pauses;
use crate::redact::Redactor;
use crate::secret::Secret;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);

fn options(app_ids: &[&str], groups: &[&str]) -> Options {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Options {
        app_ids: texts(app_ids),
        groups: texts(groups),
        heartbeat: Duration::from_secs(30),
        pauses: Pauses::DEFAULT,
        url: None,
        dev_id: "dev".to_owned(),
    }
}

fn session(options: &Options) -> Session<'_> {
    let mask = Mask::new(Secret::new("token-of-a-test"), Redactor::default());
    Session::new(options, mask, Reason::Opened, PATIENCE, Instant::now())
}

/// One that is logged in and subscribed, and has these full states: application, version, groups.
fn running<'o>(options: &'o Options, states: &[(&str, i64, &[&str])]) -> Session<'o> {
    let (mut session, now) = (session(options), Instant::now());
    session.take(r#"{"id":20001,"result":0}"#, now).unwrap();
    session.take(r#"{"id":20005}"#, now).unwrap();
    for (app_id, version, groups) in states {
        session.take(&state(app_id, *version, groups), now).unwrap();
    }
    session
}

fn state(app_id: &str, version: i64, groups: &[&str]) -> String {
    let groups: Vec<Value> = groups.iter().map(|group| json!({ "group_id": group })).collect();
    json!({ "id": 20009, "app_id": app_id, "version": version, "group_list": groups }).to_string()
}

fn joined(group: &str, version: i64) -> String {
    json!({ "id": 20100, "group_id": group, "user_id": "u", "version": version }).to_string()
}

/// What is told, in short: `state a 7 gap`, `joined a g 8`; and what is sent, by its number and application: `> 20008 a`.
fn short(acts: Vec<Act>) -> Vec<String> {
    let act = |act| match act {
        Act::LoggedIn => "logged in".to_owned(),
        Act::Send(text) => {
            let sent: Value = serde_json::from_str(&text).unwrap();
            let apps = sent["app_list"].as_array().into_iter().flatten();
            apps.fold(format!("> {}", sent["id"]), |text, app| format!("{text} {}", app["app_id"].as_str().unwrap()))
        }
        Act::Tell(text) => {
            let told: Value = serde_json::from_str(&text).unwrap();
            let words =
                ["type", "app_id", "group_id", "version", "reason"].into_iter().filter_map(|name| told.get(name));
            words.map(|word| word.as_str().map_or(word.to_string(), str::to_owned)).collect::<Vec<_>>().join(" ")
        }
    };
    acts.into_iter().map(act).collect()
}

fn later() -> Instant {
    Instant::now() + Duration::from_secs(1)
}

#[test]
fn the_way_to_events() {
    let options = options(&["a", "b"], &[]);
    let (mut session, now) = (session(&options), Instant::now());
    let mut next = |text: &str| short(session.take(text, now).unwrap());
    assert_eq!(next(r#"{"id":20001,"result":0,"message":"OK"}"#), ["logged in", "> 20004 a b"]);
    assert_eq!(next(&joined("g", 5)), [""; 0]);
    assert_eq!(next(r#"{"id":20005,"result":0}"#), ["connected", "> 20008 a", "> 20008 b"]);
    assert_eq!(next(&state("b", 7, &["h"])), ["state b 7 opened"]);
    assert_eq!(next(&state("a", 4, &["g"])), ["state a 4 opened", "joined a g 5"]);
    assert_eq!(next(&joined("h", 8)), ["joined b h 8"]);
    assert_eq!(next(r#"{"id":20011}"#), [""; 0]);
}

#[test]
fn refusals_and_nonsense_end_the_connection() {
    let options = options(&["a"], &[]);
    let broken = |texts: &[&str]| {
        let (mut session, now) = (session(&options), Instant::now());
        texts.iter().find_map(|text| session.take(text, now).err()).unwrap()
    };
    let refusal = |what, code, words: &str| Refusal { what, code, words: Some(words.to_owned()) };
    let login = r#"{"id":20001,"result":"606000001","message":"no"}"#;
    assert_eq!(broken(&[login]), Broken::LoginRefused(refusal("the login", 606_000_001, "no")));
    let (well, refused) = (r#"{"id":20001,"result":0}"#, r#"{"id":20005,"result":3,"message":"x"}"#);
    assert_eq!(broken(&[well, refused]), Broken::Refused(refusal("the subscription", 3, "x")));
    for (text, words) in [
        (r#"{"id":20001}"#, "without a \"result\""),
        ("nonsense", "JSON object"),
        (r#"{"id":20009,"app_id":"x","version":1}"#, "no application"),
        (r#"{"id":20009,"app_id":"a"}"#, "without a \"version\""),
    ] {
        let Broken::Unreadable(problem) = broken(&[text]) else { panic!("{text}") };
        assert!(problem.contains(words), "{problem}");
    }
}

#[test]
fn what_is_not_answered_is_given_up() {
    let options = options(&["a"], &[]);
    let (mut session, late) = (session(&options), Instant::now() + PATIENCE + Duration::from_secs(1));
    assert!(session.on_time(Instant::now()).unwrap().is_empty());
    assert_eq!(session.on_time(late), Err(Broken::Unanswered("the login")));
    session.take(r#"{"id":20001,"result":0}"#, Instant::now()).unwrap();
    assert_eq!(session.on_time(late), Err(Broken::Unanswered("the subscription")));
    session.take(r#"{"id":20005}"#, Instant::now()).unwrap();
    assert!(session.next_time(Instant::now()).unwrap() < late);
    assert_eq!(session.on_time(late), Err(Broken::Unanswered("the request for a full state")));
    session.take(&state("a", 1, &[]), Instant::now()).unwrap();
    assert_eq!((session.on_time(late), session.next_time(late)), (Ok(Vec::new()), None));
}

#[test]
fn a_gap_asks_for_a_full_state_of_that_application() {
    let options = options(&["a", "b"], &[]);
    let mut session = running(&options, &[("a", 1, &["g"]), ("b", 1, &["h"])]);
    assert!(session.take(&joined("g", 3), Instant::now()).unwrap().is_empty());
    assert_eq!(short(session.on_time(later()).unwrap()), ["> 20008 a"]);
    assert_eq!(short(session.take(&joined("h", 2), later()).unwrap()), ["joined b h 2"]);
    assert_eq!(short(session.take(&state("a", 2, &["g"]), later()).unwrap()), ["state a 2 gap", "joined a g 3"]);
}

#[test]
fn an_event_of_an_unknown_group_is_placed_by_the_full_states() {
    let options = options(&["a", "b"], &[]);
    for (of_a, of_b, last) in [
        // The state holds it.
        (state("a", 2, &["g", "new"]), state("b", 1, &["h"]), &["state b 1 gap"][..]),
        // It came after the state was made.
        (state("a", 1, &["g"]), state("b", 1, &["h", "new"]), &["state b 1 gap", "joined b new 2"]),
        // The group is gone again.
        (state("a", 3, &["g"]), state("b", 1, &["h"]), &["state b 1 gap"]),
        // In both: nobody knows.
        (state("a", 1, &["g", "new"]), state("b", 1, &["h", "new"]), &["state b 1 gap"]),
    ] {
        let mut session = running(&options, &[("a", 1, &["g"]), ("b", 1, &["h"])]);
        assert!(session.take(&joined("new", 2), Instant::now()).unwrap().is_empty());
        assert_eq!(short(session.on_time(later()).unwrap()), ["> 20008 a", "> 20008 b"]);
        session.take(&of_a, later()).unwrap();
        assert_eq!(short(session.take(&of_b, later()).unwrap()), last);
        assert!(session.stray.is_empty());
    }
    // One that names its application needs none of it.
    let mut session = running(&options, &[("a", 1, &["g"]), ("b", 1, &["h"])]);
    let named = r#"{"id":20101,"app_id":"b","group_id":"new","user_id":"u","version":2}"#;
    assert_eq!(short(session.take(named, Instant::now()).unwrap()), ["left b new 2"]);
}

#[test]
fn what_has_no_version_is_told_at_once() {
    let options = options(&["a"], &[]);
    let mut session = running(&options, &[("a", 1, &["g"])]);
    let recording = r#"{"id":20104,"group_id":"g","record_id":"r","record_statue":2}"#;
    assert_eq!(short(session.take(recording, Instant::now()).unwrap()), ["recording a g"]);
    assert_eq!(short(session.take(r#"{"id":20999,"group_id":"g"}"#, Instant::now()).unwrap()), ["other"]);
    session.take(&joined("g", 9), Instant::now()).unwrap();
    assert_eq!(short(session.take(recording, Instant::now()).unwrap()), ["recording a g"]);
    // A change without one can be anything.
    let mut session = running(&options, &[("a", 1, &["g"])]);
    assert!(session.take(r#"{"id":20100,"group_id":"g"}"#, Instant::now()).unwrap().is_empty());
    assert_eq!(short(session.on_time(later()).unwrap()), ["> 20008 a"]);
}

#[test]
fn groups_that_are_not_wanted_count_and_are_not_told() {
    let options = options(&["a"], &["g"]);
    let mut session = running(&options, &[("a", 1, &["g"])]);
    let mut next = |text: &str| short(session.take(text, Instant::now()).unwrap());
    assert_eq!(next(&joined("other", 2)), [""; 0]);
    assert_eq!(next(&joined("g", 3)), ["joined a g 3"]);
    assert_eq!(next(r#"{"id":20104,"group_id":"other","record_id":"r"}"#), [""; 0]);
}

#[test]
fn a_reader_that_has_lost_events_gets_full_states() {
    let options = options(&["a", "b"], &[]);
    let mut session = running(&options, &[("a", 1, &["g"]), ("b", 1, &["h"])]);
    session.overflow();
    assert_eq!(short(session.on_time(later()).unwrap()), ["> 20008 a", "> 20008 b"]);
    assert_eq!(short(session.take(&state("a", 4, &["g"]), later()).unwrap()), ["state a 4 overflow"]);
}
