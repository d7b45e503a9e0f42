//! A shard in virtual time, and peers who speak with it as browsers do.
#![allow(dead_code)] // each test uses its own part

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{
    AssignSlots, Codec, Done, HeaderExtensions, Kind, MuteTracks, OpenTransport, Receive, Send, SetKeys, SlotPolicy,
    Source, SrtpProfile, assign_slots, mute_tracks,
};
use plane_core::ext::{self, AudioLevel, Extension};
use plane_core::rtcp::Writer;
use plane_core::rtp::{self, Fields, Header};
use plane_core::shard::{Config, Connection, Path, Sent, Shard, Sink, Transmit};
use plane_core::srtp::{Opener, Profile, ReplayWindow, Sealer};
use plane_core::stun::{self, Check, Integrity};

pub const US: u64 = 1;
pub const MS: u64 = 1000;
pub const SECOND: u64 = 1_000_000;
const UNIX_OFFSET_US: u64 = 1_700_000_000 * SECOND;
pub const OURS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// Where the shard's first slots are for a page: three for sound, then four for pictures.
pub const AUDIO_SLOT: u32 = 10;
pub const VIDEO_SLOT: u32 = 20;

/// One packet that a peer got, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Got {
    pub header: Header,
    pub payload: Vec<u8>,
    pub padding: usize,
    pub extensions: HashMap<u8, Vec<u8>>,
    pub bytes: usize,
}

impl Got {
    pub fn slot(&self) -> u32 {
        (self.header.ssrc ^ 0x5245_0000) >> 1
    }

    pub fn is_rtx(&self) -> bool {
        self.header.ssrc & 1 == 1
    }
}

/// What left the shard, datagram by datagram, and how media was grouped.
#[derive(Default)]
pub struct Wire {
    pub datagrams: Vec<(SocketAddr, Vec<u8>)>,
    /// What left over TCP connections.
    pub frames: Vec<(Connection, Vec<u8>)>,
    pub groups: Vec<usize>,
    /// As a kernel or device without segmentation.
    pub refuses_groups: bool,
}

impl Sink for Wire {
    fn transmit(&mut self, transmit: Transmit<'_>) -> Sent {
        assert_eq!(transmit.source, OURS, "answers leave from the address they came to");
        let packets = transmit.bytes.chunks(transmit.segment_size);
        if transmit.bytes[0] >= 128 && !rtp::is_rtcp(transmit.bytes) {
            self.groups.push(packets.len());
        }
        if let Some(connection) = transmit.connection {
            self.frames.extend(packets.map(|packet| (connection, packet.to_vec())));
            return Sent { calls: 1, refused: false };
        }
        self.datagrams.extend(packets.map(|packet| (transmit.dest, packet.to_vec())));
        Sent { calls: 1, refused: self.refuses_groups && transmit.bytes.len() > transmit.segment_size }
    }
}

pub struct World {
    pub shard: Shard,
    pub now: u64,
    pub wire: Wire,
    pub events: Vec<Body>,
    peers: u16,
}

