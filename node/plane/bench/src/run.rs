//! One measurement: start the plane, open the transports, and let plane and conventional loop take turns.

use std::io::{self, BufRead, BufReader};
use std::net::SocketAddrV4;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::rc::Rc;
use std::time::Duration;

use plane_core::contract::Counters;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::srtp::Profile;
use plane_core::stun::Integrity;

use crate::Options;
use crate::control::Control;
use crate::flood::Flood;
use crate::keys::{Keys, PUBLISHER};
use crate::machine::{self, Cpu, Waits};
use crate::parts::{LATE_US, Parts, Stamp, felt};
use crate::peers::{self, Ice, Publisher, Receiver, Sent, Tally, address};
use crate::report::{self, Measured, Round};
use crate::scenario::{Kind, Scenario};
use crate::sys;
use crate::witness::Witness;
use regie_load::sockets::{self, Batch, Sink};
use regie_load::trace::{Media, Trace};

const SINKS: usize = 8;
const BUFFER: usize = 32 << 20;
/// Of each round, what comes first is not counted: caches, slots and the processor's clock find their state.
const WARM_UP_US: u64 = 1_500_000;
const DRAIN_US: u64 = 300_000;
const CHECK_EVERY_US: u64 = 2_500_000;
const REPORT_EVERY_US: u64 = 1_000_000;
const INSPECTED: u32 = 10;

/// A process that ends with us.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Measure with each number of receivers in turn, and print.
pub fn all(options: &Options) -> io::Result<()> {
    if options.flood > 0 {
        return flood(options);
    }
    if options.spoofed > 0 {
        return spoofed(options);
    }
    sys::confine(options.cores.1, options.realtime.then_some(1))?;
    report::heading(options);
    let mut measured = Vec::new();
    for &scenario in &options.scenarios {
        let result = Bench::open(options, scenario)?.measure(options)?;
        report::print(&result, options.parts);
        measured.push(result);
    }
    if let Some(path) = &options.json {
        std::fs::write(path, report::json(options, &measured))?;
    }
    Ok(())
}

