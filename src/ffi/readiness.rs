//! What tells an event loop that something waits: the one thing about it that each system has in its own way.

use crate::asynchronous::Readiness;
use std::io;

/// Not ready at first; also what the program waits for, which is gone with the first.
pub(super) fn new() -> io::Result<(Box<dyn Readiness>, isize)> {
    let made = system::Ready::new()?;
    let descriptor = made.descriptor();
    Ok((Box::new(made), descriptor))
}

/// An eventfd counts to one, and back to zero as it is read.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
mod system {
    use super::{Readiness, io};
    use rustix::event::{EventfdFlags, eventfd};
    use std::os::fd::{AsRawFd as _, OwnedFd};

    pub(super) struct Ready(OwnedFd);

    impl Ready {
        pub(super) fn new() -> io::Result<Ready> {
            Ok(Ready(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?))
        }

        pub(super) fn descriptor(&self) -> isize {
            self.0.as_raw_fd() as isize
        }
    }

    impl Readiness for Ready {
        fn set(&self) {
            _ = rustix::io::write(&self.0, &1u64.to_ne_bytes());
        }

        fn clear(&self) {
            _ = rustix::io::read(&self.0, &mut [0; 8]);
        }
    }
}

/// A pipe holds one byte, or none.
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android", target_os = "freebsd"))))]
mod system {
    use super::{Readiness, io};
    use rustix::io::{FdFlags, fcntl_setfd, ioctl_fionbio};
    use std::os::fd::{AsRawFd as _, OwnedFd};

    pub(super) struct Ready {
        read: OwnedFd,
        write: OwnedFd,
    }

    impl Ready {
        pub(super) fn new() -> io::Result<Ready> {
            let (read, write) = rustix::pipe::pipe()?;
            for end in [&read, &write] {
                fcntl_setfd(end, FdFlags::CLOEXEC)?;
                ioctl_fionbio(end, true)?;
            }
            Ok(Ready { read, write })
        }

        pub(super) fn descriptor(&self) -> isize {
            self.read.as_raw_fd() as isize
        }
    }

    impl Readiness for Ready {
        fn set(&self) {
            _ = rustix::io::write(&self.write, &[1]);
        }

        fn clear(&self) {
            _ = rustix::io::read(&self.read, &mut [0; 1]);
        }
    }
}

/// An event that stays set until it is reset. Untried: nothing of this library has been built for Windows yet.
#[cfg(windows)]
mod system {
    use super::{Readiness, io};
    use libc::{c_int, c_void};
    use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
    use std::ptr;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn CreateEventW(attributes: *const c_void, stays_set: c_int, is_set: c_int, name: *const u16) -> *mut c_void;
        fn SetEvent(event: *mut c_void) -> c_int;
        fn ResetEvent(event: *mut c_void) -> c_int;
    }

    pub(super) struct Ready(OwnedHandle);

    impl Ready {
        pub(super) fn new() -> io::Result<Ready> {
            // SAFETY: neither attributes nor a name; a handle is not inherited then.
            let event = unsafe { CreateEventW(ptr::null(), 1, 0, ptr::null()) };
            if event.is_null() {
                return Err(io::Error::last_os_error());
            }
            // SAFETY: a handle that was made just now, and that nobody else closes.
            Ok(Ready(unsafe { OwnedHandle::from_raw_handle(event) }))
        }

        pub(super) fn descriptor(&self) -> isize {
            self.0.as_raw_handle() as isize
        }
    }

    impl Readiness for Ready {
        fn set(&self) {
            // SAFETY: a live event.
            unsafe { SetEvent(self.0.as_raw_handle()) };
        }

        fn clear(&self) {
            // SAFETY: a live event.
            unsafe { ResetEvent(self.0.as_raw_handle()) };
        }
    }
}
