//! RTCP: what receivers ask and report, and what the plane asks and reports in turn.

use crate::contract::Kind;
use crate::drops::Cause;
use crate::fanout::{from_cache, mark};
use crate::rtcp::{self, Compound, Packet, SenderInfo, Writer};
use crate::shard::{Outbox, Shard};
use crate::slab::{NONE, Slab};
use crate::slot;
use crate::srtp::{self, MAX_RTCP_OVERHEAD};
use crate::track::{Layer, Report, Track};
use crate::transport::{Carries, Stream, Transport};

/// SSRC of our reports and requests; no slot has it.
pub(crate) const OURS: u32 = slot::SSRC_BASE | 0x8000;
/// The longest compound that is written.
const COMPOUND: usize = 1100;
/// Sender reports in one compound: 28 bytes each.
const SENDER_REPORTS: usize = 36;
/// Report blocks in one receiver report (RFC 3550 6.4.2).
const BLOCKS: usize = 31;
/// Lost packets asked for in one message.
const ASKED: usize = 96;
/// Requests of one receiver that wait for the flush (H10).
const WAITING: usize = 256;
/// So long after its first picture began may a receiver lose it because it is not ready yet, µs.
const MAKING_READY_US: u64 = 1_000_000;
/// A track of which nothing came for so long is not asked for key frames.
const ACTIVE_US: u64 = 2_000_000;

impl Shard {
    // ------------------------------------------------------------ in

