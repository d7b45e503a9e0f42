//! Which shard has what: the control thread's table, and the choice for whoever comes next.
//!
//! A room stays on the shard with the least to do when it began, as long as it fits there. One that outgrows its shard
//! grows onto others: its tracks are then mirrored, so each transport still finds everything of its room at home.

use std::collections::HashMap;

use plane_core::MAX_TRANSPORTS;
use plane_core::contract::{Kind, OpenTransport, Send, SlotPolicy};

/// Work of a core, 0 … 1, from which on a room is no longer given more of it while another has room to spare.
const BUSY: f64 = 0.75;
/// What a transport is taken to cost before its work has been measured: a core carries some five hundred.
const EXPECTED: f64 = 0.002;

/// What one shard has to do.
#[derive(Debug, Default, Clone)]
struct Load {
    transports: usize,
    /// Opened since `work` was measured.
    fresh: usize,
    /// Share of its core, of the last seconds.
    work: f64,
    cpu_us: u64,
    unix_ms: i64,
}

#[derive(Debug)]
pub struct Transport {
    pub shard: usize,
    pub room: String,
    pub tracks: Vec<String>,
    slots: Vec<(u32, Kind, SlotPolicy)>,
}

impl Transport {
    pub fn slot(&self, index: u32) -> Option<(Kind, SlotPolicy)> {
        self.slots.iter().find(|slot| slot.0 == index).map(|&(_, kind, policy)| (kind, policy))
    }
}

#[derive(Debug)]
pub struct Track {
    pub shard: usize,
    pub room: String,
    /// As it was opened, with `muted` as it is now: what another shard needs to mirror it.
    pub send: Send,
}

#[derive(Debug)]
struct Room {
    /// Transports by shard.
    counts: Vec<usize>,
    tracks: Vec<String>,
}

pub struct Placement {
    loads: Vec<Load>,
    rooms: HashMap<String, Room>,
    transports: HashMap<String, Transport>,
    tracks: HashMap<String, Track>,
    /// Transports of one room on one shard, from which on it grows onto another.
    split: usize,
}

/// What closing something means for the shards.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Closed {
    pub shard: usize,
    /// Where its tracks are mirrored.
    pub mirrors: Vec<usize>,
    pub tracks: Vec<String>,
}

impl Placement {
    pub fn new(shards: usize, split: usize) -> Placement {
        Placement {
            loads: vec![Load::default(); shards],
            rooms: HashMap::new(),
            transports: HashMap::new(),
            tracks: HashMap::new(),
            split: split.max(1),
        }
    }

    pub fn transport(&self, id: &str) -> Option<&Transport> {
        self.transports.get(id)
    }

    pub fn track(&self, id: &str) -> Option<&Track> {
        self.tracks.get(id)
    }

    pub fn shards(&self) -> usize {
        self.loads.len()
    }

    pub fn rooms(&self) -> usize {
        self.rooms.len()
    }

