//! From stored packets to receivers: after each batch, everything that one receiver is due, in one go.
//!
//! Receiver-major on purpose: the packets of one receiver lie one behind another in the arena and leave in one send, cut
//! by the kernel into equal segments. Packets whose sizes nearly agree are made equal by RTP padding. The sends of several
//! receivers share a system call.

use crate::cache::Meta;
use crate::codec::Format;
use crate::contract::from_plane::Body;
use crate::contract::{Kind, SlotSwitched};
use crate::drops::Drops;
use crate::outgoing::Outgoing;
use crate::shard::{Shard, Sink, Totals};
use crate::slab::{NONE, Slab};
use crate::track::{Subscriber, Track};
use crate::transport::{Transport, Work};
use crate::vp8;

/// A newcomer is served from the last key frame on when that is at most so many packets ago.
/// How many receivers ahead memory is asked for.
const AHEAD: usize = 2;
const CATCH_UP: u64 = 400;

/// What all receivers of a packet need to know of it, found out once.
#[derive(Clone, Copy)]
pub struct Prepared {
    pub meta: Meta,
    pub format: Format,
    pub payload_len: u16,
    pub extra_len: u8,
    pub descriptor: vp8::Descriptor,
}

/// One packet for one receiver, numbered but not yet written.
#[derive(Clone, Copy)]
pub struct Job {
    pub packet: Prepared,
    pub track: u32,
    pub place: u16,
    /// Its own extended sequence number there.
    pub sequence: u64,
    pub timestamp: u32,
    pub ids: vp8::Ids,
    pub marker: bool,
    /// The number under which it was first sent, when this is a retransmission.
    pub original: Option<u16>,
    pub header_len: u16,
    /// Sealed, without padding.
    pub size: u16,
    /// Padding that it may take.
    pub slack: u8,
}

/// Working memory of a flush, kept so that nothing is allocated.
pub struct Scratch {
    pub prepared: Vec<Prepared>,
    /// Number of this flush.
    pub flush: u64,
    pub jobs: Vec<Job>,
    pub outgoing: Outgoing,
    pub requests: Vec<u32>,
    pub left: Vec<(u32, Subscriber)>,
    pub switched: Vec<(u16, u32)>,
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
        self.prepare(sink);
        let mut dirty = std::mem::take(&mut self.dirty_transports);
        for (at, &index) in dirty.iter().enumerate() {
            self.look_ahead(&dirty[at..], sink);
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

    /// Receivers are many and each is served after all others: by then the caches have forgotten it.
    fn look_ahead(&self, dirty: &[u32], sink: &impl Sink) {
        if let Some(transport) = dirty.get(2 * AHEAD).and_then(|&index| self.transports.get(index)) {
            sink.soon(transport);
        }
        if let Some(transport) = dirty.get(AHEAD).and_then(|&index| self.transports.get(index)) {
            for work in &transport.work {
                sink.soon(&transport.slots[usize::from(work.slot)]);
            }
        }
    }

    /// Reads each pending packet once and tells its receivers that they have work.
    fn prepare(&mut self, sink: &impl Sink) {
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
            for (at, subscriber) in track.subscribers.iter().enumerate() {
                let later =
                    track.subscribers.get(at + 2 * AHEAD).and_then(|later| self.transports.get(later.transport));
                if let Some(transport) = later {
                    sink.soon(&transport.work);
                    sink.soon(&transport.slots);
                    sink.soon(&transport.dirty);
                }
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
pub(crate) fn cached(track: &Track) -> Option<(u64, u64)> {
    let found = track.layer.ring.as_ref()?.key_frame()?;
    (found.1 - found.0 < CATCH_UP).then_some(found)
}

pub(crate) fn look(track: &Track, sequence: u64) -> Option<Prepared> {
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
pub struct World<'a> {
    pub tracks: &'a Slab<Track>,
    pub scratch: &'a mut Scratch,
    pub drops: &'a mut Drops,
    pub totals: &'a mut Totals,
    pub now: u64,
    pub wall_us: u64,
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
}
