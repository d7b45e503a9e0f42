//! The two kinds of peer: one that publishes the trace, and many that receive it as a browser would: connectivity
//! checks, receiver reports once a second, requests for what is missing.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use plane_core::contract::{
    AssignSlots, Codec, HeaderExtensions, Kind, OpenTransport, Receive, RecordTracks, Send, SlotPolicy, Source,
    record_tracks,
};
use plane_core::ext::Extension;
use plane_core::nack::LossDetector;
use plane_core::rtcp::{self, Report};
use plane_core::rtp::{self, Fields, Header};
use plane_core::seq::Unwrapper;
use plane_core::srtp::{Opener, Profile, ReplayWindow, Sealer};
use plane_core::stun::{self, Check, Integrity};
use plane_core::vp8;

use crate::keys::{Keys, PUBLISHER};
use crate::parts::{Parts, Stamp};
use regie_load::trace::Trace;

pub const AUDIO_TYPE: u8 = 111;
pub const VIDEO_TYPE: u8 = 96;
pub const RTX_TYPE: u8 = 97;
/// Three audio slots, as every browser has, and behind them one for each camera.
pub const AUDIO_SLOT: u32 = 0;
pub const VIDEO_SLOT: u32 = 3;
/// Report blocks that fit into one receiver report (RFC 3550 6.4.2).
const BLOCKS: usize = 31;

const AUDIO_SSRC: u32 = 0x1111;
pub const VIDEO_SSRC: u32 = 0x2222;
const AUDIO_LEVEL: u8 = 1;
const MID: u8 = 4;
const ABS_SEND_TIME: u8 = 2;

pub fn slot_ssrc(slot: u32) -> u32 {
    0x5245_0000 | slot << 1
}

/// The address of publisher `n`, at the first of the sinks.
pub fn publisher_address(n: u32, network: u8) -> Ipv4Addr {
    Ipv4Addr::new(network, 2, 0, (n + 1) as u8)
}

/// The address of receiver `n`: one of `network`.1.0.0/16, at one of the ports of the sinks.
pub fn address(n: u32, ports: &[u16], network: u8) -> SocketAddrV4 {
    let ip = Ipv4Addr::new(network, 1, (n / 200) as u8, (n % 200 + 1) as u8);
    SocketAddrV4::new(ip, ports[n as usize % ports.len()])
}

/// The number of the receiver with this address.
pub fn number(ip: Ipv4Addr) -> usize {
    let [_, _, high, low] = ip.octets();
    usize::from(high) * 200 + usize::from(low) - 1
}

// ---------------------------------------------------------------- what is negotiated

fn codec(payload_type: u8, rtx: u8, name: &str, clock_rate: u32) -> Codec {
    let (payload_type, rtx_payload_type) = (payload_type.into(), rtx.into());
    Codec { payload_type, rtx_payload_type, name: name.into(), clock_rate, fmtp: String::new() }
}

fn opus() -> Vec<Codec> {
    vec![codec(AUDIO_TYPE, 0, "opus", 48_000)]
}

fn vp8_codec() -> Vec<Codec> {
    vec![codec(VIDEO_TYPE, RTX_TYPE, "VP8", 90_000)]
}

fn extensions() -> Option<HeaderExtensions> {
    let mid = MID.into();
    Some(HeaderExtensions {
        audio_level: AUDIO_LEVEL.into(),
        abs_send_time: ABS_SEND_TIME.into(),
        mid,
        ..HeaderExtensions::default()
    })
}

pub fn publisher_transport(room: &str, n: u32, camera: bool) -> OpenTransport {
    let send = |track: &str, kind: Kind, source: Source, mid: &str, ssrc: u32, codecs| Send {
        track: format!("{track}{n}"),
        kind: kind as i32,
        source: source as i32,
        mid: mid.into(),
        ssrcs: vec![ssrc],
        codecs,
        extensions: extensions(),
        ..Send::default()
    };
    let mut sends = vec![send("microphone", Kind::Audio, Source::Microphone, "0", AUDIO_SSRC, opus())];
    if camera {
        sends.push(send("camera", Kind::Video, Source::Camera, "1", VIDEO_SSRC, vp8_codec()));
    }
    OpenTransport { transport: format!("publisher{n}"), room: room.into(), sends, ..OpenTransport::default() }
}

