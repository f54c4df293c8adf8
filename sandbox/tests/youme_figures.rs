//! youme: six answers from one world, so they agree; and the strictness of its bodies.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;

use caller::{Caller, now_ms};
use meetgate_sandbox::Options;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const DAY: (i64, i64) = (1_575_907_200, 1_575_993_599);

fn rows(answer: &Value, name: &str) -> Vec<Value> {
    answer[name].as_array().unwrap().clone()
}

fn sum(rows: &[Value], name: &str) -> i64 {
    rows.iter().map(|row| row[name].as_i64().unwrap()).sum()
}

fn time(row: &Value, name: &str) -> i64 {
    row[name].as_str().unwrap().parse().unwrap()
}

fn everybody(caller: &Caller) -> Vec<Value> {
    let range = json!({"BeginTime": DAY.0.to_string(), "EndTime": DAY.1.to_string()});
    rows(&caller.youme("query_all_instance_by_time", &range), "UsersList")
}

fn trend(caller: &Caller, kind: i64) -> Vec<Value> {
    let body = json!({"CountBy": kind, "QueryDate": "20191210"});
    rows(&caller.youme("count_business_total_volume_by_day", &body), "TrendData")
}

#[test]
fn records_agree_with_each_other() {
    let caller = Caller::new();
    let all = everybody(&caller);
    let of_one = all.iter().filter(|row| row["UserId"] == "terminal-001").count();
    let range = json!({"UserId": "terminal-001", "BeginTime": DAY.0.to_string(), "EndTime": DAY.1.to_string()});
    let records = rows(&caller.youme("query_instance_all_records_by_time", &range), "UserRecords");
    let stays: usize = records.iter().map(|record| rows(record, "RoomRecords").len()).sum();
    assert_eq!(stays, of_one);
    let reviewed = records.iter().filter(|record| record["RoomId"] == "weekly-review");
    assert!(reviewed.map(|record| rows(record, "RoomRecords").len()).sum::<usize>() >= 2);

    for room in ["weekly-review", "board", "客户服务"] {
        let body = json!({"RoomId": room, "BeginTime": DAY.0.to_string(), "EndTime": DAY.1.to_string()});
        let info = caller.youme("query_room_info", &body);
        let users = rows(&info, "Users");
        let here: Vec<&Value> = all.iter().filter(|row| row["RoomId"] == room).collect();
        let names = |rows: &[&Value]| rows.iter().map(|row| row["UserId"].to_string()).collect::<BTreeSet<_>>();
        assert_eq!(names(&users.iter().collect::<Vec<_>>()), names(&here));
        assert_eq!(
            sum(&users, "AudioDuration"),
            here.iter().map(|row| row["AudioDuration"].as_i64().unwrap()).sum::<i64>()
        );
        assert_eq!(time(&info, "CreateTime"), here.iter().map(|row| time(row, "EnterTime")).min().unwrap());
        assert_eq!(time(&info, "DestroyTime"), here.iter().map(|row| time(row, "LeaveTime")).max().unwrap());
    }
}

#[test]
fn figures_agree_with_the_records() {
    let caller = Caller::new();
    let all = everybody(&caller);
    let seconds: i64 = all.iter().map(|row| time(row, "LeaveTime") - time(row, "EnterTime")).sum();
    let callers = all.iter().map(|row| row["UserId"].to_string()).collect::<BTreeSet<_>>().len() as i64;
    let lives = all.iter().map(|row| format!("{}{}", row["RoomId"], row["CreateTime"])).collect::<BTreeSet<_>>().len();
    assert_eq!(trend(&caller, 1).len(), 24);
    assert_eq!(sum(&trend(&caller, 1), "Volume"), seconds);
    let peaks = trend(&caller, 3).iter().map(|row| row["Volume"].as_i64().unwrap()).max().unwrap();
    assert!(peaks <= callers && peaks > 0);
    // Y14: "all" is the four kinds, one after the other.
    assert_eq!(trend(&caller, 0), [1, 2, 3, 4].map(|kind| trend(&caller, kind)).concat());

    for kind in 1..=4 {
        let body = json!({"CountBy": kind, "QueryDate": "20191210"});
        let places = rows(&caller.youme("count_business_distribute_volume_by_day", &body), "DistributeData");
        assert_eq!(sum(&places, "CommunicateDuration"), seconds);
        // A terminal stands in one place.
        assert_eq!(sum(&places, "CommunicateNum"), callers);
        assert!(places.iter().all(|row| row["RoomCnt"].as_i64().unwrap() <= lives as i64));
        let peak = places.iter().map(|row| row["PeakOnlineNum"].as_i64().unwrap()).max().unwrap();
        assert!(peak <= peaks && sum(&places, "PeakOnlineNum") >= peaks);
    }

    let quality = rows(&caller.youme("count_qos_by_day", &json!({"QueryDate": "20191210"})), "QosData");
    let busy = trend(&caller, 4).into_iter().filter(|row| row["Volume"] != 0);
    let hours = |rows: &[Value]| rows.iter().map(|row| row["TickTime"].to_string()).collect::<Vec<_>>();
    assert_eq!(hours(&quality), hours(&busy.collect::<Vec<_>>()));
    for row in &quality {
        assert!((0.0..=100.0).contains(&row["JoinRoomSuccRate"].as_f64().unwrap()));
    }
}

