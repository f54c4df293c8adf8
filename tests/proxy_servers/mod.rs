//! Proxies for tests: real ones from Debian, and one that does what a test says.

#![allow(dead_code, reason = "each test program uses some of it")]

use crate::support::{self, Folder};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

pub const USER: &str = "terminal";
pub const PASSWORD: &str = "a proxy's p@ss:word";
/// As it stands in an address.
pub const ENCODED: &str = "a%20proxy's%20p%40ss%3Aword";
/// As it is sent in a header.
pub const BASIC: &str = "dGVybWluYWw6YSBwcm94eSdzIHBAc3M6d29yZA==";

/// A program that runs until this goes.
pub struct Program {
    child: Child,
    pub port: u16,
    folder: Folder,
}

impl Drop for Program {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Program {
    fn start(command: impl Fn(u16, &Folder) -> Command) -> Program {
        // Between choosing a port and the program's listening there somebody else may take it.
        for _ in 0..5 {
            let port = free_port();
            let folder = Folder::new();
            let mut command = command(port, &folder);
            let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
            let mut program =
                Program { child: child.unwrap_or_else(|error| panic!("{command:?}: {error}")), port, folder };
            let deadline = Instant::now() + Duration::from_secs(10);
            while Instant::now() < deadline && program.child.try_wait().unwrap().is_none() {
                if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    return program;
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
        panic!("a proxy does not listen");
    }

    /// What tinyproxy has written down.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// tinyproxy; `more` are lines of its configuration. `None` where it is not installed.
pub fn tinyproxy(more: &str) -> Option<Program> {
    support::has("tinyproxy").then(|| {
        Program::start(|port, folder| {
            let file = folder.path().join("tinyproxy.conf");
            let log = folder.path().join("log");
            let text = format!(
                "Port {port}\nListen 127.0.0.1\nTimeout 20\nMaxClients 50\nAllow 127.0.0.1\nLogLevel Connect\nLogFile \"{}\"\n{more}\n",
                log.display()
            );
            fs::write(&file, text).unwrap();
            let mut command = Command::new("tinyproxy");
            command.arg("-d").arg("-c").arg(file);
            command
        })
    })
}

/// microsocks. `None` where it is not installed.
pub fn microsocks(arguments: &[&str]) -> Option<Program> {
    support::has("microsocks").then(|| {
        Program::start(|port, _| {
            let mut command = Command::new("microsocks");
            command.args(["-i", "127.0.0.1", "-p", &port.to_string()]).args(arguments);
            command
        })
    })
}

/// A proxy that does what a test says, with each connection.
pub struct Scripted {
    pub address: SocketAddr,
    connections: Arc<Mutex<Vec<SocketAddr>>>,
}

impl Scripted {
    pub fn start(act: impl Fn(TcpStream) + Send + Sync + 'static) -> Scripted {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connections: Arc<Mutex<Vec<SocketAddr>>> = Arc::default();
        let (seen, act) = (Arc::clone(&connections), Arc::new(act));
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                seen.lock().unwrap().push(connection.peer_addr().unwrap());
                let act = Arc::clone(&act);
                thread::spawn(move || act(connection));
            }
        });
        Scripted { address, connections }
    }

    /// Answers whatever comes first with these bytes, and closes.
    pub fn answering(bytes: impl Into<Vec<u8>>) -> Scripted {
        let bytes = bytes.into();
        Scripted::start(move |mut connection| {
            let mut request = [0; 4096];
            _ = connection.read(&mut request);
            _ = connection.write_all(&bytes);
            // Not with a reset, which would take the answer along.
            _ = connection.shutdown(Shutdown::Write);
            while connection.read(&mut request).is_ok_and(|length| length > 0) {}
        })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From where the connections came.
    pub fn connections(&self) -> Vec<SocketAddr> {
        self.connections.lock().unwrap().clone()
    }
}

/// Reads a head; what came of it where it ended before.
pub fn read_head(connection: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && connection.read(&mut byte).is_ok_and(|length| length > 0) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Passes everything on between two connections, to the end of one of them.
pub fn join(one: TcpStream, other: TcpStream) {
    let copy = |mut from: TcpStream, mut to: TcpStream| {
        thread::spawn(move || {
            _ = std::io::copy(&mut from, &mut to);
            _ = to.shutdown(Shutdown::Both);
            _ = from.shutdown(Shutdown::Both);
        })
    };
    let there = copy(one.try_clone().unwrap(), other.try_clone().unwrap());
    _ = copy(other, one).join();
    _ = there.join();
}
