//! From the rings of the shards to the streams, and what is told of them.

use std::collections::HashMap;

use plane_core::contract::from_plane::Body;
use plane_core::contract::recording_closed::Cause as Closed;
use plane_core::contract::{Kind, RecordingClosed, RecordingFailed, RecordingResumed, SpoolHeader, counters};
use plane_core::spool::{self, Tagged};
use prost::Message;
use rtrb::Consumer;

use super::disk::Disk;
use super::stream::{Now, Said, Stream};
use crate::say;

const SECOND_US: u64 = 1_000_000;
/// The longest part of a ring that is taken at once, so that others have their turn.
const TAKEN: usize = 1 << 20;

/// What the control thread is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Spooled {
    Event(Box<Body>),
    /// Once a second.
    Figures(Vec<counters::Recording>, counters::Spool),
}

struct Entry<D: Disk> {
    stream: Stream<D>,
    track: String,
}

pub struct Writer<D: Disk> {
    disk: D,
    rings: Vec<Consumer<u8>>,
    /// By shard and tag.
    streams: HashMap<(usize, u32), Entry<D>>,
    /// What is taken from a ring at once, so that a record lies in one piece.
    taken: Vec<u8>,
    floor: u64,
    roomy: bool,
    looked_us: Option<u64>,
    pub told: Vec<Spooled>,
}

impl<D: Disk> Writer<D> {
    pub fn new(disk: D, rings: Vec<Consumer<u8>>, floor: u64) -> Writer<D> {
        Writer {
            disk,
            rings,
            streams: HashMap::new(),
            taken: Vec::new(),
            floor,
            roomy: true,
            looked_us: None,
            told: Vec::new(),
        }
    }

    #[cfg(test)]
    pub fn disk(&mut self) -> &mut D {
        &mut self.disk
    }

    /// Whether there is anything to look after.
    pub fn busy(&self) -> bool {
        !self.streams.is_empty()
    }

    /// Takes what there is and writes it. `ask`: a key frame of the track, of that shard. `false`: no shard will ever have
    /// more.
    pub fn turn(&mut self, now: Now, ask: impl Fn(usize, &str)) -> bool {
        if self.looked_us.is_none_or(|at| now.monotonic >= at + SECOND_US) {
            self.look(now);
        }
        let mut open = false;
        for shard in 0..self.rings.len() {
            // First: what is written before it is dropped is seen after.
            open |= !self.rings[shard].is_abandoned();
            self.take(shard, now);
        }
        let roomy = self.roomy;
        for ((shard, _), entry) in &mut self.streams {
            entry.stream.tend(&mut self.disk, roomy, now);
            tell(entry, *shard, &mut self.told, &ask);
        }
        if !open {
            self.end_all(now);
        }
        open
    }

    /// How much is free, and what is told once a second.
    fn look(&mut self, now: Now) {
        self.looked_us = Some(now.monotonic);
        let (free, total) = self.disk.space().unwrap_or((0, 0));
        // Once below, it must be well above again: else it would begin and end every second.
        let least = if self.roomy { self.floor } else { self.floor + self.floor / 4 };
        self.roomy = free >= least;
        let figures = self.streams.values().map(|entry| entry.stream.counted(now)).collect();
        let waiting_bytes = self.rings.iter().map(|ring| ring.slots() as u64).sum();
        let spool = counters::Spool { free_bytes: free, total_bytes: total, floor_bytes: self.floor, waiting_bytes };
        self.told.push(Spooled::Figures(figures, spool));
    }

    fn take(&mut self, shard: usize, now: Now) {
        let mut taken = std::mem::take(&mut self.taken);
        // What is there now, and not what comes meanwhile: the disk has its turn.
        let mut waiting = self.rings[shard].slots();
        while waiting > 0 {
            // Records are whole at the end of what is seen at once, but not at the end of a part of it.
            let Ok(chunk) = self.rings[shard].read_chunk(waiting) else { break };
            let (first, second) = chunk.as_slices();
            let part = waiting.min(TAKEN);
            taken.clear();
            taken.extend_from_slice(&first[..first.len().min(part)]);
            taken.extend_from_slice(&second[..part.saturating_sub(first.len())]);
            let len = whole(&taken);
            if len == 0 {
                say!(Error, "spool_unread", shard = shard); // of our own making: never seen
                chunk.commit_all();
                break;
            }
            chunk.commit(len);
            waiting -= len;
            for (tag, body) in Tagged(&taken[..len]) {
                self.record((shard, tag), body, now);
            }
        }
        self.taken = taken;
    }

