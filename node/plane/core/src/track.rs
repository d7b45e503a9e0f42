//! A published track: what came in, and who gets it.

use crate::cache::Ring;
use crate::codec::{Codec, Format};
use crate::contract::{HeaderExtensions, Kind, Source};
use crate::dependency::{Frame, Indication, Structure};
use crate::mirror::{Mirror, Remote};
use crate::nack::LossDetector;
use crate::rtcp;
use crate::speakers::Voice;
use crate::transport::Bucket;
use crate::vp9;

/// Packets and bytes kept for retransmission and newcomers: about 5 s of a 2.5 Mbit/s camera.
const VIDEO_RING: (usize, usize) = (1024, 1 << 20);
const AUDIO_RING: (usize, usize) = (128, 32 << 10);
/// Layers of one track.
pub const MAX_LAYERS: usize = 4;
/// A layer is gone when nothing came of it for so long while so many pictures of the others came: its sender turned it
/// off. A track that rests as a whole has all its layers.
const GONE_US: u64 = 700_000;
const GONE_PICTURES: u8 = 5;

/// Times that a sender may start over per second, and at once.
pub const RESTARTS: u64 = 2;

/// A slot that shows a track or waits to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subscriber {
    pub transport: u32,
    /// Place in the transport's list of slots.
    pub slot: u16,
}

pub struct Track {
    pub id: Box<str>,
    pub owner: u32,
    pub room: u32,
    pub kind: Kind,
    pub source: Source,
    pub mid: Box<str>,
    pub muted: bool,
    pub codecs: Vec<Codec>,
    pub extensions: HeaderExtensions,
    pub subscribers: Vec<Subscriber>,
    /// One a rid, lowest first; a single one without simulcast. Never empty.
    pub layers: Vec<Layer>,
    pub voice: Voice,
    /// Its sender's clock, as in [`crate::transport::Transport::clock_offset_us`].
    pub clock_offset_us: i64,
    /// It has something pending.
    pub dirty: bool,
    /// It is in the shard's list of tracks with something to ask their sender for.
    pub asking: bool,
    pub watched: Watched,
    /// It is at home on another shard.
    pub mirror: Option<Mirror>,
    /// Its mirrors on other shards.
    pub remotes: Vec<Remote>,
    /// Streams of recordings that it goes into.
    pub taps: Vec<u32>,
}

impl Track {
    pub fn codec(&self, payload_type: u8) -> Option<&Codec> {
        self.codecs.iter().find(|codec| codec.payload_type == payload_type)
    }

    pub fn format(&self, payload_type: u8) -> Format {
        self.codec(payload_type).map_or(Format::Other, |codec| codec.format)
    }

    /// Whether it competes for the LOUDEST slots: a microphone. What a shared screen sounds like is assigned.
    pub fn is_voice(&self) -> bool {
        self.kind == Kind::Audio && !matches!(self.source, Source::ScreenAudio)
    }

    /// Its layers are told apart by rids.
    pub fn simulcast(&self) -> bool {
        self.layers.iter().any(|layer| !layer.rid.is_empty())
    }

    /// Spatial layers of the one stream that it is; none with simulcast, where there are enough streams to choose from.
    pub fn spatial(&self) -> Option<&Spatial> {
        self.layers.first().filter(|_| self.layers.len() == 1)?.spatial.as_deref()
    }

    /// What can be chosen from: its layers, or the spatial layers of its one.
    pub fn levels(&self) -> u8 {
        self.spatial().map_or(self.layers.len() as u8, |spatial| spatial.count.min(MAX_LAYERS as u8))
    }

    /// Measured bits per second of what a receiver of `level` is sent; 0: not known.
    pub fn level_bps(&self, level: u8) -> u64 {
        let at = usize::from(level);
        match self.spatial() {
            Some(spatial) => spatial.rates[at].bps(),
            None => match &self.mirror {
                Some(mirror) if self.simulcast() => mirror.bps[at].into(),
                _ => self.layers[at].rate.bps(),
            },
        }
    }

