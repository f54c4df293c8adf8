//! The events of a platform, as they happen.

use super::calls::options;
use super::client::{Client, borrow};
use super::completions::Queue;
use super::guard::{guard, report};
use super::status::meetgate_status;
use crate::client::EventSession;
use crate::error::{Error, Result};
use libc::{c_char, c_void};
use std::ffi::CString;
use std::ptr;
use std::sync::Arc;

/// A session of events, until it is closed.
pub struct Events(Arc<EventSession>);

/// Gets one event, for meetgate_events_open.
/// It runs on the session's own thread, one event after the other, with no lock held and 1 MiB of stack. As long as it runs, nothing
/// else of the session is read or sent: hand what takes long to another thread, or let the events come into a queue
/// (meetgate_completions_events). It may call any function, also meetgate_events_close of this session. It must not throw, longjmp,
/// end its thread or free the client.
/// @param[in] user_data As it was given.
/// @param[in] event_json The event: one JSON object, borrowed for the call. meetgate_events_open lists what there is.
#[allow(non_camel_case_types, reason = "its name in C")]
pub type meetgate_event = Option<unsafe extern "C" fn(user_data: *mut c_void, event_json: *const c_char)>;

/// Opens a session with the event gateway of hst: who joins and leaves a group, who begins and stops to broadcast, and how recordings
/// go, as it happens.
/// It returns at once. A thread of the session's own connects, logs in with the account's token, subscribes to the applications, and
/// asks for the full state of each. After that it tells every change, in the order of its version. If versions were left out, it asks
/// for the full state anew. If the connection is lost, or was never there, it says so, and connects again after pauses that grow,
/// until the session is closed. So a reader's picture is the gateway's after each full state, and as long as it is connected.
/// A login that is refused fetches another token once, as a call does; a token that others renew ends no session.
/// An event is one JSON object; members may be added:
///   - {"type":"connected"}: logged in and subscribed. Full states follow.
///   - {"type":"state","app_id":…,"version":…,"reason":…,"data":{…}}: the full state of an application. What the reader knew of it does
///     not count any more. reason: opened (the first one), reconnected, gap (a version was left out, or it could not be told whose an
///     event was), overflow (the reader was too slow; only with a queue), unasked.
///   - {"type":"joined","id":20100,"app_id":…,"group_id":…,"version":…,"data":{…}}, and so left (20101): a user, and a group.
///   - started (20102), stopped (20103), with the same members: a user began or stopped to broadcast a medium.
///   - recording (20104), with the same members but for version: the state of a recording. It is no part of a full state, and is told
///     when it comes. What came while there was no connection is lost.
///   - {"type":"other","id":…,"data":{…}}: a message that the documents do not name.
///   - {"type":"disconnected","error":{…},"next_attempt_ms":…}: an error document, and how long it is until the next attempt.
///   - {"type":"closed"}: the last one, where the client is freed before the session is closed.
/// data is the gateway's own message, as it came: the members of the documents' table are in it. Versions count up by one within an
/// application. Two different events may have the same version; an event that was told is not told again. With several applications,
/// app_id is absent where neither the message nor the full states tell whose a recording is.
/// @param[in] client A client of hst.
/// @param[in] options_json One JSON object. An unknown option is an error:
///   - {events options}
/// @param[in] on_event Gets the events. It may be called before this returns; events is written before.
/// @param[in] user_data Any value, passed to each call of on_event. What it points to must live until the session is closed.
/// @param[out] events The session, or NULL on failure. Close it with meetgate_events_close, also after the client was freed.
/// @param[out] error_json NULL, or on failure an error document.
/// @return MEETGATE_OK; MEETGATE_INVALID_ARGUMENT (also a client of another platform, and a library that was built without events);
///   MEETGATE_IO (the system gives this process no thread); MEETGATE_FORKED. What fails later is told as an event.
///
/// # Safety
/// `client` is NULL or a live client; `options_json` is NULL or NUL-terminated; `on_event` may be called with `user_data` from any
/// thread; `events` and `error_json` are NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_events_open(
    client: *mut Client,
    options_json: *const c_char,
    on_event: meetgate_event,
    user_data: *mut c_void,
    events: *mut *mut Events,
    error_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        open(events, error_json, || {
            let call = on_event.ok_or_else(|| Error::invalid_argument("on_event is NULL"))?;
            let reader = Reader { call, user_data };
            borrow(client)?.events(options(options_json)?, move |event| reader.take(event))
        })
    }
}

