//! What the spool needs of the system: directories by descriptor, so that no name is looked up twice (H23).

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::Path;

use super::check;

/// An open directory.
pub struct Directory(OwnedFd);

const DIRECTORY: libc::c_int = libc::O_DIRECTORY | libc::O_RDONLY | libc::O_CLOEXEC;

impl Directory {
    /// The operator's own path: it may lead over links.
    pub fn open(path: &Path) -> io::Result<Directory> {
        let path = CString::new(path.as_os_str().as_encoded_bytes())?;
        // SAFETY: a terminated string; a fresh descriptor is owned from here on.
        unsafe { Ok(Directory(OwnedFd::from_raw_fd(check(libc::open(path.as_ptr(), DIRECTORY))?))) }
    }

    /// Makes `name` in it, mode 0700. Fails when anything of that name is there.
    pub fn make(&self, name: &CStr) -> io::Result<()> {
        // SAFETY: a terminated string and an open descriptor.
        check(unsafe { libc::mkdirat(self.0.as_raw_fd(), name.as_ptr(), 0o700) })?;
        Ok(())
    }

    /// The directory `name` in it, and nothing that a link of that name leads to.
    pub fn enter(&self, name: &CStr) -> io::Result<Directory> {
        let flags = DIRECTORY | libc::O_NOFOLLOW;
        // SAFETY: a terminated string and an open descriptor; a fresh descriptor is owned from here on.
        unsafe {
            let fd = check(libc::openat(self.0.as_raw_fd(), name.as_ptr(), flags))?;
            Ok(Directory(OwnedFd::from_raw_fd(fd)))
        }
    }

    /// A new file `name` in it, mode 0600. Fails when anything of that name is there, links too.
    pub fn create(&self, name: &CStr) -> io::Result<File> {
        let flags = libc::O_CREAT | libc::O_EXCL | libc::O_NOFOLLOW | libc::O_WRONLY | libc::O_CLOEXEC;
        // SAFETY: a terminated string and an open descriptor; a fresh descriptor is owned from here on.
        unsafe {
            let fd = check(libc::openat(self.0.as_raw_fd(), name.as_ptr(), flags, 0o600))?;
            Ok(File::from(OwnedFd::from_raw_fd(fd)))
        }
    }

    /// Removes the file `name` from it.
    pub fn remove(&self, name: &CStr) -> io::Result<()> {
        // SAFETY: a terminated string and an open descriptor.
        check(unsafe { libc::unlinkat(self.0.as_raw_fd(), name.as_ptr(), 0) })?;
        Ok(())
    }

    /// Removes the empty directory `name` from it.
    pub fn remove_directory(&self, name: &CStr) -> io::Result<()> {
        // SAFETY: a terminated string and an open descriptor.
        check(unsafe { libc::unlinkat(self.0.as_raw_fd(), name.as_ptr(), libc::AT_REMOVEDIR) })?;
        Ok(())
    }

    /// Has the disk keep which names are in it.
    pub fn sync(&self) -> io::Result<()> {
        // SAFETY: a plain call on an open descriptor.
        check(unsafe { libc::fsync(self.0.as_raw_fd()) })?;
        Ok(())
    }

    /// Bytes of its file system: free to us, and all.
    pub fn space(&self) -> io::Result<(u64, u64)> {
        // SAFETY: an all-zero statvfs is valid, and the call only writes it.
        let space = unsafe {
            let mut space: libc::statvfs = std::mem::zeroed();
            check(libc::fstatvfs(self.0.as_raw_fd(), &mut space))?;
            space
        };
        Ok((space.f_bavail * space.f_frsize, space.f_blocks * space.f_frsize))
    }
}

/// This thread goes behind those that carry packets: as any ordinary process.
pub fn run_ordinarily() {
    // SAFETY: a plain call; 0 is this thread. One that may not change it stays as it is.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, 0) };
}
