//! The delay-based rate: up while the way bears it, down to what arrives when a queue grows
//! (draft-ietf-rmcat-gcc-02, 5.5; with libwebrtc's estimate of the capacity of the link).

use super::trend::Usage;
use super::{MAX_BPS, MIN_BPS};

/// After overuse: this share of what arrives.
const BETA: f64 = 0.85;
/// What arrives is what is sent now, so long after the rate was lowered, µs.
const SETTLED_US: u64 = 2_000_000;
/// This much of what arrives is known to be borne, while no queue grows.
const THROUGH: f64 = 0.9;
/// No step down is larger than to this share.
const MOST_CUT: f64 = 0.5;
/// Growth a second, far from the capacity.
const GROWTH: f64 = 1.08;
/// Not further than this beyond what is known to arrive.
const BEYOND: f64 = 1.5;
const BEYOND_BPS: f64 = 10_000.0;

/// Where overuse has been met: mean and deviation.
#[derive(Debug, Clone)]
struct Capacity {
    kbps: Option<f64>,
    /// Variance over mean.
    deviation: f64,
}

impl Default for Capacity {
    fn default() -> Capacity {
        Capacity { kbps: None, deviation: 0.4 }
    }
}

impl Capacity {
    fn met(&mut self, kbps: f64) {
        const ALPHA: f64 = 0.05;
        let mean = self.kbps.map_or(kbps, |mean| (1.0 - ALPHA) * mean + ALPHA * kbps);
        self.kbps = Some(mean);
        let error = mean - kbps;
        let deviation = (1.0 - ALPHA) * self.deviation + ALPHA * error * error / mean.max(1.0);
        self.deviation = deviation.clamp(0.4, 2.5);
    }

    fn bounds(&self) -> Option<(f64, f64)> {
        let mean = self.kbps?;
        let three = 3.0 * (self.deviation * mean).sqrt();
        Some(((mean - three).max(0.0), mean + three))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Hold,
    Increase,
    Decrease,
}

pub struct Rate {
    bps: f64,
    state: State,
    capacity: Capacity,
    changed_us: u64,
    decreased_us: u64,
}

impl Rate {
    pub fn new(bps: u64, now: u64) -> Rate {
        Rate { bps: bps as f64, state: State::Hold, capacity: Capacity::default(), changed_us: now, decreased_us: 0 }
    }

    pub fn bps(&self) -> u64 {
        self.bps as u64
    }

    /// A probe has found out better.
    pub fn set(&mut self, bps: u64, now: u64) {
        self.bps = (bps as f64).clamp(MIN_BPS as f64, MAX_BPS as f64);
        self.changed_us = now;
    }

    /// The way has shown its end for the first time: the rate is this, and has just been lowered.
    pub fn start(&mut self, bps: u64, now: u64) {
        self.set(bps, now);
        (self.state, self.decreased_us) = (State::Hold, now);
    }

    /// So much, bits per second, has come through, and no queue stands: it is borne. Shortly after it was lowered that is news
    /// of before, and those who share a way would no longer give way to one another.
    pub fn came_through(&mut self, bps: u64, now: u64) {
        if self.state == State::Increase && now >= self.decreased_us + SETTLED_US {
            self.bps = self.bps.max(THROUGH * bps as f64).min(MAX_BPS as f64);
        }
    }

    /// The way is another.
    pub fn forget_capacity(&mut self) {
        self.capacity = Capacity::default();
    }

    /// After each feedback: what the detector says, what arrives, bits per second, and whether a queue stands. `true`: the
    /// rate was lowered.
    pub fn update(&mut self, usage: Usage, arriving: Option<u64>, standing: bool, rtt_us: u64, now: u64) -> bool {
        let arriving = arriving.map_or(self.bps, |bps| bps as f64);
        self.state = match (usage, self.state) {
            (Usage::Over, _) => State::Decrease,
            (Usage::Under, _) => State::Hold,
            (Usage::Normal, State::Hold) => {
                self.changed_us = now;
                State::Increase
            }
            (Usage::Normal, state) => state,
        };
        match self.state {
            State::Hold => false,
            State::Increase => {
                self.increase(arriving, rtt_us, now);
                false
            }
            State::Decrease => self.decrease(arriving, standing, rtt_us, now),
        }
    }

