//! What the platforms are known to do although their documents do not say so, and what browsers need.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;
mod scratch;

use caller::{Answer, Caller, encode, now_ms, send, signing};
use meetgate_sandbox::{Fault, FaultKind, Options};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// H26, H27: the vendor's quick start, `test123`; and a secret that the vendor's token generator takes: a key of 16 bytes.
#[test]
fn hst_a_new_application_has_a_secret_that_makes_tokens() {
    let mut caller = Caller::new();
    let mut secrets = BTreeSet::new();
    for name in ["test123", "会议2026", "_9"] {
        let body = json!({"app_name": name, "service": [{"service_id": 3}]});
        let created = caller.hst_json("POST", "/v1/app", &body);
        assert_eq!((&created["code"], &created["result"]["app_name"]), (&json!(0), &json!(name)), "{created}");
        let (id, secret) = (&created["result"]["app_id"], created["result"]["app_secret"].as_str().unwrap());
        assert_eq!(secret.len(), 16, "{secret}");
        assert!(signing::dev_token(id.as_str().unwrap(), secret.as_bytes(), now_ms()).starts_with("001"));
        secrets.insert(secret.to_owned());
    }
    assert_eq!(secrets.len(), 3, "each its own");
}

/// H28: without credentials, and with `message` for the text.
#[test]
fn hst_the_address_is_discovered() {
    let caller = Caller::new();
    let get = |path: &str| caller.send("GET", path, &[], b"");
    let own = caller.url("");
    let found = json!({"code": 0, "message": "OK", "result": own});
    assert_eq!(get("/server/address?appType=10").json(), found);
    assert_eq!(get("/server/address?app_id=a%20b&appType=10").json(), found);
    // Whoever came by another name is told that name: behind a forwarded port only he knows it.
    let named = caller.send("GET", "/server/address?appType=10", &[("Host", "gateway.test:8443")], b"").json();
    assert_eq!(named["result"], "http://gateway.test:8443");
    for other in ["/server/address", "/server/address?appType=9", "/server/address?apptype=10"] {
        let answer = get(other);
        assert_eq!((answer.status, &answer.json()["code"]), (200, &json!(606_000_003)), "{other}");
    }
    assert_eq!(caller.send("POST", "/server/address?appType=10", &[], b"").status, 405);
    // It answers what a client can go on with.
    let header = caller.hst_authorization();
    let url = format!("{}/access/token", found["result"].as_str().unwrap());
    assert_eq!(send(&caller.agent, "GET", &url, &[("Authorization", &header)], b"").json()["code"], 0);
}

/// It can have bad days, and is counted: a client looks again when the address does not answer any more.
#[test]
fn hst_the_discovery_is_counted_and_can_fail() {
    let caller = Caller::new();
    let fault = Fault::new("hst.server.address", FaultKind::Http { status: 503, retry_after_s: None, body: None });
    caller.sandbox.add_fault(fault.times(1)).unwrap();
    let get = || caller.send("GET", "/server/address?appType=10", &[], b"").status;
    assert_eq!([get(), get()], [503, 200]);
    assert_eq!(caller.sandbox.counts().get("hst.server.address"), Some(&2));
    // A number comes in its own envelope, whose text is called `message`.
    caller.sandbox.fail_next("/server/address", 606_000_006, 1);
    let busy = caller.send("GET", "/server/address?appType=10", &[], b"").json();
    assert_eq!(busy, json!({"code": 606_000_006, "message": "System busy"}));
}

/// Over TLS the address is an https one, the only kind that the vendor's service gives.
#[test]
fn hst_the_discovered_address_is_https_over_tls() {
    let sandbox = meetgate_sandbox::Sandbox::start(Options { tls: true, ..Options::default() }).unwrap();
    let base_url = sandbox.configurations()["hst"]["base_url"].clone();
    assert!(base_url.as_str().unwrap().starts_with("https://127.0.0.1:"));
    let folder = scratch::Folder::new("discovery");
    let ca = folder.write("ca.pem", sandbox.tls().unwrap().ca_pem.as_bytes());
    let url = format!("{}/server/address?appType=10", base_url.as_str().unwrap());
    let found = std::process::Command::new("curl").arg("--silent").arg("--cacert").arg(ca).arg(url).output();
    let Ok(found) = found else {
        eprintln!("SKIPPED: curl is not installed");
        return;
    };
    let found: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(found["result"], base_url);
}

