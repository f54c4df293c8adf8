//! The library from each language, as a test wants it: one program for each language does what it is told, line by line,
//! by the functions or methods that a program in that language calls. A test is then written once, for all of them.
//!
//! A line is a verb, a client's name, which is one letter from a to z, and what the verb needs:
//!
//! ```text
//! new a CONFIG             makes a client, in place of one that is there
//! call a OPERATION PARAMS  calls an operation
//! set_token a TOKEN        replaces its fixed token
//! provide a ANSWERS        sets its token provider. Asked for the nth time it gives the nth of these answers, or the last:
//!                          [{"token":"t1"},{"token":"t2","lifetime_s":600},{"fails":"why"}]
//! asked a                  which dead token the provider was told, each time it was asked: [null,"t1"]
//! info a                   what is known of it
//! free a                   frees it, if it is there
//! ```
//!
//! The program in C alone takes two more:
//!
//! ```text
//! call_with a OPTIONS OPERATION PARAMS   calls an operation with options, which have no blanks
//! memory a                               how many bytes the program holds, those of the library included
//! ```
//!
//! The answer is a line with the status and the number of bytes that follow, these bytes (the reply as it came, the error
//! document, or nothing), and a line feed.

#![allow(dead_code, reason = "each test program uses its own part of it")]

#[path = "../../xtask/src/dotnet.rs"]
mod dotnet;
mod secrecy;

use super::support;
use dotnet::Dotnet;
use meetgate::{Client, ProvidedToken};
use secrecy::Secrecy;
use std::collections::HashMap;
use std::fmt::{self, Display};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

/// One line.
#[derive(Debug, Clone, Copy)]
pub enum Line<'a> {
    New(&'a str, &'a str),
    Call(&'a str, &'a str, &'a str),
    SetToken(&'a str, &'a str),
    Provide(&'a str, &'a str),
    Asked(&'a str),
    Info(&'a str),
    Free(&'a str),
    CallWith(&'a str, &'a str, &'a str, &'a str),
    Memory(&'a str),
}

impl Display for Line<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Line::New(client, config) => write!(out, "new {client} {config}"),
            Line::Call(client, operation, params) => write!(out, "call {client} {operation} {params}"),
            Line::SetToken(client, token) => write!(out, "set_token {client} {token}"),
            Line::Provide(client, answers) => write!(out, "provide {client} {answers}"),
            Line::Asked(client) => write!(out, "asked {client}"),
            Line::Info(client) => write!(out, "info {client}"),
            Line::Free(client) => write!(out, "free {client}"),
            Line::CallWith(client, options, operation, params) => {
                write!(out, "call_with {client} {options} {operation} {params}")
            }
            Line::Memory(client) => write!(out, "memory {client}"),
        }
    }
}

/// The word of a status, and what came with it.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: String,
    pub reply: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.reply).into_owned()
    }
}

pub trait Driver {
    fn ask(&mut self, line: Line<'_>) -> Answer;

    /// From now on no error, no description and no event may show this.
    fn hide(&mut self, _secret: &str) {}
}

// Programs ------------------------------------------------------------------------------------------------------------

pub fn c() -> Program {
    Program::start_with_events(&mut Command::new(c_program()))
}

/// One whose memory is counted exactly: nothing is set aside for the next thread, or for the next block of the same size.
pub fn c_counting() -> Program {
    let nothing = "glibc.malloc.tcache_count=0:glibc.malloc.arena_max=1:glibc.pthread.stack_cache_size=0";
    Program::start_with_events(Command::new(c_program()).env("GLIBC_TUNABLES", nothing))
}

pub fn c_under_valgrind() -> Option<Program> {
    support::has("valgrind").then(|| Program::start_with_events(&mut support::valgrind(&c_program())))
}

fn c_program() -> std::path::PathBuf {
    support::compile("tests/c/operations.c", &["-std=c99"], "operations")
}

pub fn cpp() -> Option<Program> {
    if !support::has("c++") {
        return None;
    }
    let program = support::compile("tests/cpp/operations.cpp", &["-std=c++11"], "operations-cpp");
    Some(Program::start(&mut Command::new(program)))
}

pub fn python() -> Option<Program> {
    if !support::has("python3") {
        return None;
    }
    let mut driver = Command::new("python3");
    driver.arg(support::root().join("bindings/python/tests/wire_driver.py"));
    driver.env("PYTHONPATH", support::root().join("bindings/python/src"));
    driver.env("MEETGATE_LIBRARY", support::library_folder().join("libmeetgate.so.0"));
    Some(Program::start(&mut driver))
}

pub fn csharp() -> Option<Program> {
    let (dotnet, driver) = csharp_driver()?;
    let mut program = dotnet.command([]);
    program.arg(driver.join("debug_net8.0/driver.dll"));
    Some(start_csharp(program))
}

/// The nearest to .NET Framework here.
pub fn csharp_on_mono() -> Option<Program> {
    let (_, driver) = csharp_driver()?;
    if !support::has("mono") {
        return None;
    }
    let mut program = Command::new("mono");
    program.arg(driver.join("debug_net462/driver.exe"));
    Some(start_csharp(program))
}

fn start_csharp(mut program: Command) -> Program {
    Program::start(program.env("MEETGATE_LIBRARY", support::library_folder().join("libmeetgate.so")))
}

/// The SDK, and the folder in which it has built the driver for each target.
fn csharp_driver() -> Option<&'static (Dotnet, PathBuf)> {
    static DRIVER: OnceLock<Result<(Dotnet, PathBuf), String>> = OnceLock::new();
    if support::sanitizer().is_some() {
        return None;
    }
    let built = DRIVER.get_or_init(|| {
        let target = support::target();
        let dotnet = Dotnet::find(support::root(), target)?;
        // For several test programs at once. Where nothing has changed, the build has nothing to do.
        let lock = File::create(target.join("dotnet/driver.lock")).unwrap();
        lock.lock().unwrap();
        let mut build = dotnet.command(["build", "--nologo"]);
        build.arg(support::root().join("bindings/csharp/tests/driver"));
        let output = support::run_within(Duration::from_secs(540), &mut build);
        assert!(output.status.success(), "{}", support::both(&output));
        Ok((dotnet, target.join("dotnet/bin/driver")))
    });
    built.as_ref().map_err(|missing| support::skipped(missing)).ok()
}

