//! SOCKS5 (RFC 1928), with user and password (RFC 1929).

use super::Target;
use crate::transport::proxy_failed::Failed;
use crate::transport::socket::Socket;
use crate::transport::source::without_brackets;
use std::io::{self, Read as _, Write as _};
use std::net::IpAddr;

const VERSION: u8 = 5;
const NO_CREDENTIALS: u8 = 0;
const PASSWORD: u8 = 2;
const NONE_ACCEPTABLE: u8 = 0xff;
/// Of the exchange of user and password.
const PASSWORD_VERSION: u8 = 1;
const CONNECT: u8 = 1;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// Has a SOCKS5 proxy connect to the target.
pub(super) fn open(socket: &mut Socket, target: &Target<'_>, user: Option<(&str, &str)>) -> io::Result<()> {
    let methods: &[u8] = if user.is_some() { &[NO_CREDENTIALS, PASSWORD] } else { &[NO_CREDENTIALS] };
    let greeting = [&[VERSION, methods.len() as u8], methods].concat();
    socket.write_all(&greeting).map_err(Failed::of_socket)?;
    let [version, method] = read(socket)?;
    if version != VERSION {
        return Err(Failed::Odd(other_protocol(version)).into_io());
    }
    match (method, user) {
        (NO_CREDENTIALS, _) => {}
        (PASSWORD, Some((name, password))) => log_in(socket, name, password)?,
        (NONE_ACCEPTABLE, Some(_)) => {
            let problem = "it takes neither a user with a password nor a client without them";
            return Err(Failed::Credentials(problem.to_owned()).into_io());
        }
        (NONE_ACCEPTABLE, None) => {
            return Err(Failed::Credentials("it takes no client without a user and a password".to_owned()).into_io());
        }
        (other, _) => return Err(Failed::Odd(format!("it chose the method {other}, which was not offered")).into_io()),
    }
    socket.write_all(&request(target)?).map_err(Failed::of_socket)?;
    let [version, reply, _, kind] = read(socket)?;
    if version != VERSION {
        return Err(Failed::Odd(other_protocol(version)).into_io());
    }
    if reply != 0 {
        return Err(refused(reply).into_io());
    }
    // From where it connects, which is of no use here.
    match kind {
        IPV4 => drop(read::<6>(socket)?),
        IPV6 => drop(read::<18>(socket)?),
        NAME => {
            let [length] = read(socket)?;
            for _ in 0..usize::from(length) + 2 {
                read::<1>(socket)?;
            }
        }
        other => return Err(Failed::Odd(format!("its reply has the address type {other}")).into_io()),
    }
    Ok(())
}

fn log_in(socket: &mut Socket, name: &str, password: &str) -> io::Result<()> {
    let mut message = zeroize::Zeroizing::new(Vec::with_capacity(name.len() + password.len() + 3));
    message.push(PASSWORD_VERSION);
    for part in [name, password] {
        // The configuration has refused longer ones.
        message.push(u8::try_from(part.len()).unwrap_or(u8::MAX));
        message.extend_from_slice(part.as_bytes());
    }
    socket.write_all(&message).map_err(Failed::of_socket)?;
    // Some servers put the version of SOCKS where that of this exchange belongs.
    let [_, status] = read(socket)?;
    match status {
        0 => Ok(()),
        _ => Err(Failed::Credentials("it refused the user and the password".to_owned()).into_io()),
    }
}

fn request(target: &Target<'_>) -> io::Result<Vec<u8>> {
    let mut message = vec![VERSION, CONNECT, 0];
    let (host, port) = match target {
        Target::Named(host, port) => (*host, *port),
        Target::Address(address) => {
            push_address(address.ip(), &mut message);
            message.extend_from_slice(&address.port().to_be_bytes());
            return Ok(message);
        }
    };
    let plain = without_brackets(host);
    match plain.parse::<IpAddr>() {
        Ok(address) => push_address(address, &mut message),
        Err(_) => {
            let length = u8::try_from(host.len());
            let length =
                length.map_err(|_| Failed::Odd("a host name has at most 255 bytes in SOCKS5".to_owned()).into_io())?;
            message.extend_from_slice(&[NAME, length]);
            message.extend_from_slice(host.as_bytes());
        }
    }
    message.extend_from_slice(&port.to_be_bytes());
    Ok(message)
}

fn push_address(address: IpAddr, message: &mut Vec<u8>) {
    match address {
        IpAddr::V4(address) => {
            message.push(IPV4);
            message.extend_from_slice(&address.octets());
        }
        IpAddr::V6(address) => {
            message.push(IPV6);
            message.extend_from_slice(&address.octets());
        }
    }
}

fn refused(reply: u8) -> Failed {
    Failed::NoWay(
        match reply {
            1 => "general failure (SOCKS reply 1)",
            2 => return Failed::Forbidden("not allowed by its rules (SOCKS reply 2)".to_owned()),
            3 => "network unreachable (SOCKS reply 3)",
            4 => "host unreachable (SOCKS reply 4)",
            5 => "connection refused (SOCKS reply 5)",
            6 => "time to live expired (SOCKS reply 6)",
            7 => "it does not support CONNECT (SOCKS reply 7)",
            8 => "it does not support this type of address (SOCKS reply 8)",
            other => return Failed::NoWay(format!("SOCKS reply {other}")),
        }
        .to_owned(),
    )
}

/// What answers with such a first byte.
fn other_protocol(version: u8) -> String {
    match version {
        0 | 4 => "it speaks SOCKS4 only".to_owned(),
        b'H' | b'<' => "it does not speak SOCKS5; if it speaks HTTP, proxy has to begin with http://".to_owned(),
        _ => "it does not speak SOCKS5".to_owned(),
    }
}

fn read<const N: usize>(socket: &mut Socket) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    socket.read_exact(&mut bytes).map_err(Failed::of_socket)?;
    Ok(bytes)
}
