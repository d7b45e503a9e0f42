use super::*;
use proptest::prelude::*;

fn fields() -> impl Strategy<Value = Fields> {
    (any::<bool>(), 0..128u8, any::<u16>(), any::<u32>(), any::<u32>()).prop_map(
        |(marker, payload_type, sequence, timestamp, ssrc)| Fields { marker, payload_type, sequence, timestamp, ssrc },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        fields in fields(),
        values in prop::collection::vec((1..15u8, prop::collection::vec(any::<u8>(), 1..17)), 0..5),
        payload in prop::collection::vec(any::<u8>(), 0..200),
        padding in 0..=255u8,
    ) {
        let extensions: Vec<_> = values.iter().map(|(id, value)| Extension { id: *id, value }).collect();
        let mut out = [0xEE; 800];
        let written = write(&mut out, &fields, &extensions, &payload, padding).unwrap();
        let packet = &out[..written.len];
        let header = Header::parse(packet).unwrap();
        let read = Fields {
            marker: header.marker,
            payload_type: header.payload_type,
            sequence: header.sequence,
            timestamp: header.timestamp,
            ssrc: header.ssrc,
        };
        prop_assert_eq!(read, fields);
        prop_assert_eq!(header.header_len, written.header_len);
        prop_assert_eq!(header.extensions(packet).collect::<Vec<_>>(), extensions);
        prop_assert_eq!(header.payload(packet).unwrap(), &payload[..]);
        prop_assert_eq!(header.padding, padding > 0);
    }

    /// H9: any bytes give a header that lies within them, or are refused.
    #[test]
    fn arbitrary_bytes_are_parsed_within_their_bounds(mut bytes: Vec<u8>) {
        if let Some(first) = bytes.first_mut() {
            *first = *first & 0x3F | 0x80;
        }
        if let Ok(header) = Header::parse(&bytes) {
            prop_assert!(header.header_len <= bytes.len());
            header.extensions(&bytes).for_each(drop);
            if let Ok(payload) = header.payload(&bytes) {
                prop_assert!(payload.len() <= bytes.len() - header.header_len);
            }
        }
    }
}

/// H9: padding longer than the payload, of length 0, or in an empty packet.
#[test]
fn impossible_padding_is_refused() {
    let mut packet = [0xA0, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 7, 7, 3].to_vec();
    let header = Header::parse(&packet).unwrap();
    assert_eq!(header.payload(&packet), Ok(&[][..]));
    packet[14] = 4;
    assert_eq!(header.payload(&packet), Err(Malformed));
    packet[14] = 0;
    assert_eq!(header.payload(&packet), Err(Malformed));
    assert_eq!(header.payload(&packet[..12]), Err(Malformed));
}

/// H9: fifteen CSRCs, present and cut off.
#[test]
fn fifteen_csrcs_are_skipped() {
    let mut packet = vec![0x8F, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
    packet.extend_from_slice(&[9; 60]);
    packet.push(42);
    let header = Header::parse(&packet).unwrap();
    assert_eq!((header.header_len, header.payload(&packet)), (72, Ok(&[42][..])));
    assert_eq!(Header::parse(&packet[..71]), Err(Malformed));
}

/// H9: an extension that claims more words than came.
#[test]
fn an_extension_longer_than_the_packet_is_refused() {
    let packet = [0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xBE, 0xDE, 0, 1, 0x10, 5, 0, 0];
    let header = Header::parse(&packet).unwrap();
    assert_eq!(header.extensions(&packet).value(1), Some(&[5][..]));
    assert_eq!(header.payload(&packet), Ok(&[][..]));
    assert_eq!(Header::parse(&packet[..19]), Err(Malformed));
    let lying = [0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xBE, 0xDE, 0xFF, 0xFF, 0x10, 5, 0, 0];
    assert_eq!(Header::parse(&lying), Err(Malformed));
}

#[test]
fn another_version_is_refused() {
    assert_eq!(Header::parse(&[0x40; 12]), Err(Malformed));
    assert_eq!(Header::parse(&[0x80; 11]), Err(Malformed));
}

/// RFC 5761 4: payload types 64 … 95 of RTP with the marker would collide; browsers do not use them.
#[test]
fn rtcp_is_told_from_rtp_by_its_second_byte() {
    assert!(is_rtcp(&[0x80, 200]));
    assert!(is_rtcp(&[0x81, 206]));
    assert!(!is_rtcp(&[0x80, 96]));
    assert!(!is_rtcp(&[0x80, 96 | 0x80]));
    assert!(!is_rtcp(&[0x80]));
}
