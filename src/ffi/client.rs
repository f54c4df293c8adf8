//! Making and freeing clients.

use super::fork;
use super::guard::{guard, report};
use super::status::meetgate_status;
use super::strings;
use crate::client;
use crate::error::{Error, Result};
use libc::c_char;
use std::ptr;
use std::sync::Arc;

/// A client of one platform. Use it from any number of threads at once.
pub struct Client(Arc<client::Client>);

/// The client, which lives as long as this call: whoever frees it meanwhile ends the call, and the last one of both takes the
/// memory along.
///
/// # Safety
/// `client` is NULL or a client that was not freed before the call began.
pub(super) unsafe fn borrow(client: *mut Client) -> Result<Arc<client::Client>> {
    // SAFETY: NULL gives `None`; else the caller promised a live client, of which only shared references are made.
    let client = unsafe { client.as_ref() }.ok_or_else(|| Error::invalid_argument("client is NULL"))?;
    Ok(Arc::clone(&client.0))
}

/// Makes a client of one platform.
/// It sends nothing, and reads from the disk only the folder of a token store and the files that tls names. The first call
/// connects, and fetches a token where the platform has one. With "proxy":"env" it reads the environment, once.
/// @param[in] config_json One JSON object, for example
///   {"platform":"avd","base_url":"http://10.0.0.5:9609","access_key":"…","secret_key":"…"}.
///   All keys: docs/reference/configuration.md. An unknown key is an error.
/// @param[out] client The client, or NULL on failure.
/// @param[out] error_json NULL, or on failure an error document.
/// @return MEETGATE_OK; MEETGATE_INVALID_ARGUMENT (NULL, not UTF-8, not a JSON object); MEETGATE_INVALID_CONFIG.
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
            fork::count_forks();
            let made = client::Client::new(strings::required(config_json, "config_json")?)?;
            client.write(Box::into_raw(Box::new(Client(Arc::new(made)))));
            Ok(())
        })
    }
}

/// Closes the connections that a client keeps for its next calls. The next call connects anew.
/// Call it before the machine is suspended, or after its network has changed: a kept connection may be dead then, and a call that
/// only then finds it dead may not be repeated if it changes something. A connection that a call uses now is closed when that call
/// ends. Nothing is sent but the end of each connection. It may be called from any thread, also while other threads make calls.
/// @param[in] client A client.
/// @param[out] error_json NULL, or on failure an error document.
/// @return MEETGATE_OK; MEETGATE_INVALID_ARGUMENT (client is NULL); MEETGATE_FORKED.
///
/// # Safety
/// `client` is NULL or a live client; `error_json` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_client_close_idle(
    client: *mut Client,
    error_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe { report(error_json, || borrow(client)?.close_idle()) }
}

/// Frees a client and closes its connections. Calls in flight on it, in any thread, end with MEETGATE_CANCELLED; the memory goes
/// with the last of them. A token provider that is at work is waited for, and not called again. A call that begins after this is
/// the caller's mistake.
/// Asynchronous calls end with MEETGATE_CANCELLED, too: their completions come before this returns, and the client's threads end.
/// It waits one second for that at most. A completion that is still running then goes on, and those that wait for its thread come
/// after it. They must not use the client any more. A call that a completion submits meanwhile is refused with MEETGATE_CANCELLED.
/// In a completion of the client's own calls it is the caller's mistake: it waits for nothing then.
/// Sessions of events end, too, with {"type":"closed"}, within the same second. Each still has to be closed.
/// @param[in] client A client. NULL does nothing, and so does the parent's client in a forked child.
///
/// # Safety
/// `client` is NULL or was made by `meetgate_client_new` and not freed since.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_client_free(client: *mut Client) {
    guard(
        || (),
        || {
            if client.is_null() {
                return;
            }
            // SAFETY: not NULL, and the caller promised a live client.
            let shared = Arc::clone(&unsafe { &*client }.0);
            if shared.is_own_process() {
                // Completions that come meanwhile may still use the client.
                shared.close();
                // SAFETY: `meetgate_client_new` made it from a box, and the caller gives it up.
                drop(unsafe { Box::from_raw(client) });
            }
        },
    );
}
