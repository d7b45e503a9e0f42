//! The loop of one shard: wake, take commands, take up to 64 datagrams, let the core decide, send.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::time::Duration;

use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{Counters, counters};
use plane_core::shard::{Path, Sent, Shard, Sink, Transmit};

use crate::lag::Lag;
use crate::links::Links;
use crate::messages::{FromShard, ReplyTo, ToShard};
use crate::say;
use crate::spool::Tape;
use crate::sys::{self, BATCH, Batch, Lull, Outcome, Rest, Udp, Wake};
use crate::tcp::Tcp;

const SECOND_US: u64 = 1_000_000;
/// The lanes of the port.
const MEDIA: usize = 0;
const ASIDE: usize = 1;
/// No descriptor: never ready.
const NOTHING: RawFd = -1;
/// Commands carried out between two batches of datagrams: about a millisecond of joins.
const COMMANDS_AT_ONCE: usize = 32;

/// When to try again what found a full ring.
const RETRY_US: u64 = 1000;
/// How often so, at the end.
const LAST_TRIES: usize = 2000;

/// Sends what the shard hands over, and learns what the kernel can do.
struct Gso<'a> {
    udp: &'a Udp,
    tcp: &'a mut Tcp,
    kernel: &'a mut Kernel,
    dropped: &'a mut u64,
}

/// Whether the kernel segments: known after the first try. Refused before it ever worked, it is off for good; refused
/// later, it is the way to one receiver that cannot, and the shard remembers that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    Untried,
    Segments,
    Refuses,
}

impl Sink for Gso<'_> {
    fn soon<T: ?Sized>(&self, value: &T) {
        sys::fetch(value);
    }

    fn transmit(&mut self, transmit: Transmit<'_>) -> Sent {
        if let Some(connection) = transmit.connection {
            return self.tcp.queue(connection, transmit.bytes, transmit.segment_size);
        }
        let SocketAddr::V4(dest) = transmit.dest else { return Sent { calls: 0, refused: false } };
        let source = match transmit.source {
            IpAddr::V4(ip) if !ip.is_unspecified() => Some(ip),
            _ => None,
        };
        let segment = transmit.segment_size;
        let grouped = transmit.bytes.len() > segment;
        if !grouped || *self.kernel != Kernel::Refuses {
            match self.udp.send(transmit.bytes, segment, dest, source) {
                Outcome::Done => {
                    if grouped {
                        *self.kernel = Kernel::Segments;
                    }
                    return Sent { calls: 1, refused: false };
                }
                Outcome::Dropped => {
                    *self.dropped += 1;
                    return Sent { calls: 1, refused: false };
                }
                Outcome::NoSegmentation => {}
            }
        }
        // A packet that does not go alone either (longer than the way allows, an address that cannot be sent to) says
        // nothing about segmentation: else one sender of long packets would switch it off for everybody.
        let mut refused = *self.kernel == Kernel::Refuses;
        let mut calls = 0;
        for packet in transmit.bytes.chunks(segment) {
            let alone = self.udp.send(packet, segment, dest, source) == Outcome::Done;
            refused |= alone && calls == 0;
            *self.dropped += u64::from(!alone);
            calls += 1;
        }
        if refused && *self.kernel == Kernel::Untried {
            *self.kernel = Kernel::Refuses;
        }
        Sent { calls, refused }
    }

    fn transmit_all(&mut self, batch: &[Transmit<'_>], sent: &mut Vec<Sent>) {
        let mut rest = batch;
        while let Some((first, others)) = rest.split_first() {
            let datagrams = rest.iter().take_while(|transmit| transmit.connection.is_none()).count();
            let alone = datagrams == 0 || *self.kernel == Kernel::Refuses;
            let taken = if alone { 0 } else { self.udp.send_all(&rest[..datagrams]) };
            if taken == 0 {
                // What the kernel would not take is looked at by itself; those behind it are not to suffer.
                sent.push(self.transmit(*first));
                rest = others;
                continue;
            }
            if rest[..taken].iter().any(|transmit| transmit.bytes.len() > transmit.segment_size) {
                *self.kernel = Kernel::Segments;
            }
            sent.extend(std::iter::repeat_n(Sent { calls: 1, refused: false }, taken));
            rest = &rest[taken..];
        }
    }
}

