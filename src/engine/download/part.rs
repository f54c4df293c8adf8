//! A file on its way: beside its target, under another name, with a note of what it is a part of.
//!
//! Only one download at a time is at work on it, in all processes: the system takes its lock away with the process.

use crate::hex::hex;
use crate::json::Members;
use md5::{Digest as _, Md5};
use serde::Serialize;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// What most file systems take, in bytes.
const LONGEST_NAME: usize = 255;
const PART: &str = ".meetgate-part";
const NOTE: &str = ".meetgate-part.json";
const LONGEST_ENDING: usize = NOTE.len();
/// A note is far shorter.
const LONGEST_NOTE: u64 = 64 << 10;

pub(super) struct Part {
    file: File,
    path: PathBuf,
    note: PathBuf,
    target: PathBuf,
    /// What the server calls the file that this is the beginning of.
    validator: Option<String>,
    length: u64,
    is_kept: bool,
}

#[derive(Serialize)]
struct Note<'n> {
    of: &'n str,
    validator: &'n str,
}

impl Part {
    /// The part of a target, which is `of` this place: what is there of it, if it may be gone on with; else an empty one.
    pub(super) fn open(target: &Path, of: &str, resumes: bool) -> io::Result<Part> {
        let beside = |ending: &str| target.with_file_name(part_name(target.file_name().unwrap_or_default(), ending));
        let (path, note) = (beside(PART), beside(NOTE));
        let file = lock(&path)?;
        let length = file.metadata()?.len();
        let validator = if resumes && length > 0 { read_note(&note, of) } else { None };
        let target = target.to_owned();
        let mut part = Part { file, path, note, target, validator, length, is_kept: true };
        if part.validator.is_none() {
            part.empty()?;
        } else {
            part.file.seek(SeekFrom::Start(length))?;
        }
        Ok(part)
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// What to go on with it by; `None` where there is nothing to go on with.
    pub(super) fn validator(&self) -> Option<&str> {
        self.validator.as_deref().filter(|_| self.length > 0)
    }

    /// Begins anew, with a file that the server calls so.
    pub(super) fn begin(&mut self, of: &str, validator: Option<String>) -> io::Result<()> {
        self.empty()?;
        if let Some(validator) = &validator {
            let text = serde_json::to_vec(&Note { of, validator })?;
            fs::write(&self.note, text)?;
        }
        self.validator = validator;
        Ok(())
    }

    pub(super) fn empty(&mut self) -> io::Result<()> {
        self.validator = None;
        self.length = 0;
        remove(&self.note)?;
        self.file.set_len(0)?;
        self.file.rewind()
    }

    pub(super) fn append(&mut self, piece: &[u8]) -> io::Result<()> {
        let mut rest = piece;
        while !rest.is_empty() {
            match self.file.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => {
                    self.length += count as u64;
                    rest = rest.get(count..).unwrap_or_default();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads all of it.
    pub(super) fn read_all(&mut self, mut take: impl FnMut(&[u8])) -> io::Result<()> {
        self.file.rewind()?;
        let mut piece = vec![0; 256 << 10];
        loop {
            match self.file.read(&mut piece)? {
                0 => return Ok(()),
                count => take(piece.get(..count).unwrap_or_default()),
            }
        }
    }

    /// Puts it in its place, whole: whoever reads the target sees the old file or the new one.
    pub(super) fn finish(mut self, overwrites: bool) -> io::Result<()> {
        self.file.sync_all()?;
        if overwrites {
            fs::rename(&self.path, &self.target)?;
        } else {
            // A rename would replace what has come there meanwhile.
            fs::hard_link(&self.path, &self.target)?;
            fs::remove_file(&self.path)?;
        }
        remove(&self.note)?;
        self.is_kept = true;
        // The name itself; where a folder cannot be opened, the system writes it in its own time.
        #[cfg(unix)]
        if let Some(folder) = self.target.parent() {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }

    /// It is of no use.
    pub(super) fn discard(mut self) {
        self.is_kept = false;
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // What cannot be gone on with is not left behind.
        if !self.is_kept || self.length == 0 || self.validator.is_none() {
            if is_still(&self.file, &self.path) {
                _ = fs::remove_file(&self.path);
            }
            _ = remove(&self.note);
        }
        // Closing would not do: a child that the program forked meanwhile holds the file open, too.
        _ = self.file.unlock();
    }
}

/// The name of a file beside another one. Where that would be too long, the hash of its name does.
fn part_name(name: &OsStr, ending: &str) -> OsString {
    let mut part = OsString::from(".");
    if name.len() + 1 + LONGEST_ENDING > LONGEST_NAME {
        part.push(hex(&Md5::digest(name.as_encoded_bytes())));
    } else {
        part.push(name);
    }
    part.push(ending);
    part
}

/// Opens the part and locks it; another download's is refused.
fn lock(path: &Path) -> io::Result<File> {
    let busy = || io::Error::new(io::ErrorKind::ResourceBusy, "another download is writing this file");
    // Another one may put its part into its place between opening and locking.
    for _ in 0..8 {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        // A link there would lead to somebody else's file, and a pipe to nobody.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
        let file = options.open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{} is no regular file", path.display())));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy()),
            // Where the file system has no locks, there is none.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if is_still(&file, path) {
            return Ok(file);
        }
    }
    Err(busy())
}

/// Whether the file is still the one of that name.
#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let [ours, found] = [file.metadata(), fs::symlink_metadata(path)];
    matches!((ours, found), (Ok(ours), Ok(found)) if (ours.dev(), ours.ino()) == (found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn is_still(_: &File, path: &Path) -> bool {
    path.exists()
}

fn read_note(note: &Path, of: &str) -> Option<String> {
    let mut text = String::new();
    File::open(note).ok()?.take(LONGEST_NOTE).read_to_string(&mut text).ok()?;
    let members = Members::parse(&text).ok()?;
    members.text("of").filter(|noted| noted == of)?;
    Some(members.text("validator")?.into_owned())
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
