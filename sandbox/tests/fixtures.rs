//! The fixtures for C and C++ in `examples/`: they start the sandbox, give its configuration, and leave nothing behind.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod caller;
mod scratch;
mod socket;

use caller::{agent, send};
use scratch::Folder;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Prints the configuration, waits for the end of its input, and stops the sandbox.
const IN_C: &str = r#"
#define _POSIX_C_SOURCE 200112L
#include "sandbox.h"
int main(int argc, char **argv) {
  sandbox local;
  if (argc < 2 || !sandbox_start(&local, argv[1])) return 1;
  printf("%s\n", local.config);
  fflush(stdout);
  while (getchar() != EOF) {
  }
  sandbox_stop(&local);
  sandbox_stop(&local); /* once too often harms nobody */
  return 0;
}
"#;

const IN_CPP: &str = r#"
#include "sandbox.hpp"
#include <iostream>
int main(int argc, char **argv) {
  try {
    const sandbox local(argc < 2 ? "" : argv[1]);
    std::cout << local.config() << std::endl;
    while (std::cin.get() != EOF) {
    }
  } catch (const std::exception &error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
"#;

#[test]
fn in_c() {
    check("cc", "-std=c99", "c", IN_C);
}

#[test]
fn in_cpp() {
    check("g++", "-std=c++11", "cpp", IN_CPP);
    check("clang++", "-std=c++11", "cpp", IN_CPP);
}

fn check(compiler: &str, standard: &str, language: &str, source: &str) {
    if Command::new(compiler).arg("--version").output().is_err() {
        // Past the capture of passed tests' output: a skipped part must not look like a pass.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {compiler} is not installed");
        return;
    }
    let folder = Folder::new(&format!("fixture-{compiler}"));
    let file = folder.write(&format!("program.{language}"), source.as_bytes());
    let program = folder.path("program");
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples").join(language);
    let mut command = Command::new(compiler);
    command.args([standard, "-Wall", "-Wextra", "-pedantic", "-Werror"]).arg("-I").arg(examples).arg(&file);
    succeed(&command.arg("-o").arg(&program).output().unwrap());

    for platform in ["hst", "youme", "avd"] {
        let mut started = Command::new(&program);
        started.arg(platform).env("MEETGATE_SANDBOX", env!("CARGO_BIN_EXE_meetgate-sandbox"));
        let mut child = started.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let config: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(config["platform"], platform);
        let url = config["base_url"].as_str().unwrap();
        assert_eq!(send(&agent(), "GET", url, &[], b"").status, 404, "it takes calls");
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success());
        let address = url.strip_prefix("http://").unwrap();
        assert!(TcpStream::connect(address).is_err(), "{address}: still there");
    }
    #[cfg(target_os = "linux")]
    crash(&program);
    // What does not start is told, and does not hang.
    for (sandbox, platform) in
        [("/nonexistent/meetgate-sandbox", "avd"), (env!("CARGO_BIN_EXE_meetgate-sandbox"), "zoom")]
    {
        let output = Command::new(&program).arg(platform).env("MEETGATE_SANDBOX", sandbox).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("No such file") || said.contains("possible values: hst, youme, avd"), "{said}");
    }
}

/// A program that is killed cannot stop anything; the sandbox ends all the same.
#[cfg(target_os = "linux")]
fn crash(program: &Path) {
    let mut started = Command::new(program);
    started.arg("avd").env("MEETGATE_SANDBOX", env!("CARGO_BIN_EXE_meetgate-sandbox"));
    let mut child = started.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let config: Value = serde_json::from_str(&line).unwrap();
    let address = config["base_url"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
    assert!(TcpStream::connect(&address).is_ok());
    child.kill().unwrap();
    child.wait().unwrap();
    socket::until(|| TcpStream::connect(&address).is_err());
}

fn succeed(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
