//! The store for several processes of one machine: a file for the token, and one to lock.
//!
//! The operating system releases the lock when its holder dies. The token's file is replaced by renaming, so that
//! readers need no lock and never see half a token.

use super::{Entry, Holder, Lock, Store};
use crate::error::{Error, Result, Status, is_lack};
use crate::secret::Secret;
use crate::unix_time::{self, millis};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// What a file of ours says in its first member.
const FORMAT: &str = "meetgate token 1";
/// How long others may be in the way of replacing or opening a file.
const OTHERS_LOOK: Duration = Duration::from_secs(1);
/// A larger file is not ours.
const LARGEST: u64 = 64 << 10;

pub(crate) struct FileStore {
    folder: PathBuf,
    token: PathBuf,
    unfinished: PathBuf,
    lock: PathBuf,
}

/// The token's file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    format: String,
    generation: u64,
    token: String,
    /// Milliseconds since 1970.
    fetched_ms: u64,
    lifetime_ms: Option<u64>,
}

impl FileStore {
    pub(crate) fn new(folder: PathBuf, account: &str) -> FileStore {
        let file = |ending: &str| folder.join(format!("{account}.{ending}"));
        FileStore { token: file("token"), unfinished: file("new"), lock: file("lock"), folder }
    }

    /// Makes the folder if it is missing, and refuses one where others could put a token of theirs.
    fn folder(&self) -> Result<()> {
        let failed = |error| failed("cannot be used", &self.folder, &error);
        let found = match fs::metadata(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match private_folder(&self.folder) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
                    _ => {}
                }
                fs::metadata(&self.folder)
            }
            found => found,
        }
        .map_err(failed)?;
        if !found.is_dir() {
            return Err(failed(io::Error::from(io::ErrorKind::NotADirectory)));
        }
        check_owner(&found).map_err(|problem| refused(&problem, &self.folder))
    }

    fn write_content(&self, content: &Content) -> io::Result<()> {
        let text = Zeroizing::new(serde_json::to_vec(content)?);
        // Only the holder of the lock writes: one name is enough, and nothing piles up when a process dies.
        let mut file = private(OpenOptions::new().write(true).create(true).truncate(true), &self.unfinished)?;
        file.write_all(&text)?;
        file.sync_all()?;
        patiently(|| fs::rename(&self.unfinished, &self.token))?;
        sync_folder(&self.folder);
        Ok(())
    }
}

impl Store for FileStore {
    fn name(&self) -> &'static str {
        "file"
    }

    fn read(&self, _deadline: Instant) -> Result<Option<Entry>> {
        self.folder()?;
        let mut text = Zeroizing::new(Vec::new());
        let file = patiently(|| File::open(&self.token));
        match file.and_then(|file| file.take(LARGEST).read_to_end(&mut text)) {
            Ok(_) => Ok(serde_json::from_slice(&text).ok().and_then(Content::entry)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("cannot be read", &self.token, &error)),
        }
    }

    fn try_lock(&self, _deadline: Instant) -> Result<std::result::Result<Box<dyn Lock + '_>, Holder>> {
        self.folder()?;
        let cannot = |error: io::Error| failed("cannot be locked", &self.lock, &error);
        let options = &mut OpenOptions::new();
        // Not emptied: the holder's number stands in it.
        let file = private(options.read(true).write(true).create(true).truncate(false), &self.lock).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => {
                let held = FileLock { store: self, file };
                held.sign().map_err(cannot)?;
                Ok(Ok(Box::new(held)))
            }
            Err(TryLockError::WouldBlock) => Ok(Err(holder(&file))),
            Err(TryLockError::Error(error)) => Err(cannot(error)),
        }
    }
}

struct FileLock<'s> {
    store: &'s FileStore,
    file: File,
}

impl FileLock<'_> {
    /// Says who holds it, for whoever has to wait too long.
    fn sign(&self) -> io::Result<()> {
        self.file.set_len(0)?;
        (&self.file).write_all(std::process::id().to_string().as_bytes())
    }
}

