//! A server of ours as a process that ends with us.

use crate::catalog::Result;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

pub struct Server {
    process: Child,
    /// How it is reached.
    pub first_line: String,
}

impl Server {
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Starts it, and waits for its first line.
    pub fn start(command: &mut Command) -> Result<Server> {
        let process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut server = Server { process, first_line: String::new() };
        let stdout = server.process.stdout.take().ok_or("the server has no output")?;
        BufReader::new(stdout).read_line(&mut server.first_line)?;
        server.first_line.truncate(server.first_line.trim_end().len());
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
