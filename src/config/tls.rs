//! Whom a client trusts over TLS.

use crate::json::Members;
use crate::transport::Roots;
use std::fs::File;
use std::io::{self, Read as _};

/// The bundles of whole systems have a quarter of a megabyte.
const LARGEST: u64 = 4 << 20;

/// The authorities of `tls.ca_file`.
pub(super) fn more_roots(members: &Members<'_>) -> Result<Roots, String> {
    let Some(value) = members.get("tls") else { return Ok(Roots::default()) };
    let tls = Members::of(value).map_err(|problem| format!("configuration key \"tls\": {problem}"))?;
    let Some(path) = tls.text("ca_file") else { return Ok(Roots::default()) };
    let refuse = |problem: String| format!("configuration key \"tls.ca_file\": {path} {problem}");
    let text = read(&path).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    Roots::of_pem(&text).map_err(refuse)
}

fn read(path: &str) -> io::Result<Vec<u8>> {
    // Looked at before it is opened: what is no file may never end, or never begin.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let mut text = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is longer than 4 MiB"));
    }
    Ok(text)
}
