use std::collections::VecDeque;

use super::*;
use crate::bandwidth::arrivals::Arrivals;

const MS: u64 = 1000;
const SECOND: u64 = 1_000_000;
const SEEDS: u64 = 12;

/// xorshift: the same numbers for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }
}

/// On its way: when it is there, and whose it is.
type Travelling<T> = VecDeque<(u64, usize, T)>;

/// How a process that others keep from the processor reads its socket: not at all for a while, then some packets one
/// after another until others have their turn again.
struct Reader {
    away_us: (u64, u64),
    reads_us: (u64, u64),
    packet_us: u64,
    turn_us: u64,
    reading: bool,
    ready_us: u64,
    socket: VecDeque<u16>,
}

impl Reader {
    fn new(away_us: (u64, u64), reads_us: (u64, u64), packet_us: u64) -> Reader {
        Reader { away_us, reads_us, packet_us, turn_us: 0, reading: false, ready_us: 0, socket: VecDeque::new() }
    }

    /// The packets that it reads until `now`, and when.
    fn read(&mut self, now: u64, dice: &mut Dice, mut read: impl FnMut(u16, u64)) {
        if now >= self.turn_us {
            self.reading = !self.reading;
            let (least, most) = if self.reading { self.reads_us } else { self.away_us };
            self.turn_us = now + least + dice.below(most - least + 1);
        }
        while self.reading && self.ready_us <= now {
            let Some(number) = self.socket.pop_front() else {
                self.ready_us = now;
                return;
            };
            read(number, self.ready_us.max(now - MS));
            self.ready_us = self.ready_us.max(now - MS) + self.packet_us;
        }
    }
}

/// A way that bears `bps` with a queue of at most half a second, and the receivers at its end; virtual time.
struct Way {
    bps: u64,
    delay_us: u64,
    loss_permille: u64,
    feedback_loss_permille: u64,
    dead_until: u64,
    free_us: u64,
    last_us: u64,
    carried: u64,
    clock_us: u64,
    due: Travelling<(u16, usize)>,
    answers: Travelling<Vec<u8>>,
    arrivals: Vec<Arrivals>,
    /// None: what comes is read at once.
    reader: Option<Reader>,
    dice: Dice,
}

impl Way {
    fn new(bps: u64, delay_us: u64, receivers: usize, seed: u64) -> Way {
        Way {
            bps,
            delay_us,
            loss_permille: 0,
            feedback_loss_permille: 0,
            dead_until: 0,
            free_us: 0,
            last_us: 0,
            carried: 0,
            clock_us: 7_000 * SECOND,
            due: VecDeque::new(),
            answers: VecDeque::new(),
            arrivals: (0..receivers).map(|_| Arrivals::new(0)).collect(),
            reader: None,
            dice: Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1),
        }
    }

    fn send(&mut self, to: usize, number: u16, bytes: usize, now: u64) {
        let start = self.free_us.max(now);
        if start - now > 500 * MS {
            return;
        }
        self.free_us = start + bytes as u64 * 8 * SECOND / self.bps;
        self.carried += bytes as u64;
        if self.dice.below(1000) < self.loss_permille || now < self.dead_until {
            return;
        }
        self.last_us = self.last_us.max(self.free_us + self.delay_us + self.dice.below(2 * MS));
        self.due.push_back((self.last_us, to, (number, bytes)));
    }

    fn queue_us(&self, now: u64) -> u64 {
        self.free_us.saturating_sub(now)
    }

    /// The feedback that comes back at `now`.
    fn turn(&mut self, now: u64) -> Option<(usize, Vec<u8>)> {
        while let Some(&(at, to, (number, bytes))) = self.due.front().filter(|due| due.0 <= now) {
            self.due.pop_front();
            match &mut self.reader {
                Some(reader) => reader.socket.push_back(number),
                None => self.arrivals[to].record(number, at + self.clock_us, bytes),
            }
        }
        if let Some(reader) = &mut self.reader {
            let (arrivals, clock_us) = (&mut self.arrivals[0], self.clock_us);
            reader.read(now, &mut self.dice, |number, at| arrivals.record(number, at + clock_us, 1000));
        }
        for (to, arrivals) in self.arrivals.iter_mut().enumerate() {
            if arrivals.due_us(now).is_some_and(|due| due <= now) {
                let mut out = [0; 1100];
                let len = arrivals.write(now, &mut out);
                if len > 0 && self.dice.below(1000) >= self.feedback_loss_permille {
                    self.answers.push_back((now + self.delay_us, to, out[..len].to_vec()));
                }
            }
        }
        let ready = self.answers.front().is_some_and(|answer| answer.0 <= now);
        if !ready {
            return None;
        }
        self.answers.pop_front().map(|(_, to, body)| (to, body))
    }
}

