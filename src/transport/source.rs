//! From where connections are made, on a machine with more than one way out.

use super::trouble::Trouble;
use std::io;
use std::net::{IpAddr, SocketAddr};

/// From where connections are made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Bind {
    Address(IpAddr),
    Interface(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IpVersion {
    V4,
    V6,
}

impl Bind {
    /// The longest name of a network interface on Linux.
    const LONGEST: usize = 15;

    /// The error is the end of a sentence that begins with the key.
    pub(crate) fn parse(text: &str) -> Result<Bind, String> {
        if let Ok(address) = without_brackets(text).parse::<IpAddr>() {
            if address.is_multicast() || matches!(address, IpAddr::V4(v4) if v4.is_broadcast()) {
                return Err(format!("expected an address of this machine, got {text}"));
            }
            return Ok(Bind::Address(address));
        }
        let is_name = (1..=Bind::LONGEST).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'/' | b':'))
            && !matches!(text, "." | "..");
        if !is_name {
            return Err(
                "expected a source address such as 10.0.0.7, or the name of a network interface such as eth1 (at \
                        most 15 characters)"
                    .to_owned(),
            );
        }
        if !cfg!(any(target_os = "linux", target_os = "android")) {
            return Err(format!(
                "expected a source address: this system binds to no interface by its name, got {text:?}"
            ));
        }
        Ok(Bind::Interface(text.to_owned()))
    }

    /// The only version that can leave from here.
    pub(crate) fn ip_version(&self) -> Option<IpVersion> {
        match self {
            Bind::Address(address) => Some(IpVersion::of(*address)),
            Bind::Interface(_) => None,
        }
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Bind::Address(address) => address.to_string(),
            Bind::Interface(name) => name.clone(),
        }
    }

    /// Has a new socket leave from here.
    pub(super) fn apply_to(&self, socket: &socket2::Socket) -> io::Result<()> {
        match self {
            Bind::Address(address) => socket
                .bind(&SocketAddr::new(*address, 0).into())
                .map_err(|error| Trouble::OwnSettings(refused_address(*address, &error)).into_io()),
            #[cfg(any(target_os = "linux", target_os = "android"))]
            Bind::Interface(name) => socket
                .bind_device(Some(name.as_bytes()))
                .map_err(|error| Trouble::OwnSettings(refused_interface(name, &error)).into_io()),
            #[cfg(not(any(target_os = "linux", target_os = "android")))]
            Bind::Interface(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

fn refused_address(address: IpAddr, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrNotAvailable => format!("this machine has no address {address} (bind)"),
        _ => format!("no connection can be made from {address} (bind): {error}"),
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn refused_interface(name: &str, error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::ENODEV) => format!("this machine has no network interface {name:?} (bind)"),
        Some(libc::EPERM) => format!(
            "this process may not bind to the network interface {name:?} (bind): Linux before 5.7 wants the right \
             CAP_NET_RAW for it; the interface's address does without"
        ),
        _ => format!("no connection can be made from the network interface {name:?} (bind): {error}"),
    }
}

impl IpVersion {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            IpVersion::V4 => "4",
            IpVersion::V6 => "6",
        }
    }

    pub(super) fn of(address: IpAddr) -> IpVersion {
        if address.is_ipv4() { IpVersion::V4 } else { IpVersion::V6 }
    }
}

/// An address of IPv6 as it stands in a URL.
pub(super) fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}
