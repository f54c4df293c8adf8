//! TLS over a socket.

use super::attempt;
use super::socket::{SOMETHING_CAME, Socket};
use super::trouble::{Trouble, is_peers};
use crate::trust::Trust;
use rustls::{ClientConnection, IoState};
use std::io::{self, ErrorKind, Read as _, Write as _};

/// Shakes hands, as a part of connecting.
pub(super) fn shake_hands(trust: &Trust, host: &str, socket: &mut Socket) -> io::Result<Box<ClientConnection>> {
    let mut session = trust.https_session(host).map_err(|error| Trouble::Tls(error).into_io())?;
    let _waking = socket.waking()?;
    while session.is_handshaking() {
        send_or_hear(&mut session, socket)?;
        if session.is_handshaking() && session.wants_read() {
            read_records(&mut session, socket)?;
        }
    }
    send_or_hear(&mut session, socket)?;
    attempt::left_to_connect()?;
    Ok(session)
}

/// Sends what the session has to say. A peer that hung up meanwhile may have said why, as it does where it wants another
/// certificate of the client.
fn send_or_hear(session: &mut ClientConnection, socket: &mut Socket) -> io::Result<()> {
    let Err(error) = send(session, socket) else { return Ok(()) };
    while is_peers(&error) {
        match read_records(session, socket) {
            Ok((1.., _)) => {}
            Err(why) if Trouble::of(&why).is_some() => return Err(why),
            _ => break,
        }
    }
    Err(error)
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