/// H5: a call before, during and after bad SRTP at full speed, from the publisher's own address and from a stranger's.
fn flood(options: &Options) -> io::Result<()> {
    if options.realtime {
        return Err(io::Error::other("--flood is not for --realtime on: the flood would let nobody else run"));
    }
    sys::confine(options.cores.1, None)?;
    for &scenario in &options.scenarios {
        let count = scenario.receivers();
        let mut bench = Bench::open(&Options { conventional: false, ..options.clone() }, scenario)?;
        let (dest, plane) = (bench.plane_address, bench.plane.0.id());
        let rate = |bench: &mut Bench, seconds: u64| -> io::Result<(f64, u64)> {
            let round = bench.round(dest, plane, seconds)?;
            Ok((round.tally.packets as f64 * 1e6 / round.elapsed_us as f64, round.tally.wrong))
        };
        let before = rate(&mut bench, options.seconds)?;
        let from = vec![
            (bench.sinks[0].same()?, peers::publisher_address(0, bench.network)),
            (Sink::new(false, BUFFER)?, peers::publisher_address(254, bench.network)),
        ];
        let flood = Flood::start(from, dest, &bench.publishers[0].newest);
        let during = rate(&mut bench, options.flood)?;
        let sent = flood.end()?;
        let after = rate(&mut bench, options.seconds)?;
        let dropped = bench.control.snapshot()?.drops;
        let of = |cause: &str| dropped.get(cause).copied().unwrap_or(0);
        let overflow = bench.lag()?.and_then(|counters| counters.r#loop).map_or(0, |figures| figures.socket_drops);
        println!(
            "{count} receivers, {} s: {sent} bad packets; dropped srtp_auth {}, srtp_replay {}, rtp_unknown_addr {}, \
             by the kernel {overflow}; delivered packets/s before {:.0}, during {:.0}, after {:.0}",
            options.flood,
            of("srtp_auth"),
            of("srtp_replay"),
            of("rtp_unknown_addr"),
            before.0,
            during.0,
            after.0
        );
        if before.1 + during.1 + after.1 > 0 || during.0 < 0.9 * before.0 || after.0 < 0.9 * before.0 {
            return Err(io::Error::other("the flood cost a tenth of the call, or more"));
        }
    }
    Ok(())
}

/// H11: what packets from strangers' addresses take of the plane's core, and of its memory, while a call goes on.
fn spoofed(options: &Options) -> io::Result<()> {
    sys::confine(options.cores.1, options.realtime.then_some(1))?;
    for &scenario in &options.scenarios {
        let mut bench = Bench::open(&Options { conventional: false, ..options.clone() }, scenario)?;
        let (dest, pid) = (bench.plane_address, bench.plane.0.id());
        let name = bench.receivers[0].ufrag.clone();
        bench.round(dest, pid, options.seconds)?; // all that is taken once has been taken
        let resident = machine::resident(pid)?;
        let (mut taken, mut missing, mut sent, mut sent_us) = (Vec::new(), 0, 0, 0);
        for _ in 0..options.rounds {
            let without = bench.round(dest, pid, options.seconds)?;
            let started = sockets::now_us();
            let flood = Flood::spoofed(options.spoofed, Sink::new(false, BUFFER)?, bench.network, dest, &name);
            let with = bench.round(dest, pid, options.seconds)?;
            sent += flood.end()?;
            sent_us += sockets::now_us() - started;
            let share = |round: &Round| round.cpu.total_us() / round.elapsed_us as f64;
            taken.push(100.0 * (share(&with) - share(&without)));
            missing += with.tally.lost + with.tally.wrong;
        }
        taken.sort_by(f64::total_cmp);
        let grown = machine::resident(pid)?.saturating_sub(resident);
        let median = taken[taken.len() / 2];
        println!(
            "{}: {} packets a second from strangers take {:.1} / {median:.1} / {:.1} % of the plane's core and {} kB; \
             {missing} packets of the call were lost",
            scenario.name(),
            sent * 1_000_000 / sent_us.max(1),
            taken[0],
            taken[taken.len() - 1],
            grown / 1000,
        );
        if median >= 10.0 || grown > 1_000_000 {
            return Err(io::Error::other("strangers cost a tenth of the core, or memory"));
        }
    }
    Ok(())
}

struct Bench {
    scenario: Scenario,
    network: u8,
    count: u32,
    plane: Guard,
    conventional: Option<(Guard, SocketAddrV4)>,
    directory: PathBuf,
    control: Control,
    plane_address: SocketAddrV4,
    sinks: Vec<Sink>,
    batch: Batch,
    spin: bool,
    publishers: Vec<Publisher>,
    /// Their credentials, and the port of their shard.
    publishers_ice: Vec<(String, Integrity, u16)>,
    receivers: Vec<Receiver>,
    sent: Sent,
    /// When the next packet of any publisher is due.
    next_due_us: u64,
    /// Until when it is felt that the load was late.
    felt_us: u64,
    /// Where both are before ordinary work; else it would be late by itself.
    witness: Option<Witness>,
    cores: (usize, usize),
    tally: Tally,
    /// Timers of the receivers, as one position that moves around all of them.
    turns: (u64, u64),
    resident_before: u64,
    open_us: u64,
}

impl Bench {
    fn open(options: &Options, scenario: Scenario) -> io::Result<Bench> {
        let count = scenario.receivers();
        let directory = std::env::temp_dir().join(format!("regie-bench-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&directory)?;
        let socket = directory.join("plane.sock");
        let port = std::net::UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port();
        let plane_address = SocketAddrV4::new(options.here(), port);
        let mut command = options.server(&options.plane);
        command.arg("--socket").arg(&socket).args(["--listen", &plane_address.to_string(), "--log", "warn"]);
        command.args(&options.plane_options);
        if let Some(spool) = &options.record {
            command.arg("--spool").arg(spool);
        }
        sys::confine_child(&mut command, options.cores.0, options.realtime);
        let plane = command
            .spawn()
            .map_err(|error| io::Error::other(format!("cannot start {}: {error}", options.plane.display())))?;
        let plane = Guard(plane);
        let (mut control, attached) = Control::attach(&socket)?;
        if !attached.optimised {
            eprintln!("this is a debug build of the plane: its figures mean nothing");
        }
        let sinks: Vec<Sink> = (0..SINKS).map(|_| Sink::new(options.gro, BUFFER)).collect::<Result<_, _>>()?;
        let only = if scenario.has_cameras() { options.only } else { Some(Media::Audio) };
        let trace = Rc::new(Trace::load(options.pace, only));
        let sent = Sent::new(&trace, scenario.publishers());
        let (mut publishers, mut publishers_ice) = (Vec::new(), Vec::new());
        for n in 0..scenario.publishers() {
            publishers.push(Publisher::new(n, trace.clone(), options.cipher));
            let opened = peers::publisher_transport(&scenario.room_of_publisher(n), n, scenario.has_cameras());
            let Ice { ufrag, password, port } = open(&mut control, opened, PUBLISHER - n, options.cipher)?;
            publishers_ice.push((ufrag, Integrity::new(password.as_bytes()), port));
        }
        let mut bench = Bench {
            scenario,
            network: options.network(),
            count,
            resident_before: machine::resident(plane.0.id())?,
            plane,
            conventional: None,
            directory,
            control,
            plane_address,
            sinks,
            batch: Batch::new(),
            spin: options.spin,
            publishers,
            publishers_ice,
            receivers: Vec::new(),
            sent,
            next_due_us: 0,
            felt_us: 0,
            witness: options.realtime.then(|| Witness::start(options.cores.0)),
            cores: options.cores,
            tally: Tally::default(),
            turns: (0, 0),
            open_us: 0,
        };
        bench.connect(options)?;
        if options.conventional && options.cipher == Profile::AeadAes128Gcm && scenario.kind == Kind::Webinar {
            bench.start_conventional(options)?;
        }
        Ok(bench)
    }

    /// Open every receiver's transport and make its first check.
    fn connect(&mut self, options: &Options) -> io::Result<()> {
        let start = sockets::now_us();
        let step = (self.count / INSPECTED).max(1);
        for n in 0..self.count {
            let cameras = self.scenario.seen_by(n);
            let opened = peers::receiver_transport(&self.scenario.room_of_receiver(n), n, &cameras);
            let ice = open(&mut self.control, opened, n, options.cipher)?;
            self.receivers.push(Receiver::new(n, ice, cameras.len(), n % step == step / 2, options.cipher));
        }
        self.open_us = sockets::now_us() - start;
        let deadline = sockets::now_us() + 10_000_000;
        self.check_publishers();
        for n in 0..self.count {
            self.check(n);
        }
        let mut connected = 0;
        let all = self.count as usize + self.publishers.len();
        while connected < all {
            for at in 0..SINKS {
                self.receive(at);
            }
            self.control.poll()?;
            connected += self.control.connected.drain(..).count();
            if sockets::now_us() > deadline {
                return Err(io::Error::other(format!("{connected} of {all} connected within 10 s")));
            }
        }
        Ok(())
    }

    fn ports(&self) -> Vec<u16> {
        self.sinks.iter().map(|sink| sink.port).collect()
    }

    fn start_conventional(&mut self, options: &Options) -> io::Result<()> {
        let ports: Vec<String> = self.ports().iter().map(u16::to_string).collect();
        let mut command = options.server(&std::env::current_exe()?);
        let (here, network) = (options.here().to_string(), options.network().to_string());
        command.args(["conventional", &here, &network, &self.count.to_string(), &ports.join(",")]);
        command.stdout(Stdio::piped());
        sys::confine_child(&mut command, options.cores.0, options.realtime);
        let mut child = Guard(command.spawn()?);
        let mut line = String::new();
        BufReader::new(child.0.stdout.take().expect("piped")).read_line(&mut line)?;
        let port = line.trim().parse().map_err(io::Error::other)?;
        self.conventional = Some((child, SocketAddrV4::new(options.here(), port)));
        Ok(())
    }

    fn measure(mut self, options: &Options) -> io::Result<Measured> {
        let mut result = Measured {
            scenario: self.scenario.name(),
            receivers: self.count,
            open_us: self.open_us,
            ..Measured::default()
        };
        for stretch in 0..options.rounds as u32 {
            let before = self.control.snapshot()?;
            let round = self.round(self.plane_address, self.plane.0.id(), options.seconds)?;
            result.counters.push((before, self.control.snapshot()?));
            result.plane.push(round);
            if options.record.is_some() {
                let cameras = self.scenario.publishers();
                self.control.call(Command::RecordTracks(peers::record(cameras, stretch, true)))?;
                let round = self.round(self.plane_address, self.plane.0.id(), options.seconds)?;
                result.streams = cameras;
                result.recording.push(round);
                self.control.call(Command::RecordTracks(peers::record(cameras, stretch, false)))?;
            }
            if let Some((child, address)) = &self.conventional {
                let (pid, address) = (child.0.id(), *address);
                self.control.call(Command::AssignSlots(peers::assign(self.count, "")))?;
                let round = self.round(address, pid, options.seconds)?;
                result.conventional.push(round);
                self.control.call(Command::AssignSlots(peers::assign(self.count, "camera0")))?;
            }
        }
        let resident = machine::resident(self.plane.0.id())?;
        result.resident = (self.resident_before, resident);
        result.lag = self.lag()?;
        Ok(result)
    }

    fn lag(&mut self) -> io::Result<Option<Counters>> {
        Ok(self.control.counters.take())
    }

    /// Publish to `dest` for some seconds and count what arrives. Process `pid` does the work.
    fn round(&mut self, dest: SocketAddrV4, pid: u32, seconds: u64) -> io::Result<Round> {
        for receiver in &mut self.receivers {
            receiver.start();
        }
        let start = sockets::now_us();
        for publisher in &mut self.publishers {
            publisher.start(start);
        }
        self.next_due_us = start;
        // Until the last of them has sent its key frame.
        let last = self.publishers.iter().map(Publisher::due).max().unwrap_or(start);
        let warm = last + WARM_UP_US;
        self.publish_until(warm, dest)?;
        self.tally = Tally::default();
        let lost: u64 = self.receivers.iter().map(Receiver::lost).sum();
        let (cpu, waits, from) = (Cpu::of(pid)?, self.waits(pid)?, sockets::now_us());
        self.publish_until(warm + seconds * 1_000_000, dest)?;
        let (cpu, elapsed_us) = (Cpu::of(pid)?.since(cpu), sockets::now_us() - from);
        let ended = self.waits(pid)?;
        let waits = (ended.0.since(waits.0), ended.1.since(waits.1));
        let mut tally = self.tally.clone();
        self.drain(sockets::now_us() + DRAIN_US)?;
        tally.lost = self.receivers.iter().map(Receiver::lost).sum::<u64>().saturating_sub(lost);
        tally.delays.sort_unstable_by_key(Parts::delay);
        if let Some(witness) = &self.witness {
            witness.judge(&mut tally.delays);
        }
        Ok(Round { cpu, waits, elapsed_us, tally })
    }

    /// What kept process `pid`, and the load, from running.
    fn waits(&self, pid: u32) -> io::Result<(Waits, Waits)> {
        Ok((Waits::of(pid, self.cores.0)?, Waits::of(std::process::id(), self.cores.1)?))
    }

    fn publish_until(&mut self, end: u64, dest: SocketAddrV4) -> io::Result<()> {
        while sockets::now_us() < end {
            self.serve(end, Some(dest))?;
        }
        Ok(())
    }

    fn drain(&mut self, end: u64) -> io::Result<()> {
        while sockets::now_us() < end {
            self.serve(end, None)?;
        }
        Ok(())
    }

    /// Sends what is due, if anything is.
    fn publish(&mut self, dest: SocketAddrV4) -> io::Result<()> {
        let mut now = sockets::now_us();
        if now < self.next_due_us {
            return Ok(());
        }
        let mut out = [0; 2048];
        for publisher in &mut self.publishers {
            while publisher.due() <= now {
                let due_us = publisher.due();
                let (place, len) = publisher.next(&mut out);
                let shard = SocketAddrV4::new(*dest.ip(), self.publishers_ice[publisher.number as usize].2);
                let dest = if dest == self.plane_address { shard } else { dest };
                let before_us = sockets::now_us();
                if before_us > due_us + LATE_US {
                    self.felt_us = self.felt_us.max(felt(due_us, before_us));
                }
                self.sinks[0].send(&out[..len], dest, peers::publisher_address(publisher.number, self.network))?;
                now = sockets::now_us();
                self.sent.stamps[publisher.number as usize][place] =
                    Stamp { due_us, before_us, after_us: now, calm: before_us > self.felt_us };
            }
        }
        self.next_due_us = self.publishers.iter().map(Publisher::due).min().unwrap_or(u64::MAX);
        Ok(())
    }

    /// Receive, report and check; with nothing to do, sleep until `until` or, if told so, come back at once: then no
    /// sender pays for waking us.
    ///
    /// What is to be published does not wait for what is to be received: what would be late would come in a burst, and
    /// the plane's queue would be ours.
    fn serve(&mut self, until: u64, dest: Option<SocketAddrV4>) -> io::Result<()> {
        let mut received = 0;
        for at in 0..self.sinks.len() {
            if let Some(dest) = dest {
                self.publish(dest)?;
            }
            received += self.receive(at);
        }
        self.take_turns(sockets::now_us());
        self.control.poll()?;
        if received == 0 && !self.spin {
            let until = if dest.is_some() { until.min(self.next_due_us) } else { until };
            let wait = until.saturating_sub(sockets::now_us()).min(1_000);
            let mut sockets: Vec<_> = self.sinks.iter().map(sockets::readable).collect();
            sockets::wait(&mut sockets, Duration::from_micros(wait));
        }
        Ok(())
    }

    /// Takes what one of the sinks has, one batch of it.
    fn receive(&mut self, at: usize) -> usize {
        let Bench { sinks, batch, receivers, sent, tally, .. } = self;
        batch.receive(&sinks[at], |train| {
            if train.to.octets()[1] != 1 {
                return; // what the plane tells the publisher
            }
            let Some(receiver) = receivers.get_mut(peers::number(train.to)) else { return };
            for datagram in train.bytes.chunks_mut(train.segment) {
                receiver.receive(datagram, train.at_us, sent, tally);
            }
        })
    }

    /// Let the receivers whose turn has come report and check, spread evenly over time.
    fn take_turns(&mut self, now: u64) {
        let (mut reported, mut checked) = self.turns;
        let count = u64::from(self.count);
        let place = |every: u64| now * count / every;
        if reported == 0 {
            (reported, checked) = (place(REPORT_EVERY_US), place(CHECK_EVERY_US));
        }
        let mut out = [0; 1200];
        let ports = self.ports();
        for turn in reported..place(REPORT_EVERY_US).min(reported + count) {
            let n = (turn % count) as u32;
            if n == 0 {
                self.check_publishers();
            }
            let len = self.receivers[n as usize].report(now, &mut out);
            self.send_from(n, &ports, &out[..len]);
        }
        for turn in checked..place(CHECK_EVERY_US).min(checked + count) {
            self.check((turn % count) as u32);
        }
        if self.turns.0 != place(REPORT_EVERY_US) {
            for n in 0..self.count {
                if self.receivers[n as usize].wants(now) {
                    let len = self.receivers[n as usize].report(now, &mut out);
                    self.send_from(n, &ports, &out[..len]);
                }
            }
        }
        self.turns = (place(REPORT_EVERY_US), place(CHECK_EVERY_US));
    }

    fn check(&mut self, n: u32) {
        let mut out = [0; 256];
        let receiver = &mut self.receivers[n as usize];
        receiver.checks += 1;
        let len = peers::check(&mut out, n, receiver.checks, &receiver.ufrag, &receiver.key);
        self.send_from(n, &self.ports(), &out[..len]);
    }

    fn check_publishers(&mut self) {
        let mut out = [0; 256];
        for (n, (ufrag, key, port)) in (0..).zip(&self.publishers_ice) {
            let len = peers::check(&mut out, PUBLISHER - n, 0, ufrag, key);
            let dest = SocketAddrV4::new(*self.plane_address.ip(), *port);
            let _ = self.sinks[0].send(&out[..len], dest, peers::publisher_address(n, self.network));
        }
    }

    fn send_from(&self, n: u32, ports: &[u16], bytes: &[u8]) {
        let from = address(n, ports, self.network);
        let sink = &self.sinks[n as usize % self.sinks.len()];
        let dest = SocketAddrV4::new(*self.plane_address.ip(), self.receivers[n as usize].port);
        let _ = sink.send(bytes, dest, *from.ip()); // what is lost will be sent again
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// Open a transport and give it its keys. Returns what it is reached by.
fn open(
    control: &mut Control,
    opened: plane_core::contract::OpenTransport,
    peer: u32,
    cipher: Profile,
) -> io::Result<Ice> {
    let name = opened.transport.clone();
    let opening = control.send(Command::OpenTransport(opened))?;
    let keying = control.send(Command::SetKeys(Keys::of(peer, cipher).command(&name)))?;
    let Body::TransportOpened(reply) = control.reply(opening)? else {
        return Err(io::Error::other("OpenTransport was not answered with TransportOpened"));
    };
    control.reply(keying)?;
    let ice = reply.ice.unwrap_or_default();
    let port = reply.candidates.first().map_or(0, |candidate| candidate.port as u16);
    Ok(Ice { ufrag: ice.ufrag, password: ice.password, port })
}