/// One shard with its socket and its channels.
pub struct Runner {
    /// Its number.
    pub number: usize,
    pub shard: Shard,
    pub udp: Udp,
    pub tcp: Tcp,
    pub kernel: Kernel,
    pub commands: Receiver<ToShard>,
    pub wake: Arc<Wake>,
    pub messages: Sender<FromShard>,
    pub control: Arc<Wake>,
    /// To the other shards.
    pub links: Links,
    /// To the writer of the spool, if there is one.
    pub tape: Option<Tape>,
}

/// What the driver itself counts.
#[derive(Default)]
struct Tally {
    lag: Lag,
    overflow: u64,
    last_overflow: [u32; 2],
    truncated: u64,
    send_dropped: u64,
    receive_failed: u64,
}

impl Runner {
    pub fn run(mut self) -> io::Result<()> {
        let mut batch = Batch::new();
        let mut tally = Tally::default();
        let mut next_second = sys::monotonic_us() + SECOND_US;
        let mut crowded = false;
        let (mut lull, mut rest) = (Lull::default(), Rest::default());
        let [media, aside] = self.udp.lanes().map(|lane| lane.unwrap_or(NOTHING));
        loop {
            let now = sys::monotonic_us();
            let resting = [lull.until(now), rest.until(now)];
            let again = crowded.then_some(now + RETRY_US);
            let deadlines = self.shard.deadline().into_iter().chain(again).chain(resting.into_iter().flatten());
            let timeout = Duration::from_micros(deadlines.fold(next_second, u64::min).saturating_sub(now));
            let awaited = |lane: RawFd, resting: Option<u64>| if resting.is_some() { NOTHING } else { lane };
            let lanes = [awaited(media, resting[MEDIA]), awaited(aside, resting[ASIDE])];
            let waiting = [lanes[MEDIA], lanes[ASIDE], self.wake.as_raw_fd(), self.tcp.descriptor()];
            let [_, _, commanded, framed] = sys::wait_readable(waiting, timeout)?;
            let mut told = false;
            if commanded {
                self.wake.clear();
                if !self.take_commands(&mut told) {
                    return self.end_recordings();
                }
            }
            if framed {
                self.tcp.read(sys::monotonic_us(), &mut self.shard)?;
            }
            self.links.receive(&mut self.shard, sys::monotonic_us())?;
            let began = sys::monotonic_us();
            let (count, full) = self.take_datagrams(MEDIA, &mut batch, &mut tally)?;
            crowded = full;
            lull.taken(count, count == BATCH, began, sys::monotonic_us());
            if rest.due(sys::monotonic_us()) {
                let (count, full) = self.take_datagrams(ASIDE, &mut batch, &mut tally)?;
                crowded |= full;
                rest.taken(count, count == BATCH, sys::monotonic_us());
            }
            self.tcp.write_all(sys::monotonic_us(), &mut self.shard);
            let now = sys::monotonic_us();
            if now >= next_second {
                next_second = now.max(next_second + SECOND_US);
                self.tcp.sweep(now, &mut self.shard);
                let counters = self.counters(now, &mut tally);
                told |= self.tell(Body::Counters(counters));
            }
            while let Some(event) = self.shard.poll_event() {
                told |= self.tell(event);
            }
            if told {
                self.control.wake();
            }
        }
    }

    fn tell(&self, body: Body) -> bool {
        self.messages.send(FromShard::Event { shard: self.number, body }).is_ok()
    }

