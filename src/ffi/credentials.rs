//! A client's token: what is known of it, and giving it.

use super::client::{Client, borrow};
use super::guard::{reply, report};
use super::status::meetgate_status;
use super::strings;
use crate::client::{LONGEST_TOKEN, NoToken, ProvidedToken};
use crate::error::Error;
use crate::json;
use libc::{c_char, c_int, c_void};
use std::ffi::CString;
use std::ptr;
use std::time::Duration;
use zeroize::Zeroizing;

/// What a token provider returns if there is no token, and if it has written the reason into token: UTF-8 that ends in NUL, cut
/// to capacity.
/// The calls that needed the token fail with "the token provider failed: " and the reason, also those that waited for it, and
/// those that come until the provider is asked again. Nothing else that a failing provider wrote is shown, since it may be a
/// token: therefore the reason needs this number. It spells REAS in ASCII. No errno, exit code or HTTP status is as large, so
/// that no provider returns it by accident.
/// The error shows the reason in one line of at most 1024 bytes. A control character becomes a space, a byte that is not UTF-8
/// is shown in hexadecimal, and a token that this client has had is masked. Write no other secret into it.
pub const MEETGATE_TOKEN_REASON: c_int = 1_380_270_419;

/// Provides a token, for meetgate_client_set_token_provider.
/// It runs on a thread that calls the client, once at a time, with no lock held. It must not throw, longjmp, free the client or
/// call it: such a call fails at once with MEETGATE_INVALID_ARGUMENT. All arguments are borrowed for the call.
/// @param[in] user_data As it was set.
/// @param[in] dead_token The token that the platform refused, or NULL where one is needed for another reason. On hst it is dead:
///   a provider that still hosts this very token should fetch a new one. On avd it is a suspect: the number that says so is
///   printed for a missing room, too. A provider that knows that the token lives gives it again, and the call that was refused
///   then fails with that number. A provider that does not know fetches a new one.
/// @param[out] token Receives the token, NUL-terminated: printable ASCII without spaces, at most 8191 bytes.
/// @param[in] capacity How many bytes token has room for, with the NUL.
/// @param[in,out] lifetime_s Receives how many seconds the token will live. It is 0 before the call; leave it so if that is not
///   known.
/// @return 0 if a token was written; MEETGATE_TOKEN_REASON if there is none, and token has the reason. Any other number is
///   shown in the error of the calls that needed the token, and what was written is not.
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

/// What is known of a client. Nothing is sent.
/// @param[in] client A client.
/// @param[out] info_json One JSON object; else an error document. What does not apply is absent; members may be added:
///   - platform (string)
///   - base_url (string): absent while it is to be discovered.
///   - clock_offset_s (integer): for youme, the seconds that the host's clock is ahead of this machine's.
///   - http_method (string): for avd, get or post: how this deployment takes forms. It stands in the configuration, or
///     was found out from the deployment's answers; absent while it is not known.
///   - proxy (object): where the configuration has a proxy.
///     - address (string): scheme, host and port of the proxy on the way to base_url, without user and password; absent
///       where the way leads past every proxy.
///     - source (string): what says so: proxy for the configuration, or the name of an environment variable such as
///       https_proxy or NO_PROXY; absent where no variable says anything.
///   - bind (string): the source address or network interface, where the configuration has one.
///   - ip_version (string): 4 or 6, where the configuration has one of them.
///   - token (object): for hst and avd. The token itself is not there.
///     - source (string): fetched, fixed or provided.
///     - store (string): file or redis, where there is one.
///     - generation (integer): 0 while there is no token; it grows with each new one.
///     - age_ms (integer)
///     - expires_in_ms (integer): where the lifetime is known.
///     - warning (string): somebody else fetches tokens for this account, or the token store fails.
///   - tls (object): whom the client trusts.
///     - roots (string): bundled, system or none.
///     - authorities (integer): the certificates of ca_file and ca_pem.
///     - pins (integer)
///     - client_certificate (boolean): whether the client has one.
///     - min_version (string): 1.2 or 1.3.
///     - server_name (string): where one is configured.
///     - insecure (string): the reason for verifying no certificate; absent where certificates are verified.
/// @return MEETGATE_OK, or why it failed.
///
/// # Safety
/// `client` is NULL or a live client; `info_json` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meetgate_client_info(client: *mut Client, info_json: *mut *mut c_char) -> meetgate_status {
    // SAFETY: the caller's promises are this function's own.
    unsafe { reply(info_json, || borrow(client)?.info()) }
}

