//! From a command to the shards that it is about, and from their answers to one.
//!
//! Commands are handed on in the order in which they came, and a shard executes them in that order. One that touches
//! several shards is checked here first, against the table of what is open, and then split: so it changes everything or
//! nothing, as on one shard. That holds for all that has been answered; a command that relies on an OpenTransport which
//! is still unanswered, and is then refused, may be carried out in part.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use plane_core::contract::failed::Cause;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{
    AssignSlots, Counters, Done, Failed, LimitRates, MuteTracks, OpenTransport, RecordTracks, Send, SizeSlots,
    SlotPolicy, Snapshot, limit_rates, mute_tracks,
};

use crate::caps::Caps;
use crate::merge::{self, Seconds};
use crate::messages::{FromShard, ReplyTo, ShardHandle, ToShard};
use crate::placement::{Closed, Placement};
use crate::recordings::Recordings;
use crate::spool::Spooled;

/// Who asked.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub connection: u64,
    pub id: u64,
}

/// What is to be told to a controller.
pub enum Told {
    Reply(Asked, Body),
    Event(Body),
}

/// A command whose answers are still coming.
struct Pending {
    asked: Asked,
    waiting: usize,
    failed: Option<Body>,
    body: Option<Body>,
    snapshots: Vec<Snapshot>,
    /// The transport that is to be forgotten if it cannot be opened.
    opening: Option<String>,
}

pub struct Router {
    shards: Vec<ShardHandle>,
    placement: Placement,
    seconds: Seconds,
    caps: Caps,
    recordings: Recordings,
    pending: HashMap<u64, Pending>,
    next_ticket: u64,
}

type Refusal = (Cause, String);

fn unknown(what: &str, id: &str) -> Refusal {
    (Cause::Unknown, format!("no {what} {id}"))
}

fn invalid(detail: impl Into<String>) -> Refusal {
    (Cause::Invalid, detail.into())
}

pub fn failed(cause: Cause, detail: impl Into<String>) -> Body {
    Body::Failed(Failed { cause: cause as i32, detail: detail.into() })
}

/// Changes by the shard that they are about.
type Split<T> = BTreeMap<usize, Vec<T>>;

impl Router {
    /// `spool`: tracks can be recorded.
    pub fn new(shards: Vec<ShardHandle>, split: usize, spool: bool) -> Router {
        let count = shards.len();
        Router {
            shards,
            placement: Placement::new(count, split),
            seconds: Seconds::new(count),
            caps: Caps::default(),
            recordings: Recordings::new(spool),
            pending: HashMap::new(),
            next_ticket: 1,
        }
    }

    pub fn shards(&self) -> usize {
        self.shards.len()
    }

    /// Whether there is a spool.
    pub fn records(&self) -> bool {
        self.recordings.open()
    }

    pub fn stop(&self) {
        for shard in &self.shards {
            shard.send(ToShard::Stop);
        }
    }

    // ------------------------------------------------------------ commands

    /// Hands a command to its shards. What comes back is the answer to one that goes to none.
    pub fn dispatch(&mut self, asked: Asked, command: Command) -> Option<Body> {
        self.route(asked, command).err().map(|(cause, detail)| failed(cause, detail))
    }

    fn route(&mut self, asked: Asked, command: Command) -> Result<(), Refusal> {
        match command {
            Command::OpenTransport(open) => self.open_transport(asked, open),
            Command::SetKeys(ref keys) => self.to_transport(asked, &keys.transport.clone(), command),
            Command::SendDtls(ref dtls) => self.to_transport(asked, &dtls.transport.clone(), command),
            Command::RestartIce(ref restart) => self.to_transport(asked, &restart.transport.clone(), command),
            Command::CloseTransport(ref close) => {
                let id = close.transport.clone();
                self.close_transport(asked, &id, command)
            }
            Command::CloseRoom(ref close) => {
                let id = close.room.clone();
                self.close_room(asked, &id, command)
            }
            Command::MuteTracks(mute) => self.mute_tracks(asked, mute),
            Command::AssignSlots(assign) => self.assign_slots(asked, assign),
            Command::SizeSlots(sizes) => self.size_slots(asked, sizes),
            Command::RequestKeyFrame(ref request) => {
                let track = &request.track;
                let shard = self.placement.track(track).ok_or_else(|| unknown("track", track))?.shard;
                self.to_shard(asked, shard, command);
                Ok(())
            }
            Command::LimitRates(limit) => self.limit_rates(asked, limit),
            Command::RecordTracks(record) => self.record_tracks(asked, record),
            Command::GetSnapshot(_) => {
                let all = (0..self.shards.len()).map(|shard| (shard, command.clone())).collect();
                self.hand_to(asked, all);
                Ok(())
            }
            Command::Attach(_) | Command::Shutdown(_) => Err(invalid("not a command of a shard")),
        }
    }

