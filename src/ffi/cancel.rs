//! Ending calls from another thread.

use super::guard::guard;
use crate::cancel::Cancel;
use std::ptr;

/// Makes what ends calls: give it to meetgate_call_with, meetgate_raw_call_with or an asynchronous call, and trigger it from another
/// thread. It may be given to any number of calls, one after the other or at once, of any clients.
/// @return The cancel, to be freed with meetgate_cancel_free; NULL only where there is no memory.
#[unsafe(no_mangle)]
pub extern "C" fn meetgate_cancel_new() -> *mut Cancel {
    guard(ptr::null_mut, || Box::into_raw(Box::new(Cancel::new())))
}

/// Ends all calls that were given this: each returns MEETGATE_CANCELLED, at once if it waits for the network, a token or the end of
/// a pause. A call that runs the program's own code, a token provider, ends when that returns. Once triggered it stays so: a call
/// that begins later with it ends at once. A call that has ended is not touched. Whether the platform has done what a cancelled call
/// asked for is not known, unless its error document says "attempts":0.
/// It may be called from any thread and as often as you like, but not in a signal handler, since it takes locks.
/// @param[in] cancel What meetgate_cancel_new gave. NULL does nothing.
///
/// # Safety
/// `cancel` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_cancel_trigger(cancel: *mut Cancel) {
    // SAFETY: NULL gives `None`; else the caller promised a live one, of which only shared references are made.
    guard(|| (), || unsafe { cancel.as_ref() }.map(Cancel::trigger).unwrap_or_default());
}

/// Frees a cancel. The calls that it was given to must have ended; only asynchronous calls keep a share of their own, so that it may
/// be freed as soon as they were submitted.
/// @param[in] cancel What meetgate_cancel_new gave. NULL does nothing.
///
/// # Safety
/// `cancel` is NULL, or came from `meetgate_cancel_new` and was not freed since; no call and no trigger is using it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_cancel_free(cancel: *mut Cancel) {
    guard(
        || (),
        || {
            if !cancel.is_null() {
                // SAFETY: `meetgate_cancel_new` made it from a box, and the caller gives it up.
                drop(unsafe { Box::from_raw(cancel) });
            }
        },
    );
}
