//! What can be set of an avd deployment.

pub(crate) struct Settings {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) token_lifetime_s: u64,
    /// What the generated part of the world is drawn from.
    pub(crate) seed: u64,
}
