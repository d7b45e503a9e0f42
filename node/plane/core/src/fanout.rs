//! From stored packets to receivers: after each batch, everything that one receiver is due, in one go.
//!
//! Receiver-major on purpose: the packets of one receiver lie one behind another in the arena and leave in one send, cut
//! by the kernel into equal segments. Packets whose sizes nearly agree are made equal by RTP padding. The sends of several
//! receivers share a system call.

use crate::cache::Meta;
use crate::codec::Format;
use crate::contract::from_plane::Body;
use crate::contract::{Kind, SlotSwitched};
use crate::drops::{Cause, Drops};
use crate::ext::{self, Extension};
use crate::outgoing::{ARENA, Outgoing, Sealed};
use crate::rtp::FIXED_LEN;
use crate::shard::{Shard, Sink, Totals};
use crate::slab::{NONE, Slab};
use crate::slot::Slot;
use crate::track::{Subscriber, Track};
use crate::transport::{Transport, Work};
use crate::vp8;

/// Packets in one send.
const GROUP: usize = 10;
/// The most padding of one packet, and what share of it (1/50 = 2 %).
const PAD: usize = 15;
const PAD_SHARE: usize = 50;
/// A newcomer is served from the last key frame on when that is at most so many packets ago.
const CATCH_UP: u64 = 400;
/// Requested again for one receiver in one flush.
const RESEND: usize = 256;

/// What all receivers of a packet need to know of it, found out once.
#[derive(Clone, Copy)]
struct Prepared {
    meta: Meta,
    format: Format,
    payload_len: u16,
    extra_len: u8,
    descriptor: vp8::Descriptor,
}

/// One packet for one receiver, numbered but not yet written.
#[derive(Clone, Copy)]
struct Job {
    packet: Prepared,
    track: u32,
    place: u16,
    /// Its own extended sequence number there.
    sequence: u64,
    timestamp: u32,
    ids: vp8::Ids,
    marker: bool,
    /// The number under which it was first sent, when this is a retransmission.
    original: Option<u16>,
    header_len: u16,
    /// Sealed, without padding.
    size: u16,
    /// Padding that it may take.
    slack: u8,
}

/// Working memory of a flush, kept so that nothing is allocated.
pub struct Scratch {
    prepared: Vec<Prepared>,
    /// Number of this flush.
    flush: u64,
    jobs: Vec<Job>,
    outgoing: Outgoing,
    requests: Vec<u32>,
    left: Vec<(u32, Subscriber)>,
    switched: Vec<(u16, u32)>,
}

impl Default for Scratch {
    fn default() -> Scratch {
        Scratch {
            prepared: Vec::with_capacity(128),
            flush: 0,
            jobs: Vec::with_capacity(512),
            outgoing: Outgoing::default(),
            requests: Vec::new(),
            left: Vec::new(),
            switched: Vec::new(),
        }
    }
}

impl Shard {
    /// Somebody waits for a picture of `track` in a slot of `transport`: from the cache if it can be, else ask.
    pub(crate) fn show_at_once(&mut self, transport: u32, track: u32, now: u64) {
        let Some(found) = self.tracks.get(track) else { return };
        if found.muted {
            return;
        }
        if cached(found).is_none() {
            return self.request_key_frame(track, now);
        }
        let Some(receiver) = self.transports.get_mut(transport) else { return };
        for place in 0..receiver.slots.len() {
            if receiver.slots[place].wanted == track && receiver.slots[place].current != track {
                receiver.slots[place].catch_up = true;
                let work = Work { track, slot: place as u16 };
                if !receiver.work.contains(&work) {
                    receiver.work.push(work);
                }
            }
        }
        mark(receiver, transport, &mut self.dirty_transports);
    }

