//! The process itself: real sockets, real signals, on loopback only.

mod common;

mod life;
mod media;
mod stalled;
mod takeover;
