//! What happens in the world and is told to those who listen.

use super::media::Media;

#[derive(Debug)]
pub(crate) struct News {
    /// The application's version after it. A recording's state has none.
    pub(crate) version: Option<i64>,
    pub(crate) happening: Happening,
}

#[derive(Debug)]
pub(crate) enum Happening {
    UserJoined { group_id: String, user_id: String },
    UserLeft { group_id: String, user_id: String },
    MediaStarted { group_id: String, user_id: String, media: Media },
    MediaStopped { group_id: String, user_id: String, media: Media },
    RecordingChanged { group_id: String, record_id: String, status: i64, message: String },
}
