//! Who controls the plane: the newest Attach, and nobody else.

use std::io::Write;

use crate::common::*;
use plane_core::contract::failed::Cause;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{CloseTransport, MuteTracks, mute_tracks};

/// R: the older controller is told, closed, and none of its later commands is carried out; calls go on.
#[test]
fn the_older_is_fenced() {
    let plane = Plane::start(&[]);
    let (mut old, first) = plane.attach();
    let amina = Peer::join(&mut old, "amina", "");
    let badr = Peer::join(&mut old, "badr", "amina/camera");
    let (mut new, second) = plane.attach();
    assert_eq!((first.epoch, second.epoch), (1, 2));
    assert_eq!(first.instance, second.instance);
    let Body::Fenced(fenced) = old.until(|body| matches!(body, Body::Fenced(_))) else { unreachable!() };
    assert_eq!(fenced.epoch, 2);
    let close = Command::CloseTransport(CloseTransport { transport: "amina".into() });
    let mut frame = vec![0, 0, 0, 0];
    let message = plane_core::contract::ToPlane { id: 99, command: Some(close), ..Default::default() };
    prost::Message::encode(&message, &mut frame).unwrap();
    let len = (frame.len() - 4) as u32;
    frame[..4].copy_from_slice(&len.to_be_bytes());
    let _ = old.stream.write_all(&frame); // it may be closed already
    assert!(old.read().is_none());

    let Body::Snapshot(snapshot) = new.ask(Command::GetSnapshot(Default::default())) else { panic!() };
    assert_eq!(snapshot.transports.len(), 2);
    assert_eq!(snapshot.transports[0].opened.as_ref().unwrap().label, b"label");
    amina.send(0, 500);
    assert!(badr.receive(PATIENCE).is_some());
}

/// R: a mute by the new controller works at once after the take-over.
#[test]
fn the_newer_controls() {
    let plane = Plane::start(&[]);
    let (mut old, _) = plane.attach();
    let amina = Peer::join(&mut old, "amina", "");
    let badr = Peer::join(&mut old, "badr", "amina/camera");
    drop(old);
    let (mut new, _) = plane.attach();
    let change = mute_tracks::Change { track: "amina/camera".into(), muted: true };
    let mute = Command::MuteTracks(MuteTracks { changes: vec![change] });
    assert!(matches!(new.ask(mute), Body::Done(_)));
    for n in 0..20 {
        amina.send(n, 500);
    }
    assert!(badr.receive(std::time::Duration::from_millis(300)).is_none());
}

/// D: the first command is Attach.
#[test]
fn nothing_before_attach() {
    let plane = Plane::start(&[]);
    let mut controller = plane.connect();
    let Body::Failed(failed) = controller.ask(Command::GetSnapshot(Default::default())) else { panic!() };
    assert_eq!(failed.cause(), Cause::NotAttached);
    controller.attach();
    assert!(matches!(controller.ask(Command::GetSnapshot(Default::default())), Body::Snapshot(_)));
}

/// H20: a message of more than 4 MiB, or nonsense, closes that connection and no other.
#[test]
fn h20_oversize_and_nonsense() {
    let plane = Plane::start(&[]);
    let (mut good, _) = plane.attach();
    for bytes in [&[0xFF, 0xFF, 0xFF, 0xFF][..], &[0, 0, 0, 3, 0xFF, 0xFF, 0xFF]] {
        let mut bad = plane.connect();
        bad.stream.write_all(bytes).unwrap();
        assert!(bad.read().is_none());
    }
    assert!(matches!(good.ask(Command::GetSnapshot(Default::default())), Body::Snapshot(_)));
}
