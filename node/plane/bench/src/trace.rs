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

/// How a sender spreads the packets of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// All at once, as a hardware encoder or OBS does.
    Frame,
    /// As libwebrtc does: every 5 ms what 2.5 times the bit rate allows, here two packets.
    Paced,
}

impl Trace {
    pub fn load(pace: Pace) -> Trace {
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
        if pace == Pace::Paced {
            spread(&mut packets);
        }
        Trace { packets, length_us, frames }
    }
}

/// Two video packets every 5 ms, none before its time; a frame never waits longer than 200 ms.
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
    packets.sort_by_key(|packet| packet.at_us);
}
