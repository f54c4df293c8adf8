//! Bytes that should be text: what is not UTF-8 is shown, and the rest can still be read.

/// The text of an answer that is not UTF-8. Each byte beyond ASCII becomes `<B7>`, a form that JSON strings can hold.
///
/// Some deployments answer in GBK, where the second byte of a character may look like a letter, a brace or a backslash:
/// it goes with the first. It never looks like a quotation mark, so that strings end where they should.
pub(crate) fn readable(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len());
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte.is_ascii() {
            out.push(char::from(byte));
            continue;
        }
        push(byte, &mut out);
        if let Some(second) = rest.next_if(|second| (0x40..=0xfe).contains(second) && *second != 0x7f) {
            push(second, &mut out);
        }
    }
    out
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
}
