//! From stored packets to receivers: after each batch, everything that one receiver is due, in one go.
//!
//! Receiver-major on purpose: the packets of one receiver lie one behind another in the arena and leave in one send, cut
//! by the kernel into equal segments. Packets whose sizes nearly agree are made equal by RTP padding. The sends of several
//! receivers share a system call.

use crate::allocate::{HELD, UNDECIDED};
use crate::cache::Meta;
use crate::codec::Format;
use crate::contract::from_plane::Body;
use crate::contract::{Kind, SlotSwitched};
use crate::drops::Drops;
use crate::outgoing::Outgoing;
use crate::pacing::Alarms;
use crate::shard::{Shard, Sink, Totals};
use crate::slab::{NONE, Slab};
use crate::slot::Slot;
use crate::track::{MAX_LAYERS, Subscriber, Track};
use crate::transport::{Transport, Work};
use crate::{vp8, vp9};

/// How many receivers ahead memory is asked for.
const AHEAD: usize = 2;
/// A newcomer is served from the last key frame on when that is at most so many packets ago.
pub(crate) const CATCH_UP: u64 = 400;
/// And one who already has a picture, but of another layer, when it is at most so many.
const LAYER_CATCH_UP: u64 = 40;

/// What all receivers of a packet need to know of it, found out once.
#[derive(Clone, Copy)]
pub struct Prepared {
    pub meta: Meta,
    pub format: Format,
    pub payload_len: u16,
    pub extra_len: u8,
    pub descriptor: vp8::Descriptor,
    /// Of its dependency descriptor.
    pub frame_number: u16,
}

/// One packet for one receiver, numbered but not yet written.
#[derive(Clone, Copy)]
pub struct Job {
    pub packet: Prepared,
    pub track: u32,
    pub layer: u8,
    pub place: u16,
    /// Its own extended sequence number there.
    pub sequence: u64,
    pub timestamp: u32,
    pub ids: vp8::Ids,
    pub frame_number: u16,
    /// The decode targets that its dependency descriptor is to name; 0: as the sender did.
    pub active: u32,
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
    /// Key frames to ask for: track and layer.
    pub requests: Vec<(u32, u8)>,
    pub left: Vec<(u32, Subscriber)>,
    pub switched: Vec<(u16, u32)>,
    /// Receivers whose pacer or probe is to have its turn, earliest first.
    pub alarms: Alarms,
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
            alarms: Alarms::new(),
        }
    }
}

impl Shard {
    /// Somebody waits for a picture of `track` in a slot of `transport`, or for another layer of it: from the cache if it
    /// can be, else ask.
    pub(crate) fn show_at_once(&mut self, transport: u32, track: u32, now: u64) {
        let Some(found) = self.tracks.get(track).filter(|track| !track.muted) else { return };
        let Some(receiver) = self.transports.get_mut(transport) else { return };
        let mut missing = [false; MAX_LAYERS];
        let mut served = false;
        for (place, slot) in receiver.slots.iter_mut().enumerate() {
            let shows = slot.current == track;
            if slot.wanted != track || slot.target >= UNDECIDED || (shows && slot.layer == slot.target) {
                continue;
            }
            let start = from_cache(found, slot);
            slot.catch_up = start.is_some();
            if start.is_some() {
                served = true;
                let work = Work { track, slot: place as u16 };
                if !receiver.work.contains(&work) {
                    receiver.work.push(work);
                }
            }
            if start.is_none_or(|(layer, ..)| layer != slot.target)
                && let Some(missing) = missing.get_mut(usize::from(slot.target))
            {
                *missing = true;
            }
        }
        if served {
            mark(receiver, transport, &mut self.dirty_transports);
        }
        for layer in (0..MAX_LAYERS).filter(|&layer| missing[layer]) {
            self.request_key_frame(track, layer as u8, now);
        }
    }

    pub(crate) fn fan_out(&mut self, now: u64, sink: &mut impl Sink) {
        self.sound_alarms(now);
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
            let (mut fresh, mut restarted) = (0u8, 0u8);
            for at in 0..track.layers.len() {
                let start = scratch.prepared.len() as u32;
                for n in 0..track.layers[at].pending.len() {
                    if let Some(prepared) = look(track, at as u8, track.layers[at].pending[n]) {
                        scratch.prepared.push(prepared);
                    }
                }
                let layer = &mut track.layers[at];
                fresh |= u8::from(!layer.pending.is_empty()) << at;
                restarted |= u8::from(std::mem::take(&mut layer.restarted)) << at;
                layer.pending.clear();
                layer.prepared = (scratch.flush, start, scratch.prepared.len() as u32);
            }
            track.dirty = false;
            let (_, first, end) = track.layers[0].prepared;
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
                if slot.current == index && restarted >> slot.layer & 1 == 1 {
                    slot.current = NONE;
                    scratch.left.push((index, *subscriber));
                }
                if slot.wanted == index && slot.target == HELD {
                    self.totals.held_packets += u64::from(end - first);
                }
                if !slot.concerned(index, fresh) {
                    continue;
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
        while let Some((track, layer)) = self.scratch.requests.pop() {
            self.request_key_frame(track, layer, now);
        }
    }
}

pub(crate) fn mark(transport: &mut Transport, index: u32, dirty: &mut Vec<u32>) {
    if !transport.dirty {
        transport.dirty = true;
        dirty.push(index);
    }
}

/// What a slot can be shown now without asking anybody: layer, first and last packet. A newcomer takes a lower layer
/// rather than nothing; who has a picture waits for the right one, and does not take a long past for it.
pub(crate) fn from_cache(track: &Track, slot: &Slot) -> Option<(u8, u64, u64)> {
    let shown = slot.current == slot.wanted;
    let limit = if shown && track.active(slot.layer) { LAYER_CATCH_UP } else { CATCH_UP };
    let limit = limit.min(slot.past.into());
    let lowest = if shown { slot.target } else { 0 };
    let layers = (lowest..=slot.target.min(track.layers.len() as u8 - 1)).rev();
    let mut found = layers.filter_map(|layer| {
        let (first, last) = track.layers[usize::from(layer)].ring.as_ref()?.key_frame()?;
        (last - first < limit && track.active(layer)).then_some((layer, first, last))
    });
    found.next()
}

pub(crate) fn look(track: &Track, layer: u8, sequence: u64) -> Option<Prepared> {
    let stored = track.layers.get(usize::from(layer))?.ring.as_ref()?.get(sequence)?;
    let format = track.format(stored.meta.payload_type);
    let descriptor = match format {
        Format::Vp8 => vp8::Descriptor::parse(stored.payload).unwrap_or_default(),
        Format::Vp9 => vp9::Descriptor::parse(stored.payload).map(|descriptor| descriptor.ids()).unwrap_or_default(),
        _ => vp8::Descriptor::default(),
    };
    Some(Prepared {
        meta: *stored.meta,
        format,
        payload_len: stored.payload.len() as u16,
        extra_len: stored.extra.len() as u8,
        descriptor,
        frame_number: stored.extra.get(1..3).map_or(0, |number| u16::from_be_bytes([number[0], number[1]])),
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
            transport.resend.clear();
            self.forget_waiting(index, transport);
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
        self.pace(index, transport);
        self.send(index, transport, sink);
        self.probe(index, transport, sink);
        self.set_alarm(index, transport);
    }
}
