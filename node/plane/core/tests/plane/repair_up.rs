//! What a publisher's packets lost on their way is asked for, and comes by RTX (RFC 4588) into its place.

use crate::common::*;
use plane_core::drops::Cause;
use plane_core::rtcp::{Compound, Packet};

fn nacked(reports: &[Vec<u8>]) -> Vec<u16> {
    let packets = reports.iter().flat_map(|bytes| Compound::new(bytes));
    packets
        .flat_map(|packet| match packet {
            Packet::Nack { media, lost, .. } if media == CAMERA => lost.collect::<Vec<_>>(),
            _ => Vec::new(),
        })
        .collect()
}

/// R: a hole is asked for after 20 ms, recovered by RTX, and forwarded in its place.
#[test]
fn a_hole_is_filled() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    for n in [65_534u64, 65_535, 65_537] {
        amina.send(&mut world, &amina.video(n, n as u16, n == 65_534));
    }
    world.flush();
    amina.reports(&mut world);
    world.pass(40 * MS);
    assert_eq!(nacked(&amina.reports(&mut world)), [0]);
    let again = amina.video_again(1, 65_536, 0, false);
    amina.send(&mut world, &again);
    world.flush();

    let got = badr.got(&mut world);
    let first = got[0].header.sequence;
    let steps: Vec<u16> = got.iter().map(|packet| packet.header.sequence.wrapping_sub(first)).collect();
    assert_eq!(steps, [0, 1, 3, 2]);
    assert!(got.iter().all(|packet| !packet.is_rtx()), "recovered, it is an ordinary packet");
    assert_eq!(world.shard.totals().recovered_packets, 1);
    world.pass(200 * MS);
    assert!(nacked(&amina.reports(&mut world)).is_empty());
}

/// R: at most ten requests for one packet; then it is given up.
#[test]
fn asked_for_at_most_ten_times() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    amina.send(&mut world, &amina.video(1, 1, true));
    amina.send(&mut world, &amina.video(3, 3, false));
    let mut asked = 0;
    for _ in 0..200 {
        world.pass(10 * MS);
        asked += nacked(&amina.reports(&mut world)).len();
    }
    assert_eq!(asked, 10);
}

/// R: the original and its retransmission are one packet to the receivers.
#[test]
fn twice_is_once() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.send(&mut world, &amina.video(1, 1, true));
    amina.send(&mut world, &amina.video_again(1, 1, 1, true));
    world.flush();
    assert_eq!(badr.got(&mut world).len(), 1);
    assert_eq!(world.shard.dropped(Cause::Duplicate), 1);
}
