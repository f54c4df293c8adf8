//! hst: recordings and live streams in random order, compared with a model of our own, which is written from the vendor's later pages.

use super::Documented;
use crate::caller::{Caller, patient_agent};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const APP: &str = "8f14e45fceea467a9f36dedd4bea2543";
const GROUPS: [&str; 2] = ["sequence-1", "sequence-2"];
/// How long waiting, encoding and uploading take in the sandbox, each.
const STEP_S: u64 = 1;

#[derive(Clone, Debug)]
pub enum Action {
    Init {
        group: usize,
        automatic: bool,
        timeout: u64,
    },
    /// The rest is of a task that was begun, counted from the newest.
    Layout(usize),
    Overlay(usize),
    Suspend(usize),
    Resume(usize),
    Finish(usize),
    Download(usize),
    Delete {
        task: usize,
        mode: i64,
        as_text: bool,
    },
    StartLive(usize),
    StopLive(usize),
    Wait(u64),
}

pub fn action() -> impl Strategy<Value = Action> {
    let task = || 0..3_usize;
    let group = || 0..GROUPS.len();
    prop_oneof![
        4 => (group(), any::<bool>(), 5..9_u64)
            .prop_map(|(group, automatic, timeout)| Action::Init { group, automatic, timeout }),
        4 => task().prop_map(Action::Layout),
        1 => task().prop_map(Action::Overlay),
        3 => task().prop_map(Action::Suspend),
        3 => task().prop_map(Action::Resume),
        3 => task().prop_map(Action::Finish),
        2 => task().prop_map(Action::Download),
        2 => (task(), 0..5_i64, any::<bool>())
            .prop_map(|(task, mode, as_text)| Action::Delete { task, mode, as_text }),
        2 => group().prop_map(Action::StartLive),
        2 => group().prop_map(Action::StopLive),
        4 => (1..5_u64).prop_map(Action::Wait),
    ]
}

/// As the pages number the states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Failed = -1,
    Initialised = 1,
    Recording = 2,
    Waiting = 3,
    Encoding = 4,
    Uploading = 5,
    Done = 6,
    Suspended = 7,
}

struct Task {
    id: String,
    group: &'static str,
    automatic: bool,
    /// Seconds until it has failed for want of a layout.
    timeout: u64,
    state: State,
    /// For how long it has been in this state.
    age: u64,
    recorded: u64,
    has_file: bool,
}

impl Task {
    fn is_open(&self) -> bool {
        matches!(self.state, State::Initialised | State::Recording | State::Suspended)
    }

    fn enter(&mut self, state: State) {
        (self.state, self.age) = (state, 0);
        self.has_file |= state == State::Done && self.recorded > 0;
    }

    fn pass_a_second(&mut self) {
        self.age += 1;
        self.recorded += u64::from(self.state == State::Recording);
        match self.state {
            State::Initialised if self.age >= self.timeout => self.enter(State::Failed),
            State::Waiting if self.age >= STEP_S => self.enter(State::Encoding),
            State::Encoding if self.age >= STEP_S => self.enter(State::Uploading),
            State::Uploading if self.age >= STEP_S => self.enter(State::Done),
            _ => {}
        }
    }
}

struct Run {
    caller: Caller,
    documented: Documented,
    /// Oldest first.
    tasks: Vec<Task>,
    live: BTreeSet<&'static str>,
}

pub fn play(actions: &[Action]) -> Result<(), String> {
    let mut caller = Caller::new();
    caller.agent = patient_agent();
    caller.sandbox.hold_clock();
    let mut run = Run { caller, documented: Documented::new(), tasks: Vec::new(), live: BTreeSet::new() };
    for action in actions {
        run.perform(action).map_err(|why| format!("{action:?}: {why}"))?;
        run.check_tasks().map_err(|why| format!("after {action:?}: {why}"))?;
        run.check_live().map_err(|why| format!("after {action:?}: {why}"))?;
    }
    Ok(())
}

