//! Calling without waiting: a function of the caller's gets the result.

use super::calls::{options, params};
use super::client::{Client, borrow};
use super::guard::{guard, outcome, report};
use super::status::meetgate_status;
use super::strings;
use crate::cancel::Cancel;
use crate::error::{Error, Result};
use libc::{c_char, c_void};

/// Gets the result of one asynchronous call.
/// It runs on a thread of the client, with no lock held and 1 MiB of stack, and keeps that thread from other calls for as long as it
/// runs. It may call any function, also submit the next call; it must not throw, longjmp, end its thread or free the client.
/// @param[in] user_data As it was given with the call.
/// @param[in] status How the call ended.
/// @param[in] reply_json What meetgate_call_with gives out: the platform's answer, or an error document. It is the callee's, who
///   frees it with meetgate_string_free.
#[allow(non_camel_case_types, reason = "its name in C")]
pub type meetgate_completion =
    Option<unsafe extern "C" fn(user_data: *mut c_void, status: meetgate_status, reply_json: *mut c_char)>;

/// Calls an operation without waiting for it: completion gets the result, on a thread of the client.
/// What meetgate_call_with refuses with MEETGATE_INVALID_ARGUMENT is refused at once, and so is a full queue. Then completion is not
/// called. After MEETGATE_OK it is called exactly once, whatever happens, perhaps before this function returns. An upload's file is
/// looked at later. All arguments are copied before this returns.
/// The client has a thread for each call that runs, "async_threads" at most. It makes one only if none is free, and ends it when it
/// had nothing to do for ten seconds. "async_queue" further calls wait for a thread. A token provider runs on these threads, too.
/// "timeout_ms" counts from here. A call that was not begun by then ends with MEETGATE_TIMEOUT, and nothing of it was sent.
/// @param[in] client A client of the operation's platform.
/// @param[in] operation As for meetgate_call.
/// @param[in] params_json As for meetgate_call.
/// @param[in] options_json As for meetgate_call_with.
/// @param[in] cancel NULL, or what the call is ended with, also while it waits for a thread. It may be freed when this returns.
/// @param[in] completion Gets the result.
/// @param[in] user_data Any value, passed to completion.
/// @param[out] error_json NULL, or on failure an error document.
/// @return MEETGATE_OK; MEETGATE_INVALID_ARGUMENT; MEETGATE_LIMIT (so many calls wait already); MEETGATE_IO (the system gives this
///   process no thread); MEETGATE_CANCELLED (the client is being freed); MEETGATE_FORKED.
///
/// # Safety
/// `client` is NULL or a live client; the strings are NULL or NUL-terminated; `cancel` is NULL or live; `completion` may be called with
/// `user_data` from any thread; `error_json` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_call_async(
    client: *mut Client,
    operation: *const c_char,
    params_json: *const c_char,
    options_json: *const c_char,
    cancel: *mut Cancel,
    completion: meetgate_completion,
    user_data: *mut c_void,
    error_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        report(error_json, || {
            let completion = Completion::of(completion, user_data)?;
            let options = options(options_json)?;
            let operation = strings::required(operation, "operation")?;
            let complete = move |result| completion.call(result);
            borrow(client)?.call_async(operation, params(params_json)?, options, cancel.as_ref(), complete)
        })
    }
}

/// Sends any request without waiting for the answer: completion gets the result, as meetgate_call_async says.
/// @param[in] client A client.
/// @param[in] request_json As for meetgate_raw_call.
/// @param[in] options_json As for meetgate_call_with.
/// @param[in] cancel As for meetgate_call_async.
/// @param[in] completion As for meetgate_call_async.
/// @param[in] user_data As for meetgate_call_async.
/// @param[out] error_json NULL, or on failure an error document.
/// @return As meetgate_call_async.
///
/// # Safety
/// As for `meetgate_call_async`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_raw_call_async(
    client: *mut Client,
    request_json: *const c_char,
    options_json: *const c_char,
    cancel: *mut Cancel,
    completion: meetgate_completion,
    user_data: *mut c_void,
    error_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        report(error_json, || {
            let completion = Completion::of(completion, user_data)?;
            let options = options(options_json)?;
            let request = strings::required(request_json, "request_json")?;
            let complete = move |result| completion.call(result);
            borrow(client)?.raw_call_async(request, options, cancel.as_ref(), complete)
        })
    }
}

struct Completion {
    call: unsafe extern "C" fn(*mut c_void, meetgate_status, *mut c_char),
    user_data: *mut c_void,
}

// SAFETY: whoever submitted the call promised that it may be called with its user data from any thread.
unsafe impl Send for Completion {}

impl Completion {
    fn of(completion: meetgate_completion, user_data: *mut c_void) -> Result<Completion> {
        let call = completion.ok_or_else(|| Error::invalid_argument("completion is NULL"))?;
        Ok(Completion { call, user_data })
    }

    fn call(self, result: Result<String>) {
        let (status, reply) = outcome(result.map(Some));
        // SAFETY: the caller promised a function of this type; the reply is its own from here on.
        guard(|| (), || unsafe { (self.call)(self.user_data, status, reply) });
    }
}