/// .NET for Windows with the library that the package has for it, on Wine. Only with the package that `cargo xtask dist` writes, in
/// the folder that `MEETGATE_DIST` names.
pub fn csharp_on_windows() -> Option<Program> {
    static DRIVER: OnceLock<Option<PathBuf>> = OnceLock::new();
    let driver = DRIVER.get_or_init(|| publish_for_windows(Path::new(&std::env::var_os(support::DIST)?))).as_ref()?;
    let mut program = Command::new(support::WINE);
    program.env("WINEPREFIX", support::scratch().join("wine-prefix-of-driver")).env("WINEDEBUG", "-all");
    Some(Program::start(program.env_remove("MEETGATE_LIBRARY").arg(driver)))
}

fn publish_for_windows(dist: &Path) -> Option<PathBuf> {
    if !Path::new(support::WINE).is_file() {
        support::skipped("C# on Windows: wine64 is not installed");
        return None;
    }
    let dotnet = Dotnet::find(support::root(), support::target()).map_err(|missing| support::skipped(&missing)).ok()?;
    // Restored once, a version is never looked at again.
    _ = std::fs::remove_dir_all(dotnet::packages(support::target()).join("meetgate"));
    let folder = support::empty_folder("driver-for-windows");
    let consumers = support::root().join("bindings/csharp/tests/consumers");
    for file in ["Directory.Build.props", "driver/driver.csproj"] {
        let name = Path::new(file).file_name()?;
        std::fs::copy(consumers.join(file), folder.join(name)).unwrap();
    }
    let sources = support::root().join("bindings/csharp/tests/driver");
    let mut publish = dotnet.command(["publish", "--nologo", "--runtime", "win-x64", "--self-contained", "--output"]);
    publish.arg(folder.join("out")).arg(format!("-p:DriverSources={}", sources.display())).current_dir(&folder);
    publish.env("MeetgateVersion", env!("CARGO_PKG_VERSION")).env("RestoreAdditionalProjectSources", dist);
    let output = support::run_within(Duration::from_secs(540), &mut publish);
    assert!(output.status.success(), "{}", support::both(&output));
    Some(folder.join("out/driver.exe"))
}

/// A program that is running. It is killed where it takes far longer for a line than any line takes.
pub struct Program {
    child: Arc<Mutex<Child>>,
    lines: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    secrecy: Secrecy,
}

impl Program {
    /// One that writes all events of its clients into a file.
    fn start_with_events(command: &mut Command) -> Program {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let file = support::scratch().join(format!("events-{}-{number}", std::process::id()));
        let mut program = Program::start(command.env("MEETGATE_TEST_EVENTS", &file));
        program.secrecy = Secrecy::with_events(file);
        program
    }

