//! Files that are sent.

use super::calls::{options, params};
use super::client::{Client, borrow};
use super::guard::reply;
use super::status::meetgate_status;
use super::strings;
use crate::cancel::Cancel;
use crate::client::Transfer;
use crate::error::Error;
use libc::{c_char, c_void};

/// Is told how far a transfer is: at most ten times a second, and once when the file is through.
/// It runs on the calling thread, with no lock of the library held, within the call's time, and never after the function that was
/// given it has returned. It must not throw, longjmp or free the client. It may call the library.
/// @param[in] user_data As it was given.
/// @param[in] bytes How many bytes of the file were handed to the system. A request that has to go again begins at 0 again.
/// @param[in] total How many bytes the file has.
/// @return 0; any other number ends the transfer: MEETGATE_CANCELLED.
#[allow(non_camel_case_types, reason = "its name in C")]
pub type meetgate_progress = Option<unsafe extern "C" fn(user_data: *mut c_void, bytes: u64, total: u64) -> i32>;

/// Reads a part of a file that is sent. It runs as meetgate_progress does, and the same is forbidden to it.
/// @param[in] user_data As it was given.
/// @param[in] offset Where to read. Offsets follow each other; a request that has to go again begins at 0 again. What cannot go back
///   returns a negative number then.
/// @param[out] buffer Where to, at most size bytes.
/// @param[in] size Bytes of room; never 0, and never more than what is left of the file.
/// @return How many bytes were read, at least 1. A negative number, 0, or more than size: the upload fails with MEETGATE_IO, and is not
///   repeated.
#[allow(non_camel_case_types, reason = "its name in C")]
pub type meetgate_read =
    Option<unsafe extern "C" fn(user_data: *mut c_void, offset: u64, buffer: *mut c_char, size: u64) -> i64>;

/// Calls an operation that takes a file, such as "avd.uploadfile". The file goes out piece by piece, at any size in the same memory.
/// @param[in] client A client of the operation's platform.
/// @param[in] operation As for meetgate_call; one without a file is refused.
/// @param[in] params_json As for meetgate_call. With read, the file is only a name: its last segment is what the platform sees, and
///   its extension says the type.
/// @param[in] options_json As for meetgate_call_with. The time limit is that of the whole upload.
/// @param[in] cancel As for meetgate_call_with. A read or progress that is running is waited for.
/// @param[in] read NULL: the file is read from the path in the parameters. Else what reads it.
/// @param[in] length With read: how many bytes the file has, at most 2^63-1. They are read and sent, no more. Without: ignored.
/// @param[in] progress NULL, or what is told how far it is.
/// @param[in] user_data Any value, passed to read and progress.
/// @param[out] reply_json As for meetgate_call.
/// @return MEETGATE_OK, or why it failed: MEETGATE_IO where the file could not be read.
///
/// # Safety
/// `client` is NULL or a live client; the strings are NULL or NUL-terminated; `cancel` is NULL or live; `read` and `progress` are
/// NULL or may be called with `user_data`, and `read` writes no more than it is told; `reply_json` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_upload(
    client: *mut Client,
    operation: *const c_char,
    params_json: *const c_char,
    options_json: *const c_char,
    cancel: *mut Cancel,
    read: meetgate_read,
    length: u64,
    progress: meetgate_progress,
    user_data: *mut c_void,
    reply_json: *mut *mut c_char,
) -> meetgate_status {
    let read = read.map(|read| {
        move |offset: u64, room: &mut [u8]| {
            // SAFETY: the caller promises that it may be called so; the room is ours and as long as is said.
            unsafe { read(user_data, offset, room.as_mut_ptr().cast(), room.len() as u64) }
        }
    });
    let progress = progress.map(|progress| {
        // SAFETY: the caller promises that it may be called so.
        move |bytes: u64, total: u64| unsafe { progress(user_data, bytes, total) } == 0
    });
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        reply(reply_json, || {
            let options = options(options_json)?;
            let operation = strings::required(operation, "operation")?;
            if read.is_some() && i64::try_from(length).is_err() {
                return Err(Error::invalid_argument("length: expected at most 9223372036854775807 bytes"));
            }
            let read = read.as_ref().map(|read| (read as _, length));
            let transfer = Transfer::new(read, progress.as_ref().map(|progress| progress as _));
            borrow(client)?.upload(operation, params(params_json)?, options, cancel.as_ref(), &transfer)
        })
    }
}
