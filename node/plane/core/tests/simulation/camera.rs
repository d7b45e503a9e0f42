//! What a person sends: pictures as an encoder makes them, in one layer or three, and a voice.

use std::collections::BTreeMap;

use plane_core::ext::Extension;
use plane_core::rtp::Fields;

use crate::common::{MS, Peer};
use crate::random::Random;

const CAMERA: u32 = 2001;

pub const RIDS: [&str; 3] = ["q", "h", "f"];
const PICTURE_US: u64 = 33_333;
/// A browser says MID and RID until the first report comes back, which is after about so many packets.
const INTRODUCED: usize = 60;
/// Packets kept for retransmission: some seconds.
const KEPT: usize = 2000;
/// Where in a payload the tag is, behind descriptor and the first byte of the frame.
const TAG: usize = 6;

/// What tells where a packet belongs, whatever its numbers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    /// Whose it is, and of which life of theirs.
    pub owner: u8,
    pub layer: u8,
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
            layer: payload[TAG + 6],
            key: payload[TAG + 5] & 1 == 1,
            first: payload[TAG + 5] & 2 == 2,
        }
    }

    fn payload(self, id: u16, len: usize) -> Vec<u8> {
        let mut payload = vec![0xAB; len.max(TAG + 9)];
        payload[0] = 0x80 | if self.first { 0x10 } else { 0 };
        payload[1] = 0xC0; // picture id and TL0PICIDX follow
        payload[2..4].copy_from_slice(&(id | 0x8000).to_be_bytes());
        payload[4] = id as u8;
        payload[5] = u8::from(!(self.key && self.first));
        payload[TAG] = self.owner;
        payload[TAG + 1..TAG + 5].copy_from_slice(&self.picture.to_be_bytes());
        payload[TAG + 5] = u8::from(self.key) | u8::from(self.first) << 1;
        payload[TAG + 6] = self.layer;
        payload
    }
}

struct Kept {
    timestamp: u32,
    marker: bool,
    payload: Vec<u8>,
}

/// One layer: a stream with numbers of its own.
struct Encoding {
    /// Of the pictures; what is sent again has the next one.
    ssrc: u32,
    rid: Option<&'static str>,
    id: u16,
    timestamp: u32,
    /// Extended number of the next packet, and of the next retransmission.
    index: u64,
    rtx: u64,
    active: bool,
    key_wanted: bool,
    kept: BTreeMap<u64, Kept>,
}

pub struct Camera {
    owner: u8,
    next_us: u64,
    picture: u32,
    encodings: Vec<Encoding>,
    next_ssrc: u32,
    /// A key frame has so many times more packets than would do: what an encoder makes of a detailed picture.
    pub detail: u64,
    voice: u64,
    next_voice_us: u64,
    /// When key frames were asked for, by SSRC.
    pub plis_us: Vec<(u32, u64)>,
}

impl Encoding {
    /// Its numbers begin anywhere, often shortly before they wrap.
    fn new(ssrc: u32, rid: Option<&'static str>, random: &mut Random) -> Encoding {
        let wraps = random.chance(400);
        Encoding {
            ssrc,
            rid,
            id: if wraps { 0x7FF0 } else { random.between(0, 0x7FFF) as u16 },
            timestamp: if wraps { u32::MAX - 200_000 } else { random.next() as u32 },
            index: if wraps { 65_400 } else { random.between(0, 40_000) },
            rtx: random.between(0, 65_000),
            active: true,
            key_wanted: true,
            kept: BTreeMap::new(),
        }
    }

    fn seal(&self, peer: &Peer, fields: Fields, index: u64, payload: &[u8]) -> Vec<u8> {
        let again = fields.ssrc != self.ssrc;
        let mid = Extension { id: 4, value: b"1" };
        match self.rid {
            None => peer.seal(&fields, index, &[mid], payload),
            Some(_) if self.kept.len() > INTRODUCED => peer.seal(&fields, index, &[], payload),
            Some(rid) => {
                let rid = Extension { id: if again { 11 } else { 10 }, value: rid.as_bytes() };
                peer.seal(&fields, index, &[mid, rid], payload)
            }
        }
    }

    fn fields(&self, kept: &Kept) -> Fields {
        Fields {
            marker: kept.marker,
            payload_type: 96,
            sequence: self.index as u16,
            timestamp: kept.timestamp,
            ssrc: self.ssrc,
        }
    }

