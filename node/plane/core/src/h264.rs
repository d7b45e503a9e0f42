//! H.264 in RTP (RFC 6184): where a key frame starts.

const SPS: u8 = 7;
const STAP_A: u8 = 24;

/// Whether a receiver may start with this `payload`: it carries a sequence parameter set, alone or aggregated.
///
/// An IDR slice without parameter sets is not enough for a decoder that has never seen the stream: those that a sender puts into
/// its SDP alone (`sprop-parameter-sets`) reach no receiver. GStreamer: `rtph264pay config-interval=-1`.
pub fn key_frame_start(payload: &[u8]) -> bool {
    match nal_type(payload) {
        Some(SPS) => true,
        Some(STAP_A) => aggregated(payload).any(|nal| nal_type(nal) == Some(SPS)),
        _ => false,
    }
}

fn nal_type(nal: &[u8]) -> Option<u8> {
    nal.first().map(|&header| header & 31)
}

/// The NAL units of a STAP-A; ends at the first whose length does not fit.
fn aggregated(payload: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = payload.get(1..).unwrap_or(&[]);
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let (nal, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        rest = after;
        Some(nal)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_set_starts_a_key_frame_alone_or_aggregated() {
        assert!(key_frame_start(&[0x67, 0x42, 0x00]));
        assert!(key_frame_start(&[0x78, 0, 2, 0x67, 0x42, 0, 2, 0x68, 0xCE]));
        assert!(!key_frame_start(&[0x61, 0x9A]));
    }

    /// H9: the over-read of libwebrtc's STAP-A parser; a length that lies ends the list.
    #[test]
    fn an_aggregate_with_a_lying_length_is_read_no_further() {
        assert!(!key_frame_start(&[0x78, 0xFF, 0xFF, 0x67]));
        assert!(!key_frame_start(&[0x78, 0]));
        assert!(!key_frame_start(&[0x78, 0, 0, 0, 0]));
        assert!(!key_frame_start(&[]));
    }
}
