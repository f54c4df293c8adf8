//! How much memory an answer takes at most, whatever it is: twice its size and a megabyte, seen from outside the process.
#![cfg(target_os = "linux")]

mod drivers;
mod scripted;
mod support;

use drivers::{Driver as _, Line, Program};
use scripted::{Act, Server};
use std::fs;
use std::path::Path;

const READ: &str = r#"{"room_id":"12345123456"}"#;
const SIZE: usize = 15 << 20;
const MEGABYTE: usize = 1 << 20;

/// One answer, and the status that the call ends with.
struct Case {
    name: &'static str,
    status: &'static str,
    answer: Vec<u8>,
}

#[test]
fn an_answer_takes_twice_its_size_at_most() {
    let long = "x".repeat(SIZE);
    let members: String = (0..SIZE / 16).map(|number| format!("\"m{number:07}\":\"x\",")).collect();
    let nested = "[".repeat(100) + &"[1,2],".repeat(SIZE / 6) + "0" + &"]".repeat(100);
    let mut gbk = format!(r#"{{"ret":40000,"msg":"{}"}}"#, "x".repeat(SIZE)).into_bytes();
    gbk[20..SIZE].as_chunks_mut().0.iter_mut().for_each(|two: &mut [u8; 2]| *two = *b"\xb7\xbf");
    let page = format!("<html>{long}</html>");
    let mut cases = Vec::new();
    let mut add = |name, status, http: &str, body: &[u8]| {
        let with_length =
            [format!("HTTP/1.1 {http}\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat();
        let without = [format!("HTTP/1.1 {http}\r\nConnection: close\r\n\r\n").as_bytes(), body].concat();
        cases.push(Case { name, status, answer: with_length });
        cases.push(Case { name, status, answer: without });
    };
    add("a success", "OK", "200 OK", format!(r#"{{"ret":0,"data":"{long}"}}"#).as_bytes());
    add("a success of many members", "OK", "200 OK", format!(r#"{{{members}"ret":0}}"#).as_bytes());
    add("a refusal", "API", "200 OK", format!(r#"{{"ret":40004,"data":"{long}"}}"#).as_bytes());
    add("a refusal with a long message", "API", "200 OK", format!(r#"{{"ret":40004,"msg":"{long}"}}"#).as_bytes());
    add("a refusal of many members", "API", "200 OK", format!(r#"{{{members}"ret":40004}}"#).as_bytes());
    add("a refusal of many values", "API", "200 OK", format!(r#"{{"data":{nested},"ret":40004}}"#).as_bytes());
    add("a refusal in no UTF-8", "API", "200 OK", &gbk);
    add("a page", "HTTP", "500 Oops", page.as_bytes());
    add("a page for a success", "PROTOCOL", "200 OK", page.as_bytes());
    add("JSON that ends too early", "PROTOCOL", "200 OK", format!(r#"{{"ret":0,"data":"{long}"#).as_bytes());

    let mut wrong = Vec::new();
    for (number, case) in cases.into_iter().enumerate() {
        let Case { name, status, answer } = case;
        let size = answer.len();
        let is_last = number % 2 == 1;
        let server = Server::start(move |count, _| match count {
            0 => scripted::json(r#"{"ret":0}"#),
            _ => Act::SendAndClose(answer.clone()),
        });
        let mut program = drivers::c();
        let config = format!(r#"{{"platform":"avd","base_url":"{}","token":"t","max_attempts":1}}"#, server.url());
        assert_eq!(program.ask(Line::New("a", &config)).status, "OK");
        assert_eq!(program.ask(Line::Call("a", "avd.room.read", READ)).status, "OK");
        let before = reset_peak(&program);
        let answered = program.ask(Line::Call("a", "avd.room.read", READ));
        let taken = peak(&program) - before;
        let length = if is_last { "without a length" } else { "with its length" };
        if answered.status != status {
            wrong.push(format!("{name}, {length}: {} {:.300}", answered.status, answered.text()));
        }
        if taken > 2 * size + MEGABYTE {
            let megabytes = |bytes: usize| bytes as f64 / MEGABYTE as f64;
            wrong.push(format!("{name}, {length}: {:.1} MB for {:.1} MB", megabytes(taken), megabytes(size)));
        }
        program.end();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Lets the peak begin anew, at what is resident now.
fn reset_peak(program: &Program) -> usize {
    fs::write(Path::new("/proc").join(program.id().to_string()).join("clear_refs"), "5").unwrap();
    peak(program)
}

/// The most that was resident, in bytes.
fn peak(program: &Program) -> usize {
    let status = fs::read_to_string(Path::new("/proc").join(program.id().to_string()).join("status")).unwrap();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    kilobytes.unwrap().parse::<usize>().unwrap() << 10
}
