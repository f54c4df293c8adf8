//! Clients that know nothing of the sandbox work unchanged: curl, and a browser's upload. And the console in a real browser.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod browser;
mod caller;
mod scratch;

use browser::Browser;
use caller::{Caller, QUIET};
use meetgate_sandbox::Options;
use scratch::Folder;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

/// Runs curl as a user would; silent but for errors, and never for ever.
fn curl(arguments: &[&str]) -> Output {
    Command::new("curl").args(["--silent", "--show-error", "--max-time", "20"]).args(arguments).output().unwrap()
}

fn curl_json(arguments: &[&str]) -> Value {
    let output = curl(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error} in {output:?}"))
}

fn curl_is_missing() -> bool {
    let missing = Command::new("curl").arg("--version").output().is_err();
    if missing {
        // Past the capture of passed tests' output: a skipped part must not look like a pass.
        let _ = writeln!(std::io::stderr(), "SKIPPED: curl is not installed");
    }
    missing
}

#[test]
fn curl_calls_with_a_query_and_with_a_form() {
    if curl_is_missing() {
        return;
    }
    let caller = Caller::new();
    let keys = ["access_key", "secret_key"].map(|name| format!("{name}={}", caller.setting("avd", name)));
    let got = curl_json(&[&caller.url(&format!("/sdkapi/v2/app/get_token?{}&{}", keys[0], keys[1]))]);
    assert_eq!(got["ret"], 0);
    let posted = curl_json(&[
        "--data-urlencode",
        &keys[0],
        "--data-urlencode",
        &keys[1],
        &caller.url("/sdkapi/v2/app/get_token"),
    ]);
    let token = format!("token={}", posted["token"].as_str().unwrap());

    // `-G` makes a query of what `--data-urlencode` has encoded: the token ends in `==`.
    let create = [
        "--data-urlencode",
        &token,
        "--data-urlencode",
        "topic=周会 & more",
        "-d",
        "room_id=12345123457",
        "-d",
        "user_id=16",
    ];
    let room = caller.url("/sdkapi/v2/room/create");
    assert_eq!(curl_json(&[&["-G"], &create[..], &[&room]].concat())["ret"], 0);
    let again = curl_json(&[&create[..], &[&room]].concat());
    assert_eq!(again, json!({"ret": 40005, "msg": "room_id exists"}));
    let read = caller.url("/sdkapi/v2/room/read?room_id=12345123457");
    assert_eq!(curl_json(&["--data-urlencode", &token, &read])["data"]["topic"], "周会 & more");
    // A form may travel as multipart too.
    assert_eq!(curl_json(&["-F", &token, "-F", "room_id=12345123457", &caller.url("/sdkapi/v2/room/read")])["ret"], 0);
}

