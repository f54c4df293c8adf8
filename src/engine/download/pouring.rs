//! What is made of the answers to a request for a file: the file's bytes go into its part, everything else is an answer as any other.

use super::Wanted;
use super::part::Part;
use crate::error::{Error, Status};
use crate::transport::{FileHead, Sink, not_taken};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use std::io;

/// A short JSON where a file is expected may be a refusal.
const LONGEST_REFUSAL: u64 = 64 << 10;

/// What came in place of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// The file, whole or the rest of it.
    File,
    /// All of it is there already.
    NothingMore,
    /// What is there is not the beginning of it.
    AnotherFile,
    /// An answer of another kind, which was not taken.
    Answer,
}

/// The MD5 of what was written, as long as it was written from the beginning.
#[derive(Default)]
pub(super) struct Hash {
    md5: Md5,
    bytes: u64,
}

impl Hash {
    fn add(&mut self, piece: &[u8]) {
        self.md5.update(piece);
        self.bytes += piece.len() as u64;
    }

    /// Of the whole part, which is read again where it was not hashed from its beginning.
    pub(super) fn of(self, part: &mut Part) -> io::Result<[u8; 16]> {
        if self.bytes == part.length() {
            return Ok(self.md5.finalize().into());
        }
        let mut whole = Md5::new();
        part.read_all(|piece| whole.update(piece))?;
        Ok(whole.finalize().into())
    }
}

/// One attempt's.
pub(super) struct Pouring<'p> {
    pub(super) part: &'p mut Part,
    pub(super) of: &'p str,
    pub(super) wanted: &'p Wanted<'p>,
    /// Where the file is hashed.
    pub(super) hash: Option<&'p mut Hash>,
    /// What was asked for begins here.
    pub(super) offset: u64,
    pub(super) came: Came,
    /// How long the whole file is.
    pub(super) total: Option<u64>,
    pub(super) etag: Option<String>,
    /// What the server says of the whole file.
    pub(super) said_md5: Option<[u8; 16]>,
    /// Why it was not taken.
    pub(super) failed: Option<Error>,
}

impl Pouring<'_> {
    fn fail(&mut self, error: Error) -> io::Error {
        self.failed = Some(error);
        not_taken()
    }

    fn check_size(&mut self, size: u64) -> io::Result<()> {
        match self.wanted.max_bytes.filter(|most| size > *most) {
            None => Ok(()),
            Some(most) => Err(self.fail(Error::new(
                Status::Limit,
                format!("the file is larger than {most} bytes; raise max_bytes to download it"),
            ))),
        }
    }

    fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        if let Err(error) = self.part.append(piece) {
            let error = self.wanted.io(&format!("could not be written after {} bytes", self.part.length()), &error);
            return Err(self.fail(error));
        }
        if let Some(hash) = &mut self.hash {
            hash.add(piece);
        }
        Ok(())
    }

    fn begin(&mut self, validator: Option<String>) -> io::Result<()> {
        if let Some(hash) = &mut self.hash {
            **hash = Hash::default();
        }
        if let Err(error) = self.part.begin(self.of, validator) {
            let error = self.wanted.io("could not be begun", &error);
            return Err(self.fail(error));
        }
        Ok(())
    }

    /// Whether the server still calls the file so, as far as it says: some take no notice of `If-Range`.
    fn is_same(&self, head: &FileHead) -> bool {
        validator(head).is_none_or(|now| self.part.validator() == Some(now.as_str()))
    }

    /// A whole file that came as any other answer does.
    pub(super) fn take_whole(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.check_size(bytes.len() as u64)?;
        self.total = Some(bytes.len() as u64);
        self.begin(None)?;
        self.take(bytes)?;
        self.came = Came::File;
        Ok(())
    }
}

