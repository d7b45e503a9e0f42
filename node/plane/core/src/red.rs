//! Sound that repeats the sounds before it (RFC 2198).

/// Of a payload the payload type and the sound of the packet itself; `None`: it is not whole.
///
/// RFC 2198 3: "The final header is always exactly one octet long", its first bit 0; each before it has four, the last ten
/// bits of which are the length of its block.
pub fn primary(payload: &[u8]) -> Option<(u8, &[u8])> {
    let (mut headers, mut repeated) = (0, 0);
    while let Some(&[first, _, high, low]) = payload[headers..].first_chunk()
        && first & 0x80 != 0
    {
        repeated += usize::from(u16::from_be_bytes([high, low]) & 0x03FF);
        headers += 4;
    }
    let (&payload_type, blocks) = payload[headers..].split_first()?;
    let sound = blocks.get(repeated..).filter(|sound| !sound.is_empty())?;
    (payload_type & 0x80 == 0).then_some((payload_type, sound))
}

#[cfg(test)]
#[path = "red_test.rs"]
mod tests;
