//! ICE over TCP (RFC 6544): a connection is a path like any other, and belongs to whoever proved it.

use crate::common::*;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{CloseTransport, Protocol};
use plane_core::drops::Cause;
use plane_core::shard::{Connection, Path};
use plane_core::stun::Message;

/// A connection of `peer`, from the port that its UDP comes from too, as behind some NATs.
fn connection(peer: &Peer, number: u64) -> Path {
    Path { remote: peer.address, local: OURS, connection: Connection::new(number) }
}

fn frames(world: &mut World, path: Path) -> Vec<Vec<u8>> {
    let (mine, others) =
        std::mem::take(&mut world.wire.frames).into_iter().partition(|(to, _)| Some(*to) == path.connection);
    world.wire.frames = others;
    let mine: Vec<(Connection, Vec<u8>)> = mine;
    mine.into_iter().map(|(_, frame)| frame).collect()
}

fn protocol(world: &World, name: &str) -> Protocol {
    let counters = world.shard.counters(world.now);
    counters.transports.iter().find(|transport| transport.transport == name).unwrap().protocol()
}

/// R: checks over TCP are answered over the same connection; media goes where the nomination says, packet by packet and
/// without padding.
#[test]
fn media_follows_the_nomination_onto_a_connection() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let badr = world.join("badr", "r");
    let path = connection(&badr, 7);
    assert_eq!(protocol(&world, "badr"), Protocol::Udp);
    world.frame(path, &badr.check(true));
    world.flush();
    let answers = frames(&mut world, path);
    assert_eq!(answers.len(), 1);
    assert!(Message::parse(&answers[0]).is_ok());
    assert_eq!(protocol(&world, "badr"), Protocol::Tcp);
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    let padding = world.shard.totals().padding_bytes;
    for n in 0..8 {
        amina.send(&mut world, &amina.piece(n, 1, true, n == 0, n == 7, 900 + 3 * n as usize));
    }
    world.flush();
    assert!(world.take(badr.address).iter().all(|packet| packet[0] < 128), "nothing by UDP any more");
    assert!(frames(&mut world, path).iter().filter(|frame| frame[0] >= 128).count() >= 8);
    assert_eq!(world.shard.totals().padding_bytes, padding);
}

/// H6: a datagram with the ports of a connection is not of that connection, nor of a connection with the same ports.
#[test]
fn h6_only_the_connection_itself() {
    let mut world = World::new();
    let amina = world.open(page("amina", "r"));
    let path = connection(&amina, 7);
    world.frame(path, &amina.check(true));
    world.flush();
    let hello = b"\x16\xfe\xfdhello";
    world.datagram(amina.address, hello);
    world.frame(connection(&amina, 8), hello);
    assert_eq!(world.shard.dropped(Cause::DtlsUnknownAddress), 2);
    world.frame(path, hello);
    world.flush();
    let heard = world.events.iter().filter(|event| matches!(event, Body::DtlsReceived(_)));
    assert_eq!(heard.count(), 1);
}

/// H15: what is not an authenticated check makes a connection nobody's.
#[test]
fn h15_a_connection_is_unknown_until_it_proves_itself() {
    let mut world = World::new();
    let amina = world.open(page("amina", "r"));
    let path = connection(&amina, 7);
    let mut forged = amina.check(true);
    let at = forged.len() - 12;
    forged[at] ^= 1;
    for frame in [b"GET / HTTP/1.1".as_slice(), b"\x16\xfe\xfd", &forged, &[0; 20], &[]] {
        world.frame(path, frame);
        assert!(!world.shard.knows(path));
    }
    world.flush();
    assert!(frames(&mut world, path).is_empty());
    world.frame(path, &amina.check(false));
    assert!(world.shard.knows(path));
}

/// H29: a connection that closes sends media back to the path that was checked last, and leaves the transport as it is.
#[test]
fn h29_a_closed_connection_is_a_lost_path_and_no_more() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let path = connection(&badr, 7);
    world.frame(path, &badr.check(true));
    world.flush();
    world.shard.handle_closed(path);
    assert!(!world.shard.knows(path));
    amina.send(&mut world, &amina.audio(1, 20));
    world.flush();
    assert!(frames(&mut world, path).iter().all(|frame| frame[0] < 128));
    assert_eq!(badr.got(&mut world).len(), 1);
}

/// H29, RFC 7675: with its only connection a peer loses its consent 30 s after its last check, unless it connects again.
#[test]
fn h29_consent_runs_on_without_any_path() {
    let mut world = World::new();
    let amina = world.open(page("amina", "r"));
    let (first, second) = (connection(&amina, 7), connection(&amina, 8));
    world.frame(first, &amina.check(true));
    world.flush();
    world.shard.handle_closed(first);
    let lost = |world: &World| world.events.iter().filter(|event| matches!(event, Body::ConsentLost(_))).count();
    world.pass(20 * SECOND);
    world.frame(second, &amina.check(true));
    world.pass(20 * SECOND);
    assert_eq!(lost(&world), 0);
    world.shard.handle_closed(second);
    world.pass(12 * SECOND);
    assert_eq!(lost(&world), 1);
}

/// H15: connections are given back with what they belonged to: without consent, with the transport, and the oldest of
/// too many.
#[test]
fn h15_no_connection_outlives_its_use() {
    let mut world = World::new();
    let amina = world.open(page("amina", "r"));
    for number in 1..=20 {
        world.frame(connection(&amina, number), &amina.check(number == 1));
    }
    let closing =
        |world: &mut World| std::iter::from_fn(|| world.shard.poll_closing()).map(Connection::get).collect::<Vec<_>>();
    let evicted = closing(&mut world);
    assert_eq!(evicted.len(), 14, "six paths are kept");
    assert!(!evicted.contains(&1), "the nominated one among them");
    world.pass(31 * SECOND);
    assert_eq!(closing(&mut world).len(), 6);
    world.frame(connection(&amina, 21), &amina.check(true));
    world.flush();
    world.command(Command::CloseTransport(CloseTransport { transport: "amina".into() }));
    assert_eq!(closing(&mut world), [21]);
}

/// H30: an authenticated check moves the transport from one network to another and back, over UDP or TCP; its numbers
/// go on.
#[test]
fn h30_a_transport_moves_between_networks() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let mut sequence = None;
    let mut index = 0;
    for (round, port) in [4001u16, 4002, 4003].into_iter().enumerate() {
        badr.address = format!("203.0.113.9:{port}").parse().unwrap();
        let check = badr.check(true);
        world.datagram(badr.address, &check);
        index += 1;
        amina.send(&mut world, &amina.audio(index, 20));
        world.flush();
        let got = badr.got(&mut world);
        assert_eq!(got.len(), 1, "round {round}");
        let next = got[0].header.sequence;
        assert!(sequence.is_none_or(|before: u16| before.wrapping_add(1) == next));
        sequence = Some(next);
    }
    assert!(!world.events.iter().any(|event| matches!(event, Body::ConsentLost(_))));
}
