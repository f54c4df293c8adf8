//! `/attachment?file=<path>`: downloads. The documents' URLs carry no token (004 L331), so none is asked.

use crate::exchange::{Received, Reply};
use crate::file_answer;
use crate::files::Files;
use axum::body::Bytes;
use axum::http::header::{HeaderValue, LOCATION};
use serde_json::json;

pub(crate) fn serve(files: &Files, received: &Received) -> Reply {
    file_answer::serve(files, received, |status, text| {
        Reply::json_with_status(status, &json!({"ret": status, "msg": text}), Some(i64::from(status)))
    })
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
