//! The head of an answer, before the HTTP library reads it: as the world writes heads, and not only as it should.
//!
//! What the library needs is written anew in the plainest way. Interim answers are passed over; lines that are none, and
//! headers that nobody here reads, go. What has two meanings is refused.

use std::io::Write as _;
use std::time::{Duration, SystemTime};

/// The longest head, its last empty line included.
pub(super) const LONGEST: usize = 64 << 10;
const MOST_HEADERS: usize = 300;
/// A longer `Retry-After` is cut, so that it fits into every language's integers.
const LONGEST_PAUSE: Duration = Duration::from_secs(365 * 86_400);
/// What is read of an answer: its framing, and what is [`Said`].
const READ: [&[u8]; 7] =
    [b"content-length", b"date", b"connection", b"transfer-encoding", b"age", b"location", b"retry-after"];

/// What stands at the beginning of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// Not the whole head yet.
    More,
    /// An interim answer that is so long; the answer follows.
    Interim(usize),
    Head(Head),
}

/// A head that was so long.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) length: usize,
    pub(super) body_length: Option<u64>,
    pub(super) said: Said,
}

/// What a head says beside its status and its framing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// The server's clock; `None` where a cache gave the answer, which keeps an old `Date`.
    pub(super) date: Option<SystemTime>,
    pub(super) location: Option<String>,
    pub(super) retry_after: Option<Duration>,
    /// Where a file was asked for.
    pub(super) file: Option<Box<FileHead>>,
}

/// What a head says of the file that follows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct FileHead {
    pub(crate) content_type: Option<String>,
    pub(crate) content_range: Option<String>,
    pub(crate) content_md5: Option<String>,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
}

impl FileHead {
    /// Apart: the heads of calls are read without it.
    #[cold]
    #[inline(never)]
    fn note(&mut self, name: &[u8], value: &[u8]) {
        let places: [(&[u8], &mut Option<String>); 5] = [
            (b"content-type", &mut self.content_type),
            (b"content-range", &mut self.content_range),
            (b"content-md5", &mut self.content_md5),
            (b"etag", &mut self.etag),
            (b"last-modified", &mut self.last_modified),
        ];
        for (known, place) in places {
            if known.eq_ignore_ascii_case(name) {
                *place = Some(text(value));
            }
        }
    }
}

/// Writes the head that stands at the beginning of the bytes anew, into `plain`: its status and its framing. `of_file`: also what
/// it says of a file.
pub(super) fn read(bytes: &[u8], plain: &mut Vec<u8>, of_file: bool) -> Result<Read, &'static str> {
    // Some servers put an empty line between two answers.
    let before = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    Ok(match read_from_status_line(bytes.get(before..).unwrap_or_default(), plain, of_file)? {
        Read::More => Read::More,
        Read::Interim(length) => Read::Interim(before + length),
        Read::Head(head) => Read::Head(Head { length: before + head.length, ..head }),
    })
}

