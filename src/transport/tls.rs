//! TLS over a socket.

use super::attempt;
use super::socket::{SOMETHING_CAME, Socket};
use super::trouble::Trouble;
use crate::hex::hex;
use once_cell::sync::OnceCell;
use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ClientConnection, IoState, RootCertStore};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::sync::Arc;

/// Whom a client trusts. What that takes is made with the first connection: most deployments have none.
#[derive(Default)]
pub(super) struct Trust {
    more_roots: Roots,
    config: OnceCell<Arc<ClientConfig>>,
}

/// Certificates of authorities beside the built-in ones.
#[derive(Clone, Default)]
pub(crate) struct Roots(Arc<[rustls::pki_types::CertificateDer<'static>]>);

impl fmt::Debug for Roots {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "({} certificates)", self.0.len())
    }
}

impl Roots {
    /// Of the text of a PEM file; the error is the end of a sentence that begins with the file.
    pub(crate) fn of_pem(text: &[u8]) -> Result<Roots, String> {
        let found: Result<Vec<_>, _> = rustls::pki_types::CertificateDer::pem_slice_iter(text).collect();
        let found = found.map_err(|error| format!("is not valid PEM: {error}"))?;
        if found.is_empty() {
            return Err("has no certificate: expected PEM, with BEGIN CERTIFICATE".to_owned());
        }
        for certificate in &found {
            let mut store = RootCertStore::empty();
            store
                .add(certificate.clone())
                .map_err(|error| format!("has a certificate that cannot be used: {error}"))?;
        }
        Ok(Roots(found.into()))
    }

    /// What tells each from others.
    pub(crate) fn digests(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|certificate| hex(&Sha256::digest(certificate)))
    }
}

impl Trust {
    pub(super) fn in_also(more_roots: Roots) -> Trust {
        Trust { more_roots, config: OnceCell::new() }
    }

    fn config(&self) -> io::Result<Arc<ClientConfig>> {
        let make = || {
            let mut roots = RootCertStore::empty();
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            for certificate in self.more_roots.0.iter() {
                roots.add(certificate.clone()).map_err(|error| Trouble::Tls(error).into_io())?;
            }
            let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|error| Trouble::Tls(error).into_io())?
                .with_root_certificates(roots)
                .with_no_client_auth();
            Ok(Arc::new(config))
        };
        self.config.get_or_try_init(make).cloned()
    }

    /// A session of its own, for a connection to this host. A session is large: nobody else's stack has room for a copy of it,
    /// least of all that of the handshake, where a call needs the most.
    #[inline(never)]
    fn session(&self, host: &str) -> io::Result<Box<ClientConnection>> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Trouble::Tls(rustls::Error::UnsupportedNameType).into_io())?;
        match ClientConnection::new(self.config()?, name) {
            Ok(session) => Ok(Box::new(session)),
            Err(error) => Err(Trouble::Tls(error).into_io()),
        }
    }

    /// Shakes hands, as a part of connecting.
    pub(super) fn shake_hands(&self, host: &str, socket: &mut Socket) -> io::Result<Box<ClientConnection>> {
        let mut session = self.session(host)?;
        let _waking = socket.waking()?;
        while session.is_handshaking() {
            send(&mut session, socket)?;
            if session.is_handshaking() && session.wants_read() {
                read_records(&mut session, socket)?;
            }
        }
        send(&mut session, socket)?;
        attempt::left_to_connect()?;
        Ok(session)
    }
}

/// Sends what the session has to say. What comes meanwhile is read where it belongs to the session alone, such as a ticket;
/// [`SOMETHING_CAME`] where it is an answer, or the end.
pub(super) fn send(session: &mut ClientConnection, socket: &mut Socket) -> io::Result<()> {
    while session.wants_write() {
        match session.write_tls(socket) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(_) => {}
            Err(error) if error.kind() == SOMETHING_CAME => check_unanswered(session, socket)?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Sends all of that, as much at once as the session takes.
pub(super) fn write_all(session: &mut ClientConnection, socket: &mut Socket, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        check_unanswered(session, socket)?;
        let count = session.writer().write(bytes)?;
        if count == 0 {
            return Err(ErrorKind::WriteZero.into());
        }
        send(session, socket)?;
        bytes = bytes.get(count..).unwrap_or_default();
    }
    Ok(())
}

/// Reads what came in the middle of a long request.
fn check_unanswered(session: &mut ClientConnection, socket: &mut Socket) -> io::Result<()> {
    while socket.is_interrupted() {
        let (count, state) = read_records(session, socket)?;
        if count == 0 || state.plaintext_bytes_to_read() > 0 || state.peer_has_closed() {
            return Err(SOMETHING_CAME.into());
        }
    }
    Ok(())
}

/// Receives at least one byte of the peer's, or 0 at the end that the peer made. A cut is an error. `is_given_up`: the request
/// was not sent whole, and its rest must not follow.
pub(super) fn receive(
    session: &mut ClientConnection,
    socket: &mut Socket,
    room: &mut [u8],
    is_given_up: bool,
) -> io::Result<usize> {
    loop {
        match session.reader().read(room) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            done => return done,
        }
        read_records(session, socket)?;
        // An answer to what belongs to the session alone.
        if !is_given_up {
            send(session, socket)?;
        }
    }
}

/// How many bytes of it came, 0 at the end, and what the session has since.
fn read_records(session: &mut ClientConnection, socket: &mut Socket) -> io::Result<(usize, IoState)> {
    let count = session.read_tls(socket)?;
    let state = match session.process_new_packets() {
        Ok(state) => state,
        Err(error) => {
            // The peer is told why, if that can be had at once.
            _ = session.write_tls(socket);
            return Err(Trouble::Tls(error).into_io());
        }
    };
    if count == 0 && session.is_handshaking() {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok((count, state))
}
