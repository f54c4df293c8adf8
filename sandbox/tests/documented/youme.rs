//! 002.

use super::{Example, Sends};
use serde_json::{Map, Value, json};

fn ok(members: Value) -> Value {
    let mut all: Map<String, Value> = members.as_object().cloned().unwrap_or_default();
    all.extend([
        ("Status".to_owned(), json!("OK")),
        ("ErrorCode".to_owned(), json!(0)),
        ("ErrorInfo".to_owned(), json!("")),
    ]);
    Value::Object(all)
}

pub fn examples() -> Vec<Example> {
    let example = |operation, command, body, members| Example {
        operation,
        sends: Sends::Youme(command, body),
        shape: ok(members),
    };
    let day = ("1575907200", "1575993599");
    vec![
        // 002 L125-L255
        example(
            "youme.query_instance_all_records_by_time",
            "query_instance_all_records_by_time",
            json!({"UserId": "terminal-001", "BeginTime": day.0, "EndTime": day.1}),
            json!({
                "UserId": "terminal-001",
                "UserRecords": [{
                    "RoomId": "$text", "CreateTime": "$digits",
                    "RoomRecords": [{
                        "EnterTime": "$digits", "AudioDuration": "$int", "VideoDuration": "$int", "LeaveTime": "$digits",
                    }],
                }],
            }),
        ),
        // 002 L257-L359
        example(
            "youme.query_room_info",
            "query_room_info",
            json!({"RoomId": "weekly-review", "BeginTime": day.0, "EndTime": day.1}),
            json!({
                "RoomId": "weekly-review", "CreateTime": "$digits", "DestroyTime": "$digits",
                "Users": [{
                    "UserId": "$text", "FirstEnterTime": "$digits", "LastLeaveTime": "$digits",
                    "AudioDuration": "$int", "VideoDuration": "$int",
                }],
            }),
        ),
        // 002 L361-L450
        example(
            "youme.query_all_instance_by_time",
            "query_all_instance_by_time",
            json!({"BeginTime": day.0, "EndTime": day.1}),
            json!({"UsersList": [{
                "UserId": "$text", "RoomId": "$text", "CreateTime": "$digits", "EnterTime": "$digits",
                "LeaveTime": "$digits", "AudioDuration": "$int", "VideoDuration": "$int",
            }]}),
        ),
        // 002 L454-L536
        example(
            "youme.count_business_total_volume_by_day",
            "count_business_total_volume_by_day",
            json!({"CountBy": 2, "QueryDate": "20191210"}),
            json!({"TrendData": [{"TickTime": "$digits", "Volume": "$int"}]}),
        ),
        // 002 L538-L643
        example(
            "youme.count_business_distribute_volume_by_day",
            "count_business_distribute_volume_by_day",
            json!({"CountBy": 2, "QueryDate": "20191210"}),
            json!({"DistributeData": [{
                "TickTime": "$digits", "CommunicateDuration": "$int", "RoomCnt": "$int", "PeakOnlineNum": "$int",
                "CommunicateNum": "$int",
            }]}),
        ),
        // 002 L645-L763
        example(
            "youme.count_qos_by_day",
            "count_qos_by_day",
            json!({"QueryDate": "20191210"}),
            json!({"QosData": [{
                "TickTime": "$digits", "JoinRoomSuccRate": "$number", "AudioPackLossRate": "$number",
                "VideoPackLossRate": "$number", "AudioDelayRate": "$number", "VideoDelayRate": "$number",
            }]}),
        ),
    ]
}
