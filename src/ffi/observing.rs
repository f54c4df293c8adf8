//! What a client's calls were like: its log and its statistics.

use super::client::{Client, borrow};
use super::guard::{reply, report};
use super::status::meetgate_status;
use crate::client::LogLevel as Level;
use crate::error::{Error, Result};
use libc::{c_char, c_void};
use std::ffi::CString;

/// How much an event of a log matters. A log takes those of its own level, and those of smaller numbers.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum meetgate_log_level {
    /// Credentials are refused, no token can be had, or this library has a defect.
    MEETGATE_LOG_ERROR = 1,
    /// A call failed for another reason than the platform's own refusal, or a request is sent again.
    MEETGATE_LOG_WARNING = 2,
    /// A token is new or dead. The platform refused a call, or the program ended it.
    MEETGATE_LOG_INFO = 3,
    /// Every attempt of every request, and every call that went well.
    MEETGATE_LOG_DEBUG = 4,
}

/// Takes one event of a client, for meetgate_client_set_log.
/// It runs on the thread whose call or session the event is of, with no lock of the library held, and within that call's time: so it should be
/// quick. Several threads may be in it at once. It must not throw, longjmp or free the client. It may call the library. What such
/// calls do is not told, and meetgate_client_set_log is refused.
/// @param[in] user_data As it was set.
/// @param[in] level One of meetgate_log_level.
/// @param[in] event_json The event: one JSON object, borrowed for the call. It holds no key, no token and no parameter.
#[allow(non_camel_case_types, reason = "its name in C")]
pub type meetgate_log = Option<unsafe extern "C" fn(user_data: *mut c_void, level: i32, event_json: *const c_char)>;

/// Sets what is told of a client's calls as they happen.
/// An event is one JSON object. What does not apply is absent; members may be added:
///   - time_ms (integer): milliseconds since 1970.
///   - level (string): error, warning, info or debug.
///   - event (string): attempt (a request went out, and its answer came or did not), retry (it will go out again), call (a call is
///     over), token_fetched, token_adopted (another process had fetched it), token_buried (the platform refused it),
///     token_paused (none could be had, and none is asked for in the next pause_ms), events_connected (a session of events is logged
///     in), events_lost (its connection broke or could not be made; the next is tried after pause_ms).
///   - platform (string)
///   - operation (string): such as "avd.room.read"; "raw" for a raw call.
///   - ahead (string): token or address, where the request is what the call needs before its own.
///   - attempt (integer), attempts (integer): which attempt of the call it was; how many there were.
///   - status (string): OK, or as in the error document. Of an attempt: API for a number of the platform's own, HTTP for any other
///     answer that is no success.
///   - code (integer), message (string), http_status (integer), request_id (string): as in the error document.
///   - ms (object): milliseconds, with decimals. Of a call: total. Of an attempt, where it took place: look_up (the host's name),
///     connect, tls (the handshake), wait (from there to the first byte of the answer), read (to its last).
///   - sent_bytes (integer), received_bytes (integer): of an attempt, with the heads.
///   - reused_connection (boolean): of an attempt that had a connection.
///   - token_generation (integer): which token it was; not the token.
///   - lifetime_ms (integer): of a new token, where the platform tells it.
///   - insecure (string): why the client verifies no certificate (tls.insecure_reason), where it does not.
///   - pause_ms (integer): before the next attempt, before the next token is asked for, or before the next connection for events.
/// Clients of one account share its token: each tells what its own calls did to it.
/// @param[in] client A client.
/// @param[in] level One of meetgate_log_level: the least important events that are wanted. A level that is not wanted costs nothing.
/// @param[in] log The function. It takes the place of one that was set before, which is not called any more when this returns:
///   this waits for calls of it on other threads. NULL: nothing is told any more.
/// @param[in] user_data Any value, passed to each call of log. What it points to must live until another log is set or the client is
///   freed, and be fit for use from any thread.
/// @param[out] error_json NULL, or on failure an error document.
/// @return MEETGATE_OK; MEETGATE_INVALID_ARGUMENT (client is NULL, no such level, or it was called in a log); MEETGATE_FORKED.
///
/// # Safety
/// `client` is NULL or a live client; `log` may be called with `user_data` from any thread while the client lives; `error_json` is
/// NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_client_set_log(
    client: *mut Client,
    level: i32,
    log: meetgate_log,
    user_data: *mut c_void,
    error_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        report(error_json, || {
            let client = borrow(client)?;
            let Some(log) = log else { return client.clear_log() };
            let level = level_of(level)?;
            let sink = Sink { log, user_data };
            client.set_log(level, move |level, event| sink.take(level, event))
        })
    }
}

/// What the calls of a client came to so far. Nothing is sent.
/// @param[in] client A client.
/// @param[out] stats_json One JSON object; else an error document. Members may be added:
///   - platform (string)
///   - requests (integer): those that went out; repeated (integer): beyond the first of a call; ahead (integer): for a token or
///     an address, before a call's own.
///   - connections_opened (integer), connections_reused (integer): requests over a new connection, and over a kept one.
///   - tokens_fetched (integer): by calls of this client.
///   - events_connected, events_lost (integer): how often sessions of events were logged in, and how often their connections broke or
///     could not be made.
///   - operations (object): by name, such as "avd.room.read", "raw" for raw calls:
///     - calls (integer): all that began with an operation of the catalog and parameters in JSON.
///     - failed (object): how many of them, by status; the others went well.
///     - ms (object): milliseconds of whole calls, with decimals: p50, p90, p99 (right to an eighth) and max.
/// @return MEETGATE_OK, or why it failed.
///
/// # Safety
/// `client` is NULL or a live client; `stats_json` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_client_stats(client: *mut Client, stats_json: *mut *mut c_char) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe { reply(stats_json, || borrow(client)?.stats()) }
}

fn level_of(number: i32) -> Result<Level> {
    use meetgate_log_level::*;
    Ok(match number {
        error if error == MEETGATE_LOG_ERROR as i32 => Level::Error,
        warning if warning == MEETGATE_LOG_WARNING as i32 => Level::Warning,
        info if info == MEETGATE_LOG_INFO as i32 => Level::Info,
        debug if debug == MEETGATE_LOG_DEBUG as i32 => Level::Debug,
        _ => {
            return Err(Error::invalid_argument(format!(
                "level: expected 1 (errors), 2 (warnings), 3 (info) or 4 (debug), got {number}"
            )));
        }
    })
}

struct Sink {
    log: unsafe extern "C" fn(*mut c_void, i32, *const c_char),
    user_data: *mut c_void,
}

// SAFETY: whoever set the log promised that it may be called with its user data from any thread.
unsafe impl Send for Sink {}
// SAFETY: likewise, from several at once.
unsafe impl Sync for Sink {}

impl Sink {
    fn take(&self, level: Level, event: &str) {
        // JSON holds no NUL.
        let Ok(event) = CString::new(event) else { return };
        // SAFETY: the caller promised a function of this type; the text outlives the call.
        unsafe { (self.log)(self.user_data, level as i32, event.as_ptr()) };
    }
}
