//! A connection that is to be reset. With the control interface open, its calls have to get through: then the verdict
//! waits for the first bytes.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::Sleep;

use super::stream::Stream;
use crate::control;
use crate::shared::Shared;

/// Who says nothing for so long is reset unheard.
const PATIENCE: Duration = Duration::from_millis(300);

pub struct Doom {
    shared: Arc<Shared>,
    heard: Vec<u8>,
    patience: Option<Pin<Box<Sleep>>>,
}

pub enum Verdict {
    Reset,
    /// With what was read on the way.
    Spared(Vec<u8>),
}

impl Doom {
    pub fn new(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared), heard: Vec::new(), patience: None }
    }

    /// The fault is used up only now: the control interface's own connections do not count.
    fn strike(&mut self) -> Verdict {
        if self.shared.faults.resets_connection() { Verdict::Reset } else { self.spare() }
    }

    fn spare(&mut self) -> Verdict {
        Verdict::Spared(std::mem::take(&mut self.heard))
    }

    pub fn poll(&mut self, stream: &mut Stream, cx: &mut Context<'_>) -> Poll<io::Result<Verdict>> {
        // Under TLS it takes a handshake before anything can be heard.
        ready!(stream.poll_ready(cx))?;
        loop {
            let mut bytes = [0; 32];
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut *stream).poll_read(cx, &mut buffer)? {
                Poll::Ready(()) if buffer.filled().is_empty() => return Poll::Ready(Ok(self.strike())),
                Poll::Ready(()) => self.heard.extend_from_slice(buffer.filled()),
                Poll::Pending => {
                    let patience = self.patience.get_or_insert_with(|| Box::pin(tokio::time::sleep(PATIENCE)));
                    ready!(patience.as_mut().poll(cx));
                    return Poll::Ready(Ok(self.strike()));
                }
            }
            match is_control(&self.heard) {
                Some(true) => return Poll::Ready(Ok(self.spare())),
                Some(false) => return Poll::Ready(Ok(self.strike())),
                None => {}
            }
        }
    }
}

/// Whether the request that begins so is one to the control interface; `None` while it cannot be told.
fn is_control(heard: &[u8]) -> Option<bool> {
    let mut words = heard.splitn(2, |byte| *byte == b' ');
    let method = words.next().unwrap_or_default();
    match words.next() {
        Some(path) if path.starts_with(control::PREFIX.as_bytes()) => Some(true),
        Some(path) if control::PREFIX.as_bytes().starts_with(path) => None,
        None if method.len() < 10 => None,
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_is_known_by_its_path() {
        assert_eq!(is_control(b"GET /_sandbox/faults HTTP/1.1"), Some(true));
        assert_eq!(is_control(b"DELETE /_sandbox"), Some(true));
        for half in [&b""[..], b"DEL", b"DELETE ", b"GET /", b"GET /_sand"] {
            assert_eq!(is_control(half), None);
        }
        for other in [&b"GET /sdkapi"[..], b"GET /_x", b"nothing that http knows"] {
            assert_eq!(is_control(other), Some(false));
        }
    }
}