    /// Whether `layer` is being sent, as far as its fellows tell.
    pub fn active(&self, layer: u8) -> bool {
        let newest = self.layers.iter().map(|layer| layer.reception.last_us).max().unwrap_or(0);
        self.layers.get(usize::from(layer)).is_some_and(|layer| {
            let came = layer.ssrc != 0 && layer.reception.last_us > 0;
            came && !(layer.missed >= GONE_PICTURES && newest - layer.reception.last_us >= GONE_US)
        })
    }

    /// A new picture of `layer` begins: its fellows have one less excuse.
    pub fn picture(&mut self, layer: u8) {
        for (other, found) in self.layers.iter_mut().enumerate() {
            found.missed = if other == usize::from(layer) { 0 } else { found.missed.saturating_add(1) };
        }
    }

    /// Height of `layer`, pixels: as its key frames say, else by halves from one that is known, else from 720 lines.
    pub fn height(&self, layer: u8) -> u32 {
        if let Some(spatial) = self.spatial() {
            let said = spatial.structure.as_ref().and_then(|structure| structure.sizes.get(usize::from(layer)));
            let halves = (spatial.count - 1).saturating_sub(layer);
            return said.map(|&(_, height)| height.into()).filter(|&height| height > 0).unwrap_or(720 >> halves);
        }
        let Some(found) = self.layers.get(usize::from(layer)) else { return 0 };
        if found.height > 0 {
            return found.height.into();
        }
        let known = self.layers.iter().enumerate().rfind(|(_, layer)| layer.height > 0);
        let (at, height) = known.map_or((self.layers.len() - 1, 720), |(at, layer)| (at, u32::from(layer.height)));
        match at as i32 - i32::from(layer) {
            down @ 0.. => height >> down,
            up => height << -up,
        }
    }

    /// What is to be added to an RTP time of layer `new` to get that of layer `old` at the same instant, when sender
    /// reports of both have told.
    pub fn between(&self, new: u8, old: u8, clock_rate: u32) -> Option<u32> {
        let (new, old) = (self.layers.get(usize::from(new))?, self.layers.get(usize::from(old))?);
        let ntp = new.report.as_ref()?.info.ntp;
        Some(old.rtp_at(ntp, clock_rate)?.wrapping_sub(new.rtp_at(ntp, clock_rate)?))
    }

    pub fn subscribe(&mut self, subscriber: Subscriber) {
        if !self.subscribers.contains(&subscriber) {
            self.subscribers.push(subscriber);
        }
    }

    pub fn unsubscribe(&mut self, subscriber: Subscriber) {
        if let Some(at) = self.subscribers.iter().position(|known| *known == subscriber) {
            self.subscribers.swap_remove(at);
        }
    }
}

/// What its sender was told of who watches it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Watched {
    /// A bit a layer, as told last.
    pub told: u8,
    pub told_us: u64,
    /// Since when each layer is not watched any more.
    pub since: [Option<u64>; MAX_LAYERS],
}

/// What is known of spatial layers within one stream.
#[derive(Default)]
pub struct Spatial {
    /// From dependency descriptors; without, VP9's own descriptor must do.
    pub structure: Option<Structure>,
    /// Decode targets that the sender sends, one bit each.
    pub active: u32,
    pub count: u8,
    /// Of what a receiver of each layer is sent.
    pub rates: [Rate; MAX_LAYERS],
}

impl Spatial {
    /// Whether a packet whose descriptor is `dependency`, or whose own layer is `own`, is sent to who sees `layer`.
    fn needed(&self, layer: u8, frame: Option<&Frame>, own: u8) -> bool {
        match (&self.structure, frame) {
            (Some(structure), Some(frame)) => {
                frame.indications.of(structure.target(layer, self.active)) != Indication::NotPresent
            }
            _ => own <= layer,
        }
    }
}

