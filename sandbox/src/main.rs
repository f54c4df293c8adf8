//! The command `meetgate-sandbox`: options, the first line, signals.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use meetgate_sandbox::{Options, Sandbox};

const EXAMPLES: &str = "\
The first line on standard output is one JSON object {\"hst\":{…},\"youme\":{…},\"avd\":{…}}; each member is a complete
client configuration. The world is seeded afresh at each start: rooms 12345123456 (quiet) and 98765432100 (everything
running) on avd, an application with users on hst, calls of 2019-12-10 and of the last seven days on youme.

Examples:
  meetgate-sandbox
      listen on a free loopback port
  meetgate-sandbox --listen 127.0.0.1:8800 --verbose
      a fixed port, each request logged on standard error without its secrets
  meetgate-sandbox --hst-token-lifetime 5 --avd-token-lifetime 5
      tokens that die every five seconds, to see a client renew them
  meetgate-sandbox --avd-access-key mine --avd-secret-key mine-too
      credentials of your own
  meetgate-sandbox | head -n 1 > sandbox.json
      keep the configurations (the sandbox goes on until it is stopped)

It stops on SIGTERM and on SIGINT (Ctrl-C), with exit code 0.";

#[derive(Parser)]
#[command(
    name = "meetgate-sandbox",
    version,
    about = "The three conferencing platforms hst, youme and avd in one local process, for developing and testing",
    after_help = EXAMPLES
)]
struct CommandLine {
    #[command(flatten)]
    options: Options,
}

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    match run(command_line.options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "meetgate-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Before the first line: whoever has read it may send the signal.
        let stop = StopSignal::install()?;
        let sandbox = Sandbox::start(options)?;
        // A reader that has gone is no reason to stop: the server is the purpose, the line an introduction.
        let mut out = std::io::stdout();
        let _ = writeln!(out, "{}", sandbox.configurations());
        let _ = out.flush();
        stop.received().await;
        drop(sandbox);
        Ok(())
    })
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