    fn record(&mut self, at: (usize, u32), body: &[u8], now: Now) {
        match body.first() {
            Some(&spool::BEGIN) => self.begin(at, &body[spool::COMMON..], now),
            Some(&spool::END) => {
                if let Some(entry) = self.streams.remove(&at) {
                    self.end(entry, body[1], now);
                }
            }
            _ => {
                if let Some(entry) = self.streams.get_mut(&at) {
                    entry.stream.take(&mut self.disk, body, now);
                }
            }
        }
    }

    fn begin(&mut self, at: (usize, u32), said: &[u8], now: Now) {
        let Some((&len, rest)) = said.split_first() else { return };
        let Some((track, header)) = rest.split_at_checked(len.into()) else { return };
        let Ok(about) = SpoolHeader::decode(header) else { return };
        let video = about.kind() == Kind::Video;
        let (recording, stream) = (about.recording.clone(), about.stream);
        match Stream::begin(&mut self.disk, about, video, self.roomy, now) {
            Ok(stream) => {
                let track = String::from_utf8_lossy(track).into_owned();
                self.streams.insert(at, Entry { stream, track });
            }
            Err(detail) => {
                say!(Error, "recording_failed", recording = recording, stream = stream, detail = detail);
                let cause = plane_core::contract::recording_failed::Cause::Io.into();
                let failed = RecordingFailed { recording: recording.clone(), stream, cause, detail };
                self.tell(Body::RecordingFailed(failed));
                let cause = Closed::Failed.into();
                let closed = RecordingClosed { recording, stream, segments: 0, bytes: 0, cause };
                self.tell(Body::RecordingClosed(closed));
            }
        }
    }

    fn end(&mut self, mut entry: Entry<D>, cause: u8, now: Now) {
        let whole = entry.stream.end(&mut self.disk, cause, self.roomy, now);
        tell(&mut entry, 0, &mut self.told, &|_, _| ());
        let (recording, stream) = entry.stream.recording();
        let figures = &entry.stream.figures;
        let closed = RecordingClosed {
            recording: recording.to_owned(),
            stream,
            segments: figures.segments,
            bytes: figures.bytes,
            cause: if whole { cause.into() } else { Closed::Failed.into() },
        };
        self.tell(Body::RecordingClosed(closed));
    }

    fn tell(&mut self, body: Body) {
        self.told.push(Spooled::Event(Box::new(body)));
    }

    /// A shard that is gone without a word ends its streams here.
    fn end_all(&mut self, now: Now) {
        for (_, entry) in std::mem::take(&mut self.streams) {
            self.end(entry, Closed::Plane as u8, now);
        }
    }
}

/// Bytes of whole records at the beginning of `bytes`.
fn whole(bytes: &[u8]) -> usize {
    let mut len = 0;
    while let Some(next) = plane_core::records::first_len(&bytes[len..]) {
        len += next;
    }
    len
}

fn tell<D: Disk>(entry: &mut Entry<D>, shard: usize, told: &mut Vec<Spooled>, ask: &impl Fn(usize, &str)) {
    for said in std::mem::take(&mut entry.stream.said) {
        let (recording, stream) = entry.stream.recording();
        let recording = recording.to_owned();
        let body = match said {
            Said::Failed(cause, detail) => {
                say!(Warn, "recording_loses", recording = recording, stream = stream, detail = detail);
                Body::RecordingFailed(RecordingFailed { recording, stream, cause: cause.into(), detail })
            }
            Said::Resumed(dropped_packets) => {
                say!(
                    Info,
                    "recording_goes_on",
                    recording = recording,
                    stream = stream,
                    dropped_packets = dropped_packets
                );
                Body::RecordingResumed(RecordingResumed { recording, stream, dropped_packets })
            }
            Said::NeedsKeyFrame => {
                ask(shard, &entry.track);
                continue;
            }
        };
        told.push(Spooled::Event(Box::new(body)));
    }
}