pub fn receiver_transport(room: &str, n: u32, cameras: &[u32]) -> OpenTransport {
    let slot = |index: u32, kind: Kind, policy: SlotPolicy, codecs, track: &str| Receive {
        index,
        kind: kind as i32,
        mid: index.to_string(),
        codecs,
        extensions: extensions(),
        policy: policy as i32,
        track: track.into(),
    };
    let mut receives: Vec<_> =
        (0..VIDEO_SLOT).map(|index| slot(index, Kind::Audio, SlotPolicy::Loudest, opus(), "")).collect();
    for (index, camera) in (VIDEO_SLOT..).zip(cameras) {
        receives.push(slot(index, Kind::Video, SlotPolicy::Assigned, vp8_codec(), &format!("camera{camera}")));
    }
    OpenTransport {
        transport: format!("r{n}"),
        room: room.into(),
        label: vec![b'x'; 64],
        receives,
        ..OpenTransport::default()
    }
}

/// Begin or end a stream for each of `cameras`, as stretch number `stretch` of a recording.
pub fn record(cameras: u32, stretch: u32, on: bool) -> RecordTracks {
    let change = |n| record_tracks::Change {
        recording: "0123456789abcdef0123456789abcdef".into(),
        stream: stretch * 1000 + n,
        track: format!("camera{n}"),
        on,
    };
    RecordTracks { changes: (0..cameras).map(change).collect() }
}

/// Put the camera in the video slot of every receiver, or take it out.
pub fn assign(count: u32, track: &str) -> AssignSlots {
    use plane_core::contract::assign_slots::Change;
    let change = |n| Change { transport: format!("r{n}"), slot: VIDEO_SLOT, track: track.into() };
    AssignSlots { changes: (0..count).map(change).collect() }
}

/// A connectivity check of peer `n`, nominating.
pub fn check(out: &mut [u8], n: u32, count: u32, ufrag: &str, key: &Integrity) -> usize {
    let mut transaction = [0; 12];
    transaction[..4].copy_from_slice(&n.to_be_bytes());
    transaction[4..8].copy_from_slice(&count.to_be_bytes());
    let username = format!("{ufrag}:peer");
    let (tie_breaker, priority) = (u64::from(n), 0x7E00_00FF);
    let check = Check { transaction, username: username.as_bytes(), priority, tie_breaker, use_candidate: true };
    stun::write_check(out, &check, key).expect("a check is short")
}

// ---------------------------------------------------------------- the publisher

/// Sends the trace again and again.
pub struct Publisher {
    /// Its number, which it writes into every packet.
    pub number: u32,
    /// When in the trace's length this publisher begins: its key frames and its pictures fall where no other's do.
    offset_us: u64,
    trace: Rc<Trace>,
    sealer: Sealer,
    sequences: [u64; 2],
    /// The number of the camera's last packet, for whoever forges others.
    pub newest: Arc<AtomicU16>,
    next: usize,
    laps: u64,
    started: u64,
    /// Laps of earlier rounds, so that timestamps and picture ids go on.
    laps_before: u64,
}

impl Publisher {
    pub fn new(number: u32, trace: Rc<Trace>, profile: Profile) -> Publisher {
        let sealer = Keys::of(PUBLISHER - number, profile).sealer();
        Publisher {
            number,
            offset_us: offset(number, trace.length_us),
            trace,
            sealer,
            sequences: [1000, 1000],
            newest: Arc::default(),
            next: 0,
            laps: 0,
            started: 0,
            laps_before: 0,
        }
    }

    /// Begin again with the key frame at `now`.
    pub fn start(&mut self, now: u64) {
        self.laps_before += self.laps + 1;
        (self.next, self.laps, self.started) = (0, 0, now + self.offset_us);
    }

    /// When the next packet is due.
    pub fn due(&self) -> u64 {
        self.started + self.laps * self.trace.length_us + self.trace.packets[self.next].at_us
    }

