//! A player of one slot: repairs, decodes, and notices what a person would.

use std::collections::BTreeMap;

use plane_core::vp8::Descriptor;

use crate::camera::Tag;
use crate::common::{Got, MS};

/// A gap is waited for so long, and asked for so often.
const PATIENCE_US: u64 = 600 * MS;
const TRIES: u32 = 10;
/// A key frame is asked for again so often while there is none.
const ASK_US: u64 = 500 * MS;
/// A key frame of another layer may be a little older than what has been shown: so many pictures.
const BACK: u32 = 150;
/// The most that a player holds.
const HELD: usize = 3000;

#[derive(Debug, Clone, Copy)]
struct Missing {
    since_us: u64,
    asked_us: u64,
    tries: u32,
}

struct Piece {
    marker: bool,
    timestamp: u32,
    id: u16,
    tag: Option<Tag>,
}

/// One picture shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    pub at_us: u64,
    pub owner: u8,
}

#[derive(Default)]
pub struct Watcher {
    highest: Option<u64>,
    next: u64,
    pieces: BTreeMap<u64, Piece>,
    missing: BTreeMap<u64, Missing>,
    /// The last picture decoded: timestamp, picture id, tag.
    last: Option<(u32, u16, Tag)>,
    /// Nothing can be decoded until a key frame comes.
    broken: bool,
    asked_us: u64,
    pub shown: Vec<Shown>,
    /// What no player may ever see; a test fails with it.
    pub faults: Vec<String>,
}

impl Watcher {
    pub fn take(&mut self, now: u64, got: &Got) {
        let (number, payload) = match got.is_rtx() {
            false => (got.header.sequence, &got.payload[..]),
            true if got.payload.len() < 2 => return, // a probe
            true => (u16::from_be_bytes([got.payload[0], got.payload[1]]), &got.payload[2..]),
        };
        let Some(highest) = self.highest else {
            if !got.is_rtx() {
                let first = 1 << 16 | u64::from(number);
                (self.highest, self.next, self.broken) = (Some(first), first, true);
                self.keep(first, got, payload);
            }
            return;
        };
        let sequence = highest.saturating_add_signed(i64::from(number.wrapping_sub(highest as u16) as i16));
        if sequence > highest {
            for gap in highest + 1..sequence {
                self.missing.insert(gap, Missing { since_us: now, asked_us: 0, tries: 0 });
            }
            self.highest = Some(sequence);
        }
        self.missing.remove(&sequence);
        if sequence >= self.next {
            self.keep(sequence, got, payload);
        }
        self.decode(now);
    }

    fn keep(&mut self, sequence: u64, got: &Got, payload: &[u8]) {
        let descriptor = Descriptor::parse(payload).unwrap_or_default();
        let piece = Piece {
            marker: got.header.marker,
            timestamp: got.header.timestamp,
            id: descriptor.picture_id.unwrap_or(0),
            tag: (!payload.is_empty()).then(|| Tag::read(payload)),
        };
        self.pieces.insert(sequence, piece);
        if self.pieces.len() > HELD {
            self.faults.push(format!("a player would hold {} packets", self.pieces.len()));
        }
    }

    /// Whole pictures from `next` on.
    fn decode(&mut self, now: u64) {
        loop {
            let Some(first) = self.pieces.get(&self.next) else { return };
            let Some(tag) = first.tag else {
                self.pieces.remove(&self.next); // padding
                self.next += 1;
                continue;
            };
            if self.broken && !(tag.key && tag.first) {
                self.pieces.remove(&self.next);
                self.next += 1;
                continue;
            }
            let mut end = self.next;
            loop {
                match self.pieces.get(&end) {
                    Some(piece) if piece.marker => break,
                    Some(_) => end += 1,
                    None => return,
                }
            }
            let (timestamp, id) = (first.timestamp, first.id);
            for sequence in self.next..=end {
                let piece = self.pieces.remove(&sequence).unwrap();
                let same = piece.tag.is_none_or(|other| (other.owner, other.picture) == (tag.owner, tag.picture));
                if !same || piece.timestamp != timestamp {
                    self.faults.push(format!("{tag:?} and {:?} are one picture", piece.tag));
                }
            }
            self.next = end + 1;
            self.picture(now, timestamp, id, tag);
        }
    }

    fn picture(&mut self, now: u64, timestamp: u32, id: u16, tag: Tag) {
        if !tag.first {
            self.faults.push(format!("{tag:?} without its beginning"));
            self.broken = true;
            return;
        }
        if let Some((before, last_id, last)) = self.last {
            if timestamp.wrapping_sub(before) as i32 <= 0 {
                self.faults.push(format!("time goes back from {before} to {timestamp} at {tag:?}"));
            }
            if id.wrapping_sub(last_id) & 0x7FFF > 0x4000 || id == last_id {
                self.faults.push(format!("picture ids go back from {last_id} to {id} at {tag:?}"));
            }
            let follows = id == (last_id + 1) & 0x7FFF;
            if !tag.key && !follows {
                self.broken = true; // it refers to what has not come
                return;
            }
            let same = (last.owner, last.layer) == (tag.owner, tag.layer);
            let truly = same && last.picture + 1 == tag.picture;
            if last.owner == tag.owner && tag.picture + BACK < last.picture {
                self.faults.push(format!("{tag:?} was shown before {last:?}"));
            }
            if !tag.key && !truly {
                self.faults.push(format!("{tag:?} is shown on top of {last:?}"));
            }
        }
        self.broken = false;
        self.last = Some((timestamp, id, tag));
        self.shown.push(Shown { at_us: now, owner: tag.owner });
    }

    /// What to ask for now: numbers, and whether a key frame.
    pub fn ask(&mut self, now: u64, round_trip_us: u64) -> (Vec<u16>, bool) {
        if self.missing.first_key_value().is_some_and(|(_, gap)| now > gap.since_us + PATIENCE_US) {
            let old = |gap: &Missing| now > gap.since_us + PATIENCE_US;
            let last = self.missing.iter().rev().find(|(_, gap)| old(gap)).map_or(0, |(&sequence, _)| sequence);
            self.missing.retain(|&sequence, _| sequence > last);
            if last >= self.next {
                self.pieces.retain(|&sequence, _| sequence > last);
                (self.next, self.broken) = (last + 1, true);
                self.decode(now);
            }
        }
        let mut numbers = Vec::new();
        for (&sequence, gap) in &mut self.missing {
            let rested = now > gap.asked_us + round_trip_us + 10 * MS;
            if gap.tries < TRIES && now >= gap.since_us + 5 * MS && rested {
                (gap.asked_us, gap.tries) = (now, gap.tries + 1);
                numbers.push(sequence as u16);
            }
        }
        let key = self.broken && self.highest.is_some() && now > self.asked_us + ASK_US;
        if key {
            self.asked_us = now;
        }
        (numbers, key)
    }
}
