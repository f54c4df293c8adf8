//! A multipart body whose file is streamed from the disk, or from a function of the caller's.

use super::attempt;
use super::transfer::{CallerFile, Transfer};
use super::trouble::Trouble;
use crate::blocking::{self, Gone};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Cursor, Read};
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What is read of a file at once where it has to be waited for.
const PIECE: u64 = 1 << 20;
/// The same as it is opened: most of the rest is in memory then.
const FIRST_PIECE: u64 = 64 << 10;

/// One file to send as the part `file` of a multipart body.
pub(crate) struct Upload<'a> {
    transfer: Option<&'a Transfer<'a>>,
    path: PathBuf,
    file_length: u64,
    boundary: String,
    head: String,
}

impl<'a> Upload<'a> {
    /// Looks at the file, no longer than until then; it is opened once more when it is sent.
    /// Where the caller reads it, the path is a name, and nothing is looked at.
    pub(crate) fn of(
        path: &str,
        content_type: &str,
        boundary: String,
        until: Instant,
        transfer: Option<&'a Transfer<'a>>,
    ) -> io::Result<Upload<'a>> {
        let path = PathBuf::from(path);
        let file_length = match transfer.and_then(|transfer| transfer.source) {
            Some(source) => source.length,
            None => length_on_disk(&path, until)?,
        };
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // As browsers write it (HTML, multipart/form-data).
        let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {content_type}\r\n\r\n"
        );
        Ok(Upload { transfer, path, file_length, boundary, head })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file_length(&self) -> u64 {
        self.file_length
    }

    pub(crate) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    fn tail(&self) -> String {
        format!("\r\n--{}--\r\n", self.boundary)
    }

    /// Of the whole body.
    pub(crate) fn length(&self) -> u64 {
        self.head.len() as u64 + self.file_length + self.tail().len() as u64
    }

    /// The whole body, from its beginning.
    pub(super) fn reader(&self) -> impl Read {
        let source = match self.transfer.and_then(|transfer| transfer.source) {
            Some(source) => From::Caller(source),
            None => From::Disk(WholeFile {
                path: self.path.clone(),
                file: None,
                piece: Vec::new(),
                begin: 0,
                left: self.file_length,
            }),
        };
        let file = Told { source, transfer: self.transfer, given: 0, length: self.file_length };
        Cursor::new(self.head.clone()).chain(file).chain(Cursor::new(self.tail()))
    }
}

enum From<'a> {
    Disk(WholeFile),
    Caller(CallerFile<'a>),
}

/// The file, and word of how far it is. When more is asked for, the system has what was given before.
struct Told<'a> {
    source: From<'a>,
    transfer: Option<&'a Transfer<'a>>,
    given: u64,
    length: u64,
}

impl Read for Told<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.given);
        if buffer.is_empty() {
            return Ok(0);
        }
        if attempt::with(|attempt| attempt.rest_is_for_nobody)? {
            // The HTTP library wants the whole length all the same. It is thrown away: nothing is read for it, and nothing told.
            let count = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
            self.given += count as u64;
            return Ok(count);
        }
        if let Some(transfer) = self.transfer {
            transfer.tell(self.given, self.length)?;
        }
        let count = match &mut self.source {
            From::Disk(file) => file.read(buffer)?,
            From::Caller(_) if left == 0 => 0,
            From::Caller(file) => {
                let most = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
                file.read(self.given, buffer.get_mut(..most).unwrap_or_default())?
            }
        };
        self.given += count as u64;
        Ok(count)
    }
}

/// Looks no longer than until then.
fn length_on_disk(path: &Path, until: Instant) -> io::Result<u64> {
    let looked_at = path.to_owned();
    let opened = blocking::within(until, move || open(&looked_at).map(|(_, length)| length));
    opened.map_err(|gone| match gone {
        Gone::NotBegun(error) => no_thread(&error),
        Gone::Late | Gone::Cancelled => io::Error::new(io::ErrorKind::TimedOut, "the disk did not answer in time"),
        Gone::Panicked => io::ErrorKind::Other.into(),
    })?
}

/// Reads exactly the length that was announced: what is in memory at once, and else a piece at a time, none longer than the attempt
/// has time. A file that shrank meanwhile is an error: the peer would wait for the rest for ever, and so would we.
struct WholeFile {
    path: PathBuf,
    file: Option<File>,
    piece: Vec<u8>,
    /// What of the piece was given away.
    begin: usize,
    left: u64,
}

impl WholeFile {
    /// The next piece. A disk that hangs keeps its thread, and not the call.
    fn next_piece(&mut self) -> io::Result<()> {
        let (until, watch) = attempt::patience()?;
        let (path, file, mut piece) = (self.path.clone(), self.file.take(), std::mem::take(&mut self.piece));
        let most = self.left.min(if file.is_some() { PIECE } else { FIRST_PIECE });
        let work = move || -> io::Result<(File, Vec<u8>)> {
            let mut file = file.map_or_else(|| open(&path).map(|(file, _)| file), Ok)?;
            piece.clear();
            Read::by_ref(&mut file).take(most).read_to_end(&mut piece)?;
            Ok((file, piece))
        };
        let broke = |error| Trouble::File(error).into_io();
        let read = blocking::within_call(until, &watch, work).map_err(|gone| match gone {
            // What ended it is looked up there.
            Gone::Late | Gone::Cancelled => {
                attempt::left().err().unwrap_or_else(|| broke(io::ErrorKind::TimedOut.into()))
            }
            Gone::NotBegun(error) => broke(no_thread(&error)),
            Gone::Panicked => broke(io::ErrorKind::Other.into()),
        })?;
        let (file, piece) = read.map_err(broke)?;
        if piece.is_empty() {
            let shrank = io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter while it was sent");
            return Err(broke(shrank));
        }
        (self.file, self.piece, self.begin) = (Some(file), piece, 0);
        Ok(())
    }
}

