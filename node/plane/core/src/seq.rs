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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Splice {
    offset: u64, // added modulo 2^64
    first_in: u64,
    highest_out: Option<u64>,
}

impl Splice {
    /// A line whose first number will be `start` (at least 1) plus the step of the first switch, less 1.
    pub fn starting_at(start: u64) -> Splice {
        Splice { offset: 0, first_in: u64::MAX, highest_out: Some(start.saturating_sub(1)) }
    }

    /// Continue with a source whose first number is `first_in`, `step` (at least 1) after the highest sent.
    pub fn switch(&mut self, first_in: u64, step: u64) {
        let next = self.highest_out.map_or(first_in, |highest| highest.wrapping_add(step));
        self.offset = next.wrapping_sub(first_in);
        self.first_in = first_in;
    }

    /// The outgoing number of `number`, or none if it lies before the switch.
    pub fn map(&mut self, number: u64) -> Option<u64> {
        if number < self.first_in {
            return None;
        }
        let out = number.wrapping_add(self.offset);
        if self.highest_out.is_none_or(|highest| out > highest) {
            self.highest_out = Some(out);
        }
        Some(out)
    }

    /// The incoming number that was sent as `out`, if it belongs to the present source.
    pub fn unmap(&self, out: u64) -> Option<u64> {
        let number = out.wrapping_sub(self.offset);
        (number >= self.first_in && self.highest_out.is_some_and(|highest| out <= highest)).then_some(number)
    }

    /// Whether `number` is so far ahead that a receiver who lost some could no longer tell how often the 16 bits have
    /// wrapped (RFC 3711 3.3.1): switch instead.
    pub fn leaps(&self, number: u64) -> bool {
        let out = number.wrapping_add(self.offset);
        number >= self.first_in && self.highest_out.is_some_and(|highest| out > highest.saturating_add(LEAP))
    }

    pub fn highest_out(&self) -> Option<u64> {
        self.highest_out
    }
}

#[cfg(test)]
#[path = "seq_test.rs"]
mod tests;
