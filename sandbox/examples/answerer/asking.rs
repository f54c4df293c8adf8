//! One request to the sandbox, as bytes.

use crate::Outcome;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

pub const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// One request on a connection of its own; head and body of the answer.
pub fn ask(address: &str, request: &str, body: &str) -> Outcome<(Vec<u8>, Vec<u8>)> {
    let mut connection = BufReader::new(TcpStream::connect(address)?);
    let length = body.len();
    let fields = format!("Host: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}");
    write!(connection.get_mut(), "{request} HTTP/1.1\r\n{fields}\r\n\r\n{body}")?;
    let mut head = Vec::new();
    while !head.ends_with(END_OF_HEAD) {
        if connection.read_until(b'\n', &mut head)? == 0 {
            return Err("the sandbox hung up".into());
        }
    }
    let mut body = vec![0; content_length(&head).ok_or("no length")?];
    connection.read_exact(&mut body)?;
    Ok((head, body))
}

/// What a head says of the length of what follows.
pub fn content_length(head: &[u8]) -> Option<usize> {
    let name = b"content-length:";
    let line = head
        .split(|byte| *byte == b'\n')
        .find(|line| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))?;
    std::str::from_utf8(line.get(name.len()..)?).ok()?.trim().parse().ok()
}

pub fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

pub fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
