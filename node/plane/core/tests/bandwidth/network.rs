//! A link that bears so much and no more, the receivers behind it, and cameras that send what they are let.

use std::collections::VecDeque;

use plane_core::bandwidth::arrivals::Arrivals;
use plane_core::contract::{OpenTransport, counters};
use plane_core::rtp::Header;

use crate::common::*;

/// Ids of the extension at who sends and who receives.
pub const SENDING_ID: u32 = 5;
pub const RECEIVING_ID: u32 = 7;

/// A page that agreed to transport-wide numbers in both directions.
pub fn numbered(name: &str, room: &str) -> OpenTransport {
    let mut open = page(name, room);
    for send in &mut open.sends {
        send.extensions.as_mut().unwrap().transport_cc = SENDING_ID;
    }
    for receive in &mut open.receives {
        receive.extensions.as_mut().unwrap().transport_cc = RECEIVING_ID;
    }
    open
}

/// What a camera sends whom nothing limits: 720 lines.
const FREE_BPS: u64 = 2_500_000;

/// xorshift: the same numbers for the same seed, everywhere.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    /// `true` in so many of a thousand cases.
    pub fn permille(&mut self, chance: u64) -> bool {
        self.below(1000) < chance
    }
}

/// On its way: when it is there, whose it is, and what.
type Travelling = VecDeque<(u64, usize, Vec<u8>)>;

fn take_due(queue: &mut Travelling, now: u64) -> Option<(u64, usize, Vec<u8>)> {
    if queue.front()?.0 <= now { queue.pop_front() } else { None }
}

/// One direction of a way: a bottleneck with a queue that drops at its end, then a delay with jitter and losses.
pub struct Link {
    pub bps: u64,
    pub delay_us: u64,
    pub jitter_us: u64,
    pub queue_us: u64,
    pub loss_permille: u64,
    /// Nothing comes through until then.
    pub dead_until: u64,
    /// Bytes that went through, with their headers.
    pub carried: u64,
    free_us: u64,
    last_us: u64,
    due: Travelling,
    dice: Dice,
}

impl Link {
    pub fn new(bps: u64, delay_us: u64, seed: u64) -> Link {
        Link {
            bps,
            delay_us,
            jitter_us: 2 * MS,
            queue_us: 500 * MS,
            loss_permille: 0,
            dead_until: 0,
            carried: 0,
            free_us: 0,
            last_us: 0,
            due: VecDeque::new(),
            dice: Dice::new(seed),
        }
    }

    pub fn send(&mut self, to: usize, bytes: Vec<u8>, now: u64) {
        let start = self.free_us.max(now);
        if start - now > self.queue_us {
            return;
        }
        self.carried += bytes.len() as u64 + 28;
        self.free_us = start + (bytes.len() as u64 + 28) * 8 * SECOND / self.bps;
        if self.dice.permille(self.loss_permille) || now < self.dead_until {
            return;
        }
        let jitter = self.dice.below(self.jitter_us + 1);
        self.last_us = self.last_us.max(self.free_us + self.delay_us + jitter);
        self.due.push_back((self.last_us, to, bytes));
    }

    pub fn take(&mut self, now: u64) -> Option<(u64, usize, Vec<u8>)> {
        take_due(&mut self.due, now)
    }

    pub fn standing_us(&self, now: u64) -> u64 {
        self.free_us.saturating_sub(now)
    }
}

/// Somebody behind the link, with the feedback of a browser.
pub struct Viewer {
    pub peer: Peer,
    pub arrivals: Arrivals,
    /// What its clock shows more than ours.
    pub clock_us: u64,
    pub video_bytes: u64,
    pub audio_packets: u64,
    pub padding_bytes: u64,
    /// It says nothing any more.
    pub silent: bool,
}

/// A camera that sends what its one viewer is let, 30 pictures a second, a key frame when it is asked for one or every 10 s.
pub struct Camera {
    pub peer: Peer,
    /// Sends this rather than what is let; 0: what is let.
    pub fixed_bps: u64,
    pub most_bps: u64,
    packet: u64,
    picture: u16,
    sound: u64,
    next_picture: u64,
    next_sound: u64,
}

pub struct Net {
    pub world: World,
    pub link: Link,
    back: Travelling,
    pub viewers: Vec<Viewer>,
    pub cameras: Vec<Camera>,
    pub feedback_loss_permille: u64,
    /// Of what is borne beside sound, the percentage that cameras send.
    pub share: u64,
    dice: Dice,
}

impl Net {
    /// `pairs` rooms with a camera and a viewer each; all viewers behind one link.
    pub fn new(pairs: usize, link: Link, seed: u64) -> Net {
        let mut net = Net {
            world: World::with(|config| config.max_send_bps = 50_000_000),
            link,
            back: VecDeque::new(),
            viewers: Vec::new(),
            cameras: Vec::new(),
            feedback_loss_permille: 0,
            share: 75,
            dice: Dice::new(seed ^ 0x5EED),
        };
        for pair in 0..pairs {
            net.add(&format!("r{pair}"));
        }
        net
    }

    pub fn add(&mut self, room: &str) {
        let world = &mut self.world;
        let mut camera = world.open(numbered(&format!("camera-{room}"), room));
        camera.connect(world);
        let mut viewer = world.open(numbered(&format!("viewer-{room}"), room));
        viewer.connect(world);
        world.assign(&viewer.name, VIDEO_SLOT, &camera.track("camera"));
        let phase = self.dice.below(33 * MS);
        self.cameras.push(Camera {
            peer: camera,
            fixed_bps: 0,
            most_bps: 20_000_000,
            packet: 0,
            picture: 0,
            sound: 0,
            next_picture: world.now + phase,
            next_sound: world.now + phase,
        });
        self.viewers.push(Viewer {
            peer: viewer,
            arrivals: Arrivals::new(world.now),
            clock_us: self.dice.below(1 << 40),
            video_bytes: 0,
            audio_packets: 0,
            padding_bytes: 0,
            silent: false,
        });
    }

