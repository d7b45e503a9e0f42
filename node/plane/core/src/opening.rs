//! How transports and their tracks come and go.

use prost::Message;

use crate::allocate::Trial;
use crate::bandwidth::estimator::Estimator;
use crate::bandwidth::pacer::Pacer;
use crate::caps::{Cap, Usage};
use crate::codec::Codec;
use crate::command::{Refusal, done, invalid, unknown};
use crate::contract::failed;
use crate::contract::from_plane::Body;
use crate::contract::{IceCredentials, Kind, OpenTransport, Send, SlotPolicy, TransportOpened};
use crate::ice::Ice;
use crate::remb::Remb;
use crate::room::Room;
use crate::shard::Shard;
use crate::slab::NONE;
use crate::slot::{MAX_SLOTS, Slot};
use crate::speakers::Voice;
use crate::srtp::ReplayWindow;
use crate::track::{Layer, MAX_LAYERS, Subscriber, Track, Watched};
use crate::transport::{Bucket, Carries, DTLS_BYTES, MAX_RETIRED, MAX_STREAMS, Repair, Stream, Totals, Transport};

/// Transports of one shard.
pub const MAX_TRANSPORTS: usize = 4000;
const MAX_ID: usize = 64;
const MAX_LABEL: usize = 1024;
const MAX_MID: usize = 16;
const MAX_SENDS: usize = 16;
const MAX_CODECS: usize = 32;

impl Shard {
    pub(crate) fn open_transport(&mut self, now: u64, open: &OpenTransport) -> Result<Option<Body>, Refusal> {
        self.check_open(open)?;
        let sends = open.sends.iter().map(|send| codecs(&send.codecs)).collect::<Result<Vec<_>, _>>()?;
        let receives = open.receives.iter().map(|receive| codecs(&receive.codecs)).collect::<Result<Vec<_>, _>>()?;
        let room = self.room(&open.room);
        let index = self.transports.next_index();
        let credentials = self.new_credentials(index);
        let ice = IceCredentials { ufrag: credentials.ufrag.clone(), password: credentials.password.clone() };
        let mut places = vec![u8::MAX; MAX_SLOTS as usize].into_boxed_slice();
        let mut slots = Vec::with_capacity(receives.len());
        for (place, (receive, codecs)) in open.receives.iter().zip(receives).enumerate() {
            places[receive.index as usize] = place as u8;
            // Below 2^15, so that a reordered first packet is not taken for a rollover (RFC 3711 3.3.1).
            let first = 1 + u64::from(self.generation.wrapping_mul(2_654_435_761) >> 18);
            slots.push(Slot::new(receive, codecs, first));
        }
        let bps = if open.max_send_bps == 0 { self.config.max_send_bps } else { open.max_send_bps };
        let numbered = slots.iter().any(|slot: &Slot| slot.extensions.transport_cc != 0);
        let estimator = numbered.then(|| Box::new(Estimator::new(self.generation.wrapping_mul(40_503) as u16, now)));
        let transport = Transport {
            id: open.transport.as_str().into(),
            room,
            opened: open.encode_to_vec(),
            ice: Ice::new(credentials, now),
            keys: None,
            dtls: Bucket::new(DTLS_BYTES, DTLS_BYTES, now),
            sends: Vec::with_capacity(open.sends.len()),
            streams: Vec::new(),
            retired: Vec::new(),
            slots,
            places,
            remb: Remb::new(bps.into(), now),
            srtcp_index: 0,
            rtt_us: 0,
            estimate_bps: 0,
            own_cap: Cap { send: open.max_send_bps.into(), receive: open.max_receive_bps.into() },
            cap: Cap::default(),
            usage: Usage::default(),
            police: None,
            totals: Totals::default(),
            repair: Repair::default(),
            work: Vec::new(),
            resend: Vec::new(),
            dirty: false,
            gso: self.config.gso,
            clock_offset_us: None,
            greeted: false,
            arrivals: None,
            owed: false,
            estimator,
            pacer: Pacer::default(),
            wake_us: u64::MAX,
            wanted_bps: 0,
            trial: Trial::default(),
            video_held: false,
        };
        if self.transports.is_empty() {
            self.next_tick_us = now;
        }
        self.transports.insert(transport);
        self.transport_names.insert(open.transport.as_str().into(), index);
        for (send, codecs) in open.sends.iter().zip(sends) {
            self.add_track(now, index, room, send, codecs);
        }
        self.join_room(index, room);
        self.share_caps(now);
        for receive in &open.receives {
            if let Some(&track) = self.track_names.get(receive.track.as_str())
                && let Some(place) = self.transports.get(index).and_then(|t| t.place(receive.index))
            {
                self.assign(index, place, track, now);
            }
        }
        let candidates = self.config.addresses();
        Ok(Some(Body::TransportOpened(TransportOpened { ice: Some(ice), candidates })))
    }

