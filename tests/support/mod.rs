//! Compiling and running C and C++ against the library that this very test run built.

#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::env;
use std::fs;
use std::io::{self, Read, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The limit of [`run`]: far beyond what any of our programs takes, so that only a program that hangs meets it.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// The checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where tests may leave files; inside the target folder, wherever that is.
pub fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// Where cargo builds.
pub fn target() -> &'static Path {
    scratch().parent().unwrap_or_else(|| panic!("{} is in no target folder", scratch().display()))
}

/// An empty folder of this name, in place of what another run of the tests has left there. The name is the caller's own.
pub fn empty_folder(name: &str) -> PathBuf {
    let folder = scratch().join(name);
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    folder
}

/// An empty folder that is gone in the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Folder(empty_folder(&format!("folder-{}-{number}", std::process::id())))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

/// A folder with the shared library as programs look for it: `libmeetgate.so` to link with and `libmeetgate.so.0` to run
/// with, which the build alone does not make.
pub fn library_folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| link_library(&built_library(), "lib"))
}

/// The same for a library that was built elsewhere, in a folder of its own.
pub fn link_library(library: &Path, folder: &str) -> PathBuf {
    let folder = scratch().join(folder);
    in_place_of(&folder.join("libmeetgate.so"), |link| symlink(library, link));
    in_place_of(&folder.join("libmeetgate.so.0"), |link| symlink("libmeetgate.so", link));
    folder
}

/// [`library_folder`] of a library built with the features `test-hooks`, by which it can be made to panic, and `full`.
pub fn library_with_test_hooks() -> PathBuf {
    // In a target folder of its own: a library with test hooks must not lie where others look for the library.
    let target = scratch().join("test-hooks");
    let library = ["--package", "meetgate", "--lib", "--features", "test-hooks,full"];
    cargo("build", &[&library[..], &["--config", "profile.dev.debug=0"]].concat(), &target);
    link_library(&target.join("debug/libmeetgate.so"), "lib-with-test-hooks")
}

/// [`library_folder`] of the library as it ships: built alone, since only then does it get link-time optimisation. It takes a
/// minute where nobody has built it yet.
pub fn released_library() -> PathBuf {
    let library = ["--package", "meetgate", "--features", "full", "--release", "--lib", "--crate-type", "cdylib"];
    cargo("rustc", &library, target());
    link_library(&target().join("release/libmeetgate.so"), "lib-released")
}

/// The compiler's sanitizer that all of this test run is built for, "address" or "thread": `cargo xtask test --asan`.
pub fn sanitizer() -> Option<String> {
    env::var("MEETGATE_SANITIZER").ok()
}

/// Has cargo build something of this checkout into a folder. It is no part of what a sanitizer looks at.
fn cargo(command: &str, arguments: &[&str], target: &Path) {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    if sanitizer().is_some() {
        cargo.env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("RUSTC_BOOTSTRAP");
    }
    cargo.current_dir(root()).args([command, "--quiet", "--locked"]).args(arguments).arg("--target-dir").arg(target);
    let output = run_within(Duration::from_secs(540), &mut cargo);
    assert!(output.status.success(), "{}", both(&output));
}

/// Cargo leaves the library beside the test program, in `deps`, or one folder up.
fn built_library() -> PathBuf {
    let program = env::current_exe().unwrap_or_else(|error| panic!("where is this program: {error}"));
    let folders = program.ancestors().skip(1).take(2);
    let mut libraries = folders.map(|folder| folder.join("libmeetgate.so"));
    match libraries.find(|library| library.is_file()) {
        Some(library) => library,
        None => panic!("libmeetgate.so is neither beside {} nor one folder up", program.display()),
    }
}

/// The program `meetgate-sandbox`, which a test of the library alone has not built: it is built in the folder of this very
/// program, where little is left to do when the tests of the whole workspace run.
pub fn sandbox_program() -> PathBuf {
    if let Some(named) = env::var_os("MEETGATE_SANDBOX") {
        return PathBuf::from(named);
    }
    let program = env::current_exe().unwrap_or_else(|error| panic!("where is this program: {error}"));
    let Some(target) = program.ancestors().nth(3) else { panic!("{} is in no target folder", program.display()) };
    cargo("build", &["--package", "meetgate-sandbox", "--bin", "meetgate-sandbox"], target);
    target.join("debug/meetgate-sandbox")
}

