//! Which numbers a packet has towards one receiver: the splice of a slot to a track, catch-ups, retransmissions.

use crate::allocate::HELD;
use crate::cache::{Meta, Ring};
use crate::codec::Format;
use crate::contract::Kind;
use crate::dependency::{Frame, MAX_LEN};
use crate::drops::Cause;
use crate::fanout::{Job, Prepared, World, from_cache, look};
use crate::rtp::FIXED_LEN;
use crate::selector::Verdict;
use crate::seq::Skipped;
use crate::slab::NONE;
use crate::slot::{SQUEEZE, Slot, Start};
use crate::track::{Spatial, Subscriber, Track};
use crate::transport::{Transport, Work};
use crate::writing::extension_len;
use crate::{vp8, vp9};

/// The most padding of one packet, and what share of it (1/50 = 2 %).
const PAD: usize = 15;
const PAD_SHARE: usize = 50;
/// Requested again for one receiver in one flush.
const RESEND: usize = 256;
/// Repairs go before pictures, but no more at once than the way of a paced receiver takes so long for, µs.
const REPAIR_US: u64 = 40_000;

impl World<'_> {
    pub(crate) fn number(&mut self, index: u32, transport: &mut Transport, work: Work) {
        let tag_len = transport.keys.as_ref().map_or(0, |keys| keys.tag_len);
        let slot = &mut transport.slots[usize::from(work.slot)];
        let Some(track) = self.tracks.get(work.track).filter(|track| !track.muted) else { return };
        let mut from = None;
        if slot.current == work.track {
            from = self.go_on(index, slot, work, track, tag_len);
        }
        if slot.current == work.track
            && track.spatial().is_some_and(|spatial| awaits_layer(slot, spatial))
            && !self.scratch.requests.contains(&(work.track, 0))
        {
            self.scratch.requests.push((work.track, 0));
        }
        let arrived = slot.current == work.track && (slot.layer == slot.target || track.kind == Kind::Audio);
        if !arrived && slot.wanted == work.track && slot.target != HELD {
            self.start(index, slot, work, track, from, tag_len);
        }
    }

    /// The slot's numbers are no longer tied to the track's; it is spliced to it again if it is still wanted.
    pub(crate) fn part(&mut self, index: u32, slot: &mut Slot, work: Work) {
        slot.current = NONE;
        self.scratch.left.push((work.track, Subscriber { transport: index, slot: work.slot }));
    }

    /// Numbers what is new of the layer that is sent. Where its numbers leap, the slot parts from it, and the place of
    /// that packet in the list of this flush is returned.
    fn go_on(&mut self, index: u32, slot: &mut Slot, work: Work, track: &Track, tag_len: usize) -> Option<u32> {
        for at in self.fresh(track, slot.layer) {
            let prepared = self.scratch.prepared[at as usize];
            if slot.sequence.leaps(prepared.meta.sequence) {
                self.part(index, slot, work);
                return Some(at);
            }
            self.forward(slot, work, track, prepared, tag_len);
        }
        None
    }

    /// What came of `layer` since the last flush: places in the list of this one.
    fn fresh(&self, track: &Track, layer: u8) -> std::ops::Range<u32> {
        match track.layers.get(usize::from(layer)) {
            Some(layer) if layer.prepared.0 == self.scratch.flush => layer.prepared.1..layer.prepared.2,
            _ => 0..0,
        }
    }

    /// Splices the slot to what it waits for, if there is a place to start: in the cache, or in what is new.
    fn start(&mut self, index: u32, slot: &mut Slot, work: Work, track: &Track, from: Option<u32>, tag_len: usize) {
        if std::mem::take(&mut slot.catch_up)
            && let Some((layer, first, last)) = from_cache(track, slot)
        {
            self.totals.key_frames_from_cache += 1;
            return self.begin(index, slot, work, track, (layer, first), Some(last), tag_len);
        }
        let highest = slot.target.min(track.layers.len() as u8 - 1);
        let lowest = if slot.current == work.track { highest } else { 0 };
        for layer in (lowest..=highest).rev() {
            for at in self.fresh(track, layer) {
                let packet = &self.scratch.prepared[at as usize];
                let behind = from.is_some_and(|from| layer == slot.layer && at < from);
                let starts = track.kind == Kind::Audio || packet.meta.key_frame || packet.format == Format::Other;
                if starts && !behind {
                    let first = packet.meta.sequence;
                    return self.begin(index, slot, work, track, (layer, first), None, tag_len);
                }
            }
        }
        let common = || track.codecs.iter().any(|codec| slot.codecs.iter().any(|ours| ours.same(codec)));
        let request = (work.track, slot.target);
        if track.kind == Kind::Video && !self.scratch.requests.contains(&request) && common() {
            self.scratch.requests.push(request);
        }
    }

    /// Everything that there is from `first` on, in order; what is not there yet follows in its place. `caught_up`: the
    /// last packet of what is old and is to be shown at once.
    #[allow(clippy::too_many_arguments)]
    fn begin(
        &mut self,
        index: u32,
        slot: &mut Slot,
        work: Work,
        track: &Track,
        (layer, first): (u8, u64),
        caught_up: Option<u64>,
        tag_len: usize,
    ) {
        let Some(newest) = track.layers[usize::from(layer)].ring.as_ref().and_then(Ring::newest) else { return };
        let shown_at = |sequence| look(track, layer, sequence).map(|packet| packet.meta.timestamp);
        let last = caught_up.and_then(|last| Some((last, shown_at(last)?)));
        let mut spliced = false;
        for sequence in first..=newest {
            let Some(packet) = look(track, layer, sequence) else { continue };
            if !spliced {
                if !self.switch(index, slot, work, track, layer, &packet, last) {
                    return;
                }
                spliced = true;
            }
            self.forward(slot, work, track, packet, tag_len);
        }
    }

    /// Splices the slot to `layer`, whose first packet this is.
    #[allow(clippy::too_many_arguments)]
    fn switch(
        &mut self,
        index: u32,
        slot: &mut Slot,
        work: Work,
        track: &Track,
        layer: u8,
        packet: &Prepared,
        catch_up: Option<(u64, u32)>,
    ) -> bool {
        let Some(codec) = track.codec(packet.meta.payload_type) else { return false };
        let (before, old_layer) = (slot.current, slot.layer);
        let Meta { sequence, timestamp, .. } = packet.meta;
        // The newest of a catch-up keeps its place; the rest is drawn together before it.
        let (newest, drawn) = catch_up.map_or((timestamp, 0), |(_, newest)| {
            (newest, newest.wrapping_sub(timestamp).cast_signed().max(0).cast_unsigned() / SQUEEZE)
        });
        let same =
            || track.between(layer, old_layer, codec.clock_rate).map(|d| newest.wrapping_add(d).wrapping_sub(drawn));
        let same_clock = if before == work.track { same() } else { None };
        let start = Start { track: work.track, layer, sequence, timestamp, same_clock };
        if !slot.switch(codec, &start, self.now) {
            self.drops.add(Cause::NoCommonCodec);
            return false;
        }
        if let Some((last, newest)) = catch_up {
            slot.catching_up(timestamp, last, newest);
        }
        if matches!(packet.format, Format::Vp8 | Format::Vp9) {
            slot.ids.switch(&packet.descriptor);
        }
        slot.frames.switch(packet.frame_number);
        slot.fresh = true;
        if before == work.track && old_layer != layer {
            slot.switches += 1;
            self.totals.layer_switches += 1;
        }
        if before != NONE && before != work.track {
            self.scratch.left.push((before, Subscriber { transport: index, slot: work.slot }));
        }
        if slot.announced != work.track {
            if track.kind == Kind::Video {
                // One who waits for a camera that is off waits for nothing: the time begins with the camera.
                let asked = slot.asked_us.max(track.layers[usize::from(layer)].reception.awake_us);
                self.totals.first_frame.took(self.now.saturating_sub(asked));
            }
            slot.announced = work.track;
            slot.began_at = Some(self.now);
            self.scratch.switched.push((work.slot, work.track));
        }
        true
    }

    fn forward(&mut self, slot: &mut Slot, work: Work, track: &Track, mut packet: Prepared, tag_len: usize) {
        if packet.meta.payload_type != slot.source_payload_type {
            // Another codec of the same track: comfort noise, RED, a fallback of the encoder.
            let Some(codec) = track.codec(packet.meta.payload_type) else { return };
            if !slot.retarget(codec) {
                return self.drops.add(Cause::NoCommonCodec);
            }
        }
        let verdict = self.select(slot, track, &packet, false);
        let Verdict::Send { last, active } = verdict else {
            if let Some(Skipped::Fill(number)) = slot.sequence.skip(packet.meta.sequence) {
                self.fill(slot, work, packet, number, tag_len);
            }
            return;
        };
        if active != 0 {
            let Some(len) = dependency_len(track, slot.layer, &packet, active) else { return };
            packet.extra_len = len;
        }
        // Before the switch: it has no number here.
        let Some(sequence) = slot.sequence.map(packet.meta.sequence) else { return };
        let timestamp = slot.timestamp(packet.meta.sequence, packet.meta.timestamp);
        let ids = match packet.format {
            Format::Vp8 | Format::Vp9 => slot.ids.map(&packet.descriptor),
            _ => vp8::Ids::default(),
        };
        let frame_number = slot.frames.map(packet.frame_number, 16);
        let marker = packet.meta.marker || last || (track.kind == Kind::Audio && std::mem::take(&mut slot.fresh));
        let header_len = FIXED_LEN + extension_len(slot, &packet);
        // A packet of padding only keeps its number, and one byte of padding.
        let size = header_len + usize::from(packet.payload_len.max(1)) + tag_len;
        let paddable = track.kind == Kind::Video && !packet.meta.padded && packet.payload_len > 0;
        slot.sent(timestamp, packet.payload_len.into(), self.now);
        self.scratch.jobs.push(Job {
            packet,
            track: work.track,
            layer: slot.layer,
            place: work.slot,
            sequence,
            timestamp,
            ids,
            frame_number,
            active,
            marker,
            original: None,
            header_len: header_len as u16,
            size: size as u16,
            slack: if paddable { PAD.min(size / PAD_SHARE) as u8 } else { 0 },
        });
    }

    /// Whether a packet of a stream with spatial layers is among what the slot is sent. `again`: it was asked for again.
    fn select(&self, slot: &mut Slot, track: &Track, packet: &Prepared, again: bool) -> Verdict {
        let whole = Verdict::Send { last: false, active: 0 };
        let Some(spatial) = track.spatial() else { return whole };
        let stored = track.layers[0].ring.as_ref().and_then(|ring| ring.get(packet.meta.sequence));
        let Some(stored) = stored.filter(|stored| !stored.payload.is_empty()) else { return whole };
        if let Some(structure) = &spatial.structure {
            let Ok(frame) = Frame::parse(stored.extra, structure) else { return whole };
            let selector = slot.selector.get_or_insert_with(Box::default);
            return match again {
                true => selector.again(&frame, structure, spatial.active),
                false => selector.judge(&frame, structure, spatial.active, slot.spatial),
            };
        }
        let Ok(own) = vp9::Descriptor::parse(stored.payload) else { return whole };
        if own.start && !again {
            // Up with a key picture, down with any: decided at its first packet, for the marker of its last.
            let wanted = slot.spatial.min(spatial.count - 1);
            if own.key_frame || (own.spatial_id == 0 && slot.vp9_spatial > wanted) {
                slot.vp9_spatial = wanted;
            }
        }
        if own.spatial_id > slot.vp9_spatial {
            return Verdict::Drop;
        }
        Verdict::Send { last: own.end && own.spatial_id == slot.vp9_spatial, active: 0 }
    }

    /// Takes the place of a packet that came too late to be left out without a gap.
    fn fill(&mut self, slot: &Slot, work: Work, packet: Prepared, sequence: u64, tag_len: usize) {
        let empty = Prepared { payload_len: 0, extra_len: 0, descriptor: vp8::Descriptor::default(), ..packet };
        let header_len = FIXED_LEN + extension_len(slot, &empty);
        self.scratch.jobs.push(Job {
            packet: empty,
            track: work.track,
            layer: slot.layer,
            place: work.slot,
            sequence,
            timestamp: slot.timestamp(packet.meta.sequence, packet.meta.timestamp),
            ids: vp8::Ids::default(),
            frame_number: 0,
            active: 0,
            marker: false,
            original: None,
            header_len: header_len as u16,
            size: (header_len + 1 + tag_len) as u16,
            slack: 0,
        });
    }

    /// Retransmissions in their own stream (RFC 4588), as far as the budget goes (H10).
    pub(crate) fn resend(&mut self, transport: &mut Transport) {
        let tag_len = transport.keys.as_ref().map_or(0, |keys| keys.tag_len);
        let round_trip = transport.round_trip_us();
        let (mut looked_at, mut bytes) = (0, 0);
        for &(place, number) in transport.resend.iter().take(RESEND) {
            if transport.pacer.owes_us(bytes) > REPAIR_US {
                break; // later: a repair that waits in a queue on the way helps nobody
            }
            looked_at += 1;
            let slot = &mut transport.slots[usize::from(place)];
            if slot.rtx_payload_type == 0 {
                self.drops.add(Cause::NackWithoutRtx);
                continue;
            }
            let packet = slot
                .sent_as(number)
                .and_then(|sequence| look(self.tracks.get(slot.current)?, slot.layer, sequence))
                .filter(|packet| packet.meta.payload_type == slot.source_payload_type && packet.payload_len > 0);
            let verdict = packet.and_then(|packet| {
                let track = self.tracks.get(slot.current)?;
                Some((self.select(slot, track, &packet, true), track))
            });
            let (Some(mut packet), Some((Verdict::Send { last, active }, track))) = (packet, verdict) else {
                self.drops.add(Cause::NackTooOld);
                continue;
            };
            if active != 0 {
                let Some(len) = dependency_len(track, slot.layer, &packet, active) else { continue };
                packet.extra_len = len;
            }
            let header_len = FIXED_LEN + extension_len(slot, &packet);
            let size = header_len + 2 + usize::from(packet.payload_len) + tag_len;
            if transport.repair.repeated(slot.index, number, self.now, round_trip) {
                self.drops.add(Cause::NackRepeated);
                continue;
            }
            if !transport.repair.spend(size, self.now) {
                self.drops.add(Cause::NackBudget);
                continue;
            }
            bytes += size;
            slot.rtx_sequence += 1;
            self.totals.retransmitted_packets += 1;
            self.scratch.jobs.push(Job {
                packet,
                track: slot.current,
                layer: slot.layer,
                place,
                sequence: slot.rtx_sequence,
                timestamp: slot.timestamp(packet.meta.sequence, packet.meta.timestamp),
                ids: slot.ids.map(&packet.descriptor),
                frame_number: slot.frames.map(packet.frame_number, 16),
                active,
                marker: packet.meta.marker || last,
                original: Some(number),
                header_len: header_len as u16,
                size: size as u16,
                slack: 0,
            });
        }
        transport.resend.drain(..looked_at);
    }
}

