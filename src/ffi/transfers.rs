//! Files that go to a platform, and files that come from one.

use super::client::{Client, borrow};
use super::guard::reply;
use super::status::meetgate_status;
use super::strings;
use crate::cancel::Cancel;
use crate::client::FileSource;
use crate::error::Error;
use libc::{c_char, c_void};
use std::io;
use std::path::Path;

/// Is told how far a transfer is, for meetgate_upload and meetgate_download.
/// It runs on the thread that called, with no lock held, at most ten times a second, and once more when the last byte is there. It must
/// not throw, longjmp or free the client.
/// @param[in] user_data As it was given.
/// @param[in] bytes How many are there: of an upload those that were handed over to be sent, of a download those in the file, with
///   those of an earlier download.
/// @param[in] total How many there will be; 0 where that is not known.
/// @return 0 to go on. Any other number ends the transfer: MEETGATE_CANCELLED.
#[allow(non_camel_case_types, reason = "its name in C")]
pub type meetgate_progress = Option<unsafe extern "C" fn(user_data: *mut c_void, bytes: u64, total: u64) -> i32>;

/// Reads a part of a file that is uploaded, for meetgate_upload.
/// It runs on the thread that called, with no lock held, and not after meetgate_upload has returned. It must not throw, longjmp or
/// free the client.
/// @param[in] user_data As it was given.
/// @param[in] offset Where to read: from 0 on, in order. A request that goes out again begins with 0 again: after the platform refused the
///   token, or where no byte of the request was sent. A source that cannot go back returns a negative number then.
/// @param[out] buffer Receives the bytes.
/// @param[in] size How many bytes buffer has room for, at least 1.
/// @return How many bytes were read, at most size. 0 is the end; where fewer bytes came than were announced, it is MEETGATE_IO. A negative
///   number is a failure: MEETGATE_IO, with this number in the message.
#[allow(non_camel_case_types, reason = "its name in C")]
pub type meetgate_read =
    Option<unsafe extern "C" fn(user_data: *mut c_void, offset: u64, buffer: *mut c_char, size: u64) -> i64>;

/// Calls an operation that sends a file, such as "avd.uploadfile": from a function, or from a path with its progress told.
/// The file is streamed: it needs no more memory than a call. Its type, by its name, and its size are checked before anything is sent.
/// An upload is not repeated once a byte of it was sent, but after the platform refused the token.
/// @param[in] client A client of the operation's platform.
/// @param[in] operation The whole name.
/// @param[in] params_json As for meetgate_call. With read, the parameter that names the file is only the name that the platform sees, and
///   nothing of it is opened: this is the way for files whose paths are not UTF-8.
/// @param[in] options_json As for meetgate_call_with.
/// @param[in] cancel As for meetgate_call_with.
/// @param[in] read NULL: the file is read from the path in params_json. Else the function that reads it.
/// @param[in] length How many bytes read gives. Not used without read.
/// @param[in] progress NULL, or the function that is told how far it is.
/// @param[in] user_data Any value, passed to read and progress.
/// @param[out] reply_json The platform's answer; else an error document.
/// @return MEETGATE_OK, or why it failed; MEETGATE_IO where the file cannot be read.
///
/// # Safety
/// `client` is NULL or a live client; the strings are NULL or NUL-terminated; `cancel` is NULL or live; `read` and `progress` may be called
/// with `user_data` on this thread until this returns, and `read` writes no more than it was told; `reply_json` is NULL or writable.
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
            // SAFETY: the caller promised a function of this type that writes into this room only.
            let count = unsafe { read(user_data, offset, room.as_mut_ptr().cast(), room.len() as u64) };
            usize::try_from(count).map_err(|_| io::Error::other(format!("the function that reads it returned {count}")))
        }
    });
    let progress = progress.map(|progress| told(progress, user_data));
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        reply(reply_json, || {
            let options = strings::optional(options_json, "options_json")?.unwrap_or("{}");
            let operation = strings::required(operation, "operation")?;
            let params = strings::optional(params_json, "params_json")?.unwrap_or("{}");
            let source = read.as_ref().map(|read| FileSource { read, length });
            let progress = progress.as_ref().map(|progress| progress as &dyn Fn(u64, u64) -> bool);
            borrow(client)?.upload(operation, params, options, source, progress, cancel.as_ref())
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
/// @param[in] file The path of the file. Its folder must be there. A symbolic link is replaced, not followed.
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
            let options = strings::optional(options_json, "options_json")?.unwrap_or("{}");
            let url = strings::required(url_or_path, "url_or_path")?;
            let file = strings::required(file, "file")?;
            if file.is_empty() {
                return Err(Error::invalid_argument("file: expected the path of a file, got an empty text"));
            }
            let progress = progress.as_ref().map(|progress| progress as &dyn Fn(u64, u64) -> bool);
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
