//! What a browser does with the streams it receives: count them (RFC 3550 A.3, A.8), report once a second, ask again for
//! what is missing (RFC 4585, RFC 4588), ask for a key frame when nothing else helps.

use plane_core::bandwidth::arrivals::Arrivals;
use plane_core::nack::{Arrival, LossDetector};
use plane_core::rtcp::{self, Packet, Report, Writer};
use plane_core::rtp::Header;
use plane_core::seq::Unwrapper;
use plane_core::srtp::{Opener, ReplayWindow};
use plane_core::vp8;

use crate::figures::Figures;
use crate::sdp::{Kind, Section, TRANSPORT_URI};

/// Streams of one peer that are remembered, repairs included.
const MAX_STREAMS: usize = 64;
/// Between two requests for a key frame, µs.
const KEY_EVERY: u64 = 1_000_000;
/// A round trip to wait between two requests for one packet, µs, while no other is known.
const ROUND_TRIP: u64 = 5_000;
const REPORTS: usize = 31;

/// One SSRC.
struct Stream {
    ssrc: u32,
    kind: Kind,
    clock_rate: u32,
    vp8: bool,
    window: ReplayWindow,
    unwrapper: Unwrapper,
    first: u64,
    highest: u64,
    received: u64,
    repaired: u64,
    /// In 1/16 of a timestamp unit (RFC 3550 A.8).
    jitter: u32,
    transit: Option<i64>,
    expected_before: u64,
    received_before: u64,
    last_sr: u32,
    sr_at: u64,
    losses: LossDetector,
    given_up: u64,
    wants_key: bool,
    key_asked: u64,
}

impl Stream {
    fn expected(&self) -> u64 {
        if self.received == 0 { 0 } else { self.highest - self.first + 1 }
    }

    fn lost(&self) -> i64 {
        self.expected() as i64 - (self.received + self.repaired) as i64
    }

    fn arrived(&mut self, header: &Header, at_us: u64) -> Arrival {
        let number = self.unwrapper.extend(header.sequence);
        if self.received == 0 {
            self.first = number;
        }
        self.first = self.first.min(number);
        self.highest = self.highest.max(number);
        self.received += 1;
        // Relative transit times are all that counts, so the epoch of either clock does not matter.
        let ticks = (u128::from(at_us) * u128::from(self.clock_rate) / 1_000_000) as i64;
        let transit = ticks.wrapping_sub(i64::from(header.timestamp));
        if let Some(before) = self.transit.replace(transit) {
            let change = (transit.wrapping_sub(before) as i32).unsigned_abs();
            if change < self.clock_rate {
                self.jitter = self.jitter.saturating_add(change).saturating_sub((self.jitter + 8) >> 4);
            }
        }
        if self.kind == Kind::Video { self.losses.received(number, at_us) } else { Arrival::New }
    }

    fn report(&mut self, now: u64) -> Report {
        let (expected, received) = (self.expected(), self.received + self.repaired);
        let (due, came) = (expected - self.expected_before, received - self.received_before);
        (self.expected_before, self.received_before) = (expected, received);
        let fraction_lost = if due > came { ((due - came) * 256 / due).min(255) as u8 } else { 0 };
        let delay = if self.last_sr == 0 { 0 } else { (now - self.sr_at) * 65_536 / 1_000_000 };
        Report {
            ssrc: self.ssrc,
            fraction_lost,
            lost: self.lost().clamp(-0x80_0000, 0x7F_FFFF) as i32,
            highest: self.highest as u32,
            jitter: self.jitter >> 4,
            last_sr: self.last_sr,
            delay_since_last_sr: delay as u32,
        }
    }
}

/// A payload type that may come.
struct Expected {
    number: u8,
    kind: Kind,
    clock_rate: u32,
    vp8: bool,
    /// Repeats this payload type.
    repeats: Option<u8>,
}

/// Everything that one peer receives.
pub struct Reception {
    expected: Vec<Expected>,
    repairs: Vec<(u32, u32)>,
    streams: Vec<Stream>,
    /// The SSRC that our reports come from.
    ssrc: u32,
    /// Open every packet, or count only.
    opens: bool,
    /// Transport-wide feedback: the extension's id, and what came; none: not agreed.
    arrivals: Option<(u8, Arrivals)>,
    feedback_due: u64,
    pub figures: Figures,
}

