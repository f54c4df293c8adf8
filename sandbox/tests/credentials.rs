//! Who may call: developer and access tokens on hst, checksums on youme, keys and tokens on avd.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;

use caller::{Caller, now_ms, signing};
use meetgate_sandbox::{Options, Sandbox, StartError};
use serde_json::{Value, json};
use std::time::Duration;

const STATE: &str = "/v1/online/user/state?app_id=8f14e45fceea467a9f36dedd4bea2543&msg_id=1";
const DAY: &str = r#"{"QueryDate":"20191210"}"#;

#[test]
fn our_own_signing_fits_the_vectors() {
    signing::check_vectors();
}

fn hst_code(caller: &Caller, authorization: Option<&str>) -> Value {
    let header = authorization.map(|value| ("Authorization", value));
    caller.send("GET", STATE, header.as_slice(), b"").json()["code"].clone()
}

/// 001 L8: one live token per account.
#[test]
fn hst_fetching_kills_the_old_token() {
    let caller = Caller::new();
    let first = caller.hst_fetch_token();
    assert_eq!(hst_code(&caller, Some(&first)), 0);
    let second = caller.hst_fetch_token();
    assert_ne!(first, second);
    assert_eq!(hst_code(&caller, Some(&first)), 606000001);
    assert_eq!(hst_code(&caller, Some(&second)), 0);
    caller.sandbox.expire_tokens();
    assert_eq!(hst_code(&caller, Some(&second)), 606000001);
}

/// A token fetched with wrong credentials does not kill the live one.
#[test]
fn hst_a_refused_fetch_kills_nothing() {
    let caller = Caller::new();
    let token = caller.hst_fetch_token();
    caller.send("GET", "/access/token", &[("Authorization", "nobody.nothing")], b"");
    assert_eq!(hst_code(&caller, Some(&token)), 0);
}

#[test]
fn hst_tokens_expire() {
    let caller = Caller::with(Options { hst_token_lifetime: 60, ..Options::default() });
    caller.sandbox.hold_clock();
    let answer = caller.send("GET", "/access/token", &[("Authorization", &caller.hst_authorization())], b"").json();
    assert_eq!(answer["result"]["timeout"], 60);
    let token = answer["result"]["access_token"].as_str().unwrap();
    caller.sandbox.advance_clock(Duration::from_secs(59));
    assert_eq!(hst_code(&caller, Some(token)), 0);
    caller.sandbox.advance_clock(Duration::from_secs(2));
    assert_eq!(hst_code(&caller, Some(token)), 606000001);
}

#[test]
fn hst_the_header_is_bare() {
    let caller = Caller::new();
    let token = caller.hst_fetch_token();
    assert_eq!(hst_code(&caller, None), 606000000);
    assert_eq!(hst_code(&caller, Some(&format!("Bearer {token}"))), 606000001);
    assert_eq!(hst_code(&caller, Some("")), 606000001);
}