impl Run {
    fn perform(&mut self, action: &Action) -> Result<(), String> {
        match *action {
            Action::Init { group, automatic, timeout } => self.init(GROUPS[group], automatic, timeout),
            Action::Layout(task) => {
                let list = json!([{"user_id": "u1001", "media_id": "m", "media_type": 2}]);
                self.of_task(
                    "hst.record.set.layout",
                    "set/layout",
                    task,
                    &json!({"video_list": list, "seq": "2"}),
                    |task| match (task.state, task.automatic) {
                        (_, true) if task.is_open() => Err(605030035),
                        (State::Initialised, _) => Ok(Some(State::Recording)),
                        (State::Recording, _) => Ok(None),
                        (State::Suspended, _) => Err(605030033),
                        _ => Err(605030001),
                    },
                )
            }
            Action::Overlay(task) => {
                self.of_task("hst.record.set_output_overlay", "set-output-overlay", task, &json!({}), |task| {
                    if task.is_open() { Ok(None) } else { Err(605030001) }
                })
            }
            Action::Suspend(task) => self.of_task("hst.record.suspend", "suspend", task, &json!({}), |task| {
                if task.state == State::Recording { Ok(Some(State::Suspended)) } else { Err(605030039) }
            }),
            Action::Resume(task) => self.of_task("hst.record.resume", "resume", task, &json!({}), |task| {
                if task.state == State::Suspended { Ok(Some(State::Recording)) } else { Err(605030040) }
            }),
            Action::Finish(task) => self.of_task("hst.record.finish", "finish", task, &json!({}), |task| {
                if task.is_open() { Ok(Some(State::Waiting)) } else { Err(605030001) }
            }),
            Action::Download(task) => self.download(task),
            Action::Delete { task, mode, as_text } => self.delete(task, mode, as_text),
            Action::StartLive(group) => {
                let is_new = !self.live.contains(GROUPS[group]);
                self.post(
                    "hst.live.start",
                    "live/start",
                    &group_of(GROUPS[group]),
                    if is_new { 0 } else { 605030012 },
                )?;
                self.live.insert(GROUPS[group]);
                Ok(())
            }
            Action::StopLive(group) => {
                let was_there = self.live.remove(GROUPS[group]);
                let number = if was_there { 0 } else { 605030001 };
                self.post("hst.live.stop", "live/stop", &group_of(GROUPS[group]), number).map(drop)
            }
            Action::Wait(seconds) => {
                self.caller.sandbox.advance_clock(Duration::from_secs(seconds));
                for task in &mut self.tasks {
                    (0..seconds).for_each(|_| task.pass_a_second());
                }
                Ok(())
            }
        }
    }

    fn post(&mut self, operation: &str, address: &str, body: &Value, expected: i64) -> Result<Value, String> {
        let answer = self.caller.hst_json("POST", &format!("/v1/{address}"), body);
        expect(operation, self.documented.check(operation, &answer)?, expected)?;
        Ok(answer)
    }

    fn init(&mut self, group: &'static str, automatic: bool, timeout: u64) -> Result<(), String> {
        let mut body = group_of(group);
        (body["timeout"], body["seq"]) = (json!(timeout), json!("1"));
        if automatic {
            body["auto"] = json!({"type": 1});
        }
        let is_same = |task: &Task| task.is_open() && (task.group, task.automatic) == (group, automatic);
        let expected = match self.tasks.iter().any(is_same) {
            true if automatic => 605030038,
            true => 605030012,
            false => 0,
        };
        let answer = self.post("hst.record.init", "record/init", &body, expected)?;
        if expected == 0 {
            let id = answer["record_id"].as_str().ok_or("no record_id")?.to_owned();
            let state = if automatic { State::Recording } else { State::Initialised };
            self.tasks.push(Task { id, group, automatic, timeout, state, age: 0, recorded: 0, has_file: false });
        }
        Ok(())
    }

    /// Of a task that was begun, or of one that never was: what the model says of it, or 605030001.
    fn of_task(
        &mut self,
        operation: &str,
        address: &str,
        task: usize,
        more: &Value,
        judge: impl FnOnce(&Task) -> Result<Option<State>, i64>,
    ) -> Result<(), String> {
        let found = self.tasks.len().checked_sub(1 + task);
        let judged = found.map_or(Err(605030001), |index| judge(&self.tasks[index]));
        let mut body = self.named(found);
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let number = judged.err().unwrap_or(0);
        let answer = self.post(operation, &format!("record/{address}"), &body, number)?;
        if let (Ok(Some(state)), Some(index)) = (judged, found) {
            self.tasks[index].enter(state);
            if operation == "hst.record.finish" && answer["media_duration"] != self.tasks[index].recorded {
                return Err(format!("recorded {} s, but {answer}", self.tasks[index].recorded));
            }
        }
        Ok(())
    }

    fn named(&self, task: Option<usize>) -> Value {
        json!({"app_id": APP, "record_id": task.map_or("404", |index| self.tasks[index].id.as_str())})
    }

