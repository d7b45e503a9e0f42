//! What was sent to one receiver under which transport-wide number: fixed memory, the oldest is overwritten.

/// Packets remembered: two seconds at 10 Mbit/s.
pub const SIZE: u64 = 2048;

/// A packet that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    pub at_us: u64,
    pub bytes: u16,
    /// The probe that it belongs to; 0: none.
    pub probe: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Sent,
    Lost,
    Acknowledged,
}

#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    /// Low 32 bits.
    at_us: u32,
    bytes: u16,
    probe: u8,
    state: State,
}

pub struct History {
    entries: Box<[Entry; SIZE as usize]>,
    next: u64,
}

impl History {
    /// Numbers begin at `first`.
    pub fn new(first: u16) -> History {
        // One cycle up: so that there is a number before each.
        History { entries: Box::new([Entry::default(); SIZE as usize]), next: (1 << 16) + u64::from(first) }
    }

    /// The number under which this packet goes.
    pub fn send(&mut self, sent: Sent) -> u16 {
        let number = self.next;
        self.entries[(number % SIZE) as usize] =
            Entry { at_us: sent.at_us as u32, bytes: sent.bytes, probe: sent.probe, state: State::Sent };
        self.next += 1;
        number as u16
    }

    /// The packets that a status of `packets` from `number` on is about, as far as they are remembered. What was never
    /// sent, or too long ago, is nobody (H8).
    pub fn known(&self, number: u16, packets: u16) -> std::ops::Range<u64> {
        // The latest that had this number; a cycle is longer than the memory.
        let behind = u64::from((self.next as u16).wrapping_sub(number));
        let behind = if behind == 0 { 1 << 16 } else { behind };
        let first = self.next.saturating_sub(behind);
        let end = (first + u64::from(packets)).min(self.next);
        let oldest = self.next.saturating_sub(SIZE);
        first.max(oldest).min(end)..end
    }

    /// It came. Said a second time, or of what has been forgotten, it is nothing.
    pub fn acknowledge(&mut self, number: u64, now: u64) -> Option<Sent> {
        let entry = self.entry(number)?;
        if entry.bytes == 0 || entry.state == State::Acknowledged {
            return None;
        }
        entry.state = State::Acknowledged;
        let ago = (now as u32).wrapping_sub(entry.at_us);
        Some(Sent { at_us: now.saturating_sub(ago.into()), bytes: entry.bytes, probe: entry.probe })
    }

    /// It did not come; `true` the first time that this is said.
    pub fn lose(&mut self, number: u64) -> bool {
        let Some(entry) = self.entry(number) else { return false };
        let news = entry.bytes > 0 && entry.state == State::Sent;
        if news {
            entry.state = State::Lost;
        }
        news
    }

    fn entry(&mut self, number: u64) -> Option<&mut Entry> {
        let here = number < self.next && number + SIZE >= self.next;
        here.then(|| &mut self.entries[(number % SIZE) as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(at_us: u64) -> Sent {
        Sent { at_us, bytes: 100, probe: 0 }
    }

    /// H8: acknowledged are only packets that were sent, once, and not too long ago.
    #[test]
    fn h8_lies_find_nobody() {
        let mut history = History::new(65_530);
        let numbers: Vec<u16> = (0..10).map(|n| history.send(sent(n * 1000))).collect();
        assert_eq!(numbers[5..7], [65_535, 0]);
        let one = history.known(numbers[6], 1);
        assert_eq!(history.acknowledge(one.start, 20_000), Some(sent(6000)));
        assert_eq!(history.acknowledge(one.start, 20_000), None, "twice");
        assert!(history.known(4, 1).all(|n| history.acknowledge(n, 0).is_none()), "never sent");
        assert!(history.known(30_000, 1).is_empty(), "long ago");
        assert_eq!(history.known(numbers[8], 60_000).count(), 2, "a run beyond what was sent");
        let all: Vec<u64> = history.known(60_000, 65_535).collect();
        let known = all.into_iter().filter(|&n| history.acknowledge(n, 20_000).is_some()).count();
        assert_eq!(known, 9);
    }

    #[test]
    fn lost_is_said_once_and_may_be_taken_back() {
        let mut history = History::new(1);
        history.send(sent(5));
        let number = history.known(1, 1).start;
        assert!(history.lose(number) && !history.lose(number));
        assert!(history.acknowledge(number, 10).is_some());
    }

    #[test]
    fn the_oldest_is_forgotten() {
        let mut history = History::new(0);
        let first = history.next;
        for n in 0..SIZE + 5 {
            history.send(sent(n + 1));
        }
        assert!(history.acknowledge(first + 4, 9000).is_none());
        assert_eq!(history.acknowledge(first + 5, 9000), Some(sent(6)));
    }

    #[test]
    fn times_survive_the_wrap_of_their_32_bits() {
        let mut history = History::new(0);
        let at = u64::from(u32::MAX) - 10;
        history.send(sent(at));
        assert_eq!(history.acknowledge(1 << 16, at + 50), Some(sent(at)));
    }
}
