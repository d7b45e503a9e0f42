//! Who is heard: levels ten times a second, and the loudest in everybody's LOUDEST slots.

use crate::contract::from_plane::Body;
use crate::contract::{SlotPolicy, Speakers, speakers};
use crate::shard::Shard;
use crate::slab::NONE;
use crate::speakers::SILENCE;
use crate::track::Track;

impl Shard {
    /// A tick of the levels: choose the speakers of each room again and tell what changed.
    pub(crate) fn listen(&mut self, now: u64) {
        let mut levels = std::mem::take(&mut self.levels);
        for index in 0..self.rooms.end() {
            let tracks = &self.tracks;
            let Some(room) = self.rooms.get_mut(index) else { continue };
            let audible = |index: &u32| tracks.get(*index).filter(|track| !track.muted).map(|t| (*index, &t.voice));
            let changed = room.speakers.tick(now, room.voices.iter().filter_map(audible));
            let different = room.levels(now, |track| tracks.get(track).map(|track| &track.voice), &mut levels);
            if different {
                let level = |&(track, level): &(u32, u8)| {
                    let track = tracks.get(track).map_or(String::new(), |track| track.id.to_string());
                    speakers::Level { track, level: level.into() }
                };
                let event = Speakers { room: room.id.to_string(), levels: levels.iter().map(level).collect() };
                self.events.push_back(Body::Speakers(event));
                std::mem::swap(&mut room.told, &mut levels);
            }
            if changed {
                self.touch_room(index);
            }
        }
        self.levels = levels;
    }

    pub(crate) fn fill_stale_rooms(&mut self, now: u64) {
        while let Some(index) = self.stale_rooms.pop() {
            let Some(room) = self.rooms.get_mut(index) else { continue };
            room.stale = false;
            if room.places == 0 {
                continue;
            }
            let mut ranked = std::mem::take(&mut self.ranked);
            ranked.clear();
            ranked.extend_from_slice(room.speakers.ranked());
            for at in 0..room.transports.len() {
                let Some(&transport) = self.rooms.get(index).and_then(|room| room.transports.get(at)) else { break };
                self.fill_slots(transport, index, &ranked, now);
            }
            self.ranked = ranked;
        }
    }

    /// Puts the loudest others into the LOUDEST slots of `transport`. Who stays among them stays in their slot; who
    /// is not among them keeps theirs until it is needed. Free slots take anybody, so a small room hears everyone.
    fn fill_slots(&mut self, transport: u32, room: u32, ranked: &[u32], now: u64) {
        let Some(receiver) = self.transports.get(transport) else { return };
        let is_own = |tracks: &crate::slab::Slab<Track>, track| tracks.get(track).is_none_or(|t| t.owner == transport);
        let slots = receiver.slots.iter().filter(|slot| slot.policy == SlotPolicy::Loudest).count();
        if slots == 0 {
            return;
        }
        let wanted = ranked.iter().copied().filter(|&track| !is_own(&self.tracks, track));
        let mut chosen = [NONE; 16];
        let mut count = 0;
        for track in wanted.take(slots.min(chosen.len())) {
            chosen[count] = track;
            count += 1;
        }
        let chosen = &chosen[..count];
        for &track in chosen {
            let Some(receiver) = self.transports.get(transport) else { return };
            if receiver.shows(track) {
                continue;
            }
            let loudest = || {
                let slots = receiver.slots.iter().enumerate();
                slots.filter(|(_, slot)| slot.policy == SlotPolicy::Loudest)
            };
            let free = loudest().find(|(_, slot)| slot.wanted == NONE);
            let place = free.or_else(|| loudest().find(|(_, slot)| !chosen.contains(&slot.wanted))).map(|(at, _)| at);
            if let Some(place) = place {
                self.assign(transport, place, track, now);
            }
        }
        loop {
            let Some(receiver) = self.transports.get(transport) else { return };
            let free = |slot: &crate::slot::Slot| slot.policy == SlotPolicy::Loudest && slot.wanted == NONE;
            let Some(place) = receiver.slots.iter().position(free) else { return };
            let Some(room) = self.rooms.get(room) else { return };
            let other = room.voices.iter().copied();
            let other = other.filter(|&track| !is_own(&self.tracks, track));
            let Some(track) = { other }.find(|&track| !receiver.shows(track)) else { return };
            self.assign(transport, place, track, now);
        }
    }

    /// The smoothed level of a track, for the counters.
    pub(crate) fn level(track: &Track, now: u64) -> u32 {
        if track.muted { SILENCE.into() } else { track.voice.level(now).into() }
    }
}
