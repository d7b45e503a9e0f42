//! Several shards in virtual time, joined by rings in memory, and what the control thread does for them.
#![allow(dead_code)] // each test uses its own part

use crate::common::*;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{CloseTransport, Done, OpenTransport, Send};
use plane_core::rtcp::{Compound, Packet};

pub struct Several {
    pub worlds: Vec<World>,
    /// What is open: transport, shard, room and what it sends.
    open: Vec<(String, usize, String, Vec<Send>)>,
    /// What crosses is lost, as when a shard does not keep up.
    pub broken: bool,
}

impl Several {
    pub fn new(shards: usize) -> Several {
        let world = |shard| World::with(|config| config.shard = shard as u8);
        Several { worlds: (0..shards).map(world).collect(), open: Vec::new(), broken: false }
    }

    /// A page joins on `shard`: what it sends is mirrored on the others of its room, and theirs on its own.
    pub fn join(&mut self, shard: usize, name: &str, room: &str) -> Peer {
        self.enter(shard, &page(name, room), |world| world.join(name, room))
    }

    /// The same for whoever opens `open` by `join`.
    pub fn enter<T>(&mut self, shard: usize, open: &OpenTransport, join: impl FnOnce(&mut World) -> T) -> T {
        let (now, room) = (self.worlds[shard].now, &open.room);
        for (_, home, other, sends) in &self.open {
            for send in sends.iter().filter(|_| other == room && *home != shard) {
                self.worlds[shard].shard.open_mirror(now, room, *home as u8, send).unwrap();
            }
        }
        let joined = join(&mut self.worlds[shard]);
        for world in self.shards_of(room).into_iter().filter(|&other| other != shard) {
            for send in &open.sends {
                self.worlds[world].shard.open_mirror(now, room, shard as u8, send).unwrap();
            }
        }
        self.open.push((open.transport.clone(), shard, room.clone(), open.sends.clone()));
        self.flush();
        joined
    }

    fn shards_of(&self, room: &str) -> Vec<usize> {
        let mut shards: Vec<usize> = self.open.iter().filter(|open| open.2 == room).map(|open| open.1).collect();
        shards.sort_unstable();
        shards.dedup();
        shards
    }

    pub fn close(&mut self, name: &str) {
        let at = self.open.iter().position(|open| open.0 == name).unwrap();
        let (_, shard, room, sends) = self.open.remove(at);
        let close = Command::CloseTransport(CloseTransport { transport: name.into() });
        assert_eq!(self.worlds[shard].command(close), Body::Done(Done {}));
        let tracks: Vec<String> = sends.into_iter().map(|send| send.track).collect();
        for other in self.shards_of(&room).into_iter().filter(|&other| other != shard) {
            self.worlds[other].shard.close_mirrors(&tracks);
        }
    }

    pub fn mute(&mut self, track: &str, muted: bool) {
        let mut sends = self.open.iter_mut().flat_map(|open| open.3.iter_mut().map(|send| (&open.2, send)));
        let (room, send) = sends.find(|(_, send)| send.track == track).unwrap();
        send.muted = muted; // for shards that carry the room later
        let room = room.clone();
        for shard in self.shards_of(&room) {
            assert_eq!(self.worlds[shard].mute(track, muted), Body::Done(Done {}));
        }
    }

    /// What the drivers do after a batch, until nothing crosses any more.
    pub fn flush(&mut self) {
        loop {
            let mut crossing = Vec::new();
            for (from, world) in self.worlds.iter_mut().enumerate() {
                world.flush();
                for (to, bytes) in world.shard.mirrored() {
                    crossing.push((from, to, std::mem::take(bytes)));
                }
            }
            if crossing.is_empty() || self.broken {
                return;
            }
            for (from, to, bytes) in crossing {
                let now = self.worlds[to].now;
                self.worlds[to].shard.take_mirrored(now, from as u8, &bytes);
            }
        }
    }

    pub fn pass(&mut self, us: u64) {
        let end = self.worlds[0].now + us;
        while self.worlds[0].now < end {
            for world in &mut self.worlds {
                world.now = (world.now + 5 * MS).min(end);
            }
            self.flush();
        }
    }

    /// A packet of a peer on `shard` comes.
    pub fn send(&mut self, shard: usize, peer: &Peer, packet: &[u8]) {
        peer.send(&mut self.worlds[shard], packet);
        self.flush();
    }

    pub fn got(&mut self, shard: usize, peer: &mut Peer) -> Vec<Got> {
        peer.got(&mut self.worlds[shard])
    }

    /// Pictures that a peer on `shard` was asked for since the last look.
    pub fn plis(&mut self, shard: usize, peer: &mut Peer) -> usize {
        let reports = peer.reports(&mut self.worlds[shard]);
        let is_pli = |packet: &Packet<'_>| matches!(packet, Packet::Pli { .. });
        reports.iter().map(|bytes| Compound::new(bytes).filter(is_pli).count()).sum()
    }

    pub fn mirrored(&self, shard: usize) -> u64 {
        self.worlds[shard].shard.mirrored_packets()
    }
}
