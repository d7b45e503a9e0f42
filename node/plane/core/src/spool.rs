//! What recorded tracks are written as (`protos/plane/v1/spool.proto`), and how records cross from a shard to the writer.
//!
//! In the ring between the two, a record is u32 length of the whole, u32 tag of its stream on that shard, body. Nothing of
//! this comes from a network. On the disk a body is framed by [`frame`]. An arrival of 0 is for the writer to fill in.

use crate::cache::Stored;
use crate::rtcp::SenderInfo;

pub const MAGIC: [u8; 4] = *b"RGSP";
pub const VERSION: u16 = 1;
/// Bytes before the header of a segment.
pub const FRONT: usize = 16;
/// Bytes before a body on the disk: its length and CRC.
pub const FRAME: usize = 8;
/// Bytes that all bodies begin with.
pub const COMMON: usize = 12;
/// Bytes before a body in the ring: its length and tag.
pub const TAGGED: usize = 8;
/// Bytes of an end on the disk.
pub const END_LEN: usize = FRAME + COMMON + 32;

pub const PACKET: u8 = 1;
pub const REPORT: u8 = 2;
pub const MARK: u8 = 3;
pub const GAP: u8 = 4;
pub const END: u8 = 5;
/// Only in the ring: a stream begins. After the common part: u8 length of the track's id, it, a `SpoolHeader`.
pub const BEGIN: u8 = 128;

pub const MARKER: u8 = 1;
pub const KEY_FRAME: u8 = 2;
pub const REPAIRED: u8 = 4;

pub const MUTED: u8 = 1;
pub const HEARD: u8 = 2;

/// `End`: the next segment goes on.
pub const GOES_ON: u8 = 1;

/// Which stream, and when, µs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub tag: u32,
    pub kind: u8,
    pub flags: u8,
    pub layer: u8,
    pub payload_type: u8,
    pub arrived: u64,
}

impl Head {
    pub fn new(tag: u32, kind: u8, flags: u8, arrived: u64) -> Head {
        Head { tag, kind, flags, layer: 0, payload_type: 0, arrived }
    }

    /// Its part of a body.
    pub fn common(&self) -> [u8; COMMON] {
        let mut out = [0; COMMON];
        (out[0], out[1], out[2], out[3]) = (self.kind, self.flags, self.layer, self.payload_type);
        out[4..].copy_from_slice(&self.arrived.to_le_bytes());
        out
    }
}

/// Appends a record for the ring: `head` and what `write` adds.
fn record(out: &mut Vec<u8>, head: &Head, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&head.tag.to_le_bytes());
    out.extend_from_slice(&head.common());
    write(out);
    let len = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&len.to_le_bytes());
}

/// Bytes that [`packet`] takes in the ring, and eight more on the disk.
pub fn packet_len(stored: &Stored<'_>) -> usize {
    TAGGED + COMMON + 18 + stored.extra.len() + stored.payload.len()
}

pub fn packet(out: &mut Vec<u8>, tag: u32, layer: u8, ssrc: u32, repaired: bool, stored: &Stored<'_>) {
    let meta = stored.meta;
    let flag = |on: bool, flag: u8| if on { flag } else { 0 };
    let flags = flag(meta.marker, MARKER) | flag(meta.key_frame, KEY_FRAME) | flag(repaired, REPAIRED);
    let head = Head { tag, kind: PACKET, flags, layer, payload_type: meta.payload_type, arrived: meta.arrived };
    record(out, &head, |out| {
        let mut said = [0; 18];
        said[..4].copy_from_slice(&ssrc.to_le_bytes());
        said[4..8].copy_from_slice(&meta.timestamp.to_le_bytes());
        said[8..16].copy_from_slice(&meta.sequence.to_le_bytes());
        (said[16], said[17]) = (meta.audio_level, stored.extra.len() as u8);
        out.extend_from_slice(&said);
        out.extend_from_slice(stored.extra);
        out.extend_from_slice(stored.payload);
    });
}

pub fn report(out: &mut Vec<u8>, tag: u32, layer: u8, ssrc: u32, info: &SenderInfo, arrived: u64) {
    let head = Head { layer, ..Head::new(tag, REPORT, 0, arrived) };
    record(out, &head, |out| {
        out.extend_from_slice(&ssrc.to_le_bytes());
        out.extend_from_slice(&info.rtp.to_le_bytes());
        out.extend_from_slice(&info.ntp.to_le_bytes());
    });
}

