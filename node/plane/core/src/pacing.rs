//! When the packets of one receiver leave: bursts are spread, sound and repairs go first, probes fill up.
//!
//! A receiver of whom nothing is known, or who owes nothing, is sent to at once, and pays one look at its pacer for it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::bandwidth::MAX_BPS;
use crate::contract::Kind;
use crate::drops::Cause;
use crate::fanout::{Job, World, look, mark};
use crate::outgoing::Sealed;
use crate::rtp::FIXED_LEN;
use crate::shard::{Shard, Sink};
use crate::slab::NONE;
use crate::slot::Slot;
use crate::transport::{Transport, Work};
use crate::writing::extension_len;

/// When, and which transport.
pub type Alarms = BinaryHeap<Reverse<(u64, u32)>>;

/// Padding in one packet of a probe: what the one byte of its length can say (RFC 3550 5.1).
const PADDING: usize = 255;
/// Packets of padding in one send.
const TOGETHER: usize = 16;

impl Shard {
    /// Those whose time has come are served at this flush.
    pub(crate) fn sound_alarms(&mut self, now: u64) {
        while let Some(&Reverse((at, index))) = self.scratch.alarms.peek() {
            if at > now {
                return;
            }
            self.scratch.alarms.pop();
            if let Some(transport) = self.transports.get_mut(index)
                && transport.wake_us == at
            {
                transport.wake_us = u64::MAX;
                mark(transport, index, &mut self.dirty_transports);
            }
        }
    }
}

impl World<'_> {
    /// Parts what has been numbered into what goes now and what waits, behind what waits already.
    pub(crate) fn pace(&mut self, index: u32, transport: &mut Transport) {
        if !transport.pacer.paces() {
            if !transport.pacer.is_empty() {
                self.release_all(transport);
            }
            return;
        }
        let pacer = &mut transport.pacer;
        pacer.pay(self.now);
        let mut kept = 0;
        let mut skipped = None;
        for at in 0..self.scratch.jobs.len() {
            let job = self.scratch.jobs[at];
            let first = job.original.is_some() || transport.slots[usize::from(job.place)].kind == Kind::Audio;
            if first || (pacer.is_empty() && pacer.free()) {
                pacer.sent(job.size.into());
                self.scratch.jobs[kept] = job;
                kept += 1;
            } else if !pacer.wait(job, job.size) {
                skipped = Some(job);
            }
        }
        self.scratch.jobs.truncate(kept);
        if let Some(job) = skipped {
            self.skip(index, transport, job);
        }
        while let Some(job) = transport.pacer.take() {
            self.release(transport, job);
        }
    }

    /// A packet that waited goes, if it is still what it was.
    fn release(&mut self, transport: &mut Transport, mut job: Job) {
        let slot = &transport.slots[usize::from(job.place)];
        let same = self.tracks.get(job.track).and_then(|track| look(track, job.layer, job.packet.meta.sequence));
        if same.is_none_or(|packet| packet.meta != job.packet.meta) {
            return self.drops.add(Cause::TooOld);
        }
        // Its slot may have left out the MID in the meantime.
        let header_len = (FIXED_LEN + extension_len(slot, &job.packet)) as u16;
        job.size = job.size - job.header_len + header_len;
        job.header_len = header_len;
        transport.pacer.sent(job.size.into());
        self.scratch.jobs.push(job);
    }

    /// Nothing is known of its way any more.
    fn release_all(&mut self, transport: &mut Transport) {
        let fresh = self.scratch.jobs.len();
        while let Some(job) = transport.pacer.take() {
            self.release(transport, job);
        }
        self.scratch.jobs.rotate_left(fresh);
    }

    /// More waits than the way will take in time: this slot goes on with the next whole picture.
    fn skip(&mut self, index: u32, transport: &mut Transport, job: Job) {
        let place = job.place;
        self.totals.held_packets += 1 + transport.pacer.retain(|waiting| waiting.place != place) as u64;
        let slot = &mut transport.slots[usize::from(place)];
        if slot.current == job.track {
            self.part(index, slot, Work { track: job.track, slot: place });
            let request = (job.track, slot.target);
            if !self.scratch.requests.contains(&request) {
                self.scratch.requests.push(request);
            }
        }
    }

    pub(crate) fn forget_waiting(&mut self, index: u32, transport: &mut Transport) {
        let tracks = self.tracks;
        for place in 0..transport.slots.len() {
            let here = |job: &Job| usize::from(job.place) == place;
            if transport.pacer.is_empty() || transport.pacer.retain(|job| !here(job)) == 0 {
                continue;
            }
            let slot = &mut transport.slots[place];
            let track = slot.current;
            if track != NONE && tracks.get(track).is_some() {
                self.part(index, slot, Work { track, slot: place as u16 });
                slot.catch_up = slot.kind == Kind::Video;
            }
        }
    }

    // ------------------------------------------------------------ probes

    /// Fills up with padding what a probe wants beyond the media.
    pub(crate) fn probe(&mut self, index: u32, transport: &mut Transport, sink: &mut impl Sink) {
        let Some(estimator) = &mut transport.estimator else { return };
        let Some(place) = transport.slots.iter().position(carries_padding) else { return };
        let Some(target) = estimator.bps() else { return };
        let most = if transport.cap.receive > 0 { transport.cap.receive } else { MAX_BPS };
        if !estimator.probes.poll(self.now, target, transport.wanted_bps, most) {
            return;
        }
        while estimator.probes.due(self.now) > 0 && estimator.probes.rate().is_some() {
            let (Some(path), Some(keys)) = (transport.ice.path(), transport.keys.as_ref()) else { return };
            let slot = &mut transport.slots[place];
            let size = FIXED_LEN + slot.template().len + PADDING + keys.tag_len;
            let start = self.scratch.outgoing.make_room(TOGETHER * size, self.totals, sink);
            let arena = &mut self.scratch.outgoing.arena;
            let (mut used, mut count) = (start, 0);
            let most = if transport.gso && path.connection.is_none() { TOGETHER } else { 1 };
            while count < most && estimator.probes.due(self.now) > 0 {
                slot.rtx_sequence += 1;
                let number = estimator.sent(size, self.now);
                let len = write_padding(&mut arena[used..], slot, number, self.wall_us);
                let header_len = len - PADDING;
                let sealed = keys.sealer.seal_rtp(&mut arena[used..], len, slot.rtx_sequence, header_len);
                used += sealed.unwrap_or(0);
                count += 1;
                if estimator.probes.rate().is_none() {
                    break;
                }
            }
            if used == start {
                return;
            }
            self.scratch.outgoing.push(Sealed { transport: index, path, start, end: used, segment: size });
            let bytes = (used - start) as u64;
            transport.pacer.sent(used - start);
            self.totals.sent_packets += count as u64;
            self.totals.sent_bytes += bytes;
            self.totals.probe_bytes += bytes;
            transport.totals.sent_packets += count as u64;
            transport.totals.sent_bytes += bytes;
        }
    }

    /// When this receiver is to be served again though nothing comes for it.
    pub(crate) fn set_alarm(&mut self, index: u32, transport: &mut Transport) {
        let probe = transport.estimator.as_ref().and_then(|estimator| estimator.probes.next_us(self.now));
        let repairs = (!transport.resend.is_empty()).then(|| self.now + transport.pacer.owes_us(0));
        let next = [transport.pacer.next_us(), probe, repairs].into_iter().flatten().min();
        let Some(next) = next.map(|at| at.max(self.now + 500)) else { return };
        if next < transport.wake_us {
            transport.wake_us = next;
            self.scratch.alarms.push(Reverse((next, index)));
        }
    }
}