    /// The next packet, sealed: its place in the trace and its length.
    pub fn next(&mut self, out: &mut [u8]) -> (usize, usize) {
        let place = self.next;
        let packet = &self.trace.packets[place];
        let laps = self.laps_before + self.laps;
        let rate = if packet.video { 90_000 } else { 48_000 };
        let lap = (self.trace.length_us * rate / 1_000_000).wrapping_mul(laps) as u32;
        let sequence = &mut self.sequences[usize::from(packet.video)];
        *sequence += 1;
        if packet.video {
            self.newest.store(*sequence as u16, Ordering::Relaxed);
        }
        let fields = Fields {
            marker: packet.marker,
            payload_type: if packet.video { VIDEO_TYPE } else { AUDIO_TYPE },
            sequence: *sequence as u16,
            timestamp: packet.timestamp.wrapping_add(lap),
            ssrc: if packet.video { VIDEO_SSRC } else { AUDIO_SSRC },
        };
        let level = [0x80 | 30];
        let mid: &[u8] = if packet.video { b"1" } else { b"0" };
        let extensions = [Extension { id: MID, value: mid }, Extension { id: AUDIO_LEVEL, value: &level }];
        let extensions = if packet.video { &extensions[..1] } else { &extensions[..] };
        let written = rtp::write(out, &fields, extensions, packet.payload, 0).expect("a packet of the trace fits");
        if packet.video {
            shift_picture(&mut out[written.header_len..], laps as u16 * self.trace.frames);
        }
        if let Some(place) = number_place(packet.payload.len()) {
            out[written.header_len + place] = self.number as u8;
        }
        let total = self.sealer.seal_rtp(out, written.len, *sequence, written.header_len).expect("room for the tag");
        self.next += 1;
        if self.next == self.trace.packets.len() {
            (self.next, self.laps) = (0, self.laps + 1);
        }
        (place, total)
    }
}

/// Multiples of the golden ratio leave no two cameras in step, however many there are: people's cameras share no clock.
fn offset(number: u32, length_us: u64) -> u64 {
    const GOLDEN: u32 = 0x9e37_79b9; // its fraction, of 2^32
    (length_us * u64::from(number.wrapping_mul(GOLDEN))) >> 32
}

/// Where in a payload of this length its publisher's number stands: before what names the packet, behind what the plane
/// looks at.
fn number_place(payload_len: usize) -> Option<usize> {
    payload_len.checked_sub(9).filter(|&place| place > 16)
}

fn shift_picture(payload: &mut [u8], by: u16) {
    let descriptor = vp8::Descriptor::parse(payload).expect("the trace is VP8");
    let picture_id = descriptor.picture_id.unwrap_or(0).wrapping_add(by);
    descriptor.write_ids(payload, &vp8::Ids { picture_id, ..vp8::Ids::default() });
}

// ---------------------------------------------------------------- a receiver

/// What came on one slot.
#[derive(Default, Clone)]
pub struct Stream {
    unwrapper: Unwrapper,
    first: u64,
    highest: u64,
    received: u64,
    bytes: u64,
    losses: LossDetector,
}

impl Stream {
    fn lost(&self) -> u64 {
        if self.received == 0 { 0 } else { (self.highest - self.first + 1).saturating_sub(self.received) }
    }
}

/// What a transport is reached by: its credentials, and the port of its shard.
pub struct Ice {
    pub ufrag: String,
    pub password: String,
    pub port: u16,
}

pub struct Receiver {
    pub ufrag: String,
    pub port: u16,
    pub key: Integrity,
    pub checks: u32,
    streams: Vec<Stream>,
    sealer: Sealer,
    rtcp_index: u32,
    /// Some receivers look inside.
    inspector: Option<Box<Inspector>>,
}

/// Sums over receivers, since the start of a round.
#[derive(Default, Clone, Debug)]
pub struct Tally {
    pub packets: u64,
    pub bytes: u64,
    pub lost: u64,
    pub repaired: u64,
    pub opened: u64,
    pub wrong: u64,
    /// Of each packet that was opened.
    pub delays: Vec<Parts>,
}

/// Opens what one receiver gets, compares it with the trace and takes the time.
pub struct Inspector {
    opener: Opener,
    windows: HashMap<u32, ReplayWindow>,
}

/// When each publisher last sent each packet of the trace, found by what is in it.
pub struct Sent {
    by_content: HashMap<(usize, u64), usize>,
    pub stamps: Vec<Vec<Stamp>>,
}

/// Names a payload by its length and some bytes from its end, which no descriptor reaches.
fn content(payload: &[u8]) -> (usize, u64) {
    let tail = payload.last_chunk::<8>().map_or(0, |tail| u64::from_be_bytes(*tail));
    (payload.len(), tail)
}

impl Sent {
    pub fn new(trace: &Trace, publishers: u32) -> Sent {
        let places = trace.packets.iter().enumerate().map(|(place, packet)| (content(packet.payload), place));
        Sent {
            by_content: places.collect(),
            stamps: vec![vec![Stamp::default(); trace.packets.len()]; publishers as usize],
        }
    }
}