    pub(crate) fn fan_out(&mut self, now: u64, sink: &mut impl Sink) {
        if self.dirty_tracks.is_empty() && self.dirty_transports.is_empty() {
            return;
        }
        self.prepare();
        let mut dirty = std::mem::take(&mut self.dirty_transports);
        for &index in &dirty {
            if let Some(transport) = self.transports.get_mut(index) {
                let mut world = World {
                    tracks: &self.tracks,
                    scratch: &mut self.scratch,
                    drops: &mut self.drops,
                    totals: &mut self.totals,
                    now,
                    wall_us: now + self.config.unix_offset_us,
                };
                world.serve(index, transport, sink);
                transport.work.clear();
                transport.resend.clear();
                transport.dirty = false;
                for (place, track) in self.scratch.switched.drain(..) {
                    self.events.push_back(Body::SlotSwitched(SlotSwitched {
                        transport: transport.id.to_string(),
                        slot: transport.slots[usize::from(place)].index.into(),
                        track: self.tracks.get(track).map_or(String::new(), |track| track.id.to_string()),
                    }));
                }
            }
        }
        dirty.clear();
        self.dirty_transports = dirty;
        self.scratch.outgoing.hand_over(&mut self.totals, sink);
        while let Some(refused) = self.scratch.outgoing.refused.pop() {
            if let Some(transport) = self.transports.get_mut(refused) {
                transport.gso = false;
            }
        }
        self.tidy(now);
    }

    /// Reads each pending packet once and tells its receivers that they have work.
    fn prepare(&mut self) {
        let scratch = &mut self.scratch;
        scratch.prepared.clear();
        scratch.flush += 1;
        for &index in &self.dirty_tracks {
            let Some(track) = self.tracks.get_mut(index) else { continue };
            let start = scratch.prepared.len() as u32;
            for at in 0..track.pending.len() {
                if let Some(prepared) = look(track, track.pending[at]) {
                    scratch.prepared.push(prepared);
                }
            }
            track.pending.clear();
            track.dirty = false;
            track.prepared = (scratch.flush, start, scratch.prepared.len() as u32);
            let restarted = std::mem::take(&mut track.restarted);
            for subscriber in &track.subscribers {
                let Some(transport) = self.transports.get_mut(subscriber.transport) else { continue };
                let Some(slot) = transport.slots.get_mut(usize::from(subscriber.slot)) else { continue };
                if restarted && slot.current == index {
                    slot.current = NONE;
                    scratch.left.push((index, *subscriber));
                }
                // Once only, or a packet would be sealed twice under one number.
                let work = Work { track: index, slot: subscriber.slot };
                if !(slot.catch_up && transport.work.contains(&work)) {
                    transport.work.push(work);
                }
                mark(transport, subscriber.transport, &mut self.dirty_transports);
            }
        }
        self.dirty_tracks.clear();
    }

    /// What serving brought about for others: key frames to ask for, tracks that a slot has left.
    fn tidy(&mut self, now: u64) {
        while let Some((track, subscriber)) = self.scratch.left.pop() {
            let still = self
                .transports
                .get(subscriber.transport)
                .and_then(|transport| transport.slots.get(usize::from(subscriber.slot)))
                .is_some_and(|slot| slot.wanted == track || slot.current == track);
            if !still && let Some(track) = self.tracks.get_mut(track) {
                track.unsubscribe(subscriber);
            }
        }
        while let Some(track) = self.scratch.requests.pop() {
            self.request_key_frame(track, now);
        }
    }
}

pub(crate) fn mark(transport: &mut Transport, index: u32, dirty: &mut Vec<u32>) {
    if !transport.dirty {
        transport.dirty = true;
        dirty.push(index);
    }
}

/// First and last packet of what a newcomer can be shown now.
fn cached(track: &Track) -> Option<(u64, u64)> {
    let found = track.layer.ring.as_ref()?.key_frame()?;
    (found.1 - found.0 < CATCH_UP).then_some(found)
}

fn look(track: &Track, sequence: u64) -> Option<Prepared> {
    let stored = track.layer.ring.as_ref()?.get(sequence)?;
    let format = track.format(stored.meta.payload_type);
    let descriptor = match format {
        Format::Vp8 => vp8::Descriptor::parse(stored.payload).unwrap_or_default(),
        _ => vp8::Descriptor::default(),
    };
    Some(Prepared {
        meta: *stored.meta,
        format,
        payload_len: stored.payload.len() as u16,
        extra_len: stored.extra.len() as u8,
        descriptor,
    })
}

