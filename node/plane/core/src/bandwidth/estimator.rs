//! What may be sent to one receiver: Google's congestion control at the sender, fed by transport-wide feedback
//! (draft-ietf-rmcat-gcc-02, section 3.2: delay and loss controllers, both here).

use super::acked::Acknowledged;
use super::feedback::{Feedback, REFERENCE_US};
use super::history::{History, Sent};
use super::loss::Loss;
use super::probe::Probes;
use super::rate::Rate;
use super::trend::{Trend, Usage};
use super::{MAX_BPS, MIN_BPS, START_BPS};
use crate::rtp::Malformed;

/// A queue that stands for so long, µs, or so many looks at losses in a row, and the way has shown where it ends. A
/// receiver that is busy for a moment has no such queue: the last of what it reads at once has just come.
const FULL_US: u64 = 250_000;
const LOSSY_LOOKS: u32 = 3;
/// Packets that come within so long of one another come in one go, µs. A way with a queue lets one packet go after another:
/// so many bytes in one go behind a pause of so long, µs, waited for the receiver's processor.
const IN_ONE_GO_US: i64 = 1_000;
const GO_BYTES: u64 = 2_500;
const PAUSE_US: i64 = 10_000;
/// Who reads so late, µs, is sent too much all the same; and a way may hand over what it gathered (Wi-Fi).
const TOO_LATE_US: i64 = 500_000;
/// What arrives is measured over so long at least, µs.
const LEAST_SPAN_US: u64 = 100_000;
/// Nothing has spoken against the rate for so long, µs: bursts do no harm; and it has no known end any more.
const CALM_US: u64 = 20_000_000;
const FORGET_US: u64 = 60_000_000;
/// While packets go out and nothing comes back for so long, the rate is lowered each time, µs.
const SILENCE_US: u64 = 1_500_000;
/// The least delay is that of the last two of these, µs: clocks drift, and ways change.
const BASE_WINDOW_US: u64 = 20_000_000;
/// Packets leave so many times faster than the way bears for long: a frame is larger than another.
const PACE: (u64, u64) = (5, 2);
/// But for so long, µs, after a queue has been emptied: what has gathered meanwhile would fill it again.
const SPARING_US: u64 = 2_000_000;
const SPARING_PACE: (u64, u64) = (6, 5);
/// A queue longer than this is emptied after the rate was lowered, µs: by sending less, for so long at most.
const STANDING_US: i64 = 50_000;
const EMPTYING_US: u64 = 5_000_000;
/// A queue shorter than this is none, µs.
const CLEAR_US: i64 = 15_000;
/// The longer the queue the less, down to a third at this much more, µs.
const LEAST_US: i64 = 60_000;
/// After a burst of a probe a short queue is its own, µs beside two round trips.
const AFTER_US: u64 = 100_000;
/// A delay lower by so much all at once: another way.
const SHORTER_US: i64 = 500_000;

/// The least of late.
#[derive(Debug, Clone, Copy)]
struct Least {
    now: i64,
    before: i64,
    since_us: u64,
}

impl Least {
    const NONE: Least = Least { now: i64::MAX, before: i64::MAX, since_us: 0 };

    fn add(&mut self, value: i64, at_us: u64) {
        if at_us >= self.since_us + BASE_WINDOW_US {
            (self.before, self.now, self.since_us) = (self.now, i64::MAX, at_us);
        }
        self.now = self.now.min(value);
    }

    fn get(&self) -> i64 {
        self.now.min(self.before)
    }
}

/// What arrives while a queue stands: as much as the way bears.
#[derive(Debug, Clone, Copy)]
struct Full {
    since_us: u64,
    first_us: i64,
    last_us: i64,
    /// Without the first.
    bytes: u64,
    /// Of them, those that came in one go behind a pause; those of the last go, and whether it came behind one.
    at_once: u64,
    go: u64,
    paused: bool,
}

impl Full {
    fn since(now: u64) -> Full {
        Full { since_us: now, first_us: i64::MIN, last_us: i64::MIN, bytes: 0, at_once: 0, go: 0, paused: true }
    }

