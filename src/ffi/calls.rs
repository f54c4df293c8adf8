//! Calling: by name, with options, and any request at all.

use super::client::{Client, borrow};
use super::guard::reply;
use super::status::meetgate_status;
use super::strings;
use crate::cancel::Cancel;
use crate::catalog::Operation;
use crate::error::Result;
use libc::c_char;

/// Calls an operation by its name.
/// @param[in] client A client of the operation's platform.
/// @param[in] operation The whole name, such as "avd.room.mix_record.start". docs/reference and meetgate_catalog list all names.
/// @param[in] params_json One JSON object with the operation's parameters. NULL means {}.
/// @param[out] reply_json The platform's answer; else an error document.
/// @return MEETGATE_OK, or why it failed.
///
/// # Safety
/// `client` is NULL or a live client; the strings are NULL or NUL-terminated; `reply_json` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_call(
    client: *mut Client,
    operation: *const c_char,
    params_json: *const c_char,
    reply_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        reply(reply_json, || {
            let operation = strings::required(operation, "operation")?;
            borrow(client)?.call(operation, params(params_json)?)
        })
    }
}

/// Calls an operation by its name, with options for this call alone.
/// @param[in] client A client of the operation's platform.
/// @param[in] operation As for meetgate_call.
/// @param[in] params_json As for meetgate_call.
/// @param[in] options_json One JSON object, or NULL. What it has takes the place of the client's own; an unknown option is an
///   error:
///   - {options}
/// @param[in] cancel NULL, or what another thread ends the call with.
/// @param[out] reply_json As for meetgate_call.
/// @return MEETGATE_OK, or why it failed.
///
/// # Safety
/// `client` is NULL or a live client; the strings are NULL or NUL-terminated; `cancel` is NULL or live; `reply_json` is NULL or
/// writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_call_with(
    client: *mut Client,
    operation: *const c_char,
    params_json: *const c_char,
    options_json: *const c_char,
    cancel: *mut Cancel,
    reply_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        reply(reply_json, || {
            let options = options(options_json)?;
            let operation = strings::required(operation, "operation")?;
            borrow(client)?.call_with(operation, params(params_json)?, options, cancel.as_ref())
        })
    }
}

/// Sends any request to the platform, signed and judged like an operation: for what the catalog does not have.
/// The credential is added. A token never leaves for another host than the client's own.
/// @param[in] client A client.
/// @param[in] request_json One JSON object:
///   - method (string, required; one of GET, POST, PUT, PATCH, DELETE)
///   - path (string, required): whole, from the host root, such as "/sdkapi/v2/room/read". A further prefix of base_url goes
///     before it.
///   - query (object): without the parameters that carry the credential, as token on avd.
///   - body (any JSON), or form (object)
/// @param[out] reply_json The platform's answer; else an error document.
/// @return MEETGATE_OK, or why it failed.
///
/// # Safety
/// `client` is NULL or a live client; `request_json` is NULL or NUL-terminated; `reply_json` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_raw_call(
    client: *mut Client,
    request_json: *const c_char,
    reply_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        reply(reply_json, || {
            let request = strings::required(request_json, "request_json")?;
            borrow(client)?.raw_call(request)
        })
    }
}

/// Sends any request to the platform, with options for this call alone.
/// @param[in] client A client.
/// @param[in] request_json As for meetgate_raw_call.
/// @param[in] options_json As for meetgate_call_with.
/// @param[in] cancel As for meetgate_call_with.
/// @param[out] reply_json As for meetgate_raw_call.
/// @return MEETGATE_OK, or why it failed.
///
/// # Safety
/// `client` is NULL or a live client; the strings are NULL or NUL-terminated; `cancel` is NULL or live; `reply_json` is NULL or
/// writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_raw_call_with(
    client: *mut Client,
    request_json: *const c_char,
    options_json: *const c_char,
    cancel: *mut Cancel,
    reply_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        reply(reply_json, || {
            let options = options(options_json)?;
            let request = strings::required(request_json, "request_json")?;
            borrow(client)?.raw_call_with(request, options, cancel.as_ref())
        })
    }
}

/// What each operation's own function comes down to.
///
/// # Safety
/// As for [`meetgate_call`].
pub(super) unsafe fn call(
    operation: &'static Operation,
    client: *mut Client,
    params_json: *const c_char,
    reply_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe { reply(reply_json, || borrow(client)?.call_operation(operation, params(params_json)?, "{}", None)) }
}

/// # Safety
/// As [`strings::optional`].
pub(super) unsafe fn options<'a>(options_json: *const c_char) -> Result<&'a str> {
    // SAFETY: the caller's promise is the same.
    Ok(unsafe { strings::optional(options_json, "options_json") }?.unwrap_or("{}"))
}

/// # Safety
/// As [`strings::optional`].
pub(super) unsafe fn params<'a>(params_json: *const c_char) -> Result<&'a str> {
    // SAFETY: the caller's promise is the same.
    Ok(unsafe { strings::optional(params_json, "params_json") }?.unwrap_or("{}"))
}
