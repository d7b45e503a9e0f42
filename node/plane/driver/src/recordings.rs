//! What the writer of the spool told last, for the counters.

use std::time::Instant;

use plane_core::contract::{Counters, counters};

/// A writer that has not told anything for so long, ms, is held up by the disk.
const LATE_MS: u32 = 1500;

pub struct Recordings {
    open: bool,
    told: Option<(Vec<counters::Recording>, counters::Spool, Instant)>,
}

impl Recordings {
    pub fn new(open: bool) -> Recordings {
        Recordings { open, told: None }
    }

    pub fn open(&self) -> bool {
        self.open
    }

    pub fn take(&mut self, streams: Vec<counters::Recording>, spool: counters::Spool) {
        self.told = Some((streams, spool, Instant::now()));
    }

    /// While the writer waits for the disk, what is not there yet grows older.
    pub fn add_to(&self, counters: &mut Counters) {
        let Some((streams, spool, at)) = &self.told else { return };
        let late = at.elapsed().as_millis() as u32;
        let late = if late > LATE_MS { late } else { 0 };
        let age =
            |stream: &counters::Recording| counters::Recording { synced_ms: stream.synced_ms + late, ..stream.clone() };
        counters.recordings = streams.iter().map(age).collect();
        counters.spool = Some(*spool);
    }
}
