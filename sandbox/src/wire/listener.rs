//! The sandbox's front door: accepts, and now and then is not there.

use super::line::{Handle, Line, Lines};
use super::reset::Doom;
use super::stream::Stream;
use crate::faults::Faults;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;

/// As many as tokio takes.
const BACKLOG: u32 = 1024;
/// How long to wait before something that failed is tried again: out of files, the port not yet free.
const RETRY: Duration = Duration::from_millis(20);

/// What all doors of one sandbox know.
pub(crate) struct House {
    pub(crate) faults: Arc<Faults>,
    /// The beginning of the paths that no fault keeps from getting through; none where there is no control interface.
    pub(crate) spared: Option<&'static str>,
    pub(crate) verbose: bool,
    lines: Arc<Lines>,
}

impl House {
    pub(crate) fn new(faults: &Arc<Faults>, spared: Option<&'static str>, verbose: bool) -> Arc<Self> {
        Arc::new(Self { faults: Arc::clone(faults), spared, verbose, lines: Arc::default() })
    }
}

pub(crate) struct Front {
    /// None while connections are refused.
    listener: Option<TcpListener>,
    address: SocketAddr,
    house: Arc<House>,
    tls: Option<TlsAcceptor>,
    /// Only the door whose address is given to clients is ever closed.
    can_refuse: bool,
}

impl Front {
    pub(crate) fn new(
        listener: std::net::TcpListener,
        house: Arc<House>,
        tls: Option<TlsAcceptor>,
        can_refuse: bool,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        Ok(Self { listener: Some(TcpListener::from_std(listener)?), address, house, tls, can_refuse })
    }

    /// Really stops listening, so that the operating system refuses, and comes back on the same port.
    async fn refuse(&mut self) {
        let mut changes = self.house.faults.changes();
        let Some(mut until) = self.house.faults.refuses_until() else {
            return;
        };
        self.listener = None;
        // Bound but without a listener: the port is kept, nobody else gets it in the meantime.
        let mut reserved = Some(reserve(self.address).await);
        self.house.lines.hang_up();
        self.house.faults.set_listening(false);
        while Instant::now() < until {
            tokio::select! {
                _ = tokio::time::sleep_until(until.into()) => {}
                _ = changes.changed() => {}
            }
            match self.house.faults.refuses_until() {
                Some(later) => until = later,
                None => break,
            }
        }
        while self.listener.is_none() {
            let socket = match reserved.take() {
                Some(socket) => socket,
                None => reserve(self.address).await,
            };
            match socket.listen(BACKLOG) {
                Ok(listener) => self.listener = Some(listener),
                Err(_) => tokio::time::sleep(RETRY).await,
            }
        }
        self.house.faults.set_listening(true);
    }

    async fn next_socket(&mut self) -> (TcpStream, SocketAddr) {
        let mut changes = self.house.faults.changes();
        loop {
            if self.can_refuse {
                self.refuse().await;
            }
            let accepted = tokio::select! {
                accepted = accept(self.listener.as_ref()) => accepted,
                _ = changes.changed() => continue,
            };
            match accepted {
                Ok(accepted) => return accepted,
                // Of one connection, or out of files; either way there is more to accept.
                Err(_) => tokio::time::sleep(RETRY).await,
            }
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        // Never so between two refusals.
        None => Err(io::ErrorKind::NotConnected.into()),
    }
}

impl Listener for Front {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        loop {
            let (socket, peer) = self.next_socket().await;
            // Small answers must leave at once: the library's speed is measured against this server.
            let _ = socket.set_nodelay(true);
            let mut doom = None;
            if let Some(spared) = self.house.spared {
                doom = self.house.faults.has_reset().then(|| Doom::new(&self.house.faults, spared));
            } else if self.house.faults.resets_connection() {
                let _ = socket.set_zero_linger();
                continue;
            }
            let stream = Stream::new(socket, self.tls.as_ref(), self.house.verbose);
            return (Line::new(stream, doom, &self.house.lines), peer);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Connected<IncomingStream<'_, Front>> for Handle {
    fn connect_info(incoming: IncomingStream<'_, Front>) -> Self {
        incoming.io().handle()
    }
}

/// The port, bound and without a listener.
async fn reserve(address: SocketAddr) -> TcpSocket {
    loop {
        if let Ok(socket) = new_socket(address)
            && socket.bind(address).is_ok()
        {
            return socket;
        }
        // The kernel is still closing the listener, or somebody was quicker; he may go away again.
        tokio::time::sleep(RETRY).await;
    }
}

fn new_socket(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // On Unix: closed connections that still linger on the port are no obstacle. On Windows it would mean something else.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    Ok(socket)
}