/// Compiles `source`, a path from the root, with `cc`, or with `c++` where it ends in `.cpp`, and links it with the
/// library. `flags` say the standard, and what else. Every warning is an error, and an error is a panic.
pub fn compile(source: &str, flags: &[&str], output: &str) -> PathBuf {
    compile_with(library_folder(), source, flags, output)
}

/// [`compile`], linked with the library of another folder.
pub fn compile_with(library_folder: &Path, source: &str, flags: &[&str], output: &str) -> PathBuf {
    let program = scratch().join(output);
    let folder = library_folder.display();
    in_place_of(&program, |unfinished| {
        let mut compiler = compiler(source, flags);
        // A runtime as new as Rust's compiler, where clang's own is too old.
        if let Some(runtime) = env::var_os("MEETGATE_SANITIZER_RUNTIME") {
            compiler.args(["-fno-sanitize-link-runtime", "-Wl,--export-dynamic,--whole-archive"]).arg(runtime);
            compiler.args(["-Wl,--no-whole-archive", "-pthread", "-ldl", "-lrt", "-lm"]);
        }
        compiler.arg(format!("-L{folder}")).arg("-lmeetgate").arg(format!("-Wl,-rpath,{folder}"));
        accept(compiler.arg("-o").arg(unfinished));
        Ok(())
    });
    program
}

/// Checks `source` without making anything of it.
pub fn check_syntax(source: &str, flags: &[&str]) {
    accept(compiler(source, flags).arg("-fsyntax-only"));
}

fn compiler(source: &str, flags: &[&str]) -> Command {
    let is_cpp = source.ends_with(".cpp");
    let sanitizer = sanitizer();
    // The runtime of the library's own sanitizer is LLVM's.
    let name = match (&sanitizer, is_cpp) {
        (None, true) => "c++",
        (None, false) => "cc",
        (Some(_), true) => "clang++",
        (Some(_), false) => "clang",
    };
    let mut compiler = Command::new(name);
    compiler.current_dir(root());
    if let Some(sanitizer) = sanitizer {
        compiler.arg(format!("-fsanitize={sanitizer}"));
    }
    compiler.args(["-g", "-Wall", "-Wextra", "-pedantic", "-Werror", "-Iinclude"]).args(flags).arg(source);
    compiler
}

/// Runs a compiler that must succeed.
fn accept(compiler: &mut Command) {
    let output = run(compiler);
    assert!(output.status.success(), "{compiler:?}: {}\n{}", output.status, both(&output));
}

/// Makes a file under another name and then puts it in its place at once: another test process, which may be at the same
/// at the same time, finds either the old one or the new one, whole.
fn in_place_of(file: &Path, make: impl FnOnce(&Path) -> io::Result<()>) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let unfinished = file.with_extension(format!("{}-{number}", std::process::id()));
    let made = file.parent().map_or(Ok(()), fs::create_dir_all);
    let made = made.and_then(|()| make(&unfinished)).and_then(|()| fs::rename(&unfinished, file));
    made.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}

/// Runs a command to its end and keeps what it printed. One that does not end is killed, and that is a panic.
pub fn run(command: &mut Command) -> Output {
    run_within(TIME_LIMIT, command)
}

/// [`run`] with a limit of its own.
pub fn run_within(limit: Duration, command: &mut Command) -> Output {
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdout = Collected::from(child.stdout.take());
    let mut stderr = Collected::from(child.stderr.take());
    match wait(&mut child, limit) {
        Some(status) => Output { status, stdout: stdout.whole(), stderr: stderr.whole() },
        None => {
            _ = child.kill();
            _ = child.wait();
            // Not to the end of the pipes: a child of the child may hold them open.
            let (stdout, stderr) = (stdout.so_far(), stderr.so_far());
            panic!("{command:?}: did not end within {limit:?}; so far it printed:\n{stdout}{stderr}");
        }
    }
}

