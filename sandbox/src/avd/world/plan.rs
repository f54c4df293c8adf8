//! What a recording was asked to leave behind.

use crate::media_bytes::Format;

/// What was asked for at the start (004 L635-L666).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// A separate audio file, and of which kind (L639, L659).
    pub(crate) audio: Option<Format>,
    /// An MP4; not when only audio is recorded (L654).
    pub(crate) video: bool,
    /// Converted while it runs (L640).
    pub(crate) realtime: bool,
    /// The source is kept as well (L653: only with live conversion, without which the source is all there is at first).
    pub(crate) backup: bool,
    /// One file per participant (L651).
    pub(crate) split: bool,
    /// The mixed file is kept beside the split ones (L652).
    pub(crate) keep_mixed: bool,
    /// The name of the mixed files (L650).
    pub(crate) file_name: Option<String>,
    /// Split files are named by user id alone (L655).
    pub(crate) hide_user_names: bool,
}

impl Plan {
    /// One MP4, converted while it runs.
    pub(crate) fn video() -> Self {
        Self {
            audio: None,
            video: true,
            realtime: true,
            backup: false,
            split: false,
            keep_mixed: true,
            file_name: None,
            hide_user_names: false,
        }
    }

    /// One MP3.
    pub(crate) fn audio() -> Self {
        Self { audio: Some(Format::Mp3), video: false, ..Self::video() }
    }
}
