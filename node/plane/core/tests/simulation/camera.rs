//! What a person sends: pictures as an encoder makes them, and a voice.

use std::collections::BTreeMap;

use plane_core::ext::Extension;
use plane_core::rtp::Fields;

use crate::common::{CAMERA, MS, Peer};
use crate::random::Random;

const PICTURE_US: u64 = 33_333;
/// Packets kept for retransmission: some seconds.
const KEPT: usize = 2000;
/// Where in a payload the tag is, behind descriptor and the first byte of the frame.
const TAG: usize = 6;

/// What tells where a packet belongs, whatever its numbers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    /// Whose it is, and of which life of theirs.
    pub owner: u8,
    pub picture: u32,
    pub key: bool,
    pub first: bool,
}

impl Tag {
    pub fn read(payload: &[u8]) -> Tag {
        let number = payload[TAG + 1..TAG + 5].try_into().unwrap();
        Tag {
            owner: payload[TAG],
            picture: u32::from_be_bytes(number),
            key: payload[TAG + 5] & 1 == 1,
            first: payload[TAG + 5] & 2 == 2,
        }
    }

    fn payload(self, id: u16, len: usize) -> Vec<u8> {
        let mut payload = vec![0xAB; len.max(TAG + 8)];
        payload[0] = 0x80 | if self.first { 0x10 } else { 0 };
        payload[1] = 0xC0; // picture id and TL0PICIDX follow
        payload[2..4].copy_from_slice(&(id | 0x8000).to_be_bytes());
        payload[4] = id as u8;
        payload[5] = u8::from(!(self.key && self.first));
        payload[TAG] = self.owner;
        payload[TAG + 1..TAG + 5].copy_from_slice(&self.picture.to_be_bytes());
        payload[TAG + 5] = u8::from(self.key) | u8::from(self.first) << 1;
        payload
    }
}

struct Kept {
    timestamp: u32,
    marker: bool,
    payload: Vec<u8>,
}

pub struct Camera {
    owner: u8,
    /// Of the pictures; what is sent again has the next one.
    pub ssrc: u32,
    next_us: u64,
    picture: u32,
    id: u16,
    timestamp: u32,
    /// Extended number of the next packet, and of the next retransmission.
    index: u64,
    rtx: u64,
    key_wanted: bool,
    kept: BTreeMap<u64, Kept>,
    voice: u64,
    next_voice_us: u64,
    pub plis_us: Vec<u64>,
}

impl Camera {
    /// Its numbers begin anywhere, often shortly before they wrap.
    pub fn new(owner: u8, now: u64, random: &mut Random) -> Camera {
        let wraps = random.chance(400);
        Camera {
            owner,
            ssrc: CAMERA,
            next_us: now + random.between(0, PICTURE_US),
            picture: 0,
            id: if wraps { 0x7FF0 } else { random.between(0, 0x7FFF) as u16 },
            timestamp: if wraps { u32::MAX - 200_000 } else { random.next() as u32 },
            index: if wraps { 65_400 } else { random.between(0, 40_000) },
            rtx: random.between(0, 65_000),
            key_wanted: true,
            kept: BTreeMap::new(),
            voice: random.between(0, 65_535),
            next_voice_us: now + random.between(0, 20 * MS),
            plis_us: Vec::new(),
        }
    }

    pub fn restart(&mut self, now: u64, random: &mut Random) {
        let fresh = Camera::new(self.owner, now, random);
        let (ssrc, picture, voice, next_voice_us) = (self.ssrc + 2, self.picture + 1, self.voice, self.next_voice_us);
        let plis_us = std::mem::take(&mut self.plis_us);
        *self = Camera { ssrc, picture, voice, next_voice_us, plis_us, ..fresh };
    }

    /// What is to be sent by `now`, sealed.
    pub fn make(&mut self, now: u64, peer: &Peer, random: &mut Random) -> Vec<Vec<u8>> {
        let mut sealed = Vec::new();
        while self.next_voice_us <= now {
            sealed.push(peer.audio(self.voice, 30));
            self.voice += 1;
            self.next_voice_us += 20 * MS;
        }
        while self.next_us <= now {
            self.next_us += PICTURE_US;
            self.picture += 1;
            self.id = (self.id + 1) & 0x7FFF;
            self.timestamp = self.timestamp.wrapping_add(3000);
            let key = std::mem::take(&mut self.key_wanted);
            let pieces = if key { random.between(5, 9) } else { random.between(1, 3) };
            for piece in 0..pieces {
                let tag = Tag { owner: self.owner, picture: self.picture, key, first: piece == 0 };
                let payload = tag.payload(self.id, random.between(600, 1150) as usize);
                let kept = Kept { timestamp: self.timestamp, marker: piece + 1 == pieces, payload };
                sealed.push(self.seal(peer, self.index, &kept));
                self.kept.insert(self.index, kept);
                self.index += 1;
            }
            while self.kept.len() > KEPT {
                self.kept.pop_first();
            }
        }
        sealed
    }

    fn seal(&self, peer: &Peer, index: u64, kept: &Kept) -> Vec<u8> {
        let fields = Fields {
            marker: kept.marker,
            payload_type: 96,
            sequence: index as u16,
            timestamp: kept.timestamp,
            ssrc: self.ssrc,
        };
        peer.seal(&fields, index, &[Extension { id: 4, value: b"1" }], &kept.payload)
    }

    /// The plane misses `number`: again, in the stream that is for that (RFC 4588).
    pub fn again(&mut self, peer: &Peer, number: u16) -> Option<Vec<u8>> {
        let last = self.index.checked_sub(1)?;
        let index = last.checked_sub(u64::from((last as u16).wrapping_sub(number)))?;
        let kept = self.kept.get(&index)?;
        let fields = Fields {
            marker: kept.marker,
            payload_type: 97,
            sequence: self.rtx as u16,
            timestamp: kept.timestamp,
            ssrc: self.ssrc + 1,
        };
        let payload = [&number.to_be_bytes()[..], &kept.payload].concat();
        self.rtx += 1;
        Some(peer.seal(&fields, self.rtx - 1, &[Extension { id: 4, value: b"1" }], &payload))
    }

    /// The plane asked for a key frame at `sent_us`.
    pub fn key_frame(&mut self, sent_us: u64) {
        self.key_wanted = true;
        self.plis_us.push(sent_us);
    }
}
