//! The core alone, in this process and without a kernel: what one packet costs before it is handed over.
//!
//! For changes of the core: `regie-bench inside RECEIVERS SECONDS`, also under `callgrind`. Between two batches a
//! piece of memory as large as the second-level cache is walked through, as the kernel and others would.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Instant;

use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::shard::{Config, Sent, Shard, Sink, Transmit};
use plane_core::srtp::Profile;
use plane_core::stun::Integrity;

use crate::keys::{Keys, PUBLISHER};
use crate::peers::{self, Publisher, address};
use crate::sys;
use regie_load::trace::{Pace, Trace};

/// What is walked through between batches.
const ELSEWHERE: usize = 2 << 20;
/// Where the "kernel" copies what it is given.
const COPIED: usize = 4 << 20;

struct Copies {
    memory: Vec<u8>,
    at: usize,
    packets: u64,
    sends: u64,
}

impl Sink for Copies {
    fn soon<T: ?Sized>(&self, value: &T) {
        sys::fetch(value);
    }

    fn transmit(&mut self, transmit: Transmit<'_>) -> Sent {
        let len = transmit.bytes.len();
        if self.at + len > self.memory.len() {
            self.at = 0;
        }
        self.memory[self.at..self.at + len].copy_from_slice(transmit.bytes);
        self.at += len;
        self.packets += len.div_ceil(transmit.segment_size) as u64;
        self.sends += 1;
        Sent { calls: 1, refused: false }
    }
}

/// Serve `count` receivers with `seconds` of the trace, and print nanoseconds per packet of flushes with and without
/// video.
pub fn run(count: u32, seconds: u64) {
    let mut shard = Shard::new(Config {
        shard: 0,
        secret: [7; 32],
        unix_offset_us: 0,
        candidates: vec!["127.0.0.1:1".parse().expect("an address")],
        tcp_candidates: Vec::new(),
        max_send_bps: 10_000_000,
        gso: true,
    });
    let from = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(127, 0, 0, 2), 9));
    join(&mut shard, peers::publisher_transport("bench", 0, true), PUBLISHER, from);
    for n in 0..count {
        join(&mut shard, peers::receiver_transport("bench", n, &[0]), n, SocketAddr::V4(address(n, &[1000], 127)));
    }
    let mut sink = Copies { memory: vec![1; COPIED], at: 0, packets: 0, sends: 0 };
    let mut elsewhere = vec![0u8; ELSEWHERE];
    let mut publisher = Publisher::new(0, Trace::load(Pace::Webrtc, None).into(), Profile::AeadAes128Gcm);
    publisher.start(1_000_000);
    let ours = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let mut out = [0; 2048];
    let mut spent = [(0u64, 0u64, 0u64); 2];
    let mut now = publisher.due();
    while now < 1_000_000 + seconds * 1_000_000 {
        // Everybody's consent stays fresh without the cost of checks.
        let mut video = 0;
        let started = Instant::now();
        while publisher.due() <= now {
            let (_, len) = publisher.next(&mut out);
            video = usize::from(len > 400).max(video);
            shard.handle_datagram(now, from, ours, &mut out[..len]);
        }
        let (packets, sends) = (sink.packets, sink.sends);
        shard.flush(now, &mut sink);
        if sink.packets - packets >= u64::from(count) {
            let of = &mut spent[video];
            of.0 += started.elapsed().as_nanos() as u64;
            of.1 += sink.packets - packets;
            of.2 += sink.sends - sends;
        }
        while shard.poll_event().is_some() {}
        for line in elsewhere.chunks_mut(64) {
            line[0] = line[0].wrapping_add(1);
        }
        now = publisher.due();
    }
    for (name, (ns, packets, sends)) in ["sound", "picture"].into_iter().zip(spent) {
        let per = |of: u64| ns as f64 / of.max(1) as f64;
        println!(
            "{name}: {packets} packets in {sends} sends, {:.0} ns a packet, {:.0} ns a send",
            per(packets),
            per(sends)
        );
    }
}

fn join(shard: &mut Shard, opened: plane_core::contract::OpenTransport, peer: u32, from: SocketAddr) {
    let name = opened.transport.clone();
    let reply = shard.handle_command(1, Command::OpenTransport(opened));
    let Some(Body::TransportOpened(reply)) = reply else { panic!("OpenTransport was answered with {reply:?}") };
    let ice = reply.ice.expect("credentials");
    shard.handle_command(1, Command::SetKeys(Keys::of(peer, Profile::AeadAes128Gcm).command(&name)));
    let mut out = [0; 256];
    let len = peers::check(&mut out, peer, 0, &ice.ufrag, &Integrity::new(ice.password.as_bytes()));
    shard.handle_datagram(1, from, IpAddr::V4(Ipv4Addr::LOCALHOST), &mut out[..len]);
}
