//! Spreads bursts towards one receiver: what is sent makes a debt that its rate pays off, and what may not go yet waits as
//! the number of a packet in its track's ring.
//!
//! A receiver of whom nothing is known has no rate, and nothing ever waits.

use std::collections::VecDeque;

/// What may go at once, µs of that rate.
const BURST_US: u64 = 5_000;
/// Packets that wait, at most; beyond it, or when they would take longer than this to leave, pictures are skipped.
const WAITING: usize = 512;
const LONGEST_US: u64 = 1_500_000;

pub struct Pacer<W> {
    /// Bits per second; 0: free.
    bps: u64,
    debt_us: u64,
    paid_us: u64,
    queue: VecDeque<(W, u16)>,
    bytes: u64,
}

impl<W> Default for Pacer<W> {
    fn default() -> Pacer<W> {
        Pacer { bps: 0, debt_us: 0, paid_us: 0, queue: VecDeque::new(), bytes: 0 }
    }
}

impl<W> Pacer<W> {
    /// How fast packets may leave, bits per second; none: what the way bears is not known.
    pub fn set_rate(&mut self, bps: Option<u64>) {
        self.bps = bps.map_or(0, |bps| bps.max(1));
    }

    /// Whether anything can ever wait.
    pub fn paces(&self) -> bool {
        self.bps > 0
    }

    /// Time has passed: the debt has become less.
    pub fn pay(&mut self, now: u64) {
        self.debt_us = self.debt_us.saturating_sub(now.saturating_sub(self.paid_us));
        self.paid_us = now;
    }

    /// Whether a packet may go now.
    pub fn free(&self) -> bool {
        self.bps == 0 || self.debt_us < BURST_US
    }

    /// A packet of `bytes` goes, whether it was free to or not.
    pub fn sent(&mut self, bytes: usize) {
        let takes_us = (bytes as u64 * 8_000_000).checked_div(self.bps).unwrap_or(0);
        self.debt_us = (self.debt_us + takes_us).min(LONGEST_US);
    }

    /// This one, of `bytes`, goes later. `false`: too many wait; it is for the caller to skip.
    pub fn wait(&mut self, packet: W, bytes: u16) -> bool {
        if self.queue.len() >= WAITING || self.queue_us() > LONGEST_US {
            return false;
        }
        self.bytes += u64::from(bytes);
        self.queue.push_back((packet, bytes));
        true
    }

    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// The next that may go now.
    pub fn take(&mut self) -> Option<W> {
        if !self.free() {
            return None;
        }
        let (packet, bytes) = self.queue.pop_front()?;
        self.bytes -= u64::from(bytes);
        Some(packet)
    }

    /// Forgets what waits and is not kept; returns how many those were.
    pub fn retain(&mut self, keep: impl Fn(&W) -> bool) -> usize {
        let before = self.queue.len();
        let total = &mut self.bytes;
        self.queue.retain(|(packet, bytes)| {
            let kept = keep(packet);
            *total -= if kept { 0 } else { u64::from(*bytes) };
            kept
        });
        before - self.queue.len()
    }

    /// When the debt is paid: none while nothing waits.
    pub fn next_us(&self) -> Option<u64> {
        (!self.queue.is_empty()).then(|| self.paid_us + self.debt_us)
    }

    /// How long what waits will take to leave, µs.
    pub fn queue_us(&self) -> u64 {
        (self.bytes * 8_000_000).checked_div(self.bps).unwrap_or(0)
    }

    /// How long what has been sent beyond the rate will take to be paid off, with `bytes` more, µs.
    pub fn owes_us(&self, bytes: usize) -> u64 {
        self.debt_us + (bytes as u64 * 8_000_000).checked_div(self.bps).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R: at most 5 ms of its rate at once, the rest at that rate, in order.
    #[test]
    fn a_burst_is_spread() {
        let mut pacer = Pacer::default();
        pacer.set_rate(Some(2_500_000));
        let mut now = 1_000_000;
        for sequence in 0..100 {
            assert!(pacer.wait(sequence, 1000));
        }
        assert_eq!(pacer.queue_us(), 320_000);
        let mut sent = Vec::new();
        while let Some(at) = pacer.next_us() {
            now = now.max(at);
            pacer.pay(now);
            let mut together = 0;
            while let Some(next) = pacer.take() {
                pacer.sent(1000);
                sent.push((now, next));
                together += 1;
            }
            assert!(together <= 2, "{together}");
        }
        assert!(sent.iter().enumerate().all(|(n, &(_, sequence))| sequence == n as u64));
        let took = sent[99].0 - sent[0].0;
        assert!((300_000..=325_000).contains(&took), "{took}");
    }

    #[test]
    fn nothing_waits_where_nothing_is_known_and_too_much_nowhere() {
        let mut pacer = Pacer::<u64>::default();
        for _ in 0..1000 {
            assert!(pacer.free());
            pacer.sent(100_000);
        }
        pacer.set_rate(Some(250_000));
        let taken = (0..1000).take_while(|&n| pacer.wait(n, 1000)).count();
        assert_eq!(taken, 47); // 1.5 s of 250 kbit/s
        assert_eq!(pacer.retain(|_| false), 47);
        assert!(pacer.is_empty() && pacer.queue_us() == 0);
    }
}
