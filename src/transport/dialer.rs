//! Where the HTTP library gets its connections: kept ones, or new ones.

use super::attempt;
use super::connection::{Connection, Stream};
use super::names::{Found, Names};
use super::network::Network;
use super::pool::Pool;
use super::proxy::{Proxy, Target};
use super::proxy_failed::Failed;
use super::socket::Socket;
use super::tls;
use super::trouble::Trouble;
use crate::cancel::Waking;
use crate::trust::Trust;
use std::fmt;
use std::io;
use std::net::SocketAddr;
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
    network: Option<Arc<Network>>,
}

impl Dialer {
    pub(super) fn new(trust: Arc<Trust>, network: Option<Arc<Network>>, pool: Arc<Pool>) -> Dialer {
        Dialer { pool, names: Names::default(), trust, network }
    }

    #[cfg(test)]
    pub(super) fn asking(names: Names, pool: Arc<Pool>, trust: Arc<Trust>) -> Dialer {
        Dialer { pool, names, trust, network: None }
    }

    /// A new connection, within its time: looked up, connected, led through the proxy, and secured.
    pub(super) fn dial(&self, is_https: bool, authority: &Authority) -> io::Result<Stream> {
        let host = authority.host();
        let port = authority.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let proxy = self.network.as_deref().and_then(|network| network.proxies.choose(is_https, host).proxy);
        let reached = match proxy {
            None => self.reach(host, port),
            Some(proxy) => self.reach_through(proxy, host, port),
        };
        let (mut socket, found, address) = reached?;
        if !is_https {
            return Ok(Stream::Plain(socket));
        }
        match attempt::timed(|phases| &mut phases.tls, || tls::shake_hands(&self.trust, host, &mut socket)) {
            Ok(session) => Ok(Stream::Tls(session, socket)),
            Err(error) => {
                if proxy.is_none() {
                    self.names.forget(host, port, &found);
                }
                Err(match Trouble::of(&error) {
                    Some(_) => error,
                    None => Trouble::NotConnected(address, error).into_io(),
                })
            }
        }
    }

    /// The addresses of a host: those that were looked up or are configured, and those of them that may be used.
    fn look_up(&self, host: &str, port: u16) -> io::Result<[Found; 2]> {
        let ask = || attempt::timed(|phases| &mut phases.look_up, || self.names.look_up(host, port));
        let Some(network) = self.network.as_deref() else {
            let found = ask()?;
            return Ok([Arc::clone(&found), found]);
        };
        let found = match network.resolved(host, port) {
            Some(found) => found,
            None => ask()?,
        };
        Ok([Arc::clone(&found), network.allowed(host, found)?])
    }

    /// A host's first address that is there; also what was found for it. Its frame is not there any more in the handshake, where
    /// a call needs the most stack.
    #[inline(never)]
    fn reach(&self, host: &str, port: u16) -> io::Result<(Socket, Found, SocketAddr)> {
        let [found, allowed] = self.look_up(host, port)?;
        match self.connect(&allowed) {
            Ok((socket, address)) => Ok((socket, found, address)),
            Err(error) => {
                self.names.forget(host, port, &found);
                Err(error)
            }
        }
    }

    /// The first address that is there. Each of them has its part of the time.
    fn connect(&self, found: &[SocketAddr]) -> io::Result<(Socket, SocketAddr)> {
        let from = self.network.as_deref().and_then(|network| network.bind.as_ref());
        let mut failed = Trouble::NoAddress.into_io();
        for (tried, address) in found.iter().enumerate() {
            let share = u32::try_from(found.len() - tried).unwrap_or(u32::MAX);
            match attempt::timed(|phases| &mut phases.connect, || Socket::connect(*address, share, from)) {
                Err(error) if matches!(Trouble::of(&error), Some(Trouble::NotConnected(..))) => failed = error,
                socket => return Ok((socket?, *address)),
            }
        }
        Err(failed)
    }

    /// The same through a proxy. Its own address is found as any other; that of the host only where the proxy wants one.
    #[inline(never)]
    fn reach_through(&self, proxy: &Proxy, host: &str, port: u16) -> io::Result<(Socket, Found, SocketAddr)> {
        let reach = || {
            self.reach(&proxy.host, proxy.port).map_err(|error| match error.downcast::<Trouble>() {
                Ok(Trouble::NoAddress) => Failed::NoAddress.into_io(),
                Ok(Trouble::NotConnected(tried, error)) => Failed::NotConnected(tried, error).into_io(),
                Ok(trouble) => trouble.into_io(),
                Err(error) => error,
            })
        };
        if !proxy.wants_addresses() {
            let (mut socket, found, address) = reach()?;
            open(proxy, &mut socket, &Target::Named(host, port))?;
            return Ok((socket, found, address));
        }
        let [found, allowed] = self.look_up(host, port)?;
        let mut failed = Trouble::NoAddress.into_io();
        for address in allowed.iter() {
            let (mut socket, _, of_proxy) = reach()?;
            match open(proxy, &mut socket, &Target::Address(*address)) {
                Err(error) if matches!(Trouble::of(&error), Some(Trouble::Proxy(Failed::NoWay(_)))) => failed = error,
                done => return done.map(|()| (socket, found, of_proxy)),
            }
        }
        self.names.forget(host, port, &found);
        Err(failed)
    }
}

/// A part of connecting.
fn open(proxy: &Proxy, socket: &mut Socket, target: &Target<'_>) -> io::Result<()> {
    attempt::timed(|phases| &mut phases.connect, || proxy.open(socket, target))
}

impl Connector for Dialer {
    type Out = Lent;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Lent>, ureq::Error> {
        let Some(authority) = details.uri.authority() else { return Ok(None) };
        // What is over or cancelled sends nothing.
        attempt::left()?;
        let closings = self.pool.closings();
        let is_https = details.needs_tls();
        let mut connection = match self.pool.take(is_https, authority) {
            Some(kept) => {
                attempt::with(|attempt| attempt.trace.is_reused = true)?;
                kept
            }
            None => {
                let new = new_connection(self.dial(is_https, authority)?, authority);
                attempt::with(|attempt| attempt.trace.is_new = true)?;
                new
            }
        };
        connection.begin(attempt::with(|attempt| attempt.request)?)?;
        let waking = connection.socket().waking()?;
        Ok(Some(Lent {
            connection: Some(connection),
            nothing: LazyBuffers::new(1, 1),
            waking: Some(waking),
            pool: Arc::clone(&self.pool),
            closings,
            is_read_to_its_end: false,
        }))
    }
}

/// Out of the way of the handshake, which needs the most stack.
#[inline(never)]
fn new_connection(stream: Stream, authority: &Authority) -> Box<Connection> {
    Box::new(Connection::over(stream, authority.clone()))
}

/// A connection in the HTTP library's hands. When the library lets it go, it is kept if it can serve again.
pub(super) struct Lent {
    /// Always there, but for the moment of its end.
    connection: Option<Box<Connection>>,
    /// What is there then.
    nothing: LazyBuffers,
    waking: Option<Waking>,
    pool: Arc<Pool>,
    /// How often its connections had been closed before.
    closings: u32,
    is_read_to_its_end: bool,
}

impl Drop for Lent {
    fn drop(&mut self) {
        // First: a trigger that comes later must not reach the next one who uses it.
        self.waking = None;
        let Some(mut connection) = self.connection.take() else { return };
        if self.is_read_to_its_end && connection.is_whole() {
            connection.rest();
            self.pool.keep(connection, self.closings);
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
