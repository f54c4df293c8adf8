//! A recording task, and the states that it goes through (the vendor's later pages).
//!
//! ```text
//! 1 initialised -> 2 recording -> 3 waiting -> 4 encoding -> 5 uploading -> 6 done
//!       |            ^     v          ^
//!       |          7 suspended -------'  finish
//!       '-> -1 failed                       the timeout is over
//! ```

use crate::files::path_part;
use crate::media_bytes::Format;
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Failed,
    Initialised,
    Recording,
    Waiting,
    Encoding,
    Uploading,
    Done,
    Suspended,
}

impl State {
    /// As the pages count them. Of their 0, "success", they do not say when a task has it: no task has it here.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Failed => -1,
            Self::Initialised => 1,
            Self::Recording => 2,
            Self::Waiting => 3,
            Self::Encoding => 4,
            Self::Uploading => 5,
            Self::Done => 6,
            Self::Suspended => 7,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Initialised => "initialised",
            Self::Recording => "recording",
            Self::Waiting => "waiting",
            Self::Encoding => "encoding",
            Self::Uploading => "uploading",
            Self::Done => "done",
            Self::Suspended => "suspended",
        }
    }

    /// Whether the recorder still has the task: until `finish`.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Initialised | Self::Recording | Self::Suspended)
    }

    /// Whether nothing more becomes of it.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// How long a finished task takes for each of waiting, encoding and uploading. The pages name no times.
const STEP_MS: i64 = 1000;

/// What `init` sets, and nothing changes afterwards.
pub(crate) struct Plan {
    pub(crate) app_id: String,
    pub(crate) group_id: String,
    pub(crate) company_id: String,
    pub(crate) file_name: String,
    pub(crate) format: Format,
    pub(crate) file_duration_ms: i64,
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) record_mode: i64,
    /// For how long the task may wait for its first layout; `None` for ever.
    pub(crate) timeout_ms: Option<i64>,
    /// As it was given.
    pub(crate) auto: Option<Value>,
}

pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) plan: Plan,
    state: State,
    since_ms: i64,
    /// When it first recorded, and when it was finished.
    pub(crate) started_ms: Option<i64>,
    pub(crate) stopped_ms: Option<i64>,
    /// Without the stretch that goes on.
    recorded_ms: i64,
    /// Paths of its files.
    pub(crate) files: Vec<String>,
}

impl Task {
    pub(crate) fn new(id: String, plan: Plan, now_ms: i64) -> Self {
        Self {
            id,
            plan,
            state: State::Initialised,
            since_ms: now_ms,
            started_ms: None,
            stopped_ms: None,
            recorded_ms: 0,
            files: Vec::new(),
        }
    }

    pub(crate) fn state(&self) -> State {
        self.state
    }

    /// Every change of state is made here.
    pub(super) fn enter(&mut self, state: State, at_ms: i64) {
        if self.state == State::Recording {
            self.recorded_ms += (at_ms - self.since_ms).max(0);
        }
        if state == State::Recording {
            self.started_ms.get_or_insert(at_ms);
        }
        if state == State::Waiting {
            self.stopped_ms = Some(at_ms);
        }
        self.state = state;
        self.since_ms = at_ms;
    }

    /// What time alone brings next, and when.
    pub(super) fn due(&self) -> Option<(State, i64)> {
        let next = match self.state {
            State::Initialised => return Some((State::Failed, self.since_ms.saturating_add(self.plan.timeout_ms?))),
            State::Waiting => State::Encoding,
            State::Encoding => State::Uploading,
            State::Uploading => State::Done,
            State::Failed | State::Recording | State::Done | State::Suspended => return None,
        };
        Some((next, self.since_ms.saturating_add(STEP_MS)))
    }

    pub(crate) fn recorded_ms(&self, now_ms: i64) -> i64 {
        let going = if self.state == State::Recording { (now_ms - self.since_ms).max(0) } else { 0 };
        self.recorded_ms + going
    }

    /// The paths of what it leaves, each with its duration: a file is as long as the plan allows.
    pub(super) fn parts(&self) -> Vec<(String, i64)> {
        let (mut left, mut parts) = (self.recorded_ms, Vec::new());
        while left > 0 {
            let length = left.min(self.plan.file_duration_ms.max(1));
            let (name, kind) = (path_part(&self.plan.file_name), self.plan.format.extension());
            parts.push((format!("/{}/{name}-{}.{kind}", self.id, parts.len() + 1), length));
            left -= length;
        }
        parts
    }
}
