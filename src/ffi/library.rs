//! What belongs to no client: versions, names, the catalog, and freeing strings.

use super::guard::guard;
use super::status::meetgate_status;
use super::strings;
use crate::catalog;
use libc::c_char;
use std::ptr;

/// Grows with each change that a program built against an older header would notice.
pub const MEETGATE_ABI_VERSION: u32 = 1;

/// The version, its end as a C string, and what kind of build this is: `cargo xtask dist` reads that from the file.
const VERSION: &str = if cfg!(debug_assertions) {
    concat!(env!("CARGO_PKG_VERSION"), "\0a debug build\0")
} else {
    concat!(env!("CARGO_PKG_VERSION"), "\0a release build\0")
};

/// Frees a string that this library gave out.
/// @param[in] string A reply, an error document, a catalog and so on. NULL does nothing.
///
/// # Safety
/// `string` is NULL or was given out by this library and not freed since.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_string_free(string: *mut c_char) {
    // SAFETY: the caller's promise is the same.
    guard(|| (), || unsafe { strings::take_back(string) });
}

/// The version of the library in use, such as "0.1.0". Compare it with MEETGATE_VERSION, which is the header's.
/// @return A string that lives as long as the program: do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn meetgate_version() -> *const c_char {
    guard(ptr::null, || VERSION.as_ptr().cast())
}

/// The ABI of the library in use. It must equal MEETGATE_ABI_VERSION, which is the header's.
/// @return The number.
#[unsafe(no_mangle)]
pub extern "C" fn meetgate_abi_version() -> u32 {
    guard(|| 0, || MEETGATE_ABI_VERSION)
}

/// The word of a status, as "status" of the error document has it: "OK", "API" and so on.
/// @param[in] status A meetgate_status, or any number.
/// @return A string that lives as long as the program: do not free it. "UNKNOWN" for a number that does not exist.
#[unsafe(no_mangle)]
pub extern "C" fn meetgate_status_name(status: i32) -> *const c_char {
    guard(ptr::null, || meetgate_status::name(status).as_ptr())
}

/// The catalog of all operations as JSON, for tools and other languages:
/// {"version":…,"operations":[…],"errors":{"hst":[…],"youme":[…],"avd":[…]}}. An operation has its parameters, the members of its
/// answer and its error numbers. A value of an enumeration has its meaning, and "methods" are those that the platform takes.
/// @return The text. NULL only where memory is short.
#[unsafe(no_mangle)]
pub extern "C" fn meetgate_catalog() -> *mut c_char {
    guard(ptr::null_mut, || strings::to_c(catalog::to_json()).unwrap_or(ptr::null_mut()))
}
