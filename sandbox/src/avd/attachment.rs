//! `/attachment?file=<path>`: downloads, whole or in part. The documents' URLs carry no token (004 L331), so none is asked.

use super::world::files::{Files, extension};
use crate::exchange::{Received, Reply};
use axum::body::Bytes;
use axum::http::Method;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_RANGE, LOCATION, RANGE,
};
use serde_json::json;
use std::hash::{DefaultHasher, Hash, Hasher};

pub(crate) fn serve(files: &Files, received: &Received) -> Reply {
    if received.method != Method::GET && received.method != Method::HEAD {
        return Reply::json_with_status(405, &json!({"ret": 405, "msg": "method not allowed"}), Some(405));
    }
    let pairs = received.query_pairs();
    let path = pairs.iter().find(|(name, _)| name == "file").map(|(_, path)| path.as_str());
    let found = path.and_then(|path| Some((path, files.bytes(path)?)));
    let Some((path, bytes)) = found else {
        return Reply::json_with_status(404, &json!({"ret": 404, "msg": "no such file"}), Some(404));
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

/// `play_url` leads to the vendor's web player (004 L738). Here a browser is sent to the file itself; it can play it.
pub(crate) fn player_page(received: &Received) -> Reply {
    // The inner URL is not encoded in the documents: everything after `url=` is it.
    let target = received.query.strip_prefix("url=").unwrap_or_default();
    // Only to a file of this server: an open redirect has no place even here.
    let file = target.split_once("/attachment?file=").map(|(_, file)| file);
    match file.map(|file| HeaderValue::from_str(&format!("/attachment?file={file}"))) {
        Some(Ok(location)) => {
            Reply { status: 302, headers: vec![(LOCATION, location)], body: Bytes::new(), number: None, detail: None }
        }
        _ => Reply::json_with_status(404, &json!({"ret": 404, "msg": "nothing to play"}), Some(404)),
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
