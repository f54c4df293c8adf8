//! The sandbox as the platform of a fleet.

use super::options::Pace;
use super::redis::Redis;
use crate::catalog::Result;
use crate::server::Server;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

/// It ends with us.
pub struct Platform {
    _server: Server,
    hst: Value,
    address: String,
}

/// How many calls have arrived.
#[derive(Debug, Clone, Copy)]
pub struct Arrived {
    pub fetches: u64,
    pub calls: u64,
}

impl Platform {
    /// With tokens that live as long as the pace says.
    pub fn start(program: &Path, pace: Pace) -> Result<Platform> {
        let mut sandbox = Command::new(program);
        sandbox.args(["--listen", "127.0.0.1:0", "--control", "--hst-token-lifetime"]);
        let server = Server::start(sandbox.arg(pace.lifetime.as_secs().to_string()))?;
        let first: Value = serde_json::from_str(&server.first_line)?;
        let hst = first.get("hst").cloned().ok_or("the sandbox's first line lacks hst")?;
        let url = hst.get("base_url").and_then(Value::as_str).and_then(|url| url.strip_prefix("http://"));
        let address = url.ok_or("the sandbox does not say where it listens")?.to_owned();
        Ok(Platform { _server: server, hst, address })
    }

    /// The configuration of each terminal: one account, its token in this redis.
    pub fn configuration(&self, redis: &Redis) -> Value {
        let mut config = self.hst.clone();
        if let Some(members) = config.as_object_mut() {
            members.insert("token_store".to_owned(), json!({ "redis": redis.url() }));
        }
        config
    }

    pub fn arrived(&self) -> Result<Arrived> {
        let mut connection = TcpStream::connect(&self.address)?;
        write!(connection, "GET /_sandbox/counts HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address)?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        let (_, body) = answer.split_once("\r\n\r\n").ok_or("the sandbox does not answer")?;
        let counts: Value = serde_json::from_str(body).map_err(|error| format!("{error}: {answer}"))?;
        let of = |operation: &str| counts.get(operation).and_then(Value::as_u64).unwrap_or_default();
        Ok(Arrived { fetches: of("hst.access.token"), calls: of("hst.online.user.state") })
    }
}
