//! Spatial layers within one stream (SVC): what a tile does not show is left out, by the dependency descriptor or by
//! VP9's own, and leaves no gap.

use crate::common::*;
use crate::several::Several;
use plane_core::contract::{Codec, HeaderExtensions, OpenTransport};
use plane_core::dependency::{Frame, Structure};
use plane_core::ext::Extension;
use plane_core::rtp::Fields;
use plane_core::vp9;

const DEPENDENCY: u32 = 12;

fn with_codec(name: &str, room: &str, codecs: &[Codec], descriptor: u32) -> OpenTransport {
    let mut open = page(name, room);
    let change = |extensions: &mut Option<HeaderExtensions>| {
        *extensions = Some(HeaderExtensions { dependency_descriptor: descriptor, ..extensions.unwrap() });
    };
    open.sends[1].codecs = codecs.to_vec();
    change(&mut open.sends[1].extensions);
    for receive in open.receives.iter_mut().filter(|receive| receive.index >= VIDEO_SLOT) {
        receive.codecs = codecs.to_vec();
        change(&mut receive.extensions);
    }
    open
}

fn join(world: &mut World, name: &str, codec: &Codec, descriptor: u32) -> Peer {
    let mut peer = world.open(with_codec(name, "r", std::slice::from_ref(codec), descriptor));
    peer.connect(world);
    peer
}

/// Bits as text.
fn bytes(bits: &str) -> Vec<u8> {
    let bits: Vec<u8> = bits.bytes().filter(|bit| matches!(bit, b'0' | b'1')).map(|bit| bit - b'0').collect();
    bits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |value, (n, bit)| value | bit << (7 - n))).collect()
}

/// Two spatial layers that need each other at key frames only (L2T1_KEY), three packets a picture: one of the lower
/// layer, two of the upper.
struct Layered {
    peer: Peer,
    sequence: u64,
    frame: u16,
    picture: u32,
    plis: usize,
}

impl Layered {
    fn packet(&mut self, descriptor: &[u8], marker: bool, payload: &[u8]) -> Vec<u8> {
        self.sequence += 1;
        let fields = Fields {
            marker,
            payload_type: 98,
            sequence: self.sequence as u16,
            timestamp: self.picture * 3000,
            ssrc: CAMERA,
        };
        let extensions =
            [Extension { id: 4, value: b"1" as &[u8] }, Extension { id: DEPENDENCY as u8, value: descriptor }];
        self.peer.seal(&fields, self.sequence, &extensions, payload)
    }

    fn packets(&mut self, key: bool) -> Vec<Vec<u8>> {
        let lower = self.frame;
        let upper = self.frame.wrapping_add(1);
        self.frame = self.frame.wrapping_add(2);
        self.picture += 1;
        let structure = "1 0 0 0 0  000000 00001  00 10 00 11  10 00 10 10 00 10 00 10 \
             1 0001 0  0  1 0001 0  1 0000 0  1 1  0 1  0010 0001 0000 0000 0001 0010 0001 0001 \
             1 0000000100111111 0000000010110011 0000001001111111 0000000101100111";
        let first = match key {
            true => bytes(&format!("1 1 000001 {lower:016b} {structure}")),
            false => bytes(&format!("1 1 000000 {lower:016b}")),
        };
        let template = if key { 3 } else { 2 };
        let mut low = vec![0; 400];
        (low[0], low[1]) = if key { (0x18, 0x0A) } else { (0x10, 0x32) };
        low[10] = 0;
        let mut high = vec![0; 1000];
        (high[0], high[1], high[10]) = (0x10, 0x32, 1);
        vec![
            self.packet(&first, false, &low),
            self.packet(&bytes(&format!("1 0 {template:06b} {upper:016b}")), false, &high),
            self.packet(&bytes(&format!("0 1 {template:06b} {upper:016b}")), true, &high),
        ]
    }

    /// The next picture, with a key frame if one was asked for.
    fn picture(&mut self, world: &mut World) {
        let reports = self.peer.reports(world);
        let asked = reports.iter().flat_map(|bytes| plane_core::rtcp::Compound::new(bytes));
        let asked = asked.filter(|packet| matches!(packet, plane_core::rtcp::Packet::Pli { .. })).count();
        self.plis += asked;
        for packet in self.packets(asked > 0 || self.picture == 0) {
            self.peer.send(world, &packet);
        }
        world.flush();
    }