    fn download(&mut self, task: usize) -> Result<(), String> {
        let found = self.tasks.len().checked_sub(1 + task);
        let id = found.map_or("404".to_owned(), |index| self.tasks[index].id.clone());
        let expected = match found.map(|index| &self.tasks[index]) {
            None => 605030001,
            Some(task) if task.state == State::Done && task.has_file => 0,
            Some(_) => 605030031,
        };
        let pairs = [("app_id", APP), ("record_id", id.as_str())];
        let answer = self.caller.hst_query("GET", "/v1/record/file/download/url", &pairs);
        let number = self.documented.check("hst.record.file.download.url", &answer)?;
        expect("a download", number, expected)?;
        if expected == 0 {
            let url = answer["data_list"][0]["url"].as_str().ok_or("no URL")?;
            let path = url.strip_prefix(&self.caller.url("")).ok_or_else(|| format!("{url} is elsewhere"))?;
            let file = self.caller.send("GET", path, &[], b"");
            if file.status != 200 || json!(file.body.len()) != answer["data_list"][0]["extent"] {
                return Err(format!("HTTP {} and {} bytes, but {answer}", file.status, file.body.len()));
            }
        }
        Ok(())
    }

    /// 1: file and task; 2: the file; 3: the task. What is not known is deleted.
    fn delete(&mut self, task: usize, mode: i64, as_text: bool) -> Result<(), String> {
        let found = self.tasks.len().checked_sub(1 + task);
        let id = found.map_or("404", |index| self.tasks[index].id.as_str());
        let shown = if as_text { json!(mode.to_string()) } else { json!(mode) };
        let body = json!({"app_id": APP, "mode": shown, "record_list": [id]});
        let is_at_its_end = found.is_none_or(|index| matches!(self.tasks[index].state, State::Done | State::Failed));
        let expected = if (1..=3).contains(&mode) && is_at_its_end { 0 } else { 605030003 };
        self.post("hst.record.file.delete", "record/file", &body, expected)?;
        if let (0, Some(index)) = (expected, found) {
            self.tasks[index].has_file &= mode == 3;
            if mode != 2 {
                self.tasks.remove(index);
            }
        }
        Ok(())
    }

    /// The list has each task in its state, also where one asks for that state.
    fn check_tasks(&mut self) -> Result<(), String> {
        for group in GROUPS {
            let expected: Vec<Value> = self
                .tasks
                .iter()
                .filter(|task| task.group == group)
                .map(|task| json!([task.id, task.state as i64, task.recorded]))
                .collect();
            let answer = self.list(&[("app_id", APP), ("group_id", group)])?;
            let rows = answer["record_list"].as_array().ok_or("no record_list")?;
            let shown: Vec<Value> =
                rows.iter().map(|row| json!([row["record_id"], row["status"], row["record_time"]])).collect();
            if shown != expected || answer["total_num"] != expected.len() {
                return Err(format!("expected {expected:?}, but {answer}"));
            }
        }
        let Some(task) = self.tasks.last() else { return Ok(()) };
        let (id, state) = (task.id.clone(), (task.state as i64).to_string());
        let same = self.list(&[("app_id", APP), ("record_id", &id), ("status", &state)])?;
        let other = self.list(&[("app_id", APP), ("record_id", &id), ("status", "0")])?;
        match (same["total_num"].as_i64(), other["total_num"].as_i64()) {
            (Some(1), Some(0)) => Ok(()),
            _ => Err(format!("{id} in state {state}: {same}, and in state 0: {other}")),
        }
    }

    fn list(&mut self, pairs: &[(&str, &str)]) -> Result<Value, String> {
        let answer = self.caller.hst_query("GET", "/v1/record/task/list", pairs);
        expect("the list", self.documented.check("hst.record.task.list", &with_times(&answer))?, 0)?;
        Ok(answer)
    }

    fn check_live(&mut self) -> Result<(), String> {
        let answer = self.caller.hst_query("GET", "/v1/live/list", &[("app_id", APP)]);
        expect("the live streams", self.documented.check("hst.live.list", &answer)?, 0)?;
        let rows = answer["list"].as_array().ok_or("no list")?;
        // Others may be there from the beginning.
        let ours = rows.iter().filter_map(|row| row["group_id"].as_str()).filter(|id| GROUPS.contains(id));
        if ours.collect::<BTreeSet<_>>() == self.live { Ok(()) } else { Err(format!("{:?}, but {answer}", self.live)) }
    }
}

/// What has not begun, or has not ended, has no time where the sample, of a task that is done, has one.
fn with_times(answer: &Value) -> Value {
    let mut answer = answer.clone();
    for row in answer["record_list"].as_array_mut().into_iter().flatten() {
        let (begun, ended) = (row["record_time"] != 0 || row["status"] == 2, row["status"].as_i64() >= Some(3));
        for (name, may_lack) in [("start_time", !begun), ("stop_time", !ended || row["status"] == 7)] {
            if row[name] == "" && may_lack {
                row[name] = json!("2021-12-01 10:00:00");
            }
        }
    }
    answer
}

fn group_of(group: &str) -> Value {
    json!({"app_id": APP, "group_id": group})
}

fn expect(what: &str, number: i64, expected: i64) -> Result<(), String> {
    if number == expected { Ok(()) } else { Err(format!("{what} answers {number}, not {expected}")) }
}
