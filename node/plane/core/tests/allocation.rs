//! Nothing is allocated per packet once the shard is warm, and nothing at all for what is not authentic.

#[path = "plane/common.rs"]
mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::net::SocketAddr;

use common::*;
use plane_core::bandwidth::arrivals::Arrivals;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{RecordTracks, record_tracks};
use plane_core::ext::Extension;
use plane_core::rtp::{Fields, Header, is_rtcp};
use plane_core::shard::{Sent, Sink, Transmit};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, counting what this thread takes.
struct Counting;

// SAFETY: every call is passed on unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> u64 {
    let before = COUNT.with(Cell::get);
    work();
    COUNT.with(Cell::get) - before
}

#[derive(Default)]
struct Nowhere(usize);

impl Sink for Nowhere {
    fn transmit(&mut self, transmit: Transmit<'_>) -> Sent {
        self.0 += transmit.bytes.len().div_ceil(transmit.segment_size);
        Sent { calls: 1, refused: false }
    }
}

/// R: 50 receivers of sound and picture, with losses repaired in both directions: nothing per packet.
#[test]
fn nothing_per_packet() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    let mut viewers: Vec<Peer> = (0..50).map(|n| world.join(&format!("v{n}"), "r")).collect();
    for n in 0..50 {
        world.assign(&format!("v{n}"), VIDEO_SLOT, "amina/camera");
    }
    let mut sink = Nowhere::default();
    let mut packets = Vec::new();
    for n in 0..4000u64 {
        if n % 50 != 7 {
            packets.push(amina.video(n, n as u16, n % 300 == 0));
        }
        packets.push(amina.audio(n, (n / 40 % 90) as u8));
    }
    let from = amina.address;
    let mut nack = Vec::new();
    for round in 0..40 {
        let mut out = vec![0; 200];
        let mut writer = plane_core::rtcp::Writer::new(&mut out[..100]);
        let lost: Vec<u16> = (0..20).map(|n| 12_000 + round * 20 + n).collect();
        writer.nack(1, 0x5245_0000 | VIDEO_SLOT << 1, &lost).unwrap();
        let len = writer.len();
        let len = viewers[0].sealer.seal_rtcp(&mut out, len, 5000 + u32::from(round)).unwrap();
        out.truncate(len);
        nack.push(out);
    }
    let nacker = viewers[0].address;
    let mut run = |world: &mut World, packets: &mut [Vec<u8>], nack: &mut [Vec<u8>]| {
        let every = packets.len() / nack.len().max(1);
        let mut nack = nack.iter_mut();
        for (n, packet) in packets.iter_mut().enumerate() {
            world.shard.handle_datagram(world.now, from, OURS, packet);
            if n % every == 0
                && let Some(nack) = nack.next()
            {
                world.shard.handle_datagram(world.now, nacker, OURS, nack);
            }
            if n % 5 == 4 {
                world.now += 10 * MS;
                if world.shard.deadline().is_some_and(|at| at <= world.now) {
                    world.shard.handle_timeout(world.now);
                }
                world.shard.flush(world.now, &mut sink);
                while world.shard.poll_event().is_some() {}
            }
        }
    };
    let (warm, hot) = packets.split_at_mut(4000);
    let (warm_nack, hot_nack) = nack.split_at_mut(20);
    run(&mut world, warm, warm_nack);
    let before = world.shard.totals().sent_packets;
    let count = allocations(|| run(&mut world, hot, hot_nack));
    let sent = world.shard.totals().sent_packets - before;
    assert!(sent > 150_000, "{sent}");
    // Events for the control process are values with names in them: a few a second, never one a packet.
    assert!(count < 400, "{count} allocations for {sent} packets");
    drop(viewers.drain(..));
    amina.reports(&mut world);
}

/// R: nor where it is recorded.
#[test]
fn nothing_per_recorded_packet() {
    let mut world = World::new();
    world.shard.open_spool();
    let amina = world.join("amina", "r");
    for (stream, track) in [(1, "amina/microphone"), (2, "amina/camera")] {
        let recording = "0123456789abcdef0123456789abcdef".to_owned();
        let change = record_tracks::Change { recording, stream, track: track.into(), on: true };
        world.command(Command::RecordTracks(RecordTracks { changes: vec![change] }));
    }
    let mut packets: Vec<Vec<u8>> =
        (0..4000).flat_map(|n| [amina.video(n, n as u16, n % 300 == 0), amina.audio(n, 20)]).collect();
    let (warm, hot) = packets.split_at_mut(1000);
    let mut recorded = 0;
    let mut run = |world: &mut World, packets: &mut [Vec<u8>]| {
        for (n, packet) in packets.iter_mut().enumerate() {
            world.shard.handle_datagram(world.now, amina.address, OURS, packet);
            if n % 50 == 49 {
                world.now += 10 * MS;
                world.shard.flush(world.now, &mut Nowhere::default());
                recorded += world.shard.recorded().len();
                world.shard.recorded().clear();
            }
        }
    };
    run(&mut world, warm);
    let count = allocations(|| run(&mut world, hot));
    assert!(recorded > 4000 * 1100, "{recorded}");
    assert!(count < 20, "{count}");
}

