//! Short bursts at a higher rate than is known to go through: what comes of them says what the way bears.
//!
//! At the start three and six times the first guess, then twice what was found as long as it goes through; later only
//! while more is wanted than is known to be borne, ever more rarely while nothing comes of it.

use super::START_BPS;

/// A burst lasts at least so long, µs, and has so many packets.
const LENGTH_US: u64 = 15_000;
/// Where the receiver reads in batches, it spans so many tenths of them, at most µs: the first and the last tell nothing.
const BATCHES: u64 = 40;
const LONGEST_US: u64 = 400_000;
const PACKETS: u32 = 5;
/// A burst that has not gone out after so long, or of which nothing was heard, is given up, µs.
const PATIENCE_US: u64 = 1_000_000;
/// Bursts of which feedback is awaited.
const AWAITED: usize = 4;
/// Between bursts, µs: the first, and the longest after failures.
const SPACING_US: (u64, u64) = (2_000_000, 16_000_000);
/// After the rate had to be lowered, µs.
const RECOVERY_US: u64 = 1_000_000;
/// After a burst of which nothing could be said, µs: the next one will be longer.
const AGAIN_US: u64 = 500_000;
/// A result is no better than this share of a rate at which packets arrived more slowly than they were sent.
const QUEUED: f64 = 0.95;

#[derive(Debug, Clone, Copy)]
struct Burst {
    id: u8,
    bps: u64,
    length_us: u64,
    begun_us: u64,
    ended: bool,
    sent: u64,
    sent_packets: u32,
    first_sent_us: u64,
    last_sent_us: u64,
    last_sent: u64,
    /// Instants at which some of it arrived: the first, the last, the one before the last.
    first_arrived_us: i64,
    last_arrived_us: i64,
    before_last_us: i64,
    /// Bytes at the first and the last instant.
    first_arrived: u64,
    last_arrived: u64,
    arrived: u64,
    arrived_packets: u32,
}

/// What came of a burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Not all of it has been told of.
    Open,
    /// It came at one or two instants: nothing can be said.
    Nothing,
    /// Bits per second that went through; whether all of it did, as fast as it was sent.
    Found(u64, bool),
}

impl Burst {
    fn bytes(&self) -> u64 {
        self.bps * self.length_us / 8_000_000
    }

    fn complete(&self) -> bool {
        let lasted = self.last_sent_us >= self.first_sent_us + self.length_us;
        self.sent >= self.bytes() && self.sent_packets >= PACKETS && lasted
    }

    /// Known once four fifths of the burst have arrived.
    fn outcome(&self) -> Outcome {
        let enough = self.arrived_packets * 5 >= PACKETS * 4 && self.arrived * 5 >= self.bytes() * 4;
        let sending_us = self.last_sent_us.saturating_sub(self.first_sent_us);
        if !self.ended || !enough || sending_us < 1000 {
            return Outcome::Open;
        }
        // n packets have n − 1 intervals: the last sent and those of the first instant stand outside; and of the last
        // batch that is read nobody knows how long it took to gather.
        let batched = self.length_us > LENGTH_US;
        let (end_us, last) = match batched {
            true => (self.before_last_us, self.last_arrived),
            false => (self.last_arrived_us, 0),
        };
        let arriving_us = end_us - self.first_arrived_us;
        if arriving_us < 1000 {
            return Outcome::Nothing;
        }
        let sent = (self.sent - self.last_sent) as f64 * 8e6 / sending_us as f64;
        let arrived = (self.arrived - self.first_arrived).saturating_sub(last) as f64 * 8e6 / arriving_us as f64;
        if arrived > 2.0 * sent {
            return Outcome::Nothing; // held back and let go at once somewhere on the way
        }
        let through = arrived >= 0.9 * sent;
        let bps = if through { sent.min(arrived) } else { QUEUED * arrived };
        // Media may have gone out faster than was meant; a way lets short bursts pass that it does not bear.
        Outcome::Found((bps as u64).min(self.bps), through)
    }

