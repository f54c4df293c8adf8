//! Recordings and live streams: one state machine for all kinds (004 L1111-L1154).
//!
//! ```text
//! start -> 0 started -> 1 running -> 2 stopped normally      stop
//!                          |-> 4 stopping -> 2               room closed
//!                          '-> 3 stopped abnormally          room deleted
//! ```
//! The documents allow kinds without intermediate states: a stop by call is done when it is answered.

use super::plan::Plan;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Mix,
    /// Made by the room itself, when it was told to record automatically (004 L20).
    Automatic,
    Desktop,
    /// Nothing but an MP3. No operation starts one; the seed has one.
    Audio,
    MixedLive,
    Live,
}

impl Kind {
    /// Live streams leave nothing behind.
    pub(crate) fn leaves_files(self) -> bool {
        !matches!(self, Self::MixedLive | Self::Live)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Stopped,
    Closing,
    Broken,
}

pub(crate) struct Recording {
    pub(crate) id: String,
    pub(crate) room_id: String,
    pub(crate) kind: Kind,
    pub(crate) name: Option<String>,
    pub(crate) creator: Option<String>,
    pub(crate) plan: Plan,
    pub(crate) started_ms: i64,
    pub(crate) ended: Option<(i64, Ending)>,
    /// Paths of what it left, the mixed file first.
    pub(crate) files: Vec<String>,
    /// The path of the recording's source, where it was kept.
    pub(crate) source: Option<String>,
    /// When a conversion was asked for.
    pub(crate) transfer_ms: Option<i64>,
}

/// How long a recording takes to get going, and to stop when its room is closed under it.
const BETWEEN_MS: i64 = 1000;
/// How long a conversion takes.
const CONVERSION_MS: i64 = 2000;

impl Recording {
    pub(crate) fn new(id: String, room_id: &str, kind: Kind, plan: Plan, started_ms: i64) -> Self {
        Self {
            id,
            room_id: room_id.to_owned(),
            kind,
            name: None,
            creator: None,
            plan,
            started_ms,
            ended: None,
            files: Vec::new(),
            source: None,
            transfer_ms: None,
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.ended.is_none()
    }

    /// 004 L1133: 0 started, 1 running, 2 stopped normally, 3 stopped abnormally, 4 stopping.
    pub(crate) fn status(&self, now_ms: i64) -> i32 {
        match self.ended {
            None if now_ms - self.started_ms < BETWEEN_MS => 0,
            None => 1,
            Some((at, Ending::Closing)) if now_ms - at < BETWEEN_MS => 4,
            Some((_, Ending::Stopped | Ending::Closing)) => 2,
            Some((_, Ending::Broken)) => 3,
        }
    }

    /// Whether its files are there to be listed.
    pub(crate) fn is_finished(&self, now_ms: i64) -> bool {
        matches!(self.status(now_ms), 2 | 3)
    }

    /// 004 L2121: 0 not converted, 1 converting, 2 done, 3 failed.
    pub(crate) fn conversion(&self, now_ms: i64) -> i32 {
        let Some((ended, _)) = self.ended else {
            // Asked for while it runs, the conversion waits for the end.
            return 0;
        };
        match self.transfer_ms {
            None if self.plan.realtime => 2,
            None => 0,
            // Nothing is left that could be converted.
            Some(_) if self.files.is_empty() => 3,
            Some(asked) if now_ms < asked.max(ended) + CONVERSION_MS => 1,
            Some(_) => 2,
        }
    }

    /// The main file: the source where it was kept, else the first of the others.
    pub(crate) fn main_file(&self) -> Option<&str> {
        self.source.as_deref().or(self.files.first().map(String::as_str))
    }

    /// Seconds as text, as the samples show them. A recording that runs has no end.
    pub(crate) fn start_text(&self) -> String {
        (self.started_ms / 1000).to_string()
    }

    pub(crate) fn end_text(&self) -> String {
        self.ended.map(|(at, _)| (at / 1000).to_string()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording() -> Recording {
        Recording::new("r".to_owned(), "1", Kind::Mix, Plan::video(), 10_000)
    }

    #[test]
    fn states_over_time() {
        let mut recording = recording();
        assert_eq!(recording.status(10_500), 0);
        assert_eq!(recording.status(11_000), 1);
        recording.ended = Some((20_000, Ending::Closing));
        assert_eq!(recording.status(20_500), 4);
        assert!(!recording.is_finished(20_500));
        assert_eq!(recording.status(21_000), 2);
        recording.ended = Some((20_000, Ending::Broken));
        assert_eq!(recording.status(20_000), 3);
        recording.ended = Some((20_000, Ending::Stopped));
        assert_eq!(recording.status(20_000), 2);
    }

    #[test]
    fn conversion_over_time() {
        let mut recording = recording();
        assert_eq!(recording.conversion(15_000), 0);
        recording.transfer_ms = Some(15_000);
        assert_eq!(recording.conversion(18_000), 0);
        recording.ended = Some((20_000, Ending::Stopped));
        recording.files.push("/a.mp4".to_owned());
        assert_eq!(recording.conversion(21_000), 1);
        assert_eq!(recording.conversion(22_000), 2);
        recording.files.clear();
        assert_eq!(recording.conversion(22_000), 3);
    }
}
