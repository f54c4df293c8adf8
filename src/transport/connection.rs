//! One connection: sends a request in as few writes as can be, and reads its answer's head before the HTTP library does.

use super::attempt;
use super::head::{self, Head};
use super::socket::{Phase, Socket};
use super::tls;
use super::trouble::Trouble;
use rustls::ClientConnection;
use std::io::{self, ErrorKind, Read as _, Write as _};
use ureq::unversioned::transport::Buffers;

/// What is kept of each buffer with an idle connection.
const KEPT: usize = 16 << 10;
/// For answers that are long.
const WIDE: usize = 128 << 10;
/// With less room than this left, what has gathered is sent.
const ROOM: usize = 2 << 10;

pub(super) struct Connection {
    stream: Stream,
    input: Vec<u8>,
    /// What came and was not read yet.
    unread: std::ops::Range<usize>,
    /// What was read last moved on.
    is_progress: bool,
    output: Vec<u8>,
    /// How much of the output waits to be sent.
    gathered: usize,
    stage: Stage,
    /// Sending failed, or was given up, since an answer came: why, if it failed.
    unsent: Option<Option<io::Error>>,
    /// How often in a row there was nothing to send.
    nothing: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Head,
    Body,
}

enum Stream {
    Plain(Socket),
    Tls(Box<ClientConnection>, Socket),
}

impl Connection {
    pub(super) fn plain(socket: Socket) -> Connection {
        Connection::over(Stream::Plain(socket))
    }

    pub(super) fn tls(session: Box<ClientConnection>, socket: Socket) -> Connection {
        Connection::over(Stream::Tls(session, socket))
    }

    fn over(stream: Stream) -> Connection {
        Connection {
            stream,
            input: Vec::new(),
            unread: 0..0,
            is_progress: false,
            output: Vec::new(),
            gathered: 0,
            stage: Stage::Head,
            unsent: None,
            nothing: 0,
        }
    }

    pub(super) fn socket(&mut self) -> &mut Socket {
        match &mut self.stream {
            Stream::Plain(socket) | Stream::Tls(_, socket) => socket,
        }
    }

    pub(super) fn is_tls(&self) -> bool {
        matches!(self.stream, Stream::Tls(..))
    }

    /// Whether nothing came that nobody asked for.
    pub(super) fn is_quiet(&self) -> bool {
        // Under TLS a ticket for the next session may have come, or what ends this one: who does not know asks over another.
        let (Stream::Plain(socket) | Stream::Tls(_, socket)) = &self.stream;
        socket.is_quiet()
    }

    /// Ready for a request of its own.
    pub(super) fn begin(&mut self) {
        self.unread = 0..0;
        self.is_progress = false;
        self.gathered = 0;
        self.stage = Stage::Head;
        self.nothing = 0;
        self.socket().phase = Phase::Request;
    }

    /// Whether another request may use it. To be asked when the answer was read to its end.
    pub(super) fn is_whole(&self) -> bool {
        self.unsent.is_none() && self.unread.is_empty() && self.gathered == 0 && self.stage == Stage::Body
    }

    /// Gives back what a long answer needed.
    pub(super) fn rest(&mut self) {
        if self.input.len() > KEPT {
            self.input = vec![0; KEPT];
        }
    }

    /// Takes what was put into the output, and sends it where there is no room for more.
    pub(super) fn gather(&mut self, amount: usize) -> io::Result<()> {
        self.nothing = if amount == 0 { self.nothing + 1 } else { 0 };
        if self.nothing > 1 {
            return Err(io::Error::other("the body is shorter than it was said to be"));
        }
        self.gathered += amount;
        if self.output.len() - self.gathered.min(self.output.len()) >= ROOM {
            return Ok(());
        }
        self.flush()?;
        self.socket().phase = Phase::LongRequest;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let gathered = std::mem::take(&mut self.gathered);
        if gathered == 0 || self.unsent.is_some() {
            return Ok(());
        }
        // Where the answer is there already, the rest of a long request is for nobody.
        if let Stream::Plain(socket) = &self.stream
            && socket.phase == Phase::LongRequest
            && !socket.is_quiet()
        {
            self.unsent = Some(None);
            return Ok(());
        }
        let bytes = self.output.get(..gathered).unwrap_or_default();
        match self.stream.write_all(bytes) {
            Err(error) if is_peers(&error) => {
                // It may have answered before it closed.
                self.unsent = Some(Some(error));
                Ok(())
            }
            done => done,
        }
    }