    pub(crate) fn handle_srtcp(&mut self, now: u64, index: u32, bytes: &mut [u8]) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        let Some(keys) = &mut transport.keys else { return self.drops.add(Cause::RtpBeforeKeys) };
        let len = match keys.opener.open_rtcp(bytes) {
            Ok(len) => len,
            Err(srtp::Error::Replay) => return self.drops.add(Cause::SrtcpReplay),
            Err(srtp::Error::Short) => return self.drops.add(Cause::RtcpMalformed),
            Err(_) => return self.drops.add(Cause::SrtcpAuth),
        };
        transport.totals.received_bytes += len as u64;
        // What stands before a broken packet is still believed (H8).
        let mut compound = Compound::new(&bytes[..len]);
        for packet in &mut compound {
            self.handle_report(now, index, packet);
        }
        if compound.truncated() {
            self.drops.add(Cause::RtcpMalformed);
        }
    }

    fn handle_report(&mut self, now: u64, index: u32, packet: Packet<'_>) {
        match packet {
            // By when they came: what is not media may have waited.
            Packet::SenderReport { ssrc, info, reports } => {
                self.note_sender_report(self.arrived_us, index, ssrc, info);
                self.note_receiver_reports(self.arrived_us, index, reports);
            }
            Packet::ReceiverReport { reports, .. } => self.note_receiver_reports(self.arrived_us, index, reports),
            Packet::Nack { media, lost, .. } => self.note_nack(index, media, lost),
            Packet::Pli { media, .. } => self.note_key_request(now, index, media),
            Packet::Fir { requests, .. } => {
                for (media, _) in requests {
                    self.note_key_request(now, index, media);
                }
            }
            Packet::Remb { bitrate, .. } => {
                if let Some(transport) = self.transports.get_mut(index) {
                    transport.estimate_bps = bitrate.min(u32::MAX.into()) as u32;
                }
            }
            Packet::TransportCc { body, .. } => self.note_transport_cc(now, index, body),
            Packet::Sdes | Packet::Bye { .. } | Packet::Other { .. } => {}
        }
    }

    fn note_sender_report(&mut self, now: u64, index: u32, ssrc: u32, info: SenderInfo) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        let stream = transport.streams.iter().find(|s| s.ssrc == ssrc && s.carries == Carries::Media);
        let Some(stream) = stream else { return };
        let Some(track) = self.tracks.get_mut(stream.track) else { return };
        track.layers[usize::from(stream.layer)].report = Some(Report { info, arrived_us: now });
        self.recorder.report(track, stream.layer);
        // The report that travelled fastest tells the difference of the clocks best; later ones may only pull it
        // along slowly, as clocks drift.
        let offset = (now + self.config.unix_offset_us) as i64 - unix_us(info.ntp);
        let offset = match transport.clock_offset_us {
            Some(known) if offset > known && offset - known < 10_000_000 => known + (offset - known) / 64,
            _ => offset,
        };
        transport.clock_offset_us = Some(offset);
        for &track in &transport.sends {
            if let Some(track) = self.tracks.get_mut(track) {
                track.clock_offset_us = offset;
            }
        }
    }

    fn note_receiver_reports(&mut self, now: u64, index: u32, reports: rtcp::Reports<'_>) {
        let now_ntp = rtcp::middle(rtcp::ntp(now + self.config.unix_offset_us));
        let Some(transport) = self.transports.get_mut(index) else { return };
        for report in reports {
            let Some((slot, false)) = slot::of_ssrc(report.ssrc) else { continue };
            let Some(place) = transport.place(slot.into()) else { continue };
            transport.slots[place].heard.fraction_lost = report.fraction_lost;
            transport.slots[place].confirm();
            if let Some(rtt) = report.round_trip(now_ntp).filter(|&rtt| rtt < 10_000_000) {
                let rtt = rtt.max(1);
                transport.rtt_us = if transport.rtt_us == 0 { rtt } else { (transport.rtt_us * 7 + rtt) / 8 };
            }
        }
    }

    fn note_nack(&mut self, index: u32, media: u32, lost: rtcp::Nacks<'_>) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        let Some((slot, false)) = slot::of_ssrc(media) else { return };
        let Some(place) = transport.place(slot.into()) else { return };
        for number in lost {
            self.totals.nacks_received += 1;
            transport.totals.nacks_received += 1;
            if transport.resend.len() < WAITING {
                transport.resend.push((place as u16, number));
            } else {
                self.drops.add(Cause::NackBudget);
            }
        }
        mark(transport, index, &mut self.dirty_transports);
    }

    fn note_key_request(&mut self, now: u64, index: u32, media: u32) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        let Some((slot, _)) = slot::of_ssrc(media) else { return };
        let Some(place) = transport.place(slot.into()) else { return };
        self.totals.plis_received += 1;
        transport.totals.plis_received += 1;
        let slot = &mut transport.slots[place];
        // A browser that was still making ready when its first key frame came has lost it: the cache has it still, and
        // the sender need not make another. Once: whoever asks again has a trouble that a new key frame may mend.
        if slot.current == slot.wanted && slot.began_at.take().is_some_and(|began| now < began + MAKING_READY_US) {
            let begun = std::mem::replace(&mut slot.current, NONE);
            if self.tracks.get(begun).is_some_and(|track| from_cache(track, slot).is_some()) {
                return self.show_at_once(index, begun, now);
            }
            slot.current = begun;
        }
        // What it shows cannot be decoded; what it is to show, and cannot yet, has been asked for before.
        let (current, layer, wanted, target) = (slot.current, slot.layer, slot.wanted, slot.target);
        if current != wanted {
            self.request_key_frame(wanted, target, now);
        }
        self.request_key_frame(current, layer, now);
    }

    // ------------------------------------------------------------ asking senders

    /// Asks the sender of `track` for a key frame of `layer`, now or as soon as the throttle allows; until one begins.
    pub(crate) fn request_key_frame(&mut self, index: u32, layer: u8, now: u64) {
        let Some(track) = self.tracks.get_mut(index) else { return };
        if track.kind != Kind::Video || track.muted {
            return;
        }
        let Some(layer) = track.layers.get_mut(usize::from(layer)) else { return };
        layer.key_requests.want();
        if !track.asking {
            track.asking = true;
            self.asking_tracks.push(index);
        }
        self.ask_sender(index, now);
    }

    /// The same for all layers that it sends.
    pub(crate) fn request_key_frames(&mut self, index: u32, now: u64) {
        for layer in 0..self.tracks.get(index).map_or(0, |track| track.layers.len() as u8) {
            if self.tracks.get(index).is_some_and(|track| track.active(layer)) {
                self.request_key_frame(index, layer, now);
            }
        }
    }

    /// Losses and key frames, for all tracks that miss something.
    pub(crate) fn ask_senders(&mut self, now: u64) {
        let mut at = 0;
        while at < self.asking_tracks.len() {
            let index = self.asking_tracks[at];
            self.ask_sender(index, now);
            let done = self.tracks.get_mut(index).is_none_or(|track| {
                track.asking = track.layers.iter().any(Layer::wants);
                !track.asking
            });
            if done {
                self.asking_tracks.swap_remove(at);
            } else {
                at += 1;
            }
        }
    }

    fn ask_sender(&mut self, index: u32, now: u64) {
        let Some(track) = self.tracks.get_mut(index) else { return };
        let Some(owner) = self.transports.get_mut(track.owner) else { return self.ask_home(index, now) };
        if !owner.usable() {
            return;
        }
        for layer in track.layers.iter_mut().filter(|layer| layer.ssrc != 0) {
            let mut lost = [0u16; ASKED];
            let count = match &mut layer.loss {
                Some(loss) if !track.muted => loss.due(now, owner.round_trip_us(), &mut lost),
                _ => 0,
            };
            let active = now < layer.reception.last_us + ACTIVE_US;
            let key_frame = active && layer.key_requests.due(now);
            if count == 0 && !key_frame {
                continue;
            }
            let ssrc = layer.ssrc;
            let sent = send_rtcp(&mut self.outbox, owner, |writer| {
                if count > 0 {
                    let _ = writer.nack(OURS, ssrc, &lost[..count]);
                }
                if key_frame {
                    let _ = writer.pli(OURS, ssrc);
                }
            });
            if sent {
                self.totals.nacks_sent += count as u64;
                self.totals.plis_sent += u64::from(key_frame);
            }
        }
    }

    // ------------------------------------------------------------ reporting

    /// A transport's turn: receiver reports and REMB for what it sends, sender reports for what it is sent.
    ///
    /// REMB is what lets senders reach their rate where transport-cc is not agreed; where it is, REMB says the cap alone:
    /// browsers obey the lower of what they estimate and what they are told.
    pub(crate) fn report(&mut self, index: u32, now: u64) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        if !transport.usable() {
            return;
        }
        if !transport.sends.is_empty() {
            report_upstream(&mut self.outbox, transport, &mut self.tracks, now);
        }
        let wall_us = now + self.config.unix_offset_us;
        let mut infos = [(0, SenderInfo::default()); SENDER_REPORTS];
        let mut from = 0;
        while from < transport.slots.len() {
            let mut count = 0;
            while from < transport.slots.len() && count < SENDER_REPORTS {
                if let Some(info) = sender_info(transport, from, &self.tracks, wall_us) {
                    infos[count] = (transport.slots[from].ssrc(), info);
                    count += 1;
                }
                from += 1;
            }
            if count > 0 {
                send_rtcp(&mut self.outbox, transport, |writer| {
                    for (ssrc, info) in &infos[..count] {
                        let _ = writer.sender_report(*ssrc, info, &[]);
                    }
                });
            }
        }
    }
}

