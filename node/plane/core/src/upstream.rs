//! From a sealed datagram to a stored packet of a track.

use crate::address::Origin;
use crate::cache::{Meta, Refused};
use crate::codec::{self, Format};
use crate::congestion;
use crate::contract::Kind;
use crate::drops::Cause;
use crate::ext::AudioLevel;
use crate::nack::Arrival;
use crate::recording::Taken;
use crate::rtp::{self, Header};
use crate::shard::{Shard, Totals};
use crate::speakers::SILENCE;
use crate::srtp::{self, ReplayWindow};
use crate::track::{Layer, Track};
use crate::transport::{Carries, Transport};
use crate::vp9;

/// The longest payload that is forwarded: more would not fit into an Ethernet frame anyway.
const MAX_PAYLOAD: usize = 1500;
/// The longest extension block that is looked through, in bytes: what browsers send takes less than half of it.
const MAX_EXTENSIONS: u16 = 256;
/// A stream that sends nothing for so long is over, µs.
const SILENT_US: u64 = 1_000_000;

/// A plain packet on its way into a track.
pub struct Incoming<'a> {
    pub header: Header,
    /// Extended sequence number.
    pub sequence: u64,
    pub payload_type: u8,
    pub payload: &'a [u8],
    pub audio_level: Option<AudioLevel>,
    pub dependency: &'a [u8],
    pub repaired: bool,
}

impl Shard {
    /// RTP or RTCP; only from an address that an authenticated check came from (H6).
    pub(crate) fn handle_srtp(&mut self, now: u64, origin: Origin, bytes: &mut [u8]) {
        let Some(&index) = self.addresses.get(&origin) else { return self.drops.add(Cause::RtpUnknownAddress) };
        if rtp::is_rtcp(bytes) {
            return self.handle_srtcp(now, index, bytes);
        }
        if let Err(cause) = self.handle_rtp(now, index, bytes) {
            self.drops.add(cause);
        }
    }

    /// Look up, check for replay, open in place, and only then believe anything (H5, H7, H9).
    fn handle_rtp(&mut self, now: u64, index: u32, bytes: &mut [u8]) -> Result<(), Cause> {
        let transport = self.transports.get_mut(index).ok_or(Cause::RtpUnknownAddress)?;
        let header = Header::parse(bytes).map_err(|_| Cause::RtpMalformed)?;
        if header.extension_len > MAX_EXTENSIONS {
            return Err(Cause::RtpMalformed);
        }
        let known = transport.streams.iter().rposition(|stream| stream.ssrc == header.ssrc);
        let Some(keys) = &transport.keys else { return Err(Cause::RtpBeforeKeys) };
        let (at, len) = match known {
            Some(at) => {
                let window = &mut transport.streams[at].window;
                let sequence = window.estimate(header.sequence);
                if !window.check(sequence) {
                    return Err(Cause::SrtpReplay);
                }
                let len = keys.opener.open_rtp(bytes, header.header_len, sequence).map_err(open_error)?;
                window.commit(sequence);
                (at, len)
            }
            None => {
                if transport.retired.contains(&header.ssrc) {
                    return Err(Cause::SrtpReplay);
                }
                // What it may be is read from the clear header, but learned only once the packet is authentic.
                let (carries, track, layer) = identify(transport, &self.tracks, &header, bytes)?;
                let mut window = ReplayWindow::new();
                let sequence = window.estimate(header.sequence);
                let len = keys.opener.open_rtp(bytes, header.header_len, sequence).map_err(open_error)?;
                window.commit(sequence);
                let current = self.tracks.get(track).and_then(|track| track.layers.get(usize::from(layer)));
                let current =
                    current.map_or(0, |layer| if carries == Carries::Rtx { layer.rtx_ssrc } else { layer.ssrc });
                if !transport.retire(carries, track, layer, current)
                    || !transport.add_stream(header.ssrc, carries, track, layer)
                {
                    return Err(Cause::RtpUnknownSsrc);
                }
                let at = transport.streams.len() - 1;
                transport.streams[at].window = window;
                (at, len)
            }
        };
        transport.totals.received_bytes += len as u64;
        let stream = &transport.streams[at];
        let sequence = stream.window.estimate(header.sequence);
        let (carries, index, layer) = (stream.carries, stream.track, stream.layer);
        let plain = &bytes[..len];
        let track = self.tracks.get_mut(index).ok_or(Cause::RtpUnknownSsrc)?;
        let payload = header.payload(plain).map_err(|_| Cause::RtpMalformed)?;
        let extensions = header.extensions(plain);
        let find = |id: u32| u8::try_from(id).ok().and_then(|id| extensions.value(id));
        if let Some(police) = &mut transport.police
            && !police.admit(len, track.kind == Kind::Audio, now)
        {
            // Not told of as arrived either: its sender takes it for lost, and sends less.
            self.totals.policed_packets += 1;
            return Err(Cause::Policed);
        }
        if let Some(number) = find(track.extensions.transport_cc)
            && congestion::note_arrival(transport, number, header.ssrc, self.arrived_us, len)
        {
            self.owed.push(track.owner);
        }
        let mut incoming = Incoming {
            header,
            sequence,
            payload_type: header.payload_type,
            payload,
            audio_level: find(track.extensions.audio_level).and_then(AudioLevel::parse),
            dependency: find(track.extensions.dependency_descriptor).unwrap_or(&[]),
            repaired: false,
        };
        match carries {
            Carries::Media => note_ssrc(&mut track.layers[usize::from(layer)], header.ssrc, known.is_some(), now)?,
            Carries::Rtx => unwrap_rtx(track, layer, &mut incoming, now)?,
        }
        let skipped = accept(track, layer, &incoming, now, &mut self.totals)?;
        if !track.taps.is_empty() {
            let Incoming { sequence, repaired, .. } = incoming;
            self.recorder.packet(track, Taken { layer, sequence, repaired, now }, &mut self.events);
        }
        let extra = if carries == Carries::Media { skipped } else { 0 };
        transport.remb.received(len, extra);
        let layer = &track.layers[usize::from(layer)];
        if !track.dirty && !layer.pending.is_empty() {
            track.dirty = true;
            self.dirty_tracks.push(index);
        }
        if !track.asking && layer.wants() {
            track.asking = true;
            self.asking_tracks.push(index);
        }
        if !std::mem::replace(&mut transport.greeted, true) {
            let owner = track.owner;
            self.report(owner, now);
        }
        Ok(())
    }
}

