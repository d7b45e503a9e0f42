//! One stream of a recording: its segments one after another, each a link of a chain.

use std::io;

use aws_lc_rs::digest::{Context, SHA256};
use plane_core::contract::recording_failed::Cause as Failing;
use plane_core::contract::{SpoolHeader, counters};
use plane_core::spool::{self, Head};
use prost::Message;

use super::disk::Disk;

/// A segment ends when it is so old, µs, or so large, bytes.
const LONGEST_US: u64 = 10_000_000;
const LARGEST: u64 = 8 << 20;
/// The disk is asked to keep what is written when the oldest of it is so old: a little before it is promised to be there, µs.
const SYNC_US: u64 = 700_000;
/// So many bytes are written together.
const TOGETHER: usize = 256 << 10;
/// What has failed is tried again after so long, µs.
const RETRY_US: u64 = 1_000_000;

/// Both clocks at one instant, µs.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    pub monotonic: u64,
    pub unix: u64,
}

struct Segment<F> {
    file: F,
    hash: Context,
    len: u64,
    began_us: u64,
    /// The disk is not told of its name yet.
    nameless: bool,
}

/// Packets are lost.
#[derive(Debug, Clone, Copy)]
struct Trouble {
    cause: Failing,
    retry_us: u64,
    /// Packets since it began, and those that no gap tells of yet.
    dropped: u64,
    /// The disk takes segments again; what came is of use from the next key frame on.
    over: bool,
}

/// What somebody else is to hear or do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Failed(Failing, String),
    Resumed(u64),
    /// Pictures can only go on from one.
    NeedsKeyFrame,
}

pub struct Stream<D: Disk> {
    about: SpoolHeader,
    /// None: it could not be made yet.
    place: Option<D::Stream>,
    /// The disk is told that it is there.
    named: bool,
    segment: Option<Segment<D::File>>,
    /// Framed records that are not written yet.
    buffer: Vec<u8>,
    unsynced_us: Option<u64>,
    trouble: Option<Trouble>,
    video: bool,
    pub figures: counters::Recording,
    pub said: Vec<Said>,
}

fn cause_of(error: &io::Error) -> Failing {
    match error.raw_os_error() {
        Some(libc::ENOSPC | libc::EDQUOT | libc::EFBIG) => Failing::Full,
        _ => Failing::Io,
    }
}

impl<D: Disk> Stream<D> {
    /// Begins at once, so that a disk that refuses is told at once. `Err`: it never can.
    pub fn begin(disk: &mut D, about: SpoolHeader, video: bool, roomy: bool, now: Now) -> Result<Stream<D>, String> {
        let figures = counters::Recording {
            recording: about.recording.clone(),
            stream: about.stream,
            ..counters::Recording::default()
        };
        let mut stream = Stream {
            about,
            place: None,
            named: false,
            segment: None,
            buffer: Vec::new(),
            unsynced_us: None,
            trouble: None,
            video,
            figures,
            said: Vec::new(),
        };
        if !roomy {
            stream.fail(disk, Failing::Full, "too little is free".to_owned(), now);
            return Ok(stream);
        }
        match stream.open(disk, now) {
            Ok(()) => {}
            Err(error) if stream.place.is_none() && error.kind() == io::ErrorKind::AlreadyExists => {
                return Err("its directory exists".to_owned());
            }
            Err(error) => stream.fail(disk, cause_of(&error), error.to_string(), now),
        }
        Ok(stream)
    }

    pub fn recording(&self) -> (&str, u32) {
        (&self.about.recording, self.about.stream)
    }

    /// Takes the body of a record.
    pub fn take(&mut self, disk: &mut D, body: &[u8], now: Now) {
        let Some(&[kind, flags, ..]) = body.first_chunk::<2>() else { return };
        if kind == spool::GAP
            && let Some(packets) = body.get(spool::COMMON..).and_then(|rest| rest.first_chunk::<4>())
        {
            self.figures.dropped_packets += u64::from(u32::from_le_bytes(*packets));
        }
        if let Some(trouble) = &mut self.trouble {
            let begins = !self.video || flags & spool::KEY_FRAME != 0;
            if !(trouble.over && kind == spool::PACKET && begins) {
                trouble.dropped += u64::from(kind == spool::PACKET);
                self.figures.dropped_packets += u64::from(kind == spool::PACKET);
                return;
            }
            self.resume(disk, now);
        }
        self.append(disk, body, now);
    }