    fn check_open(&self, open: &OpenTransport) -> Result<(), Refusal> {
        let id_fits = |id: &str| !id.is_empty() && id.len() <= MAX_ID;
        if !id_fits(&open.transport) || !id_fits(&open.room) {
            return Err(invalid("ids of transport and room have 1 … 64 bytes"));
        }
        if open.label.len() > MAX_LABEL || open.sends.len() > MAX_SENDS || open.receives.len() > MAX_SLOTS as usize {
            return Err(invalid("a label has at most 1 KiB, a transport at most 16 sends and 128 receives"));
        }
        if self.transport_names.contains_key(open.transport.as_str()) {
            return Err((failed::Cause::Exists, format!("transport {} is open", open.transport)));
        }
        if self.transports.len() >= MAX_TRANSPORTS {
            return Err((failed::Cause::Full, format!("{MAX_TRANSPORTS} transports are open")));
        }
        for (at, send) in open.sends.iter().enumerate() {
            if !id_fits(&send.track) || send.mid.len() > MAX_MID || send.kind() == Kind::Unspecified {
                return Err(invalid("a send has a track id of 1 … 64 bytes, a mid of at most 16, and a kind"));
            }
            let known = |at: usize| send.rids[..at].contains(&send.rids[at]);
            let fits = |(at, rid): (usize, &String)| !rid.is_empty() && rid.len() <= MAX_MID && !known(at);
            let layered = send.rids.is_empty() || send.kind() == Kind::Video;
            if send.rids.len() > MAX_LAYERS || !layered || !send.rids.iter().enumerate().all(fits) {
                return Err(invalid(
                    "a video send has at most 4 rids, unique and of 1 … 16 bytes; other sends have none",
                ));
            }
            if self.track_names.contains_key(send.track.as_str())
                || open.sends[..at].iter().any(|other| other.track == send.track)
            {
                return Err((failed::Cause::Exists, format!("track {} is open", send.track)));
            }
        }
        let mut seen = 0u128;
        for receive in &open.receives {
            let fits = receive.index < MAX_SLOTS && receive.mid.len() <= MAX_MID;
            if !fits || receive.kind() == Kind::Unspecified || seen >> receive.index & 1 == 1 {
                return Err(invalid(
                    "receive indices are 0 … 127 and unique, mids have at most 16 bytes, kinds are set",
                ));
            }
            seen |= 1 << receive.index;
            if let Some(&track) = self.track_names.get(receive.track.as_str()) {
                let room = self.room_names.get(open.room.as_str()).copied();
                self.check_shown(track, room, receive.kind(), receive.index)?;
            }
            if open.sends.iter().any(|send| send.track == receive.track && send.kind() != receive.kind()) {
                return Err(invalid(format!("slot {} is of another kind than {}", receive.index, receive.track)));
            }
        }
        Ok(())
    }

    pub(crate) fn room(&mut self, id: &str) -> u32 {
        if let Some(&room) = self.room_names.get(id) {
            return room;
        }
        let room = self.rooms.insert(Room::new(id));
        self.room_names.insert(id.into(), room);
        room
    }

    pub(crate) fn add_track(&mut self, now: u64, owner: u32, room: u32, send: &Send, codecs: Vec<Codec>) {
        let ssrcs = send.ssrcs.iter().copied();
        let rids: Vec<&str> =
            if send.rids.is_empty() { vec![""] } else { send.rids.iter().map(|rid| &**rid).collect() };
        let steps = |at: usize| rids.len() - 1 - at;
        let layers: Vec<Layer> =
            rids.iter().enumerate().map(|(at, rid)| Layer::new(rid, send.kind(), steps(at), now)).collect();
        let track = Track {
            id: send.track.as_str().into(),
            owner,
            room,
            kind: send.kind(),
            source: send.source(),
            mid: send.mid.as_str().into(),
            muted: send.muted,
            codecs,
            extensions: send.extensions.unwrap_or_default(),
            subscribers: Vec::new(),
            // Senders begin with all of them.
            watched: Watched { told: (1 << layers.len()) - 1, told_us: now, ..Watched::default() },
            layers,
            voice: Voice::new(),
            clock_offset_us: 0,
            dirty: false,
            asking: false,
            mirror: None,
            remotes: Vec::new(),
            taps: Vec::new(),
        };
        let is_voice = track.is_voice();
        let index = self.tracks.insert(track);
        self.track_names.insert(send.track.as_str().into(), index);
        if is_voice && let Some(room) = self.rooms.get_mut(room) {
            room.voices.push(index);
        }
        let Some(transport) = self.transports.get_mut(owner) else { return };
        transport.sends.push(index);
        // FID groups pair the first SSRC with its RTX; both may also be learned later.
        // Of several layers, only RIDs tell which is which, unless there is one SSRC for each.
        let told = send.rids.is_empty() || send.rids.len() == send.ssrcs.len();
        for (at, ssrc) in ssrcs.enumerate().filter(|&(_, ssrc)| told && ssrc != 0 && ssrc != send.rtx_ssrc) {
            transport.add_stream(ssrc, Carries::Media, index, if send.rids.is_empty() { 0 } else { at as u8 });
        }
        if send.rtx_ssrc != 0 && send.rids.is_empty() {
            transport.add_stream(send.rtx_ssrc, Carries::Rtx, index, 0);
        }
    }

