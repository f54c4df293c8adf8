//! A server that answers some calls well, and one call as no server should: too little, too much, too late, or nonsense.
//!
//! A call carries an id, such as `call-2-0000017`, in one of its parameters, and a good answer repeats it, so that everybody
//! sees whose answer it is. The first number says which call of its client it is: 1 and 3 are answered well, 2 is not.

#![allow(dead_code, reason = "each test program uses some of it")]

pub mod table;

use socket2::{Domain, SockRef, Socket, Type};
use std::collections::HashMap;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Stands in an answer for the id of its call.
pub const ID: &str = "call-X-XXXXXXX";
/// A good answer's body.
pub const BODY: &str = r#"{"ret":0,"msg":"ok","data":{"asked":"call-X-XXXXXXX"}}"#;
/// Where redirects lead to.
pub const ELSEWHERE: &str = "/elsewhere";

/// What the server does next, once a request of the call has come.
#[derive(Debug, Clone)]
pub enum Act {
    /// As the first one: leaves the request unread, in little room.
    Unread,
    /// As the only one: nobody listens.
    Refuse,
    Say(Vec<u8>),
    /// The same, made when it is said.
    SayNow(fn() -> Vec<u8>),
    /// One byte a moment.
    Drip(Vec<u8>),
    /// Again and again, 100 MB of it.
    Flood(Vec<u8>),
    /// Reads one byte a moment.
    Sip,
    /// Waits until the call is over.
    Hold,
    Close,
    Reset,
}

/// A fault.
#[derive(Debug, Clone, Default)]
pub struct Peer {
    /// What it does with a connection after it has answered the first call well.
    pub idle: Vec<Act>,
    pub acts: Vec<Act>,
    /// Over a new connection the call is answered well.
    pub only_kept: bool,
}

/// What the server saw.
#[derive(Debug, Default, Clone)]
pub struct Seen {
    /// How often a request of each id was read to its end.
    pub processed: HashMap<String, usize>,
    /// Requests for other addresses.
    pub strays: usize,
    /// Whether the first request of call 2 came over a connection that had served call 1.
    pub is_kept: bool,
    /// A whole flood was taken.
    pub is_swallowed: bool,
    is_over: bool,
    running: usize,
}

#[derive(Default)]
struct State {
    peer: Peer,
    seen: Mutex<Seen>,
    changed: Condvar,
    stop: AtomicBool,
}

pub struct Server {
    pub address: SocketAddr,
    state: Arc<State>,
    listening: Option<JoinHandle<()>>,
}

impl Server {
    /// `number` tells servers apart: one that refuses connections keeps its address, which must be nobody else's.
    pub fn start(peer: Peer, number: usize) -> Server {
        let host =
            if peer.refuses() { [127, 9, (number / 250) as u8, (number % 250) as u8 + 1] } else { [127, 0, 0, 1] };
        let listener = listen(SocketAddr::from((host, 0)));
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State { peer, ..State::default() });
        let listening = Some(accept(listener, Arc::clone(&state)));
        Server { address, state, listening }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The first call is over, and the second comes next.
    pub fn expect_the_fault(&mut self) {
        self.settle();
        if self.state.peer.refuses() {
            self.stop_listening();
        }
    }

    /// The second call is over: what waited for that happens now.
    pub fn fault_is_over(&mut self) {
        self.state.look().is_over = true;
        self.state.changed.notify_all();
        if self.state.peer.refuses() {
            self.state.stop.store(false, Ordering::SeqCst);
            self.listening = Some(accept(listen(self.address), Arc::clone(&self.state)));
        }
        self.settle();
    }

    /// Until nothing is under way, not even on the wire: the end of a connection takes its time on a busy machine.
    fn settle(&self) {
        let limit = Duration::from_secs(20);
        let (seen, _) =
            self.state.changed.wait_timeout_while(self.state.look(), limit, |seen| seen.running > 0).unwrap();
        assert_eq!(seen.running, 0, "the server is still busy with {:?}", self.state.peer);
        drop(seen);
        if self.state.peer.ends_a_connection() {
            thread::sleep(Duration::from_millis(100));
        }
    }

    pub fn seen(&self) -> Seen {
        self.state.look().clone()
    }

    fn stop_listening(&mut self) {
        self.state.stop.store(true, Ordering::SeqCst);
        if let Some(listening) = self.listening.take() {
            // Wakes it.
            _ = TcpStream::connect(self.address);
            listening.join().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.look().is_over = true;
        self.state.changed.notify_all();
        self.stop_listening();
    }
}

/// With little room for what comes, so that a sender soon notices that nothing is read.
fn listen(address: SocketAddr) -> TcpListener {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.bind(&address.into()).unwrap();
    socket.listen(16).unwrap();
    socket.into()
}

fn accept(listener: TcpListener, state: Arc<State>) -> JoinHandle<()> {
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            if state.stop.load(Ordering::SeqCst) {
                return;
            }
            let state = Arc::clone(&state);
            thread::spawn(move || serve(connection, &state));
        }
    })
}

