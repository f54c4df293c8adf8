//! hst: applications, users, usage records, and the strictness of its parameters.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;

use caller::Caller;
use md5::{Digest, Md5};
use serde_json::{Value, json};

const APP: &str = "8f14e45fceea467a9f36dedd4bea2543";
const SPARE: &str = "c9f0f895fb98ab9159f51fd0297e236d";

fn states(caller: &mut Caller, more: &[(&str, &str)]) -> Vec<(String, i64)> {
    let pairs = [&[("app_id", APP), ("msg_id", "1")], more].concat();
    let answer = caller.hst_query("GET", "/v1/online/user/state", &pairs);
    let rows = answer["result"]["user_list"].as_array().unwrap().clone();
    rows.iter().map(|row| (row["user_id"].as_str().unwrap().to_owned(), row["state"].as_i64().unwrap())).collect()
}

#[test]
fn an_application_from_creation_to_deletion() {
    let mut caller = Caller::new();
    let service = json!([{"service_id": 3, "use_limit": 10}]);
    let created = caller.hst_json("POST", "/v1/app", &json!({"app_name": "演示_a", "service": service}));
    assert_eq!(created["result"]["status"], "offline");
    assert_eq!(created["result"]["service"][0], json!({"service_id": 3, "service_name": "视频服务", "use_limit": 10}));
    let id = created["result"]["app_id"].as_str().unwrap();
    let updated = caller.hst_json("PATCH", "/v1/app", &json!({"app_id": id, "status": "online", "app_name": "b"}));
    assert_eq!((&updated["result"]["status"], &updated["result"]["app_name"]), (&json!("online"), &json!("b")));
    assert_eq!(updated["result"]["service"], created["result"]["service"]);
    // H7: leaving `status` out takes the application offline.
    let updated = caller.hst_json("PATCH", "/v1/app", &json!({"app_id": id, "consumption_limit": 5}));
    assert_eq!((&updated["result"]["status"], &updated["result"]["consumption_limit"]), (&json!("offline"), &json!(5)));
    assert_eq!(caller.hst_query("DELETE", "/v1/app", &[("app_id", id)]), json!({"code": 0, "msg": "OK"}));
    assert_eq!(caller.hst_query("DELETE", "/v1/app", &[("app_id", id)])["code"], 606000003);
}

