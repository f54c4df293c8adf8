//! Where the HTTP library gets its connections: kept ones, or new ones.

use super::attempt;
use super::connection::{Connection, Stream};
use super::names::Names;
use super::pool::Pool;
use super::socket::Socket;
use super::tls;
use super::trouble::Trouble;
use crate::cancel::Waking;
use crate::trust::Trust;
use std::fmt;
use std::io;
use std::sync::Arc;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::http::uri::Authority;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport};

pub(super) struct Dialer {
    pool: Arc<Pool>,
    names: Names,
    trust: Arc<Trust>,
}

impl Dialer {
    pub(super) fn new(trust: Arc<Trust>) -> Dialer {
        Dialer { pool: Arc::default(), names: Names::default(), trust }
    }

    #[cfg(test)]
    pub(super) fn asking(names: Names) -> Dialer {
        Dialer { names, ..Dialer::new(Arc::new(Trust::by_default())) }
    }

    /// A new connection, within its time.
    fn dial(&self, is_https: bool, authority: &Authority) -> io::Result<Connection> {
        let host = authority.host();
        let port = authority.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let found = self.names.look_up(host, port)?;
        match self.connect(host, &found, is_https) {
            Ok(stream) => Ok(Connection::over(stream, authority.clone())),
            Err(error) => {
                self.names.forget(host, port, &found);
                Err(error)
            }
        }
    }

    /// To the first address that is there. Each of them has its part of the time.
    fn connect(&self, host: &str, found: &[std::net::SocketAddr], is_https: bool) -> io::Result<Stream> {
        let mut failed = Trouble::NoAddress.into_io();
        for (tried, address) in found.iter().enumerate() {
            let share = u32::try_from(found.len() - tried).unwrap_or(u32::MAX);
            let mut socket = match Socket::connect(*address, share) {
                Err(error) if matches!(Trouble::of(&error), Some(Trouble::NotConnected(..))) => {
                    failed = error;
                    continue;
                }
                socket => socket?,
            };
            if !is_https {
                return Ok(Stream::Plain(socket));
            }
            let session =
                tls::shake_hands(&self.trust, host, &mut socket).map_err(|error| match Trouble::of(&error) {
                    Some(_) => error,
                    None => Trouble::NotConnected(*address, error).into_io(),
                })?;
            return Ok(Stream::Tls(session, socket));
        }
        Err(failed)
    }
}

impl Connector for Dialer {
    type Out = Lent;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Lent>, ureq::Error> {
        let Some(authority) = details.uri.authority() else { return Ok(None) };
        // What is over or cancelled sends nothing.
        attempt::left()?;
        let is_https = details.needs_tls();
        let mut connection = match self.pool.take(is_https, authority) {
            Some(kept) => {
                attempt::with(|attempt| attempt.progress.is_reused = true)?;
                kept
            }
            None => Box::new(self.dial(is_https, authority)?),
        };
        connection.begin(attempt::with(|attempt| attempt.request)?)?;
        let waking = connection.socket().waking()?;
        Ok(Some(Lent {
            connection: Some(connection),
            nothing: LazyBuffers::new(1, 1),
            waking: Some(waking),
            pool: Arc::clone(&self.pool),
            is_read_to_its_end: false,
        }))
    }
}

/// A connection in the HTTP library's hands. When the library lets it go, it is kept if it can serve again.
pub(super) struct Lent {
    /// Always there, but for the moment of its end.
    connection: Option<Box<Connection>>,
    /// What is there then.
    nothing: LazyBuffers,
    waking: Option<Waking>,
    pool: Arc<Pool>,
    is_read_to_its_end: bool,
}

impl Drop for Lent {
    fn drop(&mut self) {
        // First: a trigger that comes later must not reach the next one who uses it.
        self.waking = None;
        let Some(mut connection) = self.connection.take() else { return };
        if self.is_read_to_its_end && connection.is_whole() {
            connection.rest();
            self.pool.keep(connection);
        }
    }
}

impl Lent {
    fn connection(&mut self) -> io::Result<&mut Connection> {
        self.connection.as_deref_mut().ok_or_else(|| io::Error::other("a connection was used after its end"))
    }
}

impl Transport for Lent {
    fn buffers(&mut self) -> &mut dyn Buffers {
        match &mut self.connection {
            Some(connection) => &mut **connection,
            None => &mut self.nothing,
        }
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        Ok(self.connection()?.gather(amount)?)
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        Ok(self.connection()?.await_input()?)
    }

    /// The HTTP library asks this when it has read an answer to its end and would keep the connection. Ours is the pool that
    /// keeps it, so that the library is told no.
    fn is_open(&mut self) -> bool {
        self.is_read_to_its_end = true;
        false
    }

    fn is_tls(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| connection.is_tls())
    }
}

/// The HTTP library would look a name up for each request: [`Names`] does, for each connection.
#[derive(Debug)]
pub(super) struct NotHere;

impl Resolver for NotHere {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

impl fmt::Debug for Dialer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Dialer")
    }
}

impl fmt::Debug for Lent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Lent")
    }
}
