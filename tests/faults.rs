//! The fault suite: what the library makes of servers that misbehave, seen through the C ABI.
//!
//! One row of [`table`] is one fault. Each is met by an operation that only reads and by one that acts, over a new connection
//! and over one that has served a call before. What is expected stands in `docs/reference/errors.md`.
#![cfg(target_os = "linux")]

mod drivers;
mod hostile;
mod support;

use drivers::{Answer, Driver as _, Line, Program};
use hostile::table::{Again, Kind, Row, table};
use hostile::{BODY, ID, Server};
use serde_json::Value;
use std::fmt::{self, Display};
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// Processes that go through the table side by side, each its own part of it.
const PROCESSES: usize = 10;
/// What is left behind shows from the second time on: the first one also fills what is kept for good.
const ROUNDS: usize = 3;
/// Bytes of the system's own: of the thread that ended last something is there until the next one begins.
const SLACK: u64 = 1024;
/// More than the library's own code, its buffers and the largest answer that it takes; far less than what the servers send.
const MOST_MEMORY_KB: u64 = 16 << 10;
/// What a busy machine may take longer than a deadline.
const MARGIN: Duration = Duration::from_secs(2);
/// Of calls that must go well.
const PATIENT: &str = r#"{"timeout_ms":20000}"#;

/// One fault, met in one way.
struct Cell {
    row: Row,
    kind: Kind,
    is_kept: bool,
    number: usize,
}

