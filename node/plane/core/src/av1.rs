//! AV1 in RTP (AOM RTP specification 1.0): where a coded video sequence starts.

const CONTINUES: u8 = 0x80; // Z: the first element continues one of the packet before
const NEW_SEQUENCE: u8 = 0x08; // N: first packet of a coded video sequence
const SEQUENCE_HEADER: u8 = 1;

/// Whether this `payload` is the first packet of a key frame: N is set and its first element is a sequence header.
pub fn key_frame_start(payload: &[u8]) -> bool {
    let Some((&aggregation, elements)) = payload.split_first() else {
        return false;
    };
    if aggregation & CONTINUES != 0 || aggregation & NEW_SEQUENCE == 0 {
        return false;
    }
    let first = if aggregation >> 4 & 3 == 1 { Some(elements) } else { after_length(elements) };
    first.and_then(<[u8]>::first).is_some_and(|&obu| obu >> 3 & 15 == SEQUENCE_HEADER)
}

/// What follows the LEB128 length of the first element, if that length fits.
fn after_length(elements: &[u8]) -> Option<&[u8]> {
    let mut length = 0;
    for (n, &byte) in elements.iter().enumerate().take(5) {
        length |= usize::from(byte & 0x7F) << (7 * n);
        if byte & 0x80 == 0 {
            return elements[n + 1..].get(..length);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_header_in_a_new_sequence_starts_a_key_frame() {
        assert!(key_frame_start(&[0x18, 0x0A, 0x0B])); // W = 1: no length
        assert!(key_frame_start(&[0x28, 0x02, 0x0A, 0x0B, 0x32, 0x00])); // W = 2: the first has one
        assert!(key_frame_start(&[0x08, 0x01, 0x0A]));
    }

    #[test]
    fn a_continuation_and_a_delta_frame_do_not() {
        assert!(!key_frame_start(&[0x98, 0x0A]));
        assert!(!key_frame_start(&[0x10, 0x0A]));
        assert!(!key_frame_start(&[0x18, 0x32]));
    }

    /// H9: lengths that lie or never end.
    #[test]
    fn a_broken_length_is_no_key_frame() {
        assert!(!key_frame_start(&[]));
        assert!(!key_frame_start(&[0x08]));
        assert!(!key_frame_start(&[0x08, 0x05, 0x0A]));
        assert!(!key_frame_start(&[0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0A]));
        assert!(!key_frame_start(&[0x08, 0x00, 0x0A]));
    }
}
