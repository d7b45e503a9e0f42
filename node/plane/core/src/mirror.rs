//! A room on several shards: its tracks, mirrored where they are watched.
//!
//! A track is at home on the shard of its publisher. On every other shard of the room it has a mirror: a track without a
//! transport, with a ring of its own, so that repair, key frames for newcomers and the loudest speakers need nobody else.
//! The mirror says what it needs ([`Want`](crate::records::Record::Want)); home sends each packet of it once, plain.
//!
//! What is wanted is said again all the time and forgotten when it is not: so nothing is ever left behind, and a record
//! that found no room is made up for by the next. Packets are not said again. A mirror that finds one missing asks for a
//! key frame.

use crate::command::{Refusal, invalid};
use crate::contract::{Kind, Send, failed};
use crate::drops::Cause;
use crate::ext::AudioLevel;
use crate::fanout::CATCH_UP;
use crate::opening::codecs;
use crate::records::{self, Packet, Place, Record, Records};
use crate::rtp::Header;
use crate::shard::{Shard, Totals};
use crate::slab::NONE;
use crate::track::{MAX_LAYERS, Report, Track};
use crate::upstream::{Incoming, accept};

/// A mirror that has said nothing for so long is gone, µs; each says what it wants ten times a second.
const FORGET_US: u64 = 1_000_000;
/// Bytes that may wait for another shard.
const WAITING: usize = 4 << 20;

/// What makes a track a mirror.
#[derive(Debug)]
pub struct Mirror {
    home: u8,
    life: u32,
    /// A bit for each layer that home was asked for.
    asked: u8,
    /// The number of the next packet of each layer.
    next: [Option<u32>; MAX_LAYERS],
    /// Bits per second of each layer, as home measures them.
    pub bps: [u32; MAX_LAYERS],
}

/// A mirror of a track, as its home knows it.
#[derive(Debug)]
pub struct Remote {
    shard: u8,
    place: Place,
    /// A bit for each layer that is watched there.
    pub watched: u8,
    /// A bit for each layer that is sent there: the nearest to those that there is.
    sent: u8,
    counts: [u32; MAX_LAYERS],
    /// The sender report of each layer that was told last, by its arrival.
    told: [u64; MAX_LAYERS],
    until_us: u64,
}

/// The mirrors' part of a shard.
#[derive(Default)]
pub struct Mirroring {
    /// What waits for each other shard.
    out: Vec<Vec<u8>>,
    lives: u32,
    received: u64,
}

impl Mirroring {
    /// Where a record for `shard` is written, if there is room.
    fn to(&mut self, shard: u8) -> Option<&mut Vec<u8>> {
        let at = usize::from(shard);
        if self.out.len() <= at {
            self.out.resize_with(at + 1, Vec::new);
        }
        Some(&mut self.out[at]).filter(|out| out.len() < WAITING)
    }
}

impl Shard {
    // ------------------------------------------------------------ for the driver

    /// Makes a mirror of a track of `room` that is at home on shard `home`. One that is there already stays.
    pub fn open_mirror(&mut self, now: u64, room: &str, home: u8, send: &Send) -> Result<(), Refusal> {
        if let Some(track) = self.track_names.get(send.track.as_str()).and_then(|&index| self.tracks.get(index)) {
            return match &track.mirror {
                Some(mirror) if mirror.home == home => Ok(()),
                _ => Err((failed::Cause::Exists, format!("track {} is open", send.track))),
            };
        }
        if home == self.config.shard {
            return Err(invalid("a mirror is on another shard than its track"));
        }
        let codecs = codecs(&send.codecs)?;
        let room = self.room(room);
        self.add_track(now, NONE, room, send, codecs);
        self.mirroring.lives = self.mirroring.lives.wrapping_add(1);
        let Some(&index) = self.track_names.get(send.track.as_str()) else { return Ok(()) };
        if let Some(track) = self.tracks.get_mut(index) {
            let life = self.mirroring.lives;
            track.mirror = Some(Mirror { home, life, asked: 0, next: [None; MAX_LAYERS], bps: [0; MAX_LAYERS] });
            for layer in &mut track.layers {
                layer.loss = None; // what is lost on the way to its home is asked for there
            }
        }
        self.touch_room(room);
        self.say_wanted(index, 0);
        Ok(())
    }

