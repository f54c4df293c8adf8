//! Calling without waiting, for event loops: a queue of results with a descriptor that says when to look.

use super::calls::{options, params};
use super::client::{Client, borrow};
use super::fork;
use super::guard::{guard, outcome, report};
use super::readiness;
use super::status::meetgate_status;
use super::strings;
use crate::asynchronous::Completions;
use crate::cancel::Cancel;
use crate::error::{Error, Result, Status, is_lack};
use libc::{c_char, c_void, intptr_t};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Results of asynchronous calls, for a loop that takes them on its own thread.
pub struct Queue {
    completions: Arc<Completions<Ended>>,
    descriptor: intptr_t,
}

/// One call's result.
struct Ended {
    user_data: *mut c_void,
    status: meetgate_status,
    reply: *mut c_char,
    /// Of an event.
    counted: Option<Counted>,
}

// SAFETY: the user data is only handed back; the reply has one owner, and may be freed by any thread.
unsafe impl Send for Ended {}

impl Drop for Ended {
    fn drop(&mut self) {
        // SAFETY: `outcome` gave it away to this, and to nobody else.
        unsafe { strings::take_back(self.reply) };
    }
}

/// What of a session's events waits in a queue.
#[derive(Default)]
struct Backlog {
    events: AtomicUsize,
    bytes: AtomicUsize,
}

/// So many events of a session wait, and so many bytes of them.
const MOST_EVENTS: usize = 4096;
const MOST_BYTES: usize = 64 << 20;

/// A part of a backlog, as long as it waits.
struct Counted {
    backlog: Arc<Backlog>,
    bytes: usize,
}

impl Counted {
    fn of(backlog: &Arc<Backlog>, bytes: usize) -> Counted {
        backlog.events.fetch_add(1, Ordering::Relaxed);
        backlog.bytes.fetch_add(bytes, Ordering::Relaxed);
        Counted { backlog: Arc::clone(backlog), bytes }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.backlog.events.fetch_sub(1, Ordering::Relaxed);
        self.backlog.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

struct UserData(*mut c_void);

// SAFETY: it is only handed back.
unsafe impl Send for UserData {}

/// Makes a queue that results of asynchronous calls come into, in place of a completion that runs on a thread of the client. It may
/// serve any number of clients, and be used from any number of threads.
/// @param[out] completions The queue, or NULL on failure.
/// @param[out] error_json NULL, or on failure an error document.
/// @return MEETGATE_OK; MEETGATE_INVALID_ARGUMENT (NULL); MEETGATE_IO (the system gives this process no descriptor).
///
/// # Safety
/// `completions` and `error_json` are NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_completions_new(
    completions: *mut *mut Queue,
    error_json: *mut *mut c_char,
) -> meetgate_status {
    if !completions.is_null() {
        // SAFETY: not NULL, and the caller promised writable memory.
        unsafe { completions.write(ptr::null_mut()) };
    }
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        report(error_json, || {
            if completions.is_null() {
                return Err(Error::invalid_argument("completions is NULL"));
            }
            fork::count_forks();
            let (readiness, descriptor) = readiness::new().map_err(|error| {
                Error::new(Status::Io, format!("no descriptor for a completion queue: {error}"))
                    .for_lack(is_lack(&error))
            })?;
            let made = Queue { completions: Arc::new(Completions::new(readiness)), descriptor };
            completions.write(Box::into_raw(Box::new(made)));
            Ok(())
        })
    }
}

/// What an event loop waits for: readable as long as at least one result waits. Only wait for it (poll, epoll, kqueue, GLib,
/// libuv): never read, write or close it. With edge-triggered epoll, take results until there is none.
/// @param[in] completions A queue.
/// @return A file descriptor, close-on-exec; on Windows the HANDLE of an event. It is valid until the queue is freed. -1 for NULL.
///
/// # Safety
/// `completions` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_completions_fd(completions: *mut Queue) -> intptr_t {
    // SAFETY: NULL gives `None`; else the caller promised a live one.
    guard(|| -1, || unsafe { completions.as_ref() }.map_or(-1, |queue| queue.descriptor))
}

/// Calls an operation without waiting for it; the result comes into the queue. Everything else is as meetgate_call_async says: after
/// MEETGATE_OK exactly one result comes, and else none.
/// @param[in] completions A queue.
/// @param[in] client A client of the operation's platform.
/// @param[in] operation As for meetgate_call.
/// @param[in] params_json As for meetgate_call.
/// @param[in] options_json As for meetgate_call_with.
/// @param[in] cancel As for meetgate_call_async.
/// @param[in] user_data Any value: meetgate_completions_next gives it back with the result.
/// @param[out] error_json NULL, or on failure an error document.
/// @return As meetgate_call_async.
///
/// # Safety
/// As for `meetgate_call_async`; `completions` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_completions_call(
    completions: *mut Queue,
    client: *mut Client,
    operation: *const c_char,
    params_json: *const c_char,
    options_json: *const c_char,
    cancel: *mut Cancel,
    user_data: *mut c_void,
    error_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        report(error_json, || {
            let complete = into(completions, user_data)?;
            let options = options(options_json)?;
            let operation = strings::required(operation, "operation")?;
            borrow(client)?.call_async(operation, params(params_json)?, options, cancel.as_ref(), complete)
        })
    }
}

