//! What can be set of a youme account.

pub(crate) struct Settings {
    pub(crate) app_key: String,
    pub(crate) app_secret: String,
    pub(crate) rest_api_key: String,
    /// What the world of calls is drawn from.
    pub(crate) seed: u64,
    /// When that world ends, in seconds: nothing happens after start-up.
    pub(crate) world_ends: i64,
}
