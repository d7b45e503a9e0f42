//! Whether the queue on the way grows: groups of packets, a trend line through their delays, a threshold that adapts
//! (draft-ietf-rmcat-gcc-02, 5.1 to 5.4; the trend line takes the place of its Kalman filter, with libwebrtc's constants).

/// Packets sent within so long are one group, µs.
const GROUP_US: i64 = 5_000;
/// A group that a queue stretched is no longer than this, µs.
const LONGEST_GROUP_US: i64 = 100_000;
/// What arrives within so long has come at one instant, µs: a tick of the feedback.
const AT_ONCE_US: i64 = 250;
/// Sent over less than this and arrived at one instant: a burst of ours, µs.
const LEAST_BATCH_US: i64 = 8_000;
const LONGEST_BATCH_US: i64 = 200_000;
/// One reads in batches when these span half of so long or more, µs: one stall alone, or a jitter, is none.
const STRETCH_US: i64 = 400_000;
/// Batches are remembered for one to two of these, µs.
const BATCH_WINDOW_US: i64 = 2_500_000;
/// Arrivals that stand still for so long: the receiver's clock was set.
const CLOCK_STEP_US: i64 = 3_000_000;

const WINDOW: usize = 20;
const SMOOTHING: f64 = 0.9;
const GAIN: f64 = 4.0;
const MOST_DELTAS: u32 = 60;
const OVERUSE_MS: f64 = 10.0;
const THRESHOLD_MS: (f64, f64) = (6.0, 600.0);
const FIRST_THRESHOLD_MS: f64 = 12.5;
const ADAPT_UP: f64 = 0.0087;
const ADAPT_DOWN: f64 = 0.039;
const LARGEST_OFFSET_MS: f64 = 15.0;

/// What the way does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Usage {
    #[default]
    Normal,
    /// The queue grows.
    Over,
    /// The queue empties.
    Under,
}

#[derive(Debug, Clone, Copy)]
struct Group {
    first_sent: i64,
    last_sent: i64,
    first_arrived: i64,
    last_arrived: i64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Point {
    arrived_ms: f64,
    delay_ms: f64,
}

/// How a receiver reads: packets that came at one instant though they were sent one after another.
#[derive(Debug, Clone, Copy, Default)]
struct Batches {
    first_sent: i64,
    last_sent: i64,
    arrived: i64,
    /// Between the instant and the one before.
    gap_us: i64,
    /// What batches span, in this stretch of time and the one before.
    spanned: [i64; 2],
    stretch_us: i64,
    /// The longest, in this window and the one before.
    longest: [i64; 2],
    window_us: i64,
}

impl Batches {
    fn add(&mut self, sent: i64, arrived: i64) {
        if (arrived - self.arrived).abs() <= AT_ONCE_US {
            self.last_sent = self.last_sent.max(sent);
            return;
        }
        self.close(sent);
        (self.first_sent, self.last_sent) = (sent, sent);
        (self.gap_us, self.arrived) = (arrived - self.arrived, arrived);
    }

    fn close(&mut self, now: i64) {
        if now >= self.stretch_us + STRETCH_US {
            (self.spanned, self.stretch_us) = ([0, self.spanned[0]], now);
        }
        if now >= self.window_us + BATCH_WINDOW_US {
            (self.longest, self.window_us) = ([0, self.longest[0]], now);
        }
        let span = self.last_sent - self.first_sent;
        if span < LEAST_BATCH_US {
            return; // a burst of ours
        }
        self.spanned[0] += span;
        if 2 * (self.spanned[0] + self.spanned[1]) >= STRETCH_US {
            // Nothing may have been sent while it did not look: it looks less often than what it found was spread.
            self.longest[0] = self.longest[0].max(span.max(self.gap_us.min(2 * span)));
        }
    }

