//! A camera and a microphone: the trace, sent as an encoder sends it, repeated on request and started over when somebody
//! needs a key frame.

use std::sync::Arc;

use plane_core::ext::{self, AudioLevel, Extension};
use plane_core::rtcp::{self, Packet, SenderInfo, Writer};
use plane_core::rtp::{self, Fields};
use plane_core::vp8;

use crate::figures::Figures;
use crate::random;
use crate::sdp::{Kind, LEVEL_URI, MID_URI, Section, TIME_URI, TRANSPORT_URI};
use crate::trace::Trace;

/// Video packets that can be repeated: half a minute of the trace.
const HISTORY: usize = 4096;
/// Between two key frames, µs.
const KEY_EVERY: u64 = 300_000;

/// An RTP packet ready to be sealed.
pub struct Plain {
    pub len: usize,
    pub header_len: usize,
    pub index: u64,
}

/// One of the two streams.
#[derive(Default)]
struct Line {
    ssrc: u32,
    payload_type: u8,
    mid: String,
    mid_id: u8,
    level_id: u8,
    time_id: u8,
    transport_id: u8,
    sequence: u64,
    timestamp: u32,
    sent_us: u64,
    packets: u32,
    octets: u32,
}

impl Line {
    fn of(section: &Section, codec: &str, ssrc: u32) -> Option<Line> {
        Some(Line {
            ssrc,
            payload_type: section.payload(codec)?.0,
            mid: section.mid.clone(),
            mid_id: section.extension(MID_URI),
            level_id: section.extension(LEVEL_URI),
            time_id: section.extension(TIME_URI),
            transport_id: if section.transport_cc { section.extension(TRANSPORT_URI) } else { 0 },
            // RFC 3550 5.1: random, and below 2^15 so that the first rollover is a real one (RFC 3711 3.3.1).
            sequence: u64::from(random::word() & 0x7FFF),
            ..Line::default()
        })
    }

    fn info(&self, now: u64, rate: u32) -> SenderInfo {
        let since = (now.saturating_sub(self.sent_us) * u64::from(rate) / 1_000_000) as u32;
        let rtp = self.timestamp.wrapping_add(since);
        SenderInfo { ntp: rtcp::ntp(now), rtp, packets: self.packets, octets: self.octets }
    }
}

/// Where a packet of the past stands in the trace.
#[derive(Clone, Copy, Default)]
struct Past {
    sequence: u64,
    place: usize,
    timestamp: u32,
    shift: u16,
}

pub struct Publisher {
    trace: Arc<Trace>,
    audio: Option<Line>,
    video: Option<Line>,
    repair: Option<(u32, u8)>,
    repair_sequence: u64,
    /// Of the next packet, whatever it carries.
    transport_number: u16,
    past: Vec<Past>,
    /// Requests for packets, waiting to be met.
    wanted: Vec<u16>,
    next: usize,
    /// When this lap began, and what all before it add to timestamps and picture ids.
    lap_us: u64,
    media_us: u64,
    pictures: u16,
    key_us: u64,
    pub figures: Figures,
}

impl Publisher {
    /// A publisher for the m-lines that the server takes; none when there is nothing to send.
    pub fn new(trace: Arc<Trace>, sections: &[Section], ssrcs: &[(u32, u32)], now: u64) -> Option<Publisher> {
        let taken = || sections.iter().filter(|section| section.received());
        let of = |kind| taken().find(|section| section.kind == Some(kind));
        let audio = of(Kind::Audio).and_then(|section| Line::of(section, "opus", ssrcs.first()?.0));
        let camera = of(Kind::Video).zip(ssrcs.get(1));
        let video = camera.and_then(|(section, ssrc)| Line::of(section, "vp8", ssrc.0));
        let repair = camera.and_then(|(section, ssrc)| Some((ssrc.1, section.payload("vp8")?.1)));
        if audio.is_none() && video.is_none() {
            return None;
        }
        Some(Publisher {
            trace,
            audio,
            video,
            repair: repair.filter(|(_, number)| *number > 0),
            repair_sequence: u64::from(random::word() & 0x7FFF),
            transport_number: 0,
            past: vec![Past::default(); HISTORY],
            wanted: Vec::new(),
            next: 0,
            lap_us: now,
            media_us: 0,
            pictures: 0,
            key_us: now,
            figures: Figures::default(),
        })
    }

    /// When the next packet is due.
    pub fn deadline(&self) -> u64 {
        if self.wanted.is_empty() { self.lap_us + self.trace.packets[self.next].at_us } else { 0 }
    }

    /// The next packet that is due at `now`, plain, in `out`.
    pub fn next(&mut self, now: u64, out: &mut [u8]) -> Option<Plain> {
        while let Some(sequence) = self.wanted.pop() {
            if let Some(plain) = self.repeat(sequence, now, out) {
                self.figures.resent += 1;
                return Some(plain);
            }
        }
        while self.lap_us + self.trace.packets[self.next].at_us <= now {
            let place = self.next;
            let shift = self.pictures;
            let since_start = self.media_us;
            self.next += 1;
            if self.next == self.trace.packets.len() {
                self.lap(self.trace.length_us);
            }
            if let Some(plain) = self.packet(place, since_start, shift, now, out) {
                self.figures.sent += 1;
                return Some(plain);
            }
        }
        None
    }

    /// Start the trace over, as if it had ended `length` after it began.
    fn lap(&mut self, length: u64) {
        self.next = 0;
        self.lap_us += length;
        self.media_us += length;
        self.pictures = self.pictures.wrapping_add(self.trace.frames);
    }

