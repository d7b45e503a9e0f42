//! Who is heard: smooths the audio levels that packets carry (RFC 6464) and picks the loudest, with hysteresis.
//!
//! Levels are smoothed at two speeds: the quick one notices that somebody began to speak, the slow one decides who
//! speaks most. A place is taken over only by somebody clearly louder, and kept for a while, so that a cough or a
//! word of assent changes nothing.

/// Level of silence, −dBov.
pub const SILENCE: u8 = 127;

/// Quieter than this (−dBov) counts as silence: room noise and microphones.
const FLOOR: u8 = 70;
/// Time constants of the two averages, µs.
const QUICK_US: u64 = 100_000;
const SLOW_US: u64 = 700_000;
/// A stream that sends nothing for so long is silent: a sender with DTX sends every 400 ms.
const STALE_US: u64 = 500_000;
/// Loudness over the floor, in dB, that makes a speaker, and under which a place is free for others.
const SPEAKS: f32 = 8.0;
const QUIET: f32 = 3.0;
/// How much louder, in dB, a newcomer must be to take a place, or the first one.
const MARGIN: f32 = 6.0;
/// How long a place is kept after it changed hands.
const HOLD_US: u64 = 600_000;

/// The smoothed loudness of one microphone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Voice {
    quick: f32,
    slow: f32,
    last: u64,
}

impl Voice {
    pub fn new() -> Voice {
        Voice::default()
    }

    /// A packet with this `level` (−dBov, 0 … 127) came at `now`.
    pub fn heard(&mut self, level: u8, now: u64) {
        let loudness = f32::from(FLOOR.saturating_sub(level & 127));
        let elapsed = now.saturating_sub(self.last).clamp(1, STALE_US);
        self.last = now;
        self.quick += (loudness - self.quick) * share(elapsed, QUICK_US);
        self.slow += (loudness - self.slow) * share(elapsed, SLOW_US);
    }

    /// Nothing is heard of it any more: it was muted or left.
    pub fn silence(&mut self) {
        *self = Voice { last: self.last, ..Voice::default() };
    }

    /// The smoothed level in −dBov: 127 when silent.
    pub fn level(&self, now: u64) -> u8 {
        let loudness = self.quick(now);
        if loudness < 1.0 { SILENCE } else { FLOOR - (loudness as u8).min(FLOOR) }
    }

    fn quick(&self, now: u64) -> f32 {
        if now.saturating_sub(self.last) > STALE_US { 0.0 } else { self.quick }
    }

    fn slow(&self, now: u64) -> f32 {
        let silent = now.saturating_sub(self.last);
        if silent > STALE_US { self.slow * (1.0 - share(silent, SLOW_US)) } else { self.slow }
    }
}

/// Weight of a sample that stands for `elapsed` in an average of time constant `constant`.
fn share(elapsed: u64, constant: u64) -> f32 {
    elapsed as f32 / (elapsed + constant) as f32
}

#[derive(Debug, Clone, Copy)]
struct Place {
    track: u32,
    since: u64,
    slow: f32,
    quick: f32,
    present: bool,
}

/// The loudest microphones of one room, the dominant first.
///
/// Give it one place more than receivers have slots, since nobody hears themself.
#[derive(Debug, Clone)]
pub struct Speakers {
    places: Vec<Place>,
    ranked: Vec<u32>,
    size: usize,
}

impl Speakers {
    /// Room for `size` speakers.
    pub fn new(size: usize) -> Speakers {
        Speakers { places: Vec::with_capacity(size), ranked: Vec::with_capacity(size), size }
    }

    /// Who is heard, dominant first; the others in the order in which they came.
    pub fn ranked(&self) -> &[u32] {
        &self.ranked
    }

    /// `track` is gone for good: its index may soon name another.
    pub fn forget(&mut self, track: u32) {
        self.places.retain(|place| place.track != track);
        self.ranked.retain(|&ranked| ranked != track);
    }

    /// Choose again at `now` (about ten times a second) among all unmuted `voices`. Returns whether anything changed.
    ///
    /// A track that is no longer among `voices` loses its place at once.
    pub fn tick<'a>(&mut self, now: u64, voices: impl Iterator<Item = (u32, &'a Voice)> + Clone) -> bool {
        self.refresh(now, voices.clone());
        for (track, voice) in voices {
            if voice.quick(now) >= SPEAKS && !self.places.iter().any(|place| place.track == track) {
                self.challenge(track, voice, now);
            }
        }
        self.elect(now);
        self.bench();
        let changed = !self.ranked.iter().copied().eq(self.places.iter().map(|place| place.track));
        if changed {
            self.ranked.clear();
            self.ranked.extend(self.places.iter().map(|place| place.track));
        }
        changed
    }

    fn refresh<'a>(&mut self, now: u64, voices: impl Iterator<Item = (u32, &'a Voice)>) {
        for place in &mut self.places {
            place.present = false;
        }
        for (track, voice) in voices {
            if let Some(place) = self.places.iter_mut().find(|place| place.track == track) {
                place.present = true;
                place.slow = voice.slow(now);
                place.quick = voice.quick(now);
            }
        }
        self.places.retain(|place| place.present);
    }

    /// Let `track` take a free place, or that of the quietest if it is clearly louder or that one has fallen silent.
    fn challenge(&mut self, track: u32, voice: &Voice, now: u64) {
        let (slow, quick) = (voice.slow(now), voice.quick(now));
        let taken = Place { track, since: now, slow, quick, present: true };
        if self.places.len() < self.size {
            self.places.push(taken);
            return;
        }
        let quietest = self.places.iter_mut().min_by(|a, b| a.slow.total_cmp(&b.slow));
        if let Some(place) = quietest {
            let silent = place.slow < QUIET && place.quick < QUIET;
            let beaten = slow > place.slow + MARGIN && now >= place.since + HOLD_US;
            if silent || beaten {
                *place = taken;
            }
        }
    }

    /// Keep the quietest last: it is the one that those who do not speak go without. With the same margins, so that
    /// two who are about as loud do not take turns.
    fn bench(&mut self) {
        let Some(last) = self.places.last().copied().filter(|_| self.places.len() == self.size) else { return };
        let quieter = |place: &Place| {
            place.slow + MARGIN < last.slow || (place.slow < QUIET && place.quick < QUIET && last.quick >= SPEAKS)
        };
        let candidates = self.places.iter().enumerate().skip(1).filter(|(_, place)| quieter(place));
        let quietest = candidates.min_by(|(_, a), (_, b)| a.slow.total_cmp(&b.slow)).map(|(at, _)| at);
        if let Some(at) = quietest {
            self.places[at..].rotate_left(1);
        }
    }

    /// Put the dominant speaker first: it stays so until another is clearly louder for a while.
    fn elect(&mut self, now: u64) {
        let Some(first) = self.places.first().copied() else {
            return;
        };
        let louder = |place: &Place| place.slow > first.slow + MARGIN || (first.slow < QUIET && place.slow > SPEAKS);
        let challengers = self.places.iter().enumerate().skip(1).filter(|(_, place)| louder(place));
        let best = challengers.max_by(|(_, a), (_, b)| a.slow.total_cmp(&b.slow)).map(|(at, _)| at);
        if let Some(at) = best
            && now >= first.since + HOLD_US
        {
            self.places[..=at].rotate_right(1);
            self.places[0].since = now;
        }
    }
}

#[cfg(test)]
#[path = "speakers_test.rs"]
mod tests;
