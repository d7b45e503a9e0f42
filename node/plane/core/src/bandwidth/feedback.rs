//! Transport-wide feedback on the wire (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1): what follows the two
//! SSRCs of the RTCP packet. Times are in units of 250 µs, the reference time in units of 64 ms.

use crate::rtp::Malformed;

/// A delta, µs.
pub const TICK_US: i64 = 250;
/// The reference time, µs; 24 bits of it are sent.
pub const REFERENCE_US: i64 = 64_000;
/// Packets that one message tells of, at most.
pub const MAX_STATUSES: usize = 512;

const HEAD: usize = 8;
const LOST: u8 = 0;
const SMALL: u8 = 1;
const LARGE: u8 = 2;

/// A message whose chunks and deltas are all there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feedback<'a> {
    /// Number of the first packet told of.
    pub base: u16,
    /// How many are told of.
    pub count: u16,
    /// 24 bits, in 64 ms; of which moment is the receiver's affair.
    pub reference: u32,
    /// Counts messages, modulo 256.
    pub number: u8,
    chunks: &'a [u8],
    deltas: &'a [u8],
}

/// Some packets one behind another: either lost, or a single one with its arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Behind `base`.
    pub offset: u16,
    pub packets: u16,
    /// µs since the reference time; none: they did not come.
    pub arrived_us: Option<i64>,
}

impl<'a> Feedback<'a> {
    /// Costs as much as there are bytes, whatever number of statuses they claim (H8).
    pub fn parse(body: &'a [u8]) -> Result<Feedback<'a>, Malformed> {
        let (head, rest) = body.split_at_checked(HEAD).ok_or(Malformed)?;
        let count = u16::from_be_bytes([head[2], head[3]]);
        let (mut told, mut needed, mut chunks) = (0u32, 0usize, 0usize);
        while told < u32::from(count) {
            let chunk = Chunk::parse(rest.get(chunks..chunks + 2).ok_or(Malformed)?)?;
            chunks += 2;
            let packets = u32::from(chunk.packets()).min(u32::from(count) - told);
            needed += chunk.delta_bytes(packets as u16)?;
            told += packets;
        }
        let (chunks, deltas) = rest.split_at(chunks);
        if deltas.len() < needed || count == 0 {
            return Err(Malformed);
        }
        Ok(Feedback {
            base: u16::from_be_bytes([head[0], head[1]]),
            count,
            reference: u32::from_be_bytes([0, head[4], head[5], head[6]]),
            number: head[7],
            chunks,
            deltas,
        })
    }

    pub fn statuses(&self) -> Statuses<'a> {
        Statuses { rest: *self, chunk: Chunk::Run { symbol: LOST, packets: 0 }, at: 0, told: 0, clock_us: 0 }
    }
}

#[derive(Debug, Clone, Copy)]
enum Chunk {
    Run { symbol: u8, packets: u16 },
    OneBit(u16),
    TwoBits(u16),
}

impl Chunk {
    fn parse(bytes: &[u8]) -> Result<Chunk, Malformed> {
        let word = u16::from_be_bytes(bytes.try_into().map_err(|_| Malformed)?);
        match (word >> 14, word >> 13 & 3) {
            (0 | 1, symbol) if symbol <= 2 && word & 0x1FFF > 0 => {
                Ok(Chunk::Run { symbol: symbol as u8, packets: word & 0x1FFF })
            }
            (2, _) => Ok(Chunk::OneBit(word)),
            (3, _) => Ok(Chunk::TwoBits(word)),
            _ => Err(Malformed), // a run of a reserved symbol, or of nothing: it would never end
        }
    }

    fn packets(self) -> u16 {
        match self {
            Chunk::Run { packets, .. } => packets,
            Chunk::OneBit(_) => 14,
            Chunk::TwoBits(_) => 7,
        }
    }

    fn symbol(self, at: u16) -> u8 {
        match self {
            Chunk::Run { symbol, .. } => symbol,
            Chunk::OneBit(word) => (word >> (13 - at) & 1) as u8,
            Chunk::TwoBits(word) => (word >> (12 - 2 * at) & 3) as u8,
        }
    }

    /// Bytes of deltas that its first `packets` need; the symbol 3 is reserved.
    fn delta_bytes(self, packets: u16) -> Result<usize, Malformed> {
        if let Chunk::Run { symbol, .. } = self {
            return Ok(usize::from(symbol) * usize::from(packets));
        }
        (0..packets).try_fold(0, |sum, at| match self.symbol(at) {
            3 => Err(Malformed),
            symbol => Ok(sum + usize::from(symbol)),
        })
    }
}

/// The statuses of a message in their order; runs of lost packets come in one piece.
#[derive(Debug, Clone)]
pub struct Statuses<'a> {
    rest: Feedback<'a>,
    chunk: Chunk,
    /// Within the chunk.
    at: u16,
    told: u16,
    clock_us: i64,
}

