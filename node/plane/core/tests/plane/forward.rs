//! Joining and being seen and heard: what one peer sends reaches the others in their own words.

use crate::common::*;
use plane_core::contract::from_plane::Body;

/// R: two browsers with different payload types and extension ids understand each other.
#[test]
fn a_camera_is_seen_in_the_receivers_words() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.send(&mut world, &amina.video(100, 7, true));
    amina.send(&mut world, &amina.video(101, 8, false));
    world.flush();

    let got = badr.got(&mut world);
    assert_eq!(got.len(), 2);
    assert_eq!(got[0].slot(), VIDEO_SLOT);
    assert_eq!(got[0].header.payload_type, 120);
    assert_eq!(got[1].header.sequence, got[0].header.sequence.wrapping_add(1));
    assert_eq!(got[1].header.timestamp.wrapping_sub(got[0].header.timestamp), 3000);
    assert_eq!(got[0].extensions[&3], b"20", "the receiver's MID under the receiver's id");
    assert_eq!(got[0].extensions[&5], abs_send_time(world.now + 1_700_000_000 * SECOND));
    assert_eq!(got[0].payload[5..], picture_payload(7, true, true, 1000)[5..]);
    let switched: Vec<_> = world.events.iter().filter(|e| matches!(e, Body::SlotSwitched(_))).collect();
    assert_eq!(switched.len(), 1);
}

/// R: a small room hears everyone, nobody hears themself, and the level is passed on.
#[test]
fn everybody_is_heard_in_a_small_room() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let mut zoe = world.join("zoe", "elsewhere");
    amina.send(&mut world, &amina.audio(1, 30));
    badr.send(&mut world, &badr.audio(50, 90));
    world.flush();

    let at_amina = amina.got(&mut world);
    let at_badr = badr.got(&mut world);
    assert_eq!((at_amina.len(), at_badr.len()), (1, 1));
    assert_eq!(at_badr[0].header.payload_type, 109);
    assert_eq!(at_badr[0].extensions[&6], [30 | 0x80]);
    assert_eq!(at_badr[0].payload, [1; 80]);
    assert!(at_badr[0].header.marker, "a talk spurt begins");
    assert!((AUDIO_SLOT..AUDIO_SLOT + 3).contains(&at_badr[0].slot()));
    assert!(zoe.got(&mut world).is_empty(), "another room");
}

/// R: who leaves is not shown any more, and the control process is told.
#[test]
fn leaving_empties_the_slots() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.send(&mut world, &amina.video(1, 1, true));
    world.flush();
    world.events.clear();
    let close = plane_core::contract::CloseTransport { transport: "amina".into() };
    world.command(plane_core::contract::to_plane::Command::CloseTransport(close));
    amina.send(&mut world, &amina.video(2, 2, false));
    world.flush();
    assert_eq!(badr.got(&mut world).len(), 1);
    assert!(world.events.iter().any(|event| matches!(event, Body::SlotSwitched(s) if s.track.is_empty())));
}
