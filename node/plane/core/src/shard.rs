//! One thread's world: transports, rooms and tracks, and the way of a datagram through them.
//!
//! Use: [`Shard::handle_datagram`] for each datagram of a batch, [`Shard::handle_timeout`] when [`Shard::deadline`]
//! has passed, then [`Shard::flush`] once, then [`Shard::poll_event`] until it is empty.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

use crate::address::{Addresses, Origin, Seeded};
use crate::allocate::Claim;
use crate::caps::Cap;
use crate::contract::from_plane::Body;
use crate::contract::{Address, ConsentLost, DtlsReceived, IceConnected, Protocol};
use crate::drops::{Cause, Drops};
use crate::fanout::Scratch;
pub use crate::ice::{Connection, Path};
use crate::layers;
use crate::mac::Naming;
use crate::mirror::Mirroring;
use crate::recording::Recorder;
use crate::room::Room;
use crate::slab::Slab;
use crate::stun;
use crate::track::Track;
use crate::transport::Transport;

/// Reports, losses and consent are looked at so often.
pub const TICK_US: u64 = 20_000;
/// Each transport has its turn for reports every so many ticks: 500 ms.
pub const TURNS: u32 = 25;

/// What the shard is told at its creation; nothing of it changes.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its number, which its ufrags carry.
    pub shard: u8,
    /// Random, new at each start: credentials and hash seeds come from it.
    pub secret: [u8; 32],
    /// Wall clock minus the clock of `now`, for NTP times.
    pub unix_offset_us: u64,
    /// UDP addresses that peers are told.
    pub candidates: Vec<SocketAddr>,
    /// TCP addresses that they are told after those.
    pub tcp_candidates: Vec<SocketAddr>,
    /// What a peer may send unless told otherwise, bits per second.
    pub max_send_bps: u32,
    /// Pad and group packets for segmentation by the kernel.
    pub gso: bool,
}

impl Config {
    /// What peers are told, preferred first.
    pub fn addresses(&self) -> Vec<Address> {
        let told = |of: &[SocketAddr], protocol: Protocol| {
            let address =
                |a: &SocketAddr| Address { ip: a.ip().to_string(), port: a.port().into(), protocol: protocol.into() };
            of.iter().map(address).collect::<Vec<_>>()
        };
        [told(&self.candidates, Protocol::Udp), told(&self.tcp_candidates, Protocol::Tcp)].concat()
    }
}

/// Packets for one receiver, one behind another: each of `segment_size` bytes, the last may be shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transmit<'a> {
    pub dest: SocketAddr,
    /// The address of ours to send from.
    pub source: IpAddr,
    /// Over this TCP connection, each packet a frame (RFC 4571); `None`: by UDP.
    pub connection: Option<Connection>,
    pub bytes: &'a [u8],
    pub segment_size: usize,
}

/// What is handed to a [`Sink`] at once, at most: entering the kernel is shared by so many.
pub const TOGETHER: usize = 16;

/// Takes what is to be sent.
pub trait Sink {
    /// `value` will soon be read or written: the processor may fetch it meanwhile. A hint; nothing depends on it.
    fn soon<T: ?Sized>(&self, value: &T) {
        let _ = value;
    }

