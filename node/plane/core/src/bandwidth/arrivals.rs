//! When the packets of one peer came, by their transport-wide numbers, and when to tell it.

use super::feedback;
use crate::seq::Unwrapper;

/// Packets remembered: at 50 Mbit/s what comes in a tenth of a second.
const WINDOW: u64 = 512;
/// Feedback is sent so often, µs: faster where there is more to tell, within a twentieth of what comes.
const INTERVAL_US: (u64, u64) = (50_000, 100_000);
/// Bits that a message takes, with its headers, about.
const MESSAGE_BITS: u64 = 68 * 8;
const SHARE: u64 = 20;

pub struct Arrivals {
    numbers: Unwrapper,
    /// By number modulo the window, µs; 0: it has not come.
    times: Box<[u64; WINDOW as usize]>,
    /// The first that has not been told of.
    base: u64,
    /// The highest that came.
    highest: u64,
    /// Messages, modulo 256.
    number: u8,
    bytes: u64,
    told_us: u64,
    waiting: bool,
    /// Of the last packet: senders take feedback for theirs by it.
    pub ssrc: u32,
}

impl Arrivals {
    pub fn new(now: u64) -> Arrivals {
        Arrivals {
            numbers: Unwrapper::new(),
            times: Box::new([0; WINDOW as usize]),
            base: 0,
            highest: 0,
            number: 0,
            bytes: 0,
            told_us: now,
            waiting: false,
            ssrc: 0,
        }
    }

    /// A packet of `bytes` with this number came at `arrived`, µs (never 0).
    pub fn record(&mut self, number: u16, arrived: u64, bytes: usize) {
        let first = self.numbers.highest().is_none();
        let packet = self.numbers.extend(number);
        if first || packet >= self.highest + WINDOW {
            self.times.fill(0);
            (self.base, self.highest) = (packet, packet);
        }
        if packet + WINDOW <= self.highest {
            return;
        }
        for skipped in self.highest + 1..=packet {
            self.times[(skipped % WINDOW) as usize] = 0;
        }
        self.highest = self.highest.max(packet);
        // Late, and told of as missing: it is told of again.
        self.base = self.base.min(packet).max((self.highest + 1).saturating_sub(WINDOW));
        let time = &mut self.times[(packet % WINDOW) as usize];
        if *time == 0 {
            *time = arrived;
        }
        self.bytes += bytes as u64;
        self.waiting = true;
    }

    /// When there is to be told of what came; none while nothing did.
    pub fn due_us(&self, now: u64) -> Option<u64> {
        if !self.waiting {
            return None;
        }
        let passed = now.saturating_sub(self.told_us).max(1);
        let allowed = (self.bytes * 8 / SHARE).max(1); // bits in that time
        let interval = (MESSAGE_BITS * passed / allowed).clamp(INTERVAL_US.0, INTERVAL_US.1);
        Some(self.told_us + interval)
    }

    /// Writes the body of one message into `out`; 0 when all has been told.
    pub fn write(&mut self, now: u64, out: &mut [u8]) -> usize {
        while self.waiting {
            let times = &self.times;
            let arrival = |packet: u64| Some(times[(packet % WINDOW) as usize]).filter(|&time| time > 0);
            let (len, next) = feedback::write(out, self.number, self.base, self.highest + 1, arrival);
            let stuck = next == self.base;
            self.base = next;
            self.waiting = self.base <= self.highest && !stuck;
            (self.told_us, self.bytes) = (now, 0);
            if len > 0 {
                self.number = self.number.wrapping_add(1);
                return len;
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandwidth::feedback::Feedback;

    fn told(arrivals: &mut Arrivals, now: u64) -> Vec<(u16, bool)> {
        let mut out = [0; 1100];
        let mut all = Vec::new();
        loop {
            let len = arrivals.write(now, &mut out);
            if len == 0 {
                return all;
            }
            let feedback = Feedback::parse(&out[..len]).unwrap();
            for status in feedback.statuses() {
                for n in 0..status.packets {
                    all.push((feedback.base.wrapping_add(status.offset + n), status.arrived_us.is_some()));
                }
            }
        }
    }

    #[test]
    fn what_came_and_what_did_not_across_the_wrap() {
        let mut arrivals = Arrivals::new(0);
        for number in [65_533, 65_534, 1, 2] {
            arrivals.record(number, 1000, 100);
        }
        let expected = [(65_533, true), (65_534, true), (65_535, false), (0, false), (1, true), (2, true)];
        assert_eq!(told(&mut arrivals, 1000), expected);
        assert_eq!(told(&mut arrivals, 1000), []);
        assert_eq!(arrivals.due_us(2000), None);
        arrivals.record(0, 9000, 100);
        assert_eq!(told(&mut arrivals, 9000), [(0, true), (1, true), (2, true)]);
    }

    #[test]
    fn a_leap_begins_anew() {
        let mut arrivals = Arrivals::new(0);
        arrivals.record(1, 1000, 100);
        arrivals.record(2000, 2000, 100);
        assert_eq!(told(&mut arrivals, 2000), [(2000, true)]);
        arrivals.record(3, 2100, 100); // older than what is remembered
        assert_eq!(told(&mut arrivals, 2200), []);
    }

    /// R: 50 to 100 ms apart, and about a twentieth of what comes.
    #[test]
    fn more_often_where_there_is_more_to_tell() {
        let mut arrivals = Arrivals::new(1);
        arrivals.record(1, 20_000, 1200);
        assert_eq!(arrivals.due_us(20_001), Some(1 + 50_000));
        let mut out = [0; 1100];
        arrivals.write(50_001, &mut out);
        arrivals.record(2, 70_000, 100);
        assert_eq!(arrivals.due_us(100_001), Some(150_001));
    }

    /// R: more packets than fit are told of in several messages, each once.
    #[test]
    fn all_are_told_of_once() {
        let mut arrivals = Arrivals::new(0);
        for number in 0..500u16 {
            arrivals.record(number, 1 + u64::from(number) * 70_000, 100); // large deltas
        }
        let all = told(&mut arrivals, 40_000_000);
        assert_eq!(all.len(), 500);
        assert!(all.iter().enumerate().all(|(n, told)| *told == (n as u16, true)));
    }
}
