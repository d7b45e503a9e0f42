//! A published track: what came in, and who gets it.

use crate::cache::Ring;
use crate::codec::{Codec, Format};
use crate::contract::{HeaderExtensions, Kind, Source};
use crate::nack::LossDetector;
use crate::rtcp;
use crate::speakers::Voice;
use crate::transport::Bucket;

/// Packets and bytes kept for retransmission and newcomers: about 5 s of a 2.5 Mbit/s camera.
const VIDEO_RING: (usize, usize) = (1024, 1 << 20);
const AUDIO_RING: (usize, usize) = (128, 32 << 10);

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
    /// The one encoding. Simulcast puts one [`Layer`] a rid here, and a slot then chooses among them.
    pub layer: Layer,
    pub voice: Voice,
    /// Its sender's clock, as in [`crate::transport::Transport::clock_offset_us`].
    pub clock_offset_us: i64,
    /// Extended sequence numbers stored since the last flush.
    pub pending: Vec<u64>,
    pub dirty: bool,
    /// Flush number, and where its packets are in the list of that flush.
    pub prepared: (u64, u32, u32),
    /// It is in the shard's list of tracks with something to ask their sender for.
    pub asking: bool,
    /// Its sender came back under another SSRC: slots splice it anew.
    pub restarted: bool,
    /// How often it may: each time the ring and what is known of losses are lost, for every receiver.
    pub restarts: Bucket,
    /// Simulcast ids, lowest layer first; empty: one encoding.
    pub rids: Vec<Box<str>>,
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

    pub fn lowest_rid(&self) -> Option<&str> {
        self.rids.first().map(|rid| &**rid)
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

    /// The ring, made when the first packet comes: most m-lines of an offer never send.
    pub fn ring(&mut self) -> &mut Ring {
        let (packets, bytes) = if self.kind == Kind::Video { VIDEO_RING } else { AUDIO_RING };
        self.layer.ring.get_or_insert_with(|| Ring::new(packets, bytes))
    }
}

/// One encoding of a track.
#[derive(Default)]
pub struct Layer {
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
}

impl Layer {
    /// The sender started over under another SSRC.
    pub fn restart(&mut self, ssrc: u32) {
        self.ssrc = ssrc;
        if let Some(ring) = &mut self.ring {
            ring.clear();
        }
        if let Some(loss) = &mut self.loss {
            loss.reset();
        }
        self.reception.restart();
        self.report = None;
    }
}

/// A sender report and when it came.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    pub info: rtcp::SenderInfo,
    pub arrived_us: u64,
}

/// What RFC 3550 6.4.1 and A.8 ask a receiver to know.
#[derive(Debug, Default, Clone)]
pub struct Reception {
    pub packets: u64,
    pub bytes: u64,
    pub key_frames: u64,
    pub last_us: u64,
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
        let (packets, bytes, key_frames, last_us) = (self.packets, self.bytes, self.key_frames, self.last_us);
        *self = Reception { packets, bytes, key_frames, last_us, lost_before, ..Reception::default() };
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