    /// Sends now or drops; never waits.
    fn transmit(&mut self, transmit: Transmit<'_>) -> Sent;

    /// The same for several, at most [`TOGETHER`], in their order: one system call may carry them all. Appends what was
    /// done with each to `sent`.
    fn transmit_all(&mut self, batch: &[Transmit<'_>], sent: &mut Vec<Sent>) {
        for transmit in batch {
            sent.push(self.transmit(*transmit));
        }
    }
}

/// What a [`Sink`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Sends: packets or groups of packets given to the kernel.
    pub calls: u32,
    /// The kernel or the way to this receiver will not segment: the packets went one by one.
    pub refused: bool,
}

/// Figures of the whole shard, as in `Counters.Packets`.
#[derive(Debug, Default, Clone)]
pub struct Totals {
    pub received_packets: u64,
    pub received_bytes: u64,
    pub sent_packets: u64,
    pub sent_bytes: u64,
    pub sent_sends: u64,
    pub nacks_received: u64,
    pub nacks_sent: u64,
    pub retransmitted_packets: u64,
    pub recovered_packets: u64,
    pub plis_received: u64,
    pub plis_sent: u64,
    pub key_frames: u64,
    pub key_frames_from_cache: u64,
    pub padding_bytes: u64,
    pub transport_cc_received: u64,
    pub transport_cc_sent: u64,
    pub held_packets: u64,
    pub layer_switches: u64,
    pub probe_bytes: u64,
    pub policed_packets: u64,
    pub first_frame: FirstFrames,
}

/// How long pictures were waited for: how many took at most each of [`FirstFrames::BOUNDS_MS`], and how many longer.
#[derive(Debug, Default, Clone)]
pub struct FirstFrames {
    pub counts: [u64; 9],
    pub sum_ms: u64,
}

impl FirstFrames {
    pub const BOUNDS_MS: [u32; 8] = [20, 50, 100, 200, 500, 1000, 2000, 5000];

    pub fn took(&mut self, us: u64) {
        let ms = us.div_ceil(1000);
        let bucket = Self::BOUNDS_MS.iter().position(|&bound| ms <= bound.into());
        self.counts[bucket.unwrap_or(Self::BOUNDS_MS.len())] += 1;
        self.sum_ms += ms;
    }
}

/// Datagrams that are not media: answers to checks, DTLS, RTCP.
#[derive(Default)]
pub struct Outbox {
    bytes: Vec<u8>,
    items: Vec<(Path, Range<usize>)>,
}

/// A batch may bring this much about; what a flood would add beyond it is not sent.
const OUTBOX_LIMIT: usize = 1 << 20;

impl Outbox {
    /// Room for a datagram of at most `size` bytes, which `write` fills; it returns the length, 0 for none.
    pub fn write(&mut self, path: Path, size: usize, write: impl FnOnce(&mut [u8]) -> usize) -> bool {
        let start = self.bytes.len();
        if start + size > OUTBOX_LIMIT {
            return false;
        }
        self.bytes.resize(start + size, 0);
        let len = write(&mut self.bytes[start..]).min(size);
        self.bytes.truncate(start + len);
        if len > 0 {
            self.items.push((path, start..start + len));
        }
        len > 0
    }
}

pub struct Shard {
    pub(crate) config: Config,
    pub(crate) naming: Naming,
    pub(crate) transports: Slab<Transport>,
    pub(crate) tracks: Slab<Track>,
    pub(crate) rooms: Slab<Room>,
    pub(crate) addresses: Addresses,
    pub(crate) transport_names: HashMap<Box<str>, u32, Seeded>,
    pub(crate) track_names: HashMap<Box<str>, u32, Seeded>,
    pub(crate) room_names: HashMap<Box<str>, u32, Seeded>,
    pub(crate) events: VecDeque<Body>,
    /// TCP connections that are of no more use.
    pub(crate) closing: Vec<Connection>,
    pub(crate) outbox: Outbox,
    pub(crate) drops: Drops,
    pub(crate) totals: Totals,
    pub(crate) generation: u32,
    pub(crate) next_tick_us: u64,
    pub(crate) tick: u32,
    pub(crate) next_levels_us: u64,
    /// Tracks with something pending, in the order in which it came.
    pub(crate) dirty_tracks: Vec<u32>,
    pub(crate) dirty_transports: Vec<u32>,
    pub(crate) asking_tracks: Vec<u32>,
    pub(crate) stale_rooms: Vec<u32>,
    pub(crate) node_cap: Cap,
    pub(crate) room_caps: HashMap<Box<str>, Cap, Seeded>,
    /// Working memory of sharing caps.
    pub(crate) needs: Vec<u64>,
    /// Senders with transport-wide numbers who are to be told what came.
    pub(crate) owed: Vec<u32>,
    /// When the datagram in hand came.
    pub(crate) arrived_us: u64,
    pub(crate) scratch: Scratch,
    pub(crate) mirroring: Mirroring,
    pub(crate) recorder: Recorder,
    /// Working memory of the audio levels.
    pub(crate) levels: Vec<(u32, u8)>,
    pub(crate) ranked: Vec<u32>,
    /// Working memory of the choice of layers.
    pub(crate) claims: Vec<Claim>,
}

impl Shard {
    pub fn new(config: Config) -> Shard {
        let seed = u64::from_le_bytes(std::array::from_fn(|n| config.secret[n]));
        let seeded = Seeded::new(seed.rotate_left(17));
        Shard {
            naming: Naming::new(&config.secret),
            config,
            transports: Slab::default(),
            tracks: Slab::default(),
            rooms: Slab::default(),
            addresses: Addresses::with_hasher(seeded),
            transport_names: HashMap::with_hasher(seeded),
            track_names: HashMap::with_hasher(seeded),
            room_names: HashMap::with_hasher(seeded),
            events: VecDeque::with_capacity(256),
            closing: Vec::new(),
            outbox: Outbox::default(),
            drops: Drops::default(),
            totals: Totals::default(),
            generation: 0,
            next_tick_us: 0,
            tick: 0,
            next_levels_us: 0,
            dirty_tracks: Vec::new(),
            dirty_transports: Vec::new(),
            asking_tracks: Vec::new(),
            stale_rooms: Vec::new(),
            node_cap: Cap::default(),
            room_caps: HashMap::with_hasher(seeded),
            needs: Vec::new(),
            owed: Vec::new(),
            arrived_us: 0,
            scratch: Scratch::default(),
            mirroring: Mirroring::default(),
            recorder: Recorder::default(),
            levels: Vec::new(),
            ranked: Vec::new(),
            claims: Vec::new(),
        }
    }

