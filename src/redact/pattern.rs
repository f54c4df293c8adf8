//! One spelling of a secret, and where it stands in a text: in one pass, whatever both are made of.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use std::ops::Range;
use zeroize::Zeroizing;

/// A longer secret travels in no header, and nobody writes it in Base64.
const LONGEST_IN_BASE64: usize = 8 << 10;

pub(super) struct Pattern {
    bytes: Zeroizing<Vec<u8>>,
    /// For each length of a beginning that was found: how long a beginning is found all the same when the next byte differs
    /// (Knuth, Morris, Pratt).
    fallback: Vec<usize>,
    is_plain: bool,
}

/// A secret as it is, and as a part of something in Base64.
pub(super) fn spellings(secret: &[u8]) -> Vec<Pattern> {
    let mut all = vec![Pattern::new(Zeroizing::new(secret.to_vec()), true)];
    if secret.len() <= LONGEST_IN_BASE64 {
        let mut encoded: Vec<_> = (0..3).flat_map(|before| in_base64(secret, before)).collect();
        let alone = [STANDARD.encode(secret), STANDARD_NO_PAD.encode(secret)];
        let alone_in_urls = [URL_SAFE.encode(secret), URL_SAFE_NO_PAD.encode(secret)];
        encoded.extend(alone.into_iter().chain(alone_in_urls).map(|text| Zeroizing::new(text.into_bytes())));
        encoded.sort_unstable_by(|one, other| one.as_slice().cmp(other.as_slice()));
        encoded.dedup();
        all.extend(encoded.into_iter().map(|text| Pattern::new(text, false)));
    }
    all
}

/// The characters that a secret has in Base64 whatever stands around it, if so many bytes (of each three) stand before it.
fn in_base64(secret: &[u8], before: usize) -> [Zeroizing<Vec<u8>>; 2] {
    let mut padded = Zeroizing::new(vec![0; before]);
    padded.extend_from_slice(secret);
    let bits = padded.len() * 8;
    // A character has six bits. One that shares bits with what stands before or after is left out.
    let first = (before * 8).div_ceil(6);
    let last = bits / 6;
    let part = |text: String| {
        let text = Zeroizing::new(text);
        Zeroizing::new(text.as_bytes().get(first..last).unwrap_or_default().to_vec())
    };
    [part(STANDARD_NO_PAD.encode(&*padded)), part(URL_SAFE_NO_PAD.encode(&*padded))]
}

impl Pattern {
    fn new(bytes: Zeroizing<Vec<u8>>, is_plain: bool) -> Pattern {
        let mut pattern = Pattern { fallback: Vec::with_capacity(bytes.len() + 1), bytes, is_plain };
        pattern.fallback.extend([0, 0]);
        let mut found = 0;
        for at in 1..pattern.bytes.len() {
            let byte = pattern.bytes.get(at).copied().unwrap_or_default();
            found = pattern.after(found, byte);
            pattern.fallback.push(found);
        }
        pattern
    }

    /// The secret as it is, and not in Base64.
    pub(super) fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// How long a beginning of the pattern is found when this byte follows one of length `found`.
    fn after(&self, mut found: usize, byte: u8) -> usize {
        loop {
            if self.bytes.get(found) == Some(&byte) {
                return found + 1;
            }
            if found == 0 {
                return 0;
            }
            found = self.fallback.get(found).copied().unwrap_or_default();
        }
    }

    /// Every place where it stands, also those that overlap.
    pub(super) fn find(&self, text: &[u8], found_at: &mut impl FnMut(Range<usize>)) {
        if self.bytes.is_empty() || text.len() < self.bytes.len() {
            return;
        }
        let mut found = 0;
        for (at, byte) in text.iter().enumerate() {
            found = self.after(found, *byte);
            if found == self.bytes.len() {
                found_at(at + 1 - found..at + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> Vec<Range<usize>> {
        let mut all = Vec::new();
        Pattern::new(Zeroizing::new(pattern.into()), true).find(text.as_bytes(), &mut |range| all.push(range));
        all
    }

    #[test]
    fn every_place_is_found_also_where_they_overlap() {
        assert_eq!(found("abab", "xabababx"), [1..5, 3..7]);
        assert_eq!(found("aaa", "aaaaa"), [0..3, 1..4, 2..5]);
        assert_eq!(found("aab", "aaab aab"), [1..4, 5..8]);
        assert_eq!(found("abc", "ab"), [0..0; 0]);
    }

    #[test]
    fn a_secret_within_base64_is_found_wherever_it_begins() {
        let secret = b"p\xc3\xa4ss?word>~";
        for before in 0..6 {
            for after in 0..4 {
                let text = [&b"user:x"[..before], secret, &b"::::"[..after]].concat();
                for encoded in [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                    let mut places = 0;
                    for pattern in spellings(secret) {
                        pattern.find(encoded.as_bytes(), &mut |range| places += usize::from(range.len() > 14));
                    }
                    assert!(places > 0, "{before} {after} {encoded}");
                }
            }
        }
    }
}
