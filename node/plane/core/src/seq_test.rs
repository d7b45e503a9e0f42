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

#[test]
fn what_is_left_out_leaves_no_gap() {
    let mut splice = Splice::starting_at(1);
    splice.switch(100, 1);
    assert_eq!(splice.map(100), Some(1));
    assert_eq!(splice.skip(101), Some(Skipped::Gone));
    assert_eq!(splice.skip(102), Some(Skipped::Gone));
    assert_eq!(splice.map(104), Some(3), "103 may still come");
    assert_eq!(splice.map(103), Some(2));
    assert_eq!((splice.unmap(1), splice.unmap(2), splice.unmap(3)), (Some(100), Some(103), Some(104)));
    assert_eq!(splice.map(106), Some(5));
    assert_eq!(splice.skip(105), Some(Skipped::Fill(4)), "too late: 106 has gone out");
    assert_eq!(splice.map(101), None, "its number is another's");
    assert_eq!(splice.skip(102), None);
}

/// D: under one key no number is sealed twice, also when all that went out since the last packet was filling.
#[test]
fn what_fills_a_place_is_not_numbered_again() {
    let mut splice = Splice::starting_at(1);
    splice.switch(100, 1);
    assert_eq!(splice.map(100), Some(1));
    assert_eq!(splice.skip(105), Some(Skipped::Gone));
    assert_eq!(splice.skip(101), Some(Skipped::Fill(2)));
    splice.switch(900, 1);
    assert_eq!(splice.map(900), Some(3));
}

proptest! {
    /// Whatever is left out, lost and late: no number is used twice, order is kept, what was sent is found again, and
    /// what remains open is only what has not come.
    #[test]
    fn skipping_is_exact(
        start in 0u64..1 << 40,
        packets in prop::collection::vec((any::<bool>(), 0u8..8), 1..900),
    ) {
        let mut splice = Splice::starting_at(77);
        splice.switch(start, 1);
        prop_assert_eq!(splice.map(start), Some(77));
        let mut sent = vec![(start, 77)];
        let mut used = std::collections::HashSet::from([77]);
        let mut late = Vec::new();
        for (n, &(kept, fate)) in packets.iter().enumerate() {
            let number = start + 1 + n as u64;
            match fate {
                0 => late.push((number, kept)), // comes later, or never
                1 if !late.is_empty() => {
                    late.push((number, kept));
                    let (number, kept) = late.remove(0);
                    if kept {
                        if let Some(out) = splice.map(number) {
                            prop_assert!(used.insert(out));
                            sent.push((number, out));
                        }
                    } else if let Some(Skipped::Fill(out)) = splice.skip(number) {
                        prop_assert!(used.insert(out));
                    }
                }
                _ if kept => {
                    let out = splice.map(number).unwrap();
                    prop_assert!(used.insert(out));
                    sent.push((number, out));
                }
                _ => {
                    let skipped = splice.skip(number);
                    prop_assert_eq!(skipped, Some(Skipped::Gone));
                }
            }
        }
        for &(number, out) in sent.iter().rev().take(100) {
            prop_assert_eq!(splice.unmap(out), Some(number));
        }
        sent.sort_unstable();
        prop_assert!(sent.windows(2).all(|two| two[0].1 < two[1].1));
        // What filled a place may be the last.
        let highest = *used.iter().max().unwrap();
        let last = splice.unmap(highest).unwrap();
        let lost = late.iter().filter(|&&(number, _)| number < last).count() as u64;
        prop_assert_eq!(highest - 77 + 1, used.len() as u64 + lost, "gaps are exactly what has not come");
    }
}