    fn append(&mut self, disk: &mut D, body: &[u8], now: Now) {
        let arrived = body.get(4..12).and_then(|bytes| bytes.first_chunk::<8>()).map_or(0, |b| u64::from_le_bytes(*b));
        let size = (self.buffer.len() + spool::FRAME + body.len() + spool::END_LEN) as u64;
        if self.segment.as_ref().is_some_and(|segment| segment.len + size > LARGEST) {
            self.end_segment(disk, spool::GOES_ON, now);
        }
        if self.segment.is_none()
            && self.trouble.is_none()
            && let Err(error) = self.open(disk, now)
        {
            self.fail(disk, cause_of(&error), error.to_string(), now);
        }
        if self.trouble.is_some() {
            self.lost(u64::from(body[0] == spool::PACKET));
            return;
        }
        if arrived == 0 {
            let mut common = [0; spool::COMMON];
            common.copy_from_slice(&body[..spool::COMMON]);
            common[4..].copy_from_slice(&now.monotonic.to_le_bytes());
            spool::frame(&mut self.buffer, &common, &body[spool::COMMON..]);
        } else {
            spool::frame(&mut self.buffer, body, &[]);
        }
        self.unsynced_us.get_or_insert(if arrived == 0 { now.monotonic } else { arrived.min(now.monotonic) });
        if self.buffer.len() >= TOGETHER {
            self.write(disk, now);
        }
    }

    /// Writes what waits, has the disk keep what is old enough, ends what lasted long enough. `roomy`: enough is free.
    pub fn tend(&mut self, disk: &mut D, roomy: bool, now: Now) {
        match self.trouble {
            Some(Trouble { over: false, retry_us, .. }) if now.monotonic >= retry_us => self.retry(disk, roomy, now),
            Some(_) => {}
            None if !roomy => {
                self.end_segment(disk, spool::GOES_ON, now);
                self.fail(disk, Failing::Full, "too little is free".to_owned(), now);
            }
            None => self.write(disk, now),
        }
        let Some(segment) = &self.segment else { return };
        if now.monotonic >= segment.began_us + LONGEST_US {
            self.end_segment(disk, spool::GOES_ON, now);
        } else if self.unsynced_us.is_some_and(|oldest| now.monotonic >= oldest + SYNC_US) {
            self.sync(disk, now);
        }
    }

    /// The last segment gets its end. Whether all of it is on the disk.
    pub fn end(&mut self, disk: &mut D, cause: u8, roomy: bool, now: Now) -> bool {
        if let Some(trouble) = &mut self.trouble {
            trouble.retry_us = now.monotonic;
            if !trouble.over && roomy {
                self.retry(disk, roomy, now);
            }
            if self.trouble.is_some_and(|trouble| trouble.over) {
                self.resume(disk, now);
            }
        }
        if self.segment.is_none()
            && self.trouble.is_none()
            && let Err(error) = self.open(disk, now)
        {
            self.fail(disk, cause_of(&error), error.to_string(), now);
        }
        self.end_segment(disk, cause, now);
        self.trouble.is_none()
    }

    // ------------------------------------------------------------ segments

