//! What is told once a second, and what a newly attached control process is told at once.

use prost::Message;

use crate::contract::{
    Address, Counters, IceCredentials, OpenTransport, Protocol, SlotPolicy, Snapshot, counters, snapshot,
};
use crate::shard::Shard;
use crate::transport::Transport;

/// A track of which nothing came for so long is not active.
const ACTIVE_US: u64 = 2_000_000;

impl Shard {
    /// All figures of this shard. The driver adds the process and the sockets.
    pub fn counters(&self, now: u64) -> Counters {
        let totals = &self.totals;
        Counters {
            unix_ms: 0,
            gauge: Some(counters::Gauge {
                transports: self.transports.len() as u64,
                tracks: self.tracks.len() as u64,
                rooms: self.rooms.len() as u64,
            }),
            packets: Some(counters::Packets {
                received_packets: totals.received_packets,
                received_bytes: totals.received_bytes,
                sent_packets: totals.sent_packets,
                sent_bytes: totals.sent_bytes,
                sent_sends: totals.sent_sends,
                nacks_received: totals.nacks_received,
                nacks_sent: totals.nacks_sent,
                retransmitted_packets: totals.retransmitted_packets,
                recovered_packets: totals.recovered_packets,
                plis_received: totals.plis_received,
                plis_sent: totals.plis_sent,
                key_frames: totals.key_frames,
                key_frames_from_cache: totals.key_frames_from_cache,
                padding_bytes: totals.padding_bytes,
                ..counters::Packets::default()
            }),
            r#loop: None,
            drops: self.drops.iter().map(|(name, count)| (name.to_owned(), count)).collect(),
            transports: self.transports.iter().map(|(_, transport)| transport_figures(transport)).collect(),
            tracks: self.tracks.iter().map(|(_, track)| track_figures(track, now)).collect(),
            ..Counters::default()
        }
    }

    /// Every transport as it was opened, with mutes and assignments as they are now. Cheap: the parts are put together
    /// elsewhere, so that no packet waits for a snapshot of a full house.
    pub fn snapshot(&self, now: u64) -> SnapshotParts {
        let name = |track| self.tracks.get(track).map_or(String::new(), |track| track.id.to_string());
        let part = |transport: &Transport| Part {
            opened: transport.opened.clone(),
            muted: transport.sends.iter().map(|&t| self.tracks.get(t).is_some_and(|track| track.muted)).collect(),
            shown: transport
                .slots
                .iter()
                .map(|slot| (slot.policy == SlotPolicy::Assigned).then(|| name(slot.wanted)))
                .collect(),
            connected: transport.ice.connected(),
            keyed: transport.keys.is_some(),
            ice: IceCredentials {
                ufrag: transport.ice.credentials().ufrag.clone(),
                password: transport.ice.credentials().password.clone(),
            },
        };
        let parts = self.transports.iter().map(|(_, transport)| part(transport)).collect();
        SnapshotParts { parts, candidates: self.config.addresses(), counters: self.counters(now) }
    }
}

/// A snapshot as the shard hands it out; [`SnapshotParts::assemble`] makes the message of it.
#[derive(Debug, Clone)]
pub struct SnapshotParts {
    parts: Vec<Part>,
    candidates: Vec<Address>,
    counters: Counters,
}

#[derive(Debug, Clone)]
struct Part {
    /// OpenTransport, encoded as it came.
    opened: Vec<u8>,
    muted: Vec<bool>,
    /// Of each receive: the track that an ASSIGNED slot is to show.
    shown: Vec<Option<String>>,
    connected: bool,
    keyed: bool,
    ice: IceCredentials,
}

impl SnapshotParts {
    pub fn assemble(self) -> Snapshot {
        let transports = self.parts.into_iter().map(|part| {
            let mut opened = OpenTransport::decode(part.opened.as_slice()).unwrap_or_default();
            for (send, muted) in opened.sends.iter_mut().zip(part.muted) {
                send.muted = muted;
            }
            for (receive, shown) in opened.receives.iter_mut().zip(part.shown) {
                receive.track = shown.unwrap_or_default();
            }
            snapshot::Transport {
                opened: Some(opened),
                connected: part.connected,
                keyed: part.keyed,
                ice: Some(part.ice),
                candidates: self.candidates.clone(),
            }
        });
        Snapshot { transports: transports.collect(), counters: Some(self.counters) }
    }
}

fn transport_figures(transport: &Transport) -> counters::Transport {
    let active = transport.slots.iter().filter(|slot| slot.packets > 0);
    let worst = active.map(|slot| slot.heard.fraction_lost).max().unwrap_or(0);
    counters::Transport {
        transport: transport.id.to_string(),
        received_bytes: transport.totals.received_bytes,
        sent_bytes: transport.totals.sent_bytes,
        sent_packets: transport.totals.sent_packets,
        rtt_ms: transport.rtt_us as f32 / 1000.0,
        loss: f32::from(worst) / 256.0,
        estimate_bps: transport.estimate_bps,
        nacks_received: transport.totals.nacks_received,
        plis_received: transport.totals.plis_received,
        connected: transport.ice.connected(),
        target_bps: narrow(transport.target_bps().unwrap_or(0)),
        delay_ms: transport.estimator.as_ref().map_or(0, |estimator| narrow(estimator.queue_us() / 1000)),
        protocol: match transport.ice.path().and_then(|path| path.connection) {
            Some(_) => Protocol::Tcp.into(),
            None => Protocol::Udp.into(),
        },
        ..counters::Transport::default()
    }
}

fn narrow(value: u64) -> u32 {
    value.min(u32::MAX.into()) as u32
}

fn track_figures(track: &crate::track::Track, now: u64) -> counters::Track {
    let reception = &track.layer.reception;
    let clock_rate = track.codecs.first().map_or(90_000, |codec| codec.clock_rate);
    counters::Track {
        track: track.id.to_string(),
        packets: reception.packets,
        bytes: reception.bytes,
        lost: reception.lost(),
        jitter_us: (u64::from(reception.jitter()) * 1_000_000 / u64::from(clock_rate)) as u32,
        level: Shard::level(track, now),
        active: reception.packets > 0 && now < reception.last_us + ACTIVE_US,
        muted: track.muted,
        key_frames: reception.key_frames,
        ..counters::Track::default()
    }
}
