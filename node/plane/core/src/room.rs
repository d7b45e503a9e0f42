//! Transports that hear each other, and who of them is heard.

use crate::speakers::{SILENCE, Speakers, Voice};

/// Levels are looked at ten times a second.
pub const TICK_US: u64 = 100_000;
/// Change of a level, in dB, that is worth an event.
const STEP_DB: u8 = 4;

pub struct Room {
    pub id: Box<str>,
    pub transports: Vec<u32>,
    /// Microphones, in the order in which they came.
    pub voices: Vec<u32>,
    pub speakers: Speakers,
    /// The most LOUDEST slots that one transport has.
    pub places: usize,
    /// Somebody came, went, or the ranking changed: the slots are to be filled again.
    pub stale: bool,
    /// What was told last.
    pub told: Vec<(u32, u8)>,
}

impl Room {
    pub fn new(id: &str) -> Room {
        Room {
            id: id.into(),
            transports: Vec::new(),
            voices: Vec::new(),
            speakers: Speakers::new(1),
            places: 0,
            stale: false,
            told: Vec::new(),
        }
    }

    /// One place more than slots, since nobody hears themself.
    pub fn make_places(&mut self, places: usize) {
        if places > self.places {
            self.places = places;
            self.speakers = Speakers::new(places + 1);
        }
    }

    /// The levels of those ranked, and whether they differ enough from what was told.
    pub fn levels<'a>(&self, now: u64, voice: impl Fn(u32) -> Option<&'a Voice>, out: &mut Vec<(u32, u8)>) -> bool {
        out.clear();
        for &track in self.speakers.ranked() {
            let level = voice(track).map_or(SILENCE, |voice| voice.level(now));
            if level < SILENCE {
                out.push((track, level));
            }
        }
        let same = out.len() == self.told.len()
            && out.iter().zip(&self.told).all(|(new, old)| new.0 == old.0 && new.1.abs_diff(old.1) < STEP_DB);
        !same
    }
}