fn open_error(error: srtp::Error) -> Cause {
    match error {
        srtp::Error::Replay => Cause::SrtpReplay,
        srtp::Error::Short => Cause::RtpMalformed,
        _ => Cause::SrtpAuth,
    }
}

/// What a new SSRC may be: by MID (RFC 9143), else by a payload type that only one m-line has; and which of its layers,
/// by RID or, of RTX, repaired RID (RFC 8852). Senders leave both out once they have had a report on the SSRC: what is
/// learned here is kept until the sender has started over twice.
fn identify(
    transport: &Transport,
    tracks: &crate::slab::Slab<Track>,
    header: &Header,
    packet: &[u8],
) -> Result<(Carries, u32, u8), Cause> {
    let extensions = header.extensions(packet);
    let value = |id: u32| u8::try_from(id).ok().and_then(|id| extensions.value(id));
    // All m-lines of a bundle say the same id for MID (RFC 8843 9): so the block is looked through once for it.
    let mut mid = (0, None);
    let mut found = None;
    let mut matches = 0;
    for &index in &transport.sends {
        let Some(track) = tracks.get(index) else { continue };
        let carries = match track.codecs.iter().find_map(|codec| {
            let payload_type = header.payload_type;
            let rtx = codec.rtx_payload_type != 0 && codec.rtx_payload_type == payload_type;
            (codec.payload_type == payload_type || rtx).then_some(rtx)
        }) {
            Some(true) => Carries::Rtx,
            Some(false) => Carries::Media,
            None => continue,
        };
        if mid.0 != track.extensions.mid {
            mid = (track.extensions.mid, value(track.extensions.mid));
        }
        found = Some((carries, index, track));
        if mid.1.is_some_and(|mid| mid == track.mid.as_bytes()) {
            matches = 1;
            break;
        }
        matches += 1;
    }
    let (carries, index, track) = match (found, matches) {
        (Some(found), 1) => found,
        (None, _) => return Err(Cause::RtpUnknownPayloadType),
        _ => return Err(Cause::RtpUnknownSsrc),
    };
    if !track.simulcast() {
        return Ok((carries, index, 0));
    }
    let repaired = value(track.extensions.repaired_rid).filter(|_| carries == Carries::Rtx);
    let rid = repaired.or_else(|| value(track.extensions.rid)).ok_or(Cause::RtpUnknownSsrc)?;
    let layer = track.layers.iter().position(|layer| layer.rid.as_bytes() == rid).ok_or(Cause::RtpUnknownSsrc)?;
    Ok((carries, index, layer as u8))
}

/// The layer's media SSRC: the first seen, or another when the sender starts over. One that it has left does not take it
/// back while another is sent on: a packet that was late, or two that are sent at once, are no restart.
fn note_ssrc(layer: &mut Layer, ssrc: u32, known: bool, now: u64) -> Result<(), Cause> {
    if layer.ssrc == ssrc {
        return Ok(());
    }
    if layer.ssrc == 0 {
        layer.ssrc = ssrc;
    } else {
        let left = known && now < layer.reception.last_us + SILENT_US;
        if left || !layer.restarts.take(1, now) {
            return Err(Cause::RtpRestarts);
        }
        layer.restart(ssrc, now);
    }
    Ok(())
}

