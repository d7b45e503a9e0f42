//! H7: SRTP and SRTCP replay, and the rollover counter.

use crate::common::*;
use plane_core::drops::Cause;

/// H7: one packet again, a window of 64 again, and everything again: nothing is forwarded twice.
#[test]
fn h7_a_packet_counts_once() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let packets: Vec<_> = (0..2000).map(|n| amina.audio(n, 20)).collect();
    for packet in &packets {
        amina.send(&mut world, packet);
    }
    world.flush();
    let first = badr.got(&mut world).len();
    amina.send(&mut world, &packets[1999]);
    for packet in &packets[1900..1964] {
        amina.send(&mut world, packet);
    }
    for packet in &packets {
        amina.send(&mut world, packet);
    }
    world.flush();
    assert!(first > 0 && badr.got(&mut world).is_empty());
    assert_eq!(world.shard.dropped(Cause::SrtpReplay), 2065);
}

/// H7: the 16-bit number rolls over with half of the packets lost: no lock-out, no duplicate (mediasoup 3.14.12).
#[test]
fn h7_rollover_with_half_lost() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let mut lottery = 12_345u64;
    let (mut sent, mut got) = (0, 0);
    for n in 60_000..(3 << 16) + 500u64 {
        lottery = lottery.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        if lottery >> 63 == 1 {
            amina.send(&mut world, &amina.audio(n, 20));
            world.flush();
            sent += 1;
            got += badr.got(&mut world).len(); // every one opens with the receiver's own rollover counting
        }
    }
    assert_eq!(got, sent);
}

/// H7: what we send rolls over too, and the receiver follows.
#[test]
fn h7_our_own_rollover() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let mut seen = 0;
    for n in 0..70_000u64 {
        amina.send(&mut world, &amina.audio(n, 20));
        if n % 50 == 49 {
            world.flush();
            seen += badr.got(&mut world).len();
        }
    }
    assert_eq!(seen, 70_000);
}

/// H7: a replayed SRTCP compound asks for nothing.
#[test]
fn h7_rtcp_counts_once() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.send(&mut world, &amina.video(0, 0, true));
    world.flush();
    let mut pli = vec![0; 100];
    let mut writer = plane_core::rtcp::Writer::new(&mut pli[..60]);
    writer.pli(1, 0x5245_0000 | VIDEO_SLOT << 1).unwrap();
    let len = writer.len();
    let len = badr.sealer.seal_rtcp(&mut pli, len, 1).unwrap();
    for _ in 0..50 {
        badr.send(&mut world, &pli[..len]);
    }
    assert_eq!(world.shard.totals().plis_received, 1);
    assert_eq!(world.shard.dropped(Cause::SrtcpReplay), 49);
}

/// H7: a sender whose numbers leap does not take its receivers' rollover counting along, whatever they lose.
#[test]
fn h7_numbers_that_leap() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let mut seen = 0;
    for n in 0..20u64 {
        amina.send(&mut world, &amina.audio(n * 30_000, 20));
        world.flush();
        if n % 3 == 0 {
            seen += badr.got(&mut world).len(); // every one opens
        } else {
            world.take(badr.address); // lost on the way
        }
    }
    assert_eq!(seen, 7);
}

/// D: a sender that starts over twice between two flushes: no number of ours carries two packets.
#[test]
fn starting_over_within_a_batch() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let from = |ssrc: u32, sequence: u16| {
        let extensions = [plane_core::ext::Extension { id: 4, value: b"0" as &[u8] }];
        let fields = plane_core::rtp::Fields { marker: false, payload_type: 111, sequence, timestamp: 960, ssrc };
        amina.seal(&fields, sequence.into(), &extensions, &[ssrc as u8; 80])
    };
    for (ssrc, sequence) in [(MICROPHONE, 100), (7, 100), (7, 101), (MICROPHONE, 101)] {
        amina.send(&mut world, &from(ssrc, sequence));
    }
    world.flush();
    let numbers: Vec<u16> = badr.got(&mut world).iter().map(|one| one.header.sequence).collect();
    assert_eq!(numbers.len(), 2, "those of the second life, which the first does not take back");
    assert_ne!(numbers[0], numbers[1]);
}

/// H7: a sender that alternates between two SSRCs starts over twice a second, and the rest of it goes on.
#[test]
fn h7_alternating_between_two_ssrcs() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let from = |ssrc: u32, sequence: u16| {
        let extensions = [plane_core::ext::Extension { id: 4, value: b"0" as &[u8] }];
        let fields = plane_core::rtp::Fields { marker: false, payload_type: 111, sequence, timestamp: 960, ssrc };
        amina.seal(&fields, sequence.into(), &extensions, &[ssrc as u8; 80])
    };
    let (mut heard, mut turns, mut last) = (0, 0, None);
    for n in 0..500 {
        for ssrc in [MICROPHONE, 7] {
            amina.send(&mut world, &from(ssrc, n));
            world.flush();
            for got in badr.got(&mut world) {
                heard += 1;
                turns += usize::from(last.replace(got.payload[0]) != Some(got.payload[0]));
            }
        }
        world.pass(20 * MS);
    }
    assert!(turns <= 2 + 2 * 10 + 1, "{turns} turns in 10 s");
    assert!(heard >= 500 - 2 * turns, "one of both is heard all the time: {heard}");
    assert!(world.shard.dropped(Cause::RtpRestarts) >= 450);
}
