//! Strings across the boundary: borrowed on the way in, given away on the way out.

use crate::error::{Error, Result, Status};
use libc::c_char;
use std::ffi::{CStr, CString};
use std::ptr;

/// A string argument, borrowed for the call.
///
/// # Safety
/// `text` is NULL or points to a NUL-terminated string that lives and does not change as long as the result is used.
pub(super) unsafe fn required<'a>(text: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: the caller's promise is the same.
    unsafe { optional(text, name) }?.ok_or_else(|| Error::invalid_argument(format!("{name} is NULL")))
}

/// The same, where NULL means that there is none.
///
/// # Safety
/// As [`required`].
pub(super) unsafe fn optional<'a>(text: *const c_char, name: &str) -> Result<Option<&'a str>> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and the caller promised a NUL-terminated string.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map(Some).map_err(|error| {
        Error::invalid_argument(format!("{name} is not UTF-8: byte {} begins no character", error.valid_up_to()))
    })
}

/// Gives a text away, to be freed with `meetgate_string_free`.
pub(super) fn to_c(text: String) -> Result<*mut c_char> {
    CString::new(text).map(CString::into_raw).map_err(|error| {
        let position = error.nul_position();
        Error::new(Status::Protocol, format!("the answer holds a NUL byte at {position}"))
    })
}

pub(super) fn error_to_c(error: &Error) -> *mut c_char {
    // JSON escapes a NUL, so that the document holds none.
    CString::new(error.to_json()).map_or(ptr::null_mut(), CString::into_raw)
}

/// Frees what [`to_c`] or [`error_to_c`] gave away.
///
/// # Safety
/// `text` is NULL or was given away here and not taken back since.
pub(super) unsafe fn take_back(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: `CString::into_raw` made it, and the caller gives it up.
        drop(unsafe { CString::from_raw(text) });
    }
}
