//! Making and freeing clients.

use super::guard::{guard, report};
use super::status::meetgate_status;
use super::strings;
use crate::client::Client;
use crate::error::Error;
use std::ffi::c_char;
use std::ptr;

/// Makes a client of one platform.
///
/// Does no I/O: the first call connects, and fetches a token where the platform has one.
///
/// Parameters:
///   - config_json: one JSON object, for example
///     {"platform":"avd","base_url":"http://10.0.0.5:9609","access_key":"…","secret_key":"…"}.
///     All keys: docs/reference/configuration.md. An unknown key is an error.
///   - client: receives the client, or NULL on failure. Must not be NULL.
///   - error_json: receives NULL, or on failure an error document. May be NULL.
///
/// Returns: MEETGATE_OK; MEETGATE_INVALID_ARGUMENT (NULL, not UTF-8, not a JSON object); MEETGATE_INVALID_CONFIG.
/// Ownership: borrows config_json for the call. Free the client with meetgate_client_free and the error document with
///   meetgate_string_free.
/// Threads: any, at once. The client may be used from any number of threads at once.
/// Since: 0.1.0.
///
/// # Safety
/// `config_json` is NULL or a NUL-terminated string; `client` and `error_json` are NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_client_new(
    config_json: *const c_char,
    client: *mut *mut Client,
    error_json: *mut *mut c_char,
) -> meetgate_status {
    if !client.is_null() {
        // SAFETY: not NULL, and the caller promised writable memory.
        unsafe { client.write(ptr::null_mut()) };
    }
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        report(error_json, || {
            if client.is_null() {
                return Err(Error::invalid_argument("client is NULL"));
            }
            let made = Client::new(strings::required(config_json, "config_json")?)?;
            client.write(Box::into_raw(Box::new(made)));
            Ok(())
        })
    }
}

/// Frees a client and closes its connections.
///
/// Parameters:
///   - client: a client, or NULL, which does nothing.
///
/// Returns: nothing.
/// Ownership: consumes the client. In a forked child it does nothing: the client is the parent's.
/// Threads: no call may be in flight on this client, in any thread.
/// Since: 0.1.0.
///
/// # Safety
/// `client` is NULL or was made by `meetgate_client_new` and not freed since; no call is using it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_client_free(client: *mut Client) {
    guard((), || {
        if client.is_null() {
            return;
        }
        // SAFETY: not NULL, and the caller promised a live client.
        if unsafe { &*client }.is_own_process() {
            // SAFETY: `meetgate_client_new` made it from a box, and the caller gives it up.
            drop(unsafe { Box::from_raw(client) });
        }
    });
}