    fn packet(&mut self, place: usize, since_start: u64, shift: u16, now: u64, out: &mut [u8]) -> Option<Plain> {
        let packet = &self.trace.packets[place];
        let (line, rate) = if packet.video { (&mut self.video, 90_000) } else { (&mut self.audio, 48_000) };
        let line = line.as_mut()?;
        line.sequence += 1;
        line.timestamp = packet.timestamp.wrapping_add((since_start * rate / 1_000_000) as u32);
        line.sent_us = now;
        line.packets = line.packets.wrapping_add(1);
        line.octets = line.octets.wrapping_add(packet.payload.len() as u32);
        self.transport_number = self.transport_number.wrapping_add(1);
        let kind = (packet.marker, packet.video);
        let plain = write(line, packet.payload, kind, (now, self.transport_number), out)?;
        if packet.video {
            shift_picture(&mut out[plain.header_len..plain.len], shift);
            let past = Past { sequence: line.sequence, place, timestamp: line.timestamp, shift };
            self.past[line.sequence as usize % HISTORY] = past;
        }
        Some(plain)
    }

    /// RFC 4588: the payload of a packet of the past, behind its number.
    fn repeat(&mut self, sequence: u16, now: u64, out: &mut [u8]) -> Option<Plain> {
        let (ssrc, payload_type) = self.repair?;
        let line = self.video.as_ref()?;
        let highest = line.sequence;
        let back = u64::from((highest as u16).wrapping_sub(sequence));
        let number = highest.checked_sub(back)?;
        let past = self.past[number as usize % HISTORY];
        if past.sequence != number {
            return None;
        }
        let packet = &self.trace.packets[past.place];
        let mut payload = [0; crate::outbox::DATAGRAM];
        let end = 2 + packet.payload.len();
        payload[..2].copy_from_slice(&sequence.to_be_bytes());
        payload[2..end].copy_from_slice(packet.payload);
        shift_picture(&mut payload[2..end], past.shift);
        self.repair_sequence += 1;
        let line = Line {
            ssrc,
            payload_type,
            sequence: self.repair_sequence,
            timestamp: past.timestamp,
            time_id: line.time_id,
            transport_id: line.transport_id,
            ..Line::default()
        };
        self.transport_number = self.transport_number.wrapping_add(1);
        write(&line, &payload[..end], (packet.marker, true), (now, self.transport_number), out)
    }

    /// A packet of a compound from the server.
    pub fn rtcp(&mut self, packet: &Packet<'_>, now: u64) {
        let camera = self.video.as_ref().map(|line| line.ssrc);
        match packet {
            Packet::Nack { media, lost, .. } if Some(*media) == camera => {
                self.figures.nacks += 1;
                self.wanted.extend(lost.take(256));
                self.wanted.truncate(1024);
            }
            Packet::Pli { media, .. } if Some(*media) == camera => self.key(now),
            Packet::Fir { requests, .. } if requests.clone().any(|(media, _)| Some(media) == camera) => self.key(now),
            Packet::TransportCc { .. } => self.figures.told += 1,
            Packet::ReceiverReport { .. } => self.figures.reports += 1,
            _ => {}
        }
    }

    /// The trace begins with a key frame.
    fn key(&mut self, now: u64) {
        self.figures.asked_keys += 1;
        let played = now.saturating_sub(self.lap_us);
        if now > self.key_us + KEY_EVERY && self.next > 0 {
            self.key_us = now;
            // A whole number of Opus frames, so that the sound's timestamps stay on their grid.
            self.lap(played.next_multiple_of(20_000));
        }
    }

    /// Sender reports of what has been sent (RFC 3550 6.4.1).
    pub fn report(&mut self, now: u64, writer: &mut Writer<'_>) -> bool {
        let mut any = false;
        for (line, rate) in [(&self.audio, 48_000), (&self.video, 90_000)] {
            if let Some(line) = line.as_ref().filter(|line| line.packets > 0) {
                let written = writer.sender_report(line.ssrc, &line.info(now, rate), &[]);
                any |= written.and_then(|()| writer.sdes(line.ssrc, b"load")).is_ok();
            }
        }
        any
    }
}

fn write(
    line: &Line,
    payload: &[u8],
    (marker, video): (bool, bool),
    (now, number): (u64, u16),
    out: &mut [u8],
) -> Option<Plain> {
    let level = [AudioLevel { level: 30, voice: true }.to_byte()];
    let (time, number) = (ext::abs_send_time(now), number.to_be_bytes());
    let all = [
        Extension { id: line.mid_id, value: line.mid.as_bytes() },
        Extension { id: if video { 0 } else { line.level_id }, value: &level },
        Extension { id: line.time_id, value: &time },
        Extension { id: line.transport_id, value: &number },
    ];
    let mut agreed = all;
    let mut count = 0;
    for extension in all.into_iter().filter(|extension| extension.id > 0 && !extension.value.is_empty()) {
        agreed[count] = extension;
        count += 1;
    }
    let fields = Fields {
        marker,
        payload_type: line.payload_type,
        sequence: line.sequence as u16,
        timestamp: line.timestamp,
        ssrc: line.ssrc,
    };
    let written = rtp::write(out, &fields, &agreed[..count], payload, 0).ok()?;
    Some(Plain { len: written.len, header_len: written.header_len, index: line.sequence })
}

/// The trace is repeated, its picture ids go on.
fn shift_picture(payload: &mut [u8], by: u16) {
    if let Ok(descriptor) = vp8::Descriptor::parse(payload) {
        let picture_id = descriptor.picture_id.unwrap_or(0).wrapping_add(by);
        descriptor.write_ids(payload, &vp8::Ids { picture_id, ..vp8::Ids::default() });
    }
}
