//! Participants by the hundred: what the load generator is made of, and what it shares with the benchmark.
//!
//! A [`peer::Peer`] is one participant's transport, sans-IO; [`run`] gives a thousand of them sockets and time; a
//! [`door::Door`] is how a kind of server is entered.

pub mod crew;
pub mod door;
pub mod dtls;
pub mod figures;
pub mod http;
pub mod ice;
pub mod janus;
pub mod join;
pub mod outbox;
pub mod peer;
pub mod publishing;
pub mod random;
pub mod receiving;
pub mod report;
pub mod run;
pub mod sdp;
pub mod sockets;
pub mod trace;
pub mod websocket;
pub mod whip;
