//! VP9 in RTP (RFC 9628): as much of the payload descriptor as forwarding needs.

use crate::rtp::Malformed;
use crate::vp8::{self, Ids};

/// A parsed payload descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Descriptor {
    pub picture_id: Option<u16>,
    /// Whether the picture id takes two bytes (15 bits) or one (7 bits).
    pub wide: bool,
    /// Of a stream that is not in flexible mode.
    pub tl0: Option<u8>,
    /// P: predicted from an earlier picture.
    pub inter_picture: bool,
    /// B: first packet of a layer frame.
    pub start: bool,
    /// E: last packet of a layer frame.
    pub end: bool,
    pub temporal_id: u8,
    pub spatial_id: u8,
    /// U: from here on a receiver may follow this temporal layer.
    pub switching_up: bool,
    /// D: predicted from the spatial layer below.
    pub inter_layer: bool,
    /// The first packet of a key picture: nothing before it is needed.
    pub key_frame: bool,
}

impl Descriptor {
    /// Overwrite the ids in the descriptor that was parsed from `payload`; its length does not change.
    pub fn write_ids(&self, payload: &mut [u8], ids: &Ids) {
        let mut at = 1;
        if self.picture_id.is_some() {
            if self.wide {
                payload[at..at + 2].copy_from_slice(&(ids.picture_id | 0x8000).to_be_bytes());
            } else {
                payload[at] = ids.picture_id as u8 & 0x7F;
            }
            at += 1 + usize::from(self.wide);
        }
        if self.tl0.is_some() {
            payload[at + 1] = ids.tl0; // after the layer indices
        }
    }

    /// Its ids, as VP8's: they are kept in line in the same way.
    pub fn ids(&self) -> vp8::Descriptor {
        vp8::Descriptor { picture_id: self.picture_id, wide: self.wide, tl0: self.tl0, ..vp8::Descriptor::default() }
    }

    /// Parse the descriptor at the start of an RTP payload, up to the layer indices.
    pub fn parse(payload: &[u8]) -> Result<Descriptor, Malformed> {
        let mut rest = payload.iter().copied();
        let mut next = || rest.next().ok_or(Malformed);
        let first = next()?;
        let mut descriptor = Descriptor {
            inter_picture: first & 0x40 != 0,
            start: first & 0x08 != 0,
            end: first & 0x04 != 0,
            ..Descriptor::default()
        };
        if first & 0x80 != 0 {
            let high = next()?;
            let low_bits = u16::from(high & 0x7F);
            descriptor.wide = high & 0x80 != 0;
            descriptor.picture_id = Some(if descriptor.wide { low_bits << 8 | u16::from(next()?) } else { low_bits });
        }
        if first & 0x20 != 0 {
            let layers = next()?;
            descriptor.temporal_id = layers >> 5;
            descriptor.switching_up = layers & 0x10 != 0;
            descriptor.spatial_id = layers >> 1 & 7;
            descriptor.inter_layer = layers & 1 != 0;
            if first & 0x10 == 0 {
                descriptor.tl0 = Some(next()?);
            }
        }
        descriptor.key_frame =
            descriptor.start && !descriptor.inter_picture && descriptor.spatial_id == 0 && !descriptor.inter_layer;
        Ok(descriptor)
    }
}

/// Whether this `payload` is the first packet of a key picture. A malformed one is not.
pub fn key_frame_start(payload: &[u8]) -> bool {
    Descriptor::parse(payload).is_ok_and(|descriptor| descriptor.key_frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key picture of a flexible-mode stream: I, F and B set, 15-bit id.
    #[test]
    fn the_first_packet_of_a_key_picture_is_recognised() {
        let parsed = Descriptor::parse(&[0x80 | 0x10 | 0x08, 0x81, 0x02, 0xAA]).unwrap();
        assert_eq!((parsed.picture_id, parsed.key_frame), (Some(0x102), true));
    }

    #[test]
    fn an_inter_picture_a_continuation_and_a_higher_spatial_layer_are_no_key_frames() {
        assert!(!key_frame_start(&[0x80 | 0x40 | 0x08, 0x01, 0xAA]));
        assert!(!key_frame_start(&[0x80, 0x01, 0xAA]));
        assert!(!key_frame_start(&[0x20 | 0x08, 0x03, 0x00]));
    }

    #[test]
    fn ids_are_written_in_their_places() {
        for whole in [[0x80 | 0x20 | 0x08, 0x81, 0x02, 0x00, 9, 0xAA], [0x80 | 0x20 | 0x08, 0x02, 0x00, 9, 0xAA, 0xBB]]
        {
            let mut payload = whole;
            let parsed = Descriptor::parse(&payload).unwrap();
            parsed.write_ids(&mut payload, &Ids { picture_id: 77, tl0: 200, key_index: 0 });
            let again = Descriptor::parse(&payload).unwrap();
            assert_eq!(again, Descriptor { picture_id: Some(77), tl0: Some(200), ..parsed });
            assert_eq!(payload[5], whole[5]);
        }
    }

    /// H9: every cut of a descriptor is refused or parsed, never read past its end.
    #[test]
    fn a_truncated_descriptor_is_refused() {
        let whole = [0x80 | 0x20 | 0x08, 0x81, 0x02, 0x00, 0x07];
        for len in 0..whole.len() {
            assert_eq!(Descriptor::parse(&whole[..len]), Err(Malformed), "{len} bytes");
        }
        assert!(Descriptor::parse(&whole).is_ok());
    }
}