    fn arrived(&mut self, at_us: i64, bytes: u64) {
        if self.first_us == i64::MIN {
            (self.first_us, self.last_us) = (at_us, at_us);
            return;
        }
        let gap_us = at_us - self.last_us;
        if gap_us > IN_ONE_GO_US {
            self.end_go();
            self.paused = gap_us >= PAUSE_US;
        }
        self.go += bytes;
        self.last_us = self.last_us.max(at_us);
        self.bytes += bytes;
    }

    fn end_go(&mut self) {
        self.at_once += if self.paused && self.go >= GO_BYTES { self.go } else { 0 };
        self.go = 0;
    }

    /// Most of it came in goes behind pauses: it had waited for somebody to read it.
    fn read_late(mut self) -> bool {
        self.end_go();
        2 * self.at_once > self.bytes
    }

    fn bps(&self) -> Option<u64> {
        let span_us =
            u64::try_from(self.last_us.saturating_sub(self.first_us)).ok().filter(|&us| us >= LEAST_SPAN_US)?;
        Some(self.bytes * 8_000_000 / span_us)
    }
}

pub struct Estimator {
    history: History,
    trend: Trend,
    acknowledged: Acknowledged,
    rate: Rate,
    loss: Loss,
    pub probes: Probes,
    /// The reference time of the last message, unwrapped, in its units.
    reference: Option<i64>,
    least_delay: Least,
    queue_us: i64,
    rtt_us: u64,
    first_feedback_us: Option<u64>,
    last_feedback_us: u64,
    last_sent_us: u64,
    /// Something has spoken for or against the first guess.
    judged: bool,
    emptying_until_us: u64,
    sparing_until_us: u64,
    /// The way has shown where it ends. Until then nobody is held to a guess.
    bound: bool,
    /// Until then what is told of was sent before that was known.
    settled_us: u64,
    /// A queue stands.
    full: Option<Full>,
    /// When the rate was last lowered, and whether that was long ago.
    lowered_us: u64,
    calm: bool,
    bps: u64,
    pace_bps: u64,
}

impl Estimator {
    pub fn new(first_number: u16, now: u64) -> Estimator {
        Estimator {
            history: History::new(first_number),
            trend: Trend::default(),
            acknowledged: Acknowledged::default(),
            rate: Rate::new(START_BPS, now),
            loss: Loss::new(MAX_BPS),
            probes: Probes::default(),
            reference: None,
            least_delay: Least::NONE,
            queue_us: 0,
            rtt_us: 0,
            first_feedback_us: None,
            last_feedback_us: now,
            last_sent_us: 0,
            judged: false,
            emptying_until_us: 0,
            sparing_until_us: 0,
            bound: false,
            settled_us: 0,
            full: None,
            lowered_us: 0,
            calm: false,
            bps: START_BPS,
            pace_bps: START_BPS,
        }
    }

    /// Bits per second that the way bears; none while it has borne all that was sent.
    pub fn bps(&self) -> Option<u64> {
        self.bound.then_some(self.bps)
    }

    /// The same, be it known or guessed.
    pub fn guess(&self) -> u64 {
        self.bps
    }

    /// How fast packets may leave, bits per second: well above what the way bears, so that no picture is held back for being
    /// larger than the last; below it while a queue is emptied. None: as fast as they come, since the way has not shown its
    /// end, or has borne all that is `wanted` for long. Spreading costs a send for each packet.
    pub fn pace_bps(&self, wanted: u64) -> Option<u64> {
        let ample = self.calm && self.bps >= wanted;
        (self.bound && !ample).then_some(self.pace_bps)
    }

    fn settle(&mut self, now: u64) {
        let bps = self.rate.bps().min(self.loss.bps());
        self.bps = bps.max(MIN_BPS);
        self.calm = now >= self.lowered_us + CALM_US;
        let excess = if now < self.emptying_until_us {
            (self.queue_us - STANDING_US - self.trend.batch_us()).clamp(0, LEAST_US)
        } else {
            0
        };
        if excess > 0 {
            self.sparing_until_us = now + SPARING_US;
        }
        let pace = if now < self.sparing_until_us { SPARING_PACE } else { PACE };
        self.pace_bps = match excess as u64 {
            0 => self.bps * pace.0 / pace.1,
            excess => (bps - bps * 2 * excess / (3 * LEAST_US as u64)).max(MIN_BPS),
        };
    }

