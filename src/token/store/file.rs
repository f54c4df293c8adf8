//! The store for several processes of one machine: a file for the token, and one to lock.
//!
//! The operating system releases the lock when its holder dies. The token's file is replaced by renaming, so that
//! readers need no lock and never see half a token. A lock file may be deleted under its holder, so that two hold it; then the
//! newer token stays.

mod folder;
mod held;

use super::worker::Worker;
use super::{Entry, Holder, LARGEST_GENERATION, Lock, Store};
use crate::blocking::Gone;
use crate::error::{Error, Result, Status, is_lack};
use crate::secret::Secret;
use crate::unix_time::{self, millis};
use folder::{Folder, Trouble};
use serde::{Deserialize, Serialize};
use std::fs::{File, TryLockError};
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// What a file of ours says in its first member.
const FORMAT: &str = "meetgate token 1";
/// A larger file is not ours.
const LARGEST: u64 = 64 << 10;
/// How often a lock file is opened that somebody deletes each time.
const MOST_OPENED: usize = 10;

pub(crate) struct FileStore {
    files: Arc<Files>,
    worker: Worker,
}

/// Where they are.
struct Files {
    folder: PathBuf,
    token: String,
    unfinished: String,
    lock: String,
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
        let file = |ending: &str| format!("{account}.{ending}");
        let files = Files { token: file("token"), unfinished: file("new"), lock: file("lock"), folder };
        FileStore { files: Arc::new(files), worker: Worker::default() }
    }

    /// Does some work on the disk, within the call's time.
    fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl FnOnce(&Files) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let files = Arc::clone(&self.files);
        self.worker.run(deadline, move || work(&files)).unwrap_or_else(|gone| Err(self.gone(gone)))
    }

    fn gone(&self, gone: Gone) -> Error {
        let folder = self.files.folder.display();
        match gone {
            Gone::Late | Gone::Cancelled => {
                let message = format!("the token store (file): {folder} did not answer within the call's time");
                Error::new(Status::Timeout, message).nothing_acted()
            }
            Gone::NotBegun(error) => {
                Error::new(Status::Store, format!("the token store (file): no thread for it: {error}")).for_lack(true)
            }
            Gone::Panicked => Error::new(Status::Store, format!("the token store (file): {folder}: it panicked")),
        }
    }
}

impl Store for FileStore {
    fn name(&self) -> &'static str {
        "file"
    }

    fn read(&self, deadline: Instant) -> Result<Option<Entry>> {
        self.run(deadline, |files| files.read(&files.open()?))
    }

    fn try_lock(&self, deadline: Instant) -> Result<std::result::Result<Box<dyn Lock + '_>, Holder>> {
        let files = Arc::clone(&self.files);
        Ok(self.run(deadline, move |_| files.try_lock())?.map(|held| -> Box<dyn Lock + '_> {
            Box::new(FileLock { store: self, held: Some(Arc::new(held)), deadline })
        }))
    }
}

impl Files {
    fn open(&self) -> Result<Folder> {
        Folder::open(&self.folder).map_err(|trouble| self.failed("cannot be used", "", trouble))
    }

    fn read(&self, folder: &Folder) -> Result<Option<Entry>> {
        let text =
            folder.read(&self.token, LARGEST).map_err(|trouble| self.failed("cannot be read", &self.token, trouble))?;
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()).and_then(Content::entry))
    }

    fn try_lock(self: Arc<Files>) -> Result<std::result::Result<Held, Holder>> {
        let folder = self.open()?;
        let cannot = |trouble: Trouble| self.failed("cannot be locked", &self.lock, trouble);
        for _ in 0..MOST_OPENED {
            let file = folder.lock_file(&self.lock).map_err(cannot)?;
            match file.try_lock() {
                // Somebody may have deleted it before it was locked: the next one would lock another.
                Ok(()) if folder.has(&file, &self.lock).map_err(|error| cannot(error.into()))? => {
                    let lock = held::Held::new(file);
                    lock.sign().map_err(|error| cannot(error.into()))?;
                    let newest = self.read(&folder).ok().flatten().map_or(0, |entry| entry.generation);
                    return Ok(Ok(Held { files: Arc::clone(&self), folder, newest, _lock: lock }));
                }
                Ok(()) => {}
                // Perhaps it is this process itself, which was forked from the holder.
                Err(TryLockError::WouldBlock) if held::close_inherited() => {}
                Err(TryLockError::WouldBlock) => return Ok(Err(holder(&file))),
                Err(TryLockError::Error(error)) => return Err(cannot(error.into())),
            }
        }
        Ok(Err(Holder(String::new())))
    }

    fn failed(&self, what: &str, name: &str, trouble: Trouble) -> Error {
        let path = if name.is_empty() { self.folder.clone() } else { self.folder.join(name) };
        let path = path.display();
        let (problem, is_lack) = match trouble {
            Trouble::Io(error) => (format!("{what}: {error}"), is_lack(&error)),
            Trouble::Refused(problem) => (problem, false),
        };
        Error::new(Status::Store, format!("the token store (file): {path} {problem}")).for_lack(is_lack)
    }
}

