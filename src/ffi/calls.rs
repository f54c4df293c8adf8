//! Calling: by name, with options, and any request at all.

use super::guard::reply;
use super::status::meetgate_status;
use super::strings;
use crate::catalog::Operation;
use crate::client::Client;
use crate::error::{Error, Result};
use std::ffi::c_char;

/// Stops a call from another thread. How to make and trigger one comes with a later version; until then there is none to
/// pass but NULL.
#[derive(Debug)]
pub struct Cancel {
    _private: (),
}

/// Calls an operation by its name.
///
/// Parameters:
///   - client: a client of the operation's platform.
///   - operation: the whole name, such as "avd.room.mix_record.start" (docs/reference lists them; meetgate_catalog has
///     them all).
///   - params_json: one JSON object with the operation's parameters; NULL means {}.
///   - reply_json: receives one string, whatever the result. Must not be NULL.
///
/// Returns: MEETGATE_OK with the platform's answer, byte for byte; on any other status an error document.
/// Ownership: borrows everything for the call. Free *reply_json with meetgate_string_free.
/// Threads: any, at once, on the same client too.
/// Since: 0.1.0.
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
///
/// Parameters:
///   - client, operation, params_json, reply_json: as for meetgate_call.
///   - options_json: one JSON object, NULL means {}. "timeout_ms" (1 to 86400000, the whole call), "connect_timeout_ms"
///     (1 to 86400000) and "max_reply_bytes" (1024 to 1073741824) take the place of the client's own.
///     An unknown option is an error.
///   - cancel: NULL; reserved for a later version.
///
/// Returns: as meetgate_call.
/// Ownership: borrows everything for the call. Free *reply_json with meetgate_string_free.
/// Threads: any, at once, on the same client too.
/// Since: 0.1.0.
///
/// # Safety
/// `client` is NULL or a live client; the strings are NULL or NUL-terminated; `reply_json` is NULL or writable.
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
            let options = options_of(options_json, cancel)?;
            let operation = strings::required(operation, "operation")?;
            borrow(client)?.call_with(operation, params(params_json)?, options)
        })
    }
}

/// Sends any request to the platform, signed and judged like an operation.
///
/// For what the catalog does not have. A token never leaves for another host than the client's own.
///
/// Parameters:
///   - client: a client.
///   - request_json: one JSON object: "method" (GET, POST, PUT, PATCH or DELETE), "path" (whole, from the host root, such
///     as "/sdkapi/v2/room/read"; a further prefix of base_url goes before it), "query" (object), and either "body" (any
///     JSON) or "form" (object). The credential is added. Must not be NULL.
///   - reply_json: receives one string, whatever the result. Must not be NULL.
///
/// Returns: MEETGATE_OK with the platform's answer, byte for byte; on any other status an error document.
/// Ownership: borrows everything for the call. Free *reply_json with meetgate_string_free.
/// Threads: any, at once, on the same client too.
/// Since: 0.1.0.
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
///
/// Parameters:
///   - client, request_json, reply_json: as for meetgate_raw_call.
///   - options_json, cancel: as for meetgate_call_with.
///
/// Returns: as meetgate_raw_call.
/// Ownership: borrows everything for the call. Free *reply_json with meetgate_string_free.
/// Threads: any, at once, on the same client too.
/// Since: 0.1.0.
///
/// # Safety
/// `client` is NULL or a live client; the strings are NULL or NUL-terminated; `reply_json` is NULL or writable.
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
            let options = options_of(options_json, cancel)?;
            let request = strings::required(request_json, "request_json")?;
            borrow(client)?.raw_call_with(request, options)
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
    unsafe { reply(reply_json, || borrow(client)?.call_operation(operation, params(params_json)?, "{}")) }
}

/// # Safety
/// `client` is NULL or points to a live client that outlives the call.
pub(super) unsafe fn borrow<'a>(client: *mut Client) -> Result<&'a Client> {
    // SAFETY: NULL gives `None`; else the caller promised a live client, of which only shared references are made.
    unsafe { client.as_ref() }.ok_or_else(|| Error::invalid_argument("client is NULL"))
}

/// # Safety
/// `options_json` is as [`strings::optional`] wants it.
unsafe fn options_of<'a>(options_json: *const c_char, cancel: *mut Cancel) -> Result<&'a str> {
    if !cancel.is_null() {
        return Err(Error::invalid_argument("cancel: expected NULL; this version cannot cancel a call"));
    }
    // SAFETY: the caller's promise is the same.
    Ok(unsafe { strings::optional(options_json, "options_json") }?.unwrap_or("{}"))
}

/// # Safety
/// As [`strings::optional`].
unsafe fn params<'a>(params_json: *const c_char) -> Result<&'a str> {
    // SAFETY: the caller's promise is the same.
    Ok(unsafe { strings::optional(params_json, "params_json") }?.unwrap_or("{}"))
}
