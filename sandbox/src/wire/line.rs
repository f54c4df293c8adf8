//! One accepted connection, which a handler can tell how to spoil its next answer.

use super::answer::{Spoil, Spoiling};
use super::reset::{Doom, Verdict};
use super::stream::Stream;
use crate::lock::lock;
use std::collections::HashMap;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The open connections, so that they can be closed when nobody is to be served any more.
#[derive(Default)]
pub(crate) struct Lines {
    open: Mutex<HashMap<u64, Arc<LineState>>>,
    last_id: AtomicU64,
}

impl Lines {
    /// Closes those on which no call is being answered. The others close with their answer: see `Handle::begin`.
    pub(crate) fn hang_up(&self) {
        for state in lock(&self.open).values() {
            state.hung_up.store(true, Ordering::Release);
            if let Some(reader) = lock(&state.reader).take() {
                reader.wake();
            }
        }
    }
}

#[derive(Default)]
struct LineState {
    secure: bool,
    /// How the next answer is spoiled, and the length of its body.
    next: Mutex<Option<(Spoil, usize)>>,
    busy: AtomicBool,
    hung_up: AtomicBool,
    reader: Mutex<Option<Waker>>,
}

/// What a handler holds of the connection that its call came by.
#[derive(Clone)]
pub(crate) struct Handle(Arc<LineState>);

impl Handle {
    /// A call has come; while it is being answered the connection is not closed under it.
    pub(crate) fn begin(&self) {
        self.0.busy.store(true, Ordering::Release);
    }

    /// The answer is on its way.
    pub(crate) fn end(&self) {
        self.0.busy.store(false, Ordering::Release);
    }

    /// Whether the connection is to be closed after this answer.
    pub(crate) fn is_hung_up(&self) -> bool {
        self.0.hung_up.load(Ordering::Acquire)
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.0.secure
    }

    /// The next answer, whose body has this length, is spoiled.
    pub(crate) fn spoil(&self, spoil: Spoil, body: usize) {
        *lock(&self.0.next) = Some((spoil, body));
    }
}

pub(crate) struct Line {
    stream: Stream,
    state: Arc<LineState>,
    spoiling: Option<Box<Spoiling>>,
    doom: Option<Doom>,
    /// Read before it was asked for.
    heard: Vec<u8>,
    lines: Arc<Lines>,
    id: u64,
}

impl Line {
    pub(crate) fn new(stream: Stream, doom: Option<Doom>, lines: &Arc<Lines>) -> Self {
        let id = lines.last_id.fetch_add(1, Ordering::Relaxed);
        let state = Arc::new(LineState { secure: stream.is_secure(), ..LineState::default() });
        lock(&lines.open).insert(id, Arc::clone(&state));
        Self { stream, state, spoiling: None, doom, heard: Vec::new(), lines: Arc::clone(lines), id }
    }

    pub(crate) fn handle(&self) -> Handle {
        Handle(Arc::clone(&self.state))
    }

    /// A handler has said how to spoil what is written from now on. One answer at a time.
    fn look_for_orders(&mut self) {
        if self.spoiling.is_none()
            && let Some((spoil, body)) = lock(&self.state.next).take()
        {
            self.spoiling = Some(Box::new(Spoiling::new(spoil, body)));
        }
    }

    /// Ready when it is clear what to do to the bytes that are written now.
    fn poll_orders(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.spoiling.as_ref().is_some_and(|spoiling| spoiling.is_whole()) {
            ready!(self.poll_drain(cx))?;
        }
        self.look_for_orders();
        Poll::Ready(Ok(()))
    }

    /// Ready when nothing of a spoiled answer is left to be sent.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.look_for_orders();
        if let Some(spoiling) = &mut self.spoiling
            && ready!(spoiling.poll_drain(&mut self.stream, cx))?.is_some()
        {
            self.spoiling = None;
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        lock(&self.lines.open).remove(&self.id);
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let line = &mut *self;
        if let Some(doom) = &mut line.doom {
            match ready!(doom.poll(&mut line.stream, cx))? {
                Verdict::Spared(heard) => line.heard = heard,
                Verdict::Reset => {
                    line.stream.reset_when_dropped();
                    return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
                }
            }
            line.doom = None;
        }
        if !line.heard.is_empty() {
            let taken = line.heard.len().min(buf.remaining());
            let rest = line.heard.split_off(taken);
            buf.put_slice(&line.heard);
            line.heard = rest;
            return Poll::Ready(Ok(()));
        }
        *lock(&line.state.reader) = Some(cx.waker().clone());
        if line.state.hung_up.load(Ordering::Acquire) && !line.state.busy.load(Ordering::Acquire) {
            // Nothing read: to the server it looks as if the client had closed the connection.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut line.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let line = &mut *self;
        ready!(line.poll_orders(cx))?;
        match &mut line.spoiling {
            Some(spoiling) => spoiling.poll_write(&mut line.stream, cx, buf),
            None => Pin::new(&mut line.stream).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let line = &mut *self;
        ready!(line.poll_orders(cx))?;
        match &mut line.spoiling {
            Some(spoiling) => {
                let first = bufs.iter().find(|buf| !buf.is_empty()).map_or(&[][..], |buf| buf);
                spoiling.poll_write(&mut line.stream, cx, first)
            }
            None => Pin::new(&mut line.stream).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
