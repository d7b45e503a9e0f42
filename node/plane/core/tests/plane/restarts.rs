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
