//! Signatures without a client.

use super::guard::reply;
use super::status::meetgate_status;
use super::strings;
use crate::signing;
use libc::c_char;

/// Makes the token with which an end user logs in to the media SDK of hst.
/// It is made on this machine, by the algorithm of the vendor's TokenGenerator. Nothing is sent.
/// @param[in] params_json One JSON object; an unknown member is an error:
///   - app_id (string, required), app_secret (string, required): hst.app.create answers both. app_secret has exactly 16 bytes.
///   - group_id (string), user_id (string): empty when left out.
///   - expire_time (integer): passed on as it is. The platform's documents do not say its unit; 0 and left out are the same.
///   - timestamp_ms (integer): milliseconds since 1970; the system's clock when left out.
///   - random (integer from 0 to 2147483647): drawn when left out.
/// @param[out] reply_json {"user_token":"001…"}, which is a credential; else an error document.
/// @return MEETGATE_OK, or MEETGATE_INVALID_ARGUMENT.
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

/// Makes the token with which an end user logs in to the media SDK of youme: the SHA-1 of app_key, rest_api_key and user_id.
/// It is made on this machine, as two of the vendor's SDKs make it. Nothing is sent. The same parameters always give the same
/// token, and the token has no end of its own.
/// @param[in] params_json One JSON object; an unknown member is an error:
///   - app_key (string, required), rest_api_key (string, required): those of the client's configuration.
///   - user_id (string, required): the end user, exactly as the media SDK is given it.
/// @param[out] reply_json {"user_token":"…"}: 40 hexadecimal digits in lower case, which are a credential; else an error document.
/// @return MEETGATE_OK, or MEETGATE_INVALID_ARGUMENT.
///
/// # Safety
/// `params_json` is NULL or NUL-terminated; `reply_json` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_youme_user_token(
    params_json: *const c_char,
    reply_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe { reply(reply_json, || signing::youme_user_token(strings::required(params_json, "params_json")?)) }
}

/// Makes the checksum of a youme request, for tools that sign requests of their own.
/// @param[in] params_json One JSON object; an unknown member is an error:
///   - app_secret (string, required), rest_api_key (string, required)
///   - curtime (integer, s): seconds since 1970; the system's clock when left out.
/// @param[out] reply_json {"checksum":"…","curtime":"…"}: 40 hexadecimal digits, and the time as the query carries it (002, 1.1.2,
///   in three parts); else an error document.
/// @return MEETGATE_OK, or MEETGATE_INVALID_ARGUMENT.
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