/// Replaces the fixed token of a client whose configuration has a "token".
/// Calls in flight end with the token that they have. One that is refused is repeated with the new token.
/// @param[in] client A client with a fixed token.
/// @param[in] token Printable ASCII without spaces, at most 8191 bytes.
/// @param[out] error_json NULL, or on failure an error document.
/// @return MEETGATE_OK; MEETGATE_INVALID_ARGUMENT (NULL, no such token, or the client has no fixed token); MEETGATE_FORKED.
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

/// Sets the function that gives tokens to a client whose configuration says "token_provider": true.
/// It is for those who host tokens centrally, as 001 L8 advises. The function is called when a call needs a token and there is
/// none, when the token at hand is about to expire (the other calls go on with it meanwhile), and when the platform refused the
/// token. One thread calls it, while the others that need the result wait for it within their own time.
/// @param[in] client A client with "token_provider": true.
/// @param[in] provide The function. It takes the place of one that was set before.
/// @param[in] user_data Any value, passed to each call of provide. What it points to must live until the client is freed, and be
///   fit for use from any thread.
/// @param[out] error_json NULL, or on failure an error document.
/// @return MEETGATE_OK; MEETGATE_INVALID_ARGUMENT (NULL, or the configuration does not say "token_provider": true);
///   MEETGATE_FORKED.
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
            client.set_provider(move |dead_token| provider.ask(dead_token))
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
    fn ask(&self, dead_token: Option<&str>) -> std::result::Result<ProvidedToken, NoToken> {
        let dead_token = dead_token.map(CString::new).transpose().map_err(|_| instead("cannot be told a NUL"))?;
        let dead = dead_token.as_ref().map_or(ptr::null(), |token| token.as_ptr());
        // Zeroed when it goes: a provider that fails may have written a token all the same.
        let mut room = Zeroizing::new(vec![0u8; LONGEST_TOKEN + 1]);
        let mut lifetime_s = 0i64;
        // SAFETY: the caller promised a function of this type; the room is as large as is said, and all outlive the call.
        let result =
            unsafe { (self.provide)(self.user_data, dead, room.as_mut_ptr().cast(), room.len(), &mut lifetime_s) };
        match result {
            0 => {}
            MEETGATE_TOKEN_REASON => return Err(no_token(&room)),
            number => return Err(instead(&format!("answered {number}"))),
        }
        let end = end_of(&room).ok_or_else(|| instead("wrote more than it had room for, without a NUL"))?;
        room.truncate(end);
        // Not lossy: the room itself becomes the token, and is zeroed with it.
        let token =
            String::from_utf8(std::mem::take(&mut *room)).map_err(|_| instead("gave a token that is not ASCII"))?;
        let lifetime = u64::try_from(lifetime_s).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs);
        Ok(ProvidedToken { token, lifetime })
    }
}

fn instead(what: &str) -> NoToken {
    NoToken::Instead(what.to_owned())
}

fn end_of(room: &[u8]) -> Option<usize> {
    room.iter().position(|byte| *byte == 0)
}

/// The reason that a provider wrote in place of a token.
fn no_token(room: &[u8]) -> NoToken {
    let Some(reason) = end_of(room).and_then(|end| room.get(..end)) else {
        return instead("failed, and gave a reason without a NUL");
    };
    let mut text = json::lenient(reason);
    // Full but for less than a character: it was cut. A token that was cut in two is not recognised, and must not be shown.
    if reason.len() + 3 >= LONGEST_TOKEN {
        text.truncate(text.trim_end_matches(|c: char| c.is_ascii_graphic()).len());
        text.push('…');
    }
    NoToken::Reason(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> String {
        let mut room = text.as_bytes().to_vec();
        room.resize(LONGEST_TOKEN + 1, 0);
        match no_token(&room) {
            NoToken::Reason(words) => words,
            NoToken::Instead(what) => panic!("{what}"),
        }
    }

    #[test]
    fn of_a_reason_that_was_cut_the_end_goes_that_may_be_half_a_token() {
        let fill = |end: &str, length: usize| format!("{}{end}", "x".repeat(length - end.len()));
        assert!(reason(&fill(" of half-a-tok", LONGEST_TOKEN)).ends_with(" of …"));
        assert!(reason(&fill("令牌half-a-tok", LONGEST_TOKEN)).ends_with("令牌…"));
        assert!(reason(&fill(" of half-a-tok", LONGEST_TOKEN - 3)).ends_with(" of …"));
        assert!(reason(&fill(" of the whole", LONGEST_TOKEN - 4)).ends_with(" of the whole"));
        assert_eq!(reason(&"x".repeat(LONGEST_TOKEN)), "…");
    }
}