    /// Standing queue on the way, µs.
    pub fn queue_us(&self) -> u64 {
        self.queue_us.max(0) as u64
    }

    /// More is sent than the way bears, as far as can be seen: a queue stands, or much is lost.
    pub fn congested(&self) -> bool {
        self.queue_us > 2 * STANDING_US + self.trend.batch_us() || self.loss.fraction() > 0.10
    }

    /// From sending to feedback, µs; 0: not known.
    pub fn rtt_us(&self) -> u64 {
        self.rtt_us
    }

    /// A packet of `bytes` goes out now: the number that it carries.
    pub fn sent(&mut self, bytes: usize, now: u64) -> u16 {
        self.last_sent_us = now;
        let probe = self.probes.sent(bytes, now);
        self.history.send(Sent { at_us: now, bytes: bytes as u16, probe })
    }

    /// Feedback came: the body of the RTCP packet behind its two SSRCs. `most`: what is allowed at all, bits per second.
    pub fn feedback(&mut self, body: &[u8], most: u64, now: u64) -> Result<(), Malformed> {
        let feedback = Feedback::parse(body)?;
        let reference_us = self.unwrap(feedback.reference) * REFERENCE_US;
        let (mut told, mut lost, mut newest) = (0, 0, None);
        let mut delay = None::<i64>;
        for status in feedback.statuses() {
            let number = feedback.base.wrapping_add(status.offset);
            for packet in self.history.known(number, status.packets) {
                let Some(arrived) = status.arrived_us else {
                    let news = u32::from(self.history.lose(packet));
                    (told, lost) = (told + news, lost + news);
                    continue;
                };
                let Some(sent) = self.history.acknowledge(packet, now) else { continue };
                told += 1;
                let arrived = reference_us + arrived;
                newest = newest.max(Some(sent.at_us));
                let this = arrived - sent.at_us as i64;
                delay = Some(delay.map_or(this, |least| least.min(this)));
                self.trend.arrived(sent.at_us as i64, arrived);
                self.acknowledged.arrived(arrived, sent.bytes.into());
                if let Some(full) = &mut self.full {
                    full.arrived(arrived, sent.bytes.into());
                }
                if sent.probe > 0 {
                    self.probes.arrived(sent.probe, arrived, sent.bytes.into());
                }
            }
        }
        let Some(newest) = newest else { return Ok(()) }; // nothing that we sent, or all of it known
        self.first_feedback_us.get_or_insert(now);
        self.last_feedback_us = now;
        let rtt = now.saturating_sub(newest).max(1);
        self.rtt_us = if self.rtt_us == 0 { rtt } else { (self.rtt_us * 7 + rtt) / 8 };
        if let Some(delay) = delay {
            self.note_delay(delay, now);
        }
        self.decide(told, lost, most, now);
        self.settle(now);
        Ok(())
    }

    /// 24 bits count 12 days; the difference to the last message is what is right.
    fn unwrap(&mut self, reference: u32) -> i64 {
        let reference = i64::from(reference);
        let unwrapped = match self.reference {
            None => reference,
            Some(last) => last + (((reference - last) << 40) >> 40),
        };
        self.reference = Some(unwrapped);
        unwrapped
    }

    fn note_delay(&mut self, delay: i64, now: u64) {
        let least = self.least_delay.get();
        if least != i64::MAX && (delay + SHORTER_US < least || delay > least + 10_000_000) {
            // A shorter way, or the receiver's clock was set: the old delays say nothing.
            self.least_delay = Least::NONE;
            self.trend.reset();
        }
        self.least_delay.add(delay, now);
        self.queue_us = delay - self.least_delay.get();
    }