    /// Closes mirrors; names that are not there, or at home here, are left alone.
    pub fn close_mirrors(&mut self, names: &[String]) {
        for name in names {
            let Some(&index) = self.track_names.get(name.as_str()) else { continue };
            let Some(track) = self.tracks.get(index).filter(|track| track.mirror.is_some()) else { continue };
            let room = track.room;
            self.close_mirror(index);
            self.tidy_room(room);
        }
    }

    /// Takes what shard `from` has for this one.
    pub fn take_mirrored(&mut self, now: u64, from: u8, bytes: &[u8]) {
        for record in Records(bytes) {
            match record {
                Record::Packet(packet) => self.take_packet(now, from, &packet),
                Record::Clock { place, layer, report, offset_us } => {
                    self.take_clock(from, place, layer, report, offset_us);
                }
                Record::Shape { place, bps, heights } => self.take_shape(from, place, bps, heights),
                Record::Want { place, layers, key_frames, name } => {
                    let Some(&index) = std::str::from_utf8(name).ok().and_then(|name| self.track_names.get(name))
                    else {
                        continue; // not open yet, or closed just now
                    };
                    self.take_want(now, from, place, layers, key_frames, index);
                }
            }
        }
    }

    /// Lists what came since the last flush for the shards that want it. Before [`Shard::flush`], so that they are at
    /// work while this one serves its own receivers.
    pub fn mirror(&mut self) {
        for at in 0..self.dirty_tracks.len() {
            let Some(track) = self.tracks.get_mut(self.dirty_tracks[at]) else { continue };
            for remote in &mut track.remotes {
                for (number, layer) in track.layers.iter().enumerate() {
                    if remote.sent >> number & 1 == 0 {
                        continue;
                    }
                    let Some(ring) = &layer.ring else { continue };
                    for &sequence in &layer.pending {
                        let Some(stored) = ring.get(sequence) else { continue };
                        let head = remote.head(number as u8, layer.ssrc, false, false);
                        match self.mirroring.to(remote.shard) {
                            Some(out) => records::packet(out, &head, &stored),
                            None => self.drops.add(Cause::MirrorFull),
                        }
                    }
                }
            }
        }
    }

    /// What waits for each other shard: its number and whole records. The driver takes from the front what it can move.
    pub fn mirrored(&mut self) -> impl Iterator<Item = (usize, &mut Vec<u8>)> {
        self.mirroring.out.iter_mut().enumerate().filter(|(_, out)| !out.is_empty())
    }

    /// Packets taken over from other shards.
    pub fn mirrored_packets(&self) -> u64 {
        self.mirroring.received
    }

    // ------------------------------------------------------------ at the mirror

    /// Ten times a second each: mirrors say what they want, homes forget who says nothing.
    pub(crate) fn tend_mirrors(&mut self, now: u64, turn: u32, turns: u32) {
        for index in (turn..self.tracks.end()).step_by(turns as usize) {
            let Some(track) = self.tracks.get_mut(index) else { continue };
            if track.mirror.is_some() {
                self.say_wanted(index, 0);
            } else if !track.remotes.is_empty() {
                track.remotes.retain(|remote| now < remote.until_us);
            }
        }
    }

    /// Tells home what is wanted of the mirror `index`, and of which layers a key frame.
    fn say_wanted(&mut self, index: u32, key_frames: u8) {
        let Some(track) = self.tracks.get(index) else { return };
        let wanted = match track.kind {
            Kind::Video => self.watched_layers(index) | key_frames,
            // Whoever may be loudest is listened to.
            _ => u8::from(track.is_voice() || !track.subscribers.is_empty()),
        };
        let Some(track) = self.tracks.get_mut(index) else { return };
        let Some(mirror) = &mut track.mirror else { return };
        let before = std::mem::replace(&mut mirror.asked, wanted);
        for (layer, next) in mirror.next.iter_mut().enumerate() {
            if before >> layer & 1 == 0 {
                *next = None;
            }
        }
        if (wanted != 0 || before != 0)
            && let Some(out) = self.mirroring.to(mirror.home)
        {
            records::want(out, Place { index, life: mirror.life }, wanted, key_frames, &track.id);
        }
    }

    /// Asks home for the key frames that are due, in place of a sender.
    pub(crate) fn ask_home(&mut self, index: u32, now: u64) {
        let Some(track) = self.tracks.get_mut(index) else { return };
        let mut key_frames = 0;
        for (number, layer) in track.layers.iter_mut().enumerate() {
            key_frames |= u8::from(layer.key_requests.due(now)) << number;
        }
        if key_frames != 0 {
            self.say_wanted(index, key_frames);
        }
    }

