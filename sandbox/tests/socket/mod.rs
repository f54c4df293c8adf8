//! A bare socket: what a fault does to the bytes is only seen below any HTTP client.

// Each test target uses its own part of this.
#![allow(dead_code)]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Longer than any machine is busy.
pub const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The other side closed.
    Closed,
    /// The other side reset the connection.
    Reset,
    /// Nothing came any more in the time given.
    Silent,
}

/// Everything that came, and how it ended.
#[derive(Debug)]
pub struct Arrived {
    pub text: String,
    pub end: End,
    pub took: Duration,
}

impl Arrived {
    /// Without the blank line; empty if the head is not whole.
    pub fn head(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |(head, _)| head)
    }

    pub fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head().lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn length(&self) -> usize {
        self.header("content-length").unwrap().parse().unwrap()
    }
}

pub fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.set_nodelay(true).unwrap();
    socket
}

/// A request as simple as can be.
pub fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: sandbox\r\n\r\n")
}

/// Sends a request by a connection of its own, and reads until the connection ends.
pub fn exchange(address: SocketAddr, request: &str) -> Arrived {
    let mut socket = connect(address);
    let written = socket.write_all(request.as_bytes());
    let arrived = read_to_end(&mut socket);
    // A connection that was reset says so once, perhaps already when the request is written.
    let end = if written.is_err() { End::Reset } else { arrived.end };
    Arrived { end, ..arrived }
}

pub fn read_to_end(socket: &mut TcpStream) -> Arrived {
    let started = Instant::now();
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let end = loop {
        match socket.read(&mut piece) {
            Ok(0) => break End::Closed,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break End::Silent,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break End::Reset,
            Err(error) => panic!("{error}"),
        }
    };
    Arrived { text: String::from_utf8(bytes).unwrap(), end, took: started.elapsed() }
}

/// Sends a request and reads one whole answer; the connection stays open.
pub fn ask(socket: &mut TcpStream, request: &str) -> Arrived {
    let started = Instant::now();
    socket.write_all(request.as_bytes()).unwrap();
    let mut arrived = Arrived { text: String::new(), end: End::Silent, took: Duration::ZERO };
    let mut piece = [0; 4096];
    while arrived.head().is_empty() || arrived.body().len() < arrived.length() {
        let count = socket.read(&mut piece).unwrap();
        assert!(count > 0, "closed after {:?}", arrived.text);
        arrived.text.push_str(std::str::from_utf8(&piece[..count]).unwrap());
    }
    arrived.took = started.elapsed();
    arrived
}

/// Waits for what will be so in a moment.
pub fn until(so: impl Fn() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < PATIENCE, "it never was");
        std::thread::sleep(Duration::from_millis(1));
    }
}
