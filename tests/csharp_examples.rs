//! The C# examples are built from the checkout, as their own comments say. Those that need no window run against the sandbox.
//!
//! ```sh
//! cargo test --test csharp_examples -- --ignored
//! ```

#[path = "../xtask/src/dotnet.rs"]
#[allow(dead_code, reason = "any SDK that builds the library builds the examples")]
mod dotnet;
mod support;

use dotnet::Dotnet;
use meetgate_sandbox::{Options, Sandbox};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

const BUILD_LIMIT: Duration = Duration::from_secs(300);

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn the_quickstart_runs_and_runs_again() {
    let Some(example) = Example::built("Quickstart") else { return };
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let configurations = sandbox.configurations();
    for _ in 0..2 {
        let mut quickstart = example.program();
        quickstart.args(["hst", "youme", "avd"].map(|platform| configurations[platform].to_string()));
        let output = support::run(&mut quickstart);
        assert!(output.status.success(), "{}", support::both(&output));
        let printed = String::from_utf8(output.stdout).unwrap();
        for line in [
            "hst: the command reached 1 of 2\n",
            "youme: terminal-001 was in board 2 times\n",
            "avd: its topic is 周会\n",
            "avd: recording, Started\n",
            "avd: 40004, no such room (房间号不存在)\n",
        ] {
            assert!(printed.contains(line), "{line}{printed}");
        }
    }
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn the_service_answers_with_rooms_and_watches_one() {
    let Some(example) = Example::built("RoomService") else { return };
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let mut service = example.program();
    service.args(["--urls", "http://127.0.0.1:0", "--Avd:BaseUrl", &format!("http://{}", sandbox.address())]);
    let mut service = Service::started(service.stdin(Stdio::null()));

    let address = service.says("Now listening on: http://");
    let found = get(&address, "/rooms/12345123456");
    assert!(found.starts_with("HTTP/1.1 200 ") && found.contains("\"topic\":\"周会\""), "{found}");
    let missing = get(&address, "/rooms/40400000000");
    assert!(missing.starts_with("HTTP/1.1 404 ") && missing.contains("\"detail\":\"no such room\""), "{missing}");
    service.says("成都会议室 (49) came into room 12345123456");
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn the_service_does_not_start_without_keys() {
    let Some(example) = Example::built("RoomService") else { return };
    let output = support::run(example.program().args(["--Avd:SecretKey", ""]));
    assert!(
        !output.status.success() && support::both(&output).contains("\"secret_key\" is empty"),
        "{}",
        support::both(&output)
    );
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn who_is_in_a_group_is_shown_as_it_happens() {
    let Some(example) = Example::built("GroupEvents") else { return };
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let config = sandbox.configurations()["hst"].clone();
    let app = "8f14e45fceea467a9f36dedd4bea2543";
    let mut program = example.program();
    let mut shown = Service::started(program.arg(config.to_string()).arg(app).stdin(Stdio::piped()));
    shown.says("State 4 (g2001: u1001, u1002)");
    sandbox.join_group(app, "g2001", "u1003").unwrap();
    shown.says("Joined 5 (g2001: u1001, u1002, u1003)");
    sandbox.leave_group(app, "g2001", "u1002").unwrap();
    shown.says("Left 6 (g2001: u1001, u1003)");
    // Enter is pressed.
    shown.child.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert!(shown.child.wait().unwrap().success());
}

/// With the C# that projects for .NET Framework have.
#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn the_window_compiles() {
    let Some(example) = Example::built("RoomWindow") else { return };
    assert!(example.folder.join("RoomWindow.exe").is_file());
}

// Building and running ------------------------------------------------------------------------------------------------

struct Example {
    name: &'static str,
    dotnet: Dotnet,
    folder: PathBuf,
}

impl Example {
    /// `None`, and why, where there is no SDK.
    fn built(name: &'static str) -> Option<Example> {
        // One after the other: each builds the library, too.
        static BUILDING: Mutex<()> = Mutex::new(());
        let _alone = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
        let dotnet =
            Dotnet::find(support::root(), support::target()).map_err(|missing| support::skipped(&missing)).ok()?;
        let mut build = dotnet.command(["build", "--nologo"]);
        let output = support::run_within(BUILD_LIMIT, build.arg(support::root().join("examples/csharp").join(name)));
        assert!(output.status.success(), "{}", support::both(&output));
        Some(Example { name, dotnet, folder: support::target().join("dotnet/bin").join(name).join("debug") })
    }

    fn program(&self) -> Command {
        let mut program = self.dotnet.command([]);
        program.arg(self.folder.join(format!("{}.dll", self.name)));
        // Where its settings are.
        program.current_dir(support::root().join("examples/csharp").join(self.name));
        program.env("MEETGATE_LIBRARY", support::library_folder().join("libmeetgate.so"));
        program
    }
}

/// A program that runs until it is dropped.
struct Service {
    child: Child,
    lines: mpsc::Receiver<String>,
    said: String,
}

impl Service {
    fn started(command: &mut Command) -> Service {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Service { child, lines, said: String::new() }
    }

    /// Waits for a line with this text, in whatever order they come, and gives what follows the text.
    fn says(&mut self, text: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(rest) = self.said.lines().find_map(|line| Some(line.split_once(text)?.1)) {
                return rest.to_owned();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => self.said = format!("{}{line}\n", self.said),
                Err(_) => panic!("it did not say {text:?}:\n{}", self.said),
            }
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