fn serve(mut connection: TcpStream, state: &State) -> Option<()> {
    let mut is_first = true;
    loop {
        let Ahead { id, length } = look_ahead(&connection, state)?;
        let _running = Running::begin(state);
        let is_faulty = id.starts_with("call-2") && !(state.peer.only_kept && is_first);
        if id.starts_with("call-2") && !state.look().processed.contains_key(&id) && !is_first {
            state.look().is_kept = true;
        }
        let is_unread = is_faulty && matches!(state.peer.acts.first(), Some(Act::Unread));
        if !is_unread {
            connection.read_exact(&mut vec![0; length]).ok()?;
            *state.look().processed.entry(id.clone()).or_default() += 1;
        }
        if !is_faulty {
            connection.write_all(&with_id(good("").as_bytes(), &id)).ok()?;
        }
        let acts = match &id {
            _ if is_faulty => state.peer.acts.as_slice(),
            first if first.starts_with("call-1") => &state.peer.idle,
            _ => &[],
        };
        for act in acts {
            state.perform(act, &id, &mut connection).ok()?;
        }
        if is_unread {
            return None;
        }
        is_first = false;
    }
}

/// A request that has come, and was not read yet.
pub struct Ahead {
    pub id: String,
    /// Its own, with the body.
    pub length: usize,
}

/// Waits for a request, up to its id; `None` at the end of the connection, and for a stray.
fn look_ahead(connection: &TcpStream, state: &State) -> Option<Ahead> {
    let mut bytes = [0; 4096];
    loop {
        let count = connection.peek(&mut bytes).ok().filter(|count| *count > 0)?;
        let text = String::from_utf8_lossy(&bytes[..count]);
        if text.contains(&format!("{ELSEWHERE} HTTP")) {
            state.look().strays += 1;
            return None;
        }
        if let Some(ahead) = ahead(&text) {
            return Some(ahead);
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// The beginning of a request, once its id is there.
pub fn ahead(text: &str) -> Option<Ahead> {
    let head = text.find("\r\n\r\n")? + 4;
    let start = text.find("call-")?;
    let id = text.get(start..start + ID.len())?.to_owned();
    let said = text[..head]
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    Some(Ahead { id, length: head + said.unwrap_or(0) })
}

/// Counts a request as under way, until it is dropped.
struct Running<'s>(&'s State);

impl Running<'_> {
    fn begin(state: &State) -> Running<'_> {
        state.look().running += 1;
        Running(state)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.look().running -= 1;
        self.0.changed.notify_all();
    }
}

impl Peer {
    fn refuses(&self) -> bool {
        matches!(self.acts.as_slice(), [Act::Refuse])
    }

    fn ends_a_connection(&self) -> bool {
        !self.idle.is_empty() || matches!(self.acts.last(), Some(Act::Close | Act::Reset))
    }
}

impl State {
    fn look(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    /// An error where the connection is over.
    fn perform(&self, act: &Act, id: &str, connection: &mut TcpStream) -> io::Result<()> {
        match act {
            Act::Unread | Act::Refuse => Ok(()),
            Act::Say(bytes) => connection.write_all(&with_id(bytes, id)),
            Act::SayNow(make) => connection.write_all(&with_id(&make(), id)),
            Act::Drip(bytes) => bytes.iter().try_for_each(|byte| {
                connection.write_all(&[*byte])?;
                self.rest(Duration::from_millis(50))
            }),
            Act::Flood(piece) => {
                let piece = piece.repeat((1 << 16) / piece.len() + 1);
                for _ in 0..(100 << 20) / piece.len() {
                    connection.write_all(&piece)?;
                }
                self.look().is_swallowed = true;
                Ok(())
            }
            Act::Sip => {
                while connection.read(&mut [0])? > 0 {
                    self.rest(Duration::from_millis(50))?;
                }
                Ok(())
            }
            // An error only where nobody ends the wait.
            Act::Hold => match self.rest(Duration::from_secs(60)) {
                Ok(()) => Err(io::ErrorKind::TimedOut.into()),
                Err(_) => Ok(()),
            },
            Act::Close => {
                connection.shutdown(Shutdown::Both)?;
                Err(io::ErrorKind::ConnectionAborted.into())
            }
            Act::Reset => {
                SockRef::from(&*connection).set_linger(Some(Duration::ZERO))?;
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
    }

    /// An error once the call is over.
    fn rest(&self, time: Duration) -> io::Result<()> {
        let end = Instant::now() + time;
        let (seen, _) =
            self.changed.wait_timeout_while(self.look(), end - Instant::now(), |seen| !seen.is_over).unwrap();
        if seen.is_over { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    }
}

fn with_id(bytes: &[u8], id: &str) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some(start) = bytes.windows(ID.len()).position(|window| window == ID.as_bytes()) {
        bytes[start..start + ID.len()].copy_from_slice(id.as_bytes());
    }
    bytes
}

// Answers ---------------------------------------------------------------------------------------------------------------

pub fn say(bytes: impl Into<Vec<u8>>) -> Act {
    Act::Say(bytes.into())
}

/// A whole answer, with these lines in its head.
pub fn answer(status: &str, lines: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{lines}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// A good one.
pub fn good(lines: &str) -> String {
    answer("200 OK", lines, BODY)
}
