//! Recordings: tracks tapped as their rings take them, after repair, on their way to the writer.
//!
//! A tap is a watcher of the highest layer that flows. It begins with a key frame, changes layers at key frames, and asks for one
//! wherever what it writes could not be decoded without.

use prost::Message;

use crate::cache::{Meta, Stored};
use crate::codec::Format;
use crate::command::{Refusal, done, invalid, unknown};
use crate::contract::from_plane::Body;
use crate::contract::record_tracks::Change;
use crate::contract::recording_closed::Cause as Closed;
use crate::contract::recording_failed::Cause as Failing;
use crate::contract::{Kind, OpenTransport, RecordTracks, RecordingFailed, RecordingResumed, SpoolHeader, failed};
use crate::red;
use crate::shard::Shard;
use crate::slab::Slab;
use crate::spool;
use crate::track::{Layer, MAX_LAYERS, Track};

/// Bytes that wait in the shard while the ring to the writer is full; packets beyond are dropped.
const WAITING: usize = 256 << 10;
/// Streams of one track at once.
const STREAMS: usize = 4;
/// No layer.
const NO: u8 = u8::MAX;

/// One track on its way into one stream of a recording.
struct Tap {
    /// Names it in the ring: never used again.
    tag: u32,
    recording: Box<str>,
    stream: u32,
    track: u32,
    since_us: u64,
    /// What is written now, and under which SSRC; NO: nothing before a key frame.
    layer: u8,
    ssrc: u32,
    /// What is to be written from its next key frame on; NO: whatever comes.
    target: u8,
    /// The number that it began with under that SSRC: what is older is of before.
    first: u64,
    /// Packets that found no room since it was last told.
    dropped: u32,
    /// Packets of its layer that were given up when a key frame was last asked for.
    given_up: u64,
}

/// All taps of a shard.
#[derive(Default)]
pub struct Recorder {
    /// There is a spool.
    open: bool,
    taps: Slab<Tap>,
    tags: u32,
    /// Records that wait for the ring.
    out: Vec<u8>,
}

impl Shard {
    // ------------------------------------------------------------ for the driver

    /// From now on tracks may be recorded: somebody takes what [`Shard::recorded`] has.
    pub fn open_spool(&mut self) {
        self.recorder.open = true;
        self.recorder.out.reserve(WAITING + (16 << 10));
    }

    /// What waits for the writer: whole records ([`spool::Tagged`]). The driver takes from the front what it can move.
    pub fn recorded(&mut self) -> &mut Vec<u8> {
        &mut self.recorder.out
    }

    /// The plane stops: all streams end.
    pub fn end_recordings(&mut self, now: u64) {
        for at in 0..self.recorder.taps.end() {
            self.end_tap(at, Closed::Plane, now);
        }
    }

    // ------------------------------------------------------------ commands

    /// All or nothing: an unknown track changes none.
    pub(crate) fn record_tracks(&mut self, now: u64, record: &RecordTracks) -> Result<Option<Body>, Refusal> {
        if !self.recorder.open {
            return Err(invalid("this plane has no spool"));
        }
        let mut changes = Vec::with_capacity(record.changes.len());
        for change in &record.changes {
            if !is_recording(&change.recording) {
                return Err(invalid("a recording has 32 lower-case hexadecimal digits"));
            }
            let known = self.recorder.find(&change.recording, change.stream);
            if !change.on {
                changes.extend(known.map(|tap| (change, tap)));
                continue;
            }
            let &track = self.track_names.get(change.track.as_str()).ok_or_else(|| unknown("track", &change.track))?;
            match known.and_then(|tap| self.recorder.taps.get(tap)) {
                Some(tap) if tap.track == track => {}
                Some(_) => {
                    return Err((failed::Cause::Exists, format!("stream {} records another track", change.stream)));
                }
                None => changes.push((change, track)),
            }
            let streams = self.tracks.get(track).map_or(0, |track| track.taps.len());
            if self.tracks.get(track).is_some_and(|track| track.mirror.is_some()) || streams >= STREAMS {
                return Err((failed::Cause::Full, format!("track {} has {streams} streams here", change.track)));
            }
        }
        for (change, index) in changes {
            match change.on {
                true => self.begin_tap(change, index, now),
                false => self.end_tap(index, Closed::Stopped, now),
            }
        }
        done()
    }