impl World {
    pub fn new() -> World {
        World::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Config)) -> World {
        let mut config = Config {
            shard: 0,
            secret: [7; 32],
            unix_offset_us: UNIX_OFFSET_US,
            candidates: vec![SocketAddr::new(OURS, 7881)],
            tcp_candidates: Vec::new(),
            max_send_bps: 2_500_000,
            gso: true,
        };
        change(&mut config);
        World { shard: Shard::new(config), now: SECOND, wire: Wire::default(), events: Vec::new(), peers: 0 }
    }

    pub fn unix_offset_us(&self) -> u64 {
        UNIX_OFFSET_US
    }

    pub fn command(&mut self, command: Command) -> Body {
        self.shard.handle_command(self.now, command).unwrap_or(Body::Done(Done {}))
    }

    pub fn datagram(&mut self, from: SocketAddr, bytes: &[u8]) {
        self.shard.handle_datagram(self.now, from, OURS, &mut bytes.to_vec());
    }

    /// A frame of a TCP connection.
    pub fn frame(&mut self, path: Path, bytes: &[u8]) {
        self.shard.handle_packet(self.now, path, &mut bytes.to_vec());
    }

    /// What the driver does after a batch.
    pub fn flush(&mut self) {
        if self.shard.deadline().is_some_and(|at| at <= self.now) {
            self.shard.handle_timeout(self.now);
        }
        self.shard.mirror();
        self.shard.flush(self.now, &mut self.wire);
        while let Some(event) = self.shard.poll_event() {
            self.events.push(event);
        }
    }

    /// Lets time pass, tick by tick.
    pub fn pass(&mut self, us: u64) {
        let end = self.now + us;
        while let Some(at) = self.shard.deadline().filter(|&at| at <= end) {
            self.now = at.max(self.now);
            self.flush();
        }
        self.now = end;
        self.flush();
    }

    pub fn mute(&mut self, track: &str, muted: bool) -> Body {
        let change = mute_tracks::Change { track: track.into(), muted };
        self.command(Command::MuteTracks(MuteTracks { changes: vec![change] }))
    }

    pub fn assign(&mut self, transport: &str, slot: u32, track: &str) -> Body {
        let change = assign_slots::Change { transport: transport.into(), slot, track: track.into() };
        self.command(Command::AssignSlots(AssignSlots { changes: vec![change] }))
    }

    /// A page joins: microphone, camera, three audio slots filled by the plane, four video slots assigned.
    pub fn join(&mut self, name: &str, room: &str) -> Peer {
        let mut peer = self.open(page(name, room));
        peer.connect(self);
        peer
    }

    pub fn open(&mut self, open: OpenTransport) -> Peer {
        let name = open.transport.clone();
        let Body::TransportOpened(opened) = self.command(Command::OpenTransport(open)) else { panic!("refused") };
        let ice = opened.ice.unwrap();
        self.peers += 1;
        let salt = [self.peers as u8; 12];
        Peer {
            name,
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1)), 10_000 + self.peers),
            ufrag: ice.ufrag,
            password: ice.password,
            number: self.peers as u8,
            sealer: Sealer::new(Profile::AeadAes128Gcm, &[self.peers as u8; 16], &salt).unwrap(),
            opener: Opener::new(Profile::AeadAes128Gcm, &[!(self.peers as u8); 16], &salt).unwrap(),
            windows: HashMap::new(),
            srtcp: 0,
        }
    }

    /// What peers at `address` got since the last call, and nothing of the others.
    pub fn take(&mut self, address: SocketAddr) -> Vec<Vec<u8>> {
        let (mine, others) = std::mem::take(&mut self.wire.datagrams).into_iter().partition(|(to, _)| *to == address);
        self.wire.datagrams = others;
        let mine: Vec<(SocketAddr, Vec<u8>)> = mine;
        mine.into_iter().map(|(_, bytes)| bytes).collect()
    }
}

pub fn codec(payload_type: u32, rtx: u32, name: &str, clock_rate: u32) -> Codec {
    Codec { payload_type, rtx_payload_type: rtx, name: name.into(), clock_rate, fmtp: String::new() }
}

fn opus() -> Vec<Codec> {
    vec![codec(111, 0, "opus", 48_000)]
}

fn vp8() -> Vec<Codec> {
    vec![codec(96, 97, "VP8", 90_000)]
}

pub fn page(name: &str, room: &str) -> OpenTransport {
    let sending = |what: &str, kind: Kind, source: Source, mid: &str, codecs| Send {
        track: format!("{name}/{what}"),
        kind: kind.into(),
        source: source.into(),
        mid: mid.into(),
        codecs,
        extensions: Some(HeaderExtensions { mid: 4, audio_level: 1, abs_send_time: 2, ..Default::default() }),
        ..Default::default()
    };
    // A receiver has ids and payload types of its own, as Firefox beside Chromium.
    let receiving = |index: u32, kind: Kind, policy: SlotPolicy, codecs| Receive {
        index,
        kind: kind.into(),
        mid: index.to_string(),
        codecs,
        extensions: Some(HeaderExtensions { mid: 3, audio_level: 6, abs_send_time: 5, ..Default::default() }),
        policy: policy.into(),
        track: String::new(),
    };
    let audio = (0..3)
        .map(|n| receiving(AUDIO_SLOT + n, Kind::Audio, SlotPolicy::Loudest, vec![codec(109, 0, "opus", 48_000)]));
    let video = (0..4)
        .map(|n| receiving(VIDEO_SLOT + n, Kind::Video, SlotPolicy::Assigned, vec![codec(120, 124, "VP8", 90_000)]));
    OpenTransport {
        transport: name.into(),
        room: room.into(),
        label: name.into(),
        sends: vec![
            sending("microphone", Kind::Audio, Source::Microphone, "0", opus()),
            sending("camera", Kind::Video, Source::Camera, "1", vp8()),
        ],
        receives: audio.chain(video).collect(),
        max_send_bps: 0,
        max_receive_bps: 0,
    }
}