impl Iterator for Statuses<'_> {
    type Item = Status;

    fn next(&mut self) -> Option<Status> {
        let left = self.rest.count - self.told;
        if left == 0 {
            return None;
        }
        if self.at == self.chunk.packets() {
            let (bytes, rest) = self.rest.chunks.split_at_checked(2)?;
            self.chunk = Chunk::parse(bytes).ok()?;
            self.rest.chunks = rest;
            self.at = 0;
        }
        let symbol = self.chunk.symbol(self.at);
        let packets = match self.chunk {
            Chunk::Run { symbol: LOST, packets } => packets.min(left),
            _ => 1,
        };
        let arrived_us = match symbol {
            LOST => None,
            _ => {
                let (delta, rest) = self.rest.deltas.split_at_checked(symbol.into())?;
                self.rest.deltas = rest;
                let ticks = match *delta {
                    [small] => i64::from(small),
                    [high, low] => i64::from(i16::from_be_bytes([high, low])),
                    _ => return None,
                };
                self.clock_us += ticks * TICK_US;
                Some(self.clock_us)
            }
        };
        let status = Status { offset: self.told, packets, arrived_us };
        self.told += packets;
        self.at += if packets > 1 { self.chunk.packets() } else { 1 };
        self.at = self.at.min(self.chunk.packets());
        Some(status)
    }
}

// ---------------------------------------------------------------- writing

/// Writes one message into `out` about the packets from `base` up to, not including, `end`; `arrival` says when one came,
/// µs on any clock. Returns its length and the first packet that it does not tell of: as many as fit are told of. Length 0:
/// none of them came, or there is no room for a single one.
pub fn write(out: &mut [u8], number: u8, base: u64, end: u64, arrival: impl Fn(u64) -> Option<u64>) -> (usize, u64) {
    let Some(first) = (base..end).find_map(&arrival) else { return (0, end) };
    let reference = first as i64 / REFERENCE_US;
    let mut symbols = [LOST; MAX_STATUSES];
    let mut deltas = [0i16; MAX_STATUSES];
    let (mut count, mut delta_bytes, mut useful) = (0, 0, 0);
    let mut clock = reference * (REFERENCE_US / TICK_US);
    for packet in (base..end).take(MAX_STATUSES) {
        let mut symbol = LOST;
        if let Some(arrived) = arrival(packet) {
            let ticks = arrived as i64 / TICK_US - clock;
            let Ok(delta) = i16::try_from(ticks) else { break }; // 8 s later: the next message has its own reference
            symbol = if (0..256).contains(&ticks) { SMALL } else { LARGE };
            deltas[count] = delta;
            clock += ticks;
        }
        // Seven statuses a chunk is the worst that happens.
        let size = HEAD + 2 * (count / 7 + 1) + delta_bytes + usize::from(symbol);
        if size.next_multiple_of(4) > out.len() {
            break;
        }
        symbols[count] = symbol;
        delta_bytes += usize::from(symbol);
        count += 1;
        if symbol != LOST {
            useful = count;
        }
    }
    if useful == 0 {
        return (0, base + count as u64);
    }
    // What is missing at the end may still be on its way, unless the message was cut there.
    if base + count as u64 == end {
        count = useful;
    }
    out[..2].copy_from_slice(&(base as u16).to_be_bytes());
    out[2..4].copy_from_slice(&(count as u16).to_be_bytes());
    out[4..7].copy_from_slice(&(reference as u32).to_be_bytes()[1..]);
    out[7] = number;
    let mut at = HEAD + write_chunks(&mut out[HEAD..], &symbols[..count]);
    for (symbol, delta) in symbols[..count].iter().zip(deltas) {
        match *symbol {
            SMALL => out[at] = delta as u8,
            LARGE => out[at..at + 2].copy_from_slice(&delta.to_be_bytes()),
            _ => {}
        }
        at += usize::from(*symbol);
    }
    let len = at.next_multiple_of(4);
    out[at..len].fill(0);
    (len, base + count as u64)
}

fn write_chunks(out: &mut [u8], symbols: &[u8]) -> usize {
    let (mut at, mut rest) = (0, symbols);
    while let Some(&first) = rest.first() {
        let run = rest.iter().take_while(|&&symbol| symbol == first).count().min(0x1FFF);
        let short = &rest[..rest.len().min(14)];
        let small = short.iter().all(|&symbol| symbol < LARGE);
        let vector = if small { 14 } else { 7 };
        let (word, taken) = if run >= vector.min(rest.len()) {
            (u16::from(first) << 13 | run as u16, run)
        } else if small {
            let bits = short.iter().enumerate().fold(0, |bits, (n, &symbol)| bits | u16::from(symbol) << (13 - n));
            (0x8000 | bits, short.len())
        } else {
            let short = &short[..short.len().min(7)];
            let bits = short.iter().enumerate().fold(0, |bits, (n, &symbol)| bits | u16::from(symbol) << (12 - 2 * n));
            (0xC000 | bits, short.len())
        };
        out[at..at + 2].copy_from_slice(&word.to_be_bytes());
        at += 2;
        rest = &rest[taken..];
    }
    at
}

#[cfg(test)]
#[path = "feedback_test.rs"]
mod tests;
