//! How one answer is spoiled on its way out: cut somewhere, of a wrong length, or drop by drop.
//!
//! Works on the bytes that the HTTP server writes, so that what arrives is what a broken server or network would send.

use crate::faults::CloseWhen;
use std::collections::VecDeque;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::AsyncWrite;
use tokio::time::Sleep;

/// More than this is not taken at once, whatever the server offers: the rest waits in its own buffers.
const PIECE: usize = 64 * 1024;
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// What to do to the next answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoil {
    Close(CloseWhen),
    Length(i64),
    Drip { bytes: usize, every: Duration },
}

impl Spoil {
    /// How much of a body of this length is sent.
    pub(crate) fn sent(self, body: usize) -> usize {
        match self {
            Self::Close(CloseWhen::BeforeHead | CloseWhen::InHead | CloseWhen::AfterHead) => 0,
            Self::Close(CloseWhen::InBody) => body / 2,
            Self::Length(_) | Self::Drip { .. } => body,
        }
    }

    fn closes(self) -> bool {
        !matches!(self, Self::Drip { .. })
    }
}

/// One answer on its way.
pub(crate) struct Spoiling {
    spoil: Spoil,
    /// The length of the answer's real body.
    body: usize,
    head: Vec<u8>,
    /// Bytes of the real body still to come from the server; `None` before the head is whole.
    to_come: Option<usize>,
    /// Of those, how many are still sent on.
    to_send: usize,
    out: VecDeque<u8>,
    pace: Option<Pace>,
}

struct Pace {
    bytes: usize,
    every: Duration,
    /// What may be sent before the next pause.
    left: usize,
    pause: Option<Pin<Box<Sleep>>>,
}

/// The answer is all out.
pub(crate) struct Done;

impl Spoiling {
    pub(crate) fn new(spoil: Spoil, body: usize) -> Self {
        let pace = match spoil {
            Spoil::Drip { bytes, every } => Some(Pace { bytes, every, left: bytes, pause: None }),
            Spoil::Close(_) | Spoil::Length(_) => None,
        };
        Self { spoil, body, head: Vec::new(), to_come: None, to_send: 0, out: VecDeque::new(), pace }
    }

    /// Takes bytes from the server. They go out while this or `poll_drain` is polled.
    pub(crate) fn poll_write<S: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_sent(stream, cx))?;
        let piece = bytes.get(..PIECE).unwrap_or(bytes);
        Poll::Ready(Ok(match self.to_come {
            Some(_) => self.take_body(piece),
            None => self.take_head(piece),
        }))
    }

    /// Whether the server has given all of it: what it writes then is another answer.
    pub(crate) fn is_whole(&self) -> bool {
        self.to_come == Some(0)
    }

    /// Ready when everything taken so far is sent: with `Done` when that was all. An answer that ends in a closed
    /// connection ends in an error, which is what makes the server close it.
    pub(crate) fn poll_drain<S: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Option<Done>>> {
        ready!(self.poll_sent(stream, cx))?;
        Poll::Ready(Ok(self.is_whole().then_some(Done)))
    }

    fn poll_sent<S: AsyncWrite + Unpin>(&mut self, stream: &mut S, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.spoil == Spoil::Close(CloseWhen::BeforeHead) {
            return Poll::Ready(Err(cut()));
        }
        while !self.out.is_empty() {
            let mut most = usize::MAX;
            if let Some(pace) = &mut self.pace {
                ready!(pace.poll_pause(cx));
                most = pace.left;
            }
            let (front, _) = self.out.as_slices();
            let front = front.get(..most).unwrap_or(front);
            let sent = ready!(Pin::new(&mut *stream).poll_write(cx, front))?;
            if sent == 0 {
                return Poll::Ready(Err(ErrorKind::WriteZero.into()));
            }
            self.out.drain(..sent);
            if let Some(pace) = &mut self.pace {
                // Under TLS a drop leaves only when it is flushed; on a socket this costs nothing.
                ready!(Pin::new(&mut *stream).poll_flush(cx))?;
                pace.spend(sent);
            }
        }
        if self.spoil.closes() && self.to_come.is_some() && self.to_send == 0 {
            ready!(Pin::new(stream).poll_flush(cx))?;
            return Poll::Ready(Err(cut()));
        }
        Poll::Ready(Ok(()))
    }

    /// How many of the bytes belong to this answer.
    fn take_head(&mut self, bytes: &[u8]) -> usize {
        self.head.extend_from_slice(bytes);
        while let Some(end) = end_of_head(&self.head) {
            let rest = self.head.split_off(end);
            let head = std::mem::replace(&mut self.head, rest);
            if head.starts_with(b"HTTP/1.1 1") {
                // "100 Continue" is no answer yet.
                self.out.extend(head);
                continue;
            }
            self.to_come = Some(self.body);
            self.to_send = self.spoil.sent(self.body);
            self.out.extend(self.spoiled_head(head));
            let rest = std::mem::take(&mut self.head);
            return bytes.len() - (rest.len() - self.take_body(&rest));
        }
        bytes.len()
    }

    fn spoiled_head(&self, mut head: Vec<u8>) -> Vec<u8> {
        match self.spoil {
            Spoil::Close(CloseWhen::InHead) => head.truncate(head.len() / 2),
            // An empty body cannot be cut; then the head promises what never comes.
            Spoil::Close(CloseWhen::InBody) if self.body == 0 => head = with_length(&head, 1),
            Spoil::Length(by) => {
                let length = i64::try_from(self.body).unwrap_or(i64::MAX).saturating_add(by);
                head = with_length(&head, length.max(0));
            }
            Spoil::Close(_) | Spoil::Drip { .. } => {}
        }
        head
    }

    fn take_body(&mut self, bytes: &[u8]) -> usize {
        let to_come = self.to_come.unwrap_or(0);
        let own = bytes.get(..to_come).unwrap_or(bytes);
        let sent_on = own.get(..self.to_send).unwrap_or(own);
        self.out.extend(sent_on);
        self.to_send -= sent_on.len();
        self.to_come = Some(to_come - own.len());
        own.len()
    }
}