#[test]
fn every_fault_ends_in_time_as_documented_and_leaves_nothing_behind() {
    let upload = support::scratch().join("faults.png");
    fs::write(&upload, vec![b'x'; 12 << 20]).unwrap();
    let mut cells = Vec::new();
    let rows = table();
    assert!(rows.len() >= 30, "{} rows", rows.len());
    for row in rows {
        for (kind, is_kept) in [(Kind::Reads, false), (Kind::Reads, true), (Kind::Acts, false), (Kind::Acts, true)] {
            if row.only.is_none_or(|only| only == kind) && (is_kept || !row.peer.only_kept) {
                cells.push(Cell { row: row.clone(), kind, is_kept, number: cells.len() });
            }
        }
    }
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for part in 0..PROCESSES {
            let (cells, wrong, upload) = (&cells, &wrong, &upload);
            scope.spawn(move || {
                let mine = cells.iter().skip(part).step_by(PROCESSES);
                let found = run(&mine.collect::<Vec<_>>(), upload);
                wrong.lock().unwrap().extend(found);
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} findings in {} cells:\n{}", wrong.len(), cells.len(), wrong.join("\n"));
}

/// Goes through some cells in one process; what was not as it should be.
fn run(cells: &[&Cell], upload: &Path) -> Vec<String> {
    let mut program = drivers::c_counting();
    let mut wrong = Vec::new();
    let at_rest = Held::by(&mut program);
    let mut lasting = None;
    for round in 0..ROUNDS {
        for cell in cells {
            let found = cell.run(&mut program, upload, round);
            wrong.extend(found.into_iter().map(|what| format!("{cell}: {what}")));
            if let Err(held) = Held::after(&mut program, at_rest, lasting.unwrap_or(u64::MAX)) {
                wrong.push(format!("{cell}: {at_rest:?} at rest, {lasting:?} bytes last, and it leaves {held:?}"));
                lasting = lasting.map(|bytes: u64| bytes.max(held.bytes));
            }
        }
        lasting.get_or_insert(Held::by(&mut program).bytes + SLACK);
    }
    program.end();
    wrong
}

/// What a process has.
#[derive(Debug, Clone, Copy)]
struct Held {
    descriptors: usize,
    threads: usize,
    /// That its allocator gave out.
    bytes: u64,
    peak_kb: u64,
}

impl Held {
    fn by(program: &mut Program) -> Held {
        // First: when it answers, it is there.
        let bytes = program.ask(Line::Memory("a")).text().parse().unwrap();
        let process = Path::new("/proc").join(program.id().to_string());
        let count = |folder: &str| fs::read_dir(process.join(folder)).unwrap().count();
        let status = fs::read_to_string(process.join("status")).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        Held { descriptors: count("fd"), threads: count("task"), bytes, peak_kb: peak.unwrap().parse().unwrap() }
    }

    /// That nothing is left of a call, a moment after it: a thread that worked for it may still be at its end.
    fn after(program: &mut Program, at_rest: Held, most_bytes: u64) -> Result<(), Held> {
        let start = Instant::now();
        loop {
            let held = Held::by(program);
            let is_clean = held.descriptors == at_rest.descriptors && held.threads == at_rest.threads;
            if is_clean && held.bytes <= most_bytes && held.peak_kb < at_rest.peak_kb + MOST_MEMORY_KB {
                return Ok(());
            }
            if start.elapsed() > MARGIN {
                return Err(held);
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Cell {
    fn run(&self, program: &mut Program, upload: &Path, round: usize) -> Vec<String> {
        let row = &self.row;
        let mut server = Server::start(row.peer.clone(), self.number);
        let method = if self.kind == Kind::Reads { "get" } else { "post" };
        let config = format!(
            r#"{{"platform":"avd","base_url":"{}","token":"t","http_method":"{method}","max_reply_bytes":100000}}"#,
            server.url()
        );
        assert_eq!(program.ask(Line::New("a", &config)).status, "OK");
        let id = |step: usize| format!("call-{step}-{:07}", self.number * 10 + round);
        let (operation, params) = match self.kind {
            Kind::Reads => ("avd.room.read", r#"{"room_id":"call-X-XXXXXXX"}"#.to_owned()),
            Kind::Acts => ("avd.room.create", r#"{"user_id":"call-X-XXXXXXX"}"#.to_owned()),
        };
        let (faulty_operation, faulty_params) = match self.kind {
            Kind::Acts if row.uploads => {
                ("avd.uploadfile", format!(r#"{{"file":"{}","path":"/{ID}"}}"#, upload.display()))
            }
            _ => (operation, params.clone()),
        };
        let mut wrong = Vec::new();
        let mut well = |program: &mut Program, step: usize| {
            let answer = program.ask(Line::CallWith("a", PATIENT, operation, &params.replace(ID, &id(step))));
            if answer.status != "OK" || answer.text() != BODY.replace(ID, &id(step)) {
                wrong.push(format!("call {step}: {} {}", answer.status, answer.text()));
            }
        };
        if self.is_kept {
            well(program, 1);
        }
        server.expect_the_fault();
        let start = Instant::now();
        let answer =
            program.ask(Line::CallWith("a", &row.options, faulty_operation, &faulty_params.replace(ID, &id(2))));
        let took = start.elapsed();
        server.fault_is_over();
        well(program, 3);
        program.ask(Line::Free("a"));
        let seen = server.seen();
        wrong.extend(self.judge(&answer, &id(2), took));
        let processed = seen.processed.get(&id(2)).copied().unwrap_or(0);
        if self.kind == Kind::Acts && processed > 1 {
            wrong.push(format!("it was done {processed} times"));
        }
        if seen.strays > 0 {
            wrong.push("it followed a redirect".to_owned());
        }
        // Where nothing but the deadline ends it, a fast machine may take it all.
        if seen.is_swallowed && row.status != "TIMEOUT" {
            wrong.push("it took a whole flood".to_owned());
        }
        if seen.is_kept != (self.is_kept && row.peer.idle.is_empty()) {
            wrong.push(format!("over a kept connection: {}", seen.is_kept));
        }
        wrong
    }

    /// What the answer to the call that met the fault has that it should not have.
    fn judge(&self, answer: &Answer, id: &str, took: Duration) -> Vec<String> {
        let row = &self.row;
        let text = answer.text();
        let mut wrong = Vec::new();
        let mut expect = |what: &str, expected: Value, found: Value| {
            if expected != found {
                wrong.push(format!("{what}: expected {expected}, found {found}; {text:.600}"));
            }
        };
        expect("status", row.status.into(), answer.status.as_str().into());
        let reads = self.kind == Kind::Reads;
        let attempts = row.attempts[usize::from(!reads)];
        let options: Value = serde_json::from_str(&row.options).unwrap();
        let deadline = Duration::from_millis(options["timeout_ms"].as_u64().unwrap());
        expect("in time", true.into(), (took < deadline + MARGIN && (attempts == 1 || took >= row.at_least)).into());
        if row.status == "OK" {
            expect("answer", BODY.replace(ID, id).into(), text.clone().into());
            return wrong;
        }
        let Ok(document) = serde_json::from_str::<Value>(&text) else {
            wrong.push(format!("no error document: {text}"));
            return wrong;
        };
        expect("status", row.status.into(), document["status"].clone());
        expect("http_status", row.http.map_or(Value::Null, Value::from), document["http_status"].clone());
        expect("attempts", attempts.into(), document["attempts"].clone());
        let may_repeat = row.again == Again::All || row.again == Again::Reads && reads;
        expect("retryable", may_repeat.into(), document["retryable"].clone());
        expect(row.says, true.into(), text.contains(row.says).into());
        wrong
    }
}

impl Display for Cell {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let connection = if self.is_kept { "kept" } else { "new" };
        write!(out, "{} ({:?}, {connection} connection)", self.row.fault, self.kind)
    }
}
