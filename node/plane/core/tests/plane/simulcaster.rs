//! A camera that sends three layers, as browsers do, and a viewer who looks closely at what arrives.

use std::collections::HashMap;

use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{HeaderExtensions, LimitRates, OpenTransport, SizeSlots, counters, limit_rates, size_slots};
use plane_core::ext::Extension;
use plane_core::rtcp::{Compound, Packet, SenderInfo, ntp};
use plane_core::rtp::Fields;
use plane_core::vp8;

use crate::common::*;

pub const RIDS: [&str; 3] = ["q", "h", "f"];
pub const FRAME: u64 = 33_333;

/// One encoding of a camera.
pub struct Encoding {
    pub ssrc: u32,
    pub sequence: u64,
    pub rtx_sequence: u64,
    /// Where its RTP clock started: somewhere else than its fellows'.
    pub clock: u32,
    pub picture: u16,
    pub packets: usize,
    pub on: bool,
    pub key: bool,
    pub plis: usize,
    /// It says its MID and RID still.
    pub says_rid: bool,
    pub height: u16,
}

pub struct Camera {
    pub peer: Peer,
    pub layers: Vec<Encoding>,
    started: u64,
    /// Key frames are made when asked for.
    pub answers: bool,
}

/// As [`page`], with a camera of three layers.
pub fn simulcasting(name: &str, room: &str) -> OpenTransport {
    let mut open = page(name, room);
    open.sends[1].rids = RIDS.map(str::to_owned).to_vec();
    let extensions = open.sends[1].extensions.as_mut().unwrap();
    *extensions = HeaderExtensions { rid: 10, repaired_rid: 11, ..*extensions };
    open
}

impl Camera {
    pub fn join(world: &mut World, name: &str, room: &str) -> Camera {
        let mut peer = world.open(simulcasting(name, room));
        peer.connect(world);
        let layer = |n: u32, packets, height| Encoding {
            ssrc: 5001 + 2 * n,
            sequence: 65_000 + 100 * u64::from(n),
            rtx_sequence: 1,
            clock: 0x7000_0000u32.wrapping_mul(n + 1),
            picture: 32_700 + n as u16 * 7,
            packets,
            on: true,
            key: true,
            plis: 0,
            says_rid: true,
            height,
        };
        let layers = vec![layer(0, 1, 180), layer(1, 2, 360), layer(2, 6, 720)];
        Camera { peer, layers, started: world.now, answers: true }
    }

    pub fn track(&self) -> String {
        self.peer.track("camera")
    }

    fn payload(&self, at: usize, key: bool, first: bool, piece: usize) -> Vec<u8> {
        let layer = &self.layers[at];
        let mut payload = vec![0; 1000];
        payload[0] = 0x80 | if first { 0x10 } else { 0 };
        payload[1] = 0xC0; // picture id, TL0PICIDX
        payload[2..4].copy_from_slice(&(layer.picture | 0x8000).to_be_bytes());
        payload[4] = layer.picture as u8;
        payload[5] = if key { 0 } else { 1 };
        payload[8..11].copy_from_slice(&[0x9D, 0x01, 0x2A]);
        payload[11..13].copy_from_slice(&(layer.height * 16 / 9).to_le_bytes());
        payload[13..15].copy_from_slice(&layer.height.to_le_bytes());
        // For the viewer: what this is.
        payload[20..24].copy_from_slice(&[at as u8, piece as u8, (layer.picture >> 8) as u8, layer.picture as u8]);
        payload
    }

    /// The packets of the next picture of layer `at`.
    pub fn picture(&mut self, at: usize, now: u64) -> Vec<Vec<u8>> {
        let key = std::mem::take(&mut self.layers[at].key);
        let count = self.layers[at].packets;
        let timestamp = self.timestamp(at, now);
        let mut packets = Vec::new();
        for piece in 0..count {
            let payload = self.payload(at, key, piece == 0, piece);
            let layer = &mut self.layers[at];
            layer.sequence += 1;
            let fields = Fields {
                marker: piece + 1 == count,
                payload_type: 96,
                sequence: layer.sequence as u16,
                timestamp,
                ssrc: layer.ssrc,
            };
            let mid_and_rid =
                [Extension { id: 4, value: b"1" as &[u8] }, Extension { id: 10, value: RIDS[at].as_bytes() }];
            let extensions = if layer.says_rid { &mid_and_rid[..] } else { &[] };
            let sequence = layer.sequence;
            packets.push(self.peer.seal(&fields, sequence, extensions, &payload));
        }
        let layer = &mut self.layers[at];
        layer.picture = (layer.picture + 1) & 0x7FFF;
        packets
    }