#[test]
fn a_kicked_user_is_offline() {
    let mut caller = Caller::new();
    let online = |list: &[(String, i64)]| list.iter().map(|(_, state)| *state).collect::<Vec<_>>();
    assert_eq!(online(&states(&mut caller, &[])), [1, 1, 0]);
    let kick = |more: Value| {
        let mut body = json!({"app_id": APP, "user_id": "u1001"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    // Another class of terminal is not his.
    assert_eq!(caller.hst_json("POST", "/v1/kickout", &kick(json!({"mutex_type": "mobile"})))["code"], 606000005);
    assert_eq!(caller.hst_json("POST", "/v1/kickout", &kick(json!({"mutex_type": "pc"})))["code"], 0);
    assert_eq!(online(&states(&mut caller, &[])), [0, 1, 0]);
    assert_eq!(caller.hst_json("POST", "/v1/kickout", &kick(json!({})))["code"], 606000005);
    assert_eq!(caller.hst_json("POST", "/v1/kickout", &kick(json!({"user_id": "u404"})))["code"], 606000003);
    // Offline as a whole, the application has nobody online; afterwards they are back.
    caller.hst_json("PATCH", "/v1/app", &json!({"app_id": APP}));
    assert_eq!(online(&states(&mut caller, &[])), [0, 0, 0]);
    caller.hst_json("PATCH", "/v1/app", &json!({"app_id": APP, "status": "online"}));
    assert_eq!(online(&states(&mut caller, &[])), [0, 1, 0]);
}

#[test]
fn presence_in_pages() {
    let mut caller = Caller::new();
    let names = |list: Vec<(String, i64)>| list.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(states(&mut caller, &[("page", "1"), ("page_size", "2")])), ["u1001", "u1002"]);
    assert_eq!(names(states(&mut caller, &[("page", "2"), ("page_size", "2")])), ["u1003"]);
    assert_eq!(names(states(&mut caller, &[("page", "9"), ("page_size", "2")])).len(), 0);
    assert_eq!(names(states(&mut caller, &[("company_id", "123")])).len(), 3);
    assert_eq!(names(states(&mut caller, &[("company_id", "124")])).len(), 0);
    // H23: no limit here.
    assert_eq!(names(states(&mut caller, &[("page_size", "100000")])).len(), 3);
}

/// H12: `code` 0 hides what happened to each.
#[test]
fn commands_per_user() {
    let mut caller = Caller::new();
    let user = |id: &str, class: &str| json!({"user_id": id, "mutex_type": class, "client_guid": "g"});
    let list = [user("u1001", "pc"), user("u1001", "mobile"), user("u1003", "pc"), user("u404", "pc")];
    let body = json!({"app_id": APP, "msg_id": i64::MAX, "trans_mess": {}, "user_list": list});
    let answer = caller.hst_json("POST", "/v1/online/trans-cmd", &body);
    assert_eq!((&answer["code"], &answer["result"]["msg_id"]), (&json!(0), &json!(i64::MAX)));
    let rows = answer["result"]["user_list"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row["result"].as_i64().unwrap()).collect::<Vec<_>>(), [0, 2, 2, 1]);
}

#[test]
fn usage_records_in_pages() {
    let mut caller = Caller::new();
    let mut page = |page: &str, size: &str| {
        let pairs =
            [("start_time", "1588146896000"), ("end_time", "1590738896000"), ("page", page), ("page_size", size)];
        caller.hst_query("GET", "/v1/consuming/records", &pairs)["result"]["list"].as_array().unwrap().clone()
    };
    let pages = [page("1", "10"), page("2", "10"), page("3", "10"), page("4", "10")];
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 5, 0]);
    assert_eq!(pages.concat(), page("1", "100"));
    let all = page("1", "100");
    assert!(all.is_sorted_by_key(|row| row["start_time"].as_str().unwrap().to_owned()));
    assert!(all.iter().any(|row| row["amount"].as_f64().unwrap().fract() != 0.0));
    let mut total = |pairs: &[(&str, &str)]| {
        let all = [&[("page", "1"), ("page_size", "1")], pairs].concat();
        caller.hst_query("GET", "/v1/consuming/records", &all)["result"]["total"].clone()
    };
    assert_eq!(total(&[("start_time", "0"), ("end_time", "1588146895999")]), 0);
    let range = [("start_time", "0"), ("end_time", "9999999999999")];
    assert_eq!(total(&[&range[..], &[("app_id", APP)]].concat()), 25);
    assert_eq!(total(&[&range[..], &[("app_id", SPARE)]].concat()), 0);
}

#[test]
fn bodies_are_strictly_typed() {
    let mut caller = Caller::new();
    let good = json!({"app_name": "a", "service": [{"service_id": 3}]});
    assert_eq!(caller.hst_json("POST", "/v1/app", &good)["code"], 0);
    let cases = [
        ("app_name", Value::Null, 606000002),
        ("app_name", json!(""), 606000002),
        ("app_name", json!(5), 606000003),
        ("app_name", json!("with space"), 606000003),
        ("app_name", json!("digit-1"), 606000003),
        ("status", json!("ONLINE"), 606000003),
        ("status", json!(true), 606000003),
        ("consumption_limit", json!("5"), 606000003),
        ("consumption_limit", json!(5.5), 606000003),
        ("consumption_limit", json!(3_000_000_000_i64), 606000003),
        ("service", Value::Null, 606000002),
        ("service", json!({"service_id": 3}), 606000003),
        ("service", json!([3]), 606000003),
        ("service", json!([{}]), 606000002),
        ("service", json!([{"service_id": 2}]), 606000003),
        ("service", json!([{"service_id": "3"}]), 606000003),
        ("service", json!([{"service_id": 3}, {"service_id": 3}]), 606000003),
        ("service", json!([{"service_id": 3, "use_limit": "9"}]), 606000003),
    ];
    for (name, value, code) in cases {
        let mut body = good.clone();
        body[name] = value.clone();
        assert_eq!(caller.hst_json("POST", "/v1/app", &body)["code"], code, "{name}: {value}");
    }
    let token = caller.hst_fetch_token();
    let raw = |body: &str| caller.hst_json_with(&token, "POST", "/v1/app", body)["code"].clone();
    assert_eq!(
        [raw(""), raw("[]"), raw("{"), raw("\"x\"")],
        [606000002, 606000003, 606000003, 606000003].map(Value::from)
    );
    let form = [("Authorization", token.as_str()), ("Content-Type", "text/plain")];
    let body = good.to_string();
    assert_eq!(caller.send("POST", "/v1/app", &form, body.as_bytes()).json()["code"], 606000003);
}

