//! One connection: sends a request in as few writes as can be, and reads its answer's head before the HTTP library does.

use super::attempt::{self, RequestLength};
use super::head::{self, Head};
use super::socket::{Phase, SOMETHING_CAME, Socket};
use super::tls;
use super::trouble::{Trouble, is_peers};
use rustls::ClientConnection;
use std::io::{self, Read as _, Write as _};
use ureq::http::uri::Authority;
use ureq::unversioned::transport::Buffers;

/// What is kept of the input with an idle connection.
const KEPT: usize = 16 << 10;
/// And of the output.
const KEPT_OUTPUT: usize = 8 << 10;
/// And of the room for a head, which is hardly ever so long.
const LONGEST_PLAIN: usize = 1 << 10;
/// A request that is not longer goes in one write.
const ONE_WRITE: u64 = 64 << 10;
/// For answers that are long, and for long requests over TLS.
const WIDE: usize = 256 << 10;
/// For long requests without TLS: the fewer writes, the less often each side waits for the other.
const WIDEST: usize = 1 << 20;
/// With less room than this left, what has gathered is sent.
const ROOM: usize = 2 << 10;

pub(super) struct Connection {
    stream: Stream,
    /// Where it leads.
    authority: Authority,
    input: Vec<u8>,
    /// What came and was not read yet.
    unread: std::ops::Range<usize>,
    /// What was read last moved on.
    is_progress: bool,
    /// The answer's head as it is given on.
    plain: Vec<u8>,
    output: Vec<u8>,
    /// How much of the output waits to be sent.
    gathered: usize,
    stage: Stage,
    /// The answer is a file.
    is_file: bool,
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

pub(super) enum Stream {
    Plain(Socket),
    Tls(Box<ClientConnection>, Socket),
}

impl Connection {
    pub(super) fn over(stream: Stream, authority: Authority) -> Connection {
        Connection {
            stream,
            authority,
            input: Vec::new(),
            unread: 0..0,
            is_progress: false,
            plain: Vec::new(),
            output: Vec::new(),
            gathered: 0,
            stage: Stage::Head,
            is_file: false,
            unsent: None,
            nothing: 0,
        }
    }

    pub(super) fn socket(&mut self) -> &mut Socket {
        match &mut self.stream {
            Stream::Plain(socket) | Stream::Tls(_, socket) => socket,
        }
    }

