//! ICE-lite: nomination, consent and restart.

use crate::common::*;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{RestartIce, SendDtls};
use plane_core::stun::{Class, Integrity, Message};

fn restart(world: &mut World, peer: &mut Peer) -> (String, String) {
    let command = Command::RestartIce(RestartIce { transport: peer.name.clone() });
    let Body::IceCredentials(ice) = world.command(command) else { panic!() };
    (ice.ufrag, ice.password)
}

/// R: a check is answered with the address it came from, authenticated; the first nomination is told once.
#[test]
fn a_check_is_answered() {
    let mut world = World::new();
    let amina = world.open(page("amina", "r"));
    for nominate in [false, true, true] {
        let check = amina.check(nominate);
        world.datagram(amina.address, &check);
        world.flush();
    }
    let answers = world.take(amina.address);
    assert_eq!(answers.len(), 3);
    let answer = Message::parse(&answers[0]).unwrap();
    assert_eq!(answer.class, Class::Success);
    assert!(answer.verify_with(&Integrity::new(amina.password.as_bytes())));
    assert!(answers[0].len() <= amina.check(false).len() + 20);
    let connected = world.events.iter().filter(|event| matches!(event, Body::IceConnected(_)));
    assert_eq!(connected.count(), 1);
}

/// RFC 7675: consent ends 30 s after the last check, is told once, and comes back with a check.
#[test]
fn consent_ends_and_returns() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let badr = world.join("badr", "r");
    let lost = |world: &World| world.events.iter().filter(|event| matches!(event, Body::ConsentLost(_))).count();
    world.pass(29 * SECOND);
    assert_eq!(lost(&world), 0);
    let check = badr.check(true);
    world.datagram(badr.address, &check);
    world.pass(3 * SECOND);
    assert_eq!(lost(&world), 1);
    world.pass(20 * SECOND);
    assert_eq!(lost(&world), 1);
    world.take(amina.address);
    badr.send(&mut world, &badr.audio(1, 20));
    world.flush();
    assert!(world.take(amina.address).is_empty(), "nothing is sent without consent");
    world.events.clear();
    let check = amina.check(true);
    world.datagram(amina.address, &check);
    world.flush();
    assert!(matches!(world.events[0], Body::IceConnected(_)));
}

/// RFC 8445 2.4: the old credentials hold until the peer is seen with the new.
#[test]
fn a_restart_interrupts_nothing() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    let (ufrag, password) = restart(&mut world, &mut amina);
    let old = amina.check(true);
    world.datagram(amina.address, &old);
    world.flush();
    assert_eq!(world.take(amina.address).len(), 1);
    (amina.ufrag, amina.password) = (ufrag, password);
    let new = amina.check(true);
    world.datagram(amina.address, &new);
    world.flush();
    assert_eq!(world.take(amina.address).len(), 1);
    world.datagram(amina.address, &old);
    world.flush();
    assert!(world.take(amina.address).is_empty());
}

/// R: DTLS goes to the selected address.
#[test]
fn dtls_follows_the_nomination() {
    let mut world = World::new();
    let mut amina = world.open(page("amina", "r"));
    let first = amina.address;
    let check = amina.check(true);
    world.datagram(first, &check);
    amina.address = "203.0.113.5:999".parse().unwrap();
    world.datagram(amina.address, &check);
    world.flush();
    world.take(first);
    world.take(amina.address);
    let datagrams = vec![b"\x16one".to_vec(), b"\x16two".to_vec()];
    world.command(Command::SendDtls(SendDtls { transport: "amina".into(), datagrams: datagrams.clone() }));
    world.flush();
    assert_eq!(world.take(amina.address), datagrams);
    assert!(world.take(first).is_empty());
}

/// RFC 7675: a peer that never nominates has to renew its consent all the same.
#[test]
fn consent_ends_without_a_nomination() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.open(page("badr", "r"));
    let check = badr.check(false);
    world.datagram(badr.address, &check);
    badr.key(&mut world);
    amina.send(&mut world, &amina.audio(1, 20));
    world.flush();
    assert_eq!(badr.got(&mut world).len(), 1);
    world.pass(31 * SECOND);
    world.take(badr.address);
    amina.send(&mut world, &amina.audio(2, 20));
    world.flush();
    assert!(world.take(badr.address).is_empty());
    world.datagram(badr.address, &check);
    amina.send(&mut world, &amina.audio(3, 20));
    world.flush();
    assert_eq!(badr.got(&mut world).len(), 1);
}

/// H7: what was not sent for want of consent leaves no gap: its receiver still counts rollovers right when it returns.
#[test]
fn h7_numbers_go_on_when_consent_returns() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    amina.send(&mut world, &amina.audio(1, 20));
    world.flush();
    let before = badr.got(&mut world)[0].header.sequence;
    world.pass(31 * SECOND);
    for n in 2..40_000 {
        amina.send(&mut world, &amina.audio(n, 20));
        if n % 50 == 0 {
            world.flush();
        }
    }
    world.flush();
    world.take(badr.address);
    let check = badr.check(true);
    world.datagram(badr.address, &check);
    amina.send(&mut world, &amina.audio(40_000, 20));
    world.flush();
    assert_eq!(badr.got(&mut world)[0].header.sequence, before.wrapping_add(1));
}

/// RFC 8445 2.4: two restarts in a row, the first never taken up: what the peer is using stays valid.
#[test]
fn two_restarts_interrupt_nothing() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    restart(&mut world, &mut amina);
    let (ufrag, password) = restart(&mut world, &mut amina);
    let old = amina.check(true);
    world.datagram(amina.address, &old);
    world.flush();
    assert_eq!(world.take(amina.address).len(), 1);
    (amina.ufrag, amina.password) = (ufrag, password);
    let new = amina.check(true);
    world.datagram(amina.address, &new);
    world.flush();
    assert_eq!(world.take(amina.address).len(), 1);
}