pub fn mark(out: &mut Vec<u8>, tag: u32, what: u8, now: u64) {
    record(out, &Head::new(tag, MARK, what, now), |_| ());
}

pub fn gap(out: &mut Vec<u8>, tag: u32, cause: u8, packets: u32, now: u64) {
    record(out, &Head::new(tag, GAP, cause, now), |out| out.extend_from_slice(&packets.to_le_bytes()));
}

/// `track` has at most 64 bytes.
pub fn begin(out: &mut Vec<u8>, tag: u32, track: &str, header: &[u8], now: u64) {
    record(out, &Head::new(tag, BEGIN, 0, now), |out| {
        out.push(track.len() as u8);
        out.extend_from_slice(track.as_bytes());
        out.extend_from_slice(header);
    });
}

/// The stream ends; `cause` is a `RecordingClosed.Cause`.
pub fn end(out: &mut Vec<u8>, tag: u32, cause: u8, now: u64) {
    record(out, &Head::new(tag, END, cause, now), |_| ());
}

/// The records in what was taken from a ring: tag and body.
pub struct Tagged<'a>(pub &'a [u8]);

impl<'a> Iterator for Tagged<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<(u32, &'a [u8])> {
        let len = crate::records::first_len(self.0).filter(|&len| len >= TAGGED + COMMON)?;
        let (record, rest) = self.0.split_at(len);
        self.0 = rest;
        let tag = u32::from_le_bytes([record[4], record[5], record[6], record[7]]);
        Some((tag, &record[TAGGED..]))
    }
}

// ---------------------------------------------------------------- on the disk

/// What a segment begins with.
pub fn front(header: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(FRONT + header.len());
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out.extend_from_slice(&(header.len() as u32).to_le_bytes());
    out.extend_from_slice(&crc32(&[header]).to_le_bytes());
    out.extend_from_slice(header);
    out
}

/// Appends a body, given in two parts, as it stands on the disk.
pub fn frame(out: &mut Vec<u8>, first: &[u8], second: &[u8]) {
    out.extend_from_slice(&((first.len() + second.len()) as u32).to_le_bytes());
    out.extend_from_slice(&crc32(&[first, second]).to_le_bytes());
    out.extend_from_slice(first);
    out.extend_from_slice(second);
}

/// Bodies framed one behind another, with the offset behind each.
pub fn framed(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let len = u32::from_le_bytes(*bytes.get(at..)?.first_chunk::<4>()?) as usize;
        let body = bytes.get(at + FRAME..at + FRAME + len)?;
        at += FRAME + len;
        Some((at, body))
    })
}

/// Eight bytes a step (Kounavis and Berry 2005): a table for the place of each.
const TABLES: [[u32; 256]; 8] = tables();

const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut place = 1;
    while place < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[place - 1][byte];
            tables[place][byte] = (before >> 8) ^ tables[0][(before & 255) as usize];
            byte += 1;
        }
        place += 1;
    }
    tables
}

/// CRC-32 of `parts` one behind another, as of IEEE 802.3 and zlib: every language has it.
pub fn crc32(parts: &[&[u8]]) -> u32 {
    let mut crc = !0;
    for part in parts {
        let mut chunks = part.chunks_exact(8);
        for chunk in &mut chunks {
            let low = crc ^ u32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]);
            let bytes = low.to_le_bytes();
            crc = TABLES[7][usize::from(bytes[0])]
                ^ TABLES[6][usize::from(bytes[1])]
                ^ TABLES[5][usize::from(bytes[2])]
                ^ TABLES[4][usize::from(bytes[3])]
                ^ TABLES[3][usize::from(chunk[4])]
                ^ TABLES[2][usize::from(chunk[5])]
                ^ TABLES[1][usize::from(chunk[6])]
                ^ TABLES[0][usize::from(chunk[7])];
        }
        for &byte in chunks.remainder() {
            crc = (crc >> 8) ^ TABLES[0][usize::from(crc as u8 ^ byte)];
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crc_is_that_of_zlib() {
        assert_eq!(crc32(&[b"123456789"]), 0xCBF4_3926);
        let long: Vec<u8> = (0..1000u32).map(|n| (n * 7) as u8).collect();
        let bitwise = long.iter().fold(!0u32, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
        });
        assert_eq!(crc32(&[&long]), !bitwise);
        assert_eq!(crc32(&[&long[..13], &long[13..]]), !bitwise);
    }
}
