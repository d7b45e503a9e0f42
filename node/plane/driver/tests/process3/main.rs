//! The same conversations with three shards; every room is spread over them, one transport each in turn.

/// How many threads carry packets.
const SHARDS: &str = "3";

#[path = "../process/common.rs"]
mod common;

#[path = "../process/connections.rs"]
mod connections;
#[path = "../process/life.rs"]
mod life;
#[path = "../process/media.rs"]
mod media;
#[path = "../process/recordings.rs"]
mod recordings;
#[path = "../process/shards.rs"]
mod shards;
#[path = "../process/stalled.rs"]
mod stalled;
#[path = "../process/takeover.rs"]
mod takeover;
#[path = "../process/watchdog.rs"]
mod watchdog;
