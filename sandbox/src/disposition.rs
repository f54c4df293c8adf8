//! `Content-Disposition: form-data; name="file"; filename="a.png"`, as the many who write it do: browsers and curl quote, .NET
//! does not, and adds `filename*`; the order is free.

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Disposition {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
}

impl Disposition {
    /// Bytes that are no UTF-8 become replacement characters.
    pub(crate) fn read(header: &[u8]) -> Self {
        let text = String::from_utf8_lossy(header);
        let (mut name, mut plain, mut encoded) = (None, None, None);
        // What stands before the first semicolon is the kind: `form-data`.
        let mut rest = text.split_once(';').map_or("", |(_, rest)| rest);
        while let Some((key, value, left)) = next(rest) {
            let place = match key.trim().to_ascii_lowercase().as_str() {
                "name" => Some((&mut name, value)),
                "filename" => Some((&mut plain, value)),
                "filename*" => decode(&value).map(|value| (&mut encoded, value)),
                _ => None,
            };
            if let Some((place, value)) = place {
                place.get_or_insert(value);
            }
            rest = left;
        }
        // Who sends both has put into the plain one what every old server understands.
        Self { name: name.unwrap_or_default(), file_name: encoded.or(plain) }
    }
}

/// The next parameter's name and value, and what follows it.
fn next(rest: &str) -> Option<(&str, String, &str)> {
    let (key, rest) = rest.split_once('=')?;
    let rest = rest.trim_start();
    let Some(quoted) = rest.strip_prefix('"') else {
        let (value, rest) = rest.split_once(';').unwrap_or((rest, ""));
        return Some((key, value.trim().to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => {
                let left = quoted.get(at + 1..).unwrap_or_default();
                return Some((key, value, left.split_once(';').map_or("", |(_, left)| left)));
            }
            // Only these two are escaped; in anything else the backslash belongs to a path of Windows.
            '\\' => match characters.clone().next() {
                Some((_, escaped @ ('"' | '\\'))) => {
                    value.push(escaped);
                    characters.next();
                }
                _ => value.push(character),
            },
            _ => value.push(character),
        }
    }
    // The closing quote is missing: what there is counts.
    Some((key, value, ""))
}

/// `UTF-8''%E4%BC%9A.mp3` (RFC 5987); of no other charset.
fn decode(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((first, left)) = rest.split_first() {
        let hex = left.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.filter(|_| *first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { left.get(2..).unwrap_or_default() } else { left };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> (String, Option<String>) {
        let disposition = Disposition::read(header.as_bytes());
        (disposition.name, disposition.file_name)
    }

    fn named(name: &str, file_name: &str) -> (String, Option<String>) {
        (name.to_owned(), Some(file_name.to_owned()))
    }

    #[test]
    fn as_clients_write_it() {
        assert_eq!(read("form-data; name=\"file\"; filename=\"会议 logo.png\""), named("file", "会议 logo.png"));
        assert_eq!(read("form-data; name=\"token\""), ("token".to_owned(), None));
        // .NET
        assert_eq!(
            read("form-data; name=file; filename=a.png; filename*=utf-8''%E4%BC%9A%E8%AE%AE.png"),
            named("file", "会议.png")
        );
        assert_eq!(read("form-data;FileName=\"x;y=z.png\" ; NAME = \"file\""), named("file", "x;y=z.png"));
        assert_eq!(read("form-data; filename=\"a\\\"b\\\\c.png\"; name=file"), named("file", "a\"b\\c.png"));
        assert_eq!(read("form-data; name=file; filename=\"C:\\tmp\\a.png\""), named("file", "C:\\tmp\\a.png"));
    }

    #[test]
    fn what_is_broken() {
        assert_eq!(read(""), (String::new(), None));
        assert_eq!(read("form-data; name"), (String::new(), None));
        assert_eq!(read("form-data; name=\"file"), ("file".to_owned(), None));
        assert_eq!(read("form-data; name=f; filename=a.png; filename*=latin1''%E4"), named("f", "a.png"));
        assert_eq!(read("form-data; name=f; filename*=UTF-8''%zz%"), named("f", "%zz%"));
        assert_eq!(Disposition::read(b"form-data; name=\"\xff\"").name, "\u{fffd}");
    }
}