    fn longest_us(&self) -> i64 {
        self.longest[0].max(self.longest[1]).min(LONGEST_BATCH_US)
    }
}

/// Feed it arrivals in the order in which packets were sent; times in µs, each side by its own clock.
pub struct Trend {
    batches: Batches,
    current: Option<Group>,
    before: Option<Group>,
    first_arrived: Option<i64>,
    deltas: u32,
    accumulated_ms: f64,
    smoothed_ms: f64,
    points: [Point; WINDOW],
    used: usize,
    next: usize,
    threshold_ms: f64,
    adapted_us: Option<i64>,
    over_ms: f64,
    overs: u32,
    last_trend: f64,
    usage: Usage,
}

impl Default for Trend {
    fn default() -> Trend {
        Trend {
            batches: Batches::default(),
            current: None,
            before: None,
            first_arrived: None,
            deltas: 0,
            accumulated_ms: 0.0,
            smoothed_ms: 0.0,
            points: [Point::default(); WINDOW],
            used: 0,
            next: 0,
            threshold_ms: FIRST_THRESHOLD_MS,
            adapted_us: None,
            over_ms: -1.0,
            overs: 0,
            last_trend: 0.0,
            usage: Usage::Normal,
        }
    }
}

impl Trend {
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// A receiver that is busy looks at its socket only now and then, and what it finds has come at one instant: over so
    /// long, µs, it gathered of late. Delays that differ by as much are not the way's.
    pub fn batch_us(&self) -> i64 {
        self.batches.longest_us()
    }

    /// The way is another: what was learned of the old one is forgotten, but for the threshold.
    pub fn reset(&mut self) {
        *self = Trend { threshold_ms: self.threshold_ms, batches: self.batches, ..Trend::default() };
    }

    /// A packet sent at `sent` came at `arrived`.
    pub fn arrived(&mut self, sent: i64, arrived: i64) {
        self.batches.add(sent, arrived);
        let Some(group) = &mut self.current else {
            self.current =
                Some(Group { first_sent: sent, last_sent: sent, first_arrived: arrived, last_arrived: arrived });
            return;
        };
        if sent < group.first_sent {
            return; // reordered: it belongs to a group that is closed
        }
        let step = arrived - group.last_arrived;
        if step.abs() > CLOCK_STEP_US {
            // Its clock was set, or nothing was sent for long: no trend leads over that.
            return self.reset();
        }
        // What a queue holds back and lets go at once is one group too.
        let faster = step < sent - group.last_sent;
        let burst = faster && step <= GROUP_US && arrived - group.first_arrived < LONGEST_GROUP_US;
        if sent - group.first_sent <= GROUP_US || burst {
            group.last_sent = group.last_sent.max(sent);
            group.last_arrived = group.last_arrived.max(arrived);
            return;
        }
        let complete = *group;
        self.current = Some(Group { first_sent: sent, last_sent: sent, first_arrived: arrived, last_arrived: arrived });
        if let Some(before) = self.before.replace(complete) {
            let sent_ms = (complete.last_sent - before.last_sent) as f64 / 1000.0;
            let arrived_ms = (complete.last_arrived - before.last_arrived) as f64 / 1000.0;
            if arrived_ms >= 0.0 {
                self.delta(sent_ms, arrived_ms, complete.last_arrived);
            }
        }
    }

    fn delta(&mut self, sent_ms: f64, arrived_ms: f64, at_us: i64) {
        self.deltas = (self.deltas + 1).min(1000);
        self.accumulated_ms += arrived_ms - sent_ms;
        self.smoothed_ms = SMOOTHING * self.smoothed_ms + (1.0 - SMOOTHING) * self.accumulated_ms;
        let first = *self.first_arrived.get_or_insert(at_us);
        self.points[self.next] = Point { arrived_ms: (at_us - first) as f64 / 1000.0, delay_ms: self.smoothed_ms };
        self.next = (self.next + 1) % WINDOW;
        self.used = (self.used + 1).min(WINDOW);
        let trend = if self.used == WINDOW { slope(&self.points).unwrap_or(self.last_trend) } else { self.last_trend };
        self.detect(trend, sent_ms, at_us);
    }

