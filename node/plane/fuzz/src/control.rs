//! What a control process may say: frames cut anywhere, messages of any content.

#[allow(dead_code)] // the driver's other half writes
#[path = "../../driver/src/frames.rs"]
mod frames_;

use plane_core::contract::ToPlane;
use plane_core::contract::to_plane::Command;
use plane_core::shard::{Config, Sent, Shard, Sink, Transmit};
use prost::Message;

/// The first byte says where the stream is cut; the same messages come out wherever that is.
pub fn frames(bytes: &[u8]) {
    let Some((&cut, stream)) = bytes.split_first() else { return };
    let whole = read(&[stream]);
    let (left, right) = stream.split_at(usize::from(cut).min(stream.len()));
    assert_eq!(read(&[left, right]), whole);
}

fn read(parts: &[&[u8]]) -> (Vec<ToPlane>, bool) {
    let mut reader = frames_::Reader::default();
    let mut messages = Vec::new();
    for part in parts {
        reader.push(part);
        loop {
            match reader.next() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(_) => return (messages, true),
            }
        }
    }
    (messages, false)
}

struct Nowhere;

impl Sink for Nowhere {
    fn transmit(&mut self, _transmit: Transmit<'_>) -> Sent {
        Sent { calls: 1, refused: false }
    }
}

/// Length-prefixed commands (two bytes), carried out one after another with time passing between them.
pub fn commands(bytes: &[u8]) {
    let candidate = "192.0.2.1:7881".parse().expect("an address");
    let mut shard = Shard::new(Config {
        shard: 0,
        secret: [7; 32],
        unix_offset_us: 1_700_000_000_000_000,
        candidates: vec![candidate],
        tcp_candidates: Vec::new(),
        max_send_bps: 2_500_000,
        gso: true,
    });
    let (mut rest, mut now) = (bytes, 1_000_000);
    for _ in 0..32 {
        let Some((&[high, low], after)) = rest.split_first_chunk::<2>() else { break };
        let (body, after) = after.split_at(usize::from(u16::from_be_bytes([high, low])).min(after.len()));
        rest = after;
        let Ok(ToPlane { command: Some(command), .. }) = ToPlane::decode(body) else { continue };
        let close = matches!(command, Command::CloseTransport(_) | Command::CloseRoom(_));
        let _ = shard.handle_command(now, command);
        now += if close { 30_000_000 } else { 100_000 };
        if shard.deadline().is_some_and(|at| at <= now) {
            shard.handle_timeout(now);
        }
        shard.flush(now, &mut Nowhere);
        while shard.poll_event().is_some() {}
    }
}
