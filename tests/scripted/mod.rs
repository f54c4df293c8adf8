//! A server that answers as a test scripts it, for what no platform would do: silence, cuts, nonsense.

#![allow(dead_code, reason = "each test program uses some of it")]

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub head: String,
    pub body: Vec<u8>,
}

/// What the server does with a request.
#[derive(Clone)]
pub enum Act {
    /// Sends these bytes and keeps the connection.
    Send(Vec<u8>),
    /// Sends these bytes and closes the connection.
    SendAndClose(Vec<u8>),
    /// Keeps the connection, and says nothing.
    Silence,
}

pub struct Server {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answers each request, counted from 0, with what the script says.
    pub fn start(script: impl Fn(usize, &Request) -> Act + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (script, seen) = (Arc::new(script), Arc::clone(&requests));
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (script, seen) = (Arc::clone(&script), Arc::clone(&seen));
                thread::spawn(move || serve(connection, script.as_ref(), &seen));
            }
        });
        Server { address, requests }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// How many requests had this path.
    pub fn count(&self, path: &str) -> usize {
        self.requests().iter().filter(|request| request.target.split('?').next() == Some(path)).count()
    }
}

fn serve(
    mut connection: TcpStream,
    script: &(dyn Fn(usize, &Request) -> Act + Send + Sync),
    seen: &Mutex<Vec<Request>>,
) -> Option<()> {
    loop {
        let request = read(&mut connection).ok()?;
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.push(request.clone());
            seen.len() - 1
        };
        match script(number, &request) {
            Act::Send(bytes) => connection.write_all(&bytes).ok()?,
            Act::SendAndClose(bytes) => return connection.write_all(&bytes).ok(),
            Act::Silence => thread::sleep(Duration::from_secs(60)),
        }
    }
}

fn read(connection: &mut TcpStream) -> io::Result<Request> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        connection.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    let mut words = head.split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    Ok(Request { method: word(), target: word(), head, body })
}

/// A whole HTTP answer.
pub fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len()).into_bytes()
}

/// A 200 with JSON.
pub fn json(body: &str) -> Act {
    Act::Send(answer("200 OK", "Content-Type: application/json\r\n", body))
}

/// Where nobody listens. A port that was free a moment ago may be another test's by now.
pub const NOBODY_LISTENS: &str = "127.0.0.1:1";

/// Where a TLS handshake meets plain text.
pub fn speaks_no_tls() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let mut open = Vec::new();
        for mut connection in listener.incoming().flatten() {
            _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            open.push(connection);
        }
    });
    address
}