    /// `false`: stop. Some at a time, so that no packet waits for a long queue of commands.
    fn take_commands(&mut self, told: &mut bool) -> bool {
        for _ in 0..COMMANDS_AT_ONCE {
            let (reply, command) = match self.commands.try_recv() {
                Ok(ToShard::Command { reply, command }) => (reply, command),
                Ok(ToShard::Connection(arrived)) => {
                    self.tcp.adopt(sys::monotonic_us(), *arrived, &mut self.shard);
                    continue;
                }
                Ok(ToShard::OpenMirror { room, home, send }) => {
                    if let Err((_, why)) = self.shard.open_mirror(sys::monotonic_us(), &room, home, &send) {
                        // Its own shard refuses it for the same reason, and the control process is told there.
                        say!(Debug, "no_mirror", why = why);
                    }
                    continue;
                }
                Ok(ToShard::CloseMirrors(names)) => {
                    self.shard.close_mirrors(&names);
                    continue;
                }
                Err(TryRecvError::Empty) => return true,
                Ok(ToShard::Stop) | Err(TryRecvError::Disconnected) => return false,
            };
            if matches!(*command, Command::GetSnapshot(_)) {
                let parts = Box::new(self.shard.snapshot(sys::monotonic_us()));
                *told |= self.messages.send(FromShard::Snapshot { reply, parts }).is_ok();
                continue;
            }
            let body = self.shard.handle_command(sys::monotonic_us(), *command);
            // Silence is an answer only to whoever counts the answers.
            if body.is_some() || matches!(reply, ReplyTo::Part(_)) {
                *told |= self.messages.send(FromShard::Reply { reply, body }).is_ok();
            }
        }
        self.wake.wake(); // there may be more
        true
    }

    /// One batch in, everything due out. The sockets are level-triggered, so what is left wakes the loop at once. Returns
    /// how many datagrams it was, and whether another shard could not take all that is for it.
    fn take_datagrams(&mut self, lane: usize, batch: &mut Batch, tally: &mut Tally) -> io::Result<(usize, bool)> {
        let count = batch.receive_lane(&self.udp, lane)?;
        debug_assert!(count <= BATCH);
        if count == 0 && lane == ASIDE {
            return Ok((0, false));
        }
        tally.receive_failed = batch.passing;
        let now = sys::monotonic_us();
        let unix_offset = sys::unix_us().saturating_sub(now);
        let mut oldest = u64::MAX;
        for i in 0..count {
            let datagram = batch.get(i);
            if let Some(overflow) = datagram.overflow {
                tally.overflow += u64::from(overflow.wrapping_sub(tally.last_overflow[lane]));
                tally.last_overflow[lane] = overflow;
            }
            if datagram.truncated {
                tally.truncated += 1;
                continue;
            }
            let mut arrived = now;
            if datagram.unix_us > 0 {
                oldest = oldest.min(datagram.unix_us);
                // A kernel's clock that was set in between is not believed for longer than a second.
                arrived = datagram.unix_us.saturating_sub(unix_offset).clamp(now.saturating_sub(1_000_000), now);
            }
            let path = Path::udp(datagram.source, datagram.dest_ip);
            self.shard.handle_arrival(now, arrived, path, datagram.bytes);
        }
        let now = sys::monotonic_us();
        if self.shard.deadline().is_some_and(|at| at <= now) {
            self.shard.handle_timeout(now);
        }
        // Others are at work on it while this shard serves its own receivers.
        self.shard.mirror();
        self.links.send(&mut self.shard)?;
        let mut sink =
            Gso { udp: &self.udp, tcp: &mut self.tcp, kernel: &mut self.kernel, dropped: &mut tally.send_dropped };
        if self.shard.flush(now, &mut sink) > 0 && oldest != u64::MAX && lane == MEDIA {
            tally.lag.add(sys::unix_us().saturating_sub(oldest));
        }
        let mut crowded = self.links.send(&mut self.shard)?; // what serving brought about: key frames to ask for
        crowded |= self.record()?;
        Ok((count, crowded))
    }

    /// Moves what is recorded to the writer. `true`: something still waits.
    fn record(&mut self) -> io::Result<bool> {
        self.tape.as_mut().map_or(Ok(false), |tape| tape.send(&mut self.shard))
    }

    /// The plane stops: streams get their ends, if the disk is not in the way for long.
    fn end_recordings(&mut self) -> io::Result<()> {
        self.shard.end_recordings(sys::monotonic_us());
        for _ in 0..LAST_TRIES {
            if !self.record()? {
                break;
            }
            std::thread::sleep(Duration::from_micros(RETRY_US));
        }
        Ok(())
    }

