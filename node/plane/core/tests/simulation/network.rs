//! One way through a network: loss in bursts, delay, disorder, repetition, and a bottleneck with a queue.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::random::Random;

/// What a way does to packets. Chances are per thousand.
#[derive(Debug, Clone, Copy)]
pub struct Conditions {
    /// Lost alone.
    pub loss: u64,
    /// A burst of losses begins, and goes on (Gilbert and Elliott).
    pub burst_begins: u64,
    pub burst_goes_on: u64,
    pub delay_us: u64,
    /// Up to so much more, each packet for itself: they overtake one another.
    pub disorder_us: u64,
    pub repeated: u64,
    /// A bottleneck; none: as fast as it gets.
    pub kbps: Option<u64>,
    /// Nothing passes.
    pub cut: bool,
    /// Who receives is busy, and looks only every so often: from, to.
    pub busy_us: (u64, u64),
}

pub const CALM: Conditions = Conditions {
    loss: 0,
    burst_begins: 0,
    burst_goes_on: 0,
    delay_us: 20_000,
    disorder_us: 0,
    repeated: 0,
    kbps: None,
    cut: false,
    busy_us: (0, 0),
};

/// How long a packet may wait at the bottleneck before it is dropped.
const QUEUE_US: u64 = 300_000;

impl Conditions {
    /// What schools and homes have on bad days.
    pub fn bad(random: &mut Random) -> Conditions {
        let mut bad = CALM;
        bad.delay_us = random.between(2, 150) * 1000;
        match random.between(0, 6) {
            0 => bad.loss = random.between(10, 300),
            1 => (bad.burst_begins, bad.burst_goes_on) = (random.between(5, 40), random.between(500, 900)),
            2 => bad.disorder_us = random.between(1, 60) * 1000,
            3 => bad.repeated = random.between(10, 300),
            4 => bad.delay_us = 300_000,
            5 => bad.kbps = Some(random.between(200, 1500)),
            _ => bad.cut = true,
        }
        bad
    }
}

impl Conditions {
    /// Nobody can be expected to get a picture through. `adapts`: who sends knows what came.
    pub fn hopeless(&self, adapts: bool) -> bool {
        self.cut || (self.kbps.is_some() && !adapts)
    }
}

/// A packet on its way. A repetition has the same `number`.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parcel {
    pub number: u64,
    pub sent_us: u64,
    pub bytes: Vec<u8>,
}

pub struct Way {
    pub conditions: Conditions,
    in_burst: bool,
    free_us: u64,
    last_us: u64,
    look_us: u64,
    sent: u64,
    waiting: BinaryHeap<Reverse<(u64, u64, Parcel)>>,
}

impl Way {
    pub fn new() -> Way {
        Way {
            conditions: CALM,
            in_burst: false,
            free_us: 0,
            last_us: 0,
            look_us: 0,
            sent: 0,
            waiting: BinaryHeap::new(),
        }
    }

    pub fn send(&mut self, now: u64, random: &mut Random, bytes: Vec<u8>) {
        let c = self.conditions;
        self.sent += 1;
        self.in_burst = random.chance(if self.in_burst { c.burst_goes_on } else { c.burst_begins });
        if c.cut || self.in_burst || random.chance(c.loss) {
            return;
        }
        let mut at = now;
        if let Some(kbps) = c.kbps {
            if self.free_us > now + QUEUE_US {
                return;
            }
            at = self.free_us.max(now) + bytes.len() as u64 * 8000 / kbps;
            self.free_us = at;
        }
        at += c.delay_us;
        if c.disorder_us > 0 {
            at += random.between(0, c.disorder_us);
        } else {
            at = at.max(self.last_us); // a shorter delay does not let it overtake
        }
        if c.busy_us.0 > 0 {
            self.look_us = self.look_us.max(at.saturating_sub(c.busy_us.1));
            while self.look_us < at {
                self.look_us += random.between(c.busy_us.0, c.busy_us.1);
            }
            at = self.look_us;
        }
        self.last_us = self.last_us.max(at);
        let number = self.sent;
        if random.chance(c.repeated) {
            let again = Parcel { number, sent_us: now, bytes: bytes.clone() };
            self.waiting.push(Reverse((at + random.between(0, 50_000), number, again)));
        }
        self.waiting.push(Reverse((at, number, Parcel { number, sent_us: now, bytes })));
    }

    /// The next packet that has arrived by `now`.
    pub fn arrived(&mut self, now: u64) -> Option<Parcel> {
        if self.waiting.peek()?.0.0 > now {
            return None;
        }
        self.waiting.pop().map(|Reverse((_, _, parcel))| parcel)
    }
}
