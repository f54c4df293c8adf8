//! Secrets that are known by their names: `token=…`, `"accessToken":"…"`.

use crate::catalog::table;
use std::ops::Range;

/// Beside the catalog's: what proxies and other programs call them.
const MORE: [&str; 3] = ["authorization", "dev_token", "user_token"];

/// `app_secret`, `appSecret` and `App-Secret` are one name.
pub(crate) fn is_secret_name(name: &str) -> bool {
    is_secret(name.as_bytes())
}

fn is_secret(name: &[u8]) -> bool {
    table::SECRET_NAMES.iter().chain(&MORE).any(|known| plain(known.as_bytes()).eq(plain(name)))
}

/// A name without case and separators.
fn plain(name: &[u8]) -> impl Iterator<Item = u8> {
    name.iter().filter(|byte| !matches!(byte, b'_' | b'-' | b'.' | b' ')).map(u8::to_ascii_lowercase)
}

/// Where the values of secret names stand in a text that is no JSON, or no longer.
pub(super) fn find(text: &[u8], found_at: &mut impl FnMut(Range<usize>)) {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.iter().take_while(|byte| is_name(byte)).count();
        if length == 0 {
            at += 1;
            continue;
        }
        let name = rest.get(..length).unwrap_or_default();
        let quote = at.checked_sub(1).and_then(|before| text.get(before)).copied().filter(is_quote);
        at += length;
        if is_secret(name)
            && let Some(value) = value(text, at, quote)
        {
            at = value.end;
            found_at(value);
        }
    }
}

fn is_quote(byte: &u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

/// The value that follows a name which ends here: after `=`, or after `:` where the name stands in quotation marks.
fn value(text: &[u8], end: usize, quote: Option<u8>) -> Option<Range<usize>> {
    let skip_blanks = |at: usize| {
        at + text.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_whitespace()).count()
    };
    let start = match quote {
        Some(quote) if text.get(end) == Some(&quote) => {
            let colon = skip_blanks(end + 1);
            text.get(colon).filter(|byte| matches!(byte, b':' | b'='))?;
            skip_blanks(colon + 1)
        }
        _ => {
            text.get(end).filter(|byte| **byte == b'=')?;
            end + 1
        }
    };
    let range = match *text.get(start)? {
        quote if is_quote(&quote) => start + 1..end_of_quoted(text, start + 1, quote),
        // Not JSON, so that nobody knows where it ends.
        b'{' | b'[' => start..text.len(),
        _ => {
            let ends = |byte: &u8| byte.is_ascii_whitespace() || b"&;,\"'<>(){}[]".contains(byte);
            let rest = text.get(start..).unwrap_or_default();
            start..start + rest.iter().position(ends).unwrap_or(rest.len())
        }
    };
    Some(range).filter(|range| !range.is_empty())
}

fn end_of_quoted(text: &[u8], start: usize, quote: u8) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.iter().enumerate().skip(start) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            byte if *byte == quote => return at,
            _ => {}
        }
    }
    text.len()
}
