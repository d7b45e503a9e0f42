//! One process, several shards: to the control process it is one plane.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::SHARDS;
use crate::common::*;
use plane_core::MAX_TRANSPORTS;
use plane_core::contract::failed::Cause;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{
    CloseRoom, CloseTransport, Counters, LimitRates, MuteTracks, OpenTransport, Snapshot, limit_rates, mute_tracks,
};

const QUIET: Duration = Duration::from_millis(300);

fn shards() -> usize {
    SHARDS.parse().unwrap()
}

fn snapshot(controller: &mut Controller) -> Snapshot {
    match controller.ask(Command::GetSnapshot(Default::default())) {
        Body::Snapshot(snapshot) => snapshot,
        other => panic!("{other:?}"),
    }
}

fn mute(controller: &mut Controller, tracks: &[&str], muted: bool) -> Body {
    let changes = tracks.iter().map(|track| mute_tracks::Change { track: (*track).into(), muted });
    controller.ask(Command::MuteTracks(MuteTracks { changes: changes.collect() }))
}

/// R: rooms are spread over the shards, each with a port of its own, and every one of them carries packets.
#[test]
fn rooms_are_spread_over_the_ports() {
    let plane = Plane::start(&["--room-split", "400"]);
    let (mut controller, attached) = plane.attach();
    assert_eq!(attached.candidates.len(), shards());
    let mut ports = HashSet::new();
    for room in 0..6 {
        let (talks, hears) = (format!("talks-{room}"), format!("hears-{room}"));
        let amina = Peer::join_room(&mut controller, &talks, &room.to_string(), "");
        let badr = Peer::join_room(&mut controller, &hears, &room.to_string(), &format!("{talks}/camera"));
        assert_eq!(amina.plane, badr.plane, "a room stays together");
        ports.insert(amina.plane.port());
        amina.send(0, 500);
        assert!(badr.receive(PATIENCE).is_some());
    }
    assert_eq!(ports.len(), shards());
    let whole = snapshot(&mut controller);
    assert_eq!(whole.transports.len(), 12);
    assert_eq!(whole.counters.unwrap().gauge.unwrap().rooms, 6);
    let told: HashSet<u32> = whole.transports.iter().map(|transport| transport.candidates[0].port).collect();
    assert_eq!(told.len(), shards());
}

/// H6: a check that comes to another shard's port is dropped without an answer, and counted.
#[test]
fn a_check_to_another_shards_port() {
    let plane = Plane::start(&[]);
    let (mut controller, attached) = plane.attach();
    let amina = Peer::join(&mut controller, "amina", "");
    for candidate in &attached.candidates {
        let address = (candidate.ip.as_str(), candidate.port as u16);
        amina.udp.set_read_timeout(Some(QUIET)).unwrap();
        amina.udp.send_to(&amina.check, address).unwrap();
        let start = Instant::now();
        let mut answered = false;
        while !answered && start.elapsed() < QUIET {
            let mut datagram = [0; 2048]; // reports come too
            answered = amina.udp.recv_from(&mut datagram).is_ok() && datagram[0] < 4;
        }
        assert_eq!(answered, candidate.port as u16 == amina.plane.port());
    }
    let refused = snapshot(&mut controller).counters.unwrap().drops.get("stun_other_shard").copied();
    assert_eq!(refused.unwrap_or(0), shards() as u64 - 1);
}

/// R: a command that touches several shards changes everything or nothing.
#[test]
fn all_or_nothing_across_shards() {
    let plane = Plane::start(&[]);
    let (mut controller, _) = plane.attach();
    let peers: Vec<Peer> =
        (0..3).map(|room| Peer::join_room(&mut controller, &format!("p{room}"), &room.to_string(), "")).collect();
    let Body::Failed(failed) = mute(&mut controller, &["p0/camera", "p1/camera", "nobody/camera"], true) else {
        panic!("done in part")
    };
    assert_eq!(failed.cause(), Cause::Unknown);
    let muted = |snapshot: Snapshot| {
        let sends = snapshot.transports.into_iter().flat_map(|transport| transport.opened.unwrap().sends);
        sends.filter(|send| send.muted).count()
    };
    assert_eq!(muted(snapshot(&mut controller)), 0);
    let all = ["p0/camera", "p1/camera", "p2/camera"];
    assert!(matches!(mute(&mut controller, &all, true), Body::Done(_)));
    assert_eq!(muted(snapshot(&mut controller)), 3);
    drop(peers);
}