#[test]
fn curl_calls_with_json_and_headers() {
    if curl_is_missing() {
        return;
    }
    let caller = Caller::new();
    let developer = format!("Authorization: {}", caller.hst_authorization());
    let fetched = curl_json(&["-H", &developer, &caller.url("/access/token")]);
    let token = format!("Authorization: {}", fetched["result"]["access_token"].as_str().unwrap());
    let body = r#"{"app_id":"8f14e45fceea467a9f36dedd4bea2543","user_id":"u1001"}"#;
    let kind = "Content-Type: application/json;charset=UTF-8";
    assert_eq!(curl_json(&["-H", &token, "-H", kind, "-d", body, &caller.url("/v1/kickout")])["code"], 0);
    let state = caller.url("/v1/online/user/state?app_id=8f14e45fceea467a9f36dedd4bea2543&msg_id=1");
    assert_eq!(curl_json(&["-H", &token, &state])["result"]["user_list"][0]["state"], 0);

    let query = caller.youme_query(&(caller::now_ms() / 1000).to_string(), Some("curl-1"));
    let url = caller.url(&format!("/v2/video/count_qos_by_day?{query}"));
    let answer = curl_json(&["-H", "Content-Type: application/json", "-d", r#"{"QueryDate":"20191210"}"#, &url]);
    assert_eq!(answer["Status"], "OK");
}

#[test]
fn curl_uploads_and_downloads() {
    if curl_is_missing() {
        return;
    }
    let caller = Caller::new();
    let folder = Folder::new("curl");
    let content: Vec<u8> = (0..300_000_u32).map(|n| (n * 7 % 251) as u8).collect();
    let original = folder.write("开场 1.mp4", &content);
    let file = format!("file=@{}", text(&original));
    // curl asks before it sends so much (`Expect: 100-continue`), and is answered.
    let uploaded = curl_json(&["-H", "Expect: 100-continue", "-F", &file, &caller.url("/uploadfile")]);
    assert_eq!(uploaded["ret"], 0, "{uploaded}");
    let url = uploaded["download_url"].as_str().unwrap();

    let whole = folder.path("whole.mp4");
    assert!(curl(&["-o", text(&whole), url]).status.success());
    assert_eq!(std::fs::read(&whole).unwrap(), content);

    // A download that broke off after 100,000 bytes goes on where it stopped.
    let resumed = folder.write("resumed.mp4", &content[..100_000]);
    let written = curl(&["-C", "-", "-o", text(&resumed), "-w", "%{http_code} %{size_download}", url]);
    assert_eq!(String::from_utf8_lossy(&written.stdout), "206 200000");
    assert_eq!(std::fs::read(&resumed).unwrap(), content);

    let head = curl(&["-I", url]);
    let head = String::from_utf8_lossy(&head.stdout).to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{head}");
    for line in ["content-length: 300000", "content-type: video/mp4", "accept-ranges: bytes", "etag: \""] {
        assert!(head.contains(line), "{line} in {head}");
    }
}

#[test]
fn curl_downloads_a_recording() {
    if curl_is_missing() {
        return;
    }
    let mut caller = Caller::new();
    let folder = Folder::new("curl-recording");
    let list = caller.avd("/room/mix_record/get", &[("room_id", QUIET)]);
    let recording = &list["data"][0]["transcode_files"][0];
    let url = recording["download_url"].as_str().unwrap();
    let file = folder.path("weekly.mp4");
    assert!(curl(&["-o", text(&file), url]).status.success());
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(&bytes[4..8], b"ftyp");
    // The web player's page sends a browser to the same file.
    let played = curl(&["-L", "-o", text(&folder.path("played.mp4")), recording["play_url"].as_str().unwrap()]);
    assert!(played.status.success());
    assert_eq!(std::fs::read(folder.path("played.mp4")).unwrap(), bytes);
}

/// A form as Chrome posts it: the fields in the form's order with the file between them, a name in Chinese as raw UTF-8, CRLF
/// inside a field, no charset anywhere.
#[test]
fn a_form_as_chrome_posts_it() {
    let boundary = "----WebKitFormBoundaryGz7Kq0mAeXl3Vt9B";
    let body = form(
        boundary,
        &[
            ("name=\"comment\"", None, b"first line\r\nsecond line"),
            (
                "name=\"file\"; filename=\"会议 logo.png\"",
                Some("image/png"),
                b"\x89PNG\r\n\x1a\n--not the boundary\r\n",
            ),
            ("name=\"path\"", None, b"/opt/3tee/resources/logos"),
            ("name=\"empty\"; filename=\"\"", Some("application/octet-stream"), b""),
        ],
    );
    let caller = Caller::new();
    let answer = post(&caller, &format!("multipart/form-data; boundary={boundary}"), &body);
    let url = answer["download_url"].as_str().unwrap_or_else(|| panic!("{answer}"));
    assert!(url.ends_with("/attachment?file=/opt/3tee/resources/logos/%E4%BC%9A%E8%AE%AE%20logo.png"), "{url}");
    assert_eq!(caller.download(url, &[]).body, b"\x89PNG\r\n\x1a\n--not the boundary\r\n");
}

/// What other clients do differently: the boundary quoted, the name once more as `filename*`, parameters in another order
/// and case, a preamble and an epilogue.
#[test]
fn multipart_in_other_spellings() {
    let caller = Caller::new();
    let boundary = "a b:c=1";
    let mut body = b"This is a message with several parts.\r\n".to_vec();
    let disposition = "filename*=UTF-8''%E4%BC%9A%E8%AE%AE.mp3; filename=\"fallback.mp3\"; name=\"file\"";
    body.extend(form(boundary, &[("name=path", None, b"/srv/sound"), (disposition, Some("audio/mpeg"), b"sound")]));
    body.extend(b"the end");
    let answer = post(&caller, &format!("Multipart/Form-Data; charset=utf-8; Boundary=\"{boundary}\""), &body);
    let url = answer["download_url"].as_str().unwrap_or_else(|| panic!("{answer}"));
    // RFC 6266: the encoded name is the better one.
    assert!(url.ends_with("/attachment?file=/srv/sound/%E4%BC%9A%E8%AE%AE.mp3"), "{url}");
    assert_eq!(caller.download(url, &[]).body, b"sound");
}

/// Broken bodies get the documented number, not a broken connection.
#[test]
fn multipart_that_is_broken() {
    let caller = Caller::new();
    let good = form("x", &[("name=\"file\"; filename=\"a.png\"", Some("image/png"), b"png")]);
    let cut = &good[..good.len() - 10];
    for (kind, body) in [
        ("multipart/form-data", &good[..]),
        ("multipart/form-data; boundary=y", &good[..]),
        ("multipart/form-data; boundary=x", cut),
        ("multipart/form-data; boundary=x", b""),
        ("application/octet-stream", &good[..]),
    ] {
        let answer = post(&caller, kind, body);
        assert!(answer["ret"] == 10910 || answer["ret"] == 10911, "{kind}: {answer}");
    }
}

/// A multipart body: what stands after `form-data; `, the type, the content.
fn form(boundary: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (disposition, kind, content) in parts {
        body.extend(format!("--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n").into_bytes());
        body.extend(kind.map_or(String::new(), |kind| format!("Content-Type: {kind}\r\n")).into_bytes());
        body.extend(b"\r\n");
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").into_bytes());
    body
}

/// Posts to `/uploadfile` over a plain socket, with the headers that a browser sends along.
fn post(caller: &Caller, kind: &str, body: &[u8]) -> Value {
    let address = caller.sandbox.address();
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "POST /uploadfile HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\nContent-Type: {kind}\r\n\
         Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\nOrigin: http://{address}\r\n\
         Accept-Encoding: gzip, deflate, br\r\nAccept-Language: zh-CN,zh;q=0.9\r\nCookie: a=b\r\n\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes()).unwrap();
    // As a network has it: not in one piece.
    for piece in body.chunks(17) {
        socket.write_all(piece).unwrap();
    }
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    let _ = socket.shutdown(Shutdown::Both);
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{text:?}"));
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error} in {text}"))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A body that is no HTTP is not taken for one that is too long.
#[test]
fn a_broken_body_is_told_from_one_that_is_too_long() {
    let caller = Caller::new();
    let status = |head: &str, body: &[u8]| {
        let mut socket = TcpStream::connect(caller.sandbox.address()).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!("POST /uploadfile HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\n\r\n");
        socket.write_all(head.as_bytes()).unwrap();
        // Who sends too much is not heard to the end.
        let _ = socket.write_all(body);
        let mut answer = [0; 12];
        socket.read_exact(&mut answer).unwrap();
        String::from_utf8_lossy(&answer[9..]).into_owned()
    };
    assert_eq!(status("Transfer-Encoding: chunked", b"zz\r\n"), "400");
    assert_eq!(status("Content-Length: 300000000", b"some of it"), "413");
}

/// What it does is in `browser/console.mjs`.
#[test]
fn a_browser_works_with_the_console() {
    let Some(browser) = Browser::find() else {
        return;
    };
    let caller = Caller::with(Options { console: true, ..Options::default() });
    let [access_key, secret_key] = ["access_key", "secret_key"].map(|name| caller.setting("avd", name));
    let output = browser.run("console.mjs", &[&caller.url(""), &access_key, &secret_key]);
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}
