//! What a way bears: transport-wide feedback in both directions, the estimate of what may be sent, and how it is spread.
//!
//! Every module here is pure: it is told the time and the packets and answers with numbers. The shard owns one
//! [`arrivals::Arrivals`] for each peer that sends with transport-wide numbers, and one [`estimator::Estimator`] for each
//! that receives with them.

pub mod acked;
pub mod arrivals;
pub mod estimator;
pub mod feedback;
pub mod history;
pub mod loss;
pub mod pacer;
pub mod police;
pub mod probe;
pub mod rate;
pub mod share;
pub mod trend;

/// The least that is ever estimated, bits per second: a voice with its headers.
pub const MIN_BPS: u64 = 30_000;
/// The most.
pub const MAX_BPS: u64 = 100_000_000;
/// What a way is believed to bear before anything is known of it.
pub const START_BPS: u64 = 300_000;