impl Receiver {
    pub fn new(
        n: u32,
        Ice { ufrag, password, port }: Ice,
        cameras: usize,
        inspects: bool,
        profile: Profile,
    ) -> Receiver {
        let keys = Keys::of(n, profile);
        let inspector = || Box::new(Inspector { opener: keys.opener(), windows: HashMap::new() });
        Receiver {
            ufrag,
            port,
            key: Integrity::new(password.as_bytes()),
            checks: 0,
            streams: vec![Stream::default(); VIDEO_SLOT as usize + cameras],
            sealer: keys.sealer(),
            rtcp_index: 0,
            inspector: inspects.then(inspector),
        }
    }

    /// Forget what came, before another sender takes over.
    pub fn start(&mut self) {
        self.streams.fill(Stream::default());
        if let Some(inspector) = &mut self.inspector {
            inspector.windows.clear();
        }
    }

    /// Packets missing since the start.
    pub fn lost(&self) -> u64 {
        self.streams.iter().map(Stream::lost).sum()
    }

    /// A datagram came at `at_us`.
    pub fn receive(&mut self, datagram: &mut [u8], at_us: u64, sent: &Sent, tally: &mut Tally) {
        if datagram.first().is_none_or(|first| first >> 6 != 2) || rtp::is_rtcp(datagram) {
            return;
        }
        let Ok(header) = Header::parse(datagram) else { return };
        let slot = (header.ssrc & 0xFF) as usize >> 1;
        let Some(stream) = self.streams.get_mut(slot) else { return };
        if header.ssrc & 1 == 1 {
            tally.repaired += 1;
            return;
        }
        let number = stream.unwrapper.extend(header.sequence);
        if stream.received == 0 {
            stream.first = number;
        }
        stream.highest = stream.highest.max(number);
        stream.received += 1;
        stream.bytes += datagram.len() as u64;
        tally.packets += 1;
        tally.bytes += datagram.len() as u64;
        if slot >= VIDEO_SLOT as usize {
            stream.losses.received(number, at_us);
        }
        if let Some(inspector) = &mut self.inspector {
            inspector.look(&header, datagram, at_us, sent, tally);
        }
    }

    /// Whether something is missing and due to be asked for.
    pub fn wants(&self, now: u64) -> bool {
        self.streams.iter().any(|stream| stream.losses.deadline().is_some_and(|deadline| now >= deadline))
    }

    /// A compound of a receiver report and, if something is missing, a NACK, sealed into `out`. Returns its length.
    pub fn report(&mut self, now: u64, out: &mut [u8]) -> usize {
        let mut reports = [Report::default(); BLOCKS];
        let mut count = 0;
        for (slot, stream) in self.streams.iter().enumerate().filter(|(_, stream)| stream.received > 0).take(BLOCKS) {
            reports[count] = Report {
                ssrc: slot_ssrc(slot as u32),
                lost: stream.lost() as i32,
                highest: stream.highest as u32,
                ..Report::default()
            };
            count += 1;
        }
        let mut writer = rtcp::Writer::new(out);
        writer.receiver_report(1, &reports[..count]).expect("a report fits");
        let mut lost = [0; 64];
        for (slot, stream) in self.streams.iter_mut().enumerate() {
            let count = stream.losses.due(now, 5_000, &mut lost);
            if count > 0 && writer.nack(1, slot_ssrc(slot as u32), &lost[..count]).is_err() {
                break; // the rest with the next report
            }
        }
        let len = writer.len();
        self.rtcp_index += 1;
        self.sealer.seal_rtcp(out, len, self.rtcp_index).expect("room for the tag")
    }
}

impl Inspector {
    fn look(&mut self, header: &Header, datagram: &mut [u8], at_us: u64, sent: &Sent, tally: &mut Tally) {
        let window = self.windows.entry(header.ssrc).or_default();
        let index = window.estimate(header.sequence);
        let opened = self.opener.open_rtp(datagram, header.header_len, index);
        let Some(payload) = opened.ok().and_then(|len| header.payload(&datagram[..len]).ok()) else {
            tally.wrong += 1;
            return;
        };
        window.commit(index);
        tally.opened += 1;
        let served = header.extensions(datagram).value(ABS_SEND_TIME).and_then(|value| value.try_into().ok());
        let publisher = number_place(payload.len()).map_or(0, |place| usize::from(payload[place]));
        match (sent.by_content.get(&content(payload)), sent.stamps.get(publisher)) {
            (Some(&place), Some(of)) => tally.delays.push(Parts::new(&of[place], served, at_us)),
            _ => tally.wrong += 1,
        }
    }
}