    /// Packet `sequence` of layer `at` again, piece `piece` of the last picture, taken at `now`: as RTX (RFC 4588).
    pub fn again(&mut self, at: usize, sequence: u64, piece: usize, now: u64) -> Vec<u8> {
        let timestamp = self.timestamp(at, now);
        let layer = &mut self.layers[at];
        layer.picture -= 1;
        layer.rtx_sequence += 1;
        let (ssrc, rtx_sequence) = (layer.ssrc + 1, layer.rtx_sequence);
        let mut payload = (sequence as u16).to_be_bytes().to_vec();
        payload.extend(self.payload(at, false, piece == 0, piece));
        self.layers[at].picture += 1;
        let extensions = [Extension { id: 4, value: b"1" as &[u8] }, Extension { id: 11, value: RIDS[at].as_bytes() }];
        let fields = Fields { marker: false, payload_type: 97, sequence: rtx_sequence as u16, timestamp, ssrc };
        self.peer.seal(&fields, rtx_sequence, &extensions, &payload)
    }

    pub fn timestamp(&self, at: usize, now: u64) -> u32 {
        self.layers[at].clock.wrapping_add(((now - self.started) * 9 / 100) as u32)
    }

    /// A picture on every layer that is on, the lowest first; then a thirtieth of a second passes, and what was asked
    /// for is heard.
    pub fn frame(&mut self, world: &mut World) {
        for at in 0..self.layers.len() {
            if self.layers[at].on {
                for packet in self.picture(at, world.now) {
                    self.peer.send(world, &packet);
                }
            }
        }
        world.flush();
        world.pass(FRAME);
        self.listen(world);
    }

    pub fn run(&mut self, world: &mut World, us: u64) {
        let end = world.now + us;
        while world.now < end {
            self.frame(world);
        }
    }