    fn decide(&mut self, told: u32, lost: u32, most: u64, now: u64) {
        let mut usage = self.trend.usage();
        let batch = self.trend.batch_us();
        if usage == Usage::Over && batch > 0 && self.queue_us <= batch {
            usage = Usage::Normal; // no more than how the receiver reads
        }
        if usage == Usage::Over && self.queue_us < STANDING_US && self.probes.within(2 * self.rtt_us + AFTER_US, now) {
            usage = Usage::Normal;
        }
        let standing = self.queue_us > STANDING_US + batch;
        let arriving =
            if standing || usage == Usage::Over { self.acknowledged.congested_bps() } else { self.acknowledged.bps() };
        if now < self.settled_us || (!self.bound && self.ends(standing, now)) {
            return;
        }
        let before = self.rate.bps();
        self.probes.batched(batch as u64);
        let probed = self.probes.result(now, self.bps, most);
        match probed {
            // A burst fills the queue for a moment; what it found counts for more than that.
            Some((bps, through)) if usage != Usage::Over && (bps > before || !self.judged) => {
                // What a burst found beyond a full way was taken from those who share it.
                let bps = if through || !self.judged { bps } else { (before + bps) / 2 };
                self.rate.set(bps, now);
                if self.loss.fraction() < 0.10 {
                    self.loss.set(self.loss.bps().max(bps));
                }
                self.judged = true;
            }
            _ => {
                if let Some(bps) = arriving.filter(|_| self.queue_us < CLEAR_US + batch) {
                    self.rate.came_through(bps, now);
                }
                if self.rate.update(usage, arriving, standing, self.rtt_us, now) {
                    self.judged = true;
                    (self.lowered_us, self.emptying_until_us) = (now, now + EMPTYING_US);
                    self.probes.lowered(self.rate.bps() * 3 < before * 2, now);
                }
            }
        }
        let loss_before = self.loss.bps();
        self.loss.told(told, lost, self.rate.bps(), self.rtt_us, now);
        if self.loss.bps() < loss_before && self.loss.bps() < self.rate.bps() {
            self.judged = true;
            self.lowered_us = now;
        }
    }

    /// Whether the way has shown where it ends; if so, from now on that is known.
    fn ends(&mut self, standing: bool, now: u64) -> bool {
        self.full = if standing { self.full.or_else(|| Some(Full::since(now))) } else { None };
        let mut full = self.full.filter(|full| now >= full.since_us + FULL_US);
        if full.is_some_and(|full| full.read_late()) && self.queue_us < TOO_LATE_US {
            (self.full, full) = (Some(Full::since(now)), None);
        }
        let full = full.and_then(|full| full.bps());
        let lossy = || self.acknowledged.bps().filter(|_| self.loss.high() >= LOSSY_LOOKS);
        let Some(bps) = full.or_else(lossy) else { return false };
        (self.bound, self.judged, self.full) = (true, true, None);
        (self.lowered_us, self.emptying_until_us) = (now, now + EMPTYING_US);
        self.rate.start(bps * 17 / 20, now);
        self.loss.set(bps + bps / 2);
        self.settled_us = now + self.rtt_us + self.queue_us();
        self.probes.lowered(true, now);
        true
    }

    /// Now and then: packets go out, and nothing is heard of them; or the way has borne all that is `wanted`, bits per
    /// second, for so long that its end is no longer known.
    pub fn look(&mut self, wanted: u64, now: u64) {
        if now >= self.lowered_us + FORGET_US && self.bps >= wanted && !self.congested() {
            self.bound = false;
        }
        let since = self.last_feedback_us;
        let sending = self.last_sent_us > since && now < self.last_sent_us + SILENCE_US;
        if self.first_feedback_us.is_some() && sending && now >= since + SILENCE_US {
            self.rate.set(self.bps * 4 / 5, now);
            (self.last_feedback_us, self.lowered_us) = (now, now);
            self.probes.lowered(true, now);
        }
        self.settle(now);
    }

    /// The way is another: keep the rate, forget delays and where the old one ended.
    pub fn way_changed(&mut self) {
        self.trend.reset();
        self.rate.forget_capacity();
        self.least_delay = Least::NONE;
    }
}

#[cfg(test)]
#[path = "estimator_test.rs"]
mod tests;