    fn begin_tap(&mut self, change: &Change, index: u32, now: u64) {
        let Some(track) = self.tracks.get_mut(index) else { return };
        let opened = self.transports.get(track.owner).map_or(&[][..], |owner| &owner.opened);
        let sends = OpenTransport::decode(opened).unwrap_or_default().sends;
        let send = sends.into_iter().find(|send| send.track == change.track).unwrap_or_default();
        let header = SpoolHeader {
            recording: change.recording.clone(),
            stream: change.stream,
            kind: track.kind.into(),
            source: track.source.into(),
            codecs: send.codecs,
            rids: send.rids,
            ..SpoolHeader::default()
        };
        let recorder = &mut self.recorder;
        recorder.tags += 1;
        let tag = recorder.tags;
        // What begins and ends streams always finds room.
        spool::begin(&mut recorder.out, tag, &change.track, &header.encode_to_vec(), now);
        if track.muted {
            spool::mark(&mut recorder.out, tag, spool::MUTED, now);
        }
        let audio = track.kind == Kind::Audio;
        let tap = Tap {
            tag,
            recording: change.recording.as_str().into(),
            stream: change.stream,
            track: index,
            since_us: now,
            layer: NO,
            ssrc: 0,
            target: if audio { NO } else { highest(track) },
            first: 0,
            dropped: 0,
            given_up: 0,
        };
        let target = tap.target;
        track.taps.push(recorder.taps.insert(tap));
        if target != NO {
            self.request_key_frame(index, target, now);
        }
    }

    fn end_tap(&mut self, at: u32, cause: Closed, now: u64) {
        let Some(mut tap) = self.recorder.taps.remove(at) else { return };
        if let Some(track) = self.tracks.get_mut(tap.track) {
            track.taps.retain(|&other| other != at);
        }
        tap.tell_gap(&mut self.recorder.out, now);
        spool::end(&mut self.recorder.out, tap.tag, cause as u8, now);
    }

    /// The track `index` is no more.
    pub(crate) fn end_taps(&mut self, taps: &[u32]) {
        for &at in taps {
            self.end_tap(at, Closed::Track, 0);
        }
    }

    /// The streams that run.
    pub(crate) fn recordings(&self) -> Vec<Change> {
        let name = |tap: &Tap| self.tracks.get(tap.track).map_or(String::new(), |track| track.id.to_string());
        let said =
            |tap: &Tap| Change { recording: tap.recording.to_string(), stream: tap.stream, track: name(tap), on: true };
        self.recorder.taps.iter().map(|(_, tap)| said(tap)).collect()
    }

    // ------------------------------------------------------------ what a tap watches

    /// A bit for each layer of `track` that its taps watch.
    pub(crate) fn tapped_layers(&self, track: &Track) -> u8 {
        let taps = track.taps.iter().filter_map(|&tap| self.recorder.taps.get(tap));
        // The highest that there may be, whether it flows or not; and what is written until it does.
        taps.fold(0, |all, tap| all | 1 << (track.layers.len() - 1) | 1u8.checked_shl(tap.layer.into()).unwrap_or(0))
    }

    /// Chooses layers anew, ten times a second, and asks for the key frames that are needed.
    pub(crate) fn tend_taps(&mut self, now: u64, turn: u32, turns: u32) {
        for at in (turn..self.recorder.taps.end()).step_by(turns as usize) {
            let Some(tap) = self.recorder.taps.get_mut(at) else { continue };
            let Some(track) = self.tracks.get(tap.track).filter(|track| track.kind == Kind::Video && !track.muted)
            else {
                continue;
            };
            tap.target = highest(track);
            let given_up = track.layers.get(usize::from(tap.layer)).map_or(0, Layer::given_up);
            let lost = std::mem::replace(&mut tap.given_up, given_up) < given_up;
            let (index, wanted) = match tap.target {
                NO => continue,
                target if target != tap.layer => (tap.track, target),
                layer if lost => (tap.track, layer),
                _ => continue,
            };
            self.request_key_frame(index, wanted, now);
        }
    }
}

/// The highest layer of `track` that flows; NO: none does.
fn highest(track: &Track) -> u8 {
    (0..track.layers.len().min(MAX_LAYERS) as u8).rev().find(|&layer| track.active(layer)).unwrap_or(NO)
}