    fn arrived(&mut self, at_us: i64, bytes: u64) {
        let first = self.arrived_packets == 0;
        if first || at_us < self.first_arrived_us {
            (self.first_arrived_us, self.first_arrived) = (at_us, bytes);
        } else if at_us == self.first_arrived_us {
            self.first_arrived += bytes;
        }
        if first {
            (self.before_last_us, self.last_arrived_us, self.last_arrived) = (at_us, at_us, bytes);
        } else if at_us > self.last_arrived_us {
            (self.before_last_us, self.last_arrived_us, self.last_arrived) = (self.last_arrived_us, at_us, bytes);
        } else if at_us == self.last_arrived_us {
            self.last_arrived += bytes;
        }
        self.arrived += bytes;
        self.arrived_packets += 1;
    }
}

/// What decides on bursts and judges them.
pub struct Probes {
    next_id: u8,
    bursts: [Option<Burst>; AWAITED],
    /// Being sent: place in `bursts`.
    active: Option<usize>,
    /// Rates still to be tried at once.
    planned: [u64; 2],
    /// The next later one.
    next_us: u64,
    spacing_us: u64,
    started: bool,
    /// When the last packet of a burst went out.
    last_us: u64,
    /// The receiver reads in batches that gathered for so long, µs.
    batch_us: u64,
}

impl Default for Probes {
    fn default() -> Probes {
        Probes {
            next_id: 1,
            bursts: [None; AWAITED],
            active: None,
            planned: [3 * START_BPS, 6 * START_BPS],
            next_us: 0,
            spacing_us: SPACING_US.0,
            started: false,
            last_us: 0,
            batch_us: 0,
        }
    }
}

impl Probes {
    /// How the receiver reads, as far as is known.
    pub fn batched(&mut self, us: u64) {
        self.batch_us = us;
    }

    /// Whether a burst is to go out now, or is going out. `wanted` is the most that would be of use, bits per second;
    /// `most` the most that is allowed.
    pub fn poll(&mut self, now: u64, target: u64, wanted: u64, most: u64) -> bool {
        if let Some(burst) = self.active.and_then(|at| self.bursts[at].as_mut()) {
            if now < burst.begun_us + PATIENCE_US {
                return true;
            }
            burst.ended = true;
            self.active = None;
        }
        for place in 0..AWAITED {
            if self.bursts[place].is_some_and(|burst| now >= burst.begun_us + 2 * PATIENCE_US) {
                self.bursts[place] = None;
                self.failed(now);
            }
        }
        self.started = true;
        if let Some(place) = self.planned.iter().position(|&bps| bps > 0) {
            let bps = std::mem::take(&mut self.planned[place]).min(most);
            return bps > target && self.begin(bps, now);
        }
        let awaited = self.bursts.iter().any(Option::is_some);
        if awaited || now < self.next_us || target >= wanted.min(most) {
            return false;
        }
        self.next_us = now + self.spacing_us;
        // A long one is to leave no long queue.
        let bold = if self.batch_us > 0 { target + target / 2 } else { 2 * target };
        let bps = bold.min(wanted.max(target + target / 4)).min(most);
        self.begin(bps, now)
    }

    /// Whether it has had its first turn.
    pub fn started(&self) -> bool {
        self.started
    }

    /// Whether what the first bursts found is not known yet.
    pub fn starting(&self) -> bool {
        self.planned.iter().any(|&bps| bps > 0) || (self.bursts.iter().any(Option::is_some))
    }

    fn begin(&mut self, bps: u64, now: u64) -> bool {
        let Some(place) = self.bursts.iter().position(Option::is_none) else { return false };
        self.bursts[place] = Some(Burst {
            id: self.next_id,
            bps,
            length_us: (self.batch_us * BATCHES / 10).clamp(LENGTH_US, LONGEST_US),
            begun_us: now,
            ended: false,
            sent: 0,
            sent_packets: 0,
            first_sent_us: 0,
            last_sent_us: 0,
            last_sent: 0,
            first_arrived_us: 0,
            last_arrived_us: 0,
            before_last_us: 0,
            first_arrived: 0,
            last_arrived: 0,
            arrived: 0,
            arrived_packets: 0,
        });
        self.next_id = self.next_id.checked_add(1).unwrap_or(1);
        self.active = Some(place);
        true
    }