/// Waits for the end of a program; `None` where it does not come in time.
pub fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let deadline = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(10)),
            Ok(None) => return None,
            Err(error) => panic!("waiting for a program: {error}"),
        }
    }
}

/// What a program prints, read beside it so that no pipe fills up.
struct Collected {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Collected {
    fn from(pipe: Option<impl Read + Send + 'static>) -> Collected {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&bytes);
        let reader = pipe.map(|mut pipe| {
            thread::spawn(move || {
                let mut piece = [0; 4096];
                loop {
                    match pipe.read(&mut piece) {
                        Ok(0) => break,
                        Ok(length) => lock(&sink).extend_from_slice(&piece[..length]),
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(_) => break,
                    }
                }
            })
        });
        Collected { bytes, reader }
    }

    fn whole(&mut self) -> Vec<u8> {
        if let Some(reader) = self.reader.take() {
            _ = reader.join();
        }
        std::mem::take(&mut lock(&self.bytes))
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&lock(&self.bytes)).into_owned()
    }
}

fn lock(bytes: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    bytes.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Everything that a program printed, for the message of a failed test.
pub fn both(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What a program printed that must have succeeded.
pub fn succeeded(output: Output) -> String {
    assert!(output.status.success(), "{}\n{}", output.status, both(&output));
    String::from_utf8(output.stdout).unwrap_or_else(|error| panic!("the output is no text: {error}"))
}

/// Where `cargo xtask dist` has written: `MEETGATE_DIST` may name another folder.
pub fn dist() -> PathBuf {
    env::var_os(DIST).map_or_else(|| target().join("dist"), PathBuf::from)
}

/// The variable: tests of packages look at their own unless it is set.
pub const DIST: &str = "MEETGATE_DIST";

/// Debian's, which runs programs without a screen.
pub const WINE: &str = "/usr/lib/wine/wine64";

/// Whether a program is installed.
pub fn on_path(name: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

/// Says that something could not be tried, past the test harness, which keeps what a passing test prints to itself.
pub fn skipped(why: &str) {
    _ = writeln!(io::stderr(), "SKIPPED: {why}");
}

/// These look at a library, or load it, that is not built for a sanitizer.
const NOT_SANITIZED: [&str; 3] = ["valgrind", "python3", "mono"];

/// Whether a program is there; where it is not, says that what needs it could not be tried.
pub fn has(program: &str) -> bool {
    if sanitizer().is_some() && NOT_SANITIZED.contains(&program) {
        return false;
    }
    let is_there = on_path(program);
    if !is_there {
        skipped(&format!("{program} is not installed"));
    }
    is_there
}

/// How to compile and link with a library that pkg-config knows; `None` where it is not installed.
pub fn library_flags(library: &str) -> Option<String> {
    if !has("pkg-config") {
        return None;
    }
    let output = run(Command::new("pkg-config").args(["--cflags", "--libs", library]));
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The program under valgrind: an error or a leak ends it with status 99, and a child that it forks likewise.
pub fn valgrind(program: &Path) -> Command {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--error-exitcode=99", "--leak-check=full"]);
    valgrind.args(["--show-leak-kinds=definite,indirect,possible"]);
    valgrind.args(["--errors-for-leak-kinds=definite,indirect,possible"]).arg(program);
    valgrind
}

/// The quickstart of `examples/<language>`, built by its CMake file against an installation: a folder with include/ and lib/.
pub fn built_by_cmake(language: &str) -> PathBuf {
    let prefix = empty_folder(&format!("{language}-prefix"));
    let build = empty_folder(&format!("{language}-cmake"));
    symlink(root().join("include"), prefix.join("include")).unwrap();
    symlink(library_folder(), prefix.join("lib")).unwrap();

    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(root().join("examples").join(language)).arg("-B").arg(&build);
    configure.arg(format!("-DMEETGATE_ROOT={}", prefix.display())).env_remove("CARGO_TARGET_DIR");
    for command in [&mut configure, Command::new("cmake").arg("--build").arg(&build)] {
        let output = run(command);
        assert!(output.status.success(), "{}", both(&output));
    }
    build.join("quickstart")
}
