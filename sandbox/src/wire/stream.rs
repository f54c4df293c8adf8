//! A connection, plain or under TLS. The handshake is made by whoever first reads, so that a slow client holds up nobody
//! but itself.

use std::future::Future;
use std::io::{self, ErrorKind, IoSlice, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

pub(crate) struct Stream {
    state: State,
    verbose: bool,
}

enum State {
    Plain(TcpStream),
    Shaking(Box<Accept<TcpStream>>),
    Secure(Box<TlsStream<TcpStream>>),
    Failed,
}

impl Stream {
    pub(crate) fn new(socket: TcpStream, tls: Option<&TlsAcceptor>, verbose: bool) -> Self {
        let state = match tls {
            Some(tls) => State::Shaking(Box::new(tls.accept(socket))),
            None => State::Plain(socket),
        };
        Self { state, verbose }
    }

    pub(crate) fn is_secure(&self) -> bool {
        !matches!(self.state, State::Plain(_))
    }

    /// Ready once the handshake is done.
    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let State::Shaking(handshake) = &mut self.state else {
            return Poll::Ready(Ok(()));
        };
        match ready!(Pin::new(handshake.as_mut()).poll(cx)) {
            Ok(stream) => {
                self.state = State::Secure(Box::new(stream));
                Poll::Ready(Ok(()))
            }
            Err(error) => {
                self.state = State::Failed;
                if self.verbose {
                    // Most often the client's own verdict on the certificate, which is worth a line.
                    let _ = writeln!(io::stderr(), "TLS handshake failed: {error}");
                }
                Poll::Ready(Err(error))
            }
        }
    }

    /// What is not yet sent is thrown away when the connection is dropped, and the other side is told so by a reset.
    pub(crate) fn reset_when_dropped(&self) {
        let socket = match &self.state {
            State::Plain(socket) => socket,
            State::Secure(stream) => stream.get_ref().0,
            State::Shaking(_) | State::Failed => return,
        };
        let _ = socket.set_zero_linger();
    }

    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Pin<&mut dyn Both>>> {
        ready!(self.poll_ready(cx))?;
        Poll::Ready(match &mut self.state {
            State::Plain(socket) => Ok(Pin::new(socket)),
            State::Secure(stream) => Ok(Pin::new(stream.as_mut())),
            State::Shaking(_) | State::Failed => Err(io::Error::from(ErrorKind::NotConnected)),
        })
    }
}

trait Both: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Both for T {}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_open(cx))?.poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_open(cx))?.poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_open(cx))?.poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        // Both kinds are; asked before the handshake is done.
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_open(cx))?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_open(cx))?.poll_shutdown(cx)
    }
}
