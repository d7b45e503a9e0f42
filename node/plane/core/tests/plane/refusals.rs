//! Commands that break the contract are refused with a cause, and change nothing.

use crate::common::*;
use plane_core::contract::failed::Cause;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{CloseRoom, CloseTransport, OpenTransport, SetKeys};

fn cause(body: Body) -> Cause {
    match body {
        Body::Failed(failed) => failed.cause(),
        other => panic!("not refused: {other:?}"),
    }
}

/// D: what is open cannot be opened, what is not cannot be closed.
#[test]
fn taken_and_unknown() {
    let mut world = World::new();
    world.join("amina", "r");
    assert_eq!(cause(world.command(Command::OpenTransport(page("amina", "r")))), Cause::Exists);
    let mut same_track = page("other", "r");
    same_track.sends[0].track = "amina/microphone".into();
    assert_eq!(cause(world.command(Command::OpenTransport(same_track))), Cause::Exists);
    let nobody = CloseTransport { transport: "nobody".into() };
    assert_eq!(cause(world.command(Command::CloseTransport(nobody))), Cause::Unknown);
    assert_eq!(cause(world.assign("amina", 99, "")), Cause::Unknown);
    assert_eq!(cause(world.assign("amina", VIDEO_SLOT, "nobody/camera")), Cause::Unknown);
}

/// D: the message must keep the contract's limits.
#[test]
fn invalid_messages() {
    let mut world = World::new();
    let mut refused = |change: &dyn Fn(&mut OpenTransport)| {
        let mut open = page("amina", "r");
        change(&mut open);
        assert_eq!(cause(world.command(Command::OpenTransport(open))), Cause::Invalid);
    };
    refused(&|open| open.transport.clear());
    refused(&|open| open.room = "r".repeat(65));
    refused(&|open| open.label = vec![0; 1025]);
    refused(&|open| open.receives[0].index = 128);
    refused(&|open| open.receives[0].index = open.receives[1].index);
    refused(&|open| open.sends[0].codecs[0].payload_type = 200);
    refused(&|open| open.sends[0].kind = 0);
    world.join("amina", "r");
    let keys = SetKeys { transport: "amina".into(), profile: 7, inbound_key: vec![1; 3], ..Default::default() };
    assert_eq!(cause(world.command(Command::SetKeys(keys))), Cause::Invalid);
    assert_eq!(cause(world.assign("amina", AUDIO_SLOT, "")), Cause::Invalid);
    assert_eq!(cause(world.assign("amina", VIDEO_SLOT, "amina/microphone")), Cause::Invalid);
}

/// R: closing a room closes everything of it, and its names are free again.
#[test]
fn a_closed_room_leaves_nothing() {
    let mut world = World::new();
    for round in 0..50 {
        let amina = world.join("amina", "r");
        world.join("badr", "r");
        world.assign("badr", VIDEO_SLOT, "amina/camera");
        amina.send(&mut world, &amina.video(round, 1, true));
        world.flush();
        world.command(Command::CloseRoom(CloseRoom { room: "r".into() }));
        world.flush();
    }
    let gauge = world.shard.counters(world.now).gauge.unwrap();
    assert_eq!((gauge.transports, gauge.tracks, gauge.rooms), (0, 0, 0));
    assert_eq!(world.shard.deadline(), None);
}

/// R: nobody is shown what is in another room, by an assignment or from the start; nor a sound as a picture.
#[test]
fn rooms_are_apart() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "elsewhere");
    assert_eq!(cause(world.assign("badr", VIDEO_SLOT, "amina/camera")), Cause::Unknown);
    let shown = |name: &str, room: &str, track: &str| {
        let mut open = page(name, room);
        let receive = open.receives.iter_mut().find(|receive| receive.index == VIDEO_SLOT).unwrap();
        receive.track = track.into();
        Command::OpenTransport(open)
    };
    assert_eq!(cause(world.command(shown("chloe", "elsewhere", "amina/camera"))), Cause::Unknown);
    assert_eq!(cause(world.command(shown("chloe", "new", "amina/camera"))), Cause::Unknown);
    assert_eq!(cause(world.command(shown("chloe", "r", "amina/microphone"))), Cause::Invalid);
    assert_eq!(cause(world.command(shown("chloe", "r", "chloe/microphone"))), Cause::Invalid);
    amina.send(&mut world, &amina.video(1, 1, true));
    world.flush();
    assert!(badr.got(&mut world).is_empty());
    let gauge = world.shard.counters(world.now).gauge.unwrap();
    assert_eq!((gauge.transports, gauge.rooms), (2, 2), "what is refused leaves nothing behind");
    assert!(matches!(world.command(shown("chloe", "r", "amina/camera")), Body::TransportOpened(_)));
}

/// H7: keys are set once. The same again changes nothing, so nothing can be replayed; others are refused.
#[test]
fn h7_keys_are_set_once() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let said = amina.audio(1, 20);
    amina.send(&mut world, &said);
    world.flush();
    amina.key(&mut world);
    amina.send(&mut world, &said);
    let others = SetKeys {
        transport: "amina".into(),
        profile: plane_core::contract::SrtpProfile::AeadAes128Gcm.into(),
        inbound_key: vec![9; 16],
        inbound_salt: vec![9; 12],
        outbound_key: vec![9; 16],
        outbound_salt: vec![9; 12],
    };
    assert_eq!(cause(world.command(Command::SetKeys(others))), Cause::Exists);
    amina.send(&mut world, &amina.audio(2, 20));
    world.flush();
    assert_eq!(badr.got(&mut world).len(), 2);
    assert_eq!(world.shard.dropped(plane_core::drops::Cause::SrtpReplay), 1);
}