    /// Takes in one datagram that came from `src` to our `dst_ip`; `bytes` are opened in place.
    pub fn handle_datagram(&mut self, now: u64, src: SocketAddr, dst_ip: IpAddr, bytes: &mut [u8]) {
        self.handle_packet(now, Path::udp(src, dst_ip), bytes);
    }

    /// As [`Shard::handle_datagram`], for what came over any path: of a TCP connection, one frame without its length.
    /// Returns whether it was an authenticated check.
    pub fn handle_packet(&mut self, now: u64, path: Path, bytes: &mut [u8]) -> bool {
        self.handle_arrival(now, now, path, bytes)
    }

    /// The same when the kernel has noted that it came at `arrived`, on the clock of `now`: its sender is told of that.
    pub fn handle_arrival(&mut self, now: u64, arrived: u64, path: Path, bytes: &mut [u8]) -> bool {
        self.arrived_us = arrived.min(now);
        self.totals.received_packets += 1;
        self.totals.received_bytes += bytes.len() as u64;
        // RFC 7983: the first byte tells the protocol.
        match bytes.first() {
            Some(0..=3) => match self.handle_stun(now, path, bytes) {
                Ok(()) => return true,
                Err(cause) => self.drops.add(cause),
            },
            Some(20..=63) => self.handle_dtls(now, path.origin(), bytes),
            Some(128..=191) => self.handle_srtp(now, path.origin(), bytes),
            _ => self.drops.add(Cause::Unknown),
        }
        false
    }

    /// Whether an authenticated check came over `path`, and it still belongs to a transport.
    pub fn knows(&self, path: Path) -> bool {
        self.addresses.contains_key(&path.origin())
    }

