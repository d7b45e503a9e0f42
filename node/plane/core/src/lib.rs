//! The plane without its sockets.
//!
//! A [`shard::Shard`] is one sans-IO state machine: datagrams, commands and `now` go in; datagrams, events and a
//! deadline come out. It owns its world alone: no lock, no atomic, no reference count in the packet path, no clock and
//! no randomness inside, and nothing is allocated per packet once it is warm.
//!
//! Leaves (wire formats, ciphers, detectors) know nothing of the shard; the shard knows all of them.
#![forbid(unsafe_code)]

// Leaves: one wire format or one decision each.
mod allocate;
pub mod av1;
pub mod bandwidth;
pub mod cache;
pub mod dependency;
pub mod ext;
pub mod framing;
pub mod h264;
pub mod mac;
pub mod nack;
pub mod red;
pub mod remb;
pub mod rtcp;
pub mod rtp;
mod selector;
pub mod seq;
pub mod speakers;
pub mod srtp;
pub mod stun;
pub mod vp8;
pub mod vp9;

// The world of one shard.
mod address;
mod assigning;
mod caps;
mod codec;
mod command;
mod congestion;
pub mod counters;
pub mod drops;
mod fanout;
mod ice;
mod layers;
mod listen;
mod mirror;
mod numbering;
mod opening;
mod outgoing;
mod pacing;
mod recording;
pub mod records;
mod reports;
mod room;
pub mod shard;
mod slab;
mod slot;
pub mod spool;
mod track;
mod transport;
mod upstream;
mod writing;

pub use opening::MAX_TRANSPORTS;

/// The words of the control protocol, generated from `protos/plane/v1`: the same nouns as in Python.
pub mod contract {
    #![allow(missing_docs, clippy::all, rustdoc::all)]
    include!(concat!(env!("OUT_DIR"), "/regie.plane.v1.rs"));
}
