//! Other people's text in an error: what is not UTF-8 is shown, so that the rest can be read, and what is long is cut.

use std::borrow::Cow;

/// How much of a foreign text an error shows, in bytes.
pub(crate) const LONGEST_EXCERPT: usize = 1024;

/// A longer answer is shown in part. What is looked through for one error is bounded by this.
pub(crate) const LONGEST_SHOWN: usize = 64 << 10;

/// The text of an answer that is not UTF-8. Each byte beyond ASCII becomes `<B7>`, a form that JSON strings can hold.
///
/// Some deployments answer in GBK, where the second byte of a character may look like a letter, a brace or a backslash:
/// it goes with the first. It never looks like a quotation mark, so that strings end where they should.
///
/// Behind what an error shows of an answer it becomes `?`: a long answer does not grow by it.
pub(crate) fn readable(bytes: &[u8]) -> String {
    let spelled = bytes.get(..LONGEST_SHOWN).unwrap_or(bytes).iter().filter(|byte| !byte.is_ascii()).count();
    let mut out = String::with_capacity(bytes.len() + 3 * spelled);
    let mut rest = bytes.iter().copied().enumerate().peekable();
    while let Some((at, byte)) = rest.next() {
        if byte.is_ascii() {
            out.push(char::from(byte));
            continue;
        }
        let second = rest.next_if(|(_, second)| (0x40..=0xfe).contains(second) && *second != 0x7f);
        for byte in [Some(byte), second.map(|(_, second)| second)].into_iter().flatten() {
            if at < LONGEST_SHOWN { push(byte, &mut out) } else { out.push('?') }
        }
    }
    out
}

/// The beginning of a JSON string, in quotation marks like the whole: of so many bytes at least once its escapes are read, where
/// it has as many. It ends between two characters.
pub(crate) fn beginning_of_string(quoted: &str, least: usize) -> Cow<'_, str> {
    let bytes = quoted.as_bytes();
    let mut end = 1;
    for _ in 0..least {
        end += match bytes.get(end..).unwrap_or_default() {
            // The first half of a pair (RFC 8259, 7).
            [b'\\', b'u', b'd' | b'D', b'8' | b'9' | b'a' | b'A' | b'b' | b'B', ..] => 12,
            [b'\\', b'u', ..] => 6,
            [b'\\', ..] => 2,
            _ => 1,
        };
        if end >= bytes.len() {
            return Cow::Borrowed(quoted);
        }
    }
    while !quoted.is_char_boundary(end) {
        end += 1;
    }
    match quoted.get(..end) {
        Some(beginning) if end + 1 < quoted.len() => Cow::Owned(format!("{beginning}\"")),
        _ => Cow::Borrowed(quoted),
    }
}

/// The same as [`readable`] of a text that is no answer. No ASCII character goes with a byte before it, so that a secret stays
/// whole, and is found; a character that was cut at the end is left out.
pub(crate) fn lenient(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        out.push_str(chunk.valid());
        let is_cut =
            chunks.peek().is_none() && std::str::from_utf8(chunk.invalid()).is_err_and(|e| e.error_len().is_none());
        if !is_cut {
            chunk.invalid().iter().for_each(|byte| push(*byte, &mut out));
        }
    }
    out
}

/// Where a character begins: there, or before it.
pub(crate) fn boundary_before(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The beginning of a text, where it is longer than this.
pub(crate) fn beginning(text: &str, longest: usize) -> &str {
    text.get(..boundary_before(text, longest)).unwrap_or_default()
}

/// The same, which shows that it is one.
pub(crate) fn excerpt(text: &str, longest: usize) -> String {
    let cut = beginning(text, longest);
    if cut.len() < text.len() { format!("{cut}…") } else { text.to_owned() }
}

fn push(byte: u8, out: &mut String) {
    out.push_str(&format!("<{byte:02X}>"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gbk_stays_json() {
        // "房间号不存在" in GBK; then a character whose second byte is a backslash, before the end of the string.
        let gbk = b"{\"ret\":40004,\"msg\":\"\xb7\xbf\xbc\xe4\xba\xc5\xb2\xbb\xb4\xe6\xd4\xda\x81\x5c\"}";
        let shown = readable(gbk);
        assert_eq!(shown, "{\"ret\":40004,\"msg\":\"<B7><BF><BC><E4><BA><C5><B2><BB><B4><E6><D4><DA><81><5C>\"}");
        assert!(crate::json::value(&shown).is_ok());
    }

    #[test]
    fn other_encodings_lose_no_more_than_a_letter_to_it() {
        assert_eq!(readable(b"{\"msg\":\"caf\xe9\"}"), "{\"msg\":\"caf<E9>\"}");
        assert_eq!(readable(b"{\"msg\":\"\xff\"}"), "{\"msg\":\"<FF>\"}");
        assert_eq!(readable("会\"".as_bytes()), "<E4><BC><9A>\"");
    }

    #[test]
    fn a_long_answer_grows_at_its_beginning_only() {
        let body = [&b"{\"a\":\""[..], &b"\x81\x5c".repeat(LONGEST_SHOWN), b"\"}"].concat();
        let shown = readable(&body);
        assert!(shown.starts_with("{\"a\":\"<81><5C><81>") && shown.ends_with("?????\"}"));
        assert!(shown.len() <= body.len() + 3 * LONGEST_SHOWN && crate::json::value(&shown).is_ok());
    }

    #[test]
    fn the_beginning_of_a_string_is_one() {
        let read = |quoted: &str| serde_json::from_str::<String>(quoted).unwrap();
        for unit in ["a", "会", r"\n", r"\u4f1a", r"\ud83d\ude42", r"\uD83D\uDE42", r#"\""#, r"\\\\"] {
            let quoted = format!("\"{}\"", unit.repeat(50));
            let whole = read(&quoted);
            for least in 0..200 {
                let cut = read(&beginning_of_string(&quoted, least));
                assert!(whole.starts_with(&cut), "{unit} {least}: {cut}");
                assert!(cut == whole || (least..=4 * least).contains(&cut.len()), "{unit} {least}: {cut}");
            }
            assert_eq!(beginning_of_string(&quoted, 200), quoted);
        }
    }

    #[test]
    fn a_secret_beside_bad_bytes_stays_whole() {
        assert_eq!(lenient("令牌 ok".as_bytes()), "令牌 ok");
        assert_eq!(lenient(b"\xff\xfetoken\xb7token"), "<FF><FE>token<B7>token");
        assert_eq!(lenient(b"\xe4token"), "<E4>token");
        assert_eq!(lenient("a会".as_bytes().split_last().unwrap().1), "a");
        assert_eq!(lenient(b"a\xe4\xbc b\xff"), "a<E4><BC> b<FF>");
    }

    #[test]
    fn an_excerpt_ends_between_characters() {
        let text = "会".repeat(1000);
        let cut = excerpt(&text, LONGEST_EXCERPT);
        assert!(cut.ends_with('…') && cut.len() <= LONGEST_EXCERPT + '…'.len_utf8());
        assert_eq!(excerpt("short", LONGEST_EXCERPT), "short");
    }
}
