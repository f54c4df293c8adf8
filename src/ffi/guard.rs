//! The one boundary that no panic crosses.

use super::status::meetgate_status;
use super::strings;
use crate::error::{Error, Result};
use libc::c_char;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

/// Holds off the cancellation of the calling thread (`pthread_cancel`) until it goes: it would unwind through Rust, which ends the
/// program. A thread that is cancelled meanwhile ends after the call, at its next cancellation point.
struct Uncancellable(#[cfg(target_os = "linux")] libc::c_int);

#[cfg(target_os = "linux")]
mod thread_cancellation {
    use libc::c_int;

    /// The same number in glibc and musl.
    pub(super) const DISABLED: c_int = 1;

    unsafe extern "C" {
        pub(super) fn pthread_setcancelstate(state: c_int, old: *mut c_int) -> c_int;
    }
}

#[cfg(target_os = "linux")]
impl Uncancellable {
    fn begin() -> Uncancellable {
        let mut before = 0;
        // SAFETY: it sets a flag of the calling thread, and writes to a number of ours.
        unsafe { thread_cancellation::pthread_setcancelstate(thread_cancellation::DISABLED, &raw mut before) };
        Uncancellable(before)
    }
}

#[cfg(target_os = "linux")]
impl Drop for Uncancellable {
    fn drop(&mut self) {
        let mut before = 0;
        // SAFETY: as above, with the state that was there.
        unsafe { thread_cancellation::pthread_setcancelstate(self.0, &raw mut before) };
    }
}

#[cfg(not(target_os = "linux"))]
impl Uncancellable {
    fn begin() -> Uncancellable {
        Uncancellable()
    }
}

/// Runs `body`; where it panics, `fallback` makes the result. Whatever `body` was at work on is shared behind locks that do
/// not poison, so that the library goes on working.
pub(super) fn guard<T>(fallback: impl FnOnce() -> T, body: impl FnOnce() -> T) -> T {
    let _uncancellable = Uncancellable::begin();
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| fallback())
}

/// Runs `body` and hands its text out: the reply on success, the error document otherwise.
///
/// # Safety
/// `out` is NULL or points to writable memory for one pointer.
pub(super) unsafe fn reply(out: *mut *mut c_char, body: impl FnOnce() -> Result<String>) -> meetgate_status {
    // SAFETY: the caller's promise is the same.
    unsafe { reply_if_any(out, || body().map(Some)) }
}

/// The same, where `None` is `MEETGATE_ABSENT` with NULL.
///
/// # Safety
/// As [`reply`].
pub(super) unsafe fn reply_if_any(
    out: *mut *mut c_char,
    body: impl FnOnce() -> Result<Option<String>>,
) -> meetgate_status {
    if out.is_null() {
        return meetgate_status::MEETGATE_INVALID_ARGUMENT;
    }
    let (status, text) = outcome(guard(|| Err(Error::panicked()), body));
    // SAFETY: not NULL, and the caller promised writable memory.
    unsafe { out.write(text) };
    status
}

/// A result as C takes it: the status, and the text that is given away.
pub(super) fn outcome(result: Result<Option<String>>) -> (meetgate_status, *mut c_char) {
    // A text that C cannot hold is an error in its turn, and an error document never holds a NUL.
    match result.and_then(|text| text.map(strings::to_c).transpose()) {
        Ok(Some(text)) => (meetgate_status::MEETGATE_OK, text),
        Ok(None) => (meetgate_status::MEETGATE_ABSENT, ptr::null_mut()),
        Err(error) => (error.status().into(), strings::error_to_c(&error)),
    }
}

/// Runs `body`, which gives no text, and hands out an error document where it fails; NULL where it does not.
///
/// # Safety
/// `error_json` is NULL or points to writable memory for one pointer.
pub(super) unsafe fn report(error_json: *mut *mut c_char, body: impl FnOnce() -> Result<()>) -> meetgate_status {
    let (status, error) = match guard(|| Err(Error::panicked()), body) {
        Ok(()) => (meetgate_status::MEETGATE_OK, ptr::null_mut()),
        // Made only where somebody takes it.
        Err(error) if error_json.is_null() => (error.status().into(), ptr::null_mut()),
        Err(error) => (error.status().into(), strings::error_to_c(&error)),
    };
    if !error_json.is_null() {
        // SAFETY: not NULL, and the caller promised writable memory.
        unsafe { error_json.write(error) };
    }
    status
}