    fn detect(&mut self, trend: f64, sent_ms: f64, at_us: i64) {
        if self.deltas < 2 {
            return;
        }
        let modified = f64::from(self.deltas.min(MOST_DELTAS)) * trend * GAIN;
        if modified > self.threshold_ms {
            // For how long it has been so, begun in the middle of the first group.
            self.over_ms = if self.over_ms < 0.0 { sent_ms / 2.0 } else { self.over_ms + sent_ms };
            self.overs += 1;
            if self.over_ms > OVERUSE_MS && self.overs > 1 && trend >= self.last_trend {
                (self.over_ms, self.overs) = (0.0, 0);
                self.usage = Usage::Over;
            }
        } else {
            (self.over_ms, self.overs) = (-1.0, 0);
            self.usage = if modified < -self.threshold_ms { Usage::Under } else { Usage::Normal };
        }
        self.last_trend = trend;
        self.adapt(modified, at_us);
    }

    /// So that it is neither starved by flows that fill queues nor blind to its own.
    fn adapt(&mut self, modified: f64, at_us: i64) {
        let adapted = *self.adapted_us.get_or_insert(at_us);
        self.adapted_us = Some(at_us);
        let above = modified.abs() - self.threshold_ms;
        if above > LARGEST_OFFSET_MS {
            return; // a sudden peak, such as a change of the way
        }
        let gain = if above < 0.0 { ADAPT_DOWN } else { ADAPT_UP };
        let passed_ms = ((at_us - adapted) as f64 / 1000.0).clamp(0.0, 100.0);
        self.threshold_ms = (self.threshold_ms + gain * above * passed_ms).clamp(THRESHOLD_MS.0, THRESHOLD_MS.1);
    }
}

/// Of the line through the points by least squares.
fn slope(points: &[Point; WINDOW]) -> Option<f64> {
    let mean = |of: fn(&Point) -> f64| points.iter().map(of).sum::<f64>() / WINDOW as f64;
    let (x, y) = (mean(|p| p.arrived_ms), mean(|p| p.delay_ms));
    let (above, below) = points.iter().fold((0.0, 0.0), |(above, below), p| {
        let dx = p.arrived_ms - x;
        (above + dx * (p.delay_ms - y), below + dx * dx)
    });
    (below > 0.0).then_some(above / below)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packets every 10 ms whose delay changes by `slope` of what passes.
    fn run(trend: &mut Trend, from: i64, packets: i64, slope: f64) -> Vec<Usage> {
        let mut seen = Vec::new();
        for n in 0..packets {
            let sent = from + n * 10_000;
            trend.arrived(sent, 777_000_000 + sent + (n as f64 * 10_000.0 * slope) as i64);
            seen.push(trend.usage());
        }
        seen
    }

    #[test]
    fn a_growing_queue_is_overuse_an_emptying_one_underuse() {
        let mut trend = Trend::default();
        assert!(run(&mut trend, 0, 100, 0.0).iter().all(|usage| *usage == Usage::Normal));
        let seen = run(&mut trend, 1_000_000, 60, 0.1);
        assert!(seen.iter().take(30).any(|usage| *usage == Usage::Over));
        let mut trend = Trend::default();
        run(&mut trend, 0, 60, 0.0);
        assert!(run(&mut trend, 600_000, 60, -0.1).contains(&Usage::Under));
    }

    /// A receiver that reads every 40 ms is seen as one, also when it varies; one stall is none, and nor is a jitter.
    #[test]
    fn reading_in_batches_is_seen() {
        let mut trend = Trend::default();
        for sent in (0..2_000_000).step_by(7_000) {
            trend.arrived(sent, 20_000 + (sent as u64).next_multiple_of(40_000) as i64);
        }
        assert!((30_000..=70_000).contains(&trend.batch_us()), "{}", trend.batch_us());
        for sent in (2_000_000..8_000_000).step_by(7_000) {
            let stalled = sent > 7_000_000 && sent < 7_120_000;
            trend.arrived(sent, if stalled { 7_140_000 } else { sent + 20_000 });
        }
        assert_eq!(trend.batch_us(), 0);
    }

    /// D: clocks that drift apart by 100 ppm, or are set, are no queue.
    #[test]
    fn clocks_are_not_queues() {
        let mut trend = Trend::default();
        assert!(run(&mut trend, 0, 2000, 0.0001).iter().all(|usage| *usage == Usage::Normal));
        trend.arrived(20_010_000, 5);
        assert!(run(&mut trend, 20_020_000, 100, 0.0).iter().all(|usage| *usage == Usage::Normal));
    }
}
