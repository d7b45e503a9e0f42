//! How much a peer may send: a loss-based receiver estimate, told to it as REMB.
//!
//! Where transport-wide feedback is agreed the peer estimates for itself, and is told the cap alone. The law is that of the loss-based controller of Google's congestion control (draft-ietf-rmcat-gcc-02, 6).

/// Interval between two messages, µs: a lost one must not matter.
pub const INTERVAL_US: u64 = 200_000;
/// Loss is judged over so long at least, µs, and over so many packets.
const JUDGE_US: u64 = 1_000_000;
const JUDGE_PACKETS: u64 = 20;
const MIN_BPS: u64 = 50_000;

/// The rate granted to one sender.
#[derive(Debug, Clone)]
pub struct Remb {
    cap: u64,
    granted: u64,
    last_sent: Option<u64>,
    judged: u64,
    expected: u64,
    lost: u64,
    bytes: u64,
}

impl Remb {
    /// Grant `cap` bits per second until losses speak against it.
    pub fn new(cap: u64, now: u64) -> Remb {
        Remb { cap, granted: cap, last_sent: None, judged: now, expected: 0, lost: 0, bytes: 0 }
    }

    /// Change the most that is ever granted; a lower cap holds at once, a higher one is reached step by step only
    /// after losses.
    pub fn set_cap(&mut self, cap: u64) {
        self.granted = if self.granted == self.cap { cap } else { self.granted.min(cap) };
        self.cap = cap;
        self.last_sent = None;
    }

    /// A packet of `bytes` came, after `lost` that did not (yet).
    pub fn received(&mut self, bytes: usize, lost: u64) {
        self.expected += 1 + lost;
        self.lost += lost;
        self.bytes += bytes as u64;
    }

    /// Bits per second granted now.
    pub fn granted(&self) -> u64 {
        self.granted
    }

    /// The rate to send as REMB, if it is time.
    pub fn poll(&mut self, now: u64) -> Option<u64> {
        if now >= self.judged + JUDGE_US && self.expected >= JUDGE_PACKETS {
            self.judge(now);
        }
        self.due(now).then_some(self.granted)
    }

    /// The same for a sender that estimates for itself: the cap, whatever is lost.
    pub fn poll_cap(&mut self, now: u64) -> Option<u64> {
        self.granted = self.cap;
        self.due(now).then_some(self.cap)
    }

    fn due(&mut self, now: u64) -> bool {
        if self.last_sent.is_some_and(|sent| now < sent + INTERVAL_US) {
            return false;
        }
        self.last_sent = Some(now);
        true
    }

    fn judge(&mut self, now: u64) {
        let loss = self.lost as f64 / self.expected as f64;
        let elapsed = now - self.judged;
        let incoming = self.bytes * 8_000_000 / elapsed;
        if loss > 0.10 {
            // From what really comes: a grant far above it would take many rounds to be felt.
            let felt = self.granted.min(incoming + incoming / 4) as f64;
            self.granted = ((felt * (1.0 - 0.5 * loss)) as u64).max(MIN_BPS).min(self.cap);
        } else if loss < 0.02 {
            self.granted = (self.granted + self.granted * 8 / 100 + 1_000).min(self.cap);
        }
        (self.judged, self.expected, self.lost, self.bytes) = (now, 0, 0, 0);
    }
}

#[cfg(test)]
#[path = "remb_test.rs"]
mod tests;
