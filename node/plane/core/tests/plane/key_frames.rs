//! A newcomer sees a picture at once: from the cache when it reaches back to a key frame, else by asking for one.

use crate::common::*;
use plane_core::rtcp::{Compound, Packet};

fn plis(reports: &[Vec<u8>]) -> usize {
    reports.iter().flat_map(|bytes| Compound::new(bytes)).filter(|packet| matches!(packet, Packet::Pli { .. })).count()
}

/// R: late joiners see a picture within 500 ms; here within the same instant, without troubling the publisher.
#[test]
fn from_the_cache() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    for n in 0..30 {
        amina.send(&mut world, &amina.video(n, n as u16, n == 3));
        world.pass(33 * MS);
    }
    amina.reports(&mut world);
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    world.flush();
    let got = badr.got(&mut world);
    assert_eq!(got.len(), 27, "the key frame and everything since");
    assert_eq!(got[0].payload[5] & 1, 0);
    let past = got[26].header.timestamp.wrapping_sub(got[0].header.timestamp);
    assert!(past < 90 * 50, "the past is shown at once, not at its own pace: {past} ticks");
    assert!(got.windows(2).all(|two| two[1].header.timestamp > two[0].header.timestamp));
    amina.send(&mut world, &amina.video(30, 30, false));
    world.flush();
    let next = badr.got(&mut world);
    assert_eq!(next[0].header.sequence, got[26].header.sequence.wrapping_add(1));
    assert_eq!(picture_of(&next[0].payload).0, picture_of(&got[26].payload).0 + 1);
    assert_eq!(next[0].header.timestamp.wrapping_sub(got[26].header.timestamp), 3000);
    let lost = got[4].clone();
    badr.rtcp(&mut world, |writer| writer.nack(1, got[0].header.ssrc, &[lost.header.sequence]).unwrap());
    world.flush();
    assert_eq!(badr.got(&mut world)[0].header.timestamp, lost.header.timestamp);
    assert_eq!(plis(&amina.reports(&mut world)), 0);
    assert_eq!(world.shard.totals().key_frames_from_cache, 1);
}

/// R: a browser that was not ready yet when its first picture came gets it once more from the cache when it says so; who
/// asks again is believed, and the publisher makes a new one.
#[test]
fn once_more_for_one_who_was_not_ready() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    for n in 0..30 {
        amina.send(&mut world, &amina.video(n, n as u16, n == 3));
        world.pass(33 * MS);
    }
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    world.flush();
    let lost = badr.got(&mut world);
    amina.reports(&mut world);

    world.pass(200 * MS);
    amina.send(&mut world, &amina.video(30, 30, false));
    world.flush();
    let ssrc = badr.got(&mut world)[0].header.ssrc;
    badr.rtcp(&mut world, |writer| writer.pli(1, ssrc).unwrap());
    world.flush();
    let again = badr.got(&mut world);
    assert_eq!(again.len(), 28, "the key frame and everything since");
    assert_eq!(again[0].payload[5] & 1, 0);
    assert_eq!(again[0].header.sequence, lost[26].header.sequence.wrapping_add(2), "under new numbers");
    assert!(again[0].header.timestamp.wrapping_sub(lost[26].header.timestamp) < 90 * 1000);
    assert_eq!(plis(&amina.reports(&mut world)), 0);

    badr.rtcp(&mut world, |writer| writer.pli(1, ssrc).unwrap());
    world.flush();
    assert!(badr.got(&mut world).is_empty());
    assert_eq!(plis(&amina.reports(&mut world)), 1);
}

/// R: when the last key frame is too long ago, one is asked for at once and shown when it comes.
#[test]
fn by_asking() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    for n in 0..600 {
        amina.send(&mut world, &amina.video(n, n as u16, n == 0));
        world.pass(10 * MS);
    }
    let mut badr = world.join("badr", "r");
    amina.reports(&mut world);
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    world.flush();
    assert_eq!(plis(&amina.reports(&mut world)), 1);
    amina.send(&mut world, &amina.video(600, 600, false));
    world.flush();
    assert!(badr.got(&mut world).is_empty());
    amina.send(&mut world, &amina.video(601, 601, true));
    world.flush();
    assert_eq!(badr.got(&mut world).len(), 1);
}

