//! The command `meetgate-sandbox`: options, the first line, signals.

mod help;

use clap::{Parser, ValueEnum};
use meetgate_sandbox::{Fault, Options, Sandbox};
use serde_json::Value;
use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "meetgate-sandbox",
    version,
    about = "The three conferencing platforms hst, youme and avd in one local process, for developing and testing",
    after_help = help::SHORT,
    after_long_help = help::LONG
)]
struct CommandLine {
    #[command(flatten)]
    options: Options,
    /// Print the configuration of this platform alone, as one JSON object, instead of all three.
    #[arg(long, value_name = "PLATFORM")]
    print: Option<Platform>,
    /// Plan the faults of this file (TOML) from the start: a [[fault]] table each. See below.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Platform {
    Hst,
    Youme,
    Avd,
}

/// As for any other option that makes no sense.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    let CommandLine { mut options, print, faults } = CommandLine::parse();
    if let Some(path) = faults {
        match read_faults(&path) {
            Ok(faults) => options.faults = faults,
            Err(error) => {
                complain(&format!("{}: {error}", path.display()));
                return ExitCode::from(WRONG_USAGE);
            }
        }
    }
    match run(options, print) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn read_faults(path: &Path) -> Result<Vec<Fault>, Box<dyn Error>> {
    Ok(Fault::all_from_toml(&std::fs::read_to_string(path)?)?)
}

fn complain(what: &str) {
    let _ = writeln!(std::io::stderr(), "meetgate-sandbox: {what}");
}

fn run(options: Options, print: Option<Platform>) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Before the first line: whoever has read it may send the signal.
        let stop = StopSignal::install()?;
        let control = options.control || options.console;
        let sandbox = Sandbox::start(options)?;
        warn_of_others(sandbox.address(), control);
        // A reader that has gone is no reason to stop: the server is the purpose, the lines an introduction.
        let mut out = std::io::stdout();
        let _ = writeln!(out, "{}", first_line(&sandbox, print));
        if let Some(tls) = sandbox.tls() {
            let _ = writeln!(out, "{}", tls.to_json());
        }
        let _ = out.flush();
        if let Some(url) = sandbox.console_url() {
            complain(&format!("the console is at {url}"));
        }
        stop.received().await;
        drop(sandbox);
        Ok(())
    })
}

fn first_line(sandbox: &Sandbox, print: Option<Platform>) -> Value {
    let mut all = sandbox.configurations();
    let name = match print {
        None => return all,
        Some(Platform::Hst) => "hst",
        Some(Platform::Youme) => "youme",
        Some(Platform::Avd) => "avd",
    };
    all.get_mut(name).map(Value::take).unwrap_or_default()
}

/// The sandbox is made for its own machine; its default credentials are known to everybody.
fn warn_of_others(address: SocketAddr, control: bool) {
    if address.ip().is_loopback() {
        return;
    }
    let more = if control { ", and the control interface with all its secrets" } else { "" };
    complain(&format!("warning: {address} is no loopback address: others can reach this sandbox{more}"));
}

#[cfg(unix)]
struct StopSignal {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignal {
    fn install() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn received(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct StopSignal;

#[cfg(not(unix))]
impl StopSignal {
    fn install() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn received(self) {
        // Without a Ctrl-C handler there is nothing to wait for but the end of the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