/// Closes a session. When it returns, no event is told any more: it waits for a callback that runs, and for the thread to end. Called
/// in the session's own callback it waits for nothing, and that callback is the last one. The connection is shut down at once, also in
/// the middle of connecting. A callback that waits for the thread that closes never ends, and neither does this.
/// @param[in] events A session. NULL does nothing, and so does the parent's session in a forked child.
///
/// # Safety
/// `events` is NULL, or came from `meetgate_events_open` or `meetgate_completions_events` and was not closed since.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_events_close(events: *mut Events) {
    guard(
        || (),
        || {
            // SAFETY: NULL gives `None`; else the caller promised a live one.
            if unsafe { events.as_ref() }.is_some_and(|events| events.0.is_own_process()) {
                // SAFETY: `open` made it from a box, and the caller gives it up.
                unsafe { Box::from_raw(events) }.0.close();
            }
        },
    );
}

/// Opens a session whose events come into a queue, as results with the status MEETGATE_OK, with the event as reply_json and the same
/// user_data for each. Everything else is as meetgate_events_open says.
/// At most 4096 events of a session wait in the queue, and 64 MiB of them. With one more, all of them are dropped, and full states are
/// asked for, whose reason is overflow: so a reader that is slow loses no more than it must, and memory has a bound. Recordings that
/// were dropped are not told again.
/// @param[in] completions A queue. Events that come after it was freed are dropped.
/// @param[in] client As for meetgate_events_open.
/// @param[in] options_json As for meetgate_events_open.
/// @param[in] user_data Any value: meetgate_completions_next gives it back with each event.
/// @param[out] events As for meetgate_events_open. What waits in the queue when the session is closed can still be taken.
/// @param[out] error_json NULL, or on failure an error document.
/// @return As meetgate_events_open.
///
/// # Safety
/// As for `meetgate_events_open`; `completions` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_completions_events(
    completions: *mut Queue,
    client: *mut Client,
    options_json: *const c_char,
    user_data: *mut c_void,
    events: *mut *mut Events,
    error_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        open(events, error_json, || {
            let put = super::completions::events_into(completions, user_data)?;
            borrow(client)?.events(options(options_json)?, put)
        })
    }
}

/// Hands a session out, and then begins it: its first event may close it.
///
/// # Safety
/// `events` and `error_json` are NULL or writable.
unsafe fn open(
    events: *mut *mut Events,
    error_json: *mut *mut c_char,
    make: impl FnOnce() -> Result<Arc<EventSession>>,
) -> meetgate_status {
    if !events.is_null() {
        // SAFETY: not NULL, and the caller promised writable memory.
        unsafe { events.write(ptr::null_mut()) };
    }
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        report(error_json, || {
            if events.is_null() {
                return Err(Error::invalid_argument("events is NULL"));
            }
            let session = make()?;
            let given = Box::into_raw(Box::new(Events(Arc::clone(&session))));
            events.write(given);
            session.start().inspect_err(|_| {
                // No thread knows of it.
                drop(Box::from_raw(given));
                events.write(ptr::null_mut());
            })
        })
    }
}

struct Reader {
    call: unsafe extern "C" fn(*mut c_void, *const c_char),
    user_data: *mut c_void,
}

// SAFETY: whoever opened the session promised that it may be called with its user data from any thread.
unsafe impl Send for Reader {}

impl Reader {
    fn take(&self, event: String) -> bool {
        // JSON holds no NUL.
        if let Ok(event) = CString::new(event) {
            // SAFETY: the caller promised a function of this type; the text outlives the call.
            guard(|| (), || unsafe { (self.call)(self.user_data, event.as_ptr()) });
        }
        true
    }
}
