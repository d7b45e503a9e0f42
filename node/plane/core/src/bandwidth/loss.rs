//! The loss-based rate (draft-ietf-rmcat-gcc-02, 6): down beyond a tenth lost, up below a fiftieth.

use super::{MAX_BPS, MIN_BPS};

/// Judged over so many packets at least.
const PACKETS: u32 = 20;
/// Lowered so often at most, µs, beside the round trip.
const SPACING_US: u64 = 300_000;
const UP_US: u64 = 200_000;

pub struct Loss {
    bps: f64,
    sent: u32,
    lost: u32,
    fraction: f64,
    /// Looks in a row at which more than a tenth was lost.
    high: u32,
    lowered_us: u64,
    raised_us: u64,
}

impl Loss {
    pub fn new(bps: u64) -> Loss {
        Loss { bps: bps as f64, sent: 0, lost: 0, fraction: 0.0, high: 0, lowered_us: 0, raised_us: 0 }
    }

    pub fn bps(&self) -> u64 {
        self.bps as u64
    }

    /// 0 … 1, of the packets judged last.
    pub fn fraction(&self) -> f64 {
        self.fraction
    }

    /// How often in a row more than a tenth was lost.
    pub fn high(&self) -> u32 {
        self.high
    }

    /// A probe went through: no loss speaks against its rate.
    pub fn set(&mut self, bps: u64) {
        self.bps = bps as f64;
    }

    /// Of `sent` packets that feedback told of, `lost` did not come. `delay_based` is what the delays allow: this rate
    /// does not run ahead of it by more than half.
    pub fn told(&mut self, sent: u32, lost: u32, delay_based: u64, rtt_us: u64, now: u64) {
        self.sent += sent;
        self.lost += lost;
        if self.sent < PACKETS {
            return;
        }
        self.fraction = f64::from(self.lost) / f64::from(self.sent);
        (self.sent, self.lost) = (0, 0);
        self.high = if self.fraction > 0.10 { self.high + 1 } else { 0 };
        if self.fraction > 0.10 {
            if now >= self.lowered_us + SPACING_US + rtt_us {
                let held = self.bps.min(delay_based as f64);
                self.bps = (held * (1.0 - 0.5 * self.fraction)).max(MIN_BPS as f64);
                self.lowered_us = now;
            }
        } else if self.fraction < 0.02 && now >= self.raised_us + UP_US {
            let passed = (now - self.raised_us).min(1_000_000) as f64 / 1e6;
            let grown = self.bps * 1.08f64.powf(passed) + 1000.0 * passed;
            self.bps = grown.max(self.bps.min(delay_based as f64)).min(1.5 * delay_based as f64).min(MAX_BPS as f64);
            self.raised_us = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_lowers_a_fiftieth_raises_between_holds() {
        let mut loss = Loss::new(1_000_000);
        loss.told(100, 5, 1_000_000, 50_000, 1_000_000);
        assert_eq!(loss.bps(), 1_000_000);
        loss.told(100, 20, 1_000_000, 50_000, 2_000_000);
        assert_eq!(loss.bps(), 900_000);
        loss.told(100, 20, 1_000_000, 50_000, 2_100_000);
        assert_eq!(loss.bps(), 900_000, "too soon");
        loss.told(100, 0, 1_000_000, 50_000, 3_100_000);
        assert!(loss.bps() > 960_000, "{}", loss.bps());
    }
}
