//! What is told once a second, and what a newly attached control process is told at once.

use prost::Message;

use crate::contract::{
    Address, Counters, IceCredentials, Kind, OpenTransport, Protocol, SlotPolicy, Snapshot, counters, record_tracks,
    snapshot,
};
use crate::shard::{FirstFrames, Shard};
use crate::slab::NONE;
use crate::slot::Slot;
use crate::track::{Layer, Reception, Track};
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
                tracks: self.published().count() as u64,
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
                held_packets: totals.held_packets,
                layer_switches: totals.layer_switches,
                probe_bytes: totals.probe_bytes,
                policed_packets: totals.policed_packets,
                transport_cc_received: totals.transport_cc_received,
                transport_cc_sent: totals.transport_cc_sent,
            }),
            first_frame: Some(counters::Histogram {
                bounds_ms: FirstFrames::BOUNDS_MS.to_vec(),
                counts: totals.first_frame.counts.to_vec(),
                sum_ms: totals.first_frame.sum_ms,
            }),
            r#loop: None,
            drops: self.drops.iter().map(|(name, count)| (name.to_owned(), count)).collect(),
            transports: self.transports.iter().map(|(_, transport)| self.transport_figures(transport)).collect(),
            tracks: self.published().map(|track| track_figures(track, now)).collect(),
            ..Counters::default()
        }
    }

    /// What is at home here: a mirror is counted where its publisher is.
    fn published(&self) -> impl Iterator<Item = &Track> {
        self.tracks.iter().map(|(_, track)| track).filter(|track| track.mirror.is_none())
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
        let (candidates, counters) = (self.config.addresses(), self.counters(now));
        SnapshotParts { parts, candidates, counters, recordings: self.recordings() }
    }
}

/// A snapshot as the shard hands it out; [`SnapshotParts::assemble`] makes the message of it.
#[derive(Debug, Clone)]
pub struct SnapshotParts {
    parts: Vec<Part>,
    candidates: Vec<Address>,
    counters: Counters,
    recordings: Vec<record_tracks::Change>,
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
        Snapshot { transports: transports.collect(), counters: Some(self.counters), recordings: self.recordings }
    }
}

impl Shard {
    fn transport_figures(&self, transport: &Transport) -> counters::Transport {
        let active = transport.slots.iter().filter(|slot| slot.packets > 0);
        let worst = active.map(|slot| slot.heard.fraction_lost).max().unwrap_or(0);
        let shown = transport.slots.iter().filter(|slot| slot.wanted != NONE);
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
            protocol: match transport.ice.path().and_then(|path| path.connection) {
                Some(_) => Protocol::Tcp.into(),
                None => Protocol::Udp.into(),
            },
            target_bps: narrow(transport.target_bps().unwrap_or(0)),
            queue_ms: narrow(transport.pacer.queue_us() / 1000),
            video_held: transport.video_held,
            delay_ms: transport.estimator.as_ref().map_or(0, |estimator| narrow(estimator.queue_us() / 1000)),
            receive_cap_bps: narrow(transport.cap.receive),
            send_cap_bps: narrow(transport.cap.send),
            slots: shown.map(|slot| self.slot_figures(slot)).collect(),
            ..counters::Transport::default()
        }
    }

    fn slot_figures(&self, slot: &Slot) -> counters::Slot {
        let sent = self.tracks.get(slot.current).and_then(|track| track.layers.get(usize::from(slot.layer)));
        counters::Slot {
            slot: slot.index.into(),
            track: self.tracks.get(slot.wanted).map_or(String::new(), |track| track.id.to_string()),
            rid: sent.map_or(String::new(), |layer| layer.rid.to_string()),
            packets: slot.packets.into(),
            bytes: slot.bytes,
            loss: f32::from(slot.heard.fraction_lost) / 256.0,
            switches: slot.switches,
        }
    }
}

fn narrow(value: u64) -> u32 {
    value.min(u32::MAX.into()) as u32
}

fn track_figures(track: &Track, now: u64) -> counters::Track {
    let receptions = || track.layers.iter().map(|layer| &layer.reception);
    let clock_rate = track.codecs.first().map_or(90_000, |codec| codec.clock_rate);
    let jitter = receptions().filter(|reception| active(reception, now)).map(Reception::jitter).max().unwrap_or(0);
    let layers = track.layers.iter().enumerate().filter(|_| track.kind == Kind::Video);
    counters::Track {
        track: track.id.to_string(),
        packets: receptions().map(|reception| reception.packets).sum(),
        bytes: receptions().map(|reception| reception.bytes).sum(),
        lost: receptions().map(Reception::lost).sum(),
        jitter_us: (u64::from(jitter) * 1_000_000 / u64::from(clock_rate)) as u32,
        level: Shard::level(track, now),
        active: receptions().any(|reception| active(reception, now)),
        muted: track.muted,
        key_frames: receptions().map(|reception| reception.key_frames).sum(),
        layers: layers.map(|(at, layer)| layer_figures(layer, track.watched.told >> at & 1 == 1, now)).collect(),
    }
}

fn layer_figures(layer: &Layer, wanted: bool, now: u64) -> counters::Layer {
    counters::Layer {
        rid: layer.rid.to_string(),
        packets: layer.reception.packets,
        bytes: layer.reception.bytes,
        lost: layer.reception.lost(),
        width: layer.width.into(),
        height: layer.height.into(),
        frames: layer.reception.pictures,
        active: active(&layer.reception, now),
        wanted,
    }
}

fn active(reception: &Reception, now: u64) -> bool {
    reception.packets > 0 && now < reception.last_us + ACTIVE_US
}
