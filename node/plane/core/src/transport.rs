//! One peer connection: its path, its keys, what it sends and the slots it receives on.

use crate::allocate::Trial;
use crate::bandwidth::arrivals::Arrivals;
use crate::bandwidth::estimator::Estimator;
use crate::bandwidth::pacer::Pacer;
use crate::bandwidth::police::Police;
use crate::caps::{Cap, Usage};
use crate::contract::SetKeys;
use crate::fanout::Job;
use crate::ice::Ice;
use crate::remb::Remb;
use crate::slab::NONE;
use crate::slot::Slot;
use crate::srtp::{Opener, ReplayWindow, Sealer};

/// SSRCs that one peer may send on.
pub const MAX_STREAMS: usize = 32;
/// SSRCs that one peer may have left behind: some hundred restarts of a camera of three layers.
pub const MAX_RETIRED: usize = 4096;
/// DTLS bytes per second that one peer may have passed on, and at once (H3).
pub const DTLS_BYTES: u64 = 64 << 10;
/// The same once it has its keys: what remains is a last flight said again, and the end.
pub const DTLS_BYTES_KEYED: u64 = 4 << 10;
/// Repeats of one packet to one receiver are remembered over so many requests.
const REPEATS: usize = 64;

/// What an incoming SSRC carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carries {
    Media,
    Rtx,
}

pub struct Stream {
    pub ssrc: u32,
    pub carries: Carries,
    pub track: u32,
    /// Place in the track's list of layers.
    pub layer: u8,
    pub window: ReplayWindow,
}

pub struct Keys {
    pub opener: Opener,
    pub sealer: Sealer,
    pub tag_len: usize,
    /// The command that brought them.
    pub said: Box<SetKeys>,
}

/// A bucket that refills with time.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    /// Below nothing: what was drained without asking.
    level: i64,
    size: u64,
    per_second: u64,
    last_us: u64,
}

impl Bucket {
    pub fn new(size: u64, per_second: u64, now: u64) -> Bucket {
        Bucket { level: size as i64, size, per_second, last_us: now }
    }

    pub fn take(&mut self, amount: u64, now: u64) -> bool {
        self.refill(now);
        let enough = self.level >= amount as i64;
        if enough {
            self.level -= amount as i64;
        }
        enough
    }

    /// What is taken whether there is enough or not: down to as much below nothing as there may be above.
    pub fn drain(&mut self, amount: u64, now: u64) {
        self.refill(now);
        self.level = (self.level - amount as i64).max(-(self.size as i64));
    }

    fn refill(&mut self, now: u64) {
        let passed = now.saturating_sub(self.last_us).min(10_000_000);
        let refill = passed * self.per_second / 1_000_000;
        if refill > 0 {
            self.level = (self.level + refill as i64).min(self.size as i64);
            self.last_us = now;
        }
    }
}

/// Retransmission to one receiver: at most as much as it is sent anyway (H10), no more than its cap leaves, and nothing twice
/// within a round trip.
pub struct Repair {
    credit: u64,
    /// Bytes that a cap leaves.
    cap: Option<Bucket>,
    recent: Box<[(u32, u64); REPEATS]>,
    next: usize,
}

/// Credit saved up while nothing is lost: about a second of a camera.
const CREDIT: u64 = 256 << 10;

impl Default for Repair {
    fn default() -> Repair {
        Repair { credit: CREDIT / 4, cap: None, recent: Box::new([(0, 0); REPEATS]), next: 0 }
    }
}

impl Repair {
    /// A cap on all that the receiver is sent, bits per second; 0: none.
    pub fn limit(&mut self, bps: u64, now: u64) {
        self.cap = (bps > 0).then(|| Bucket::new((bps / 16).max(2000), bps / 8, now));
    }

    /// So much went out that is no repair.
    pub fn earn(&mut self, bytes: usize, now: u64) {
        self.credit = (self.credit + bytes as u64).min(CREDIT);
        if let Some(cap) = &mut self.cap {
            cap.drain(bytes as u64, now);
        }
    }

    pub fn spend(&mut self, bytes: usize, now: u64) -> bool {
        let enough = self.credit >= bytes as u64 && self.cap.as_mut().is_none_or(|cap| cap.take(bytes as u64, now));
        if enough {
            self.credit -= bytes as u64;
        }
        enough
    }

    /// Whether `sequence` of `slot` was sent again less than `round_trip` ago; if not, it is now.
    pub fn repeated(&mut self, slot: u8, sequence: u16, now: u64, round_trip: u64) -> bool {
        let name = 1 << 31 | u32::from(slot) << 16 | u32::from(sequence);
        if self.recent.iter().any(|&(known, at)| known == name && now < at + round_trip) {
            return true;
        }
        self.recent[self.next] = (name, now);
        self.next = (self.next + 1) % REPEATS;
        false
    }
}