    /// The TCP connection of `path` has closed.
    pub fn handle_closed(&mut self, path: Path) {
        if let Some(index) = self.addresses.remove(&path.origin())
            && let Some(transport) = self.transports.get_mut(index)
        {
            transport.ice.closed(path.origin());
        }
    }

    /// A TCP connection that may be closed: what it belonged to is gone.
    pub fn poll_closing(&mut self) -> Option<Connection> {
        self.closing.pop()
    }

    /// When [`Shard::handle_timeout`] is to be called; none while there is nothing to look after.
    pub fn deadline(&self) -> Option<u64> {
        let next = self.scratch.alarms.peek().map_or(u64::MAX, |alarm| alarm.0.0);
        (!self.transports.is_empty()).then_some(self.next_tick_us.min(next))
    }

    /// What happened, oldest first, for the control process.
    pub fn poll_event(&mut self) -> Option<Body> {
        self.events.pop_front()
    }

    /// How often a cause has dropped a packet.
    pub fn dropped(&self, cause: Cause) -> u64 {
        self.drops.get(cause)
    }

    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    // ------------------------------------------------------------ ICE

    /// Unknown and unauthenticated checks cost one parse and one MAC, change nothing and are never answered (H11).
    fn handle_stun(&mut self, now: u64, path: Path, bytes: &[u8]) -> Result<(), Cause> {
        let message = stun::Message::parse(bytes).map_err(|_| Cause::StunMalformed)?;
        if message.class != stun::Class::Request {
            return Err(Cause::StunNotRequest);
        }
        let name = message.ufrags().and_then(|(ours, _)| self.naming.parse(ours));
        let Some(name) = name else { return Err(Cause::StunUnknownUfrag) };
        if name.shard != self.config.shard {
            return Err(Cause::StunOtherShard);
        }
        // Read first, for the borrow: whether somebody else holds the address that this check claims to come from.
        let origin = path.origin();
        let holder = self.addresses.get(&origin).filter(|&&holder| holder != name.slot);
        let held = holder.and_then(|&holder| self.transports.get(holder)).is_some_and(|t| t.ice.holds(origin, now));
        let Some(transport) = self.transports.get_mut(name.slot) else {
            return Err(Cause::StunUnknownUfrag);
        };
        let Some(key) = transport.ice.key(name.generation) else {
            return Err(Cause::StunUnknownUfrag);
        };
        if !message.verify_with(key) {
            return Err(Cause::StunBadMac);
        }
        if held {
            // A source address is easily forged, and who has it gets the other's packets taken for its own.
            return Err(Cause::StunAddressHeld);
        }
        if message.controlled.is_some() {
            // A lite agent never controls (RFC 8445 6.1.1): the peer is to switch roles.
            let write = |out: &mut [u8]| stun::write_error(out, &message.transaction, 487, key).unwrap_or(0);
            self.outbox.write(path, stun::MAX_ANSWER, write);
            return Ok(());
        }
        let write = |out: &mut [u8]| stun::write_success(out, &message.transaction, path.remote, key).unwrap_or(0);
        self.outbox.write(path, stun::MAX_ANSWER, write);
        let checked = transport.ice.checked(now, path, name.generation, message.use_candidate);
        if checked.connected {
            self.events.push_back(Body::IceConnected(IceConnected { transport: transport.id.to_string() }));
        }
        if let Some(evicted) = checked.evicted {
            self.forget(name.slot, evicted);
        }
        if checked.added || self.addresses.get(&origin) != Some(&name.slot) {
            // Behind one NAT an address may pass from one peer to the next, once the first has left it.
            self.addresses.insert(origin, name.slot);
        }
        Ok(())
    }

    /// `path` is no longer the transport's.
    pub(crate) fn forget(&mut self, index: u32, path: Path) {
        if self.addresses.get(&path.origin()) == Some(&index) {
            self.addresses.remove(&path.origin());
            self.closing.extend(path.connection);
        }
    }

