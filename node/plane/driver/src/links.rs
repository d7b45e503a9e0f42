//! Between two shards: a ring of bytes in each direction, which one thread fills and the other empties. No lock, no wait.

use std::io;
use std::sync::Arc;

use plane_core::records::first_len;
use plane_core::shard::Shard;
use rtrb::{Consumer, Producer, RingBuffer};

use crate::sys::Wake;

/// Bytes in a ring: a tenth of a second of thirty cameras. What does not fit waits in the shard that sends it.
const RING: usize = 1 << 20;

/// One shard's ends of all its rings.
#[derive(Default)]
pub struct Links {
    to: Vec<Option<(Producer<u8>, Arc<Wake>)>>,
    from: Vec<(u8, Consumer<u8>)>,
    /// What is taken from a ring at once, so that a record lies in one piece.
    taken: Vec<u8>,
}

impl Links {
    /// The ends for as many shards as there are `wakes`, a ring from each to each other.
    pub fn between(wakes: &[Arc<Wake>]) -> Vec<Links> {
        let mut all: Vec<Links> = wakes.iter().map(|_| Links::default()).collect();
        for from in 0..wakes.len() {
            for to in 0..wakes.len() {
                let end = (from != to).then(|| {
                    let (producer, consumer) = RingBuffer::new(RING);
                    all[to].from.push((from as u8, consumer));
                    (producer, wakes[to].clone())
                });
                all[from].to.push(end);
            }
        }
        all
    }

    /// Hands `shard` what others have sent to it.
    pub fn receive(&mut self, shard: &mut Shard, now: u64) -> io::Result<()> {
        for (from, ring) in &mut self.from {
            let waiting = ring.slots();
            if waiting == 0 {
                continue;
            }
            // What is written at once is seen at once: records are whole.
            let chunk = ring.read_chunk(waiting).map_err(io::Error::other)?;
            let (first, second) = chunk.as_slices();
            self.taken.clear();
            self.taken.extend_from_slice(first);
            self.taken.extend_from_slice(second);
            chunk.commit_all();
            shard.take_mirrored(now, *from, &self.taken);
        }
        Ok(())
    }

    /// Moves what `shard` has for others. `true`: something still waits, because a ring is full.
    pub fn send(&mut self, shard: &mut Shard) -> io::Result<bool> {
        let mut waits = false;
        for (to, bytes) in shard.mirrored() {
            let Some(Some((ring, wake))) = self.to.get_mut(to) else {
                bytes.clear();
                continue;
            };
            let len = fitting(bytes, ring.slots());
            if len > 0 {
                let mut chunk = ring.write_chunk(len).map_err(io::Error::other)?;
                let (first, second) = chunk.as_mut_slices();
                let middle = first.len();
                first.copy_from_slice(&bytes[..middle]);
                second.copy_from_slice(&bytes[middle..len]);
                chunk.commit_all();
                bytes.drain(..len);
                wake.wake();
            }
            waits |= !bytes.is_empty();
        }
        Ok(waits)
    }
}

/// How many of `bytes` are whole records and fit into `room`.
pub fn fitting(bytes: &[u8], room: usize) -> usize {
    if bytes.len() <= room {
        return bytes.len();
    }
    let mut len = 0;
    while let Some(next) = first_len(&bytes[len..]).filter(|next| len + next <= room) {
        len += next;
    }
    len
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R: only whole records go into a ring that is nearly full.
    #[test]
    fn whole_records_only() {
        let mut bytes = Vec::new();
        for len in [10u32, 20, 30] {
            bytes.extend_from_slice(&len.to_le_bytes());
            bytes.resize(bytes.len() + len as usize - 4, 7);
        }
        assert_eq!([5, 10, 29, 30, 59, 60, 100].map(|room| fitting(&bytes, room)), [0, 10, 10, 30, 30, 60, 60]);
    }
}