fn read_from_status_line(bytes: &[u8], plain: &mut Vec<u8>, of_file: bool) -> Result<Read, &'static str> {
    let Some(length) = end(bytes) else {
        return if bytes.len() >= LONGEST {
            Err("its head is longer than 64 KiB")
        } else {
            begins(bytes).map(|()| Read::More)
        };
    };
    if length > LONGEST {
        return Err("its head is longer than 64 KiB");
    }
    let mut lines = bytes.get(..length).unwrap_or_default().split(|byte| *byte == b'\n').map(without_return);
    let status_line = lines.next().unwrap_or_default();
    begins(status_line)?;
    let status = status(status_line).ok_or("its first line has no status")?;
    match status {
        101 => return Err("it changes to another protocol, which nobody asked for"),
        100..200 => return Ok(Read::Interim(length)),
        _ => {}
    }
    plain.clear();
    // Some servers put bytes of their own encoding into the reason.
    plain.extend(status_line.iter().map(|byte| shown(*byte)));
    plain.extend_from_slice(b"\r\n");
    let (mut length_said, mut is_chunked, mut count) = (None, false, 0);
    let (mut said, mut is_from_cache) = (Said { file: of_file.then(Box::default), ..Said::default() }, false);
    let mut lines = lines.peekable();
    while let Some(line) = lines.next() {
        let mut folded = Vec::new();
        while let Some(more) = lines.next_if(|next| matches!(next.first(), Some(b' ' | b'\t'))) {
            if folded.is_empty() {
                folded.extend_from_slice(line);
            }
            folded.push(b' ');
            folded.extend_from_slice(more.trim_ascii());
        }
        let line = if folded.is_empty() { line } else { &folded };
        if line.is_empty() {
            continue;
        }
        count += 1;
        if count > MOST_HEADERS {
            return Err("it has more than 300 headers");
        }
        let Some((name, value)) = header(line) else { continue };
        let Some(name) = READ.into_iter().find(|known| known.eq_ignore_ascii_case(name)) else {
            if let Some(file) = &mut said.file {
                file.note(name, value);
            }
            continue;
        };
        match name {
            b"content-length" => {
                // A list of the same number is that number (RFC 9110, 8.6).
                for part in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                    let number = number(part).ok_or("its Content-Length is no number")?;
                    if length_said.is_some_and(|said| said != number) {
                        return Err("it has two different lengths");
                    }
                    length_said = Some(number);
                }
            }
            b"transfer-encoding" if value.eq_ignore_ascii_case(b"chunked") => is_chunked = true,
            b"transfer-encoding" if value.eq_ignore_ascii_case(b"identity") => {}
            b"transfer-encoding" => return Err("it has a Transfer-Encoding that nobody asked for"),
            b"date" => said.date = time(value),
            b"age" => is_from_cache = true,
            b"location" => said.location = Some(text(value)),
            b"retry-after" => said.retry_after = pause(value),
            _ => {
                plain.extend_from_slice(name);
                plain.extend_from_slice(b": ");
                plain.extend(value.iter().map(|byte| shown(*byte)));
                plain.extend_from_slice(b"\r\n");
            }
        }
    }
    if is_chunked && length_said.is_some() {
        return Err("it has both a Content-Length and chunks");
    }
    if is_chunked {
        plain.extend_from_slice(b"transfer-encoding: chunked\r\n");
    }
    if let Some(said) = length_said {
        // Into memory, which does not fail.
        _ = write!(plain, "content-length: {said}\r\n");
    }
    plain.extend_from_slice(b"\r\n");
    said.date = said.date.filter(|_| !is_from_cache);
    Ok(Read::Head(Head { length, body_length: length_said, said }))
}

/// A proxy's answer to CONNECT: of its head so much counts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tunnel {
    pub(super) status: u16,
    reason: String,
    pub(super) length: usize,
    /// A body that is not empty is said to follow.
    pub(super) has_body: bool,
    /// The ways in which it takes credentials.
    pub(super) offers: Vec<String>,
}

impl Tunnel {
    /// `HTTP 403 Filtered`
    pub(super) fn words(&self) -> String {
        format!("HTTP {} {}", self.status, self.reason).trim_end().to_owned()
    }
}

/// Reads it; `None` while the head is not whole.
pub(super) fn tunnel(bytes: &[u8]) -> Result<Option<Tunnel>, &'static str> {
    /// Of words that go into an error: whole or not at all, since a secret that is cut is not found.
    const LONGEST_WORDS: usize = 64;
    let words = |bytes: &[u8]| -> String {
        let bytes = if bytes.len() <= LONGEST_WORDS { bytes } else { &[] };
        bytes.iter().map(|byte| char::from(shown(*byte))).collect()
    };
    let Some(length) = end(bytes) else {
        return if bytes.len() >= LONGEST {
            Err("its head is longer than 64 KiB")
        } else {
            begins(bytes).map(|()| None)
        };
    };
    let mut lines = bytes.get(..length).unwrap_or_default().split(|byte| *byte == b'\n').map(without_return);
    let status_line = lines.next().unwrap_or_default();
    begins(status_line)?;
    let status = status(status_line).ok_or("its first line has no status")?;
    let reason = words(status_line.get(12..).unwrap_or_default().trim_ascii());
    let mut answer = Tunnel { status, reason, length, has_body: false, offers: Vec::new() };
    for (name, value) in lines.filter_map(header).take(MOST_HEADERS) {
        match name.to_ascii_lowercase().as_slice() {
            b"content-length" => answer.has_body |= number(value) != Some(0),
            b"transfer-encoding" => answer.has_body = true,
            b"proxy-authenticate" | b"www-authenticate" if answer.offers.len() < 4 => {
                answer.offers.extend(value.split(|byte| *byte == b' ').next().map(words));
            }
            _ => {}
        }
    }
    Ok(Some(answer))
}