impl Pace {
    fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.left == 0 {
            let every = self.every;
            let pause = self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(every)));
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
            self.left = self.bytes;
        }
        Poll::Ready(())
    }

    fn spend(&mut self, sent: usize) {
        self.left = self.left.saturating_sub(sent);
    }
}

fn cut() -> io::Error {
    io::Error::new(ErrorKind::BrokenPipe, "cut by a planned fault")
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(END_OF_HEAD.len()).position(|window| window == END_OF_HEAD).map(|start| start + END_OF_HEAD.len())
}

fn with_length(head: &[u8], length: i64) -> Vec<u8> {
    let text = String::from_utf8_lossy(head);
    let is_length = |line: &str| line.to_ascii_lowercase().starts_with("content-length:");
    let line = |line: &str| if is_length(line) { format!("content-length: {length}") } else { line.to_owned() };
    text.split("\r\n").map(line).collect::<Vec<_>>().join("\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n0123456789";

    /// Writes the answer in pieces of `piece` and tells what went out, and whether the connection goes on.
    fn sent(spoil: Spoil, piece: usize) -> (String, bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let mut out = Vec::new();
            let mut spoiling = Spoiling::new(spoil, 10);
            let mut rest = ANSWER;
            let mut goes_on = true;
            while !rest.is_empty() && goes_on {
                let bytes = &rest[..piece.min(rest.len())];
                match std::future::poll_fn(|cx| spoiling.poll_write(&mut out, cx, bytes)).await {
                    Ok(taken) => rest = &rest[taken..],
                    Err(_) => goes_on = false,
                }
            }
            goes_on &= std::future::poll_fn(|cx| spoiling.poll_drain(&mut out, cx)).await.is_ok();
            (String::from_utf8(out).unwrap(), goes_on)
        })
    }

    #[test]
    fn however_it_is_written() {
        let whole = String::from_utf8(ANSWER.to_vec()).unwrap();
        let head = &whole[..whole.len() - 10];
        let (longer, shorter) = (whole.replace(": 10", ": 13"), whole.replace(": 10", ": 0"));
        for piece in [1, 7, 38, 39, 40, 1000] {
            let closes = |when| sent(Spoil::Close(when), piece);
            assert_eq!(closes(CloseWhen::BeforeHead), (String::new(), false));
            assert_eq!(closes(CloseWhen::InHead), (head[..head.len() / 2].to_owned(), false));
            assert_eq!(closes(CloseWhen::AfterHead), (head.to_owned(), false));
            assert_eq!(closes(CloseWhen::InBody), (format!("{head}01234"), false));
            assert_eq!(sent(Spoil::Length(3), piece), (longer.clone(), false));
            assert_eq!(sent(Spoil::Length(-300), piece), (shorter.clone(), false));
            let drip = Spoil::Drip { bytes: 9, every: Duration::from_millis(1) };
            assert_eq!(sent(drip, piece), (whole.clone(), true));
        }
    }

    #[test]
    fn a_continue_in_front_is_no_answer() {
        let mut spoiling = Spoiling::new(Spoil::Close(CloseWhen::AfterHead), 10);
        spoiling.take_head(&[b"HTTP/1.1 100 Continue\r\n\r\n", ANSWER].concat());
        let out: Vec<u8> = spoiling.out.into_iter().collect();
        assert!(out.starts_with(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK") && out.ends_with(b"\r\n\r\n"));
    }

    #[test]
    fn the_next_answer_is_left_alone() {
        let two = [ANSWER, ANSWER].concat();
        let mut spoiling = Spoiling::new(Spoil::Drip { bytes: 1, every: Duration::ZERO }, 10);
        assert_eq!(spoiling.take_head(&two), ANSWER.len());
        assert!(spoiling.is_whole());
        let mut spoiling = Spoiling::new(Spoil::Drip { bytes: 1, every: Duration::ZERO }, 10);
        assert_eq!(spoiling.take_head(&two[..5]), 5);
        assert_eq!(spoiling.take_head(&two[5..ANSWER.len() - 2]), ANSWER.len() - 7);
        assert_eq!(spoiling.take_body(&two[ANSWER.len() - 2..]), 2);
        assert!(spoiling.is_whole());
    }
}