    fn take_packet(&mut self, now: u64, from: u8, packet: &Packet<'_>) {
        let index = packet.place.index;
        let Some(track) = self.tracks.get_mut(index) else { return };
        let (Some(layer), Some(mirror)) = (track.layers.get_mut(usize::from(packet.layer)), &mut track.mirror) else {
            return;
        };
        if mirror.life != packet.place.life || mirror.home != from {
            return;
        }
        self.mirroring.received += 1;
        let next = mirror.next[usize::from(packet.layer)].replace(packet.count.wrapping_add(1));
        let missing = track.kind == Kind::Video && next.is_some_and(|next| next != packet.count);
        if layer.ssrc == 0 {
            layer.ssrc = packet.ssrc;
        } else if layer.ssrc != packet.ssrc {
            layer.restart(packet.ssrc, now);
        }
        let level = (track.extensions.audio_level != 0).then_some([packet.meta.audio_level]);
        let incoming = Incoming {
            header: Header {
                marker: packet.meta.marker,
                timestamp: packet.meta.timestamp,
                padding: packet.meta.padded,
                ..Header::default()
            },
            sequence: packet.meta.sequence,
            payload_type: packet.meta.payload_type,
            payload: packet.payload,
            audio_level: level.and_then(|level| AudioLevel::parse(&level)),
            dependency: packet.extra,
            repaired: false,
        };
        // Home has counted it.
        let stored = accept(track, packet.layer, &incoming, now, &mut Totals::default()).is_ok();
        let layer = &mut track.layers[usize::from(packet.layer)];
        if packet.old && stored {
            layer.pending.pop();
        }
        if missing {
            layer.key_requests.want();
        }
        let (pending, wants) = (!layer.pending.is_empty(), layer.wants());
        if !track.dirty && pending {
            track.dirty = true;
            self.dirty_tracks.push(index);
        }
        if !track.asking && wants {
            track.asking = true;
            self.asking_tracks.push(index);
        }
        if packet.end {
            self.show_to_all(index, now);
        }
    }

    /// The cache is here: who waits for a picture gets it.
    fn show_to_all(&mut self, index: u32, now: u64) {
        for at in 0..self.tracks.get(index).map_or(0, |track| track.subscribers.len()) {
            let Some(subscriber) = self.tracks.get(index).and_then(|track| track.subscribers.get(at)).copied() else {
                return;
            };
            self.allot(subscriber.transport, now);
            self.show_at_once(subscriber.transport, index, now);
        }
    }

    fn take_clock(&mut self, from: u8, place: Place, layer: u8, report: Report, offset_us: i64) {
        let Some(track) = self.tracks.get_mut(place.index) else { return };
        let mine = track.mirror.as_ref().is_some_and(|mirror| mirror.life == place.life && mirror.home == from);
        if let Some(layer) = track.layers.get_mut(usize::from(layer)).filter(|_| mine) {
            layer.report = Some(report);
            track.clock_offset_us = offset_us;
        }
    }

    fn take_shape(&mut self, from: u8, place: Place, bps: [u32; MAX_LAYERS], heights: [u16; MAX_LAYERS]) {
        let Some(track) = self.tracks.get_mut(place.index) else { return };
        let Some(mirror) = track.mirror.as_mut().filter(|mirror| mirror.life == place.life && mirror.home == from)
        else {
            return;
        };
        mirror.bps = bps;
        for (layer, height) in track.layers.iter_mut().zip(heights) {
            layer.height = height;
        }
    }

    fn close_mirror(&mut self, index: u32) {
        let Some(track) = self.tracks.get(index) else { return };
        if let Some(mirror) = &track.mirror
            && let Some(out) = self.mirroring.to(mirror.home)
        {
            records::want(out, Place { index, life: mirror.life }, 0, 0, &track.id);
        }
        self.close_track(index);
    }

    /// A room without transports has no mirrors, and is no room.
    pub(crate) fn tidy_room(&mut self, room: u32) {
        if self.rooms.get(room).is_none_or(|room| !room.transports.is_empty()) {
            return;
        }
        let of_room = |index: &u32| self.tracks.get(*index).is_some_and(|track| track.room == room);
        let mirrors: Vec<u32> = (0..self.tracks.end()).filter(of_room).collect();
        for mirror in mirrors {
            self.close_mirror(mirror);
        }
        self.stale_rooms.retain(|&stale| stale != room);
        if let Some(room) = self.rooms.remove(room) {
            self.room_names.remove(&room.id);
            self.room_caps.remove(&room.id); // who comes next is told of theirs
        }
    }

