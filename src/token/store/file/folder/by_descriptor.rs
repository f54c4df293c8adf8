//! Unix.

use super::Trouble;
use rustix::fs::{self, AtFlags, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use std::fs::{File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// For replacing a file, which takes no time.
const OTHERS_REPLACE: Duration = Duration::from_millis(500);

pub(in super::super) struct Folder(File);

/// What nobody else may be able to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Folder,
    File,
}

impl Folder {
    /// Makes the folder if it is missing, and refuses one where others could put a token of theirs.
    pub(in super::super) fn open(path: &Path) -> Result<Folder, Trouble> {
        let open =
            || fs::open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty());
        let folder = match open() {
            Err(Errno::NOENT) => {
                match fs::mkdir(path, Mode::RWXU) {
                    Err(error) if error != Errno::EXIST => return Err(io::Error::from(error).into()),
                    _ => {}
                }
                open()
            }
            found => found,
        };
        let folder = File::from(folder.map_err(io::Error::from)?);
        check_owner(&folder.metadata()?, Of::Folder)?;
        Ok(Folder(folder))
    }

    /// The first `largest` bytes of a file; `None` where there is none.
    pub(in super::super) fn read(&self, name: &str, largest: u64) -> Result<Option<Zeroizing<Vec<u8>>>, Trouble> {
        let file = match self.open_file(name, OFlags::RDONLY | OFlags::NONBLOCK) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        check_owner(&file.metadata()?, Of::File)?;
        let mut text = Zeroizing::new(Vec::new());
        file.take(largest).read_to_end(&mut text)?;
        Ok(Some(text))
    }

    /// A file to lock, made if it is missing. Not emptied: the holder's number stands in it.
    pub(in super::super) fn lock_file(&self, name: &str) -> Result<File, Trouble> {
        let file = self.open_file(name, OFlags::RDWR | OFlags::CREATE | OFlags::NONBLOCK)?;
        let found = file.metadata()?;
        if found.mode() & 0o7777 != 0o600 && found.uid() == own_user() {
            fs::fchmod(&file, Mode::RUSR | Mode::WUSR).map_err(io::Error::from)?;
        }
        check_owner(&file.metadata()?, Of::File)?;
        Ok(file)
    }

    /// Whether this file is still the one of that name.
    pub(in super::super) fn has(&self, file: &File, name: &str) -> io::Result<bool> {
        let found = match fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => return Ok(false),
            found => found?,
        };
        let ours = fs::fstat(file)?;
        Ok((found.st_dev, found.st_ino) == (ours.st_dev, ours.st_ino))
    }

    /// Replaces a file by renaming, if `may` still holds. Nobody else does so meanwhile, where the file system can lock a
    /// folder.
    pub(in super::super) fn replace(
        &self,
        name: &str,
        unfinished: &str,
        text: &[u8],
        may: impl FnOnce() -> bool,
    ) -> io::Result<bool> {
        let end = Instant::now() + OTHERS_REPLACE;
        while fs::flock(&self.0, FlockOperation::NonBlockingLockExclusive) == Err(Errno::WOULDBLOCK)
            && Instant::now() < end
        {
            thread::sleep(Duration::from_millis(2));
        }
        if !may() {
            return Ok(false);
        }
        // What a process left that died; or somebody put there.
        match fs::unlinkat(&self.0, unfinished, AtFlags::empty()) {
            Err(error) if error != Errno::NOENT => return Err(error.into()),
            _ => {}
        }
        let mut file = self.open_file(unfinished, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL)?;
        file.write_all(text)?;
        file.sync_all()?;
        fs::renameat(&self.0, unfinished, &self.0, name)?;
        // So that the rename outlives a power cut, where the file system can do that; the token is written either way.
        _ = self.0.sync_all();
        Ok(true)
    }

    fn open_file(&self, name: &str, flags: OFlags) -> io::Result<File> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NOCTTY;
        Ok(File::from(fs::openat(&self.0, name, flags, Mode::RUSR | Mode::WUSR)?))
    }
}

fn own_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Whoever can write there can replace the token.
fn check_owner(found: &Metadata, of: Of) -> Result<(), Trouble> {
    let refused = |problem: String| Err(Trouble::Refused(problem));
    let (what, best) = match of {
        Of::Folder => ("folder", "0700"),
        Of::File => ("file", "0600"),
    };
    if of == Of::File && !found.is_file() {
        return refused("is no file".to_owned());
    }
    if found.mode() & 0o022 != 0 {
        let mode = found.mode() & 0o7777;
        return refused(format!(
            "is writable by others (mode {mode:04o}): whoever can write there can replace the token; make it {best}"
        ));
    }
    match found.uid() {
        owner if owner == 0 || owner == own_user() => Ok(()),
        owner => {
            let own = own_user();
            refused(format!("belongs to user {owner}: expected a {what} of this user ({own}) or of root"))
        }
    }
}
