use super::*;
use proptest::prelude::*;

fn elements(profile: u16, block: &[u8]) -> Vec<(u8, Vec<u8>)> {
    Extensions::new(profile, block).map(|found| (found.id, found.value.to_vec())).collect()
}

#[test]
fn one_byte_elements_are_read_past_padding() {
    let block = [0x10, 0xFF, 0, 0, 0x32, 1, 2, 3];
    assert_eq!(elements(ONE_BYTE, &block), [(1, vec![0xFF]), (3, vec![1, 2, 3])]);
}

#[test]
fn two_byte_elements_may_be_empty_or_long() {
    let block = [20, 0, 0, 21, 2, 7, 8, 0];
    assert_eq!(elements(TWO_BYTE | 5, &block), [(20, vec![]), (21, vec![7, 8])]);
}

#[test]
fn id_15_ends_a_one_byte_block() {
    assert_eq!(elements(ONE_BYTE, &[0x10, 1, 0xF0, 1, 0x20, 2]), [(1, vec![1])]);
}

#[test]
fn an_unknown_profile_has_no_elements() {
    assert_eq!(elements(0x1234, &[0x10, 1]), []);
}

/// H9: an element longer than the block ends it.
#[test]
fn a_lying_length_ends_the_block() {
    assert_eq!(elements(ONE_BYTE, &[0x10, 1, 0x2F, 1, 2]), [(1, vec![1])]);
    assert_eq!(elements(TWO_BYTE, &[1, 255, 1]), []);
    assert_eq!(elements(TWO_BYTE, &[1]), []);
}

#[test]
fn id_0_is_never_found() {
    assert_eq!(Extensions::new(TWO_BYTE, &[0, 1, 2, 3]).value(0), None);
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        list in prop::collection::vec((1..=255u8, prop::collection::vec(any::<u8>(), 0..40)), 0..8),
    ) {
        let list: Vec<_> = list.iter().map(|(id, value)| Extension { id: *id, value }).collect();
        let mut out = [0xEE; 600];
        let len = write(&mut out, &list).unwrap();
        prop_assert_eq!(len % 4, 0);
        prop_assert_eq!(len, written_len(&list));
        if len > 0 {
            let profile = u16::from_be_bytes([out[0], out[1]]);
            prop_assert_eq!(usize::from(u16::from_be_bytes([out[2], out[3]])) * 4 + 4, len);
            prop_assert_eq!(Extensions::new(profile, &out[4..len]).collect::<Vec<_>>(), list);
        }
    }

    #[test]
    fn arbitrary_blocks_end(profile in prop_oneof![Just(ONE_BYTE), Just(TWO_BYTE)], block: Vec<u8>) {
        let total: usize = Extensions::new(profile, &block).map(|found| found.value.len() + 1).sum();
        prop_assert!(total <= block.len());
    }
}

#[test]
fn a_block_that_does_not_fit_is_refused() {
    let one = [Extension { id: 1, value: &[1, 2, 3] }];
    assert_eq!(write(&mut [0; 7], &one), Err(Malformed));
    assert_eq!(write(&mut [0; 8], &one), Ok(8));
    assert_eq!(write(&mut [0; 8], &[Extension { id: 0, value: &[1] }]), Err(Malformed));
}

#[test]
fn an_audio_level_survives_the_round_trip() {
    for byte in 0..=255 {
        assert_eq!(AudioLevel::parse(&[byte]).unwrap().to_byte(), byte);
    }
}

/// 6.18 fixed point: one second is 2^18, and 64 seconds are 0 again.
#[test]
fn absolute_send_time_counts_in_sixteenths_of_a_second_and_wraps() {
    assert_eq!(abs_send_time(1_000_000), [0x04, 0, 0]);
    assert_eq!(abs_send_time(63_999_999), [0xFF, 0xFF, 0xFF]);
    assert_eq!(abs_send_time(64_000_000), [0, 0, 0]);
    assert_eq!(abs_send_time(u64::MAX), abs_send_time(u64::MAX % 64_000_000));
}
