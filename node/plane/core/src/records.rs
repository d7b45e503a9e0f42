//! What shards of one process tell each other about tracks that are mirrored, as bytes in a ring between two of them.
//!
//! Each record begins with its length, so that whoever moves them can count and drop whole ones. Nothing of this comes
//! from a network.

use crate::cache::{Meta, Stored};
use crate::rtcp::SenderInfo;
use crate::track::{MAX_LAYERS, Report};

/// Where a mirror lives: its index on its shard, and which life of that index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub index: u32,
    pub life: u32,
}

/// One packet of a mirrored track, plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    pub place: Place,
    pub layer: u8,
    /// Numbers what was sent of this layer to this shard: a gap is a record that found no room.
    pub count: u32,
    /// The publisher's; another one says that it started over.
    pub ssrc: u32,
    /// From the cache: kept for those who wait for a picture, and not news.
    pub old: bool,
    /// The newest of the cache.
    pub end: bool,
    pub meta: Meta,
    pub extra: &'a [u8],
    pub payload: &'a [u8],
}

#[derive(Debug, Clone, Copy)]
pub enum Record<'a> {
    Packet(Packet<'a>),
    /// The publisher's clocks, from its last sender report.
    Clock {
        place: Place,
        layer: u8,
        report: Report,
        offset_us: i64,
    },
    /// Of each layer what home knows, also of those that do not cross: bits per second, and lines of its picture.
    Shape {
        place: Place,
        bps: [u32; MAX_LAYERS],
        heights: [u16; MAX_LAYERS],
    },
    /// What the mirror at `place` needs of the track `name`: a bit a layer. Of `key_frames`, a new picture.
    Want {
        place: Place,
        layers: u8,
        key_frames: u8,
        name: &'a [u8],
    },
}

const PACKET: u8 = 1;
const CLOCK: u8 = 2;
const WANT: u8 = 3;
const SHAPE: u8 = 4;

const OLD: u8 = 1;
const END: u8 = 2;
const MARKER: u8 = 4;
const KEY_FRAME: u8 = 8;
const PADDED: u8 = 16;

/// Begins a record in `out`; [`finish`] ends it.
fn begin(out: &mut Vec<u8>, kind: u8, place: Place) -> usize {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.push(kind);
    out.extend_from_slice(&place.index.to_le_bytes());
    out.extend_from_slice(&place.life.to_le_bytes());
    start
}

fn finish(out: &mut [u8], start: usize) {
    let len = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&len.to_le_bytes());
}

/// Appends a packet as it is stored; `head` says the rest.
pub fn packet(out: &mut Vec<u8>, head: &Packet<'_>, stored: &Stored<'_>) {
    let meta = stored.meta;
    let start = begin(out, PACKET, head.place);
    let flag = |set: bool, bit: u8| if set { bit } else { 0 };
    let flags = flag(head.old, OLD)
        | flag(head.end, END)
        | flag(meta.marker, MARKER)
        | flag(meta.key_frame, KEY_FRAME)
        | flag(meta.padded, PADDED);
    out.extend_from_slice(&[head.layer, flags, meta.payload_type, meta.audio_level, stored.extra.len() as u8]);
    out.extend_from_slice(&head.count.to_le_bytes());
    out.extend_from_slice(&head.ssrc.to_le_bytes());
    out.extend_from_slice(&meta.timestamp.to_le_bytes());
    out.extend_from_slice(&meta.sequence.to_le_bytes());
    out.extend_from_slice(&meta.arrived.to_le_bytes());
    out.extend_from_slice(stored.extra);
    out.extend_from_slice(stored.payload);
    finish(out, start);
}

pub fn clock(out: &mut Vec<u8>, place: Place, layer: u8, report: &Report, offset_us: i64) {
    let start = begin(out, CLOCK, place);
    out.push(layer);
    out.extend_from_slice(&report.info.ntp.to_le_bytes());
    out.extend_from_slice(&report.info.rtp.to_le_bytes());
    out.extend_from_slice(&report.arrived_us.to_le_bytes());
    out.extend_from_slice(&offset_us.to_le_bytes());
    finish(out, start);
}

pub fn shape(out: &mut Vec<u8>, place: Place, bps: [u32; MAX_LAYERS], heights: [u16; MAX_LAYERS]) {
    let start = begin(out, SHAPE, place);
    for (bps, height) in bps.into_iter().zip(heights) {
        out.extend_from_slice(&bps.to_le_bytes());
        out.extend_from_slice(&height.to_le_bytes());
    }
    finish(out, start);
}

