//! The TCP connections of one shard (RFC 6544), each of which began with a check for it: frames in, frames out.
//!
//! What a peer does not read waits in a queue of bounded length, whole frames only. Pictures are dropped before sound and
//! checks, and who takes next to nothing for a while is closed: the browser connects again.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use plane_core::framing;
use plane_core::shard::{Connection, Path, Sent, Shard};

use crate::accept::{Arrived, Gate, Seat, tune};
use crate::sys::{Epoll, Ready};

/// Bytes that may wait for one peer.
const QUEUE: usize = 128 << 10;
/// Of those, what only packets of at most [`SMALL`] bytes may take: sound, checks, reports.
const RESERVE: usize = 32 << 10;
const SMALL: usize = 400;
/// Bytes of room that an empty queue keeps: a flush of a large room.
const KEPT: usize = 32 << 10;
/// Read at once from one connection; the others, and UDP, come first then.
const READ: usize = 32 << 10;
/// A connection that no check holds is closed after so long.
const UNPROVED_US: u64 = 10_000_000;
/// One that is behind has to take so many bytes in so long: not even sound would get through on less.
const STALL_US: u64 = 5_000_000;
const STALL_BYTES: u64 = 8 << 10;

/// Frames that wait to be written.
#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    start: usize,
}

impl Queue {
    fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// `false`: there is no room for it.
    fn push(&mut self, packet: &[u8]) -> bool {
        let Some(head) = framing::head(packet.len()) else { return false };
        let room = if packet.len() <= SMALL { QUEUE } else { QUEUE - RESERVE };
        if self.len() + head.len() + packet.len() > room {
            return false;
        }
        if self.start > QUEUE {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        self.bytes.extend_from_slice(&head);
        self.bytes.extend_from_slice(packet);
        true
    }

    /// Writes what `stream` takes; returns how much that was.
    fn write(&mut self, mut stream: impl Write) -> io::Result<usize> {
        let before = self.start;
        let mut written = 0;
        while self.len() > 0 {
            match stream.write(&self.bytes[self.start..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => self.start += n,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        written += self.start - before;
        if self.len() == 0 {
            self.bytes.clear();
            self.bytes.shrink_to(KEPT); // a stall is over: its room is not kept for the next
            self.start = 0;
        }
        Ok(written)
    }
}

struct Peer {
    stream: TcpStream,
    path: Path,
    reader: framing::Reader,
    queue: Queue,
    since_us: u64,
    /// Behind since then, with so many bytes taken until then.
    behind: Option<(u64, u64)>,
    taken: u64,
    dirty: bool,
    _seat: Seat,
}

/// What ended connections, or was not sent.
#[derive(Default)]
struct Figures {
    malformed: u64,
    queue_full: u64,
    stalled: u64,
}

pub struct Tcp {
    epoll: Epoll,
    gate: Arc<Gate>,
    tells: bool,
    peers: Vec<Option<Peer>>,
    free: Vec<u32>,
    /// Of the next connection: no name is given twice.
    number: u32,
    dirty: Vec<Connection>,
    ready: Vec<Ready>,
    buffer: Box<[u8]>,
    broken: Vec<Connection>,
    figures: Figures,
}

/// Where a connection is in `Tcp::peers`.
fn place(connection: Connection) -> usize {
    (connection.get() & 0xFFFF_FFFF) as usize
}

impl Tcp {
    /// `tells`: this shard counts for all what the gate knows.
    pub fn new(gate: Arc<Gate>, tells: bool) -> io::Result<Tcp> {
        Ok(Tcp {
            epoll: Epoll::new()?,
            gate,
            tells,
            peers: Vec::new(),
            free: Vec::new(),
            number: 0,
            dirty: Vec::new(),
            ready: Vec::with_capacity(16),
            buffer: vec![0; READ].into_boxed_slice(),
            broken: Vec::new(),
            figures: Figures::default(),
        })
    }

    /// To wait on; -1, which is never ready, while there is no connection.
    pub fn descriptor(&self) -> RawFd {
        if self.peers.len() == self.free.len() { -1 } else { self.epoll.as_raw_fd() }
    }

    /// Connections open now; one shard tells those of all.
    pub fn open(&self) -> u64 {
        if self.tells { self.gate.open() as u64 } else { 0 }
    }

    /// Why connections ended, and packets with them.
    pub fn causes(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        let count = |of: &AtomicU64| if self.tells { of.load(Ordering::Relaxed) } else { 0 };
        [
            ("tcp_refused", count(&self.gate.refused)),
            ("tcp_unproved", count(&self.gate.unproved)),
            ("tcp_malformed", self.figures.malformed),
            ("tcp_queue_full", self.figures.queue_full),
            ("tcp_stalled", self.figures.stalled),
        ]
        .into_iter()
    }

    /// Takes a connection over, with the check that it began with.
    pub fn adopt(&mut self, now: u64, arrived: Arrived, shard: &mut Shard) {
        let Arrived { stream, seat, remote, local, mut bytes } = arrived;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.peers.push(None);
            self.peers.len() as u32 - 1
        });
        // Never zero: numbers begin at one, and after 2^32 connections the oldest of them is long gone.
        self.number = self.number.checked_add(1).unwrap_or(1);
        let Some(connection) = Connection::new(u64::from(self.number) << 32 | u64::from(slot)) else { return };
        if tune(&stream).is_err() || self.epoll.add(&stream, connection.get()).is_err() {
            self.free.push(slot);
            return;
        }
        let path = Path { remote, local, connection: Some(connection) };
        let mut peer = Peer {
            stream,
            path,
            reader: framing::Reader::default(),
            queue: Queue::default(),
            since_us: now,
            behind: None,
            taken: 0,
            dirty: false,
            _seat: seat,
        };
        let mut proved = false;
        let read = peer.reader.push(&mut bytes, |frame| proved |= shard.handle_packet(now, path, frame));
        self.peers[slot as usize] = Some(peer);
        if !proved || read.is_err() {
            self.gate.unproved.fetch_add(u64::from(!proved), Ordering::Relaxed);
            self.close(connection, shard);
        }
    }

    fn get(&mut self, connection: Connection) -> Option<&mut Peer> {
        let peer = self.peers.get_mut(place(connection))?.as_mut()?;
        (peer.path.connection == Some(connection)).then_some(peer)
    }

    /// Reads what is there, and writes where there is room again.
    pub fn read(&mut self, now: u64, shard: &mut Shard) -> io::Result<()> {
        let mut ready = std::mem::take(&mut self.ready);
        ready.clear();
        self.epoll.wait(Some(std::time::Duration::ZERO), &mut ready)?;
        for event in &ready {
            let Some(connection) = Connection::new(event.token) else { continue };
            let outcome = if event.readable { self.read_one(now, connection, shard) } else { Ok(()) };
            if let Err(error) = outcome.and_then(|()| self.write(now, connection)) {
                self.count(&error);
                self.close(connection, shard);
            }
        }
        self.ready = ready;
        Ok(())
    }

    fn read_one(&mut self, now: u64, connection: Connection, shard: &mut Shard) -> io::Result<()> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let outcome = self.get(connection).map_or(Ok(()), |peer| match peer.stream.read(&mut buffer) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(n) => {
                let path = peer.path;
                let each = |frame: &mut [u8]| {
                    shard.handle_packet(now, path, frame);
                };
                peer.reader.push(&mut buffer[..n], each).map_err(|_| io::ErrorKind::InvalidData.into())
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(()),
            Err(error) => Err(error),
        });
        self.buffer = buffer;
        outcome
    }

    fn count(&mut self, error: &io::Error) {
        match error.kind() {
            io::ErrorKind::InvalidData => self.figures.malformed += 1,
            io::ErrorKind::TimedOut => self.figures.stalled += 1, // the kernel gave up first (TCP_USER_TIMEOUT)
            _ => {}
        }
    }

    /// Queues packets of `segment` bytes (the last may be shorter); [`Tcp::write_all`] sends them.
    pub fn queue(&mut self, connection: Connection, bytes: &[u8], segment: usize) -> Sent {
        let mut full = 0;
        if let Some(peer) = self.get(connection) {
            for packet in bytes.chunks(segment) {
                full += u64::from(!peer.queue.push(packet));
            }
            if !std::mem::replace(&mut peer.dirty, true) {
                self.dirty.push(connection);
            }
        }
        self.figures.queue_full += full;
        Sent { calls: 1, refused: false }
    }

    /// Everything queued leaves, as far as the peers take it; then closes what the shard is done with.
    pub fn write_all(&mut self, now: u64, shard: &mut Shard) {
        let mut dirty = std::mem::take(&mut self.dirty);
        for connection in dirty.drain(..) {
            if let Err(error) = self.write(now, connection) {
                self.count(&error);
                self.broken.push(connection);
            }
        }
        self.dirty = dirty;
        while let Some(connection) = shard.poll_closing().or_else(|| self.broken.pop()) {
            self.close(connection, shard);
        }
    }

    fn write(&mut self, now: u64, connection: Connection) -> io::Result<()> {
        let Some(peer) = self.get(connection) else { return Ok(()) };
        peer.dirty = false;
        peer.taken += peer.queue.write(&peer.stream)? as u64;
        let (behind, was) = (peer.queue.len() > 0, peer.behind.is_some());
        if behind == was {
            return Ok(());
        }
        peer.behind = behind.then_some((now, peer.taken));
        let Some(peer) = self.peers[place(connection)].as_ref() else { return Ok(()) };
        self.epoll.want(&peer.stream, connection.get(), true, behind)
    }

    /// Once a second: connections that nobody holds, and peers that take next to nothing.
    pub fn sweep(&mut self, now: u64, shard: &mut Shard) {
        for at in 0..self.peers.len() {
            let Some(peer) = &mut self.peers[at] else { continue };
            let Some(connection) = peer.path.connection else { continue };
            let unproved = now > peer.since_us + UNPROVED_US && !shard.knows(peer.path);
            let late = peer.behind.filter(|(since, _)| now > since + STALL_US);
            let stalled = late.is_some_and(|(_, taken)| peer.taken < taken + STALL_BYTES);
            if late.is_some() {
                peer.behind = Some((now, peer.taken));
            }
            self.gate.unproved.fetch_add(u64::from(unproved), Ordering::Relaxed);
            self.figures.stalled += u64::from(stalled);
            if unproved || stalled {
                self.close(connection, shard);
            }
        }
    }

    fn close(&mut self, connection: Connection, shard: &mut Shard) {
        if self.get(connection).is_none() {
            return;
        }
        if let Some(peer) = self.peers[place(connection)].take() {
            self.free.push(place(connection) as u32);
            self.epoll.remove(&peer.stream);
            shard.handle_closed(peer.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes `0` bytes, then blocks.
    struct Slow(Vec<u8>, usize);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let n = bytes.len().min(self.1);
            self.1 -= n;
            self.0.extend_from_slice(&bytes[..n]);
            if n == 0 { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(n) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// H15: what a slow reader leaves waiting is bounded in bytes; pictures go before sound, and never half a frame.
    #[test]
    fn h15_a_slow_reader_loses_whole_pictures() {
        let mut queue = Queue::default();
        let (picture, sound) = (vec![1; 1200], vec![2; 100]);
        let pictures = (0..1000).filter(|_| queue.push(&picture)).count();
        assert_eq!(pictures, (QUEUE - RESERVE) / 1202);
        assert!(queue.push(&sound), "there is room for sound");
        let sounds = 1 + (0..1000).filter(|_| queue.push(&sound)).count();
        assert!(queue.len() <= QUEUE);
        let mut stream = Slow(Vec::new(), 1000);
        assert_eq!(queue.write(&mut stream).unwrap(), 1000);
        assert!(!queue.push(&picture), "1000 bytes are no room for a picture beyond the reserve");
        stream.1 = usize::MAX;
        queue.write(&mut stream).unwrap();
        let mut found = Vec::new();
        let mut reader = framing::Reader::default();
        reader.push(&mut stream.0, |packet| found.push(packet.len())).unwrap();
        assert_eq!((found.len(), reader.held()), (pictures + sounds, 0));
        assert!(queue.push(&picture));
    }

    /// R: what a stall took is given back when it is over.
    #[test]
    fn a_queue_that_is_empty_is_small() {
        let mut queue = Queue::default();
        while queue.push(&[0; 1000]) {}
        assert!(queue.bytes.capacity() >= QUEUE - RESERVE - 2000);
        queue.write(&mut Slow(Vec::new(), usize::MAX)).unwrap();
        assert!(queue.bytes.capacity() <= KEPT, "{}", queue.bytes.capacity());
    }

    /// R: memory of a queue does not grow with what has gone through it.
    #[test]
    fn a_queue_that_never_empties_stays_small() {
        let mut queue = Queue::default();
        let mut stream = Slow(Vec::new(), 0);
        queue.push(&[0; 1000]);
        for _ in 0..5000 {
            queue.push(&[0; 1000]);
            stream.1 = 1002;
            queue.write(&mut stream).unwrap();
            stream.0.clear();
        }
        assert!(queue.len() > 0 && queue.bytes.capacity() <= 4 * QUEUE, "{}", queue.bytes.capacity());
    }
}