#[test]
fn queries_are_checked() {
    let mut caller = Caller::new();
    let good = [("start_time", "1"), ("end_time", "2"), ("page", "1"), ("page_size", "100")];
    let mut with = |name: &str, value: &str| {
        let mut pairs: Vec<(&str, &str)> = good.iter().filter(|(other, _)| *other != name).copied().collect();
        pairs.push((name, value));
        caller.hst_query("GET", "/v1/consuming/records", &pairs)["code"].clone()
    };
    assert_eq!(with("page", "1"), 0);
    for name in ["start_time", "end_time", "page", "page_size"] {
        assert_eq!(with(name, ""), 606000002, "{name}");
        assert_eq!(with(name, "one"), 606000003, "{name}");
    }
    for (name, value) in [("page_size", "101"), ("page_size", "0"), ("page", "0"), ("start_time", "3"), ("app_id", "x")]
    {
        assert_eq!(with(name, value), 606000003, "{name}={value}");
    }
    // H10: both are required, though the document's example has neither.
    let mut state = |pairs: &[(&str, &str)]| caller.hst_query("GET", "/v1/online/user/state", pairs)["code"].clone();
    assert_eq!(state(&[("msg_id", "1")]), 606000002);
    assert_eq!(state(&[("app_id", APP)]), 606000002);
    assert_eq!(state(&[("app_id", APP), ("msg_id", "1.5")]), 606000003);
}

#[test]
fn invitations_are_checked() {
    let mut caller = Caller::new();
    let good = json!({"app_id": APP, "group_id": "g2001", "user_id_list": ["u1001"], "seq_id": 1});
    assert_eq!(caller.hst_json("POST", "/v1/online/invite", &good)["result"], json!({"seq_id": 1, "user_id_list": []}));
    let cases = [
        ("group_id", Value::Null, 606000002),
        ("user_id_list", json!([]), 606000002),
        ("user_id_list", json!("u1001"), 606000003),
        ("user_id_list", json!([1001]), 606000003),
        ("seq_id", json!("1"), 606000003),
        ("seq_id", json!(u64::MAX), 606000003),
        ("extend_info", json!("x"), 606000003),
        ("app_id", json!("x"), 606000003),
    ];
    for (name, value, code) in cases {
        let mut body = good.clone();
        body[name] = value.clone();
        assert_eq!(caller.hst_json("POST", "/v1/online/invite", &body)["code"], code, "{name}: {value}");
    }
}

fn status(caller: &mut Caller, record_id: &str) -> Value {
    let answer = caller.hst_query("GET", "/v1/record/task/list", &[("app_id", APP), ("record_id", record_id)]);
    answer["record_list"][0]["status"].clone()
}

