use super::*;
use proptest::prelude::*;

#[test]
fn numbers_grow_through_the_wrap_and_late_ones_find_their_place() {
    let mut unwrapper = Unwrapper::new();
    assert_eq!(unwrapper.extend(65_534), 131_070);
    assert_eq!(unwrapper.extend(1), 131_073);
    assert_eq!(unwrapper.extend(65_535), 131_071);
    assert_eq!(unwrapper.highest(), Some(131_073));
}

#[test]
fn a_packet_from_before_the_first_has_a_place() {
    let mut unwrapper = Unwrapper::new();
    assert_eq!(unwrapper.extend(0), 65_536);
    assert_eq!(unwrapper.extend(65_535), 65_535);
}

#[test]
fn timestamps_grow_through_the_wrap() {
    let mut unwrapper = TimestampUnwrapper::new();
    let first = unwrapper.extend(u32::MAX - 10);
    assert_eq!(unwrapper.extend(20), first + 31);
}

proptest! {
    #[test]
    fn extending_undoes_truncation(start in 65_536u64..1 << 40, steps in prop::collection::vec(-30_000i64..30_000, 1..200)) {
        let mut unwrapper = Unwrapper { highest: Some(start) };
        for step in steps {
            let highest = unwrapper.highest().unwrap();
            let number = highest.checked_add_signed(step).unwrap();
            prop_assert_eq!(unwrapper.extend(number as u16), number);
        }
    }

    /// Rewriting is monotonic: over loss, reordering and switches, a later packet of a source has a higher number,
    /// no number is used twice, and each new source starts right after the last number sent.
    #[test]
    fn splicing_is_monotonic(
        sources in prop::collection::vec(
            (0u64..1 << 48, prop::collection::vec(0u64..60, 1..60), 1u64..50),
            1..8,
        ),
    ) {
        let mut splice = Splice::starting_at(5000);
        let mut used = std::collections::HashSet::new();
        for (first, offsets, step) in sources {
            let before = splice.highest_out().unwrap();
            splice.switch(first, step);
            prop_assert_eq!(splice.map(first), Some(before + step));
            used.insert(before + step);
            let mut sent = vec![first];
            for offset in offsets {
                let number = first + offset;
                let out = splice.map(number).unwrap();
                prop_assert_eq!(splice.unmap(out), Some(number));
                prop_assert_eq!(out - (before + step), offset);
                prop_assert_eq!(used.insert(out), !sent.contains(&number));
                sent.push(number);
            }
            if first > 0 {
                prop_assert_eq!(splice.map(first - 1), None);
            }
        }
    }
}

#[test]
fn a_number_of_the_source_before_is_not_unmapped() {
    let mut splice = Splice::starting_at(1);
    splice.switch(100, 1);
    splice.map(100);
    splice.map(101);
    splice.switch(9000, 1);
    splice.map(9000);
    assert_eq!(splice.unmap(2), None);
    assert_eq!(splice.unmap(3), Some(9000));
    assert_eq!(splice.unmap(4), None);
}
