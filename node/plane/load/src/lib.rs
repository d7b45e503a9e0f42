//! Peers of the plane by the hundred: what the load generator and the benchmark share.

pub mod sockets;
pub mod trace;
