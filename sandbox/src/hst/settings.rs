//! What can be set of an hst account.

pub(crate) struct Settings {
    pub(crate) dev_id: String,
    /// An AES-128 key.
    pub(crate) dev_secret: [u8; 16],
    pub(crate) token_lifetime_s: u64,
    /// Whether a session of the event gateway ends when the access token that it logged in with is replaced.
    pub(crate) replaced_token_ends_sessions: bool,
    /// What the generated part of the world is drawn from.
    pub(crate) seed: u64,
}
