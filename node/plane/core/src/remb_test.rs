use super::*;

/// One second in which 100 packets of 1,250 bytes come (1 Mbit/s) and `lost` do not.
fn second(remb: &mut Remb, now: &mut u64, lost: u64) -> u64 {
    for n in 0..100 {
        remb.received(1250, u64::from(n < lost));
    }
    *now += 1_000_000;
    remb.poll(*now).unwrap()
}

#[test]
fn a_sender_is_granted_all_from_the_first_message() {
    let mut remb = Remb::new(3_000_000, 0);
    assert_eq!(remb.poll(0), Some(3_000_000));
    assert_eq!(remb.poll(INTERVAL_US - 1), None);
    assert_eq!(remb.poll(INTERVAL_US), Some(3_000_000));
}

#[test]
fn heavy_loss_is_felt_at_once_and_forgotten_slowly() {
    let mut remb = Remb::new(3_000_000, 0);
    let mut now = 0;
    let after = second(&mut remb, &mut now, 25);
    assert!((900_000..1_250_000).contains(&after), "{after}");
    let next = second(&mut remb, &mut now, 0);
    assert!(next > after && next < after * 110 / 100);
    for _ in 0..20 {
        second(&mut remb, &mut now, 0);
    }
    assert_eq!(remb.granted(), 3_000_000);
}

#[test]
fn light_loss_changes_nothing() {
    let mut remb = Remb::new(3_000_000, 0);
    let mut now = 0;
    assert_eq!(second(&mut remb, &mut now, 5), 3_000_000);
}

#[test]
fn the_grant_never_falls_to_nothing() {
    let mut remb = Remb::new(3_000_000, 0);
    let mut now = 0;
    for _ in 0..30 {
        for _ in 0..30 {
            remb.received(20, 5);
        }
        now += 1_000_000;
        remb.poll(now);
    }
    assert_eq!(remb.granted(), MIN_BPS);
}

#[test]
fn a_new_cap_is_told_at_once() {
    let mut remb = Remb::new(3_000_000, 0);
    remb.poll(0);
    remb.set_cap(500_000);
    assert_eq!(remb.poll(1), Some(500_000));
    remb.set_cap(2_000_000);
    assert_eq!(remb.poll(2), Some(2_000_000), "no loss spoke against it");
}
