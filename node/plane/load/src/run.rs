//! One run: everybody goes in at the ramp's rate, stays, and leaves again. One thread carries all media.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use crate::crew::{Crew, Done, Job};
use crate::door::Door;
use crate::figures::Figures;
use crate::ice::Credentials;
use crate::outbox::Outbox;
use crate::peer::{Habits, Peer};
use crate::report::{Report, Row};
use crate::sdp::Local;
use crate::sockets::{self, Batch, Sink};
use crate::websocket::WebSocket;

/// Sockets of a run on loopback; each is every address of 127.0.0.0/8 at one port.
const SHARED: usize = 8;
const SHARED_BUFFER: usize = 32 << 20;
const OWN_BUFFER: usize = 1 << 20;
/// Longest sleep, so that answers of the crew are seen, µs.
const NAP_US: u64 = 2_000;
/// After the last answer, for ICE and DTLS to end, µs.
const SETTLE_US: u64 = 15_000_000;
/// For everybody to go in, beyond the ramp, and to leave, µs.
const PATIENCE_US: u64 = 60_000_000;

/// How a run goes.
pub struct Plan {
    pub people: usize,
    /// Joins a second.
    pub ramp: f64,
    /// Seconds that everybody stays once all are in.
    pub seconds: u64,
    /// Requests at a time.
    pub crew: usize,
    /// The address that media comes from. On loopback everybody has an address of 127.1.0.0/16 and few sockets serve
    /// all; elsewhere everybody has a socket.
    pub from: Ipv4Addr,
    /// Every n-th participant opens what it receives; the others count.
    pub open_every: usize,
    /// Take trains from the kernel whole, as a network card with segmentation would carry them on; else loopback and veth
    /// cut them on the server's time.
    pub gro: bool,
    pub trusting: bool,
}

struct Seat {
    peer: Option<Peer>,
    row: Row,
    resource: String,
    /// Figures when the measured time began.
    before: Figures,
    due: u64,
    keep_due: u64,
}

pub struct Run<'a> {
    plan: &'a Plan,
    door: Arc<dyn Door>,
    habits: Habits,
    crew: Crew,
    sinks: Vec<Sink>,
    seats: Vec<Seat>,
    queue: BinaryHeap<Reverse<(u64, usize)>>,
    outbox: Outbox,
    asked: usize,
    answered: usize,
    left: usize,
    leave_errors: Vec<String>,
}

/// Run it.
pub fn run(door: Arc<dyn Door>, plan: &Plan, habits: &Habits) -> io::Result<Report> {
    let shared = plan.from.is_loopback();
    let count = if shared { SHARED } else { plan.people };
    sockets::allow_files(plan.people * 2 + 256);
    let buffer = if shared { SHARED_BUFFER } else { OWN_BUFFER };
    let sinks: io::Result<Vec<_>> = (0..count).map(|_| Sink::new(plan.gro, buffer)).collect();
    let now = sockets::now_us();
    let crew = Crew::new(&door, plan.crew, plan.trusting);
    let mut run = Run {
        plan,
        door,
        habits: habits.clone(),
        crew,
        sinks: sinks?,
        seats: Vec::new(),
        queue: BinaryHeap::new(),
        outbox: Outbox::default(),
        asked: 0,
        answered: 0,
        left: 0,
        leave_errors: Vec::new(),
    };
    run.all(now)
}

