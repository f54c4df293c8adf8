//! The vendor's later pages: recordings and live streams. Their answers are flat, and `msg` is a number in quotes (L8).

use super::{Example, Sends};
use serde_json::{Value, json};

const APP: &str = "8f14e45fceea467a9f36dedd4bea2543";
const DONE: &str = "d2a7c1e94b6f4035a8e1f0c3b5d79264";
const RECORDING: &str = "3b9e5f70c8d24a61b7f4e2d1a0c68593";
const SUSPENDED: &str = "6c0d8a2be5f74913a4c7d9e1f3b52068";
const INITIALISED: &str = "91f4b7d3e2a05c68b0d9c4f6a8e17325";

fn ok(members: Value) -> Value {
    let mut answer = json!({"code": 0, "msg": "10000"});
    answer.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    answer
}

pub fn examples() -> Vec<Example> {
    let post = |operation, path, body: Value, shape| Example {
        operation,
        sends: Sends::HstJson("POST", path, body),
        shape: ok(shape),
    };
    let get = |operation, path, pairs, shape| Example {
        operation,
        sends: Sends::HstQuery("GET", path, pairs),
        shape: ok(shape),
    };
    let task = |id: &str| json!({"app_id": APP, "record_id": id});
    let urls = |mut more: Value| {
        let urls = json!({"flv_url": "$text", "m3u8_url": "$text", "rtmp_url": "$text"});
        more.as_object_mut().unwrap().extend(urls.as_object().unwrap().clone());
        more
    };
    vec![
        post(
            "hst.record.init",
            "/v1/record/init",
            json!({"app_id": APP, "group_id": "g2006", "seq": "s1", "auto": {"type": 2, "user_id": "u1001"}}),
            json!({"record_id": "$hex32", "seq": "s1"}),
        ),
        post("hst.record.suspend", "/v1/record/suspend", task(RECORDING), json!({"record_id": RECORDING})),
        post("hst.record.resume", "/v1/record/resume", task(SUSPENDED), json!({"record_id": SUSPENDED})),
        post(
            "hst.record.finish",
            "/v1/record/finish",
            task(RECORDING),
            json!({"record_id": RECORDING, "media_duration": "$int", "record_duration": "$int", "flow": "$int"}),
        ),
        post(
            "hst.record.set.layout",
            "/v1/record/set/layout",
            json!({
                "app_id": APP, "record_id": INITIALISED, "seq": "s2",
                "audio_list": [{"user_id": "u1001", "media_id": "a", "media_type": 1}],
                // L3: a number, too.
                "video_list": [{"user_id": 1001, "media_id": "v", "media_type": 2, "w": 640}],
            }),
            json!({"record_id": INITIALISED, "seq": "s2"}),
        ),
        post(
            "hst.record.set_output_overlay",
            "/v1/record/set-output-overlay",
            json!({
                "app_id": APP, "record_id": RECORDING,
                "subtitle_list": [{"x": 1, "y": 1, "content": "t", "color": 0, "size": 9, "transparency": 0, "type": 1}],
                "logo_list": [{"x": 1, "y": 1, "file_path": "/a.png", "scaleratio": 0.5}],
            }),
            json!({"record_id": RECORDING}),
        ),
        get(
            "hst.record.task.list",
            "/v1/record/task/list",
            vec![("app_id", APP), ("status", "6")],
            json!({
                "record_list": [{
                    "record_id": DONE, "record_mode": 0, "group_id": "g2001", "start_time": "$date", "stop_time": "$date",
                    "status": 6, "file_name": "$text", "company_id": "$text", "record_time": 1200, "width": "$int",
                    "height": "$int", "auto?": "$object",
                }],
                "total_num": 1,
            }),
        ),
        get(
            "hst.record.file.download.url",
            "/v1/record/file/download/url",
            vec![("app_id", APP), ("record_id", DONE)],
            json!({
                "total_num": 1, "page": 1,
                "data_list": [{
                    "url": "$text", "md5": "$hex32", "file_name": "$text", "extent": "$int", "play_url": "$text",
                }],
            }),
        ),
        // L5: a string, too.
        post(
            "hst.record.file.delete",
            "/v1/record/file",
            json!({"app_id": APP, "mode": "1", "record_list": [DONE, "nobody's"]}),
            json!({}),
        ),
        post(
            "hst.live.start",
            "/v1/live/start",
            json!({"app_id": APP, "group_id": "g2002", "quality_level": 1}),
            urls(json!({"group_id": "g2002"})),
        ),
        post(
            "hst.live.stop",
            "/v1/live/stop",
            json!({"app_id": APP, "group_id": "g2001"}),
            json!({"group_id": "g2001"}),
        ),
        get(
            "hst.live.list",
            "/v1/live/list",
            vec![("app_id", APP)],
            json!({"list": [urls(json!({"group_id": "g2001", "start_time": "$int"}))]}),
        ),
    ]
}