    pub fn figures(&self, of: usize) -> counters::Transport {
        let name = &self.viewers[of].peer.name;
        let counters = self.world.shard.counters(self.world.now);
        counters.transports.into_iter().find(|t| t.transport == *name).unwrap()
    }

    /// Lets time pass; `watch` looks on every millisecond.
    pub fn run(&mut self, us: u64, mut watch: impl FnMut(&Net)) {
        let end = self.world.now + us;
        while self.world.now < end {
            self.world.now += MS;
            self.consent();
            for at in 0..self.cameras.len() {
                self.film(at);
            }
            self.world.flush();
            self.carry();
            watch(self);
        }
    }

    /// Everybody agrees to go on, every five seconds (RFC 7675).
    fn consent(&mut self) {
        if self.world.now % (5 * SECOND) < MS {
            for peer in self.cameras.iter().map(|c| &c.peer).chain(self.viewers.iter().map(|v| &v.peer)) {
                let check = peer.check(true);
                self.world.datagram(peer.address, &check);
            }
        }
    }

    fn film(&mut self, at: usize) {
        let now = self.world.now;
        if now >= self.cameras[at].next_sound {
            let camera = &mut self.cameras[at];
            camera.next_sound += 20 * MS;
            camera.sound += 1;
            camera.peer.send(&mut self.world, &camera.peer.audio(camera.sound, 30));
        }
        if now < self.cameras[at].next_picture {
            return;
        }
        let asked = self.asked(at);
        let figures = self.figures(at);
        let target = if figures.target_bps == 0 { FREE_BPS } else { u64::from(figures.target_bps) };
        let camera = &mut self.cameras[at];
        camera.next_picture += SECOND / 30;
        camera.picture += 1;
        // A picture that needs all that is borne would be held back at each swing of the estimate, and one that is held
        // is only taken up again with room to spare.
        let share = if figures.video_held { 60 } else { self.share };
        let bps = if camera.fixed_bps > 0 { camera.fixed_bps } else { target.saturating_sub(60_000) * share / 100 };
        let bps = bps.clamp(30_000, camera.most_bps);
        let key = asked || camera.picture % 300 == 1;
        let spread = 80 + self.dice.below(41);
        let bytes = (bps / 30 / 8 * spread / 100 * if key { 3 } else { 1 }).max(60) as usize;
        let count = bytes.div_ceil(1100);
        for n in 0..count {
            camera.packet += 1;
            let len = (bytes / count).max(20);
            let packet = camera.peer.piece(camera.packet, camera.picture, key && n == 0, n == 0, n + 1 == count, len);
            camera.peer.send(&mut self.world, &packet);
        }
    }

    /// Whether the camera is asked for a whole picture.
    fn asked(&mut self, at: usize) -> bool {
        let reports = self.cameras[at].peer.reports(&mut self.world);
        let packets = reports.iter().flat_map(|bytes| plane_core::rtcp::Compound::new(bytes));
        packets.into_iter().any(|packet| matches!(packet, plane_core::rtcp::Packet::Pli { .. }))
    }

    fn carry(&mut self) {
        let now = self.world.now;
        for at in 0..self.viewers.len() {
            for bytes in self.world.take(self.viewers[at].peer.address) {
                self.link.send(at, bytes, now);
            }
        }
        while let Some((arrived, to, bytes)) = self.link.take(now) {
            self.viewers[to].receive(arrived, bytes);
        }
        for at in 0..self.viewers.len() {
            let viewer = &mut self.viewers[at];
            if viewer.silent || viewer.arrivals.due_us(now).is_none_or(|due| due > now) {
                continue;
            }
            let arrivals = &mut viewer.arrivals;
            let answer = viewer.peer.sealed_rtcp(|writer| {
                writer.transport_cc(1, 0x5245_0000 | VIDEO_SLOT << 1, |out| arrivals.write(now, out)).unwrap();
            });
            if !self.dice.permille(self.feedback_loss_permille) {
                self.back.push_back((now + self.link.delay_us, at, answer));
            }
        }
        while let Some((_, from, bytes)) = take_due(&mut self.back, now) {
            self.world.datagram(self.viewers[from].peer.address, &bytes);
        }
    }
}

impl Viewer {
    fn receive(&mut self, now: u64, bytes: Vec<u8>) {
        let len = bytes.len();
        if bytes[0] < 128 || plane_core::rtp::is_rtcp(&bytes) {
            return;
        }
        let header = Header::parse(&bytes).unwrap();
        let number = header.extensions(&bytes).value(RECEIVING_ID as u8).map(<[u8; 2]>::try_from);
        if let Some(Ok(number)) = number {
            self.arrivals.record(u16::from_be_bytes(number), now + self.clock_us, len);
        }
        let Some(got) = self.peer.open(bytes) else { return };
        match (got.slot(), got.payload.is_empty()) {
            (VIDEO_SLOT, false) => self.video_bytes += len as u64,
            (VIDEO_SLOT, true) => self.padding_bytes += len as u64,
            _ => self.audio_packets += 1,
        }
    }
}

/// Runs `test` for so many seeds; says which one failed.
pub fn seeds(count: u64, test: impl Fn(u64) + std::panic::RefUnwindSafe) {
    for seed in 1..=count {
        if let Err(cause) = std::panic::catch_unwind(|| test(seed)) {
            eprintln!("the seed that fails: {seed}");
            std::panic::resume_unwind(cause);
        }
    }
}