#[test]
fn hst_developer_tokens_are_really_opened() {
    let caller = Caller::new();
    let id = caller.setting("hst", "dev_id");
    let secret = caller.setting("hst", "dev_secret");
    let code =
        |header: &str| caller.send("GET", "/access/token", &[("Authorization", header)], b"").json()["code"].clone();
    let sealed = |secret: &str, plain: &str| format!("{id}.{}", signing::seal(secret.as_bytes(), plain));
    assert_eq!(code(&sealed(&secret, &format!(r#"{{"aid":"{id}","gid":"","uid":"","ts":1,"r":1}}"#))), 0);
    // The age of ts is not limited by any document; only what is no number is refused.
    let refused = [
        sealed("another-16-bytes", &format!(r#"{{"aid":"{id}","gid":"","uid":"","ts":1,"r":1}}"#)),
        sealed(&secret, r#"{"aid":"somebody","gid":"","uid":"","ts":1,"r":1}"#),
        sealed(&secret, &format!(r#"{{"aid":"{id}","gid":"","uid":"","ts":"1","r":1}}"#)),
        sealed(&secret, &format!(r#"{{"aid":"{id}","gid":"","uid":"","r":1}}"#)),
        sealed(&secret, "no json"),
        format!("somebody.{}", signing::dev_token(&id, secret.as_bytes(), now_ms())),
        format!("{id}.{}", &signing::dev_token(&id, secret.as_bytes(), now_ms())[3..]),
        id.clone(),
        format!("{id}."),
        format!("{id}.001"),
        format!("{id}.001%%%"),
    ];
    for header in refused {
        assert_eq!(code(&header), 606000000, "{header}");
    }
    assert_eq!(caller.send("GET", "/access/token", &[], b"").json()["code"], 606000000);
}

fn youme_code(answer: &Value) -> i64 {
    let number = answer["ErrorCode"].as_i64().unwrap();
    assert_eq!(answer["Status"], if number == 0 { "OK" } else { "FAIL" });
    assert_eq!(answer["ErrorInfo"].as_str().unwrap().is_empty(), number == 0);
    number
}

/// 002 L58: five minutes, by the sandbox's clock.
#[test]
fn youme_checksums_live_five_minutes() {
    let caller = Caller::new();
    let at = |offset: i64| {
        let query = caller.youme_query(&(now_ms() / 1000 + offset).to_string(), None);
        youme_code(&caller.youme_with("count_qos_by_day", &query, DAY))
    };
    assert_eq!([at(0), at(-295), at(295)], [0, 0, 0]);
    let refused = at(-310);
    assert_ne!(refused, 0);
    assert_eq!(at(310), refused);
    caller.sandbox.advance_clock(Duration::from_secs(400));
    assert_eq!(at(0), refused);
    assert_eq!(at(400), 0);
}

/// The clock that the `Date` header shows is the one that checksums are checked against.
#[test]
fn youme_the_date_shows_the_clock() {
    let caller = Caller::with(Options { clock_offset_s: -86_400, ..Options::default() });
    let query = |offset: i64| caller.youme_query(&(now_ms() / 1000 + offset).to_string(), None);
    assert_ne!(youme_code(&caller.youme_with("count_qos_by_day", &query(0), DAY)), 0);
    let path = format!("/v2/video/count_qos_by_day?{}", query(-86_400));
    let answer = caller.send("POST", &path, &[("Content-Type", "application/json")], DAY.as_bytes());
    assert_eq!(answer.json()["ErrorCode"], 0);
    let shown = httpdate::parse_http_date(answer.header("date").unwrap()).unwrap();
    let behind = std::time::SystemTime::now().duration_since(shown).unwrap();
    assert!(behind.as_secs().abs_diff(86_400) < 5, "{behind:?}");
}

#[test]
fn youme_every_part_of_the_checksum_counts() {
    let caller = Caller::new();
    let now = (now_ms() / 1000).to_string();
    let good = caller.youme_query(&now, None);
    let refused = |query: &str| youme_code(&caller.youme_with("count_qos_by_day", query, DAY));
    assert_eq!(refused(&good), 0);
    let app_secret = caller.setting("youme", "app_secret");
    let rest_key = caller.setting("youme", "rest_api_key");
    let sum = signing::checksum(&app_secret, &rest_key, &now);
    // The document's "two parts" are the old version's.
    let two_parts = signing::checksum(&app_secret, "", &now);
    let number = refused(&good.replace(&sum, &two_parts));
    assert_ne!(number, 0);
    assert_eq!(refused(&good.replace(&sum, &sum.to_uppercase())), number);
    assert_eq!(refused(&good.replace("SANDBOX", "OTHER")), number);
    for name in ["appkey", "identifier", "curtime", "checksum"] {
        assert_ne!(refused(&good.replace(name, "nothing")), 0, "{name}");
    }
}

/// Y7: `seq` may be missing, but not come twice. A call that was refused did not use it.
#[test]
fn youme_a_repeated_seq_is_refused() {
    let caller = Caller::new();
    let now = (now_ms() / 1000).to_string();
    let call = |query: &str| youme_code(&caller.youme_with("count_qos_by_day", query, DAY));
    let good = caller.youme_query(&now, Some("s-1"));
    assert_ne!(call(&good.replace("checksum=", "checksum=0")), 0);
    assert_eq!(call(&good), 0);
    assert_ne!(call(&good), 0);
    assert_eq!(call(&caller.youme_query(&now, Some("s-2"))), 0);
    assert_eq!(call(&caller.youme_query(&now, None)), 0);
    assert_eq!(call(&caller.youme_query(&now, None)), 0);
}

/// The number of a refused checksum is documented nowhere, so it differs from start to start.
#[test]
fn youme_numbers_are_drawn_at_each_start() {
    let number = || {
        let caller = Caller::new();
        let query = caller.youme_query("1", None);
        youme_code(&caller.youme_with("count_qos_by_day", &query, DAY))
    };
    let first = number();
    assert!((0..20).any(|_| number() != first));
}

#[test]
fn avd_tokens() {
    let mut caller = Caller::with(Options { avd_token_lifetime: 60, ..Options::default() });
    caller.sandbox.hold_clock();
    let list = |caller: &Caller, token: &str| caller.avd_get("/sdkapi/v2/room/list", &[("token", token)]);
    let invalid = json!({"ret": 40003, "msg": "access token invalid"});
    assert_eq!(caller.avd_get("/sdkapi/v2/room/list", &[]), json!({"ret": 40002, "msg": "args required"}));
    assert_eq!(list(&caller, "bm9ib2R5"), invalid);
    // Several live together.
    let first = caller.avd_token();
    let second = caller.avd_fetch_token()["token"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    assert_eq!((list(&caller, &first)["ret"].clone(), list(&caller, &second)["ret"].clone()), (json!(0), json!(0)));
    caller.sandbox.advance_clock(Duration::from_secs(61));
    assert_eq!(list(&caller, &first), invalid);
    let third = caller.avd_fetch_token()["token"].as_str().unwrap().to_owned();
    caller.sandbox.expire_tokens();
    assert_eq!(list(&caller, &third), invalid);
    // In the operations that answer with `code`, so does this.
    let close = caller.avd_get("/sdkapi/v2/room/close", &[("token", &third), ("room_id", caller::QUIET)]);
    assert_eq!(close, json!({"code": 40003, "msg": "access token invalid"}));
}

#[test]
fn avd_keys() {
    let caller = Caller::with(Options {
        avd_access_key: "mine".to_owned(),
        avd_secret_key: "s=&+ 1".to_owned(),
        ..Options::default()
    });
    assert_eq!(caller.avd_fetch_token()["ret"], 0);
    let get = |pairs: &[(&str, &str)]| caller.avd_get("/sdkapi/v2/app/get_token", pairs);
    let wrong = json!({"ret": 401, "msg": "授权错误!"});
    assert_eq!(get(&[("access_key", "mine"), ("secret_key", "x")]), wrong);
    assert_eq!(get(&[("access_key", "x"), ("secret_key", "s=&+ 1")]), wrong);
    assert_eq!(get(&[("access_key", "mine")]), json!({"ret": 40002, "msg": "args required"}));
}

#[test]
fn credentials_that_nobody_could_sign_with() {
    let start = |options| Sandbox::start(options).map(|_| ()).unwrap_err();
    let short = Options { hst_dev_secret: "short".to_owned(), ..Options::default() };
    assert!(matches!(start(short), StartError::DevSecretLength(5)));
    let empty = Options { youme_app_secret: String::new(), ..Options::default() };
    assert!(matches!(start(empty), StartError::EmptyCredential("--youme-app-secret")));
    let taken = Sandbox::start(Options::default()).unwrap();
    let again = Options { listen: taken.address(), ..Options::default() };
    assert!(matches!(start(again), StartError::Listen(..)));
}
