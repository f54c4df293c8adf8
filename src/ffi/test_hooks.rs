//! What tests need to provoke and no release has.

use super::guard::reply;
use super::status::meetgate_status;
use libc::c_char;

/// Panics inside the guard.
///
/// # Safety
/// `reply_json` is NULL or writable.
#[unsafe(no_mangle)]
#[expect(clippy::panic, reason = "this is what it is for")]
pub unsafe extern "C" fn meetgate_test_panic(reply_json: *mut *mut c_char) -> meetgate_status {
    // SAFETY: the caller's promise is this function's own.
    unsafe { reply(reply_json, || panic!("on purpose, by a test")) }
}
