use super::*;
use crate::bandwidth::arrivals::Arrivals;

/// A way of `bps` with a queue of at most `limit_us`, and the receiver at its end.
struct Way {
    bps: u64,
    delay_us: u64,
    limit_us: u64,
    free_us: u64,
    clock_us: u64,
    due: std::collections::VecDeque<(u64, u16, usize)>,
    answers: std::collections::VecDeque<(u64, Vec<u8>)>,
    arrivals: Arrivals,
}

impl Way {
    fn new(bps: u64, delay_us: u64) -> Way {
        Way {
            bps,
            delay_us,
            limit_us: 500_000,
            free_us: 0,
            clock_us: 7_000_000_000,
            due: Default::default(),
            answers: Default::default(),
            arrivals: Arrivals::new(0),
        }
    }

    fn send(&mut self, number: u16, bytes: usize, now: u64) {
        let start = self.free_us.max(now);
        if start - now > self.limit_us {
            return;
        }
        self.free_us = start + bytes as u64 * 8_000_000 / self.bps;
        self.due.push_back((self.free_us + self.delay_us, number, bytes));
    }

    fn queue_us(&self, now: u64) -> u64 {
        self.free_us.saturating_sub(now)
    }

    /// The feedback that comes back at `now`.
    fn turn(&mut self, now: u64) -> Option<Vec<u8>> {
        while self.due.front().is_some_and(|due| due.0 <= now) {
            let (at, number, bytes) = self.due.pop_front().unwrap();
            self.arrivals.record(number, at + self.clock_us, bytes);
        }
        if self.arrivals.due_us(now).is_some_and(|due| due <= now) {
            let mut out = [0; 1100];
            let len = self.arrivals.write(now, &mut out);
            if len > 0 {
                self.answers.push_back((now + self.delay_us, out[..len].to_vec()));
            }
        }
        if self.answers.front()?.0 <= now { self.answers.pop_front().map(|answer| answer.1) } else { None }
    }
}

/// Sends at just what is estimated, in 30 frames a second, and padding where a probe wants it.
struct Sender {
    estimator: Estimator,
    now: u64,
    credit: u64,
    sent: u64,
}

impl Sender {
    fn new() -> Sender {
        Sender { estimator: Estimator::new(65_000, 0), now: 1_000_000, credit: 0, sent: 0 }
    }

    fn run(&mut self, way: &mut Way, us: u64) {
        let end = self.now + us;
        while self.now < end {
            let target = self.estimator.guess();
            if self.estimator.probes.poll(self.now, target, 20_000_000, MAX_BPS) {
                while self.estimator.probes.due(self.now) > 0 {
                    self.packet(way, 295);
                    if self.estimator.probes.rate().is_none() {
                        break;
                    }
                }
            }
            self.credit += target / 1000;
            while self.credit > 33 * target / 1000 {
                self.packet(way, 1000);
                self.credit = self.credit.saturating_sub(8000);
            }
            if let Some(body) = way.turn(self.now) {
                self.estimator.feedback(&body, MAX_BPS, self.now).unwrap();
            }
            self.estimator.look(self.now);
            self.now += 1000;
        }
    }

    fn packet(&mut self, way: &mut Way, bytes: usize) {
        let number = self.estimator.sent(bytes, self.now);
        way.send(number, bytes, self.now);
        self.sent += bytes as u64;
    }
}

#[test]
fn it_finds_a_rate_and_follows_it_down_and_up() {
    let (mut way, mut sender) = (Way::new(1_000_000, 50_000), Sender::new());
    sender.run(&mut way, 5_000_000);
    let found = sender.estimator.bps().unwrap();
    assert!((800_000..=1_150_000).contains(&found), "{found}");
    way.bps = 300_000;
    sender.run(&mut way, 3_000_000);
    let lower = sender.estimator.guess();
    assert!((150_000..=350_000).contains(&lower), "{lower}");
    assert!(way.queue_us(sender.now) < 100_000, "{}", way.queue_us(sender.now));
    way.bps = 2_000_000;
    sender.run(&mut way, 20_000_000);
    let higher = sender.estimator.guess();
    assert!((1_400_000..=2_050_000).contains(&higher), "{higher}");
}

/// H8: acknowledgements of what was never sent, of everything at once, of times that cannot be, raise nothing.
#[test]
fn h8_a_receiver_that_lies() {
    let mut estimator = Estimator::new(100, 0);
    for n in 0..50u64 {
        estimator.sent(1000, n * 20_000);
        let mut out = [0; 1100];
        let never = (1 << 16) + 300 + n * 100;
        let (len, _) = crate::bandwidth::feedback::write(&mut out, n as u8, never, never + 90, |n| Some(n * 10));
        estimator.feedback(&out[..len], MAX_BPS, n * 20_000).unwrap();
    }
    assert_eq!(estimator.bps(), None, "nothing of ours was acknowledged");
    // Everything at the same instant: only what was sent counts.
    for n in 0..200u64 {
        let now = 1_000_000 + n * 20_000;
        estimator.sent(1000, now);
        let mut out = [0; 1100];
        let base = (1 << 16) + 100;
        let (len, _) = crate::bandwidth::feedback::write(&mut out, 0, base, base + 250, |_| Some(5_000_000));
        estimator.feedback(&out[..len], MAX_BPS, now).unwrap();
    }
    assert!(estimator.guess() <= 2 * START_BPS, "{}", estimator.guess());
}
