//! Recent packets of one track, plain: the store for retransmission and for showing newcomers a picture at once.
//!
//! The most memory is fixed at creation. Payloads lie one behind another in a ring of bytes, so a small packet takes
//! little; a table of sequence numbers points into it. Storing overwrites the oldest once that is old enough: the ring
//! goes only as far into its bytes as its track's rate needs, and the system gives none that were never written.

/// What is kept of a packet beside its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Meta {
    /// Extended sequence number.
    pub sequence: u64,
    pub timestamp: u32,
    /// When it came, µs.
    pub arrived: u64,
    pub marker: bool,
    pub payload_type: u8,
    /// The first packet of a key frame.
    pub key_frame: bool,
    /// It came with RTP padding, so none may be added.
    pub padded: bool,
    /// RFC 6464 byte, level and voice bit; 127 when there is none.
    pub audio_level: u8,
}

/// A stored packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored<'a> {
    pub meta: &'a Meta,
    /// Bytes stored in front of the payload, such as a dependency descriptor.
    pub extra: &'a [u8],
    pub payload: &'a [u8],
}

/// Why a packet was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Duplicate,
    /// Older than everything the ring could hold.
    TooOld,
    /// Longer than a sixteenth of the ring.
    TooLong,
}

/// Nothing younger is overwritten while there are bytes that were never used, µs.
const KEEP_US: u64 = 2_000_000;
/// Nor is a key frame that so few packets have followed: it is what newcomers are shown.
const KEEP_PACKETS: u64 = 400;
/// A large packet, bytes.
const PACKET: usize = 1200;
/// So many of them are taken into use at a time.
const STEP: usize = 64 << 10;

#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    meta: Meta,
    start: u32,
    lap: u32,
    extra_len: u8,
    payload_len: u16,
    used: bool,
}

/// The ring of one track.
pub struct Ring {
    entries: Box<[Entry]>,
    bytes: Box<[u8]>,
    /// Bytes in use.
    span: usize,
    /// Where the next payload goes, in which lap around the ring, and when that began.
    head: usize,
    lap: u32,
    lap_began_us: u64,
    newest: Option<u64>,
    key: Option<u64>,
}

impl Ring {
    /// A ring for `packets` (rounded up to a power of two) of together at most `bytes` bytes.
    ///
    /// The bytes are taken from the system only as they are first written.
    pub fn new(packets: usize, bytes: usize) -> Ring {
        Ring {
            entries: vec![Entry::default(); packets.next_power_of_two()].into_boxed_slice(),
            bytes: vec![0; bytes].into_boxed_slice(),
            span: STEP.min(bytes),
            head: 0,
            lap: 0,
            lap_began_us: 0,
            newest: None,
            key: None,
        }
    }

    /// Store a packet. A late one is welcome as long as the ring reaches back to it.
    pub fn insert(&mut self, meta: Meta, extra: &[u8], payload: &[u8]) -> Result<(), Refused> {
        let len = extra.len() + payload.len();
        let (Ok(extra_len), Ok(payload_len)) = (u8::try_from(extra.len()), u16::try_from(payload.len())) else {
            return Err(Refused::TooLong);
        };
        if len > self.bytes.len() / 16 {
            return Err(Refused::TooLong);
        }
        let at = self.place(meta.sequence);
        let entry = &self.entries[at];
        if entry.used && entry.meta.sequence == meta.sequence {
            return Err(Refused::Duplicate);
        }
        if self.newest.is_some_and(|newest| meta.sequence + self.entries.len() as u64 <= newest) {
            return Err(Refused::TooOld);
        }
        self.make_room(len, meta.arrived);
        let start = self.head;
        self.bytes[start..start + extra.len()].copy_from_slice(extra);
        self.bytes[start + extra.len()..start + len].copy_from_slice(payload);
        self.entries[at] = Entry { meta, start: start as u32, lap: self.lap, extra_len, payload_len, used: true };
        self.head += len;
        self.newest = self.newest.max(Some(meta.sequence));
        if meta.key_frame {
            self.key = self.key.max(Some(meta.sequence));
        }
        Ok(())
    }

    /// `len` bytes in one piece from `head` on: more of the ring if its beginning is too young to be overwritten.
    fn make_room(&mut self, len: usize, now: u64) {
        if self.head + len > self.span && (now < self.lap_began_us + KEEP_US || self.shows_picture()) {
            self.span = (self.span + STEP).min(self.bytes.len());
        }
        if self.head + len > self.span {
            self.head = 0;
            self.lap = self.lap.wrapping_add(1);
        }
        if self.head == 0 {
            self.lap_began_us = now;
        }
    }

    /// Whether the next lap would overwrite a key frame of this one while newcomers are still shown it.
    fn shows_picture(&self) -> bool {
        let (Some(key), Some(newest)) = (self.key, self.newest) else { return false };
        let left = KEEP_PACKETS.saturating_sub(newest - key) as usize;
        self.entry(key).is_some_and(|entry| entry.lap == self.lap && (entry.start as usize) < left * PACKET)
    }

    /// The packet with this extended sequence number, if it is still here.
    pub fn get(&self, sequence: u64) -> Option<Stored<'_>> {
        let entry = self.entry(sequence)?;
        let start = entry.start as usize;
        let middle = start + usize::from(entry.extra_len);
        let end = middle + usize::from(entry.payload_len);
        Some(Stored { meta: &entry.meta, extra: &self.bytes[start..middle], payload: &self.bytes[middle..end] })
    }

    /// Whether the packet with this extended sequence number is still here.
    pub fn contains(&self, sequence: u64) -> bool {
        self.entry(sequence).is_some()
    }

    /// The highest sequence number stored so far.
    pub fn newest(&self) -> Option<u64> {
        self.newest
    }

    /// The first packet of the latest key frame and the newest packet, if everything from one to the other is here.
    ///
    /// Costs a look at each of them: call it for a newcomer, not for a packet.
    pub fn key_frame(&self) -> Option<(u64, u64)> {
        let (first, last) = (self.key?, self.newest?);
        let complete = last - first < self.entries.len() as u64 && (first..=last).all(|n| self.contains(n));
        complete.then_some((first, last))
    }

    /// Forget everything: the sender started over.
    pub fn clear(&mut self) {
        self.entries.fill(Entry::default());
        self.newest = None;
        self.key = None;
    }

    /// Bytes that the ring has taken from the system.
    pub fn footprint(&self) -> usize {
        self.span + size_of_val(&*self.entries)
    }

    fn entry(&self, sequence: u64) -> Option<&Entry> {
        let entry = &self.entries[self.place(sequence)];
        let here = entry.used && entry.meta.sequence == sequence;
        let before = entry.lap.wrapping_add(1) == self.lap && entry.start as usize >= self.head;
        (here && (entry.lap == self.lap || before)).then_some(entry)
    }

    fn place(&self, sequence: u64) -> usize {
        sequence as usize & (self.entries.len() - 1)
    }
}

#[cfg(test)]
#[path = "cache_test.rs"]
mod tests;
