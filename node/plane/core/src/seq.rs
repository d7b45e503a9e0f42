//! Sequence numbers and timestamps that do not wrap, and the splice that makes many sources one stream.

/// Extends 16-bit sequence numbers to 64 bits by taking the value nearest to the highest seen.
///
/// The first number is placed one cycle up, so that packets from before it still have a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unwrapper {
    highest: Option<u64>,
}

impl Unwrapper {
    pub fn new() -> Unwrapper {
        Unwrapper::default()
    }

    /// The extended number of `sequence`, without remembering it.
    pub fn peek(&self, sequence: u16) -> u64 {
        match self.highest {
            None => 1 << 16 | u64::from(sequence),
            Some(highest) => highest.wrapping_add_signed(i64::from(sequence.wrapping_sub(highest as u16) as i16)),
        }
    }

    /// The extended number of `sequence`, which becomes the highest if it is.
    pub fn extend(&mut self, sequence: u16) -> u64 {
        let extended = self.peek(sequence);
        if self.highest.is_none_or(|highest| extended > highest) {
            self.highest = Some(extended);
        }
        extended
    }

    pub fn highest(&self) -> Option<u64> {
        self.highest
    }
}

/// Extends 32-bit RTP timestamps to 64 bits, as [`Unwrapper`] does for sequence numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimestampUnwrapper {
    highest: Option<u64>,
}

impl TimestampUnwrapper {
    pub fn new() -> TimestampUnwrapper {
        TimestampUnwrapper::default()
    }

    /// The extended value of `timestamp`, which becomes the highest if it is.
    pub fn extend(&mut self, timestamp: u32) -> u64 {
        let extended = match self.highest {
            None => 1 << 32 | u64::from(timestamp),
            Some(highest) => highest.wrapping_add_signed(i64::from(timestamp.wrapping_sub(highest as u32) as i32)),
        };
        if self.highest.is_none_or(|highest| extended > highest) {
            self.highest = Some(extended);
        }
        extended
    }
}

/// A gap that no repair will close, and an eighth of what 16 bits can tell apart.
const LEAP: u64 = 1 << 12;

/// Maps the numbers of changing sources onto one outgoing line that only grows.
///
/// Within a source the mapping is a constant offset, so loss and reordering pass through unchanged; at a switch the
/// new source continues right after the highest number sent. What lies before the switch has no place and is not sent.
/// What is left out on purpose ([`Splice::skip`]) leaves no gap: what comes after it moves up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Splice {
    offset: u64, // added modulo 2^64
    first_in: u64,
    highest_in: u64,
    highest_out: Option<u64>,
    skips: Option<Box<Skips>>,
}

/// Changes of the offset that are remembered: packets before the oldest have no place any more.
const SKIPS: usize = 256;

/// Where packets were left out: a ring.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Skips {
    /// From this incoming number on, so many fewer than were received have gone out since the switch.
    runs: [(u64, u64); SKIPS],
    /// Runs ever begun since the switch; the newest is at `count - 1`.
    count: usize,
}

impl Skips {
    fn newest(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        (self.count.saturating_sub(SKIPS)..self.count).rev().map(|at| self.runs[at % SKIPS])
    }

    fn left_out(&self) -> u64 {
        self.newest().next().map_or(0, |(_, left_out)| left_out)
    }
}

/// What became of a number that was to be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// It leaves no gap.
    Gone,
    /// It is too late for that: later packets have gone out. This number is to be filled, with padding.
    Fill(u64),
}

impl Splice {
    /// A line whose first number will be `start` (at least 1) plus the step of the first switch, less 1.
    pub fn starting_at(start: u64) -> Splice {
        Splice { first_in: u64::MAX, highest_out: Some(start.saturating_sub(1)), ..Splice::default() }
    }

    /// Continue with a source whose first number is `first_in`, `step` (at least 1) after the highest sent.
    pub fn switch(&mut self, first_in: u64, step: u64) {
        let next = self.highest_out.map_or(first_in, |highest| highest.wrapping_add(step));
        self.offset = next.wrapping_sub(first_in);
        self.first_in = first_in;
        self.highest_in = first_in;
        if let Some(skips) = &mut self.skips {
            skips.count = 0;
        }
    }

    /// The outgoing number of `number`, or none if it lies before the switch.
    pub fn map(&mut self, number: u64) -> Option<u64> {
        let out = self.place(number)?;
        self.highest_in = self.highest_in.max(number);
        if self.highest_out.is_none_or(|highest| out > highest) {
            self.highest_out = Some(out);
        }
        Some(out)
    }

    /// `number` is not sent, though it came. None: it has no place anyway.
    ///
    /// Allocates the first time, and never again.
    pub fn skip(&mut self, number: u64) -> Option<Skipped> {
        if number <= self.highest_in {
            let out = self.place(number)?;
            // Or what comes after a switch would be given the same number.
            self.highest_out = self.highest_out.max(Some(out));
            return Some(Skipped::Fill(out));
        }
        let mut skips = self.skips.take().unwrap_or_else(|| Box::new(Skips { runs: [(0, 0); SKIPS], count: 0 }));
        let left_out = skips.left_out() + 1;
        let goes_on = skips.newest().next().is_some_and(|(from, _)| from == number);
        skips.count += usize::from(!goes_on);
        skips.runs[(skips.count - 1) % SKIPS] = (number + 1, left_out);
        self.skips = Some(skips);
        self.highest_in = number;
        Some(Skipped::Gone)
    }

    /// The outgoing number that `number` has or would have. None for what was left out: its number is another's now.
    fn place(&self, number: u64) -> Option<u64> {
        if number < self.first_in {
            return None;
        }
        let out = number.wrapping_add(self.offset);
        let Some(skips) = self.skips.as_ref().filter(|skips| skips.count > 0) else { return Some(out) };
        let mut later = None;
        for (from, left_out) in skips.newest() {
            if number >= from {
                let gone = later.is_some_and(|(from, all)| number >= from - (all - left_out));
                return (!gone).then(|| out - left_out);
            }
            later = Some((from, left_out));
        }
        let gone = later.is_some_and(|(from, all)| number >= from - all);
        (skips.count <= SKIPS && !gone).then_some(out)
    }

    /// The incoming number that was sent as `out`, if it belongs to the present source.
    pub fn unmap(&self, out: u64) -> Option<u64> {
        if self.highest_out.is_none_or(|highest| out > highest) {
            return None;
        }
        let number = out.wrapping_sub(self.offset);
        let Some(skips) = self.skips.as_ref().filter(|skips| skips.count > 0) else {
            return (number >= self.first_in).then_some(number);
        };
        let mut runs = skips.newest().map(|(from, left_out)| (from, number.wrapping_add(left_out)));
        match runs.find(|&(from, number)| number >= from) {
            Some((_, number)) => Some(number),
            None => (skips.count <= SKIPS && number >= self.first_in).then_some(number),
        }
    }

    /// Whether `number` is so far ahead that a receiver who lost some could no longer tell how often the 16 bits have
    /// wrapped (RFC 3711 3.3.1): switch instead.
    pub fn leaps(&self, number: u64) -> bool {
        let left_out = self.skips.as_ref().map_or(0, |skips| skips.left_out());
        let out = number.wrapping_add(self.offset).wrapping_sub(left_out);
        number >= self.first_in && self.highest_out.is_some_and(|highest| out > highest.saturating_add(LEAP))
    }

    pub fn highest_out(&self) -> Option<u64> {
        self.highest_out
    }
}

#[cfg(test)]
#[path = "seq_test.rs"]
mod tests;