/// The vendor's later pages.
#[test]
fn a_recording_from_its_start_to_its_deletion() {
    let mut caller = Caller::new();
    caller.sandbox.hold_clock();
    let post = |caller: &mut Caller, address: &str, body: Value| {
        caller.hst_json("POST", &format!("/v1/record/{address}"), &body)["code"].as_i64().unwrap()
    };
    let init = json!({"app_id": APP, "group_id": "g1", "file_name": "a/b", "file_type": 1, "file_duration": 15});
    let begun = caller.hst_json("POST", "/v1/record/init", &init);
    assert_eq!((&begun["code"], &begun["msg"]), (&json!(0), &json!("10000")));
    let id = begun["record_id"].as_str().unwrap().to_owned();
    let task = json!({"app_id": APP, "record_id": id});
    assert_eq!(post(&mut caller, "init", init.clone()), 605030012);
    assert_eq!(status(&mut caller, &id), 1);
    assert_eq!(post(&mut caller, "suspend", task.clone()), 605030039);
    let mut layout = task.clone();
    layout["audio_list"] = json!([{"user_id": "u1001", "media_id": "a", "media_type": 1}]);
    assert_eq!(post(&mut caller, "set/layout", layout.clone()), 0);
    assert_eq!(status(&mut caller, &id), 2);
    caller.sandbox.advance_clock(std::time::Duration::from_secs(1000));
    assert_eq!(post(&mut caller, "suspend", task.clone()), 0);
    assert_eq!(status(&mut caller, &id), 7);
    assert_eq!(post(&mut caller, "set/layout", layout.clone()), 605030033);
    caller.sandbox.advance_clock(std::time::Duration::from_secs(60));
    assert_eq!(post(&mut caller, "resume", task.clone()), 0);
    assert_eq!(post(&mut caller, "resume", task.clone()), 605030040);
    let finished = caller.hst_json("POST", "/v1/record/finish", &task);
    assert_eq!((&finished["media_duration"], &finished["record_duration"]), (&json!(1000), &json!(1060)));
    let address = [("app_id", APP), ("record_id", id.as_str())];
    for state in [3, 4, 5] {
        assert_eq!(status(&mut caller, &id), state);
        assert_eq!(caller.hst_query("GET", "/v1/record/file/download/url", &address)["code"], 605030031);
        let delete = json!({"app_id": APP, "mode": 1, "record_list": [id]});
        assert_eq!(post(&mut caller, "file", delete), 605030003);
        caller.sandbox.advance_clock(std::time::Duration::from_secs(1));
    }
    assert_eq!(status(&mut caller, &id), 6);
    assert_eq!(post(&mut caller, "finish", task.clone()), 605030001);
    assert_eq!(post(&mut caller, "set/layout", layout), 605030001);

    // 1000 seconds in files of 15 minutes.
    let files = caller.hst_query("GET", "/v1/record/file/download/url", &address);
    assert_eq!(files["total_num"], 2);
    let mut urls = Vec::new();
    for file in files["data_list"].as_array().unwrap() {
        let url = file["url"].as_str().unwrap();
        let answer = caller.download(url, &[]);
        assert_eq!(answer.status, 200, "{url}");
        assert_eq!(json!(answer.body.len()), file["extent"]);
        let md5: String = Md5::digest(&answer.body).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(json!(md5), file["md5"]);
        assert!(file["file_name"].as_str().unwrap().starts_with("a_b-"));
        let part = caller.download(url, &[("Range", "bytes=2-3")]);
        assert_eq!((part.status, &part.body[..]), (206, &answer.body[2..4]));
        urls.push(url.to_owned());
    }

    // The file goes, the task stays; then the task goes, too. What is gone is deleted without an error.
    let delete = |mode: Value| json!({"app_id": APP, "mode": mode, "record_list": [id, "nobody's"]});
    assert_eq!(post(&mut caller, "file", delete(json!("2"))), 0);
    assert_eq!(caller.download(&urls[0], &[]).status, 404);
    assert_eq!(status(&mut caller, &id), 6);
    assert_eq!(post(&mut caller, "file", delete(json!(3))), 0);
    assert_eq!(status(&mut caller, &id), Value::Null);
    assert_eq!(post(&mut caller, "file", delete(json!(1))), 0);
    assert_eq!(post(&mut caller, "file", delete(json!(4))), 605030003);
    // Mode 3 leaves the file where it is.
    let done = "d2a7c1e94b6f4035a8e1f0c3b5d79264";
    let seeded = caller.hst_query("GET", "/v1/record/file/download/url", &[("app_id", APP), ("record_id", done)]);
    assert_eq!(post(&mut caller, "file", json!({"app_id": APP, "mode": 3, "record_list": [done]})), 0);
    assert_eq!(caller.download(seeded["data_list"][0]["url"].as_str().unwrap(), &[]).status, 200);
}

