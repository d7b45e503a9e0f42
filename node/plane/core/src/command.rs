//! What the control process asks for, one handler a command.

use std::net::SocketAddr;

use prost::Message;

use crate::codec::Codec;
use crate::contract::failed;
use crate::contract::from_plane::Body;
use crate::contract::to_plane::Command;
use crate::contract::{
    Address, AssignSlots, Done, Failed, IceCredentials, Kind, LimitRates, MuteTracks, OpenTransport, Protocol, Send,
    SendDtls, SetKeys, SizeSlots, SlotPolicy, SlotSwitched, SrtpProfile, TransportOpened, limit_rates,
};
use crate::ice::{Credentials, Ice};
use crate::mac::Name;
use crate::remb::Remb;
use crate::room::Room;
use crate::shard::Shard;
use crate::slab::NONE;
use crate::slot::{MAX_SLOTS, Slot};
use crate::speakers::Voice;
use crate::srtp::{Opener, Profile, ReplayWindow, Sealer};
use crate::track::{Layer, RESTARTS, Subscriber, Track};
use crate::transport::{
    Bucket, Carries, DTLS_BYTES, DTLS_BYTES_KEYED, Keys, MAX_STREAMS, Repair, Stream, Totals, Transport,
};

/// Transports of one shard.
pub const MAX_TRANSPORTS: usize = 2000;
const MAX_ID: usize = 64;
const MAX_LABEL: usize = 1024;
const MAX_MID: usize = 16;
const MAX_SENDS: usize = 16;
const MAX_CODECS: usize = 32;

type Refusal = (failed::Cause, String);

fn invalid(detail: impl Into<String>) -> Refusal {
    (failed::Cause::Invalid, detail.into())
}

fn unknown(what: &str, id: &str) -> Refusal {
    (failed::Cause::Unknown, format!("no {what} {id}"))
}

fn done() -> Result<Option<Body>, Refusal> {
    Ok(Some(Body::Done(Done {})))
}

impl Shard {
    /// Carries out one command. `None`: nothing is to be answered. Attach and Shutdown are the driver's.
    pub fn handle_command(&mut self, now: u64, command: Command) -> Option<Body> {
        let outcome = match command {
            Command::OpenTransport(open) => self.open_transport(now, &open),
            Command::SetKeys(keys) => self.set_keys(now, &keys),
            Command::SendDtls(dtls) => self.send_dtls(&dtls),
            Command::RestartIce(restart) => self.restart_ice(&restart.transport),
            Command::CloseTransport(close) => self.close_one(&close.transport),
            Command::CloseRoom(close) => self.close_room(&close.room),
            Command::MuteTracks(mute) => self.mute_tracks(now, &mute),
            Command::AssignSlots(assign) => self.assign_slots(now, &assign),
            Command::RequestKeyFrame(request) => match self.track_names.get(request.track.as_str()) {
                Some(&track) => {
                    self.request_key_frame(track, now);
                    done()
                }
                None => Err(unknown("track", &request.track)),
            },
            Command::LimitRates(limit) => self.limit_rates(&limit),
            Command::SizeSlots(size) => self.size_slots(&size),
            Command::GetSnapshot(_) => Ok(Some(Body::Snapshot(self.snapshot(now).assemble()))),
            Command::Attach(_) | Command::Shutdown(_) => Err(invalid("not a command of a shard")),
        };
        outcome.unwrap_or_else(|(cause, detail)| Some(Body::Failed(Failed { cause: cause as i32, detail })))
    }

    fn transport_index(&self, id: &str) -> Result<u32, Refusal> {
        self.transport_names.get(id).copied().ok_or_else(|| unknown("transport", id))
    }

    fn new_credentials(&mut self, slot: u32) -> Credentials {
        self.generation = (self.generation + 1) & 0xFF_FFFF;
        let name = Name { shard: self.config.shard, slot, generation: self.generation };
        Credentials::new(&self.naming, name)
    }

    // ------------------------------------------------------------ opening

