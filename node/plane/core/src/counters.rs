//! What is told once a second, and what a newly attached control process is told at once.

use prost::Message;

use crate::command::shown;
use crate::contract::{Counters, IceCredentials, OpenTransport, Snapshot, counters, snapshot};
use crate::shard::Shard;

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
            }),
            r#loop: None,
            drops: self.drops.iter().map(|(name, count)| (name.to_owned(), count)).collect(),
            transports: self.transports.iter().map(|(_, transport)| transport_figures(transport)).collect(),
            tracks: self.tracks.iter().map(|(_, track)| track_figures(track, now)).collect(),
        }
    }

    /// Every transport as it was opened, with mutes and assignments as they are now.
    pub(crate) fn snapshot(&self, now: u64) -> Snapshot {
        let name = |track| self.tracks.get(track).map_or(String::new(), |track| track.id.to_string());
        let transports = self.transports.iter().map(|(_, transport)| {
            let mut opened = OpenTransport::decode(transport.opened.as_slice()).unwrap_or_default();
            for (send, &track) in opened.sends.iter_mut().zip(&transport.sends) {
                send.muted = self.tracks.get(track).is_some_and(|track| track.muted);
            }
            for (receive, slot) in opened.receives.iter_mut().zip(&transport.slots) {
                shown(receive, slot, name);
            }
            let ice = transport.ice.credentials();
            snapshot::Transport {
                opened: Some(opened),
                connected: transport.ice.connected(),
                keyed: transport.keys.is_some(),
                ice: Some(IceCredentials { ufrag: ice.ufrag.clone(), password: ice.password.clone() }),
            }
        });
        Snapshot { transports: transports.collect(), counters: Some(self.counters(now)) }
    }
}

fn transport_figures(transport: &crate::transport::Transport) -> counters::Transport {
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
    }
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
    }
}