/// R: nor where what is sent is watched on another shard, neither here nor there.
#[test]
fn nothing_per_mirrored_packet() {
    let mut home = World::new();
    let mut away = World::with(|config| config.shard = 1);
    let amina = home.join("amina", "r");
    let mut viewers: Vec<Peer> = (0..20).map(|n| away.join(&format!("v{n}"), "r")).collect();
    for send in page("amina", "r").sends {
        away.shard.open_mirror(away.now, "r", 0, &send).unwrap();
    }
    for n in 0..20 {
        away.assign(&format!("v{n}"), VIDEO_SLOT, "amina/camera");
    }
    let mut sink = Nowhere::default();
    let mut packets: Vec<Vec<u8>> = (0..4000u64)
        .flat_map(|n| [amina.video(n, n as u16, n % 300 == 0), amina.audio(n, (n / 40 % 90) as u8)])
        .collect();
    let mut run = |packets: &mut [Vec<u8>]| {
        for five in packets.chunks_mut(5) {
            for packet in five {
                home.shard.handle_datagram(home.now, amina.address, OURS, packet);
            }
            for world in [&mut home, &mut away] {
                world.now += 10 * MS;
                if world.shard.deadline().is_some_and(|at| at <= world.now) {
                    world.shard.handle_timeout(world.now);
                }
                world.shard.mirror();
            }
            for (from, to) in [(0, 1), (1, 0)] {
                let (source, sink) = if from == 0 { (&mut home, &mut away) } else { (&mut away, &mut home) };
                for (_, bytes) in source.shard.mirrored().filter(|&(number, _)| number == to) {
                    sink.shard.take_mirrored(sink.now, from, bytes);
                    bytes.clear();
                }
            }
            for world in [&mut home, &mut away] {
                world.shard.flush(world.now, &mut sink);
                while world.shard.poll_event().is_some() {}
            }
        }
        (away.shard.totals().sent_packets, away.shard.mirrored_packets())
    };
    let (warm, hot) = packets.split_at_mut(4000);
    let before = run(warm);
    let mut after = before;
    let count = allocations(|| after = run(hot));
    let (sent, crossed) = (after.0 - before.0, after.1 - before.1);
    assert!(crossed >= 4000 && sent > 70_000, "{crossed} crossed, {sent} sent");
    assert!(count < 400, "{count} allocations for {sent} packets");
    drop(viewers.drain(..));
}

/// What left the shard, kept without taking memory for it.
struct Kept {
    bytes: Vec<u8>,
    packets: Vec<(SocketAddr, usize)>,
}

impl Sink for Kept {
    fn transmit(&mut self, transmit: Transmit<'_>) -> Sent {
        self.bytes.extend_from_slice(transmit.bytes);
        for packet in transmit.bytes.chunks(transmit.segment_size) {
            self.packets.push((transmit.dest, packet.len()));
        }
        Sent { calls: 1, refused: false }
    }
}

/// A receiver that tells what came, behind a link of its own.
struct Teller {
    peer: Peer,
    arrivals: Arrivals,
    bps: u64,
    free_us: u64,
}

const NUMBERED: u8 = 7;

impl Teller {
    fn new(world: &mut World, n: u64) -> Teller {
        let mut open = page(&format!("v{n}"), "r");
        for receive in &mut open.receives {
            receive.extensions.get_or_insert_default().transport_cc = NUMBERED.into();
        }
        let mut peer = world.open(open);
        peer.connect(world);
        world.assign(&peer.name, VIDEO_SLOT, "amina/camera");
        Teller { peer, arrivals: Arrivals::new(world.now), bps: 400_000 + 200_000 * n, free_us: 0 }
    }

    fn take(&mut self, now: u64, packet: &[u8]) {
        if packet[0] < 128 || is_rtcp(packet) || self.free_us > now + 300 * MS {
            return;
        }
        self.free_us = self.free_us.max(now) + packet.len() as u64 * 8 * SECOND / self.bps;
        let header = Header::parse(packet).unwrap();
        if let Some(Ok(number)) = header.extensions(packet).value(NUMBERED).map(<[u8; 2]>::try_from) {
            self.arrivals.record(u16::from_be_bytes(number), self.free_us, packet.len());
        }
    }