    fn increase(&mut self, arriving: f64, rtt_us: u64, now: u64) {
        if self.capacity.bounds().is_some_and(|(_, upper)| arriving / 1000.0 > upper) {
            self.capacity = Capacity::default();
        }
        let passed = (now.saturating_sub(self.changed_us) as f64 / 1e6).min(1.0);
        let limit = BEYOND * arriving + BEYOND_BPS;
        if self.bps < limit {
            let more = if self.capacity.kbps.is_some() || self.decreased_us > 0 {
                self.near_capacity_bps_per_s(rtt_us) * passed
            } else {
                (self.bps * (GROWTH.powf(passed) - 1.0)).max(1000.0 * passed)
            };
            self.bps = (self.bps + more).min(limit).min(MAX_BPS as f64);
        }
        self.changed_us = now;
    }

    /// About two packets more each response time: that those who share a way come to even shares within a minute.
    fn near_capacity_bps_per_s(&self, rtt_us: u64) -> f64 {
        let packet_bits = (self.bps / 30.0).min(1200.0 * 8.0);
        let response_s = (rtt_us as f64 + 100_000.0) / 1e6;
        (2.0 * packet_bits / response_s).max(4000.0)
    }

    fn decrease(&mut self, arriving: f64, standing: bool, rtt_us: u64, now: u64) -> bool {
        if !standing && arriving < self.bps / 2.0 {
            // Sound alone, or a picture that has just begun: others fill the way, or nobody.
            self.state = State::Hold;
            return false;
        }
        // Once a round trip: what was sent before the last step is still being answered; unless that was far too little.
        let wait = rtt_us.clamp(10_000, 200_000);
        if now < self.decreased_us + wait && arriving >= self.bps / 2.0 {
            return false;
        }
        let mut lower = BETA * arriving;
        if lower > self.bps
            && let Some(kbps) = self.capacity.kbps
        {
            lower = BETA * kbps * 1000.0;
        }
        // What arrives may be what was sent before pictures began: the next feedback knows better, or the queue does.
        let lower = lower.max(if standing { MOST_CUT } else { BETA } * self.bps);
        let lowered = lower < self.bps;
        if lowered {
            self.bps = lower.max(MIN_BPS as f64);
        }
        let kbps = arriving / 1000.0;
        if self.capacity.bounds().is_some_and(|(below, _)| kbps < below) {
            self.capacity = Capacity::default();
        }
        self.capacity.met(kbps);
        self.state = State::Hold;
        (self.changed_us, self.decreased_us) = (now, now);
        lowered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_by_a_twelfth_a_second_and_falls_to_what_arrives() {
        let mut rate = Rate::new(500_000, 0);
        for n in 0..=10 {
            rate.update(Usage::Normal, Some(500_000), false, 50_000, n * 100_000);
        }
        assert!((535_000..545_000).contains(&rate.bps()), "{}", rate.bps());
        assert!(rate.update(Usage::Over, Some(400_000), true, 50_000, 1_100_000));
        assert_eq!(rate.bps(), 340_000);
        assert!(!rate.update(Usage::Over, Some(390_000), true, 50_000, 1_120_000), "within the round trip");
    }

    /// R: what is not sent is not believed to arrive.
    #[test]
    fn it_does_not_run_ahead_of_what_is_sent() {
        let mut rate = Rate::new(300_000, 0);
        for n in 0..600 {
            rate.update(Usage::Normal, Some(200_000), false, 50_000, n * 100_000);
        }
        assert_eq!(rate.bps(), 310_000);
    }
}