pub fn want(out: &mut Vec<u8>, place: Place, layers: u8, key_frames: u8, name: &str) {
    let start = begin(out, WANT, place);
    out.extend_from_slice(&[layers, key_frames]);
    out.extend_from_slice(name.as_bytes());
    finish(out, start);
}

/// Length of the first whole record of `bytes`.
pub fn first_len(bytes: &[u8]) -> Option<usize> {
    let len = u32::from_le_bytes(*bytes.first_chunk::<4>()?) as usize;
    (5..=bytes.len()).contains(&len).then_some(len)
}

/// The records in `bytes`, as far as they are whole.
pub struct Records<'a>(pub &'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let len = first_len(self.0)?;
        let (record, rest) = self.0.split_at(len);
        self.0 = rest;
        read(&mut Reader(&record[4..]))
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }
}

fn read<'a>(bytes: &mut Reader<'a>) -> Option<Record<'a>> {
    let kind = bytes.u8()?;
    let place = Place { index: bytes.u32()?, life: bytes.u32()? };
    match kind {
        PACKET => {
            let [layer, flags, payload_type, audio_level, extra_len] = bytes.take()?;
            let (count, ssrc, timestamp) = (bytes.u32()?, bytes.u32()?, bytes.u32()?);
            let (sequence, arrived) = (bytes.u64()?, bytes.u64()?);
            let (extra, payload) = bytes.0.split_at_checked(extra_len.into())?;
            let is = |bit| flags & bit != 0;
            let meta = Meta {
                sequence,
                timestamp,
                arrived,
                marker: is(MARKER),
                payload_type,
                key_frame: is(KEY_FRAME),
                padded: is(PADDED),
                audio_level,
            };
            let (old, end) = (is(OLD), is(END));
            Some(Record::Packet(Packet { place, layer, count, ssrc, old, end, meta, extra, payload }))
        }
        CLOCK => {
            let layer = bytes.u8()?;
            let info = SenderInfo { ntp: bytes.u64()?, rtp: bytes.u32()?, ..SenderInfo::default() };
            let report = Report { info, arrived_us: bytes.u64()? };
            Some(Record::Clock { place, layer, report, offset_us: bytes.u64()?.cast_signed() })
        }
        SHAPE => {
            let (mut bps, mut heights) = ([0; MAX_LAYERS], [0; MAX_LAYERS]);
            for (bps, height) in bps.iter_mut().zip(&mut heights) {
                (*bps, *height) = (bytes.u32()?, u16::from_le_bytes(bytes.take()?));
            }
            Some(Record::Shape { place, bps, heights })
        }
        WANT => {
            let [layers, key_frames] = bytes.take()?;
            Some(Record::Want { place, layers, key_frames, name: bytes.0 })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place { index: 7, life: 9 };

    /// R: what is written is read again, whatever lies between.
    #[test]
    fn what_is_written_is_read() {
        let meta = Meta { sequence: 1 << 40, timestamp: 5, marker: true, key_frame: true, ..Meta::default() };
        let head = Packet {
            place: PLACE,
            layer: 2,
            count: 3,
            ssrc: 4,
            old: true,
            end: false,
            meta,
            extra: b"dd",
            payload: b"picture",
        };
        let mut out = Vec::new();
        packet(&mut out, &head, &Stored { meta: &meta, extra: head.extra, payload: head.payload });
        want(&mut out, PLACE, 5, 1, "amina/camera");
        let report = Report { info: SenderInfo { ntp: 11, rtp: 12, ..SenderInfo::default() }, arrived_us: 13 };
        clock(&mut out, PLACE, 1, &report, -14);
        shape(&mut out, PLACE, [1, 2, 3, 4_000_000], [90, 180, 360, 720]);
        let mut records = Records(&out);
        assert!(matches!(records.next(), Some(Record::Packet(read)) if read == head));
        assert!(matches!(
            records.next(),
            Some(Record::Want { place: PLACE, layers: 5, key_frames: 1, name: b"amina/camera" })
        ));
        assert!(matches!(records.next(), Some(Record::Clock { layer: 1, offset_us: -14, report, .. })
            if report.info.ntp == 11 && report.arrived_us == 13));
        assert!(matches!(
            records.next(),
            Some(Record::Shape { place: PLACE, bps: [1, 2, 3, 4_000_000], heights: [90, 180, 360, 720] })
        ));
        assert!(records.next().is_none());
    }

    /// D: a record that is cut short is not read.
    #[test]
    fn nothing_of_a_part() {
        let mut out = Vec::new();
        want(&mut out, PLACE, 1, 0, "x");
        for len in 0..out.len() {
            assert!(Records(&out[..len]).next().is_none());
        }
    }
}
