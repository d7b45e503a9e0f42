//! The process itself: real sockets, real signals, on loopback only. One shard.

/// How many threads carry packets.
const SHARDS: &str = "1";

mod common;

mod connections;
mod life;
mod media;
mod recordings;
mod shards;
mod stalled;
mod takeover;
mod watchdog;
