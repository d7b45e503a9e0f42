//! The committed trace: what a camera and a microphone really send. `tests/bench/make_trace.py` makes it and says how.

/// One packet to publish.
pub struct Packet {
    /// When, µs from the start of the trace, after pacing.
    pub at_us: u64,
    pub timestamp: u32,
    pub video: bool,
    pub marker: bool,
    pub payload: &'static [u8],
}

/// The trace, to be repeated every [`Trace::length_us`].
pub struct Trace {
    pub packets: Vec<Packet>,
    pub length_us: u64,
    pub frames: u16,
}

static BYTES: &[u8] = include_bytes!("../trace.bin");

/// What of the trace is sent, when it is not all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    Video,
    Audio,
}

/// How a sender spreads the packets of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// All at once, as a hardware encoder or OBS does.
    Frame,
    /// As libwebrtc does: at 2.5 times the bit rate, of which up to 40 ms may leave at once.
    Webrtc,
    /// As older senders did, and the worst for grouping: two packets every 5 ms.
    Spread,
}

impl Trace {
    /// `only`: nothing but its video or nothing but its audio.
    pub fn load(pace: Pace, only: Option<Media>) -> Trace {
        let mut rest = BYTES.strip_prefix(b"RGTR").expect("the trace begins with its magic");
        let mut packets = Vec::new();
        while let Some((head, after)) = rest.split_first_chunk::<12>() {
            let word = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
            let (payload, after) = after.split_at(usize::from(u16::from_be_bytes([head[10], head[11]])));
            let (video, marker) = (head[8] == 1, head[9] & 1 != 0);
            packets.push(Packet { at_us: word(0).into(), timestamp: word(4), video, marker, payload });
            rest = after;
        }
        let frames = packets.iter().filter(|packet| packet.video && packet.marker).count() as u16;
        let length_us = (u64::from(frames) * 1_000_000 / 30).next_multiple_of(20_000);
        match pace {
            Pace::Frame => {}
            Pace::Webrtc => pace_with_debt(&mut packets),
            Pace::Spread => spread(&mut packets),
        }
        packets.retain(|packet| only.is_none_or(|only| packet.video == (only == Media::Video)));
        packets.sort_by_key(|packet| packet.at_us);
        Trace { packets, length_us, frames }
    }
}

/// Two video packets every 5 ms, none before its time.
fn spread(packets: &mut [Packet]) {
    let (mut slot, mut sent) = (0, 0);
    for packet in packets.iter_mut().filter(|packet| packet.video) {
        if packet.at_us > slot {
            (slot, sent) = (packet.at_us, 0);
        } else if sent == 2 {
            (slot, sent) = (slot + 5_000, 0);
        }
        sent += 1;
        packet.at_us = slot;
    }
}

/// A packet leaves when the debt that those before it made has fallen to 40 ms of the pacing rate.
fn pace_with_debt(packets: &mut [Packet]) {
    const PACING_BPS: u64 = 1_500_000 * 5 / 2;
    const BURST_BYTES: u64 = PACING_BPS / 8 * 40 / 1000;
    let (mut at, mut debt) = (0, 0u64);
    for packet in packets.iter_mut().filter(|packet| packet.video) {
        let passed = packet.at_us.saturating_sub(at);
        debt = debt.saturating_sub(passed * PACING_BPS / 8_000_000);
        at = at.max(packet.at_us);
        if debt > BURST_BYTES {
            let wait = (debt - BURST_BYTES) * 8_000_000 / PACING_BPS;
            at += wait;
            debt = BURST_BYTES;
        }
        debt += packet.payload.len() as u64 + 40;
        packet.at_us = at;
    }
}
