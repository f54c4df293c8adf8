//! 004: tokens, licences, SIP, the upload.

use super::{Example, Sends, avd, plain};
use serde_json::json;

pub fn examples() -> Vec<Example> {
    let gate = ("sip_gate_id", "3");
    let account = ("account_id", "7");
    vec![
        // L2516-L2555: the success example has no msg
        Example { operation: "avd.app.get_token", sends: Sends::AvdToken, shape: json!({"ret": 0, "token": "$token"}) },
        // L2557-L2600
        avd(
            "avd.app.get_licence_info",
            "/app/get_licence_info",
            &[],
            json!({"ret": 0, "msg": "success", "active_usernum": 14, "max_users": 500}),
        ),
        // L2602-L2645
        avd(
            "avd.app.get_system_info",
            "/app/get_system_info",
            &[],
            json!({"ret": 0, "msg": "success", "sys_info": "$text"}),
        ),
        // L2647-L2685
        avd(
            "avd.app.apply_file_permit",
            "/app/apply_file_permit",
            &[("licence_cert", "LICENCE-SANDBOX-0002")],
            plain(),
        ),
        // L2687-L2727
        avd(
            "avd.app.delete_file_permit",
            "/app/delete_file_permit",
            &[("licence_cert", "LICENCE-SANDBOX-0001")],
            plain(),
        ),
        // L2729-L2782
        avd(
            "avd.app.get_key_licence",
            "/app/get_key_licence",
            &[("access_key", "meetgate-sandbox")],
            json!({
                "ret": 0, "msg": "success", "info": {}, "usernum": 21,
                "detail": {
                    "avd_record": {"count": 7}, "web": {"count": 10}, "android": {"count": 2}, "pc": {"count": 1},
                    "sip": {"count": 1},
                },
            }),
        ),
        // L2786-L2831
        avd(
            "avd.sip.gate.create",
            "/sip/gate/create",
            &[("name", "334"), ("url", "192.0.2.22:5060")],
            json!({"ret": 0, "msg": "success", "url": "192.0.2.22:5060", "name": "334", "gate_id": 13}),
        ),
        // L2833-L2873
        avd("avd.sip.gate.update", "/sip/gate/update", &[gate, ("name", "coco"), ("url", "192.0.2.22:5060")], plain()),
        // L2875-L2919, T2
        avd(
            "avd.sip.gate.read",
            "/sip/gate/read",
            &[gate],
            json!({"ret": 0, "msg": "success", "id": 3, "name": "branch", "url": "192.0.2.20:5060"}),
        ),
        // L2921-L2962
        avd("avd.sip.gate.del", "/sip/gate/del", &[("sip_gate_id", "4")], plain()),
        // L2964-L3013, T49
        avd(
            "avd.sip.gate.list",
            "/sip/gate/list",
            &[],
            json!({"ret": 0, "msg": "success", "sip_gates": [{"url": "$text", "name": "$text", "gate_id": "$int"}]}),
        ),
        // L3015-L3063
        avd(
            "avd.sip.account.create",
            "/sip/account/create",
            &[("name", "ceshi"), ("password", "invented-1"), ("number", "1024"), gate],
            json!({"ret": 0, "msg": "success", "account_id": 8, "name": "ceshi", "sip_gate_id": 3}),
        ),
        // L3065-L3110
        avd(
            "avd.sip.account.update",
            "/sip/account/update",
            &[account, ("name", "ceshi"), ("password", "invented-2"), ("number", "1024")],
            plain(),
        ),
        // L3112-L3171, T1
        avd(
            "avd.sip.account.read",
            "/sip/account/read",
            &[account, gate],
            json!({
                "ret": 0, "msg": "success", "recv_audio_codec": "PCMU", "phone_name": "lobby", "gate_id": 3,
                "account_id": 7, "password": "$text", "send_audio_codec": "PCMU", "phone_number": "1023",
                "recv_video_codec": "H264", "name": "lobby", "send_video_codec": "H264",
            }),
        ),
        // L3173-L3212
        avd("avd.sip.account.del", "/sip/account/del", &[account], plain()),
        // L3606-L3656
        Example {
            operation: "avd.uploadfile",
            sends: Sends::AvdUpload,
            shape: json!({"ret": 0, "msg": "success", "download_url": "$url"}),
        },
    ]
}
