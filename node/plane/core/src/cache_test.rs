use super::*;
use proptest::prelude::*;

fn put(ring: &mut Ring, sequence: u64, payload: &[u8]) -> Result<(), Refused> {
    ring.insert(Meta { sequence, ..Meta::default() }, &[], payload)
}

fn put_key(ring: &mut Ring, sequence: u64) {
    ring.insert(Meta { sequence, key_frame: true, ..Meta::default() }, &[], &[1; 50]).unwrap();
}

#[test]
fn a_packet_is_found_with_all_that_was_kept_of_it() {
    let mut ring = Ring::new(16, 4096);
    let meta = Meta { sequence: 77, timestamp: 5, marker: true, payload_type: 96, audio_level: 30, ..Meta::default() };
    ring.insert(meta, b"extra", b"payload").unwrap();
    assert_eq!(ring.get(77), Some(Stored { meta: &meta, extra: b"extra", payload: b"payload" }));
    assert_eq!(ring.get(78), None);
}

#[test]
fn a_repeated_packet_is_refused() {
    let mut ring = Ring::new(16, 4096);
    put(&mut ring, 1, b"a").unwrap();
    assert_eq!(put(&mut ring, 1, b"b"), Err(Refused::Duplicate));
    assert_eq!(ring.get(1).unwrap().payload, b"a");
}

#[test]
fn a_late_packet_finds_its_place() {
    let mut ring = Ring::new(16, 4096);
    put(&mut ring, 10, b"ten").unwrap();
    put(&mut ring, 12, b"twelve").unwrap();
    put(&mut ring, 11, b"eleven").unwrap();
    assert_eq!(ring.get(11).unwrap().payload, b"eleven");
    assert_eq!(ring.newest(), Some(12));
}

#[test]
fn what_is_older_than_the_table_is_refused() {
    let mut ring = Ring::new(16, 4096);
    put(&mut ring, 100, b"new").unwrap();
    assert_eq!(put(&mut ring, 84, b"old"), Err(Refused::TooOld));
    assert_eq!(put(&mut ring, 85, b"just"), Ok(()));
}

#[test]
fn what_the_bytes_no_longer_hold_is_gone() {
    let mut ring = Ring::new(64, 1600);
    for sequence in 0..40 {
        put(&mut ring, sequence, &[sequence as u8; 100]).unwrap();
    }
    assert!((0..24).all(|sequence| ring.get(sequence).is_none()));
    assert!((24..40).all(|sequence| ring.get(sequence).unwrap().payload == [sequence as u8; 100]));
}

/// R: a camera takes memory for two seconds of its bit rate, however long it runs, and no more than it may.
#[test]
fn a_ring_grows_with_its_rate() {
    for (bits_per_second, least, most) in [(150_000, 64, 64), (1_500_000, 320, 512), (20_000_000, 1024, 1024)] {
        let mut ring = Ring::new(4096, 1 << 20);
        let gap = 1000 * 8 * 1_000_000 / bits_per_second;
        let mut grown = 0;
        for sequence in 0..30_000u64 {
            let arrived = sequence * gap;
            ring.insert(Meta { sequence, arrived, ..Meta::default() }, &[], &[sequence as u8; 1000]).unwrap();
            if sequence == 15_000 {
                grown = ring.footprint();
            }
            let kept = (2_000_000 / gap).min(sequence).min(1000);
            assert_eq!(ring.get(sequence - kept).unwrap().payload, [(sequence - kept) as u8; 1000]);
        }
        let entries = size_of::<Entry>() * 4096;
        assert_eq!(ring.footprint(), grown, "{bits_per_second}");
        assert!((least..=most).contains(&((grown - entries) >> 10)), "{bits_per_second}: {}", grown - entries);
    }
}

/// R: a newcomer is shown the last key frame while it is recent, and a camera takes no more than half a megabyte for it.
#[test]
fn the_picture_for_newcomers_is_kept() {
    let mut ring = Ring::new(1024, 1 << 20);
    for sequence in 0..20_000u64 {
        let meta = Meta { sequence, arrived: sequence * 5682, key_frame: sequence % 704 == 0, ..Meta::default() };
        ring.insert(meta, &[], &[1; 1050]).unwrap();
        let key = sequence - sequence % 704;
        assert!(sequence - key >= KEEP_PACKETS || ring.key_frame() == Some((key, sequence)), "{sequence}");
    }
    let bytes = ring.footprint() - size_of::<Entry>() * 1024;
    assert!(bytes <= 512 << 10, "{bytes}");
}

#[test]
fn a_packet_too_long_for_the_ring_is_refused() {
    let mut ring = Ring::new(16, 1600);
    assert_eq!(put(&mut ring, 1, &[0; 101]), Err(Refused::TooLong));
    assert_eq!(ring.newest(), None);
}

#[test]
fn the_latest_key_frame_is_offered_while_complete() {
    let mut ring = Ring::new(16, 16_000);
    assert_eq!(ring.key_frame(), None);
    put_key(&mut ring, 5);
    put(&mut ring, 6, b"delta").unwrap();
    assert_eq!(ring.key_frame(), Some((5, 6)));
    put(&mut ring, 8, b"delta").unwrap();
    assert_eq!(ring.key_frame(), None, "7 is missing");
    put(&mut ring, 7, b"delta").unwrap();
    assert_eq!(ring.key_frame(), Some((5, 8)));
    put_key(&mut ring, 9);
    assert_eq!(ring.key_frame(), Some((9, 9)));
    for sequence in 10..30 {
        put(&mut ring, sequence, b"delta").unwrap();
    }
    assert_eq!(ring.key_frame(), None, "overwritten");
}

#[test]
fn a_cleared_ring_is_as_new() {
    let mut ring = Ring::new(16, 1600);
    put_key(&mut ring, 900);
    ring.clear();
    assert_eq!((ring.newest(), ring.key_frame(), ring.get(900)), (None, None, None));
    put(&mut ring, 3, b"again").unwrap();
    assert_eq!(ring.get(3).unwrap().payload, b"again");
}

proptest! {
    /// Whatever is stored, in whatever order: what is found is what was stored, never a mixture.
    #[test]
    fn what_is_found_is_what_was_stored(order in prop::collection::vec((0u64..300, 0usize..100), 1..400)) {
        let mut ring = Ring::new(64, 2048);
        let mut stored = std::collections::HashMap::new();
        for (sequence, len) in order {
            let payload = vec![(sequence * 31 + len as u64) as u8; len];
            if put(&mut ring, sequence, &payload).is_ok() {
                stored.insert(sequence, payload);
            }
            for sequence in 0..300 {
                if let Some(found) = ring.get(sequence) {
                    prop_assert_eq!(found.payload, &stored[&sequence][..]);
                }
            }
            let newest = ring.newest().unwrap();
            prop_assert!(newest == *stored.keys().max().unwrap());
        }
    }
}