    /// The shards that carry a part of `room`, in their order.
    pub fn shards_of(&self, room: &str) -> Vec<usize> {
        let counts = self.rooms.get(room).map_or(&[][..], |room| &room.counts);
        counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(shard, _)| shard).collect()
    }

    /// The shard that speaks for `room` where it is to be told once.
    pub fn spokesman(&self, room: &str) -> Option<usize> {
        self.rooms.get(room)?.counts.iter().position(|&count| count > 0)
    }

    /// Where a track can be: on its own shard, and mirrored on every other that carries a part of the room.
    pub fn shards_of_track(&self, id: &str) -> Vec<usize> {
        self.tracks.get(id).map_or(Vec::new(), |track| self.shards_of(&track.room))
    }

    /// Tracks of `room` that live elsewhere than on `shard`.
    pub fn foreign_tracks(&self, room: &str, shard: usize) -> impl Iterator<Item = &Track> {
        let tracks = self.rooms.get(room).map_or(&[][..], |room| &room.tracks);
        tracks.iter().filter_map(|id| self.tracks.get(id)).filter(move |track| track.shard != shard)
    }

    pub fn transports_on(&self, shard: usize) -> usize {
        self.loads[shard].transports
    }

    /// How many transports of `room` are on `shard`, and how many it has.
    pub fn share_of(&self, room: &str, shard: usize) -> (usize, usize) {
        self.rooms.get(room).map_or((0, 0), |room| (room.counts[shard], room.counts.iter().sum()))
    }

    /// By shard: how many transports of `room`, or of all, may send something now.
    pub fn senders(&self, room: Option<&str>) -> Vec<usize> {
        let mut senders = vec![0; self.loads.len()];
        let sends = |track: &String| self.tracks.get(track).is_some_and(|track| !track.send.muted);
        let there = self.transports.values().filter(|transport| room.is_none_or(|room| transport.room == room));
        for transport in there.filter(|transport| transport.tracks.iter().any(sends)) {
            senders[transport.shard] += 1;
        }
        senders
    }

    pub fn transports(&self) -> usize {
        self.transports.len()
    }

    /// A second's figures of `shard`.
    pub fn measured(&mut self, shard: usize, cpu_us: u64, unix_ms: i64) {
        let load = &mut self.loads[shard];
        let passed_us = (unix_ms - load.unix_ms).max(1) as f64 * 1000.0;
        if load.unix_ms > 0 {
            let share = cpu_us.saturating_sub(load.cpu_us) as f64 / passed_us;
            load.work = (load.work + share.min(1.0)) / 2.0;
        }
        (load.cpu_us, load.unix_ms, load.fresh) = (cpu_us, unix_ms, 0);
    }

    /// What decides between shards: work, then transports.
    fn weight(&self, shard: usize) -> f64 {
        let load = &self.loads[shard];
        load.work + load.fresh as f64 * EXPECTED + load.transports as f64 * EXPECTED / 100.0
    }

    /// The shard for the next transport of `room`; `None`: every one has as many as it may.
    pub fn choose(&self, room: &str) -> Option<usize> {
        let lightest =
            |shards: &mut dyn Iterator<Item = usize>| shards.min_by(|&a, &b| self.weight(a).total_cmp(&self.weight(b)));
        let open = |&shard: &usize| self.loads[shard].transports < MAX_TRANSPORTS;
        let all = || 0..self.loads.len();
        let Some(here) = self.rooms.get(room) else {
            return lightest(&mut all().filter(open));
        };
        let spare = all().filter(open).map(|shard| self.weight(shard)).fold(f64::INFINITY, f64::min);
        let fits = |&shard: &usize| {
            let (count, weight) = (here.counts[shard], self.weight(shard));
            let crowded = weight > BUSY && spare < weight / 2.0 && count >= self.split / 8;
            count > 0 && count < self.split && !crowded
        };
        lightest(&mut all().filter(open).filter(fits))
            .or_else(|| lightest(&mut all().filter(open).filter(|&shard| here.counts[shard] == 0)))
            .or_else(|| all().filter(open).min_by_key(|&shard| here.counts[shard]))
    }

    /// Enters a transport that is about to be opened on `shard`. The ids are new, as the caller has made sure.
    pub fn enter(&mut self, open: &OpenTransport, shard: usize) {
        let shards = self.loads.len();
        let room =
            self.rooms.entry(open.room.clone()).or_insert_with(|| Room { counts: vec![0; shards], tracks: Vec::new() });
        room.counts[shard] += 1;
        let mut tracks = Vec::with_capacity(open.sends.len());
        for send in &open.sends {
            let track = Track { shard, room: open.room.clone(), send: send.clone() };
            if self.tracks.insert(send.track.clone(), track).is_none() {
                tracks.push(send.track.clone());
                room.tracks.push(send.track.clone());
            }
        }
        let slots = open.receives.iter().map(|slot| (slot.index, slot.kind(), slot.policy())).collect();
        let transport = Transport { shard, room: open.room.clone(), tracks, slots };
        self.transports.insert(open.transport.clone(), transport);
        self.loads[shard].transports += 1;
        self.loads[shard].fresh += 1;
    }

    /// Forgets a transport that is about to be closed, or that could not be opened.
    pub fn leave(&mut self, id: &str) -> Option<Closed> {
        let transport = self.transports.remove(id)?;
        let shard = transport.shard;
        self.loads[shard].transports -= 1;
        self.loads[shard].fresh = self.loads[shard].fresh.saturating_sub(1);
        for track in &transport.tracks {
            self.tracks.remove(track);
        }
        let mut mirrors = Vec::new();
        if let Some(room) = self.rooms.get_mut(&transport.room) {
            room.counts[shard] -= 1;
            room.tracks.retain(|track| !transport.tracks.contains(track));
            mirrors = (0..room.counts.len()).filter(|&other| other != shard && room.counts[other] > 0).collect();
            if room.counts.iter().all(|&count| count == 0) {
                self.rooms.remove(&transport.room);
            }
        }
        if transport.tracks.is_empty() {
            mirrors.clear();
        }
        Some(Closed { shard, mirrors, tracks: transport.tracks })
    }

    /// Forgets a room; the answer are the shards that carried a part of it.
    pub fn leave_room(&mut self, id: &str) -> Vec<usize> {
        let shards = self.shards_of(id);
        let gone: Vec<String> =
            self.transports.iter().filter(|(_, transport)| transport.room == id).map(|(id, _)| id.clone()).collect();
        for transport in gone {
            self.leave(&transport);
        }
        shards
    }

    pub fn note_mute(&mut self, track: &str, muted: bool) {
        if let Some(track) = self.tracks.get_mut(track) {
            track.send.muted = muted;
        }
    }
}

#[cfg(test)]
#[path = "placement_test.rs"]
mod tests;
