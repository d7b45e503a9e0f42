//! Who connects by TCP before anything is known of them: one thread, one port for all shards.
//!
//! A connection has to begin with a check (RFC 8445) for a ufrag of ours, which says the shard that gets it. Until then it
//! may cost little and not for long (H15): so many at once in all and from one address, so many bytes, so many seconds.
//! Where there are too many the oldest goes, because who means it needs one round trip.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr, SocketAddrV4, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use plane_core::mac::Naming;
use plane_core::stun::{Class, Message};

use crate::messages::{ShardHandle, ToShard};
use crate::say;
use crate::sys::{self, Epoll, Ready};

/// The first frame, at most: a check takes some 120 bytes.
const FIRST: usize = 1024;
/// Time for the first frame.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections without a first frame, in all and from one address (a school may be behind one).
const WAITING: usize = 512;
const WAITING_FROM_ONE: usize = 64;
/// Connections that wait in the kernel.
const BACKLOG: i32 = 1024;
/// Files that the rest of the process needs.
const RESERVED: usize = 256;
const MOST: usize = 16_384;
/// Pause after the kernel had no file or memory for a connection.
const EXHAUSTED: Duration = Duration::from_millis(200);

const LISTENER: u64 = 0;

/// What all threads know of the connections. Touched when one comes or goes, never for a packet.
pub struct Gate {
    most: usize,
    open: AtomicUsize,
    /// Turned away: there were too many.
    pub refused: AtomicU64,
    /// Ended before it began with a check of ours: silence, noise, or the oldest of too many.
    pub unproved: AtomicU64,
}

impl Gate {
    /// For a process that may have so many files open.
    pub fn new(files: usize) -> Gate {
        let most = files.saturating_sub(RESERVED).min(MOST);
        Gate { most, open: AtomicUsize::new(0), refused: AtomicU64::new(0), unproved: AtomicU64::new(0) }
    }

    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    fn seat(self: &Arc<Gate>) -> Option<Seat> {
        if self.open.fetch_add(1, Ordering::Relaxed) < self.most {
            return Some(Seat(self.clone()));
        }
        self.open.fetch_sub(1, Ordering::Relaxed);
        None
    }
}

/// The place of one connection, free again when it is dropped.
pub struct Seat(Arc<Gate>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection on its way to its shard, with what was read of it.
pub struct Arrived {
    pub stream: TcpStream,
    pub seat: Seat,
    pub remote: SocketAddr,
    pub local: IpAddr,
    pub bytes: Vec<u8>,
}

struct Waiting {
    arrived: Arrived,
    until: Instant,
}

pub struct Acceptor {
    listener: TcpListener,
    epoll: Epoll,
    naming: Naming,
    shards: Vec<ShardHandle>,
    gate: Arc<Gate>,
    /// By number: the first is the oldest.
    waiting: BTreeMap<u64, Waiting>,
    next: u64,
    /// Not before: the kernel had nothing left.
    closed_until: Option<Instant>,
}

/// Takes the port, which is listened on from here on.
pub fn bind(listen: SocketAddrV4) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(listen)?;
    listener.set_nonblocking(true)?;
    sys::listen(&listener, BACKLOG)?;
    // Who says nothing stays in the kernel, where it costs least; a check comes at once.
    sys::option(&listener, libc::IPPROTO_TCP, libc::TCP_DEFER_ACCEPT, PATIENCE.as_secs() as i32)?;
    Ok(listener)
}

impl Acceptor {
    /// `shards` in the order of their numbers.
    pub fn new(
        listener: TcpListener,
        naming: Naming,
        shards: Vec<ShardHandle>,
        gate: Arc<Gate>,
    ) -> io::Result<Acceptor> {
        let epoll = Epoll::new()?;
        epoll.add(&listener, LISTENER)?;
        Ok(Acceptor { listener, epoll, naming, shards, gate, waiting: BTreeMap::new(), next: 1, closed_until: None })
    }

    /// Runs as long as the process.
    pub fn run(mut self) -> io::Result<()> {
        let mut ready: Vec<Ready> = Vec::with_capacity(16);
        loop {
            ready.clear();
            self.epoll.wait(self.timeout(), &mut ready)?;
            for event in &ready {
                match event.token {
                    LISTENER => self.accept()?,
                    number => self.read(number),
                }
            }
            self.expire()?;
        }
    }

