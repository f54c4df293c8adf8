//! A server on this machine that answers as the target says, and keeps connections as the target says.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request as it arrived.
pub struct Request {
    pub method: String,
    pub path: String,
    /// Before the body.
    pub head: String,
}

/// What the server does with a request.
pub struct Reply {
    pub bytes: Vec<u8>,
    pub then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Then {
    Keep,
    /// Waits so long for another request; then it closes.
    KeepFor(Duration),
    Close,
}

/// As many connections may be open at once.
const THREADS: usize = 10;

type Script = Box<dyn FnMut(&Request) -> Reply + Send>;

pub struct Server {
    pub url: String,
    script: Arc<Mutex<Script>>,
}

impl Server {
    pub fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script: Arc<Mutex<Script>> = Arc::new(Mutex::new(Box::new(|_| json("{}"))));
        // Threads that are there already: to make one for each connection takes longer than to answer.
        for _ in 0..THREADS {
            let (listener, script) = (listener.try_clone().unwrap(), Arc::clone(&script));
            thread::spawn(move || {
                for connection in listener.incoming().flatten() {
                    _ = serve(connection, &script);
                }
            });
        }
        Server { url, script }
    }

    /// What it answers from now on.
    pub fn answers(&self, script: impl FnMut(&Request) -> Reply + Send + 'static) {
        *self.script.lock().unwrap() = Box::new(script);
    }
}

/// A 200 with this body.
pub fn json(body: &str) -> Reply {
    answer(200, body.as_bytes())
}

/// A whole HTTP answer.
pub fn answer(status: u16, body: &[u8]) -> Reply {
    let mut bytes = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    Reply { bytes, then: Then::Keep }
}

fn serve(mut connection: TcpStream, script: &Mutex<Script>) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut held = Vec::new();
    loop {
        let request = read(&mut connection, &mut held)?;
        let Reply { bytes, then } = script.lock().unwrap()(&request);
        connection.write_all(&bytes)?;
        match then {
            Then::Keep => {}
            Then::KeepFor(time) => connection.set_read_timeout(Some(time))?,
            Then::Close => return connection.shutdown(Shutdown::Both),
        }
    }
}

fn read(connection: &mut TcpStream, held: &mut Vec<u8>) -> io::Result<Request> {
    let end = loop {
        match held.windows(4).position(|window| window == b"\r\n\r\n") {
            Some(end) => break end + 4,
            // TLS, or what is no HTTP.
            None if held.first().is_some_and(|byte| !byte.is_ascii_uppercase()) => {
                return Err(io::ErrorKind::InvalidData.into());
            }
            None => more(connection, held)?,
        }
    };
    let head = String::from_utf8_lossy(&held[..end]).into_owned();
    let length: usize = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
        .unwrap_or(0);
    while held.len() < end + length {
        more(connection, held)?;
    }
    held.drain(..end + length);
    let mut words = head.split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let (method, target) = (word(), word());
    Ok(Request { method, path: target.split('?').next().unwrap_or_default().to_owned(), head })
}

fn more(connection: &mut TcpStream, held: &mut Vec<u8>) -> io::Result<()> {
    let mut piece = [0; 4096];
    match connection.read(&mut piece)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        length => {
            held.extend_from_slice(&piece[..length]);
            Ok(())
        }
    }
}
