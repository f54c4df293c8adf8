//! A client's token: what is known of it, and giving it.

use super::calls::borrow;
use super::guard::{reply, report};
use super::status::meetgate_status;
use super::strings;
use crate::client::{Client, ProvidedToken};
use crate::error::Error;
use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr;
use std::time::Duration;

/// The longest token that a provider can give, in bytes.
const LONGEST_TOKEN: usize = 8191;

/// Provides a token, for meetgate_client_set_token_provider.
///
/// Parameters:
///   - user_data: as it was set.
///   - dead_token: the token that the platform refused, or NULL where one is needed for another reason. A provider that
///     still hosts this very token should fetch a new one.
///   - token: receives the token, NUL-terminated: printable ASCII without spaces.
///   - capacity: how many bytes token has room for, the NUL included.
///   - lifetime_s: receives how many seconds the token will live. It is 0 before the call; leave it so where that is not
///     known.
///
/// Returns: 0 if a token was written; any other number is shown in the error of the calls that needed it.
/// Ownership: everything is borrowed for the call.
/// Threads: runs on a thread that calls the client, one at a time, with no lock held. It must not throw, longjmp or free
///   the client, and must not call the same client.
#[allow(non_camel_case_types, reason = "its name in C")]
pub type meetgate_token_provider = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        dead_token: *const c_char,
        token: *mut c_char,
        capacity: usize,
        lifetime_s: *mut i64,
    ) -> c_int,
>;

/// What is known of a client: nothing is sent.
///
/// Parameters:
///   - client: a client.
///   - info_json: receives one string, whatever the result. Must not be NULL.
///
/// Returns: MEETGATE_OK with one JSON object; on any other status an error document. The object has "platform" and
///   "base_url" (unless it is to be discovered); for youme "clock_offset_s", the seconds that the host's clock is ahead of
///   ours; for hst and avd "token" with "source" (fetched, fixed or provided), "store" (file or redis, where there is
///   one), "generation" (0: no token yet; grows with each new one), "age_ms", "expires_in_ms" (where its lifetime is known) and
///   "warning": somebody else is fetching tokens for this account, or the token store fails. The token itself is not there.
///   What does not apply is absent; members may be added.
/// Ownership: free *info_json with meetgate_string_free.
/// Threads: any, at once, on the same client too.
/// Since: 0.1.0.
///
/// # Safety
/// `client` is NULL or a live client; `info_json` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_client_info(client: *mut Client, info_json: *mut *mut c_char) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe { reply(info_json, || borrow(client)?.info()) }
}

/// Replaces the fixed token of a client whose configuration has a "token".
///
/// Calls in flight end with the token that they have; one that is refused is repeated with the new one.
///
/// Parameters:
///   - client: a client with a fixed token.
///   - token: printable ASCII without spaces.
///   - error_json: receives NULL, or on failure an error document. May be NULL.
///
/// Returns: MEETGATE_OK; MEETGATE_INVALID_ARGUMENT (NULL, not such a token, or the client has no fixed token);
///   MEETGATE_FORKED.
/// Ownership: borrows token for the call. Free the error document with meetgate_string_free.
/// Threads: any, at once, on the same client too.
/// Since: 0.1.0.
///
/// # Safety
/// `client` is NULL or a live client; `token` is NULL or NUL-terminated; `error_json` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_client_set_token(
    client: *mut Client,
    token: *const c_char,
    error_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe { report(error_json, || borrow(client)?.set_token(strings::required(token, "token")?)) }
}

/// Sets where a client gets its tokens whose configuration says "token_provider": true.
///
/// For those who host tokens centrally, as 001 L8 advises. The provider is called when a call needs a token and there is
/// none, when the one at hand is about to expire (the other calls go on with it meanwhile), and when the platform refused
/// it; by one thread, while the others wait for the result within their own time.
///
/// Parameters:
///   - client: a client with "token_provider": true.
///   - provide: the callback. Must not be NULL. It takes the place of one that was set before.
///   - user_data: handed to each call of provide; any value.
///   - error_json: receives NULL, or on failure an error document. May be NULL.
///
/// Returns: MEETGATE_OK; MEETGATE_INVALID_ARGUMENT (NULL, or the client's configuration does not say
///   "token_provider": true); MEETGATE_FORKED.
/// Ownership: what user_data points to must live until the client is freed, and be fit for use from any thread. Free the
///   error document with meetgate_string_free.
/// Threads: any, at once, on the same client too.
/// Since: 0.1.0.
///
/// # Safety
/// `client` is NULL or a live client; `provide` may be called with `user_data` from any thread while the client lives;
/// `error_json` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_client_set_token_provider(
    client: *mut Client,
    provide: meetgate_token_provider,
    user_data: *mut c_void,
    error_json: *mut *mut c_char,
) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe {
        report(error_json, || {
            let client = borrow(client)?;
            let provide = provide.ok_or_else(|| Error::invalid_argument("provide is NULL"))?;
            let provider = Provider { provide, user_data };
            client.set_token_provider(move |dead_token| provider.ask(dead_token))
        })
    }
}

struct Provider {
    provide: unsafe extern "C" fn(*mut c_void, *const c_char, *mut c_char, usize, *mut i64) -> c_int,
    user_data: *mut c_void,
}

// SAFETY: whoever set the provider promised that it may be called with its user data from any thread.
unsafe impl Send for Provider {}
// SAFETY: likewise; and the library calls it from one thread at a time.
unsafe impl Sync for Provider {}

impl Provider {
    fn ask(&self, dead_token: Option<&str>) -> std::result::Result<ProvidedToken, String> {
        let dead_token = dead_token.map(CString::new).transpose().map_err(|_| "cannot be told a NUL".to_owned())?;
        let dead = dead_token.as_ref().map_or(ptr::null(), |token| token.as_ptr());
        let mut room = vec![0u8; LONGEST_TOKEN + 1];
        let mut lifetime_s = 0i64;
        // SAFETY: the caller promised a function of this type; the room is as large as is said, and all outlive the call.
        let result =
            unsafe { (self.provide)(self.user_data, dead, room.as_mut_ptr().cast(), room.len(), &mut lifetime_s) };
        if result != 0 {
            return Err(format!("answered {result}"));
        }
        let end = room.iter().position(|byte| *byte == 0).ok_or("wrote more than it had room for, without a NUL")?;
        room.truncate(end);
        // Not lossy: the room itself becomes the token, and is zeroed with it.
        let token = String::from_utf8(room).map_err(|_| "gave a token that is not ASCII".to_owned())?;
        let lifetime = u64::try_from(lifetime_s).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs);
        Ok(ProvidedToken { token, lifetime })
    }
}
