//! A room on several shards in which people come and go and shards now and then do not keep up.

use std::collections::HashMap;

use crate::common::*;
use crate::several::Several;
use plane_core::rtcp::{Compound, Packet};
use plane_core::rtp::is_rtcp;

/// A small generator of numbers that look random; the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

const SHARDS: usize = 3;

/// Somebody who sends a camera and watches one.
struct Person {
    shard: usize,
    peer: Peer,
    watches: String,
    next: u64,
    key: bool,
    /// What came to the slot that shows it, by number.
    got: Vec<u16>,
}

impl Person {
    fn listen(&mut self, world: &mut World) {
        for bytes in world.take(self.peer.address) {
            if bytes[0] >= 128 && is_rtcp(&bytes) {
                let report = self.peer.open_report(bytes);
                self.key |= Compound::new(&report).any(|packet| matches!(packet, Packet::Pli { .. }));
            } else if let Some(got) = self.peer.open(bytes).filter(|got| got.slot() == VIDEO_SLOT && !got.is_rtx()) {
                self.got.push(got.header.sequence);
            }
        }
    }
}

struct Scene {
    several: Several,
    random: Random,
    people: HashMap<String, Person>,
    muted: HashMap<String, bool>,
    names: usize,
}

impl Scene {
    fn name(&mut self) -> Option<String> {
        let mut names: Vec<String> = self.people.keys().cloned().collect();
        names.sort_unstable();
        (!names.is_empty()).then(|| names.swap_remove(self.random.below(names.len())))
    }

    fn join(&mut self) {
        let (name, shard) = (format!("p{}", self.names), self.random.below(SHARDS));
        self.names += 1;
        let peer = self.several.join(shard, &name, "r");
        self.people
            .insert(name.clone(), Person { shard, peer, watches: String::new(), next: 0, key: true, got: Vec::new() });
    }

    fn leave(&mut self, name: &str) {
        self.several.close(name);
        self.people.remove(name);
        self.muted.remove(name);
        for person in self.people.values_mut().filter(|person| person.watches == name) {
            person.watches.clear();
        }
    }

    fn watch(&mut self, name: &str, whom: &str) {
        let person = self.people.get_mut(name).unwrap();
        person.watches = whom.to_owned();
        let track = format!("{whom}/camera");
        let world = &mut self.several.worlds[person.shard];
        world.assign(name, VIDEO_SLOT, ""); // else whom it showed before stays until the other has a picture
        world.assign(name, VIDEO_SLOT, &track);
    }

    fn mute(&mut self, name: &str, muted: bool) {
        self.several.mute(&format!("{name}/camera"), muted);
        self.muted.insert(name.to_owned(), muted);
    }

    /// One thing that happens.
    fn happen(&mut self) {
        let what = self.random.below(12);
        if what < 3 && self.people.len() < 12 || self.people.len() < 2 {
            return self.join();
        }
        let Some(name) = self.name() else { return };
        match what {
            3 | 4 if self.people.len() > 3 => self.leave(&name),
            5 => self.mute(&name, true),
            6 => self.mute(&name, false),
            7 => self.several.broken = true,
            8 => self.several.broken = false,
            _ => {
                let whom = self.name().unwrap();
                if whom != name {
                    self.watch(&name, &whom);
                }
            }
        }
    }

    /// A picture of everybody, and a key frame where one was asked for.
    fn picture(&mut self) {
        for person in self.people.values_mut() {
            let packet = person.peer.video(person.next, person.next as u16, std::mem::take(&mut person.key));
            person.next += 1;
            person.peer.send(&mut self.several.worlds[person.shard], &packet);
        }
        self.several.flush();
        self.several.pass(33 * MS);
        for person in self.people.values_mut() {
            person.listen(&mut self.several.worlds[person.shard]);
        }
    }
}

/// R: whatever has happened, when it is quiet everybody sees whom they watch within two seconds, unless it is muted;
/// numbers are used once; and when all have left nothing is left.
#[test]
fn quiet_after_the_storm() {
    for seed in 0..20 {
        let mut scene = Scene {
            several: Several::new(SHARDS),
            random: Random(seed),
            people: HashMap::new(),
            muted: HashMap::new(),
            names: 0,
        };
        for _ in 0..150 {
            scene.happen();
            scene.picture();
        }
        scene.several.broken = false;
        for _ in 0..60 {
            scene.picture();
        }
        scene.people.values_mut().for_each(|person| person.got.clear());
        for _ in 0..30 {
            scene.picture();
        }
        for (name, person) in &scene.people {
            let sees = !person.watches.is_empty() && !scene.muted.get(&person.watches).copied().unwrap_or(false);
            assert_eq!(person.got.len(), if sees { 30 } else { 0 }, "seed {seed}: {name} watches {:?}", person.watches);
            assert!(person.got.windows(2).all(|two| two[1] == two[0].wrapping_add(1)), "seed {seed}: {name}");
        }
        let names: Vec<String> = scene.people.keys().cloned().collect();
        for name in names {
            scene.leave(&name);
        }
        scene.several.pass(SECOND);
        for world in &mut scene.several.worlds {
            let gauge = world.shard.counters(world.now).gauge.unwrap();
            assert_eq!((gauge.transports, gauge.tracks, gauge.rooms), (0, 0, 0), "seed {seed}");
        }
    }
}