/// Whether `name` may be a directory: it is one that nobody chose for what it says (H23).
fn is_recording(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

impl Tap {
    fn tell_gap(&mut self, out: &mut Vec<u8>, now: u64) {
        if self.dropped > 0 {
            spool::gap(out, self.tag, Failing::Lagging as u8, std::mem::take(&mut self.dropped), now);
        }
    }
}

/// A packet that a ring has just taken, for its taps.
#[derive(Clone, Copy)]
pub struct Taken {
    pub layer: u8,
    pub sequence: u64,
    pub repaired: bool,
    pub now: u64,
}

impl Recorder {
    fn find(&self, recording: &str, stream: u32) -> Option<u32> {
        let same = |tap: &Tap| tap.stream == stream && *tap.recording == *recording;
        self.taps.iter().find(|(_, tap)| same(tap)).map(|(at, _)| at)
    }

    /// Writes a packet of `track` for each of its taps. What it brings about is told in `events`.
    pub fn packet(&mut self, track: &Track, taken: Taken, events: &mut impl Extend<Body>) {
        let layer = &track.layers[usize::from(taken.layer)];
        let Some(ring) = &layer.ring else { return };
        let Some(stored) = ring.get(taken.sequence) else { return };
        let meta;
        let stored = if track.format(stored.meta.payload_type) == Format::Red {
            // What it repeats may be of before a mark; what was lost of it is repaired already.
            let Some((payload_type, payload)) = red::primary(stored.payload) else { return };
            meta = Meta { payload_type, ..*stored.meta };
            Stored { meta: &meta, payload, ..stored }
        } else {
            stored
        };
        for &at in &track.taps {
            let Some(tap) = self.taps.get_mut(at) else { continue };
            let same = tap.layer == taken.layer && tap.ssrc == layer.ssrc;
            let mut begins = false;
            if track.kind == Kind::Audio {
                begins = !same;
            } else if !same {
                let aimed = tap.target == taken.layer || tap.target == NO || tap.layer == taken.layer;
                begins = aimed && (stored.meta.key_frame || track.format(stored.meta.payload_type) == Format::Other);
                if !begins {
                    tap.dropped += u32::from(tap.dropped > 0 && aimed); // it cannot be shown without what was dropped
                    continue;
                }
            } else if taken.sequence < tap.first {
                continue;
            }
            let len = spool::packet_len(&stored);
            // Once full, not before half of it is free again: else every second packet would be a gap.
            let room = if tap.dropped > 0 { WAITING / 2 } else { WAITING };
            if self.out.len() + len > room {
                tap.drop_packet(events);
                continue;
            }
            if tap.dropped > 0 {
                events.extend([tap.resumed()]);
                tap.tell_gap(&mut self.out, taken.now);
            }
            if begins {
                (tap.layer, tap.ssrc, tap.first) = (taken.layer, layer.ssrc, taken.sequence);
                tap.given_up = layer.given_up();
                if let Some(report) = &layer.report {
                    spool::report(&mut self.out, tap.tag, tap.layer, tap.ssrc, &report.info, report.arrived_us);
                }
            }
            spool::packet(&mut self.out, tap.tag, taken.layer, layer.ssrc, taken.repaired, &stored);
            if begins && track.kind == Kind::Video {
                // Its first packet may have come late, by repair: what follows it is here already.
                let newest = ring.newest().unwrap_or(taken.sequence);
                let since = tap.since_us;
                let later = (taken.sequence + 1..=newest).filter_map(|number| ring.get(number));
                for stored in later.filter(|stored| stored.meta.arrived >= since) {
                    if self.out.len() + spool::packet_len(&stored) > WAITING {
                        tap.drop_packet(events);
                        break;
                    }
                    spool::packet(&mut self.out, tap.tag, taken.layer, layer.ssrc, false, &stored);
                }
            }
        }
    }

    /// The clocks of the sender of `track`: for lip sync.
    pub fn report(&mut self, track: &Track, layer: u8) {
        let Some(found) = track.layers.get(usize::from(layer)).filter(|_| !track.muted) else { return };
        let Some(report) = &found.report else { return };
        for &at in &track.taps {
            if let Some(tap) = self.taps.get(at).filter(|tap| tap.layer == layer && self.out.len() < WAITING) {
                spool::report(&mut self.out, tap.tag, layer, found.ssrc, &report.info, report.arrived_us);
            }
        }
    }

    /// `track` is muted, or heard again.
    pub fn mark(&mut self, track: &Track, now: u64) {
        for &at in &track.taps {
            let Some(tap) = self.taps.get_mut(at) else { continue };
            tap.layer = NO;
            spool::mark(&mut self.out, tap.tag, if track.muted { spool::MUTED } else { spool::HEARD }, now);
        }
    }
}

impl Tap {
    fn drop_packet(&mut self, events: &mut impl Extend<Body>) {
        // A picture without this packet is none: the next is a key frame.
        self.layer = NO;
        if self.dropped == 0 {
            let (recording, stream, cause) = (self.recording.to_string(), self.stream, Failing::Lagging.into());
            let detail = "the disk does not keep up".to_owned();
            events.extend([Body::RecordingFailed(RecordingFailed { recording, stream, cause, detail })]);
        }
        self.dropped = self.dropped.saturating_add(1);
    }

    fn resumed(&self) -> Body {
        let (recording, stream) = (self.recording.to_string(), self.stream);
        Body::RecordingResumed(RecordingResumed { recording, stream, dropped_packets: self.dropped.into() })
    }
}