    fn current(&self) -> Option<&Burst> {
        self.active.and_then(|at| self.bursts[at].as_ref())
    }

    /// The rate of the burst that is going out.
    pub fn rate(&self) -> Option<u64> {
        self.current().map(|burst| burst.bps)
    }

    /// Bytes of it that are due by `now`, looking 2 ms ahead; at most what is left of it.
    pub fn due(&self, now: u64) -> u64 {
        let Some(burst) = self.current() else { return 0 };
        let started = if burst.sent == 0 { now } else { burst.first_sent_us };
        let passed = now.saturating_sub(started);
        if passed >= burst.length_us {
            return 1; // the last packet
        }
        (burst.bps * (passed + 2000) / 8_000_000).max(1).saturating_sub(burst.sent)
    }

    /// When the next bytes of it are due.
    pub fn next_us(&self, now: u64) -> Option<u64> {
        let burst = self.current()?;
        let by_rate = burst.sent * 8_000_000 / burst.bps;
        Some(if burst.sent == 0 { now } else { burst.first_sent_us + by_rate.min(burst.length_us) })
    }

    /// A packet goes out; the number of the burst that it belongs to, or 0.
    pub fn sent(&mut self, bytes: usize, now: u64) -> u8 {
        let Some(burst) = self.active.and_then(|at| self.bursts[at].as_mut()) else { return 0 };
        self.last_us = now;
        if burst.sent == 0 {
            burst.first_sent_us = now;
        }
        burst.sent += bytes as u64;
        burst.sent_packets += 1;
        (burst.last_sent_us, burst.last_sent) = (now, bytes as u64);
        let id = burst.id;
        if burst.complete() {
            burst.ended = true;
            self.active = None;
        }
        id
    }

    /// A packet of burst `id` arrived, by the receiver's clock.
    pub fn arrived(&mut self, id: u8, at_us: i64, bytes: usize) {
        let Some(burst) = self.bursts.iter_mut().flatten().find(|burst| burst.id == id) else { return };
        burst.arrived(at_us, bytes as u64);
    }

    /// After each feedback: the best that a burst has shown, if there is news, and whether all of that burst went through.
    pub fn result(&mut self, now: u64, target: u64, most: u64) -> Option<(u64, bool)> {
        let mut best = None;
        for place in 0..AWAITED {
            let Some(burst) = self.bursts[place] else { continue };
            let outcome = burst.outcome();
            if outcome == Outcome::Open {
                continue;
            }
            self.bursts[place] = None;
            if self.active == Some(place) {
                self.active = None;
            }
            let Outcome::Found(bps, through) = outcome else {
                self.next_us = self.next_us.max(now + AGAIN_US);
                continue;
            };
            if bps * 10 >= burst.bps * 7 && bps > target {
                self.spacing_us = SPACING_US.0;
                if burst.bps < most && self.planned == [0, 0] {
                    self.next_us = now; // it went through: at once the next, if more is wanted
                }
            } else {
                self.failed(now);
            }
            best = best.max(Some((bps, through)));
        }
        best
    }

    fn failed(&mut self, now: u64) {
        self.next_us = self.next_us.max(now + self.spacing_us);
        self.spacing_us = (self.spacing_us * 2).min(SPACING_US.1);
    }

    /// The rate had to be lowered; when that was by `much`, it is soon tried whether it was for a moment only.
    pub fn lowered(&mut self, much: bool, now: u64) {
        self.planned = [0, 0];
        if much {
            self.next_us = now + RECOVERY_US;
            self.spacing_us = SPACING_US.0;
        } else {
            self.next_us = self.next_us.max(now + self.spacing_us);
        }
    }

