//! A shard with three people in a room, and whatever may come to its port, from strangers and from people who hold keys.

#[path = "../../core/tests/plane/common.rs"]
mod common;

use std::net::SocketAddr;

use plane_core::rtp::Header;
use plane_core::srtp::{MAX_RTCP_OVERHEAD, MAX_RTP_OVERHEAD};

use common::{MS, Peer, World};

/// Datagrams in one input; enough for a key frame, a loss and its repair.
const MAX_STEPS: usize = 64;

/// The input is a list of steps: what to do, for whom, how long the bytes are, the bytes.
pub fn demux(bytes: &[u8]) {
    let mut world = World::new();
    let mut peers: Vec<Peer> = ["amina", "jean", "lucie"].iter().map(|name| world.join(name, "room")).collect();
    world.assign("jean", common::VIDEO_SLOT, "amina/camera");
    world.assign("lucie", common::VIDEO_SLOT, "amina/camera");
    let key = peers[0].video(1 << 16, 1, true);
    peers[0].send(&mut world, &key);
    world.flush();
    let stranger: SocketAddr = "203.0.113.66:6666".parse().expect("an address");

    // From an address that no authenticated check has come from, nothing is answered (H1, H4, H6).
    let mut moved = false;
    let mut rest = bytes;
    for _ in 0..MAX_STEPS {
        let Some((&[what, who, len], after)) = rest.split_first_chunk::<3>() else { break };
        let (body, after) = after.split_at(usize::from(len).min(after.len()));
        rest = after;
        let peer = &mut peers[usize::from(who) % 3];
        match what % 8 {
            0 => world.datagram(stranger, body),
            1 => world.datagram(peer.address, body),
            2 => sealed_rtp(&mut world, peer, body, u64::from(who >> 4)),
            3 => sealed_rtcp(&mut world, peer, body, u32::from(what >> 3) << 8 | u32::from(who)),
            4 => world.pass(u64::from(len) * 10 * MS),
            5 => {
                let check = peer.check(who & 0x80 != 0);
                moved |= who & 0x40 != 0;
                world.datagram(if who & 0x40 != 0 { stranger } else { peer.address }, &check);
            }
            6 => {
                let (name, track) =
                    (["amina", "jean", "lucie"][usize::from(who) % 3], ["amina/camera", "", "jean/camera"]);
                world.assign(name, common::VIDEO_SLOT + u32::from(who >> 6), track[usize::from(len) % 3]);
            }
            _ => {
                world.mute(["amina/camera", "amina/microphone", "jean/camera"][usize::from(who) % 3], who & 0x80 != 0);
            }
        }
        world.flush();
        look(&mut world, &mut peers, stranger, moved);
    }
    world.pass(2000 * MS);
    look(&mut world, &mut peers, stranger, moved);
}

/// What left opens with the keys of whom it went to, each number once ([`Peer::got`] asserts both).
fn look(world: &mut World, peers: &mut [Peer], stranger: SocketAddr, moved: bool) {
    let astray = world.take(stranger);
    assert!(moved || astray.is_empty(), "an answer to somebody who has proven nothing");
    for peer in peers.iter_mut() {
        peer.got(world);
    }
    assert!(world.wire.datagrams.is_empty(), "a datagram to nobody that is known");
    world.events.clear();
}

/// Bytes that a person who holds the keys sends as RTP: what is behind the authentication must hold as well.
fn sealed_rtp(world: &mut World, peer: &Peer, plain: &[u8], cycle: u64) {
    let Ok(header) = Header::parse(plain) else { return };
    let mut packet = plain.to_vec();
    packet.resize(plain.len() + MAX_RTP_OVERHEAD, 0);
    let index = 1 << 16 | u64::from(header.sequence) | (cycle & 1) << 17;
    if let Ok(len) = peer.sealer.seal_rtp(&mut packet, plain.len(), index, header.header_len) {
        world.datagram(peer.address, &packet[..len]);
    }
}

fn sealed_rtcp(world: &mut World, peer: &Peer, plain: &[u8], index: u32) {
    let mut packet = plain.to_vec();
    packet.resize(plain.len() + MAX_RTCP_OVERHEAD, 0);
    if let Ok(len) = peer.sealer.seal_rtcp(&mut packet, plain.len(), 1000 + index) {
        world.datagram(peer.address, &packet[..len]);
    }
}
