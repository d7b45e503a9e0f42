//! Finds what is missing in an incoming stream and says when to ask for it again.

use std::collections::VecDeque;

/// Wait before the first request, unless enough later packets prove the loss, and the least wait between requests.
pub const WAIT_US: u64 = 20_000;
/// Requests for one packet before it is given up.
pub const MAX_TRIES: u8 = 10;
/// Later packets that prove a loss without waiting, as three duplicate acknowledgements do in TCP.
const PROOF: u64 = 3;
/// Missing packets that are remembered; a longer gap is a restart of the stream, not a loss.
pub const MAX_MISSING: usize = 256;

/// What a packet was to the detector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The next, or one after a gap that is now remembered.
    New,
    /// One that was missing. `asked`: by a request of ours, not merely late.
    Recovered { asked: bool },
    /// One that came before, or was given up.
    Known,
    /// One so far ahead that what lies between is not worth asking for: ask for a key frame.
    Jump,
}

#[derive(Debug, Clone, Copy)]
struct Missing {
    sequence: u64,
    next: u64,
    tries: u8,
}

/// Loss detector of one incoming stream, with memory that is taken with the first loss and fixed from then on. Sequence numbers are extended ([`crate::seq::Unwrapper`]).
#[derive(Debug, Clone, Default)]
pub struct LossDetector {
    highest: Option<u64>,
    missing: VecDeque<Missing>, // rising
    given_up: u64,
}

impl LossDetector {
    pub fn new() -> LossDetector {
        LossDetector::default()
    }

    /// Note that packet `sequence` came at `now`.
    pub fn received(&mut self, sequence: u64, now: u64) -> Arrival {
        let Some(highest) = self.highest else {
            self.highest = Some(sequence);
            return Arrival::New;
        };
        if sequence <= highest {
            let place = self.missing.binary_search_by_key(&sequence, |missing| missing.sequence);
            let found = place.ok().and_then(|at| self.missing.remove(at));
            return found.map_or(Arrival::Known, |missing| Arrival::Recovered { asked: missing.tries > 0 });
        }
        self.highest = Some(sequence);
        let gap = sequence - highest - 1;
        if gap > MAX_MISSING as u64 {
            self.given_up += gap + self.missing.len() as u64;
            self.missing.clear();
            return Arrival::Jump;
        }
        if gap > 0 {
            self.missing.reserve(MAX_MISSING - self.missing.len()); // nothing, after the first time
        }
        for sequence in highest + 1..sequence {
            if self.missing.len() == MAX_MISSING {
                self.missing.pop_front();
                self.given_up += 1;
            }
            self.missing.push_back(Missing { sequence, next: now + WAIT_US, tries: 0 });
        }
        Arrival::New
    }

    /// Write the sequence numbers to ask for at `now` into `out`, rising, and return how many.
    ///
    /// What has been asked for [`MAX_TRIES`] times without coming is given up. What does not fit stays due.
    pub fn due(&mut self, now: u64, round_trip: u64, out: &mut [u16]) -> usize {
        let Some(highest) = self.highest else {
            return 0;
        };
        let before = self.missing.len();
        self.missing.retain(|missing| missing.tries < MAX_TRIES || now < missing.next);
        self.given_up += (before - self.missing.len()) as u64;
        let wait = WAIT_US.max(round_trip + round_trip / 4);
        let ready = self.missing.iter_mut().filter(|missing| missing.tries < MAX_TRIES && missing.due(now, highest));
        let mut count = 0;
        for (missing, place) in ready.zip(out) {
            *place = missing.sequence as u16;
            missing.tries += 1;
            missing.next = now + wait;
            count += 1;
        }
        count
    }

    /// When [`LossDetector::due`] will next have something to do; none while nothing is missing.
    pub fn deadline(&self) -> Option<u64> {
        let highest = self.highest?;
        self.missing.iter().map(|missing| if missing.proven(highest) { 0 } else { missing.next }).min()
    }

    /// Packets that will not be asked for any more, since the start.
    pub fn given_up(&self) -> u64 {
        self.given_up
    }

    /// Packets missing now.
    pub fn missing(&self) -> usize {
        self.missing.len()
    }

    /// Forget the stream: the sender started over.
    pub fn reset(&mut self) {
        self.highest = None;
        self.missing.clear();
    }
}

impl Missing {
    fn proven(&self, highest: u64) -> bool {
        self.tries == 0 && highest - self.sequence >= PROOF
    }

    fn due(&self, now: u64, highest: u64) -> bool {
        now >= self.next || self.proven(highest)
    }
}

#[cfg(test)]
#[path = "nack_test.rs"]
mod tests;