#[test]
fn an_automatic_recording_begins_at_once_and_a_forgotten_one_fails() {
    let mut caller = Caller::new();
    caller.sandbox.hold_clock();
    let mut init = |more: Value| {
        let mut body = json!({"app_id": APP, "group_id": "g1", "timeout": 5});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        caller.hst_json("POST", "/v1/record/init", &body)
    };
    let automatic = init(json!({"auto": {}}))["record_id"].as_str().unwrap().to_owned();
    assert_eq!(init(json!({"auto": {}}))["code"], 605030038);
    // Another kind.
    let manual = init(json!({}))["record_id"].as_str().unwrap().to_owned();
    for wrong in [
        json!({"file_type": 2}),
        json!({"file_duration": 14}),
        json!({"width": 1921}),
        json!({"record_mode": 1}),
        json!({"frame_rate": 0}),
        json!({"timeout": 4}),
        json!({"auto": {"media_count": 10}}),
        json!({"auto": []}),
        json!({"group_id": 5}),
        json!({"app_id": "404"}),
    ] {
        let refused = init(wrong.clone());
        assert_eq!((&refused["code"], &refused["msg"]), (&json!(605030003), &json!("30001")), "{wrong}");
    }
    assert_eq!(status(&mut caller, &automatic), 2);
    let layout = json!({"app_id": APP, "record_id": automatic, "audio_list": []});
    assert_eq!(caller.hst_json("POST", "/v1/record/set/layout", &layout)["code"], 605030035);
    caller.sandbox.advance_clock(std::time::Duration::from_secs(4));
    assert_eq!(status(&mut caller, &manual), 1);
    caller.sandbox.advance_clock(std::time::Duration::from_secs(1));
    assert_eq!(status(&mut caller, &manual), -1);
    assert_eq!(status(&mut caller, &automatic), 2);
}

#[test]
fn recording_tasks_are_found_by_state_group_and_time() {
    let mut caller = Caller::new();
    let mut found = |pairs: &[(&str, &str)]| {
        let answer = caller.hst_query("GET", "/v1/record/task/list", &[&[("app_id", APP)], pairs].concat());
        match answer["record_list"].as_array() {
            Some(rows) => Ok((answer["total_num"].clone(), rows.len())),
            None => Err(answer["code"].clone()),
        }
    };
    let all = |number: i64, rows: usize| Ok((json!(number), rows));
    assert_eq!(found(&[]), all(5, 5));
    assert_eq!(found(&[("page", "2"), ("page_size", "3")]), all(5, 2));
    assert_eq!(found(&[("status", "2")]), all(2, 2));
    assert_eq!(found(&[("group_id", "g2003"), ("status", "7")]), all(1, 1));
    assert_eq!(found(&[("start_time", "2021-12-01 10:00:00"), ("stop_time", "2021-12-01 10:00:00")]), all(1, 1));
    assert_eq!(found(&[("record_id", "404")]), all(0, 0));
    for wrong in [("status", "8"), ("page", "0"), ("page_size", "501"), ("start_time", "1638324000"), ("page", "x")] {
        assert_eq!(found(&[wrong]), Err(json!(605030003)), "{wrong:?}");
    }
}

#[test]
fn a_group_is_live_until_it_is_stopped() {
    let mut caller = Caller::new();
    let groups = |caller: &mut Caller| {
        let list = caller.hst_query("GET", "/v1/live/list", &[("app_id", APP)])["list"].as_array().unwrap().clone();
        list.iter().map(|row| row["group_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let group = json!({"app_id": APP, "group_id": "g1"});
    assert_eq!(caller.hst_json("POST", "/v1/live/start", &group)["code"], 0);
    assert_eq!(groups(&mut caller), ["g2001", "g1"]);
    assert_eq!(caller.hst_json("POST", "/v1/live/start", &group)["code"], 605030012);
    assert_eq!(caller.hst_json("POST", "/v1/live/stop", &group)["code"], 0);
    assert_eq!(caller.hst_json("POST", "/v1/live/stop", &group)["code"], 605030001);
    assert_eq!(groups(&mut caller), ["g2001"]);
    // L10: no form, and nothing that is no JSON.
    let token = caller.hst_fetch_token();
    let form = [("Authorization", token.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
    let code = |headers: &[(&str, &str)], body: &[u8]| {
        caller.send("POST", "/v1/record/file", headers, body).json()["code"].clone()
    };
    assert_eq!(code(&form, b"mode=1"), 605030005);
    let json_type = [("Authorization", token.as_str()), ("Content-Type", "application/json")];
    assert_eq!((code(&json_type, b"{"), code(&json_type, b"[]")), (json!(605030005), json!(605030003)));
    assert_eq!(code(&[("Authorization", "none")], b""), 606000001);
}
