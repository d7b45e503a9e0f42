//! Sound and picture of one person share a clock, whatever slots they are in.

use crate::common::*;
use plane_core::rtcp::{Compound, Packet, SenderInfo, ntp};

/// What a receiver computes: the wall time, in µs, of an RTP timestamp, from the last sender report of its slot.
fn wall_us(info: &SenderInfo, timestamp: u32, clock_rate: f64) -> f64 {
    let ntp = info.ntp as f64 / 4_294_967_296.0 * 1e6;
    ntp + f64::from(timestamp.wrapping_sub(info.rtp) as i32) / clock_rate * 1e6
}

/// R: what was captured at one instant is played at one instant, though the reports of sound and picture were sent
/// 300 ms apart, and the publisher's clock is an hour off.
#[test]
fn captured_together_played_together() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    // The publisher's clock: an hour ahead. At its time T0, its RTP clocks read 96,000 (sound) and 180,000 (picture).
    let theirs = |now: u64| ntp(1_700_000_000 * SECOND + now + 3600 * SECOND);
    let report = |at: u64, rtp: u32| SenderInfo { ntp: theirs(at), rtp, packets: 1, octets: 1 };
    let t0 = world.now;
    amina.send(&mut world, &amina.audio(100, 20)); // timestamp 96,000
    amina.send(&mut world, &amina.video(1, 60, true)); // timestamp 180,000
    amina.rtcp(&mut world, |w| w.sender_report(MICROPHONE, &report(t0, 96_000), &[]).unwrap());
    world.pass(300 * MS);
    amina.rtcp(&mut world, |w| w.sender_report(CAMERA, &report(t0 + 300 * MS, 180_000 + 27_000), &[]).unwrap());
    let (mut packets, mut infos) = (Vec::new(), std::collections::HashMap::new());
    for _ in 0..100 {
        world.pass(20 * MS);
        let datagrams = world.take(badr.address);
        for bytes in datagrams {
            world.wire.datagrams.push((badr.address, bytes));
        }
    }
    let copies = world.wire.datagrams.clone();
    for bytes in badr.reports(&mut world) {
        for packet in Compound::new(&bytes) {
            if let Packet::SenderReport { ssrc, info, .. } = packet {
                infos.insert(ssrc, info);
            }
        }
    }
    world.wire.datagrams = copies;
    packets.extend(badr.got(&mut world));
    let sound = packets.iter().find(|p| p.slot() < VIDEO_SLOT).unwrap();
    let picture = packets.iter().find(|p| p.slot() == VIDEO_SLOT).unwrap();
    let heard = wall_us(&infos[&sound.header.ssrc], sound.header.timestamp, 48_000.0);
    let seen = wall_us(&infos[&picture.header.ssrc], picture.header.timestamp, 90_000.0);
    assert!((heard - seen).abs() < 2000.0, "{} µs apart", heard - seen);
}
