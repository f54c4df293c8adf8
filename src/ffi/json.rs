//! Reading and writing JSON, for C programs without a library for it.

use super::guard::{guard, reply, reply_if_any};
use super::status::meetgate_status;
use super::strings;
use crate::error::{Error, Result};
use crate::json::pointer::{find, length};
use crate::json::{Kind, kind, quote, string};
use libc::c_char;
use serde_json::value::RawValue;

/// Reads one value of a JSON text: of a reply, an error document, a catalog or any other.
/// @param[in] json One JSON text.
/// @param[in] pointer Where the value is, as a JSON pointer (RFC 6901): "/data/topic", "/data/0/room_id" for the first element of
///   an array, "" for the whole text. In a name, "~1" stands for "/" and "~0" for "~".
/// @param[out] text The characters of a string, or the JSON text of any other value: 17, true, null, {"a":1}. NULL where the
///   status is MEETGATE_ABSENT. On any other status an error document.
/// @return MEETGATE_OK; MEETGATE_ABSENT (there is no such value; null is a value); MEETGATE_INVALID_ARGUMENT (NULL, not UTF-8,
///   not JSON, no pointer, or a string with a NUL character, which no C string can hold).
///
/// # Safety
/// `json` and `pointer` are NULL or NUL-terminated; `text` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_json_get(
    json: *const c_char,
    pointer: *const c_char,
    text: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        reply_if_any(text, || {
            let Some(value) = value_at(json, pointer)? else { return Ok(None) };
            Ok(Some(match kind(value) {
                Kind::String => characters(value)?,
                _ => value.get().to_owned(),
            }))
        })
    }
}

/// Counts the elements of an array or the members of an object in a JSON text.
/// @param[in] json One JSON text.
/// @param[in] pointer Where the array or object is, as for meetgate_json_get.
/// @param[out] length The number; 0 on any status but MEETGATE_OK.
/// @return MEETGATE_OK; MEETGATE_ABSENT (there is no such value); MEETGATE_INVALID_ARGUMENT (as for meetgate_json_get, or the
///   value is neither an array nor an object).
///
/// # Safety
/// `json` and `pointer` are NULL or NUL-terminated; `length` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_json_length(
    json: *const c_char,
    pointer: *const c_char,
    length: *mut u64,
) -> meetgate_status {
    if length.is_null() {
        return meetgate_status::MEETGATE_INVALID_ARGUMENT;
    }
    let counted = guard(
        || Err(Error::panicked()),
        || {
            // SAFETY: the caller's promises are this function's own.
            let Some(value) = (unsafe { value_at(json, pointer) })? else { return Ok(None) };
            count(value).map(Some)
        },
    );
    let (status, counted) = match counted {
        Ok(Some(counted)) => (meetgate_status::MEETGATE_OK, counted),
        Ok(None) => (meetgate_status::MEETGATE_ABSENT, 0),
        Err(error) => (error.status().into(), 0),
    };
    // SAFETY: not NULL, and the caller promised writable memory.
    unsafe { length.write(counted) };
    status
}

/// Writes a text as a JSON string, with quotation marks around it and escapes where they are needed.
/// With it, a topic that holds a quotation mark goes into params_json.
/// @param[in] text Any text.
/// @param[out] json The JSON string; on any status but MEETGATE_OK an error document.
/// @return MEETGATE_OK; MEETGATE_INVALID_ARGUMENT (NULL, not UTF-8).
///
/// # Safety
/// `text` is NULL or NUL-terminated; `json` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_json_quote(text: *const c_char, json: *mut *mut c_char) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe { reply(json, || Ok(quote(strings::required(text, "text")?))) }
}

/// # Safety
/// Both are NULL or NUL-terminated strings that live and do not change as long as the result is used.
unsafe fn value_at<'a>(json: *const c_char, pointer: *const c_char) -> Result<Option<&'a RawValue>> {
    // SAFETY: the caller's promise is the same.
    let (json, pointer) = unsafe { (strings::required(json, "json")?, strings::required(pointer, "pointer")?) };
    find(json, pointer).map_err(|problem| match problem.strip_prefix("pointer: ") {
        Some(_) => Error::invalid_argument(problem),
        None => Error::invalid_argument(format!("json: {problem}")),
    })
}

fn characters(value: &RawValue) -> Result<String> {
    let refuse = |problem: &str| Error::invalid_argument(format!("json: the string {problem}"));
    let text = string(value).ok_or_else(|| refuse("holds an escape that is no character"))?;
    if text.contains('\0') {
        return Err(refuse("holds a NUL character, which no C string can hold"));
    }
    Ok(text.into_owned())
}

fn count(value: &RawValue) -> Result<u64> {
    let length = length(value).ok_or_else(|| {
        let found = kind(value).described();
        Error::invalid_argument(format!("json: expected an array or an object, got {found}"))
    })?;
    Ok(length as u64)
}