    fn timeout(&self) -> Option<Duration> {
        let oldest = self.waiting.first_key_value().map(|(_, waiting)| waiting.until);
        let next = oldest.into_iter().chain(self.closed_until).min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    fn expire(&mut self) -> io::Result<()> {
        let now = Instant::now();
        while let Some(entry) = self.waiting.first_entry().filter(|entry| entry.get().until <= now) {
            entry.remove();
            self.gate.unproved.fetch_add(1, Ordering::Relaxed);
        }
        if self.closed_until.is_some_and(|until| until <= now) {
            self.closed_until = None;
            self.epoll.want(&self.listener, LISTENER, true, false)?;
        }
        Ok(())
    }

    /// One for each time that the listener is ready: those who already wait are looked at in between.
    fn accept(&mut self) -> io::Result<()> {
        let (stream, remote) = match self.listener.accept() {
            Ok(accepted) => accepted,
            Err(error)
                if matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM)) =>
            {
                say!(Warn, "cannot_accept", why = error);
                self.closed_until = Some(Instant::now() + EXHAUSTED);
                return self.epoll.want(&self.listener, LISTENER, false, false);
            }
            Err(_) => return Ok(()), // it went away before we came to it
        };
        let Some(seat) = self.gate.seat() else {
            self.gate.refused.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        };
        self.make_room(remote.ip());
        let Ok(local) = stream.local_addr() else { return Ok(()) };
        if stream.set_nonblocking(true).is_err() || self.epoll.add(&stream, self.next).is_err() {
            return Ok(());
        }
        let arrived = Arrived { stream, seat, remote, local: local.ip(), bytes: Vec::new() };
        self.waiting.insert(self.next, Waiting { arrived, until: Instant::now() + PATIENCE });
        self.next += 1;
        self.read(self.next - 1);
        Ok(())
    }

    /// The oldest goes when there are too many: of that address, else of all.
    fn make_room(&mut self, ip: IpAddr) {
        let mut same = self.waiting.iter().filter(|(_, waiting)| waiting.arrived.remote.ip() == ip);
        let oldest = same.next().map(|(&number, _)| number);
        let crowded = same.nth(WAITING_FROM_ONE - 2).is_some();
        let gone = if crowded {
            oldest
        } else if self.waiting.len() >= WAITING {
            self.waiting.first_key_value().map(|(&number, _)| number)
        } else {
            None
        };
        if let Some(number) = gone {
            self.waiting.remove(&number);
            self.gate.unproved.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn read(&mut self, number: u64) {
        let Some(waiting) = self.waiting.get_mut(&number) else { return };
        let mut bytes = [0; FIRST + 2];
        let room = bytes.len() - waiting.arrived.bytes.len();
        match waiting.arrived.stream.read(&mut bytes[..room]) {
            Ok(0) => return self.turn_away(number),
            Ok(n) => waiting.arrived.bytes.extend_from_slice(&bytes[..n]),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => return,
            Err(_) => return self.turn_away(number),
        }
        match first(&waiting.arrived.bytes) {
            First::Incomplete => {}
            First::Frame(frame) => match shard_of(&self.naming, frame, self.shards.len()) {
                Some(shard) => self.hand_over(number, shard),
                None => self.turn_away(number),
            },
            First::Wrong => self.turn_away(number),
        }
    }

    fn hand_over(&mut self, number: u64, shard: usize) {
        if let Some(Waiting { arrived, .. }) = self.waiting.remove(&number) {
            self.epoll.remove(&arrived.stream);
            self.shards[shard].send(ToShard::Connection(Box::new(arrived)));
        }
    }

    fn turn_away(&mut self, number: u64) {
        if self.waiting.remove(&number).is_some() {
            self.gate.unproved.fetch_add(1, Ordering::Relaxed);
        }
    }
}

enum First<'a> {
    Incomplete,
    Frame(&'a [u8]),
    Wrong,
}

/// The first frame of a stream. An empty one, or one longer than any check, is of somebody who wants something else.
fn first(bytes: &[u8]) -> First<'_> {
    let Some((head, rest)) = bytes.split_first_chunk::<2>() else { return First::Incomplete };
    match usize::from(u16::from_be_bytes(*head)) {
        0 => First::Wrong,
        len if len > FIRST => First::Wrong,
        len => rest.get(..len).map_or(First::Incomplete, First::Frame),
    }
}

fn shard_of(naming: &Naming, frame: &[u8], shards: usize) -> Option<usize> {
    let message = Message::parse(frame).ok().filter(|message| message.class == Class::Request)?;
    let (ours, _) = message.ufrags()?;
    let shard = usize::from(naming.parse(ours)?.shard);
    (shard < shards).then_some(shard)
}

/// How a connection is to behave once it is somebody's.
pub fn tune(stream: &impl AsRawFd) -> io::Result<()> {
    /// What the kernel holds before it has left: more would be old when it arrives.
    const UNSENT: i32 = 64 << 10;
    /// A peer that acknowledges nothing for so long is gone, ms.
    const SILENT: i32 = 20_000;
    sys::option(stream, libc::IPPROTO_TCP, libc::TCP_NODELAY, 1)?;
    sys::option(stream, libc::IPPROTO_TCP, libc::TCP_NOTSENT_LOWAT, UNSENT)?;
    sys::option(stream, libc::IPPROTO_TCP, libc::TCP_USER_TIMEOUT, SILENT)
}
