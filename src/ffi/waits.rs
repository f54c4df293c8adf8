//! What was started is undone, and what goes on is waited for.

use super::calls::{options, params};
use super::client::{Client, borrow};
use super::guard::{guard, reply};
use super::status::meetgate_status;
use super::strings;
use crate::cancel::Cancel;
use crate::client;
use libc::c_char;
use std::ptr;

/// Undoes what an operation started: calls the operation that stops or deletes it again, such as avd.room.mix_record.stop after
/// avd.room.mix_record.start. meetgate_undone_by tells which operation that is; the reference says it too.
/// What that operation needs comes from the answer of the start (a record_id), else from its parameters (a room_id).
/// It is a call of its own: the cancel and the deadline that ended what came between are not its. That there is nothing to undo any
/// more is the platform's refusal, as of any call: mostly of the class "conflict" or "not_found".
/// A start that failed is not undone: its error document is refused here. Where no answer came, it may have begun all the same; with
/// NULL in place of the answer, what undoes it gets the parameters alone, and then acts on all that they name: on the whole room.
/// @param[in] client A client of the operation's platform.
/// @param[in] operation What was started, such as "avd.room.mix_record.start".
/// @param[in] params_json The parameters with which it was started. NULL means {}.
/// @param[in] start_reply_json The platform's answer to the start, also with its facts; NULL: the parameters have to do. An answer
///   without the id that is needed is refused.
/// @param[in] options_json As for meetgate_call_with.
/// @param[in] cancel As for meetgate_call_with.
/// @param[out] reply_json As for meetgate_call.
/// @return MEETGATE_OK, or why it failed: MEETGATE_INVALID_ARGUMENT where nothing undoes the operation.
///
/// # Safety
/// `client` is NULL or a live client; the strings are NULL or NUL-terminated; `cancel` is NULL or live; `reply_json` is NULL or
/// writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_undo(
    client: *mut Client,
    operation: *const c_char,
    params_json: *const c_char,
    start_reply_json: *const c_char,
    options_json: *const c_char,
    cancel: *mut Cancel,
    reply_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        reply(reply_json, || {
            let options = options(options_json)?;
            let operation = strings::required(operation, "operation")?;
            let started = strings::optional(start_reply_json, "start_reply_json")?;
            borrow(client)?.undo(operation, params(params_json)?, started, options, cancel.as_ref())
        })
    }
}

/// The operation that undoes another one.
/// @param[in] operation A whole name, such as "avd.room.mix_record.start".
/// @return Its whole name, such as "avd.room.mix_record.stop", to be freed with meetgate_string_free. NULL if nothing undoes it, or if
///   there is no such operation.
///
/// # Safety
/// `operation` is NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_undone_by(operation: *const c_char) -> *mut c_char {
    guard(ptr::null_mut, || {
        // SAFETY: the caller's promise.
        let operation = unsafe { strings::required(operation, "operation") };
        let undoing = operation.ok().and_then(client::undone_by);
        undoing.and_then(|name| strings::to_c(name.to_owned()).ok()).unwrap_or(ptr::null_mut())
    })
}

/// Waits until what an operation tells of has come to an end: a recording has stopped, a transcoding is done, a device has answered, a
/// file is there. It calls the operation, which only reads, with pauses that grow. The reference says of each such operation what
/// ends the wait.
/// A call that fails in a way that may be repeated, such as one with MEETGATE_NETWORK, does not end the wait.
/// It blocks its thread: in an event loop, run it on a thread of your own.
/// @param[in] client A client of the operation's platform.
/// @param[in] operation Such as "avd.room.record.status". One that tells of nothing that ends is refused.
/// @param[in] params_json As for meetgate_call.
/// @param[in] options_json One JSON object, or NULL. An unknown option is an error:
///   - {wait options}
/// @param[in] cancel As for meetgate_call_with: it ends the wait at once.
/// @param[out] reply_json The answer that ended the wait; else an error document, whose member reply is the last answer.
/// @return MEETGATE_OK; MEETGATE_TIMEOUT (not within "timeout_ms"); MEETGATE_API without a code (it ended in another way: the
///   transcoding failed, the device hung up); or why a call failed.
///
/// # Safety
/// `client` is NULL or a live client; the strings are NULL or NUL-terminated; `cancel` is NULL or live; `reply_json` is NULL or
/// writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_wait(
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
            borrow(client)?.wait(operation, params(params_json)?, options, cancel.as_ref())
        })
    }
}
