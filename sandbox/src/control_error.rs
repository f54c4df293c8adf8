//! Why the control interface, or the library's method of the same purpose, cannot do what it was asked.

use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlError {
    pub(crate) status: u16,
    pub(crate) message: String,
    /// With status 405.
    pub(crate) allowed: Option<String>,
}

impl ControlError {
    /// The HTTP status under which the control interface says it: 400, 403, 404, 405 or 409.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// What was asked makes no sense.
    pub(crate) fn bad(message: String) -> Self {
        Self { status: 400, message, allowed: None }
    }

    /// A page in a browser asked, or may have.
    pub(crate) fn forbidden(message: String) -> Self {
        Self { status: 403, message, allowed: None }
    }

    /// What was named is not there.
    pub(crate) fn not_found(message: String) -> Self {
        Self { status: 404, message, allowed: None }
    }

    /// It is not possible now.
    pub(crate) fn conflict(message: String) -> Self {
        Self { status: 409, message, allowed: None }
    }

    pub(crate) fn method(allowed: String) -> Self {
        Self { status: 405, message: format!("this takes {allowed}"), allowed: Some(allowed) }
    }
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ControlError {}

/// What `Members` says.
impl From<String> for ControlError {
    fn from(message: String) -> Self {
        Self::bad(message)
    }
}
