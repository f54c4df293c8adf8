//! Long files go out whole, in the same memory at any size; a line that is cut is an error, and nothing goes out twice.
//! `MEETGATE_TRANSFER_MB=1024` makes them longer.
#![cfg(target_os = "linux")]

mod support;

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use std::time::Duration;

const GOOD: &str = r#"{"ret":0}"#;
const PERIOD: usize = 65521;
/// By which memory may grow, at any size.
const MOST_MEMORY: i64 = 8 << 20;
const CUT: u64 = 100 << 20;

fn megabytes() -> u64 {
    std::env::var("MEETGATE_TRANSFER_MB").map_or(256, |text| text.parse().unwrap())
}

/// As in `tests/c/upload_memory.c`.
fn pattern() -> Vec<u8> {
    (0..PERIOD).map(|i| (i * 31 + i / 251) as u8).collect()
}

/// How many bytes of a file came, all as they should be. With a cut, the connection is closed after so many.
fn receive(mut stream: TcpStream, cut: Option<u64>, reply: &str) -> u64 {
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let read_head = |stream: &mut TcpStream| {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        String::from_utf8(head).unwrap()
    };
    let head = read_head(&mut stream).to_ascii_lowercase();
    assert!(head.starts_with("post /uploadfile"), "{head}");
    let (_, after) = head.split_once("content-length: ").unwrap();
    let whole: u64 = after.lines().next().unwrap().parse().unwrap();
    let part = read_head(&mut stream);
    let boundary = part.lines().next().unwrap();
    let tail = format!("\r\n{boundary}--\r\n");
    let length = whole - part.len() as u64 - tail.len() as u64;

    let (pattern, mut buffer, mut got) = (pattern(), vec![0; PERIOD], 0_u64);
    let until = cut.unwrap_or(length);
    while got < until {
        let at = (got % PERIOD as u64) as usize;
        let most = (until - got).min((PERIOD - at) as u64) as usize;
        let count = stream.read(&mut buffer[..most]).unwrap();
        assert!(count > 0, "it ended after {got} bytes");
        assert!(buffer[..count] == pattern[at..at + count], "other bytes came, from {got} on");
        got += count as u64;
    }
    if cut.is_some() {
        return got;
    }
    let mut end = vec![0; tail.len()];
    stream.read_exact(&mut end).unwrap();
    assert_eq!(end, tail.as_bytes());
    answer(&mut stream, reply);
    got
}

fn answer(stream: &mut TcpStream, reply: &str) {
    write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{reply}", reply.len()).unwrap();
}

/// The status of an upload, how often its file was begun, and what progress said last; what the server got each time it was asked.
fn upload(cut: Option<u64>, file: Option<&str>) -> (String, u32, u64, Vec<u64>) {
    let program = support::compile("tests/c/upload_memory.c", &["-std=c99"], "upload-memory");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = format!(
        r#"{{"platform":"avd","base_url":"http://{}","token":"0123456789abcdef"}}"#,
        listener.local_addr().unwrap()
    );
    let server = thread::spawn(move || {
        let first = receive(listener.accept().unwrap().0, cut, GOOD);
        // Whoever asks once more does it before its program ends.
        listener.set_nonblocking(true).unwrap();
        (first, listener)
    });
    let output = support::run(Command::new(program).arg(config).arg(megabytes().to_string()).args(file));
    assert!(output.status.success(), "{}", support::both(&output));
    let (first, listener) = server.join().unwrap();
    let again = listener.accept().is_ok();
    assert!(!again, "it went out once more: {}", support::both(&output));
    let line = String::from_utf8(output.stdout.clone()).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    let grown: i64 = words[1].parse().unwrap();
    assert!(grown < MOST_MEMORY, "memory grew by {grown} bytes: {}", support::both(&output));
    (words[0].to_owned(), words[2].parse().unwrap(), words[3].parse().unwrap(), vec![first])
}

#[test]
fn a_long_upload_from_a_function_takes_no_memory() {
    let length = megabytes() << 20;
    assert_eq!(upload(None, None), ("OK".to_owned(), 1, length, vec![length]));
}

#[test]
fn a_long_upload_from_a_path_takes_no_memory() {
    let folder = support::Folder::new();
    let path = folder.path().join("long.mp4");
    let (length, pattern) = (megabytes() << 20, pattern());
    let mut file = BufWriter::new(File::create(&path).unwrap());
    let mut left = length;
    while left > 0 {
        let count = left.min(PERIOD as u64);
        file.write_all(&pattern[..count as usize]).unwrap();
        left -= count;
    }
    file.flush().unwrap();
    assert_eq!(upload(None, path.to_str()), ("OK".to_owned(), 0, length, vec![length]));
}

#[test]
fn a_line_that_is_cut_ends_an_upload_and_nothing_goes_out_twice() {
    let (status, begun, told, got) = upload(Some(CUT), None);
    assert_eq!((status.as_str(), begun, got), ("NETWORK", 1, vec![CUT]));
    // What the system took and did not send counts; what was left then is not read.
    assert!(told <= CUT + (16 << 20), "{told}");
}

#[test]
fn after_a_dead_token_the_file_is_read_anew() {
    let program = support::compile("tests/c/upload_memory.c", &["-std=c99"], "upload-memory-anew");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = format!(
        r#"{{"platform":"avd","base_url":"http://{}","access_key":"a-key","secret_key":"a-secret"}}"#,
        listener.local_addr().unwrap()
    );
    let server = thread::spawn(move || {
        let mut got = Vec::new();
        for (token, reply) in [("first", r#"{"ret":40003,"msg":"dead"}"#), ("second", GOOD)] {
            let (mut stream, _) = listener.accept().unwrap();
            _ = stream.read(&mut [0; 4096]).unwrap();
            answer(&mut stream, &format!(r#"{{"ret":0,"token":"{token}"}}"#));
            drop(stream);
            got.push(receive(listener.accept().unwrap().0, None, reply));
        }
        got
    });
    let output = support::run(Command::new(program).arg(config).arg("3"));
    assert!(output.stdout.starts_with(b"OK "), "{}", support::both(&output));
    assert_eq!(server.join().unwrap(), [3 << 20, 3 << 20]);
    assert!(output.stdout.ends_with(b" 2 3145728\n"), "{}", support::both(&output));
}
