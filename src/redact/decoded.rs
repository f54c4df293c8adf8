//! A text as its readers may decode it, with the place in the text of each byte: a secret is found in whatever encoding it
//! stands there.

use std::borrow::Cow;
use std::ops::Range;

/// One encoding over another is looked through, and no third one.
const DEEPEST: usize = 2;

/// A text, decoded in one way or two.
pub(super) struct View<'t> {
    bytes: Cow<'t, [u8]>,
    /// Where each byte stands in the text; `None` where that is the byte's own place.
    places: Option<Vec<(u32, u32)>>,
    depth: usize,
}

/// One way in which a character may be written.
#[derive(Clone, Copy)]
enum Encoding {
    /// `%2F`, `%2f`
    Percent,
    /// The same, and `+` for a space.
    Form,
    /// `\/`, `\u00e9`
    Json,
    /// The same, begun in the middle: of `\\u00e9` the second backslash is read with what follows it.
    JsonFromMiddle,
    /// `&amp;`, `&#47;`, `&#x2F;`
    Html,
    /// `<E9>`, as [`crate::json::readable`] writes a byte.
    Shown,
}

impl<'t> View<'t> {
    /// The text as it is, and in each way decoded that makes a difference.
    pub(super) fn all(text: &'t str, with_spaces: bool) -> Vec<View<'t>> {
        use Encoding as E;
        let encodings = [E::Percent, E::Json, E::JsonFromMiddle, E::Html, E::Shown]
            .into_iter()
            .chain(with_spaces.then_some(E::Form));
        let mut views = vec![View { bytes: Cow::Borrowed(text.as_bytes()), places: None, depth: 0 }];
        let mut from = 0;
        for _ in 0..DEEPEST {
            let decoded: Vec<View<'t>> = (views.iter().skip(from))
                .flat_map(|view| encodings.clone().filter_map(|encoding| view.decoded(encoding)))
                .collect();
            from = views.len();
            views.extend(decoded);
        }
        views
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Decoded at most once.
    pub(super) fn is_shallow(&self) -> bool {
        self.depth < DEEPEST
    }

    /// The place in the text of some bytes of the view.
    pub(super) fn in_text(&self, range: Range<usize>) -> Option<Range<usize>> {
        let Some(places) = &self.places else { return Some(range) };
        let first = places.get(range.start)?.0;
        let last = places.get(range.end.checked_sub(1)?)?.1;
        Some(first as usize..last as usize)
    }

    /// `None` where nothing is written in this way.
    fn decoded(&self, encoding: Encoding) -> Option<View<'t>> {
        if !encoding.may_be_in(&self.bytes) {
            return None;
        }
        let place = |at: usize| match &self.places {
            Some(places) => places.get(at).copied().unwrap_or_default(),
            None => (at as u32, at as u32 + 1),
        };
        let (mut bytes, mut places) = (Vec::with_capacity(self.bytes.len()), Vec::with_capacity(self.bytes.len()));
        let (mut at, mut differs) = (0, false);
        while let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let first = rest.first().copied().unwrap_or_default();
            let read = if encoding.begins_with(first) { encoding.read(rest) } else { None };
            let Some((character, length)) = read else {
                bytes.push(first);
                places.push(place(at));
                at += 1;
                continue;
            };
            let whole = (place(at).0, place(at + length - 1).1);
            for byte in character.as_bytes() {
                bytes.push(*byte);
                places.push(whole);
            }
            at += length;
            differs = true;
        }
        differs.then(|| View { bytes: Cow::Owned(bytes), places: Some(places), depth: self.depth + 1 })
    }
}

/// What one encoded character stands for.
enum Character {
    Byte([u8; 1]),
    Utf8([u8; 4], usize),
}

impl Character {
    fn of(number: u32) -> Option<Character> {
        let mut bytes = [0; 4];
        let length = char::from_u32(number)?.encode_utf8(&mut bytes).len();
        Some(Character::Utf8(bytes, length))
    }

    fn as_bytes(&self) -> &[u8] {
        match self {
            Character::Byte(byte) => byte,
            Character::Utf8(bytes, length) => bytes.get(..*length).unwrap_or_default(),
        }
    }
}

impl Encoding {
    fn may_be_in(self, text: &[u8]) -> bool {
        match self {
            Encoding::JsonFromMiddle => text.windows(3).any(|bytes| bytes == b"\\\\u"),
            _ => text.iter().any(|byte| self.begins_with(*byte)),
        }
    }

    fn begins_with(self, byte: u8) -> bool {
        match self {
            Encoding::Percent => byte == b'%',
            Encoding::Form => matches!(byte, b'%' | b'+'),
            Encoding::Json | Encoding::JsonFromMiddle => byte == b'\\',
            Encoding::Html => byte == b'&',
            Encoding::Shown => byte == b'<',
        }
    }

    /// The character that begins here, and how many bytes it takes.
    fn read(self, rest: &[u8]) -> Option<(Character, usize)> {
        match self {
            Encoding::Form if rest.first() == Some(&b'+') => Some((Character::Byte([b' ']), 1)),
            Encoding::Percent | Encoding::Form => Some((Character::Byte([hex(rest.get(1..3)?)? as u8]), 3)),
            Encoding::Shown if rest.get(3) == Some(&b'>') => Some((Character::Byte([hex(rest.get(1..3)?)? as u8]), 4)),
            Encoding::Shown => None,
            Encoding::JsonFromMiddle if rest.starts_with(b"\\\\u") => None,
            Encoding::Json | Encoding::JsonFromMiddle => json_escape(rest),
            Encoding::Html => html_entity(rest),
        }
    }
}

fn json_escape(rest: &[u8]) -> Option<(Character, usize)> {
    let plain = |byte| Some((Character::Byte([byte]), 2));
    match rest.get(1)? {
        byte @ (b'"' | b'\\' | b'/' | b'\'') => plain(*byte),
        b'b' => plain(8),
        b'f' => plain(12),
        b'n' => plain(b'\n'),
        b'r' => plain(b'\r'),
        b't' => plain(b'\t'),
        b'u' => {
            let high = hex(rest.get(2..6)?)?;
            let low = || rest.get(6..8).filter(|next| *next == b"\\u").and_then(|_| hex(rest.get(8..12)?));
            match high {
                0xd800..=0xdbff => {
                    let low = low().filter(|low| (0xdc00..=0xdfff).contains(low))?;
                    Some((Character::of(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?, 12))
                }
                _ => Some((Character::of(high)?, 6)),
            }
        }
        _ => None,
    }
}

fn html_entity(rest: &[u8]) -> Option<(Character, usize)> {
    /// `&#x10FFFF;`
    const LONGEST: usize = 10;
    let end = rest.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(rest.get(1..end)?).ok()?;
    let number = match name {
        "amp" => u32::from(b'&'),
        "lt" => u32::from(b'<'),
        "gt" => u32::from(b'>'),
        "quot" => u32::from(b'"'),
        "apos" => u32::from(b'\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            match digits.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => digits.parse().ok()?,
            }
        }
    };
    Some((Character::of(number)?, end + 1))
}

fn hex(digits: &[u8]) -> Option<u32> {
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    u32::from_str_radix(std::str::from_utf8(digits).ok().filter(|_| is_hex)?, 16).ok()
}