/// R: ids are unique in the plane, whichever shard has them; a refused transport leaves nothing behind.
#[test]
fn ids_are_unique_in_the_plane() {
    let plane = Plane::start(&[]);
    let (mut controller, _) = plane.attach();
    let _amina = Peer::join_room(&mut controller, "amina", "one", "");
    let open = |transport: &str, room: &str| OpenTransport {
        transport: transport.into(),
        room: room.into(),
        ..Default::default()
    };
    let Body::Failed(failed) = controller.ask(Command::OpenTransport(open("amina", "two"))) else { panic!() };
    assert_eq!(failed.cause(), Cause::Exists);
    let mut broken = open("badr", "two");
    broken.label = vec![0; 2000];
    let Body::Failed(failed) = controller.ask(Command::OpenTransport(broken)) else { panic!() };
    assert_eq!(failed.cause(), Cause::Invalid);
    let close = CloseTransport { transport: "badr".into() };
    let Body::Failed(failed) = controller.ask(Command::CloseTransport(close)) else { panic!() };
    assert_eq!(failed.cause(), Cause::Unknown);
    let Body::TransportOpened(_) = controller.ask(Command::OpenTransport(open("badr", "two"))) else { panic!() };
    let Body::Done(_) = controller.ask(Command::CloseRoom(CloseRoom { room: "two".into() })) else { panic!() };
    let Body::Failed(failed) = controller.ask(Command::CloseRoom(CloseRoom { room: "two".into() })) else { panic!() };
    assert_eq!(failed.cause(), Cause::Unknown);
    assert_eq!(snapshot(&mut controller).transports.len(), 1);
}

