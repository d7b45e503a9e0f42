//! Senders with transport-wide numbers are told what came and when.

use plane_core::bandwidth::feedback::Feedback;
use plane_core::ext::Extension;
use plane_core::rtcp::{Compound, Packet};
use plane_core::rtp::Fields;

use crate::common::*;
use crate::network::{SENDING_ID, numbered};

/// A packet of the camera with a transport-wide number.
fn send(world: &mut World, peer: &Peer, index: u64, number: u16) {
    let number = number.to_be_bytes();
    let extensions = [Extension { id: 4, value: b"1" as &[u8] }, Extension { id: SENDING_ID as u8, value: &number }];
    let fields =
        Fields { marker: true, payload_type: 96, sequence: index as u16, timestamp: index as u32 * 3000, ssrc: CAMERA };
    let packet = peer.seal(&fields, index, &extensions, &picture_payload(index as u16, index == 1, true, 500));
    peer.send(world, &packet);
}

/// What feedback says: number, and arrival in µs by an unknown clock.
fn told(world: &mut World, peer: &mut Peer) -> Vec<(u16, Option<i64>)> {
    let mut all = Vec::new();
    for bytes in peer.reports(world) {
        for packet in Compound::new(&bytes) {
            let Packet::TransportCc { media, body, .. } = packet else { continue };
            assert_eq!(media, CAMERA, "browsers take feedback by an SSRC of theirs");
            let feedback = Feedback::parse(body).unwrap();
            let reference = i64::from(feedback.reference) * 64_000;
            for status in feedback.statuses() {
                for n in 0..status.packets {
                    let number = feedback.base.wrapping_add(status.offset + n);
                    all.push((number, status.arrived_us.map(|us| us + reference)));
                }
            }
        }
    }
    all
}

/// R: every packet is told of within 120 ms, those that are missing as missing, over the wrap of the numbers.
#[test]
fn senders_are_told_what_came() {
    let mut world = World::new();
    let mut amina = world.open(numbered("amina", "r"));
    amina.connect(&mut world);
    let mut all = Vec::new();
    for n in 0..100u64 {
        if n % 10 != 3 {
            send(&mut world, &amina, n + 1, 65_500u16.wrapping_add(n as u16));
        }
        world.pass(10 * MS);
        if n % 12 == 11 {
            all.extend(told(&mut world, &mut amina));
            assert!(all.len() as u64 >= n.saturating_sub(11), "{n}: {}", all.len());
        }
    }
    world.pass(120 * MS);
    all.extend(told(&mut world, &mut amina));
    assert_eq!(all.len(), 100);
    for (n, (number, arrived)) in all.iter().enumerate() {
        assert_eq!(*number, 65_500u16.wrapping_add(n as u16));
        assert_eq!(arrived.is_some(), n % 10 != 3, "{n}");
    }
    let times: Vec<i64> = all.iter().filter_map(|(_, arrived)| *arrived).collect();
    assert!(times.windows(2).all(|pair| [10_000, 20_000].contains(&((pair[1] - pair[0] + 250) / 1000 * 1000))));
    world.pass(SECOND);
    assert_eq!(told(&mut world, &mut amina), [], "all has been told");
}

/// R: where the extension was not agreed there is REMB, and no feedback; where it was, REMB says the cap whatever is lost.
#[test]
fn remb_is_the_cap_or_the_grant() {
    let rembs = |world: &mut World, peer: &mut Peer| -> Vec<u64> {
        let reports = peer.reports(world);
        let packets = reports.iter().flat_map(|bytes| Compound::new(bytes));
        packets.filter_map(|p| if let Packet::Remb { bitrate, .. } = p { Some(bitrate) } else { None }).collect()
    };
    for (numbers, falls) in [(true, false), (false, true)] {
        let mut world = World::new();
        let mut amina = world.open(if numbers { numbered("amina", "r") } else { page("amina", "r") });
        amina.connect(&mut world);
        let mut granted = Vec::new();
        for n in 0..400u64 {
            if n % 4 != 0 {
                send(&mut world, &amina, n + 1, n as u16);
            }
            world.pass(10 * MS);
        }
        granted.extend(rembs(&mut world, &mut amina));
        assert_eq!(granted.last().is_some_and(|&bps| bps < 2_000_000), falls, "{granted:?}");
        assert_eq!(world.shard.totals().transport_cc_sent > 0, numbers);
    }
}