/// One encoding of a track.
pub struct Layer {
    /// Empty: the only one.
    pub rid: Box<str>,
    /// 0: not seen yet.
    pub ssrc: u32,
    pub rtx_ssrc: u32,
    pub ring: Option<Ring>,
    /// Video only: lost audio is concealed before a retransmission would come.
    pub loss: Option<Box<LossDetector>>,
    pub reception: Reception,
    pub key_requests: KeyRequests,
    /// From the publisher's last sender report: its clock and the RTP clock at the same instant.
    pub report: Option<Report>,
    /// Extended sequence numbers stored since the last flush.
    pub pending: Vec<u64>,
    /// Flush number, and where its packets are in the list of that flush.
    pub prepared: (u64, u32, u32),
    /// Its sender came back under another SSRC: slots splice it anew.
    pub restarted: bool,
    /// When that was, and the repairs' SSRC of before: what is still on its way there is of other pictures.
    pub former: (u64, u32),
    /// How often it may: each time the ring and what is known of losses are lost, for every receiver.
    pub restarts: Bucket,
    pub rate: Rate,
    /// Spatial layers within the one stream (SVC).
    pub spatial: Option<Box<Spatial>>,
    /// Of its last key frame, pixels; 0: not known.
    pub width: u16,
    pub height: u16,
    /// Pictures of its fellows since its own last one.
    pub missed: u8,
    /// Packets and bytes that its ring holds.
    room: (usize, usize),
}

impl Layer {
    /// `steps` below the highest: half the picture's height, a quarter of its bits.
    pub fn new(rid: &str, kind: Kind, steps: usize, now: u64) -> Layer {
        let (packets, bytes) = if kind == Kind::Video { VIDEO_RING } else { AUDIO_RING };
        Layer {
            rid: rid.into(),
            ssrc: 0,
            rtx_ssrc: 0,
            former: (0, 0),
            ring: None,
            loss: (kind == Kind::Video).then(Box::default),
            reception: Reception::default(),
            key_requests: KeyRequests::default(),
            report: None,
            pending: Vec::with_capacity(64),
            prepared: (0, 0, 0),
            restarted: false,
            restarts: Bucket::new(RESTARTS, RESTARTS, now),
            rate: Rate::default(),
            spatial: None,
            width: 0,
            height: 0,
            missed: 0,
            room: (packets >> steps.min(1), bytes >> steps.min(2)),
        }
    }

    /// The ring, made when the first packet comes: most m-lines of an offer never send.
    pub fn ring(&mut self) -> &mut Ring {
        let (packets, bytes) = self.room;
        self.ring.get_or_insert_with(|| Ring::new(packets, bytes))
    }

    /// Notes what a packet says of spatial layers: its dependency descriptor (may be empty), or its place in a VP9 picture.
    pub fn note_spatial(&mut self, dependency: &[u8], vp9: Option<vp9::Descriptor>, bytes: usize, now: u64) {
        if let Ok(Some(structure)) = Structure::parse(dependency) {
            if structure.spatial_layers > 1 {
                let spatial = self.spatial.get_or_insert_with(Box::default);
                spatial.count = structure.spatial_layers;
                spatial.structure = Some(structure);
            } else {
                self.spatial = None;
            }
        } else if let Some(own) = vp9.map(|descriptor| descriptor.spatial_id).filter(|&own| own > 0) {
            let spatial = self.spatial.get_or_insert_with(Box::default);
            spatial.count = spatial.count.max(own + 1);
        }
        let Some(spatial) = &mut self.spatial else { return };
        let frame = spatial.structure.as_ref().and_then(|structure| Frame::parse(dependency, structure).ok());
        if let Some(active) = frame.and_then(|frame| frame.active) {
            spatial.active = active;
        }
        for layer in 0..spatial.count.min(MAX_LAYERS as u8) {
            if spatial.needed(layer, frame.as_ref(), vp9.map_or(0, |descriptor| descriptor.spatial_id)) {
                spatial.rates[usize::from(layer)].received(bytes, now);
            }
        }
    }

    /// Packets that were lost for good, since the start.
    pub fn given_up(&self) -> u64 {
        self.loss.as_ref().map_or(0, |loss| loss.given_up())
    }

    /// Whether its sender is to be asked for something.
    pub fn wants(&self) -> bool {
        self.key_requests.wanted() || self.loss.as_ref().is_some_and(|loss| loss.missing() > 0)
    }

    /// The sender started over under another SSRC.
    pub fn restart(&mut self, ssrc: u32, now: u64) {
        self.ssrc = ssrc;
        self.former = (now, std::mem::take(&mut self.rtx_ssrc));
        if let Some(ring) = &mut self.ring {
            ring.clear();
        }
        if let Some(loss) = &mut self.loss {
            loss.reset();
        }
        self.reception.restart();
        self.report = None;
        self.pending.clear(); // the numbers of what is no longer in the ring
        self.restarted = true;
    }

