//! A cap on what one peer sends, held at the entry whatever the peer does. Sound goes before pictures.

/// Sound passes up to here under any cap, bits per second.
pub const SOUND_BPS: u64 = 64_000;
/// What may come at once beyond the rate, µs of it: a key frame, and the time a sender takes to follow.
const DEPTH_US: u64 = 1_000_000;
/// Packet headers and repairs that senders do not count: a twentieth.
const GRACE: (u64, u64) = (21, 20);

#[derive(Debug, Clone, Copy)]
struct Level {
    bps: u64,
    /// Bits in units of a millionth; below nothing: sound has taken what pictures are to do without.
    level: i64,
    last_us: u64,
}

impl Level {
    fn new(bps: u64, now: u64) -> Level {
        Level { bps, level: (bps * DEPTH_US) as i64, last_us: now }
    }

    fn refill(&mut self, now: u64) {
        let passed = now.saturating_sub(self.last_us).min(DEPTH_US);
        self.level = (self.level + (passed * self.bps) as i64).min((self.bps * DEPTH_US) as i64);
        self.last_us = now;
    }

    /// `forced`: taken even where there is not enough, down to as much below nothing as there may be above.
    fn take(&mut self, bytes: usize, forced: bool) -> bool {
        let bits = bytes as i64 * 8_000_000;
        let enough = self.level >= bits;
        if enough || (forced && self.level > -((self.bps * DEPTH_US) as i64)) {
            self.level -= bits;
        }
        enough
    }
}

/// One peer's cap.
#[derive(Debug, Clone)]
pub struct Police {
    cap_bps: u64,
    all: Level,
    sound: Level,
}

impl Police {
    pub fn new(cap_bps: u64, now: u64) -> Police {
        let all = Level::new(cap_bps * GRACE.0 / GRACE.1, now);
        Police { cap_bps, all, sound: Level::new(SOUND_BPS * GRACE.0 / GRACE.1, now) }
    }

    pub fn cap_bps(&self) -> u64 {
        self.cap_bps
    }

    /// Another cap, at once: what had been saved up under a higher one is gone.
    pub fn set_cap(&mut self, cap_bps: u64, now: u64) {
        self.all.refill(now);
        self.cap_bps = cap_bps;
        self.all.bps = cap_bps * GRACE.0 / GRACE.1;
        self.all.level = self.all.level.min((self.all.bps * DEPTH_US) as i64);
    }

    /// Whether this packet may come in.
    pub fn admit(&mut self, bytes: usize, sound: bool, now: u64) -> bool {
        self.all.refill(now);
        if !sound {
            return self.all.take(bytes, false);
        }
        self.sound.refill(now);
        // Sound is counted in the whole, so that pictures make room for it.
        let guaranteed = self.sound.take(bytes, false);
        self.all.take(bytes, guaranteed) || guaranteed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much of `video` and `sound` bits per second comes through over ten seconds, after the first.
    fn through(police: &mut Police, video: u64, sound: u64) -> (u64, u64) {
        let mut passed = (0, 0);
        for ms in 0..11_000u64 {
            let now = 1_000_000 + ms * 1000;
            for (kind, bps) in [(false, video), (true, sound)] {
                // Packets of 125 bytes, as many as make the rate.
                let count = (ms + 1) * bps / 1_000_000 - ms * bps / 1_000_000;
                for _ in 0..count {
                    let admitted = police.admit(125, kind, now);
                    let sum = if kind { &mut passed.1 } else { &mut passed.0 };
                    *sum += u64::from(admitted && ms >= 1000) * 1000;
                }
            }
        }
        (passed.0 / 10, passed.1 / 10)
    }

    #[test]
    fn pictures_are_cut_and_sound_goes_on() {
        let (video, sound) = through(&mut Police::new(500_000, 0), 2_000_000, 40_000);
        assert!((440_000..=525_000).contains(&(video + sound)), "{video} {sound}");
        assert_eq!(sound, 40_000);
        // Under any cap 64 kbit/s of sound come through, and not much more.
        let (_, sound) = through(&mut Police::new(10_000, 0), 0, 50_000);
        assert_eq!(sound, 50_000);
        let (_, sound) = through(&mut Police::new(10_000, 0), 0, 500_000);
        assert!((64_000..=80_000).contains(&sound), "{sound}");
        assert_eq!(through(&mut Police::new(500_000, 0), 400_000, 40_000), (400_000, 40_000));
    }

    #[test]
    fn a_lower_cap_holds_at_once() {
        let mut police = Police::new(8_000_000, 0);
        police.set_cap(80_000, 10);
        let taken = (0..1000).take_while(|_| police.admit(1000, false, 20)).count();
        assert_eq!(taken, 10);
    }
}
