//! H11: checks that are not authentic change nothing and are never answered.

use std::net::SocketAddr;

use crate::common::*;
use plane_core::drops::Cause;

/// H11: unknown ufrags, right ufrags with a wrong password, and noise, from many addresses.
#[test]
fn h11_no_answer_without_a_password() {
    let mut world = World::new();
    let mut amina = world.open(page("amina", "r"));
    let good = amina.check(true);
    let password = std::mem::replace(&mut amina.password, "x".repeat(32));
    let wrong = amina.check(true);
    amina.password = password;
    amina.ufrag = "AAAAAAAAAAAAAAAAAAAA".into();
    let unknown = amina.check(true);
    for n in 0..5000u16 {
        let from = SocketAddr::from(([10, 0, (n >> 8) as u8, n as u8], n));
        world.datagram(from, &unknown);
        world.datagram(from, &wrong);
        world.datagram(from, &unknown[..20]);
        world.datagram(from, &[]);
    }
    world.flush();
    assert!(world.wire.datagrams.is_empty());
    assert_eq!(world.shard.dropped(Cause::StunUnknownUfrag), 5000);
    assert_eq!(world.shard.dropped(Cause::StunBadMac), 5000);
    assert_eq!(world.shard.dropped(Cause::Unknown), 5000);
    world.datagram(amina.address, &good);
    world.flush();
    assert_eq!(world.wire.datagrams.len(), 1);
}
