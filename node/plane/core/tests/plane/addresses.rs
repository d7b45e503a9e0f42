//! Only authenticated checks open an address; nothing else moves a stream or reaches DTLS.

use std::net::SocketAddr;

use crate::common::*;
use plane_core::contract::SendDtls;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::drops::Cause;

const HELLO: &[u8] = b"\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x20client hello with TLS_NULL_WITH_NULL";

fn hellos(world: &World) -> usize {
    world.events.iter().filter(|event| matches!(event, Body::DtlsReceived(_))).count()
}

/// H1, H2: hellos from another address, even another port of the same host, never reach the handshake.
#[test]
fn h1_h2_dtls_only_from_a_validated_address() {
    let mut world = World::new();
    let amina = world.open(page("amina", "r"));
    world.datagram(amina.address, HELLO); // before ICE
    world.flush();
    assert_eq!(hellos(&world), 0);
    let check = amina.check(true);
    world.datagram(amina.address, &check);
    for n in 1..1000 {
        world.datagram(SocketAddr::new(amina.address.ip(), 40_000 + n), HELLO);
    }
    world.flush();
    assert_eq!(hellos(&world), 0);
    world.datagram(amina.address, HELLO);
    world.flush();
    assert_eq!(hellos(&world), 1);
    assert_eq!(world.shard.dropped(Cause::DtlsUnknownAddress), 1000);
    assert_eq!(world.wire.datagrams.len(), 1, "one answer to one check");
}

/// H3: a validated peer may pass on 64 kB and then 64 kB a second.
#[test]
fn h3_dtls_is_bounded() {
    let mut world = World::new();
    let amina = world.open(page("amina", "r"));
    let check = amina.check(true);
    world.datagram(amina.address, &check);
    let fragment = [[22u8; 1].as_slice(), &[0; 1199]].concat();
    for _ in 0..1000 {
        world.datagram(amina.address, &fragment);
    }
    world.flush();
    assert!(hellos(&world) * 1200 <= 64 << 10);
    assert!(world.shard.dropped(Cause::DtlsTooMuch) > 900);
}

/// H3: once it has its keys, a peer has little left to say: 4 kB, and 4 kB a second.
#[test]
fn h3_dtls_after_the_keys_is_a_trickle() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let fragment = [[22u8; 1].as_slice(), &[0; 1199]].concat();
    for _ in 0..10 {
        for _ in 0..1000 {
            world.datagram(amina.address, &fragment);
        }
        world.pass(SECOND);
    }
    assert!((3..=35).contains(&hellos(&world)), "{} datagrams of 1200 bytes in 10 s", hellos(&world));
    world.pass(SECOND);
    let before = hellos(&world);
    world.datagram(amina.address, HELLO);
    world.flush();
    assert_eq!(hellos(&world), before + 1);
}

/// H4: before an address is proved, DTLS has nowhere to go.
#[test]
fn h4_nothing_is_sent_before_consent() {
    let mut world = World::new();
    let amina = world.open(page("amina", "r"));
    world.datagram(amina.address, HELLO);
    let dtls = SendDtls { transport: "amina".into(), datagrams: vec![vec![22; 1200]] };
    assert!(matches!(world.command(Command::SendDtls(dtls)), Body::Failed(_)));
    world.flush();
    assert!(world.wire.datagrams.is_empty());
}

/// H5: bad SRTP from a validated address costs what it costs and ends nothing.
#[test]
fn h5_bad_srtp_is_dropped() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let mut forged = amina.audio(1, 20);
    let end = forged.len() - 1;
    forged[end] ^= 1;
    for _ in 0..20_000 {
        amina.send(&mut world, &forged);
    }
    amina.send(&mut world, &amina.audio(1, 20));
    world.flush();
    assert_eq!(badr.got(&mut world).len(), 1);
    assert_eq!(world.shard.dropped(Cause::SrtpAuth), 20_000);
}

/// H6: media from elsewhere is dropped and moves nothing; an authenticated check moves it.
#[test]
fn h6_the_destination_moves_only_by_ice() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let elsewhere: SocketAddr = "203.0.113.9:4444".parse().unwrap();
    let stolen = badr.audio(7, 20);
    world.datagram(elsewhere, &stolen);
    amina.send(&mut world, &amina.audio(1, 20));
    world.flush();
    assert_eq!(world.shard.dropped(Cause::RtpUnknownAddress), 1);
    assert!(world.take(elsewhere).is_empty());
    assert_eq!(badr.got(&mut world).len(), 1);

    badr.address = elsewhere; // the phone leaves the house
    let check = badr.check(true);
    world.datagram(elsewhere, &check);
    amina.send(&mut world, &amina.audio(2, 20));
    world.flush();
    assert_eq!(badr.got(&mut world).len(), 1);
    assert!(world.take("198.51.100.1:10002".parse().unwrap()).is_empty());
}

/// H6: a participant who forges another's address gets neither it nor an answer; once it is left, the next may have it.
#[test]
fn h6_an_address_in_use_is_not_taken_over() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let mallory = world.join("mallory", "r");
    let forged = mallory.check(true);
    for n in 1..20 {
        world.datagram(amina.address, &forged);
        amina.send(&mut world, &amina.audio(n, 20));
        world.flush();
        assert_eq!(badr.got(&mut world).len(), 1);
        assert!(world.take(amina.address).iter().all(|bytes| bytes[0] >= 128), "no answer to the forger");
        world.pass(SECOND);
        if n % 5 == 0 {
            amina.send(&mut world, &amina.check(true));
            world.flush();
            world.take(amina.address);
        }
    }
    assert_eq!(world.shard.dropped(Cause::StunAddressHeld), 19);
    assert_eq!(world.shard.dropped(Cause::SrtpAuth), 0);

    world.pass(8 * SECOND);
    world.datagram(amina.address, &forged);
    world.flush();
    assert_eq!(world.shard.dropped(Cause::StunAddressHeld), 19);
}
