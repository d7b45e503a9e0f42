//! What a way bears, and what a shard makes of it: the whole shard, with links of a given rate, queue, delay and loss in
//! virtual time. A seed that fails is printed, and fails again.

#[path = "../plane/common.rs"]
mod common;
#[allow(dead_code)] // each test uses its own part
mod network;

mod caps;
mod estimate;
mod feedback;
