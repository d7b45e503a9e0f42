//! What one peer counts.

#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Arrival of the first packet, µs since 1970.
    pub first_us: Option<u64>,
    /// RTP packets that are no repairs.
    pub packets: u64,
    pub bytes: u64,
    pub expected: u64,
    pub lost: u64,
    /// RTX packets, and those of them that filled a gap.
    pub repairs: u64,
    pub repaired: u64,
    pub late: u64,
    pub duplicates: u64,
    /// Not opened by the keys of the connection.
    pub wrong: u64,
    /// Of a payload type that was not agreed.
    pub unknown: u64,
    pub key_frames: u64,
    pub nacks: u64,
    pub plis: u64,
    /// Messages of transport-wide feedback about what it received.
    pub feedbacks: u64,
    pub audio_jitter_us: Option<u64>,
    pub video_jitter_us: Option<u64>,
    /// Of a publisher: packets sent, repeated on request, and requests for a key frame.
    pub sent: u64,
    pub resent: u64,
    pub asked_keys: u64,
    pub reports: u64,
    /// Messages of transport-wide feedback about what it sent.
    pub told: u64,
}

impl Figures {
    /// Add another peer's.
    pub fn add(&mut self, other: &Figures) {
        macro_rules! sum {
            ($($field:ident),*) => { $(self.$field += other.$field;)* };
        }
        sum!(
            packets, bytes, expected, lost, repairs, repaired, late, duplicates, wrong, unknown, key_frames, nacks,
            plis, feedbacks, sent, resent, asked_keys, reports, told
        );
    }
}
