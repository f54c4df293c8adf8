//! The functions of a caller that moves a file. They run on the calling thread, outside of the attempt that is under way there: they may
//! call this library.

use super::attempt;
use super::trouble::Trouble;
use std::cell::Cell;
use std::io;
use std::time::{Duration, Instant};

/// Between two words of progress.
const BETWEEN_PROGRESS: Duration = Duration::from_millis(100);

/// What the caller of an upload or a download has to do with it.
pub(crate) struct Transfer<'a> {
    pub(super) source: Option<CallerFile<'a>>,
    progress: Option<&'a Progress<'a>>,
    last_told: Cell<Option<Instant>>,
}

/// How many bytes of the file are through, and how many there are (0 where that is not known). `false` ends the transfer.
pub(crate) type Progress<'a> = dyn Fn(u64, u64) -> bool + 'a;
/// Reads at an offset: how many bytes, 0 at the end; a negative number is a failure.
pub(crate) type ReadAt<'a> = dyn Fn(u64, &mut [u8]) -> i64 + 'a;

/// A file that only the caller can read.
#[derive(Clone, Copy)]
pub(super) struct CallerFile<'a> {
    read: &'a ReadAt<'a>,
    pub(super) length: u64,
}

impl<'a> Transfer<'a> {
    /// `read`: how the file is read, and its length; `None` where it is on the disk.
    pub(crate) fn new(read: Option<(&'a ReadAt<'a>, u64)>, progress: Option<&'a Progress<'a>>) -> Transfer<'a> {
        let source = read.map(|(read, length)| CallerFile { read, length });
        Transfer { source, progress, last_told: Cell::new(None) }
    }

    /// At most ten times a second, and once at the end. An error where the caller wants no more.
    pub(crate) fn tell(&self, bytes: u64, total: u64) -> io::Result<()> {
        let Some(progress) = self.progress else { return Ok(()) };
        let now = Instant::now();
        let is_soon = self.last_told.get().is_some_and(|last| now.saturating_duration_since(last) < BETWEEN_PROGRESS);
        if is_soon && bytes != total {
            return Ok(());
        }
        self.last_told.set(Some(now));
        match attempt::outside(|| progress(bytes, total)) {
            true => Ok(()),
            false => Err(Trouble::Cancelled.into_io()),
        }
    }
}

impl CallerFile<'_> {
    pub(super) fn read(self, offset: u64, room: &mut [u8]) -> io::Result<usize> {
        let asked = room.len();
        let said = attempt::outside(|| (self.read)(offset, room));
        let problem = match usize::try_from(said) {
            Ok(0) => {
                format!("the read function ended after {offset} bytes, shorter than the {} that were said", self.length)
            }
            Ok(count) if count <= asked => return Ok(count),
            Ok(count) => format!("the read function says that it read {count} bytes where {asked} were asked for"),
            Err(_) => format!("the read function failed with {said} at byte {offset}"),
        };
        Err(Trouble::File(io::Error::other(problem)).into_io())
    }
}