/// Sends any request without waiting for the answer; the result comes into the queue.
/// @param[in] completions A queue.
/// @param[in] client A client.
/// @param[in] request_json As for meetgate_raw_call.
/// @param[in] options_json As for meetgate_call_with.
/// @param[in] cancel As for meetgate_call_async.
/// @param[in] user_data As for meetgate_completions_call.
/// @param[out] error_json NULL, or on failure an error document.
/// @return As meetgate_call_async.
///
/// # Safety
/// As for `meetgate_completions_call`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_completions_raw_call(
    completions: *mut Queue,
    client: *mut Client,
    request_json: *const c_char,
    options_json: *const c_char,
    cancel: *mut Cancel,
    user_data: *mut c_void,
    error_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        report(error_json, || {
            let complete = into(completions, user_data)?;
            let options = options(options_json)?;
            let request = strings::required(request_json, "request_json")?;
            borrow(client)?.raw_call_async(request, options, cancel.as_ref(), complete)
        })
    }
}

/// Takes the result that waits longest. It never waits.
/// @param[in] completions A queue.
/// @param[out] user_data Receives what was given with the call; may be NULL.
/// @param[out] status Receives how the call ended; may be NULL.
/// @param[out] reply_json Receives what meetgate_call_with gives out, to be freed with meetgate_string_free; may be NULL.
/// @return 1 if a result was taken; 0 if there is none, for NULL, and in a forked child. Then nothing is written.
///
/// # Safety
/// `completions` is NULL or live; the other pointers are NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_completions_next(
    completions: *mut Queue,
    user_data: *mut *mut c_void,
    status: *mut meetgate_status,
    reply_json: *mut *mut c_char,
) -> i32 {
    // SAFETY: NULL gives `None`; else the caller promised a live one.
    let next = || unsafe { completions.as_ref() }.and_then(|queue| queue.completions.next());
    let Some(mut ended) = guard(|| None, next) else { return 0 };
    // SAFETY: each is written only where it is not NULL, and then the caller promised writable memory.
    unsafe {
        if !user_data.is_null() {
            user_data.write(ended.user_data);
        }
        if !status.is_null() {
            status.write(ended.status);
        }
        if !reply_json.is_null() {
            reply_json.write(std::mem::replace(&mut ended.reply, ptr::null_mut()));
        }
    }
    1
}

/// Frees a queue, with the results that wait in it. Calls that were submitted with it go on, and their results are dropped when they
/// come. Take its descriptor out of the event loop before.
/// @param[in] completions A queue. NULL does nothing, and so does the parent's queue in a forked child.
///
/// # Safety
/// `completions` is NULL, or came from `meetgate_completions_new` and was not freed since; no other thread is using it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_completions_free(completions: *mut Queue) {
    guard(
        || (),
        || {
            // SAFETY: NULL gives `None`; else the caller promised a live one.
            if unsafe { completions.as_ref() }.is_some_and(|queue| queue.completions.is_own_process()) {
                // SAFETY: `meetgate_completions_new` made it from a box, and the caller gives it up.
                unsafe { Box::from_raw(completions) }.completions.close();
            }
        },
    );
}

/// What puts a result into the queue.
///
/// # Safety
/// `completions` is NULL or live.
unsafe fn into(
    completions: *mut Queue,
    user_data: *mut c_void,
) -> Result<impl FnOnce(Result<String>) + Send + 'static> {
    // SAFETY: the caller's promise.
    let (completions, user_data) = (unsafe { completions_of(completions) }?, UserData(user_data));
    Ok(move |result: Result<String>| {
        let UserData(user_data) = { user_data };
        let (status, reply) = outcome(result.map(Some));
        completions.put(Ended { user_data, status, reply, counted: None });
    })
}

/// What puts a session's events into the queue. It says whether all that came before is there, or was taken.
///
/// # Safety
/// `completions` is NULL or live.
pub(super) unsafe fn events_into(
    completions: *mut Queue,
    user_data: *mut c_void,
) -> Result<impl FnMut(String) -> bool + Send + 'static> {
    // SAFETY: the caller's promise.
    let completions = unsafe { completions_of(completions) }?;
    let (user_data, backlog) = (UserData(user_data), Arc::new(Backlog::default()));
    Ok(move |event: String| {
        let UserData(user_data) = &user_data;
        let (bytes, user_data) = (event.len(), *user_data);
        let is_full = backlog.events.load(Ordering::Relaxed) >= MOST_EVENTS
            || backlog.bytes.load(Ordering::Relaxed).saturating_add(bytes) > MOST_BYTES;
        if is_full {
            completions.drop_those(|ended| {
                ended.counted.as_ref().is_some_and(|counted| Arc::ptr_eq(&counted.backlog, &backlog))
            });
        }
        let (status, reply) = outcome(Ok(Some(event)));
        completions.put(Ended { user_data, status, reply, counted: Some(Counted::of(&backlog, bytes)) });
        !is_full
    })
}

/// # Safety
/// `completions` is NULL or live.
unsafe fn completions_of(completions: *mut Queue) -> Result<Arc<Completions<Ended>>> {
    // SAFETY: NULL gives `None`; else the caller promised a live one.
    let queue = unsafe { completions.as_ref() }.ok_or_else(|| Error::invalid_argument("completions is NULL"))?;
    if !queue.completions.is_own_process() {
        return Err(Error::new(Status::Forked, "this queue was made by the parent process; make a new one after fork"));
    }
    Ok(Arc::clone(&queue.completions))
}
