//! A redis server of a fleet's own, and what it says of itself.

use crate::catalog::Result;
use crate::prerequisites::REDIS;
use crate::workspace::output_of;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// It keeps no file, and ends with us.
pub struct Redis {
    server: Child,
    port: String,
}

/// What it has done, and has.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Our library sends nothing else than EVAL once it is connected.
    pub evals: u64,
    /// Without the one that asks.
    pub connections: u64,
    pub memory_bytes: u64,
}

impl Redis {
    pub fn start() -> Result<Redis> {
        REDIS.provide()?;
        // Free a moment ago; nobody else takes it so soon.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string();
        let mut server = Command::new("redis-server");
        server.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        // Redis takes less if the system allows less.
        server.args(["--maxclients", "100000"]);
        let server = server.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let redis = Redis { server, port };
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(format!("127.0.0.1:{}", redis.port)).is_err() {
            if Instant::now() > deadline {
                return Err("redis did not start within ten seconds".into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(redis)
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// A command of redis' own tools, set at this server.
    pub fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.args(["-p", &self.port]);
        command
    }

    pub fn told(&self) -> Result<Told> {
        let info = output_of(self.tool("redis-cli").args(["INFO", "everything"]))?;
        Ok(told(&info)?)
    }

    pub fn version(&self) -> Result<String> {
        let info = output_of(self.tool("redis-cli").args(["INFO", "server"]))?;
        Ok(value(&info, "redis_version").ok_or("redis tells no version")?.to_owned())
    }

    /// Watches what comes, from now on.
    pub fn watch(&self) -> Result<Watch<'_>> {
        let mut monitor = self.tool("redis-cli").arg("MONITOR").stdout(Stdio::piped()).spawn()?;
        let output = monitor.stdout.take().ok_or("redis-cli has no output")?;
        let mut watch = Watch { redis: self, monitor, lines: BufReader::new(output) };
        // `OK`: it watches.
        watch.lines.read_line(&mut String::new())?;
        Ok(watch)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        _ = self.server.kill();
        _ = self.server.wait();
    }
}

/// `redis-cli MONITOR`.
pub struct Watch<'r> {
    redis: &'r Redis,
    monitor: Child,
    lines: BufReader<ChildStdout>,
}

impl Watch<'_> {
    /// The scripts that clients have sent since, with their arguments, in their order.
    pub fn scripts(mut self) -> Result<Vec<Vec<String>>> {
        const END: &str = "the last command that is watched";
        output_of(self.redis.tool("redis-cli").args(["ECHO", END]))?;
        let mut scripts = Vec::new();
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line)? == 0 {
                return Err("redis-cli stopped watching".into());
            }
            // What a script does itself is told as well.
            if line.contains(" lua] ") {
                continue;
            }
            let words = words(&line);
            match words.first().map(|name| name.to_ascii_uppercase()).as_deref() {
                Some("ECHO") if words.last().is_some_and(|word| word == END) => return Ok(scripts),
                Some("EVAL") => scripts.push(words),
                _ => {}
            }
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        _ = self.monitor.kill();
        _ = self.monitor.wait();
    }
}

/// The quoted words of a line of MONITOR, as they were sent.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut characters = line.chars();
    while characters.any(|character| character == '"') {
        let mut word = String::new();
        while let Some(character) = characters.next() {
            match character {
                '"' => break,
                '\\' => word.extend(escaped(&mut characters)),
                other => word.push(other),
            }
        }
        words.push(word);
    }
    words
}

/// What a backslash stands for, with what follows it.
fn escaped(rest: &mut impl Iterator<Item = char>) -> Option<char> {
    Some(match rest.next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'a' => '\x07',
        'b' => '\x08',
        'x' => {
            let digits = [rest.next()?.to_digit(16)?, rest.next()?.to_digit(16)?];
            char::from_u32(16 * digits[0] + digits[1])?
        }
        other => other,
    })
}

fn told(info: &str) -> std::result::Result<Told, String> {
    let number = |name: &str| {
        value(info, name).and_then(|value| value.parse().ok()).ok_or_else(|| format!("redis does not tell {name}"))
    };
    // `calls=7,usec=…`; not there until the first one.
    let evals =
        value(info, "cmdstat_eval").and_then(|stat| stat.strip_prefix("calls=")?.split(',').next()?.parse().ok());
    let connections: u64 = number("connected_clients")?;
    Ok(Told {
        evals: evals.unwrap_or_default(),
        connections: connections.saturating_sub(1),
        memory_bytes: number("used_memory")?,
    })
}

fn value<'i>(info: &'i str, name: &str) -> Option<&'i str> {
    info.lines().find_map(|line| line.trim_end().strip_prefix(name)?.strip_prefix(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_redis_says_of_itself_is_read() {
        let info = "# Clients\r\nconnected_clients:9\r\nused_memory:1048576\r\nused_memory_rss:2\r\n\
                    cmdstat_eval:calls=42,usec=900,usec_per_call=21.4\r\n";
        assert_eq!(told(info), Ok(Told { evals: 42, connections: 8, memory_bytes: 1_048_576 }));
        assert_eq!(told("connected_clients:1\r\nused_memory:7\r\n").unwrap().evals, 0);
        assert_eq!(told("used_memory:7\r\n"), Err("redis does not tell connected_clients".to_owned()));
    }

    #[test]
    fn a_watched_command_is_what_was_sent() {
        let line = r#"1.5 [0 127.0.0.1:4] "EVAL" "return \"a\\b\"\n-- \x41" "1" """#;
        assert_eq!(words(line), ["EVAL", "return \"a\\b\"\n-- A", "1", ""]);
        assert!(words("OK\n").is_empty());
    }
}
