//! A file of a platform on its way out, whole or in part, and the URL that leads to it: `…?file=<path>`.

use crate::exchange::{Received, Reply};
use crate::files::{Files, extension};
use axum::body::Bytes;
use axum::http::Method;
use axum::http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_RANGE, RANGE};
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Where a file can be downloaded: `place` is the path that serves it.
pub(crate) fn url_of(origin: &str, place: &str, path: &str) -> String {
    let mut url = format!("{origin}{place}?file=");
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            url.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

/// `refuse` makes the platform's answer of an HTTP status and a text.
pub(crate) fn serve(files: &Files, received: &Received, refuse: impl Fn(u16, &str) -> Reply) -> Reply {
    if received.method != Method::GET && received.method != Method::HEAD {
        return refuse(405, "method not allowed");
    }
    let pairs = received.query_pairs();
    let path = pairs.iter().find(|(name, _)| name == "file").map(|(_, path)| path.as_str());
    let found = path.and_then(|path| Some((path, files.bytes(path)?)));
    let Some((path, bytes)) = found else {
        return refuse(404, "no such file");
    };
    let etag = entity_tag(&bytes);
    let mut headers = vec![
        (CONTENT_TYPE, HeaderValue::from_static(content_type(path))),
        (ACCEPT_RANGES, HeaderValue::from_static("bytes")),
    ];
    put(&mut headers, ETAG, &etag);
    // A resumed download names the file that it began with: when that is another now, it gets the whole new one.
    let same_file = received.header(IF_RANGE.as_str()).is_none_or(|tag| tag == etag);
    let range = received.header(RANGE.as_str()).filter(|_| same_file);
    match range.map_or(Wanted::Whole, |range| Wanted::parse(range, bytes.len())) {
        Wanted::Whole => Reply { status: 200, headers, body: bytes, number: None, detail: None },
        Wanted::Part { first, last } => {
            put(&mut headers, CONTENT_RANGE, &format!("bytes {first}-{last}/{}", bytes.len()));
            Reply { status: 206, headers, body: bytes.slice(first..=last), number: None, detail: None }
        }
        Wanted::Nothing => {
            put(&mut headers, CONTENT_RANGE, &format!("bytes */{}", bytes.len()));
            Reply { status: 416, headers, body: Bytes::new(), number: None, detail: None }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    Part { first: usize, last: usize },
    Nothing,
}

impl Wanted {
    /// One range, as resuming clients ask for it. Several at once, or what is no byte range, get the whole file, which
    /// RFC 9110 allows.
    fn parse(range: &str, length: usize) -> Self {
        let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
            return Self::Whole;
        };
        match (first.trim().parse::<usize>(), last.trim().parse::<usize>()) {
            (Ok(first), Ok(last)) if first > last => Self::Whole,
            (Ok(first), _) if first >= length => Self::Nothing,
            (Ok(first), Ok(last)) => Self::Part { first, last: last.min(length - 1) },
            (Ok(first), Err(_)) if last.trim().is_empty() => Self::Part { first, last: length - 1 },
            (Err(_), Ok(tail)) if first.trim().is_empty() => match length.checked_sub(tail) {
                _ if tail == 0 || length == 0 => Self::Nothing,
                Some(first) => Self::Part { first, last: length - 1 },
                None => Self::Part { first: 0, last: length - 1 },
            },
            _ => Self::Whole,
        }
    }
}

fn entity_tag(bytes: &Bytes) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

fn content_type(path: &str) -> &'static str {
    match extension(path).to_ascii_lowercase().as_str() {
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "mp4" => "video/mp4",
        "avi" => "video/x-msvideo",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        _ => "application/octet-stream",
    }
}

fn put(headers: &mut Vec<(HeaderName, HeaderValue)>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.push((name, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let part = |first, last| Wanted::Part { first, last };
        assert_eq!(Wanted::parse("bytes=0-9", 100), part(0, 9));
        assert_eq!(Wanted::parse("bytes=90-", 100), part(90, 99));
        assert_eq!(Wanted::parse("bytes=90-500", 100), part(90, 99));
        assert_eq!(Wanted::parse("bytes=-10", 100), part(90, 99));
        assert_eq!(Wanted::parse("bytes=-500", 100), part(0, 99));
        assert_eq!(Wanted::parse("bytes=100-", 100), Wanted::Nothing);
        assert_eq!(Wanted::parse("bytes=-0", 100), Wanted::Nothing);
        for text in ["bytes=9-0", "bytes=a-b", "bytes=0-1,5-6", "lines=0-1", "bytes=-", ""] {
            assert_eq!(Wanted::parse(text, 100), Wanted::Whole, "{text}");
        }
    }
}