    /// What its RTP clock says at the sender's `ntp`, when a report has told.
    pub fn rtp_at(&self, ntp: u64, clock_rate: u32) -> Option<u32> {
        let info = &self.report.as_ref()?.info;
        let passed = ntp.wrapping_sub(info.ntp) as i64; // seconds in 32.32
        let ticks = (i128::from(passed) * i128::from(clock_rate)) >> 32;
        Some(info.rtp.wrapping_add(ticks as u32))
    }
}

/// Over so long a bit rate is measured, µs; after a longer silence the measure starts anew.
const RATE_US: u64 = 250_000;
const SILENCE_US: u64 = 1_000_000;
/// What a packet costs on the way beside its payload: RTP with extensions, SRTP, UDP, IP.
const PACKET_BYTES: u64 = 68;

/// A measured bit rate, smoothed over about a second: key frames make it jump, decisions must not.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rate {
    bps: u64,
    bytes: u64,
    since: u64,
    last: u64,
}

impl Rate {
    /// A packet with `bytes` of payload came.
    pub fn received(&mut self, bytes: usize, now: u64) {
        if now >= self.last + SILENCE_US {
            (self.since, self.bytes) = (now, 0);
        } else if now >= self.since + RATE_US {
            let measured = self.bytes * 8_000_000 / (now - self.since);
            self.bps = if self.bps == 0 { measured } else { (self.bps * 3 + measured) / 4 };
            (self.since, self.bytes) = (now, 0);
        }
        self.last = now;
        self.bytes += bytes as u64 + PACKET_BYTES;
    }

    /// Bits per second while it is sent; 0: not known yet.
    pub fn bps(&self) -> u64 {
        self.bps
    }
}

/// A sender report and when it came.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    pub info: rtcp::SenderInfo,
    pub arrived_us: u64,
}

/// After so long without a packet a sender begins anew, for the time to a first picture.
const PAUSE_US: u64 = 2_000_000;

/// What RFC 3550 6.4.1 and A.8 ask a receiver to know.
#[derive(Debug, Default, Clone)]
pub struct Reception {
    pub packets: u64,
    pub bytes: u64,
    pub key_frames: u64,
    pub pictures: u64,
    pub last_us: u64,
    /// When it last began to send after a pause.
    pub awake_us: u64,
    last_timestamp: Option<u32>,
    base: Option<u64>,
    highest: u64,
    received: u64,
    /// Of earlier SSRCs of this track.
    lost_before: u64,
    /// In units of the RTP clock, times 16.
    jitter16: u32,
    transit: Option<i64>,
    reported_expected: u64,
    reported_received: u64,
}

impl Reception {
    /// Notes a packet; returns how many were skipped before it.
    pub fn received(&mut self, sequence: u64, bytes: usize, now: u64) -> u64 {
        self.packets += 1;
        self.bytes += bytes as u64;
        self.received += 1;
        if now >= self.last_us + PAUSE_US || self.last_us == 0 {
            self.awake_us = now;
        }
        self.last_us = now;
        if self.base.is_none() {
            self.base = Some(sequence);
            self.highest = sequence;
            return 0;
        }
        if sequence <= self.highest {
            return 0;
        }
        let skipped = sequence - self.highest - 1;
        self.highest = sequence;
        skipped
    }

    /// RFC 3550 A.8, once for each packet that came by itself.
    pub fn transit(&mut self, timestamp: u32, clock_rate: u32, now: u64) {
        let arrival = (now as i128 * i128::from(clock_rate) / 1_000_000) as u32;
        let transit = i64::from(arrival.wrapping_sub(timestamp) as i32);
        if let Some(before) = self.transit.replace(transit) {
            let d = ((transit - before) as i32).unsigned_abs().min(clock_rate * 2);
            self.jitter16 = self.jitter16 - ((self.jitter16 + 8) >> 4) + d;
        }
    }

    /// Whether the packet just received begins a new picture.
    pub fn new_picture(&mut self, timestamp: u32) -> bool {
        let new = self.last_timestamp.is_none_or(|last| timestamp.wrapping_sub(last).cast_signed() > 0);
        if new {
            self.pictures += 1;
            self.last_timestamp = Some(timestamp);
        }
        new
    }