    fn open_transport(&mut self, now: u64, open: &OpenTransport) -> Result<Option<Body>, Refusal> {
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
        let transport = Transport {
            id: open.transport.as_str().into(),
            room,
            opened: open.encode_to_vec(),
            ice: Ice::new(credentials, now),
            keys: None,
            dtls: Bucket::new(DTLS_BYTES, DTLS_BYTES, now),
            sends: Vec::with_capacity(open.sends.len()),
            streams: Vec::new(),
            slots,
            places,
            remb: Remb::new(bps.into(), now),
            srtcp_index: 0,
            rtt_us: 0,
            estimate_bps: 0,
            totals: Totals::default(),
            repair: Repair::default(),
            work: Vec::new(),
            resend: Vec::new(),
            dirty: false,
            gso: self.config.gso,
            clock_offset_us: None,
            greeted: false,
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
        for receive in &open.receives {
            if let Some(&track) = self.track_names.get(receive.track.as_str())
                && let Some(place) = self.transports.get(index).and_then(|t| t.place(receive.index))
            {
                self.assign(index, place, track, now);
            }
        }
        let candidates = self.config.candidates.iter();
        let protocol = Protocol::Udp as i32;
        let address = |a: &SocketAddr| Address { ip: a.ip().to_string(), port: a.port().into(), protocol };
        let candidates = candidates.map(address).collect();
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

    fn room(&mut self, id: &str) -> u32 {
        if let Some(&room) = self.room_names.get(id) {
            return room;
        }
        let room = self.rooms.insert(Room::new(id));
        self.room_names.insert(id.into(), room);
        room
    }

    fn add_track(&mut self, now: u64, owner: u32, room: u32, send: &Send, codecs: Vec<Codec>) {
        let ssrcs = send.ssrcs.iter().copied();
        let mut layer = Layer::default();
        if send.kind() == Kind::Video {
            layer.loss = Some(Box::default());
        }
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
            layer,
            voice: Voice::new(),
            clock_offset_us: 0,
            pending: Vec::with_capacity(64),
            dirty: false,
            prepared: (0, 0, 0),
            asking: false,
            restarted: false,
            restarts: Bucket::new(RESTARTS, RESTARTS, now),
            rids: send.rids.iter().map(|rid| rid.as_str().into()).collect(),
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
        for ssrc in ssrcs.filter(|&ssrc| ssrc != 0 && ssrc != send.rtx_ssrc) {
            transport.add_stream(ssrc, Carries::Media, index);
        }
        if send.rtx_ssrc != 0 {
            transport.add_stream(send.rtx_ssrc, Carries::Rtx, index);
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

    // ------------------------------------------------------------ keys, DTLS, ICE

    fn set_keys(&mut self, now: u64, keys: &SetKeys) -> Result<Option<Body>, Refusal> {
        let index = self.transport_index(&keys.transport)?;
        let profile = match keys.profile() {
            SrtpProfile::Aes128CmSha180 => Profile::Aes128CmSha1_80,
            SrtpProfile::AeadAes128Gcm => Profile::AeadAes128Gcm,
            SrtpProfile::AeadAes256Gcm => Profile::AeadAes256Gcm,
            SrtpProfile::Unspecified => return Err(invalid("an SRTP profile is needed")),
        };
        let wrong = |_| invalid("key and salt do not fit the profile");
        let opener = Opener::new(profile, &keys.inbound_key, &keys.inbound_salt).map_err(wrong)?;
        let sealer = Sealer::new(profile, &keys.outbound_key, &keys.outbound_salt).map_err(wrong)?;
        if let Some(before) = self.transports.get(index).and_then(|transport| transport.keys.as_ref()) {
            // Ours went on under numbers that a new key's receiver would count from anew; and the old key a second time,
            // with the replay windows cleared, would let in again all that it ever sealed.
            return if before.said == *keys {
                done()
            } else {
                Err((failed::Cause::Exists, format!("transport {} has its keys", keys.transport)))
            };
        }
        let Some(transport) = self.transports.get_mut(index) else { return Err(unknown("transport", &keys.transport)) };
        transport.keys = Some(Keys { opener, sealer, tag_len: profile.tag_len(), said: keys.clone() });
        transport.dtls = Bucket::new(DTLS_BYTES_KEYED, DTLS_BYTES_KEYED, now);
        // The first grant goes out at once: without one Chromium stays at 300 kbit/s.
        self.report(index, now);
        let shown: Vec<u32> = self.transports.get(index).map_or(Vec::new(), |t| {
            t.slots
                .iter()
                .filter(|slot| slot.kind == Kind::Video && slot.wanted != NONE)
                .map(|slot| slot.wanted)
                .collect()
        });
        for track in shown {
            self.show_at_once(index, track, now);
        }
        done()
    }

    fn send_dtls(&mut self, dtls: &SendDtls) -> Result<Option<Body>, Refusal> {
        let index = self.transport_index(&dtls.transport)?;
        let Some(transport) = self.transports.get_mut(index) else { return Ok(None) };
        // Before a path is proved there is nowhere to send to, and nothing to amplify (H4).
        let Some(path) = transport.ice.path() else { return Err(invalid("no path yet")) };
        for datagram in &dtls.datagrams {
            transport.totals.sent_bytes += datagram.len() as u64;
            self.outbox.write(path, datagram.len(), |out| {
                out[..datagram.len()].copy_from_slice(datagram);
                datagram.len()
            });
        }
        Ok(None)
    }

    fn restart_ice(&mut self, id: &str) -> Result<Option<Body>, Refusal> {
        let index = self.transport_index(id)?;
        let credentials = self.new_credentials(index);
        let ice = IceCredentials { ufrag: credentials.ufrag.clone(), password: credentials.password.clone() };
        if let Some(transport) = self.transports.get_mut(index) {
            transport.ice.restart(credentials);
        }
        Ok(Some(Body::IceCredentials(ice)))
    }

    fn limit_rates(&mut self, limit: &LimitRates) -> Result<Option<Body>, Refusal> {
        let Some(limit_rates::Scope::Transport(id)) = &limit.scope else {
            return Err(invalid("a cap needs a transport"));
        };
        let index = self.transport_index(id)?;
        let bps = if limit.send_bps == 0 { self.config.max_send_bps.into() } else { limit.send_bps };
        if let Some(transport) = self.transports.get_mut(index) {
            transport.remb.set_cap(bps);
        }
        done()
    }

    /// All or nothing: an unknown transport or slot changes none. One encoding a track needs no size yet.
    fn size_slots(&mut self, sizes: &SizeSlots) -> Result<Option<Body>, Refusal> {
        for change in &sizes.changes {
            let index = self.transport_index(&change.transport)?;
            let place = self.transports.get(index).and_then(|transport| transport.place(change.slot));
            place.ok_or_else(|| unknown("slot", &change.slot.to_string()))?;
        }
        done()
    }

    // ------------------------------------------------------------ closing

    fn close_one(&mut self, id: &str) -> Result<Option<Body>, Refusal> {
        let index = self.transport_index(id)?;
        self.close_transport(index);
        done()
    }

    fn close_room(&mut self, id: &str) -> Result<Option<Body>, Refusal> {
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
        for address in transport.ice.addresses() {
            if self.addresses.get(&address) == Some(&index) {
                self.addresses.remove(&address);
            }
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
                self.room_names.remove(&room.id);
                self.stale_rooms.retain(|&stale| stale != transport.room);
                self.rooms.remove(transport.room);
                return;
            }
        }
        self.touch_room(transport.room);
    }

    fn close_track(&mut self, index: u32) {
        let Some(track) = self.tracks.remove(index) else { return };
        self.track_names.remove(&track.id);
        self.dirty_tracks.retain(|&dirty| dirty != index);
        self.asking_tracks.retain(|&asking| asking != index);
        if let Some(room) = self.rooms.get_mut(track.room) {
            room.voices.retain(|&voice| voice != index);
            room.speakers.forget(index);
            room.told.retain(|&(told, _)| told != index);
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

    /// Tells the control process that nothing is in the slot any more, if it believes otherwise.
    fn announce_empty(&mut self, transport: u32, place: usize) {
        let Some(transport) = self.transports.get_mut(transport) else { return };
        let slot = &mut transport.slots[place];
        if std::mem::replace(&mut slot.announced, NONE) != NONE {
            let (transport, slot) = (transport.id.to_string(), slot.index.into());
            self.events.push_back(Body::SlotSwitched(SlotSwitched { transport, slot, track: String::new() }));
        }
    }

    // ------------------------------------------------------------ mutes and slots

    /// All or nothing: an unknown track changes none.
    fn mute_tracks(&mut self, now: u64, mute: &MuteTracks) -> Result<Option<Body>, Refusal> {
        let index = |change: &crate::contract::mute_tracks::Change| {
            self.track_names.get(change.track.as_str()).copied().ok_or_else(|| unknown("track", &change.track))
        };
        let changes = mute.changes.iter().map(|c| Ok((index(c)?, c.muted))).collect::<Result<Vec<_>, Refusal>>()?;
        for (track, muted) in changes {
            self.mute(track, muted, now);
        }
        done()
    }

    /// From this moment no packet of it leaves, also none that is waiting or kept for repair.
    fn mute(&mut self, index: u32, muted: bool, now: u64) {
        let Some(track) = self.tracks.get_mut(index) else { return };
        if track.muted == muted {
            return;
        }
        track.muted = muted;
        track.voice.silence();
        if muted {
            track.pending.clear();
            if let Some(ring) = &mut track.layer.ring {
                ring.clear();
            }
            if let Some(loss) = &mut track.layer.loss {
                loss.reset(); // what is muted is not asked for again
            }
            track.layer.key_requests.answered();
            track.subscribers.retain(|subscriber| {
                let transport = self.transports.get_mut(subscriber.transport);
                let Some(slot) = transport.and_then(|t| t.slots.get_mut(usize::from(subscriber.slot))) else {
                    return false;
                };
                if slot.current == index {
                    slot.current = NONE; // spliced anew when it is heard again
                }
                slot.wanted == index
            });
        } else if track.kind == Kind::Video && !track.subscribers.is_empty() {
            self.request_key_frame(index, now);
        }
        let room = self.tracks.get(index).map_or(NONE, |track| track.room);
        self.touch_room(room);
    }

    /// All or nothing: an unknown transport, slot or track changes none.
    fn assign_slots(&mut self, now: u64, assign: &AssignSlots) -> Result<Option<Body>, Refusal> {
        let mut changes = Vec::with_capacity(assign.changes.len());
        for change in &assign.changes {
            let transport = self.transport_index(&change.transport)?;
            let place = self.transports.get(transport).and_then(|t| t.place(change.slot));
            let place = place.ok_or_else(|| unknown("slot", &change.slot.to_string()))?;
            let track = match change.track.as_str() {
                "" => NONE,
                id => *self.track_names.get(id).ok_or_else(|| unknown("track", id))?,
            };
            if let Some(receiver) = self.transports.get(transport) {
                let slot = &receiver.slots[place];
                if slot.policy == SlotPolicy::Loudest {
                    return Err(invalid(format!("slot {} is filled by the plane", change.slot)));
                }
                self.check_shown(track, Some(receiver.room), slot.kind, change.slot)?;
            }
            changes.push((transport, place, track));
        }
        for (transport, place, track) in changes {
            self.assign(transport, place, track, now);
        }
        done()
    }

    /// Whether a slot of this `kind` in `room` may show `track`: nobody sees into another room, whoever asks for it.
    fn check_shown(&self, track: u32, room: Option<u32>, kind: Kind, slot: u32) -> Result<(), Refusal> {
        let Some(track) = self.tracks.get(track) else { return Ok(()) };
        if Some(track.room) != room {
            return Err((failed::Cause::Unknown, format!("no track {} in this room", track.id)));
        }
        if track.kind != kind {
            return Err(invalid(format!("slot {slot} is of another kind than {}", track.id)));
        }
        Ok(())
    }

    /// Puts `track` (NONE: nothing) into the slot at `place`. What it shows now goes on until the new one can start.
    pub(crate) fn assign(&mut self, transport: u32, place: usize, track: u32, now: u64) {
        let subscriber = Subscriber { transport, slot: place as u16 };
        let Some(receiver) = self.transports.get_mut(transport) else { return };
        let slot = &mut receiver.slots[place];
        if slot.wanted == track {
            return;
        }
        let before = std::mem::replace(&mut slot.wanted, track);
        let current = slot.current;
        if track == NONE {
            slot.current = NONE;
            self.announce_empty(transport, place);
        }
        for old in [before, current] {
            let still = old == track || (old == current && track != NONE);
            if !still && let Some(old) = self.tracks.get_mut(old) {
                old.unsubscribe(subscriber);
            }
        }
        let Some(new) = self.tracks.get_mut(track) else { return };
        new.subscribe(subscriber);
        if new.kind == Kind::Video {
            self.show_at_once(transport, track, now);
        }
    }
}

fn codecs(list: &[crate::contract::Codec]) -> Result<Vec<Codec>, Refusal> {
    if list.len() > MAX_CODECS {
        return Err(invalid("an m-line has at most 32 codecs"));
    }
    list.iter().map(Codec::new).collect::<Option<_>>().ok_or_else(|| invalid("payload types are 0 … 127"))
}

impl Transport {
    /// Gives `ssrc` a meaning, or another one. `false`: there are too many.
    pub(crate) fn add_stream(&mut self, ssrc: u32, carries: Carries, track: u32) -> bool {
        match self.streams.iter().position(|stream| stream.ssrc == ssrc) {
            Some(at) => (self.streams[at].carries, self.streams[at].track) = (carries, track),
            None if self.streams.len() < MAX_STREAMS => {
                self.streams.push(Stream { ssrc, carries, track, window: ReplayWindow::new() });
            }
            None => return false,
        }
        true
    }
}