    /// Without consent nothing may be sent, and what a peer that is gone keeps open costs memory.
    fn forget_connections(&mut self, index: u32) {
        while let Some(transport) = self.transports.get_mut(index) {
            let Some(path) = transport.ice.paths().find(|path| path.connection.is_some()) else { return };
            transport.ice.closed(path.origin());
            self.forget(index, path);
        }
    }

    // ------------------------------------------------------------ DTLS

    /// Only from an address that an authenticated check came from, and bounded (H1, H2, H3, H4, H6).
    fn handle_dtls(&mut self, now: u64, origin: Origin, bytes: &[u8]) {
        let transport = self.addresses.get(&origin).and_then(|&index| self.transports.get_mut(index));
        let Some(transport) = transport else { return self.drops.add(Cause::DtlsUnknownAddress) };
        if !transport.dtls.take(bytes.len() as u64, now) {
            return self.drops.add(Cause::DtlsTooMuch);
        }
        transport.totals.received_bytes += bytes.len() as u64;
        let event = DtlsReceived { transport: transport.id.to_string(), datagram: bytes.to_vec() };
        self.events.push_back(Body::DtlsReceived(event));
    }

    // ------------------------------------------------------------ time and sending

    pub fn handle_timeout(&mut self, now: u64) {
        if now < self.next_tick_us || self.transports.is_empty() {
            return;
        }
        // Late by several ticks: they are not made up for, each transport's turn just comes later.
        self.next_tick_us = if now >= self.next_tick_us + TICK_US { now } else { self.next_tick_us } + TICK_US;
        self.tick = self.tick.wrapping_add(1);
        self.ask_senders(now);
        self.tell_arrivals(now);
        let turn = self.tick % TURNS;
        if turn == 0 && (self.node_cap != Cap::default() || !self.room_caps.is_empty()) {
            self.share_caps(now);
        }
        for index in (turn..self.transports.end()).step_by(TURNS as usize) {
            let Some(transport) = self.transports.get_mut(index) else { continue };
            if transport.ice.consent_lost(now) {
                self.events.push_back(Body::ConsentLost(ConsentLost { transport: transport.id.to_string() }));
            }
            if !transport.ice.consented() {
                self.forget_connections(index);
            }
            self.report(index, now);
            self.look_at_way(index, now);
        }
        for index in (self.tick % layers::TURNS..self.transports.end()).step_by(layers::TURNS as usize) {
            self.allot(index, now);
        }
        self.watch(now, self.tick % layers::TURNS, layers::TURNS);
        self.tend_mirrors(now, self.tick % layers::TURNS, layers::TURNS);
        self.tend_taps(now, self.tick % layers::TURNS, layers::TURNS);
        if now >= self.next_levels_us {
            self.next_levels_us = now + crate::room::TICK_US;
            self.listen(now);
        }
    }

    /// Hands everything due to `sink`, each receiver's packets together. Returns the number of packets sent.
    pub fn flush(&mut self, now: u64, sink: &mut impl Sink) -> usize {
        let before = self.totals.sent_packets;
        self.fill_stale_rooms(now);
        self.ask_senders(now);
        // Before the media: the end of a handshake, without which the peer cannot open it. After it: what it asks for.
        self.send_outbox(sink);
        self.fan_out(now, sink);
        self.send_outbox(sink);
        (self.totals.sent_packets - before) as usize
    }

    fn send_outbox(&mut self, sink: &mut impl Sink) {
        for (path, range) in self.outbox.items.drain(..) {
            let bytes = &self.outbox.bytes[range];
            let Path { remote: dest, local: source, connection } = path;
            let transmit = Transmit { dest, source, connection, bytes, segment_size: bytes.len() };
            self.totals.sent_sends += u64::from(sink.transmit(transmit).calls);
            self.totals.sent_packets += 1;
            self.totals.sent_bytes += bytes.len() as u64;
        }
        self.outbox.bytes.clear();
    }
}
