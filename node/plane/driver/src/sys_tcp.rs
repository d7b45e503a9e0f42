//! What TCP needs of the system beyond the standard library.

use std::io;
use std::os::fd::{AsRawFd, RawFd};

use libc::c_int;

use super::{Epoll, check, set};

/// Sets a socket option that is a number.
pub fn option(socket: &impl AsRawFd, level: c_int, name: c_int, value: i32) -> io::Result<()> {
    set::<c_int>(socket.as_raw_fd(), level, name, value)
}

/// Listens again, with room for `backlog` connections: the standard library chooses its own.
pub fn listen(socket: &impl AsRawFd, backlog: c_int) -> io::Result<()> {
    // SAFETY: a plain call on an open descriptor.
    check(unsafe { libc::listen(socket.as_raw_fd(), backlog) })?;
    Ok(())
}

/// Raises the limit of open files as far as this process may, and returns it.
pub fn open_files() -> usize {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is valid for writing, then for reading; a refusal leaves the limit as it was.
    unsafe {
        if libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) != 0 {
            return 1024;
        }
        let wanted = libc::rlimit { rlim_cur: limit.rlim_max, ..limit };
        if libc::setrlimit(libc::RLIMIT_NOFILE, &wanted) == 0 {
            limit.rlim_cur = limit.rlim_max;
        }
    }
    usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX)
}

impl AsRawFd for Epoll {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
