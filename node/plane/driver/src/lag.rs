//! A histogram of delays with 1/8 resolution: 8 steps for each power of two, 1 µs … 4 s.

const STEPS: usize = 8;

#[derive(Clone)]
pub struct Lag {
    counts: [u32; 22 * STEPS],
    total: u32,
}

impl Default for Lag {
    fn default() -> Lag {
        Lag { counts: [0; 22 * STEPS], total: 0 }
    }
}

impl Lag {
    fn index(us: u64) -> usize {
        let us = us.clamp(STEPS as u64, (1 << 22) - 1);
        let power = us.ilog2() as usize;
        (power - 3) * STEPS + ((us >> (power - 3)) as usize - STEPS)
    }

    /// The upper end of bucket `index`, in microseconds.
    fn upper(index: usize) -> u32 {
        (((index % STEPS) + STEPS + 1) << (index / STEPS)) as u32
    }

    pub fn add(&mut self, us: u64) {
        self.counts[Lag::index(us)] += 1;
        self.total += 1;
    }

    /// The delay that `share` (0 … 1) of the batches stayed below; 0 when there were none.
    pub fn quantile(&self, share: f64) -> u32 {
        let wanted = (f64::from(self.total) * share).ceil() as u32;
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                return Lag::upper(index);
            }
        }
        0
    }

    pub fn clear(&mut self) {
        *self = Lag::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_an_eighth() {
        let mut lag = Lag::default();
        assert_eq!(lag.quantile(0.5), 0);
        (1..=1000).for_each(|us| lag.add(us));
        assert!((440..=565).contains(&lag.quantile(0.5)), "{}", lag.quantile(0.5));
        assert!((900..=1130).contains(&lag.quantile(0.99)), "{}", lag.quantile(0.99));
    }

    #[test]
    fn extremes_have_a_place() {
        let mut lag = Lag::default();
        lag.add(0);
        lag.add(u64::MAX);
        assert!(lag.quantile(1.0) >= 1 << 21);
    }
}
