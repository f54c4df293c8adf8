//! 000 and 001.

use super::{Example, Sends};
use serde_json::{Value, json};

const APP: &str = "8f14e45fceea467a9f36dedd4bea2543";

fn ok(result: Value) -> Value {
    json!({"code": 0, "msg": "OK", "result": result})
}

fn application() -> Value {
    json!({
        "app_id": "$hex32", "app_secret": "$hex16", "app_name": "$text", "status": "$text", "consumption_limit": "$int",
        "service": [{"service_id": "$int", "service_name": "$text", "use_limit?": "$int"}],
    })
}

pub fn examples() -> Vec<Example> {
    let example = |operation, sends, shape| Example { operation, sends, shape };
    vec![
        // 001 L12-L52
        example("hst.access.token", Sends::HstToken, ok(json!({"timeout": 7200, "access_token": "$hex32"}))),
        // 000 L3-L41
        example(
            "hst.app.create",
            Sends::HstJson(
                "POST",
                "/v1/app",
                json!({
                    "app_name": "视频会议_demo", "status": "online", "consumption_limit": 1000,
                    "service": [{"service_id": 3, "use_limit": 9_007_199_254_740_993_i64}, {"service_id": 7}],
                }),
            ),
            ok(json!({
                "app_id": "$hex32", "app_secret": "$hex16", "app_name": "视频会议_demo", "status": "online",
                "consumption_limit": 1000,
                "service": [{"service_id": "$int", "service_name": "$text", "use_limit?": 9_007_199_254_740_993_i64}],
            })),
        ),
        // 000 L43-L82
        example(
            "hst.app.update",
            Sends::HstJson("PATCH", "/v1/app", json!({"app_id": APP, "status": "online", "consumption_limit": 2000})),
            ok(application()),
        ),
        // 000 L84-L101: only the common part
        example(
            "hst.app.delete",
            Sends::HstQuery("DELETE", "/v1/app", vec![("app_id", APP)]),
            json!({"code": 0, "msg": "OK"}),
        ),
        // 000 L103-L141
        example(
            "hst.consuming.records",
            Sends::HstQuery(
                "GET",
                "/v1/consuming/records",
                vec![
                    ("start_time", "1588146896000"),
                    ("end_time", "1590738896000"),
                    ("page", "1"),
                    ("page_size", "10"),
                ],
            ),
            ok(json!({
                "total": 25,
                "list": [{
                    "app_id": APP, "app_name": "会议演示", "product_id": "$int", "product_name": "$text",
                    "amount": "$number", "price": "$number", "charge_term": "$int", "start_time": "$date",
                    "end_time": "$date", "total_time": "$int", "group_id": "$string", "resolution": "$string",
                    "total_sig_num": "$int", "stream_id": "$string", "client_id": "$string", "transfer_type": "$int",
                }],
            })),
        ),
        // 000 L143-L162: only the common part
        example(
            "hst.kickout",
            Sends::HstJson("POST", "/v1/kickout", json!({"app_id": APP, "user_id": "u1001"})),
            json!({"code": 0, "msg": "OK"}),
        ),
        // 000 L164-L195
        example(
            "hst.online.user.state",
            Sends::HstQuery(
                "GET",
                "/v1/online/user/state",
                vec![("company_id", "123"), ("page", "1"), ("page_size", "10"), ("app_id", APP), ("msg_id", "77")],
            ),
            ok(json!({
                "msg_id": 77,
                "user_list": [{"state": "$int", "user_id": "$text", "terminal_seq_num": "$text", "mutex_type": "$text"}],
            })),
        ),
        // 000 L197-L233
        example(
            "hst.online.trans_cmd",
            Sends::HstJson(
                "POST",
                "/v1/online/trans-cmd",
                json!({
                    "app_id": APP, "msg_id": 9_007_199_254_740_993_i64, "trans_mess": {"cmd": "reboot"},
                    "user_list": [{"user_id": "u1001", "mutex_type": "pc", "client_guid": "guid-1"}],
                }),
            ),
            ok(json!({
                "msg_id": 9_007_199_254_740_993_i64,
                "user_list": [{"result": 0, "user_id": "u1001", "terminal_seq_num": "T-1001", "mutex_type": "pc"}],
            })),
        ),
        // 000 L235-L259
        example(
            "hst.online.invite",
            Sends::HstJson(
                "POST",
                "/v1/online/invite",
                json!({
                    "app_id": APP, "group_id": "g2001", "user_id_list": ["u1001", "u1003"],
                    "seq_id": 9_007_199_254_740_993_i64, "extend_info": {"topic": "周会"},
                }),
            ),
            ok(json!({"seq_id": 9_007_199_254_740_993_i64, "user_id_list": ["u1003"]})),
        ),
    ]
}
