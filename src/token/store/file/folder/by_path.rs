//! Windows, and what else is not Unix.

use super::Trouble;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long others may be in the way of replacing or opening a file.
const OTHERS_LOOK: Duration = Duration::from_secs(1);

pub(in super::super) struct Folder(PathBuf);

impl Folder {
    /// Makes the folder if it is missing.
    pub(in super::super) fn open(path: &Path) -> Result<Folder, Trouble> {
        match fs::create_dir(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.into()),
            _ => {}
        }
        match fs::metadata(path)?.is_dir() {
            true => Ok(Folder(path.to_owned())),
            false => Err(io::Error::from(io::ErrorKind::NotADirectory).into()),
        }
    }

    /// The first `largest` bytes of a file; `None` where there is none.
    pub(in super::super) fn read(&self, name: &str, largest: u64) -> Result<Option<Zeroizing<Vec<u8>>>, Trouble> {
        let file = match patiently(|| File::open(self.0.join(name))) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let mut text = Zeroizing::new(Vec::new());
        file.take(largest).read_to_end(&mut text)?;
        Ok(Some(text))
    }

    /// A file to lock, made if it is missing. Not emptied: the holder's number stands in it.
    pub(in super::super) fn lock_file(&self, name: &str) -> Result<File, Trouble> {
        let mut options = OpenOptions::new();
        Ok(options.read(true).write(true).create(true).truncate(false).open(self.0.join(name))?)
    }

    /// Windows deletes no file that is open, and calls none by its name that is being deleted.
    pub(in super::super) fn has(&self, _file: &File, name: &str) -> io::Result<bool> {
        fs::exists(self.0.join(name))
    }

    /// Replaces a file by renaming, if `may` still holds.
    pub(in super::super) fn replace(
        &self,
        name: &str,
        unfinished: &str,
        text: &[u8],
        may: impl FnOnce() -> bool,
    ) -> io::Result<bool> {
        if !may() {
            return Ok(false);
        }
        let (name, unfinished) = (self.0.join(name), self.0.join(unfinished));
        let mut file = File::create(&unfinished)?;
        file.write_all(text)?;
        file.sync_all()?;
        drop(file);
        patiently(|| fs::rename(&unfinished, &name))?;
        Ok(true)
    }
}

/// Windows refuses to replace a file while somebody reads it, and to open one while it is replaced; both take no time.
fn patiently<T>(act: impl Fn() -> io::Result<T>) -> io::Result<T> {
    let end = Instant::now() + OTHERS_LOOK;
    loop {
        match act() {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied && Instant::now() < end => {
                thread::sleep(Duration::from_millis(2));
            }
            done => return done,
        }
    }
}