/// What serving one receiver needs.
struct World<'a> {
    tracks: &'a Slab<Track>,
    scratch: &'a mut Scratch,
    drops: &'a mut Drops,
    totals: &'a mut Totals,
    now: u64,
    wall_us: u64,
}

impl World<'_> {
    fn serve(&mut self, index: u32, transport: &mut Transport, sink: &mut impl Sink) {
        if !transport.usable() {
            // What is not sent leaves no gap in the numbers: when the peer returns, it starts anew.
            for work in &transport.work {
                let slot = &mut transport.slots[usize::from(work.slot)];
                if slot.current == work.track {
                    self.part(index, slot, *work);
                    slot.catch_up = slot.kind == Kind::Video;
                }
            }
            return;
        }
        self.scratch.jobs.clear();
        self.resend(transport);
        // Video first: a short audio packet may then end a group.
        for kind in [Kind::Video, Kind::Audio] {
            for at in 0..transport.work.len() {
                let work = transport.work[at];
                if transport.slots[usize::from(work.slot)].kind == kind {
                    self.number(index, transport, work);
                }
            }
        }
        self.send(index, transport, sink);
    }

    // ------------------------------------------------------------ numbering

    fn number(&mut self, index: u32, transport: &mut Transport, work: Work) {
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
    fn part(&mut self, index: u32, slot: &mut Slot, work: Work) {
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
    fn resend(&mut self, transport: &mut Transport) {
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

    // ------------------------------------------------------------ writing

    fn send(&mut self, index: u32, transport: &mut Transport, sink: &mut impl Sink) {
        let (Some(path), Some(keys)) = (transport.ice.path(), transport.keys.as_ref()) else { return };
        let mut at = 0;
        while at < self.scratch.jobs.len() {
            let gso = transport.gso && !self.scratch.outgoing.refused.contains(&index);
            let jobs = &self.scratch.jobs;
            let (end, segment) = if gso { group(jobs, at) } else { (at + 1, jobs[at].size.into()) };
            let start = self.scratch.outgoing.make_room((end - at) * segment, self.totals, sink);
            let Scratch { jobs, outgoing, .. } = &mut *self.scratch;
            let arena = &mut outgoing.arena;
            let mut used = start;
            for (n, job) in jobs.iter().enumerate().take(end).skip(at) {
                let padding = if n + 1 < end { segment - usize::from(job.size) } else { 0 };
                let slot = &transport.slots[usize::from(job.place)];
                let Some(len) = write(&mut arena[used..], job, slot, self.tracks, padding, self.wall_us) else {
                    continue;
                };
                let sealed = keys.sealer.seal_rtp(&mut arena[used..], len, job.sequence, job.header_len.into());
                let Ok(sealed) = sealed else { continue };
                debug_assert_eq!(sealed, usize::from(job.size) + padding);
                used += sealed;
                self.totals.padding_bytes += padding as u64;
                if job.original.is_none() {
                    transport.repair.earn(sealed);
                }
            }
            if used > start {
                outgoing.push(Sealed { transport: index, path, start, end: used, segment });
                let (packets, bytes) = ((end - at) as u64, (used - start) as u64);
                self.totals.sent_packets += packets;
                self.totals.sent_bytes += bytes;
                transport.totals.sent_packets += packets;
                transport.totals.sent_bytes += bytes;
            }
            at = end;
        }
    }
}

/// The end of the longest group that starts at `from`, and its segment size: all but the last are as long as the
/// longest, with padding where that may be.
fn group(jobs: &[Job], from: usize) -> (usize, usize) {
    let most = |job: &Job| usize::from(job.size) + usize::from(job.slack);
    let (mut longest, mut limit) = (usize::from(jobs[from].size), most(&jobs[from]));
    let mut at = from + 1;
    while at < jobs.len() && at - from < GROUP {
        let size = usize::from(jobs[at].size);
        if longest.max(size) > limit {
            break; // longer than those before can be made
        }
        if (at - from + 1) * longest.max(size) > ARENA - 2048 {
            break;
        }
        let equal = longest.max(size) <= limit.min(most(&jobs[at]));
        longest = longest.max(size);
        at += 1;
        if !equal {
            break; // shorter: it can only be the last
        }
        limit = limit.min(most(&jobs[at - 1]));
    }
    (at, longest)
}

fn extension_len(slot: &Slot, packet: &Prepared) -> usize {
    if packet.extra_len > 0 && slot.extensions.dependency_descriptor != 0 {
        let extra = [0; 255];
        let list = extensions(slot, &extra[..usize::from(packet.extra_len)], &[0; 3]);
        return ext::written_len(&list.0[..list.1]);
    }
    slot.template().len
}

/// The slow way, for packets that carry a dependency descriptor: its length changes from packet to packet.
fn extensions<'a>(slot: &'a Slot, dependency: &'a [u8], time: &'a [u8; 3]) -> ([Extension<'a>; 3], usize) {
    let mut list = [Extension { id: 0, value: &[] as &[u8] }; 3];
    let mut count = 0;
    let mut add = |id: u32, value| {
        if (1..=255).contains(&id) {
            list[count] = Extension { id: id as u8, value };
            count += 1;
        }
    };
    if !slot.heard.confirmed && !slot.mid.is_empty() {
        add(slot.extensions.mid, slot.mid.as_bytes());
    }
    add(slot.extensions.abs_send_time, time);
    add(slot.extensions.dependency_descriptor, dependency);
    (list, count)
}

/// Writes the plain packet. Returns its length; `None` if its payload has just been overwritten.
fn write(out: &mut [u8], job: &Job, slot: &Slot, tracks: &Slab<Track>, padding: usize, wall_us: u64) -> Option<usize> {
    let stored = tracks.get(job.track)?.layer.ring.as_ref()?.get(job.packet.meta.sequence)?;
    let time = ext::abs_send_time(wall_us);
    let header_len = usize::from(job.header_len);
    if job.packet.extra_len > 0 && slot.extensions.dependency_descriptor != 0 {
        let list = extensions(slot, stored.extra, &time);
        ext::write(&mut out[FIXED_LEN..], &list.0[..list.1]).ok()?;
    } else {
        let template = slot.template();
        out[FIXED_LEN..header_len].copy_from_slice(&template.bytes[..template.len]);
        if template.abs_send_time > 0 {
            out[FIXED_LEN + template.abs_send_time..][..3].copy_from_slice(&time);
        }
        if template.audio_level > 0 {
            out[FIXED_LEN + template.audio_level] = job.packet.meta.audio_level;
        }
    }
    let (ssrc, payload_type) = match job.original {
        None => (slot.ssrc(), slot.payload_type),
        Some(_) => (slot.ssrc() | 1, slot.rtx_payload_type),
    };
    let mut at = header_len;
    if let Some(original) = job.original {
        out[at..at + 2].copy_from_slice(&original.to_be_bytes());
        at += 2;
    }
    out[at..at + stored.payload.len()].copy_from_slice(stored.payload);
    if job.packet.format == Format::Vp8 && job.packet.descriptor.len > 0 {
        job.packet.descriptor.write_ids(&mut out[at..], &job.ids);
    }
    at += stored.payload.len();
    let padding = if stored.payload.is_empty() { padding + 1 } else { padding };
    let has_extension = header_len > FIXED_LEN;
    out[0] = 0x80 | if padding > 0 { 0x20 } else { 0 } | if has_extension { 0x10 } else { 0 };
    out[1] = payload_type | if job.marker { 0x80 } else { 0 };
    out[2..4].copy_from_slice(&(job.sequence as u16).to_be_bytes());
    out[4..8].copy_from_slice(&job.timestamp.to_be_bytes());
    out[8..12].copy_from_slice(&ssrc.to_be_bytes());
    if padding > 0 {
        out[at..at + padding].fill(0);
        at += padding;
        out[at - 1] = padding as u8;
    }
    Some(at)
}
