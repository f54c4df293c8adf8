//! A connection to redis that keeps its time: a server that drips bytes, or never stops sending, ends it.

use crate::trust::Trust;
use ::redis::{Cmd, ConnectionAddr, ErrorKind, Parser, RedisConnectionInfo, RedisError, RedisResult, Value, cmd};
use rustls::{ClientConnection, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

/// No answer of ours is nearly as long. The certificates of a handshake count too.
const LONGEST_ANSWER: usize = 64 << 10;

pub(super) enum Link {
    Plain(Socket),
    Tls(Box<StreamOwned<ClientConnection, Socket>>),
}

/// A socket for one question at a time.
pub(super) struct Socket {
    stream: TcpStream,
    /// When the answer has to be there.
    end: Instant,
    /// How many bytes more may come.
    left: usize,
}

impl Link {
    /// Connects and logs in.
    pub(super) fn open(
        server: &ConnectionAddr,
        login: &RedisConnectionInfo,
        trust: &Trust,
        end: Instant,
    ) -> RedisResult<Link> {
        let mut link = match server {
            ConnectionAddr::Tcp(host, port) => Link::Plain(Socket::open(host, *port, end)?),
            ConnectionAddr::TcpTls { host, port, .. } => Link::over_tls(trust, host, Socket::open(host, *port, end)?)?,
            _ => return Err((ErrorKind::InvalidClientConfig, "no TCP address").into()),
        };
        if let Some(password) = login.password() {
            link.ask(cmd("AUTH").arg(login.username()).arg(password), end)?;
        }
        if login.db() != 0 {
            link.ask(cmd("SELECT").arg(login.db()), end)?;
        }
        Ok(link)
    }

    fn over_tls(trust: &Trust, host: &str, socket: Socket) -> RedisResult<Link> {
        // Named in the store's own URL, whatever name the platform's certificate has.
        let client = trust.session_with(host).map_err(io::Error::other)?;
        Ok(Link::Tls(Box::new(StreamOwned::new(*client, socket))))
    }

    /// One command and its answer. After an error the connection is of no use.
    pub(super) fn ask(&mut self, command: &Cmd, end: Instant) -> RedisResult<Value> {
        let socket = self.socket();
        (socket.end, socket.left) = (end, LONGEST_ANSWER);
        let command = command.get_packed_command();
        let answer = match self {
            Link::Plain(stream) => ask_over(stream, &command),
            Link::Tls(stream) => ask_over(stream, &command),
        };
        answer?.extract_error()
    }

    fn socket(&mut self) -> &mut Socket {
        match self {
            Link::Plain(socket) => socket,
            Link::Tls(stream) => &mut stream.sock,
        }
    }
}

/// One answer to one command: no byte of another is left behind.
fn ask_over(stream: &mut (impl Read + Write), command: &[u8]) -> RedisResult<Value> {
    stream.write_all(command)?;
    stream.flush()?;
    Parser::new().parse_value(stream)
}

impl Socket {
    fn open(host: &str, port: u16, end: Instant) -> RedisResult<Socket> {
        let mut failure = io::Error::from(io::ErrorKind::NotFound);
        for address in (host, port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, left(end)?) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok(Socket { stream, end, left: LONGEST_ANSWER });
                }
                Err(error) => failure = error,
            }
        }
        Err(RedisError::from(failure))
    }
}

/// How long the socket may wait; an error where the time is over.
fn left(end: Instant) -> io::Result<Duration> {
    match end.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(io::ErrorKind::TimedOut.into()),
        // No socket waits for less.
        left => Ok(left.max(Duration::from_millis(1))),
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(left(self.end)?))?;
        let room = buffer.len().min(self.left);
        if room == 0 && !buffer.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the answer is longer than 64 KB"));
        }
        let read = self.stream.read(buffer.get_mut(..room).unwrap_or_default())?;
        self.left -= read;
        Ok(read)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(left(self.end)?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
