//! Packets through real sockets: with segmentation by the kernel and without.

use std::collections::BTreeMap;

use crate::common::*;
use plane_core::contract::Counters;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;

/// Sends 300 packets in bursts; returns what the receiver got, by number, and the counters afterwards.
fn run(gso: &str) -> (BTreeMap<u16, Vec<u8>>, Counters) {
    let plane = Plane::start(&["--gso", gso]);
    let (mut controller, _) = plane.attach();
    let amina = Peer::join(&mut controller, "amina", "");
    let badr = Peer::join(&mut controller, "badr", "amina/camera");
    let mut got = BTreeMap::new();
    for burst in 0..30 {
        for n in 0..10 {
            amina.send(burst * 10 + n, 900 + (n as usize % 3));
        }
        for _ in 0..10 {
            let (number, payload) = badr.receive(PATIENCE).expect("every packet arrives");
            got.insert(number, payload);
        }
    }
    let Body::Snapshot(snapshot) = controller.ask(Command::GetSnapshot(Default::default())) else { panic!() };
    (got, snapshot.counters.unwrap())
}

/// R: segmentation changes how packets leave, never what arrives; switched off, a send is a packet.
#[test]
fn segmentation_changes_nothing_but_the_cost() {
    let (grouped, with) = run("on");
    let (single, without) = run("off");
    assert_eq!(grouped.len(), 300);
    assert_eq!(grouped.values().collect::<Vec<_>>(), single.values().collect::<Vec<_>>());
    let (with, without) = (with.packets.unwrap(), without.packets.unwrap());
    assert_eq!(without.sent_sends, without.sent_packets);
    assert_eq!(without.padding_bytes, 0);
    assert!(with.sent_sends <= with.sent_packets);
    assert!(with.padding_bytes * 50 <= with.sent_bytes);
}

/// R: counters come once a second, with what the process costs.
#[test]
fn counters_every_second() {
    let plane = Plane::start(&[]);
    let (mut controller, _) = plane.attach();
    let amina = Peer::join(&mut controller, "amina", "");
    let badr = Peer::join(&mut controller, "badr", "amina/camera");
    amina.send(0, 500);
    badr.receive(PATIENCE).unwrap();
    let counted = |body: &Body| match body {
        Body::Counters(counters) => counters.packets.as_ref().is_some_and(|p| p.key_frames == 1),
        _ => false,
    };
    let Body::Counters(counters) = controller.until(counted) else { unreachable!() };
    let (gauge, figures) = (counters.gauge.unwrap(), counters.r#loop.unwrap());
    assert_eq!((gauge.transports, gauge.tracks, gauge.rooms), (2, 2, 1));
    assert!(figures.resident_bytes > 1 << 20 && figures.cpu_user_us + figures.cpu_system_us > 0);
    assert!(counters.unix_ms > 1_600_000_000_000);
    assert!(counters.tracks.iter().any(|track| track.track == "amina/camera" && track.packets == 1 && track.active));
}