/// Sends at just what is estimated, in 30 pictures a second of changing size, and padding where a probe wants it.
struct Sender {
    estimator: Estimator,
    credit: u64,
    next_picture: u64,
    /// Sends so much, bits per second, be it borne or not, as long as no end of the way is known.
    free_bps: u64,
}

/// A way and who sends over it.
struct Net {
    now: u64,
    way: Way,
    senders: Vec<Sender>,
}

impl Net {
    fn new(bps: u64, delay_us: u64, seed: u64) -> Net {
        let mut net = Net { now: SECOND, way: Way::new(bps, delay_us, 2, seed), senders: Vec::new() };
        net.add();
        net
    }

    fn add(&mut self) {
        let first = self.way.dice.below(33 * MS);
        let estimator = Estimator::new(self.way.dice.below(1 << 16) as u16, self.now);
        self.senders.push(Sender { estimator, credit: 0, next_picture: self.now + first, free_bps: 0 });
    }

    /// Lets time pass. What the way carried, bits per second, and the mean standing queue, µs.
    fn run(&mut self, us: u64) -> (u64, u64) {
        let (end, before, mut queue) = (self.now + us, self.way.carried, 0);
        while self.now < end {
            for at in 0..self.senders.len() {
                self.step(at);
            }
            while let Some((to, body)) = self.way.turn(self.now) {
                self.senders[to].estimator.feedback(&body, MAX_BPS, self.now).unwrap();
            }
            queue += self.way.queue_us(self.now);
            self.now += MS;
        }
        ((self.way.carried - before) * 8 * SECOND / us, queue / (us / MS))
    }

    fn step(&mut self, at: usize) {
        let Net { now, way, senders } = self;
        let (now, sender) = (*now, &mut senders[at]);
        let estimator = &mut sender.estimator;
        let free = if sender.free_bps > 0 && estimator.bps().is_none() { Some(sender.free_bps) } else { None };
        let target = free.unwrap_or(estimator.guess());
        if estimator.probes.poll(now, target, 20_000_000, MAX_BPS) {
            while estimator.probes.due(now) > 0 && estimator.probes.rate().is_some() {
                way.send(at, estimator.sent(295, now), 295, now);
            }
        }
        // Paced: not faster than the pacer lets, and no more than pictures have brought.
        if now >= sender.next_picture {
            sender.next_picture += SECOND / 30;
            sender.credit = (sender.credit + target / 30 * (80 + way.dice.below(41)) / 100).min(target / 3);
        }
        let mut allowed = estimator.pace_bps(u64::MAX).unwrap_or(5 * target / 2) / 1000;
        while sender.credit > 0 && way.dice.below(8000) < allowed.min(8000) {
            way.send(at, estimator.sent(1000, now), 1000, now);
            sender.credit = sender.credit.saturating_sub(8000);
            allowed = allowed.saturating_sub(8000);
        }
        if now % (500 * MS) == 0 {
            estimator.look(u64::MAX, now);
        }
    }
}

/// A seed that fails is printed, and fails again.
fn seeds(test: impl Fn(u64) + std::panic::RefUnwindSafe) {
    for seed in 1..=SEEDS {
        if let Err(cause) = std::panic::catch_unwind(|| test(seed)) {
            eprintln!("the seed that fails: {seed}");
            std::panic::resume_unwind(cause);
        }
    }
}

/// R: on 1 Mbit/s with 50 ms each way at least 80 % are used within 5 s, with a standing queue of at most 100 ms.
#[test]
fn a_way_is_used_and_not_filled() {
    seeds(|seed| {
        let mut net = Net::new(1_000_000, 50 * MS, seed);
        net.run(5 * SECOND);
        let (used, queue) = net.run(10 * SECOND);
        assert!(used >= 800_000 && queue <= 100 * MS, "{used} {queue}");
    });
}

/// R: after a drop to 300 kbit/s the queue has recovered within 2 s; when the way is wider again it is used again.
#[test]
fn a_drop_is_followed() {
    seeds(|seed| {
        let mut net = Net::new(1_000_000, 50 * MS, seed);
        net.run(6 * SECOND);
        net.way.bps = 300_000;
        net.run(2 * SECOND);
        let (used, queue) = net.run(5 * SECOND);
        assert!(used >= 180_000 && queue <= 100 * MS, "dropped: {used} {queue}");
        net.way.bps = 2_000_000;
        net.run(20 * SECOND);
        let (used, queue) = net.run(10 * SECOND);
        assert!(used >= 1_400_000 && queue <= 100 * MS, "{used} {queue}");
    });
}