    fn to_shard(&self, asked: Asked, shard: usize, command: Command) {
        let reply = ReplyTo::Controller { connection: asked.connection, id: asked.id };
        self.shards[shard].command(reply, command);
    }

    fn to_transport(&self, asked: Asked, id: &str, command: Command) -> Result<(), Refusal> {
        let shard = self.placement.transport(id).ok_or_else(|| unknown("transport", id))?.shard;
        self.to_shard(asked, shard, command);
        Ok(())
    }

    /// Hands each shard its part; the answers are joined.
    fn hand_to(&mut self, asked: Asked, parts: Vec<(usize, Command)>) {
        let ticket = self.ticket(asked, parts.len(), None);
        for (shard, command) in parts {
            self.shards[shard].command(ReplyTo::Part(ticket), command);
        }
    }

    fn ticket(&mut self, asked: Asked, waiting: usize, opening: Option<String>) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let pending = Pending { asked, waiting, failed: None, body: None, snapshots: Vec::new(), opening };
        self.pending.insert(ticket, pending);
        ticket
    }

    fn open_transport(&mut self, asked: Asked, open: OpenTransport) -> Result<(), Refusal> {
        if self.placement.transport(&open.transport).is_some() {
            return Err((Cause::Exists, format!("transport {} is open", open.transport)));
        }
        if let Some(send) = open.sends.iter().find(|send| self.placement.track(&send.track).is_some()) {
            return Err((Cause::Exists, format!("track {} is open", send.track)));
        }
        let Some(shard) = self.placement.choose(&open.room) else {
            return Err((Cause::Full, format!("{} transports are open", self.placement.transports())));
        };
        let room = open.room.clone();
        if self.placement.share_of(&room, shard).0 == 0 {
            self.mirror_all(&room, shard); // first, because a slot of the first transport may begin with any of them
        }
        self.placement.enter(&open, shard);
        for other in self.placement.shards_of(&room).into_iter().filter(|&other| other != shard) {
            for send in &open.sends {
                self.mirror(other, &room, shard, send);
            }
        }
        let ticket = self.ticket(asked, 1, Some(open.transport.clone()));
        self.shards[shard].command(ReplyTo::Part(ticket), Command::OpenTransport(open));
        self.share_caps(&room);
        Ok(())
    }

    fn mirror(&self, on: usize, room: &str, home: usize, send: &Send) {
        let (room, send) = (room.to_owned(), Box::new(send.clone()));
        self.shards[on].send(ToShard::OpenMirror { room, home: home as u8, send });
    }

    /// Everything of `room` that is at home elsewhere, on `shard`; what is mirrored there already stays.
    fn mirror_all(&self, room: &str, shard: usize) {
        for track in self.placement.foreign_tracks(room, shard) {
            self.mirror(shard, room, track.shard, &track.send);
        }
    }

    fn close_mirrors(&self, closed: &Closed) {
        for &shard in &closed.mirrors {
            self.shards[shard].send(ToShard::CloseMirrors(closed.tracks.clone()));
        }
    }

    /// A transport could not be opened: what was prepared for it is taken back, and what others rely on said again.
    fn take_back(&mut self, id: &str) {
        let room = self.placement.transport(id).map(|transport| transport.room.clone()).unwrap_or_default();
        let Some(closed) = self.placement.leave(id) else { return };
        self.close_mirrors(&closed);
        if self.placement.share_of(&room, closed.shard).0 > 0 {
            self.mirror_all(&room, closed.shard);
        } else {
            let foreign = self.placement.foreign_tracks(&room, closed.shard);
            let names = foreign.map(|track| track.send.track.clone()).collect();
            self.shards[closed.shard].send(ToShard::CloseMirrors(names));
        }
    }

    fn close_transport(&mut self, asked: Asked, id: &str, command: Command) -> Result<(), Refusal> {
        let room = self.placement.transport(id).map(|transport| transport.room.clone()).unwrap_or_default();
        let closed = self.placement.leave(id).ok_or_else(|| unknown("transport", id))?;
        self.to_shard(asked, closed.shard, command);
        self.close_mirrors(&closed);
        self.share_caps(&room);
        Ok(())
    }

    fn close_room(&mut self, asked: Asked, id: &str, command: Command) -> Result<(), Refusal> {
        let shards = self.placement.leave_room(id);
        if shards.is_empty() {
            return Err(unknown("room", id));
        }
        self.hand_to(asked, shards.into_iter().map(|shard| (shard, command.clone())).collect());
        self.caps.forget(&Some(id.to_owned()));
        Ok(())
    }

    fn mute_tracks(&mut self, asked: Asked, mute: MuteTracks) -> Result<(), Refusal> {
        let mut split = Split::new();
        for change in &mute.changes {
            let shards = self.placement.shards_of_track(&change.track);
            if shards.is_empty() {
                return Err(unknown("track", &change.track));
            }
            for shard in shards {
                split.entry(shard).or_insert_with(Vec::new).push(change.clone());
            }
        }
        for change in &mute.changes {
            self.placement.note_mute(&change.track, change.muted);
        }
        let room = |change: &mute_tracks::Change| self.placement.track(&change.track).map(|track| track.room.clone());
        let rooms: BTreeSet<String> = mute.changes.iter().filter_map(room).collect();
        self.hand_out(asked, split, |changes| Command::MuteTracks(MuteTracks { changes }))?;
        for room in &rooms {
            self.share_caps(room);
        }
        Ok(())
    }

    /// Where a track is at home it is recorded. One that is gone has ended its streams by itself.
    fn record_tracks(&mut self, asked: Asked, record: RecordTracks) -> Result<(), Refusal> {
        if !self.recordings.open() {
            return Err(invalid("this plane has no spool"));
        }
        let mut split = Split::new();
        for change in record.changes {
            match self.placement.track(&change.track) {
                Some(track) => split.entry(track.shard).or_insert_with(Vec::new).push(change),
                None if change.on => return Err(unknown("track", &change.track)),
                None => {}
            }
        }
        self.hand_out(asked, split, |changes| Command::RecordTracks(RecordTracks { changes }))
    }

    fn assign_slots(&mut self, asked: Asked, assign: AssignSlots) -> Result<(), Refusal> {
        let mut split = Split::new();
        for change in assign.changes {
            let transport = self.placement.transport(&change.transport);
            let transport = transport.ok_or_else(|| unknown("transport", &change.transport))?;
            let slot = transport.slot(change.slot).ok_or_else(|| unknown("slot", &change.slot.to_string()))?;
            if slot.1 == SlotPolicy::Loudest {
                return Err(invalid(format!("slot {} is filled by the plane", change.slot)));
            }
            if !change.track.is_empty() {
                let track = self.placement.track(&change.track).ok_or_else(|| unknown("track", &change.track))?;
                if track.room != transport.room {
                    return Err((Cause::Unknown, format!("no track {} in this room", change.track)));
                }
                if track.send.kind() != slot.0 {
                    return Err(invalid(format!("slot {} is of another kind than {}", change.slot, change.track)));
                }
            }
            split.entry(transport.shard).or_insert_with(Vec::new).push(change);
        }
        self.hand_out(asked, split, |changes| Command::AssignSlots(AssignSlots { changes }))
    }

    fn size_slots(&mut self, asked: Asked, sizes: SizeSlots) -> Result<(), Refusal> {
        let mut split = Split::new();
        for change in sizes.changes {
            let transport = self.placement.transport(&change.transport);
            let transport = transport.ok_or_else(|| unknown("transport", &change.transport))?;
            transport.slot(change.slot).ok_or_else(|| unknown("slot", &change.slot.to_string()))?;
            split.entry(transport.shard).or_insert_with(Vec::new).push(change);
        }
        self.hand_out(asked, split, |changes| Command::SizeSlots(SizeSlots { changes }))
    }

    /// Nothing to change is done; what is for one shard is answered by it, what is for several is joined.
    fn hand_out<T>(
        &mut self,
        asked: Asked,
        split: Split<T>,
        command: impl Fn(Vec<T>) -> Command,
    ) -> Result<(), Refusal> {
        let mut parts: Vec<(usize, Command)> =
            split.into_iter().map(|(shard, changes)| (shard, command(changes))).collect();
        match parts.len() {
            0 => self.to_shard(asked, 0, command(Vec::new())),
            1 => {
                let (shard, command) = parts.remove(0);
                self.to_shard(asked, shard, command);
            }
            _ => self.hand_to(asked, parts),
        }
        Ok(())
    }

    // ------------------------------------------------------------ caps

    fn limit_rates(&mut self, asked: Asked, limit: LimitRates) -> Result<(), Refusal> {
        let room = match &limit.scope {
            Some(limit_rates::Scope::Transport(id)) => {
                let id = id.clone();
                return self.to_transport(asked, &id, Command::LimitRates(limit));
            }
            Some(limit_rates::Scope::Room(room)) => {
                if self.placement.spokesman(room).is_none() {
                    return Err(unknown("room", room));
                }
                Some(room.clone())
            }
            Some(limit_rates::Scope::Node(_)) => None,
            None => return Err(invalid("a cap needs a scope")),
        };
        let parts = self.caps.set(room, &limit, &self.placement);
        self.hand_to(asked, parts.into_iter().map(|(shard, limit)| (shard, Command::LimitRates(limit))).collect());
        Ok(())
    }

    /// Who comes and goes changes what share of a cap each shard is to hold to.
    fn share_caps(&mut self, room: &str) {
        for (shard, limit) in self.caps.share(&Some(room.to_owned()), &self.placement) {
            self.shards[shard].command(ReplyTo::Nobody, Command::LimitRates(limit));
        }
    }

    // ------------------------------------------------------------ answers and events

    /// Takes what a shard says; what comes back is for the controller.
    pub fn hear(&mut self, message: FromShard) -> Option<Told> {
        match message {
            FromShard::Reply { reply: ReplyTo::Controller { connection, id }, body } => {
                Some(Told::Reply(Asked { connection, id }, body?))
            }
            FromShard::Reply { reply: ReplyTo::Part(ticket), body } => {
                let pending = self.pending.get_mut(&ticket)?;
                match body {
                    Some(body @ Body::Failed(_)) => pending.failed = pending.failed.take().or(Some(body)),
                    body => pending.body = body,
                }
                self.answered(ticket)
            }
            FromShard::Snapshot { reply: ReplyTo::Part(ticket), parts } => {
                self.pending.get_mut(&ticket)?.snapshots.push(parts.assemble());
                self.answered(ticket)
            }
            FromShard::Reply { .. } | FromShard::Snapshot { .. } => None,
            FromShard::Event { shard, body } => self.event(shard, body),
            FromShard::Spool(Spooled::Event(body)) => Some(Told::Event(*body)),
            FromShard::Spool(Spooled::Figures(streams, spool)) => {
                self.recordings.take(streams, spool);
                None
            }
        }
    }

    /// One part of `ticket` is answered; after the last the whole is.
    fn answered(&mut self, ticket: u64) -> Option<Told> {
        let pending = self.pending.get_mut(&ticket)?;
        pending.waiting -= 1;
        if pending.waiting > 0 {
            return None;
        }
        let pending = self.pending.remove(&ticket)?;
        if let (Some(opening), Some(_)) = (&pending.opening, &pending.failed) {
            self.take_back(opening);
        }
        let body = match (pending.failed, pending.snapshots.is_empty()) {
            (Some(failed), _) => failed,
            (None, false) => Body::Snapshot(self.join(pending.snapshots)),
            (None, true) => pending.body.unwrap_or(Body::Done(Done {})),
        };
        Some(Told::Reply(pending.asked, body))
    }

    fn join(&self, snapshots: Vec<Snapshot>) -> Snapshot {
        let mut transports = Vec::new();
        let (mut figures, mut recordings) = (Vec::new(), Vec::new());
        for snapshot in snapshots {
            transports.extend(snapshot.transports);
            recordings.extend(snapshot.recordings);
            figures.extend(snapshot.counters);
        }
        Snapshot { transports, counters: Some(self.counted(merge::merge(figures.into_iter()))), recordings }
    }

    /// A room that is on several shards is one room.
    fn counted(&self, mut counters: Counters) -> Counters {
        if let Some(gauge) = &mut counters.gauge {
            gauge.rooms = self.placement.rooms() as u64;
        }
        self.recordings.add_to(&mut counters);
        counters
    }

    fn event(&mut self, shard: usize, body: Body) -> Option<Told> {
        match body {
            Body::Counters(counters) => {
                if let Some(own) = counters.shards.first() {
                    self.placement.measured(shard, own.cpu_us, counters.unix_ms);
                }
                let due = self.seconds.take(shard, counters);
                due.then(|| {
                    for (shard, limit) in self.caps.share(&None, &self.placement) {
                        self.shards[shard].command(ReplyTo::Nobody, Command::LimitRates(limit));
                    }
                    Told::Event(Body::Counters(self.counted(self.seconds.whole())))
                })
            }
            // Each shard hears the whole room and finds the same: it is told once.
            Body::Speakers(speakers) if self.placement.spokesman(&speakers.room) != Some(shard) => None,
            body => Some(Told::Event(body)),
        }
    }
}