    /// Reads what comes next; false where nothing will.
    pub(super) fn await_input(&mut self) -> io::Result<bool> {
        self.flush()?;
        if self.stage == Stage::Body {
            return Ok(self.fill()? > 0);
        }
        loop {
            let bytes = self.input.get(self.unread.clone()).unwrap_or_default();
            if !bytes.is_empty() {
                match head::read(bytes).map_err(|problem| Trouble::BadHead(problem).into_io())? {
                    head::Read::Head(head) => {
                        self.replace_head(head)?;
                        return Ok(true);
                    }
                    head::Read::Interim(length) => {
                        self.unread.start += length;
                        continue;
                    }
                    head::Read::More => {}
                }
            }
            match self.fill() {
                Ok(0) => {
                    let why = self.unsent.take().flatten();
                    return Err(why.map_or(Trouble::Closed, Trouble::Broke).into_io());
                }
                Ok(_) => {}
                Err(error) => {
                    let why = self.unsent.take().flatten();
                    return Err(why.map_or(error, |why| Trouble::Broke(why).into_io()));
                }
            }
        }
    }

    /// Puts the plain head in the place of the one that came.
    fn replace_head(&mut self, head: Head) -> io::Result<()> {
        let body = self.unread.start + head.length..self.unread.end;
        let length = head.plain.len() + body.len();
        let wanted = match head.body_length {
            Some(length) if length > (KEPT * 2) as u64 => WIDE,
            Some(_) => KEPT,
            None => KEPT * 2,
        };
        let size = self.input.len().max(length).max(wanted);
        if body.start >= head.plain.len() && size == self.input.len() {
            let start = body.start - head.plain.len();
            if let Some(place) = self.input.get_mut(start..body.start) {
                place.copy_from_slice(&head.plain);
            }
            self.unread.start = start;
        } else {
            let mut input = memory(size)?;
            let whole = head.plain.iter().chain(self.input.get(body).unwrap_or_default());
            input.iter_mut().zip(whole).for_each(|(place, byte)| *place = *byte);
            self.input = input;
            self.unread = 0..length;
        }
        self.stage = Stage::Body;
        Ok(())
    }

    /// Reads once; 0 at the end.
    fn fill(&mut self) -> io::Result<usize> {
        if self.unread.is_empty() {
            self.unread = 0..0;
        }
        if self.unread.end == self.input.len() {
            if self.unread.start > 0 {
                self.input.copy_within(self.unread.clone(), 0);
                self.unread = 0..self.unread.len();
            } else {
                let mut input = memory((self.input.len() * 2).clamp(KEPT, head::LONGEST * 2))?;
                if input.len() <= self.input.len() {
                    return Err(io::Error::other("more came than was read"));
                }
                input.iter_mut().zip(&self.input).for_each(|(place, byte)| *place = *byte);
                self.input = input;
            }
        }
        let room = self.input.get_mut(self.unread.end..).unwrap_or_default();
        let count = self.stream.read(room).map_err(broke)?;
        self.unread.end += count;
        if count > 0 {
            attempt::with(|attempt| attempt.progress.is_answered = true)?;
        }
        Ok(count)
    }
}

fn memory(size: usize) -> io::Result<Vec<u8>> {
    let mut memory = Vec::new();
    memory.try_reserve_exact(size).map_err(|_| Trouble::NoMemory.into_io())?;
    memory.resize(size, 0);
    Ok(memory)
}

/// What the peer did to the connection: not a limit of ours, nor a local error.
fn is_peers(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted)
}

fn broke(error: io::Error) -> io::Error {
    if Trouble::of(&error).is_some() { error } else { Trouble::Broke(error).into_io() }
}

impl Stream {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let done = match self {
            Stream::Plain(socket) => socket.write_all(bytes),
            Stream::Tls(session, socket) => session.writer().write_all(bytes).and_then(|()| tls::send(session, socket)),
        };
        done.map_err(|error| if is_peers(&error) { error } else { broke(error) })
    }

    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.read(room),
            Stream::Tls(session, socket) => tls::receive(session, socket, room),
        }
    }
}

impl Buffers for Connection {
    fn output(&mut self) -> &mut [u8] {
        if self.output.is_empty() {
            self.output = vec![0; KEPT];
        }
        self.output.get_mut(self.gathered..).unwrap_or_default()
    }

    fn input(&self) -> &[u8] {
        self.input.get(self.unread.clone()).unwrap_or_default()
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.input.get_mut(self.unread.end..).unwrap_or_default()
    }

    fn input_appended(&mut self, amount: usize) {
        self.unread.end = (self.unread.end + amount).min(self.input.len());
    }

    fn input_consume(&mut self, amount: usize) {
        self.is_progress = amount > 0;
        self.unread.start = (self.unread.start + amount).min(self.unread.end);
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        if self.output.is_empty() {
            self.output = vec![0; KEPT];
        }
        if self.input.is_empty() {
            self.input = vec![0; KEPT];
        }
        let tmp = self.input.get_mut(self.unread.end..).unwrap_or_default();
        (tmp, self.output.get_mut(self.gathered..).unwrap_or_default())
    }

    fn can_use_input(&self) -> bool {
        self.is_progress && !self.unread.is_empty()
    }
}
