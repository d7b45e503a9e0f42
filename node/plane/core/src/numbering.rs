//! Which numbers a packet has towards one receiver: the splice of a slot to a track, catch-ups, retransmissions.

use crate::codec::Format;
use crate::contract::Kind;
use crate::drops::Cause;
use crate::fanout::{Job, Prepared, World, cached, look};
use crate::rtp::FIXED_LEN;
use crate::slab::NONE;
use crate::slot::Slot;
use crate::track::{Subscriber, Track};
use crate::transport::{Transport, Work};
use crate::vp8;
use crate::writing::extension_len;

/// The most padding of one packet, and what share of it (1/50 = 2 %).
const PAD: usize = 15;
const PAD_SHARE: usize = 50;
/// Requested again for one receiver in one flush.
const RESEND: usize = 256;

impl World<'_> {
    pub(crate) fn number(&mut self, index: u32, transport: &mut Transport, work: Work) {
        let place = usize::from(work.slot);
        let tag_len = transport.keys.as_ref().map_or(0, |keys| keys.tag_len);
        let slot = &mut transport.slots[place];
        let Some(track) = self.tracks.get(work.track).filter(|track| !track.muted) else { return };
        if slot.current != work.track {
            if slot.wanted != work.track {
                return;
            }
            if std::mem::take(&mut slot.catch_up)
                && let Some((first, last)) = cached(track)
            {
                return self.catch_up(index, slot, work, track, first, last, tag_len);
            }
        }
        let (flush, start, end) = track.prepared;
        if flush != self.scratch.flush {
            return; // nothing new of it
        }
        for at in start as usize..end as usize {
            let prepared = self.scratch.prepared[at];
            if slot.current == work.track && slot.sequence.leaps(prepared.meta.sequence) {
                self.part(index, slot, work);
                if slot.wanted != work.track {
                    return;
                }
            }
            if slot.current != work.track && !self.switch(index, slot, work, track, &prepared) {
                continue;
            }
            self.forward(slot, work, track, prepared, tag_len);
        }
        let waits = slot.current != work.track && track.kind == Kind::Video;
        let common = || track.codecs.iter().any(|codec| slot.codecs.iter().any(|ours| ours.same(codec)));
        if waits && !self.scratch.requests.contains(&work.track) && common() {
            self.scratch.requests.push(work.track);
        }
    }

    /// The slot's numbers are no longer tied to the track's; it is spliced to it again if it is still wanted.
    pub(crate) fn part(&mut self, index: u32, slot: &mut Slot, work: Work) {
        slot.current = NONE;
        self.scratch.left.push((work.track, Subscriber { transport: index, slot: work.slot }));
    }

    #[allow(clippy::too_many_arguments)]
    fn catch_up(
        &mut self,
        index: u32,
        slot: &mut Slot,
        work: Work,
        track: &Track,
        first: u64,
        last: u64,
        tag_len: usize,
    ) {
        let newest = look(track, last).map(|packet| packet.meta.timestamp);
        for sequence in first..=last {
            let Some(prepared) = look(track, sequence) else { continue };
            if slot.current != work.track {
                if !self.switch(index, slot, work, track, &prepared) {
                    return;
                }
                let oldest = prepared.meta.timestamp;
                slot.catching_up(oldest, last, newest.unwrap_or(oldest));
            }
            self.forward(slot, work, track, prepared, tag_len);
        }
        self.totals.key_frames_from_cache += 1;
    }

    /// Splices the slot to the track if this packet is one to start with.
    fn switch(&mut self, index: u32, slot: &mut Slot, work: Work, track: &Track, packet: &Prepared) -> bool {
        let starts = track.kind == Kind::Audio || packet.meta.key_frame || packet.format == Format::Other;
        if !starts {
            return false;
        }
        let Some(codec) = track.codec(packet.meta.payload_type) else { return false };
        let before = slot.current;
        if !slot.switch(work.track, codec, packet.meta.sequence, packet.meta.timestamp, self.now) {
            self.drops.add(Cause::NoCommonCodec);
            return false;
        }
        if packet.format == Format::Vp8 {
            slot.ids.switch(&packet.descriptor);
        }
        slot.fresh = true;
        if before != NONE && before != work.track {
            self.scratch.left.push((before, Subscriber { transport: index, slot: work.slot }));
        }
        if slot.announced != work.track {
            slot.announced = work.track;
            self.scratch.switched.push((work.slot, work.track));
        }
        true
    }

    fn forward(&mut self, slot: &mut Slot, work: Work, track: &Track, packet: Prepared, tag_len: usize) {
        if packet.meta.payload_type != slot.source_payload_type {
            // Another codec of the same track: comfort noise, RED, a fallback of the encoder.
            let Some(codec) = track.codec(packet.meta.payload_type) else { return };
            if !slot.retarget(codec) {
                return self.drops.add(Cause::NoCommonCodec);
            }
        }
        // Before the switch: it has no number here.
        let Some(sequence) = slot.sequence.map(packet.meta.sequence) else { return };
        let timestamp = slot.timestamp(packet.meta.sequence, packet.meta.timestamp);
        let ids = match packet.format {
            Format::Vp8 => slot.ids.map(&packet.descriptor),
            _ => vp8::Ids::default(),
        };
        let marker = packet.meta.marker || (track.kind == Kind::Audio && std::mem::take(&mut slot.fresh));
        let header_len = FIXED_LEN + extension_len(slot, &packet);
        // A packet of padding only keeps its number, and one byte of padding.
        let size = header_len + usize::from(packet.payload_len.max(1)) + tag_len;
        let paddable = track.kind == Kind::Video && !packet.meta.padded && packet.payload_len > 0;
        slot.sent(timestamp, packet.payload_len.into(), self.now);
        self.scratch.jobs.push(Job {
            packet,
            track: work.track,
            place: work.slot,
            sequence,
            timestamp,
            ids,
            marker,
            original: None,
            header_len: header_len as u16,
            size: size as u16,
            slack: if paddable { PAD.min(size / PAD_SHARE) as u8 } else { 0 },
        });
    }

    /// Retransmissions in their own stream (RFC 4588), as far as the budget goes (H10).
    pub(crate) fn resend(&mut self, transport: &mut Transport) {
        let tag_len = transport.keys.as_ref().map_or(0, |keys| keys.tag_len);
        let round_trip = transport.round_trip_us();
        for &(place, number) in transport.resend.iter().take(RESEND) {
            let slot = &mut transport.slots[usize::from(place)];
            if slot.rtx_payload_type == 0 {
                self.drops.add(Cause::NackWithoutRtx);
                continue;
            }
            let packet = slot
                .sent_as(number)
                .and_then(|sequence| look(self.tracks.get(slot.current)?, sequence))
                .filter(|packet| packet.meta.payload_type == slot.source_payload_type && packet.payload_len > 0);
            let Some(packet) = packet else {
                self.drops.add(Cause::NackTooOld);
                continue;
            };
            let header_len = FIXED_LEN + extension_len(slot, &packet);
            let size = header_len + 2 + usize::from(packet.payload_len) + tag_len;
            if transport.repair.repeated(slot.index, number, self.now, round_trip) {
                self.drops.add(Cause::NackRepeated);
                continue;
            }
            if !transport.repair.spend(size) {
                self.drops.add(Cause::NackBudget);
                continue;
            }
            slot.rtx_sequence += 1;
            self.totals.retransmitted_packets += 1;
            self.scratch.jobs.push(Job {
                packet,
                track: slot.current,
                place,
                sequence: slot.rtx_sequence,
                timestamp: slot.timestamp(packet.meta.sequence, packet.meta.timestamp),
                ids: slot.ids.map(&packet.descriptor),
                marker: packet.meta.marker,
                original: Some(number),
                header_len: header_len as u16,
                size: size as u16,
                slack: 0,
            });
        }
    }
}
