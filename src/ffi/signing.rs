//! Signatures without a client.

use super::guard::reply;
use super::status::meetgate_status;
use super::strings;
use crate::signing;
use libc::c_char;

/// Makes the token with which an end user logs in to the media SDK of hst.
///
/// Made on this machine, by the algorithm of the vendor's TokenGenerator; nothing is sent.
///
/// Parameters:
///   - params_json: one JSON object: "app_id" and "app_secret" (exactly 16 bytes; hst.app.create answers both), "group_id"
///     and "user_id" (strings, empty when left out), "expire_time" (integer, passed through: the platform's documents do
///     not say its unit; 0 and left out are the same), "timestamp_ms" (milliseconds since 1970, the system's clock when
///     left out) and "random" (0 to 2147483647, drawn when left out). An unknown member is an error.
///   - reply_json: receives one string, whatever the result. Must not be NULL.
///
/// Returns: MEETGATE_OK with {"user_token":"001…"}; MEETGATE_INVALID_ARGUMENT with an error document.
/// Ownership: borrows params_json for the call. Free *reply_json with meetgate_string_free: it holds a credential.
/// Threads: any, at once.
/// Since: 0.1.0.
///
/// # Safety
/// `params_json` is NULL or NUL-terminated; `reply_json` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_hst_user_token(
    params_json: *const c_char,
    reply_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe { reply(reply_json, || signing::hst_user_token(strings::required(params_json, "params_json")?)) }
}

/// Makes the checksum of a youme request, for tools that sign requests of their own.
///
/// Parameters:
///   - params_json: one JSON object: "app_secret", "rest_api_key" and "curtime" (seconds since 1970, the system's clock
///     when left out). An unknown member is an error.
///   - reply_json: receives one string, whatever the result. Must not be NULL.
///
/// Returns: MEETGATE_OK with {"checksum":"…","curtime":"…"}, 40 hexadecimal digits and the time as the query carries it
///   (platform: 002, 1.1.2, in three parts); MEETGATE_INVALID_ARGUMENT with an error document.
/// Ownership: borrows params_json for the call. Free *reply_json with meetgate_string_free.
/// Threads: any, at once.
/// Since: 0.1.0.
///
/// # Safety
/// `params_json` is NULL or NUL-terminated; `reply_json` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_youme_checksum(
    params_json: *const c_char,
    reply_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe { reply(reply_json, || signing::youme_checksum(strings::required(params_json, "params_json")?)) }
}
