//! A server of one file, with the ways of servers that tests of downloads need: validators, ranges, cuts, redirects. The file is made
//! as it is sent, so that it can be of any size.

#![allow(dead_code, reason = "each test program uses some of it")]

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// How the server serves the file.
#[derive(Clone)]
pub struct Ways {
    pub length: u64,
    /// Which file it is: its bytes follow from it.
    pub seed: u64,
    pub etag: Option<&'static str>,
    pub last_modified: Option<&'static str>,
    /// Ranges are served.
    pub ranges: bool,
    /// No Content-Length: the body ends with the connection.
    pub is_endless: bool,
    /// More header lines.
    pub more: String,
    /// Each connection is cut after so many bytes of the body.
    pub cut_after: Option<u64>,
    /// And silent after so many.
    pub silent_after: Option<u64>,
    /// What is answered in place of the file, by the number of the request.
    pub instead: Option<fn(usize) -> Option<String>>,
    /// Ranges of any file are served, whatever `If-Range` says.
    pub ignores_if_range: bool,
    /// A range begins here, and not where it was asked for.
    pub range_from: Option<u64>,
}

impl Default for Ways {
    fn default() -> Ways {
        Ways {
            length: 100_000,
            seed: 1,
            etag: Some("\"one\""),
            last_modified: None,
            ranges: true,
            is_endless: false,
            more: String::new(),
            cut_after: None,
            silent_after: None,
            instead: None,
            ignores_if_range: false,
            range_from: None,
        }
    }
}

pub struct FileServer {
    pub address: SocketAddr,
    ways: Arc<Mutex<Ways>>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl FileServer {
    pub fn start(ways: Ways) -> FileServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (ways, heads) = (Arc::new(Mutex::new(ways)), Arc::new(Mutex::new(Vec::new())));
        let (served, seen) = (Arc::clone(&ways), Arc::clone(&heads));
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (served, seen) = (Arc::clone(&served), Arc::clone(&seen));
                thread::spawn(move || serve(connection, &served, &seen));
            }
        });
        FileServer { address, ways, heads }
    }

    pub fn url(&self) -> String {
        format!("http://{}/attachment?file=/a/b.mp4", self.address)
    }

    /// From now on.
    pub fn change(&self, change: impl FnOnce(&mut Ways)) {
        change(&mut self.ways.lock().unwrap());
    }

    /// The heads of the requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    pub fn content(&self) -> Vec<u8> {
        let ways = self.ways.lock().unwrap().clone();
        let mut bytes = vec![0; ways.length as usize];
        fill(ways.seed, 0, &mut bytes);
        bytes
    }
}

/// The bytes of a file from an offset on.
pub fn fill(seed: u64, offset: u64, bytes: &mut [u8]) {
    let mut at = offset;
    let mut rest = bytes;
    while !rest.is_empty() {
        // Eight at a time, each of its place.
        let word = (at / 8 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(seed).rotate_left(23).to_le_bytes();
        let from = (at % 8) as usize;
        let count = rest.len().min(8 - from);
        rest[..count].copy_from_slice(&word[from..from + count]);
        rest = &mut rest[count..];
        at += count as u64;
    }
}

fn serve(mut connection: TcpStream, ways: &Mutex<Ways>, heads: &Mutex<Vec<String>>) -> io::Result<()> {
    loop {
        let head = read_head(&mut connection)?;
        let number = {
            let mut heads = heads.lock().unwrap();
            heads.push(head.clone());
            heads.len() - 1
        };
        let ways = ways.lock().unwrap().clone();
        if let Some(answer) = ways.instead.and_then(|instead| instead(number)) {
            connection.write_all(answer.as_bytes())?;
            continue;
        }
        if !answer(&mut connection, &ways, &head)? {
            return Ok(());
        }
    }
}

/// Whether the connection goes on.
fn answer(connection: &mut TcpStream, ways: &Ways, head: &str) -> io::Result<bool> {
    let header = |name: &str| {
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}: ")))?;
        Some(line[name.len() + 2..].to_owned())
    };
    let same = ways.ignores_if_range
        || header("if-range").is_none_or(|tag| Some(tag.as_str()) == ways.etag.or(ways.last_modified));
    let first = header("range")
        .filter(|_| ways.ranges && same)
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<u64>().ok());
    let mut lines = ways.more.clone();
    if let Some(etag) = ways.etag {
        lines += &format!("ETag: {etag}\r\n");
    }
    if let Some(time) = ways.last_modified {
        lines += &format!("Last-Modified: {time}\r\n");
    }
    let first = match first {
        Some(first) if first >= ways.length => {
            let range = format!("Content-Range: bytes */{}\r\nContent-Length: 0\r\n", ways.length);
            write!(connection, "HTTP/1.1 416 Range Not Satisfiable\r\n{range}{lines}\r\n")?;
            return Ok(true);
        }
        first => first.map(|first| ways.range_from.unwrap_or(first)),
    };
    let begin = first.unwrap_or(0);
    let left = ways.length - begin;
    let status = if first.is_some() { "206 Partial Content" } else { "200 OK" };
    if first.is_some() {
        lines += &format!("Content-Range: bytes {begin}-{}/{}\r\n", ways.length - 1, ways.length);
    }
    if !ways.is_endless {
        lines += &format!("Content-Length: {left}\r\n");
    }
    write!(connection, "HTTP/1.1 {status}\r\n{lines}\r\n")?;
    let most = ways.cut_after.or(ways.silent_after).unwrap_or(u64::MAX).min(left);
    send(connection, ways.seed, begin, most)?;
    if most < left {
        if ways.silent_after.is_some() {
            thread::sleep(Duration::from_secs(30));
        }
        return Ok(false);
    }
    Ok(!ways.is_endless)
}

fn send(connection: &mut TcpStream, seed: u64, begin: u64, count: u64) -> io::Result<()> {
    let mut piece = vec![0; 1 << 20];
    let mut sent = 0;
    while sent < count {
        let now = (count - sent).min(piece.len() as u64) as usize;
        fill(seed, begin + sent, &mut piece[..now]);
        connection.write_all(&piece[..now])?;
        sent += now as u64;
    }
    Ok(())
}

fn read_head(connection: &mut TcpStream) -> io::Result<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        connection.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}