struct FileLock<'s> {
    store: &'s FileStore,
    /// `None` once it is given back.
    held: Option<Arc<Held>>,
    deadline: Instant,
}

/// What is done under the lock. It is given back when the last one goes who works with it.
struct Held {
    files: Arc<Files>,
    folder: Folder,
    /// The generation of the token in the file, which may have expired; 0 where there is none.
    newest: u64,
    _lock: held::Held,
}

impl Held {
    fn write(&self, content: &Content) -> Result<bool> {
        let cannot = |error: io::Error| self.files.failed("cannot be written", &self.files.token, Trouble::Io(error));
        let text = Zeroizing::new(serde_json::to_vec(content).map_err(|error| cannot(error.into()))?);
        // Others hold a lock too if the file of ours was deleted. What cannot be read is replaced.
        let is_newest =
            || !matches!(self.files.read(&self.folder), Ok(Some(entry)) if entry.generation >= content.generation);
        self.folder.replace(&self.files.token, &self.files.unfinished, &text, is_newest).map_err(cannot)
    }
}

impl Lock for FileLock<'_> {
    /// By the clock, so that the numbers go on rising when the file is lost. It may have been wrong, and the file's number from
    /// a year to come: then a token of a lower number would never be shared.
    fn generation(&self, last: u64) -> u64 {
        let newest = self.held.as_ref().map_or(0, |held| held.newest);
        now_ms().max(last.max(newest).saturating_add(1))
    }

    fn write(&self, entry: &Entry) -> Result<bool> {
        let content = Content {
            format: FORMAT.to_owned(),
            generation: entry.generation,
            token: entry.token.reveal().to_owned(),
            fetched_ms: now_ms().saturating_sub(millis(entry.age)),
            lifetime_ms: entry.lifetime.map(millis),
        };
        let Some(held) = self.held.clone() else { return Ok(false) };
        // It goes on when the call's time is over: the others wait for this token.
        self.store.run(self.deadline, move |_| held.write(&content))
    }
}

impl Drop for FileLock<'_> {
    fn drop(&mut self) {
        let held = self.held.take();
        _ = self.store.worker.run(self.deadline, move || drop(held));
    }
}

impl Drop for Content {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.token);
    }
}

impl Content {
    fn entry(self) -> Option<Entry> {
        let token = Secret::new(self.token.as_str());
        let is_ours = self.format == FORMAT && self.generation <= LARGEST_GENERATION;
        if !is_ours || !super::super::is_token(token.reveal()) {
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::MetadataExt as _;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use std::thread;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("meetgate-{}-{name}", std::process::id()));
        _ = fs::remove_dir_all(&folder);
        folder
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    /// A cleaner that deletes no lock which is held.
    fn clean(lock: &std::path::Path) -> bool {
        let Ok(file) = File::open(lock) else { return false };
        let number = |found: io::Result<fs::Metadata>| found.ok().map(|found| found.ino());
        let has_it = || file.try_lock().is_ok() && number(file.metadata()) == number(fs::metadata(lock));
        has_it() && fs::remove_file(lock).is_ok()
    }

    #[test]
    fn a_lock_that_was_deleted_before_it_was_locked_is_none() {
        let folder = folder("cleaned");
        let store = FileStore::new(folder.clone(), "a");
        let lock = folder.join("a.lock");
        let (is_over, cleaned) = (AtomicBool::new(false), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        cleaned.fetch_add(u32::from(clean(&lock)), Ordering::Relaxed);
                    }
                });
            }
            let (mut taken, mut lost, end) = (0, 0, Instant::now() + Duration::from_secs(60));
            while (taken < 1000 || cleaned.load(Ordering::Relaxed) < 1000) && Instant::now() < end {
                let Ok(held) = Arc::clone(&store.files).try_lock().unwrap() else { continue };
                taken += 1;
                // What stands at the path is free only if it is another file.
                lost += u32::from(File::open(&lock).and_then(|file| Ok(file.try_lock()?)).is_ok() || !lock.exists());
                drop(held);
            }
            is_over.store(true, Ordering::Relaxed);
            assert_eq!(lost, 0, "of {taken}: the next one would lock another file");
            assert!(taken >= 1000);
        });
        assert!(cleaned.into_inner() >= 1000);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_a_disk_that_hangs_holds_up_is_not_the_call() {
        let folder = folder("hangs");
        let store = FileStore::new(folder.clone(), "a");
        let Ok(lock) = store.try_lock(soon()).unwrap() else { panic!("the lock is free") };
        drop(lock);
        let (let_go, hangs) = std::sync::mpsc::channel::<()>();
        let short = || Instant::now() + Duration::from_millis(50);
        assert!(store.worker.run(short(), move || hangs.recv()).is_err());
        let start = Instant::now();
        for error in [store.read(short()).map(|_| ()).unwrap_err(), store.try_lock(short()).map(|_| ()).unwrap_err()] {
            assert_eq!(error.status(), Status::Timeout);
            assert!(error.to_string().contains("within the call's time"), "{error}");
        }
        assert!(start.elapsed() < Duration::from_secs(5));
        let_go.send(()).unwrap();
        assert!(store.read(soon()).unwrap().is_none());
        fs::remove_dir_all(folder).unwrap();
    }
}