fn text(value: &[u8]) -> String {
    value.iter().map(|byte| char::from(shown(*byte))).collect()
}

fn shown(byte: u8) -> u8 {
    if matches!(byte, b' '..=b'~') { byte } else { b'?' }
}

fn time(value: &[u8]) -> Option<SystemTime> {
    std::str::from_utf8(value).ok().and_then(|text| httpdate::parse_http_date(text).ok())
}

/// In seconds, or until a date.
fn pause(value: &[u8]) -> Option<Duration> {
    let pause = match std::str::from_utf8(value).ok()?.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => time(value)?.duration_since(SystemTime::now()).ok()?,
    };
    Some(pause.min(LONGEST_PAUSE))
}

/// Where the first empty line ends.
fn end(bytes: &[u8]) -> Option<usize> {
    let mut line_starts = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' {
            let line = without_return(bytes.get(line_starts..at).unwrap_or_default());
            if line.is_empty() && line_starts > 0 {
                return Some(at + 1);
            }
            line_starts = at + 1;
        }
    }
    None
}

/// An error as soon as it cannot become an answer any more: whoever speaks another protocol may say no more than that.
fn begins(bytes: &[u8]) -> Result<(), &'static str> {
    const VERSION: &[u8] = b"HTTP/1.";
    let length = bytes.len().min(VERSION.len());
    if bytes.get(..length) == VERSION.get(..length) {
        return Ok(());
    }
    Err(if matches!(bytes, [0x15 | 0x16, 3, ..]) { IS_TLS } else { "it does not begin like HTTP/1" })
}

/// A record of TLS: an alert, or the beginning of a handshake.
pub(super) const IS_TLS: &str = "it is TLS";

fn status(line: &[u8]) -> Option<u16> {
    let rest = line.get(8..)?;
    let digits = rest.strip_prefix(b" ")?.get(..3)?;
    let ends = rest.get(4).is_none_or(|byte| *byte == b' ');
    let number = number(digits).filter(|number| (100..1000).contains(number) && ends)?;
    u16::try_from(number).ok()
}

fn number(digits: &[u8]) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| all_digits)?.parse().ok()
}