/// R: one set of counters a second for the whole plane, with a line a shard.
#[test]
fn counters_are_sums() {
    let plane = Plane::start(&[]);
    let (mut controller, _) = plane.attach();
    let pairs: Vec<(Peer, Peer)> = (0..3)
        .map(|room| {
            let (room, talks) = (room.to_string(), format!("talks-{room}"));
            let amina = Peer::join_room(&mut controller, &talks, &room, "");
            (amina, Peer::join_room(&mut controller, &format!("hears-{room}"), &room, &format!("{talks}/camera")))
        })
        .collect();
    for (amina, badr) in &pairs {
        amina.send(0, 500);
        assert!(badr.receive(PATIENCE).is_some());
    }
    let whole = |body: &Body| match body {
        Body::Counters(Counters { packets: Some(packets), .. }) => packets.key_frames == 3,
        _ => false,
    };
    let Body::Counters(counters) = controller.until(whole) else { unreachable!() };
    assert_eq!(counters.shards.len(), shards());
    let transports: u64 = counters.shards.iter().map(|shard| shard.transports).sum();
    assert_eq!((transports, counters.gauge.unwrap().transports, counters.transports.len()), (6, 6, 6));
    assert_eq!((counters.gauge.unwrap().rooms, counters.gauge.unwrap().tracks, counters.tracks.len()), (3, 6, 6));
    assert!(counters.shards.iter().all(|shard| shard.cpu_us > 0));
    let sent: u64 = counters.shards.iter().map(|shard| shard.sent_packets).sum();
    assert_eq!(sent, counters.packets.unwrap().sent_packets);
    assert!(counters.r#loop.unwrap().resident_bytes > 1 << 20);
}

/// D: a cap of a room that is not there is refused.
#[test]
fn a_cap_of_nothing() {
    let plane = Plane::start(&[]);
    let (mut controller, _) = plane.attach();
    let limit = |scope| LimitRates { scope, send_bps: 0, receive_bps: 1_000_000 };
    for scope in [None, Some(limit_rates::Scope::Room("r".into())), Some(limit_rates::Scope::Transport("t".into()))] {
        assert!(matches!(controller.ask(Command::LimitRates(limit(scope))), Body::Failed(_)));
    }
}

/// R: one room over all shards is one room: everybody sees the same, a mute holds everywhere, and closing leaves nothing.
#[test]
fn a_room_larger_than_a_shard() {
    let plane = Plane::start(&[]); // a shard takes one transport of it, then the next is taken
    let (mut controller, _) = plane.attach();
    let amina = Peer::join(&mut controller, "amina", "");
    let viewers: Vec<Peer> =
        (0..5).map(|n| Peer::join(&mut controller, &format!("viewer-{n}"), "amina/camera")).collect();
    let ports: HashSet<u16> = viewers.iter().chain([&amina]).map(|peer| peer.plane.port()).collect();
    assert_eq!(ports.len(), shards());
    for n in 0..50 {
        amina.send(n, 800);
        for viewer in &viewers {
            assert_eq!(viewer.receive(PATIENCE).expect("everybody gets every packet").1[3], n as u8);
        }
    }
    assert!(matches!(mute(&mut controller, &["amina/camera"], true), Body::Done(_)));
    for n in 50..60 {
        amina.send(n, 800);
    }
    assert!(viewers.iter().all(|viewer| viewer.receive(QUIET).is_none()));
    let counted = |body: &Body| match body {
        Body::Counters(Counters { gauge: Some(gauge), packets: Some(packets), .. }) => {
            gauge.rooms == 1 && packets.sent_packets > 250
        }
        _ => false,
    };
    let Body::Counters(counters) = controller.until(counted) else { unreachable!() };
    let crossed: u64 = counters.shards.iter().map(|shard| shard.mirrored_packets).sum();
    // Once to each other shard; one that was not given the processor for a second is shown the last picture again.
    let away = shards() as u64 - 1;
    assert!((50 * away..=75 * away).contains(&crossed), "{crossed}, and not once a viewer");
    assert_eq!(counters.tracks.len(), 6);
    assert!(matches!(controller.ask(Command::CloseRoom(CloseRoom { room: "r".into() })), Body::Done(_)));
    let gauge = snapshot(&mut controller).counters.unwrap().gauge.unwrap();
    assert_eq!((gauge.transports, gauge.tracks, gauge.rooms), (0, 0, 0));
}

/// R: a room goes on on the next shard when its own has as many people as it may, and whoever comes there sees it; where
/// there is no other, or all are full, that is said.
#[test]
fn a_full_shard() {
    let plane = Plane::start(&["--room-split", "100000"]);
    let (mut controller, _) = plane.attach();
    let amina = Peer::join(&mut controller, "amina", "");
    let bare = |n: usize| OpenTransport { transport: format!("t{n}"), room: "r".into(), ..Default::default() };
    for hundred in (1..MAX_TRANSPORTS).collect::<Vec<_>>().chunks(100) {
        let last = controller.tell_at_once(hundred.iter().map(|&n| Command::OpenTransport(bare(n))));
        while controller.read().unwrap().id != last {}
    }
    match shards() {
        1 => {
            let Body::Failed(failed) = controller.ask(Command::OpenTransport(bare(0))) else { panic!("let in") };
            assert_eq!((failed.cause(), failed.detail.as_str()), (Cause::Full, "4000 transports are open"));
        }
        _ => {
            let badr = Peer::join(&mut controller, "badr", "amina/camera");
            assert_ne!(badr.plane, amina.plane);
            amina.send(0, 500);
            assert!(badr.receive(PATIENCE).is_some());
        }
    }
    assert_eq!(snapshot(&mut controller).transports.len(), MAX_TRANSPORTS + shards().min(2) - 1);
}
