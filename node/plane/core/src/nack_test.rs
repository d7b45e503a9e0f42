use super::*;
use proptest::prelude::*;

const RTT: u64 = 8_000;

fn asked(detector: &mut LossDetector, now: u64) -> Vec<u16> {
    let mut out = [0; 64];
    let count = detector.due(now, RTT, &mut out);
    out[..count].to_vec()
}

fn fed(sequences: impl IntoIterator<Item = u64>) -> LossDetector {
    let mut detector = LossDetector::new();
    for sequence in sequences {
        detector.received(sequence, 0);
    }
    detector
}

#[test]
fn nothing_missing_nothing_asked() {
    let mut detector = fed(100..200);
    assert_eq!(asked(&mut detector, 1_000_000), []);
    assert_eq!(detector.deadline(), None);
}

#[test]
fn a_gap_is_asked_for_after_twenty_milliseconds() {
    let mut detector = fed([100, 102]);
    assert_eq!(detector.deadline(), Some(WAIT_US));
    assert_eq!(asked(&mut detector, WAIT_US - 1), []);
    assert_eq!(asked(&mut detector, WAIT_US), [101]);
    assert_eq!(detector.deadline(), Some(2 * WAIT_US));
}

#[test]
fn three_later_packets_prove_a_loss_at_once() {
    let mut detector = fed([100, 102, 103, 104]);
    assert_eq!(asked(&mut detector, 1), [101]);
    assert_eq!(asked(&mut detector, 2), []);
}

#[test]
fn a_packet_that_is_merely_late_is_not_asked_for() {
    let mut detector = fed([100, 102]);
    assert_eq!(detector.received(101, 5_000), Arrival::Recovered { asked: false });
    assert_eq!(asked(&mut detector, 1_000_000), []);
    assert_eq!(detector.received(101, 6_000), Arrival::Known);
}

#[test]
fn a_recovered_packet_is_told_from_a_repeated_one() {
    let mut detector = fed([100, 102]);
    asked(&mut detector, WAIT_US);
    assert_eq!(detector.received(101, 30_000), Arrival::Recovered { asked: true });
    assert_eq!(detector.received(102, 30_000), Arrival::Known);
}

#[test]
fn a_packet_is_given_up_after_ten_requests() {
    let mut detector = fed([100, 102]);
    let mut requests = 0;
    let mut now = 0;
    while let Some(deadline) = detector.deadline() {
        now = deadline;
        requests += asked(&mut detector, now).len();
    }
    assert_eq!((requests, detector.given_up(), detector.missing()), (10, 1, 0));
    assert_eq!(now, 11 * WAIT_US, "the last request is given its time too");
}

#[test]
fn requests_are_no_more_frequent_than_the_path_allows() {
    let mut detector = fed([100, 102]);
    let mut out = [0; 4];
    assert_eq!(detector.due(WAIT_US, 200_000, &mut out), 1);
    assert_eq!(detector.deadline(), Some(WAIT_US + 250_000));
}

#[test]
fn what_does_not_fit_stays_due() {
    let mut detector = fed([100, 110]);
    let mut out = [0; 4];
    assert_eq!(detector.due(1, RTT, &mut out), 4);
    assert_eq!(out, [101, 102, 103, 104]);
    assert_eq!(asked(&mut detector, 1), [105, 106, 107]);
    assert_eq!(asked(&mut detector, WAIT_US), [108, 109]);
}

#[test]
fn a_restart_of_the_stream_is_no_loss() {
    let mut detector = fed([100]);
    assert_eq!(detector.received(5000, 0), Arrival::Jump);
    assert_eq!((detector.missing(), asked(&mut detector, 1_000_000).len()), (0, 0));
    assert_eq!(detector.received(5001, 0), Arrival::New);
}

/// H10: whatever is lost, memory stays as the first loss made it; most streams never lose anything, or never begin.
#[test]
fn endless_loss_takes_no_more_memory() {
    let mut detector = LossDetector::new();
    assert_eq!(detector.missing.capacity(), 0);
    detector.received(0, 0);
    detector.received(2, 0);
    let capacity = detector.missing.capacity();
    for sequence in (100..100_000).step_by(100) {
        detector.received(sequence, sequence);
    }
    assert_eq!((detector.missing(), detector.missing.capacity()), (MAX_MISSING, capacity));
}

proptest! {
    /// Over any loss and reordering: exactly what never came is asked for, and nothing twice at one time.
    #[test]
    fn what_never_came_is_what_is_asked_for(lost in prop::collection::btree_set(1u64..99, 0..60), swaps: Vec<bool>) {
        let mut order: Vec<u64> = (0..100).filter(|n| !lost.contains(n)).collect();
        let last = order.len() - 2;
        for (at, swap) in swaps.iter().enumerate().filter(|(at, _)| *at < last) {
            if *swap && at > 0 {
                order.swap(at, at + 1);
            }
        }
        let mut detector = fed(order.iter().map(|n| 65_500 + n));
        let expected: Vec<u16> = lost.iter().map(|n| (65_500 + n) as u16).collect();
        let came: Vec<u16> = asked(&mut detector, WAIT_US);
        prop_assert_eq!(came, expected);
    }
}
