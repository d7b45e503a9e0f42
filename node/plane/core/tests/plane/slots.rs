//! Which track is in a slot: the numbers towards the receiver go on, whatever it shows.

use crate::common::*;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;

/// R: a slot changes at a key frame, and sequence, timestamp, picture id and TL0PICIDX go on by one step.
#[test]
fn a_switch_is_seamless() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let badr = world.join("badr", "r");
    let mut chloe = world.join("chloe", "r");
    world.assign("chloe", VIDEO_SLOT, "amina/camera");
    for n in 0..5 {
        amina.send(&mut world, &amina.video(65_533 + n, 300 + n as u16, n == 0)); // across the wrap of 16 bits
        world.pass(33 * MS);
    }
    world.assign("chloe", VIDEO_SLOT, "badr/camera");
    badr.send(&mut world, &badr.video(9, 20_000, false)); // not a place to start
    amina.send(&mut world, &amina.video(65_538, 305, false)); // goes on meanwhile
    world.pass(33 * MS);
    badr.send(&mut world, &badr.video(10, 20_001, true));
    badr.send(&mut world, &badr.video(11, 20_002, false));
    amina.send(&mut world, &amina.video(65_539, 306, false)); // not wanted any more
    world.flush();

    let got = chloe.got(&mut world);
    assert_eq!(got.len(), 8);
    assert!(got.iter().all(|packet| packet.header.ssrc == got[0].header.ssrc));
    for (before, after) in got.iter().zip(&got[1..]) {
        assert_eq!(after.header.sequence, before.header.sequence.wrapping_add(1));
        assert_eq!(picture_of(&after.payload).0, (picture_of(&before.payload).0 + 1) & 0x7FFF);
        assert_eq!(picture_of(&after.payload).1, picture_of(&before.payload).1.wrapping_add(1));
        let ticks = after.header.timestamp.wrapping_sub(before.header.timestamp);
        assert!((1..=9000).contains(&ticks), "{ticks}");
    }
    let shown: Vec<String> = world
        .events
        .iter()
        .filter_map(|event| match event {
            Body::SlotSwitched(switched) => Some(switched.track.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(shown, ["amina/camera", "badr/camera"]);
}

/// R: reordering and loss of a publisher pass through as they are; nothing is numbered twice.
#[test]
fn loss_and_reordering_pass_through() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    for n in [65_534u64, 65_536, 65_535, 65_539, 65_538, 65_541] {
        amina.send(&mut world, &amina.video(n, n as u16, n == 65_534));
        world.flush();
    }
    let got = badr.got(&mut world);
    let first = got[0].header.sequence;
    let steps: Vec<u16> = got.iter().map(|packet| packet.header.sequence.wrapping_sub(first)).collect();
    assert_eq!(steps, [0, 2, 1, 5, 4, 7]);
}

/// R: an emptied slot is silent at once.
#[test]
fn emptying_a_slot() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.send(&mut world, &amina.video(1, 1, true));
    world.flush();
    world.assign("badr", VIDEO_SLOT, "");
    amina.send(&mut world, &amina.video(2, 2, false));
    world.flush();
    assert_eq!(badr.got(&mut world).len(), 1);
}

/// R: one camera may be in several slots of one receiver, and in many receivers'.
#[test]
fn one_camera_in_many_slots() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    for slot in 0..3 {
        world.assign("badr", VIDEO_SLOT + slot, "amina/camera");
    }
    amina.send(&mut world, &amina.video(1, 1, true));
    world.flush();
    let slots: Vec<u32> = badr.got(&mut world).iter().map(Got::slot).collect();
    assert_eq!(slots, [VIDEO_SLOT, VIDEO_SLOT + 1, VIDEO_SLOT + 2]);
}

/// R: a restarted control process reads what was assigned and muted from the snapshot.
#[test]
fn the_snapshot_tells_what_is_shown() {
    let mut world = World::new();
    world.join("amina", "r");
    world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT + 1, "amina/camera");
    world.mute("amina/microphone", true);
    let Body::Snapshot(snapshot) = world.command(Command::GetSnapshot(Default::default())) else { panic!() };
    let opened = |n: usize| snapshot.transports[n].opened.as_ref().unwrap();
    assert!(opened(0).sends[0].muted && !opened(0).sends[1].muted);
    let slot = opened(1).receives.iter().find(|receive| receive.index == VIDEO_SLOT + 1).unwrap();
    assert_eq!(slot.track, "amina/camera");
    assert_eq!(opened(1).label, b"badr");
    assert!(snapshot.transports.iter().all(|transport| transport.connected && transport.keyed));
}

/// R: a slot that waits for one track while it shows another leaves no trace in either: not after a mute, nor after
/// its transport has gone and another has taken its place.
#[test]
fn nothing_is_left_behind() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let badr = world.join("badr", "r");
    world.join("chloe", "r");
    world.assign("chloe", VIDEO_SLOT + 3, "amina/camera");
    amina.send(&mut world, &amina.video(1, 1, true));
    world.flush();
    world.assign("chloe", VIDEO_SLOT + 3, "badr/camera"); // waits; shows Amina
    world.mute("amina/camera", true);
    let close = plane_core::contract::CloseTransport { transport: "chloe".into() };
    world.command(Command::CloseTransport(close));
    let mut small = page("small", "r");
    small.receives.truncate(1); // where Chloe was, with fewer slots
    let mut small = world.open(small);
    small.connect(&mut world);
    world.mute("amina/camera", false);
    amina.send(&mut world, &amina.video(2, 2, true));
    badr.send(&mut world, &badr.video(2, 2, true));
    world.flush();
    assert!(small.got(&mut world).is_empty());
}

/// R: what a slot waits for goes away: the slot is empty, and says so.
#[test]
fn the_awaited_leaves() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    world.join("badr", "r");
    let mut chloe = world.join("chloe", "r");
    world.assign("chloe", VIDEO_SLOT, "amina/camera");
    amina.send(&mut world, &amina.video(1, 1, true));
    world.flush();
    world.assign("chloe", VIDEO_SLOT, "badr/camera");
    let close = plane_core::contract::CloseTransport { transport: "badr".into() };
    world.command(Command::CloseTransport(close));
    amina.send(&mut world, &amina.video(2, 2, false));
    world.flush();
    assert_eq!(chloe.got(&mut world).len(), 1);
    let Some(Body::SlotSwitched(last)) = world.events.iter().rfind(|event| matches!(event, Body::SlotSwitched(_)))
    else {
        panic!()
    };
    assert_eq!((last.transport.as_str(), last.track.as_str()), ("chloe", ""));
}
