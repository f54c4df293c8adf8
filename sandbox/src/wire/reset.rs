//! A connection that is to be reset. With the control interface open, its calls have to get through: then the verdict
//! waits for the first bytes.

use super::stream::Stream;
use crate::faults::Faults;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::Sleep;

/// Who says nothing for so long is reset unheard.
const PATIENCE: Duration = Duration::from_millis(300);

pub(crate) struct Doom {
    faults: Arc<Faults>,
    /// What the path of a call begins with that has to get through.
    spared: &'static str,
    heard: Vec<u8>,
    patience: Option<Pin<Box<Sleep>>>,
}

pub(crate) enum Verdict {
    Reset,
    /// With what was read on the way.
    Spared(Vec<u8>),
}

impl Doom {
    pub(crate) fn new(faults: &Arc<Faults>, spared: &'static str) -> Self {
        Self { faults: Arc::clone(faults), spared, heard: Vec::new(), patience: None }
    }

    /// The fault is used up only now: the control interface's own connections do not count.
    fn strike(&mut self) -> Verdict {
        if self.faults.resets_connection() { Verdict::Reset } else { self.spare() }
    }

    fn spare(&mut self) -> Verdict {
        Verdict::Spared(std::mem::take(&mut self.heard))
    }

    pub(crate) fn poll(&mut self, stream: &mut Stream, cx: &mut Context<'_>) -> Poll<io::Result<Verdict>> {
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
            match is_spared(&self.heard, self.spared) {
                Some(true) => return Poll::Ready(Ok(self.spare())),
                Some(false) => return Poll::Ready(Ok(self.strike())),
                None => {}
            }
        }
    }
}

/// Whether the path of the request that begins so begins with `spared`; `None` while it cannot be told.
fn is_spared(heard: &[u8], spared: &str) -> Option<bool> {
    let mut words = heard.splitn(2, |byte| *byte == b' ');
    let method = words.next().unwrap_or_default();
    match words.next() {
        Some(path) if path.starts_with(spared.as_bytes()) => Some(true),
        Some(path) if spared.as_bytes().starts_with(path) => None,
        None if method.len() < 10 => None,
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_is_known_by_its_path() {
        let is_control = |heard: &[u8]| is_spared(heard, "/_sandbox");
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
