//! Payload types: what a publisher's packet is, and what a receiver calls it.

use crate::contract;
use crate::{av1, h264, vp8, vp9};

/// The codecs that the plane looks into; the others are forwarded without a key-frame test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Vp8,
    Vp9,
    H264,
    Av1,
    Audio,
    /// RFC 2198.
    Red,
    Other,
}

/// One agreed payload type.
#[derive(Debug, Clone)]
pub struct Codec {
    pub payload_type: u8,
    /// 0: no RTX.
    pub rtx_payload_type: u8,
    pub format: Format,
    pub clock_rate: u32,
    /// What must be the same at both ends, in lower case: the name, and the parameters that change the bytes.
    identity: Box<str>,
}

impl Codec {
    /// `None` when a payload type is no payload type.
    pub fn new(codec: &contract::Codec) -> Option<Codec> {
        let name = codec.name.to_ascii_lowercase();
        let format = match name.as_str() {
            "vp8" => Format::Vp8,
            "vp9" => Format::Vp9,
            "h264" => Format::H264,
            "av1" => Format::Av1,
            "red" => Format::Red,
            "opus" | "pcmu" | "pcma" | "g722" => Format::Audio,
            _ => Format::Other,
        };
        let parameters = match format {
            // RFC 6184 8.1 and draft-ietf-payload-vp9: other values are another stream; levels are not compared.
            Format::H264 => parameter(&codec.fmtp, "packetization-mode").unwrap_or("0"),
            Format::Vp9 => parameter(&codec.fmtp, "profile-id").unwrap_or("0"),
            _ => "",
        };
        let valid = |value: u32| u8::try_from(value).ok().filter(|&value| value < 128);
        Some(Codec {
            payload_type: valid(codec.payload_type)?,
            rtx_payload_type: valid(codec.rtx_payload_type)?,
            format,
            clock_rate: codec.clock_rate.max(1),
            identity: format!("{name}/{}/{parameters}", codec.clock_rate).into(),
        })
    }

    pub fn same(&self, other: &Codec) -> bool {
        self.identity == other.identity
    }
}

fn parameter<'a>(fmtp: &'a str, name: &str) -> Option<&'a str> {
    fmtp.split(';').find_map(|word| word.trim().split_once('=').filter(|(key, _)| *key == name)).map(|(_, value)| value)
}

/// Whether `payload` is the first packet of a key frame: where a receiver may start.
pub fn starts_key_frame(format: Format, payload: &[u8]) -> bool {
    match format {
        Format::Vp8 => vp8::Descriptor::parse(payload).is_ok_and(|descriptor| descriptor.key_frame),
        Format::Vp9 => vp9::key_frame_start(payload),
        Format::H264 => h264::key_frame_start(payload),
        Format::Av1 => av1::key_frame_start(payload),
        Format::Audio | Format::Red | Format::Other => true,
    }
}

/// Width and height of the key frame that begins with `payload`, where it says so itself.
pub fn dimensions(format: Format, payload: &[u8]) -> Option<(u16, u16)> {
    match format {
        Format::Vp8 => vp8::dimensions(payload),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codec(name: &str, fmtp: &str) -> Codec {
        let (name, fmtp) = (name.to_owned(), fmtp.to_owned());
        Codec::new(&contract::Codec { payload_type: 96, rtx_payload_type: 97, name, clock_rate: 90_000, fmtp }).unwrap()
    }

    #[test]
    fn the_same_codec_under_other_numbers() {
        assert!(codec("VP8", "").same(&codec("vp8", "max-fs=12288")));
        assert!(!codec("VP8", "").same(&codec("VP9", "")));
        let (one, zero) = ("profile-level-id=42e01f;packetization-mode=1", "packetization-mode=0");
        assert!(codec("H264", one).same(&codec("H264", "packetization-mode=1; profile-level-id=42001f")));
        assert!(!codec("H264", one).same(&codec("H264", zero)));
    }

    #[test]
    fn a_payload_type_has_seven_bits() {
        assert!(Codec::new(&contract::Codec { payload_type: 128, ..Default::default() }).is_none());
    }
}
