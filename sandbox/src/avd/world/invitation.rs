//! A device that was called into a room.

/// 004 L3585.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Inviting = 0,
    Talking = 1,
    HungUp = 2,
    Failed = 3,
}

pub(crate) struct Invitation {
    pub(crate) call_id: String,
    pub(crate) user_id: String,
    pub(crate) room_id: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) state: State,
    pub(crate) rings_until_ms: i64,
    pub(crate) video_open: bool,
    pub(crate) muted: bool,
}

impl Invitation {
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.state, State::Inviting | State::Talking)
    }

    pub(crate) fn scheme(&self) -> &str {
        self.url.split(':').next().unwrap_or_default()
    }

    /// A telephone has no picture.
    pub(crate) fn has_video(&self) -> bool {
        self.scheme() != "pstn"
    }
}
