//! The sandbox's answer to one call, from a server that does nothing else: what a bench puts at the other end.
//!
//! ```text
//! cargo run --release -p meetgate-sandbox --example answerer
//! ```
//! Asks a sandbox once for a token and once for `avd.room.read`. Then it answers every such request with these very bytes,
//! so that what is measured is the caller. Anything else, a request without the token for example, is answered 400. One
//! thread serves all connections: with one for each, callers would differ by the core that the system has put theirs on, and
//! a call by five times. Its first line is `{"base_url":…,"token":…,"room_id":…}`; it ends with its
//! standard input.

use meetgate_sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process;
use std::sync::Arc;
use std::thread;
use tokio::net::{TcpListener, TcpStream};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ROOM: &str = "12345123456";
const READ: &str = "GET /sdkapi/v2/room/read?";
const REFUSED: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

fn main() -> Outcome<()> {
    let (token, answer) = ask_sandbox()?;
    let answerer = Arc::new(Answerer { token: format!("token={}", encode(&token)), answer });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    println!(
        "{}",
        json!({ "base_url": format!("http://{}", listener.local_addr()?), "token": token, "room_id": ROOM })
    );
    thread::spawn(|| {
        _ = io::copy(&mut io::stdin(), &mut io::sink());
        process::exit(0);
    });
    runtime.block_on(async {
        loop {
            let (connection, _) = listener.accept().await?;
            let answerer = Arc::clone(&answerer);
            // One that fails is gone; its caller notices.
            tokio::spawn(async move { answerer.serve(connection).await });
        }
    })
}

struct Answerer {
    /// As it stands in a query.
    token: String,
    answer: Vec<u8>,
}

impl Answerer {
    async fn serve(&self, connection: TcpStream) -> io::Result<()> {
        connection.set_nodelay(true)?;
        let mut waiting = Vec::with_capacity(8192);
        let mut room = [0; 8192];
        loop {
            connection.readable().await?;
            match connection.try_read(&mut room) {
                Ok(0) => return Ok(()),
                Ok(count) => waiting.extend_from_slice(room.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error),
            }
            while let Some(end) = find(&waiting, END_OF_HEAD) {
                let head = waiting.drain(..end + END_OF_HEAD.len()).collect::<Vec<u8>>();
                let mut rest = if self.is_right(&head) { self.answer.as_slice() } else { REFUSED };
                while !rest.is_empty() {
                    match connection.try_write(rest) {
                        Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => connection.writable().await?,
                        Err(error) => return Err(error),
                    }
                }
            }
        }
    }

    /// So that a caller who does less work is not measured.
    fn is_right(&self, head: &[u8]) -> bool {
        let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let has = |part: &str| find(line, part.as_bytes()).is_some();
        line.starts_with(READ.as_bytes()) && has(&self.token) && has(&format!("room_id={ROOM}"))
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

/// A token, and the whole answer to a call with it: head and body.
fn ask_sandbox() -> Outcome<(String, Vec<u8>)> {
    let sandbox = Sandbox::start(Options::default())?;
    let configurations = sandbox.configurations();
    let setting = |name: &str| configurations.pointer(&format!("/avd/{name}")).and_then(Value::as_str);
    let address = setting("base_url").ok_or("no address")?.trim_start_matches("http://");
    let (access_key, secret_key) = (setting("access_key").ok_or("no key")?, setting("secret_key").ok_or("no key")?);
    let keys = format!("access_key={}&secret_key={}", encode(access_key), encode(secret_key));
    let (_, body) = ask(address, &format!("GET /sdkapi/v2/app/get_token?{keys}"))?;
    let answer: Value = serde_json::from_slice(&body)?;
    let token = answer.get("token").and_then(Value::as_str).ok_or("no token")?;
    let (head, body) = ask(address, &format!("{READ}token={}&room_id={ROOM}", encode(token)))?;
    if find(&body, b"\"ret\":0").is_none() {
        return Err(String::from_utf8_lossy(&body).into());
    }
    Ok((token.to_owned(), [head, body].concat()))
}

/// One request on a connection of its own; head and body of the answer.
fn ask(address: &str, request: &str) -> Outcome<(Vec<u8>, Vec<u8>)> {
    let mut connection = BufReader::new(std::net::TcpStream::connect(address)?);
    write!(connection.get_mut(), "{request} HTTP/1.1\r\nHost: {address}\r\n\r\n")?;
    let mut head = Vec::new();
    while !head.ends_with(END_OF_HEAD) {
        if connection.read_until(b'\n', &mut head)? == 0 {
            return Err("the sandbox hung up".into());
        }
    }
    let lines = String::from_utf8(head.clone())?.to_ascii_lowercase();
    let length = lines.lines().find_map(|line| line.strip_prefix("content-length:")).ok_or("no length")?;
    let mut body = vec![0; length.trim().parse()?];
    connection.read_exact(&mut body)?;
    Ok((head, body))
}

fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