    fn counters(&mut self, now: u64, tally: &mut Tally) -> Counters {
        let mut counters = self.shard.counters(now);
        counters.unix_ms = (sys::unix_us() / 1000) as i64;
        let lag_p99_us = tally.lag.quantile(0.99);
        counters.r#loop = Some(counters::Loop {
            lag_p50_us: tally.lag.quantile(0.50),
            lag_p99_us,
            socket_drops: tally.overflow,
            tcp_connections: self.tcp.open(),
            ..counters::Loop::default()
        });
        counters.shards = vec![counters::Shard {
            shard: self.number as u32,
            transports: counters.gauge.map_or(0, |gauge| gauge.transports),
            sent_packets: self.shard.totals().sent_packets,
            cpu_us: sys::thread_cpu_us(),
            lag_p99_us,
            mirrored_packets: self.shard.mirrored_packets(),
        }];
        tally.lag.clear();
        let own = [
            ("too_long", tally.truncated),
            ("send_refused", tally.send_dropped),
            ("receive_failed", tally.receive_failed),
        ];
        for (cause, count) in own.into_iter().chain(self.tcp.causes()) {
            if count > 0 {
                counters.drops.insert(cause.to_owned(), count);
            }
        }
        counters
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accept::Gate;

    /// R: what is too long for any datagram does not switch segmentation off; neither for good nor for its receiver.
    #[test]
    fn too_long_is_no_refusal() {
        let udp = Udp::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let dest = SocketAddr::V4(udp.local().unwrap());
        let (mut kernel, mut dropped) = (Kernel::Untried, 0);
        let mut tcp = Tcp::new(Arc::new(Gate::new(0)), true).unwrap();
        let mut gso = Gso { udp: &udp, tcp: &mut tcp, kernel: &mut kernel, dropped: &mut dropped };
        let bytes = vec![0; 140_000];
        let transmit = Transmit { dest, source: dest.ip(), connection: None, bytes: &bytes, segment_size: 70_000 };
        assert_eq!(gso.transmit(transmit), Sent { calls: 2, refused: false });
        assert_eq!((kernel, dropped), (Kernel::Untried, 2));
    }

    /// R: what the kernel will not take is dropped alone; what was handed over with it, before and behind, leaves.
    #[test]
    fn one_that_cannot_be_sent_stops_no_other() {
        let udp = Udp::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let dest = SocketAddr::V4(udp.local().unwrap());
        let (mut kernel, mut dropped) = (Kernel::Untried, 0);
        let mut tcp = Tcp::new(Arc::new(Gate::new(0)), true).unwrap();
        let mut gso = Gso { udp: &udp, tcp: &mut tcp, kernel: &mut kernel, dropped: &mut dropped };
        let bytes = vec![7; 70_000];
        let parcel = |len: usize, segment_size| Transmit {
            dest,
            source: dest.ip(),
            connection: None,
            bytes: &bytes[..len],
            segment_size,
        };
        let batch = [parcel(100, 100), parcel(70_000, 70_000), parcel(2500, 1000), parcel(200, 200)];
        let mut sent = Vec::new();
        gso.transmit_all(&batch, &mut sent);
        assert_eq!((sent.len(), dropped), (4, 1));
        let mut received = Batch::new();
        let mut sizes = Vec::new();
        while let Ok(count @ 1..) = received.receive_lane(&udp, 1) {
            sizes.extend((0..count).map(|i| received.get(i).bytes.len()));
        }
        assert_eq!(sizes, [100, 1000, 1000, 500, 200]);
    }

    /// R: an answer leaves from the address that was asked, and from the one address where there is only one.
    #[test]
    fn packets_leave_from_the_address_they_came_to() {
        let peer = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let SocketAddr::V4(dest) = peer.local_addr().unwrap() else { unreachable!() };
        for (listen, named, leaves) in
            [("0.0.0.0:0", "127.0.0.3", "127.0.0.3"), ("127.0.0.2:0", "127.0.0.2", "127.0.0.2")]
        {
            let udp = Udp::bind(listen.parse().unwrap()).unwrap();
            udp.send(b"!", 1, dest, Some(named.parse().unwrap()));
            let transmit = Transmit {
                dest: dest.into(),
                source: named.parse().unwrap(),
                connection: None,
                bytes: b"!",
                segment_size: 1,
            };
            assert_eq!(udp.send_all(&[transmit]), 1);
            for _ in 0..2 {
                let (_, from) = peer.recv_from(&mut [0; 9]).unwrap();
                assert_eq!(from.ip().to_string(), leaves, "bound to {listen}");
            }
        }
    }
}
