//! A real directory on a disk that can be made to fail, and a reader of what is in it.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use plane_core::contract::SpoolHeader;
use plane_core::spool;
use prost::Message;

use super::disk::{Disk, Files, Place};
use crate::sys::spool::Directory;

/// Gone when dropped.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("regie-plane-spool-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn files(&self) -> Files {
        Files { root: Directory::open(&self.0).unwrap() }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The real thing, until told otherwise.
pub struct Faulty {
    pub files: Files,
    /// Bytes that can still be written.
    pub room: u64,
    pub free: u64,
    pub refuses_to_sync: bool,
    pub syncs: u32,
    /// What directories hold can be neither kept nor taken back.
    pub refuses_names: bool,
    /// Of each directory kept, whether with those that it is in.
    pub named: Vec<bool>,
}

impl Faulty {
    pub fn new(folder: &Folder) -> Faulty {
        Faulty {
            files: folder.files(),
            room: u64::MAX,
            free: u64::MAX,
            refuses_to_sync: false,
            syncs: 0,
            refuses_names: false,
            named: Vec::new(),
        }
    }
}

impl Disk for Faulty {
    type File = File;
    type Stream = Place;

    fn begin(&mut self, recording: &str, stream: u32) -> io::Result<Place> {
        self.files.begin(recording, stream)
    }

    fn create(&mut self, place: &Place, segment: u32) -> io::Result<File> {
        self.files.create(place, segment)
    }

    fn remove(&mut self, place: &Place, segment: u32) {
        if !self.refuses_names {
            self.files.remove(place, segment);
        }
    }

    fn sync_names(&mut self, place: &Place, all: bool) -> io::Result<()> {
        if self.refuses_names {
            return Err(io::Error::from_raw_os_error(libc::EIO));
        }
        self.named.push(all);
        self.files.sync_names(place, all)
    }

    fn append(&mut self, file: &mut File, bytes: &[u8]) -> (usize, io::Result<()>) {
        let fits = bytes.len().min(usize::try_from(self.room).unwrap_or(usize::MAX));
        self.room -= fits as u64;
        let (done, written) = self.files.append(file, &bytes[..fits]);
        if fits < bytes.len() { (done, Err(io::Error::from_raw_os_error(libc::ENOSPC))) } else { (done, written) }
    }

    fn sync(&mut self, file: &mut File) -> io::Result<()> {
        self.syncs += 1;
        if self.refuses_to_sync { Err(io::Error::from_raw_os_error(libc::EIO)) } else { self.files.sync(file) }
    }

    fn cut(&mut self, file: &mut File, len: u64) -> io::Result<()> {
        self.files.cut(file, len)
    }

    fn space(&mut self) -> io::Result<(u64, u64)> {
        self.files.space().map(|(_, total)| (self.free, total))
    }
}

/// A segment as far as it is valid.
pub struct Segment {
    pub header: SpoolHeader,
    pub bodies: Vec<Vec<u8>>,
    /// The flags of its end.
    pub end: Option<u8>,
    pub digest: Vec<u8>,
    /// Bytes behind what is valid.
    pub rest: usize,
}

pub fn read(bytes: &[u8]) -> Option<Segment> {
    let word = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk::<4>()?));
    let header = bytes.get(spool::FRONT..spool::FRONT + word(8)? as usize)?;
    if bytes[..4] != spool::MAGIC || spool::crc32(&[header]) != word(12)? {
        return None;
    }
    let start = spool::FRONT + header.len();
    let (mut at, mut bodies, mut end) = (start, Vec::new(), None);
    for (next, body) in spool::framed(&bytes[start..]) {
        if spool::crc32(&[body]) != word(at + 4)? {
            break;
        }
        if body[0] == spool::END {
            assert_eq!(
                digest(&SHA256, &bytes[..at]).as_ref(),
                &body[spool::COMMON..],
                "the end fits what is before it"
            );
            end = Some(body[1]);
        } else {
            bodies.push(body.to_vec());
        }
        at = start + next;
    }
    Some(Segment {
        header: SpoolHeader::decode(header).ok()?,
        bodies,
        end,
        digest: digest(&SHA256, &bytes[..at]).as_ref().to_vec(),
        rest: bytes.len() - at,
    })
}

/// All segments of a stream, whose chain holds.
pub fn read_stream(folder: &Folder, recording: &str, stream: u32) -> Vec<Segment> {
    let path = folder.0.join(recording).join(stream.to_string());
    let mut previous = Vec::new();
    let mut segments = Vec::new();
    while let Ok(bytes) = std::fs::read(path.join(format!("{:06}.seg", segments.len()))) {
        let segment = read(&bytes).expect("a segment that can be read");
        assert_eq!(segment.header.previous_sha256, previous);
        assert_eq!(segment.header.segment as usize, segments.len());
        previous.clone_from(&segment.digest);
        segments.push(segment);
    }
    assert_eq!(std::fs::read_dir(&path).map_or(0, Iterator::count), segments.len());
    segments
}

pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

pub fn name(of: &str) -> CString {
    CString::new(of).unwrap()
}
