//! An answer takes twice its size at most, and 1 MB: good or bad, however it is framed and written.
#![cfg(target_os = "linux")]

mod scripted;
mod support;

use scripted::{Act, Server, answer};
use std::process::Command;

const SIZE: usize = 15_000_000;
const MOST: usize = 2 * SIZE + 1_000_000;

/// How an answer says where it ends.
#[derive(Debug, Clone, Copy)]
enum Framing {
    Length,
    Chunks,
    Close,
}

/// Answers, each of the size: what it is, its status line, its body and what becomes of it.
fn answers() -> Vec<(&'static str, &'static str, Vec<u8>, &'static str)> {
    let filled = |begin: &str, filling: &[u8], end: &str| {
        let mut body = begin.as_bytes().to_vec();
        while body.len() + filling.len() + end.len() <= SIZE {
            body.extend_from_slice(filling);
        }
        body.extend_from_slice(end.as_bytes());
        body
    };
    let members = |ret: u32| filled(&format!(r#"{{"ret":{ret},"list":[0"#), br#",{"id":1,"n":"\u4f1a"}"#, "]}");
    let text = |ret: u32, filling: &[u8]| filled(&format!(r#"{{"ret":{ret},"text":""#), filling, r#""}"#);
    vec![
        ("good", "200 OK", members(0), "OK"),
        ("good, one text", "200 OK", text(0, "会".as_bytes()), "OK"),
        ("error", "200 OK", members(40000), "API"),
        ("error, one text", "200 OK", text(40000, br"\u4f1a"), "API"),
        ("error, JSON in a text", "200 OK", text(40000, br#"{\"a\":[\"b\"]}"#), "API"),
        ("error, a long message", "200 OK", filled(r#"{"ret":40000,"msg":""#, br"\n", r#""}"#), "API"),
        ("error, a secret", "200 OK", filled(r#"{"ret":40000,"token":""#, br"\n", r#""}"#), "API"),
        ("error, many names", "200 OK", filled(r#"{"ret":40000"#, br#","a":0"#, "}"), "API"),
        ("error, a long name", "200 OK", filled(r#"{"ret":40000,""#, br"\u4f1a", r#"":0}"#), "API"),
        ("a long number", "200 OK", filled(r#"{"ret":""#, br"\u0030", r#""}"#), "OK"),
        ("error, nested", "200 OK", filled(r#"{"ret":40000,"data":[[[[0"#, b",[1,2]", "]]]]}"), "API"),
        ("HTML", "502 Bad Gateway", filled("<html>", "<p>会</p>".as_bytes(), "</html>"), "HTTP"),
        ("HTML for a success", "200 OK", filled("<html>", b"<p>x</p>", "</html>"), "PROTOCOL"),
        ("JSON that is cut", "200 OK", filled(r#"{"ret":0,"list":["#, b"[],", ""), "PROTOCOL"),
        ("nested", "200 OK", filled("", b"[", ""), "PROTOCOL"),
        ("GBK", "200 OK", text(40000, b"\xb7\xbf"), "API"),
        ("no text at all", "200 OK", filled("", b"\xff\x00\x81\xfe", ""), "PROTOCOL"),
        ("NUL", "200 OK", text(0, b"\0"), "PROTOCOL"),
    ]
}

fn framed(framing: Framing, status: &str, body: &[u8]) -> Act {
    let head = |line: &str| format!("HTTP/1.1 {status}\r\n{line}\r\n").into_bytes();
    match framing {
        Framing::Length => Act::Send([&head(&format!("Content-Length: {}\r\n", body.len())), body].concat()),
        Framing::Close => Act::SendAndClose([&head("Connection: close\r\n"), body].concat()),
        Framing::Chunks => {
            let mut bytes = head("Transfer-Encoding: chunked\r\n");
            for piece in body.chunks(50_000) {
                bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
                bytes.extend_from_slice(piece);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
            Act::Send(bytes)
        }
    }
}

#[test]
fn an_answer_takes_no_more_than_twice_its_size() {
    if !support::has("cc") {
        return;
    }
    let library = support::released_library();
    let program = support::compile_with(&library, "tests/c/peak_memory.c", &["-std=c99"], "peak-memory");
    let mut wrong = Vec::new();
    for (what, status, body, becomes) in answers() {
        assert!(body.len() <= SIZE && body.len() > SIZE - 100, "{what}: {}", body.len());
        for framing in [Framing::Length, Framing::Chunks, Framing::Close] {
            let act = framed(framing, status, &body);
            let server = Server::start(move |number, _| match number {
                0 => Act::Send(answer("200 OK", "", r#"{"ret":0}"#)),
                _ => act.clone(),
            });
            let config = format!(r#"{{"platform":"avd","base_url":"{}","token":"t","max_attempts":2}}"#, server.url());
            let arguments = [&config, "avd.room.read", r#"{"room_id":"12345123456"}"#];
            let output = support::run(Command::new(&program).args(arguments));
            let shown = support::both(&output);
            if output.status.code() == Some(3) {
                return support::skipped("the peak of memory cannot be measured here: /proc/self/clear_refs");
            }
            assert!(output.status.success(), "{what}, {framing:?}: {}\n{shown}", output.status);
            for line in shown.lines() {
                let [status, length, peak] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
                let (length, peak): (usize, usize) = (length.parse().unwrap(), peak.parse().unwrap());
                let is_kept_short = status == "OK" && length == body.len() || status != "OK" && length < 70_000;
                if status != becomes || !is_kept_short || peak > MOST {
                    wrong.push(format!("{what}, {framing:?}: {status}, reply {length}, peak {peak}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