    fn start(command: &mut Command) -> Program {
        // Where the catalog's examples find their files. A proxy named in the environment must not be taken notice of.
        command.current_dir(support::root().join("tests/fixtures"));
        for variable in ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            command.env(variable, "http://127.0.0.1:1");
        }
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (lines, answers) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Program { child: Arc::new(Mutex::new(child)), lines, answers, secrecy: Secrecy::default() }
    }

    pub fn id(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    /// Ends it: without an error, under valgrind without a leak.
    pub fn end(mut self) {
        self.lines = None;
        let status = self.child.lock().unwrap().wait().unwrap();
        assert!(status.success(), "the driver ended with {status}");
        self.secrecy.check_events();
    }

    fn answer(&mut self) -> Option<Answer> {
        let mut head = String::new();
        self.answers.read_line(&mut head).ok()?;
        let (status, length) = head.trim_end().split_once(' ')?;
        let mut reply = vec![0; length.parse().ok()?];
        self.answers.read_exact(&mut reply).ok()?;
        let mut end = [0];
        self.answers.read_exact(&mut end).ok()?;
        (end == *b"\n").then(|| Answer { status: status.to_owned(), reply })
    }
}

impl Driver for Program {
    fn ask(&mut self, line: Line<'_>) -> Answer {
        let lines = self.lines.as_mut().unwrap();
        writeln!(lines, "{line}").and_then(|()| lines.flush()).unwrap_or_else(|error| panic!("{line}: {error}"));
        let watch = Watch::start(Arc::clone(&self.child));
        let answer = self.answer();
        drop(watch);
        let answer = answer.unwrap_or_else(|| panic!("the driver gave no answer to: {line}"));
        self.secrecy.note_line(line);
        self.secrecy.check_answer(line, &answer);
        answer
    }

    fn hide(&mut self, secret: &str) {
        self.secrecy.hide(secret);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // After a failed test; one that has ended takes no notice.
        _ = self.child.lock().unwrap().kill();
    }
}

/// Kills a program unless it is dropped in time.
struct Watch(Option<std::sync::mpsc::Sender<()>>);

impl Watch {
    const LIMIT: Duration = Duration::from_secs(60);

    fn start(child: Arc<Mutex<Child>>) -> Watch {
        let (in_time, over) = std::sync::mpsc::channel::<()>();
        std::thread::spawn(move || {
            if over.recv_timeout(Watch::LIMIT) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                _ = child.lock().unwrap().kill();
            }
        });
        Watch(Some(in_time))
    }
}

// Rust ----------------------------------------------------------------------------------------------------------------

/// The library's own types, without a program.
#[derive(Default)]
pub struct Rust {
    clients: HashMap<String, Client>,
    told: HashMap<String, Arc<Mutex<Vec<Option<String>>>>>,
}

impl Rust {
    fn provide(&mut self, name: &str, answers: &str) -> meetgate::Result<()> {
        let answers: Vec<serde_json::Value> = serde_json::from_str(answers).unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        self.told.insert(name.to_owned(), Arc::clone(&told));
        self.clients[name].set_token_provider(move |dead_token| {
            let mut told = told.lock().unwrap();
            let answer = answers.get(told.len()).or(answers.last()).unwrap();
            told.push(dead_token.map(str::to_owned));
            let token = answer["token"].as_str().ok_or_else(|| answer["fails"].as_str().unwrap())?.to_owned();
            Ok(ProvidedToken { token, lifetime: answer["lifetime_s"].as_u64().map(Duration::from_secs) })
        })
    }
}

impl Driver for Rust {
    fn ask(&mut self, line: Line<'_>) -> Answer {
        let result = match line {
            Line::New(name, config) => {
                self.clients.remove(name);
                Client::new(config).map(|client| {
                    self.clients.insert(name.to_owned(), client);
                    String::new()
                })
            }
            Line::Call(name, operation, params) => self.clients[name].call(operation, params),
            Line::SetToken(name, token) => self.clients[name].set_token(token).map(|()| String::new()),
            Line::Provide(name, answers) => self.provide(name, answers).map(|()| String::new()),
            Line::Asked(name) => Ok(serde_json::to_string(&*self.told[name].lock().unwrap()).unwrap()),
            Line::Info(name) => self.clients[name].info(),
            Line::Free(name) => {
                self.clients.remove(name);
                Ok(String::new())
            }
            Line::CallWith(..) | Line::Memory(_) => panic!("{line}: for the program in C"),
        };
        match result {
            Ok(reply) => Answer { status: "OK".to_owned(), reply: reply.into_bytes() },
            Err(error) => {
                let status = serde_json::to_value(error.status()).unwrap().as_str().unwrap().to_owned();
                Answer { status, reply: error.to_json().into_bytes() }
            }
        }
    }
}
