//! What the writer does to a disk: little enough to be made to fail in tests.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Write};

use crate::sys::spool::Directory;

/// Where streams are written.
pub trait Disk {
    type File;
    type Stream;

    /// A directory of its own for `stream` of `recording`; `AlreadyExists`: it is another's. What fails leaves none behind.
    fn begin(&mut self, recording: &str, stream: u32) -> io::Result<Self::Stream>;
    /// A new file in it.
    fn create(&mut self, stream: &Self::Stream, segment: u32) -> io::Result<Self::File>;
    /// Takes back a file that could not even begin.
    fn remove(&mut self, stream: &Self::Stream, segment: u32);
    /// Has the disk keep which files are in it; `all`: and that itself is there.
    fn sync_names(&mut self, stream: &Self::Stream, all: bool) -> io::Result<()>;
    /// How many of `bytes` were written before it failed, if it did.
    fn append(&mut self, file: &mut Self::File, bytes: &[u8]) -> (usize, io::Result<()>);
    /// Has the disk keep what is in the file.
    fn sync(&mut self, file: &mut Self::File) -> io::Result<()>;
    fn cut(&mut self, file: &mut Self::File, len: u64) -> io::Result<()>;
    /// Bytes free to us, and all.
    fn space(&mut self) -> io::Result<(u64, u64)>;
}

/// The file system, from the spool's directory on.
pub struct Files {
    pub root: Directory,
}

/// A stream's directory, and the recording's that it is in.
pub struct Place {
    recording: Directory,
    stream: Directory,
}

fn name(of: String) -> io::Result<CString> {
    Ok(CString::new(of)?)
}

fn segment_name(segment: u32) -> io::Result<CString> {
    name(format!("{segment:06}.seg"))
}

impl Disk for Files {
    type File = File;
    type Stream = Place;

    fn begin(&mut self, recording: &str, stream: u32) -> io::Result<Place> {
        let of = name(recording.to_owned())?;
        match self.root.make(&of) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let recording = self.root.enter(&of)?;
        let own = name(stream.to_string())?;
        recording.make(&own)?;
        match recording.enter(&own) {
            Ok(stream) => Ok(Place { recording, stream }),
            Err(error) => {
                let _ = recording.remove_directory(&own);
                Err(error)
            }
        }
    }

    fn create(&mut self, place: &Place, segment: u32) -> io::Result<File> {
        place.stream.create(&segment_name(segment)?)
    }

    fn remove(&mut self, place: &Place, segment: u32) {
        let _ = segment_name(segment).and_then(|name| place.stream.remove(&name));
    }

    fn sync_names(&mut self, place: &Place, all: bool) -> io::Result<()> {
        place.stream.sync()?;
        if all {
            place.recording.sync()?;
            self.root.sync()?;
        }
        Ok(())
    }

    fn append(&mut self, file: &mut File, bytes: &[u8]) -> (usize, io::Result<()>) {
        let mut done = 0;
        while done < bytes.len() {
            match file.write(&bytes[done..]) {
                Ok(0) => return (done, Err(io::ErrorKind::WriteZero.into())),
                Ok(n) => done += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (done, Err(error)),
            }
        }
        (done, Ok(()))
    }

    fn sync(&mut self, file: &mut File) -> io::Result<()> {
        file.sync_data()
    }

    fn cut(&mut self, file: &mut File, len: u64) -> io::Result<()> {
        use std::io::Seek;
        file.set_len(len)?;
        file.seek(io::SeekFrom::Start(len)).map(|_| ())
    }

    fn space(&mut self) -> io::Result<(u64, u64)> {
        self.root.space()
    }
}