/// R: two behind one bottleneck share it within 2:1, the one that came later too.
#[test]
fn two_share() {
    seeds(|seed| {
        let mut net = Net::new(2_000_000, 30 * MS, seed);
        net.run(8 * SECOND);
        net.add();
        net.run(60 * SECOND);
        let mut sums = [0, 0];
        for _ in 0..200 {
            net.run(100 * MS);
            for (sum, sender) in sums.iter_mut().zip(&net.senders) {
                *sum += sender.estimator.guess();
            }
        }
        assert!(sums[0] <= 2 * sums[1] && sums[1] <= 2 * sums[0], "{sums:?}");
    });
}

/// R: a burst of losses, lost feedback, a dead way: all of it passes.
#[test]
fn what_goes_wrong_passes() {
    seeds(|seed| {
        let mut net = Net::new(1_500_000, 40 * MS, seed);
        net.run(6 * SECOND);
        net.way.loss_permille = 300;
        net.run(2 * SECOND);
        net.way.loss_permille = 0;
        net.run(20 * SECOND);
        let (used, queue) = net.run(5 * SECOND);
        assert!(used >= 800_000 && queue <= 100 * MS, "after losses {used} {queue}");
        net.way.feedback_loss_permille = 300;
        net.run(10 * SECOND);
        let (used, queue) = net.run(10 * SECOND);
        assert!(used >= 700_000 && queue <= 100 * MS, "a third of the feedback lost {used} {queue}");
        net.way.feedback_loss_permille = 0;
        net.way.dead_until = net.now + 3 * SECOND;
        net.run(20 * SECOND);
        let (used, queue) = net.run(5 * SECOND);
        assert!(used >= 700_000 && queue <= 100 * MS, "after a dead way {used} {queue}");
    });
}

/// R: the receiver's clock wraps or is set, another way is longer or shorter: the estimate survives.
#[test]
fn clocks_and_ways_change() {
    seeds(|seed| {
        let mut net = Net::new(1_000_000, 50 * MS, seed);
        // 24 bits of 64 ms wrap in the middle of this.
        net.way.clock_us = (1 << 24) * 64 * MS - 6 * SECOND;
        net.run(8 * SECOND);
        let (used, queue) = net.run(5 * SECOND);
        assert!(used >= 700_000 && queue <= 100 * MS, "over the wrap {used} {queue}");
        net.way.clock_us += 77 * SECOND;
        net.run(5 * SECOND);
        let (used, queue) = net.run(5 * SECOND);
        assert!(used >= 600_000 && queue <= 100 * MS, "after a set clock {used} {queue}");
        net.way.delay_us = 180 * MS;
        net.run(6 * SECOND);
        net.way.delay_us = 20 * MS;
        net.run(15 * SECOND);
        let (used, queue) = net.run(8 * SECOND);
        assert!(used >= 600_000 && queue <= 100 * MS, "over another way {used} {queue}");
    });
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

/// A receiver whose processor does other things, behind a way of `bps`, is sent 1.5 Mbit/s.
fn kept_waiting(bps: u64, away_ms: (u64, u64), reads_ms: (u64, u64), seed: u64) -> Net {
    let mut net = Net::new(bps, 2 * MS, seed);
    net.way.reader = Some(Reader::new((away_ms.0 * MS, away_ms.1 * MS), (reads_ms.0 * MS, reads_ms.1 * MS), 200));
    net.senders[0].free_bps = 1_500_000;
    net
}

/// D: who is kept from reading by other work, for 150 ms at a time and for most of it, is not taken for a narrow way;
/// who reads half a second late is sent less, but pictures nevertheless.
#[test]
fn who_reads_late_is_no_narrow_way() {
    for (away_ms, reads_ms) in [((5, 40), (2, 6)), ((10, 80), (2, 6)), ((20, 150), (3, 10))] {
        seeds(|seed| {
            let mut net = kept_waiting(100_000_000, away_ms, reads_ms, seed);
            for second in 0..60 {
                net.run(SECOND);
                assert_eq!(net.senders[0].estimator.bps(), None, "{away_ms:?} {second}");
            }
        });
    }
    seeds(|seed| {
        let mut net = kept_waiting(100_000_000, (50, 300), (5, 20), seed);
        for second in 0..60 {
            net.run(SECOND);
            let bps = net.senders[0].estimator.bps().unwrap_or(u64::MAX);
            assert!(bps > 400_000, "{second}: {bps}");
        }
    });
}

/// D: a way that is narrow is seen also where its end is read late.
#[test]
fn a_narrow_way_is_seen_behind_who_reads_late() {
    seeds(|seed| {
        let mut net = kept_waiting(600_000, (10, 80), (2, 6), seed);
        net.run(5 * SECOND);
        assert!(net.senders[0].estimator.bps().is_some_and(|bps| bps < 750_000));
        let (used, queue) = net.run(10 * SECOND);
        assert!(used >= 480_000 && queue <= 200 * MS, "{used} {queue}");
    });
}