/// SSRCs of what a peer sends.
pub const MICROPHONE: u32 = 1001;
pub const CAMERA: u32 = 2001;
pub const CAMERA_RTX: u32 = 2002;

pub struct Peer {
    pub name: String,
    pub address: SocketAddr,
    pub ufrag: String,
    pub password: String,
    number: u8,
    pub sealer: Sealer,
    pub opener: Opener,
    windows: HashMap<u32, ReplayWindow>,
    srtcp: u32,
}

impl Peer {
    /// The same peer, to send with while the original receives.
    pub fn sender(&self) -> Peer {
        let salt = [self.number; 12];
        Peer {
            name: self.name.clone(),
            address: self.address,
            ufrag: self.ufrag.clone(),
            password: self.password.clone(),
            number: self.number,
            sealer: Sealer::new(Profile::AeadAes128Gcm, &[self.number; 16], &salt).unwrap(),
            opener: Opener::new(Profile::AeadAes128Gcm, &[!self.number; 16], &salt).unwrap(),
            windows: HashMap::new(),
            srtcp: 1 << 20,
        }
    }

    pub fn track(&self, what: &str) -> String {
        format!("{}/{what}", self.name)
    }

    pub fn connect(&mut self, world: &mut World) {
        let check = self.check(true);
        world.datagram(self.address, &check);
        self.key(world);
        world.flush();
        world.take(self.address);
    }

    pub fn check(&self, nominate: bool) -> Vec<u8> {
        let username = format!("{}:peer", self.ufrag);
        let check = Check {
            transaction: [self.number; 12],
            username: username.as_bytes(),
            priority: 1,
            tie_breaker: 9,
            use_candidate: nominate,
        };
        let mut out = [0; 512];
        let len = stun::write_check(&mut out, &check, &Integrity::new(self.password.as_bytes())).unwrap();
        out[..len].to_vec()
    }

    pub fn key(&mut self, world: &mut World) {
        let keys = SetKeys {
            transport: self.name.clone(),
            profile: SrtpProfile::AeadAes128Gcm.into(),
            inbound_key: vec![self.number; 16],
            inbound_salt: vec![self.number; 12],
            outbound_key: vec![!self.number; 16],
            outbound_salt: vec![self.number; 12],
        };
        assert_eq!(world.command(Command::SetKeys(keys)), Body::Done(Done {}));
    }