    /// Whether it leads where a URL says.
    pub(super) fn leads_to(&self, is_https: bool, authority: &Authority) -> bool {
        self.is_tls() == is_https && self.authority == *authority
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

    /// Ready for a request of its own, so long. The HTTP library needs room for its whole head.
    pub(super) fn begin(&mut self, request: RequestLength) -> io::Result<()> {
        let wanted = if request.whole <= ONE_WRITE { request.whole as usize } else { request.head };
        let size = wanted.saturating_add(ROOM).max(KEPT_OUTPUT);
        if self.output.len() < size {
            self.output = memory(size)?;
        }
        self.unread = 0..0;
        self.is_progress = false;
        self.gathered = 0;
        self.stage = Stage::Head;
        self.is_file = request.is_for_file;
        self.nothing = 0;
        self.socket().phase = Phase::Request;
        Ok(())
    }

    /// Whether another request may use it. To be asked when the answer was read to its end.
    pub(super) fn is_whole(&self) -> bool {
        self.unsent.is_none() && self.unread.is_empty() && self.gathered == 0 && self.stage == Stage::Body
    }

    /// Gives back what a long request, a long answer or an odd head needed.
    pub(super) fn rest(&mut self) {
        if self.plain.capacity() > LONGEST_PLAIN {
            self.plain = Vec::new();
        }
        for (buffer, kept) in [(&mut self.input, KEPT), (&mut self.output, KEPT_OUTPUT)] {
            if buffer.len() > kept {
                *buffer = vec![0; kept];
            }
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
        let wide = if self.is_tls() { WIDE } else { WIDEST };
        if self.output.len() < wide {
            self.output = memory(wide)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let gathered = std::mem::take(&mut self.gathered);
        if gathered == 0 || self.unsent.is_some() {
            return Ok(());
        }
        let bytes = self.output.get(..gathered).unwrap_or_default();
        match self.stream.write_all(bytes) {
            // The answer is there already: the rest of the request is for nobody.
            Err(error) if error.kind() == SOMETHING_CAME => {
                self.unsent = Some(None);
                attempt::with(|attempt| attempt.rest_is_for_nobody = true)
            }
            // It may have answered before it closed.
            Err(error) if is_peers(&error) => {
                self.unsent = Some(Some(error));
                attempt::with(|attempt| attempt.rest_is_for_nobody = true)
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
                match head::read(bytes, &mut self.plain, self.is_file)
                    .map_err(|problem| Trouble::BadHead(problem).into_io())?
                {
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
                // Its own reason, such as a client's certificate that it does not take.
                Err(error) if matches!(Trouble::of(&error), Some(Trouble::Tls(_))) => return Err(error),
                Err(error) => {
                    let why = self.unsent.take().flatten();
                    return Err(why.map_or(error, |why| Trouble::Broke(why).into_io()));
                }
            }
        }
    }

    /// Puts the plain head in the place of the one that came.
    fn replace_head(&mut self, head: Head) -> io::Result<()> {
        attempt::with(|attempt| attempt.said = head.said)?;
        let body = self.unread.start + head.length..self.unread.end;
        let plain = self.plain.len();
        let wanted = match head.body_length {
            Some(length) if length > (KEPT * 2) as u64 => WIDE,
            Some(_) => KEPT,
            None => KEPT * 2,
        };
        let size = self.input.len().max(plain + body.len()).max(wanted);
        if body.start < plain || size > self.input.len() {
            let mut input = memory(size)?;
            let came = self.input.get(body.clone()).unwrap_or_default();
            input.iter_mut().skip(plain).zip(came).for_each(|(place, byte)| *place = *byte);
            self.input = input;
            self.unread = plain..plain + body.len();
        } else {
            self.unread = body;
        }
        self.unread.start -= plain;
        if let Some(place) = self.input.get_mut(self.unread.start..self.unread.start + plain) {
            place.copy_from_slice(&self.plain);
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
                    // Of a body only what lies between its chunks is not read as it comes.
                    return Err(Trouble::BadHead("a line between its chunks is longer than 128 KiB").into_io());
                }
                input.iter_mut().zip(&self.input).for_each(|(place, byte)| *place = *byte);
                self.input = input;
            }
        }
        let room = self.input.get_mut(self.unread.end..).unwrap_or_default();
        let count = self.stream.read(room, self.unsent.is_some()).map_err(broke)?;
        self.unread.end += count;
        if count > 0 {
            attempt::with(|attempt| attempt.received(count))?;
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

fn broke(error: io::Error) -> io::Error {
    if Trouble::of(&error).is_some() { error } else { Trouble::Broke(error).into_io() }
}

impl Stream {
    #[cfg(feature = "events")]
    pub(super) fn socket(&self) -> &Socket {
        let (Stream::Plain(socket) | Stream::Tls(_, socket)) = self;
        socket
    }

    /// Connecting is over.
    #[cfg(feature = "events")]
    pub(super) fn begin(&mut self) {
        let (Stream::Plain(socket) | Stream::Tls(_, socket)) = self;
        socket.phase = Phase::Request;
    }

    /// [`SOMETHING_CAME`] where the answer to a long request is there already.
    pub(super) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let done = match self {
            Stream::Plain(socket) if socket.is_interrupted() => Err(SOMETHING_CAME.into()),
            Stream::Plain(socket) => socket.write_all(bytes),
            Stream::Tls(session, socket) => tls::write_all(session, socket, bytes),
        };
        done.map_err(|error| if is_peers(&error) || error.kind() == SOMETHING_CAME { error } else { broke(error) })
    }

    pub(super) fn read(&mut self, room: &mut [u8], is_given_up: bool) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.read(room),
            Stream::Tls(session, socket) => tls::receive(session, socket, room, is_given_up),
        }
    }
}

impl Buffers for Connection {
    fn output(&mut self) -> &mut [u8] {
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
