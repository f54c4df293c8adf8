//! A redis server of the test's own, on a free port.

#![allow(dead_code, reason = "each test program uses some of it")]

use std::io::{self, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

pub struct Redis {
    server: Option<Child>,
    port: u16,
    address: String,
}

impl Redis {
    /// `None`, said aloud, where redis is not installed.
    pub fn start() -> Option<Redis> {
        for program in ["redis-server", "redis-cli"] {
            if Command::new(program).arg("--version").stdout(Stdio::null()).status().is_err() {
                // Past the test harness, which keeps what a passing test prints to itself.
                _ = writeln!(io::stderr(), "SKIPPED: {program} is not installed");
                return None;
            }
        }
        // Free a moment ago; nobody else takes it so soon.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut redis = Redis { server: None, port, address: format!("127.0.0.1:{port}") };
        redis.start_again();
        Some(redis)
    }

    /// With nothing of what it knew: it keeps no file.
    pub fn start_again(&mut self) {
        let mut server = Command::new("redis-server");
        server.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        self.server = Some(server.stdout(Stdio::null()).spawn().unwrap());
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(&self.address).is_err() {
            assert!(Instant::now() < deadline, "redis did not start");
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            _ = server.kill();
            _ = server.wait();
        }
    }

    /// It hangs: connections stay, and nothing is said.
    pub fn hang(&self, hangs: bool) {
        let signal = if hangs { "-STOP" } else { "-CONT" };
        let id = self.server.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    pub fn url(&self) -> String {
        format!("redis://{}/0", self.address)
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// What redis answers, as redis-cli prints it into a pipe.
    pub fn ask(&self, command: &[&str]) -> String {
        let output = Command::new("redis-cli").args(["-p", &self.port.to_string()]).args(command).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    pub fn keys(&self) -> Vec<String> {
        self.ask(&["KEYS", "*"]).lines().map(str::to_owned).collect()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}