    /// Seals a packet; `index` is the extended sequence number.
    pub fn seal(&self, fields: &Fields, index: u64, extensions: &[Extension<'_>], payload: &[u8]) -> Vec<u8> {
        let mut out = vec![0; 2048];
        let written = rtp::write(&mut out, fields, extensions, payload, 0).unwrap();
        let len = self.sealer.seal_rtp(&mut out, written.len, index, written.header_len).unwrap();
        out.truncate(len);
        out
    }

    /// 20 ms of a microphone.
    pub fn audio(&self, index: u64, level: u8) -> Vec<u8> {
        let level = [AudioLevel { level, voice: true }.to_byte()];
        let extensions = [Extension { id: 1, value: &level }, Extension { id: 4, value: b"0" }];
        let fields = Fields {
            marker: false,
            payload_type: 111,
            sequence: index as u16,
            timestamp: (index as u32).wrapping_mul(960),
            ssrc: MICROPHONE,
        };
        self.seal(&fields, index, &extensions, &[index as u8; 80])
    }

    /// One packet of a camera: one picture a packet unless `marker` says otherwise.
    pub fn video(&self, index: u64, picture: u16, key: bool) -> Vec<u8> {
        self.piece(index, picture, key, true, true, 1000)
    }

    /// A packet of a picture: `first` and `last` say where in it, `len` how long its payload is.
    pub fn piece(&self, index: u64, picture: u16, key: bool, first: bool, last: bool, len: usize) -> Vec<u8> {
        let extensions = [Extension { id: 4, value: b"1" as &[u8] }];
        let fields = Fields {
            marker: last,
            payload_type: 96,
            sequence: index as u16,
            timestamp: u32::from(picture) * 3000,
            ssrc: CAMERA,
        };
        self.seal(&fields, index, &extensions, &picture_payload(picture, key, first, len))
    }

    /// The camera's packet `index` again, as RTX (RFC 4588) with its own number `rtx`.
    pub fn video_again(&self, rtx: u64, index: u64, picture: u16, key: bool) -> Vec<u8> {
        let extensions = [Extension { id: 4, value: b"1" as &[u8] }];
        let fields = Fields {
            marker: true,
            payload_type: 97,
            sequence: rtx as u16,
            timestamp: u32::from(picture) * 3000,
            ssrc: CAMERA_RTX,
        };
        let mut payload = (index as u16).to_be_bytes().to_vec();
        payload.extend(picture_payload(picture, key, true, 1000));
        self.seal(&fields, rtx, &extensions, &payload)
    }

    pub fn send(&self, world: &mut World, packet: &[u8]) {
        world.datagram(self.address, packet);
    }

    pub fn rtcp(&mut self, world: &mut World, fill: impl FnOnce(&mut Writer<'_>)) {
        let sealed = self.sealed_rtcp(fill);
        world.datagram(self.address, &sealed);
    }

    pub fn sealed_rtcp(&mut self, fill: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
        let mut out = vec![0; 1500];
        let mut writer = Writer::new(&mut out[..1400]);
        fill(&mut writer);
        let len = writer.len();
        self.srtcp += 1;
        let len = self.sealer.seal_rtcp(&mut out, len, self.srtcp).unwrap();
        out.truncate(len);
        out
    }

    /// Everything of RTP that came since the last call.
    pub fn got(&mut self, world: &mut World) -> Vec<Got> {
        let datagrams = world.take(self.address);
        datagrams.into_iter().filter_map(|bytes| self.open(bytes)).collect()
    }

    /// Everything of RTCP that came since the last call, plain.
    pub fn reports(&mut self, world: &mut World) -> Vec<Vec<u8>> {
        let datagrams = world.take(self.address).into_iter();
        let rtcp = datagrams.filter(|bytes| bytes[0] >= 128 && rtp::is_rtcp(bytes));
        rtcp.map(|bytes| self.open_report(bytes)).collect()
    }

    /// A compound of the plane, plain.
    pub fn open_report(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        let len = self.opener.open_rtcp(&mut bytes).expect("the plane's RTCP opens");
        bytes.truncate(len);
        bytes
    }

    /// A packet of the plane; none if it is no RTP.
    pub fn open(&mut self, mut bytes: Vec<u8>) -> Option<Got> {
        if bytes[0] < 128 || rtp::is_rtcp(&bytes) {
            return None;
        }
        let total = bytes.len();
        let header = Header::parse(&bytes).unwrap();
        let window = self.windows.entry(header.ssrc).or_default();
        let index = window.estimate(header.sequence);
        assert!(window.check(index), "the plane sent a number twice");
        let len = self.opener.open_rtp(&mut bytes, header.header_len, index).expect("the plane's RTP opens");
        window.commit(index);
        let payload = header.payload(&bytes[..len]).unwrap();
        let extensions = header.extensions(&bytes).map(|e| (e.id, e.value.to_vec())).collect();
        Some(Got {
            header,
            payload: payload.to_vec(),
            padding: len - header.header_len - payload.len(),
            extensions,
            bytes: total,
        })
    }
}

/// A VP8 payload with a 15-bit picture id and TL0PICIDX, filled with what tells pictures apart.
pub fn picture_payload(picture: u16, key: bool, first: bool, len: usize) -> Vec<u8> {
    let mut payload = vec![picture as u8; len.max(10)];
    payload[0] = 0x80 | if first { 0x10 } else { 0 };
    payload[1] = 0xC0; // picture id, TL0PICIDX
    payload[2..4].copy_from_slice(&(picture | 0x8000).to_be_bytes());
    payload[4] = picture as u8;
    payload[5] = if key { 0 } else { 1 };
    payload
}

/// The picture id and TL0PICIDX of a VP8 payload.
pub fn picture_of(payload: &[u8]) -> (u16, u8) {
    let descriptor = plane_core::vp8::Descriptor::parse(payload).unwrap();
    (descriptor.picture_id.unwrap(), descriptor.tl0.unwrap())
}

pub fn abs_send_time(us: u64) -> [u8; 3] {
    ext::abs_send_time(us)
}