/// H10: a thousand requests at once are one, and a storm of them a trickle.
#[test]
fn h10_a_storm_of_requests() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.send(&mut world, &amina.video(0, 0, true));
    world.flush();
    amina.reports(&mut world);
    let mut asked = 0;
    for n in 1..100 {
        for _ in 0..10 {
            badr.rtcp(&mut world, |writer| writer.pli(1, 0x5245_0000 | VIDEO_SLOT << 1).unwrap());
        }
        amina.send(&mut world, &amina.video(n, n as u16, false));
        world.pass(50 * MS);
        asked += plis(&amina.reports(&mut world));
    }
    assert!((2..=7).contains(&asked), "{asked} in 5 s");
}

/// R: a request that is lost is made again, until a key frame comes.
#[test]
fn asked_again_until_answered() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    let _badr = world.join("badr", "r");
    amina.send(&mut world, &amina.video(0, 0, false));
    world.flush();
    amina.reports(&mut world);
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    let mut asked = 0;
    for n in 1..40 {
        amina.send(&mut world, &amina.video(n, n as u16, false));
        world.pass(33 * MS);
        asked += plis(&amina.reports(&mut world));
    }
    assert!(asked >= 2, "{asked}");
    amina.send(&mut world, &amina.video(40, 40, true));
    world.pass(SECOND);
    amina.reports(&mut world);
    world.pass(3 * SECOND);
    assert_eq!(plis(&amina.reports(&mut world)), 0);
}

/// D: what waits for the flush and is in the cache too reaches the newcomer once; no number is ever sealed twice.
#[test]
fn each_packet_once() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    for n in 0..5 {
        amina.send(&mut world, &amina.video(n, n as u16, n == 0));
    }
    world.flush();
    amina.send(&mut world, &amina.video(5, 5, false));
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.send(&mut world, &amina.video(6, 6, false));
    world.flush();
    assert_eq!(badr.got(&mut world).len(), 7);
    // The cache has a hole by the time of the flush: the newcomer starts with what has just come.
    world.assign("badr", VIDEO_SLOT + 1, "amina/camera");
    amina.send(&mut world, &amina.video(7, 7, true));
    amina.send(&mut world, &amina.video(9, 9, false));
    world.flush();
    assert_eq!(badr.got(&mut world).len(), 4);
}

/// R: the end of the handshake leaves before the pictures that need it: before it, the peer has no key to open them.
#[test]
fn the_handshake_goes_first() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    amina.send(&mut world, &amina.video(1, 1, true));
    world.flush();
    let mut badr = world.open(page("badr", "r"));
    let check = badr.check(true);
    world.datagram(badr.address, &check);
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    world.flush();
    world.take(badr.address);
    badr.key(&mut world);
    let dtls = plane_core::contract::SendDtls { transport: "badr".into(), datagrams: vec![vec![22; 300]] };
    world.command(plane_core::contract::to_plane::Command::SendDtls(dtls));
    world.flush();
    let sent = world.take(badr.address);
    let first = |is: fn(u8) -> bool| sent.iter().position(|bytes| is(bytes[0])).unwrap();
    let is_rtp = |bytes: &&Vec<u8>| bytes[0] >= 128 && !plane_core::rtp::is_rtcp(bytes);
    let picture = sent.iter().position(|bytes| is_rtp(&bytes)).unwrap();
    assert!(first(|byte| byte == 22) < picture);
}

/// R: a picture that goes on while another is waited for is repaired too.
#[test]
fn for_what_is_shown_meanwhile() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    world.join("badr", "r"); // sends nothing yet
    let mut chloe = world.join("chloe", "r");
    world.assign("chloe", VIDEO_SLOT, "amina/camera");
    amina.send(&mut world, &amina.video(0, 0, true));
    world.flush();
    world.assign("chloe", VIDEO_SLOT, "badr/camera");
    amina.reports(&mut world);
    chloe.rtcp(&mut world, |writer| writer.pli(1, 0x5245_0000 | VIDEO_SLOT << 1).unwrap());
    world.flush();
    assert_eq!(plis(&amina.reports(&mut world)), 1);
}