impl Sink for Pouring<'_> {
    fn opens(&mut self, http_status: u16, length: Option<u64>, head: &FileHead) -> io::Result<bool> {
        self.etag.clone_from(&head.etag);
        match http_status {
            200 => {
                let is_json = head.content_type.as_deref().is_some_and(is_json);
                if is_json && length.is_some_and(|length| length <= LONGEST_REFUSAL) {
                    return Ok(false);
                }
                self.check_size(length.unwrap_or(0))?;
                self.total = length;
                self.said_md5 = head.content_md5.as_deref().and_then(md5_of_base64);
                self.begin(validator(head))?;
                self.came = Came::File;
                Ok(true)
            }
            206 if self.offset > 0 => {
                let range = head.content_range.as_deref().and_then(range);
                match range {
                    Some((first, total)) if first == self.offset && self.is_same(head) => {
                        self.check_size(total.unwrap_or(0))?;
                        self.total = total.or_else(|| Some(self.offset + length?));
                        self.came = Came::File;
                        Ok(true)
                    }
                    _ => {
                        self.came = Came::AnotherFile;
                        Err(not_taken())
                    }
                }
            }
            416 if self.offset > 0 => {
                let whole =
                    head.content_range.as_deref().and_then(|range| range.strip_prefix("bytes */")?.parse().ok());
                let is_all = whole == Some(self.offset) && self.is_same(head);
                self.came = if is_all { Came::NothingMore } else { Came::AnotherFile };
                self.total = whole;
                Ok(false)
            }
            _ => Ok(false),
        }
    }

    fn take(&mut self, piece: &[u8]) -> io::Result<()> {
        self.check_size(self.part.length() + piece.len() as u64)?;
        if self.total.is_some_and(|total| self.part.length() + piece.len() as u64 > total) {
            let error = Error::new(Status::Protocol, "the answer has more bytes than it said");
            return Err(self.fail(error));
        }
        self.write(piece)?;
        self.wanted.transfer.tell(self.part.length(), self.total.unwrap_or(0))
    }
}

/// What the server calls exactly these bytes: a strong entity tag, else the time when they were written.
fn validator(head: &FileHead) -> Option<String> {
    let strong = head.etag.as_ref().filter(|tag| tag.starts_with('"') && tag.ends_with('"') && tag.len() > 2);
    // A weak tag may stand for other bytes, and so may a time beside it.
    strong.or(head.last_modified.as_ref().filter(|_| head.etag.is_none())).cloned()
}

/// The first byte of `bytes 100-999/1000`, and how many there are in all.
fn range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let total: Option<u64> = if total == "*" { None } else { Some(total.trim().parse().ok()?) };
    (first <= last && total.is_none_or(|total| last + 1 == total)).then_some((first, total))
}

fn md5_of_base64(text: &str) -> Option<[u8; 16]> {
    STANDARD.decode(text.trim()).ok()?.try_into().ok()
}

fn is_json(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json") || kind.eq_ignore_ascii_case("text/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_rest_of_a_file_is_a_range() {
        assert_eq!(range("bytes 100-999/1000"), Some((100, Some(1000))));
        assert_eq!(range("bytes 0-0/1"), Some((0, Some(1))));
        assert_eq!(range("bytes 100-999/*"), Some((100, None)));
        for wrong in
            ["bytes 100-998/1000", "bytes 9-1/10", "bytes */1000", "100-999/1000", "bytes -1-2/3", "", "bytes 1-/2"]
        {
            assert_eq!(range(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_what_stands_for_the_same_bytes_validates() {
        let of = |etag: Option<&str>, last_modified: Option<&str>| {
            let text = |text: Option<&str>| text.map(str::to_owned);
            validator(&FileHead { etag: text(etag), last_modified: text(last_modified), ..FileHead::default() })
        };
        assert_eq!(of(Some("\"a\""), Some("t")).as_deref(), Some("\"a\""));
        assert_eq!(of(None, Some("t")).as_deref(), Some("t"));
        for none in [of(Some("W/\"a\""), Some("t")), of(Some("a"), None), of(Some("\"\""), None), of(None, None)] {
            assert_eq!(none, None);
        }
    }
}
