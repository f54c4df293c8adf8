//! How a proxy fails, in words. Nothing of a request was sent then.

use std::io;
use std::net::SocketAddr;

#[derive(Debug)]
pub(super) enum Failed {
    /// Its name has no address.
    NoAddress,
    /// The address is the one that was tried last.
    NotConnected(SocketAddr, io::Error),
    /// What it said of user and password.
    Credentials(String),
    /// Its rules do not allow the target.
    Forbidden(String),
    /// It cannot reach the target.
    NoWay(String),
    /// It is no proxy, or not of this kind.
    Odd(String),
    Closed,
    Broke(io::Error),
}

impl Failed {
    /// Another try would end the same way, until somebody changes a setting.
    pub(super) fn is_lasting(&self) -> bool {
        matches!(self, Failed::Credentials(_) | Failed::Forbidden(_))
    }

    /// What the system said where there was no connection.
    pub(super) fn not_connected(&self) -> Option<&io::Error> {
        match self {
            Failed::NotConnected(_, error) => Some(error),
            _ => None,
        }
    }

    /// `proxy` is its address; `source` is what names it.
    pub(super) fn words(&self, proxy: &str, source: &str, target: &str) -> String {
        let named_by = match source {
            "proxy" => "the configuration key proxy".to_owned(),
            variable => format!("the environment variable {variable}"),
        };
        match self {
            Failed::NoAddress => format!(
                "the host name of the proxy {proxy} could not be resolved: is it right in {named_by}, and does this machine \
                 reach its DNS server?"
            ),
            Failed::NotConnected(tried, error) => format!(
                "no connection to the proxy {proxy} ({tried}): {error}; is the proxy running, and is its address right in \
                 {named_by}?"
            ),
            Failed::Credentials(what) => format!(
                "the proxy {proxy} let nothing through to {target}: {what}; user and password stand in {named_by}, as in \
                 scheme://user:password@host:port"
            ),
            Failed::Forbidden(what) => format!("the proxy {proxy} does not allow a connection to {target}: {what}"),
            Failed::NoWay(what) => format!("the proxy {proxy} has no connection to {target}: {what}"),
            Failed::Odd(what) => {
                format!("the proxy {proxy} opened no way to {target}: {what}; is its address right in {named_by}?")
            }
            Failed::Closed => {
                format!("the proxy {proxy} closed the connection before there was a way to {target}")
            }
            Failed::Broke(error) => {
                format!("the connection to the proxy {proxy} broke before there was a way to {target}: {error}")
            }
        }
    }
}
