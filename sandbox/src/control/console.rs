//! The console: one page, in the program itself. It asks for nothing but the control interface, which its
//! Content-Security-Policy holds it to.

use crate::control_error::ControlError;
use crate::exchange::Reply;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const PAGE: &str = include_str!("console/console.html");

/// Only this script and these styles run; no text of a request can become either. Nothing is asked but the sandbox itself,
/// and no other page shows this one in a frame.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; connect-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
        source("script"),
        source("style")
    )
});

pub(crate) fn page() -> Reply {
    let mut reply = Reply::page(200, PAGE);
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            reply.headers.push((name, value));
        }
    };
    put(CONTENT_SECURITY_POLICY, &POLICY);
    put(X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(REFERRER_POLICY, "no-referrer");
    put(CACHE_CONTROL, "no-store");
    put(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    reply
}

pub(crate) fn is_off() -> ControlError {
    ControlError::not_found("the console is off: start the sandbox with --console".to_owned())
}

/// The source expression for the page's one element of this kind: the hash of what is in it.
fn source(element: &str) -> String {
    let content =
        PAGE.split_once(&format!("<{element}>")).and_then(|(_, rest)| rest.split_once(&format!("</{element}>")));
    let digest = Sha256::digest(content.map_or("", |(content, _)| content).as_bytes());
    format!("sha256-{}", STANDARD.encode(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_script_and_one_style_and_nothing_from_elsewhere() {
        for element in ["script", "style"] {
            assert_eq!(PAGE.matches(&format!("<{element}")).count(), 1);
            assert_eq!(PAGE.matches(&format!("<{element}>")).count(), 1);
        }
        for foreign in
            ["://", "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", " style=", " onclick="]
        {
            assert!(!PAGE.contains(foreign), "{foreign}");
        }
    }
}
