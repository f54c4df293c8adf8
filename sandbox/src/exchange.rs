//! What came in and what goes out: the two values that the platforms work on, free of sockets.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

/// A request, whole.
pub(crate) struct Received {
    pub(crate) method: Method,
    /// The path as it came, not decoded.
    pub(crate) path: String,
    /// The raw text after `?`, empty when there is none.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The parts of a multipart body: absent when the body is of another kind.
    pub(crate) parts: Option<Result<Vec<Part>, String>>,
    /// Whether it came by TLS.
    pub(crate) secure: bool,
}

/// One part of a multipart body.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) bytes: Bytes,
}

impl Received {
    /// A header's text; one that is no text counts as absent.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The media type without its parameters, in lower case.
    pub(crate) fn media_type(&self) -> String {
        let text = self.header("content-type").unwrap_or_default();
        text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The query's names and values, decoded.
    pub(crate) fn query_pairs(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// The address under which the caller reached us, for the URLs in answers. Behind a forwarded port only the `Host`
    /// header knows it; one that is not a plain authority is not echoed.
    pub(crate) fn origin(&self, fallback: &str) -> String {
        match self.header("host") {
            Some(host) if is_plain_authority(host) => {
                let scheme = if self.secure { "https" } else { "http" };
                format!("{scheme}://{host}")
            }
            _ => fallback.to_owned(),
        }
    }
}

fn is_plain_authority(host: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
    !host.is_empty() && host.len() <= 255 && host.bytes().all(plain)
}

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
    /// The platform's own number, for the log.
    pub(crate) number: Option<i64>,
    /// What the answer does not say, for the log.
    pub(crate) detail: Option<String>,
}

impl Reply {
    /// Whether the platform did what it was asked: by the HTTP status, and by the number where there is one. 0 is success
    /// everywhere, 200 where avd answers with `code` (T40).
    pub(crate) fn is_success(&self) -> bool {
        self.status < 400 && matches!(self.number, None | Some(0 | 200))
    }

    /// A page instead of an answer.
    pub(crate) fn page(status: u16, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let looks_like_json = matches!(body.first(), Some(b'{' | b'['));
        let kind = if looks_like_json { "application/json" } else { "text/html; charset=utf-8" };
        let headers = vec![(axum::http::header::CONTENT_TYPE, HeaderValue::from_static(kind))];
        Self { status, headers, body, number: None, detail: None }
    }

    /// A JSON answer with HTTP 200, the rule on all three platforms.
    pub(crate) fn json(body: &Value, number: i64) -> Self {
        Self::json_with_status(200, body, Some(number))
    }

    pub(crate) fn json_with_status(status: u16, body: &Value, number: Option<i64>) -> Self {
        Self {
            status,
            headers: vec![(
                axum::http::header::CONTENT_TYPE,
                HeaderValue::from_static("application/json;charset=UTF-8"),
            )],
            body: Bytes::from(body.to_string()),
            number,
            detail: None,
        }
    }
}
