use super::*;
use proptest::prelude::*;

/// A payload with every optional field: 15-bit picture id, TL0PICIDX, TID, KEYIDX.
fn payload(picture_id: u16, tl0: u8, key_index: u8, key_frame: bool) -> Vec<u8> {
    let [high, low] = (picture_id | 0x8000).to_be_bytes();
    vec![0x90, 0xF0, high, low, tl0, 0x40 | key_index, u8::from(!key_frame), 0, 0]
}

#[test]
fn every_field_is_read() {
    let parsed = Descriptor::parse(&payload(0x1234, 9, 17, true)).unwrap();
    let expected = Descriptor {
        len: 6,
        start: true,
        non_reference: false,
        picture_id: Some(0x1234),
        wide: true,
        tl0: Some(9),
        temporal_id: Some(1),
        layer_sync: false,
        key_index: Some(17),
        key_frame: true,
    };
    assert_eq!(parsed, expected);
}

#[test]
fn a_bare_descriptor_is_one_byte() {
    let parsed = Descriptor::parse(&[0x10, 0x00]).unwrap();
    assert_eq!((parsed.len, parsed.key_frame, parsed.picture_id), (1, true, None));
    assert!(!Descriptor::parse(&[0x10, 0x01]).unwrap().key_frame);
    assert!(!Descriptor::parse(&[0x00, 0x00]).unwrap().key_frame, "a continuation");
    assert!(!Descriptor::parse(&[0x11, 0x00]).unwrap().key_frame, "a later partition");
}

#[test]
fn the_size_is_in_the_key_frame() {
    let payload = [0x10, 0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x00, 0x05, 0xD0, 0x02];
    assert_eq!(dimensions(&payload), Some((1280, 720)));
    assert_eq!(dimensions(&payload[..10]), None);
}

/// H9: a descriptor that ends early, or has nothing behind it, is refused.
#[test]
fn every_cut_of_a_descriptor_is_refused() {
    let whole = payload(5, 6, 7, true);
    for len in 0..=6 {
        assert_eq!(Descriptor::parse(&whole[..len]), Err(Malformed), "{len} bytes");
    }
}

proptest! {
    /// H9.
    #[test]
    fn arbitrary_payloads_are_parsed_within_their_bounds(mut payload: Vec<u8>, picture_id: u16, tl0: u8, key_index: u8) {
        if let Ok(parsed) = Descriptor::parse(&payload) {
            prop_assert!(parsed.len < payload.len());
            let before = payload.clone();
            parsed.write_ids(&mut payload, &Ids { picture_id, tl0, key_index });
            let again = Descriptor::parse(&payload).unwrap();
            prop_assert_eq!(&payload[again.len..], &before[parsed.len..]);
            let mask = if parsed.wide { 0x7FFF } else { 0x7F };
            prop_assert_eq!(again.picture_id, parsed.picture_id.map(|_| picture_id & mask));
            prop_assert_eq!(again.tl0, parsed.tl0.map(|_| tl0));
            prop_assert_eq!(again.key_index, parsed.key_index.map(|_| key_index & 31));
            prop_assert_eq!((again.start, again.temporal_id, again.key_frame), (parsed.start, parsed.temporal_id, parsed.key_frame));
        }
    }

    /// Ids are monotonic over loss, reordering, wraps and switches: each distance within a source is kept, and a new
    /// source starts one after the highest id sent.
    #[test]
    fn ids_stay_in_line_across_sources(
        sources in prop::collection::vec((0..1u16 << 15, any::<u8>(), prop::collection::vec(0..40u16, 1..40)), 1..8),
    ) {
        let mut rewriter = Rewriter::default();
        let mut last: Option<u16> = None;
        for (first, tl0, offsets) in sources {
            let of = |offset: u16| {
                Descriptor::parse(&payload(first.wrapping_add(offset) & 0x7FFF, tl0.wrapping_add(offset as u8), 0, false)).unwrap()
            };
            rewriter.switch(&of(0));
            let start = rewriter.map(&of(0));
            if let Some(last) = last {
                prop_assert_eq!(start.picture_id, (last + 1) & 0x7FFF);
            }
            let mut highest = 0;
            for offset in offsets {
                let ids = rewriter.map(&of(offset));
                prop_assert_eq!(ids.picture_id.wrapping_sub(start.picture_id) & 0x7FFF, offset);
                prop_assert_eq!(ids.tl0.wrapping_sub(start.tl0), offset as u8);
                highest = highest.max(offset);
            }
            last = Some(start.picture_id.wrapping_add(highest) & 0x7FFF);
        }
    }
}

#[test]
fn a_source_with_short_ids_stays_in_seven_bits() {
    let short = |id: u8| Descriptor::parse(&[0x90, 0x80, id, 1]).unwrap();
    let mut rewriter = Rewriter::default();
    rewriter.switch(&short(126));
    let sent: Vec<_> = [126, 127, 0, 1].map(|id| rewriter.map(&short(id)).picture_id).into();
    assert_eq!(sent, [126, 127, 0, 1]);
    rewriter.switch(&short(90));
    assert_eq!(rewriter.map(&short(90)).picture_id, 2);
}
