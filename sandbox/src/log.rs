//! The log of `--verbose`: one line per call on standard error, without secrets.

use crate::exchange::{Received, Reply};
use crate::redact;
use std::io::Write;
use std::time::Duration;

/// Method, path, parameters without secrets, HTTP status, the platform's number, faults, milliseconds.
pub(crate) fn call(received: &Received, answered: Option<&Reply>, faults: &[String], spent: Duration) {
    let mut line = format!("{} {}", received.method, redact::printable(&received.path));
    if !received.query.is_empty() {
        line.push('?');
        line.push_str(&redact::printable(&redact::pairs(&received.query)));
    }
    if !received.body.is_empty() {
        line.push(' ');
        line.push_str(&body(received));
    }
    line.push_str(" -> ");
    match answered {
        Some(reply) => {
            let number = reply.number.map_or_else(|| "-".to_owned(), |number| number.to_string());
            line.push_str(&format!("{} {number}", reply.status));
            if let Some(detail) = &reply.detail {
                line.push_str(&format!(" ({detail})"));
            }
        }
        None => line.push_str("nothing"),
    }
    if !faults.is_empty() {
        line.push_str(&format!(" [fault: {}]", faults.join(", ")));
    }
    // A closed standard error is no reason to stop serving.
    let _ = writeln!(std::io::stderr(), "{line} {:.1} ms", spent.as_secs_f64() * 1000.0);
}

/// One message of the event gateway.
pub(crate) fn message(session: u64, operation: Option<&str>, text: &str, sent: bool, faults: &[String]) {
    let shown = redact::json(text.as_bytes());
    let shown = shown.map_or_else(|| redact::size_only(text.as_bytes()), |text| redact::printable(&text));
    let lost = if sent { "" } else { " -> nothing" };
    let faults = if faults.is_empty() { String::new() } else { format!(" [fault: {}]", faults.join(", ")) };
    let name = operation.unwrap_or("hst.gateway");
    let _ = writeln!(std::io::stderr(), "{name} (session {session}) {shown}{lost}{faults}");
}

fn body(received: &Received) -> String {
    let shown = match (received.media_type().as_str(), std::str::from_utf8(&received.body)) {
        ("application/x-www-form-urlencoded", Ok(text)) => Some(redact::pairs(text)),
        ("application/json", _) => redact::json(&received.body),
        _ => None,
    };
    shown.map_or_else(|| redact::size_only(&received.body), |text| redact::printable(&text))
}
