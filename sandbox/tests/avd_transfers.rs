//! avd: how parameters travel, uploads, downloads; and the record of it all.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;

use caller::{Caller, QUIET, encode};
use serde_json::json;

/// T12, T13: how POST encodes its parameters is not documented, so every form way is taken, and the query beside it.
#[test]
fn parameters_by_every_way() {
    let mut caller = Caller::new();
    let token = caller.avd_token();
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let split = format!("/sdkapi/v2/room/read?{}", encode(&[("token", &token)]));
    let body = encode(&[("room_id", QUIET)]);
    assert_eq!(caller.send("POST", &split, &form, body.as_bytes()).json()["ret"], 0);
    let boundary = "b0";
    let part = |name: &str, value: &str| {
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = format!("{}{}--{boundary}--\r\n", part("token", &token), part("room_id", QUIET));
    let kind = [("Content-Type", "multipart/form-data; boundary=b0")];
    assert_eq!(caller.send("POST", "/sdkapi/v2/room/read", &kind, body.as_bytes()).json()["ret"], 0);
    // JSON is none of them: nothing is read from it.
    let json = [("Content-Type", "application/json")];
    let body = json!({"token": token, "room_id": QUIET}).to_string();
    assert_eq!(caller.send("POST", "/sdkapi/v2/room/read", &json, body.as_bytes()).json()["ret"], 40002);
    // A token that nobody percent-encoded still ends in `==`.
    let raw = format!("/sdkapi/v2/room/read?token={token}&room_id={QUIET}");
    assert_eq!(caller.send("GET", &raw, &[], b"").json()["ret"], 0);
}

#[test]
fn upload_and_download() {
    let caller = Caller::new();
    let content: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
    let uploaded = caller.upload("", "file", "my picture&1.png", &content).json();
    let url = uploaded["download_url"].as_str().unwrap().to_owned();
    assert!(url.ends_with("/attachment?file=/opt/3tee/resources/my%20picture%261.png"), "{url}");
    let whole = caller.download(&url, &[]);
    assert_eq!((whole.status, whole.header("content-type")), (200, Some("image/png")));
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    assert!(whole.body == content);
    let etag = whole.header("etag").unwrap();

    let part = caller.download(&url, &[("Range", "bytes=99990-")]);
    assert_eq!((part.status, part.header("content-range")), (206, Some("bytes 99990-99999/100000")));
    assert_eq!(part.body, content[99_990..]);
    let resumed = caller.download(&url, &[("Range", "bytes=10-19"), ("If-Range", etag)]);
    assert_eq!((resumed.status, resumed.body.as_slice()), (206, &content[10..20]));
    let other = caller.download(&url, &[("Range", "bytes=10-19"), ("If-Range", "\"other\"")]);
    assert_eq!((other.status, other.body.len()), (200, 100_000));
    assert_eq!(caller.download(&url, &[("Range", "bytes=100000-")]).status, 416);

    let missing = caller.send("GET", "/attachment?file=/etc/passwd", &[], b"");
    assert_eq!((missing.status, missing.json()["ret"].clone()), (404, json!(404)));
}

/// T7: taken with and without a token; one that is given has to be right.
#[test]
fn upload_with_and_without_token() {
    let mut caller = Caller::new();
    let token = caller.avd_token();
    let ret = |query: &str| caller.upload(query, "file", "a.mp4", b"x").json()["ret"].clone();
    assert_eq!(ret(""), 0);
    assert_eq!(ret(&encode(&[("token", &token)])), 0);
    assert_eq!(ret("token=wrong"), 40003);
}

#[test]
fn upload_rules() {
    let caller = Caller::new();
    let upload =
        |query: &str, field: &str, name: &str, content: &[u8]| caller.upload(query, field, name, content).json();
    for name in ["a.png", "b.JPG", "c.mp3", "d.mp4", "e.avi", "C:\\\\pictures\\\\f.png"] {
        assert_eq!(upload("", "file", name, b"x")["ret"], 0, "{name}");
    }
    for name in ["a.jpeg", "b.exe", "noextension", ".png.gif"] {
        assert_eq!(upload("", "file", name, b"x")["ret"], 10911, "{name}");
    }
    assert_eq!(upload("", "attachment", "a.png", b"x")["ret"], 10911);
    let path = upload("path=/root/pictures/", "file", "a.png", b"x");
    assert!(path["download_url"].as_str().unwrap().ends_with("file=/root/pictures/a.png"));
    for folder in ["relative", "/root/../etc", "/a%0Ab"] {
        assert_eq!(upload(&format!("path={folder}"), "file", "a.png", b"x")["ret"], 10912, "{folder}");
    }
    let no_form = caller.send("POST", "/uploadfile", &[("Content-Type", "image/png")], b"x").json();
    assert_eq!(no_form["ret"], 10910);
    let broken = [("Content-Type", "multipart/form-data; boundary=b")];
    assert_eq!(caller.send("POST", "/uploadfile", &broken, b"--b\r\nhalf").json()["ret"], 10910);
}

/// 004 L3611, L3625: above 50 MB only into the cluster.
#[test]
fn large_uploads() {
    let caller = Caller::new();
    let large = vec![7; 50 * 1024 * 1024 + 1];
    assert_eq!(caller.upload("", "file", "a.mp4", &large[1..]).json()["ret"], 0);
    assert_eq!(caller.upload("", "file", "a.mp4", &large).json()["ret"], 10912);
    assert_eq!(caller.upload("storage_only_cluster=true", "file", "a.mp4", &large).json()["ret"], 0);
}

/// An uploaded film can be played.
#[test]
fn uploads_are_files_of_the_server() {
    let mut caller = Caller::new();
    caller.upload("", "file", "film.mp4", b"film");
    let room = ("room_id", caller::BUSY);
    let play = [room, ("play_id", "8c2f4a60-1b9d-4d57-b3e2-7f05a6d1c894"), ("url", "/opt/3tee/resources/film.mp4")];
    assert_eq!(caller.avd("/media/play", &play)["data"]["has_video"], 1);
}

#[test]
fn play_urls_lead_to_the_file() {
    let mut caller = Caller::new();
    let file = caller.avd("/room/desktop_record/get", &[("room_id", QUIET), ("name", "desk")])["data"][0].clone();
    let answer = caller.download(file["play_url"].as_str().unwrap(), &[]);
    let location = answer.header("location").unwrap().to_owned();
    assert_eq!(answer.status, 302);
    assert!(file["download_url"].as_str().unwrap().ends_with(&location));
    assert_eq!(caller.send("GET", &location, &[], b"").status, 200);
    assert_eq!(caller.send("GET", "/videoPlayer?url=https://example.org/", &[], b"").status, 404);
}

/// URLs name the address by which the caller came.
#[test]
fn urls_follow_the_host_header() {
    let mut caller = Caller::new();
    let token = caller.avd_token();
    let path = format!("/sdkapi/v2/room/record/get?token={token}&room_id={QUIET}");
    let url = |host: &str| {
        let answer = caller.send("GET", &path, &[("Host", host)], b"").json();
        answer["data"][0]["download_url"].as_str().unwrap().to_owned()
    };
    assert!(url("sandbox.test:8800").starts_with("http://sandbox.test:8800/attachment?"));
    assert!(url("evil/path?x=").starts_with(&caller.url("/attachment?")));
}

#[test]
fn exchanges_are_recorded() {
    let mut caller = Caller::new();
    let token = caller.avd_token();
    caller.sandbox.clear_exchanges();
    caller.avd("/room/read", &[("room_id", QUIET)]);
    caller.avd_form("/room/read", &[("room_id", "周")]);
    let exchanges = caller.sandbox.exchanges();
    assert_eq!(exchanges.len(), 2);
    let first = &exchanges[0];
    assert_eq!((first.method.as_str(), first.path.as_str()), ("GET", "/sdkapi/v2/room/read"));
    assert_eq!(first.query, format!("token={}&room_id={QUIET}", token.replace('=', "%3D")));
    assert_eq!((first.status, first.body.len()), (200, 0));
    assert!(first.headers.iter().any(|(name, value)| name == "host" && value.starts_with("127.0.0.1:")));
    assert!(String::from_utf8_lossy(&first.reply).contains("周会"));
    let second = String::from_utf8_lossy(&exchanges[1].body).into_owned();
    assert!(second.ends_with("&room_id=%E5%91%A8"), "{second}");
    // Bounded in number and in size.
    let body = vec![b'x'; 100_000];
    caller.send("POST", "/", &[], &body);
    assert_eq!(caller.sandbox.exchanges()[2].body.len(), 64 * 1024);
    for _ in 0..1100 {
        caller.send("GET", "/", &[], b"");
    }
    assert_eq!(caller.sandbox.exchanges().len(), 1000);
    caller.sandbox.clear_exchanges();
    assert!(caller.sandbox.exchanges().is_empty());
}

/// A failure on request comes in the operation's envelope, as often as asked, and changes nothing.
#[test]
fn failures_on_request() {
    let mut caller = Caller::new();
    caller.sandbox.fail_next("/sdkapi/v2/room/close", 41001, 2);
    for _ in 0..2 {
        assert_eq!(caller.avd("/room/close", &[("room_id", QUIET)]), json!({"code": 41001, "msg": "redis error"}));
    }
    assert_eq!(caller.avd("/room/close", &[("room_id", QUIET)])["code"], 200);
    caller.sandbox.fail_next("/v1/kickout", 606000006, 1);
    let kick = json!({"app_id": "8f14e45fceea467a9f36dedd4bea2543", "user_id": "u1001"});
    assert_eq!(caller.hst_json("POST", "/v1/kickout", &kick), json!({"code": 606000006, "msg": "System busy"}));
    assert_eq!(caller.hst_json("POST", "/v1/kickout", &kick)["code"], 0);
    caller.sandbox.fail_next("/v2/video/count_qos_by_day", 7, 1);
    let day = json!({"QueryDate": "20191210"});
    assert_eq!(caller.youme("count_qos_by_day", &day)["ErrorCode"], 7);
    assert_eq!(caller.youme("count_qos_by_day", &day)["ErrorCode"], 0);
}
