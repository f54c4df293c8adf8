//! The Python package beside requests, urllib3, httpx and pycurl, in one program (bench/python/bench.py).

use super::build;
use super::csharp::Measured;
use super::options::Effort;
use super::page;
use super::processor::Together;
use super::row::{Bar, Row, Value, faster, figure, limit};
use crate::catalog::Result;
use crate::prerequisites::PYTHON;
use crate::server::Server;
use crate::workspace::{Workspace, run};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PEERS: [&str; 4] = ["requests", "urllib3", "httpx", "pycurl"];

pub fn measure(workspace: &Workspace, effort: Effort) -> Result<(String, Vec<Row>)> {
    PYTHON.provide()?;
    eprintln!("== building the library, and getting {}", PEERS.join(", "));
    let library = build::library(workspace)?;
    let server = build::server(workspace)?;
    let python = environment(&build::folder(workspace).join("python"))?;
    let server = Server::start(&mut Command::new(server))?;
    eprintln!("== measuring: Python, {} rounds", effort.rounds);
    let _together = Together::hold([server.process_id()])?;
    let mut bench = Together::command(python);
    bench.arg(workspace.root.join("bench/python/bench.py")).arg(&server.first_line).arg(effort.rounds.to_string());
    bench.arg(effort.either(20, 40).to_string());
    bench.env("PYTHONPATH", workspace.root.join("bindings/python/src")).env("MEETGATE_LIBRARY", library);
    // As pip leaves it and its peers: compiled.
    let compiled = build::folder(workspace).join("python-compiled");
    bench.env_remove("PYTHONDONTWRITEBYTECODE").env("PYTHONPYCACHEPREFIX", compiled);
    let output = bench.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("the bench failed: {}", output.status).into());
    }
    let measured: Measured = serde_json::from_slice(&output.stdout)?;
    Ok((page::about(effort, &measured.about)?, rows(&measured)))
}

/// An environment with the peers, made once.
fn environment(folder: &Path) -> Result<PathBuf> {
    let python = folder.join("bin/python");
    let has_all = || {
        let imports = format!("import {}", PEERS.join(","));
        let tried = Command::new(&python).args(["-c", &imports]).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    };
    if !has_all() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
        let mut install = Command::new(&python);
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PEERS);
        run(install.stdout(Stdio::null()))?;
    }
    Ok(python)
}

fn rows(measured: &Measured) -> Vec<Row> {
    let of = |key: String| match measured.missing.get(&key) {
        Some(why) => Err(format!("{key}: {why}").into()),
        None => figure(&measured.rounds, &key),
    };
    let speed =
        |scene: &str, peer: &str| Ok(Value::speed(of(format!("{scene}.meetgate"))?, of(format!("{scene}.{peer}"))?));
    // Their import is shown beside ours, which has a limit of its own.
    let own =
        of("plain_us.meetgate".to_owned()).and_then(|ours| Ok(Value::beyond(ours, of("plain_us.bare".to_owned())?)));
    let import = speed("import_ms", "requests").map(|value| Value { ratio: None, ..value });
    vec![
        Row::new("sequential plain, against requests, p50 µs", faster(8.0, 13.0), speed("plain_us", "requests")),
        Row::new("sequential TLS, against requests, p50 µs", faster(6.0, 9.0), speed("tls_us", "requests")),
        Row::new("sequential plain, against urllib3, p50 µs", faster(4.0, 7.0), speed("plain_us", "urllib3")),
        Row::new("sequential plain, against pycurl, p50 µs", faster(1.2, 1.5), speed("plain_us", "pycurl")),
        Row::new("sequential plain, against httpx, p50 µs", Bar::None, speed("plain_us", "httpx")),
        Row::new("sequential TLS, against urllib3, p50 µs", Bar::None, speed("tls_us", "urllib3")),
        Row::new("sequential TLS, against pycurl, p50 µs", Bar::None, speed("tls_us", "pycurl")),
        Row::new("sequential TLS, against httpx, p50 µs", Bar::None, speed("tls_us", "httpx")),
        Row::new("the package's own time over the bare ctypes call, µs", limit(8.0, 4.0), own),
        Row::new("import to first answer, ms", limit(10.0, 5.0), import),
    ]
}