    pub fn highest(&self) -> Option<u64> {
        self.base.map(|_| self.highest)
    }

    fn expected(&self) -> u64 {
        self.base.map_or(0, |base| self.highest - base + 1)
    }

    /// Lost and never recovered, of all time.
    pub fn lost(&self) -> u64 {
        self.lost_before + self.expected().saturating_sub(self.received)
    }

    pub fn jitter(&self) -> u32 {
        self.jitter16 >> 4
    }

    /// The report block since the last one; none before the first packet.
    pub fn report(&mut self, ssrc: u32, report: Option<&Report>, now: u64) -> Option<rtcp::Report> {
        self.base?;
        let expected = self.expected();
        let (new, got) = (expected - self.reported_expected, self.received - self.reported_received);
        (self.reported_expected, self.reported_received) = (expected, self.received);
        let missed = new.saturating_sub(got);
        let lost = (expected as i64 - self.received as i64).clamp(-0x80_0000, 0x7F_FFFF) as i32;
        Some(rtcp::Report {
            ssrc,
            fraction_lost: (missed * 256).checked_div(new).unwrap_or(0).min(255) as u8,
            lost,
            highest: self.highest as u32,
            jitter: self.jitter(),
            last_sr: report.map_or(0, |report| rtcp::middle(report.info.ntp)),
            delay_since_last_sr: report.map_or(0, |report| ((now - report.arrived_us) * 4096 / 62_500) as u32),
        })
    }

    fn restart(&mut self) {
        let lost_before = self.lost();
        let Reception { packets, bytes, key_frames, pictures, last_us, awake_us, .. } = *self;
        let kept = Reception { packets, bytes, key_frames, pictures, last_us, awake_us, ..Reception::default() };
        *self = Reception { lost_before, ..kept };
    }
}

/// When to ask the publisher for a key frame: at most one request in 300 ms, and at most one a second for long (H10).
#[derive(Debug, Default, Clone)]
pub struct KeyRequests {
    wanted: bool,
    last_us: Option<u64>,
    /// Earlier than which the next may not go.
    not_before: u64,
    unanswered: u32,
}

const SPACING_US: u64 = 300_000;
const SUSTAINED_US: u64 = 1_000_000;

impl KeyRequests {
    pub fn want(&mut self) {
        self.wanted = true;
    }

    pub fn wanted(&self) -> bool {
        self.wanted
    }

    /// `true` when a request is to be sent now.
    pub fn due(&mut self, now: u64) -> bool {
        if !self.wanted || now < self.not_before {
            return false;
        }
        // A request or its answer may be lost: the next may follow soon, those after it only slowly.
        let rested = self.last_us.is_none_or(|last| now >= last + 2 * SUSTAINED_US);
        self.unanswered = if rested { 1 } else { self.unanswered + 1 };
        self.last_us = Some(now);
        self.not_before = now + if self.unanswered < 2 { SPACING_US } else { SUSTAINED_US };
        true
    }

    /// A key frame begins.
    pub fn answered(&mut self) {
        self.wanted = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h10_key_requests_are_few() {
        let mut requests = KeyRequests::default();
        let mut sent = Vec::new();
        for ms in 0..5000 {
            requests.want(); // a thousand viewers
            if requests.due(ms * 1000) {
                sent.push(ms);
            }
        }
        assert_eq!(sent[..2], [0, 300]);
        assert!(sent.len() <= 7, "{sent:?}");
        assert!(sent.windows(2).all(|pair| pair[1] - pair[0] >= 300));
    }

    #[test]
    fn loss_is_counted_once_repaired_or_not() {
        let mut reception = Reception::default();
        assert_eq!(reception.received(100, 10, 0), 0);
        assert_eq!(reception.received(103, 10, 0), 2);
        assert_eq!(reception.lost(), 2);
        let block = reception.report(1, None, 0).unwrap();
        assert_eq!((block.fraction_lost, block.lost, block.highest), (128, 2, 103));
        reception.received(101, 10, 0);
        assert_eq!(reception.lost(), 1);
    }
}