    /// Whether a burst went out within the last `us`: the queue that it made is no news.
    pub fn within(&self, us: u64, now: u64) -> bool {
        self.bursts.iter().flatten().any(|burst| burst.sent > 0) || now < self.last_us + us
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends one burst over a way that bears `bps`; what it says.
    fn burst(probes: &mut Probes, now: &mut u64, bps: u64) -> Option<u64> {
        let mut free_us = 0;
        let size = 300;
        while probes.rate().is_some() {
            while probes.due(*now) > 0 {
                let id = probes.sent(size, *now);
                free_us = free_us.max(*now) + size as u64 * 8_000_000 / bps;
                probes.arrived(id, free_us as i64 + 5_000_000_000, size);
                if probes.rate().is_none() {
                    break;
                }
            }
            *now = probes.next_us(*now).unwrap_or(*now).max(*now + 100);
        }
        *now += 100_000;
        probes.result(*now, 0, u64::MAX).map(|(bps, _)| bps)
    }

    /// A receiver that reads every 60 ms: the first burst comes at one instant and tells nothing, the next one is longer.
    #[test]
    fn what_is_read_in_batches_is_measured_over_several() {
        for bps in [400_000u64, 1_000_000, 3_000_000] {
            let mut probes = Probes::default();
            (probes.started, probes.planned) = (true, [0, 0]);
            let (mut now, mut free_us, batch, size) = (1_000_000u64, 0, 60_000u64, 300);
            for expects in [false, true] {
                assert!(probes.poll(now, 700_000, 20_000_000, u64::MAX));
                while probes.rate().is_some() {
                    while probes.due(now) > 0 && probes.rate().is_some() {
                        let id = probes.sent(size, now);
                        free_us = now.max(free_us) + size as u64 * 8_000_000 / bps;
                        probes.arrived(id, free_us.next_multiple_of(batch) as i64, size);
                    }
                    now = probes.next_us(now).unwrap_or(now).max(now + 100);
                }
                now += 600_000;
                let found = probes.result(now, 700_000, u64::MAX).map(|(bps, _)| bps as f64);
                if expects {
                    let (found, borne) = (found.unwrap(), bps.min(1_050_000) as f64);
                    assert!(found > 0.8 * borne && found < 1.15 * borne, "{bps}: {found}");
                } else {
                    assert!(found.is_none_or(|found| found < bps as f64), "{bps}: {found:?}");
                }
                probes.batched(batch);
                now += 2_000_000;
            }
        }
    }

    #[test]
    fn it_finds_what_the_way_bears() {
        for bps in [200_000, 700_000, 1_000_000, 1_500_000] {
            let (mut probes, mut now) = (Probes::default(), 1_000_000);
            let mut best = 0;
            for _ in 0..2 {
                assert!(probes.poll(now, 1, 10_000_000, u64::MAX));
                best = best.max(burst(&mut probes, &mut now, bps).unwrap_or(0));
            }
            assert!(best as f64 > 0.8 * bps as f64 && best <= bps, "{bps}: {best}");
        }
    }

    #[test]
    fn it_goes_on_while_it_goes_through_and_tires_when_not() {
        let (mut probes, mut now) = (Probes::default(), 1_000_000);
        let mut target = 300_000;
        for _ in 0..5 {
            assert!(probes.poll(now, target, 10_000_000, u64::MAX), "{target}");
            target = target.max(burst(&mut probes, &mut now, 100_000_000).unwrap());
        }
        assert!(target > 8_000_000, "{target}");
        // The way is full: fewer and fewer.
        let mut tried = 0;
        for _ in 0..600 {
            if probes.poll(now, target, 30_000_000, u64::MAX) {
                tried += 1;
                burst(&mut probes, &mut now, target);
            }
            now += 100_000;
        }
        assert!((3..10).contains(&tried), "{tried}");
        assert!(!probes.poll(now + 100_000_000, target, target, u64::MAX), "nothing more is wanted");
    }
}
