//! What is sealed and about to leave: groups of several receivers, handed over together.

use crate::ice::Path;
use crate::shard::{Sent, Sink, TOGETHER, Totals, Transmit};

/// Bytes that may wait.
pub const ARENA: usize = 64 << 10;

/// A sealed group in the arena, on its way to one receiver.
#[derive(Clone, Copy)]
pub struct Sealed {
    pub transport: u32,
    pub path: Path,
    pub start: usize,
    pub end: usize,
    pub segment: usize,
}

pub struct Outgoing {
    pub arena: Vec<u8>,
    /// What of the arena is sealed and not yet sent.
    sealed: Vec<Sealed>,
    sent: Vec<Sent>,
    /// Receivers that groups cannot go to, for the caller to remember.
    pub refused: Vec<u32>,
}

impl Default for Outgoing {
    fn default() -> Outgoing {
        Outgoing {
            arena: vec![0; ARENA],
            sealed: Vec::with_capacity(TOGETHER),
            sent: Vec::with_capacity(TOGETHER),
            refused: Vec::new(),
        }
    }
}

impl Outgoing {
    /// Where a group of at most `size` bytes may be written; what is ready goes first if it is in the way.
    pub fn make_room(&mut self, size: usize, totals: &mut Totals, sink: &mut impl Sink) -> usize {
        let used = self.sealed.last().map_or(0, |last| last.end);
        if self.sealed.len() < TOGETHER && used + size <= ARENA {
            return used;
        }
        self.hand_over(totals, sink);
        0
    }

    /// A group has been written where [`Outgoing::make_room`] said.
    pub fn push(&mut self, group: Sealed) {
        self.sealed.push(group);
    }

    /// Everything that is sealed leaves.
    pub fn hand_over(&mut self, totals: &mut Totals, sink: &mut impl Sink) {
        let transmit = |group: &Sealed| Transmit {
            dest: group.path.remote,
            source: group.path.local,
            connection: group.path.connection,
            bytes: &self.arena[group.start..group.end],
            segment_size: group.segment,
        };
        let Some(first) = self.sealed.first() else { return };
        let mut batch = [transmit(first); TOGETHER];
        for (place, group) in batch.iter_mut().zip(&self.sealed) {
            *place = transmit(group);
        }
        sink.transmit_all(&batch[..self.sealed.len()], &mut self.sent);
        for (group, sent) in self.sealed.drain(..).zip(self.sent.drain(..)) {
            totals.sent_sends += u64::from(sent.calls);
            if sent.refused {
                self.refused.push(group.transport);
            }
        }
    }
}