    fn join_room(&mut self, transport: u32, room: u32) {
        let Some(slots) = self.transports.get(transport).map(|t| &t.slots) else { return };
        let places = slots.iter().filter(|slot| slot.policy == SlotPolicy::Loudest).count();
        if let Some(room) = self.rooms.get_mut(room) {
            room.transports.push(transport);
            room.make_places(places);
        }
        self.touch_room(room);
    }

    /// The LOUDEST slots of `room` are to be filled again at the next flush.
    pub(crate) fn touch_room(&mut self, room: u32) {
        if let Some(found) = self.rooms.get_mut(room).filter(|room| !room.stale) {
            found.stale = true;
            self.stale_rooms.push(room);
        }
    }

    // ------------------------------------------------------------ closing

    pub(crate) fn close_one(&mut self, id: &str) -> Result<Option<Body>, Refusal> {
        let index = self.transport_index(id)?;
        self.close_transport(index);
        done()
    }

    pub(crate) fn close_room(&mut self, id: &str) -> Result<Option<Body>, Refusal> {
        let &room = self.room_names.get(id).ok_or_else(|| unknown("room", id))?;
        let transports = self.rooms.get(room).map(|room| room.transports.clone()).unwrap_or_default();
        for transport in transports {
            self.close_transport(transport);
        }
        done()
    }

    fn close_transport(&mut self, index: u32) {
        let Some(mut transport) = self.transports.remove(index) else { return };
        self.transport_names.remove(&transport.id);
        for path in transport.ice.paths() {
            self.forget(index, path);
        }
        self.dirty_transports.retain(|&dirty| dirty != index);
        for (place, slot) in transport.slots.iter().enumerate() {
            let subscriber = Subscriber { transport: index, slot: place as u16 };
            for track in [slot.wanted, slot.current] {
                if let Some(track) = self.tracks.get_mut(track) {
                    track.unsubscribe(subscriber);
                }
            }
        }
        for track in transport.sends.drain(..) {
            self.close_track(track);
        }
        if let Some(room) = self.rooms.get_mut(transport.room) {
            room.transports.retain(|&member| member != index);
            if room.transports.is_empty() {
                return self.tidy_room(transport.room);
            }
        }
        self.touch_room(transport.room);
    }

    pub(crate) fn close_track(&mut self, index: u32) {
        let Some(track) = self.tracks.remove(index) else { return };
        self.end_taps(&track.taps);
        self.track_names.remove(&track.id);
        self.dirty_tracks.retain(|&dirty| dirty != index);
        self.asking_tracks.retain(|&asking| asking != index);
        if let Some(room) = self.rooms.get_mut(track.room) {
            room.voices.retain(|&voice| voice != index);
            room.speakers.forget(index);
            room.told.retain(|&(told, _)| told != index);
        }
        // Its index will be another's.
        for receiver in 0..self.transports.end() {
            if let Some(transport) = self.transports.get_mut(receiver).filter(|t| !t.pacer.is_empty()) {
                transport.pacer.retain(|job| job.track != index);
            }
        }
        for subscriber in track.subscribers {
            let place = usize::from(subscriber.slot);
            let Some(transport) = self.transports.get_mut(subscriber.transport) else { continue };
            let Some(slot) = transport.slots.get_mut(place) else { continue };
            if slot.wanted == index {
                self.assign(subscriber.transport, place, NONE, 0);
            } else if slot.current == index {
                slot.current = NONE; // what it waits for comes next
                self.announce_empty(subscriber.transport, place);
            }
        }
    }
}

pub(crate) fn codecs(list: &[crate::contract::Codec]) -> Result<Vec<Codec>, Refusal> {
    if list.len() > MAX_CODECS {
        return Err(invalid("an m-line has at most 32 codecs"));
    }
    list.iter().map(Codec::new).collect::<Option<_>>().ok_or_else(|| invalid("payload types are 0 … 127"))
}

impl Transport {
    /// Gives `ssrc` a meaning, or another one. `false`: there are too many.
    pub(crate) fn add_stream(&mut self, ssrc: u32, carries: Carries, track: u32, layer: u8) -> bool {
        match self.streams.iter().position(|stream| stream.ssrc == ssrc) {
            Some(at) => {
                let stream = &mut self.streams[at];
                (stream.carries, stream.track, stream.layer) = (carries, track, layer);
            }
            None if self.streams.len() < MAX_STREAMS => {
                self.streams.push(Stream { ssrc, carries, track, layer, window: ReplayWindow::new() });
            }
            None => return false,
        }
        true
    }

    /// The sender of a layer starts over: beside its `current` SSRC and the one that comes now there is room for no other.
    /// `false`: that was too often.
    pub(crate) fn retire(&mut self, carries: Carries, track: u32, layer: u8, current: u32) -> bool {
        let Transport { streams, retired, .. } = self;
        if retired.len() >= MAX_RETIRED {
            return false;
        }
        streams.retain(|stream| {
            let same = (stream.carries, stream.track, stream.layer) == (carries, track, layer);
            let old = same && stream.ssrc != current && stream.window.highest().is_some();
            if old {
                retired.push(stream.ssrc);
            }
            !old
        });
        true
    }
}