    // ------------------------------------------------------------ at home

    fn take_want(&mut self, now: u64, from: u8, place: Place, layers: u8, key_frames: u8, index: u32) {
        let Some(track) = self.tracks.get_mut(index).filter(|track| track.mirror.is_none()) else { return };
        let nearest: [u8; MAX_LAYERS] = std::array::from_fn(|layer| nearest(track, layer as u8));
        let there = |asked: u8| (0..MAX_LAYERS).filter(|at| asked >> at & 1 == 1).fold(0, |all, at| all | nearest[at]);
        let at = track.remotes.iter().position(|remote| remote.shard == from);
        if layers == 0 {
            if let Some(at) = at.filter(|&at| track.remotes[at].place == place) {
                track.remotes.swap_remove(at);
            }
            return;
        }
        let at = at.unwrap_or_else(|| {
            track.remotes.push(Remote::new(from, place));
            track.remotes.len() - 1
        });
        let remote = &mut track.remotes[at];
        if remote.place != place {
            *remote = Remote::new(from, place);
        }
        let fresh = there(layers) & !remote.sent;
        (remote.watched, remote.sent, remote.until_us) = (layers, there(layers), now + FORGET_US);
        for (number, layer) in track.layers.iter().enumerate() {
            if let Some(report) = layer.report.as_ref().filter(|report| report.arrived_us != remote.told[number])
                && let Some(out) = self.mirroring.to(from)
            {
                remote.told[number] = report.arrived_us;
                records::clock(out, place, number as u8, report, track.clock_offset_us);
            }
        }
        if track.kind != Kind::Video {
            return;
        }
        if track.simulcast()
            && let Some(out) = self.mirroring.to(from)
        {
            let bps = std::array::from_fn(|at| track.layers.get(at).map_or(0, |layer| layer.rate.bps() as u32));
            let heights = std::array::from_fn(|at| track.layers.get(at).map_or(0, |layer| layer.height));
            records::shape(out, place, bps, heights);
        }
        for layer in 0..track.layers.len() as u8 {
            let begins = fresh >> layer & 1 == 1;
            let asked = begins || there(key_frames) >> layer & 1 == 1;
            if asked && !(begins && self.mirror_cache(index, at, layer)) {
                self.request_key_frame(index, layer, now);
            }
        }
    }

    /// Sends what the ring has from the last key frame on to a mirror that begins. `false`: there is none.
    fn mirror_cache(&mut self, index: u32, at: usize, layer: u8) -> bool {
        let Some(track) = self.tracks.get_mut(index).filter(|track| !track.muted) else { return false };
        let (Some(found), Some(remote)) = (track.layers.get(usize::from(layer)), track.remotes.get_mut(at)) else {
            return false;
        };
        let Some(ring) = &found.ring else { return false };
        let Some((first, last)) = ring.key_frame().filter(|(first, last)| last - first < CATCH_UP) else {
            return false;
        };
        for sequence in first..=last {
            let Some(stored) = ring.get(sequence) else { continue };
            let head = remote.head(layer, found.ssrc, true, sequence == last);
            match self.mirroring.to(remote.shard) {
                Some(out) => records::packet(out, &head, &stored),
                None => self.drops.add(Cause::MirrorFull),
            }
        }
        true
    }
}

impl Remote {
    fn new(shard: u8, place: Place) -> Remote {
        let zero = [0; MAX_LAYERS];
        Remote { shard, place, watched: 0, sent: 0, counts: zero, told: [0; MAX_LAYERS], until_us: 0 }
    }

    /// What is said of the next packet of `layer` beside what is stored of it.
    fn head(&mut self, layer: u8, ssrc: u32, old: bool, end: bool) -> Packet<'static> {
        let count = &mut self.counts[usize::from(layer)];
        let number = *count;
        *count = count.wrapping_add(1);
        let (place, meta) = (self.place, crate::cache::Meta::default());
        Packet { place, layer, count: number, ssrc, old, end, meta, extra: &[], payload: &[] }
    }
}

/// The bit of the layer nearest to `wished` that is being sent, a lower one rather than a higher one.
fn nearest(track: &Track, wished: u8) -> u8 {
    let layers = track.layers.len() as u8;
    let wished = wished.min(layers - 1);
    let below = (0..=wished).rev().find(|&layer| track.active(layer));
    let above = || (wished..layers).find(|&layer| track.active(layer));
    1 << below.or_else(above).unwrap_or(wished)
}