/// H29.
#[test]
fn hst_a_developer_token_may_be_over() {
    let caller = Caller::new();
    let (id, secret) = (caller.setting("hst", "dev_id"), caller.setting("hst", "dev_secret"));
    let now = now_ms();
    let code = |et: &str| {
        let plain = format!(r#"{{"aid":"{id}","gid":"","uid":"","et":{et},"ts":{now},"r":42}}"#);
        let header = format!("{id}.{}", signing::seal(secret.as_bytes(), &plain));
        caller.send("GET", "/access/token", &[("Authorization", &header)], b"").json()["code"].clone()
    };
    let later = now + 60_000;
    for et in ["0".to_owned(), later.to_string(), (later / 1000).to_string(), "60".to_owned()] {
        assert_eq!(code(&et), 0, "{et}");
    }
    let before = now - 60_000;
    for et in [before.to_string(), (before / 1000).to_string(), "-1".to_owned(), r#""soon""#.to_owned()] {
        assert_eq!(code(&et), 606_000_000, "{et}");
    }
}

/// Y23: signed over the text as it came.
#[test]
fn youme_takes_a_fraction_of_a_second() {
    let caller = Caller::new();
    let code = |curtime: &str| {
        let query = caller.youme_query(curtime, None);
        caller.youme_with("count_qos_by_day", &query, r#"{"QueryDate":"20191210"}"#)["ErrorCode"].clone()
    };
    let now = now_ms() / 1000;
    assert_eq!(code(&format!("{now}.23")), 0);
    assert_eq!(code(&format!("{now}.234567")), 0);
    for wrong in [format!("{}.23", now - 400), format!("{now}."), format!("{now}.2.3"), format!("{now}.x")] {
        assert_ne!(code(&wrong), 0, "{wrong}");
    }
    // The checksum of the whole seconds is not that of the fraction.
    let query = caller.youme_query(&now.to_string(), None).replace(&now.to_string(), &format!("{now}.5"));
    assert_ne!(caller.youme_with("count_qos_by_day", &query, "{}")["ErrorCode"], 0);
}

/// Whoever calls youme reads youme's envelope, also where nothing is.
#[test]
fn unknown_addresses_answer_in_the_platforms_envelope() {
    let caller = Caller::new();
    let query = caller.youme_query(&(now_ms() / 1000).to_string(), None);
    let post =
        |path: &str| caller.send("POST", &format!("{path}?{query}"), &[("Content-Type", "application/json")], b"{}");
    for path in ["/v2/video/query_nothing", "/v2/video/", "/v2/im/query_room_info", "/v2/", "/v2"] {
        let answer = post(path);
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(
            answer.json(),
            json!({"Status": "FAIL", "ErrorCode": 404, "ErrorInfo": "no such command"}),
            "{path}"
        );
    }
    // Y5: the older calls have another word.
    for path in ["/v1/test/query_room_info", "/v1/video/query_room_info", "/v1/"] {
        let answer = post(path);
        assert_eq!(answer.status, 404, "{path}");
        let expected = json!({"ActionStatus": "FAIL", "ErrorCode": 404, "ErrorInfo": "no such command"});
        assert_eq!(answer.json(), expected, "{path}");
    }
    // hst's own addresses stay hst's, whatever is in their query.
    assert_eq!(post("/v1/app").json()["code"], 606_000_000);
    // Without youme's credentials `/v1/` is hst's.
    let answer = caller.send("POST", "/v1/nothing", &[], b"{}");
    assert_eq!((answer.status, answer.json()), (404, json!({"code": 404, "msg": "Not found"})));
}

const ORIGIN: (&str, &str) = ("Origin", "https://app.example");

fn allowed(answer: &Answer) -> Option<&str> {
    answer.header("access-control-allow-origin")
}

/// As a browser asks before `fetch` with an `Authorization` header.
#[test]
fn a_page_may_call_each_platform() {
    let mut caller = Caller::with(Options { control: true, ..Options::default() });
    for (path, method) in [
        ("/v1/app", "PATCH"),
        ("/v1/app?app_id=x", "DELETE"),
        ("/v2/video/count_qos_by_day", "POST"),
        ("/sdkapi/v2/room/read", "GET"),
        ("/uploadfile", "POST"),
        ("/attachment?file=/opt/3tee/resources/welcome.mp4", "GET"),
    ] {
        let wanted = ("Access-Control-Request-Headers", "authorization,content-type");
        let preflight = caller.send(
            "OPTIONS",
            path,
            &[
                ORIGIN,
                ("Access-Control-Request-Method", method),
                wanted,
                ("Access-Control-Request-Private-Network", "true"),
            ],
            b"",
        );
        assert_eq!((preflight.status, preflight.body.len()), (204, 0), "{path}");
        assert_eq!(allowed(&preflight), Some(ORIGIN.1), "{path}");
        assert!(preflight.header("access-control-allow-methods").unwrap().split(", ").any(|m| m == method), "{path}");
        assert_eq!(preflight.header("access-control-allow-headers"), Some(wanted.1), "{path}");
        assert_eq!(preflight.header("access-control-allow-private-network"), Some("true"), "{path}");
    }
    // No call of any platform.
    assert_eq!(caller.sandbox.exchanges(), []);
    // The answer itself may be read too, whatever it says.
    let token = caller.avd_token();
    let path = format!("/sdkapi/v2/room/read?{}", encode(&[("token", &token), ("room_id", caller::QUIET)]));
    for path in [path.as_str(), "/sdkapi/v2/nothing", "/nowhere"] {
        let answer = caller.send("GET", path, &[ORIGIN], b"");
        assert_eq!((allowed(&answer), answer.header("vary")), (Some(ORIGIN.1), Some("Origin")), "{path}");
        assert_eq!(allowed(&caller.send("GET", path, &[], b"")), None, "no page, no headers");
    }
    // OPTIONS without a page behind it.
    let plain = caller.send("OPTIONS", "/sdkapi/v2/room/read", &[], b"");
    assert_eq!((plain.status, allowed(&plain)), (204, None));
    assert!(plain.header("allow").unwrap().contains("POST"));
    // What moves clocks and shows secrets is not for pages.
    for (method, path) in [("GET", "/exchanges?secrets=1"), ("POST", "/tokens/expire"), ("OPTIONS", "/reset")] {
        let control = caller.send(method, &format!("/_sandbox{path}"), &[ORIGIN], b"");
        assert_eq!((control.status, allowed(&control)), (403, None), "{path}");
        assert!(control.json()["error"].as_str().unwrap().contains("without Origin"));
    }
    assert_eq!(caller.avd("/room/list", &[])["ret"], 0, "the token lives");
}