impl Read for WholeFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 || buffer.is_empty() {
            return Ok(0);
        }
        let most = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let room = buffer.get_mut(..most).unwrap_or_default();
        let is_used_up = self.begin == self.piece.len();
        let count = match self.file.as_ref().filter(|_| is_used_up).and_then(|file| read_at_hand(file, room)) {
            Some(count) => count,
            None => {
                if is_used_up {
                    self.next_piece()?;
                }
                let count = self.piece.get(self.begin..).unwrap_or_default().read(room)?;
                self.begin += count;
                count
            }
        };
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }
}

fn no_thread(error: &io::Error) -> io::Error {
    let message = format!("it was not opened: the system gives this process no more threads: {error}");
    io::Error::new(error.kind(), message)
}

/// Reads what the system has in memory, without waiting for a disk; `None` where it has nothing, or cannot tell.
#[cfg(target_os = "linux")]
fn read_at_hand(file: &File, room: &mut [u8]) -> Option<usize> {
    use rustix::io::{ReadWriteFlags, preadv2};
    /// Where the file is read from otherwise, too.
    const CURRENT: u64 = u64::MAX;
    let read = preadv2(file, &mut [io::IoSliceMut::new(room)], CURRENT, ReadWriteFlags::NOWAIT);
    read.ok().filter(|count| *count > 0)
}

#[cfg(not(target_os = "linux"))]
fn read_at_hand(_: &File, _: &mut [u8]) -> Option<usize> {
    None
}

/// Opens a regular file, and nothing else: opening some others waits for ever.
fn open(path: &Path) -> io::Result<(File, u64)> {
    let regular = |metadata: Metadata| match metadata.is_file() {
        true => Ok(metadata.len()),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")),
    };
    regular(std::fs::metadata(path)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    // It may have become something else meanwhile.
    #[cfg(unix)]
    options.custom_flags(libc::O_NONBLOCK);
    let file = options.open(path)?;
    let length = regular(file.metadata()?)?;
    Ok((file, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::Interrupt;
    use crate::transport::attempt;
    use crate::transport::{Bounds, Limits};
    use std::process::Command;
    use std::time::Duration;

    fn file(name: &str, content: &[u8]) -> String {
        let path = path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn path(name: &str) -> String {
        let path = std::env::temp_dir().join(format!("meetgate-{}-{name}", std::process::id()));
        path.to_str().unwrap().to_owned()
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    fn upload(path: &str) -> io::Result<Upload<'static>> {
        Upload::of(path, "image/png", "B".to_owned(), soon(), None)
    }

    /// Reads the body as an attempt does.
    fn read(upload: &Upload<'_>) -> io::Result<Vec<u8>> {
        let (limits, interrupt) = (Limits::DEFAULT, Interrupt::begin([None, None]));
        let bounds = Bounds {
            deadline: soon(),
            timeout_key: "timeout_ms",
            attempt: None,
            limits,
            interrupt: &interrupt,
            is_timed: false,
            stall: None,
        };
        let mut body = Vec::new();
        attempt::run(&bounds, || upload.reader().read_to_end(&mut body)).0?;
        Ok(body)
    }

    #[test]
    fn the_body_is_as_long_as_announced() {
        let path = file("a\"b.png", b"content");
        let upload = upload(&path).unwrap();
        let body = String::from_utf8(read(&upload).unwrap()).unwrap();
        assert_eq!(body.len() as u64, upload.length());
        assert!(body.starts_with("--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"meetgate-"));
        assert!(body.contains("a%22b.png\"\r\nContent-Type: image/png\r\n\r\ncontent\r\n--B--\r\n"));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_long_file_comes_in_pieces_and_whole() {
        let content: Vec<u8> = (0..3 * PIECE as usize + 7).map(|number| (number % 251) as u8).collect();
        let path = file("long.png", &content);
        let upload = upload(&path).unwrap();
        let body = read(&upload).unwrap();
        assert_eq!(body.len() as u64, upload.length());
        assert!(body[upload.head.len()..].starts_with(&content));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_file_that_shrinks_is_an_error_and_not_an_endless_wait() {
        let path = file("shrinks.png", b"0123456789");
        let upload = upload(&path).unwrap();
        std::fs::write(&path, b"01234").unwrap();
        assert!(matches!(Trouble::of(&read(&upload).unwrap_err()), Some(Trouble::File(_))));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn what_is_no_regular_file_is_refused_at_once() {
        assert!(upload("/").is_err());
        assert!(upload(&path("none.png")).is_err());
        #[cfg(unix)]
        {
            let fifo = path("clip.mp4");
            assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
            let start = Instant::now();
            for other in [fifo.as_str(), "/dev/zero", "/dev/null"] {
                assert_eq!(upload(other).err().unwrap().to_string(), "not a regular file", "{other}");
            }
            // It was a file when it was looked at.
            let instead = file("became-a-fifo.mp4", b"0123");
            let before = upload(&instead).unwrap();
            std::fs::rename(&fifo, &instead).unwrap();
            assert!(matches!(Trouble::of(&read(&before).unwrap_err()), Some(Trouble::File(_))));
            assert!(start.elapsed() < Duration::from_secs(5));
            std::fs::remove_file(instead).unwrap();
        }
    }
}