#[test]
fn the_seed_makes_the_world() {
    let of = |seed| everybody(&Caller::with(Options { seed, ..Options::default() }));
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}

#[test]
fn the_world_reaches_to_start_up() {
    let caller = Caller::new();
    let now = now_ms() / 1000;
    let week = json!({"BeginTime": (now - 7 * 86_400).to_string(), "EndTime": (now + 86_400).to_string()});
    let rows = rows(&caller.youme("query_all_instance_by_time", &week), "UsersList");
    assert!(rows.len() > 50);
    assert!(rows.iter().all(|row| time(row, "LeaveTime") <= now));
    let nothing = json!({"BeginTime": "1000000000", "EndTime": "1100000000"});
    assert_eq!(caller.youme("query_all_instance_by_time", &nothing)["UsersList"], json!([]));
    assert_eq!(caller.youme("count_qos_by_day", &json!({"QueryDate": "20150101"}))["QosData"], json!([]));
}

/// 002 L277-L279: without an end, a range is open there.
#[test]
fn a_rooms_range_may_be_open() {
    let caller = Caller::new();
    let whole = caller.youme("query_room_info", &json!({"RoomId": "board"}));
    let from = caller.youme("query_room_info", &json!({"RoomId": "board", "BeginTime": DAY.1.to_string()}));
    assert!(time(&whole, "CreateTime") < DAY.1 && time(&from, "CreateTime") > DAY.1);
    assert_eq!(whole["DestroyTime"], from["DestroyTime"]);
    assert_eq!(caller.youme("query_room_info", &json!({"RoomId": "nowhere"}))["Status"], "FAIL");
}

#[test]
fn bodies_are_strictly_typed() {
    let caller = Caller::new();
    let refused = |command: &str, body: Value| {
        let answer = caller.youme(command, &body);
        assert_eq!((&answer["Status"], answer.as_object().unwrap().len()), (&json!("FAIL"), 3), "{body}");
        assert_ne!(answer["ErrorCode"], 0, "{body}");
    };
    let records = "query_instance_all_records_by_time";
    refused(records, json!({}));
    refused(records, json!({"UserId": 1, "BeginTime": "1", "EndTime": "2"}));
    refused(records, json!({"UserId": "a", "BeginTime": 1, "EndTime": 2}));
    refused(records, json!({"UserId": "a", "BeginTime": "x", "EndTime": "2"}));
    refused(records, json!({"UserId": "a", "BeginTime": "+1", "EndTime": "2"}));
    refused(records, json!({"UserId": "a", "BeginTime": "3", "EndTime": "2"}));
    // 002 L378: strings here too, though the text does not say so.
    refused("query_all_instance_by_time", json!({"BeginTime": 1575962150, "EndTime": 1575962850}));
    refused("query_room_info", json!({"RoomId": "board", "BeginTime": 1}));
    let trend = "count_business_total_volume_by_day";
    refused(trend, json!({"CountBy": "2", "QueryDate": "20191210"}));
    refused(trend, json!({"CountBy": 5, "QueryDate": "20191210"}));
    refused(trend, json!({"CountBy": -1, "QueryDate": "20191210"}));
    refused(trend, json!({"CountBy": 2, "QueryDate": 20191210}));
    refused(trend, json!({"CountBy": 2, "QueryDate": "2019-12-10"}));
    refused(trend, json!({"CountBy": 2, "QueryDate": "20190230"}));
    refused("count_business_distribute_volume_by_day", json!({"CountBy": 0, "QueryDate": "20191210"}));
    refused("count_qos_by_day", json!([]));
    let query = || caller.youme_query(&(now_ms() / 1000).to_string(), None);
    assert_eq!(caller.youme_with("count_qos_by_day", &query(), "")["Status"], "FAIL");
    assert_eq!(caller.youme_with("count_qos_by_day", &query(), "{")["Status"], "FAIL");
    let path = format!("/v2/video/count_qos_by_day?{}", query());
    assert_eq!(caller.send("GET", &path, &[], b"").json()["Status"], "FAIL");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(caller.send("POST", &path, &form, br#"{"QueryDate":"20191210"}"#).json()["Status"], "FAIL");
}