    fn run(&mut self, world: &mut World, pictures: usize) {
        for _ in 0..pictures {
            self.picture(world);
            world.pass(33 * MS);
        }
    }
}

/// What came, as a receiver of the descriptor understands it: numbers without a gap, pictures that end with a marker.
/// Returns of each packet its spatial layer, and the mask of what can be decoded.
fn look(world: &mut World, peer: &mut Peer, structure: &mut Option<Structure>) -> Vec<(u8, Option<u32>)> {
    let got = peer.got(world);
    for two in got.windows(2) {
        assert_eq!(two[1].header.sequence, two[0].header.sequence.wrapping_add(1));
        let same = two[0].header.timestamp == two[1].header.timestamp;
        assert_eq!(two[0].header.marker, !same, "the last packet of a picture is marked, and no other");
    }
    let mut last: Option<u16> = None;
    let mut seen = Vec::new();
    for packet in got {
        let descriptor = &packet.extensions[&(DEPENDENCY as u8)];
        if let Some(new) = Structure::parse(descriptor).unwrap() {
            *structure = Some(new);
        }
        let frame = Frame::parse(descriptor, structure.as_ref().unwrap()).unwrap();
        assert_eq!(frame.spatial, packet.payload[10]);
        assert!(last.is_none_or(|last| frame.number.wrapping_sub(last) < 100), "frame numbers rise");
        last = Some(frame.number);
        seen.push((frame.spatial, frame.active));
    }
    seen
}

/// R: AV1: a small tile gets the lower layer only, a large one after the key frame the upper only; a change waits for a
/// key frame, which is asked for. Numbers have no gap, frame numbers rise, and the descriptor says what can be decoded.
#[test]
fn by_the_dependency_descriptor() {
    let mut world = World::new();
    let av1 = codec(98, 99, "AV1", 90_000);
    let peer = join(&mut world, "amina", &av1, DEPENDENCY);
    let mut amina = Layered { peer, sequence: 65_400, frame: 65_500, picture: 0, plis: 0 };
    let mut small = join(&mut world, "small", &av1, DEPENDENCY);
    let mut large = join(&mut world, "large", &av1, DEPENDENCY);
    let (mut small_structure, mut large_structure) = (None, None);
    for (name, height) in [("small", 150), ("large", 360)] {
        world.assign(name, VIDEO_SLOT, "amina/camera");
        world.size(name, VIDEO_SLOT, height);
    }
    amina.run(&mut world, 10); // what is to be chosen from is known only now
    amina.run(&mut world, 60);
    look(&mut world, &mut large, &mut large_structure);
    look(&mut world, &mut small, &mut small_structure);
    amina.run(&mut world, 30);
    let seen = look(&mut world, &mut large, &mut large_structure);
    assert!(seen.len() == 60 && seen.iter().all(|&(spatial, active)| spatial == 1 && active.is_none()), "{seen:?}");
    let seen = look(&mut world, &mut small, &mut small_structure);
    assert!(seen.len() == 30 && seen.iter().all(|&seen| seen == (0, Some(1))), "{seen:?}");
    // The small tile grows.
    let asked = amina.plis;
    world.size("small", VIDEO_SLOT, 300);
    amina.run(&mut world, 30);
    let seen = look(&mut world, &mut small, &mut small_structure);
    assert_eq!(seen.last().unwrap().0, 1);
    assert!((asked + 1..asked + 3).contains(&amina.plis), "{} requests", amina.plis - asked);
    look(&mut world, &mut large, &mut large_structure);
}

/// R: what a receiver of one layer lost is sent again under the numbers that it knows.
#[test]
fn repair_among_what_was_left_out() {
    let mut world = World::new();
    let av1 = codec(98, 99, "AV1", 90_000);
    let peer = join(&mut world, "amina", &av1, DEPENDENCY);
    let mut amina = Layered { peer, sequence: 100, frame: 5, picture: 0, plis: 0 };
    let mut badr = join(&mut world, "badr", &av1, DEPENDENCY);
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.run(&mut world, 5);
    world.size("badr", VIDEO_SLOT, 100);
    amina.run(&mut world, 40);
    let got = badr.got(&mut world);
    let lost = &got[got.len() - 5];
    assert_eq!(lost.payload[10], 0);
    badr.rtcp(&mut world, |writer| writer.nack(1, lost.header.ssrc, &[lost.header.sequence]).unwrap());
    world.flush();
    let again = &badr.got(&mut world)[0];
    assert_eq!(again.payload[..2], lost.header.sequence.to_be_bytes());
    assert_eq!((&again.payload[2..], again.header.timestamp), (&lost.payload[..], lost.header.timestamp));
    assert_eq!(again.extensions[&(DEPENDENCY as u8)], lost.extensions[&(DEPENDENCY as u8)]);
}

