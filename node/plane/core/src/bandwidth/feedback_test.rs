use proptest::prelude::*;

use super::*;

/// Everything that a message says: packet number and arrival.
fn read(body: &[u8]) -> Vec<(u16, Option<i64>)> {
    let feedback = Feedback::parse(body).unwrap();
    let start = i64::from(feedback.reference) * REFERENCE_US;
    let each = feedback.statuses().flat_map(|status| {
        (0..status.packets).map(move |n| (feedback.base.wrapping_add(status.offset + n), status.arrived_us))
    });
    each.map(|(number, arrived)| (number, arrived.map(|us| us + start))).collect()
}

proptest! {
    /// D: what is written is read, whatever pattern of losses and delays; over the wrap of numbers and in small room.
    #[test]
    fn writer_and_parser_agree(
        base in 0u64..200_000,
        start in 1u64..(1 << 23) * 64_000,
        steps in prop::collection::vec(prop_oneof![
            3 => (Just(true), 0i64..60_000),
            2 => (Just(false), 0i64..1),
            1 => (Just(true), -200_000i64..9_000_000),
        ], 1..900),
        room in 16usize..1100,
    ) {
        let mut clock = start as i64;
        let mut arrivals = Vec::new();
        for (came, step) in steps {
            clock = (clock + step).max(1);
            arrivals.push(came.then_some(clock as u64));
        }
        let end = base + arrivals.len() as u64;
        let mut out = vec![0; room / 4 * 4];
        let mut next = base;
        let mut got = Vec::new();
        while next < end {
            let (len, after) = write(&mut out, 3, next, end, |n| arrivals[(n - base) as usize]);
            prop_assert!(after > next && len % 4 == 0);
            if len > 0 {
                let all = read(&out[..len]);
                prop_assert!(all.len() as u64 == after - next);
                got.extend(all);
            } else {
                got.extend((next..after).map(|n| (n as u16, None)));
            }
            next = after;
            // What is missing at the very end is left for later.
            if arrivals[(next - base) as usize..].iter().all(Option::is_none) {
                break;
            }
        }
        for ((n, arrival), (number, told)) in arrivals.iter().enumerate().zip(&got) {
            prop_assert_eq!(*number, (base + n as u64) as u16);
            prop_assert_eq!(told.is_some(), arrival.is_some());
            if let (Some(told), Some(arrival)) = (told, arrival) {
                prop_assert!((told - *arrival as i64).abs() < TICK_US, "{} {}", told, arrival);
            }
        }
    }

    /// H8: any bytes are read or refused, never more statuses than claimed, never past the end.
    #[test]
    fn h8_any_bytes(body in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(feedback) = Feedback::parse(&body) {
            let told: u32 = feedback.statuses().map(|status| u32::from(status.packets)).sum();
            prop_assert_eq!(told, u32::from(feedback.count));
        }
    }
}

/// As another implementation wrote it: a run of three small deltas, a two-bit vector with a large one.
#[test]
fn a_known_message() {
    let body = [
        0xFF, 0xFE, 0, 10, 0, 0, 1, 7, // base 65534, ten statuses, reference 64 ms, number 7
        0x20, 3, // three small
        0xD2, 0x40, // two bits each: small, lost, large, small, lost, lost, lost
        4, 8, 12, 4, 0x01, 0x00, 4, 0,
    ];
    let got = read(&body);
    let us = |ticks: i64| Some(64_000 + ticks * 250);
    assert_eq!(
        got[..7],
        [(65534, us(4)), (65535, us(12)), (0, us(24)), (1, us(28)), (2, None), (3, us(284)), (4, us(288))]
    );
    assert_eq!(got[7..], [(5, None), (6, None), (7, None)]);
}

/// H8: 65,535 statuses. All lost is eight runs and costs as many steps; all received is cut off and refused.
#[test]
fn h8_a_message_with_65535_statuses() {
    let mut lost = vec![0, 0, 0xFF, 0xFF, 0, 0, 0, 0];
    for _ in 0..9 {
        lost.extend([0x1F, 0xFF]);
    }
    let feedback = Feedback::parse(&lost).unwrap();
    assert_eq!(feedback.statuses().count(), 9);
    let mut received = lost.clone();
    for chunk in received[8..].chunks_mut(2) {
        chunk[0] = 0x3F;
    }
    received.resize(1400, 1);
    assert_eq!(Feedback::parse(&received), Err(Malformed));
}

#[test]
fn what_breaks_the_format_is_refused() {
    let whole = [0, 1, 0, 2, 0, 0, 1, 7, 0x20, 2, 4, 8];
    assert!(Feedback::parse(&whole).is_ok());
    for cut in 0..whole.len() {
        assert_eq!(Feedback::parse(&whole[..cut]), Err(Malformed), "{cut}");
    }
    let with = |at: usize, byte| {
        let mut bytes = whole;
        bytes[at] = byte;
        Feedback::parse(&bytes).is_err()
    };
    assert!(with(3, 0), "no status");
    assert!(with(8, 0x60), "a run of a reserved symbol");
    assert!(with(9, 0), "a run of nothing");
    assert!(with(8, 0xF0), "a reserved symbol in a vector");
}