impl Reception {
    pub fn new(sections: &[Section], ssrc: u32, opens: bool) -> Reception {
        let mut expected = Vec::new();
        let mut repairs = Vec::new();
        for section in sections.iter().filter(|section| section.sent()) {
            let kind = section.kind.unwrap_or(Kind::Audio);
            expected.extend(section.payloads.iter().map(|payload| Expected {
                number: payload.number,
                kind,
                clock_rate: payload.clock_rate,
                vp8: payload.name == "vp8",
                repeats: payload.repeats,
            }));
            repairs.extend_from_slice(&section.repairs);
        }
        let numbered = sections.iter().filter(|section| section.sent() && section.transport_cc);
        let id = numbered.map(|section| section.extension(TRANSPORT_URI)).find(|id| *id > 0);
        let arrivals = id.map(|id| (id, Arrivals::new(0)));
        let (streams, figures) = (Vec::new(), Figures::default());
        Reception { expected, repairs, streams, ssrc, opens, arrivals, feedback_due: u64::MAX, figures }
    }

    /// An RTP packet came at `at_us`. Returns whether it was one of ours.
    pub fn rtp(&mut self, datagram: &mut [u8], opener: &Opener, at_us: u64) -> bool {
        let Ok(header) = Header::parse(datagram) else { return false };
        let Some(place) = self.expected.iter().position(|expected| expected.number == header.payload_type) else {
            self.figures.unknown += 1;
            return false;
        };
        let Some(at) = self.stream(header.ssrc, place) else { return false };
        let mut opened = None;
        if self.opens {
            let window = &mut self.streams[at].window;
            let index = window.estimate(header.sequence);
            if !window.check(index) {
                self.figures.duplicates += 1;
                return false;
            }
            let Ok(len) = opener.open_rtp(datagram, header.header_len, index) else {
                self.figures.wrong += 1;
                return false;
            };
            window.commit(index);
            opened = header.payload(&datagram[..len]).ok();
        }
        self.figures.first_us.get_or_insert(at_us);
        if let Some((id, arrivals)) = &mut self.arrivals
            && let Some(&[high, low]) = header.extensions(datagram).value(*id)
        {
            arrivals.record(u16::from_be_bytes([high, low]), at_us, datagram.len());
            self.feedback_due = arrivals.due_us(at_us).unwrap_or(u64::MAX);
        }
        self.figures.bytes += datagram.len() as u64;
        if let Some(original) = self.expected[place].repeats {
            self.repair(&header, opened, original, at_us);
            return true;
        }
        self.figures.packets += 1;
        let stream = &mut self.streams[at];
        match stream.arrived(&header, at_us) {
            Arrival::Jump => stream.wants_key = true,
            Arrival::Known => self.figures.late += 1,
            Arrival::New | Arrival::Recovered { .. } => {}
        }
        let given_up = stream.losses.given_up();
        stream.wants_key |= given_up > stream.given_up;
        stream.given_up = given_up;
        if let Some(payload) = opened.filter(|_| stream.vp8)
            && vp8::Descriptor::parse(payload).is_ok_and(|descriptor| descriptor.start && descriptor.key_frame)
        {
            stream.wants_key = false;
            self.figures.key_frames += 1;
        }
        true
    }

    fn stream(&mut self, ssrc: u32, place: usize) -> Option<usize> {
        if let Some(at) = self.streams.iter().position(|stream| stream.ssrc == ssrc) {
            return Some(at);
        }
        if self.streams.len() == MAX_STREAMS {
            self.figures.unknown += 1;
            return None;
        }
        let Expected { kind, clock_rate, vp8, repeats, .. } = self.expected[place];
        self.streams.push(Stream {
            ssrc,
            kind,
            clock_rate,
            vp8,
            window: ReplayWindow::new(),
            unwrapper: Unwrapper::new(),
            first: 0,
            highest: 0,
            received: 0,
            repaired: 0,
            jitter: 0,
            transit: None,
            expected_before: 0,
            received_before: 0,
            last_sr: 0,
            sr_at: 0,
            losses: LossDetector::new(),
            given_up: 0,
            // A player that comes in the middle sees nothing before the next key frame.
            wants_key: vp8 && repeats.is_none() && self.opens,
            key_asked: 0,
        });
        Some(self.streams.len() - 1)
    }