    fn tell(&mut self, now: u64) -> Option<Vec<u8>> {
        let due = self.arrivals.due_us(now).is_some_and(|due| due <= now);
        let Teller { peer, arrivals, .. } = self;
        due.then(|| {
            peer.sealed_rtcp(|writer| {
                writer.transport_cc(1, 0x5245_0000 | VIDEO_SLOT << 1, |out| arrivals.write(now, out)).unwrap();
            })
        })
    }
}

/// One picture of a camera in three layers.
fn layers(peer: &Peer, index: &mut [u64; 3], picture: u64) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    for (layer, rid) in ["q", "h", "f"].into_iter().enumerate() {
        let pieces = [1, 2, 5][layer];
        for piece in 0..pieces {
            let fields = Fields {
                marker: piece + 1 == pieces,
                payload_type: 96,
                sequence: index[layer] as u16,
                timestamp: picture as u32 * 3000,
                ssrc: CAMERA + 2 * layer as u32,
            };
            let named = [Extension { id: 4, value: b"1" as &[u8] }, Extension { id: 10, value: rid.as_bytes() }];
            let payload = picture_payload(picture as u16, picture.is_multiple_of(60), piece == 0, 600);
            packets.push(peer.seal(&fields, index[layer], &named, &payload));
            index[layer] += 1;
        }
    }
    packets
}

/// R: the same where receivers tell what came and a camera has three layers: estimates, pacing, probes, changes of layers.
#[test]
fn nothing_per_numbered_packet_of_three_layers() {
    let mut world = World::new();
    let mut open = page("amina", "r");
    open.sends[1].rids = ["q", "h", "f"].map(str::to_owned).to_vec();
    open.sends[1].extensions.as_mut().unwrap().rid = 10;
    let mut amina = world.open(open);
    amina.connect(&mut world);
    let mut tellers: Vec<Teller> = (0..16).map(|n| Teller::new(&mut world, n)).collect();
    let mut sink = Kept { bytes: Vec::with_capacity(8 << 20), packets: Vec::with_capacity(20_000) };
    let (mut index, mut count, mut sent) = ([1; 3], 0, 0);
    for step in 0..4000u64 {
        world.now += 10 * MS;
        let now = world.now;
        let mut datagrams = Vec::new();
        if step % 3 == 0 {
            datagrams.extend(layers(&amina, &mut index, step / 3).into_iter().map(|packet| (amina.address, packet)));
        }
        datagrams.extend((step % 2 == 0).then(|| (amina.address, amina.audio(step, 30))));
        datagrams.extend(tellers.iter_mut().filter_map(|teller| Some((teller.peer.address, teller.tell(now)?))));
        if step % 500 == 0 {
            let peers = tellers.iter().map(|teller| &teller.peer).chain([&amina]);
            datagrams.extend(peers.map(|peer| (peer.address, peer.check(true))));
        }
        let taken = allocations(|| {
            for (from, packet) in &mut datagrams {
                world.shard.handle_datagram(now, *from, OURS, packet);
            }
            if world.shard.deadline().is_some_and(|at| at <= now) {
                world.shard.handle_timeout(now);
            }
            world.shard.flush(now, &mut sink);
            while world.shard.poll_event().is_some() {}
        });
        if step >= 2000 {
            (count, sent) = (count + taken, sent + sink.packets.len());
        }
        let mut at = 0;
        for (to, len) in sink.packets.drain(..) {
            if let Some(teller) = tellers.iter_mut().find(|teller| teller.peer.address == to) {
                teller.take(now, &sink.bytes[at..at + len]);
            }
            at += len;
        }
        sink.bytes.clear();
    }
    let totals = world.shard.totals();
    assert!(sent > 30_000 && totals.transport_cc_received > 5_000 && totals.probe_bytes > 0, "{sent} {totals:?}");
    // Again only what the control process is told: slots that switched, layers wanted.
    assert!(count < 1_000, "{count} allocations for {sent} packets");
}

/// H11: floods of checks, hellos and media from nowhere allocate nothing.
#[test]
fn h11_nothing_for_a_flood() {
    let mut world = World::new();
    let mut amina = world.open(page("amina", "r"));
    amina.password = "x".repeat(32);
    let mut wrong = amina.check(true);
    amina.ufrag = "AAAAAAAAAAAAAAAAAAAA".into();
    let mut unknown = amina.check(true);
    let mut hello = vec![22u8; 300];
    let mut media = vec![0x80u8; 200];
    let mut sink = Nowhere::default();
    world.shard.flush(world.now, &mut sink);
    let count = allocations(|| {
        for n in 0..20_000u32 {
            let from = SocketAddr::from(([10, 1, (n >> 8) as u8, n as u8], (n % 60_000) as u16));
            for bytes in [&mut wrong, &mut unknown, &mut hello, &mut media] {
                world.shard.handle_datagram(world.now, from, OURS, bytes);
            }
            world.shard.flush(world.now, &mut sink);
        }
    });
    assert_eq!((count, sink.0), (0, 0));
}
