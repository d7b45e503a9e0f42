//! Who sees when the host takes the plane's core away: a thread there, before the plane, that wakes once in a
//! millisecond and finds out that it is late. What the plane does cannot make it late.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use regie_load::sockets;

use crate::parts::{LATE_US, Parts, felt};
use crate::sys;

const EVERY_US: u64 = 1_000;

/// (From, to), µs since 1970: when the core was away, and what follows from it.
type Pauses = Arc<Mutex<Vec<(u64, u64)>>>;

pub struct Witness {
    pauses: Pauses,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Witness {
    /// On processor `core`, before all real-time work of priority 1.
    pub fn start(core: usize) -> Witness {
        let (pauses, stop) = (Pauses::default(), Arc::new(AtomicBool::new(false)));
        let (seen, over) = (pauses.clone(), stop.clone());
        let thread = thread::spawn(move || {
            if sys::confine(core, Some(2)).is_err() {
                return;
            }
            while !over.load(Ordering::Relaxed) {
                let due = sockets::now_us() + EVERY_US;
                thread::sleep(Duration::from_micros(EVERY_US));
                let now = sockets::now_us();
                if now > due + LATE_US {
                    let began = due - EVERY_US;
                    seen.lock().expect("nobody panics with it").push((began, felt(began, now)));
                }
            }
        });
        Witness { pauses, stop, thread: Some(thread) }
    }

    /// Packets that were under way while the core was away, or soon after, say nothing of the plane.
    pub fn judge(&self, delays: &mut [Parts]) {
        let mut pauses = std::mem::take(&mut *self.pauses.lock().expect("nobody panics with it"));
        let mut last = 0; // the one that is felt longest need not be the last that began
        for (_, to) in &mut pauses {
            last = last.max(*to);
            *to = last;
        }
        for parts in delays {
            let ended = parts.sent_us + u64::from(parts.delay());
            let begun = pauses.partition_point(|&(from, _)| from <= ended);
            parts.calm &= begun == 0 || pauses[begun - 1].1 < parts.sent_us;
        }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn witness(pauses: &[(u64, u64)]) -> Witness {
        let pauses = Arc::new(Mutex::new(pauses.to_vec()));
        Witness { pauses, stop: Arc::default(), thread: None }
    }

    fn calm(sent_us: u64, waiting: u32) -> Parts {
        Parts { sent_us, waiting, calm: true, ..Parts::default() }
    }

    #[test]
    fn a_packet_that_no_pause_touches_counts_however_long_it_took() {
        let mut delays = [calm(1_000, 500), calm(1_000, 1_500), calm(3_000, 90), calm(9_000, 70_000), calm(5_500, 10)];
        // A long one, and a short one within what follows from it.
        witness(&[(2_000, 6_000), (2_500, 3_000)]).judge(&mut delays);
        assert_eq!(delays.map(|parts| parts.calm), [true, false, false, true, false]);
    }
}