/// A line that is one; else nothing is lost.
fn header(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (line.get(..colon)?.trim_ascii_end(), line.get(colon + 1..)?.trim_ascii());
    Some((name, value)).filter(|(name, _)| !name.is_empty())
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Result<(String, Said), &'static str> {
        // What stood there is gone.
        let mut plain = b"HTTP/1.1 404".to_vec();
        match read(format!("{text}BODY").as_bytes(), &mut plain, false)? {
            Read::Head(found) => {
                assert_eq!(found.length, text.len());
                Ok((String::from_utf8(plain).unwrap(), found.said))
            }
            other => panic!("{other:?}"),
        }
    }

    fn plain(text: &str) -> Result<String, &'static str> {
        head(text).map(|(plain, _)| plain)
    }

    fn said(line: &str) -> Said {
        head(&format!("HTTP/1.1 200 OK\r\n{line}\r\n\r\n")).unwrap().1
    }

    #[test]
    fn what_is_not_needed_goes_and_what_is_needed_stays() {
        let lines = "HTTP/1.1 200 OK\r\nServer: x\r\nDate: now\r\nno header\r\n: nameless\r\nSet-Cookie: a\r\n\
                    Content-Length:5\r\nConnection:\tclose\r\nContent-Length: 5 , 5\r\nLocation:\r\n http://a\r\n\t/b\r\n\r\n";
        let (written, said) = head(lines).unwrap();
        assert_eq!(written, "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\n");
        assert_eq!(said, Said { location: Some("http://a /b".to_owned()), ..Said::default() });
        assert_eq!(plain("HTTP/1.0 204\n\n").unwrap(), "HTTP/1.0 204\r\n\r\n");
        assert_eq!(plain("HTTP/1.1 200 \u{b7}\r\n\r\n").unwrap(), "HTTP/1.1 200 ??\r\n\r\n");
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n";
        assert_eq!(plain(chunked).unwrap(), "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    }

    #[test]
    fn what_has_two_meanings_or_none_is_refused() {
        for (head, why) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "two different"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n", "two different"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "both"),
            ("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n", "no number"),
            ("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", "no number"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "Transfer-Encoding"),
            ("HTTP/1.1 101 Switching\r\n\r\n", "protocol"),
            ("HTTP/1.1 OK\r\n\r\n", "no status"),
            ("HTTP/1.1 2000\r\n\r\n", "no status"),
            ("HTTP/2 200 OK\r\n\r\n", "begin like"),
            ("ICY 200 OK\r\n\r\n", "begin like"),
            ("SSH", "begin like"),
        ] {
            assert!(plain(head).unwrap_err().contains(why), "{head}");
        }
        assert_eq!(read(&[0x15, 3, 3, 0, 2], &mut Vec::new(), false), Err(IS_TLS));
    }

    #[test]
    fn interim_answers_and_beginnings_are_no_answer() {
        for status in [100, 102, 103] {
            let head = format!("HTTP/1.1 {status} Wait\r\nLink: a\r\nContent-Length: x\r\n\r\n");
            assert_eq!(read(head.as_bytes(), &mut Vec::new(), false), Ok(Read::Interim(head.len())));
        }
        let whole = b"HTTP/1.1 200 OK\r\nDate: x\r\n\r\n";
        for end in 0..whole.len() {
            assert_eq!(read(&whole[..end], &mut Vec::new(), false), Ok(Read::More), "{end}");
        }
    }

    #[test]
    fn a_head_has_its_bounds() {
        let with = |count: usize, length: usize| {
            let lines: String = (0..count).map(|at| format!("x{at}: {}\r\n", "y".repeat(length))).collect();
            plain(&format!("HTTP/1.1 200 OK\r\n{lines}\r\n"))
        };
        assert!(with(300, 100).is_ok());
        assert!(with(301, 1).unwrap_err().contains("300 headers"));
        assert!(with(10, 7000).unwrap_err().contains("64 KiB"));
        let endless = "HTTP/1.1 200 OK\r\nx: ".to_owned() + &"y".repeat(LONGEST);
        assert!(read(endless.as_bytes(), &mut Vec::new(), false).unwrap_err().contains("64 KiB"));
    }

    #[test]
    fn a_pause_comes_in_seconds_or_as_a_date() {
        let pause = |value: &str| said(&format!("Retry-After: {value}")).retry_after;
        assert_eq!(pause(" 120 "), Some(Duration::from_secs(120)));
        assert_eq!(pause(&u64::MAX.to_string()), Some(LONGEST_PAUSE));
        let soon = pause(&httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100))).unwrap().as_secs();
        assert!((95..=100).contains(&soon), "{soon}");
        for none in ["soon", "-1", "Mon, 01 Jan 1990 00:00:00 GMT", ""] {
            assert_eq!(pause(none), None, "{none}");
        }
    }

    #[test]
    fn the_date_of_a_cached_answer_is_nobodys_clock() {
        let date = "Date: Mon, 01 Jan 1990 00:00:00 GMT";
        assert!(said(date).date.is_some());
        assert!(said(&format!("{date}\r\nAge: 0")).date.is_none());
        assert!(said(&format!("Age: 0\r\n{date}")).date.is_none());
    }
}
