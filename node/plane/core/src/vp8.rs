//! VP8 in RTP (RFC 7741): the payload descriptor, key frames, and ids that stay in line when the source changes.

use crate::rtp::Malformed;

/// A parsed payload descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Descriptor {
    /// Length of the descriptor in bytes; the VP8 payload follows.
    pub len: usize,
    /// The first packet of a frame: S set and partition 0.
    pub start: bool,
    /// No later frame depends on this one.
    pub non_reference: bool,
    pub picture_id: Option<u16>,
    /// Whether the picture id takes two bytes (15 bits) or one (7 bits).
    pub wide: bool,
    pub tl0: Option<u8>,
    pub temporal_id: Option<u8>,
    /// Y: this frame depends on nothing above the base layer.
    pub layer_sync: bool,
    /// 5 bits.
    pub key_index: Option<u8>,
    /// The first packet of a key frame.
    pub key_frame: bool,
}

impl Descriptor {
    /// Parse the descriptor at the start of an RTP payload.
    pub fn parse(payload: &[u8]) -> Result<Descriptor, Malformed> {
        let mut rest = payload.iter().copied();
        let mut next = || rest.next().ok_or(Malformed);
        let first = next()?;
        let mut descriptor =
            Descriptor { start: first & 0x17 == 0x10, non_reference: first & 0x20 != 0, ..Descriptor::default() };
        if first & 0x80 != 0 {
            let extended = next()?;
            if extended & 0x80 != 0 {
                let high = next()?;
                descriptor.wide = high & 0x80 != 0;
                let high = u16::from(high & 0x7F);
                descriptor.picture_id = Some(if descriptor.wide { high << 8 | u16::from(next()?) } else { high });
            }
            if extended & 0x40 != 0 {
                descriptor.tl0 = Some(next()?);
            }
            if extended & 0x30 != 0 {
                let layers = next()?;
                if extended & 0x20 != 0 {
                    descriptor.temporal_id = Some(layers >> 6);
                    descriptor.layer_sync = layers & 0x20 != 0;
                }
                if extended & 0x10 != 0 {
                    descriptor.key_index = Some(layers & 31);
                }
            }
        }
        descriptor.len = payload.len() - rest.len();
        let Some(&frame) = payload.get(descriptor.len) else {
            return Err(Malformed);
        };
        descriptor.key_frame = descriptor.start && frame & 1 == 0; // P bit of RFC 6386 9.1, inverted
        Ok(descriptor)
    }

    /// Overwrite the ids in the descriptor that was parsed from `payload`; its length does not change.
    pub fn write_ids(&self, payload: &mut [u8], ids: &Ids) {
        let mut at = 2;
        if self.picture_id.is_some() {
            if self.wide {
                payload[at..at + 2].copy_from_slice(&(ids.picture_id | 0x8000).to_be_bytes());
            } else {
                payload[at] = ids.picture_id as u8 & 0x7F;
            }
            at += 1 + usize::from(self.wide);
        }
        if self.tl0.is_some() {
            payload[at] = ids.tl0;
            at += 1;
        }
        if self.key_index.is_some() {
            payload[at] = payload[at] & 0xE0 | ids.key_index & 31;
        }
    }
}

/// Width and height of the key frame whose first packet has this `payload`.
pub fn dimensions(payload: &[u8]) -> Option<(u16, u16)> {
    let descriptor = Descriptor::parse(payload).ok().filter(|descriptor| descriptor.key_frame)?;
    let frame: &[u8; 10] = payload[descriptor.len..].first_chunk()?;
    if frame[3..6] != [0x9D, 0x01, 0x2A] {
        return None;
    }
    let size = |at: usize| u16::from_le_bytes([frame[at], frame[at + 1]]) & 0x3FFF;
    Some((size(6), size(8)))
}

/// The ids that a descriptor may carry; those it does not carry mean nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ids {
    pub picture_id: u16,
    pub tl0: u8,
    pub key_index: u8,
}

/// Keeps the ids of one outgoing stream in line across sources.
///
/// Within a source every id is shifted by a constant, so loss and reordering pass through; at a [`Rewriter::switch`]
/// the new source continues one after the highest id sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rewriter {
    picture: Line,
    tl0: Line,
    key: Line,
}

impl Rewriter {
    /// Continue with the source whose first packet sent has this `descriptor`.
    pub fn switch(&mut self, descriptor: &Descriptor) {
        self.picture.switch(descriptor.picture_id.unwrap_or(0));
        self.tl0.switch(descriptor.tl0.unwrap_or(0).into());
        self.key.switch(descriptor.key_index.unwrap_or(0).into());
    }

    /// The ids under which the packet with this `descriptor` is sent.
    pub fn map(&mut self, descriptor: &Descriptor) -> Ids {
        let picture_bits = if descriptor.wide { 15 } else { 7 };
        Ids {
            picture_id: descriptor.picture_id.map_or(0, |id| self.picture.map(id, picture_bits)),
            tl0: descriptor.tl0.map_or(0, |id| self.tl0.map(id.into(), 8) as u8),
            key_index: descriptor.key_index.map_or(0, |id| self.key.map(id.into(), 5) as u8),
        }
    }
}

/// One wrapping id: `out = in + offset` modulo its width.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Line {
    offset: u16,
    highest: Option<u16>,
}

impl Line {
    /// Continue with a source whose first id is `first_in`.
    pub fn switch(&mut self, first_in: u16) {
        let next = self.highest.map_or(first_in, |highest| highest.wrapping_add(1));
        self.offset = next.wrapping_sub(first_in);
    }

    /// The outgoing form of `id`, in so many `bits`.
    pub fn map(&mut self, id: u16, bits: u32) -> u16 {
        let mask = ((1u32 << bits) - 1) as u16;
        let out = id.wrapping_add(self.offset) & mask;
        let ahead = |highest: u16| out.wrapping_sub(highest) & mask;
        if self.highest.is_none_or(|highest| ahead(highest) != 0 && ahead(highest) <= mask / 2) {
            self.highest = Some(out);
        }
        out
    }
}

#[cfg(test)]
#[path = "vp8_test.rs"]
mod tests;
