//! RTP header extensions: the one-byte and two-byte forms of RFC 8285, and the values that the plane reads or writes.

use crate::rtp::Malformed;

/// Profile of the one-byte form.
pub const ONE_BYTE: u16 = 0xBEDE;
/// Profile of the two-byte form; its low four bits are application bits.
pub const TWO_BYTE: u16 = 0x1000;

/// One extension element: its negotiated id and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension<'a> {
    pub id: u8,
    pub value: &'a [u8],
}

/// The elements of an extension block, in order. Ends silently at the first element that does not fit (RFC 8285 4.2).
#[derive(Debug, Clone)]
pub struct Extensions<'a> {
    rest: &'a [u8],
    two_byte: bool,
}

impl<'a> Extensions<'a> {
    /// The elements of `block`, which is the extension without its four bytes of profile and length.
    ///
    /// A block of an unknown profile has no elements.
    pub fn new(profile: u16, block: &'a [u8]) -> Extensions<'a> {
        let two_byte = profile & 0xFFF0 == TWO_BYTE;
        let known = two_byte || profile == ONE_BYTE;
        Extensions { rest: if known { block } else { &[] }, two_byte }
    }

    /// The value of the first element with this `id`; none for id 0, which means "not negotiated".
    pub fn value(&self, id: u8) -> Option<&'a [u8]> {
        if id == 0 {
            return None;
        }
        self.clone().find(|extension| extension.id == id).map(|extension| extension.value)
    }

    fn one_byte(&mut self) -> Option<Extension<'a>> {
        let (&head, rest) = self.rest.split_first()?;
        let (id, len) = (head >> 4, usize::from(head & 15) + 1);
        if id == 15 || len > rest.len() {
            return None; // 15 is reserved: "processing … should be stopped" (RFC 8285 4.2)
        }
        let (value, rest) = rest.split_at(len);
        self.rest = rest;
        Some(Extension { id, value })
    }

    fn two_bytes(&mut self) -> Option<Extension<'a>> {
        let [id, len, rest @ ..] = self.rest else {
            return None;
        };
        let (value, rest) = rest.split_at_checked(usize::from(*len))?;
        self.rest = rest;
        Some(Extension { id: *id, value })
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = Extension<'a>;

    fn next(&mut self) -> Option<Extension<'a>> {
        while let [0, rest @ ..] = self.rest {
            self.rest = rest; // padding
        }
        let found = if self.two_byte { self.two_bytes() } else { self.one_byte() };
        if found.is_none() {
            self.rest = &[];
        }
        found
    }
}

/// Bytes that [`write`] would take for `extensions`, with the four of profile and length; 0 for none.
pub fn written_len(extensions: &[Extension<'_>]) -> usize {
    if extensions.is_empty() {
        return 0;
    }
    let head = if needs_two_bytes(extensions) { 2 } else { 1 };
    let body: usize = extensions.iter().map(|extension| head + extension.value.len()).sum();
    4 + body.next_multiple_of(4)
}

fn needs_two_bytes(extensions: &[Extension<'_>]) -> bool {
    extensions.iter().any(|extension| extension.id > 14 || extension.value.is_empty() || extension.value.len() > 16)
}

/// Write the extension block with its profile and length into `out`, in the short form where it can carry all.
///
/// Returns its length, a multiple of 4; 0 when there are no extensions.
pub fn write(out: &mut [u8], extensions: &[Extension<'_>]) -> Result<usize, Malformed> {
    let total = written_len(extensions);
    if total == 0 {
        return Ok(0);
    }
    let out = out.get_mut(..total).ok_or(Malformed)?;
    let two_byte = needs_two_bytes(extensions);
    out[..2].copy_from_slice(&if two_byte { TWO_BYTE } else { ONE_BYTE }.to_be_bytes());
    let words = u16::try_from(total / 4 - 1).map_err(|_| Malformed)?;
    out[2..4].copy_from_slice(&words.to_be_bytes());
    let mut at = 4;
    for &Extension { id, value } in extensions {
        if id == 0 || value.len() > 255 {
            return Err(Malformed);
        }
        if two_byte {
            out[at] = id;
            out[at + 1] = value.len() as u8;
            at += 2;
        } else {
            out[at] = id << 4 | (value.len() - 1) as u8;
            at += 1;
        }
        out[at..at + value.len()].copy_from_slice(value);
        at += value.len();
    }
    out[at..].fill(0);
    Ok(total)
}

// ---------------------------------------------------------------- values

/// RFC 6464: the level in −dBov (0 loudest, 127 silent) and whether the sender believes it is voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioLevel {
    pub level: u8,
    pub voice: bool,
}

impl AudioLevel {
    pub fn parse(value: &[u8]) -> Option<AudioLevel> {
        value.first().map(|&byte| AudioLevel { level: byte & 127, voice: byte & 128 != 0 })
    }

    pub fn to_byte(self) -> u8 {
        self.level & 127 | if self.voice { 128 } else { 0 }
    }
}

/// abs-send-time of `now` in microseconds: seconds in 6.18 fixed point, 24 bits, wrapping every 64 s.
pub fn abs_send_time(now: u64) -> [u8; 3] {
    // 2^18 / 10^6 = 4096 / 15625: exact, and no overflow for 100,000 years of microseconds modulo 64 s.
    let fixed = (now % 64_000_000) * 4096 / 15625;
    [(fixed >> 16) as u8, (fixed >> 8) as u8, fixed as u8]
}

#[cfg(test)]
#[path = "ext_test.rs"]
mod tests;
