//! A contender as a process, which measures itself as it is told (bench/c/driver.c).

use crate::catalog::Result;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

pub struct Contender {
    process: Child,
    /// It ends with them.
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// The numbers of one answer.
pub struct Figures(Value);

impl Figures {
    pub fn get(&self, name: &str) -> Result<f64> {
        let number = self.0.get(name).and_then(Value::as_f64);
        Ok(number.ok_or_else(|| format!("a contender does not tell {name}: {}", self.0))?)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }
}

impl Contender {
    /// Starts it, and waits until it is ready.
    pub fn start(command: &mut Command) -> Result<Contender> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let commands = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().ok_or("a contender has no output")?);
        let mut contender = Contender { process, commands, answers };
        contender.answer()?;
        Ok(contender)
    }

    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    pub fn tell(&mut self, command: &str) -> Result<Figures> {
        // Where it has ended, its answer says why.
        _ = self.commands.as_mut().map(|commands| writeln!(commands, "{command}"));
        self.answer()
    }

    /// So many calls, one after the other.
    pub fn calls(&mut self, count: u32) -> Result<Figures> {
        self.tell(&format!("calls {count}"))?;
        self.tell("report")
    }

    /// Lets it end by itself.
    pub fn end(mut self) -> Result<()> {
        self.commands = None;
        self.process.wait()?;
        Ok(())
    }

    fn answer(&mut self) -> Result<Figures> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            let mut why = String::new();
            if let Some(mut errors) = self.process.stderr.take() {
                errors.read_to_string(&mut why)?;
            }
            return Err(reason(&why).into());
        }
        Ok(Figures(serde_json::from_str(&line)?))
    }
}

/// Runs one that makes a single call, and says how long it took from the start of the program.
pub fn once(command: &mut Command) -> Result<f64> {
    let start = Instant::now();
    let mut contender = Contender::start(command)?;
    // It is ready when the call is done.
    let elapsed = start.elapsed();
    contender.process.wait()?;
    Ok(elapsed.as_secs_f64() * 1e6)
}

impl Drop for Contender {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// The message alone, where an error document follows what was tried.
fn reason(why: &str) -> String {
    let why = why.trim();
    let document = why.find('{').and_then(|at| serde_json::from_str::<Value>(why.get(at..)?).ok());
    let message = document.as_ref().and_then(|document| document.get("message")).and_then(Value::as_str);
    match (message, why) {
        // What follows is advice.
        (Some(message), _) => message.split(';').next().unwrap_or(message).to_owned(),
        (None, "") => "a contender ended without a reason".to_owned(),
        (None, why) => why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_error_document_the_message_is_enough() {
        assert_eq!(
            reason("meetgate_client_new: {\"status\":\"X\",\"message\":\"unknown key \\\"tls\\\"; known: a\"}\n"),
            "unknown key \"tls\""
        );
        assert_eq!(reason("libcurl: {broken\n"), "libcurl: {broken");
        assert_eq!(reason(""), "a contender ended without a reason");
    }
}