    /// Hears requests for key frames and reports: as browsers, it stops saying RIDs after a report.
    pub fn listen(&mut self, world: &mut World) {
        for bytes in self.peer.reports(world) {
            for packet in Compound::new(&bytes) {
                match packet {
                    Packet::Pli { media, .. } => {
                        let layer = self.layers.iter_mut().find(|layer| layer.ssrc == media).expect("an SSRC of ours");
                        layer.plis += 1;
                        layer.key |= self.answers;
                    }
                    Packet::ReceiverReport { reports, .. } => {
                        for report in reports {
                            if let Some(layer) = self.layers.iter_mut().find(|layer| layer.ssrc == report.ssrc) {
                                layer.says_rid = false;
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Sender reports of all layers, which tell that their clocks show the same time.
    pub fn report(&mut self, world: &mut World) {
        for at in 0..self.layers.len() {
            let rtp = self.timestamp(at, world.now);
            let info = SenderInfo { ntp: ntp(1_600_000_000 * SECOND + world.now), rtp, packets: 1, octets: 1 };
            let ssrc = self.layers[at].ssrc;
            self.peer.rtcp(world, |writer| writer.sender_report(ssrc, &info, &[]).unwrap());
        }
    }

    pub fn plis(&self) -> Vec<usize> {
        self.layers.iter().map(|layer| layer.plis).collect()
    }
}

/// What one slot showed: layers in their order, each with the number of its pictures; and everything that a decoder
/// would have stumbled over.
pub struct Viewer {
    pub peer: Peer,
    last: HashMap<u32, Last>,
    /// Of each packet, in the order of arrival: slot, layer.
    pub shown: Vec<(u32, u8)>,
    /// The largest step of timestamps from one picture to the next, ticks.
    pub largest_step: u32,
}

#[derive(Clone, Copy)]
struct Last {
    sequence: u16,
    timestamp: u32,
    ids: (u16, u8),
    layer: u8,
    piece: u8,
    picture: u16,
}

impl Viewer {
    pub fn join(world: &mut World, name: &str, room: &str) -> Viewer {
        let peer = world.join(name, room);
        Viewer { peer, last: HashMap::new(), shown: Vec::new(), largest_step: 0 }
    }

    pub fn name(&self) -> String {
        self.peer.name.clone()
    }

    /// Everything that came is a stream that a decoder can follow: numbers without a gap, pictures whole and in order,
    /// a change of layer at a key frame only, timestamps that rise. Returns what each slot showed last.
    pub fn look(&mut self, world: &mut World) -> HashMap<u32, u8> {
        let mut now = HashMap::new();
        for got in self.peer.got(world) {
            let descriptor = vp8::Descriptor::parse(&got.payload).unwrap();
            let ids = (descriptor.picture_id.unwrap(), descriptor.tl0.unwrap());
            let &[layer, piece, high, low] = &got.payload[20..24] else { unreachable!() };
            let picture = u16::from_be_bytes([high, low]);
            let this =
                Last { sequence: got.header.sequence, timestamp: got.header.timestamp, ids, layer, piece, picture };
            if let Some(last) = self.last.get(&got.slot()) {
                assert_eq!(this.sequence, last.sequence.wrapping_add(1), "a gap, or out of order");
                if (layer, picture) == (last.layer, last.picture) {
                    assert_eq!(piece, last.piece + 1, "a piece of a picture is missing");
                    assert_eq!((this.timestamp, ids), (last.timestamp, last.ids));
                } else {
                    assert_eq!(piece, 0, "a picture without its beginning");
                    assert_eq!(ids.0, (last.ids.0 + 1) & 0x7FFF);
                    assert_eq!(ids.1, last.ids.1.wrapping_add(1));
                    let step = this.timestamp.wrapping_sub(last.timestamp);
                    assert!((1..900_000).contains(&step), "timestamps rise: {step}");
                    self.largest_step = self.largest_step.max(step);
                    let follows = layer == last.layer && picture == (last.picture + 1) & 0x7FFF;
                    assert!(follows || descriptor.key_frame, "{layer} follows {} without a key frame", last.layer);
                }
            } else {
                assert!(descriptor.key_frame, "begins with a key frame");
            }
            self.last.insert(got.slot(), this);
            self.shown.push((got.slot(), layer));
            now.insert(got.slot(), layer);
        }
        now
    }

    /// The layer that the first slot for pictures shows, if it shows any.
    pub fn layer(&mut self, world: &mut World) -> Option<u8> {
        self.look(world).get(&VIDEO_SLOT).copied()
    }
}

impl World {
    pub fn size(&mut self, transport: &str, slot: u32, height: u32) -> Body {
        let change = size_slots::Change { transport: transport.into(), slot, width: height * 16 / 9, height };
        self.command(Command::SizeSlots(SizeSlots { changes: vec![change] }))
    }

    /// The most that `transport` is sent, bits per second; 0: no cap.
    pub fn limit(&mut self, transport: &str, receive_bps: u64) -> Body {
        let scope = Some(limit_rates::Scope::Transport(transport.into()));
        self.command(Command::LimitRates(LimitRates { scope, send_bps: 0, receive_bps }))
    }

    /// What the sender of `track` was told since the last call: each time, the layers as one word.
    pub fn wanted(&mut self, track: &str) -> Vec<String> {
        let mut told = Vec::new();
        self.events.retain(|event| match event {
            Body::LayersWanted(wanted) if wanted.track == track => {
                told.push(wanted.rids.join(""));
                false
            }
            _ => true,
        });
        told
    }

    pub fn figures(&self, transport: &str, slot: u32) -> counters::Slot {
        let counters = self.shard.counters(self.now);
        let figures = counters.transports.into_iter().find(|figures| figures.transport == transport).unwrap();
        figures.slots.into_iter().find(|figures| figures.slot == slot).unwrap()
    }
}
