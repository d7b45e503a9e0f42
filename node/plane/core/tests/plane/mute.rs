//! An operator's mute is enforced here: nothing of the track leaves, whatever its browser does.

use crate::common::*;
use plane_core::contract::from_plane::Body;
use plane_core::drops::Cause;
use plane_core::rtcp::Compound;
use plane_core::rtcp::Packet;

/// R: a mute holds from the moment it is answered, for sound and picture, and for what was waiting.
#[test]
fn nothing_of_a_muted_track_leaves() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.send(&mut world, &amina.audio(1, 20));
    amina.send(&mut world, &amina.video(1, 1, true));
    world.flush();
    assert_eq!(badr.got(&mut world).len(), 2);

    amina.send(&mut world, &amina.audio(2, 20)); // waits for the flush
    world.mute("amina/microphone", true);
    world.mute("amina/camera", true);
    for n in 3..50 {
        amina.send(&mut world, &amina.audio(n, 20));
        amina.send(&mut world, &amina.video(n, n as u16, true));
    }
    world.pass(200 * MS);
    assert!(badr.got(&mut world).is_empty());
    assert_eq!(world.shard.dropped(Cause::Muted), 94);
}

/// R: unmuting brings the track back without a gap in its numbers, the picture at a key frame that is asked for.
#[test]
fn unmuting_brings_it_back() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.send(&mut world, &amina.audio(1, 20));
    amina.send(&mut world, &amina.video(1, 1, true));
    world.flush();
    let before = badr.got(&mut world);
    world.mute("amina/microphone", true);
    world.mute("amina/camera", true);
    for n in 2..40 {
        amina.send(&mut world, &amina.audio(n, 20));
        amina.send(&mut world, &amina.video(n, n as u16, false));
    }
    world.pass(SECOND);
    amina.reports(&mut world);
    world.mute("amina/microphone", false);
    world.mute("amina/camera", false);
    amina.send(&mut world, &amina.audio(40, 20));
    amina.send(&mut world, &amina.video(40, 40, false));
    world.flush();
    let asked = amina.reports(&mut world);
    let is_pli = |bytes: &Vec<u8>| Compound::new(bytes).any(|packet| matches!(packet, Packet::Pli { .. }));
    assert!(asked.iter().any(is_pli));
    assert_eq!(asked.iter().filter(|bytes| Compound::new(bytes).any(|p| matches!(p, Packet::Nack { .. }))).count(), 0);
    amina.send(&mut world, &amina.video(41, 41, true));
    world.flush();

    let after = badr.got(&mut world);
    assert_eq!(after.len(), 2);
    for got in &after {
        let last = before.iter().find(|old| old.header.ssrc == got.header.ssrc).unwrap();
        assert_eq!(got.header.sequence, last.header.sequence.wrapping_add(1), "no gap to ask for");
    }
}

/// D: a mute names its track; one that does not exist changes nothing.
#[test]
fn an_unknown_track_is_refused() {
    let mut world = World::new();
    world.join("amina", "r");
    assert!(matches!(world.mute("nobody/microphone", true), Body::Failed(_)));
}

/// R: a muted microphone counts as silent for the speakers.
#[test]
fn a_muted_microphone_is_not_a_speaker() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    world.join("badr", "r");
    world.mute("amina/microphone", true);
    for n in 1..100 {
        amina.send(&mut world, &amina.audio(n, 10));
        world.pass(20 * MS);
    }
    assert!(!world.events.iter().any(|event| matches!(event, Body::Speakers(_))));
}