/// Something a slot is to do at the next flush.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    pub track: u32,
    pub slot: u16,
}

#[derive(Debug, Default, Clone)]
pub struct Totals {
    pub received_bytes: u64,
    pub sent_bytes: u64,
    pub sent_packets: u64,
    pub nacks_received: u64,
    pub plis_received: u64,
}

pub struct Transport {
    pub id: Box<str>,
    pub room: u32,
    /// The OpenTransport message as it came, encoded: only a snapshot needs it again.
    pub opened: Vec<u8>,
    pub ice: Ice,
    pub keys: Option<Keys>,
    pub dtls: Bucket,
    pub sends: Vec<u32>,
    /// The newest last.
    pub streams: Vec<Stream>,
    /// SSRCs whose sender has started over since. Never again: their windows against replay are gone.
    pub retired: Vec<u32>,
    pub slots: Vec<Slot>,
    /// Place in `slots` by slot index.
    pub places: Box<[u8]>,
    pub remb: Remb,
    pub srtcp_index: u32,
    pub rtt_us: u64,
    pub estimate_bps: u32,
    /// The most that it is sent, bits per second; 0: no cap of its own.
    pub own_cap: Cap,
    /// The cap that holds now: its own, and its share of others.
    pub cap: Cap,
    pub usage: Usage,
    /// Holds what it sends to its cap.
    pub police: Option<Box<Police>>,
    pub totals: Totals,
    pub repair: Repair,
    /// Slots with something pending, in the order in which it came.
    pub work: Vec<Work>,
    /// Packets asked for again: slot place and its own sequence number.
    pub resend: Vec<(u16, u16)>,
    /// It is in the shard's list of receivers to serve.
    pub dirty: bool,
    /// Segmentation by the kernel; off after a refusal.
    pub gso: bool,
    /// Difference between the peer's clock and ours, µs: one for all its tracks, so that lips stay in step.
    pub clock_offset_us: Option<i64>,
    /// It has had its first report, which grants it its rate.
    pub greeted: bool,
    /// It sends with transport-wide numbers: when those came.
    pub arrivals: Option<Box<Arrivals>>,
    /// It is in the shard's list of transports that are owed feedback.
    pub owed: bool,
    /// It receives with transport-wide numbers: what its way bears.
    pub estimator: Option<Box<Estimator>>,
    pub pacer: Pacer<Job>,
    /// When the pacer or a probe is to have its turn; `u64::MAX`: not at all.
    pub wake_us: u64,
    /// The most for which there would be use, bits per second: no more is looked for.
    pub wanted_bps: u64,
    /// Of a picture, while all are held.
    pub trial: Trial,
    /// Its way bears no picture, as the control process was last told.
    pub video_held: bool,
}

impl Transport {
    /// Place of slot `index` in `slots`.
    pub fn place(&self, index: u32) -> Option<usize> {
        let place = *self.places.get(index as usize)?;
        (place != u8::MAX).then_some(place as usize)
    }

    /// The next SRTCP index; 31 bits would last for 68 years at one a second.
    pub fn next_srtcp(&mut self) -> u32 {
        self.srtcp_index += 1;
        self.srtcp_index
    }

    /// Whether media and reports may be sent to it.
    pub fn usable(&self) -> bool {
        self.keys.is_some() && self.ice.consented() && self.ice.path().is_some()
    }

    /// Round trip to assume before a report has told it.
    pub fn round_trip_us(&self) -> u64 {
        if self.rtt_us == 0 { 50_000 } else { self.rtt_us }
    }

    /// The most that it is to be sent, bits per second: what its way bears, and caps. None: not known, and no cap.
    ///
    /// What a receiver says without transport-wide feedback (REMB) does not count: one who is sent little cannot know
    /// how much more would fit, and would be held to that little for ever.
    pub fn target_bps(&self) -> Option<u64> {
        let borne = self.estimator.as_ref().and_then(|estimator| estimator.bps());
        let cap = (self.cap.receive > 0).then_some(self.cap.receive);
        borne.into_iter().chain(cap).min()
    }

    /// Whether a slot shows or is to show `track`.
    pub fn shows(&self, track: u32) -> bool {
        track != NONE && self.slots.iter().any(|slot| slot.wanted == track)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_refills() {
        let mut bucket = Bucket::new(100, 50, 0);
        assert!(bucket.take(100, 0));
        assert!(!bucket.take(1, 10_000));
        assert!(bucket.take(50, 1_000_000));
        assert!(!bucket.take(1, 1_000_000));
    }

    #[test]
    fn h10_nothing_is_repeated_within_a_round_trip() {
        let mut repair = Repair::default();
        assert!(!repair.repeated(3, 7, 0, 50_000));
        assert!(repair.repeated(3, 7, 49_000, 50_000));
        assert!(!repair.repeated(4, 7, 49_000, 50_000));
        assert!(!repair.repeated(3, 7, 50_000, 50_000));
    }
}
