//! A sender that starts over with new SSRCs (RFC 3550 8.2), as often as it likes.

use crate::common::*;
use crate::simulcaster::*;
use plane_core::drops::Cause;
use plane_core::ext::{AudioLevel, Extension};
use plane_core::rtp::Fields;

/// A sound under an SSRC of its own.
fn sound(peer: &Peer, ssrc: u32, index: u64) -> Vec<u8> {
    let level = [AudioLevel { level: 20, voice: true }.to_byte()];
    let extensions = [Extension { id: 1, value: &level }, Extension { id: 4, value: b"0" }];
    let (sequence, timestamp) = (index as u16, index as u32 * 960);
    let fields = Fields { marker: false, payload_type: 111, sequence, timestamp, ssrc };
    peer.seal(&fields, index, &extensions, &[index as u8; 80])
}

/// R: it is heard after the fortieth time as after the first.
#[test]
fn a_microphone_starts_over_forty_times() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    for time in 0..40u32 {
        for index in 0..3 {
            amina.send(&mut world, &sound(&amina, 7000 + time, index));
        }
        world.pass(600 * MS);
        assert_eq!(badr.got(&mut world).len(), 3, "{time}");
    }
}

/// R: a camera of three layers, each with its repairs, in a browser that is given another camera again and again.
#[test]
fn a_camera_of_three_layers_starts_over_twenty_times() {
    let mut world = World::new();
    let mut camera = Camera::join(&mut world, "amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    for time in 1..=20u32 {
        for (at, layer) in (0u32..).zip(&mut camera.layers) {
            (layer.ssrc, layer.sequence) = (100_000 * time + 2 * at, 1000);
            (layer.says_rid, layer.key) = (true, true);
        }
        badr.got(&mut world);
        camera.run(&mut world, SECOND);
        assert!(badr.got(&mut world).len() > 10, "{time}");
    }
}

/// H7: what was recorded of an SSRC that is left is of no use to who plays it back.
#[test]
fn h7_what_is_left_is_never_believed_again() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let old = sound(&amina, 7000, 0);
    amina.send(&mut world, &old);
    for time in 1..=5 {
        world.pass(SECOND);
        amina.send(&mut world, &sound(&amina, 7000 + time, 0));
    }
    world.pass(SECOND);
    badr.got(&mut world);
    let before = world.shard.dropped(Cause::SrtpReplay);
    amina.send(&mut world, &old);
    amina.send(&mut world, &sound(&amina, 7000, 1));
    world.pass(SECOND);
    assert_eq!(world.shard.dropped(Cause::SrtpReplay) - before, 2);
    assert!(badr.got(&mut world).is_empty());
}

/// A picture of 300 bytes of a camera without layers.
fn picture(peer: &Peer, ssrc: u32, index: u64, number: u16, key: bool) -> Vec<u8> {
    let extensions = [Extension { id: 4, value: b"1" as &[u8] }];
    let (sequence, timestamp) = (index as u16, u32::from(number) * 3000);
    let fields = Fields { marker: true, payload_type: 96, sequence, timestamp, ssrc };
    peer.seal(&fields, index, &extensions, &picture_payload(number, key, true, 300))
}

/// R: repairs of what a sender sent before it started over are of no use after it: nobody is shown them.
#[test]
fn a_late_repair_is_of_before() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    for n in 0..20u64 {
        amina.send(&mut world, &amina.video(1000 + n, n as u16, n == 0));
    }
    amina.send(&mut world, &amina.video_again(1, 1005, 5, false));
    world.pass(20 * MS);
    badr.got(&mut world);
    for n in (0..20u64).filter(|&n| n != 10) {
        amina.send(&mut world, &picture(&amina, 9001, 1000 + n, 100 + n as u16, n == 0));
    }
    world.pass(5 * MS);
    assert_eq!(badr.got(&mut world).len(), 19);
    amina.send(&mut world, &amina.video_again(2, 1010, 10, false));
    world.pass(5 * MS);
    assert!(badr.got(&mut world).is_empty());
}

/// R: a stray packet under the SSRC that was left does not take the picture back: nothing of the new one is missing.
#[test]
fn who_is_left_does_not_come_back_by_a_stray_packet() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    for n in 0..5 {
        amina.send(&mut world, &picture(&amina, 7001, 5000 + n, n as u16, n == 0));
    }
    world.pass(33 * MS);
    badr.got(&mut world);
    let mut got = 0;
    for n in 0..300u64 {
        amina.send(&mut world, &picture(&amina, 7000, 100 + n, 10 + n as u16, n == 0));
        if n % 30 == 29 {
            amina.send(&mut world, &picture(&amina, 7001, 5100 + n, 0, true));
        }
        world.pass(33 * MS);
        got += badr.got(&mut world).len();
    }
    assert_eq!(got, 300);
    // Once the new one is silent, the old one is a sender that has come back.
    world.pass(2 * SECOND);
    amina.send(&mut world, &picture(&amina, 7001, 6000, 400, true));
    world.pass(33 * MS);
    assert_eq!(badr.got(&mut world).len(), 1);
}