/// RFC 4588 4: the original sequence number comes first, then the original payload.
fn unwrap_rtx(track: &mut Track, layer: u8, incoming: &mut Incoming<'_>, now: u64) -> Result<(), Cause> {
    let Some((original, payload)) = incoming.payload.split_first_chunk::<2>() else { return Err(Cause::RtxEmpty) };
    if payload.is_empty() {
        return Err(Cause::RtxEmpty);
    }
    let codec = track.codecs.iter().find(|codec| codec.rtx_payload_type == incoming.payload_type);
    incoming.payload_type = codec.ok_or(Cause::RtpUnknownPayloadType)?.payload_type;
    let layer = &mut track.layers[usize::from(layer)];
    if incoming.header.ssrc == layer.former.1 && now < layer.former.0 + SILENT_US {
        return Err(Cause::TooOld);
    }
    layer.rtx_ssrc = incoming.header.ssrc;
    let highest = layer.reception.highest().ok_or(Cause::RtxEmpty)?;
    let distance = u16::from_be_bytes(*original).wrapping_sub(highest as u16) as i16;
    incoming.sequence = highest.checked_add_signed(distance.into()).ok_or(Cause::TooOld)?;
    if incoming.sequence > highest {
        return Err(Cause::TooOld); // a retransmission of what was never sent: a probe with old contents
    }
    incoming.payload = payload;
    incoming.repaired = true;
    Ok(())
}

/// Stores the packet and lists it for the next flush. Returns how many packets are missing before it.
pub fn accept(track: &mut Track, at: u8, incoming: &Incoming<'_>, now: u64, totals: &mut Totals) -> Result<u64, Cause> {
    if incoming.payload.len() > MAX_PAYLOAD {
        return Err(Cause::TooLong);
    }
    let Some(codec) = track.codec(incoming.payload_type) else { return Err(Cause::RtpUnknownPayloadType) };
    let (format, clock_rate) = (codec.format, codec.clock_rate);
    let header = &incoming.header;
    let layer = &mut track.layers[usize::from(at)];
    if incoming.repaired && layer.ring.as_ref().is_some_and(|ring| ring.contains(incoming.sequence)) {
        return Err(Cause::Duplicate);
    }
    let skipped = layer.reception.received(incoming.sequence, incoming.payload.len(), now);
    if !incoming.repaired {
        layer.reception.transit(header.timestamp, clock_rate, now);
    }
    if track.kind == Kind::Video {
        layer.rate.received(incoming.payload.len(), now);
        if !incoming.payload.is_empty() && layer.reception.new_picture(header.timestamp) {
            track.picture(at);
        }
    }
    if track.muted {
        return Err(Cause::Muted);
    }
    if track.kind == Kind::Audio {
        // Without the extension a microphone counts as moderately loud while it sends, so that it is heard at all.
        let level = incoming.audio_level.map_or(40, |level| level.level);
        track.voice.heard(level, now);
    }
    let key_frame = track.kind == Kind::Video
        && !incoming.payload.is_empty()
        && format != Format::Other
        && codec::starts_key_frame(format, incoming.payload);
    let meta = Meta {
        sequence: incoming.sequence,
        timestamp: header.timestamp,
        arrived: now,
        marker: header.marker,
        payload_type: incoming.payload_type,
        key_frame,
        padded: header.padding,
        audio_level: incoming.audio_level.map_or(SILENCE, AudioLevel::to_byte),
    };
    let layer = &mut track.layers[usize::from(at)];
    match layer.ring().insert(meta, incoming.dependency, incoming.payload) {
        Ok(()) => {}
        Err(Refused::Duplicate) => return Err(Cause::Duplicate),
        Err(Refused::TooOld) => return Err(Cause::TooOld),
        Err(Refused::TooLong) => return Err(Cause::TooLong),
    }
    if key_frame {
        layer.reception.key_frames += 1;
        totals.key_frames += 1;
        layer.key_requests.answered();
        if let Some((width, height)) = codec::dimensions(format, incoming.payload) {
            (layer.width, layer.height) = (width, height);
        }
    }
    if let Some(loss) = &mut layer.loss {
        match loss.received(incoming.sequence, now) {
            Arrival::Recovered { asked } if asked && incoming.repaired => totals.recovered_packets += 1,
            Arrival::Jump => layer.key_requests.want(),
            _ => {}
        }
    }
    if !incoming.repaired && track.kind == Kind::Video {
        let vp9 = (format == Format::Vp9).then(|| vp9::Descriptor::parse(incoming.payload).ok()).flatten();
        layer.note_spatial(incoming.dependency, vp9, incoming.payload.len(), now);
    }
    layer.pending.push(incoming.sequence);
    Ok(skipped)
}
