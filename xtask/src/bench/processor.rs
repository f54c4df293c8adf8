//! Which processor a process runs on.
//!
//! Where caller and server are on two processors of a virtual machine, a call takes about four times as long, for the very same
//! code. The system chooses anew every now and then, so that contenders would be compared in different modes.

use crate::catalog::Result;
use crate::prerequisites::TASKSET;
use std::process::{Command, Stdio};

/// The one on which callers meet their server.
const SHARED: &str = "0";

/// Holds processes on one processor while this lives.
pub struct Together(Vec<u32>);

impl Together {
    pub fn hold(processes: impl IntoIterator<Item = u32>) -> Result<Together> {
        TASKSET.provide()?;
        let mut together = Together(Vec::new());
        for process in processes {
            set(process, SHARED)?;
            together.0.push(process);
        }
        Ok(together)
    }

    /// A program that is held there from its start.
    pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("taskset");
        command.args(["-c", SHARED]).arg(program);
        command
    }
}

impl Drop for Together {
    fn drop(&mut self) {
        let all = std::thread::available_parallelism().map_or(1, usize::from);
        for process in &self.0 {
            // One that has ended needs none.
            _ = set(*process, &format!("0-{}", all - 1));
        }
    }
}

/// All threads of a process.
fn set(process: u32, processors: &str) -> Result<()> {
    let mut taskset = Command::new("taskset");
    taskset.args(["-a", "-c", "-p", processors, &process.to_string()]).stdout(Stdio::null());
    let done = taskset.output()?;
    match done.status.success() {
        true => Ok(()),
        false => Err(format!("taskset: {}", String::from_utf8_lossy(&done.stderr).trim()).into()),
    }
}