    fn open(&mut self, disk: &mut D, now: Now) -> io::Result<()> {
        if self.place.is_none() {
            self.place = Some(disk.begin(&self.about.recording, self.about.stream)?);
        }
        let Some(place) = &self.place else { return Ok(()) };
        let number = self.figures.segments;
        let mut file = match disk.create(place, number) {
            // In a directory of its own it can only be what could not begin before, nor be taken back.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                disk.remove(place, number);
                disk.create(place, number)?
            }
            created => created?,
        };
        self.about.segment = number;
        (self.about.started_us, self.about.started_unix_us) = (now.monotonic, now.unix as i64);
        let front = spool::front(&self.about.encode_to_vec());
        let (done, written) = disk.append(&mut file, &front);
        if let Err(error) = written {
            disk.remove(place, number);
            return Err(error);
        }
        let mut hash = Context::new(&SHA256);
        hash.update(&front);
        self.figures.segments += 1;
        self.figures.bytes += done as u64;
        self.unsynced_us.get_or_insert(now.monotonic);
        self.segment = Some(Segment { file, hash, len: front.len() as u64, began_us: now.monotonic, nameless: true });
        Ok(())
    }

    fn write(&mut self, disk: &mut D, now: Now) {
        let Some(segment) = self.segment.as_mut().filter(|_| !self.buffer.is_empty()) else { return };
        let (done, written) = disk.append(&mut segment.file, &self.buffer);
        // Only whole records count.
        let whole = spool::framed(&self.buffer[..done]).last().map_or(0, |(end, _)| end);
        segment.hash.update(&self.buffer[..whole]);
        segment.len += whole as u64;
        self.figures.bytes += whole as u64;
        self.figures.packets += packets(&self.buffer[..whole]);
        let lost = packets(&self.buffer[whole..]);
        self.buffer.clear();
        if let Err(error) = written {
            let _ = disk.cut(&mut segment.file, segment.len);
            self.fail(disk, cause_of(&error), error.to_string(), now);
            self.lost(lost);
        }
    }

    fn sync(&mut self, disk: &mut D, now: Now) {
        let Some(segment) = &mut self.segment else { return };
        let mut synced = disk.sync(&mut segment.file);
        if synced.is_ok()
            && segment.nameless
            && let Some(place) = &self.place
        {
            segment.nameless = false;
            synced = disk.sync_names(place, !self.named);
            self.named |= synced.is_ok();
        }
        self.unsynced_us = None;
        if let Err(error) = synced {
            // What the disk has of it is not known: nothing more goes behind it.
            self.close_segment();
            self.fail(disk, cause_of(&error), error.to_string(), now);
        }
    }

    /// The segment gets its end, and all of it goes to the disk.
    fn end_segment(&mut self, disk: &mut D, cause: u8, now: Now) {
        self.write(disk, now);
        let Some(segment) = &mut self.segment else { return };
        let digest = segment.hash.clone().finish();
        let head = Head::new(0, spool::END, cause, now.monotonic).common();
        let mut end = Vec::with_capacity(spool::END_LEN);
        spool::frame(&mut end, &head, digest.as_ref());
        let (_, written) = disk.append(&mut segment.file, &end);
        match written {
            Ok(()) => {
                segment.hash.update(&end);
                self.figures.bytes += end.len() as u64;
                self.sync(disk, now);
            }
            Err(error) => {
                let _ = disk.cut(&mut segment.file, segment.len);
                self.fail(disk, cause_of(&error), error.to_string(), now);
            }
        }
        self.close_segment();
    }

    /// The next one is a link to what this one has.
    fn close_segment(&mut self) {
        if let Some(segment) = self.segment.take() {
            self.about.previous_sha256 = segment.hash.finish().as_ref().to_vec();
        }
    }

    // ------------------------------------------------------------ trouble

    fn lost(&mut self, packets: u64) {
        self.figures.dropped_packets += packets;
        if let Some(trouble) = &mut self.trouble {
            trouble.dropped += packets;
        }
    }

    fn fail(&mut self, disk: &mut D, cause: Failing, detail: String, now: Now) {
        if let Some(segment) = &mut self.segment {
            // What is there is to stay there, if it still can.
            let _ = disk.sync(&mut segment.file);
        }
        self.close_segment();
        let lost = packets(&self.buffer);
        self.buffer.clear();
        self.unsynced_us = None;
        let retry_us = now.monotonic + RETRY_US;
        match &mut self.trouble {
            Some(trouble) => (trouble.retry_us, trouble.over) = (retry_us, false),
            None => {
                self.trouble = Some(Trouble { cause, retry_us, dropped: 0, over: false });
                self.figures.failing = cause.into();
                self.said.push(Said::Failed(cause, detail));
            }
        }
        self.lost(lost);
    }

    fn retry(&mut self, disk: &mut D, roomy: bool, now: Now) {
        let opened = if roomy { self.open(disk, now) } else { Err(io::Error::from_raw_os_error(libc::ENOSPC)) };
        let Some(trouble) = &mut self.trouble else { return };
        match opened {
            Ok(()) => {
                trouble.over = true;
                if self.video {
                    self.said.push(Said::NeedsKeyFrame);
                }
            }
            Err(_) => trouble.retry_us = now.monotonic + RETRY_US,
        }
    }

    /// The first record of the new segment says what is missing before it.
    fn resume(&mut self, disk: &mut D, now: Now) {
        let Some(trouble) = self.trouble.take() else { return };
        self.figures.failing = 0;
        self.said.push(Said::Resumed(trouble.dropped));
        if trouble.dropped > 0 {
            let packets = u32::try_from(trouble.dropped).unwrap_or(u32::MAX);
            let mut gap = Head::new(0, spool::GAP, trouble.cause as u8, now.monotonic).common().to_vec();
            gap.extend_from_slice(&packets.to_le_bytes());
            self.append(disk, &gap, now);
        }
    }

    /// Its figures now.
    pub fn counted(&self, now: Now) -> counters::Recording {
        let age = self.unsynced_us.map_or(0, |oldest| now.monotonic.saturating_sub(oldest) / 1000);
        counters::Recording { synced_ms: age as u32, waiting_bytes: self.buffer.len() as u64, ..self.figures.clone() }
    }
}

fn packets(framed: &[u8]) -> u64 {
    spool::framed(framed).filter(|(_, body)| body.first() == Some(&spool::PACKET)).count() as u64
}