/// R: VP9 without dependency descriptors: the layers above the tile's are left out by VP9's own, down at any picture and
/// up where the upper layer needs none of its past.
#[test]
fn by_the_descriptor_of_vp9() {
    let mut world = World::new();
    let codec = codec(98, 99, "VP9", 90_000);
    let amina = join(&mut world, "amina", &codec, 0);
    let mut badr = join(&mut world, "badr", &codec, 0);
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    let (mut sequence, mut picture) = (65_500u64, 0u32);
    let mut run = |world: &mut World, pictures: u32| {
        for n in 0..pictures {
            let key = n == 0;
            picture += 1;
            for spatial in 0..3u8 {
                sequence += 1;
                let start = 0x80 | 0x20 | 0x08 | 0x04 | if key { 0 } else { 0x40 };
                let mut payload = vec![start, 0x80 | (picture >> 8) as u8, picture as u8];
                payload.extend([spatial << 1 | u8::from(spatial > 0), picture as u8, 0xAA, spatial]);
                payload.resize(300, 0);
                let fields = Fields {
                    marker: spatial == 2,
                    payload_type: 98,
                    sequence: sequence as u16,
                    timestamp: picture * 3000,
                    ssrc: CAMERA,
                };
                let packet = amina.seal(&fields, sequence, &[Extension { id: 4, value: b"1" as &[u8] }], &payload);
                amina.send(world, &packet);
            }
            world.flush();
            world.pass(33 * MS);
        }
    };
    let mut look = |world: &mut World| {
        let got = badr.got(world);
        for two in got.windows(2) {
            assert_eq!(two[1].header.sequence, two[0].header.sequence.wrapping_add(1));
            assert_eq!(two[0].header.marker, two[0].header.timestamp != two[1].header.timestamp);
        }
        let descriptors = got.iter().map(|got| vp9::Descriptor::parse(&got.payload).unwrap());
        descriptors.map(|descriptor| descriptor.spatial_id).max()
    };
    run(&mut world, 20);
    assert_eq!(look(&mut world), Some(2));
    world.size("badr", VIDEO_SLOT, 180);
    run(&mut world, 1);
    look(&mut world);
    run(&mut world, 20);
    assert_eq!(look(&mut world), Some(0));
    world.size("badr", VIDEO_SLOT, 360);
    run(&mut world, 20);
    assert_eq!(look(&mut world), Some(1));
}

/// R: the same on another shard than the sender's: the descriptor crosses with each packet.
#[test]
fn across_shards() {
    let mut several = Several::new(2);
    let av1 = codec(98, 99, "AV1", 90_000);
    let opened = |name: &str| with_codec(name, "r", std::slice::from_ref(&av1), DEPENDENCY);
    let peer = several.enter(0, &opened("amina"), |world| join(world, "amina", &av1, DEPENDENCY));
    let mut amina = Layered { peer, sequence: 100, frame: 5, picture: 0, plis: 0 };
    let mut badr = several.enter(1, &opened("badr"), |world| join(world, "badr", &av1, DEPENDENCY));
    several.worlds[1].assign("badr", VIDEO_SLOT, "amina/camera");
    let mut structure = None;
    for (height, spatial, active) in [(360, 1, None), (150, 0, Some(1)), (300, 1, None)] {
        several.worlds[1].size("badr", VIDEO_SLOT, height);
        for _ in 0..60 {
            amina.picture(&mut several.worlds[0]);
            several.pass(33 * MS);
        }
        let seen = look(&mut several.worlds[1], &mut badr, &mut structure);
        assert_eq!(seen.last(), Some(&(spatial, active)), "{height} lines");
    }
}
