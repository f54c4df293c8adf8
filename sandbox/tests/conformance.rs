//! The sandbox against the vendors' documents, over real sockets, with a plain HTTP client.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;
mod catalog;
mod documented;
mod shape;

use caller::Caller;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// hst 9, youme 6, avd 69; and 12 of hst's later pages.
#[test]
fn ninety_six_operations() {
    let mut per_platform: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for example in documented::all().iter().chain(&documented::later()) {
        let platform = example.operation.split('.').next().unwrap();
        assert!(per_platform.entry(platform).or_default().insert(example.operation), "{} twice", example.operation);
    }
    let counts: Vec<(&str, usize)> = per_platform.iter().map(|(platform, names)| (*platform, names.len())).collect();
    assert_eq!(counts, [("avd", 69), ("hst", 21), ("youme", 6)]);
}

/// Each operation's example, alone against a fresh world, answers in the documented shape.
#[test]
fn documented_examples() {
    check_examples(false);
}

/// The same with every avd call as POST of a form.
#[test]
fn documented_examples_as_forms() {
    check_examples(true);
}

fn check_examples(as_form: bool) {
    let mut wrong = Vec::new();
    for example in documented::all().into_iter().chain(documented::later()) {
        let answer = example.send(&mut Caller::new(), as_form);
        if let Err(why) = shape::check(&answer, &example.shape) {
            wrong.push(format!("{}: {why}\n  {answer}", example.operation));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each failure example of the documents, number, text and envelope.
#[test]
fn documented_failures() {
    check_failures(documented::failures::all());
}

/// The numbers of the error tables that no example prints.
#[test]
fn failures_of_the_tables() {
    check_failures(documented::table_failures::all());
}

/// The catalog lists each number for the operation whose failure example prints it.
#[test]
fn the_catalog_lists_the_documented_failures() {
    let catalog = catalog::operations();
    let of_avd: Vec<_> = catalog.iter().filter(|(name, _)| name.starts_with("avd.")).collect();
    for failure in documented::failures::all() {
        let (name, operation) = of_avd.iter().find(|(_, operation)| operation.address == failure.address).unwrap();
        let number =
            failure.reply.get("ret").or(failure.reply.get("code")).and_then(serde_json::Value::as_i64).unwrap();
        assert!(operation.all.contains(&number), "{} {name}: {number}", failure.source);
    }
}

fn check_failures(failures: Vec<documented::failures::Failure>) {
    let mut wrong = Vec::new();
    for failure in failures {
        let answer = failure.send(&mut Caller::new());
        if answer != failure.reply {
            wrong.push(format!("{} {}: {answer}, not {}", failure.source, failure.address, failure.reply));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A shape that lets everything pass would prove nothing.
#[test]
fn shapes_notice_what_is_wrong() {
    let shape = json!({"ret": 0, "data": [{"id": "$int", "name?": "$text"}], "empty": []});
    let check = |answer| shape::check(&answer, &shape);
    assert_eq!(check(json!({"ret": 0, "data": [{"id": 1}, {"id": 2, "name": "n"}], "empty": [1]})), Ok(()));
    for wrong in [
        json!({"ret": 1, "data": [{"id": 1}], "empty": []}),
        json!({"ret": "0", "data": [{"id": 1}], "empty": []}),
        json!({"ret": 0, "data": [], "empty": []}),
        json!({"ret": 0, "data": [{"id": 1}, {"id": "2"}], "empty": []}),
        json!({"ret": 0, "data": [{"id": 1, "name": ""}], "empty": []}),
        json!({"ret": 0, "data": [{"id": 1, "more": 1}], "empty": []}),
        json!({"ret": 0, "data": [{"id": 1}]}),
        json!({"ret": 0, "data": {"id": 1}, "empty": []}),
    ] {
        assert!(check(wrong.clone()).is_err(), "{wrong}");
    }
}

/// 001 L46-L51.
#[test]
fn hst_failure_example() {
    let caller = Caller::new();
    let answer = caller.send("GET", "/access/token", &[("Authorization", "nobody.nothing")], b"");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), json!({"code": 606000000, "msg": "Authentication failed"}));
}

/// 004 L3653: the one failure example of the upload.
#[test]
fn upload_failure_example() {
    let answer = Caller::new().upload("", "file", "plugin.crx", b"x").json();
    assert_eq!(answer, json!({"ret": 10911, "msg": "not support file type: crx"}));
}

/// The head that every answer has.
#[test]
fn heads() {
    let caller = Caller::new();
    for path in ["/access/token", "/v2/video/query_room_info", "/sdkapi/v2/room/list"] {
        let answer = caller.send("GET", path, &[], b"");
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json;charset=UTF-8"), "{path}");
        assert!(answer.header("date").unwrap().ends_with(" GMT"), "{path}");
        assert_eq!(answer.header("connection"), None, "{path}");
    }
}

/// Addresses that do not exist: HTTP 404 in the platform's envelope.
#[test]
fn unknown_addresses() {
    let caller = Caller::new();
    let get = |path: &str| caller.send("GET", path, &[], b"");
    assert_eq!((get("/v1/nothing").status, get("/v1/nothing").json()["code"].clone()), (404, json!(404)));
    assert_eq!((get("/v2/video/x").status, get("/v2/video/x").json()["Status"].clone()), (404, json!("FAIL")));
    assert_eq!((get("/sdkapi/v2/x").status, get("/sdkapi/v2/x").json()["ret"].clone()), (404, json!(404)));
    assert_eq!(get("/").status, 404);
    // youme's `/v1/…` is not served: the address is hst's, and unknown to it.
    assert_eq!(get("/v1/video/query_room_info").json()["code"], 404);
    let wrong_method = caller.send("PUT", "/v1/app", &[], b"{}");
    assert_eq!((wrong_method.status, wrong_method.header("allow")), (405, Some("POST, PATCH, DELETE")));
    assert_eq!(caller.send("DELETE", "/sdkapi/v2/room/read", &[], b"").status, 405);
    assert_eq!(get("/uploadfile").status, 405);
}
