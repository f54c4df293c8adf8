//! What was said in a room.

/// The messages of one meeting.
pub(crate) struct Session {
    pub(crate) started: i64,
    pub(crate) messages: Vec<Message>,
}

pub(crate) struct Message {
    pub(crate) id: i64,
    pub(crate) from_id: String,
    pub(crate) from_name: String,
    pub(crate) text: String,
    pub(crate) timestamp: i64,
    /// Id and name of the one it was for; without, it was for everybody.
    pub(crate) private_to: Option<(String, String)>,
}