/// Padding goes in the repair stream of a picture that is shown or, held back for want of room, is to be.
fn carries_padding(slot: &Slot) -> bool {
    let shows = slot.current != NONE || slot.wanted != NONE;
    slot.kind == Kind::Video && shows && padding_type(slot) != 0 && slot.template().transport_cc > 0
}

fn padding_type(slot: &Slot) -> u8 {
    let first = || slot.codecs.first().map_or(0, |codec| codec.rtx_payload_type);
    if slot.rtx_payload_type == 0 { first() } else { slot.rtx_payload_type }
}

/// A packet of padding only (RFC 3550 5.1), plain. Returns its length.
fn write_padding(out: &mut [u8], slot: &Slot, number: u16, wall_us: u64) -> usize {
    let template = slot.template();
    let header_len = FIXED_LEN + template.len;
    out[0] = 0x80 | 0x20 | 0x10;
    out[1] = padding_type(slot);
    out[2..4].copy_from_slice(&(slot.rtx_sequence as u16).to_be_bytes());
    out[4..8].copy_from_slice(&slot.last_timestamp().to_be_bytes());
    out[8..12].copy_from_slice(&(slot.ssrc() | 1).to_be_bytes());
    out[FIXED_LEN..header_len].copy_from_slice(&template.bytes[..template.len]);
    if template.abs_send_time > 0 {
        out[FIXED_LEN + template.abs_send_time..][..3].copy_from_slice(&crate::ext::abs_send_time(wall_us));
    }
    out[FIXED_LEN + template.transport_cc..][..2].copy_from_slice(&number.to_be_bytes());
    out[header_len..header_len + PADDING].fill(0);
    out[header_len + PADDING - 1] = PADDING as u8;
    header_len + PADDING
}

impl Transport {
    /// The estimate is another: the pacer goes by it.
    pub(crate) fn repace(&mut self) {
        let pace = self.estimator.as_ref().and_then(|estimator| estimator.pace_bps(self.wanted_bps));
        self.pacer.set_rate(pace);
    }
}
