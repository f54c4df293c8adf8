//! Files that go to a platform, and files that come from one.

use super::calls::{options, params};
use super::client::{Client, borrow};
use super::guard::reply;
use super::status::meetgate_status;
use super::strings;
use crate::cancel::Cancel;
use crate::client::Transfer;
use crate::error::Error;
use libc::{c_char, c_void};
use std::path::Path;

/// Is told how far a transfer is: at most ten times a second, and once when the file is through.
/// It runs on the calling thread, with no lock of the library held, within the call's time, and never after the function that was
/// given it has returned. It must not throw, longjmp or free the client. It may call the library.
/// @param[in] user_data As it was given.
/// @param[in] bytes Of an upload: how many bytes of the file were handed to the system; a request that has to go again begins at 0
///   again. Of a download: how many are in the file, with those of an earlier download.
/// @param[in] total How many bytes the file has; 0 where that is not known.
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
    let progress = progress.map(|progress| told(progress, user_data));
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

/// Fetches a file, such as a recording, and writes it to the disk.
/// It is streamed into a file beside the one that is named (".NAME.meetgate-part"), which takes its place when it is whole: whoever
/// reads the file sees the old one or the new one. After a broken connection, and after silence, the next attempt goes on where the last
/// one ended, if the server says by an ETag or a Last-Modified that it is still the same file; so does a later call, also of another
/// process. Nothing that the server says names a file. Redirects are followed, five at most, never from https to http.
/// An answer in JSON that refuses, in place of a file, is an error as of any call. Two downloads of one file at once: the second is
/// MEETGATE_IO.
/// @param[in] client A client. Its TLS settings, proxy and headers hold; the headers only for the platform's own origin.
/// @param[in] url_or_path A whole URL, as the platform answers it, of any host; or a path below base_url that begins with "/". What no URL
///   may hold, such as blanks and Chinese characters, is encoded.
/// @param[in] file The path of the file. Its folder must be there. A symbolic link to a file is replaced, not followed. A device, a pipe
///   or a folder is refused.
/// @param[in] options_json One JSON object, or NULL. An unknown option is an error:
///   - {download options}
/// @param[in] cancel As for meetgate_call_with. What is there stays, for a later download to go on with; likewise after any failure that
///   says nothing else.
/// @param[in] progress NULL, or the function that is told how far it is.
/// @param[in] user_data Any value, passed to progress.
/// @param[out] reply_json One JSON object; else an error document. Members may be added:
///   - bytes (integer): how long the file is.
///   - resumed_from (integer): how many of them an earlier call had fetched.
///   - etag (string): as the server says it, where it does.
///   - md5 (string): in hexadecimal, where it was compared.
///   - seconds (number): with decimals.
///   - attempts (integer): how many requests it took.
/// @return MEETGATE_OK; MEETGATE_IO (the file cannot be written, the disk is full, it is there and "overwrite" is false); MEETGATE_LIMIT
///   (larger than "max_bytes"); MEETGATE_PROTOCOL (another MD5, or no HTTP); else why it failed.
///
/// # Safety
/// `client` is NULL or a live client; the strings are NULL or NUL-terminated; `cancel` is NULL or live; `progress` may be called with
/// `user_data` on this thread until this returns; `reply_json` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_download(
    client: *mut Client,
    url_or_path: *const c_char,
    file: *const c_char,
    options_json: *const c_char,
    cancel: *mut Cancel,
    progress: meetgate_progress,
    user_data: *mut c_void,
    reply_json: *mut *mut c_char,
) -> meetgate_status {
    let progress = progress.map(|progress| told(progress, user_data));
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        reply(reply_json, || {
            let options = options(options_json)?;
            let url = strings::required(url_or_path, "url_or_path")?;
            let file = strings::required(file, "file")?;
            if file.is_empty() {
                return Err(Error::invalid_argument("file: expected the path of a file, got an empty text"));
            }
            let progress = progress.as_ref().map(|progress| progress as _);
            borrow(client)?.download(url, Path::new(file), options, progress, cancel.as_ref())
        })
    }
}

fn told(
    progress: unsafe extern "C" fn(*mut c_void, u64, u64) -> i32,
    user_data: *mut c_void,
) -> impl Fn(u64, u64) -> bool {
    // SAFETY: the caller promised a function of this type.
    move |bytes, total| unsafe { progress(user_data, bytes, total) == 0 }
}