/// Whether the slot is to be sent another spatial layer than it is, which a key frame would begin.
fn awaits_layer(slot: &Slot, spatial: &Spatial) -> bool {
    match (&spatial.structure, &slot.selector) {
        (Some(structure), Some(selector)) => selector.waits(structure, spatial.active, slot.spatial),
        (Some(_), None) => false,
        (None, _) => slot.vp9_spatial < slot.spatial.min(spatial.count - 1),
    }
}

/// The length of the packet's dependency descriptor once it says `active`.
fn dependency_len(track: &Track, layer: u8, packet: &Prepared, active: u32) -> Option<u8> {
    let mut out = [0; MAX_LEN];
    let stored = track.layers.get(usize::from(layer))?.ring.as_ref()?.get(packet.meta.sequence)?;
    write_dependency(track, layer, stored.extra, 0, active, &mut out).map(|len| len as u8)
}

/// Writes a dependency descriptor for a receiver: its frame number, and what it can decode (`active`; 0: as the sender
/// said). Returns the length.
pub(crate) fn write_dependency(
    track: &Track,
    layer: u8,
    stored: &[u8],
    number: u16,
    active: u32,
    out: &mut [u8; MAX_LEN],
) -> Option<usize> {
    if active != 0 {
        let structure = track.layers.get(usize::from(layer))?.spatial.as_ref()?.structure.as_ref()?;
        return Frame::parse(stored, structure).ok()?.write(stored, structure, number, active, out).ok();
    }
    out.get_mut(..stored.len())?.copy_from_slice(stored);
    if stored.len() >= 3 {
        out[1..3].copy_from_slice(&number.to_be_bytes());
    }
    Some(stored.len())
}