fn report_upstream(outbox: &mut Outbox, transport: &mut Transport, tracks: &mut Slab<Track>, now: u64) {
    let mut blocks = [rtcp::Report::default(); BLOCKS];
    let mut ssrcs = [0u32; BLOCKS];
    let mut count = 0;
    let mut known = 0;
    for &index in &transport.sends {
        let Some(track) = tracks.get_mut(index) else { continue };
        for (at, layer) in track.layers.iter_mut().enumerate().take(BLOCKS - known) {
            let this = |s: &&Stream| s.track == index && s.layer == at as u8 && s.carries == Carries::Media;
            let mut streams = transport.streams.iter().filter(this);
            let Some(ssrc) = streams.find(|s| layer.ssrc == 0 || s.ssrc == layer.ssrc).map(|stream| stream.ssrc) else {
                continue;
            };
            ssrcs[known] = ssrc;
            known += 1;
            if now < layer.reception.last_us + ACTIVE_US
                && let Some(block) = layer.reception.report(ssrc, layer.report.as_ref(), now)
            {
                blocks[count] = block;
                count += 1;
            }
        }
    }
    let estimates = transport.arrivals.is_some();
    let granted = if estimates { transport.remb.poll_cap(now) } else { transport.remb.poll(now) };
    send_rtcp(outbox, transport, |writer| {
        let _ = writer.receiver_report(OURS, &blocks[..count]);
        if let Some(bps) = granted {
            let _ = writer.remb(OURS, bps, &ssrcs[..known]);
        }
    });
}

/// RFC 3550 6.4.1 for the slot at `place`: our clock now, and what its receiver's RTP clock says at this instant, both
/// led back to the publisher's clock, so that sound and picture of one person stay together.
fn sender_info(transport: &Transport, place: usize, tracks: &Slab<Track>, wall_us: u64) -> Option<SenderInfo> {
    let slot = &transport.slots[place];
    if slot.current == NONE || slot.packets == 0 {
        return None;
    }
    let track = tracks.get(slot.current)?;
    let report = track.layers.get(usize::from(slot.layer))?.report.as_ref()?;
    let passed_us = wall_us as i64 - track.clock_offset_us - unix_us(report.info.ntp);
    let ticks = i128::from(passed_us) * i128::from(slot.clock_rate) / 1_000_000;
    Some(SenderInfo {
        ntp: rtcp::ntp(wall_us),
        rtp: slot.timestamp_now(report.info.rtp.wrapping_add(ticks as u32)),
        packets: slot.packets,
        octets: slot.octets,
    })
}

/// Microseconds since 1970 of an NTP time; any value is only a number.
fn unix_us(ntp: u64) -> i64 {
    let seconds = (ntp >> 32) as i64 - 2_208_988_800;
    seconds * 1_000_000 + (((ntp & 0xFFFF_FFFF) * 1_000_000) >> 32) as i64
}

pub(crate) fn send_rtcp(outbox: &mut Outbox, transport: &mut Transport, fill: impl FnOnce(&mut Writer<'_>)) -> bool {
    let Some(path) = transport.ice.path() else { return false };
    let index = transport.next_srtcp();
    let Some(keys) = &transport.keys else { return false };
    let mut sealed = 0;
    let written = outbox.write(path, COMPOUND + MAX_RTCP_OVERHEAD, |out| {
        let mut writer = Writer::new(&mut out[..COMPOUND]);
        fill(&mut writer);
        let len = writer.len();
        sealed = if len == 0 { 0 } else { keys.sealer.seal_rtcp(out, len, index).unwrap_or(0) };
        sealed
    });
    transport.totals.sent_bytes += sealed as u64;
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ntp_and_back() {
        for us in [0u64, 1, 1_700_000_000_123_456] {
            assert!((unix_us(rtcp::ntp(us)) - us as i64).abs() <= 1, "{us}");
        }
    }
}
