//! What a browser asks before its pages may call another host (the Fetch standard's CORS protocol).
//!
//! The platforms serve browsers too, so the sandbox lets every page call them. The control interface is not for pages.

use crate::exchange::Reply;
use axum::body::Bytes;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ALLOW, HeaderMap,
    HeaderName, HeaderValue, ORIGIN, VARY,
};

/// All methods of all three platforms.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PATCH, DELETE, OPTIONS");
/// Beside those that a page may always read.
const EXPOSED: HeaderValue = HeaderValue::from_static("Date, Content-Range, ETag, Accept-Ranges, Retry-After");
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");
/// A page of a public address asks so before it calls a local one.
const REQUEST_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// The answer to `OPTIONS`, for any path.
pub(crate) fn options(asked: &HeaderMap) -> Reply {
    let mut headers =
        vec![(ALLOW, METHODS), (ACCESS_CONTROL_ALLOW_METHODS, METHODS), (ACCESS_CONTROL_MAX_AGE, MAX_AGE)];
    // Named one by one: a star would not cover Authorization.
    if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.push((ACCESS_CONTROL_ALLOW_HEADERS, names.clone()));
    }
    if asked.contains_key(REQUEST_PRIVATE_NETWORK) {
        headers.push((ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true")));
    }
    Reply { status: 204, headers, body: Bytes::new(), number: None, detail: None }
}

/// What an answer says to a page; nothing to a caller that is none.
pub(crate) fn headers(asked: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
    match asked.get(ORIGIN) {
        Some(origin) => vec![
            (ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
            (ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED),
            (VARY, HeaderValue::from_static("Origin")),
        ],
        None => Vec::new(),
    }
}
