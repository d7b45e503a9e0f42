//! Nothing is allocated per packet once the shard is warm, and nothing at all for what is not authentic.

#[path = "plane/common.rs"]
mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::net::SocketAddr;

use common::*;
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