    fn again(&mut self, peer: &Peer, number: u16) -> Option<Vec<u8>> {
        let last = self.index.checked_sub(1)?;
        let index = last.checked_sub(u64::from((last as u16).wrapping_sub(number)))?;
        let kept = self.kept.get(&index)?;
        let of = Fields { payload_type: 97, sequence: self.rtx as u16, ssrc: self.ssrc + 1, ..self.fields(kept) };
        let payload = [&number.to_be_bytes()[..], &kept.payload].concat();
        self.rtx += 1;
        Some(self.seal(peer, of, self.rtx - 1, &payload))
    }
}

impl Camera {
    pub fn new(owner: u8, layers: usize, now: u64, random: &mut Random) -> Camera {
        let mut camera = Camera {
            owner,
            next_us: now + random.between(0, PICTURE_US),
            picture: 0,
            encodings: Vec::new(),
            next_ssrc: CAMERA,
            detail: 1,
            voice: random.between(0, 65_535),
            next_voice_us: now + random.between(0, 20 * MS),
            plis_us: Vec::new(),
        };
        camera.begin(layers, random);
        camera
    }

    fn begin(&mut self, layers: usize, random: &mut Random) {
        self.encodings.clear();
        for rid in RIDS.into_iter().take(layers) {
            let rid = (layers > 1).then_some(rid);
            self.encodings.push(Encoding::new(self.next_ssrc, rid, random));
            self.next_ssrc += 2;
        }
    }

    /// The browser makes other streams for the same camera: every number starts anew.
    pub fn restart(&mut self, random: &mut Random) {
        self.begin(self.encodings.len(), random);
    }

    pub fn ssrcs(&self) -> Vec<u32> {
        self.encodings.iter().map(|encoding| encoding.ssrc).collect()
    }

    /// The layers that somebody watches; the others are not sent.
    pub fn wanted(&mut self, rids: &[String]) {
        for encoding in &mut self.encodings {
            let Some(rid) = encoding.rid else { continue };
            let wanted = rids.iter().any(|wanted| wanted == rid);
            encoding.key_wanted |= wanted && !encoding.active;
            encoding.active = wanted;
        }
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
            let top = self.encodings.len() - 1;
            for layer in 0..=top {
                let encoding = &mut self.encodings[layer];
                encoding.timestamp = encoding.timestamp.wrapping_add(3000);
                if !encoding.active {
                    continue;
                }
                encoding.id = (encoding.id + 1) & 0x7FFF;
                let key = std::mem::take(&mut encoding.key_wanted);
                let larger = if layer == top { 3 } else { 1 + layer as u64 };
                let pieces = match key {
                    true => self.detail * (2 + larger + random.between(0, 3)),
                    false => random.between(1, larger),
                };
                for piece in 0..pieces {
                    let (layer, first) = (layer as u8, piece == 0);
                    let tag = Tag { owner: self.owner, layer, picture: self.picture, key, first };
                    let payload = tag.payload(encoding.id, random.between(300, 1150) as usize);
                    let kept = Kept { timestamp: encoding.timestamp, marker: piece + 1 == pieces, payload };
                    let fields = encoding.fields(&kept);
                    sealed.push(encoding.seal(peer, fields, encoding.index, &kept.payload));
                    encoding.kept.insert(encoding.index, kept);
                    encoding.index += 1;
                }
                while encoding.kept.len() > KEPT {
                    encoding.kept.pop_first();
                }
            }
        }
        sealed
    }

    /// The plane misses `number` of `ssrc`: again, in the stream that is for that (RFC 4588).
    pub fn again(&mut self, peer: &Peer, ssrc: u32, number: u16) -> Option<Vec<u8>> {
        self.encodings.iter_mut().find(|encoding| encoding.ssrc == ssrc)?.again(peer, number)
    }

    /// The plane asked for a key frame of `ssrc` at `sent_us`.
    pub fn key_frame(&mut self, ssrc: u32, sent_us: u64) {
        if let Some(encoding) = self.encodings.iter_mut().find(|encoding| encoding.ssrc == ssrc) {
            encoding.key_wanted = true;
            self.plis_us.push((ssrc, sent_us));
        }
    }

    /// RTP time of each layer at this moment, for sender reports.
    pub fn clocks(&self, now: u64) -> Vec<(u32, u32)> {
        let behind = ((self.next_us - PICTURE_US).abs_diff(now) * 9 / 100) as u32;
        self.encodings.iter().map(|encoding| (encoding.ssrc, encoding.timestamp.wrapping_add(behind))).collect()
    }
}
