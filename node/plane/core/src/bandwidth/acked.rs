//! The rate at which packets really arrive, from what feedback acknowledges.
//!
//! A Bayesian estimate over short windows, as libwebrtc's: a sample far from the estimate counts little, unless the
//! estimate has become uncertain.

const FIRST_WINDOW_MS: f64 = 500.0;
const WINDOW_MS: f64 = 150.0;
/// Nothing came for longer than that, ms: nothing was sent.
const PAUSE_MS: f64 = 400.0;
const UNCERTAINTY: f64 = 10.0;
/// What the variance grows by with each sample, kbit/s squared.
const NOISE: f64 = 5.0;

#[derive(Debug, Clone, Default)]
pub struct Acknowledged {
    bytes: f64,
    window_ms: f64,
    last_us: Option<i64>,
    kbps: Option<f64>,
    variance: f64,
    last_samples: [f64; 2],
}

impl Acknowledged {
    pub fn bps(&self) -> Option<u64> {
        // What came in both of the last windows has come: the estimate is slow to follow pictures that begin.
        let both = self.last_samples[0].min(self.last_samples[1]);
        self.kbps.map(|kbps| (kbps.max(both) * 1000.0) as u64)
    }

    /// Where a queue has grown, the last windows alone say what the way bears: the estimate takes a second to follow, be
    /// it to a way that bears less, or to pictures that begin anew where there was sound only.
    pub fn congested_bps(&self) -> Option<u64> {
        self.kbps.map(|_| (self.last_samples[0].max(self.last_samples[1]) * 1000.0) as u64)
    }

    /// `bytes` arrived at `at_us` by the receiver's clock.
    pub fn arrived(&mut self, at_us: i64, bytes: usize) {
        let window = if self.kbps.is_none() { FIRST_WINDOW_MS } else { WINDOW_MS };
        let passed_ms = self.last_us.map_or(0.0, |last| (at_us - last) as f64 / 1000.0);
        if passed_ms < -1000.0 {
            (self.bytes, self.window_ms) = (0.0, 0.0); // its clock was set back
        }
        self.last_us = Some(at_us);
        if passed_ms > PAUSE_MS {
            // It says nothing about the way.
            (self.bytes, self.window_ms) = (0.0, 0.0);
        } else {
            self.window_ms += passed_ms.max(0.0);
        }
        if self.window_ms >= window {
            // Over the time from one arrival to another: what is read in batches comes out right on the average.
            let sample = 8.0 * self.bytes / self.window_ms;
            (self.bytes, self.window_ms) = (0.0, 0.0);
            self.sample(sample);
        }
        self.bytes += bytes as f64;
    }

    fn sample(&mut self, sample: f64) {
        self.last_samples = [sample, self.last_samples[0]];
        let Some(kbps) = self.kbps else {
            (self.kbps, self.variance) = (Some(sample), 50.0);
            return;
        };
        let uncertainty = UNCERTAINTY * (kbps - sample).abs() / kbps.max(1.0);
        let (sampled, predicted) = (uncertainty * uncertainty, self.variance + NOISE);
        self.kbps = Some(((sampled * kbps + predicted * sample) / (sampled + predicted)).max(0.0));
        self.variance = sampled * predicted / (sampled + predicted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_a_drop_within_a_second() {
        let mut acknowledged = Acknowledged::default();
        for n in 0..200 {
            acknowledged.arrived(n * 10_000, 1250); // 1 Mbit/s
        }
        let before = acknowledged.bps().unwrap();
        assert!((950_000..1_050_000).contains(&before), "{before}");
        for n in 0..34 {
            acknowledged.arrived(2_000_000 + n * 30_000, 1250); // a third
        }
        let after = acknowledged.bps().unwrap();
        assert!((280_000..450_000).contains(&after), "{after}");
    }
}
