//! The spool: what is recorded, on its way from the shards to the disk. One thread writes; no shard ever waits for it.

mod disk;
mod stream;
mod writer;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use plane_core::shard::Shard;
use rtrb::{Producer, RingBuffer};

use crate::links::fitting;
use crate::messages::{FromShard, ShardHandle};
use crate::say;
use crate::sys::spool::Directory;
use crate::sys::{self, Wake};
use disk::Files;
use stream::Now;
pub use writer::Spooled;
use writer::Writer;

/// Bytes in the ring of one shard: two seconds of twenty cameras.
const RING: usize = 8 << 20;
/// What there is, is written so often; that much is lost with the process.
const TURN: Duration = Duration::from_millis(50);
const IDLE: Duration = Duration::from_secs(1);

/// A shard's end.
pub struct Tape {
    ring: Producer<u8>,
    wake: Arc<Wake>,
}

impl Tape {
    /// Moves what `shard` has for the writer, as far as there is room. `true`: something still waits.
    pub fn send(&mut self, shard: &mut Shard) -> io::Result<bool> {
        let bytes = shard.recorded();
        if bytes.is_empty() {
            return Ok(false);
        }
        let room = self.ring.slots();
        let len = fitting(bytes, room);
        if len > 0 {
            let mut chunk = self.ring.write_chunk(len).map_err(io::Error::other)?;
            let (first, second) = chunk.as_mut_slices();
            let middle = first.len();
            first.copy_from_slice(&bytes[..middle]);
            second.copy_from_slice(&bytes[middle..len]);
            chunk.commit_all();
            bytes.drain(..len);
        }
        // It comes by itself in time, unless it rests because nothing was recorded so far.
        if room == RING || room - len < RING / 2 {
            self.wake.wake();
        }
        Ok(!bytes.is_empty())
    }
}

/// What the writer needs before the shards are there.
pub struct Spool {
    files: Files,
    floor: u64,
    wake: Arc<Wake>,
    rings: Vec<rtrb::Consumer<u8>>,
}

impl Spool {
    /// Opens the directory, which is made if it is not there.
    pub fn open(path: &Path, floor: u64) -> io::Result<Spool> {
        use std::os::unix::fs::DirBuilderExt;
        match std::fs::DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let root = Directory::open(path)?;
        Ok(Spool { files: Files { root }, floor, wake: Arc::new(Wake::new()?), rings: Vec::new() })
    }

    /// The end of the next shard.
    pub fn tape(&mut self) -> Tape {
        let (ring, taken) = RingBuffer::new(RING);
        self.rings.push(taken);
        Tape { ring, wake: self.wake.clone() }
    }

    /// Begins to write, until every shard has dropped its end.
    pub fn start(
        self,
        shards: Vec<ShardHandle>,
        messages: Sender<FromShard>,
        control: Arc<Wake>,
    ) -> io::Result<JoinHandle<()>> {
        let Spool { files, floor, wake, rings } = self;
        let mut writer = Writer::new(files, rings, floor);
        let run = move || {
            sys::spool::run_ordinarily();
            loop {
                let now = Now { monotonic: sys::monotonic_us(), unix: sys::unix_us() };
                let open = writer.turn(now, |shard, track| {
                    if let Some(shard) = shards.get(shard) {
                        shard.ask_key_frame(track);
                    }
                });
                let mut told = false;
                for message in writer.told.drain(..) {
                    told |= messages.send(FromShard::Spool(message)).is_ok();
                }
                if told {
                    control.wake();
                }
                if !open {
                    return;
                }
                let wait = if writer.busy() { TURN } else { IDLE };
                match sys::wait_readable([wake.as_raw_fd()], wait) {
                    Ok([true]) => wake.clear(),
                    Ok(_) => {}
                    Err(error) => {
                        say!(Warn, "spool_waits_blindly", error = error);
                        std::thread::sleep(wait);
                    }
                }
            }
        };
        Builder::new().name("spool".into()).spawn(run)
    }
}