    /// RFC 4588 4: the first two bytes are the number of the packet that is repeated; without them it is padding.
    fn repair(&mut self, header: &Header, payload: Option<&[u8]>, original: u8, at_us: u64) {
        self.figures.repairs += 1;
        let Some(number) = payload.and_then(|payload| payload.first_chunk()) else { return };
        let sequence = u16::from_be_bytes(*number);
        let named = self.repairs.iter().find(|(_, repair)| *repair == header.ssrc).map(|(ssrc, _)| *ssrc);
        let clock = self.expected.iter().find(|expected| expected.number == original);
        let found = self.streams.iter_mut().find(|stream| match named {
            Some(ssrc) => stream.ssrc == ssrc,
            None => stream.kind == Kind::Video && clock.is_some_and(|clock| clock.clock_rate == stream.clock_rate),
        });
        let Some(stream) = found.filter(|stream| stream.received > 0) else { return };
        let number = stream.unwrapper.peek(sequence);
        if let Arrival::Recovered { .. } = stream.losses.received(number, at_us) {
            stream.repaired += 1;
            self.figures.repaired += 1;
        }
    }

    /// A packet of a compound from the server.
    pub fn rtcp(&mut self, packet: &Packet<'_>, now: u64) {
        let Packet::SenderReport { ssrc, info, .. } = packet else { return };
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.ssrc == *ssrc) {
            (stream.last_sr, stream.sr_at) = (rtcp::middle(info.ntp), now);
        }
    }

    /// The blocks of a report that is due now; returns how many.
    pub fn report(&mut self, now: u64, blocks: &mut [Report; REPORTS]) -> usize {
        let reported = self.streams.iter_mut().filter(|stream| stream.received > 0);
        blocks.iter_mut().zip(reported).map(|(block, stream)| *block = stream.report(now)).count()
    }

    /// When something is to be asked for.
    pub fn deadline(&self) -> u64 {
        let of = |stream: &Stream| {
            let key = if stream.wants_key { stream.key_asked + KEY_EVERY } else { u64::MAX };
            stream.losses.deadline().unwrap_or(u64::MAX).min(key)
        };
        self.streams.iter().map(of).min().unwrap_or(u64::MAX).min(self.feedback_due)
    }

    /// Tell the server what came and when, if that is due.
    pub fn feed_back(&mut self, now: u64, writer: &mut Writer<'_>) {
        if now < self.feedback_due {
            return;
        }
        let (Some((_, arrivals)), Some(stream)) = (&mut self.arrivals, self.streams.first()) else { return };
        let before = writer.len();
        let _ = writer.transport_cc(self.ssrc, stream.ssrc, |room| arrivals.write(now, room)); // no room: the next one
        self.figures.feedbacks += u64::from(writer.len() > before);
        self.feedback_due = arrivals.due_us(now).unwrap_or(u64::MAX);
    }

    /// Ask for what is missing.
    pub fn ask(&mut self, now: u64, writer: &mut Writer<'_>) {
        let mut lost = [0; 64];
        for stream in self.streams.iter_mut().filter(|stream| stream.kind == Kind::Video) {
            let count = stream.losses.due(now, ROUND_TRIP, &mut lost);
            if count > 0 && writer.nack(self.ssrc, stream.ssrc, &lost[..count]).is_ok() {
                self.figures.nacks += 1;
            }
            if stream.wants_key && now >= stream.key_asked + KEY_EVERY && writer.pli(self.ssrc, stream.ssrc).is_ok() {
                stream.key_asked = now;
                stream.wants_key = self.opens && stream.vp8;
                self.figures.plis += 1;
            }
        }
    }

    /// The figures, with what the streams know.
    pub fn sum(&self) -> Figures {
        let mut figures = self.figures.clone();
        for stream in self.streams.iter().filter(|stream| stream.received > 0) {
            figures.expected += stream.expected();
            figures.lost += stream.lost().max(0) as u64;
            let jitter = u64::from(stream.jitter >> 4) * 1_000_000 / u64::from(stream.clock_rate.max(1));
            match stream.kind {
                Kind::Audio => figures.audio_jitter_us = Some(jitter),
                Kind::Video => figures.video_jitter_us = Some(jitter),
            }
        }
        figures
    }
}