impl Run<'_> {
    fn all(&mut self, start: u64) -> io::Result<Report> {
        let (user, mut batch) = (sockets::cpu_us(), Batch::new());
        let ramp_us = (self.plan.people as f64 / self.plan.ramp * 1e6) as u64;
        self.until(start + ramp_us + PATIENCE_US, &mut batch, |run, now| {
            run.admit(start, now);
            run.answered == run.plan.people || sockets::interrupted()
        });
        let settled = |run: &mut Self, _| run.seats.iter().all(Seat::settled) || sockets::interrupted();
        self.until(sockets::now_us() + SETTLE_US, &mut batch, settled);

        let from = sockets::now_us();
        for seat in &mut self.seats {
            seat.before = seat.peer.as_ref().map(Peer::figures).unwrap_or_default();
        }
        let busy = sockets::cpu_us();
        self.until(from + self.plan.seconds * 1_000_000, &mut batch, |_, _| sockets::interrupted());
        let measured_us = sockets::now_us() - from;
        let (busy_us, user_us) = (sockets::cpu_us() - busy, sockets::cpu_us() - user);
        let mut report = Report { measured_us, busy_us, cpu_us: user_us, asked: self.plan.people, ..Report::default() };
        for seat in &mut self.seats {
            report.rows.push(seat.take_row());
        }

        self.leave();
        let leaving = self.seats.iter().filter(|seat| !seat.resource.is_empty()).count();
        self.until(sockets::now_us() + PATIENCE_US, &mut batch, |run, _| run.left == leaving);
        report.left = self.left - self.leave_errors.len();
        report.leave_errors = std::mem::take(&mut self.leave_errors);
        Ok(report)
    }

    /// Carry media until `end`, or until `done` says so.
    fn until(&mut self, end: u64, batch: &mut Batch, mut done: impl FnMut(&mut Self, u64) -> bool) {
        loop {
            let now = sockets::now_us();
            self.answers(now);
            if now >= end || done(self, now) {
                return;
            }
            self.tick(now);
            let next = self.queue.peek().map_or(u64::MAX, |Reverse((due, _))| *due);
            let wait = next.min(end).saturating_sub(sockets::now_us()).min(NAP_US);
            let mut ready: Vec<_> = self.sinks.iter().map(sockets::readable).collect();
            sockets::wait(&mut ready, Duration::from_micros(wait));
            for (place, _) in ready.iter().enumerate().filter(|(_, poll)| poll.revents != 0) {
                self.receive(place, batch);
            }
        }
    }

    /// Send those in whose time has come.
    fn admit(&mut self, start: u64, now: u64) {
        let allowed = ((now - start) as f64 / 1e6 * self.plan.ramp) as usize + 1;
        while self.asked < self.plan.people.min(allowed) {
            let who = self.asked;
            self.asked += 1;
            let local = Box::new(Local {
                ice: Credentials::random(),
                fingerprint: self.habits.identity.fingerprint.clone(),
                address: self.address(who),
                lines: self.door.lines(who),
            });
            let row = Row { asked_us: now, publishes: self.door.publishes(who), ..Row::default() };
            let before = Figures::default();
            let seat = Seat { peer: None, row, resource: String::new(), before, due: u64::MAX, keep_due: u64::MAX };
            self.seats.push(seat);
            self.crew.ask(Job::Join { who, local });
        }
    }

    fn address(&self, who: usize) -> SocketAddrV4 {
        if self.plan.from.is_loopback() {
            let ip = Ipv4Addr::new(127, 1, (who / 200) as u8, (who % 200 + 1) as u8);
            SocketAddrV4::new(ip, self.sinks[who % self.sinks.len()].port)
        } else {
            SocketAddrV4::new(self.plan.from, self.sinks[who].port)
        }
    }

    /// What the crew has done.
    fn answers(&mut self, now: u64) {
        while let Ok(done) = self.crew.done.try_recv() {
            match done {
                Done::Left { result, .. } => {
                    self.left += 1;
                    self.leave_errors.extend(result.err());
                }
                Done::Joined { who, local, took_us, result } => {
                    self.answered += 1;
                    self.seats[who].row.answer_us = took_us;
                    match *result {
                        Err(why) => self.seats[who].row.refused = Some(why),
                        Ok(joined) => {
                            if let Some(socket) = joined.socket {
                                drain(socket);
                            }
                            self.seats[who].resource = joined.resource;
                            self.seat(who, *local, joined.remote, joined.controlling, now);
                        }
                    }
                }
            }
        }
    }

    fn seat(&mut self, who: usize, local: Local, remote: crate::sdp::Description, controlling: bool, now: u64) {
        let publishes = self.door.publishes(who);
        let trace = self.habits.trace.clone().filter(|_| publishes);
        let opens = who.is_multiple_of(self.plan.open_every);
        let habits = Habits { trace, opens, ..self.habits.clone() };
        match Peer::new(local, remote, controlling, &habits, now) {
            Ok(peer) => self.seats[who].peer = Some(peer),
            Err(why) => self.seats[who].row.refused = Some(why),
        }
        self.seats[who].keep_due = self.door.keep_every().map_or(u64::MAX, |seconds| now + seconds * 1_000_000);
        self.schedule(who, now);
    }

    fn schedule(&mut self, who: usize, due: u64) {
        let due = due.min(self.seats[who].keep_due);
        if due < u64::MAX {
            self.seats[who].due = due;
            self.queue.push(Reverse((due, who)));
        }
    }

    fn tick(&mut self, now: u64) {
        while let Some(&Reverse((due, who))) = self.queue.peek() {
            if due > now {
                return;
            }
            self.queue.pop();
            let seat = &mut self.seats[who];
            if seat.due != due {
                continue; // an earlier one has taken its place
            }
            if let Some(seconds) = self.door.keep_every().filter(|_| now >= seat.keep_due) {
                seat.keep_due = now + seconds * 1_000_000;
                self.crew.ask(Job::Keep { resource: seat.resource.clone() });
            }
            let Some(peer) = &mut seat.peer else { continue };
            let next = peer.tick(now, &mut self.outbox);
            self.flush(who);
            self.schedule(who, next.max(now + 1));
        }
    }

    fn receive(&mut self, place: usize, batch: &mut Batch) {
        let shared = self.plan.from.is_loopback();
        let now = sockets::now_us();
        let (seats, outbox, queue) = (&mut self.seats, &mut self.outbox, &mut self.queue);
        let sinks = &self.sinks;
        batch.receive(&sinks[place], |train| {
            let [_, _, high, low] = train.to.octets();
            let who = if shared { (usize::from(high) * 200 + usize::from(low)).wrapping_sub(1) } else { place };
            let Some(seat) = seats.get_mut(who) else { return };
            let Some(peer) = &mut seat.peer else { return };
            for datagram in train.bytes.chunks_mut(train.segment) {
                peer.receive(datagram, train.from, train.at_us, now, outbox);
            }
            let due = peer.deadline();
            if due < seat.due {
                seat.due = due;
                queue.push(Reverse((due, who)));
            }
            let source = peer.source();
            outbox.drain(|to, datagram| {
                let _ = sinks[place].send(datagram, to, source); // a full buffer is loss, as on any path
            });
        });
    }

    fn flush(&mut self, who: usize) {
        let Some(peer) = &self.seats[who].peer else { return };
        let (source, sink) = (peer.source(), &self.sinks[who % self.sinks.len()]);
        self.outbox.drain(|to, datagram| {
            let _ = sink.send(datagram, to, source); // a full buffer is loss, as on any path
        });
    }

    /// Everybody says goodbye: the connection first, then the resource, as a page does.
    fn leave(&mut self) {
        for who in 0..self.seats.len() {
            if let Some(peer) = &mut self.seats[who].peer {
                peer.close(&mut self.outbox);
                self.flush(who);
            }
            let resource = self.seats[who].resource.clone();
            if !resource.is_empty() {
                self.crew.ask(Job::Leave { who, resource });
            }
        }
    }
}

impl Seat {
    fn settled(&self) -> bool {
        match &self.peer {
            None => self.row.refused.is_some() || self.row.answer_us == 0,
            Some(peer) => peer.failed.is_some() || peer.secured_us.is_some(),
        }
    }

    fn take_row(&mut self) -> Row {
        let mut row = std::mem::take(&mut self.row);
        if let Some(peer) = &self.peer {
            row.connected_us = peer.connected_us;
            row.secured_us = peer.secured_us;
            row.failed.clone_from(&peer.failed);
            row.figures = peer.figures();
            row.before = std::mem::take(&mut self.before);
        }
        row
    }
}

/// Read what the server says until it closes: one that nobody reads would be closed for being slow.
fn drain(mut socket: WebSocket) {
    let small = std::thread::Builder::new().stack_size(64 * 1024);
    let _ = small.spawn(move || while matches!(socket.read(), Ok(Some(_))) {});
}
