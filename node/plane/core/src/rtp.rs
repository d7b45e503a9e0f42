//! RTP packets (RFC 3550 5.1): parsed without copying, written into a slice.

use crate::ext::{self, Extension, Extensions};

/// Length of the fixed header in bytes.
pub const FIXED_LEN: usize = 12;

/// The bytes break the format they claim to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// Whether `datagram`, already known to be RTP or RTCP by its first byte, is RTCP (RFC 5761 4).
pub fn is_rtcp(datagram: &[u8]) -> bool {
    datagram.len() > 1 && (192..=223).contains(&datagram[1])
}

/// A parsed header. It can be read from a sealed packet, since SRTP leaves the header in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Header {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    /// The P bit: the last byte of the plain packet says how much padding it carries.
    pub padding: bool,
    pub csrc_count: u8,
    /// Profile of the extension block; 0 when there is none.
    pub extension_profile: u16,
    /// Length of the extension elements in bytes, without the four of profile and length.
    pub extension_len: u16,
    /// Fixed header, CSRCs and extension block together.
    pub header_len: usize,
}

impl Header {
    /// Parse the header at the start of `packet`; the payload is not looked at.
    pub fn parse(packet: &[u8]) -> Result<Header, Malformed> {
        let fixed: &[u8; FIXED_LEN] = packet.first_chunk().ok_or(Malformed)?;
        if fixed[0] >> 6 != 2 {
            return Err(Malformed);
        }
        let csrc_count = fixed[0] & 15;
        let mut header = Header {
            marker: fixed[1] & 0x80 != 0,
            payload_type: fixed[1] & 0x7F,
            sequence: u16::from_be_bytes([fixed[2], fixed[3]]),
            timestamp: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
            ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
            padding: fixed[0] & 0x20 != 0,
            csrc_count,
            extension_profile: 0,
            extension_len: 0,
            header_len: FIXED_LEN + 4 * usize::from(csrc_count),
        };
        if fixed[0] & 0x10 != 0 {
            let head = packet.get(header.header_len..header.header_len + 4).ok_or(Malformed)?;
            header.extension_profile = u16::from_be_bytes([head[0], head[1]]);
            let len = 4 * usize::from(u16::from_be_bytes([head[2], head[3]]));
            header.header_len += 4 + len;
            header.extension_len = u16::try_from(len).map_err(|_| Malformed)?;
        }
        if header.header_len > packet.len() {
            return Err(Malformed);
        }
        Ok(header)
    }

    /// The extension elements of the `packet` that this header was parsed from.
    pub fn extensions<'a>(&self, packet: &'a [u8]) -> Extensions<'a> {
        let start = self.header_len - usize::from(self.extension_len);
        Extensions::new(self.extension_profile, packet.get(start..self.header_len).unwrap_or(&[]))
    }

    /// The payload of the plain (opened) `packet`, without header and padding. It may be empty.
    ///
    /// Fails when the padding is 0 or longer than what follows the header.
    pub fn payload<'a>(&self, packet: &'a [u8]) -> Result<&'a [u8], Malformed> {
        let body = packet.get(self.header_len..).ok_or(Malformed)?;
        if !self.padding {
            return Ok(body);
        }
        let padding = usize::from(*body.last().ok_or(Malformed)?);
        if padding == 0 || padding > body.len() {
            return Err(Malformed);
        }
        Ok(&body[..body.len() - padding])
    }
}

/// What the sender decides about a packet it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
}

/// Write a header with `extensions` and no CSRC into `out`. Returns its length.
///
/// Set `padding` when [`pad`] will follow the payload: the header is authenticated, so the bit must be right before
/// the packet is sealed.
pub fn write_header(
    out: &mut [u8],
    fields: &Fields,
    extensions: &[Extension<'_>],
    padding: bool,
) -> Result<usize, Malformed> {
    let (fixed, rest) = out.split_first_chunk_mut::<FIXED_LEN>().ok_or(Malformed)?;
    let extension_len = ext::write(rest, extensions)?;
    let x = if extension_len > 0 { 0x10 } else { 0 };
    fixed[0] = 0x80 | x | if padding { 0x20 } else { 0 };
    fixed[1] = fields.payload_type & 0x7F | if fields.marker { 0x80 } else { 0 };
    fixed[2..4].copy_from_slice(&fields.sequence.to_be_bytes());
    fixed[4..8].copy_from_slice(&fields.timestamp.to_be_bytes());
    fixed[8..12].copy_from_slice(&fields.ssrc.to_be_bytes());
    Ok(FIXED_LEN + extension_len)
}

/// Append `count` (1 … 255) bytes of padding at `out[len..]`. Returns the new length.
pub fn pad(out: &mut [u8], len: usize, count: u8) -> Result<usize, Malformed> {
    let end = len + usize::from(count);
    let padding = out.get_mut(len..end).ok_or(Malformed)?;
    padding.fill(0);
    *padding.last_mut().ok_or(Malformed)? = count;
    Ok(end)
}

/// Lengths of a packet written by [`write`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    pub header_len: usize,
    pub len: usize,
}

/// Write a whole plain packet: header, `payload` and `padding` bytes (0: none) into `out`.
pub fn write(
    out: &mut [u8],
    fields: &Fields,
    extensions: &[Extension<'_>],
    payload: &[u8],
    padding: u8,
) -> Result<Written, Malformed> {
    let header_len = write_header(out, fields, extensions, padding > 0)?;
    let len = header_len + payload.len();
    out.get_mut(header_len..len).ok_or(Malformed)?.copy_from_slice(payload);
    let len = if padding > 0 { pad(out, len, padding)? } else { len };
    Ok(Written { header_len, len })
}

#[cfg(test)]
#[path = "rtp_test.rs"]
mod tests;