impl Lock for FileLock<'_> {
    /// By the clock, so that the numbers go on rising when the file is lost.
    fn generation(&self, last: u64) -> u64 {
        now_ms().max(last + 1)
    }

    fn write(&self, entry: &Entry) -> Result<bool> {
        let mut content = Content {
            format: FORMAT.to_owned(),
            generation: entry.generation,
            token: entry.token.reveal().to_owned(),
            fetched_ms: now_ms().saturating_sub(millis(entry.age)),
            lifetime_ms: entry.lifetime.map(millis),
        };
        let written = self.store.write_content(&content);
        zeroize::Zeroize::zeroize(&mut content.token);
        written.map(|()| true).map_err(|error| failed("cannot be written", &self.store.token, &error))
    }
}

impl Drop for FileLock<'_> {
    fn drop(&mut self) {
        _ = self.file.set_len(0);
        // Not left to closing: a child that was forked meanwhile has the file open too.
        _ = self.file.unlock();
    }
}

impl Content {
    fn entry(self) -> Option<Entry> {
        let token = Secret::new(self.token);
        if self.format != FORMAT || !super::super::is_token(token.reveal()) {
            return None;
        }
        let lifetime = self.lifetime_ms.map(Duration::from_millis);
        let age = Duration::from_millis(now_ms().saturating_sub(self.fetched_ms));
        Some(Entry { generation: self.generation, token, age, lifetime })
    }
}

/// The number that the holder left. On Windows nobody else can read it.
fn holder(file: &File) -> Holder {
    let mut number = String::new();
    match file.take(20).read_to_string(&mut number) {
        Ok(1..) if number.bytes().all(|byte| byte.is_ascii_digit()) => Holder(format!("number {number}")),
        _ => Holder(String::new()),
    }
}

/// A machine whose clock is before 1970 is at its beginning.
fn now_ms() -> u64 {
    u64::try_from(unix_time::now_ms()).unwrap_or_default()
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(Status::Store, format!("the token store (file): {} {what}: {error}", path.display()))
        .for_lack(is_lack(error))
}

fn refused(problem: &str, path: &Path) -> Error {
    Error::new(Status::Store, format!("the token store (file): {} {problem}", path.display()))
}

/// Windows refuses to replace a file while somebody reads it, and to open one while it is replaced; both take no time.
fn patiently<T>(act: impl Fn() -> io::Result<T>) -> io::Result<T> {
    let end = Instant::now() + OTHERS_LOOK;
    loop {
        match act() {
            Err(error) if cfg!(windows) && error.kind() == io::ErrorKind::PermissionDenied && Instant::now() < end => {
                thread::sleep(Duration::from_millis(2));
            }
            done => return done,
        }
    }
}

/// Opens a file that only its owner may read, also where it was there before with other rights.
#[cfg(unix)]
fn private(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let file = options.mode(0o600).open(path)?;
    if file.metadata()?.permissions().mode() & 0o7777 != 0o600 {
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

/// Windows: the folder's access list is the files'.
#[cfg(not(unix))]
fn private(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    options.open(path)
}

#[cfg(unix)]
fn private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

#[cfg(unix)]
fn check_owner(folder: &fs::Metadata) -> std::result::Result<(), String> {
    use std::os::unix::fs::MetadataExt as _;
    let own = rustix::process::geteuid().as_raw();
    if folder.mode() & 0o022 != 0 {
        let mode = folder.mode() & 0o7777;
        return Err(format!(
            "is writable by others (mode {mode:04o}): whoever can write there can replace the token; make it 0700"
        ));
    }
    match folder.uid() {
        0 => Ok(()),
        owner if owner == own => Ok(()),
        owner => Err(format!("belongs to user {owner}: expected a folder of this user ({own}) or of root")),
    }
}

#[cfg(not(unix))]
fn check_owner(_folder: &fs::Metadata) -> std::result::Result<(), String> {
    Ok(())
}

/// So that the rename outlives a power cut, where the file system can do that; the token is written either way.
#[cfg(unix)]
fn sync_folder(folder: &Path) {
    _ = File::open(folder).and_then(|folder| folder.sync_all());
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) {}
