//! HTTP CONNECT.

use super::Target;
use crate::transport::head;
use crate::transport::proxy_failed::Failed;
use crate::transport::socket::Socket;
use std::io::{self, Read as _, Write as _};
use zeroize::Zeroizing;

/// Has an HTTP proxy connect to the target.
pub(super) fn open(socket: &mut Socket, target: &Target<'_>, basic: Option<&str>) -> io::Result<()> {
    let place = match target {
        Target::Named(host, port) => format!("{host}:{port}"),
        Target::Address(address) => address.to_string(),
    };
    let mut request = Zeroizing::new(format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n"));
    if let Some(basic) = basic {
        request.reserve_exact(basic.len() + 40);
        request.push_str("Proxy-Authorization: Basic ");
        request.push_str(basic);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    socket.write_all(request.as_bytes()).map_err(Failed::of_socket)?;
    let (answer, rest) = read(socket)?;
    match answer.status {
        // Some web servers answer any method with a page: then nothing of the request may follow.
        200..300 if rest > 0 || answer.has_body => {
            Err(Failed::Odd("it answered CONNECT with a page".to_owned()).into_io())
        }
        200..300 => Ok(()),
        401 | 407 if basic.is_some() => {
            Err(Failed::Credentials(format!("it refused the user and the password (HTTP {})", answer.status)).into_io())
        }
        401 | 407 => {
            let offer = match answer.offers.as_slice() {
                [] => String::new(),
                offers if offers.iter().any(|offer| offer.eq_ignore_ascii_case("basic")) => String::new(),
                offers => format!(", and offers {}; this library knows Basic", offers.join(", ")),
            };
            Err(Failed::Credentials(format!("it wants a user and a password (HTTP {}{offer})", answer.status))
                .into_io())
        }
        403 => Err(Failed::Forbidden(answer.words()).into_io()),
        500..600 => Err(Failed::NoWay(answer.words()).into_io()),
        _ => Err(Failed::Odd(format!("it answered CONNECT with {}", answer.words())).into_io()),
    }
}

/// The head of the proxy's answer, and how much came behind it.
fn read(socket: &mut Socket) -> io::Result<(head::Tunnel, usize)> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 1024]);
    loop {
        match head::tunnel(&bytes).map_err(|problem| Failed::Odd(described(problem, &bytes)).into_io())? {
            Some(answer) if answer.status < 200 => drop(bytes.drain(..answer.length)),
            Some(answer) => {
                let rest = bytes.len() - answer.length;
                return Ok((answer, rest));
            }
            None => match socket.read(&mut piece).map_err(Failed::of_socket)? {
                0 => return Err(Failed::Closed.into_io()),
                length => bytes.extend_from_slice(piece.get(..length).unwrap_or_default()),
            },
        }
    }
}

fn described(problem: &str, bytes: &[u8]) -> String {
    match bytes.trim_ascii_start().first() {
        Some(b'<') => "it answered with a page (HTML), and not in HTTP".to_owned(),
        Some(5) => {
            "it does not speak HTTP; if it speaks SOCKS, proxy has to begin with socks5:// or socks5h://".to_owned()
        }
        _ if problem == head::IS_TLS => {
            "it speaks TLS; only a proxy that is reached without TLS is supported".to_owned()
        }
        _ => format!("its answer is not valid HTTP: {problem}"),
    }
}
